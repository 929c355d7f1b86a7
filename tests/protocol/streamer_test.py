# SPDX-License-Identifier: Apache-2.0
"""The role streamer on a real Redis. The scheduler is python3-redis, knowing only docs/protocols/scheduler.md; what listeners get is decoded."""
import contextlib
import http.server
import shutil
import threading
import time
import urllib.error
import urllib.request

import fleet_sound
from cluster import Redis
from fleet_sound import RADIO, SECONDS, Listener, Scheduler, check, late, shelf
from server import Server

APART = True

SECRET = "a secret of the fleet"


@contextlib.contextmanager
def place(binary, names=("st-01",), secret=SECRET, options=(), without=()):
    """A Redis, a scheduler of the test's own, streamers; the folder that they share lacks the songs `without`."""
    folder = shelf()
    for number in without:
        (folder / "000" / "000" / f"{number + 1:03}.mp3").unlink()
    try:
        with Redis() as store, Scheduler(store.port) as scheduler, contextlib.ExitStack() as stack:
            servers = []
            for one in names:
                server = Server(binary, options=["--role", "streamer", "--streamer-id", one, "--redis", store.address, "--files", str(folder),
                                                 "--fleet-secret", secret, *options])
                stack.enter_context(server)
                scheduler.expect("register_streamer", streamer=one)
                servers.append(server)
            yield store, scheduler, *servers
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def url(server, path=f"/{RADIO}"):
    return f"http://{server.address}{path}"


def listen(server, scheduler, streamer="st-01", **grant):
    """The first listener of a radio that is then granted."""
    opened = []
    thread = threading.Thread(target=lambda: opened.append(Listener(url(server))))
    thread.start()
    scheduler.expect("play_radio", streamer=streamer, radio_uuid=RADIO)
    scheduler.start(streamer, **grant)
    thread.join(60)
    assert opened, f"no answer\n{server.log()[-2000:]}"
    return opened[0]


def planned(scheduler):
    """The programme of fleet_sound.Scheduler, for check()."""
    def at(wall):
        number, second = divmod(wall - scheduler.begin, fleet_sound.SECONDS)
        return int(number) % 4, second
    return at


def test_a_radio_from_its_first_listener_to_its_last(binary):
    """play_radio with the first listener, the right second of every song, register and unregister, stop_radio 5 s after the last"""
    with place(binary) as (_, scheduler, server):
        scheduler.say("st-01", "ping")
        assert scheduler.expect("pong")["features"] == ["prepare"]
        one = listen(server, scheduler)
        session = scheduler.expect("register_listener", radio_uuid=RADIO, user_id=None)["session_id"]
        two = Listener(url(server, f"/{RADIO}.mp3"))
        scheduler.expect("register_listener", radio_uuid=RADIO)
        one.until(1.8 * SECONDS)
        one.close()
        assert scheduler.expect("unregister_listener", session_id=session)["streamer"] == "st-01"
        two.close()
        scheduler.expect("unregister_listener")
        scheduler.expect("stop_radio", radio_uuid=RADIO)
        scheduler.say("st-01", "radio_stopped", radio_uuid=RADIO)
        check(one, planned(scheduler), late_songs=late(server))


def test_an_original_scheduler(binary):
    """no features, no times, a song 5 s before it begins: the second song follows the first without a gap"""
    with place(binary) as (_, scheduler, server):
        one = listen(server, scheduler, original=True)
        scheduler.say("st-01", "play", radio_uuid=RADIO, filename="000000002.mp3", delay=scheduler.begin + SECONDS - time.time(),
                      offset=0, crossfade_duration=0)
        one.until(1.5 * SECONDS)
        one.close()
        check(one, planned(scheduler), until=scheduler.begin + 2 * SECONDS, late_songs=late(server))


class Slow(http.server.ThreadingHTTPServer):
    """A node that has the files, and gives them when it may."""
    daemon_threads = True

    def __init__(self):
        self.folder, self.may = shelf(), threading.Event()
        super().__init__(("127.0.0.1", 0), Slow.Answer)
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.may.wait(60)
            file = self.path.partition("?")[0].rpartition("/")[2]
            data = (self.server.folder / file[:3] / file[3:6] / file[6:]).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    def close(self):
        self.may.set()
        self.shutdown()
        self.server_close()
        self.thread.join(60)
        shutil.rmtree(self.folder, ignore_errors=True)


def test_a_song_that_comes_late(binary):
    """a song comes from the node that has it 1.2 s after it should have begun: it is entered at the second that it would be at by then, and the next one keeps its time"""
    with contextlib.closing(Slow()) as node, place(binary, options=("--files-from", f"http://127.0.0.1:{node.server_port}"), without=(1,)) as (_, scheduler, server):
        one = listen(server, scheduler)
        one.until(1)
        threading.Timer(scheduler.begin + SECONDS + 1.2 - time.time(), node.may.set).start()
        one.until(2.6 * SECONDS)
        one.close()
        songs, _ = check(one, planned(scheduler), late_songs=max(1, late(server)))
        assert songs >= 1, "it wasn't late"


def status(server, path, answer):
    """(status, content type, first bytes) of a request that the scheduler's `answer` decides."""
    found = []

    def ask():
        try:
            with urllib.request.urlopen(url(server, path), timeout=60) as response:
                found.append((response.status, response.headers["Content-Type"], response.read(4)))
        except urllib.error.HTTPError as problem:
            found.append((problem.code, "", b""))
    thread = threading.Thread(target=ask)
    thread.start()
    answer()
    thread.join(60)
    return found[0]


def kilobits(header):
    """Of an MP3 frame."""
    assert header[0] == 0xFF and header[1] == 0xFB, header
    return [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320][header[2] >> 4]


def test_who_may_hear_what(binary):
    """unknown radios, credentials both ways, 256 kbit/s for hd and 128 for others, Opus, the M3U of all streamers, names that are none"""
    with place(binary) as (_, scheduler, server):
        def unknown():
            scheduler.expect("play_radio", radio_uuid="nope")
            scheduler.say("st-01", "radio_unknown", radio_uuid="nope")
        assert status(server, "/nope", unknown)[0] == 404
        assert status(server, "/favicon.ico", lambda: None)[0] == 404

        held = listen(server, scheduler)

        def user(number, hd):
            def answer():
                asked = scheduler.expect("user_authentication", auth_token="9f0c")
                assert asked["radio_uuid"] == RADIO
                scheduler.say("st-01", "user_authentication", auth_token="9f0c", user_id=number, hd=hd)
                assert scheduler.expect("register_listener", user_id=number)["streamer"] == "st-01"
            return answer
        code, kind, first = status(server, f"/{RADIO}?auth_token=9f0c", user(None, False))
        assert (code, kind, kilobits(first)) == (200, "audio/mpeg", 128)
        code, kind, first = status(server, f"/{RADIO}.mp3?auth_token=9f0c", user(42, True))
        assert (code, kind, kilobits(first)) == (200, "audio/mpeg", 256)
        code, kind, first = status(server, f"/{RADIO}.opus", lambda: None)
        assert (code, kind, first) == (200, "audio/ogg; codecs=opus", b"OggS")
        scheduler.say("st-01", "streamers", streamers=[{"streamer": "st-02", "address": "http://b:1"}, {"streamer": "st-01", "address": f"http://{server.address}"}])
        scheduler.say("st-01", "ping")
        scheduler.expect("pong")
        with urllib.request.urlopen(url(server, f"/{RADIO}.m3u"), timeout=60) as answer:
            assert answer.headers["Content-Type"] == "audio/x-mpegurl"
            assert answer.read().decode() == f"#EXTM3U\n{url(server)}\nhttp://b:1/{RADIO}\n"
        held.close()
