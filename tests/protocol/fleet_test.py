# SPDX-License-Identifier: Apache-2.0
"""The role scheduler on a real Redis. The streamers are python3-redis and redis-cli: docs/protocols/scheduler.md, section 15."""
import contextlib
import datetime
import json
import pathlib
import subprocess
import time
import urllib.error
import urllib.request

import music
from cluster import Redis
from fleet import Streamer
from server import Server, free_port

APART = True

SECONDS = 9


def monitor(port, path):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def until(condition, what, wait_s=60):
    end = time.monotonic() + wait_s
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.05)


class Place:
    """Redis, a scheduler on it with one radio that plays, and where its monitoring pages are."""

    def __init__(self, redis, binary, options=()):
        self.redis, self.monitor_port = redis, free_port()
        tones = [music.Tone(i, SECONDS, "mp3") for i in range(3)]
        self.server = Server(binary, music=[music.folder("fleet", tones)],
                             options=["--role", "scheduler", "--redis", redis.address, "--ping-every", "1",
                                      "--monitor-listen", f"127.0.0.1:{self.monitor_port}", *options])

    def __enter__(self):
        self.server.__enter__()
        self.wait()
        return self

    def __exit__(self, *what):
        self.server.__exit__(*what)

    def wait(self):
        until(lambda: self.page("/status")["role"] == "active", "the lease")
        self.radio = until(lambda: [one for one in self.page("/radios") if one["song"] and not one["broken"]], "a radio that plays")[0]["radio"]

    def key(self):
        """A bearer key of the administrator."""
        password = pathlib.Path(self.server.data, "admin-password").read_text().strip()
        return self.server.call("auth.login", user="admin", password=password, key=True)["key"]

    def page(self, path):
        return monitor(self.monitor_port, path)

    def state(self):
        return [one for one in self.page("/radios") if one["radio"] == self.radio][0]

    def elapsed(self):
        began = datetime.datetime.fromisoformat(self.state()["play_time"].replace("Z", "+00:00"))
        return (datetime.datetime.now(datetime.timezone.utc) - began).total_seconds()


@contextlib.contextmanager
def place(binary, options=()):
    with Redis() as redis, Place(redis, binary, options) as made:
        yield made


def test_section_15(binary):
    """section 15: two streamers, a listener, the next song, a death, the hand-over, an unknown radio, a bad login"""
    with place(binary) as here, Streamer("st-01", here.redis.port) as one, Streamer("st-02", here.redis.port) as two:
        one.say("play_radio", radio_uuid=here.radio)
        started, play = one.expect("radio_started", "play")
        assert started == {"type": "radio_started", "radio_uuid": here.radio}
        assert set(play) == {"type", "radio_uuid", "filename", "delay", "offset", "crossfade_duration"}
        assert play["delay"] == 0 and 0 <= play["offset"] <= SECONDS and len(play["filename"]) == 13, play
        one.say("register_listener", radio_uuid=here.radio, session_id="s1", user_id=0)
        until(lambda: here.page("/listeners"), "the listener")
        assert here.page("/listeners")[0]["user"] is None

        following = one.expect("play")
        assert following["offset"] == 0 and 0 <= following["delay"] <= 5, following

        two.say("play_radio", radio_uuid=here.radio)
        assert two.expect("radio_exists") == {"type": "radio_exists", "radio_uuid": here.radio, "master_streamer": "st-01"}

        one.answers_pings = False
        until(lambda: [s["streamer"] for s in here.page("/streamers")] == ["st-02"], "the death of st-01")
        assert here.state()["master"] is None and here.page("/listeners") == []
        song = here.state()["song"]
        two.say("play_radio", radio_uuid=here.radio)
        _, play = two.expect("radio_started", "play")
        assert play["delay"] == 0 and -2 < here.elapsed() - (time.time() - play.at) - play["offset"] < 4 or here.state()["song"] != song, (play, here.state())

        two.say("play_radio", radio_uuid="nope")
        until(lambda: any(m["type"] == "radio_unknown" for m in two.told), "radio_unknown")
        assert {"type": "radio_unknown", "radio_uuid": "nope"} in two.told
        two.say("user_authentication", auth_token="bad", radio_uuid=here.radio)
        answer = {"type": "user_authentication", "auth_token": "bad", "user_id": None, "hd": False}
        two.until(lambda: answer in two.told, "an answer")


def test_messages_lost_doubled_and_late(binary):
    """messages that are doubled, broken, of strangers or too late change nothing that they shouldn't; a login by key is granted"""
    with place(binary) as here, Streamer("st-01", here.redis.port, register=False) as one:
        for _ in range(2):  # never registered: play_radio does that
            one.say("play_radio", radio_uuid=here.radio)
        one.expect("radio_started", "play")
        for text in ("", "{", "[]", '{"type":"play_radio"}', '{"type":"dance","streamer":"st-01"}', "\x00", "x" * 70_000):
            one.client.publish("yascheduler", text)
        for _ in range(2):
            one.say("register_listener", radio_uuid=here.radio, session_id="0x1", user_id=None)
        one.client.publish("yascheduler", json.dumps({"type": "unregister_listener", "session_id": "0x2"}))
        one.say("test", info={"n": [1, None, "ä"]})
        one.until(lambda: {"type": "test", "info": {"n": [1, None, "ä"]}} in one.told, "the echo")
        assert len(here.page("/listeners")) == 1
        assert here.page("/status")["messages_refused"] == 7
        one.say("unregister_listener", session_id="0x1")
        one.say("unregister_listener", session_id="0x1")
        key = here.key()
        one.say("user_authentication", auth_token=key)
        one.say("user_authentication", username="admin", api_key=key)
        one.say("user_authentication", username="ada", api_key=key)
        one.say("user_authentication", username="", api_key="")
        one.until(lambda: sum(m["type"] == "user_authentication" for m in one.told) == 4, "four answers")
        answers = [m for m in one.told if m["type"] == "user_authentication"]
        number = next(m["user_id"] for m in answers if m.get("auth_token") == key)
        assert number > 0
        for expected in ({"auth_token": key, "user_id": number, "hd": True}, {"username": "admin", "api_key": key, "user_id": number, "hd": True},
                         {"username": "ada", "api_key": key, "user_id": None, "hd": False}, {"username": "", "api_key": "", "user_id": None, "hd": False}):
            assert {"type": "user_authentication", **expected} in answers, (expected, answers)
        assert here.page("/listeners") == [] and key not in here.server.log()
        one.say("stop_radio", radio_uuid=here.radio)
        one.until(lambda: {"type": "radio_stopped", "radio_uuid": here.radio} in one.told, "radio_stopped")
        assert here.state()["master"] is None


def test_redis_is_lost(binary):
    """Redis dies over a change of songs and comes back: nobody is declared dead, and the streamer gets what it missed"""
    with place(binary) as here, Streamer("st-01", here.redis.port) as one:
        one.say("play_radio", radio_uuid=here.radio)
        one.expect("radio_started", "play")
        before = here.state()["song"]
        here.redis.kill()
        until(lambda: here.state()["song"] != before, "the next song, unheard")
        assert here.state()["master"] == "st-01"
        one.told.clear()
        here.redis.start()
        play = one.expect("play")
        assert play["delay"] == 0 and -3 < here.elapsed() - (time.time() - play.at) - play["offset"] < 5, play
        assert here.page("/status")["streamers_lost"] == 0


def test_redis_cli(binary):
    """redis-cli is a streamer, too: what it reads are single lines of JSON as in the document"""
    with place(binary, ["--on-second-streamer", "takeover"]) as here, Streamer("st-01", here.redis.port) as one:
        one.say("play_radio", radio_uuid=here.radio)
        one.expect("radio_started", "play")
        reader = subprocess.Popen(["redis-cli", "-p", str(here.redis.port), "subscribe", "yastream.cli"], stdout=subprocess.PIPE, text=True)
        try:
            assert [reader.stdout.readline().strip() for _ in range(3)] == ["subscribe", "yastream.cli", "1"]
            here.redis.cli("publish", "yascheduler", json.dumps({"type": "play_radio", "streamer": "cli", "radio_uuid": here.radio}))
            said = []
            while len(said) < 2:
                kind, channel, text = (reader.stdout.readline().strip() for _ in range(3))
                assert (kind, channel) == ("message", "yastream.cli"), (kind, channel, text)
                said += [text] if text != '{"type":"ping"}' else []
            assert said[0] == '{"type":"radio_started","radio_uuid":"%s"}' % here.radio
            assert said[1].startswith('{"type":"play","radio_uuid":"%s","filename":"' % here.radio), said
        finally:
            reader.kill()
            reader.wait(60)
        one.until(lambda: {"type": "radio_stopped", "radio_uuid": here.radio} in one.told, "takeover")


def test_pages(binary):
    """the monitoring pages are there as HTML, on an address of their own; the platform page reads the same"""
    with place(binary) as here:
        for page in ("status", "radios", "streaming_radios", "broken_radios", "streamers", "listeners", "time_events"):
            assert "page" in here.server.call("platform.fleet", page=page), page
        assert here.server.call("platform.fleet", page="time_events", radio=here.radio)["page"]
        for path in ("/status", "/radios", "/streaming_radios", "/broken_radios", "/streamers", "/listeners", "/time_events", f"/time_events?radio={here.radio}"):
            with urllib.request.urlopen(f"http://127.0.0.1:{here.monitor_port}{path}", timeout=60) as answer:
                assert answer.headers["Content-Type"].startswith("text/html")
                assert "<!doctype html>" in answer.read().decode()
        assert {one["type"] for one in here.page(f"/time_events?radio={here.radio}")} & {"track prepare", "track start"}
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{here.monitor_port}/else", timeout=60)
            raise AssertionError("no 404")
        except urllib.error.HTTPError as problem:
            assert problem.code == 404


def test_figures(binary):
    """/metrics has the scheduler's figures, each of them in docs/fleet.md; /status says how late events are"""
    document = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "fleet.md").read_text()

    def figures():
        text = here.server.request("GET", "/metrics")[2].decode()
        found = {line.split()[0]: float(line.split()[1]) for line in text.splitlines() if line.startswith("longwave_fleet_")}
        return found if found["longwave_fleet_streamers"] == 1 and found["longwave_fleet_events_total"] >= 2 else None

    with place(binary) as here, Streamer("st-01", here.redis.port):
        found = until(figures, "a streamer and events in the figures")
        assert found["longwave_fleet_active"] == found["longwave_fleet_bus_up"] == 1 and found["longwave_fleet_term"] >= 1, found
        assert found["longwave_fleet_radios"] >= 1 and found["longwave_fleet_messages_total"] >= 1, found
        late = here.page("/status")["lateness_ms"]
        assert 0 <= late["p50"] <= late["p99"] <= late["p99.99"] <= late["max"], late
        for name in found:
            assert name in document or f"`{name.removeprefix('longwave_fleet')}`" in document, f"docs/fleet.md lacks {name}"
