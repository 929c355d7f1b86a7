# SPDX-License-Identifier: Apache-2.0
"""The MusicDB protocol: golden exchanges for every function of docs/protocols/musicdb.md, and python3-websockets as the
original page's client, with its watchdog."""
import base64
import hashlib
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.parse

import music
import node_packages
from musicdb_client import PATIENCE_S, Client
from musicdb_exchanges import FOLDER, functions, play
from server import Server, free_port

APART = True

ALBUMS = {"Miles Davis/1959 - Kind of Blue": 2, "Kraftwerk/1974 - Autobahn": 2}
HERE = pathlib.Path(__file__).resolve().parent
SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src" / "dialects" / "musicdb"


def library(folder):
    """Artist/Year - Album/NN Tone.ogg, and a video."""
    tones = [music.Tone(i, 90, "ogg") for i in range(4)]  # long: nothing ends while a test runs
    made = music.folder("musicdb", tones)
    number = 0
    for album, songs in ALBUMS.items():
        target = pathlib.Path(folder, album)
        target.mkdir(parents=True)
        artist, name = album.split("/")
        for track in range(1, songs + 1):
            tags = {"title": f"Tone {track}", "artist": artist, "album_artist": artist, "album": name[7:], "track": track, "date": name[:4],
                    "genre": "Electronic" if artist == "Kraftwerk" else "Jazz"}
            # In Ogg the tags belong to the stream.
            said = [word for key, value in tags.items() for word in ("-metadata:s:a:0", f"{key}={value}")]
            subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(pathlib.Path(made, tones[number].name)), "-map_metadata", "-1", "-c", "copy",
                            *said, str(target / f"{track:02d} Tone.ogg")], check=True, stdin=subprocess.DEVNULL)
            number += 1
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=3", "-pix_fmt", "yuv420p",
                    "-c:v", "mpeg4", str(pathlib.Path(folder, "Kraftwerk", "1974 - Morgenspaziergang.mkv"))], check=True, stdin=subprocess.DEVNULL)


class MusicDb(Server):
    """A server with that library and the listener."""

    def __init__(self, binary, options=(), port=None):
        self.folder = tempfile.mkdtemp(prefix="longwave-musicdb-")
        library(self.folder)
        self.musicdb = port
        super().__init__(binary, music=[self.folder], options=options)

    def start(self, wait_s=60):
        if self.port is None:
            self.port = free_port()
        if self.musicdb is None:
            self.musicdb = free_port()
        self.options = [o for o in self.options if not str(o).startswith("--musicdb-listen")] + [f"--musicdb-listen=127.0.0.1:{self.musicdb}"]
        super().start(wait_s)
        self.until_tracks(sum(ALBUMS.values()))
        return self

    def close(self):
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def get(self, path, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.musicdb, timeout=PATIENCE_S)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


def names(client):
    """Ids of what the stories speak of."""
    by_name = {a["artist"]["name"]: a for a in client.request("GetArtistsWithAlbums")}
    artist, second = by_name["Miles Davis"]["artist"]["id"], by_name["Kraftwerk"]["artist"]["id"]
    album = by_name["Miles Davis"]["albums"][0]["album"]["id"]
    songs = [entry["song"]["id"] for disc in client.request("GetSortedAlbumCDs", {"albumid": album}) for entry in disc]
    videos = [v["video"] for v in client.request("GetVideos", {"artistid": second})]
    tags = lambda name: next((t["id"] for t in client.request("GetTags")["genres"] if t["name"] == name), 0)  # 0: gone
    entry = lambda what, index: lambda: (client.request(what) or [{"entryid": "0"}])[index]["entryid"]
    return {"artist": artist, "second_artist": second, "album": album, "second_album": by_name["Kraftwerk"]["albums"][0]["album"]["id"],
            "song": songs[0], "other": songs[1], "video": videos[0]["id"] if videos else 0, "video_artist": second,
            "metal": lambda: tags("Metal"), "other_genre": lambda: tags("Other"),
            "first_entry": entry("GetSongQueue", 0), "last_entry": entry("GetSongQueue", -1),
            "first_video_entry": entry("GetVideoQueue", 0), "last_video_entry": entry("GetVideoQueue", -1)}


def test_every_function_has_its_exchanges():
    """The tables of the document, those of the code and the golden exchanges name the same functions; none without
    success, each missing argument and a wrong key."""
    documented = functions()
    in_code = {name for path in SOURCES.glob("*.cpp") for name in re.findall(r'^    \{"(\w+)",', path.read_text(), re.M)}
    assert in_code == set(documented), in_code ^ set(documented)
    played = {(e["function"], e["case"], e["about"] if e["case"] == "missing argument" else "")
              for path in FOLDER.glob("*.json") for e in json.loads(path.read_text())}
    for name, required in documented.items():
        for case in [("success", ""), ("wrong key", "")] + [("missing argument", f"without {r}") for r in required]:
            assert (name, *case) in played, (name, case)
    for path in FOLDER.glob("*.json"):
        for exchange in json.loads(path.read_text()):
            assert exchange["case"] == "success" or exchange["frames"] == [], (path.stem, exchange["function"], exchange["case"])


def test_golden_exchanges(binary):
    problems = []
    with MusicDb(binary) as server:
        for name in ["reading", "searching", "configuring", "songs", "queueing", "watching", "tagging", "uploading", "filing"]:
            client = Client(server.musicdb, watchdog=False)
            known = names(client)
            for path in [FOLDER / f"{name}.json"]:
                problems += play(path, lambda: Client(server.musicdb, watchdog=False), known)
            client.close()
    assert not problems, "\n".join(problems)


def test_the_page_starts_up_and_steers(binary):
    """The original page's client: configuration, start-up sequence, reactions to notifications, two clients at once; its
    watchdog never expires, also while paused."""
    with MusicDb(binary) as server:
        server.until_playing()
        one, two = Client(server.musicdb), Client(server.musicdb)
        assert one.config["WATCHDOG_INTERVAL"] == 5000 and one.config["WATCHDOG_RUN"] is True
        assert len(base64.b64decode(one.key)) == 32
        ui = one.request("LoadWebUIConfiguration", signature="SetupWebUI")
        assert ui["meta"]["version"] == 3
        state = one.request("GetMDBState", signature="InitializeWebUI")
        assert set(state) == {"GenreFilter", "SubgenreFilter", "MusicDB", "audiostream", "videostream"}
        assert state["MusicDB"] == {"uimode": "audio"}
        artists = one.request("GetArtists", signature="UpdateArtistsCache")
        assert [a["name"] for a in artists] == ["Kraftwerk", "Miles Davis"]
        assert set(one.request("GetTags", signature="UpdateTagsCache")) == {"genres", "subgenres", "moods"}
        stream = one.request("GetAudioStreamState", signature="UpdateStreamState")
        assert stream["hasqueue"] and stream["isconnected"] and set(stream["song"]) >= {"id", "playtime", "name"}
        queue = one.request("GetSongQueue", signature="ShowSongQueue")
        assert queue and set(queue[0]) == {"entryid", "israndom", "song", "album", "artist"} and queue[0]["entryid"].isdigit()
        one.request("GetFilteredArtistsWithAlbums", signature="ShowArtists")
        album = one.request("GetAlbum", {"albumid": queue[0]["album"]["id"]}, signature="ShowAlbum")
        assert set(album) == {"artist", "album", "tags", "cds"}

        two.until_mark()
        one.send("call", "SetAudioStreamState", {"state": "pause"})
        two.notified("onStatusChanged")
        assert two.request("GetAudioStreamState")["isplaying"] is False
        before, since = len(two.times), time.monotonic()
        while len(two.times) < before + 4 and time.monotonic() < since + PATIENCE_S:
            time.sleep(0.05)
        ticks = two.times[before:]
        assert len(ticks) >= 4 and len({value for _, value in ticks}) == 1, ticks
        one.send("call", "SetAudioStreamState", {"state": "play"})
        two.notified("onStatusChanged")

        queue = two.request("GetSongQueue")
        song = queue[0]["song"]["id"]
        one.send("call", "AddSongToQueue", {"songid": song, "position": "next"})
        two.notified("onSongQueueChanged")
        after = two.request("GetSongQueue")
        told = [(entry["entryid"], entry["song"]["id"], entry["israndom"]) for entry in after]
        assert after[1]["song"]["id"] == song and after[0]["entryid"] == queue[0]["entryid"] and not after[1]["israndom"], (told, song, queue[0]["entryid"])
        one.send("call", "PlayNextSong")
        changed = two.next(lambda p: p["fncsig"] in ("onSongChanged", "onSongQueueChanged"))
        while changed["fncsig"] != "onSongChanged":  # the cursor may move before the sound does
            changed = two.next(lambda p: p["fncsig"] in ("onSongChanged", "onSongQueueChanged"))
        assert two.next()["fncsig"] == "onSongQueueChanged"
        assert two.request("GetSongQueue")[0]["entryid"] == after[1]["entryid"]

        assert one.expired == 0 and two.expired == 0 and one.opened == 1
        server.stop()
        for client in (one, two):
            try:
                client.next(lambda p: False)
            except ConnectionError:
                pass
            assert (client.closed.code, client.closed.reason) == (1000, "Server shutdown")


def test_wrong_keys_and_garbage(binary):
    """Dropped without an answer and without the key in the log; the fifth wrong key closes with 1008."""
    with MusicDb(binary, options=["--log", "debug"]) as server:
        client = Client(server.musicdb)
        for text in ["{", "[]", '{"method":"request"}', json.dumps({"method": "request", "fncname": "Bounce", "fncsig": None, "arguments": {}, "pass": None})]:
            client.send_raw(text)
        client.send_raw(b"\x00\x01")
        client.send("request", "NoSuchFunction", {})
        assert client.until_mark() == []
        assert client.request("Bounce", {"a": [1, None]}, pass_={"b": 2}) == {"a": [1, None]}
        secret = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0ISEhISE="
        for _ in range(4):
            client.send("request", "Bounce", {}, key=secret)
        assert client.until_mark() == []
        client.send("request", "Bounce", {}, key=secret)
        try:
            client.next(lambda p: False)
        except ConnectionError:
            pass
        assert client.closed.code == 1008
        assert client.key not in server.log() and secret not in server.log() and "wrong key" in server.log()
        key_file = pathlib.Path(server.data, "musicdb-key")
        assert key_file.read_text().strip() == client.key and key_file.stat().st_mode & 0o777 == 0o600


def test_what_the_page_loads(binary):
    """Status page, configuration only for this origin, pictures, music with ranges, paths that lead nowhere."""
    page = tempfile.mkdtemp(prefix="longwave-page-")
    pathlib.Path(page, "index.html").write_text("<!doctype html><title>original</title>")
    pathlib.Path(page, "WebUI.js").write_text("var ok = 1;")
    with MusicDb(binary) as server:
        status, _, body = server.get("/")
        assert status == 200 and b"MusicDB" in body
        for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Referer": "http://evil.example/x"}, {"Origin": "http://evil.example"},
                        {"Sec-Fetch-Site": "same-site"}):
            assert server.get("/webdata/config.js", foreign)[0] == 403, foreign
        status, headers, body = server.get("/webdata/config.js", {"Sec-Fetch-Site": "same-origin"})
        assert status == 200 and b"WEBSOCKET_APIKEY" in body and headers["Cache-Control"] == "no-store"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        for path in ("/webdata/artwork/default.jpg", "/webdata/artwork/200x200/default.jpg", "/videoframes/default/default.jpg"):
            status, headers, body = server.get(path)
            assert status == 200 and headers["Content-Type"] == "image/jpeg" and body[:2] == b"\xff\xd8", path
        assert server.get("/webdata/artwork/7x7/default.jpg")[0] == 404
        song = "Miles Davis/1959 - Kind of Blue/01 Tone.ogg"
        whole = pathlib.Path(server.folder, song).read_bytes()
        path = "/musicdb/music/" + urllib.parse.quote(song)
        status, headers, body = server.get(path)
        assert status == 200 and body == whole and headers["Accept-Ranges"] == "bytes" and headers["Content-Type"] == "audio/ogg"
        status, headers, body = server.get(path, {"Range": "bytes=10-19"})
        assert status == 206 and body == whole[10:20] and headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
        pathlib.Path(server.folder, "secret.txt").write_text("secret")
        for path in ("secret.txt", "../secret.txt", "..%2fsecret.txt", "%2e%2e/%2e%2e/etc/passwd", "%00", "nothing.flac", "Miles%20Davis"):
            assert server.get("/musicdb/music/" + path)[0] in (400, 404), path
        server.stop()
        server.options += ["--musicdb-client", page]
        server.start()
        assert b"original" in server.get("/")[2] and server.get("/WebUI.js")[2] == b"var ok = 1;"
        assert b"original" in server.get("/musicdb/")[2]
        for path in ("/../index.html", "/%2e%2e/x", "/..%2fx", "/.hidden", "/nothing.js"):
            assert server.get(path)[0] in (400, 404), path
    shutil.rmtree(page)


def test_state_outlives_a_restart(binary):
    """Filters, mode, configurations and the queue of videos are there again."""
    with MusicDb(binary) as server:
        client = Client(server.musicdb)
        client.send("call", "SetMDBState", {"category": "MusicDB", "name": "uimode", "value": "video"})
        client.send("call", "AddGenre", {"name": "Metal"})
        client.send("call", "SetMDBState", {"category": "GenreFilter", "name": "Metal", "value": True})
        ui = client.request("LoadWebUIConfiguration")
        ui["debug"]["blurartwork"] = True
        client.request("SaveWebUIConfiguration", {"config": ui})
        randy = client.request("LoadRandyConfiguration")
        randy["Limits"]["MaxTries"] = 7
        client.request("SaveRandyConfiguration", {"config": randy})
        key, before = client.key, client.request("GetMDBState")
        server.kill()
        server.start()
        client = Client(server.musicdb)
        after = client.request("GetMDBState")
        assert client.key == key and after["MusicDB"] == {"uimode": "video"} and after["GenreFilter"] == before["GenreFilter"] == ["Metal"]
        assert client.request("LoadWebUIConfiguration") == ui and client.request("LoadRandyConfiguration") == randy


def test_an_upload_as_the_page_sends_it(binary):
    """Chunks on request, a resume from another connection, integration, and the song in the library."""
    with MusicDb(binary) as server:
        one = Client(server.musicdb)
        tone = music.Tone(7, 12, "wav", artist="Uploader", album="Uploaded")
        data = pathlib.Path(music.folder("musicdb-upload", [tone]), tone.name).read_bytes()
        task = hashlib.sha1(data).hexdigest()
        begin = {"taskid": task, "mimetype": "audio/wav", "contenttype": "albumfile", "filesize": len(data), "checksum": task, "filename": "01 Song.wav"}
        one.send("call", "InitiateUpload", begin)
        request = one.notified("ChunkRequest")["arguments"]
        assert request["offset"] == 0 and request["chunksize"] == 409600 and request["task"]["sourcechecksum"] == task
        one.send("call", "UploadChunk", {"taskid": task, "chunkdata": data[:409600].hex()})
        assert one.notified("ChunkRequest")["arguments"]["offset"] == 409600
        one.close()
        two = Client(server.musicdb)
        two.send("call", "UploadChunk", {"taskid": task, "chunkdata": ""})
        offset = two.notified("ChunkRequest")["arguments"]["offset"]
        assert offset == 409600
        while offset < len(data):
            two.send("call", "UploadChunk", {"taskid": task, "chunkdata": data[offset:offset + 409600].hex()})
            told = two.next(lambda p: p["fncname"] == "MusicDB:Task")
            offset = told["arguments"]["offset"]
        states = [told["arguments"]["state"]]
        while states[-1] not in ("readyforintegration", "invalidcontent", "uploadfailed"):
            states.append(two.notified("StateUpdate")["arguments"]["state"])
        assert states == ["uploadcomplete", "preprocessing", "readyforintegration"], states
        assert two.request("InitiateContentIntegration", {"taskid": task, "musicpath": "Uploader/2021 - Uploaded/01 Song.wav"}) == task
        while True:
            told = two.notified("StateUpdate")["arguments"]
            if told["state"] == "readyforimport":
                break
            assert told["state"] in ("startintegration", "integrating"), told
        assert pathlib.Path(server.folder, "Uploader/2021 - Uploaded/01 Song.wav").read_bytes() == data
        server.until_tracks(sum(ALBUMS.values()) + 1)
        assert "Uploader" in [a["name"] for a in two.request("GetArtists")]
        two.send("call", "InitiateUpload", {**begin, "taskid": "v", "contenttype": "video"})
        assert two.notified("InternalError")["arguments"]["state"] == "notexisting"


def test_chromium(binary):
    """A page with the original's dispatch rules and watchdog, from --musicdb-client; no key for a page of another origin."""
    node_packages.installed(HERE.parents[1] / "ui")
    with MusicDb(binary, options=["--musicdb-client", str(HERE / "musicdb_page")]) as server:
        done = subprocess.run(["node", HERE / "musicdb_page.mjs", str(server.musicdb), str(server.process.pid)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and "ok" in done.stdout, done.stdout[-3000:] + done.stderr[-2000:] + server.log()[-500:]
