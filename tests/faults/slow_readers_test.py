# SPDX-License-Identifier: Apache-2.0
"""Clients that stop reading: they are closed, and nobody else notices."""
import json
import socket
import time

import raw

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
        raw.receive(stalled, 3, b"\r\n\r\n")
        ask = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "rpc.discover"})
        sent = 0
        stalled.settimeout(5)
        before = server.memory_bytes()
        try:
            for sent in range(600):
                stalled.sendall(raw.frame(ask.replace('"id": 1', f'"id": {sent}')))
        except OSError:
            pass  # closed on us, as it should be
        began = time.monotonic()
        assert server.call("station.list")["stations"]
        assert time.monotonic() - began < 0.5
        grown = server.memory_bytes() - before
        assert grown < 30e6, f"{grown} bytes for one stalled reader"
        got, closed = raw.receive(stalled, 20)
        assert closed, "the connection stays open"
        code = raw.close_code(b"\r\n\r\n" + got)
        assert code == 3008 or code is None and len(got) < 4e6, (code, len(got))
        print(f"        closed with {code} after {len(got)} bytes, of {sent + 1} answers asked for")
        assert code == 3008, code


def test_stalled_listener(server):
    """a listener that doesn't read is dropped when it is more than 20 s behind, and counted; others hear on"""
    server.until_playing()
    with narrow(server) as stalled, socket.create_connection(("127.0.0.1", server.port), 10) as reading:
        for connection in (stalled, reading):
            connection.sendall(raw.get(server, "/listen/main.mp3"))
        raw.receive(stalled, 2, b"\r\n\r\n")
        server.until(lambda: server.call("station.now", station="main")["listeners"] == 2, 5, what="both are counted")
        began, heard = time.monotonic(), 0
        reading.settimeout(3)
        while server.call("station.now", station="main")["listeners"] == 2:
            heard += len(reading.recv(262144))
            assert time.monotonic() - began < 75, "the stalled listener is still there after 75 s"
        took = time.monotonic() - began
        print(f"        dropped after {took:.0f} s")
        assert took > 5
        assert heard >= (took - 4) * 15000, (heard, took)
    names = [line for line in server.request("GET", "/metrics")[2].decode().splitlines() if "drop" in line and not line.startswith("#")]
    assert any(float(line.rsplit(" ", 1)[1]) >= 1 for line in names), names
