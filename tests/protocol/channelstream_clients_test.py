# SPDX-License-Identifier: Apache-2.0
"""Clients of the second generation of channelstream that others wrote: python3-websockets, npm ws, curl, Chromium."""
import asyncio
import http.client
import json
import pathlib
import random
import re
import subprocess
import threading
import time
import uuid

import websockets

import channelstream_golden as golden
import node_packages
from server import Server, free_port

HERE = pathlib.Path(__file__).parent
SERVER = {"options": ["--channelstream-secret", "secret", "--channelstream-admin-secret", "wonder", "--channelstream-heartbeat", "1",
                      "--channelstream-poll-wait", "1"]}


def call(server, path, body, method="POST", sign="g2", status=200):
    got, _, text = golden.send(server, {"method": method, "path": path, "body": body, "sign": sign})
    assert got == status, f"{method} {path}: {got} {text[:400]}"
    return json.loads(text)


def connect(server, user, channels, **more):
    return call(server, "/connect", {"username": user, "channels": channels, **more})["conn_id"]


def say(server, text, **where):
    return call(server, "/message", [{"user": "system", "message": {"text": text}, **where}])[0]["uuid"]


def texts(messages):
    return [m["message"].get("text") for m in messages if m["type"] == "message"]


async def until(socket, done, wait_s=60):
    """Frames until `done(messages so far)`."""
    seen = []
    end = time.monotonic() + wait_s
    while not done(seen):
        frame = json.loads(await asyncio.wait_for(socket.recv(), end - time.monotonic()))
        assert isinstance(frame, list), frame
        seen += frame
    return seen


def run(what):
    return asyncio.run(asyncio.wait_for(what, 180))


def test_websocket(server):
    """python3-websockets: what was missed, live frames, edits, deletions, presence, state, heartbeats"""
    async def go():
        post = asyncio.to_thread
        ada = await post(connect, server, "w-ada", ["w-a"], channel_configs={
            "w-a": {"notify_presence": True, "notify_state": True, "broadcast_presence_with_user_lists": True}},
            state_public_keys=["status"], user_state={"status": "here", "mail": "hidden"})
        missed = [await post(say, server, f"missed {i}", channel="w-a") for i in range(3)]
        async with websockets.connect(f"ws://{server.address}/ws?conn_id={ada}", open_timeout=60, origin="https://shop.example") as socket:
            seen = await until(socket, lambda all: len(texts(all)) == 3)
            assert [m["uuid"] for m in seen if m["type"] == "message"] == missed and all(m["catchup"] for m in seen), seen
            live = await post(say, server, "live", channel="w-a")
            (message,) = await until(socket, lambda all: all)
            assert message["uuid"] == live and message["catchup"] is False and message["edited"] is None, message
            assert message["type"] == "message" and message["channel"] == "w-a" and "no_history" not in message, message
            await post(call, server, "/message", [{"uuid": live, "channel": "w-a", "message": {"text": "better"}}], "PATCH")
            (edit,) = await until(socket, lambda all: all)
            assert edit["type"] == "message:edit" and edit["message"] == {"text": "better"} and edit["edited"], edit
            await post(call, server, "/message", [{"uuid": live, "channel": "w-a"}], "DELETE")
            assert await until(socket, lambda all: all) == [{"uuid": live, "type": "message:delete", "channel": "w-a"}]
            bob = await post(connect, server, "w-bob", ["w-a"], user_state={"status": "new"}, state_public_keys=["status"])
            (joined,) = await until(socket, lambda all: all)
            assert joined["type"] == "presence" and joined["user"] == "w-bob" and joined["message"] == {"action": "joined"}, joined
            assert joined["users"] == [{"user": "w-ada", "state": {"status": "here"}}] and joined["state"] == {"status": "new"}, joined
            await post(call, server, "/user_state", {"user": "w-ada", "user_state": {"status": "busy", "mail": "still hidden"}})
            (state,) = await until(socket, lambda all: all)
            assert state["type"] == "user_state_change" and state["message"] == {
                "state": {"status": "busy"}, "changed": [{"key": "status", "value": "busy"}]}, state
            await post(call, server, f"/disconnect?conn_id={bob}", {}, "POST", "none")
            (parted,) = await until(socket, lambda all: all)
            assert parted["message"] == {"action": "parted"} and parted["state"] is None, parted
            assert json.loads(await asyncio.wait_for(socket.recv(), 60)) == []
            await post(call, server, f"/disconnect?conn_id={ada}", {}, "POST", "none")
            await asyncio.wait_for(socket.wait_closed(), 60)
    run(go())


def test_private(server):
    """private messages go to whom they are for, and an edit of one doesn't leak"""
    async def go():
        post = asyncio.to_thread
        ada = await post(connect, server, "p-ada", ["p-a"])
        bob = await post(connect, server, "p-bob", ["p-a"])
        async with websockets.connect(f"ws://{server.address}/ws?conn_id={ada}", open_timeout=60) as first, \
                websockets.connect(f"ws://{server.address}/ws?conn_id={bob}", open_timeout=60) as second:
            secret = await post(say, server, "for bob", channel="p-a", pm_users=["p-bob"])
            await post(say, server, "for bob, anywhere", pm_users=["p-bob"])
            await post(say, server, "not for bob", channel="p-a", exclude_users=["p-bob"])
            await post(call, server, "/message", [{"uuid": secret, "channel": "p-a", "message": {"text": "edited"}}], "PATCH")
            await post(say, server, "end", channel="p-a")
            mine = await until(first, lambda all: "end" in texts(all))
            theirs = await until(second, lambda all: "end" in texts(all))
            assert [m["message"]["text"] for m in mine] == ["not for bob", "end"], mine
            assert [m["message"]["text"] for m in theirs] == ["for bob", "for bob, anywhere", "edited", "end"], theirs
            assert [m["channel"] for m in theirs] == ["p-a", None, "p-a", "p-a"], theirs
    run(go())


def test_unknown(server):
    """a WebSocket with an id that nobody has is closed at once"""
    async def go():
        async with websockets.connect(f"ws://{server.address}/ws?conn_id={uuid.uuid4()}", open_timeout=60) as socket:
            await asyncio.wait_for(socket.wait_closed(), 60)
            assert socket.close_code == 1000, socket.close_code
    run(go())


def test_station(server):
    """what happens at a station comes as messages, too; nobody else may speak there"""
    async def go():
        post = asyncio.to_thread
        await post(server.until_tracks, 10)
        await post(server.until_playing)
        conn_id = await post(connect, server, "r-ada", ["station:main"])
        async with websockets.connect(f"ws://{server.address}/ws?conn_id={conn_id}", open_timeout=60) as socket:
            await post(server.skip)
            seen = await until(socket, lambda all: any(m["message"]["method"] == "station.now" for m in all))
            assert {m["channel"] for m in seen} == {"station:main"} and {m["type"] for m in seen} == {"message"}, seen
        await post(call, server, "/message", [{"user": "x", "channel": "station:main", "message": {}}], "POST", "g2", 422)
    run(go())


class Node:
    def __init__(self, server, conn_id):
        self.process = subprocess.Popen(["node", "channelstream_ws.mjs", server.address, conn_id], cwd=HERE, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def line(self):
        timer = threading.Timer(60, self.process.kill)
        timer.start()
        try:
            line = self.process.stdout.readline().strip()
        finally:
            timer.cancel()
        assert line, "the client has ended"
        return line

    def tell(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()


def test_npm_ws(server):
    """npm ws: closes, misses two messages, comes back under the same id and gets these two, once and in order"""
    node_packages.installed(HERE)
    conn_id = connect(server, "n-ada", ["n-a", "n-b"])
    node = Node(server, conn_id)
    try:
        assert node.line() == "open"
        say(server, "one", channel="n-a")
        assert texts(json.loads(node.line())) == ["one"]
        node.tell("close")
        assert node.line() == "closed 1000"
        say(server, "two", channel="n-b")
        say(server, "three", channel="n-a")
        node.tell("again")
        assert node.line() == "open"
        seen = json.loads(node.line())
        assert texts(seen) == ["two", "three"] and all(m["catchup"] for m in seen), seen
        say(server, "four", channel="n-b")
        assert texts(json.loads(node.line())) == ["four"]
        node.tell("end")
        assert node.process.wait(60) == 0
    finally:
        node.process.kill()
        node.process.wait()


def curl(url, *options):
    done = subprocess.run(["curl", "-sS", "-i", "--max-time", "60", *options, url], capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    head, body = done.stdout.replace("\r\n", "\n").split("\n\n", 1)
    return head, body


def test_curl(server):
    """curl: long polls lose nothing between them; with a callback it is a script; without news it is []"""
    conn_id = connect(server, "l-ada", ["l-a"])
    url = server.url(f"/listen?conn_id={conn_id}")
    say(server, "before", channel="l-a")
    head, body = curl(url)
    assert texts(json.loads(body)) == ["before"] and "Content-Type: application/json" in head, body
    answers = []
    poll = threading.Thread(target=lambda: answers.append(curl(url)[1]))
    poll.start()
    say(server, "during", channel="l-a")
    poll.join(90)
    seen = texts(json.loads(answers[0]))
    say(server, "between", channel="l-a")
    head, body = curl(url + "&callback=shop.take")
    script = re.fullmatch(r"shop\.take\((.*)\)", body)
    assert script and "Content-Type: application/javascript" in head and "nosniff" in head, body
    assert seen + texts(json.loads(script[1])) == ["during", "between"], (seen, body)
    assert json.loads(curl(url)[1]) == []


def test_two_polls(server):
    """of two polls at the same time, the older one is answered at once"""
    conn_id = connect(server, "t-ada", ["t-a"])
    url = server.url(f"/listen?conn_id={conn_id}")
    answers = [None, None]

    def poll(i):
        answers[i] = json.loads(curl(url)[1])

    threads = [threading.Thread(target=poll, args=[i]) for i in range(2)]
    for thread in threads:
        thread.start()
    say(server, "once", channel="t-a")
    for thread in threads:
        thread.join(90)
    last = json.loads(curl(url)[1])  # in case both were over by then
    assert texts(answers[0] + answers[1] + last) == ["once"], (answers, last)


def test_times(binary):
    """a connection without a transport is collected, a lost socket has its time of grace, a channel is empty then"""
    options = ["--channelstream-secret", "secret", "--channelstream-idle", "1", "--channelstream-grace", "1"]
    with Server(binary, music=[golden.FOLDER], options=options) as server:
        conn_id = connect(server, "ada", ["a"])

        async def come_and_go():
            async with websockets.connect(f"ws://{server.address}/ws?conn_id={conn_id}", open_timeout=60):
                await asyncio.sleep(0)
        run(come_and_go())
        connect(server, "bob", ["a"])
        end = time.monotonic() + 60
        while call(server, "/info", {"info": {}})["channels"]["a"]["total_connections"] > 0:
            assert time.monotonic() < end, "nobody was collected"
            time.sleep(0.1)
        figures = call(server, "/admin/admin.json", None)
        assert figures["total_connections"] == 0 and figures["remembered_user_count"] == 2 and figures["unique_user_count"] == 0, figures


def test_own_listener(binary):
    """on a listener of its own: nothing of it on the main port, nothing of ours there; addresses; exact origins"""
    port = free_port()
    options = ["--channelstream-secret", "secret", "--channelstream-listen", f"127.0.0.1:{port}",
               "--channelstream-allow-cors", "https://shop.example"]
    with Server(binary, music=[golden.FOLDER], options=options) as main:
        assert main.request("POST", "/connect", "{}")[0] == 404
        main.port, kept = port, main.port
        conn_id = connect(main, "ada", ["a"])
        assert main.request("GET", "/")[0] == 404 and main.request("GET", "/health")[0] == 404
        for origin, allowed in (("https://shop.example", "https://shop.example"), ("https://shop.example.evil", None), ("https://evil", None)):
            _, fields, _ = main.request("OPTIONS", "/connect", None, {"Origin": origin})
            assert fields.get("Access-Control-Allow-Origin") == allowed, (origin, dict(fields))

        async def open_from(origin):
            async with websockets.connect(f"ws://127.0.0.1:{port}/ws?conn_id={conn_id}", open_timeout=60, origin=origin):
                return True
        assert run(open_from("https://shop.example")) and run(open_from(None))
        try:
            run(open_from("https://evil"))
            raise RuntimeError("a page of another origin got in")
        except websockets.InvalidHandshake as refused:
            assert "403" in str(refused), refused
        main.port = kept


def test_addresses(binary):
    """a right signature from an address that isn't allowed is 403; browsers may come from anywhere"""
    with Server(binary, music=[golden.FOLDER], options=["--channelstream-secret", "secret", "--channelstream-allow", "10.1.2.3"]) as server:
        call(server, "/connect", {"username": "ada"}, status=403)
        assert server.request("GET", f"/listen?conn_id={uuid.uuid4()}")[0] == 401


def test_off(binary):
    """without a secret none of its addresses exist"""
    with Server(binary, music=[golden.FOLDER]) as plain:
        for path in ("/connect", "/message", "/ws", "/listen", "/admin", "/openapi.json"):
            assert plain.request("GET", path)[0] == 404, path


def test_own_signature(server):
    """our own signature binds method, path and body, and passes once"""
    body = json.dumps({"info": {"channels": ["never"]}}).encode()
    token = golden.own_token("POST", "/info", body)

    def post(path, what, method="POST"):
        return server.request(method, path, what, {"x-channelstream-secret": token, "Content-Type": "application/json"})[0]
    assert post("/info", body + b" ") == 401 and post("/subscribe", body) == 401 and post("/info", body, "GET") == 401
    assert post("/info", body) == 200
    assert post("/info", body) == 401
    old = golden.own_token("POST", "/info", body, at=int(time.time()) - 120)
    assert server.request("POST", "/info", body, {"x-channelstream-secret": old})[0] == 401


def test_hostile(server):
    """two thousand bodies of all shapes: each is answered 200, 400 or 422, and the server goes on"""
    chance = random.Random(7)
    names = ["username", "user", "conn_id", "channels", "channel", "channel_configs", "info", "user_state", "fresh_user_state",
             "state_public_keys", "pm_users", "exclude_users", "message", "uuid", "timestamp", "edited", "no_history", "history_size",
             "include_users", "x", "type", ""]
    plain = [None, True, False, 0, -1, 1.5, 10 ** 18, "", "a", "#a", "h-a", "h-b", "x" * 300, "\u0000", "\U0001f600", "station:main",
             "00000000-0000-4000-8000-000000000001", "2020-06-27T20:44:49.1", [], {}]

    def value(depth):
        kind = chance.random()
        if depth > 3 or kind < 0.5:
            return chance.choice(plain)
        if kind < 0.75:
            return [value(depth + 1) for _ in range(chance.randrange(4))]
        return {chance.choice(names): value(depth + 1) for _ in range(chance.randrange(6))}

    calls = [("POST", path) for path in ("/connect", "/subscribe", "/unsubscribe", "/user_state", "/message", "/channel_config", "/info",
                                         "/disconnect")] + [("PATCH", "/message"), ("DELETE", "/message")]
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    seen = set()
    for _ in range(2000):
        method, path = chance.choice(calls)
        body = value(0)
        if chance.random() < 0.7:
            body = {"username": "h-ada", "conn_id": "00000000-0000-4000-8000-0000000000aa", "channels": ["h-a"],
                    **(body if isinstance(body, dict) else {})} if path != "/message" else [body] * 2
            body = {key: entry for key, entry in body.items() if chance.random() < 0.8} if isinstance(body, dict) else body
        connection.request(method, path, json.dumps(body), {"x-channelstream-secret": golden.g2_token()})
        answer = connection.getresponse()
        json.loads(answer.read())
        seen.add(answer.status)
    assert seen <= {200, 400, 422} and {200, 422} <= seen, seen


def test_admin(server):
    """signing in: a wrong password shows the form again, a right one gives a cookie that opens everything"""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, fields, text = server.request("POST", "/admin/sign_in", "username=admin&password=wrong", form)
    assert status == 200 and b"<form" in text and "Set-Cookie" not in fields
    status, fields, _ = server.request("POST", "/admin/sign_in", "username=admin&password=wonder", form)
    cookie = fields["Set-Cookie"]
    assert status == 302 and fields["Location"] == "/admin" and "HttpOnly" in cookie and "SameSite=Strict" in cookie, cookie
    sent = {"Cookie": cookie.split(";")[0]}
    for path, kind in (("/admin", "text/html"), ("/admin/debug", "application/json"), ("/admin/admin.json", "application/json"),
                       ("/openapi.json", "application/json"), ("/api-explorer", "text/html")):
        status, fields, text = server.request("GET", path, None, sent)
        assert status == 200 and fields["Content-Type"].startswith(kind) and text, path
    figures = json.loads(server.request("POST", "/admin/admin.json", None, sent)[2])
    assert list(figures) == ["remembered_user_count", "unique_user_count", "total_connections", "total_channels", "total_messages",
                             "total_unique_messages", "channels", "users", "uptime", "version"], figures
    assert call(server, "/admin/admin.json", None)["version"] == "0.7.1"
    status, fields, _ = server.request("GET", "/admin/sign_out", None, sent)
    assert status == 302 and "Max-Age=0" in fields["Set-Cookie"]
    forged = {"Cookie": sent["Cookie"][:-1] + ("1" if sent["Cookie"][-1] != "1" else "2")}
    assert server.request("GET", "/admin", None, forged)[0] == 302


def test_chromium(server):
    """Chromium: signs in, and posts a message from the API explorer; nothing comes from elsewhere"""
    node_packages.installed(HERE.parents[1] / "ui")
    done = subprocess.run(["node", "channelstream_explorer.mjs", server.url("").rstrip("/"), "wonder"], cwd=HERE,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout)
    assert seen["asked"] == "/admin/sign_in" and seen["heading"] == "Channels and users" and seen["operations"] >= 14, seen
    assert seen["answer"].startswith("200") and seen["complaints"] == [] and seen["foreign"] == [], seen
