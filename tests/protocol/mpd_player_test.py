# SPDX-License-Identifier: Apache-2.0
"""Debian's mpd as the player of a station: it plays what the programme says."""
import mpd_music
from mpd_wire import Wire, debians_mpd
from server import Server, free_port


def plays(server, player, uri, state="play"):
    def there():
        return player.pairs("status")["state"] == state and (state == "stop" or player.pairs("currentsong").get("file") == uri)
    server.until(there, what=f"the external player: {state} {uri}")


def test_an_external_mpd_plays(binary):
    """with player-backend mpd:… Debian's mpd starts, changes, holds and stops with the station, and comes back after a break"""
    theirs, ours = free_port(), free_port()
    options = ["--mpd-listen", f"127.0.0.1:{ours}", "--station-kind", "player", "--player-backend", f"mpd:127.0.0.1:{theirs}"]
    with Server(binary, music=[mpd_music.folder()], options=options) as server:
        server.until_tracks(8)
        with Wire(ours) as station:
            with debians_mpd(mpd_music.folder(), theirs), Wire(theirs) as player:
                station.ask('add "Beta"')
                station.ask('add "08-1760.flac"')
                station.ask("play 0")
                plays(server, player, "Beta/06-1420.flac")
                station.ask("next")
                plays(server, player, "Beta/07-1590.opus")
                station.ask("seekcur 12")
                server.until(lambda: float(player.pairs("status").get("elapsed", 0)) > 10, what="it seeks")
                station.ask("pause 1")
                server.until(lambda: player.pairs("status")["state"] != "play", what="it holds")
                station.ask("pause 0")
                plays(server, player, "Beta/07-1590.opus")
                station.ask("play 2")
                plays(server, player, "08-1760.flac")
            with debians_mpd(mpd_music.folder(), theirs), Wire(theirs) as player:
                plays(server, player, "08-1760.flac")  # after the break
                station.ask("stop")
                plays(server, player, "", "stop")

