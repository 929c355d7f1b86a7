# SPDX-License-Identifier: Apache-2.0
"""A station's people and making stations, on the page in Chromium: tests/protocol/station_people.mjs."""
import pages
from station_roles_test import SECRET, running


def test_pages(binary):
    """in Chromium: an owner makes a station, gives and takes roles, renames and removes it; a viewer changes nothing; a listener sees no such place"""
    with running(binary) as server:
        keys = []
        for user in ("olga", "vera", "dora", "nobody"):
            server.call("user.add", timeout=60, user=user, password=SECRET, role="anyone")
            keys.append(f"{user}={server.call('auth.login', timeout=60, user=user, password=SECRET, key=True)['key']}")
        pages.look("station_people", server, *keys)
