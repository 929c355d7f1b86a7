# SPDX-License-Identifier: Apache-2.0
"""Clients that ask for everything at once: the memory stays bounded, and others are answered meanwhile."""
import json
import threading
import time

import crowd
import raw

SERVER = crowd.NO_MUSIC
SECONDS = 4


def pour(server, bytes_of, connections=4, read=True, until=None):
    """Each connection sends `bytes_of(n)` as fast as it is taken. (bytes sent, close codes of those the server ended)"""
    sent, ended = [0] * connections, [None] * connections
    over = time.monotonic() + SECONDS

    def one(number):
        with crowd.web_socket(server, number) as connection:
            connection.setblocking(True)
            connection.settimeout(0.2)
            got, n = b"", 0
            part = bytes_of(0)
            while time.monotonic() < over:
                try:
                    gone = connection.send(part)
                    sent[number] += gone
                    part = part[gone:] or bytes_of(n := n + 1)
                except TimeoutError:
                    pass
                except OSError:
                    break
                if read:
                    try:
                        connection.setblocking(False)
                        while piece := connection.recv(1 << 20):
                            got = (got + piece)[-4096:]
                        break
                    except BlockingIOError:
                        pass
                    except OSError:
                        break
                    finally:
                        connection.settimeout(0.2)
            ended[number] = got[-2:]

    threads = [threading.Thread(target=one, args=(i,)) for i in range(connections)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if until:
            until()
        time.sleep(0.1)
    return sum(sent), ended


def flood(server, bytes_of, what, limit_bytes=30e6, read=True, p99_s=0.15, least=50):
    memory = crowd.Memory(server)
    with crowd.Bystander(server) as bystander:
        sent, _ = pour(server, bytes_of, read=read, until=memory.look)
    print(f"        {sent / 1e6:.0f} MB of {what}")
    bystander.check(p99_s, least)
    memory.check(limit_bytes, what)
    server.until(lambda: crowd.metric(server, "longwave_websockets") == 0, 10, what="the flooders are gone")


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
        sent, _ = pour(server, bytes_of, until=memory.look)
    print(f"        {sent / 1e6:.0f} MB of {what}")
    bystander.check(0.15)
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
    flood(server, lambda n: tiny if n == 0 else tiny[7:], "fragments of one byte", least=5)
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
    bystander.check(0.15)
    memory.check(30e6, "20 pipelines, unread")
