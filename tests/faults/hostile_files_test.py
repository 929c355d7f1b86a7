# SPDX-License-Identifier: Apache-2.0
"""A folder with three good tracks and 200 wrecks: everything good plays, everything else is told."""
import os
import pathlib
import shutil
import socket
import tempfile

import music
import sound
import wrecks
from capture import capture
from server import Server


def make_readable_for_nobody(server, folder):
    """Run as nobody when the test is root: root can read what has no permission."""
    if os.getuid() != 0:
        return
    binary = os.path.join(server.scratch, "longwave")
    shutil.copy(server.binary, binary)
    server.binary = binary
    for path in (server.scratch, folder):
        os.chmod(path, 0o755)
    os.chmod(server.scratch, 0o777)
    server.wrap = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def test_two_hundred(binary):
    """200 broken files: each is reported or taken, the three good ones play, nothing is fetched or read elsewhere"""
    folder = tempfile.mkdtemp(prefix="longwave-wrecks-")
    try:
        with socket.socket() as trap:
            trap.bind(("127.0.0.1", 0))
            trap.listen()
            trap.setblocking(False)
            count = wrecks.write(folder, trap.getsockname()[1])
            good = [music.Tone(i, 8, "flac", artist=f"Good {i}") for i in range(3)]
            music.write_all(os.path.join(folder, "good"), good)
            with Server(binary, music=[folder]) as server:
                make_readable_for_nobody(server, folder)
                # __enter__ has started it as the user of the test; begin again as nobody
                server.stop()
                shutil.rmtree(server.data, ignore_errors=True)
                server.start()
                server.until(lambda: server.call("library.search", text="Good")["total"] == 3, what="the good tracks are found")
                server.until_playing(30)
                report = server.call("library.scan", timeout=60)
                problems = server.call("library.problems", limit=500)
                by_name = {os.path.basename(p["path"]): p["reason"] for p in problems["problems"]}
                print(f"        {count} wrecks: {problems['total']} reported, scan {report}")
                for name in ("empty.mp3", "hls.mp3", "playlist.mp3", "concat.flac", "zero.wav", "picture.mp3", "program.flac"):
                    assert by_name.get(name), (name, sorted(by_name)[:30])
                if os.getuid() == 0:
                    assert "secret.mp3" in by_name, sorted(by_name)[:40]
                assert all(reason and "/etc" not in reason for reason in by_name.values())
                for row in server.call("library.search", text="root", limit=50)["tracks"]:
                    assert "root:" not in row["title"]
                with tempfile.TemporaryDirectory() as keep:
                    one = capture(server, ["mp3"], keep, 20)[0]
                    quiet = sound.gaps(sound.decoded(one.path)[4410:])
                    # a wreck that plays may hold silence of its own; the watchdog's two seconds are the limit
                    print(f"        quiet stretches: {quiet[:6]}")
                    assert max((ms for _, ms in quiet), default=0) <= 2500, quiet
                assert server.memory_bytes() < 400e6, server.memory_bytes()
            try:
                trap.accept()
                raise AssertionError("a playlist among the music made the server connect")
            except BlockingIOError:
                pass
    finally:
        wrecks.clear(folder)
        shutil.rmtree(folder, ignore_errors=True)


def test_undecodable_in_the_queue(binary):
    """a file whose sound can't be decoded is skipped, marked and explained, without a silent second"""
    folder = tempfile.mkdtemp(prefix="longwave-undecodable-")
    try:
        tones = [music.Tone(i, 9, "flac", artist=f"Fine {i}") for i in range(4)]
        music.write_all(folder, tones)
        data = bytearray(pathlib.Path(folder, tones[3].name).read_bytes())
        import random
        data[1000:] = random.Random(1).randbytes(len(data) - 1000)  # the tags stay, the sound goes
        pathlib.Path(folder, tones[3].name).write_bytes(data)
        with Server(binary, music=[folder]) as server:
            server.until_tracks(3)
            server.until_playing()
            found = server.call("library.search", text="Tone 3")["tracks"]
            with tempfile.TemporaryDirectory() as keep:
                if found:
                    server.call("queue.add", station="main", tracks=[found[0]["id"]] * 2, at=1)
                one = capture(server, ["mp3"], keep, 30)[0]
                samples = sound.decoded(one.path)
                assert not sound.gaps(samples[4410:]), sound.gaps(samples[4410:])
                assert {index for _, index in sound.tones(samples, range(4))} <= {0, 1, 2}
            if found:
                history = server.call("station.history", station="main", limit=50)["items"]
                told = [row for row in history if row["track"]["title"].startswith("Tone 3") and row["problem"]]
                state = server.call("library.track", id=found[0]["id"])
                assert told or state["track"]["state"] == "broken", (history[:4], state)
                assert state["track"]["state"] == "broken" and state["problem"], state
            else:
                assert server.call("library.problems")["total"] == 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_silent_file(binary):
    """half a minute of digital silence inside a track is left within about two seconds, and told"""
    import numpy
    folder = tempfile.mkdtemp(prefix="longwave-silent-")
    try:
        tones = [music.Tone(i, 25, "flac", artist=f"Loud {i}") for i in range(3)]
        music.write_all(folder, tones)
        rate = 44100
        tone = (8000 * numpy.sin(2 * numpy.pi * music.frequency(5) * numpy.arange(8 * rate) / rate)).astype("<i2")
        silence = numpy.zeros(30 * rate, "<i2")
        mono = numpy.concatenate([tone, silence, tone])
        data = numpy.repeat(mono, 2).tobytes()
        pathlib.Path(folder, "silent.wav").write_bytes(wrecks.wav_header(len(data)) + data)
        with Server(binary, music=[folder]) as server:
            server.until_tracks(4)
            server.until_playing()
            silent = next(t for t in server.call("library.search", text="")["tracks"] if "silent" in t["title"])
            server.call("queue.add", station="main", tracks=[silent["id"]], at=1)
            server.until(lambda: server.call("station.now", station="main")["next"], what="something is next")
            server.skip()
            server.until(lambda: server.call("station.now", station="main")["current"]["track"]["id"] == silent["id"], 30,
                         what="the silent track is on air")
            with tempfile.TemporaryDirectory() as keep:
                one = capture(server, ["mp3"], keep, 26)[0]
                samples = sound.decoded(one.path)
            quiet = sound.gaps(samples[4410:])
            assert quiet and max(ms for _, ms in quiet) <= 4000, quiet
            print(f"        the watchdog left the silence after {max(ms for _, ms in quiet) / 1000:.1f} s")
            after = [index for at, index in sound.tones(samples, range(6)) if at > quiet[0][0] * rate]
            assert any(index in (0, 1, 2) for index in after), sound.tones(samples, range(6))
            history = server.call("station.history", station="main", limit=10)["items"]
            assert any(row["track"]["id"] == silent["id"] and row["problem"] for row in history), history[:3]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
