# SPDX-License-Identifier: Apache-2.0
"""python3-websockets as a JSON-RPC client: answers by id, notifications in order."""
import asyncio
import itertools
import json

import websockets


class Refused(Exception):
    def __init__(self, error):
        super().__init__(f"{error['code']}: {error['message']}")
        self.code, self.message = error["code"], error["message"]


class Client:
    """async with Client(server) as client: …"""

    def __init__(self, server, **options):
        self.url, self.options = server.url("/rpc", "ws"), options
        self.ids, self.waiting, self.many, self.notes = itertools.count(1), {}, {}, []
        self.changed = asyncio.Event()
        self.arrived = []  # every message as it came

    async def __aenter__(self):
        self.socket = await websockets.connect(self.url, max_size=2 ** 24, open_timeout=60, **self.options)
        self.reader = asyncio.ensure_future(self.read())
        return self

    async def __aexit__(self, *_):
        self.reader.cancel()
        await self.socket.close()

    async def read(self):
        try:
            async for text in self.socket:
                self.take(json.loads(text))
        except websockets.ConnectionClosed:
            pass
        finally:
            for future in self.waiting.values():
                if not future.done():
                    future.set_exception(ConnectionError("closed"))
            self.changed.set()

    def take(self, message):
        self.arrived.append(message)
        if isinstance(message, dict) and message.get("id") in self.waiting:
            if message.get("more"):
                self.many.setdefault(message["id"], []).append(message)
            else:
                future = self.waiting.pop(message["id"])
                if not future.done():
                    future.set_result(message)
        elif isinstance(message, dict) and "method" in message:
            self.notes.append(message)
        self.changed.set()

    async def send(self, value):
        await self.socket.send(value if isinstance(value, (str, bytes)) else json.dumps(value))

    async def start(self, method, params=None):
        """Sends a call and gives (id, future of the whole last answer)."""
        number = next(self.ids)
        future = asyncio.get_running_loop().create_future()
        self.waiting[number] = future
        await self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}})
        return number, future

    async def call(self, method, timeout=60, **params):
        _, future = await self.start(method, params)
        answer = await asyncio.wait_for(future, timeout)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    async def until(self, condition, timeout=60, what="what was expected"):
        """Waits until condition(self) is true, looking again whenever something arrives."""
        async def look():
            while True:
                self.changed.clear()
                value = condition(self)
                if value:
                    return value
                if self.reader.done():
                    raise ConnectionError("the server closed the socket")
                await self.changed.wait()
        try:
            return await asyncio.wait_for(look(), timeout)
        except asyncio.TimeoutError:
            raise AssertionError(f"{what}: not within {timeout} s; last: {json.dumps(self.arrived[-3:])[:600]}") from None

    def of(self, method, channel=None):
        return [note["params"] for note in self.notes
                if note["method"] == method and (channel is None or note["params"].get("channel") == channel)]
