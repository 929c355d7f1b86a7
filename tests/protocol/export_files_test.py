# SPDX-License-Identifier: Apache-2.0
"""`longwave export-files`: what original streamers find in their folder, decoded by programs of others."""
import json
import os
import pathlib
import subprocess
import tempfile

import music
from server import Server

KINDS = ("mp3", "flac", "ogg")


def make_music():
    return music.folder("export", [music.Tone(i, 5, kind) for i, kind in enumerate(KINDS)])


def export(binary, server, folder, *options):
    done = subprocess.run([binary, "export-files", "--data", server.data, *options, str(folder)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stderr


def probe(path):
    found = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=format_name,duration:stream=codec_name,bit_rate", "-of", "json", str(path)],
                           capture_output=True, text=True, check=True)
    told = json.loads(found.stdout)
    return told["streams"][0]["codec_name"], int(told["streams"][0].get("bit_rate", 0)), float(told["format"]["duration"])


def test_export(binary):
    """every song under its number, as it is and as MP3, beside a running server; a second run finds nothing to do"""
    with Server(binary, music=[make_music()]) as server, tempfile.TemporaryDirectory() as folder:
        server.until(lambda: server.call("library.search", text="")["total"] == len(KINDS), what="the library")
        tracks = server.call("library.search", text="")["tracks"]
        said = export(binary, server, folder, "--low-quality")
        assert "3 songs" in said and "0 failed" in said, said
        for track in tracks:
            number = f"{int(track['id']):09d}"
            place = pathlib.Path(folder, number[:3], number[3:6])
            kind = KINDS[[f"Tone {i} " in track["title"] for i in range(3)].index(True)]
            assert (place / f"{number[6:]}.{kind}").exists(), sorted(place.iterdir())
            codec, _, seconds = probe(place / f"{number[6:]}.mp3")
            assert codec == "mp3" and abs(seconds - 5) < 0.2, (kind, seconds)
            codec, bits, seconds = probe(place / f"{number[6:]}_lq.mp3")
            assert codec == "mp3" and bits == 128_000 and abs(seconds - 5) < 0.2, (kind, bits, seconds)
            subprocess.run(["mpg123", "-q", "-t", str(place / f"{number[6:]}.mp3")], check=True, stdin=subprocess.DEVNULL, capture_output=True)
        files = {path: os.stat(path).st_mtime_ns for path in pathlib.Path(folder).rglob("*.*")}
        assert len(files) == 3 + 2 + 3 and not [path for path in files if path.suffix == ".new"], files
        said = export(binary, server, folder, "--low-quality")
        assert "0 files linked, 0 copied, 0 encoded" in said, said
        assert files == {path: os.stat(path).st_mtime_ns for path in pathlib.Path(folder).rglob("*.*")}


def test_nothing_there(binary):
    """without a library it says so, and makes nothing"""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([binary, "export-files", "--data", f"{folder}/data", f"{folder}/out"], capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and "no database" in done.stderr, done.stderr
        assert not os.path.exists(f"{folder}/out") and not os.path.exists(f"{folder}/data")
