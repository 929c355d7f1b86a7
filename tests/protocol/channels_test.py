# SPDX-License-Identifier: Apache-2.0
"""Channels as other people's clients see them: python3-websockets, python3-jwt, curl, and a receiver of web hooks."""
import asyncio
import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import queue
import subprocess
import threading
import time

import jwt
import websockets

from server import Server

SECRET = "a secret of at least thirty-two bytes"
KEY = "the-key-of-the-back-end"
SERVER = {"options": ["--token-secret", SECRET, "--api-key", KEY, "--channel", '{"name":"news:*","publish":"server","history_size":10}']}


def rest(server, method, path, body=None, key=KEY, extra=()):
    """curl; (status, JSON)"""
    command = ["curl", "-s", "-X", method, "-w", "\n%{http_code}", server.url(f"/api/v1/{path}")]
    if key:
        command += ["-H", f"Authorization: Bearer {key}"]
    if body is not None:
        command += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    done = subprocess.run([*command, *extra], capture_output=True, text=True, timeout=60, check=True)
    text, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(text)


class Client:
    """One WebSocket; answers and what came beside them."""

    def __init__(self, server, **options):
        self.connect, self.told, self.next = websockets.connect(f"ws://127.0.0.1:{server.port}/rpc", open_timeout=60, **options), [], 0

    async def __aenter__(self):
        self.socket = await self.connect.__aenter__()
        return self

    async def __aexit__(self, *_):
        await self.socket.close()

    async def call(self, method, **params):
        self.next += 1
        await self.socket.send(json.dumps({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params}))
        while True:
            message = json.loads(await asyncio.wait_for(self.socket.recv(), 60))
            if message.get("id") == self.next:
                return message
            self.told.append(message)

    async def until(self, method):
        while True:
            for message in self.told:
                if message["method"] == method:
                    self.told.remove(message)
                    return message["params"]
            self.told.append(json.loads(await asyncio.wait_for(self.socket.recv(), 60)))


def claims(**more):
    return {"sub": "ada", "iat": int(time.time()), **more}


def test_rest_and_websocket(server):
    """what curl publishes, a WebSocket hears, and the other way round"""

    async def talk():
        async with Client(server) as ada:
            await ada.call("auth.token", token=jwt.encode(claims(name="Ada"), SECRET, "HS256"))
            joined = (await ada.call("channel.subscribe", channels=["news:1", "chat:x"]))["result"]["channels"]
            assert joined["news:1"]["offset"] == 0, joined
            status, said = rest(server, "POST", "channels/news:1/messages", {"data": {"text": "hi"}, "user": "editor"})
            assert status == 200 and said["offset"] == 1, said
            heard = (await ada.until("channel.message"))["data"]
            assert heard["id"] == said["id"] and heard["user"] == "editor" and heard["data"] == {"text": "hi"}, heard
            refused = await ada.call("channel.publish", channel="news:1", data=1)
            assert refused["error"]["code"] == -32003, refused
            own = (await ada.call("channel.publish", channel="chat:x", data="mine"))["result"]
            status, history = rest(server, "GET", "channels/chat:x/messages")
            assert [m["data"]["id"] for m in history["messages"]] == [own["id"]] and history["messages"][0]["data"]["name"] == "Ada"
            status, present = rest(server, "GET", "channels/chat:x/presence")
            assert present["users"][0]["user"] == "ada" and present["total"] == 1, present
            rest(server, "PATCH", f"channels/chat:x/messages/{own['id']}", {"data": "edited"})
            assert (await ada.until("channel.edited"))["data"]["data"] == "edited"
            rest(server, "DELETE", f"channels/chat:x/messages/{own['id']}")
            assert (await ada.until("channel.deleted"))["data"]["id"] == own["id"]
            rest(server, "DELETE", "users/ada/connections")
            try:
                while True:
                    await asyncio.wait_for(ada.socket.recv(), 60)
            except websockets.exceptions.ConnectionClosed as closed:
                assert closed.code == 3502, closed

    asyncio.run(talk())


def test_rest_refusals(server):
    """no key, a wrong one, a wrong body: JSON errors with words"""
    for key, method, path, body, status, code in (
        (None, "GET", "channels", None, 401, "unauthorized"),
        ("wrong", "GET", "channels", None, 401, "unauthorized"),
        (KEY, "POST", "channels/c/messages", {}, 400, "invalid_params"),
        (KEY, "POST", "channels/library/messages", {"data": 1}, 403, "refused"),
        (KEY, "DELETE", "channels/c/messages/none", None, 404, "not_found"),
        (KEY, "GET", "nothing", None, 404, "not_found"),
    ):
        got, answer = rest(server, method, path, body, key)
        assert (got, answer["error"]["code"]) == (status, code) and answer["error"]["message"], (path, got, answer)


def test_tokens_end_and_are_renewed(server):
    """3005 when the time is over; a newer token on the same connection puts that off"""

    async def talk():
        async with Client(server) as ada:
            soon = jwt.encode(claims(exp=int(time.time()) + 60), SECRET, "HS256")
            assert "result" in await ada.call("auth.token", token=soon)
            later = jwt.encode(claims(exp=int(time.time()) + 600), SECRET, "HS256")
            assert (await ada.call("auth.token", token=later))["result"]["expires_in_ms"] > 500_000
            while True:  # on a slow machine a token may be over before it is read
                end = jwt.encode(claims(exp=int(time.time()) + 2), SECRET, "HS256")
                if "result" in await ada.call("auth.token", token=end):
                    break
            try:
                while True:
                    await asyncio.wait_for(ada.socket.recv(), 60)
            except websockets.exceptions.ConnectionClosed as closed:
                assert closed.code == 3005, closed

    asyncio.run(talk())


def test_tokens_refused(server):
    """none, another key, another algorithm, late, early: no"""

    async def talk():
        async with Client(server) as one:
            for token in (
                jwt.encode(claims(), None, "none"),
                jwt.encode(claims(), SECRET + "x", "HS256"),
                jwt.encode(claims(), SECRET, "HS384"),
                jwt.encode(claims(exp=1), SECRET, "HS256"),
                jwt.encode(claims(nbf=time.time() + 600), SECRET, "HS256"),
                jwt.encode(claims(aud="another"), SECRET, "HS256"),
            ):
                answer = await one.call("auth.token", token=token)
                assert answer["error"]["code"] == -32003, answer
            private = (await one.call("channel.subscribe", channels=["$a", "#ada"]))["result"]["channels"]
            assert private["$a"]["code"] == private["#ada"]["code"] == -32003, private

    asyncio.run(talk())


def test_public_keys(server):
    """RS256 and ES256 with keys that openssl made"""
    folder = pathlib.Path(server.scratch)
    kinds = {"RS256": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "ES256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]}
    options, private = [], {}
    for name, how in kinds.items():
        secret, public = folder / f"{name}.key", folder / f"{name}.pem"
        subprocess.run(["openssl", "genpkey", *how, "-out", secret], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", secret, "-pubout", "-out", public], check=True, capture_output=True)
        private[name] = secret.read_text()
        options += ["--token-keys", str(public)]
    with Server(server.binary, music=server.music, options=options) as other:

        async def talk():
            async with Client(other) as one:
                for name, key in private.items():
                    answer = await one.call("auth.token", token=jwt.encode(claims(sub=name), key, name))
                    assert answer["result"]["user"] == name, answer
                public = (folder / "RS256.pem").read_bytes()  # as if it were a shared secret
                head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "HS256"}, claims()))
                seal = base64.urlsafe_b64encode(hmac.digest(public, head + b"." + body, hashlib.sha256)).rstrip(b"=")
                answer = await one.call("auth.token", token=b".".join((head, body, seal)).decode())
                assert answer["error"]["code"] == -32003, answer

        asyncio.run(talk())


def test_hooks(server):
    """connect, subscribe, publish, disconnect arrive in order, signed; a receiver that fails gets them again"""
    got, key, fail = queue.Queue(), b"sixteen bytes or more", iter([True])

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            text = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
            good = self.headers["webhook-signature"] == "v1," + base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()
            failing = next(fail, False)
            if not failing:
                got.put((good, json.loads(body)["events"]))
            self.send_response(500 if failing else 204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    try:
        options = ["--hook-url", f"http://127.0.0.1:{receiver.server_port}/", "--hook-secret", key.decode()]
        with Server(server.binary, music=server.music, options=options) as other:

            async def talk():
                async with Client(other) as one:
                    await one.call("channel.subscribe", channels=["chat:x"])
                    await one.call("channel.publish", channel="chat:x", data="hi")

            asyncio.run(talk())
            seen = []
            while "disconnect" not in [event["event"] for event in seen]:
                good, events = got.get(timeout=60)
                assert good, "signature"
                seen += events
            assert [e["number"] for e in seen] == list(range(1, len(seen) + 1)), seen
            words = [e["event"] for e in seen]
            assert words.index("connect") < words.index("subscribe") < words.index("publish") < words.index("disconnect"), words
            assert next(e for e in seen if e.get("method") == "channel.message")["data"]["data"] == "hi"
            status, _, metrics = other.request("GET", "/metrics")
            assert status == 200 and b"longwave_hook_failures_total 1" in metrics, metrics[-400:]
    finally:
        receiver.shutdown()
