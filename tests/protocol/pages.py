# SPDX-License-Identifier: Apache-2.0
"""Scripts that look at pages in Chromium, against a server of the test's own. Each prints a line for what it tried: ok or FAIL."""
import contextlib
import http.server
import os
import pathlib
import subprocess
import threading

import node_packages

TOP = pathlib.Path(__file__).resolve().parents[2]


def look(script, server, *words, **environment):
    """Runs tests/protocol/SCRIPT.mjs URL WORD ...; fails with what it says."""
    node_packages.installed(TOP / "ui")
    done = subprocess.run(["node", f"tests/protocol/{script}.mjs", server.url(""), *map(str, words)], cwd=TOP, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=600, env=dict(os.environ, **environment))
    failures = [line for line in done.stdout.splitlines() if line.startswith("FAIL")]
    assert done.returncode == 0 and not failures, "\n".join(failures or [done.stdout[-1500:], done.stderr[-1500:]])
    print("        " + done.stdout.strip().splitlines()[-1])


class Restarting(http.server.BaseHTTPRequestHandler):
    """GET restarts the server of the test, for a page that has to find it again."""

    def do_GET(self):
        self.server.longwave.stop()
        self.server.longwave.start()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def restarted(server):
    """The environment by which a script restarts the server."""
    with http.server.HTTPServer(("127.0.0.1", 0), Restarting) as control:
        control.longwave = server
        threading.Thread(target=control.serve_forever, daemon=True).start()
        try:
            yield {"LONGWAVE_RESTART": f"curl -sf --max-time 150 http://127.0.0.1:{control.server_port}/"}
        finally:
            control.shutdown()
