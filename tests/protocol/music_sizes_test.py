# SPDX-License-Identifier: Apache-2.0
"""Every part of the music place as people with other needs and other windows have it."""
from music_place_test import in_browser


def test_sizes(binary):
    """axe, targets, widths of every part of the music place: light and dark, desk and phones"""
    in_browser(binary, "music_sizes")
