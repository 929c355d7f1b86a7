# SPDX-License-Identifier: Apache-2.0
"""The demo page of channelstream, and the original's browser library, in Chromium."""
import subprocess

import node_packages
from channelstream_g1_test import HERE, OPTIONS, silent


def test_chromium(binary):
    """Chromium: the demo page over both transports, and the original's browser library on our pages and on others"""
    node_packages.installed(HERE)
    node_packages.installed(HERE.parents[1] / "ui")
    with silent(binary, OPTIONS) as server:
        done = subprocess.run(["node", HERE / "legacy_page.mjs", str(server.port)], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=240)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:] + server.log()[-500:]
