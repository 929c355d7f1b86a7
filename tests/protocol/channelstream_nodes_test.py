# SPDX-License-Identifier: Apache-2.0
"""The second generation of channelstream on two nodes and a Redis."""
import asyncio

import websockets

import channelstream_golden as golden
from channelstream_clients_test import call, connect, run, say, texts, until
from cluster import Cluster


def test_nodes(binary):
    """what is posted on one node reaches browsers of the other; without Redis a post is 503, and nothing is lost after it"""
    async def go(first, second, redis):
        post = asyncio.to_thread
        ada = await post(connect, first, "ada", ["a"], channel_configs={"a": {"store_history": True}})
        await post(connect, second, "bob", ["a"])
        async with websockets.connect(f"ws://{first.address}/ws?conn_id={ada}", open_timeout=60) as socket:
            await post(say, second, "to the channel", channel="a")
            edited = await post(say, second, "to ada", pm_users=["ada"])
            await post(call, second, "/message", [{"uuid": edited, "message": {"text": "to ada, better"}}], "PATCH")
            seen = await until(socket, lambda all: len(all) >= 3)
            assert [(m["type"], m["message"]["text"]) for m in seen] == [
                ("message", "to the channel"), ("message", "to ada"), ("message:edit", "to ada, better")], seen

            await post(call, second, "/user_state", {"user": "ada", "user_state": {"known": "here, too"}})

            def both():
                channel = call(first, "/info", {"info": {}})["channels"]["a"]
                return channel["users"] == ["ada", "bob"] and channel["total_connections"] == 2 and len(channel["history"]) == 1
            await post(first.until, both, what="both nodes' users in /info of one")
            await post(redis.kill)
            await post(first.until, lambda: call_status(first) == 503, what="posts are refused while Redis is away")
            await post(redis.start)
            await post(first.until, lambda: call_status(first) == 200, what="posts are taken again")
            back = await until(socket, lambda all: "probe" in texts(all))
            assert {m["type"] for m in back} <= {"message", "channel:reset"}, back

    with Cluster(binary, options=["--channelstream-secret", "secret"]) as cluster:
        run(go(*cluster.nodes, cluster.redis))


def call_status(server):
    body = [{"user": "system", "channel": "a", "message": {"text": "probe"}}]
    return golden.send(server, {"method": "POST", "path": "/message", "body": body})[0]
