# SPDX-License-Identifier: Apache-2.0
"""The player protocol, called as the original's web client calls it."""
import json
import os
import pathlib
import re
import tempfile
import threading
import time

import websockets

import music
import player_golden as golden
from player_script import SCRIPT, WRONG
from server import Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
TONES = 5
OPTIONS = ["--station-kind", "player"]


def tones():
    return music.folder("player", [music.Tone(i, 40, "flac") for i in range(TONES)])


def started(binary, options=()):
    return Server(binary, music=[tones()], options=[*OPTIONS, *options])


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
        frames_a = None
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


def test_http_rules(binary):
    """/api: batches, notifications, GET, other methods, broken bodies; everything that is wrong comes with status 200"""
    with started(binary) as server:
        def post(body, kind="application/json"):
            return server.request("POST", "/api", body, {"Content-Type": kind})

        def code(answer):
            status, fields, body = answer
            assert status == 200 and fields["Content-Type"].startswith("application/json"), (status, body)
            return json.loads(body).get("error", {}).get("code")
        assert code(post("{")) == -32700 and json.loads(post("{")[2])["id"] is None
        assert code(post("[]")) == -32600
        assert code(post('{"jsonrpc":"1.0","id":0,"method":"server.discover"}')) == -32600
        assert code(post('{"jsonrpc":"2.0","id":0,"method":"nope"}')) == -32601
        assert code(post('{"jsonrpc":"2.0","id":0,"method":"server.discover"}', "text/plain")) == -32600
        assert code(server.request("PUT", "/api", "{}", {"Content-Type": "application/json"})) == -32600
        status, _, body = post('{"jsonrpc":"2.0","method":"server.discover"}')
        assert (status, body) == (204, b""), (status, body)
        batch = json.loads(post(json.dumps([{"jsonrpc": "2.0", "id": 0, "method": "playlist.list", "params": []},
                                            {"jsonrpc": "2.0", "id": 1, "method": "nope", "params": []},
                                            {"jsonrpc": "2.0", "method": "server.discover"}]))[2])
        assert batch == [{"jsonrpc": "2.0", "id": 0, "result": ["Default", "_active"]},
                         {"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "method not found"}}], batch
        get = json.loads(server.request("GET", "/api?jsonrpc=2.0&id=x&method=playlist.list&params=%5B%5D")[2])
        assert get == {"jsonrpc": "2.0", "id": "x", "result": ["Default", "_active"]}, get
        assert code(server.request("GET", "/api?jsonrpc=2.0&id=x&method=playback.stop")) == -32003
        foreign = server.request("POST", "/api", "{}", {"Content-Type": "application/json", "Origin": "https://evil.example"})
        assert foreign[0] == 403, foreign


def test_garbage_on_the_socket(binary):
    """frames that are no calls are answered with id null; the socket is closed when nothing else comes"""
    with started(binary) as server:
        settled(server)
        a, _ = joined(server)
        a.send_text("{")
        assert a.frames(1)[0] == {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Parse error"}}
        for _ in range(15):
            a.send_text("[]")
        try:
            while a.frame(20):
                pass
        except websockets.ConnectionClosed as ended:
            assert ended.code == 1002, ended
            return
        raise AssertionError("the socket stays open")


def test_long_polls(binary):
    """/wait is answered with one event as {method: payload}; a jump with playback.position; /notify wakes all"""
    with started(binary) as server:
        ids = settled(server)
        call(server, "playlist.add_id", [ids[0]])
        a, _ = joined(server)

        def wait(act):
            got = []
            poll = threading.Thread(target=lambda: got.append(server.request("GET", "/wait", timeout=40)))
            poll.start()
            time.sleep(1)  # nothing tells when it waits
            act()
            poll.join(20)
            assert got, "the poll wasn't answered"
            status, fields, body = got[0]
            assert status == 200 and fields["Content-Type"].startswith("application/json"), got
            return json.loads(body)
        assert wait(lambda: call(server, "playback.jump", [0])) == {"playback.position": 0}
        while a.frames(1)[0]["method"] != "broadcast.playlist_current_pos":
            pass
        assert wait(lambda: call(server, "server.volume", [30])) == {"server.volume": 30}
        assert wait(lambda: server.request("GET", "/notify")) == "hello"
        assert json.loads(server.request("GET", "/notify")[2]) == 0


def form(name, data, fields=()):
    parts = [f'--X\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode() for key, value in fields]
    parts.append(f'--X\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: audio/flac\r\n\r\n'.encode() + data + b"\r\n")
    return b"".join(parts) + b"--X--\r\n", {"Content-Type": "multipart/form-data; boundary=X"}


def test_upload(binary):
    """/upload: the file is in the library, its progress and last word come to the call of the socket that was named; tricks are refused"""
    with tempfile.TemporaryDirectory() as folder, Server(binary, music=[folder], options=OPTIONS) as server:
        a, _ = joined(server, "?name=me")
        tone = music.Tone(1, 4, "flac")
        with tempfile.TemporaryDirectory() as made:
            data = tone.write(made).read_bytes()
        body, headers = form("So What.flac", data, [("rpc_id", "7"), ("socket", "me")])
        status, fields, text = server.request("POST", "/upload", body, headers, timeout=60)
        answer = json.loads(text)
        assert status == 200 and answer["ok"] == 1 and answer["files"][0]["name"] == "So What.flac", (status, text)
        song = answer["files"][0]["id"]
        seen = []
        while not (any(frame["id"] == 7 and not frame.get("more") for frame in seen) and
                   any(frame["method"] == "broadcast.medialib_entry_added" for frame in seen)):
            seen += a.frames(1)
        progress = [frame for frame in seen if frame["id"] == 7]
        assert all(frame["method"] == "upload" for frame in progress), progress
        assert progress[-1]["result"] == answer and all(set(frame["result"]) == {"received", "total"} for frame in progress[:-1]), progress
        assert any(frame["method"] == "broadcast.medialib_entry_added" and frame["result"] == song for frame in seen), seen
        assert song in [one["id"] for one in call(server, "medialib.getAll")["result"]]
        for name in ("..", "a\\x00b.flac", ""):
            body, headers = form(name, data)
            status, _, text = server.request("POST", "/upload", body, headers, timeout=60)
            refused = status >= 400 or all("error" in one for one in json.loads(text)["files"])
            assert refused or name not in os.listdir(folder), (name, status, text)
        left = [path for path in pathlib.Path(folder).rglob("*") if path.is_file() and not any(p.startswith(".") for p in path.parts[-2:])]
        assert all(folder in str(path) for path in left), left


def test_shipped_configurations(binary):
    """packaging/development.toml and production.toml start a private player with this protocol"""
    for name in ("development.toml", "production.toml"):
        path = ROOT / "packaging" / name
        server = Server(binary, music=[tones()])
        command = server.command
        server.command = lambda: [*command(), "--config", str(path)]
        with server:
            assert call(server, "playlist.list")["result"] == ["Default", "_active"]
            a, seen = joined(server)
            assert seen[1]["result"] == 0, "a private player begins stopped"
            a.close()
            status, _, page = server.request("GET", "/player")
            assert status == 200 and b"<title>" in page


def test_end_of_the_list(binary):
    """a song that ends moves the position, then tells the next; the end of the list without repeat is status 0"""
    short = music.folder("player-short", [music.Tone(i, 6, "flac") for i in range(2)])
    with Server(binary, music=[short], options=OPTIONS) as server:
        server.until_tracks(2)
        server.until(lambda: re.search(r"scan: \d+ added", server.log()), what="the end of the scan")
        ids = sorted(one["id"] for one in call(server, "medialib.getAll")["result"])
        for one in ids:
            call(server, "playlist.add_id", [one])
        a, _ = joined(server)
        a.send("playback.start", [])
        seen = []
        while not seen or seen[-1].get("method") != "broadcast.playback_status" or seen[-1]["result"] != 0:
            seen += a.frames(1, 60)
        told = [(frame["method"], frame["result"]) for frame in seen
                if frame["id"] is None and not frame["method"].startswith("broadcast.medialib")]
        assert told == [("broadcast.playlist_current_pos", {"position": 0, "name": "Default"}),
                        ("broadcast.playback_status", 1), ("broadcast.playback_current_id", ids[0]),
                        ("broadcast.playlist_current_pos", {"position": 1, "name": "Default"}),
                        ("broadcast.playback_current_id", ids[1]), ("broadcast.playback_status", 0)], told
