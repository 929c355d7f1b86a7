# SPDX-License-Identifier: Apache-2.0
"""The player protocol in front of an XMMS2 daemon: --player-backend xmms2:PATH against a scripted one."""
import contextlib
import tempfile

import player_golden as golden
from server import Server
from xmms2_daemon import Collection, Daemon, Failure

SONG = {"title": {"plugin/id3v2": "so what", "client/wxmms2": "So What"}, "url": {"server": "file:///a.mp3"}, "id": {"server": 41},
        "duration": {"plugin/mad": 562000}}
NEW = {(1, 32): 1, (4, 39): 2, (4, 42): {"left": 60, "right": 71}, (2, 40): {"position": 3, "name": "Default"}, (4, 40): 41,
       (6, 33): lambda a: ["Default", "Jazz", "_active"] if a == ["Playlists"] else ["All"], (2, 39): [41, 17],
       (5, 32): lambda a: SONG if a == [41] else Failure("No such entry"), (4, 32): None, (4, 33): None, (4, 34): None, (4, 35): None,
       (2, 33): lambda a: 41 if a[0] < 2 else Failure("Can't set pos outside the current playlist!"), (2, 34): 17, (2, 36): None,
       (2, 37): None, (2, 32): None, (2, 44): lambda a: None if a == ["Jazz"] else Failure("no such playlist"), (6, 34): None,
       (6, 39): [{"id": 41, "title": "So What", "artist": None, "album": "Kind of Blue", "duration": 562000}], (5, 37): None, (5, 38): None,
       (5, 39): None, (5, 34): None, (5, 36): None, (4, 41): None, (5, 33): None}
OLD = {**NEW, (1, 32): None, (2, 44): {"position": 3, "name": "Default"}, (2, 43): [41, 17], (2, 49): NEW[(2, 44)], (2, 41): None, (2, 39): None}


@contextlib.contextmanager
def behind(binary, answers, protocol=24):
    with tempfile.TemporaryDirectory(prefix="lw-xmms2-") as folder:
        path = folder + "/ipc"
        daemon = Daemon(path, answers, protocol)
        try:
            with Server(binary, options=["--player-backend", "xmms2:" + path, "--music", folder]) as server:
                server.until(lambda: "result" in call(server, "playlist.list"), what="the daemon is reached")
                yield server, daemon
        finally:
            daemon.close()


def call(server, method, *params):
    return golden.http(server, {"jsonrpc": "2.0", "id": 0, "method": method, "params": list(params)})


def both(binary, protocol, answers):
    with behind(binary, answers, protocol) as (server, daemon):
        def result(method, *params):
            answer = call(server, method, *params)
            assert "result" in answer, answer
            return answer["result"]
        assert result("playlist.list") == ["Default", "Jazz", "_active"]
        assert result("collection.list") == ["All"]
        assert result("playback.get_current_id") == 41
        flat = {"title": "So What", "url": "file:///a.mp3", "id": 41, "duration": 562000}
        assert result("medialib.get_info", 41) == flat
        assert result("playlist.current") == [flat, {"id": 17}]
        assert result("medialib.getAll") == [{"id": 41, "title": "So What", "artist": None, "album": "Kind of Blue", "duration": 562000}]
        assert call(server, "medialib.get_info", 5)["error"] == {"code": -32603, "message": "No such entry"}
        assert call(server, "playlist.load", "nope")["error"] == {"code": -32603, "message": "no such playlist"}
        assert call(server, "playlist.create", "Jazz")["error"]["code"] == -32603
        assert call(server, "package_playlist")["error"]["code"] == -32603
        daemon.calls.clear()
        for method, *params in (("playback.start",), ("playback.pause",), ("playback.stop",), ("playback.jump", 1), ("playback.next",),
                                ("playlist.load", "Jazz"), ("playlist.create", "New"), ("playlist.add_id", 41),
                                ("playlist.remove_id", 1, "Jazz"), ("playlist.clear",), ("medialib.set_property", 41, "title", "x"),
                                ("medialib.set_property", 41, "rating", 5), ("medialib.unset_property", 41, "title"), ("medialib.rehash",),
                                ("medialib.remove", 41), ("server.volume", 40, "left")):
            result(method, *params)
        idlist = 17 if protocol == 24 else 9
        us = "client/wxmms2"
        new = protocol == 24
        wanted = [(4, 32, []), (4, 34, []), (4, 33, []), (2, 33, [1]), (4, 35, []), (2, 34, [1]), (4, 35, []),
                  (2, 40 if new else 44, ["_active"]), (2, 44 if new else 49, ["Jazz"]), (6, 33, ["Playlists"]),
                  (6, 34, ["New", "Playlists", Collection(idlist, [])]), (2, 36, ["_active", Collection(17, [41]) if new else 41]),
                  (2, 37 if new else 39, ["Jazz", 1]), (2, 32, ["_active", Collection(17, []), 0]) if new else (2, 41, ["_active"]),
                  (5, 37, [41, us, "title", "x"]), (5, 38, [41, us, "rating", 5]), (5, 39, [41, us, "title"]), (5, 34, [0]), (5, 36, [41]),
                  (4, 42, []), (4, 41, ["left", 40])]
        assert daemon.calls == wanted, "\n".join(f"{have}  {want}" for have, want in zip(daemon.calls, wanted) if have != want)
        assert call(server, "playback.jump", 7)["error"]["message"].startswith("Can't set pos")
        assert call(server, "playlist.remove_id", -1)["error"]["code"] == -32603


def test_a_new_daemon(binary):
    """protocol 24: every operation is the daemon's, with the values that it takes"""
    both(binary, 24, NEW)


def test_an_old_daemon(binary):
    """protocol 18, after the refusal of 24 on the same connection"""
    both(binary, 18, OLD)


def test_broadcasts_and_the_way_back(binary):
    """what the daemon tells reaches every socket; lost and back, clients are told to look again"""
    with behind(binary, NEW) as (server, daemon):
        a = golden.Client(server)
        seen = a.frames(4)
        assert seen[1]["result"] == 2 and seen[2]["result"] == {"left": 60, "right": 71, "master": 66}, seen
        assert seen[3]["result"] == {"position": 3, "name": "Default"}, seen
        daemon.tell("playlist_changed", {"type": 0, "name": "Default", "id": 2, "position": 2})
        daemon.tell("current_pos", {"position": -1, "name": "Default"})
        daemon.tell("status", 0)
        daemon.tell("current_id", 18)
        daemon.tell("loaded", "Jazz")
        told = [(frame["method"], frame["result"]) for frame in a.frames(5)]
        assert told == [("broadcast.playlist_changed", {"type": 0, "name": "Default", "id": 2, "position": 2}),
                        ("broadcast.playlist_current_pos", {"position": -1, "name": "Default"}), ("broadcast.playback_status", 0),
                        ("broadcast.playback_current_id", 18), ("broadcast.playlist_loaded", "Jazz")], told
        daemon.cut()
        told = [(frame["method"], frame["result"]) for frame in a.frames(2)]
        assert told == [("broadcast.playlist_loaded", "Default"), ("broadcast.playback_status", 2)], told
        assert daemon.connections == 2
        a.close()


def test_broken_answers(binary):
    """an answer that is no value, or too long, ends the connection; the call gets -32001, and the next works again"""
    for broken in (b"\0\0\0\4\0\0\0\0\0\0\0\x20\xff\xff\xff\xff", b"\0\0\0\4\0\0\0\0\0\0\0\x20\0\0\0\4\0\0\0\x63"):
        with behind(binary, {**NEW, (4, 40): broken}) as (server, daemon):
            assert call(server, "playback.get_current_id")["error"]["code"] == -32001
            server.until(lambda: "result" in call(server, "playlist.list"), what="it is back")
            assert daemon.connections == 2


def test_only_this_machine(binary):
    """a daemon elsewhere is refused when the program starts"""
    try:
        with Server(binary, music=[tempfile.gettempdir()], options=["--player-backend", "xmms2:tcp://192.0.2.1:9667"]):
            raise AssertionError("it started")
    except RuntimeError as refused:
        assert "only one on this machine" in str(refused), refused
