# SPDX-License-Identifier: Apache-2.0
"""The npm client `ws`, with compression offered as it does by itself."""
import json
import pathlib
import subprocess

import node_packages

SERVER = {}
HERE = pathlib.Path(__file__).parent


def test_ws(server):
    """ws subscribes, searches, edits, scans with gauges, pings and closes with 1000"""
    node_packages.installed(HERE)
    server.until_tracks(10)
    server.until_playing()
    done = subprocess.run(["node", "ws_client.mjs", server.address], cwd=HERE, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout)
    assert seen["subscribed"] == ["library", "station:main"] and seen["added"] == 3 and seen["moved"], seen
    assert seen["total"] == 10 and seen["unchanged"] == 10 and seen["echoed"] == "marco" and seen["closed"] == 1000, seen
    assert "-32602" in seen["refused"] and "tracks" in seen["refused"], seen
    assert {"station.now", "queue.changed", "listeners.changed"} <= set(seen["notes"]), seen
