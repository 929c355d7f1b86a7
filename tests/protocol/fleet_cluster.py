# SPDX-License-Identifier: Apache-2.0
"""A whole platform of the test's own, on loopback: a Redis, a PostgreSQL, two schedulers and some streamers, all ended with the test.

    with Platform(binary) as platform:
        platform.streamers[0].kill(); platform.streamers[0].start()
        platform.store.kill(); platform.database.stop()
        platform.active().kill()
"""
import contextlib
import datetime
import json
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

import music
from cluster import Redis
from postgresql import Postgresql
from server import Server, free_port

SECRET = "what the nodes of a test know each other by"


class Monitored(Server):
    """A scheduler, with its monitoring pages."""

    def page(self, path):
        request = urllib.request.Request(f"http://127.0.0.1:{self.monitor_port}{path}", headers={"Accept": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def role(self):
        """active, standby, or nothing when it doesn't say."""
        try:
            return self.page("/status")["role"] if self.alive() else ""
        except (OSError, ValueError):
            return ""


def folder_of(tracks):
    """A folder of music: sweeps by default, so that what is heard tells the song and the second."""
    return music.folder("platform", tracks or [music.Sweep(i, 18 + i) for i in range(5)])


class Platform:
    def __init__(self, binary, streamers=3, schedulers=2, tracks=None, folder=None, options=(), wait_s=60):
        self.binary, self.wait_s, self.folder = str(pathlib.Path(binary).resolve()), wait_s, folder or folder_of(tracks)
        self.options, self.counts = list(options), (schedulers, streamers)
        self.store, self.database = None, None
        self.schedulers, self.streamers, self.radio, self.songs = [], [], None, {}
        self.files = tempfile.mkdtemp(prefix="longwave-shelf-")
        self.programme = []  # (song, when it began, when it ends), as the monitoring pages said
        self.over = threading.Event()
        self.watching = None

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_):
        self.close()

    def start(self):
        self.store = Redis().start()
        self.database = Postgresql()
        self.database.start()
        first = self.add_scheduler([self.folder])
        self.active(self.wait_s)
        for _ in range(1, self.counts[0]):
            self.add_scheduler([])  # what it plays the first one found, and wrote into the database
        self.until(lambda: self.known_songs(first), "the library")
        self.export(first)
        self.radio = self.until(lambda: [one for one in self.active().page("/radios") if one["song"] and not one["broken"]], "a radio that plays")[0]["radio"]
        for i in range(self.counts[1]):
            self.add_streamer(f"st-{i + 1:02}")
        self.until(lambda: len(self.active().page("/streamers")) == self.counts[1], "the streamers")
        self.watching = threading.Thread(target=self.watch, daemon=True)
        self.watching.start()
        return self

    def add_scheduler(self, folders):
        port = free_port()
        scheduler = Monitored(self.binary, music=folders,
                              options=["--role", "scheduler", "--redis", self.store.address, *self.database.options, "--ping-every", "2",
                                       "--monitor-listen", f"127.0.0.1:{port}", *self.options])
        scheduler.monitor_port = port
        self.schedulers.append(scheduler)
        return scheduler.start(self.wait_s)

    def add_streamer(self, name):
        streamer = Server(self.binary, options=["--role", "streamer", "--streamer-id", name, "--redis", self.store.address, "--files", self.files,
                                                "--fleet-secret", SECRET, *self.options])
        streamer.name = name
        self.streamers.append(streamer)
        return streamer.start(self.wait_s)

    def known_songs(self, scheduler):
        found = scheduler.call("library.search", text="", limit=200)
        if found["total"] < len(list(pathlib.Path(self.folder).glob("*.mp3"))):
            return False
        self.songs = {int(track["id"]): track["title"] for track in found["tracks"]}
        return True

    def export(self, scheduler):
        done = subprocess.run([self.binary, "export-files", "--data", scheduler.data, *self.database.options, self.files], capture_output=True, text=True,
                              timeout=300, check=False)
        assert done.returncode == 0, done.stderr

    def active(self, wait_s=0):
        """The scheduler that has the lease."""
        def found():
            return next((one for one in self.schedulers if one.role() == "active"), None)
        return self.until(found, "an active scheduler", wait_s) if wait_s else found()

    def until(self, condition, what, wait_s=None):
        end = time.monotonic() + (wait_s or self.wait_s)
        while True:
            with contextlib.suppress(OSError, ValueError, AttributeError):
                found = condition()
                if found:
                    return found
            if time.monotonic() > end:
                logs = "\n".join(f"--- {one.options[3] if 'streamer' in one.options else 'scheduler'}\n{one.log()[-1500:]}"
                                 for one in [*self.schedulers, *self.streamers])
                raise AssertionError(f"waited for {what}\n{logs}")
            time.sleep(0.1)

    def settled(self):
        """Everybody is there, hears each other, and one streamer makes the radio."""
        def well():
            one = self.active()
            status = one.page("/status")
            streamers = one.page("/streamers")
            bus = all(thread["running"] for thread in status["threads"])
            return bus and len(streamers) == self.counts[1] and all(s["status"] == "ok" for s in streamers) and self.state(one)["master"]
        return self.until(well, "everybody is well")

    def state(self, scheduler):
        return [one for one in scheduler.page("/radios") if one["radio"] == self.radio][0]

    def master(self):
        """The streamer that makes the radio."""
        name = self.until(lambda: self.state(self.active())["master"], "a master")
        return next(one for one in self.streamers if one.name == name)

    def watch(self):
        """Keeps what the radio should have played."""
        while not self.over.wait(0.4):
            with contextlib.suppress(OSError, ValueError, AttributeError, IndexError):
                state = self.state(self.active())
                began, end = (datetime.datetime.fromisoformat(state[key].replace("Z", "+00:00")).timestamp() for key in ("play_time", "end_time"))
                if not self.programme or self.programme[-1][:2] != (state["song"], began):
                    self.programme.append((state["song"], began, end))

    def should_play(self, when):
        """(title, second of the song) at a time of day."""
        for song, began, end in reversed(self.programme):
            if began <= when < end + 0.05:
                return self.songs[song], when - began
        return None

    def addresses(self):
        """Of the radio on every streamer, from the list that a streamer gives to players."""
        for streamer in self.streamers:
            with contextlib.suppress(OSError, urllib.error.HTTPError):
                with urllib.request.urlopen(f"http://{streamer.address}/{self.radio}.m3u", timeout=60) as answer:
                    return [line for line in answer.read().decode().splitlines() if not line.startswith("#")]
        return []

    def close(self):
        self.over.set()
        if self.watching:
            self.watching.join(60)
        problems = []
        for one in [*self.streamers, *self.schedulers]:
            try:
                one.close()
            except Exception as problem:
                problems.append(problem)
        for one in (self.database, self.store):
            if one:
                one.close()
        shutil.rmtree(self.files, ignore_errors=True)
        if problems:
            raise problems[0]
