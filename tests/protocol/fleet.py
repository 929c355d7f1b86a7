# SPDX-License-Identifier: Apache-2.0
"""Streamers as others would write them: python3-redis, knowing only docs/protocols/scheduler.md."""
import json
import threading
import time

import redis


class Told(dict):
    """A message, and when it came."""
    at = 0.0


class Streamer:
    """An original one: subscribes by pattern, answers pings from the thread that reads, keeps what it was told in order.

    with Streamer("st-01", port) as streamer:
        streamer.say("play_radio", radio_uuid="R")
        streamer.expect("radio_started")
    """

    def __init__(self, name, port, register=True):
        self.name, self.register, self.answers_pings = name, register, True
        self.client = redis.Redis(port=port, db=3, socket_connect_timeout=5)  # the original selects one, too
        self.told, self.pings, self.changed, self.over = [], 0, threading.Condition(), False

    def __enter__(self):
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.ready = threading.Event()
        self.thread.start()
        assert self.ready.wait(60)
        if self.register:
            self.say("register_streamer")
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join(60)

    def read(self):
        while not self.over:
            try:
                with self.client.pubsub() as subscription:
                    subscription.psubscribe(f"yastream.{self.name}")
                    while not self.over:
                        message = subscription.get_message(timeout=0.2)
                        if message and message["type"] == "psubscribe":
                            self.ready.set()
                        if message and message["type"] == "pmessage":
                            told = Told(json.loads(message["data"]))
                            told.at = time.time()
                            self.hear(told)
            except (redis.ConnectionError, redis.TimeoutError):
                time.sleep(0.05)

    def hear(self, message):
        with self.changed:
            if message["type"] == "ping":
                self.pings += 1
            else:
                self.told.append(message)
            self.changed.notify_all()
        if message["type"] == "ping" and self.answers_pings:
            self.say("pong")

    def say(self, kind, **fields):
        self.client.publish("yascheduler", json.dumps({"type": kind, "streamer": self.name, **fields}))

    def until(self, condition, what, wait_s=60):
        with self.changed:
            assert self.changed.wait_for(condition, wait_s), f"{self.name} waits for {what}; was told {self.told}"

    def expect(self, *kinds, wait_s=60):
        """The next messages are of these kinds, in this order; gives them back."""
        self.until(lambda: len(self.told) >= len(kinds), kinds, wait_s)
        with self.changed:
            found, self.told = self.told[:len(kinds)], self.told[len(kinds):]
        assert [one["type"] for one in found] == list(kinds), found
        return found if len(found) > 1 else found[0]
