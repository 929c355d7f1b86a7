# SPDX-License-Identifier: Apache-2.0
"""--player-backend xmms2:PATH: the whole station is steered on an XMMS2 daemon, and the player protocol still is the daemon's."""
import contextlib
import tempfile
import threading

import mpd_music
import player_golden as golden
from mpd_wire import Wire
from server import Server, free_port
from xmms2_daemon import Daemon, Failure


class Household(Daemon):
    """A daemon that plays as far as others can see: a library by URL, lists, a mark, a status, an entry."""

    def __init__(self, path, protocol):
        self.urls, self.lists, self.active, self.marked, self.state, self.current, self.sought = [], {"Default": []}, "Default", 0, 0, 0, []
        new = protocol == 24
        super().__init__(path, {
            (1, 32): 1 if new else None, (4, 42): Failure("operation not supported"), (4, 39): lambda _: self.state, (4, 40): lambda _: self.current,
            (5, 35): lambda a: self.urls.index(a[0]) + 1 if a[0] in self.urls else 0, (5, 41): lambda a: self.urls.append(a[0]),
            (5, 32): lambda a: {"duration": {"plugin/flac": 30000}, "url": {"server": self.urls[a[0] - 1]}, "id": {"server": a[0]}},
            (6, 33): lambda a: [*self.lists, "_active"] if a == ["Playlists"] else [], (6, 34): lambda a: self.lists.update({a[0]: a[2].ids}),
            (2, 44 if new else 49): self.load, (2, 40 if new else 44): lambda _: {"position": self.marked, "name": self.active},
            (2, 39 if new else 43): lambda _: self.lists[self.active], (2, 33): self.mark, (4, 35): lambda _: self.play() if self.state else None,
            (4, 32): lambda _: self.play(), (4, 33): lambda _: self.become(0), (4, 34): lambda _: self.become(2),
            (4, 37): lambda a: self.sought.append(a)}, protocol)

    def load(self, arguments):
        self.active, self.marked = arguments[0], 0
        self.tell("loaded", self.active)

    def mark(self, arguments):
        self.marked = arguments[0]
        return self.lists[self.active][self.marked]

    def play(self):
        """As a daemon does: the status at once, the sound from another thread."""
        if self.state != 1:
            self.become(1)
        self.current = self.lists[self.active][self.marked]
        threading.Timer(0.02, self.tell, ("current_id", self.current)).start()

    def become(self, state):
        self.state = state
        self.tell("status", state)

    def heard(self):
        return (self.urls[self.current - 1].rsplit("/", 1)[-1], self.active) if self.state == 1 else self.state


@contextlib.contextmanager
def household(binary, protocol=24):
    mpd_port = free_port()
    with tempfile.TemporaryDirectory(prefix="lw-xmms2-") as folder:
        daemon = Household(folder + "/ipc", protocol)
        options = ["--mpd-listen", f"127.0.0.1:{mpd_port}", "--player-backend", "xmms2:" + daemon.path]
        try:
            with Server(binary, music=[mpd_music.folder()], options=options) as server:
                server.until_tracks(8)
                with Wire(mpd_port) as wire:
                    yield server, daemon, wire
        finally:
            daemon.close()


def hears(server, daemon, what):
    server.until(lambda: daemon.heard() == what, what=f"the daemon plays {what}, not {daemon.heard()}")


def player(server, method, *params):
    return golden.http(server, {"jsonrpc": "2.0", "id": 0, "method": method, "params": list(params)})["result"]


def steered(binary, protocol):
    with household(binary, protocol) as (server, daemon, wire):
        server.until(lambda: daemon.peers, what="the daemon is reached")
        assert daemon.heard() == 0 and daemon.active == "Default", "a daemon is left alone until somebody plays the station"
        wire.ask('add "Beta"')
        wire.ask('add "08-1760.flac"')
        server.call("playback.play", station="main")
        hears(server, daemon, ("06-1420.flac", "Longwave"))
        wire.ask("next")
        hears(server, daemon, ("07-1590.opus", "Longwave"))
        wire.ask("seekcur 12")
        server.until(lambda: any(11000 < amount < 20000 and whence == 2 for amount, whence in daemon.sought), what="it seeks")
        wire.ask("pause 1")
        hears(server, daemon, 0)
        server.call("playback.play", station="main")
        hears(server, daemon, ("07-1590.opus", "Longwave"))
        wire.ask("play 2")
        hears(server, daemon, ("08-1760.flac", "Longwave"))
        assert player(server, "playlist.list") == ["Default", "Longwave", "_active"]
        assert [entry["id"] for entry in player(server, "playlist.current")] == [daemon.current]
        wire.ask("stop")
        hears(server, daemon, 0)


def test_a_new_daemon_is_steered(binary):
    """page and MPD start, skip, seek, hold, jump and stop the daemon (protocol 24); the player protocol sees its lists"""
    steered(binary, 24)


def test_an_old_daemon_is_steered(binary):
    """the same with protocol 18"""
    steered(binary, 18)


def test_what_others_do_at_the_daemon_wins(binary):
    """held or sent elsewhere by the player protocol, the daemon is theirs and the station holds; play takes it back"""
    with household(binary) as (server, daemon, wire):
        wire.ask('add "Beta"')
        wire.ask("play 0")
        hears(server, daemon, ("06-1420.flac", "Longwave"))
        server.until(lambda: wire.pairs("status")["state"] == "play", what="the station plays")
        player(server, "playback.pause")
        server.until(lambda: wire.pairs("status")["state"] == "pause", what="the station holds")
        assert daemon.state == 2, "and does nothing to the daemon"
        player(server, "playlist.load", "Default")
        assert daemon.active == "Default"
        wire.ask("pause 0")
        hears(server, daemon, ("06-1420.flac", "Longwave"))
        server.until(lambda: wire.pairs("status")["state"] == "play", what="the station plays again")

        def taken():
            daemon.tell("current_id", 4711)  # what it says while it is still being entered isn't heard
            return wire.pairs("status")["state"] == "pause"
        server.until(taken, what="another client of the daemon took it")


def test_the_daemon_comes_back(binary):
    """lost in the middle of a song and back silent, it is entered again; broken words end the connection, not the programme"""
    with household(binary) as (server, daemon, wire):
        wire.ask('add "Beta"')
        wire.ask("play 0")
        hears(server, daemon, ("06-1420.flac", "Longwave"))
        server.until(lambda: wire.pairs("status")["state"] == "play", what="the station plays")
        daemon.state = 0
        daemon.cut()
        hears(server, daemon, ("06-1420.flac", "Longwave"))
        before = len(daemon.station_calls)
        good, daemon.answers[(6, 34)] = daemon.answers[(6, 34)], b"\0\0\0\6\0\0\0\0\0\0\0\x20\xff\xff\xff\xff"
        wire.ask("next")
        server.until(lambda: any(call[:2] == (6, 34) for call in daemon.station_calls[before:]), what="it is asked")
        daemon.answers[(6, 34)] = good
        hears(server, daemon, ("07-1590.opus", "Longwave"))
        assert wire.pairs("status")["state"] == "play"
