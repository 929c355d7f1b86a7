# SPDX-License-Identifier: Apache-2.0
"""The MPD protocol: by hand, and with clients that others wrote (python3-mpd, mpc)."""
import contextlib
import shlex
import subprocess
import sys
import threading

import mpd_music
from mpd_wire import Wire
from server import Server, free_port

sys.path.append("/usr/lib/python3/dist-packages")
import mpd  # noqa: E402  python3-mpd

SONGS = 8


@contextlib.contextmanager
def station(binary, kind="player"):
    """(server, port of the protocol): a station of a kind, with the small folder."""
    at = free_port()
    with Server(binary, music=[mpd_music.folder()], options=["--mpd-listen", f"127.0.0.1:{at}", "--station-kind", kind]) as server:
        server.until_tracks(SONGS)
        yield server, at


def client(at):
    made = mpd.MPDClient()
    made.timeout = 60
    made.connect("127.0.0.1", at)
    return made


def test_lines_lists_and_errors(binary):
    """lines, command lists of both kinds, idle and noidle, errors, limits, by hand"""
    with station(binary) as (server, at):
        with Wire(at) as wire:
            assert wire.greeting == "OK MPD 0.23.5", wire.greeting
            assert wire.ask("ping") == []
            assert wire.refused("bogus") == 'ACK [5@0] {} unknown command "bogus"'
            wire.send("command_list_ok_begin\nping\nplay x\nping\ncommand_list_end\n")
            assert wire.line() == "list_OK" and wire.line() == "ACK [2@1] {play} Integer expected: x"
            wire.send("idle\nnoidle\nping\n")
            assert wire.line() == "OK" and wire.line() == "OK"
            for piece in "status\n":
                wire.send(piece)
            assert "partition: default" in wire.answer()
            many = 2000
            wire.send("command_list_ok_begin\n" + "ping\n" * many + "command_list_end\n")
            assert wire.answer() == ["list_OK"] * many
            wire.send("ping\n" * many)
            assert [wire.line() for _ in range(many)] == ["OK"] * many
        for bad in ("GET / HTTP/1.1\r\n\r\n", "x" * 9000, "idle\nping\n", "close\n"):
            with Wire(at) as wire:
                wire.send(bad)
                assert wire.file.read() == b"", bad[:20]
        assert server.alive()


def test_python_mpd(binary):
    """python3-mpd sees and steers the queue that a browser steers, and is told of its changes"""
    with station(binary) as (server, at):
        one, other = client(at), client(at)
        assert one.mpd_version == "0.23.5"
        found = one.find("artist", "Alpha")
        assert len(found) == 5 and found[0]["album"] == "First Light", found
        assert [entry["album"] for entry in one.list("album", "artist", "Beta")] == ["Émigré"]
        told = []
        waiting = threading.Thread(target=lambda: told.append(other.idle("playlist")), daemon=True)
        waiting.start()
        track = server.call("library.search", text="Tone 3", limit=1)["tracks"][0]["id"]
        server.call("queue.add", station="main", tracks=[track])
        waiting.join(60)
        assert told == [["playlist"]], told
        assert [song["title"] for song in other.playlistinfo()] == ["Tone 3 at 910 Hz"]
        added = one.addid("Beta/06-1420.flac")
        ours = server.call("queue.list", station="main")
        assert [entry["id"] for entry in ours["entries"]][-1] == int(added), ours
        one.command_list_ok_begin()
        one.setvol(55)
        one.repeat(1)
        one.status()
        status = one.command_list_end()[2]
        assert status["volume"] == "55" and status["repeat"] == "1", status
        one.play(1)
        server.until(lambda: one.status()["state"] == "play" and one.currentsong().get("title") == "Tone 6 at 1420 Hz", what="it plays")
        server.until(lambda: server.call("station.now", station="main")["state"] == "playing", what="a browser sees it, too")
        one.pause(1)
        assert one.status()["state"] == "pause"
        one.stop()
        one.subscribe("party")
        other.sendmessage("party", "hello")
        assert one.readmessages() == [{"channel": "party", "message": "hello"}]
        one.sticker_set("song", "Beta/06-1420.flac", "rating", "5")
        picture = one.albumart("Alpha/First Light/01-570.flac")["binary"]
        assert picture[:3] == b"\xff\xd8\xff", picture[:10]
        inside = one.readpicture('Alpha/Second "Wind"/04-1080.mp3')
        assert inside["binary"][:3] == b"\xff\xd8\xff" and inside["type"] == "image/jpeg"
        one.save("evening")
        assert "evening" in [entry["playlist"] for entry in one.listplaylists()]
        for used in (one, other):
            used.disconnect()
        server.kill()
        server.start()
        server.until_tracks(SONGS)
        again = client(at)
        assert again.sticker_get("song", "Beta/06-1420.flac", "rating") == "5"
        assert again.status()["volume"] == "55" and len(again.playlistinfo()) == 2
        assert [entry["file"] for entry in again.listplaylistinfo("evening")] == ["Alpha/First Light/03-910.ogg", "Beta/06-1420.flac"]
        again.disconnect()


MPC = """
version
status
stats
update --wait
ls
ls Alpha
listall
listall Beta
search artist beta
search "(artist == 'Beta')"
searchadd artist beta
find artist Alpha
findadd title "Tone 1 at 570 Hz"
list artist
list album artist Alpha
add Alpha
insert 08-1760.flac
playlist
playlist -f %title%
play 1
current
status
volume 40
volume +5
volume
repeat on
random on
single on
consume on
repeat off
random off
single off
consume off
crossfade 3
crossfade 0
pause
toggle
pause-if-playing
toggle
seek 00:05
seekthrough +2
next
prev
cdprev
move 3 1
del 2
crop
shuffle
save mpc-list
lsplaylists
playlist mpc-list
clear
load mpc-list
prio 5 1
searchplay Tone
queued
rm mpc-list
readpicture "Alpha/Second \\"Wind\\"/04-1080.mp3"
mount
rescan --wait
sticker Beta/06-1420.flac set a b
sticker Beta/06-1420.flac get a
sticker Beta/06-1420.flac list
sticker "" find a
sticker Beta/06-1420.flac delete a
channels
outputs
enable 1
replaygain
replaygain track
stop
clearerror
""".strip().splitlines()


def mpc(at, arguments):
    done = subprocess.run(["mpc", "--host", "127.0.0.1", "--port", str(at), *shlex.split(arguments)], capture_output=True, text=True, errors="replace", timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_mpc(binary):
    """mpc: some sixty commands, all taken"""
    with station(binary) as (_, at):
        answers, refused = {}, []
        for line in MPC:
            code, out, errors = mpc(at, line)
            answers[line] = out
            if code != 0:
                refused.append(f"mpc {line}: {code} {out}{errors}")
        assert not refused, "\n".join(refused)
        assert answers["listall Beta"].splitlines() == ["Beta/06-1420.flac", "Beta/07-1590.opus"]
        assert answers["list album artist Alpha"].splitlines() == ["First Light", 'Second "Wind"']
        assert answers["volume"].strip() == "volume: 45%", answers["volume"]
        assert "Tone 6 at 1420 Hz" in answers["playlist -f %title%"], answers["playlist -f %title%"]
        assert answers["sticker Beta/06-1420.flac get a"].strip() == "a=b"
        assert "[playing]" in answers["toggle"] or "[paused]" in answers["toggle"], answers["toggle"]
