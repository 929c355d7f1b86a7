# SPDX-License-Identifier: Apache-2.0
"""Our own API on two nodes over one real Redis, with python3-websockets as the clients, and redis-cli as an observer who knows only what
docs/cluster.md says."""
import asyncio
import contextlib
import re

from cluster import Cluster, broker
from socket_client import Client, Refused


def run(test, wait_s=240):
    return asyncio.run(asyncio.wait_for(test, wait_s))


async def subscribe(client, channel, since=None):
    answer = await client.call("channel.subscribe", channels=[channel], **({"since": {channel: since}} if since else {}))
    joined = answer["channels"][channel]
    assert "error" not in joined, joined
    return joined


def numbered(client, channel):
    """Everything that was heard of the channel and has a number of its own: no present values, no reset."""
    return [note for note in client.notes if note["params"].get("channel") == channel
            and note["method"] not in ("presence.changed", "channel.reset")]


async def messages(client, channel, count, after=0):
    """What was said: `count` messages, and no number left out or out of order behind `after`."""
    await client.until(lambda _: len(client.of("channel.message", channel)) >= count, what=f"{count} messages on {channel}")
    offsets = [note["params"]["offset"] for note in numbered(client, channel)]
    assert offsets == list(range(after + 1, after + 1 + len(offsets))), offsets
    return [one["data"]["data"] for one in client.of("channel.message", channel)]


def test_two_nodes(binary):
    """what is published, edited and deleted on one node is heard on the other, in order, and stands in the history of both"""
    async def go(a, b):
        async with Client(a) as there, Client(b) as here:
            begun = {client: (await subscribe(client, "chat:x"))["offset"] for client in (here, there)}
            sent = [await there.call("channel.publish", channel="chat:x", data={"text": f"message {i}"}) for i in range(20)]
            await there.call("channel.edit", channel="chat:x", id=sent[3]["id"], data={"text": "better"})
            gone = await there.call("channel.delete", channel="chat:x", id=sent[4]["id"])
            for client in (here, there):
                await client.until(lambda client: client.of("channel.deleted", "chat:x"), what="the deletion")
                said = await messages(client, "chat:x", 20, after=begun[client])
                assert said == [{"text": f"message {i}"} for i in range(20)], said
                assert client.of("channel.edited", "chat:x")[0]["data"]["id"] == sent[3]["id"]
                assert client.of("channel.deleted", "chat:x")[0]["offset"] == gone["offset"]
                kept = (await client.call("channel.history", channel="chat:x", limit=500))["messages"]
                assert [one["offset"] for one in kept] == [one["offset"] for i, one in enumerate(sent) if i != 4]
                assert kept[3]["data"]["data"] == {"text": "better"}
            return sent

    with Cluster(binary) as cluster:
        sent = run(go(*cluster.nodes))
        observed(cluster.redis, [one["offset"] for one in sent])


def observed(redis, offsets):
    """redis-cli finds what docs/cluster.md and the decision on the keys say."""
    assert int(redis.cli("HGET", "longwave:channel:chat:x", "top")) >= offsets[-1] + 2
    assert redis.cli("ZCARD", "longwave:history:chat:x") == "19"
    assert redis.cli("ZRANGE", "longwave:history:chat:x", 0, 0) == str(offsets[0])
    assert "better" in redis.cli("HGET", "longwave:kept:chat:x", offsets[3])
    assert re.fullmatch(r"\d+ out", redis.cli("HGET", "longwave:kept:chat:x", offsets[4]))
    for key in redis.cli("--scan").splitlines():
        assert key.startswith("longwave:") and redis.cli("PTTL", key) != "-1", key  # each has its end; one may be gone by now


def test_coming_back(binary):
    """a client that goes to the other node with its position gets exactly what it missed"""
    async def go(a, b):
        async with Client(a) as first:
            begun = await subscribe(first, "room:x")
            for i in range(3):
                await first.call("channel.publish", channel="room:x", data=i)
            assert await messages(first, "room:x", 3, after=begun["offset"]) == [0, 1, 2]
            known = {"offset": numbered(first, "room:x")[-1]["params"]["offset"], "epoch": begun["epoch"]}
        async with Client(b) as second:
            for i in range(3, 6):
                await second.call("channel.publish", channel="room:x", data=i)
            joined = await subscribe(second, "room:x", known)
            assert joined["recovered"] is True, joined
            assert await messages(second, "room:x", 3, after=known["offset"]) == [3, 4, 5]
        async with Client(a) as third:
            strange = await subscribe(third, "room:x", {"offset": 3, "epoch": "other"})
            assert strange["recovered"] is False and strange["reason"], strange

    with Cluster(binary) as cluster:
        run(go(*cluster.nodes))


def test_people(binary):
    """presence counts the people of both nodes"""
    async def total(client, wanted):
        for _ in range(2000):
            presence = await client.call("channel.presence", channel="room:x")
            if presence["total"] == wanted:
                return presence
            await asyncio.sleep(0.03)
        raise AssertionError(f"{wanted} people expected, last: {presence}")

    async def go(a, b):
        async with Client(a) as one, Client(b) as two:
            for client in (one, two):
                await subscribe(client, "room:x")
            for client in (one, two):
                await total(client, 2)
            async with Client(b) as three:
                await subscribe(three, "room:x")
                await total(one, 3)
            await total(one, 2)

    with Cluster(binary) as cluster:
        run(go(*cluster.nodes))


def test_one_user_two_nodes(binary):
    """a private message reaches its user on the other node, and a publication that is tried again there stays one"""
    async def log_in(client, user):
        await client.call("auth.login", user=user, password="a long password")
        return client

    async def go(a, b):
        async with Client(a) as one, Client(b) as two, Client(b) as three:
            for client, user in ((one, "ada"), (two, "ada"), (three, "bob")):
                await log_in(client, user)
            await subscribe(three, "#bob")
            await one.call("user.message", users=["bob"], data="psst")
            assert await three.until(lambda client: [note["data"]["data"] for note in client.of("channel.message", "#bob")]) == ["psst"]
            first = await one.call("channel.publish", channel="chat:x", data="once", key="k1")
            again = await two.call("channel.publish", channel="chat:x", data="once", key="k1")
            assert again["repeated"] and (first["offset"], first["id"]) == (again["offset"], again["id"]), (first, again)

    with Cluster(binary) as cluster:
        for node in cluster.nodes:
            for user in ("ada", "bob"):
                node.call("user.add", user=user, password="a long password", role="dj")
        run(go(*cluster.nodes))


def test_lost_connection(binary):
    """Redis cuts the servers' connections while messages flow: nothing is missed, repeated or out of order, nobody is told to start over"""
    async def say(client, channel, data):
        for _ in range(2000):
            with contextlib.suppress(Refused):
                return await client.call("channel.publish", channel=channel, data=data, key=f"{channel}-{data}")
            await asyncio.sleep(0.03)
        raise AssertionError("it can't be published")

    async def go(cluster):
        async with Client(cluster.nodes[0]) as sender, Client(cluster.nodes[1]) as hearer:
            begun = await subscribe(hearer, "room:x")
            for i in range(150):
                await say(sender, "room:x", i)
                if i % 30 == 10:
                    for kind in ("pubsub", "normal"):
                        await asyncio.get_running_loop().run_in_executor(None, cluster.redis.cli, "CLIENT", "KILL", "TYPE", kind)
            assert await messages(hearer, "room:x", 150, after=begun["offset"]) == list(range(150))
            assert not hearer.of("channel.reset"), hearer.of("channel.reset")

    with Cluster(binary) as cluster:
        run(go(cluster))


def test_start_over(binary):
    """without Redis connections stay and publishing is refused for the time being; after its restart every subscriber is told to start over"""
    async def go(cluster):
        a, b = cluster.nodes
        async with Client(a) as sender, Client(b) as hearer:
            before = await subscribe(hearer, "room:x")
            await sender.call("channel.publish", channel="room:x", data="before")
            await messages(hearer, "room:x", 1, after=before["offset"])
            cluster.redis.kill()
            for node in (a, b):
                node.until(lambda: broker(node) != "ok", what="the loss is noticed")
            try:
                await sender.call("channel.publish", channel="room:x", data="lost")
                raise AssertionError("published without Redis")
            except Refused as refused:
                assert refused.code == -32001, refused
            await subscribe(hearer, "station:main")
            assert (await hearer.call("station.now", station="main"))["state"]
            cluster.redis.start()
            cluster.until_well()
            told = (await hearer.until(lambda client: client.of("channel.reset", "room:x")))[0]
            assert told["epoch"] != before["epoch"] and told["reason"], told
            after = await sender.call("channel.publish", channel="room:x", data="after")
            heard = await hearer.until(lambda client: client.of("channel.message", "room:x")[1:])
            assert heard[0]["data"]["data"] == "after" and heard[0]["offset"] == after["offset"] and heard[0]["epoch"] == told["epoch"]

    with Cluster(binary) as cluster:
        run(go(cluster))
