# SPDX-License-Identifier: Apache-2.0
"""The programme place in Chromium as people with other needs and other windows have it."""
import pages
from programme_page_test import station


def test_looks(binary):
    """axe and widths of every part of the programme place, on a desk and on a phone; the directory leads to the station"""
    with station(binary) as server:
        pages.look("programme_looks", server)
