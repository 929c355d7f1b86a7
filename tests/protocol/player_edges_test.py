# SPDX-License-Identifier: Apache-2.0
"""The player protocol's edges: HTTP, broken frames, long polls, uploads."""
import json
import os
import pathlib
import socket
import tempfile
import threading

import websockets

import music
from player_test import OPTIONS, Player, call, joined, settled, started
from server import free_port

APART = True


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
            poll = threading.Thread(target=lambda: got.append(server.request("GET", "/wait", timeout=120)))
            poll.start()
            for number in range(20):  # nothing tells when it waits
                poll.join(0.3)
                act(number)
                poll.join(3)
                if got:
                    break
            assert got, "the poll wasn't answered"
            status, fields, body = got[0]
            assert status == 200 and fields["Content-Type"].startswith("application/json"), got
            return json.loads(body)
        assert wait(lambda _: call(server, "playback.jump", [0])) == {"playback.position": 0}
        while a.frames(1)[0]["method"] != "broadcast.playlist_current_pos":
            pass
        told = wait(lambda number: call(server, "server.volume", [30 + number]))
        assert list(told) == ["server.volume"] and 30 <= told["server.volume"] < 50, told
        assert wait(lambda _: server.request("GET", "/notify")) == "hello"
        assert json.loads(server.request("GET", "/notify")[2]) == 0
        a.close()


def form(name, data, fields=()):
    parts = [f'--X\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode() for key, value in fields]
    parts.append(f'--X\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: audio/flac\r\n\r\n'.encode() + data + b"\r\n")
    return b"".join(parts) + b"--X--\r\n", {"Content-Type": "multipart/form-data; boundary=X"}


def test_upload(binary):
    """/upload: the file is in the library, its progress and last word come to the call of the socket that was named; tricks are refused"""
    with tempfile.TemporaryDirectory() as folder, Player(binary, music=[folder], options=OPTIONS) as server:
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
        a.close()


def test_who_may(binary):
    """people from elsewhere look; what changes something, uploads and waking the polls are refused to them"""
    at = free_port()
    options = ["--listen", f"127.0.0.1:{at}+proxy", "--trusted-proxy", "127.0.0.1"]
    with started(binary, options=options) as server:
        settled(server)

        def elsewhere(line, kind="application/json", body=b""):
            with socket.create_connection(("127.0.0.1", at), 60) as peer:
                head = f"{line} HTTP/1.1\r\nHost: 127.0.0.1:{at}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                peer.sendall(b"PROXY TCP4 203.0.113.9 127.0.0.1 40000 80\r\n" + head.encode() + body)
                fields, _, text = peer.makefile("rb").read().partition(b"\r\n\r\n")
            return int(fields.split()[1]), text

        def code(method, *params):
            message = json.dumps({"jsonrpc": "2.0", "id": 0, "method": method, "params": params}).encode()
            return json.loads(elsewhere("POST /api", body=message)[1]).get("error", {}).get("code")
        assert [code(method) for method in ("playlist.list", "medialib.getAll", "playback.get_current_id", "server.discover")] == [None] * 4
        changing = [("playback.start",), ("playlist.create", "x"), ("playlist.clear",), ("medialib.rehash",), ("server.volume", 10), ("package_playlist",)]
        assert [code(*one) for one in changing] == [-32003] * len(changing)
        body, headers = form("a.flac", b"x")
        assert elsewhere("POST /upload", headers["Content-Type"], body)[0] == 403
        assert elsewhere("GET /notify")[0] == 403
        assert call(server, "playlist.list")["result"] == ["Default", "_active"], "nothing was made"
