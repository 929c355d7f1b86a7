# SPDX-License-Identifier: Apache-2.0
"""Clients that ask for everything at once: the memory stays bounded, and others are answered meanwhile."""
import json
import re
import threading
import time

import crowd
import raw

SERVER = crowd.NO_MUSIC
SECONDS = 4


def pour(server, bytes_of, connections=4, read=True, until=None):
    """Each connection sends `bytes_of(n)` as fast as it is taken; one that was closed comes back. Bytes sent."""
    sent = [0] * connections
    over = time.monotonic() + SECONDS

    def one(number):
        while time.monotonic() < over:
            try:
                with crowd.web_socket(server, number) as connection:
                    connection.settimeout(0.2)
                    n = 0
                    while time.monotonic() < over:
                        say(connection, number, bytes_of(n))
                        n += 1
            except (OSError, AssertionError):
                time.sleep(0.05)

    def say(connection, number, block):
        while block and time.monotonic() < over:
            try:
                gone = connection.send(block)
                sent[number] += gone
                block = block[gone:]
            except TimeoutError:
                pass
            if read and crowd.is_closed(connection):
                raise OSError("closed")
            connection.settimeout(0.2)

    threads = [threading.Thread(target=one, args=(i,)) for i in range(connections)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if until:
            until()
        time.sleep(0.1)
    return sum(sent)


def flood(server, bytes_of, what, limit_bytes=30e6, read=True, p99_s=2):
    memory = crowd.Memory(server)
    with crowd.Bystander(server) as bystander:
        sent = pour(server, bytes_of, read=read, until=memory.look)
    print(f"        {sent / 1e6:.0f} MB of {what}")
    bystander.check(p99_s)
    memory.check(limit_bytes, what)
    server.until(lambda: crowd.metric(server, "longwave_websockets") == 0, what="the flooders are gone")


def calls(method, params=None, count=100):
    text = json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params or {}})
    block = b"".join(raw.frame(text) for _ in range(count))
    return lambda _: block


def test_calls(server):
    """a flood of calls whose answers are read"""
    flood(server, calls("station.list"), "calls")


def test_calls_unread(server):
    """a flood of calls whose answers nobody reads"""
    flood(server, calls("station.list"), "calls, unread", read=False)


def test_subscriptions(server):
    """a flood of subscriptions to the same channels"""
    flood(server, calls("channel.subscribe", {"channels": ["library", "server", "station:main"]}, 50), "subscriptions")


def test_subscriptions_unread(server):
    """a flood of subscriptions whose answers nobody reads"""
    flood(server, calls("channel.subscribe", {"channels": ["library", "server", "station:main"]}, 50), "subscriptions, unread", read=False)


def test_names(server):
    """a flood of people who change their names, each of which others would be told"""
    block = [b"".join(raw.frame(json.dumps({"jsonrpc": "2.0", "id": i, "method": "session.name", "params": {"name": f"n{i + n}"}}))
                      for i in range(50)) for n in range(8)]
    with crowd.web_socket(server, 9) as watcher:
        watcher.sendall(raw.frame(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "channel.subscribe", "params": {"channels": ["library"]}})))
        flood_but_one(server, lambda n: block[n % 8], "new names")


def flood_but_one(server, bytes_of, what):
    memory = crowd.Memory(server)
    with crowd.Bystander(server) as bystander:
        sent = pour(server, bytes_of, until=memory.look)
    print(f"        {sent / 1e6:.0f} MB of {what}")
    bystander.check(2)
    memory.check(30e6, what)


def test_pings(server):
    """a flood of pings, of the largest size, read and unread"""
    block = b"".join(raw.frame(b"p" * 125, opcode=9) for _ in range(200))
    flood(server, lambda _: block, "pings")
    flood(server, lambda _: block, "pings, unread", read=False)


def test_garbage(server):
    """a flood of messages that are no JSON, and of batches full of nothing"""
    block = b"".join(raw.frame(b"{" * 200) for _ in range(50)) + raw.frame(json.dumps([1] * 100))
    flood(server, lambda _: block, "garbage")
    flood(server, lambda _: block, "garbage, unread", read=False)


def test_big_messages(server):
    """64 KiB messages in 1-byte fragments, and many half messages at once"""
    tiny = raw.frame(b" ", final=False) + b"".join(raw.frame(b" ", opcode=0, final=False) for _ in range(500))
    flood(server, lambda n: tiny if n == 0 else tiny[7:], "fragments of one byte")
    memory = crowd.Memory(server)
    half = raw.frame(b" " * 60000)[:-1]
    held = []
    for i in range(200):
        held.append(crowd.web_socket(server, i))
        held[-1].sendall(half)
    time.sleep(0.5)
    memory.check(200 * 70e3 + 10e6, "200 half messages of 60 kB")
    crowd.close_all(held)


def test_http_pipeline(server):
    """a flood of pipelined requests whose answers nobody reads"""
    memory = crowd.Memory(server)
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "rpc.discover"}).encode()
    block = raw.post(server, "/rpc", body) * 50
    with crowd.Bystander(server) as bystander:
        held = [crowd.connect(server, i, receive_bytes=4096) for i in range(20)]
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for connection in held:
                connection.setblocking(False)
                try:
                    connection.send(block)
                except OSError:
                    pass
            memory.look()
            time.sleep(0.02)
        crowd.close_all(held)
    bystander.check(2)
    memory.check(30e6, "20 pipelines, unread")


def test_unread_streams(server):
    """a stream (SSE, NDJSON) whose answers nobody reads is ended past 1 MiB, and its session with it"""
    call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "rpc.discover"})
    for form in ("text/event-stream", "application/x-ndjson"):
        memory = crowd.Memory(server)
        with crowd.Bystander(server) as bystander, crowd.connect(server, 1, receive_bytes=4096) as stream:
            stream.sendall(raw.get(server, "/rpc/stream", extra=b"Accept: " + form.encode() + b"\r\n"))
            head, _ = raw.receive(stream, 30, b"ping_ms")
            session = re.search(rb'"session":"([^"]+)"', head)[1].decode()
            headers = {"Content-Type": "application/json", "Longwave-Session": session}
            status, sent = 202, 0
            while status == 202 and sent < 400:
                status, _, _ = server.request("POST", "/rpc", call, headers)
                sent += 1
            memory.look()
        print(f"        {form}: the session ended after {sent} answers of 30 kB")
        assert status == 404, (form, status)
        bystander.check(2, least=1)
        memory.check(15e6, form)
