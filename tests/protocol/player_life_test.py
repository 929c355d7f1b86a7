# SPDX-License-Identifier: Apache-2.0
"""The player protocol over the life of a player: begun by the configurations that are shipped, and played to the end of its list."""
import re

import music
from player_test import OPTIONS, ROOT, call, joined, tones
from server import Server


def test_shipped_configurations(binary):
    """packaging/development.toml and production.toml start a private player with this protocol"""
    for name in ("development.toml", "production.toml"):
        path = ROOT / "packaging" / name
        server = Server(binary, music=[tones()])
        command = server.command
        server.command = lambda: [*command(), "--config", str(path)]
        with server:
            answer = call(server, "playlist.list")
            assert answer.get("result") == ["Default", "_active"], answer
            a, seen = joined(server)
            assert seen[1]["result"] == 0, "a private player begins stopped"
            a.close()
            status, _, page = server.request("GET", "/player")
            assert status == 200 and b"<title>" in page


def test_end_of_the_list(binary):
    """a song that ends moves the position, then tells the next; the end of the list without repeat is status 0"""
    short = music.folder("player-brief", [music.Tone(i, 2, "flac") for i in range(2)])
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
        a.close()  # an open socket is given two seconds when the server ends
