# SPDX-License-Identifier: Apache-2.0
"""Clients that stop reading: they are closed, and nobody else notices."""
import asyncio
import json
import socket
import time

import raw
from socket_client import Client

SERVER = {}


def narrow(server):
    """A connection whose receiver takes next to nothing."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", server.port))
    return connection


def metric(server, name):
    for line in server.request("GET", "/metrics")[2].decode().splitlines():
        if line.split("{")[0].split(" ")[0] == name:
            return float(line.rsplit(" ", 1)[1])
    return None


def test_stalled_websocket(server):
    """a WebSocket that doesn't read is closed with 3008 past 1 MiB, and others are answered at once"""
    server.until_tracks(10)
    with narrow(server) as stalled:
        stalled.sendall(raw.upgrade(server))
        raw.receive(stalled, 30, b"\r\n\r\n")
        ask = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "rpc.discover"})
        sent = 0
        stalled.settimeout(10)
        before = server.memory_bytes()
        try:
            for sent in range(600):
                stalled.sendall(raw.frame(ask.replace('"id": 1', f'"id": {sent}')))
        except OSError:
            pass  # closed on us, as it should be
        began = time.monotonic()
        assert server.call("station.list")["stations"]
        assert time.monotonic() - began < 5
        grown = server.memory_bytes() - before
        assert grown < 30e6, f"{grown} bytes for one stalled reader"
        got, closed = raw.receive(stalled, 60)
        assert closed, "the connection stays open"
        code = raw.close_code(b"\r\n\r\n" + got)
        assert code == 3008 or code is None and len(got) < 4e6, (code, len(got))
        print(f"        closed with {code} after {len(got)} bytes, of {sent + 1} answers asked for")
        assert code == 3008, code


def notes(got):
    """The notifications in what a server sent after the upgrade."""
    at = got.index(b"\r\n\r\n") + 4
    while len(got) - at >= 4:
        size, head = got[at + 1], 2
        if size >= 126:
            head = 4 if size == 126 else 10
            size = int.from_bytes(got[at + 2:at + head], "big")
        if len(got) < at + head + size:
            return
        if got[at] & 15 == 1 and "method" in (message := json.loads(got[at + head:at + head + size])):
            yield message
        at += head + size


async def slow_subscriber(server):
    channel = "chat:slow"
    subscribing = {"jsonrpc": "2.0", "id": 1, "method": "channel.subscribe", "params": {"channels": [channel]}}
    async with Client(server) as steady, Client(server) as speaker:
        await steady.call("channel.subscribe", channels=[channel])
        with narrow(server) as stalled:
            stalled.sendall(raw.upgrade(server) + raw.frame(json.dumps(subscribing)))
            await asyncio.sleep(0.5)
            said = 0
            for said in range(1, 301):
                await speaker.call("channel.publish", channel=channel, data={"n": said, "text": "x" * 16000})
            got, closed = await asyncio.get_running_loop().run_in_executor(None, raw.receive, stalled, 60)
        assert closed and raw.close_code(got) == 3008, (closed, len(got))
        heard = [note["params"] for note in notes(got) if note["method"] == "channel.message"]
        assert [note["data"]["data"]["n"] for note in heard] == list(range(1, len(heard) + 1)) and len(heard) < said
        # Others have everything; it comes back where it was, or is told why that can't be.
        await steady.until(lambda c: len(c.of("channel.message")) == said, 30, "the reader beside it has everything")
        assert [note["data"]["data"]["n"] for note in steady.of("channel.message")] == list(range(1, said + 1))
        known = heard[-1] if heard else steady.of("channel.message")[0]
        async with Client(server) as again:
            answer = await again.call("channel.subscribe", channels=[channel], since={channel: {"offset": known["offset"], "epoch": known["epoch"]}})
            back = answer["channels"][channel]
            assert back["recovered"] or back["reason"], back
            await speaker.call("channel.publish", channel=channel, data={"n": said + 1})
            await again.until(lambda c: any(note["data"]["data"]["n"] == said + 1 for note in c.of("channel.message")), 15, "it hears on")
        near = steady.of("channel.message")[-20]
        async with Client(server) as again:
            answer = await again.call("channel.subscribe", channels=[channel], since={channel: {"offset": near["offset"], "epoch": near["epoch"]}})
            assert answer["channels"][channel]["recovered"], answer
            missed = [note["data"]["data"]["n"] for note in again.of("channel.message")]
            assert missed == list(range(near["data"]["data"]["n"] + 1, said + 2)), missed
        print(f"        closed with 3008 after {len(heard)} of {said} messages; back: {back}")


def test_slow_subscriber(server):
    """a subscriber that doesn't read is cut past 1 MiB; it comes back, and gets what it missed or is told; others miss nothing"""
    asyncio.run(slow_subscriber(server))


def test_stalled_listener(server):
    """a listener that doesn't read is dropped when it is more than 20 s behind, and counted; others hear on"""
    server.until_playing()
    with narrow(server) as stalled, socket.create_connection(("127.0.0.1", server.port), 60) as reading:
        for connection in (stalled, reading):
            connection.sendall(raw.get(server, "/listen/main.mp3"))
        raw.receive(stalled, 30, b"\r\n\r\n")
        server.until(lambda: server.call("station.now", station="main")["listeners"] == 2, what="both are counted")
        began, heard = time.monotonic(), 0
        reading.settimeout(30)
        while server.call("station.now", station="main")["listeners"] == 2:
            heard += len(reading.recv(262144))
            assert time.monotonic() - began < 75, "the stalled listener is still there after 75 s"
        took = time.monotonic() - began
        print(f"        dropped after {took:.0f} s")
        assert took > 5
        assert heard >= (took - 4) * 15000, (heard, took)
    names = [line for line in server.request("GET", "/metrics")[2].decode().splitlines() if "drop" in line and not line.startswith("#")]
    assert any(float(line.rsplit(" ", 1)[1]) >= 1 for line in names), names
