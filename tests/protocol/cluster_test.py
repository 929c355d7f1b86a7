# SPDX-License-Identifier: Apache-2.0
"""Two nodes on one real Redis, python3-websockets as their clients, redis-cli as an observer who knows only what docs/cluster.md says."""
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

from cluster import Cluster, Redis, broker
from socket_client import Client, Refused

TOP = pathlib.Path(__file__).resolve().parents[2]


def run(test, wait_s=90):
    return asyncio.run(asyncio.wait_for(test, wait_s))


async def positions(client, channel, count):
    """The offsets of the first `count` notifications of the channel that are numbered."""
    def numbered():
        found = [note["params"] for note in client.notes
                 if note["params"].get("channel") == channel and "present" not in note["params"] and note["method"] != "channel.reset"]
        return found if len(found) >= count else None
    return [one["offset"] for one in await client.until(lambda _: numbered(), what=f"{count} publications of {channel}")]


def test_two_nodes(binary):
    """what is published, edited and deleted on one node is heard on the other, in order, and stands in the history of both"""
    async def go(a, b):
        async with Client(a) as there, Client(b) as here:
            for client in (here, there):
                await client.call("channel.subscribe", channel="chat:x")
            sent = [await there.call("channel.publish", channel="chat:x", data={"text": f"message {i}"}) for i in range(20)]
            assert [one["offset"] for one in sent] == list(range(1, 21)), sent
            await there.call("channel.edit", channel="chat:x", id=sent[3]["id"], data={"text": "better"})
            await there.call("channel.delete", channel="chat:x", id=sent[4]["id"])
            for client in (here, there):
                assert await positions(client, "chat:x", 22) == list(range(1, 23))
                said = client.of("channel.message", "chat:x")
                assert [one["data"]["data"]["text"] for one in said] == [f"message {i}" for i in range(20)]
                assert client.of("channel.edited", "chat:x")[0]["data"]["id"] == sent[3]["id"]
                assert client.of("channel.deleted", "chat:x")[0]["data"]["id"] == sent[4]["id"]
            for client in (here, there):
                kept = (await client.call("channel.history", channel="chat:x", limit=500))["messages"]
                assert [one["offset"] for one in kept] == [i for i in range(1, 21) if i != 5]
                assert kept[3]["data"]["data"] == {"text": "better"}
            again = await here.call("channel.publish", channel="chat:x", data="once", key="k1")
            twice = await there.call("channel.publish", channel="chat:x", data="once", key="k1")
            assert (again["offset"], again["id"]) == (twice["offset"], twice["id"]) and twice["repeated"], (again, twice)

    with Cluster(binary) as cluster:
        run(go(*cluster.nodes))
        observed(cluster.redis)


def observed(redis):
    """redis-cli finds what docs/cluster.md and the decision on the keys say."""
    assert redis.cli("HGET", "longwave:channel:chat:x", "top") == "23"
    assert redis.cli("HLEN", "longwave:kept:chat:x") == "23"
    assert redis.cli("ZCARD", "longwave:history:chat:x") == "20"
    assert redis.cli("ZRANGE", "longwave:history:chat:x", 0, 0) == "1"
    assert "better" in redis.cli("HGET", "longwave:kept:chat:x", 4)
    assert re.fullmatch(r"\d+ out", redis.cli("HGET", "longwave:kept:chat:x", 5))
    for key in redis.cli("--scan").splitlines():
        assert key.startswith("longwave:") and int(redis.cli("PTTL", key)) > 0, key


def test_coming_back(binary):
    """a client that goes to the other node with its position gets exactly what it missed"""
    async def go(a, b):
        async with Client(a) as first:
            begun = await first.call("channel.subscribe", channel="chat:x")
            for i in range(3):
                await first.call("channel.publish", channel="chat:x", data=i)
            await positions(first, "chat:x", 3)
        async with Client(b) as second:
            for i in range(3, 6):
                await second.call("channel.publish", channel="chat:x", data=i)
            joined = await second.call("channel.subscribe", channel="chat:x", since={"offset": 3, "epoch": begun["epoch"]})
            assert joined["recovered"] is True, joined
            assert await positions(second, "chat:x", 3) == [4, 5, 6]
            strange = await second.call("channel.subscribe", channel="chat:x", since={"offset": 3, "epoch": "other"})
            assert strange["recovered"] is False and strange["reason"], strange

    with Cluster(binary) as cluster:
        run(go(*cluster.nodes))


def test_people(binary):
    """presence counts the people of both nodes, and redis-cli counts the same"""
    async def total(client, wanted):
        for _ in range(600):
            presence = await client.call("channel.presence", channel="chat:x")
            if presence["total"] == wanted:
                return presence
            await asyncio.sleep(0.03)
        raise AssertionError(f"{wanted} people expected, last: {presence}")

    async def go(a, b):
        async with Client(a) as one, Client(b) as two:
            for client in (one, two):
                await client.call("channel.subscribe", channel="chat:x")
            for client in (one, two):
                await total(client, 2)
            async with Client(b) as three:
                await three.call("channel.subscribe", channel="chat:x")
                await total(one, 3)
            await total(one, 2)

    with Cluster(binary) as cluster:
        run(go(*cluster.nodes))


def test_lost_connection(binary):
    """Redis cuts the servers' connections while messages flow: nothing is missed, repeated or out of order, nobody is told to start over"""
    async def say(client, channel, data):
        for _ in range(300):
            with contextlib.suppress(Refused):
                return await client.call("channel.publish", channel=channel, data=data, key=f"{channel}-{data}")
            await asyncio.sleep(0.03)
        raise AssertionError("it can't be published")

    async def go(cluster):
        async with Client(cluster.nodes[0]) as sender, Client(cluster.nodes[1]) as hearer:
            await hearer.call("channel.subscribe", channel="chat:x")
            for i in range(150):
                await say(sender, "chat:x", i)
                if i % 30 == 10:
                    for kind in ("pubsub", "normal"):
                        await asyncio.get_running_loop().run_in_executor(None, cluster.redis.cli, "CLIENT", "KILL", "TYPE", kind)
            assert await positions(hearer, "chat:x", 150) == list(range(1, 151))
            assert [one["data"]["data"] for one in hearer.of("channel.message", "chat:x")] == list(range(150))
            assert not hearer.of("channel.reset"), hearer.of("channel.reset")

    with Cluster(binary) as cluster:
        run(go(cluster))


def test_redis_away(binary):
    """without Redis connections stay, health and metrics say so, publishing is refused for the time being, the station lives on; then start over"""
    async def go(cluster):
        a, b = cluster.nodes
        async with Client(a) as sender, Client(b) as hearer:
            before = await hearer.call("channel.subscribe", channel="chat:x")
            await sender.call("channel.publish", channel="chat:x", data="before")
            await positions(hearer, "chat:x", 1)
            cluster.redis.kill()
            for node in (a, b):
                node.until(lambda: broker(node) != "ok", what="the loss is noticed")
                status, _, body = node.request("GET", "/health")
                assert status == 503 and "Redis" in json.loads(body)["checks"]["broker"], body
                assert "longwave_broker_up 0" in node.request("GET", "/metrics")[2].decode()
            try:
                await sender.call("channel.publish", channel="chat:x", data="lost")
                raise AssertionError("published without Redis")
            except Refused as refused:
                assert refused.code == -32001, refused
            await hearer.call("channel.subscribe", channel="station:main")
            assert (await hearer.call("station.now", station="main"))["state"]
            cluster.redis.start()
            cluster.until_well()
            told = (await hearer.until(lambda client: client.of("channel.reset", "chat:x")))[0]
            assert told["epoch"] != before["epoch"] and told["reason"], told
            after = await sender.call("channel.publish", channel="chat:x", data="after")
            heard = await hearer.until(lambda client: client.of("channel.message", "chat:x")[1:])
            assert heard[0]["data"]["data"] == "after" and heard[0]["offset"] == after["offset"] and heard[0]["epoch"] == told["epoch"]
            for node in (a, b):
                assert "longwave_broker_lost_total 1" in node.request("GET", "/metrics")[2].decode()

    with Cluster(binary) as cluster:
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
    async def go(a, b):
        async with Client(a) as sender, Client(b) as hearer:
            await hearer.call("channel.subscribe", channel="chat:x")
            sent = await sender.call("channel.publish", channel="chat:x", data=1)
            await sender.call("channel.edit", channel="chat:x", id=sent["id"], data=2)
            await sender.call("channel.presence", channel="chat:x")
            assert await positions(hearer, "chat:x", 2) == [1, 2]

    with tempfile.TemporaryDirectory() as folder, Redis(tls=Certificates(folder), user="longwave", password="geheim-42") as redis:
        with Cluster(binary, redis=redis) as cluster:
            run(go(*cluster.nodes))
            assert redis.cli("ACL", "LOG").startswith("NOPERM"), "the user may not look at the log"
            for node in cluster.nodes:
                assert "refuses" not in node.log() and "geheim-42" not in node.log()
        shown = subprocess.run([binary, "config", *redis.options_for_nodes()], capture_output=True, text=True, timeout=20,
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
        done = subprocess.run([binary, "serve", "--data", "/nonexistent", "--redis", address], capture_output=True, text=True, timeout=20)
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
        assert process.wait(40) == 0
        listening = subprocess.run(["ss", "-ltn"], capture_output=True, text=True, timeout=20).stdout
        assert not any(f"127.0.0.1:{port} " in listening for port in ports), listening
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(40)
