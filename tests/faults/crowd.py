# SPDX-License-Identifier: Apache-2.0
"""Many connections at once, without a thread for each; and a bystander who measures what it is like meanwhile."""
import errno
import http.client
import json
import multiprocessing
import os
import pathlib
import selectors
import socket
import time

import raw

# For a module's SERVER: a folder without music, so that nothing but the test itself costs memory or time.
NO_MUSIC = {"music": False, "options": ["--music", str(pathlib.Path(__file__).resolve().parent)]}
CALL = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "station.list"})


def address_of(number):
    """127.0.0.2 to .9: each has ports and limits of its own."""
    return f"127.0.0.{2 + number % 8}"


def connect(server, number=0, receive_bytes=None):
    connection = socket.socket()
    if receive_bytes:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    connection.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
    connection.bind((address_of(number), 0))
    connection.settimeout(30)
    connection.connect(("127.0.0.1", server.port))
    return connection


def web_socket(server, number=0, receive_bytes=None):
    connection = connect(server, number, receive_bytes)
    connection.sendall(raw.upgrade(server))
    answer, _ = raw.receive(connection, 30, b"\r\n\r\n")
    assert raw.status(answer) == 101, answer[:200]
    return connection


def metric(server, name):
    for line in server.request("GET", "/metrics")[2].decode().splitlines():
        if line.split("{")[0].split(" ")[0] == name:
            return float(line.rsplit(" ", 1)[1])
    raise AssertionError(f"there is no metric {name}")


def close_all(connections):
    for connection in connections:
        try:
            connection.close()
        except OSError:
            pass


def is_closed(connection):
    """Reads and forgets what has come; true if the other side has ended it."""
    connection.setblocking(False)
    try:
        while True:
            if not connection.recv(65536):
                return True
    except OSError as problem:
        return problem.errno not in (errno.EAGAIN, errno.EWOULDBLOCK)


class Bystander:
    """A decent client in a process of its own: a call every 10 ms on one kept connection, and now and then a new one.

    with Bystander(server) as bystander: …        then bystander.check(p99_s=0.1)"""

    def __init__(self, server, every_s=0.01):
        self.port, self.every_s = server.port, every_s
        self.ours, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("fork").Process(target=self.live, args=(theirs,), daemon=True)
        self.took, self.problems = [], []

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.ours.send("enough")
        if self.ours.poll(60):
            self.took, self.problems = self.ours.recv()
        self.process.join(60)
        if self.process.is_alive():
            self.process.kill()

    def live(self, orders):
        took, problems = [], []
        connection = None
        while not orders.poll(self.every_s):
            began = time.monotonic()
            try:
                if connection is None or len(took) % 50 == 49:
                    if connection:
                        connection.close()
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                connection.request("POST", "/rpc", CALL, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200 or b'"result"' not in body:
                    problems.append(f"{answer.status} {body[:100]!r}")
                if answer.will_close:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException) as problem:
                problems.append(repr(problem))
                connection = None
            took.append(time.monotonic() - began)
        orders.send((took, problems))
        os._exit(0)

    def check(self, p99_s, least=20):
        """Nothing failed, and 99 of 100 calls took at most so long. Says the figures. The limits in the tests leave room
        for a machine with other work; docs/reliability.md has what a less busy one showed."""
        took = sorted(self.took)
        assert len(took) >= least, f"only {len(took)} calls were made"
        p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
        print(f"        a bystander's {len(took)} calls: p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, worst {took[-1] * 1000:.0f} ms")
        assert not self.problems, (len(self.problems), self.problems[:3])
        assert p99 <= p99_s, (p50, p99, took[-1])


class Memory:
    """How much the server grows at most while something goes on."""

    def __init__(self, server):
        self.server, self.before = server, server.memory_bytes()
        self.most = self.before

    def look(self):
        self.most = max(self.most, self.server.memory_bytes())

    def check(self, limit_bytes, what):
        self.look()
        grown = self.most - self.before
        print(f"        {what}: memory grew by {grown / 1e6:.1f} MB at most")
        assert grown <= limit_bytes, f"{grown} bytes for {what}"


def connect_rate(server, per_s, seconds, request=None):
    """Opens connections at a rate, sends one request on each, reads the answer and closes. (answered, refused, worst second's rate)"""
    waiting = selectors.DefaultSelector()
    answered = refused = opened = 0
    began = time.monotonic()
    request = request or raw.get(server, "/health", extra=b"Connection: close\r\n")
    total = int(per_s * seconds)
    live = {}
    while (opened < total or live) and time.monotonic() < began + seconds * 3 + 10:
        due = min(total, int((time.monotonic() - began) * per_s) + 1)
        while opened < due and len(live) < 3000:
            connection = socket.socket()
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_IP, 24, 1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # no port stays behind
            connection.bind((address_of(opened), 0))
            connection.connect_ex(("127.0.0.1", server.port))
            opened += 1
            live[connection.fileno()] = connection
            waiting.register(connection, selectors.EVENT_WRITE)
        for key, events in waiting.select(0.002):
            connection = key.fileobj
            try:
                if events & selectors.EVENT_WRITE:
                    connection.send(request)
                    waiting.modify(connection, selectors.EVENT_READ)
                    continue
                good = connection.recv(65536).startswith((b"HTTP/1.1 200", b"HTTP/1.1 101"))
            except OSError:
                good = False
            answered += good
            refused += not good
            waiting.unregister(connection)
            del live[connection.fileno()]
            connection.close()
    took = time.monotonic() - began
    close_all(live.values())
    waiting.close()
    return answered, refused + len(live), opened / took
