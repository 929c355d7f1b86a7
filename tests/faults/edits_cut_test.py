# SPDX-License-Identifier: Apache-2.0
"""What people say of the music under kill -9, and tags written into real files: nothing acknowledged is lost, every file is whole."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

import music
from server import RpcError, Server

CUTS = 3


def music_of_our_own():
    """A copy: the tests write into it."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="longwave-edits-"))
    kinds = ["mp3", "flac", "ogg", "opus", "m4a", "wav", "aiff"]
    source = music.folder("edited", [music.Tone(30 + i, 4, kind) for i, kind in enumerate(kinds)])
    for file in pathlib.Path(source).iterdir():
        shutil.copy(file, folder)
    return folder


def tags(path):
    shown = subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-show_entries", "format_tags:stream_tags", str(path)],
                           check=True, capture_output=True).stdout
    data = json.loads(shown)
    found = {}
    for part in [data.get("format", {}), *data.get("streams", [])]:
        found.update({key.lower(): value for key, value in part.get("tags", {}).items()})
    return found


def sound(path):
    """A hash of what is heard."""
    return subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-map", "0:a", "-f", "md5", "-"], check=True,
                          capture_output=True).stdout


def track_ids(server):
    return [track["id"] for track in server.call("library.search", text="")["tracks"]]


def test_tags_are_written_into_real_files(binary):
    """track.write_tags on seven formats made by ffmpeg: others read the new tags, the sound is the same, a scan finds nothing new"""
    folder = music_of_our_own()
    try:
        with Server(binary, music=[folder]) as server:
            server.until_tracks(7)
            for track in track_ids(server):
                known = server.call("track.get", id=track)
                path = folder / known["path"]
                before = sound(path)
                server.call("track.set", id=track, values={"title": f"Größe {track}", "artist": "Somebody Else", "year": "1971"})
                assert tags(path).get("title") != f"Größe {track}", "setting doesn't touch the file"
                server.call("track.write_tags", id=track)
                assert tags(path)["title"] == f"Größe {track}", (path, tags(path))
                assert tags(path)["artist"] == "Somebody Else", (path, tags(path))
                assert sound(path) == before, path
                after = server.call("track.get", id=track)
                assert after["values"]["title"] == {"value": f"Größe {track}", "file": f"Größe {track}", "own": False}, after["values"]
                try:
                    server.call("track.write_tags", id=track)
                    raise AssertionError("nothing was left to write")
                except RpcError as refused:
                    assert refused.data["kind"] == "conflict", refused.data
            report = server.call("library.scan", timeout=60)
            assert report["unchanged"] == 7 and report["changed"] == 0, report
    finally:
        shutil.rmtree(folder)


class Editor(threading.Thread):
    """Sets, marks and writes one track until the server is gone; remembers the last values that were acknowledged."""

    def __init__(self, server, track, number):
        super().__init__(daemon=True)
        self.server, self.track, self.number = server, track, number
        self.kept, self.asked = None, None

    def run(self):
        try:
            while True:
                self.number += 1
                self.asked = self.number
                self.server.call("track.set", id=self.track, values={"title": f"take {self.number}"})
                self.kept = self.number
                self.server.call("track.write_tags", id=self.track)
        except Exception:  # the server was killed: any way the call ends is right
            pass


def test_edits_survive_power_cuts(binary):
    """3 x kill -9 under track.set and track.write_tags: acknowledged titles are there, files decode, ids and marks stay"""
    folder = music_of_our_own()
    try:
        with Server(binary, music=[folder]) as server:
            server.until_tracks(7)
            ids = track_ids(server)[:3]
            server.call("track.mark", id=ids[0], favourite=1, live=True)
            number = 0
            for cut in range(CUTS):
                editors = [Editor(server, track, number) for track in ids]
                for editor in editors:
                    editor.start()
                server.until(lambda: all(editor.kept for editor in editors), what="an acknowledged edit of each")
                time.sleep(0.05 * cut)
                server.kill()
                for editor in editors:
                    editor.join(60)
                server.start()
                for editor in editors:
                    title = server.call("track.get", id=editor.track)["track"]["title"]
                    assert title in (f"take {editor.kept}", f"take {editor.asked}"), (cut, title, editor.kept, editor.asked)
                    number = max(number, editor.asked)
                for file in folder.iterdir():
                    if not file.name.startswith(".") and file.suffix not in (".png", ".jpg"):
                        sound(file)
            report = server.call("library.scan", timeout=60)
            assert report["missing"] == 0 and report["added"] == 0 and report["broken"] == 0, report
            assert server.call("track.get", id=ids[0])["marks"]["favourite"] == 1
            left = [name for name in os.listdir(folder) if name.startswith(".")]
            assert len(left) <= len(ids), left
    finally:
        shutil.rmtree(folder)
