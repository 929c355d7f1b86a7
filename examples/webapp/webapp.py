#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small web application beside a Longwave scheduler, of Python's standard library: docs/webapp.md.

    openssl rand -hex 16 > key
    python3 examples/webapp/webapp.py --key-file key --port 8080
    longwave serve --role scheduler … --webapp http://127.0.0.1:8080 --webapp-key-file key

http://127.0.0.1:8080/ shows what it has been told. It keeps everything in memory and knows every radio that it hears of: a real one has a
database, and answers 404 for radios that it doesn't know.
"""
import argparse
import collections
import datetime
import hmac
import html
import http.server
import json
import pathlib
import re
import secrets
import threading
import time
import urllib.parse

TOKEN_LIVES_S = 60
EVENT_TYPES = {"radio_added", "radio_deleted", "playlist_added", "playlist_updated", "playlist_deleted", "jingle_added", "jingle_updated", "jingle_deleted"}


class Radio:
    def __init__(self):
        self.listening, self.seconds, self.song, self.since = 0, 0, None, None


class Application:
    """What it knows, without HTTP. Calls come from many threads."""

    def __init__(self, key, radios=None):
        self.key, self.lock = key, threading.RLock()
        self.only = set(radios) if radios else None  # None: every radio is one
        self.radios = collections.defaultdict(Radio)
        self.told = collections.deque(maxlen=100_000)  # (what, radio, …) in the order in which it came
        self.tokens, self.hd = {}, {}                  # token: (user, until); user: hears the better quality
        self.events, self.last_event = [], 0

    def known(self, radio):
        return self.only is None or radio in self.only

    def start_listening(self, radio, user):
        with self.lock:
            self.radios[radio].listening += 1
            self.told.append(("start", radio, user))

    def stop_listening(self, radio, user, seconds):
        with self.lock:
            self.radios[radio].listening = max(0, self.radios[radio].listening - 1)
            self.radios[radio].seconds += seconds
            self.told.append(("stop", radio, user, seconds))

    def stopped(self, radio, seconds):
        with self.lock:
            self.radios[radio].listening = 0
            self.radios[radio].seconds += seconds
            self.told.append(("stopped", radio, seconds))

    def songs_started(self, data):
        """All of them or none: the error says which one is wrong."""
        rows = []
        for radio, song, at in data:
            rows.append((radio, int(song), datetime.datetime.fromisoformat(at)))
            if not self.known(radio):
                raise ValueError(f"there is no radio {radio}")
        with self.lock:
            for radio, song, at in rows:
                self.radios[radio].song, self.radios[radio].since = song, at
                self.told.append(("song", radio, song, at))

    def make_token(self, user, hd=False):
        """For a user who is logged in here: the player passes it to the streamer."""
        token = secrets.token_urlsafe(16)
        with self.lock:
            self.tokens[token], self.hd[user] = (user, time.monotonic() + TOKEN_LIVES_S), hd
        return token

    def check_token(self, token):
        """It works once, and for a minute."""
        with self.lock:
            user, until = self.tokens.pop(token, (None, 0))
            return user if time.monotonic() < until else None

    def add_event(self, kind, radio, **more):
        """Something was changed. Only the latest event of a radio is kept."""
        with self.lock:
            self.last_event += 1
            self.events = [one for one in self.events if one["radio_uuid"] != radio]
            self.events.append({"id": self.last_event, "type": kind, "radio_uuid": radio, **more})
        return self.last_event

    def events_after(self, after):
        """The oldest first; those that the scheduler has are forgotten."""
        with self.lock:
            self.events = [one for one in self.events if one["id"] > (after or 0)]
            return self.events[:1000]

    def page(self):
        with self.lock:
            rows = sorted(self.radios.items())
        cells = "".join(f"<tr><td>{html.escape(name)}<td>{r.listening}<td>{r.seconds}<td>{r.song or ''}<td>{r.since or ''}" for name, r in rows)
        return ("<!doctype html><meta charset=utf-8><title>Radios</title><h1>Radios</h1>"
                f"<table><tr><th>Radio<th>Listening<th>Seconds heard<th>Song<th>Since (UTC){cells}</table>")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    # what a path means: method, pattern, function. The first group is a radio, a token or nothing.
    ROUTES = [
        ("GET", r"/", "page"),
        ("POST", r"/api/v1/radio/([^/]+)/start_listening/", "start_listening"),
        ("POST", r"/api/v1/radio/([^/]+)/stop_listening/", "stop_listening"),
        ("POST", r"/api/v1/radio/([^/]+)/stopped/", "stopped"),
        ("POST", r"/api/v1/songs_started/", "songs_started"),
        ("GET", r"/api/v1/check_streamer_auth_token/([^/]+)/", "check_token"),
        ("POST", r"/api/v1/scheduler_events/", "scheduler_events"),
        # For trying it out; a real one does this where its users change something.
        ("POST", r"/try/token", "try_token"),
        ("POST", r"/try/event", "try_event"),
    ]

    def serve(self):
        path, _, query = self.path.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = [(method, match, name) for method, pattern, name in self.ROUTES if (match := re.fullmatch(pattern, path))]
        if not found:
            return self.answer(404, "no such address")
        method, match, name = found[0]
        if method != self.command:
            return self.answer(405, "another method")
        try:
            getattr(self, name)(*[urllib.parse.unquote(one) for one in match.groups()])
        except (KeyError, TypeError, ValueError) as problem:
            self.answer(400, f"{type(problem).__name__}: {problem}")

    do_GET = do_POST = do_PUT = do_DELETE = serve

    @property
    def app(self):
        return self.server.application

    def key_is_right(self, given):
        if hmac.compare_digest(str(given or "").encode(), self.app.key.encode()):
            return True
        self.answer(403, "wrong key")
        return False

    def about_radio(self, radio):
        """Who says it, and of what radio: checked before anything is done."""
        if not self.key_is_right(self.query.get("key")):
            return False
        if not self.app.known(radio):
            self.answer(404, "unknown radio")
            return False
        return True

    def user(self):
        return self.query.get("username") or self.query.get("user_id")

    def start_listening(self, radio):
        if self.about_radio(radio):
            self.app.start_listening(radio, self.user())
            self.answer(200, "OK")

    def stop_listening(self, radio):
        if self.about_radio(radio):
            self.app.stop_listening(radio, self.user(), int(self.query["listening_duration"]))
            self.answer(200, "OK")

    def stopped(self, radio):
        if self.about_radio(radio):
            self.app.stopped(radio, int(self.query["listening_duration"]))
            self.answer(200, "ok")

    def songs_started(self):
        said = json.loads(self.body)
        if not self.key_is_right(said.get("key")):
            return
        try:
            self.app.songs_started(said["data"])
        except (KeyError, TypeError, ValueError) as problem:
            return self.answer_json({"success": False, "error": str(problem)})
        self.answer_json({"success": True})

    def check_token(self, token):
        user = self.app.check_token(token)
        if user is None:
            return self.answer(404, "no such token")
        self.answer_json({"user_id": user, "hd_enabled": self.app.hd[user]})

    def scheduler_events(self):
        said = json.loads(self.body)
        if self.key_is_right(said.get("key")):
            self.answer_json({"events": self.app.events_after(said.get("after"))})

    def page(self):
        self.answer(200, self.app.page(), "text/html; charset=utf-8")

    def try_token(self):
        if self.key_is_right(self.query.get("key")):
            self.answer(200, self.app.make_token(int(self.query["user_id"]), self.query.get("hd") == "1") + "\n")

    def try_event(self):
        if self.key_is_right(self.query.get("key")):
            if self.query["type"] not in EVENT_TYPES:
                raise ValueError("no such type of event")
            self.answer(200, f"{self.app.add_event(self.query['type'], self.query['radio_uuid'])}\n")

    def answer_json(self, value):
        self.answer(200, json.dumps(value), "application/json")

    def answer(self, status, text, kind="text/plain; charset=utf-8"):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, text, *values):
        """Without the query: keys are in it."""
        if self.server.tells:
            print(f"{self.command} {self.path.partition('?')[0]} {values[1] if len(values) > 1 else ''}", flush=True)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, application, address=("127.0.0.1", 8080), tells=False, handler=Handler):
        self.application, self.tells = application, tells
        super().__init__(address, handler)

    def handle_error(self, request, client_address):
        """Who asked is gone; the next one asks on another connection."""
        if self.tells:
            print("a connection was lost", flush=True)


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--key-file", required=True, help="the file with the secret that the scheduler has, too")
    words.add_argument("--port", type=int, default=8080)
    words.add_argument("--listen", default="127.0.0.1")
    words.add_argument("--radio", action="append", help="a radio that there is (without any: all that are named)")
    given = words.parse_args()
    key = pathlib.Path(given.key_file).read_text().strip()
    with Server(Application(key, given.radio), (given.listen, given.port), tells=True) as server:
        print(f"http://{given.listen}:{given.port}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
