# SPDX-License-Identifier: Apache-2.0
"""The programme place in Chromium: the week."""
import contextlib

import music
import pages
from server import Server


@contextlib.contextmanager
def station(binary):
    """With a dozen songs, one of them on the air and one that was."""
    tones = [music.Tone(30 + i, 75, "ogg", artist=f"Player {i}", album=f"Album {i // 4}") for i in range(12)]
    with Server(binary, music=[music.folder("programme-page", tones)]) as server:
        server.until_tracks(12)
        server.until_playing()
        server.skip()
        yield server


def test_week(binary):
    """two browsers see one programme: a week that is drawn and dragged, by pointer and keys, with undo"""
    with station(binary) as server:
        pages.look("programme", server)
