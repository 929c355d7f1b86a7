# SPDX-License-Identifier: Apache-2.0
"""Chat in Chromium: two browsers talk, are cut off and come back."""
import contextlib

import music
import pages
from server import Server


@contextlib.contextmanager
def station(binary):
    with Server(binary, music=[music.folder("people", [music.Tone(30, 75, "ogg", artist="A", album="B")])]) as server:
        server.until_tracks(1)
        yield server


def test_people(binary):
    """two browsers chat through refusals, breaks and a restart; a long chat, and how it looks"""
    with station(binary) as server, pages.restarted(server) as environment:
        pages.look("people", server, **environment)
