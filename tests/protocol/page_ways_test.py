# SPDX-License-Identifier: Apache-2.0
"""The page in Chromium for who comes to it by other ways."""
import pages
from page_test import station


def test_ways(binary):
    """the page without WebSockets, with the keyboard alone, and with a finger on a phone"""
    with station(binary) as server:
        pages.look("page_ways", server)
