# SPDX-License-Identifier: Apache-2.0
"""Drain, upgrade in place, sockets from a service manager, and TLS files read again, on the real program."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import threading
import time

import music
import raw
from server import RpcError, Server, free_port

APART = True

UPGRADES = 20


class Loop(threading.Thread):
    """Connects and calls, again and again, each time on a new connection."""

    def __init__(self, server, call):
        super().__init__(daemon=True)
        self.server, self.call, self.ended, self.count, self.problems, self.longest = server, call, False, 0, [], 0.0

    def run(self):
        while not self.ended:
            began = time.monotonic()
            try:
                self.call(self.count)
                self.count += 1
            except Exception as problem:  # refused, reset, no answer: each is what the test is about
                self.problems.append(f"{type(problem).__name__}: {problem}")
            self.longest = max(self.longest, time.monotonic() - began)

    def end(self):
        self.ended = True
        self.join(60)


def upgrades(server):
    return server.log().count("becoming ")


def upgrade(server):
    before = upgrades(server)
    server.process.send_signal(signal.SIGUSR2)
    end = time.monotonic() + 60
    while upgrades(server) == before:
        assert time.monotonic() < end and server.alive(), (server.process.poll(), server.log()[-2000:])
        time.sleep(0.02)
    while time.monotonic() < end:  # answers again, as the next program
        try:
            if server.request("GET", "/health")[0] == 200:
                return
        except OSError:
            pass
    raise AssertionError("no health after an upgrade")


def test_upgrades(binary):
    """20 upgrades: no connect is refused, every request is answered, and what was acknowledged is there"""

    server = Server(binary, music=[music.folder("mixed", music.mixed())], options=["--drain", "1"])
    try:
        server.start()
        pid = server.process.pid
        deadline = time.monotonic() + 60
        while not server.call("library.search", text="")["tracks"] and time.monotonic() < deadline:
            time.sleep(0.1)
        track = server.call("library.search", text="")["tracks"][0]["id"]
        acknowledged = []

        def health(_):
            status, _, _ = server.request("GET", "/health", timeout=60)
            assert status in (200, 503), status

        def add(_):
            try:
                acknowledged.append(server.call("queue.add", station="main", tracks=[track])["version"])
            except RpcError as problem:  # an answer too: the next program is still reading its library
                assert problem.code == -32001, problem
            time.sleep(0.1)  # a person's pace

        loops = [Loop(server, health), Loop(server, health), Loop(server, add)]
        for loop in loops:
            loop.start()
        for _ in range(UPGRADES):
            upgrade(server)
        for loop in loops:
            loop.end()
        problems = [problem for loop in loops for problem in loop.problems]
        assert not problems, (len(problems), problems[:5])
        assert upgrades(server) == UPGRADES and server.process.pid == pid and server.alive()
        assert all(loop.count > UPGRADES for loop in loops), [loop.count for loop in loops]
        assert acknowledged == sorted(set(acknowledged)), "each change has its version, over all upgrades"
        listed = server.call("queue.list", station="main", limit=1)
        assert listed["version"] >= acknowledged[-1], (listed["version"], acknowledged[-1])
        print(f"    {sum(loop.count for loop in loops[:2])} health calls, {len(acknowledged)} acknowledged changes; "
              f"the longest call took {max(loop.longest for loop in loops):.1f} s")
    finally:
        server.close()


def test_upgrade_that_cannot_be(binary):
    """an executable that doesn't take the configuration is not become; the program goes on"""
    server = Server(binary, music=[music.folder("mixed", music.mixed())])
    folder = tempfile.mkdtemp()
    own = pathlib.Path(folder) / "longwave"
    own.write_bytes(pathlib.Path(binary).read_bytes())
    own.chmod(0o755)
    server.binary = str(own)
    try:
        server.start()
        own.unlink()
        own.write_text("#!/bin/sh\necho not me >&2\nexit 1\n")
        own.chmod(0o755)
        server.process.send_signal(signal.SIGUSR2)
        end = time.monotonic() + 60
        while "the upgrade is off" not in server.log() and time.monotonic() < end:
            time.sleep(0.02)
        assert "not me" in server.log(), server.log()[-1000:]
        assert server.until_well()
    finally:
        server.close()


def test_drain(binary):
    """SIGTERM: WebSockets get 3001 one after the other over the window, and health says 503 meanwhile"""
    server = Server(binary, music=[music.folder("mixed", music.mixed())], options=["--drain", "8"])
    try:
        server.start()
        sockets = []
        for _ in range(6):
            connection = socket.create_connection(("127.0.0.1", server.port))
            connection.sendall(raw.upgrade(server))
            assert b" 101 " in raw.receive(connection, 30, until=b"\r\n\r\n")[0]
            sockets.append(connection)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)

        def told():
            status, headers, _ = server.request("GET", "/health")
            return status == 503 and headers["Connection"] == "close"
        server.until(told, what="health says so")
        assert server.request("GET", "/")[0] in (200, 404)
        ends = []
        for connection in sockets:
            answer, _ = raw.receive(connection, 30, until=b"\x0b\xb9")  # 3001
            assert b"\x0b\xb9" in answer, answer
            ends.append(time.monotonic() - began)
            connection.close()
        assert max(ends) - ends[0] > 1.5 and max(ends) < 30, ends
        assert server.process.wait(60) == 0
    finally:
        server.close()


def start_activated(server, listening, extra_environment):
    """As a service manager does: the socket is descriptor 3 of the new process."""
    script = ("import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ['LISTEN_FDS'] = '1'; "
              "os.environ['LISTEN_PID'] = str(os.getpid()); os.execv(sys.argv[2], sys.argv[2:])")
    command = [str(part) for part in server.command()]
    log = open(server.log_path, "ab")
    return subprocess.Popen(["/usr/bin/python3", "-c", script, str(listening.fileno()), *command],
                            stdout=log, stderr=log, pass_fds=[listening.fileno()], env=dict(os.environ, **extra_environment))


def test_activation_and_notification(binary):
    """a socket that a service manager bound is served, connects wait for it, and READY, RELOADING, STOPPING are told"""
    server = Server(binary, music=[music.folder("mixed", music.mixed())])
    server.port = free_port()
    folder = tempfile.mkdtemp()
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", server.port))
    listening.listen(16)
    early = socket.create_connection(("127.0.0.1", server.port))
    early.sendall(raw.get(server, "/health"))
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(folder + "/notify")
    told.settimeout(60)
    server.process = start_activated(server, listening, {"NOTIFY_SOCKET": folder + "/notify"})
    try:
        answer = raw.receive(early, 30, until=b"\r\n\r\n")
        assert b" 200 " in answer[0], answer
        assert told.recv(100) == b"READY=1"
        server.process.send_signal(signal.SIGHUP)
        assert told.recv(100).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
        assert told.recv(100) == b"READY=1"
        server.process.send_signal(signal.SIGTERM)
        assert told.recv(100) == b"STOPPING=1"
        assert server.process.wait(60) == 0
    finally:
        listening.close()
        server.close()


def certificate(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", f"{folder}/key.pem.new", "-out",
                    f"{folder}/cert.pem.new"], check=True, capture_output=True)
    for file in ("key.pem", "cert.pem"):
        os.replace(f"{folder}/{file}.new", f"{folder}/{file}")


def s_client(port, *options):
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options], input=b"", capture_output=True, timeout=60)
    return (done.stdout + done.stderr).decode(errors="replace")


def test_tls(binary):
    """TLS by openssl and curl: versions, ALPN, tickets; the files are read again on SIGHUP, bad ones are not taken"""
    folder = tempfile.mkdtemp()
    certificate(folder, "one")
    server = Server(binary, music=[music.folder("mixed", music.mixed())], options=["--tls-certificate", f"{folder}/cert.pem", "--tls-key", f"{folder}/key.pem"])
    try:
        server.start()
        for version, good in (("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)):
            text = s_client(server.port, version, "-alpn", "h2,http/1.1")
            assert ("Cipher is (NONE)" not in text and "CN = one" in text) == good, (version, text[-600:])
            if good:
                assert "ALPN protocol: http/1.1" in text, text
        assert "no application protocol" in s_client(server.port, "-alpn", "h2").lower()
        assert "ECDHE" in s_client(server.port, "-tls1_2") and "NONE" in s_client(server.port, "-tls1_2", "-cipher", "AES128-SHA")
        session = f"{folder}/session"
        s_client(server.port, "-tls1_2", "-sess_out", session)
        assert "Reused, TLSv1.2" in s_client(server.port, "-tls1_2", "-sess_in", session)
        with socket.create_connection(("127.0.0.1", server.port)) as open_before:
            certificate(folder, "two")
            server.process.send_signal(signal.SIGHUP)
            end = time.monotonic() + 60
            while "were read again" not in server.log() and time.monotonic() < end:
                time.sleep(0.02)
            assert "CN = two" in s_client(server.port)
            assert "Reused, TLSv1.2" in s_client(server.port, "-tls1_2", "-sess_in", session), "tickets outlive a reload"
            (pathlib.Path(folder) / "cert.pem").write_text("nonsense")
            server.process.send_signal(signal.SIGHUP)
            end = time.monotonic() + 60
            while "stay as they were" not in server.log() and time.monotonic() < end:
                time.sleep(0.02)
            assert "CN = two" in s_client(server.port) and "stay as they were" in server.log()
            # a handshake that never comes ends with the time for a header
            assert open_before.send(b"\x16") == 1
            open_before.settimeout(60)
            assert open_before.recv(10) == b""
        done = subprocess.run(["curl", "-ksS", "--max-time", "10", f"https://127.0.0.1:{server.port}/health"], capture_output=True)
        assert done.returncode == 0 and json.loads(done.stdout)["status"] in ("ok", "pass", "up"), (done.stdout, done.stderr)
    finally:
        server.close()


def test_listeners(binary):
    """several listeners: IPv4, IPv6, both on one socket, a Unix socket with its mode"""
    folder = tempfile.mkdtemp()
    server = Server(binary, music=[music.folder("mixed", music.mixed())])
    server.port = free_port()
    six, both = free_port(), free_port()
    path = f"{folder}/longwave.sock"
    server.options = ["--listen", f"[::1]:{six}", "--listen", f"[::]:{both}", "--listen", f"unix:{path}+mode=600"]
    try:
        server.start()
        for url in (f"http://127.0.0.1:{server.port}", f"http://[::1]:{six}", f"http://127.0.0.1:{both}", f"http://[::1]:{both}"):
            done = subprocess.run(["curl", "-gsS", "--max-time", "10", f"{url}/health"], capture_output=True)
            assert done.returncode == 0 and done.stdout.startswith(b"{"), (url, done)
        done = subprocess.run(["curl", "-sS", "--unix-socket", path, "http://localhost/health"], capture_output=True)
        assert done.returncode == 0 and done.stdout.startswith(b"{"), done
        assert os.stat(path).st_mode & 0o777 == 0o600
        assert server.stop() == 0 and not os.path.exists(path)
    finally:
        server.close()
