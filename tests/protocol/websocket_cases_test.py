# SPDX-License-Identifier: Apache-2.0
"""The public Autobahn cases, in both roles, against examples/ws_echo. LONGWAVE_LONG=1: in their full length."""
import os
import pathlib
import random
import socket
import subprocess
import threading
import zlib

import ws_cases
import ws_wire

SERVER = {}
LONG = bool(os.environ.get("LONGWAVE_LONG"))


class EchoServer:
    def __init__(self, binary):
        program = pathlib.Path(binary).resolve().parent / "examples" / "ws_echo"
        self.process = subprocess.Popen([program, "--port", "0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().rstrip("/\n").split(":")[-1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(60) == 0


def in_client_role(binary, cases):
    """Plays the cases as a server to `ws_echo --client`. `cases`: functions that get a socket after the handshake's header block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        problems = []
        url = f"ws://127.0.0.1:{listener.getsockname()[1]}"
        program = pathlib.Path(binary).resolve().parent / "examples" / "ws_echo"
        process = subprocess.Popen([program, "--client", url], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)

        def serve():
            paths = []
            while True:
                wire = ws_wire.Wire(listener.accept()[0], masks=False)
                head = wire.until(b"\r\n\r\n")
                path = head.split(b" ")[1].decode()
                paths.append(path)
                try:
                    if path == "/getCaseCount":
                        answer(wire, head)
                        wire.send(ws_wire.frame(1, str(len(cases)).encode(), mask=False) + ws_wire.frame(8, b"\x03\xe8", mask=False))
                        assert wire.read()[0] == 8
                        wire.close()
                    elif path.startswith("/runCase?case="):
                        cases[int(path.split("=")[1].split("&")[0]) - 1](wire, head)
                    else:
                        assert path.startswith("/updateReports"), path
                        answer(wire, head)
                        wire.send(ws_wire.frame(8, b"\x03\xe8", mask=False))
                        wire.read()
                        wire.close()
                        return
                except (AssertionError, ws_wire.Ended, OSError) as problem:
                    problems.append(str(problem) or repr(problem))
                    wire.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        out, err = process.communicate(timeout=600 if LONG else 120)
        assert process.returncode == 0, err
        thread.join(60)
        assert out.strip() == f"{len(cases)} cases", out
        assert not problems, f"{len(problems)} of {len(cases)}: {problems[:5]}"


def answer(wire, head, extensions=""):
    key = ws_wire.fields(head)[b"sec-websocket-key"]
    extra = b"Sec-WebSocket-Extensions: " + extensions.encode() + b"\r\n" if extensions else b""
    wire.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: " +
              ws_wire.accept_key(key) + b"\r\n" + extra + b"\r\n")


def test_server_role(binary):
    """cases 1 to 7, 9 and 10 against our server: every one OK"""
    failed, count = [], 0
    with EchoServer(binary) as server:
        for case in ws_cases.plain(LONG):
            wire, _ = ws_wire.connect(server.port)
            count += 1
            try:
                ws_cases.run(case, wire)
            except AssertionError as problem:
                failed.append(str(problem))
            wire.close()
    print(f"        {count} cases", flush=True)
    assert not failed, f"{len(failed)} of {count}: {failed[:5]}"


def test_client_role(binary):
    """cases 1 to 7, 9 and 10 against our client: every one OK"""
    def player(case):
        def play(wire, head):
            answer(wire, head)
            ws_cases.run(case, wire)
        return play
    cases = [player(case) for case in ws_cases.plain(LONG)]
    in_client_role(binary, cases)
    print(f"        {len(cases)} cases", flush=True)


def data_sets():
    """What 12.1 to 12.5 send: text, a picture, a document that is packed already, JSON, HTML; made here, the suite's files aren't ours."""
    chance = random.Random(12)
    words = ["".join(chance.choice("abcdefghijklmnopqrstuvwxyzäöüß") for _ in range(chance.randrange(2, 12))) for _ in range(2000)]
    prose = " ".join(chance.choice(words) for _ in range(40000)).encode()
    picture = bytes((x * y // 97 + chance.randrange(6)) & 255 for y in range(512) for x in range(512))
    packed = chance.randbytes(300_000)
    rows = ",\n".join('{"id": %d, "title": "%s", "artist": "%s", "ms": %d}' %
                      (i, chance.choice(words), chance.choice(words), chance.randrange(10**6)) for i in range(6000))
    page = "".join(f'<li class="row"><a href="/t/{i}">{chance.choice(words)}</a></li>\n' for i in range(6000))
    return [(2, prose), (2, picture), (2, packed), (1, rows.encode("ascii", "xmlcharrefreplace")),
            (1, page.encode("ascii", "xmlcharrefreplace"))]


def exchange(wire, deflate, opcode, data, size, fragment, count, seen):
    """`count` compressed messages of `size` bytes, each echoed before the next."""
    at = 0
    for i in range(count):
        message = (data + data)[at:at + size]
        at = (at + size) % len(data)
        payload = deflate.compress(message)
        parts = [payload[k:k + fragment] for k in range(0, len(payload), fragment)] if fragment and payload else [payload]
        wire.send(b"".join(ws_wire.frame(opcode if k == 0 else 0, part, k == len(parts) - 1, 4 if k == 0 else 0, wire.masks)
                           for k, part in enumerate(parts)))
        got, fin, rsv, back = wire.read()
        assert got == opcode and fin and rsv in (0, 4), (got, fin, rsv, back[:100])
        seen["compressed" if rsv else "plain"] += 1
        seen["bytes"] += len(back)
        assert (deflate.decompress(back) if rsv else back) == message, f"message {i} of {size} bytes came back otherwise"
    wire.send(ws_wire.frame(8, b"\x03\xe8", mask=wire.masks))
    assert wire.read()[0] == 8
    wire.close()


def compression_cases():
    """(number, data set, size, fragment, offers, request): 12 with the suite's default offer, 13 with its seven sets of parameters."""
    sets = data_sets()
    default = [(False, 0)]
    for group, data in enumerate(sets, 1):
        for i, (size, fragment) in enumerate(ws_cases.MESSAGES, 1):
            yield f"12.{group}.{i}", data, size, fragment, default
    for group, wanted in enumerate([default, [(True, 0)], [(False, 8)], [(False, 15)], [(True, 8)], [(True, 15)],
                                    [(True, 8), (True, 0), (False, 0)]], 1):
        for i, (size, fragment) in enumerate(ws_cases.MESSAGES, 1):
            yield f"13.{group}.{i}", sets[3], size, fragment, wanted


def count_of(size):
    if LONG:
        return 1000 if size <= 4096 else 100
    return max(3, min(20, 200_000 // size))


def offer(no_takeover, bits):
    text = "permessage-deflate; client_no_context_takeover; client_max_window_bits"
    return text + ("; server_no_context_takeover" if no_takeover else "") + (f"; server_max_window_bits={bits}" if bits else "")


def parameters(value):
    parts = [part.strip() for part in value.decode().split(";")]
    assert parts[0] == "permessage-deflate", value
    return dict(part.partition("=")[::2] for part in parts[1:])


def test_compression_server_role(binary):
    """cases 12 and 13 against our server: parameters kept to, every message echoed"""
    seen = {"compressed": 0, "plain": 0, "bytes": 0}
    with EchoServer(binary) as server:
        for number, (opcode, data), size, fragment, wanted in compression_cases():
            wire, head = ws_wire.connect(server.port, extensions=", ".join(offer(*one) for one in wanted))
            agreed = parameters(head[b"sec-websocket-extensions"])
            bits = int(agreed.get("server_max_window_bits", 15))
            assert bits <= (wanted[0][1] or 15), (number, agreed)
            assert not wanted[0][0] or "server_no_context_takeover" in agreed, (number, agreed)
            deflate = ws_wire.Deflate(send_bits=int(agreed.get("client_max_window_bits") or 15), receive_bits=bits,
                                      send_takeover="client_no_context_takeover" not in agreed,
                                      receive_takeover="server_no_context_takeover" not in agreed)
            try:
                exchange(wire, deflate, opcode, data, size, fragment, count_of(size), seen)
            except (AssertionError, ws_wire.Ended, zlib.error) as problem:
                raise AssertionError(f"case {number}: {problem}") from problem
    print(f"        {seen}", flush=True)
    assert seen["compressed"] > 2 * seen["plain"], seen


def test_compression_client_role(binary):
    """cases 12 and 13 against our client: parameters kept to, every message echoed"""
    seen = {"compressed": 0, "plain": 0, "bytes": 0}

    def player(number, data, size, fragment, wanted):
        no_takeover, bits = wanted[0]

        def play(wire, head):
            offered = parameters(ws_wire.fields(head)[b"sec-websocket-extensions"])
            assert "client_max_window_bits" in offered, offered
            text = "permessage-deflate" + ("; client_no_context_takeover" if no_takeover else "")
            answer(wire, head, text + (f"; client_max_window_bits={bits}" if bits else ""))
            deflate = ws_wire.Deflate(receive_bits=bits or 15, receive_takeover=not no_takeover)
            try:
                exchange(wire, deflate, *data, size, fragment, count_of(size), seen)
            except (AssertionError, ws_wire.Ended, zlib.error) as problem:
                raise AssertionError(f"case {number}: {problem}") from problem
        return play
    in_client_role(binary, [player(*case) for case in compression_cases()])
    print(f"        {seen}", flush=True)
    assert seen["compressed"] > 2 * seen["plain"], seen
