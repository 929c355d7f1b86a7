# SPDX-License-Identifier: Apache-2.0
"""Who may do what over the MPD protocol: people from elsewhere read, `password` gives what a role allows; and the same over TLS."""
import contextlib
import pathlib
import socket
import ssl
import subprocess
import sys
import threading

import mpd_music
from server import Server, free_port

sys.path.append("/usr/lib/python3/dist-packages")
import mpd  # noqa: E402  python3-mpd

ELSEWHERE = b"PROXY TCP4 203.0.113.9 127.0.0.1 40000 6600\r\n"


class Front:
    """A proxy of the machine that says its clients come from elsewhere."""

    def __init__(self, target):
        self.target = target
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                far.sendall(ELSEWHERE)
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self.copy, args=(source, sink), daemon=True).start()

    @staticmethod
    def copy(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def close(self):
        self.listener.close()


@contextlib.contextmanager
def behind_a_proxy(binary):
    """(server, port): clients of that port aren't of this machine."""
    at = free_port()
    options = ["--mpd-listen", f"127.0.0.1:{at}+proxy", "--trusted-proxy", "127.0.0.1", "--station-kind", "player"]
    with Server(binary, music=[mpd_music.folder()], options=options) as server:
        server.until_tracks(8)
        front = Front(at)
        try:
            yield server, front.port
        finally:
            front.close()


def client(at):
    made = mpd.MPDClient()
    made.timeout = 60
    made.connect("127.0.0.1", at)
    return made


def refusal(call, *arguments):
    try:
        call(*arguments)
    except mpd.CommandError as refused:
        return str(refused)
    return None


def test_password(binary):
    """python3-mpd from elsewhere reads; with a password or a key a dj plays, an administrator keeps stickers; wrong ones change nothing, and none is in the log"""
    with behind_a_proxy(binary) as (server, at):
        server.call("user.add", user="dora", password="a long password", role="dj")
        one, other = client(at), client(at)
        assert len(one.find("artist", "Beta")) == 2
        assert refusal(one.add, "Beta") == '[4@0] {add} you don\'t have permission for "add"'
        assert "add" in one.notcommands() and "add" not in one.commands() and "password" in one.commands()
        for wrong in ("dora:a wrong password", "nobody:a long password", "dora", ""):
            assert refusal(one.password, wrong) == "[3@0] {password} incorrect password", wrong
        assert refusal(one.add, "Beta") is not None
        server.until(lambda: refusal(one.password, "dora:a long password") is None, what="wrong attempts slow the right one down, no more")
        one.add("Beta")
        one.play(0)
        assert one.status()["playlistlength"] == "2"
        assert refusal(one.sticker_set, "song", "Beta/06-1420.flac", "rating", "5") == '[4@0] {sticker} you don\'t have permission for "sticker"'
        assert refusal(other.clear) is not None, "another connection is another person"
        admin = pathlib.Path(server.data, "admin-password").read_text().strip()
        server.until(lambda: refusal(other.password, f"admin:{admin}") is None, what="the administrator")
        other.sticker_set("song", "Beta/06-1420.flac", "rating", "5")
        assert other.sticker_get("song", "Beta/06-1420.flac", "rating") == "5"
        key = server.call("auth.login", user="dora", password="a long password", key=True)["key"]
        third = client(at)
        third.password(key)
        third.clear()
        assert third.status()["playlistlength"] == "0"
        for used in (one, other, third):
            used.disconnect()
        for secret in ("a long password", "a wrong password", admin, key):
            assert secret not in server.log(), secret


def test_a_listener_of_this_machine_needs_none(binary):
    """on loopback everything may be done without a password"""
    at = free_port()
    with Server(binary, music=[mpd_music.folder()], options=["--mpd-listen", f"127.0.0.1:{at}", "--station-kind", "player"]) as server:
        server.until_tracks(8)
        here = client(at)
        assert "sticker" in here.commands() and here.notcommands() == []
        here.disconnect()


def test_tls(binary):
    """--mpd-listen …+tls: the same lines inside TLS, with a certificate that a client checks; plain words are not understood"""
    at = free_port()
    with Server(binary, music=[mpd_music.folder()]) as server:
        server.stop()
        folder = pathlib.Path(server.scratch)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=radio", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
        server.options += ["--mpd-listen", f"127.0.0.1:{at}+tls", "--tls-certificate", str(folder / "cert.pem"), "--tls-key", str(folder / "key.pem")]
        server.start()
        context = ssl.create_default_context(cafile=str(folder / "cert.pem"))
        with socket.create_connection(("127.0.0.1", at), 60) as plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
            lines = secure.makefile("rb")
            assert lines.readline() == b"OK MPD 0.23.5\n"
            secure.sendall(b"ping\n")
            assert lines.readline() == b"OK\n"
        with socket.create_connection(("127.0.0.1", at), 60) as plain:
            plain.sendall(b"ping\n")
            assert not plain.makefile("rb").read().startswith(b"OK MPD")
