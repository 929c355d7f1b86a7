# SPDX-License-Identifier: Apache-2.0
"""The page: Chromium with two browsers on one queue, and the bundle that is kept in the repository."""
import http.server
import os
import pathlib
import subprocess
import threading

import music
import node_packages
from server import Server

TOP = pathlib.Path(__file__).resolve().parents[2]


class Restarting(http.server.BaseHTTPRequestHandler):
    """GET restarts the server of the test, for a page that has to find it again."""

    def do_GET(self):
        self.server.longwave.stop()
        self.server.longwave.start()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_page(binary):
    """two browsers steer and hear one station: order, undo, titles, reconnect, keyboard, accessibility"""
    node_packages.installed(TOP / "ui")
    tones = [music.Tone(30 + i, 75, "ogg", artist=f"Player {i}", album=f"Album {i // 4}") for i in range(24)]
    with Server(binary, music=[music.folder("page", tones)]) as server:
        server.until_tracks(24)
        server.until_playing()
        with http.server.HTTPServer(("127.0.0.1", 0), Restarting) as control:
            control.longwave = server
            threading.Thread(target=control.serve_forever, daemon=True).start()
            environment = dict(os.environ, LONGWAVE_RESTART=f"curl -sf --max-time 50 http://127.0.0.1:{control.server_port}/")
            done = subprocess.run(["node", "tests/protocol/page.mjs", server.url("")], cwd=TOP, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=400, env=environment)
            control.shutdown()
        failures = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
        assert done.returncode == 0 and not failures, "\n".join(failures or [done.stdout[-1500:], done.stderr[-1500:]])
        print("        " + done.stdout.strip().splitlines()[-1])


def test_bundle():
    """the bundle in the repository is what the sources build; types hold, unit tests of the page pass"""
    node_packages.installed(TOP / "ui")
    done = subprocess.run(["npm", "run", "--silent", "check"], cwd=TOP / "ui", stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=300)
    assert done.returncode == 0, (done.stdout[-1500:], done.stderr[-1500:])
