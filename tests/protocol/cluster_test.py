# SPDX-License-Identifier: Apache-2.0
"""Two nodes on one real Redis. The clients are channelstream's as others would write them: python3-itsdangerous signs, python3-websockets
listens. cluster_channels_test.py does the same with our own API."""
import asyncio
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

import itsdangerous
import websockets

from cluster import Cluster, Redis, broker

TOP = pathlib.Path(__file__).resolve().parents[2]
DIALECT = ["--channelstream-secret", "s3"]


class Application:
    """The web application behind one node."""

    def __init__(self, node):
        self.node = node

    def post(self, path, body, method="POST"):
        token = itsdangerous.TimestampSigner("s3").sign("channelstream").decode()
        status, _, answer = self.node.request(method, path, json.dumps(body), {"Content-Type": "application/json", "x-channelstream-secret": token})
        if status == 503:
            raise ConnectionError(answer.decode())
        assert status == 200, (path, status, answer)
        return json.loads(answer)

    def connect(self, user):
        config = {"a": {"store_history": True, "history_size": 1000}}
        return self.post("/connect", {"username": user, "channels": ["a"], "channel_configs": config})["conn_id"]

    def say(self, number):
        self.post("/message", [{"user": "ada", "channel": "a", "message": {"n": number}}])


class Listener:
    """A browser: async with Listener(node, conn_id) as browser: …"""

    def __init__(self, node, conn_id):
        self.url, self.heard, self.changed = node.url(f"/ws?conn_id={conn_id}", "ws"), [], asyncio.Event()

    async def __aenter__(self):
        self.socket = await websockets.connect(self.url, open_timeout=60)
        self.reader = asyncio.ensure_future(self.read())
        return self

    async def __aexit__(self, *_):
        self.reader.cancel()
        await self.socket.close()

    async def read(self):
        async for text in self.socket:
            self.heard += json.loads(text)
            self.changed.set()

    async def until(self, condition, wait_s=60):
        async def look():
            while not condition():
                self.changed.clear()
                await self.changed.wait()
        await asyncio.wait_for(look(), wait_s)

    def numbers(self):
        return [one["message"]["n"] for one in self.heard if one["type"] == "message"]


def run(test, wait_s=240):
    return asyncio.run(asyncio.wait_for(test, wait_s))


async def aside(function, *arguments):
    return await asyncio.get_running_loop().run_in_executor(None, function, *arguments)


async def insist(application, number):
    """Says it again while the answer is 503; gives the number of refusals."""
    for refused in range(1200):
        with contextlib.suppress(ConnectionError):
            await aside(application.say, number)
            return refused
        await asyncio.sleep(0.05)
    raise AssertionError("still refused after a minute")


def test_lost_connections(binary):
    """Redis cuts the servers' connections while messages flow from one node to the other: nothing is missed, repeated or out of order; edits arrive"""
    async def go(cluster):
        here, there = (Application(node) for node in cluster.nodes)
        async with Listener(cluster.nodes[1], there.connect("bob")) as browser:
            here.connect("ada")
            for i in range(120):
                await insist(here, i)
                if i % 30 == 10:
                    for kind in ("pubsub", "normal"):
                        await aside(cluster.redis.cli, "CLIENT", "KILL", "TYPE", kind)
            await browser.until(lambda: len(browser.numbers()) >= 120)
            first = next(one for one in browser.heard if one["type"] == "message")
            await aside(here.post, "/message", [{"uuid": first["uuid"], "channel": "a", "message": {"n": "better"}}], "PATCH")
            await browser.until(lambda: any(one["type"] == "message:edit" for one in browser.heard))
            assert browser.numbers() == list(range(120)), browser.numbers()
        top = int(cluster.redis.cli("HGET", "longwave:channel:a", "top"))
        assert top >= 121 and cluster.redis.cli("ZCARD", "longwave:history:a") == "120", top
        assert "better" in cluster.redis.cli("HGET", "longwave:kept:a", cluster.redis.cli("ZRANGE", "longwave:history:a", 0, 0))
        for key in cluster.redis.cli("--scan").splitlines():
            assert key.startswith("longwave:") and cluster.redis.cli("PTTL", key) != "-1", key  # each has its end; one may be gone by now

    with Cluster(binary, options=DIALECT) as cluster:
        run(go(cluster))


def test_redis_away(binary):
    """without Redis connections stay, health and metrics say so, publishing is refused for the time being, the station lives on; then all goes on"""
    async def go(cluster):
        here, there = (Application(node) for node in cluster.nodes)
        async with Listener(cluster.nodes[1], there.connect("bob")) as browser:
            here.connect("ada")
            await insist(here, 1)
            await browser.until(lambda: browser.numbers() == [1])
            cluster.redis.kill()
            for node in cluster.nodes:
                await aside(node.until, lambda node=node: broker(node) != "ok")
                status, _, body = node.request("GET", "/health")
                assert status == 503 and "Redis" in json.loads(body)["checks"]["broker"], body
                assert "longwave_broker_up 0" in node.request("GET", "/metrics")[2].decode()
                assert node.call("station.now", station="main")["state"]
            try:
                here.say(2)
                raise AssertionError("published without Redis")
            except ConnectionError as refused:
                assert "try again" in str(refused), refused
            await aside(cluster.redis.start)
            await aside(cluster.until_well)
            for node in cluster.nodes:
                assert "longwave_broker_lost_total 1" in node.request("GET", "/metrics")[2].decode()
            await insist(here, 3)
            await browser.until(lambda: 3 in browser.numbers())
            assert browser.numbers() == [1, 3] and not browser.reader.done(), browser.numbers()

    with Cluster(binary, options=DIALECT) as cluster:
        run(go(cluster))


class Certificates:
    """An authority and a certificate for 127.0.0.1, made by openssl."""

    def __init__(self, folder):
        self.ca, self.key, self.certificate = (os.path.join(folder, name) for name in ("ca.pem", "key.pem", "certificate.pem"))
        ca_key, request, names = (os.path.join(folder, name) for name in ("ca-key.pem", "request.pem", "names"))
        pathlib.Path(names).write_text("subjectAltName=IP:127.0.0.1\n")
        for words in (["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", ca_key, "-out", self.ca, "-days", "2", "-subj", "/CN=test authority"],
                      ["req", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out", request, "-subj", "/CN=redis"],
                      ["x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", ca_key, "-CAcreateserial", "-out", self.certificate, "-days", "2",
                       "-extfile", names]):
            subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=60)


def test_tls_and_rights(binary):
    """TLS with an authority of one's own, and a user of Redis' ACL with the rights that docs/cluster.md names; a wrong password is told, and never shown"""
    async def go(cluster):
        here, there = (Application(node) for node in cluster.nodes)
        async with Listener(cluster.nodes[1], there.connect("bob")) as browser:
            here.connect("ada")
            for i in range(3):
                await insist(here, i)
            await browser.until(lambda: browser.numbers() == [0, 1, 2])
            here.post("/info", {"info": {}})

    with tempfile.TemporaryDirectory() as folder, Redis(tls=Certificates(folder), user="longwave", password="geheim-42") as redis:
        with Cluster(binary, redis=redis, options=DIALECT) as cluster:
            run(go(cluster))
            assert redis.cli("ACL", "LOG").startswith("NOPERM"), "the user may not look at the log"
            for node in cluster.nodes:
                assert "refuses" not in node.log() and "geheim-42" not in node.log()
        shown = subprocess.run([binary, "config", *redis.options_for_nodes()], capture_output=True, text=True, timeout=60,
                               env=dict(os.environ, **redis.environment_for_nodes()))
        assert "***" in shown.stdout and "geheim-42" not in shown.stdout, shown
        wrong = Cluster(binary, nodes=1, redis=redis)
        wrong.nodes[0].environment["LONGWAVE_REDIS_PASSWORD"] = "geheim-43"
        with contextlib.closing(wrong), wrong.nodes[0] as node:
            node.until(lambda: "WRONGPASS" in broker(node), what="the refusal is told")
            assert "geheim" not in node.log()
        strange = Cluster(binary, nodes=1, redis=redis)
        strange.nodes[0].options = ["--redis", redis.address]
        with contextlib.closing(strange), strange.nodes[0] as node:
            node.until(lambda: "certificate" in broker(node), what="a stranger's certificate is refused")
    for address in ("redis://:geheim-42@127.0.0.1:1", "http://127.0.0.1:1"):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([binary, "serve", "--data", folder + "/data", "--music", folder, "--redis", address], capture_output=True,
                                  text=True, timeout=60)
        assert done.returncode != 0 and "redis" in done.stderr and "geheim-42" not in done.stderr + done.stdout, done


def test_tool(binary):
    """tools/cluster starts Redis and two nodes, says where they are, and ends all of them on Ctrl-C"""
    process = subprocess.Popen([sys.executable, str(TOP / "tools" / "cluster"), "--binary", binary], stdout=subprocess.PIPE, text=True)
    try:
        lines = [process.stdout.readline() for _ in range(4)]
        assert lines[0].startswith("Redis ") and all("broker: ok" in line for line in lines[1:3]), lines
        ports = re.findall(r"127\.0\.0\.1:(\d+)", "".join(lines))
        assert len(set(ports)) == 3, lines
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        listening = subprocess.run(["ss", "-ltn"], capture_output=True, text=True, timeout=60).stdout
        assert not any(f"127.0.0.1:{port} " in listening for port in ports), listening
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
