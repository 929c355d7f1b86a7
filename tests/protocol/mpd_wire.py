# SPDX-License-Identifier: Apache-2.0
"""The MPD protocol by hand, and Debian's own mpd with a configuration of its own."""
import contextlib
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time


class Refused(Exception):
    """An ACK; the line as it came."""


class Wire:
    """One connection. ask() gives the lines before OK; an ACK is an exception."""

    def __init__(self, port, timeout=60):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.file = self.socket.makefile("rb")
        self.greeting = self.line()

    def line(self):
        text = self.file.readline()
        if not text.endswith(b"\n"):
            raise ConnectionError("the server has closed the connection")
        return text[:-1].decode(errors="replace")

    def send(self, text):
        self.socket.sendall(text.encode())

    def answer(self):
        lines = []
        while True:
            text = self.line()
            if text == "OK":
                return lines
            if text.startswith("ACK "):
                raise Refused(text)
            if text.startswith("binary: "):
                size = int(text[8:])
                lines.append((size, self.file.read(size)))
                assert self.file.read(1) == b"\n"
                continue
            lines.append(text)

    def ask(self, text):
        self.send(text + "\n")
        return self.answer()

    def pairs(self, text):
        return dict(line.split(": ", 1) for line in self.ask(text))

    def refused(self, text):
        try:
            self.ask(text)
        except Refused as refusal:
            return str(refusal)
        raise AssertionError(f"{text} was not refused")

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


CONFIGURATION = """music_directory "{music}"
playlist_directory "{home}/playlists"
db_file "{home}/database"
sticker_file "{home}/sticker.sql"
state_file "{home}/state"
log_file "{home}/log"
bind_to_address "127.0.0.1"
port "{port}"
auto_update "no"
audio_output {{
  type "null"
  name "null"
  mixer_type "null"
}}
"""


@contextlib.contextmanager
def debians_mpd(music, port):
    """Runs until the end of the block; its database is made before it starts."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="longwave-mpd-"))
    process = None
    try:
        (home / "playlists").mkdir()
        configuration = home / "mpd.conf"
        configuration.write_text(CONFIGURATION.format(music=music, home=home, port=port))
        process = subprocess.Popen([shutil.which("mpd"), "--no-daemon", str(configuration)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while True:
            try:
                with Wire(port) as wire:
                    while "updating_db" in wire.pairs("status") or wire.pairs("stats")["songs"] == "0":
                        if time.monotonic() > end:
                            raise AssertionError("mpd finds no music")
                        time.sleep(0.05)
                break
            except OSError:
                if time.monotonic() > end or process.poll() is not None:
                    raise
                time.sleep(0.05)
        yield port
    finally:
        if process:
            process.kill()
            process.wait(60)
        shutil.rmtree(home, ignore_errors=True)


def songs(lines):
    """Groups of an answer: each begins with file:, directory: or playlist:."""
    groups = []
    for text in lines:
        if not isinstance(text, tuple) and re.match(r"(file|directory|playlist): ", text):
            groups.append([])
        groups[-1].append(text) if groups else groups.append([text])
    return groups
