# SPDX-License-Identifier: Apache-2.0
"""How many listened, over time."""
import time
import urllib.request

import music
from server import Server


def test_listeners_over_time(binary):
    """who listened to an item is in the line of its time when the item is over, and stays there over kill -9"""
    tones = [music.Tone(30 + i, 75, "ogg") for i in range(4)]
    with Server(binary, music=[music.folder("programme-listeners", tones)]) as server:
        server.until_tracks(4)
        server.until_playing()
        begin = int(time.time() * 1000) - 600_000

        def line():
            return server.call("station.listeners", station="main", from_ms=begin, step_s=60, count=60)["most"]

        assert line() == [0] * 60
        with urllib.request.urlopen(server.url("/listen/main.mp3"), timeout=60) as stream:
            assert stream.read(4096)
            server.until(lambda: server.call("station.list")["stations"][0]["listeners"] == 1, what="one listens")
            server.skip()
            server.until(lambda: max(line()) == 1, what="the item is over")
        seen = line()
        assert sum(seen[:9]) == 0 and 1 <= sum(seen) <= 3, seen
        server.kill()
        server.start()
        assert line()[:12] == seen[:12]
