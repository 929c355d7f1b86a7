# SPDX-License-Identifier: Apache-2.0
"""The role all is one thing: a station that plays here is its radio, on the address of its radio_uuid, in reports, on the monitoring
pages, and for an original streamer (python3-redis) that attaches itself. What listeners get is decoded."""
import pathlib
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import music
import sound
from cluster import Redis
from fleet import Streamer
from fleet_test import monitor, until
from server import Server, free_port

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples" / "webapp"))
import webapp  # noqa: E402

APART = True

KEY = "0123456789abcdef-&?/ä"
SECONDS = 6
TONES = 4


class Listener:
    """Reads a stream in a thread. `began`: by the wall clock, when its first sound was due."""

    def __init__(self, url):
        self.response = urllib.request.urlopen(url, timeout=60)
        self.bytes, self.over, self.began = bytearray(), False, time.time()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        while not self.over and (piece := self.response.read1(65536)):
            self.bytes += piece

    def tones(self, seconds):
        """[(second, tone)] of so much sound."""
        until(lambda: len(self.bytes) >= seconds * 16000, f"{seconds} s of sound")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "capture.mp3")
            path.write_bytes(bytes(self.bytes))
            return [(at / sound.RATE, tone) for at, tone in sound.tones(sound.decoded(path), range(TONES))]

    def close(self):
        self.over = True
        self.response.close()
        self.thread.join(60)


class All:
    """A program in the role all with a scheduler, its station's radio_uuid and its monitoring pages."""

    def __init__(self, binary, options):
        self.monitor_port = free_port()
        tones = [music.Tone(i, SECONDS, "mp3") for i in range(TONES)]
        self.server = Server(binary, music=[music.folder("all-fleet", tones)],
                             options=["--monitor-listen", f"127.0.0.1:{self.monitor_port}", "--ping-every", "1", *options])

    def __enter__(self):
        self.server.__enter__()
        self.radio = self.server.call("station.list")["stations"][0]["radio_uuid"]
        until(lambda: self.page("/status")["role"] == "active" and self.state()["song"], "a radio that plays")
        return self

    def __exit__(self, *what):
        self.server.__exit__(*what)

    def page(self, path):
        return monitor(self.monitor_port, path)

    def state(self):
        return ([one for one in self.page("/radios") if one["radio"] == self.radio] or [{"song": None}])[0]

    def on_air(self):
        """(track, second of it) as the page shows it."""
        now = self.server.call("station.now", station="main")
        return now["current"]["track"]["id"], now["elapsed_ms"] / 1000

    def tone(self, track):
        return int(self.server.call("track.get", id=track)["track"]["title"].split()[1])

    def status_of(self, path):
        try:
            with urllib.request.urlopen(self.server.url(path), timeout=60) as answer:
                return answer.status, answer.headers["Content-Type"]
        except urllib.error.HTTPError as problem:
            return problem.code, ""


def test_a_station_is_its_radio(binary):
    """/RADIO_UUID is the station's own stream; one listener is one, wherever it listens; reports and pages tell what the station plays"""
    app = webapp.Application(KEY)
    door = webapp.Server(app, ("127.0.0.1", 0))
    threading.Thread(target=door.serve_forever, daemon=True).start()
    with tempfile.NamedTemporaryFile("w", suffix=".key") as key:
        key.write(KEY + "\n")
        key.flush()
        with All(binary, ["--webapp", f"http://127.0.0.1:{door.server_port}", "--webapp-key-file", key.name]) as here:
            token = app.make_token(42, hd=True)
            known = Listener(here.server.url(f"/{here.radio}.mp3?auth_token={token}"))
            other = Listener(here.server.url("/listen/main.mp3"))
            until(lambda: len([one for one in list(app.told) if one[0] == "start"]) == 2, "two listeners")
            assert sorted((one[1], str(one[2])) for one in list(app.told) if one[0] == "start") == [(here.radio, "42"), (here.radio, "None")]
            assert [one["radio"] for one in here.page("/listeners")] == [here.radio] * 2 and here.page("/status")["listeners"] == 2
            until(lambda: here.server.call("station.now", station="main")["listeners"] == 2, "the player's count, which another thread keeps")

            master = here.page("/streamers")[0]["streamer"]
            until(lambda: (lambda state: state["streaming"] and not state["broken"] and state["master"] == master)(here.state()), "its stream")
            until(lambda: here.on_air()[0] == here.state()["song"] == [one for one in list(app.told) if one[0] == "song"][-1][2], "one song everywhere")
            until(lambda: known.bytes, "sound")
            assert known.bytes[2] >> 4 == 0xD, "256 kbit/s for who may"  # ISO 11172-3, 2.4.2.3
            known.close()
            heard = next(found for found in (other.tones(seconds) for seconds in range(3, 60, 3)) if found)  # the first song may not be ready
            assert heard[0][1] in {here.tone(one[2]) for one in list(app.told) if one[0] == "song"}
            other.close()
            until(lambda: len([one for one in list(app.told) if one[0] == "stop"]) == 2, "both left")
            assert here.page("/listeners") == []

            assert here.status_of("/nosuchradio") == (404, "") and here.status_of("/nosuchradio.m3u") == (404, "")
            status = here.status_of(f"/{here.radio}.opus")
            assert status[0] == 200 and "ogg" in status[1], status
            for method, path, wanted in (("POST", "/nosuchradio", 404), ("DELETE", "/nosuchradio.m3u", 404), ("POST", f"/{here.radio}", 405)):
                assert here.server.request(method, path)[0] == wanted, (method, path)
            status, _, text = here.server.request("GET", f"/{here.radio}.m3u")
            assert status == 200 and text.decode().splitlines() == ["#EXTM3U", here.server.url(f"/{here.radio}")]

            left = Listener(here.server.url(f"/{here.radio}"))
            until(lambda: len(left.bytes) and here.page("/status")["listeners"] == 1, "another")
            assert here.server.stop() == 0
            told = [one[0] for one in app.told]
            assert told.count("start") == told.count("stop") >= 3, "the end of who listens is told at the end of the program"
            left.close()
    door.shutdown()
    door.server_close()


def test_an_original_streamer_plays_an_interactive_station(binary):
    """attached over Redis it is told the station's song at its second, the next one 5 s ahead at the moment where listeners of the station hear
    the change, and a skip at once; Redis away changes nothing for who listens here"""
    with Redis() as redis, All(binary, ["--redis", redis.address]) as here, Streamer("st-01", redis.port) as one:
        local = Listener(here.server.url(f"/{here.radio}"))
        next(found for found in (local.tones(seconds) for seconds in range(2, 60, 2)) if found)  # the first song may not be ready
        one.say("play_radio", radio_uuid=here.radio)
        one.expect("radio_started")
        one.until(lambda: one.told, "play")
        track, elapsed = here.on_air()
        play = one.expect("play")
        elapsed -= time.time() - play.at  # at the moment it was told
        assert play["filename"] == f"{track:09}.mp3" and play["delay"] == 0 and -1 < elapsed - play["offset"] < 3, (play, track, elapsed)
        assert here.state()["master"] == "st-01"

        apart, heard, begins = [], [], time.time()
        while len(apart) < 4 and (not apart or apart[-1] >= 0.5):  # a message that came late says a later moment
            one.until(lambda: one.told, "the next song")
            following = one.expect("play")
            assert 0 <= following["delay"] <= 5, following
            if following["offset"] >= 0.2:  # it began before it could be told
                apart.append(99)
                continue
            begins = following.at + following["delay"]
            heard = local.tones(begins - local.began + 2)
            tone = here.tone(int(following["filename"][:9]))
            apart.append(min((abs(local.began + second - begins) for second, heard_tone in heard if heard_tone == tone), default=99))
        assert apart[-1] < 0.5, (apart, heard, begins - local.began)
        local.close()

        until(lambda: time.time() > begins, "the change")
        with one.changed:
            one.told.clear()
        here.server.call("playback.skip", station="main")
        one.until(lambda: one.told, "the skip")
        skipped = one.expect("play")
        assert skipped["filename"] != following["filename"] and skipped["delay"] < 5, skipped
        one.say("stop_radio", radio_uuid=here.radio)
        one.until(lambda: {"type": "radio_stopped", "radio_uuid": here.radio} in one.told, "radio_stopped")

        redis.kill()
        stays = Listener(here.server.url(f"/{here.radio}"))
        until(lambda: here.page("/status")["listeners"] == 1, "the listener is counted")
        stays.close()
        until(lambda: here.page("/status")["listeners"] == 0, "and its end")
