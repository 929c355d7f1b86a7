# SPDX-License-Identifier: Apache-2.0
"""Programmes of a platform are edited at any of its processes: roles scheduler and api on one PostgreSQL."""
import asyncio
import json
import time

import music
import websockets
from cluster import Redis
from fleet import Streamer
from fleet_test import monitor, until
from postgresql import Postgresql
from server import RpcError, Server, free_port


def test_edited_where_nothing_plays(binary):
    """an edit at an api is what the scheduler plays; two processes lose no edit; a queue that nobody plays isn't touched"""
    with Postgresql() as database, Redis() as redis:
        port = free_port()
        tones = [music.Tone(i, 6, "mp3") for i in range(4)]
        with Server(binary, music=[music.folder("all-fleet", tones)],
                    options=[*database.options, "--role", "scheduler", "--redis", redis.address, "--monitor-listen", f"127.0.0.1:{port}"]) as scheduler, \
                Server(binary, options=[*database.options, "--role", "api"]) as api:
            scheduler.until_tracks(4)
            until(lambda: [one for one in monitor(port, "/radios") if one["song"]], "a radio that plays")
            wanted = [row["id"] for row in scheduler.call("library.search", text="", limit=4)["tracks"]][2]

            few = api.call("programme.put", station="main", part="playlists", item={"name": "few"})["id"]
            api.call("programme.songs_set", station="main", playlist=few, songs=[{"track": wanted}])
            version = api.call("programme.set", station="main", enabled=True, default_playlist=few, separation={"song_s": 0})["version"]
            until(lambda: monitor(port, "/radios")[0]["song"] == wanted, "the scheduler plays what was edited")

            until(lambda: scheduler.call("programme.get", station="main")["version"] == version, "the other process has read it")
            assert scheduler.call("programme.set", station="main", zone="Europe/Berlin", base=version)["version"] == version + 1
            try:
                api.call("programme.set", station="main", zone="Europe/Paris", base=version)
                raise AssertionError("an edit was lost")
            except RpcError as refused:
                assert "meanwhile" in str(refused), refused
            assert api.call("programme.get", station="main")["zone"] == "Europe/Berlin", "read again with the refusal"

            before = database.psql("SELECT count(*) FROM queue_entries", check=False)
            for server in (scheduler, api):
                try:
                    server.call("playback.skip", station="main")
                    raise AssertionError("nothing plays here")
                except RpcError as refused:
                    assert "isn't played by this process" in str(refused), refused
            assert database.psql("SELECT count(*) FROM queue_entries", check=False) == before


async def titles(server, seconds):
    """[(when it was told, station.now)] of the station's channel."""
    told, end = [], time.time() + seconds
    async with websockets.connect(f"ws://{server.address}/rpc") as socket:
        await socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "channel.subscribe", "params": {"channels": ["station:main"]}}))
        while time.time() < end:
            try:
                message = json.loads(await asyncio.wait_for(socket.recv(), max(end - time.time(), 0.01)))
            except asyncio.TimeoutError:
                break
            if message.get("method") == "station.now":
                told.append((time.time(), message["params"]["data"]))
    return told


def test_what_a_scheduler_plays_is_shown_everywhere(binary):
    """station.now, the list and the channel of an api and of the scheduler: the song at its second, the next one, titles when they begin, who listens"""
    with Postgresql() as database, Redis() as redis:
        port = free_port()
        tones = [music.Tone(i, 6, "mp3") for i in range(4)]
        with Server(binary, music=[music.folder("all-fleet", tones)],
                    options=[*database.options, "--role", "scheduler", "--redis", redis.address, "--monitor-listen", f"127.0.0.1:{port}"]) as scheduler, \
                Server(binary, options=[*database.options, "--role", "api"]) as api:
            scheduler.until_tracks(4)
            until(lambda: [one for one in monitor(port, "/radios") if one["song"]], "a radio that plays")
            for server in (api, scheduler):
                def same():
                    here, there = server.call("station.now", station="main"), monitor(port, "/radios")[0]
                    return here["current"] and here["state"] == "playing" and here["current"]["track"]["id"] == there["song"]
                until(same, "the song that plays")
                assert server.call("station.list")["stations"][0]["now"], "in the list, too"

            told = asyncio.run(titles(api, 20))
            begun = {}
            for at, now in told:
                assert now["current"] and now["current"]["reason"]["rule"].startswith(("programme.", "autodj")), now
                begun.setdefault(now["current"]["entry"], (at, now))
            firsts = list(begun.values())
            assert len(firsts) >= 3, [(at, now["current"]["entry"]) for at, now in told]
            entries = list(begun)
            assert entries == sorted(entries)
            for (_, before), (at, now) in zip(firsts, firsts[1:]):
                known = [one for when, one in told if when < at and one["next"] and one["next"]["entry"] == now["current"]["entry"]]
                assert known, "the next song is told before it begins"
                assert 0 <= now["elapsed_ms"] < 2000, f"told when it begins, not {now['elapsed_ms']} ms later"
                assert before["current"]["starts_at_ms"] + before["current"]["duration_ms"] <= now["current"]["starts_at_ms"] + 100

            radio = api.call("station.list")["stations"][0]["radio_uuid"]
            with Streamer("st-01", redis.port) as streamer:
                streamer.say("play_radio", radio_uuid=radio)
                streamer.expect("radio_started")
                streamer.say("register_listener", radio_uuid=radio, session_id="one", user_id=None)
                until(lambda: api.call("station.now", station="main")["listeners"] == 1, "who listens at a streamer is counted")
                streamer.say("unregister_listener", radio_uuid=radio, session_id="one", user_id=None)
                until(lambda: api.call("station.now", station="main")["listeners"] == 0, "and who left")
