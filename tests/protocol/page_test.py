# SPDX-License-Identifier: Apache-2.0
"""The page in Chromium with two browsers on one queue."""
import contextlib

import music
import pages
from server import Server


@contextlib.contextmanager
def station(binary):
    """With two dozen songs, one of them on the air."""
    tones = [music.Tone(30 + i, 75, "ogg", artist=f"Player {i}", album=f"Album {i // 4}") for i in range(24)]
    with Server(binary, music=[music.folder("page", tones)]) as server:
        server.until_tracks(24)
        server.until_playing()
        yield server


def test_page(binary):
    """two browsers steer and hear one station: order, undo, titles, reconnect"""
    with station(binary) as server, pages.restarted(server) as environment:
        pages.look("page", server, **environment)
