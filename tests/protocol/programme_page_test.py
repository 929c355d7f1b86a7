# SPDX-License-Identifier: Apache-2.0
"""The programme place in Chromium: two browsers make a programme; accessibility, on a desk and on a phone; who listened."""
import pathlib
import subprocess
import time
import urllib.request

import music
import node_packages
from server import Server

TOP = pathlib.Path(__file__).resolve().parents[2]


def test_programme_page(binary):
    """two browsers see one programme: a week that is drawn and dragged, songs, requests, limits, rules, a preview, why"""
    node_packages.installed(TOP / "ui")
    tones = [music.Tone(30 + i, 75, "ogg", artist=f"Player {i}", album=f"Album {i // 4}") for i in range(12)]
    with Server(binary, music=[music.folder("programme-page", tones)]) as server:
        server.until_tracks(12)
        server.until_playing()
        server.call("playback.skip", station="main")
        done = subprocess.run(["node", "tests/protocol/programme.mjs", server.url("")], cwd=TOP, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=400)
        failures = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
        assert done.returncode == 0 and not failures, "\n".join(failures or [done.stdout[-1500:], done.stderr[-1500:]])
        print("        " + done.stdout.strip().splitlines()[-1])


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
        with urllib.request.urlopen(server.url("/listen/main.mp3"), timeout=20) as stream:
            assert stream.read(4096)
            server.until(lambda: server.call("station.list")["stations"][0]["listeners"] == 1, what="one listens")
            server.call("playback.skip", station="main")
            server.until(lambda: max(line()) == 1, what="the item is over")
        seen = line()
        assert sum(seen[:9]) == 0 and 1 <= sum(seen) <= 3, seen
        server.kill()
        server.start()
        assert line()[:12] == seen[:12]
