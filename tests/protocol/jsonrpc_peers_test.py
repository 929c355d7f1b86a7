# SPDX-License-Identifier: Apache-2.0
"""JSON-RPC clients that others wrote: npm jayson (1.0 and 2.0) and json-rpc-2.0 (both directions), Python's jsonrpclib."""
import json
import pathlib
import subprocess

import jsonrpclib
import jsonrpclib.config
import jsonrpclib.jsonrpc

import node_packages
from examples_test import example

SERVER = {}
HERE = pathlib.Path(__file__).parent


def test_npm_clients(server, binary):
    """jayson over HTTP in versions 1 and 2 and over WebSocket; json-rpc-2.0 called back by the server"""
    node_packages.installed(HERE)
    server.until_tracks(10)
    with example(binary, "progress") as (address, _):
        done = subprocess.run(["node", "jsonrpc_peers.mjs", server.address, address], cwd=HERE, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout)
    unknown = {"code": -32601, "message": "Method not found"}
    for answers in (seen["http2"], seen["http1"]):
        assert answers["information"] == "string" and answers["searched"] == 10, answers
        assert answers["unknown"] == unknown and answers["wrong"] == -32602 and not answers["notified"], answers
    assert seen["http2"]["batch"] == ["result", -32601], seen
    assert seen["socket"] == {"counts": [1, 2, 3], "unknown": -32601}, seen
    assert seen["both"] == {"asked": ["a: 42", "b: 42", "c: 42"], "songs": {"songs": 100}, "missing": -32601, "unknown": unknown}, seen


def test_jsonrpclib(server):
    """python3-jsonrpclib-pelix in versions 2 and 1: calls by position and by name, a batch, a notification, errors"""
    server.until_tracks(10)
    for version in (2.0, 1.0):
        config = jsonrpclib.config.Config(version=version, content_type="application/json")
        proxy = jsonrpclib.ServerProxy(server.url("/rpc"), config=config)
        assert proxy.library.search("tone")["total"] == 10
        if version == 2.0:
            assert len(proxy.library.search(text="tone", limit=3)["tracks"]) == 3
        try:
            proxy.no.such.method()
            raise AssertionError("an unknown method is answered")
        except jsonrpclib.ProtocolError as problem:
            assert problem.args[0][0] == -32601, problem
        if version == 2.0:
            batch = jsonrpclib.MultiCall(proxy)
            batch.server.info()
            batch._notify.session.info()
            batch.library.search(text="tone", limit=1)
            information, found = list(batch())
            assert information["version"] and len(found["tracks"]) == 1, (information, found)
        try:
            proxy._notify.session.info()
        except jsonrpclib.jsonrpc.TransportError as problem:
            assert problem.args[1] == 204, problem  # carried out; this client takes any status but 200 for a failure


def test_one_slow_call_delays_nobody_else(binary):
    """while one call of a connection hasn't ended, other calls of it and of others are answered in milliseconds"""
    import asyncio
    import time

    import websockets

    async def session(address):
        async with websockets.connect(f"ws://{address}/", open_timeout=60) as slow, \
                websockets.connect(f"ws://{address}/", open_timeout=60) as other:
            await slow.send('{"jsonrpc":"2.0","id":"slow","method":"ask","params":["never answered"]}')
            assert json.loads(await slow.recv())["method"] == "answer"
            took, aside = [], []  # what is said of the slow call

            async def answers(socket, number):
                got = []
                while not got or got[-1].get("more"):
                    message = json.loads(await asyncio.wait_for(socket.recv(), 60))
                    (got if message.get("id") == number else aside).append(message)
                return got

            for number in range(100):
                for socket in (slow, other):
                    began = time.monotonic()
                    await socket.send(f'{{"jsonrpc":"2.0","id":{number},"method":"package","params":[1]}}')
                    assert [bool(one.get("more")) for one in await answers(socket, number)] == [True, False]
                    took.append(time.monotonic() - began)
                if aside:  # a slow machine: it has ended meanwhile
                    break
            while len(aside) < 2:
                aside.append(json.loads(await asyncio.wait_for(slow.recv(), 60)))
            gave_up, late = aside
            assert gave_up["method"] == "rpc.cancel", gave_up
            assert late["id"] == "slow" and late["error"]["code"] == -32009, late
            return sorted(took)

    with example(binary, "progress") as (address, _):
        took = asyncio.run(session(address))
    print(f"        {took[-1] * 1000:.1f} ms was the longest of {len(took)} calls beside one that took 5 s")
    assert len(took) >= 20 and took[len(took) // 2] < 0.3 and took[-1] < 4, took[-5:]
