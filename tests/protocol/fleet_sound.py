# SPDX-License-Identifier: Apache-2.0
"""Listeners of a platform's radios, and what they heard: which second of which song, and when."""
import itertools
import json
import pathlib
import shutil
import tempfile
import threading
import time
import urllib.request

import redis

import music
import sound

SECONDS = 5  # of a song
SONGS = 4
RADIO = "1q2w3e4r5t"


def name(number):
    return f"{number % SONGS + 1:09}.mp3"


def songs():
    """A moment of one tells which it is, and the second."""
    return [music.Sweep(i, SECONDS) for i in range(SONGS)]


def shelf():
    """A folder of a platform: 000/000/001.mp3 is song 0, and so on."""
    source = pathlib.Path(music.folder(f"fleet-sweeps-{SECONDS}", songs()))
    target = pathlib.Path(tempfile.mkdtemp(prefix="longwave-shelf-"))
    (target / "000" / "000").mkdir(parents=True)
    for i, file in enumerate(sorted(source.glob("*.mp3"))):
        shutil.copy(file, target / "000" / "000" / f"{i + 1:03}.mp3")
    return target


class Scheduler:
    """One that says what the test wants: reads yascheduler, keeps what it read."""

    def __init__(self, port):
        self.client = redis.Redis(port=port, socket_connect_timeout=5)
        self.heard, self.changed, self.over, self.ready = [], threading.Condition(), False, threading.Event()
        self.begin = None

    def __enter__(self):
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        assert self.ready.wait(60)
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join(60)

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
            except (redis.ConnectionError, redis.TimeoutError):
                time.sleep(0.05)

    def say(self, streamer, kind, **fields):
        self.client.publish(f"yastream.{streamer}", json.dumps({"type": kind, **fields}))

    def expect(self, kind, wait_s=60, **fields):
        """The next message of this kind; those before it are dropped."""
        def found():
            return [m for m in self.heard if m["type"] == kind and all(m.get(k) == v for k, v in fields.items())]
        with self.changed:
            assert self.changed.wait_for(found, wait_s), f"no {kind} {fields}; heard {self.heard}"
            message = found()[0]
            del self.heard[:self.heard.index(message) + 1]
            return message

    # The programme: song i from self.begin + i * SECONDS on, for ever.
    def stamp(self):
        return {"term": 1, "sent_at": time.time()}

    def start(self, streamer, ahead=8, original=False):
        """Grants the radio, and prepares what comes; or as an original would: one song."""
        self.begin = self.begin or time.time()
        stamp = {} if original else self.stamp()
        self.say(streamer, "radio_started", radio_uuid=RADIO, **stamp)
        number = self.on()
        self.say(streamer, "play", radio_uuid=RADIO, filename=name(number), delay=0, offset=time.time() - self.begin - number * SECONDS,
                 crossfade_duration=0, **({} if original else {"item": number + 1, **stamp}))
        if not original:
            self.prepare(streamer, number + 1, ahead)
        return number

    def prepare(self, streamer, first, count, **more):
        for i in range(first, first + count):
            self.say(streamer, "prepare", radio_uuid=RADIO, item=i + 1, file=name(i), start_at=self.begin + i * SECONDS, offset=0,
                     duration=SECONDS, gain=0, **more, **self.stamp())

    def on(self):
        """The number of the song that is on."""
        return int((time.time() - self.begin) // SECONDS)


class Listener:
    """Reads a radio in a thread, until it is told to end or the stream does."""

    def __init__(self, url):
        self.url, self.bytes, self.over, self.ended, self.began = url, bytearray(), False, False, None
        self.response = urllib.request.urlopen(url, timeout=60)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        try:
            while not self.over:
                piece = self.response.read1(65536)
                if not piece:
                    break
                self.began = self.began or time.time()  # the first byte is of this moment
                self.bytes += piece
        except OSError:
            pass
        self.ended = True

    def until(self, seconds, wait_s=60, rate=16000):
        """So much sound has come."""
        end = time.monotonic() + wait_s
        while len(self.bytes) < seconds * rate:
            assert time.monotonic() < end and not self.ended, f"{len(self.bytes)} bytes of {seconds} s came, ended: {self.ended}"
            time.sleep(0.05)

    def close(self):
        self.over = True
        self.thread.join(60)
        self.response.close()

    def samples(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "capture.mp3")
            path.write_bytes(bytes(self.bytes))
            return sound.decoded(path)


def late(*servers):
    """How many songs weren't ready in time, as these streamers say of themselves."""
    found = [line.split()[1] for server in servers for line in server.request("GET", "/metrics")[2].decode().splitlines()
             if line.startswith("longwave_items_late_total ")]
    assert len(found) == len(servers)
    return sum(map(int, map(float, found)))


def beside(now, song, second, song_at, off):
    """(how late this is, in seconds, against the programme around this moment; 99 if the song isn't planned there; the song that is)"""
    plans = [(song_at(look), look) for look in (now - off, now, now + off)]
    apart = [(now - second) - (look - planned) for (which, planned), look in plans if which == song]
    return min(apart, key=abs, default=99), plans[1][0][0]


def check(listener, song_at, within=8.0, until=None, off=0.35, longest_gap_ms=100, late_songs=0):
    """What was heard is what song_at(wall clock) says, (song, second with fraction): at the latest `within` seconds after the first byte, and
    then to the end, or the moment `until`. On a slow machine another sound may stand in before that; and of `late_songs` songs, which
    the streamers say weren't ready in time, the beginning may be missing. Answers of how many it was, and how long it all was."""
    samples = listener.samples()
    if until:
        samples = samples[:max(0, int((until - listener.began) * sound.RATE))]
    moments = [(at, song, second, *beside(listener.began + at, song, second, song_at, off)) for at, song, second in sound.sweeps(samples, SONGS)]
    first = next((i for i, moment in enumerate(moments) if abs(moment[3]) <= off), len(moments))
    assert first < len(moments) and moments[first][0] <= within, f"not within {within} s: {moments[::5]}"
    moments = moments[first:]
    wrong = [moment for moment in moments if abs(moment[3]) > off]
    assert not wrong, f"wrong: {wrong[::3]}"
    heard = [next(of) for _, of in itertools.groupby(moments, lambda moment: moment[1])]
    entered = [moment for moment in heard[1:] if moment[2] > 0.6]
    assert len(entered) <= late_songs, f"late: {entered}, and the streamer says {late_songs}"
    length = len(samples) / sound.RATE - moments[0][0]
    assert length > 2 and (late_songs or len(moments) > 9.3 * (length - 0.2)), f"only {len(moments)} moments of {length} s are a song"
    gaps = [gap for gap in sound.gaps(samples[int(moments[0][0] * sound.RATE):]) if gap[1] > longest_gap_ms]
    assert not gaps, gaps
    return len(entered), length
