# SPDX-License-Identifier: Apache-2.0
"""A station is started, paused, sought in and set, by the API of the running program; what was acknowledged survives kill -9."""
import http.client
import threading
import time

import music
from server import RpcError, Server


def until(what, condition, wait_s=60):
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {wait_s} s: {what}")


class Station:
    def __init__(self, server):
        self.server = server

    def __call__(self, method, **params):
        return self.server.call(method, station="main", **params)

    def refused(self, method, **params):
        try:
            self(method, **params)
        except RpcError as error:
            return error.code
        raise AssertionError(f"{method} should have been refused")

    def state(self):
        return self("station.state")

    def now(self):
        return self("station.now")

    def heard(self):
        current = self.now()["current"]
        return current and current["track"]["id"]


def tones():
    return [music.Tone(index, 60, "wav") for index in range(4)]


def test_a_private_player(binary):
    """a private player: begins stopped, plays its list, pauses, seeks, goes on after kill -9 where it stood"""
    folder = music.folder("steering", tones())
    with Server(binary, music=[folder], options=["--station-kind", "player"]) as server:
        server.until_tracks(4)
        station = Station(server)
        assert (station.state()["kind"], station.state()["state"]) == ("player", "stopped")
        assert station.now()["state"] == "stopped" and station.now()["current"] is None
        assert station.refused("playback.play"), "there is nothing to play"
        tracks = [row["id"] for row in server.call("library.search", text="", limit=10)["tracks"]]
        added = until("the tracks are known to the programmer", lambda: try_add(station, tracks))
        assert len(added["entries"]) == 4 and station.heard() is None, "adding doesn't start a player"

        station("playback.play", index=1)
        until("the second entry is heard", lambda: station.heard() == tracks[1])
        station("playback.seek", position_ms=30_000)
        assert 29_000 < station.now()["elapsed_ms"] < 45_000
        station("playback.pause")
        held = until("it is held", lambda: station.now()["state"] == "paused" and station.now()["elapsed_ms"])
        station("station.volume", volume=42)
        station("station.modes", repeat=True, single="oneshot", crossfade_s=7)
        assert station.refused("station.volume", volume=1, channel="A tuba")
        station("station.volume", volume=30, channel="left")
        server.kill()
        server.start()
        after = station.state()
        assert after["state"] == "paused" and after["volume"] == {"left": 30, "master": 42}
        assert (after["modes"]["repeat"], after["modes"]["single"], after["modes"]["crossfade_s"]) == (True, "oneshot", 7)
        assert station.now()["elapsed_ms"] == held and station.heard() == tracks[1]

        station("playback.play")
        until("it goes on", lambda: station.now()["state"] == "playing" and station.now()["elapsed_ms"] > held)
        station("playback.next")
        assert station.state()["cursor"] == 2
        until("the third entry is heard", lambda: station.heard() == tracks[2])
        station("playback.stop")
        assert station.heard() is None and station.state()["cursor"] == 2
        assert station.refused("playback.pause")
        station("queue.clear", everything=True)
        assert station.state()["cursor"] == -1 and server.call("queue.list", station="main")["total"] == 0


def try_add(station, tracks):
    try:
        return station("queue.add", tracks=tracks, where="last")
    except RpcError:
        return None


def test_listeners_of_a_paused_station_stay(binary):
    """listeners of a paused radio hear silence and stay connected; the watchdog doesn't act"""
    folder = music.folder("steering", tones())
    with Server(binary, music=[folder]) as server:
        server.until_tracks(4)
        server.until_playing()
        station = Station(server)
        got = [0]
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("GET", "/listen/main.mp3")
        answer = connection.getresponse()

        def listen():
            try:
                while answer.read1(4096):
                    got[0] += 1
            except (OSError, http.client.HTTPException, ValueError):
                pass

        reader = threading.Thread(target=listen, daemon=True)
        reader.start()
        until("sound comes", lambda: got[0] > 5)
        station("playback.pause")
        held = station.heard()
        for _ in range(3):
            before = got[0]
            until("the stream goes on", lambda: got[0] > before)
        assert station.now()["state"] == "paused" and station.heard() == held
        station("playback.play")
        until("the same item goes on", lambda: station.now()["state"] == "playing" and station.heard() == held)
        assert "watchdog" not in server.log(), server.log()[-2000:]
        server.stop()
        reader.join(60)
        connection.close()
