# SPDX-License-Identifier: Apache-2.0
"""A client of the MusicDB protocol on python3-websockets, with what the original page's does on its own: it reads the
configuration from webdata/config.js, and a watchdog that every packet feeds opens a new socket when nothing came."""
import asyncio
import json
import queue
import re
import threading
import time
import urllib.request

import websockets

PATIENCE_S = 60


def configuration(port, headers=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/webdata/config.js", headers=headers or {})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        text = answer.read().decode()
    return {name: json.loads(value) for name, value in re.findall(r"^var (\w+) = (.*);$", text, re.M)}


class Client:
    """The socket lives on a thread of its own."""

    def __init__(self, port, watchdog=True):
        self.port, self.config = port, configuration(port)
        self.key, self.watchdog = self.config["WEBSOCKET_APIKEY"], watchdog
        self.frames, self.times, self.opened, self.expired, self.closed = queue.Queue(), [], 0, 0, None
        self.marks = 0
        self.socket, self.listening = None, None
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.on_loop(self.connect())

    def on_loop(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_S)

    async def connect(self):
        self.socket = await websockets.connect(self.config["WEBSOCKET_URL"], max_size=None, open_timeout=PATIENCE_S)
        self.opened += 1
        self.listening = asyncio.ensure_future(self.listen(self.socket))

    async def listen(self, socket):
        interval = self.config["WATCHDOG_INTERVAL"] / 1000 if self.watchdog else PATIENCE_S
        while True:
            try:
                packet = json.loads(await asyncio.wait_for(socket.recv(), interval))
            except asyncio.TimeoutError:
                self.expired += 1
                await self.connect()
                await socket.close()
                return
            except websockets.exceptions.ConnectionClosed as closed:
                self.closed = closed.rcvd
                self.frames.put(None)
                return
            if packet["fncsig"] == "onTimeChanged":
                self.times.append((time.monotonic(), packet["arguments"]))
            else:
                self.frames.put(packet)

    def send_raw(self, data):
        self.on_loop(self.socket.send(data))

    def send(self, method, name, arguments=None, signature=None, pass_=None, key=None):
        self.send_raw(json.dumps({"method": method, "fncname": name, "fncsig": signature, "arguments": arguments, "pass": pass_,
                                  "key": self.key if key is None else key}))

    def next(self, fits=lambda packet: True, patience=PATIENCE_S):
        """The next packet that fits; those before it are dropped."""
        end = time.monotonic() + patience
        while True:
            packet = self.frames.get(timeout=max(0.01, end - time.monotonic()))
            if packet is None:
                raise ConnectionError(f"closed: {self.closed}")
            if fits(packet):
                return packet

    def request(self, name, arguments=None, signature="sig", pass_=None):
        self.send("request", name, arguments, signature, pass_)
        return self.next(lambda p: p["method"] == "response" and p["fncname"] == name)["arguments"]

    def until_mark(self):
        """Everything that comes before the answer to a packet that is sent now: packets are handled in order."""
        self.marks += 1
        mark = f"mark {self.marks}"
        self.send("request", "Bounce", {"mark": mark}, mark)
        got = []
        while True:
            packet = self.next()
            if packet["fncsig"] == mark:
                return got
            got.append(packet)

    def notified(self, signature):
        return self.next(lambda p: p["method"] == "notification" and p["fncsig"] == signature)

    def close(self):
        self.on_loop(self.socket.close())
