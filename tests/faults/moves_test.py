# SPDX-License-Identifier: Apache-2.0
"""Files that move, change their name, or vanish with the disk they lie on."""
import os
import shutil
import tempfile

import music
from server import Server


def test_moves_and_mounts(binary):
    """a moved or renamed file keeps its id; a vanished folder marks missing and deletes nothing; it comes back"""
    top = tempfile.mkdtemp(prefix="longwave-moves-")
    folder = os.path.join(top, "music")
    try:
        tones = [music.Tone(i, 6 + i, "flac") for i in range(4)] + [music.Tone(4, 7, "mp3")]
        music.write_all(folder, tones)
        with Server(binary, music=[folder]) as server:
            server.until_tracks(5)
            server.call("library.scan", timeout=60)
            before = {t["title"]: t["id"] for t in server.call("library.search", text="")["tracks"]}
            os.makedirs(os.path.join(folder, "sub", "deeper"))
            os.rename(os.path.join(folder, tones[0].name), os.path.join(folder, "sub", "deeper", "renamed.flac"))
            os.rename(os.path.join(folder, tones[4].name), os.path.join(folder, "sub", "other name.mp3"))
            report = server.call("library.scan", timeout=60)
            assert report["moved"] == 2 and report["added"] == 0 and report["missing"] == 0, report
            after = {t["title"]: t["id"] for t in server.call("library.search", text="")["tracks"]}
            assert before == after

            os.rename(folder, folder + "-unplugged")
            report = server.call("library.scan", timeout=60)
            assert report["missing"] in (0, 5), report
            found = server.call("library.track", id=before[tones[1].title])
            assert found["track"]["state"] in ("missing", "ok"), found
            os.makedirs(folder)  # an empty mount point
            report = server.call("library.scan", timeout=60)
            found = server.call("library.track", id=before[tones[1].title])
            assert found["track"]["state"] == "missing", (found, report)
            now = server.call("station.now", station="main")
            assert now["state"] in ("playing", "starting", "empty"), now

            os.rmdir(folder)
            os.rename(folder + "-unplugged", folder)
            report = server.call("library.scan", timeout=60)
            assert report["added"] == 0, report
            tracks = server.call("library.search", text="")["tracks"]
            assert {t["title"]: t["id"] for t in tracks} == before and all(t["state"] == "ok" for t in tracks), tracks
            server.until_playing(30)
    finally:
        shutil.rmtree(top, ignore_errors=True)
