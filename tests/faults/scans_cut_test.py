# SPDX-License-Identifier: Apache-2.0
"""Scans alone under kill -9 and on a full disk: what was committed stays as it was, nothing is half there, the error is a sentence.
LONGWAVE_SEED repeats a run. The full disk is a small file system: root, as in CI."""
import http.client
import os
import pathlib
import random
import sqlite3
import struct
import tempfile
import threading
import time

from disk_full_test import SmallDisk
from server import RpcError, Server

SEED = int(os.environ.get("LONGWAVE_SEED", "1"))
KILLS = int(os.environ.get("LONGWAVE_KILLS", "3"))
FILES = 1000


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def song(number):
    """A WAV of a second, with title, artist, album and genre; each has a sound of its own."""
    tags = {b"INAM": f"Title {number}", b"IART": f"Artist {number % 37}", b"IPRD": f"Album {number % 111}", b"IGNR": f"Genre {number % 7}"}
    info = b"".join(chunk(key, text.encode() + b"\0") for key, text in tags.items())
    sound = struct.pack("<400h", *((number * 31 + i * 7) % 3000 for i in range(400))) * 10
    inner = b"WAVE" + chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 4000, 8000, 2, 16)) + chunk(b"LIST", b"INFO" + info) + chunk(b"data", sound)
    return b"RIFF" + struct.pack("<I", len(inner)) + inner


def fill(top, numbers):
    for number in numbers:
        folder = pathlib.Path(top, f"{number % 111}")
        folder.mkdir(exist_ok=True)
        (folder / f"{number}.wav").write_bytes(song(number))


def tracks(server):
    """Every track that is shown: title by id. Each must be whole. In an order to which a scan only adds at the end."""
    seen, offset = {}, 0
    while True:
        page = server.call("library.search", text="sort:added", limit=500, offset=offset)["tracks"]
        for track in page:
            number = int(track["title"].removeprefix("Title "))
            assert track["artist"] == f"Artist {number % 37}" and track["album"] == f"Album {number % 111}", track
            assert track["duration_ms"] == 1000 and track["state"] == "ok", track
            seen[track["id"]] = track["title"]
        if len(page) < 500:
            return seen
        offset += 500


def whole(data):
    """Looks into the database of a server that has ended: its tables, the full-text index, what is counted of genres."""
    with tempfile.TemporaryDirectory() as copy:
        for path in pathlib.Path(data).glob("*.db*"):
            pathlib.Path(copy, path.name).write_bytes(path.read_bytes())
        (path,) = pathlib.Path(copy).glob("*.db")
        database = sqlite3.connect(path)
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        database.execute("INSERT INTO library_track_text(library_track_text, rank) VALUES ('integrity-check', 1)")
        kept = database.execute("SELECT tag_id, tracks, albums FROM library_tag_count WHERE tracks > 0 ORDER BY 1").fetchall()
        counted = database.execute("SELECT g.tag_id, COUNT(*), COUNT(DISTINCT t.album_id) FROM library_tagging g JOIN library_track t ON t.id = g.target_id "
                                   "WHERE g.what = 0 AND g.approval >= 0 AND t.state = 0 GROUP BY 1 ORDER BY 1").fetchall()
        assert kept == counted, (kept, counted)
        database.close()


def test_scans_survive_power_cuts(binary):
    """kill -9 in the middle of scans: what was there keeps its id, everything shown is whole, the next scan ends with every file once"""
    chance = random.Random(SEED)
    known = {}
    with tempfile.TemporaryDirectory() as top:
        fill(top, range(FILES))
        with Server(binary, music=[top]) as server:
            for kill in range(KILLS):
                before = len(known)
                server.until(lambda: server.call("library.search", text="")["total"] > before, what="something of the scan is committed")
                time.sleep(chance.uniform(0, 0.2))
                known.update(tracks(server))
                server.kill()
                whole(server.data)
                server.start()
                now = tracks(server)
                assert all(now.get(id) == title for id, title in known.items()), f"of {len(known)} tracks {len(known.keys() - now.keys())} are gone"
                fill(top, range(FILES * (kill + 1), FILES * (kill + 2)))  # there is more to find
            report = server.call("library.scan", timeout=120)
            assert report["broken"] == report["missing"] == report["moved"] == 0, report
            now = tracks(server)
            assert sorted(now.values()) == sorted(f"Title {n}" for n in range(FILES * (KILLS + 1)))
            assert all(now.get(id) == title for id, title in known.items())
            again(server, now)
            assert server.stop() == 0
            whole(server.data)
        print(f"        seed {SEED}: {KILLS} kills, {len(known)} of {len(now)} tracks were seen before one of them")


def again(server, known):
    """Reading everything again is cut too: no track is lost or changed by half."""
    def ask():
        try:
            server.call("library.scan", timeout=120, again=True)
        except (OSError, http.client.HTTPException, RpcError):
            pass  # killed

    asking = threading.Thread(target=ask)
    asking.start()
    time.sleep(0.3)
    server.kill()
    asking.join()
    server.start()
    assert tracks(server) == known
    assert server.call("library.scan", timeout=120)["unchanged"] == len(known)


def test_scan_on_a_full_disk(binary):
    """no space for what a scan finds: it ends with a sentence, what was known stays, and with space again it goes on where it was"""
    with SmallDisk(24) as disk, tempfile.TemporaryDirectory() as top:
        fill(top, range(100))
        with Server(binary, music=[top], data=os.path.join(disk.path, "data")) as server:
            server.until_tracks(100)
            known = tracks(server)
            disk.fill()
            fill(top, range(100, FILES))
            try:
                report = server.call("library.scan", timeout=120)
                raise AssertionError(f"a scan was kept without space: {report}")
            except RpcError as error:
                said = error.message
                assert error.data["kind"] == "unavailable", error.data
                assert "full" in said and not any(word in said.lower() for word in ("sqlite", "errno", "exception")), said
            now = tracks(server)
            assert known.items() <= now.items() and len(now) < FILES
            disk.free()
            server.until(lambda: scanned(server), what="a scan is kept again")
            now = tracks(server)
            assert known.items() <= now.items(), "something is gone"
            assert sorted(now.values()) == sorted(f"Title {n}" for n in range(FILES)), f"{len(now)} of {FILES} files are there"
            assert server.stop() == 0
        whole(os.path.join(disk.path, "data"))
        print(f"        refused with: {said}")


def scanned(server):
    try:
        return server.call("library.scan", timeout=120)
    except RpcError:
        return None
