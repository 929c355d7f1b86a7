# SPDX-License-Identifier: Apache-2.0
"""The program on a real PostgreSQL, looked at through PostgreSQL's own programs."""
import os
import pathlib
import signal
import subprocess
import tempfile
import threading

import music
import raw
from postgresql import Postgresql
from server import RpcError, Server

APART = True


def entries(server):
    return [entry["id"] for entry in server.call("queue.list", station="main", limit=500)["entries"]]


def add(server, track):
    return server.call("queue.add", station="main", tracks=[track])["entries"][0]


def test_everything_that_is_kept_is_in_postgresql(binary):
    """scanned, searched, played, edited; kill -9; all of it is there again, and no password in the log"""
    with Postgresql() as database, Server(binary, music=[music.folder("mixed", music.mixed())], options=database.options) as server:
        server.until_tracks(10)
        server.until_playing()
        found = server.call("library.search", text="tone 3")["tracks"]
        assert found[0]["title"].startswith("Tone 3 "), found
        assert server.call("library.search", text="TONE 39O")["total"] == 0
        assert server.call("library.search", text='artist:"artist 7" year:2024')["total"] == 1
        assert server.call("library.genres")["genres"][0]["tracks"] == 10
        ids = {track["title"].split()[1]: track["id"] for track in server.call("library.search", text="", limit=50)["tracks"]}
        server.call("playlist.create", station="main", name="Évening", tracks=[ids["1"], ids["2"], ids["1"]])
        server.call("track.set", id=ids["1"], values={"title": "Renamed"})
        assert server.call("library.search", text="renam")["tracks"][0]["id"] == ids["1"]
        added = [add(server, ids["5"]) for _ in range(20)]
        server.kill()
        counts = database.psql("SELECT (SELECT count(*) FROM library_track), (SELECT count(*) FROM library_track_text), "
                               "(SELECT string_agg(name, ',') FROM library_playlist)")
        assert counts == "10|10|Évening", counts
        server.start()
        server.until_playing()
        assert set(added) <= set(entries(server))
        kept = server.call("playlist.get", station="main", name="Évening")["entries"]
        assert [entry["track"]["id"] for entry in kept] == [ids["1"], ids["2"], ids["1"]], kept
        assert server.call("library.search", text="renam")["total"] == 1
        assert not pathlib.Path(server.data, "longwave.db").exists()
        assert pathlib.Path(database.password_file).read_text() not in server.log()
        assert server.stop() == 0, server.log()[-2000:]


def test_postgresql_goes_away_and_comes_back(binary):
    """the sound goes on, edits are refused and nothing of them is kept, then everything works again"""
    long = music.folder("long", [music.Tone(i, 900, "ogg", artist=f"Long {i}") for i in (20, 21)])
    with Postgresql() as database, Server(binary, music=[long], options=database.options) as server:
        server.until_tracks(2)
        before = server.until_playing()
        track = server.call("library.search", text="")["tracks"][0]["id"]
        heard, done = [], threading.Event()

        def listen():
            with server_socket(server) as listener:
                listener.sendall(raw.get(server, "/listen/main.mp3"))
                while not done.is_set():
                    heard.append(len(listener.recv(1 << 16)))

        listener = threading.Thread(target=listen, daemon=True)
        listener.start()
        first = add(server, track)
        database.stop()
        try:
            add(server, track)
            raise AssertionError("it was acknowledged without a database")
        except RpcError as refused:
            assert refused.code == -32001, refused
        after = sum(heard)
        server.until(lambda: sum(heard) > after + 60_000, what="the stream goes on without the database")
        assert server.call("station.now", station="main")["current"]["entry"] == before["current"]["entry"]
        database.start()

        def again():
            try:
                return add(server, track)
            except RpcError as refused:
                assert refused.code == -32001, refused
        second = server.until(again, what="edits are taken again")
        done.set()
        listener.join(60)
        server.kill()
        server.start()
        server.until_playing()
        kept = entries(server)
        assert {first, second} <= set(kept), (first, second, kept, server.log()[-3000:])


def server_socket(server):
    import socket
    return socket.create_connection(("127.0.0.1", server.port), 60)


def test_a_copy_is_made_under_load_and_restored(binary):
    """pg_dump while edits go on, pg_restore into another database: a program on it has what was there when it began"""
    with Postgresql() as database, Server(binary, music=[music.folder("mixed", music.mixed())], options=database.options) as server:
        server.until_tracks(10)
        server.until_playing()
        track = server.call("library.search", text="tone 4")["tracks"][0]["id"]
        before = [add(server, track) for _ in range(10)]
        halt, later = threading.Event(), []

        def edit():
            while not halt.is_set():
                later.append(add(server, track))

        editor = threading.Thread(target=edit, daemon=True)
        editor.start()
        copy = os.path.join(database.folder, "copy.dump")
        database.run("pg_dump", "-Fc", "-f", copy, "postgres")
        halt.set()
        editor.join(60)
        server.stop()
        database.run("createdb", "--encoding=UTF8", "--template=template0", "restored")
        database.run("pg_restore", "--no-owner", "-d", "restored", copy)
        with tempfile.TemporaryDirectory() as data:
            options = ["--database", database.url.replace("/postgres", "/restored"), *database.options[2:]]
            with Server(binary, music=server.music, options=options, data=data) as second:
                second.until_playing()
                assert set(before) <= set(entries(second))
                assert second.call("library.search", text="tone 4")["tracks"][0]["id"] == track
                assert add(second, track) > max(before)


def test_what_cannot_be_opened_is_said_in_one_line(binary):
    """a wrong password, no server, an address with a password in it, none at all"""
    def said(*options):
        with tempfile.TemporaryDirectory() as data:
            done = subprocess.run([binary, "serve", "--music", data, "--data", data, "--listen", "127.0.0.1:1", *options],
                                  capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                                  env={k: v for k, v in os.environ.items() if not k.startswith("LONGWAVE_")})
        assert done.returncode == 1, (options, done)
        line = [line for line in done.stderr.splitlines() if line.startswith("longwave: ")]
        assert len(line) == 1 and "hunter2" not in done.stderr + done.stdout, done.stderr
        return line[0]

    with Postgresql() as database:
        assert "password authentication failed" in said("--database", database.url, "--database-password", "hunter2")
        gone = database.url
        assert "holds a password" in said("--database", gone.replace("longwave@", "longwave:hunter2@"))
        database.run("createdb", "--encoding=SQL_ASCII", "--template=template0", "--locale=C", "ascii")
        assert "UTF8" in said("--database", gone.replace("/postgres", "/ascii"), *database.options[2:])
        database.stop(signal.SIGINT)
        assert "Connection refused" in said("--database", gone, *database.options[2:])
    assert "must be sqlite:FILE or postgresql://" in said("--database", "mysql://x")
