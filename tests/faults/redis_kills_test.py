# SPDX-License-Identifier: Apache-2.0
"""Two nodes on a real Redis that is killed, with and without its data: every subscriber sees a sequence without a gap, or is
told. LONGWAVE_SEEDS=20 plays twenty stories, as `tools/soak` does; without it one."""
import asyncio
import os
import random
import time

import websockets
from cluster import Cluster, Redis
from socket_client import Client, Refused

SEEDS = int(os.environ.get("LONGWAVE_SEEDS", "1"))
FIRST = int(os.environ.get("LONGWAVE_SEED", "1"))
CHANNELS = ["kill:1", "kill:2"]
UNAVAILABLE = -32001


class Chronicle:
    """What was confirmed, and what was seen: the same number of the same epoch is the same message for everybody."""

    def __init__(self):
        self.confirmed, self.seen, self.places = {}, {}, {}

    def place(self, channel, offset, epoch, said):
        known = self.seen.setdefault((channel, epoch, offset), said)
        assert known == said, f"{channel} {epoch} {offset} is {known} here and {said} there"
        if said.startswith("m"):
            first = self.places.setdefault((channel, epoch, said), offset)
            assert first == offset, f"{said} stands at {first} and at {offset} of {channel}"


class Reader:
    """Subscribes, checks every number, and comes back with what it knows, to the same node or the other."""

    def __init__(self, name, cluster, chronicle, chance):
        self.name, self.cluster, self.chronicle, self.random = name, cluster, chronicle, chance
        self.known, self.seen, self.resets, self.recoveries = {}, 0, 0, 0
        self.client, self.ended = None, False

    async def live(self):
        while not self.ended:
            node = self.random.choice(self.cluster.nodes)
            try:
                async with Client(node) as client:
                    self.client = client
                    client.take = self.taker(client, client.take)
                    await self.subscribe(client)
                    await asyncio.wait_for(asyncio.shield(client.reader), self.random.uniform(1, 6) if not self.ended else 1)
            except asyncio.TimeoutError:
                pass
            except (OSError, ConnectionError, websockets.WebSocketException, Refused):
                await asyncio.sleep(0.2)

    async def subscribe(self, client):
        missing = list(CHANNELS)
        while missing:
            since = {channel: self.known[channel] for channel in missing if channel in self.known}
            self.asked = dict(since)
            answer = await client.call("channel.subscribe", timeout=60, channels=missing, since=since)
            missing = [channel for channel, said in answer["channels"].items() if "error" in said]
            if missing:
                await asyncio.sleep(0.3)

    def taker(self, client, take):
        def taken(message):
            if isinstance(message, dict) and "method" in message:
                self.note(message["method"], message["params"])
            elif isinstance(message, dict) and "channels" in message.get("result", {}):
                self.joined(message["result"]["channels"])
            take(message)
        return taken

    def joined(self, channels):
        for channel, said in channels.items():
            if "error" in said:
                continue
            if channel in self.asked and said["recovered"]:
                self.recoveries += 1
                known = self.known[channel]
                assert known == {"offset": said["offset"], "epoch": said["epoch"]}, f"{self.name}: recovered to {said} and was sent up to {known}"
            elif channel in self.asked:
                assert said["reason"], f"{self.name}: begins anew and isn't told why"
                self.resets += 1
            self.known[channel] = {"offset": said["offset"], "epoch": said["epoch"]}
            self.asked.pop(channel, None)

    def note(self, method, params):
        channel = params.get("channel")
        if channel not in CHANNELS or params.get("present") or method == "presence.changed":
            return
        offset, epoch = params["offset"], params["epoch"]
        if method == "channel.reset":
            self.resets += 1
            assert params["reason"]
            self.known[channel] = {"offset": offset, "epoch": epoch}
            return
        known = self.known.get(channel)
        if channel not in self.asked and known:
            follows = epoch == known["epoch"] and (offset == known["offset"] + 1 or params.get("after") == known["offset"])
            assert follows, f"{self.name}: {channel} was at {known} and got {epoch} {offset} without a word"
        elif channel in self.asked and known and epoch == known["epoch"]:
            assert offset == known["offset"] + 1 or params.get("after", known["offset"]) == known["offset"], f"{self.name}: missed {known} {offset}"
        self.known[channel] = {"offset": offset, "epoch": epoch}
        self.seen += 1
        said = params["data"]["data"] if method == "channel.message" else method
        self.chronicle.place(channel, offset, epoch, said)


async def write(cluster, chronicle, chance, ended):
    """Says things, each with a key, and says them again until they are confirmed. A guest's key belongs to its connection: on
    another one it is something else that is said."""
    number = refused = serial = 0
    clients = {}
    while not ended.is_set():
        number += 1
        channel, node = chance.choice(CHANNELS), chance.choice(cluster.nodes)
        for _ in range(40):
            try:
                if node.port not in clients or clients[node.port].reader.done():
                    clients[node.port] = await Client(node).__aenter__()
                    serial += 1
                    clients[node.port].serial = serial
                said = f"m{number}.{clients[node.port].serial}"
                answer = await clients[node.port].call("channel.publish", timeout=60, channel=channel, data=said, key=said)
                chronicle.confirmed[(channel, answer["epoch"], answer["offset"])] = said
                break
            except Refused as problem:
                assert problem.code == UNAVAILABLE, problem
                refused += 1
                await asyncio.sleep(0.25)
            except (OSError, ConnectionError, websockets.WebSocketException):
                clients.pop(node.port, None)
                await asyncio.sleep(0.25)
        await asyncio.sleep(chance.uniform(0, 0.04))
    for client in clients.values():
        await client.__aexit__()
    return number, refused


async def confirmed(chronicle, more, wait_s=60):
    """Until so many more messages are confirmed: however slow the machine is, something has happened."""
    goal, end = len(chronicle.confirmed) + more, time.monotonic() + wait_s
    while len(chronicle.confirmed) < goal:
        assert time.monotonic() < end, f"nothing can be published any more: {len(chronicle.confirmed)} of {goal}"
        await asyncio.sleep(0.02)


async def trouble(cluster, chronicle, chance):
    """Kills Redis twice, stops it once, and kills a node."""
    for step in chance.sample(["redis", "redis", "stop", "node"], 4):
        await confirmed(chronicle, chance.randint(5, 20))
        if step == "node":
            node = chance.choice(cluster.nodes)
            node.kill()
            await asyncio.sleep(chance.uniform(0, 1))
            await asyncio.get_running_loop().run_in_executor(None, node.start)
            continue
        if step == "redis":
            cluster.redis.kill()
        else:
            cluster.redis.stop()
        await asyncio.sleep(chance.uniform(0, 2))
        await asyncio.get_running_loop().run_in_executor(None, cluster.redis.start)


async def story(cluster, seed):
    chance, chronicle, ended = random.Random(seed), Chronicle(), asyncio.Event()
    readers = [Reader(f"reader {i}", cluster, chronicle, random.Random(seed * 100 + i)) for i in range(5)]
    living = [asyncio.ensure_future(reader.live()) for reader in readers]
    writing = asyncio.ensure_future(write(cluster, chronicle, random.Random(seed + 1000), ended))
    await trouble(cluster, chronicle, chance)
    await confirmed(chronicle, 15)
    ended.set()
    number, refused = await writing
    # Whoever is asked again in quiet times knows the same as everybody.
    for reader in readers:
        reader.ended = True
    done, waiting = await asyncio.wait(living, timeout=60)
    for task in waiting:
        task.cancel()
    for task in done:
        task.result()
    assert not waiting, "a reader never came to an end"
    cluster.until_well()
    tops = []
    for node in cluster.nodes:
        async with Client(node) as client:
            answer = await client.call("channel.subscribe", timeout=60, channels=CHANNELS)
            tops.append({channel: (said["offset"], said["epoch"]) for channel, said in answer["channels"].items()})
            for reader in readers:
                answer = await client.call("channel.subscribe", timeout=60, channels=CHANNELS, since=reader.known)
                assert all("error" not in said for said in answer["channels"].values()), answer
    assert tops[0] == tops[1], tops
    for place, said in chronicle.confirmed.items():
        known = chronicle.seen.get(place)
        assert known in (None, said), f"{said} was confirmed at {place}, where {known} was seen"
    missed = sum(place not in chronicle.seen for place in chronicle.confirmed)
    sums = (number, refused, sum(r.seen for r in readers), sum(r.recoveries for r in readers), sum(r.resets for r in readers), missed)
    print("        seed %d: %d said, %d refused, %d seen, %d recoveries, %d told to begin anew, %d confirmed ones seen by nobody" % (seed, *sums))
    assert sum(r.seen for r in readers) > 20


def test_redis_is_killed(binary):
    """two nodes and a Redis that is killed, stopped and started, with and without its data: gap-free, or told"""
    for seed in range(FIRST, FIRST + SEEDS):
        with Redis(keep=seed % 2 == 0) as redis, Cluster(binary, redis=redis, options=["--channel", '{"name":"kill:*","publish":"anyone"}']) as cluster:
            asyncio.run(story(cluster, seed))
