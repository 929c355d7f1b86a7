# SPDX-License-Identifier: Apache-2.0
"""A station's people and making stations, on the page in Chromium: tests/protocol/station_people.mjs."""
import pathlib
import subprocess

import node_packages
from station_roles_test import SECRET, running

TOP = pathlib.Path(__file__).resolve().parents[2]


def test_pages(binary):
    """in Chromium: an owner makes a station, gives and takes roles, renames and removes it; a viewer changes nothing; a listener sees no such place"""
    node_packages.installed(TOP / "ui")
    with running(binary) as server:
        keys = []
        for user in ("olga", "vera", "dora", "nobody"):
            server.call("user.add", timeout=60, user=user, password=SECRET, role="anyone")
            keys.append(f"{user}={server.call('auth.login', timeout=60, user=user, password=SECRET, key=True)['key']}")
        done = subprocess.run(["node", "tests/protocol/station_people.mjs", server.url(""), *keys], cwd=TOP, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300)
        failures = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
        assert done.returncode == 0 and not failures, "\n".join(failures or [done.stdout[-1500:], done.stderr[-1500:]])
        print("        " + done.stdout.strip().splitlines()[-1])
