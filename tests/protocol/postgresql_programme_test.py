# SPDX-License-Identifier: Apache-2.0
"""Programmes on a real PostgreSQL, and only one program that plays its stations."""
import pathlib
import subprocess
import tempfile

import music
from postgresql import Postgresql
from server import Server


def said_by_a_second(binary, database):
    with tempfile.TemporaryDirectory() as data:
        done = subprocess.run([binary, "serve", "--music", data, "--data", data, "--listen", "127.0.0.1:1", *database.options],
                              capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 1, done
    return [line for line in done.stderr.splitlines() if line.startswith("longwave: ")]


def test_programme_and_its_only_player(binary):
    """edited, told to the scheduler's table of events, kept over kill -9; a second program that would play is refused until the first has gone"""
    with Postgresql() as database, Server(binary, music=[music.folder("mixed", music.mixed())], options=database.options) as server:
        server.until_tracks(10)

        def call(method, **params):
            return server.call(method, station="main", **params)

        tracks = [row["id"] for row in server.call("library.search", text="", limit=10)["tracks"]]
        everything = call("programme.put", part="playlists", item={"name": "Évening", "library": True})["id"]
        few = call("programme.put", part="playlists", item={"name": "few"})["id"]
        call("programme.songs_set", playlist=few, songs=[{"track": track, "frequency": 0.25} for track in tracks[:3]])
        call("programme.put", part="shows", item={"name": "Night", "playlist": few, "time": "23:00", "duration_s": 7200})
        call("programme.set", enabled=True, default_playlist=everything, separation={"title_s": 60})
        server.until(lambda: [e for e in call("queue.list")["entries"] if e["reason"]["rule"].startswith("programme.")],
                     what="the programme chooses")
        uuid = server.call("station.list")["stations"][0]["radio_uuid"]
        told = database.psql("SELECT type, radio_uuid FROM fleet_events")
        assert told == f"playlist_updated|{uuid}", told

        def kept():
            songs = call("programme.songs", playlist=few)["songs"]
            return call("programme.get"), [(song["track"]["id"], song["frequency"]) for song in songs]

        before = kept()
        assert before[1] == [(track, 0.25) for track in tracks[:3]], before

        refusal = said_by_a_second(binary, database)
        assert len(refusal) == 1 and "another Longwave plays the stations of this database" in refusal[0], refusal
        server.kill()
        server.start()  # at once: who was killed holds nothing any more
        after = kept()
        assert after == before, (after, before)
        assert server.stop() == 0, server.log()[-2000:]
        assert pathlib.Path(database.password_file).read_text() not in server.log()
