# SPDX-License-Identifier: Apache-2.0
"""The player protocol, called as the original's web client calls it."""
import json
import os
import pathlib
import re

import music
import player_golden as golden
from player_script import SCRIPT, WRONG
from server import Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
TONES = 5
OPTIONS = ["--station-kind", "player"]


def tones():
    return music.folder("player", [music.Tone(i, 40, "flac") for i in range(TONES)])


class Player(Server):
    """A server whose station is there: in the first moments after it listens it isn't yet."""

    def start(self, *wait):
        super().start(*wait)
        self.until(lambda: "result" in call(self, "playlist.list"), what="the station is there")
        return self


def started(binary, options=()):
    return Player(binary, music=[tones()], options=[*OPTIONS, *options])


def call(server, method, params=()):
    answer = golden.http(server, {"jsonrpc": "2.0", "id": 0, "method": method, "params": list(params)})
    assert answer["id"] == 0, answer
    return answer


def joined(server, query=""):
    """A socket that has got its snapshot, and what it was told so far; what a scan tells meanwhile is left out."""
    client, seen = golden.Client(server, query), []
    while not seen or seen[-1]["method"] != "broadcast.playlist_current_pos":
        seen += client.frames(1)
    return client, [frame for frame in seen if not re.match(r"broadcast\.medi(alib|ainfo)", frame["method"])]


def settled(server):
    """All tones are in the library and the scan is over; their ids by number."""
    server.until_tracks(TONES)
    server.until(lambda: re.search(r"scan: \d+ added", server.log()), what="the end of the scan")
    media = call(server, "medialib.getAll")["result"]
    return {int(re.match(r"Tone (\d+) ", one["title"])[1]): one["id"] for one in media}


def filled(value, ids):
    if isinstance(value, dict):
        return {key: filled(one, ids) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, ids) for one in value]
    return ids[int(value[1:])] if isinstance(value, str) and value.startswith("$") else value


def quiet_s(method, about):
    """Only while recording: what comes at once, and what the player does."""
    return 0.25 if about.startswith("missing") else 1.6 if method.startswith(("playback", "medialib.re")) else 0.7


def exchange(server, a, b, method, about, transport, params, known):
    """Plays one; `known` is what was recorded (None: record)."""
    if transport == "http":
        answer = golden.normal_http(golden.http(server, {"jsonrpc": "2.0", "id": 0, "method": method, "params": params}), method)
    else:
        number, answer = a.send(method, params), None
    seen_a = a.until_quiet(quiet_s(method, about)) if known is None else a.frames(len(known["a"]))
    seen_b = b.until_quiet(0.2) if known is None else b.frames(len(known["b"]))
    if transport == "ws":
        assert sum(frame["id"] == number and not frame.get("more") for frame in seen_a) == 1, f"one answer to {number}: {seen_a}"
        seen_a = [{**frame, "id": "<call>"} if frame["id"] == number else frame for frame in seen_a]
    out = {"answer": answer} if transport == "http" else {}
    return {**out, "a": [golden.normal(frame) for frame in seen_a], "b": [golden.normal(frame) for frame in seen_b]}


def script(ids):
    for method, about, transport, params in SCRIPT:
        yield method, about, transport, params, filled(params, ids)
    for method, params in WRONG.items():
        for transport in ("http", "ws"):
            yield method, f"missing argument or too many, {transport}", transport, params, filled(params, ids)


def test_golden_exchanges(binary):
    """golden exchanges of all 25 methods: every key, every frame, their order, for the caller and for one who watches"""
    record = os.environ.get("LONGWAVE_RECORD") == "1"
    files = {}
    with started(binary) as server:
        ids = settled(server)
        a, b = golden.Client(server), None
        assert a.frames(1)[0] == {"jsonrpc": "2.0", "method": "connected", "id": None, "result": 1}
        b = golden.Client(server)
        a.frames(4), b.frames(4)  # connected 2, and the snapshots
        wrong = []
        for method, about, transport, params, real in script(ids):
            path = golden.FOLDER / f"{method}.json"
            if not record and method not in files:
                files[method] = json.loads(path.read_text())
            known = None if record else next((one for one in files[method] if one["about"] == about), None)
            assert record or known, f"{method}: no exchange is recorded for '{about}'"
            seen = {"about": about, "over": transport, "params": params, **exchange(server, a, b, method, about, transport, real, known)}
            if record:
                files.setdefault(method, []).append(seen)
            elif seen != known:
                wrong.append(f"{method}, {about}:\n  is     {json.dumps(seen)}\n  wanted {json.dumps(known)}")
        if record:
            golden.FOLDER.mkdir(parents=True, exist_ok=True)
            for method, exchanges in files.items():
                (golden.FOLDER / f"{method}.json").write_text(json.dumps(exchanges, indent=1, ensure_ascii=False) + "\n")
        assert not wrong, "\n".join(wrong)
        a.close(), b.close()


def test_every_method_of_the_table_has_exchanges():
    """every method of docs/protocols/player.md has golden exchanges for success and for missing arguments"""
    text = (ROOT / "docs" / "protocols" / "player.md").read_text()
    methods = re.findall(r"^\| `([a-z]+[._][A-Za-z_]+)` \|", text.split("## Methods")[1].split("\n## ")[0], re.M)
    assert len(methods) == 25, methods
    for method in methods:
        exchanges = json.loads((golden.FOLDER / f"{method}.json").read_text())
        abouts = [one["about"] for one in exchanges]
        assert any(about.startswith("success") for about in abouts), f"{method}: no success"
        assert any(about.startswith("missing argument") for about in abouts), f"{method}: no missing argument"
        for one in exchanges:
            frames = [*one["a"], *([one["answer"]] if "answer" in one else [])]
            if one["about"].startswith("missing"):
                assert any(frame.get("error", {}).get("code") == -32602 for frame in frames), (method, one)


def test_snapshot_and_connected(binary):
    """a new socket is told how many there are, then status, volume, position; one that goes is told to the others"""
    with started(binary) as server:
        settled(server)
        a, seen = joined(server)
        methods = [frame["method"] for frame in seen]
        assert methods == ["connected", "broadcast.playback_status", "broadcast.playback_volume_changed",
                           "broadcast.playlist_current_pos"], methods
        b = golden.Client(server)
        assert a.frames(1)[0]["result"] == 2 and b.frames(1)[0]["result"] == 2
        b.frames(3)
        b.close()
        assert a.frames(1)[0] == {"jsonrpc": "2.0", "method": "connected", "id": None, "result": 1}
        a.close()
