# SPDX-License-Identifier: Apache-2.0
"""Chat and operator's page in Chromium: two browsers talk, are cut off and come back; an operator closes and changes."""
import http.server
import os
import pathlib
import subprocess
import threading

import music
import node_packages
from page_test import Restarting
from server import Server

TOP = pathlib.Path(__file__).resolve().parents[2]


def test_people(binary):
    """two browsers chat through breaks and a restart; the operator's page closes a connection and changes a rule"""
    node_packages.installed(TOP / "ui")
    with Server(binary, music=[music.folder("people", [music.Tone(30, 75, "ogg", artist="A", album="B")])]) as server:
        server.until_tracks(1)
        with http.server.HTTPServer(("127.0.0.1", 0), Restarting) as control:
            control.longwave = server
            threading.Thread(target=control.serve_forever, daemon=True).start()
            environment = dict(os.environ, LONGWAVE_RESTART=f"curl -sf --max-time 50 http://127.0.0.1:{control.server_port}/")
            done = subprocess.run(["node", "tests/protocol/people.mjs", server.url("")], cwd=TOP, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=400, env=environment)
            control.shutdown()
        failures = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
        assert done.returncode == 0 and not failures, "\n".join(failures or [done.stdout[-1500:], done.stderr[-1500:]])
        print("        " + done.stdout.strip().splitlines()[-1])
