# SPDX-License-Identifier: Apache-2.0
"""The programme place in Chromium: all its other parts."""
import pages
from programme_page_test import station


def test_parts(binary):
    """two browsers see one programme: playlists, jingles, clocks, requests, limits, rules, a preview, why"""
    with station(binary) as server:
        pages.look("programme_parts", server)
