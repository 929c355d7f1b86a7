# SPDX-License-Identifier: Apache-2.0
"""The programme place in Chromium: two browsers make a programme; accessibility, on a desk and on a phone."""
import pathlib
import subprocess

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
