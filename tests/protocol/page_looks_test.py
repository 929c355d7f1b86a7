# SPDX-License-Identifier: Apache-2.0
"""The page in Chromium in windows of all sizes."""
import pages
from page_test import station


def test_looks(binary):
    """axe, targets, widths of the page: light and dark, phones to 4K, text twice as large"""
    with station(binary) as server:
        pages.look("page_looks", server)
