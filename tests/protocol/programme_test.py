# SPDX-License-Identifier: Apache-2.0
"""A station plays by a programme that is edited over the API: shows, an event on the second, requests, why, and a week in advance."""
import time

import music
from server import RpcError, Server


def refused(server, method, **params):
    try:
        server.call(method, station="main", **params)
    except RpcError as error:
        return error
    raise AssertionError(f"{method} should have been refused")


def clock(at):
    return time.strftime("%H:%M:%S", time.gmtime(at))


def test_programme(binary):
    """a programme is edited, chosen by at once, exact on the second, explains itself, is previewed, and survives kill -9"""
    folder = music.folder("programme", [music.Tone(index, 60, "wav") for index in range(6)])
    with Server(binary, music=[folder]) as server:
        server.until_tracks(6)
        server.until_playing()

        def call(method, **params):
            return server.call(method, station="main", **params)

        uuid = server.call("station.list")["stations"][0]["radio_uuid"]
        assert len(uuid) == 10, uuid
        assert call("programme.get")["enabled"] is False
        tracks = [row["id"] for row in server.call("library.search", text="", limit=10)["tracks"]]

        everything = call("programme.put", part="playlists", item={"name": "Everything", "library": True})["id"]
        news = call("programme.put", part="playlists", item={"name": "News"})["id"]
        call("programme.songs_set", playlist=news, songs=[{"track": tracks[0], "frequency": 0.75}])
        call("programme.songs_add", playlist=news, tracks=[tracks[0], tracks[1]])
        songs = call("programme.songs", playlist=news)
        assert songs["total"] == 2 and songs["songs"][0]["frequency"] == 0.75
        assert songs["songs"][1]["track"]["id"] == tracks[1]
        call("programme.songs_remove", playlist=news, tracks=[tracks[1]])
        error = refused(server, "programme.put", part="shows", item={"playlist": 99, "duration_s": 60})
        assert "there is no playlist 99" in str(error), error
        refused(server, "programme.put", part="shows", item={"playlist": news, "time": "25:00", "duration_s": 60})
        version = call("programme.set", enabled=True, default_playlist=everything, separation={"artist_s": 60})["version"]
        refused(server, "programme.set", enabled=False, base=version - 1)
        refused(server, "programme.remove", part="playlists", id=everything + 1000)

        queued = server.until(
            lambda: [e for e in call("queue.list")["entries"] if e["reason"]["rule"] == "programme.rotation"],
            what="the programme chooses")
        why = call("schedule.explain", entry=queued[-1]["id"])
        assert why["reason"]["candidates"] >= 1 and why["reason"]["programmed"]["playlist"] == everything

        # Something on the second, a little from now.
        def event_on_air():
            current = call("station.now")["current"]
            return current if current and current["reason"].get("programmed", {}).get("subject") == event else None

        off = []
        for _ in range(3):  # a machine with other work may not have the joint ready in time
            second = int(time.time()) + 11
            event = call("programme.put", part="events", item={
                "name": "News", "playlist": news, "time": clock(second), "start": "exact", "expires_s": 30})["id"]
            refused(server, "programme.remove", part="playlists", id=news)  # it is named
            on_air = server.until(event_on_air, what="the event is on air")
            assert on_air["track"]["id"] == tracks[0] and on_air["reason"]["rule"] == "programme.event"
            now = call("station.now")
            off.append(now["time_ms"] - now["elapsed_ms"] - second * 1000)
            if -600 < off[-1] < 1000:
                break
            call("programme.remove", part="events", id=event)
        assert -600 < off[-1] < 1000, off

        begin = int(time.time() * 1000)
        preview = call("schedule.preview", from_ms=begin, to_ms=begin + 86_400_000)
        assert len(preview["items"]) == 500 and preview["total"] > 1000 and preview["items"][0]["at_ms"] == begin
        assert preview == call("schedule.preview", from_ms=begin, to_ms=begin + 86_400_000)
        last = call("schedule.preview", from_ms=begin, to_ms=begin + 86_400_000, offset=preview["total"] - 100)
        events = [item for item in last["items"] if item["rule"] == "event"]
        assert len(events) == 1 and abs(events[0]["at_ms"] - (second + 86_400) * 1000) <= 500, events
        before = call("programme.get")
        server.kill()
        server.start()
        after = call("programme.get")
        assert after == before, (before, after)
        assert server.call("station.list")["stations"][0]["radio_uuid"] == uuid
        rows = call("station.history", limit=5)["items"]
        if rows:
            assert call("schedule.explain", item=rows[0]["id"])["reason"] == rows[0]["reason"]
