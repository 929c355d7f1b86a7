# SPDX-License-Identifier: Apache-2.0
"""Plays exchanges of tests/golden/musicdb: lists of {about, function, case, send, frames}. A file is a story: its exchanges
are played in order against one server. In `send`, "$name" stands for an id that `Story` knows. In `frames`, ids and times
are written <id> and <time>; with "compare": "shape" only key sets and kinds are
compared. Notifications come when what they tell has happened and aren't part of an exchange
(musicdb_test.py looks at them). LONGWAVE_RECORD=1 writes what is answered now into the files: read
them before they are committed."""
import json
import os
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "golden" / "musicdb"
SHEET = pathlib.Path(__file__).resolve().parents[2] / "docs" / "protocols" / "musicdb.md"
IDS = {"id", "songid", "albumid", "artistid", "videoid", "tagid", "entryid", "parentid", "checksum", "currententry"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
TIMES = {"added", "lastplayed", "initializationtime", "updatetime"}
BY_ITSELF = {"MusicDB:AudioStream", "MusicDB:SongQueue", "MusicDB:VideoStream", "MusicDB:VideoQueue", "MusicDB:Task", "sys:refresh"}


def functions():
    """name -> its required arguments, from the tables of the sheet"""
    out = {}
    for name, arguments in re.findall(r"^\| `(\w+)` \| ([^|]*) \|", SHEET.read_text().split("## Functions")[1].split("## Queue")[0], re.M):
        out[name] = [a for a in re.findall(r"(\[?)`(\w+)`", arguments) if not a[0]]
        out[name] = [a[1] for a in out[name]]
    return out


def plain(value, key=None):
    if isinstance(value, dict):
        if value and all(re.fullmatch(r"\d+", k) for k in value):  # keyed by ids
            return {"<id>": plain(value[sorted(value, key=int)[0]])}
        return {k: plain(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v, key) for v in value]
    if value is not None and key in IDS:
        return "<id>"
    if isinstance(value, str) and UUID.fullmatch(value):
        return "<uuid>"
    if value is not None and key in TIMES:
        return "<time>"
    return value


def shape(value):
    """Key sets and kinds only, where chance decides what is there."""
    if isinstance(value, dict):
        return {k: shape(v) for k, v in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def frame(packet, compare):
    """What of a packet is compared."""
    return {key: compare(value) if key == "arguments" else value for key, value in packet.items()}


class Story:
    def __init__(self, client, names):
        self.client, self.names = client, names

    def fill(self, value):
        if isinstance(value, dict):
            return {k: self.fill(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.fill(v) for v in value]
        if isinstance(value, str) and value.startswith("$"):
            name = value[1:]
            found = self.names[name]
            return found() if callable(found) else found
        return value

    def play(self, exchange):
        send = exchange["send"]
        self.client.send(send["method"], exchange["function"], self.fill(send.get("arguments")), send.get("fncsig", "sig"),
                         send.get("pass"), "wrong" if exchange["case"] == "wrong key" else None)
        got = self.client.until_mark()
        compare = shape if exchange.get("compare") == "shape" else plain
        return [frame(p, compare) for p in got if p["fncname"] not in BY_ITSELF]


def play(path, connect, names):
    """A connection takes at most five wrong keys: those exchanges have connections of their own."""
    exchanges = json.loads(path.read_text())
    client, problems, wrong = connect(), [], 0
    for exchange in exchanges:
        if exchange["case"] == "wrong key":
            wrong += 1
            if wrong % 4 == 0:
                client.close()
                client = connect()
        got = Story(client, names).play(exchange)
        if os.environ.get("LONGWAVE_RECORD"):
            exchange["frames"] = got
        elif got != exchange["frames"]:
            problems.append(f"{path.stem}: {exchange['function']}, {exchange['case']}: {exchange['about']}\n"
                            f"  wanted {json.dumps(exchange['frames'])[:1500]}\n  got    {json.dumps(got)[:1500]}")
    client.close()
    if os.environ.get("LONGWAVE_RECORD"):
        path.write_text(json.dumps(exchanges, indent=1, ensure_ascii=False) + "\n")
    return problems
