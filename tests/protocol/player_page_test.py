# SPDX-License-Identifier: Apache-2.0
"""/player in Chromium: with a client that behaves like the original's scripts, and our own page."""
import pathlib
import subprocess

import node_packages
from player_test import settled, started

APART = True

HERE = pathlib.Path(__file__).resolve().parent
UI = HERE.parents[1] / "ui"


def browse(server, kind):
    done = subprocess.run(["node", HERE / "player_page.mjs", kind, server.url("")], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=400)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:] + server.log()[-500:]


def test_a_client_like_the_originals(binary):
    """Chromium: the original's globals, containers, start-up order, ids and frames, from a folder of --player-client"""
    node_packages.installed(UI)
    with started(binary, ["--player-client", str(HERE / "player_client")]) as server:
        settled(server)
        browse(server, "client")
        status, headers, _ = server.request("GET", "/static/css/main.css")
        assert status == 200 and headers["Cache-Control"] == "max-age=3600", (status, headers.items())
        for path in ("/static/../player_test.py", "/static/%2e%2e/player_test.py", "/static/nothing.js", "/static/scripts"):
            assert server.request("GET", path)[0] == 404, path


def test_our_own_page(binary):
    """Chromium: our page without a client folder lists, adds, plays, jumps, removes, creates and filters"""
    node_packages.installed(UI)
    with started(binary) as server:
        settled(server)
        browse(server, "own")
