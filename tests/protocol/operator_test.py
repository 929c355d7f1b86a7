# SPDX-License-Identifier: Apache-2.0
"""The operator's page in Chromium."""
import pages
from people_test import station


def test_operator(binary):
    """the operator's page shows who is there, closes a connection and changes a rule; on a phone, and for strangers"""
    with station(binary) as server:
        pages.look("operator", server)
