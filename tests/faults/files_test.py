# SPDX-License-Identifier: Apache-2.0
"""Uploads, packages and scans under kill -9 at random moments and without space: what was acknowledged is there, nothing is half
there, and what is refused is refused in words. LONGWAVE_SEED repeats a run. The full disk is a small file system: root, as in CI."""
import http.client
import json
import os
import pathlib
import random
import tempfile
import threading
import time

import music
from disk_full_test import SmallDisk
from server import RpcError, Server

SEED = int(os.environ.get("LONGWAVE_SEED", "1"))
KILLS = int(os.environ.get("LONGWAVE_KILLS", "3"))


def songs():
    return [path.read_bytes() for path in sorted(music.folder("mixed", music.mixed()).glob("*-*"))]


def hidden(top):
    return list((top / ".longwave-uploads").glob("*"))


class Story:
    """What a sender was told, and what it has to find again."""

    def __init__(self, chance):
        self.chance, self.songs = chance, songs()
        self.open, self.done, self.packages, self.number = {}, {}, [], 0

    def go_on(self, server, steps):
        """That many steps, then a kill within a tenth of a second, wherever it meets the next ones."""
        killer = threading.Timer(self.chance.uniform(0, 0.1), server.kill)
        end = time.monotonic() + 60
        for step in range(1_000_000):
            if step == steps:
                killer.start()
            assert time.monotonic() < end, "the server is not killed"
            try:
                self.step(server)
            except (OSError, http.client.HTTPException):
                break  # killed
        killer.join()

    def step(self, server):
        if self.done and self.chance.random() < 0.15:
            self.pack(server)
        elif len(self.open) >= 3 or (self.open and self.chance.random() < 0.7):
            self.send_some(server, self.chance.choice(list(self.open)))
        else:
            self.number += 1
            content = self.chance.choice(self.songs)
            id = server.call("upload.begin", name=f"Song {self.number}.mp3", size=len(content))["upload"]["id"]
            self.open[id] = [content, 0]

    def send_some(self, server, id):
        content, known = self.open[id]
        if known == len(content):
            upload = server.call("upload.finish", id=id, timeout=60)["upload"]
            self.done[upload["track"]] = content
            del self.open[id]
            return
        part = content[known:known + self.chance.randrange(1, 400_000)]
        status, answer = put(server, id, part, known)
        assert status == 200, answer
        self.open[id][1] = answer["upload"]["received"]

    def pack(self, server):
        tracks = self.chance.sample(sorted(self.done), min(3, len(self.done)))
        made = server.call("package.make", tracks=tracks, timeout=60)
        self.packages.append((made["url"], made["bytes"]))

    def check(self, server, top):
        known = {u["id"]: u for u in server.call("upload.list", limit=500)["uploads"]}
        for id, (content, acknowledged) in list(self.open.items()):
            upload = known.get(id)
            if upload and upload["state"] in ("receiving", "ready"):
                assert upload["received"] >= acknowledged, f"{acknowledged} bytes were acknowledged, {upload['received']} are here"
                self.open[id][1] = upload["received"]
            else:
                assert acknowledged == len(content), f"an upload with {acknowledged} of {len(content)} bytes is gone: {upload}"
                del self.open[id]  # its end wasn't heard, but it may have come
        for track, content in self.done.items():
            details = server.call("library.track", id=track)["track"]
            assert details["state"] == "ok", details
        whole = set(self.songs)
        for path in top.rglob("*"):
            if path.is_file() and ".longwave-uploads" not in path.parts:
                assert path.read_bytes() in whole, f"{path} is half a song"
        for url, size in self.packages:
            status, _, body = server.request("GET", url, timeout=60)
            assert status == 200 and len(body) == size, (url, status, len(body), size)
        kept = {url.rsplit("/", 1)[1] for url, _ in self.packages}
        unfinished = [p.name for p in pathlib.Path(server.data, "packages").glob("*.part")]
        assert not unfinished, unfinished
        assert kept <= {p.name for p in pathlib.Path(server.data, "packages").glob("*")}


def put(server, id, content, offset=0):
    status, _, answer = server.request("PUT", f"/upload/{id}?offset={offset}", content, timeout=60)
    return status, json.loads(answer)


def test_killed_at_random(binary):
    """kill -9 at random moments of uploads, packages and scans: what was acknowledged is found again, nothing is half there"""
    chance = random.Random(SEED)
    story = Story(chance)
    with tempfile.TemporaryDirectory() as folder:
        top = pathlib.Path(folder)
        with Server(binary, music=[top]) as server:
            for _ in range(KILLS):
                story.go_on(server, chance.randrange(4, 30))
                server.start()
                server.until(lambda: recovered(server, story), what="what was open is found again")
                story.check(server, top)
            assert story.done, "nothing was finished"
            print(f"        seed {SEED}: {KILLS} kills, {len(story.done)} songs, {len(story.packages)} packages kept")


def recovered(server, story):
    """True when the server has looked at what was left; the scan may still go on."""
    tracks = server.call("library.search", text="", limit=500)["total"]
    uploads = {u["id"] for u in server.call("upload.list", limit=500)["uploads"]}
    partial = [id for id, (content, at) in story.open.items() if at < len(content)]
    unfinished = list(pathlib.Path(server.data, "packages").glob("*.part"))
    return tracks >= len(story.done) and all(id in uploads for id in partial) and not unfinished


def test_no_space(binary):
    """a full disk: an upload and a package are refused in words and leave nothing; with space again the upload goes on where it was"""
    with SmallDisk(128) as disk, tempfile.TemporaryDirectory() as scratch:
        top = pathlib.Path(disk.path, "music")
        top.mkdir()
        content = songs()[5]  # a WAV: large enough to meet the end of the disk
        # the database lies elsewhere: this is about the files
        with Server(binary, music=[top], data=os.path.join(scratch, "data")) as server:
            id = server.call("upload.begin", name="A.wav", size=len(content))["upload"]["id"]
            assert put(server, id, content[:100_000])[0] == 200
            disk.fill()
            status, answer = put(server, id, content[100_000:], 100_000)
            assert status == 413 and "disk is full" in answer["error"]["message"], (status, answer)
            upload = server.call("upload.info", id=id)["upload"]
            kept = upload["received"]
            assert upload["state"] == "receiving" and 100_000 <= kept < len(content), upload
            assert [p for p in hidden(top) if p.stat().st_size != kept] == []
            refused(server, "upload.begin", name="B.wav", size=100_000)
            disk.free()
            assert put(server, id, content[kept:], kept)[0] == 200
            track = server.call("upload.finish", id=id, timeout=60)["upload"]["track"]
            assert (top / "A.wav").read_bytes() == content and not hidden(top)
        with Server(binary, music=[top], data=os.path.join(disk.path, "data")) as server:
            server.until_tracks(1)
            track = server.call("library.search", text="")["tracks"][0]["id"]
            said = refused(server, "package.make", tracks=[track] * 300)  # more than the disk holds
            assert said.code in (-32006, -32001), said
            packages = pathlib.Path(disk.path, "data", "packages")
            server.until(lambda: not list(packages.iterdir()), what="nothing is left of the package")


def refused(server, method, **params):
    try:
        said = server.call(method, timeout=60, **params)
    except RpcError as error:
        assert error.message and not any(word in error.message.lower() for word in ("errno", "sqlite", "exception")), error
        return error
    raise AssertionError(f"{method} was taken: {said}")
