# SPDX-License-Identifier: Apache-2.0
"""Listens for a while, as the page does: announces a token, records the bytes and what the server says is played when."""
import asyncio
import pathlib
import socket
import threading
import time

import raw
from socket_client import Client


class Capture:
    """path: the bytes of the stream. position_ms: stream time of the first. items: {starts_at_ms: track}. icy: [(byte, title)]."""

    def __init__(self, server, mount, folder, icy=False):
        self.server, self.mount, self.icy_wanted = server, mount, icy
        self.path = pathlib.Path(folder, f"capture.{mount}")
        self.token = f"capture-{mount}-{time.monotonic_ns()}"
        self.position_ms, self.items, self.icy, self.arrivals = None, {}, [], []

    async def run(self, seconds):
        async with Client(self.server) as client:
            await client.call("channel.subscribe", channels=["station:main"])
            await client.call("listener.announce", token=self.token)
            thread = threading.Thread(target=self.record, args=(seconds,))
            thread.start()
            started = await client.until(lambda c: c.of("listener.started"), what="listener.started")
            self.position_ms = started[0]["position_ms"]
            while thread.is_alive():
                await asyncio.sleep(0.2)
            thread.join()
            for note in client.of("station.now"):
                for key in ("current", "next"):
                    item = note["data"].get(key)
                    if item and item.get("starts_at_ms") is not None and (key == "current" or item["starts_at_ms"] not in self.items):
                        self.items[item["starts_at_ms"]] = item["track"]
            self.notes = client.of("station.now")
        return self

    def record(self, seconds):
        extra = b"Icy-MetaData: 1\r\n" if self.icy_wanted else b""
        request = (f"GET /listen/main.{self.mount}?listener={self.token} HTTP/1.0\r\nHost: {self.server.address}\r\n").encode()
        with socket.create_connection(("127.0.0.1", self.server.port), 60) as connection, open(self.path, "wb") as out:
            connection.sendall(request + extra + b"\r\n")
            head, _ = raw.receive(connection, 30, b"\r\n\r\n")
            head, _, body = head.partition(b"\r\n\r\n")
            assert raw.status(head) == 200, head[:200]
            interval = 8192 if b"icy-metaint: 8192" in head.lower() else 0
            left, written, end = interval, 0, time.monotonic() + seconds
            pending = body
            connection.settimeout(30)
            while time.monotonic() < end:
                if not pending:
                    pending = connection.recv(65536)
                    assert pending, "the server ended the stream"
                    self.arrivals.append((time.monotonic(), len(pending)))
                if not interval:
                    out.write(pending)
                    written, pending = written + len(pending), b""
                elif left:
                    part, pending = pending[:left], pending[left:]
                    out.write(part)
                    left, written = left - len(part), written + len(part)
                else:
                    while len(pending) < 1 + pending[0] * 16:
                        pending += connection.recv(65536)
                    size = pending[0] * 16
                    if size:
                        title = pending[1:1 + size].rstrip(b"\0").decode()
                        self.icy.append((written, title.split("'", 1)[1].rsplit("';", 1)[0].split("';")[0]))
                    pending, left = pending[1 + size:], interval


def capture(server, mounts, folder, seconds, icy=False):
    """Records several mounts at the same time."""
    async def together():
        return await asyncio.gather(*(Capture(server, mount, folder, icy and mount == "mp3").run(seconds) for mount in mounts))
    return asyncio.run(asyncio.wait_for(together(), seconds + 120))
