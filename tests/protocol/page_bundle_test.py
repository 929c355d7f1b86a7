# SPDX-License-Identifier: Apache-2.0
"""What is kept of the page in the repository."""
import subprocess

import node_packages
from pages import TOP


def test_bundle():
    """the bundle in the repository is what the sources build; types hold, unit tests of the page pass"""
    node_packages.installed(TOP / "ui")
    done = subprocess.run(["npm", "run", "--silent", "check"], cwd=TOP / "ui", stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=600)
    assert done.returncode == 0, (done.stdout[-1500:], done.stderr[-1500:])
