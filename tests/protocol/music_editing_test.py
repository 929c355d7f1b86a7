# SPDX-License-Identifier: Apache-2.0
"""The music place in Chromium: a song with all that is known of it, uploads, the station's own switches."""
from music_place_test import in_browser


def test_editing(binary):
    """a song by source, tags, lyrics that follow, uploads, a package, the station's switches: told, refused, undone"""
    in_browser(binary, "music_editing")
