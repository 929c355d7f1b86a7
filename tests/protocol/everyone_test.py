# SPDX-License-Identifier: Apache-2.0
"""One station, steered at the same time by an MPD client, clients of the player protocol and of MusicDB's, and a page in Chromium,
in an order by chance: everybody ends with the same state."""
import json
import os
import pathlib
import random
import subprocess
import threading

import mpd_music
import node_packages
from mpd_wire import Refused, Wire, quoted
from musicdb_client import Client
from server import Server, free_port

TOP = pathlib.Path(__file__).resolve().parents[2]
SEEDS = [int(os.environ["LONGWAVE_SEED"])] if "LONGWAVE_SEED" in os.environ else [1, 2, 3]
STEPS = 12


class Page:
    """The browser; one line there, one line back."""

    def __init__(self, url):
        self.process = subprocess.Popen(["node", "tests/protocol/everyone.mjs", url], cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.read() == "ready"

    def read(self):
        line = self.process.stdout.readline()
        assert line, "the browser has ended"
        return json.loads(line)

    def ask(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        return self.read()

    def call(self, method, **params):
        return self.ask({"method": method, "params": {"station": "main", **params}})

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


class Remote:
    """The player protocol over HTTP."""

    def __init__(self, server):
        self.server = server

    def call(self, method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 0, "method": method, "params": list(params)})
        status, _, answer = self.server.request("POST", "/api", body, {"Content-Type": "application/json"})
        assert status == 200, (method, status, answer)
        return json.loads(answer)


def by_mpd(chance, wire, uris):
    step = chance.choice(["add", "add", "delete", "move", "play", "pause", "next", "volume", "options", "swap"])
    place = chance.randrange(12)
    line = {"add": f"add {quoted(chance.choice(uris))}", "delete": f"delete {place}", "move": f"move {place} {chance.randrange(12)}",
            "play": f"play {place}", "pause": "pause", "next": "next", "volume": f"setvol {chance.randrange(101)}",
            "options": f"{chance.choice(['repeat', 'random'])} {chance.randrange(2)}", "swap": f"swap {place} {chance.randrange(12)}"}[step]
    try:
        wire.ask(line)
    except Refused:
        pass  # the place is gone meanwhile: as it should be


def by_remote(chance, remote, tracks):
    method, params = chance.choice([("playlist.add_id", [chance.choice(tracks)]), ("playlist.add_id", [chance.choice(tracks)]),
                                    ("playlist.remove_id", [chance.randrange(12)]), ("playback.start", []), ("playback.pause", []),
                                    ("playback.next", []), ("playback.previous", []), ("server.volume", [chance.randrange(101)])])
    remote.call(method, *params)


def by_musicdb(chance, client, tracks):
    entries = [entry["entryid"] for entry in client.request("GetSongQueue")]
    step = chance.choice(["add", "add", "remove", "move", "next", "state"])
    if step == "add" or len(entries) < 3:
        client.send("call", "AddSongToQueue", {"songid": chance.choice(tracks), "position": chance.choice(["next", "last"])})
    elif step == "remove":
        client.send("call", "RemoveSongFromQueue", {"entryid": chance.choice(entries)})
    elif step == "move":
        client.send("call", "MoveSongInQueue", {"entryid": entries[-1], "afterid": entries[0]})
    elif step == "next":
        client.send("call", "PlayNextSong")
    else:
        client.send("call", "SetAudioStreamState", {"state": "playpause"})
    client.request("Bounce", {})  # what was said before is done


def by_page(chance, page, tracks):
    entries = page.call("queue.list")["result"]["entries"]
    step = chance.choice(["add", "add", "remove", "move", "skip"])
    if step == "add" or not entries:
        page.call("queue.add", tracks=[chance.choice(tracks)])
    elif step == "remove":
        page.call("queue.remove", entry=chance.choice(entries)["id"])
    elif step == "move":
        page.call("queue.move", entry=chance.choice(entries)["id"], to=chance.randrange(len(entries)))
    else:
        page.call("playback.skip")


def story(seed, server, wire, remote, musicdb, page, uris, tracks):
    problems = []

    def run(act, chance):
        try:
            for _ in range(STEPS):
                act(chance)
        except Exception as problem:  # told by the test, which the thread can't fail
            problems.append(problem)

    acts = [lambda chance: by_mpd(chance, wire, uris), lambda chance: by_remote(chance, remote, tracks),
            lambda chance: by_musicdb(chance, musicdb, tracks), lambda chance: by_page(chance, page, tracks)]
    threads = [threading.Thread(target=run, args=(act, random.Random(seed * 10 + i))) for i, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not problems, f"seed {seed}: {problems}"
    wire.ask("stop")  # nothing moves by itself any more

    def same():
        queue = server.call("queue.list", station="main")
        ours = queue["entries"]
        coming = [entry["track"]["title"] for entry in ours[queue["cursor"] + 1:]]
        theirs = [line for line in wire.ask("playlistinfo") if not isinstance(line, tuple)]
        mpd_ids = [int(line[4:]) for line in theirs if line.startswith("Id: ")]
        titles = [line[7:] for line in theirs if line.startswith("Title: ")]
        songs = [song["id"] for song in remote.call("playlist.current")["result"]]
        in_musicdb = [entry["song"]["name"] for entry in musicdb.request("GetSongQueue")]
        shown = page.ask({"shows": True})
        status = wire.pairs("status")
        views = {"page's queue": [e["id"] for e in ours] == mpd_ids, "remote's list": [e["track"]["id"] for e in ours] == songs,
                 "length": int(status["playlistlength"]) == len(ours), "volume": remote.call("server.volume")["result"] == int(status["volume"]),
                 "titles": titles == [e["track"]["title"] for e in ours],
                 "MusicDB's queue": in_musicdb == [entry["track"]["title"] for entry in ours[max(queue["cursor"], 0):]],
                 "what the page shows": shown == coming[:len(shown)] and len(shown) >= min(len(coming), 5)}
        server.shown = shown, coming
        server.differs = [name for name, good in views.items() if not good]
        return not server.differs

    try:
        server.until(same, what=f"seed {seed}: the same everywhere")
    except AssertionError as problem:
        raise AssertionError(f"{server.differs} {server.shown}: {problem}") from None


def test_everyone_at_once(binary):
    """MPD client, player protocol, MusicDB and Chromium steer one station in an order by chance, and end with the same state"""
    node_packages.installed(TOP / "ui")
    mpd_at, musicdb_at = free_port(), free_port()
    with Server(binary, music=[mpd_music.folder()], options=["--mpd-listen", f"127.0.0.1:{mpd_at}", "--musicdb-listen", f"127.0.0.1:{musicdb_at}",
                                                                     "--station-kind", "player"]) as server:
        server.until_tracks(8)
        found = server.call("library.search", text="", limit=20)
        tracks = [track["id"] for track in found["tracks"]]
        page = Page(server.url("/"))
        musicdb = Client(musicdb_at)
        try:
            with Wire(mpd_at, timeout=60) as wire:
                uris = [line[6:] for line in wire.ask("listall") if line.startswith("file: ")]
                assert len(uris) == len(tracks) == 8
                for seed in SEEDS:
                    story(seed, server, wire, Remote(server), musicdb, page, uris, tracks)
        finally:
            musicdb.close()
            page.close()
