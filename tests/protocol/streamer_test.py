# SPDX-License-Identifier: Apache-2.0
"""The role streamer on a real Redis. The scheduler is python3-redis, knowing only docs/protocols/scheduler.md; what listeners get is decoded."""
import contextlib
import json
import pathlib
import shutil
import tempfile
import threading
import time
import urllib.error
import urllib.request

import redis

import music
import sound
from cluster import Redis
from server import Server

SECONDS = 8
RADIO = "1q2w3e4r5t"


class Scheduler:
    """One that says what the test wants: reads yascheduler, keeps what it read."""

    def __init__(self, port):
        self.client = redis.Redis(port=port, socket_connect_timeout=5)
        self.heard, self.changed, self.over, self.ready = [], threading.Condition(), False, threading.Event()
        self.begin = None

    def __enter__(self):
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        assert self.ready.wait(20)
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join(20)

    def read(self):
        while not self.over:
            try:
                with self.client.pubsub() as subscription:
                    subscription.subscribe("yascheduler")
                    while not self.over:
                        message = subscription.get_message(timeout=0.2)
                        if message and message["type"] == "subscribe":
                            self.ready.set()
                        if message and message["type"] == "message":
                            with self.changed:
                                self.heard.append(json.loads(message["data"]))
                                self.changed.notify_all()
            except redis.ConnectionError:
                time.sleep(0.05)

    def say(self, streamer, kind, **fields):
        self.client.publish(f"yastream.{streamer}", json.dumps({"type": kind, **fields}))

    def expect(self, kind, wait_s=30, **fields):
        """The next message of this kind; those before it are dropped."""
        def found():
            return [m for m in self.heard if m["type"] == kind and all(m.get(k) == v for k, v in fields.items())]
        with self.changed:
            assert self.changed.wait_for(found, wait_s), f"no {kind} {fields}; heard {self.heard}"
            message = found()[0]
            del self.heard[:self.heard.index(message) + 1]
            return message

    # The programme: tone i of the folder from self.begin + i * SECONDS on.
    def stamp(self):
        return {"term": 1, "sent_at": time.time()}

    def start(self, streamer, ahead=8):
        """Grants the radio, as a scheduler of ours would, and prepares what comes."""
        self.begin = self.begin or time.time()
        self.say(streamer, "radio_started", radio_uuid=RADIO, **self.stamp())
        number = int((time.time() - self.begin) // SECONDS)
        self.say(streamer, "play", radio_uuid=RADIO, filename=name(number), delay=0, offset=time.time() - self.begin - number * SECONDS,
                 crossfade_duration=0, item=number + 1, **self.stamp())
        for i in range(number + 1, number + 1 + ahead):
            self.say(streamer, "prepare", radio_uuid=RADIO, item=i + 1, file=name(i), start_at=self.begin + i * SECONDS, offset=0,
                     duration=SECONDS, gain=0, **self.stamp())


def name(number):
    return f"{number % 4 + 1:09}.mp3"


def shelf():
    """A folder of a platform: 000/000/001.mp3 is tone 0, and so on."""
    tones = [music.Tone(i, SECONDS, "mp3") for i in range(4)]
    source = pathlib.Path(music.folder("streamer", tones))
    target = pathlib.Path(tempfile.mkdtemp(prefix="longwave-shelf-"))
    (target / "000" / "000").mkdir(parents=True)
    for i, file in enumerate(sorted(source.rglob("*.mp3"))):
        shutil.copy(file, target / "000" / "000" / f"{i + 1:03}.mp3")
    return target


class Listener:
    """Reads a radio in a thread, until it is told to end or the stream does."""

    def __init__(self, url):
        self.url, self.bytes, self.arrived, self.over, self.ended = url, bytearray(), [], False, False
        self.response = urllib.request.urlopen(url, timeout=20)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        try:
            while not self.over:
                piece = self.response.read1(65536)
                if not piece:
                    break
                self.bytes += piece
                self.arrived.append((time.monotonic(), len(self.bytes)))
        except OSError:
            pass
        self.ended = True

    def until(self, seconds, wait_s=60):
        """So much sound has come."""
        end = time.monotonic() + wait_s
        while len(self.bytes) < seconds * 16000:
            assert time.monotonic() < end and not self.ended, f"{len(self.bytes)} bytes of {seconds} s came, ended: {self.ended}"
            time.sleep(0.05)

    def close(self):
        self.over = True
        self.thread.join(20)
        self.response.close()

    def samples(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "capture.mp3")
            path.write_bytes(bytes(self.bytes))
            return sound.decoded(path)


@contextlib.contextmanager
def place(binary, names=("st-01",)):
    folder = shelf()
    try:
        with Redis() as store, Scheduler(store.port) as scheduler, contextlib.ExitStack() as stack:
            servers = []
            for one in names:
                server = Server(binary, options=["--role", "streamer", "--streamer-id", one, "--redis", store.address, "--files", str(folder),
                                                 "--fleet-secret", "a secret of the fleet"])
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
    thread.join(20)
    assert opened, "no answer"
    return opened[0]


def test_a_radio_from_its_first_listener_to_its_last(binary):
    """play_radio with the first listener, decoded sound without a gap over a change of tracks, register and unregister, stop_radio 5 s after the last"""
    with place(binary) as (_, scheduler, server):
        scheduler.say("st-01", "ping")
        assert scheduler.expect("pong")["features"] == ["prepare"]
        one = listen(server, scheduler)
        session = scheduler.expect("register_listener", radio_uuid=RADIO, user_id=None)["session_id"]
        two = Listener(url(server, f"/{RADIO}.mp3"))
        scheduler.expect("register_listener", radio_uuid=RADIO)
        one.until(2 * SECONDS)
        one.close()
        assert scheduler.expect("unregister_listener", session_id=session)["streamer"] == "st-01"
        two.close()
        scheduler.expect("unregister_listener")
        scheduler.expect("stop_radio", radio_uuid=RADIO)
        scheduler.say("st-01", "radio_stopped", radio_uuid=RADIO)
        samples = one.samples()
        heard = [tone for _, tone in sound.tones(samples, range(4))]
        assert heard[:2] == [0, 1], heard
        inner = samples[sound.RATE // 2:]
        assert not [gap for gap in sound.gaps(inner) if gap[1] > 100], sound.gaps(inner)


def test_redis_is_away(binary):
    """Redis is killed over two changes of tracks: nobody hears it, and the streamer says what was missed when it is back"""
    with place(binary) as (store, scheduler, server):
        one = listen(server, scheduler)
        session = scheduler.expect("register_listener")["session_id"]
        two = Listener(url(server))
        other = scheduler.expect("register_listener")["session_id"]
        store.kill()
        two.close()
        one.until(int(2.6 * SECONDS), wait_s=90)
        store.start()
        scheduler.expect("pong", streamer="st-01")
        scheduler.expect("unregister_listener", session_id=other)
        assert session != other
        one.close()
        samples = one.samples()
        assert [tone for _, tone in sound.tones(samples, range(4))][:3] == [0, 1, 2]
        assert not [gap for gap in sound.gaps(samples[sound.RATE // 2:]) if gap[1] > 100], sound.gaps(samples)


def test_passes_on_and_takes_over(binary):
    """the second streamer has the radio from the first over one connection; the first is killed, and listeners of the second hear on, at the right second"""
    with place(binary, ("st-01", "st-02")) as (_, scheduler, first, second):
        listen(first, scheduler)
        scheduler.expect("register_listener", streamer="st-01")
        opened = []
        threads = [threading.Thread(target=lambda: opened.append(Listener(url(second)))) for _ in range(2)]
        for thread in threads:
            thread.start()
        scheduler.expect("play_radio", streamer="st-02")
        scheduler.say("st-02", "radio_exists", radio_uuid=RADIO, master_streamer="st-01", address=f"http://{first.address}")
        for thread in threads:
            thread.join(20)
        one = opened[0]
        one.until(5)
        with scheduler.changed:
            assert not [m for m in scheduler.heard if m["type"] == "register_listener" and m["streamer"] == "st-01"], "the other streamer is no listener"
        first.kill()
        scheduler.expect("play_radio", streamer="st-02")
        scheduler.start("st-02")
        one.until(2 * SECONDS)
        end = time.time()
        heard = sound.tones(one.samples(), range(4))
        for listener in opened:
            listener.close()
        samples = one.samples()
        assert not [gap for gap in sound.gaps(samples[sound.RATE // 2:]) if gap[1] > 100], sound.gaps(samples)
        assert heard[-1][1] in {int((end + ahead - scheduler.begin) // SECONDS) % 4 for ahead in (0, 4)}, heard


def test_who_may_hear_what(binary):
    """unknown radios, credentials both ways, the mount for hd, the M3U of all streamers, names that are none"""
    with place(binary) as (_, scheduler, server):
        def status(path, answer):
            found = []

            def ask():
                try:
                    with urllib.request.urlopen(url(server, path), timeout=20) as response:
                        found.append((response.status, response.headers["Content-Type"]))
                except urllib.error.HTTPError as problem:
                    found.append((problem.code, ""))
            thread = threading.Thread(target=ask)
            thread.start()
            answer()
            thread.join(20)
            return found[0]

        def unknown():
            scheduler.expect("play_radio", radio_uuid="nope")
            scheduler.say("st-01", "radio_unknown", radio_uuid="nope")
        assert status("/nope", unknown)[0] == 404
        assert status("/favicon.ico", lambda: None)[0] == 404

        held = listen(server, scheduler)

        def user(hd):
            asked = scheduler.expect("user_authentication", auth_token="9f0c")
            assert asked["radio_uuid"] == RADIO
            scheduler.say("st-01", "user_authentication", auth_token="9f0c", user_id=42 if hd else None, hd=hd)
        assert status(f"/{RADIO}.opus?auth_token=9f0c", lambda: user(False))[0] == 403
        assert status(f"/{RADIO}.opus?auth_token=9f0c", lambda: user(True)) == (200, "audio/ogg")
        scheduler.say("st-01", "streamers", streamers=[{"streamer": "st-02", "address": "http://b:1"}, {"streamer": "st-01", "address": f"http://{server.address}"}])
        scheduler.say("st-01", "ping")
        scheduler.expect("pong")
        with urllib.request.urlopen(url(server, f"/{RADIO}.m3u"), timeout=20) as answer:
            assert answer.read().decode() == f"#EXTM3U\n{url(server)}\nhttp://b:1/{RADIO}\n"
        held.close()
