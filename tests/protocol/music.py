# SPDX-License-Identifier: Apache-2.0
"""Music made for the tests: every track is one sine, so that what is heard says which track it is."""
import concurrent.futures
import fcntl
import os
import pathlib
import subprocess

ENCODERS = {"mp3": ["-c:a", "libmp3lame", "-b:a", "192k"], "flac": [], "ogg": ["-c:a", "libvorbis", "-q:a", "5"],
            "opus": ["-c:a", "libopus", "-b:a", "96k"], "m4a": ["-c:a", "aac", "-b:a", "160k"], "wav": [], "aiff": ["-write_id3v2", "1"]}


def frequency(index):
    """Far enough apart for a 20 ms window, and free of each other's harmonics."""
    return 400 + 170 * index


class Tone:
    def __init__(self, index, seconds, kind="flac", level_db=-12.0, artist=None, rate=44100, album="Test tones"):
        self.index, self.seconds, self.kind, self.level_db, self.rate = index, seconds, kind, level_db, rate
        self.hertz, self.album = frequency(index), album
        self.artist = artist or f"Artist {index}"
        self.title = f"Tone {index} at {self.hertz} Hz"
        self.name = f"{index:02d}-{self.hertz}.{kind}"

    def write(self, folder):
        path = pathlib.Path(folder, self.name)
        if path.exists():
            return path
        part = f"{path}.part{os.getpid()}.{self.kind}"  # modules may make the same one beside each other
        source = f"sine=frequency={self.hertz}:sample_rate={self.rate}:duration={self.seconds}"
        # lavfi's sine has an amplitude of 1/8
        command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", source,
                   "-af", f"volume={self.level_db + 18.06}dB", "-ac", "2",
                   "-metadata", f"title={self.title}", "-metadata", f"artist={self.artist}",
                   "-metadata", f"album={self.album}", "-metadata", f"track={self.index}", "-metadata", "date=2024",
                   "-metadata", "genre=Test", *ENCODERS[self.kind], part]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        os.rename(part, path)
        return path


class Sweep:
    """A sine that rises by SLOPE hertz a second, from a place of its own: a moment of it tells the song and the second."""
    SLOPE = 25

    def __init__(self, index, seconds):
        self.index, self.seconds, self.base = index, seconds, 500 + 900 * index
        assert seconds * self.SLOPE < 800, "sweeps would meet"
        self.title, self.name = f"Sweep {index}", f"sweep-{index}-{seconds}.mp3"

    def write(self, folder):
        path = pathlib.Path(folder, self.name)
        if path.exists():
            return path
        part = f"{path}.part{os.getpid()}.mp3"
        source = f"aevalsrc='0.25*sin(2*PI*({self.base}*t+{self.SLOPE / 2}*t*t))':s=44100:d={self.seconds}"
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", source, "-ac", "2", "-metadata", f"title={self.title}",
                        "-metadata", f"artist=Artist {self.index}", "-metadata", f"album=Album {self.index}", *ENCODERS["mp3"], part],
                       check=True, stdin=subprocess.DEVNULL)
        os.rename(part, path)
        return path


def write_all(folder, tones):
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return list(pool.map(lambda tone: tone.write(folder), tones))


def mixed():
    """One tone in each format, different lengths, levels and sample rates."""
    kinds = ["mp3", "flac", "ogg", "opus", "m4a", "wav", "aiff", "mp3", "flac", "ogg"]
    rates = [44100, 48000, 44100, 48000, 44100, 22050, 44100, 48000, 96000, 32000]
    return [Tone(i, 9 + (i * 1.37) % 4, kind, level_db=-6.0 - 2 * (i % 5), rate=rates[i]) for i, kind in enumerate(kinds)]


def folder(name, tones):
    """Made once and kept under build/test-music; by one process at a time."""
    top = pathlib.Path(__file__).resolve().parents[2] / "build" / "test-music"
    top.mkdir(parents=True, exist_ok=True)
    with open(top / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = top / name
        write_all(path, tones)
        cover = path / "cover.png"
        if not cover.exists():
            subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", "color=c=0xB04020:s=600x600",
                            "-frames:v", "1", str(cover)], check=True, stdin=subprocess.DEVNULL)
        return path
