# SPDX-License-Identifier: Apache-2.0
"""The music place in Chromium: browsing, carrying, lists and queries."""
import pathlib
import shutil
import subprocess
import tempfile

import music
import node_packages
from server import Server

TOP = pathlib.Path(__file__).resolve().parents[2]


def in_browser(binary, script):
    """The station's folder is a copy: uploads go there."""
    node_packages.installed(TOP / "ui")
    tones = [music.Tone(30 + i, 75, "ogg", artist=f"Player {i // 6}", album=f"Album {i // 3}") for i in range(18)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = shutil.copytree(music.folder("music_place", tones), pathlib.Path(scratch, "music"))
        fresh = music.Tone(60, 12, "mp3", artist="Somebody new", album="Sent").write(scratch)
        with Server(binary, music=[folder]) as server:
            server.until_tracks(18)
            server.until_playing()
            done = subprocess.run(["node", f"tests/protocol/{script}", server.url(""), str(fresh)], cwd=TOP, timeout=200,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True)
    failures = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert done.returncode == 0 and not failures, "\n".join(failures or [done.stdout[-1500:], done.stderr[-1500:]])
    print("        " + done.stdout.strip().splitlines()[-1])


def test_music(binary):
    """albums, carrying, the keyboard, playlists and collections: changed, refused, undone"""
    in_browser(binary, "music.mjs")
