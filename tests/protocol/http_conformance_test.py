# SPDX-License-Identifier: Apache-2.0
"""RFC 9112 from outside, against examples/http_echo: raw bytes, curl, aiohttp and undici."""
import asyncio
import contextlib
import json
import os
import pathlib
import subprocess
import time

import node_packages
import raw
from server import free_port


class Echo:
    """examples/http_echo of the same build, on a port of its own."""

    def __init__(self, binary):
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        program = pathlib.Path(binary).resolve().parent / "examples" / "http_echo"
        assert os.access(program, os.X_OK), f"{program} is not built"
        self.process = subprocess.Popen([program, "--port", str(self.port)], stdout=subprocess.PIPE)
        self.process.stdout.readline()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0


@contextlib.contextmanager
def echo(binary):
    server = Echo(binary)
    try:
        yield server
    finally:
        server.stop()


def ask(server, text):
    sent = text.encode("latin-1") if isinstance(text, str) else text
    return raw.exchange(server, sent.replace(b"{host}", server.address.encode()))


H = "Host: {host}\r\n"
POST = "POST / HTTP/1.1\r\n" + H

REFUSED = [
    # (what, request, status)
    ("garbage", "\x16\x03\x01\r\n\r\n", {400}),
    ("lone LF", "GET / HTTP/1.1\nHost: {host}\n\n", {400}),
    ("LF before the request", "\nGET / HTTP/1.1\r\n" + H + "\r\n", {400}),
    ("bare CR in a value", "GET / HTTP/1.1\r\n" + H + "X: a\rb\r\n\r\n", {400}),
    ("no version", "GET /\r\n\r\n", {400}),
    ("small letters in the version", "GET / http/1.1\r\n" + H + "\r\n", {400}),
    ("505", "GET / HTTP/2.0\r\n" + H + "\r\n", {505}),
    ("two spaces", "GET  / HTTP/1.1\r\n" + H + "\r\n", {400}),
    ("space behind the version", "GET / HTTP/1.1 \r\n" + H + "\r\n", {400}),
    ("method with a colon", "G:T / HTTP/1.1\r\n" + H + "\r\n", {400}),
    ("414", "GET /" + "a" * 70000 + " HTTP/1.1\r\n" + H + "\r\n", {414}),
    ("431", "GET / HTTP/1.1\r\n" + H + "X: " + "y" * 70000 + "\r\n\r\n", {431}),
    ("101 fields", "GET / HTTP/1.1\r\n" + H + "X: y\r\n" * 100 + "\r\n", {431}),
    ("no Host", "GET / HTTP/1.1\r\n\r\n", {400}),
    ("two Hosts", "GET / HTTP/1.1\r\n" + H + H + "\r\n", {400}),
    ("Host is a list", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", {400}),
    ("Host with a slash", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", {400}),
    ("absolute target, Host missing", "GET http://{host}/ HTTP/1.1\r\n\r\n", {400}),
    ("* with GET", "GET * HTTP/1.1\r\n" + H + "\r\n", {400}),
    ("CONNECT", "CONNECT {host} HTTP/1.1\r\n" + H + "\r\n", {501}),
    ("obs-fold", "GET / HTTP/1.1\r\n" + H + "X: a\r\n b\r\n\r\n", {400}),
    ("space before colon", "GET / HTTP/1.1\r\n" + H + "X : a\r\n\r\n", {400}),
    ("no colon", "GET / HTTP/1.1\r\n" + H + "nonsense\r\n\r\n", {400}),
    ("empty name", "GET / HTTP/1.1\r\n" + H + ": a\r\n\r\n", {400}),
    ("NUL in a value", "GET / HTTP/1.1\r\n" + H + "X: a\0b\r\n\r\n", {400}),
    ("smuggling: length and chunked", POST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET", {400}),
    ("smuggling: the other order", POST + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET", {400}),
    ("smuggling: two lengths", POST + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", {400}),
    ("smuggling: a list of lengths", POST + "Content-Length: 1, 1\r\n\r\na", {400}),
    ("smuggling: a sign", POST + "Content-Length: +1\r\n\r\na", {400}),
    ("smuggling: hexadecimal", POST + "Content-Length: 0x1\r\n\r\na", {400}),
    ("smuggling: two codings", POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    ("smuggling: tab in the coding", POST + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", {400}),
    ("smuggling: chunked isn't last", POST + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", {400}),
    ("501", POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", {501}),
    ("chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
    ("chunk size with 0x", POST + "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", {400}),
    ("chunk size overflows", POST + "Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\na\r\n0\r\n\r\n", {400}),
    ("chunk ends with LF", POST + "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n", {400}),
    ("chunk longer than its size", POST + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", {400}),
    ("413", POST + "Content-Length: 99999999999\r\n\r\n", {413}),
    ("unknown expectation", POST + "Expect: miracles\r\nContent-Length: 1\r\n\r\na", {417}),
]


def test_refused(binary):
    """every request that RFC 9112 forbids gets its status, and the connection is closed"""
    with echo(binary) as server:
        for what, request, codes in REFUSED:
            answer, closed = ask(server, request)
            assert raw.status(answer) in codes and closed, (what, answer[:120], closed)
            assert b"\r\nConnection: close\r\n" in answer, (what, answer)
        assert raw.status(ask(server, "GET / HTTP/1.1\r\n" + H + "Connection: close\r\n\r\n")[0]) == 200


def head_and_body(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    return head + b"\r\n", body


def test_taken(binary):
    """every form of request that RFC 9112 allows is understood"""
    close = "Connection: close\r\n\r\n"
    with echo(binary) as server:
        for what, request, part in [
            ("leading CRLF", "\r\n\r\nGET /x HTTP/1.1\r\n" + H + close, b"GET /x HTTP/1.1"),
            ("absolute form", "GET http://other.example:81/x?y HTTP/1.1\r\n" + H + close, b"Host: other.example:81"),
            ("absolute form without a path", "GET http://other.example HTTP/1.1\r\n" + H + close, b"GET / HTTP/1.1"),
            ("options *", "OPTIONS * HTTP/1.1\r\n" + H + close, b"Allow: GET, HEAD, POST, OPTIONS"),
            ("options /", "OPTIONS / HTTP/1.1\r\n" + H + close, b"OPTIONS / HTTP/1.1"),
            ("a method of the client's own", "BREW /pot HTTP/1.1\r\n" + H + close, b"BREW /pot"),
            ("HTTP/1.2", "GET / HTTP/1.2\r\n" + H + close, b"GET /"),
            ("spaces around a value", "GET / HTTP/1.1\r\n" + H + "X-A: \t a b \t\r\n" + close, b"\r\nX-A: a b\r\n"),
            ("an empty value", "GET / HTTP/1.1\r\n" + H + "X-A:\r\n" + close, b"\r\nX-A: \r\n"),
            ("bytes above ASCII", "GET / HTTP/1.1\r\n" + H + "X-A: \xe9\r\n" + close, b"X-A: \xe9"),
            ("names in any case", "POST / HTTP/1.1\r\nhOST: {host}\r\ncontent-LENGTH: 2\r\nconnection: CLOSE\r\n\r\nok", b"\r\n\r\nok"),
            ("chunks with all that is allowed", POST + "Transfer-Encoding: chunked\r\n" + close +
             "2;a=\"b\"\r\nab\r\n00A ;c\r\n0123456789\r\n0\r\nX-T: 1\r\n\r\n", b"\r\n\r\nab0123456789"),
            ("a body of GET", "GET / HTTP/1.1\r\n" + H + "Content-Length: 4\r\n" + close + "body", b"\r\n\r\nbody"),
            ("date", "GET / HTTP/1.1\r\n" + H + close, b" GMT\r\n"),
        ]:
            answer, closed = ask(server, request)
            assert (raw.status(answer) in (200, 204)) and part in answer and closed, (what, answer)


def test_head(binary):
    """HEAD is GET without its body, with the same length"""
    with echo(binary) as server:
        for path in ("/", "/chunked", "/status/404"):
            sent = f"HEAD {path} HTTP/1.1\r\n{H}Connection: close\r\n\r\n"
            head, body = head_and_body(ask(server, sent)[0])
            assert body == b"", (path, body)
            fields = {line.split(b":")[0] for line in head.split(b"\r\n")[1:]}
            got, _ = head_and_body(ask(server, sent.replace("HEAD", "GET"))[0])
            assert fields == {line.split(b":")[0] for line in got.split(b"\r\n")[1:]}, path
        head, body = head_and_body(ask(server, f"GET /status/204 HTTP/1.1\r\n{H}Connection: close\r\n\r\n")[0])
        assert body == b"" and b"Content-Length" not in head and b"Transfer-Encoding" not in head, head


def test_connection(binary):
    """persistence as each version has it, answers in order, nothing behind a close"""
    with echo(binary) as server:
        one = "GET /{} HTTP/1.1\r\n" + H
        answer, closed = ask(server, "".join(one.replace("{}", str(i)) + "\r\n" for i in range(50)) +
                             one.replace("{}", "last") + "Connection: close\r\n\r\n" + one.replace("{}", "ignored") + "\r\n")
        places = [answer.find(f"GET /{i} ".encode()) for i in list(range(50)) + ["last"]]
        assert closed and -1 not in places and places == sorted(places), places
        assert b"ignored" not in answer and answer.count(b"\r\nConnection: close\r\n") == 1
        mixed = (POST + "Content-Length: 3\r\n\r\nabc" + POST + "Transfer-Encoding: chunked\r\n\r\n3\r\ndef\r\n0\r\n\r\n" +
                 "GET /chunked HTTP/1.1\r\n" + H + "\r\n" + one.replace("{}", "end") + "Connection: close\r\n\r\n")
        answer, closed = ask(server, mixed)
        assert closed and answer.find(b"abc") < answer.find(b"def") < answer.find(b"0\r\n\r\n") < answer.find(b"GET /end"), answer
        # HTTP/1.0: ends, unless asked otherwise; never chunks
        answer, closed = ask(server, "GET / HTTP/1.0\r\n\r\n")
        assert closed and b"Connection: close" in answer and answer.startswith(b"HTTP/1.1 200"), answer
        answer, closed = ask(server, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /end HTTP/1.0\r\n\r\n")
        assert closed and b"Connection: keep-alive" in answer and b"GET /end" in answer, answer
        answer, closed = ask(server, "GET /chunked HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert closed and b"Transfer-Encoding" not in answer and answer.endswith(b"Connection: keep-alive\n"), answer
        # one byte at a time is the same request
        import socket
        with socket.create_connection(("127.0.0.1", server.port)) as slow:
            for byte in ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                         "3\r\nabc\r\n0\r\n\r\n").encode():
                slow.sendall(bytes([byte]))
                time.sleep(0.001)
            answer, closed = raw.receive(slow, 30)
            assert closed and answer.endswith(b"\r\n\r\nabc"), answer


def test_continue(binary):
    """100 Continue comes before the body, and only where it may"""
    import socket
    with echo(binary) as server:
        def begin(version, extra=""):
            connection = socket.create_connection(("127.0.0.1", server.port))
            connection.sendall(f"POST / HTTP/{version}\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n{extra}\r\n".encode())
            return connection
        with begin("1.1") as connection:
            assert raw.receive(connection, 30, until=b"\r\n\r\n")[0] == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(b"ok")
            assert raw.receive(connection, 30, until=b"ok")[0].startswith(b"HTTP/1.1 200")
        with begin("1.0") as connection:
            assert raw.receive(connection, 0.3)[0] == b"", "a 1.0 client doesn't know 100"
        answer, closed = ask(server, POST + "Expect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n")
        assert raw.status(answer) == 413 and closed


def test_405(server):
    """the real program: a method that an address lacks is 405 with Allow, one that nobody knows 501"""
    status, headers, _ = server.request("DELETE", "/health")
    assert status == 405 and headers["Allow"] == "GET, HEAD", (status, headers)
    assert server.request("BREW", "/health")[0] == 501
    assert server.request("OPTIONS", "*")[0] == 204


SERVER = {}


def test_curl(binary):
    """curl: uploads in both framings, with and without 100-continue, and 1.0"""
    with echo(binary) as server:
        data = os.urandom(3_000_000)
        url = f"http://{server.address}/"
        for options in (["-H", "Transfer-Encoding: chunked"], [], ["-H", "Expect: 100-continue"], ["--http1.0"]):
            done = subprocess.run(["curl", "-sS", "--max-time", "20", *options, "--data-binary", "@-", url], input=data,
                                  capture_output=True)
            assert done.returncode == 0 and done.stdout == data, (options, done.stderr)


def test_aiohttp(binary):
    """python3-aiohttp: parallel streamed bodies on kept connections"""
    import aiohttp
    with echo(binary) as server:
        async def run():
            async with aiohttp.ClientSession() as session:
                async def one(i):
                    async def pieces():
                        for k in range(20):
                            yield b"%d-%d;" % (i, k) * 500
                    expected = b"".join([b"%d-%d;" % (i, k) * 500 for k in range(20)])
                    async with session.post(f"http://{server.address}/{i}", data=pieces(), headers={"X-N": str(i)}) as answer:
                        assert answer.status == 200 and answer.headers["X-N"] == str(i)
                        assert await answer.read() == expected
                    async with session.get(f"http://{server.address}/chunked") as answer:
                        assert (await answer.text()).startswith("GET /chunked")
                await asyncio.gather(*(one(i) for i in range(40)))
        asyncio.run(run())


UNDICI = """
import { Client } from 'undici';
const client = new Client(process.argv[2], { pipelining: 10 });
const answers = await Promise.all(Array.from({ length: 200 }, async (_, i) => {
  const { statusCode, headers, body } = await client.request({ path: '/' + i, method: 'PUT', body: 'body ' + i, headers: { 'x-n': String(i) } });
  return [statusCode, headers['x-n'], await body.text()];
}));
console.log(JSON.stringify(answers));
await client.close();
"""


def test_undici(binary):
    """npm undici: 200 requests, ten in the pipe at a time"""
    folder = node_packages.installed(pathlib.Path(__file__).parent)
    with echo(binary) as server:
        done = subprocess.run(["node", "--input-type=module", "-", f"http://{server.address}"], input=UNDICI, cwd=folder,
                              capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == [[200, str(i), f"body {i}"] for i in range(200)]
