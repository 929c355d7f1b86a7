# SPDX-License-Identifier: Apache-2.0
"""The music place in Chromium: browsing, carrying, lists and queries."""
import pathlib
import shutil
import tempfile

import music
import pages
from server import Server


def in_browser(binary, script):
    """The station's folder is a copy: uploads go there."""
    tones = [music.Tone(30 + i, 75, "ogg", artist=f"Player {i // 6}", album=f"Album {i // 3}") for i in range(18)]
    with tempfile.TemporaryDirectory() as scratch:
        folder = shutil.copytree(music.folder("music_place", tones), pathlib.Path(scratch, "music"))
        fresh = music.Tone(60, 12, "mp3", artist="Somebody new", album="Sent").write(scratch)
        with Server(binary, music=[folder]) as server:
            server.until_tracks(18)
            server.until_playing()
            pages.look(script, server, fresh)


def test_music(binary):
    """albums, carrying, the keyboard, playlists and collections: changed, refused, undone"""
    in_browser(binary, "music")
