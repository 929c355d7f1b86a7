# SPDX-License-Identifier: Apache-2.0
"""Clients that send as slowly as they can (slowloris), while decent ones go on."""
import time

import crowd
import raw

SERVER = crowd.NO_MUSIC
HEADERS, BODIES, SOCKETS = 400, 100, 100


def drip(server, connections, bytes_of, until_s, every_s=0.25, opened=None):
    """One more byte on each connection, over and over. Seconds from its opening to when the server closed each, and how many are open still."""
    began = time.monotonic()
    opened = opened or [began] * len(connections)
    open_ones = dict(enumerate(connections))
    closed = []
    at = 0
    while open_ones and time.monotonic() < began + until_s:
        for number, connection in list(open_ones.items()):
            text = bytes_of(number)
            try:
                if crowd.is_closed(connection):
                    raise OSError("closed")
                connection.send(text[at % len(text):][:1])
            except BlockingIOError:
                pass
            except OSError:
                closed.append(time.monotonic() - opened[number])
                del open_ones[number]
        at += 1
        time.sleep(every_s)
    return closed, len(open_ones)


def test_slow_headers(server):
    """400 clients send a header byte by byte: each is let go after 10 s, others are served meanwhile"""
    memory = crowd.Memory(server)
    header = raw.get(server, "/", extra=b"X-Long: " + b"a" * 2000 + b"\r\n")
    connections, opened = [], []
    for i in range(HEADERS):
        opened.append(time.monotonic())
        connections.append(crowd.connect(server, i))
    with crowd.Bystander(server) as bystander:
        closed, left = drip(server, connections, lambda _: header, 60, opened=opened)
        memory.look()
    crowd.close_all(connections)
    print(f"        closed after {min(closed, default=0):.1f} to {max(closed, default=0):.1f} s, {left} left")
    assert left == 0 and min(closed) > 5 and sorted(closed)[HEADERS // 2] < 14 and max(closed) < 30, (left, min(closed), max(closed))
    bystander.check(p99_s=2)
    memory.check(20e6, f"{HEADERS} slow headers")


def test_slow_bodies(server):
    """100 clients send a body byte by byte: below the least rate they are let go, others are served meanwhile"""
    memory = crowd.Memory(server)
    body = b'{"jsonrpc":"2.0","id":1,"method":"station.list","params":{}}' + b" " * 60000
    begin = raw.post(server, "/rpc", body)[:-len(body)]
    connections = [crowd.connect(server, i) for i in range(BODIES)]
    for connection in connections:
        connection.sendall(begin)
    with crowd.Bystander(server) as bystander:
        closed, left = drip(server, connections, lambda _: body, 60)
        memory.look()
    crowd.close_all(connections)
    print(f"        closed after {min(closed, default=0):.1f} to {max(closed, default=0):.1f} s, {left} left")
    assert left == 0 and max(closed) < 50, (left, closed[:3])
    bystander.check(p99_s=2)
    memory.check(20e6, f"{BODIES} slow bodies")


def test_silent(server):
    """400 connections that say nothing at all are let go too"""
    connections = [crowd.connect(server, i) for i in range(HEADERS)]
    with crowd.Bystander(server) as bystander:
        began = time.monotonic()
        left = list(connections)
        while left and time.monotonic() < began + 60:
            left = [connection for connection in left if not crowd.is_closed(connection)]
            time.sleep(0.2)
    crowd.close_all(connections)
    assert not left, f"{len(left)} of {HEADERS} are open after a minute"
    bystander.check(p99_s=2)


def test_slow_frames(server):
    """100 WebSockets send a frame byte by byte: they hold no more than what they sent, and the ping finds them alive"""
    memory = crowd.Memory(server)
    frame = raw.frame(b" " * 60000)
    connections = [crowd.web_socket(server, i) for i in range(SOCKETS)]
    with crowd.Bystander(server) as bystander:
        closed, left = drip(server, connections, lambda _: frame, 8)
        memory.look()
    crowd.close_all(connections)
    assert left == SOCKETS and not closed, closed
    bystander.check(p99_s=2)
    memory.check(10e6, f"{SOCKETS} slow frames")
