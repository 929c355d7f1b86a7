# SPDX-License-Identifier: Apache-2.0
"""A scheduler and streamers of ours on a real Redis, the files fetched from the scheduler: what a player with the M3U hears when its streamer dies."""
import contextlib
import datetime
import threading
import time
import urllib.error
import urllib.request

import music
from cluster import Redis
from fleet_sound import SECONDS, Listener, check, late, songs
from fleet_test import monitor, until
from server import Server, free_port

SECRET = "a secret of the fleet"
OURS = ["--fleet-secret", SECRET]


class Platform:
    """A scheduler whose only station is a radio, `names` streamers that have no file of their own, and what was on when."""

    def __init__(self, store, binary, names):
        self.monitor_port = free_port()
        self.scheduler = Server(binary, music=[music.folder(f"fleet-sweeps-{SECONDS}", songs())], options=[
            "--role", "scheduler", "--redis", store.address, "--ping-every", "1", "--monitor-listen", f"127.0.0.1:{self.monitor_port}", *OURS])
        self.streamers = [Server(binary, options=["--role", "streamer", "--streamer-id", one, "--redis", store.address, *OURS]) for one in names]
        self.songs, self.over = {}, False

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(self.scheduler)
            self.radio = until(lambda: [one for one in self.page("/radios") if one["song"] and not one["broken"]], "a radio that plays")[0]["radio"]
            for one in self.streamers:
                one.options += ["--files-from", f"http://{self.scheduler.address}"]
                stack.enter_context(one)
            until(lambda: len(self.page("/streamers")) == len(self.streamers), "all streamers")
            self.watch = threading.Thread(target=self.look, daemon=True)
            self.watch.start()
            stack.callback(self.end)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *what):
        self.stack.close()

    def end(self):
        self.over = True
        self.watch.join(60)

    def page(self, path):
        return monitor(self.monitor_port, path)

    def look(self):
        """Which song began when, as the scheduler says."""
        while not self.over:
            state = self.page("/radios")[0]
            if state["song"]:
                self.songs[datetime.datetime.fromisoformat(state["play_time"].replace("Z", "+00:00")).timestamp()] = state["song"] - 1
            time.sleep(0.2)

    def song_at(self, wall):
        began = max((at for at in self.songs if at <= wall), default=0)
        return self.songs.get(began, -1), wall - began

    def url(self, number, ending=""):
        return f"http://{self.streamers[number].address}/{self.radio}{ending}"


def test_the_players_streamer_dies(binary):
    """two streamers, the master is killed: its listener takes the next of the M3U and hears the right second of the right song within 2 s; who listened there hears on; hd and files are only for who may"""
    with Redis() as store, Platform(store, binary, ["st-01", "st-02"]) as here:
        for path in ("/fleet/files/000000001.mp3", f"/fleet/files/000000001.mp3?until={int(time.time()) + 30}&sig={'0' * 64}"):
            try:
                urllib.request.urlopen(f"http://{here.scheduler.address}{path}", timeout=60)
                raise AssertionError(f"{path} was given")
            except urllib.error.HTTPError as refused:
                assert refused.code == 403

        first = Listener(here.url(0))
        first.until(4)
        with urllib.request.urlopen(here.url(0, ".m3u"), timeout=60) as answer:
            entries = [line for line in answer.read().decode().splitlines() if line and not line.startswith("#")]
        assert entries == [here.url(0), here.url(1)], entries
        began = time.time()
        other = Listener(entries[1])
        other.until(0.1)
        usual = time.time() - began  # on a machine with other work this takes long, too
        other.until(4)
        until(lambda: [one["radios"] for one in here.page("/streamers")] == [1, 0], "one makes the radio, the other passes it on")

        late_there = late(here.streamers[0])
        here.streamers[0].kill()
        until(lambda: first.ended, "the end of the stream")
        again = time.time()
        second = Listener(entries[1])
        second.until(0.1)
        took = time.time() - again
        second.until(7)
        other.until(12)
        until(lambda: len([one for one in here.page("/listeners") if one["streamer"] == "st-02"]) == 2, "both listeners at the second")
        for one in (first, second, other):
            one.close()
        here.end()
        now = time.time() - 1  # what was seen on the scheduler's page; listeners are ahead of it
        late_here = late(here.streamers[1])
        check(first, here.song_at, late_songs=late_there)
        check(other, here.song_at, until=now, late_songs=late_there + late_here)
        check(second, here.song_at, within=2, until=now, late_songs=late_here)
        assert took < 2 + usual, f"the first sound came after {took:.1f} s, and {usual:.1f} s before the death"
