# SPDX-License-Identifier: Apache-2.0
"""Programmes of a platform are edited at any of its processes: roles scheduler and api on one PostgreSQL."""
import music
from cluster import Redis
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
