# SPDX-License-Identifier: Apache-2.0
"""The npm client `ws`, with compression offered as it does by itself."""
import json
import pathlib
import subprocess

SERVER = {}
HERE = pathlib.Path(__file__).parent


def modules():
    """node_modules by the lock file, once."""
    stamp = HERE / "node_modules" / ".package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime:
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=180)
    return HERE / "node_modules"


def test_ws(server):
    """ws subscribes, searches, edits, scans with gauges, pings and closes with 1000"""
    modules()
    server.until_tracks(10)
    server.until_playing()
    done = subprocess.run(["node", "ws_client.mjs", server.address], cwd=HERE, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=40)
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout)
    assert seen["subscribed"] == ["library", "station:main"] and seen["added"] == 3 and seen["moved"], seen
    assert seen["total"] == 10 and seen["unchanged"] == 10 and seen["echoed"] == "marco" and seen["closed"] == 1000, seen
    assert "-32602" in seen["refused"] and "tracks" in seen["refused"], seen
    assert {"station.now", "queue.changed", "listeners.changed"} <= set(seen["notes"]), seen
