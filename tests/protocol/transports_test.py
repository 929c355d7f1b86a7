# SPDX-License-Identifier: Apache-2.0
"""/rpc/stream with clients that others wrote: curl, aiohttp, npm eventsource, Chromium's EventSource and fetch; and who
may use which transport."""
import asyncio
import json
import pathlib
import socket
import subprocess
import time

import aiohttp

import music
import node_packages
import raw
from server import Server

SERVER = {}
HERE = pathlib.Path(__file__).parent
ACCEPT = {"sse": "text/event-stream", "ndjson": "application/x-ndjson"}


def run(test):
    return asyncio.run(asyncio.wait_for(test, 240))


def tracks(server):
    server.until_tracks(10)
    server.until_playing()
    found = server.rpc({"jsonrpc": "2.0", "id": 1, "method": "library.search", "params": {"text": "", "limit": 5}})
    return [track["id"] for track in found["result"]["tracks"]]


def queue_add(track, id=1):
    return {"jsonrpc": "2.0", "id": id, "method": "queue.add", "params": {"station": "main", "tracks": [track]}}


async def messages(response, form):
    """JSON-RPC messages of a stream, each with its event id; `open` and `close` by name."""
    event = {}
    async for line in response.content:
        line = line.decode().rstrip("\n")
        if form == "ndjson":
            if line:
                message = json.loads(line)
                yield "open" if "session" in message else "close" if "close" in message else "", "", message
        elif line == "":
            if "data" in event:
                yield event.get("event", ""), event.get("id", ""), json.loads(event["data"])
            event = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = value


def test_curl(server):
    """curl -N shows the session, the channel's values, and the answer, as events and as lines"""
    for form, accept in ACCEPT.items():
        done = subprocess.run(["curl", "-sN", "--max-time", "2", "-H", f"Accept: {accept}", server.url("/rpc/stream?channels=library")],
                              capture_output=True, text=True, timeout=180)
        assert done.returncode == 28, done  # ended by the time, not by the server
        if form == "sse":
            assert done.stdout.startswith("retry: ") and '\nevent: open\ndata: {"session":"' in done.stdout, done.stdout
            assert '\nid: library=' in done.stdout and '"id":"channels","result"' in done.stdout, done.stdout
        else:
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            assert "session" in lines[0] and any(line.get("id") == "channels" for line in lines), lines


def test_calls_over_a_stream(server):
    """aiohttp: calls by POST, answers, errors and many answers over the stream, as events and as lines"""
    async def test():
        async with aiohttp.ClientSession() as http:
            for form, accept in ACCEPT.items():
                async with http.get(server.url("/rpc/stream"), headers={"Accept": accept}) as stream:
                    assert stream.content_type == accept, stream.headers
                    said = messages(stream, form)
                    session = (await anext(said))[2]["session"]

                    async def post(message, token=session):
                        async with http.post(server.url("/rpc"), json=message, headers={"Longwave-Session": token}) as answer:
                            return answer.status, await answer.text()

                    assert await post({"jsonrpc": "2.0", "id": 7, "method": "session.info"}) == (202, "")
                    assert (await anext(said))[2]["result"]["role"] == "admin"
                    assert (await post({"jsonrpc": "2.0", "id": "x", "method": "no.thing"}))[0] == 202
                    assert (await anext(said))[2]["error"]["code"] == -32601
                    assert (await post({"jsonrpc": "2.0", "id": 8, "method": "library.scan"}))[0] == 202
                    while True:
                        answer = (await anext(said))[2]
                        if not answer.get("more"):
                            break
                    assert answer["id"] == 8 and "result" in answer, answer
                    assert (await post({}, "1.wrong"))[0] == 404
                assert (await post({"jsonrpc": "2.0", "id": 9, "method": "session.info"}))[0] in (202, 404)
    run(test())


def test_changing_transports(server):
    """WebSocket, cut, events, cut, lines, cut, … while the queue is changed: each change once, in order"""
    some = tracks(server)

    async def test():
        seen, recovered, position, changes = [], 0, None, 120
        async with aiohttp.ClientSession() as http:
            async def publish():
                for i in range(changes):
                    async with http.post(server.url("/rpc"), json=queue_add(some[i % len(some)])) as answer:
                        assert "result" in await answer.json()

            def take(message):
                nonlocal position, recovered
                if "result" in message:
                    answer = message["result"]["channels"]["station:main"]
                    recovered += answer["recovered"]
                    position = position if answer["recovered"] else answer
                elif message["params"]["channel"] == "station:main" and position and not message["params"].get("present"):
                    params = message["params"]
                    position = {"offset": params["offset"], "epoch": params["epoch"]}
                    seen.append((params["offset"], message["method"]))

            publisher = asyncio.create_task(publish())
            turn, after = 0, 0
            while after < 3:  # three more turns when everything has been published
                after += publisher.done()
                enough = len(seen) + (11 if not publisher.done() else 0)
                form = ("ws", "sse", "ndjson")[turn % 3]
                turn += 1
                if form == "ws":
                    async with http.ws_connect(server.url("/rpc")) as socket:
                        params = {"channels": ["station:main"]}
                        if position:
                            params["since"] = {"station:main": {k: position[k] for k in ("offset", "epoch")}}
                        await socket.send_json({"jsonrpc": "2.0", "id": 1, "method": "channel.subscribe", "params": params})
                        answered = False
                        while not answered or (len(seen) < enough and not publisher.done()):
                            message = await socket.receive_json()
                            answered = answered or "result" in message
                            take(message)
                else:
                    headers = {"Accept": ACCEPT[form]}
                    if position:
                        headers["Last-Event-ID"] = f"station:main={position['offset']}.{position['epoch']}"
                    async with http.get(server.url("/rpc/stream?channels=station:main"), headers=headers) as stream:
                        answered = False
                        async for name, _, message in messages(stream, form):
                            if not name:
                                answered = answered or "result" in message
                                take(message)
                            if answered and (len(seen) >= enough or publisher.done()):
                                break
            await publisher
        offsets = [offset for offset, _ in seen]
        assert offsets == list(range(offsets[0], offsets[0] + len(offsets))), offsets
        changed = sum(1 for _, method in seen if method == "queue.changed")
        assert changed >= changes - 12 and recovered >= 6, (changed, recovered)  # the first come before the first subscription
    run(test())


def test_eventsource(server):
    """npm eventsource: subscribes by address, resumes by Last-Event-ID without losing or repeating a change"""
    node_packages.installed(HERE)
    tracks(server)
    done = subprocess.run(["node", "stream_client.mjs", server.address], cwd=HERE, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["changes"] >= 8 and told["recovered"] and told["session"], told


def test_chromium(binary):
    """Chromium: its EventSource and its fetch get calls answered, also in pages of a given origin; a page of another gets nothing"""
    node_packages.installed(HERE.parents[1] / "ui")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        given = probe.getsockname()[1]
    with Server(binary, music=[music.folder("origins", [music.Tone(1, 5, "ogg")])], options=["--origin", f"http://127.0.0.1:{given}"]) as server:
        done = subprocess.run(["node", "stream_page.mjs", server.url(""), str(given)], cwd=HERE, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    seen = json.loads(done.stdout)
    assert seen["events"] == "admin" and seen["lines"] == "admin", seen
    assert set(seen["given"].values()) == {"admin"} and len(seen["given"]) == 4, seen
    assert seen["foreign"] == {"events": "refused", "lines": "refused", "post": "refused", "socket": "refused"}, seen


FOREIGN = ["http://evil.test", "null", "http://127.0.0.1.evil.test:{port}", "http://evil-127.0.0.1:{port}", "http://127.0.0.1:1",
           "http://127.0.0.1", "https://127.0.0.1:{port}", "http://127.0.0.1.:{port}", "http://me@127.0.0.1:{port}",
           "http://127.0.0.1:{port}@evil.test", "http://127.0.0.1:{port}.evil.test", "http://[::1]:{port}", "http://localhost:{port}",
           "http://radio.example.org", "https://radio.example.org:444", "https://radio.example.org.evil.test", "https://evil-radio.example.org",
           "https://radio.example.org.", "https://sub.radio.example.org", "https://user@radio.example.org", "https://radio.example.orgx",
           "https://radio.example.org/", "https://radio.example.org https://evil.test", "file://", "chrome-extension://radio.example.org", ""]
OURS = ["http://127.0.0.1:{port}", "HTTP://127.0.0.1:{port}", "https://radio.example.org", "https://RADIO.example.org:443", "http://[2001:db8::7]:81"]


def test_origins(binary):
    """each transport takes exactly our own origin and the ones that were given with --origin"""
    call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "session.info"}).encode()
    options = ["--origin", "https://radio.example.org", "--origin", "http://[2001:DB8::7]:81"]
    with Server(binary, music=[music.folder("origins", [music.Tone(1, 5, "ogg")])], options=options) as server:
        def status(request):
            return int(raw.exchange(server, request, until=b"\r\n")[0][9:12])

        def tries(origin):
            field = b"Origin: " + origin.encode() + b"\r\n"
            with_session = field + b"Longwave-Session: 1.x\r\n"
            return {"post": status(raw.post(server, "/rpc", call, extra=field)) == 200,
                    "session": status(raw.post(server, "/rpc", call, extra=with_session)) == 404,
                    "events": status(raw.get(server, "/rpc/stream", extra=field)) == 200,
                    "lines": status(raw.get(server, "/rpc/stream", extra=b"Accept: application/x-ndjson\r\n" + field)) == 200,
                    "socket": status(raw.upgrade(server, extra=field)) == 101}

        for origin in OURS:
            found = tries(origin.format(port=server.port))
            assert all(found.values()), (origin, found)
        for origin in FOREIGN:
            found = tries(origin.format(port=server.port))
            assert not any(found.values()), (origin, found)


def test_health_and_last_words(binary):
    """SIGTERM: streams end with 3001 in words, WebSockets with 3001"""
    async def test():
        with Server(binary, music=[music.folder("last-words", [music.Tone(1, 5, "ogg")])]) as server:
            async with aiohttp.ClientSession() as http:
                async with http.get(server.url("/rpc/stream"), headers={"Accept": ACCEPT["sse"]}) as events, \
                        http.get(server.url("/rpc/stream"), headers={"Accept": ACCEPT["ndjson"]}) as lines, \
                        http.ws_connect(server.url("/rpc")) as socket:
                    said = messages(events, "sse"), messages(lines, "ndjson")
                    for one in said:
                        assert (await anext(one))[0] == "open"
                    stopping = asyncio.get_running_loop().run_in_executor(None, server.stop)
                    assert (await anext(said[0])) == ("close", "", {"code": 3001, "reason": "shutdown"})
                    assert (await anext(said[1]))[2] == {"close": {"code": 3001, "reason": "shutdown"}}
                    ended = await socket.receive()
                    assert ended.type == aiohttp.WSMsgType.CLOSE and ended.data == 3001, ended
                assert await stopping == 0
    run(test())


def test_rates(binary):
    """over the rate: 429 with Retry-After for a POST, an error with retry_after_ms on a WebSocket, then 3013; the page's own
    pace isn't touched"""
    call = {"jsonrpc": "2.0", "id": 1, "method": "session.info"}
    headers = {"X-Forwarded-For": "192.0.2.9"}  # so that being on this machine doesn't count

    async def test():
        with Server(binary, music=[music.folder("rates", [music.Tone(1, 5, "ogg")])], options=["--rate-calls", "20"]) as server:
            async with aiohttp.ClientSession(headers=headers) as http:
                async with http.ws_connect(server.url("/rpc")) as socket:
                    began = time.monotonic()
                    for _ in range(1000):
                        await socket.send_json(call)
                    answers, errors = 0, []
                    while (message := await socket.receive()).type == aiohttp.WSMsgType.TEXT:
                        answer = json.loads(message.data)
                        answers += "result" in answer
                        errors += [answer["error"]] if "error" in answer else []
                    assert message.data == 3013, message
                    more = 20 * (time.monotonic() - began)  # came to be allowed meanwhile
                    assert 200 <= answers < 220 + more and len(errors) >= 100, (answers, more, len(errors))
                    assert errors[0]["code"] == -32002 and 0 < errors[0]["data"]["retry_after_ms"] <= 50, errors[0]
                async with http.get(server.url("/rpc/stream")) as stream:
                    session = (await anext(messages(stream, "sse")))[2]["session"]

                    async def post():
                        async with http.post(server.url("/rpc"), json=call, headers={"Longwave-Session": session}) as answer:
                            return answer.status, answer.headers.get("Retry-After")
                    for _ in range(20):  # side by side, so that they are more than what comes to be allowed meanwhile
                        refused = [wait for status, wait in await asyncio.gather(*(post() for _ in range(50))) if status == 429]
                        if refused:
                            assert set(refused) == {"1"}, refused
                            return
                    raise AssertionError("no 429 in 1000 calls")
    run(test())
