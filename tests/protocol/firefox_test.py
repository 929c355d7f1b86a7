# SPDX-License-Identifier: Apache-2.0
"""The page in Firefox."""
import pathlib
import tempfile

from js_client_test import HERE, built, closing, run, station


def test_firefox(binary):
    """it loads, plays, and the queue moves by keys, pointer and others; the same where WebSocket is blocked"""
    built()
    with tempfile.TemporaryDirectory(prefix="longwave-firefox-") as scratch, station(binary) as (server, _):
        silent = pathlib.Path(scratch) / "asound.conf"  # a sound card, for a machine that has none
        silent.write_text("pcm.!default { type null }\nctl.!default { type null }\n")
        environment = {"ALSA_CONFIG_PATH": str(silent), "HOME": scratch}
        print("        " + closing(run(["node", "firefox.mjs", server.url("")], HERE, environment=environment)))
