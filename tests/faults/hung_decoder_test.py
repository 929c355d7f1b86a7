# SPDX-License-Identifier: Apache-2.0
"""A decoder that hangs in a read that never returns, in the real program (hang.c is preloaded into it)."""
import contextlib
import fcntl
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time

import music
import sound
from capture import capture
from server import Server

SECONDS = 40      # of the track that hangs
HANGS_AT = 14     # seconds into it
HUNG = 9          # its tone
OTHERS = range(4)


def metric(server, name):
    return sum(float(line.rsplit(" ", 1)[1]) for line in server.request("GET", "/metrics")[2].decode().splitlines()
               if line.startswith(name))


def analysed(server, track):
    with contextlib.closing(sqlite3.connect(f"file:{server.data}/longwave.db?mode=ro", uri=True)) as database:
        return database.execute("SELECT 1 FROM library_analysis JOIN library_track USING (identity) WHERE id = ?",
                                (track["id"],)).fetchone()


class Disk:
    """Answers until hang(); hang.c waits for the lock."""

    def __init__(self, path):
        self.path = path
        self.file = open(path, "w")

    def hang(self):
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def answer(self):
        fcntl.flock(self.file, fcntl.LOCK_UN)

    def hung_reads(self):
        return self.path.stat().st_size


@contextlib.contextmanager
def station(binary):
    """(server, disk): reads of the hung track's later part stand still while the disk hangs."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="longwave-hang-"))
    try:
        shim, disk = folder / "hang.so", Disk(folder / "disk")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", str(shim), str(pathlib.Path(__file__).with_name("hang.c")), "-ldl"],
                       check=True, stdin=subprocess.DEVNULL)
        hung = music.Tone(HUNG, SECONDS, "wav", artist="Far away")
        music.write_all(folder / "music", [*(music.Tone(i, 20 + i, "flac", artist=f"Near {i}") for i in OTHERS), hung])
        environment = {"LD_PRELOAD": str(shim), "HANG": str(disk.path), "HANG_NAME": hung.name,
                       "HANG_FROM": str(HANGS_AT * 44100 * 4)}
        with Server(binary, music=[folder / "music"], environment=environment) as server:
            try:
                yield server, disk
            finally:
                disk.answer()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put_on_air(server, disk):
    """The track is analysed while its disk answers; then the disk stops answering and the track is on the air."""
    server.until_tracks(len(OTHERS) + 1)
    server.until_playing()
    track = next(t for t in server.call("library.search", text="Far away")["tracks"])
    server.call("queue.add", station="main", tracks=[track["id"]], at=1)
    server.until(lambda: analysed(server, track), what="it is analysed")
    disk.hang()
    server.skip()
    server.until(lambda: server.call("station.now", station="main")["current"]["track"]["id"] == track["id"], what="it is on the air")
    return track


def test_a_hang_on_the_air(binary):
    """a decoder that hangs on the air is left within 2 s, without a gap; logged, counted, and told in the history"""
    with station(binary) as (server, disk), tempfile.TemporaryDirectory() as keep:
        track = put_on_air(server, disk)
        heard = capture(server, ["mp3", "opus"], keep, HANGS_AT + 35)
        assert disk.hung_reads() > 0, "nothing read from the disk that hangs"
        for one in heard:
            samples = sound.decoded(one.path)
            assert not sound.gaps(samples[4410:]), (one.mount, sound.gaps(samples[4410:]))
            pieces = sound.tones(samples, [*OTHERS, HUNG])
            print(f"        {one.mount}: {[(round(at / sound.RATE, 1), index) for at, index in pieces]}")
            stalled = max(b - a for (a, _), (b, _) in zip(one.arrivals, one.arrivals[1:]))
            print(f"        {one.mount}: the longest wait of the listener was {stalled:.2f} s, with 4 s in hand")
            assert stalled < 3.9, stalled  # a write a second, 2 s for the watchdog, and what a busy machine adds
            assert pieces[0][1] == HUNG and HUNG not in [index for _, index in pieces[1:]], pieces
            # one after the other, not the fallback for ever
            assert len({index for _, index in pieces[1:]}) >= 2, pieces
        row = next(row for row in server.call("station.history", station="main", limit=20)["items"] if row["track"]["id"] == track["id"])
        print(f"        history: {row['problem']!r}")
        assert "no sound came for" in row["problem"], row
        assert "watchdog" in server.log() and row["problem"] in server.log()
        assert metric(server, "longwave_watchdog_actions_total") >= 1
        assert metric(server, "longwave_workers_stuck") >= 1
        began = time.monotonic()
        assert server.call("queue.list", station="main")["entries"]
        assert time.monotonic() - began < 5
        disk.answer()
        server.until(lambda: metric(server, "longwave_workers_stuck") == 0, what="the workers come back")


def test_an_end_while_it_hangs(binary):
    """SIGTERM while a decoder hangs: it ends all the same, and orderly"""
    with station(binary) as (server, disk), tempfile.TemporaryDirectory() as keep:
        put_on_air(server, disk)
        capture(server, ["mp3"], keep, 3)
        server.until(lambda: disk.hung_reads() > 0, what="a read hangs")
        began = time.monotonic()
        assert server.stop() == 0
        print(f"        ended after {time.monotonic() - began:.1f} s")
