# SPDX-License-Identifier: Apache-2.0
"""A scheduler and the web application of examples/webapp, with streamers on a real Redis: docs/webapp.md."""
import contextlib
import json
import pathlib
import socket
import sys
import tempfile
import threading
import time

from cluster import Redis
from fleet import Streamer
from fleet_test import Place, until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples" / "webapp"))
import webapp  # noqa: E402

APART = True

KEY = "0123456789abcdef-&?/ä"
OURS = 1_000_000_000  # users who log in at Longwave have numbers from there on


class Server(webapp.Server):
    """One that can be gone at once, with every connection that was kept."""

    def __init__(self, *place):
        super().__init__(*place)
        self.connections = []

    def get_request(self):
        connection, address = super().get_request()
        self.connections.append(connection)
        return connection, address

    def server_close(self):
        super().server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class App:
    """The sample application; it can go away, and say no to some songs."""

    def __init__(self):
        self.application, self.port, self.server = webapp.Application(KEY), 0, None

    def start(self):
        self.server = Server(self.application, ("127.0.0.1", self.port))
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def told(self, *kinds):
        return [one for one in list(self.application.told) if one[0] in kinds]


@contextlib.contextmanager
def place(binary, options=()):
    app = App().start()
    with tempfile.NamedTemporaryFile("w", suffix=".key") as key, Redis() as redis:
        key.write(KEY + "\n")
        key.flush()
        with Place(redis, binary, ["--webapp", f"http://127.0.0.1:{app.port}", "--webapp-key-file", key.name, *options]) as here:
            here.app = app
            yield here
    with contextlib.suppress(OSError):
        app.stop()


def test_reports(binary):
    """8.1 to 8.5: who listens and how long, what plays, whose a token is; tokens and keys are in no log"""
    with place(binary) as here, Streamer("st-01", here.redis.port) as one:
        app = here.app.application
        song = until(lambda: here.app.told("song"), "the first song")[0]
        assert song[1] == here.radio and song[2] > 0 and abs(song[3].timestamp() + song[3].astimezone().utcoffset().total_seconds() - time.time()) < 120, song
        one.say("play_radio", radio_uuid=here.radio)
        one.expect("radio_started", "play")

        token, key = app.make_token(42, hd=True), here.key()
        for _ in range(2):  # it works once
            one.say("user_authentication", auth_token=token, radio_uuid=here.radio)
        one.until(lambda: sum(m["type"] == "user_authentication" for m in one.told) == 2, "two answers")
        one.say("user_authentication", username="admin", api_key=key)
        one.until(lambda: sum(m["type"] == "user_authentication" for m in one.told) == 3, "another answer")
        answers = [m for m in one.told if m["type"] == "user_authentication"]
        # both were asked side by side: whichever was first
        assert sorted(answers[:2], key=lambda one: one["hd"]) == [
            {"type": "user_authentication", "auth_token": token, "user_id": user, "hd": user is not None} for user in (None, 42)], answers
        admin = answers[2]["user_id"]
        assert admin > OURS and answers[2]["hd"]

        for session, user in (("s1", 42), ("s2", admin), ("s3", None)):
            one.say("register_listener", radio_uuid=here.radio, session_id=session, user_id=user)
        until(lambda: len(here.app.told("start")) == 3, "three listeners")
        assert here.app.told("start") == [("start", here.radio, "42"), ("start", here.radio, "admin"), ("start", here.radio, None)]
        began = time.monotonic()
        until(lambda: time.monotonic() - began > 1.2, "a second")
        one.say("unregister_listener", session_id="s2")
        stop = until(lambda: here.app.told("stop"), "the end of s2")[0]
        assert stop[:3] == ("stop", here.radio, "admin") and 1 <= stop[3] <= 60, stop
        one.say("unregister_streamer")
        stopped = until(lambda: here.app.told("stopped"), "the end of the radio")[0]
        assert stopped[1] == here.radio and stopped[2] >= 2, "the sum of two listeners"
        log = here.server.log()
        for secret in (KEY, "0123456789abcdef", token, key):
            assert secret not in log
        until(lambda: here.page("/status")["reports_waiting"] == 0, "all is told")


def test_it_is_away(binary):
    """while the web application is away or hangs, pings are answered and logins too; afterwards all is told, in order"""
    with place(binary) as here, Streamer("st-01", here.redis.port) as one:
        until(lambda: here.app.told("song"), "the first song")
        one.say("play_radio", radio_uuid=here.radio)
        one.expect("radio_started", "play")
        here.app.stop()
        with socket.create_server(("127.0.0.1", here.app.port)) as hanging:  # takes connections and never says a word
            hanging.listen(64)
            asked = time.monotonic()
            one.say("user_authentication", auth_token="whose", radio_uuid=here.radio)
            for i in range(10):
                one.say("register_listener", radio_uuid=here.radio, session_id=f"s{i}", user_id=100 + i)
            pings = one.pings
            one.until(lambda: {"type": "user_authentication", "auth_token": "whose", "user_id": None, "hd": False} in one.told, "nobody")
            assert time.monotonic() - asked < 20  # 4 s and what a slow machine adds; the connection hangs for ever
            one.until(lambda: one.pings > pings, "a ping")
            assert here.page("/status")["streamers_lost"] == 0
        for i in range(10):
            one.say("unregister_listener", session_id=f"s{i}")
        until(lambda: here.page("/listeners") == [], "no listener")
        here.app.start()
        until(lambda: len(here.app.told("stop")) == 10, "all reports")
        told = here.app.told("start", "stop")
        assert [one[2] for one in told if one[0] == "stop"] == [str(100 + i) for i in range(10)]
        firsts = [one[2] for one in told if one[0] == "start"]  # what was under way may have come twice
        assert sorted(set(firsts), key=firsts.index) == [str(100 + i) for i in range(10)], firsts
        assert max(i for i, one in enumerate(told) if one[0] == "start") < min(i for i, one in enumerate(told) if one[0] == "stop")


def test_events(binary):
    """section 9: an event is fetched when a message on yaapp says so, and else with the next poll; then it is gone there"""
    with place(binary) as here, Streamer("st-01", here.redis.port) as one:
        app = here.app.application
        one.say("play_radio", radio_uuid=here.radio)
        one.expect("radio_started", "play")
        app.add_event("radio_deleted", here.radio)
        one.client.publish("yaapp", json.dumps({"event_type": "radio_updated"}))
        asked = time.monotonic()
        one.until(lambda: {"type": "radio_stopped", "radio_uuid": here.radio} in one.told, "radio_stopped")
        woken = time.monotonic() - asked
        until(lambda: not here.page("/radios"), "no radio")
        app.add_event("radio_added", here.radio)
        until(lambda: here.page("/radios"), "the radio, without a word on yaapp")
        one.client.publish("yaapp", json.dumps({"event_type": "radio_updated"}))  # the next question says what was kept
        until(lambda: not app.events, "events that are taken")
        assert woken < 9, "the message was not heard"
