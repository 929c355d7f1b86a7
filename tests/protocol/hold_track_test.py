# SPDX-License-Identifier: Apache-2.0
"""What is heard while a radio is paused with a hold track: that file, round and round."""
import pathlib
import socket
import subprocess
import tempfile
import threading

import music
import raw
import sound
from server import Server

HOLD = music.Tone(20, 2)
A_SECOND = 16_000  # bytes of the stream


class Listener:
    """Keeps what comes until it is closed."""

    def __init__(self, server, mount):
        self.bytes = b""
        self.connection = socket.create_connection(("127.0.0.1", server.port), 60)
        self.connection.sendall(raw.get(server, f"/listen/main.{mount}"))
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        try:
            while piece := self.connection.recv(65536):
                self.bytes += piece
        except OSError:
            pass

    def close(self, path):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.thread.join(60)
        self.connection.close()
        path.write_bytes(self.bytes.partition(b"\r\n\r\n")[2])


def heard(binary, folder, mount, hold):
    """[(seconds, tone)] of a listener who hears a pause of some seconds, and its samples."""
    tones = [music.Tone(1, 120), music.Tone(2, 120)]
    with Server(binary, music=[music.folder("two-long", tones)], options=["--hold-track", str(hold)]) as server:
        server.until_tracks(len(tones))
        server.until_playing()
        for _ in range(3):  # on a slow machine the songs may not be ready at first
            listener = Listener(server, mount)

            def more(seconds, what):
                wanted = len(listener.bytes) + seconds * A_SECOND
                server.until(lambda: len(listener.bytes) >= wanted, what=what)

            more(4, "the radio is heard")
            server.call("playback.pause", station="main")
            more(7, "the hold track is heard")
            server.call("playback.play", station="main")
            more(4, "the radio is heard again")
            path = pathlib.Path(folder, f"capture.{mount}")
            listener.close(path)
            samples = sound.decoded(path)
            found = [(at / sound.RATE, index) for at, index in sound.tones(samples, [1, 2, HOLD.index])]
            if len(found) == 3:
                break
        return found, samples


def test_a_paused_radio_plays_its_hold_track(binary):
    """the music, then the sound of the hold track round and round without a hole, then the music again"""
    with tempfile.TemporaryDirectory() as folder:
        found, samples = heard(binary, folder, "mp3", HOLD.write(folder))
    order = [index for _, index in found]
    assert len(order) == 3 and order[1] == HOLD.index and order[0] == order[2] != HOLD.index, found
    assert found[2][0] - found[1][0] > 2 * HOLD.seconds - 1, f"it goes round: {found}"
    holes = [hole for hole in sound.gaps(samples[sound.RATE // 10:]) if hole[1] > 60]
    assert not holes, holes


def test_a_hold_track_that_is_none(binary):
    """a missing file, a broken one and a folder are refused at the start, each with its name and why"""
    with tempfile.TemporaryDirectory() as folder:
        broken = pathlib.Path(folder, "broken.mp3")
        broken.write_bytes(b"no music at all" * 1000)
        for path in (pathlib.Path(folder, "missing.mp3"), broken, pathlib.Path(folder)):
            command = [binary, "serve", "--data", f"{folder}/data", "--listen", "127.0.0.1:0", "--music", folder, "--hold-track", str(path)]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
            assert done.returncode == 1, (path, done.returncode)
            assert f"hold-track {path}: " in done.stderr, done.stderr
            print(f"        {done.stderr.strip()}")
