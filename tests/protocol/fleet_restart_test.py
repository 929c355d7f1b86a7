# SPDX-License-Identifier: Apache-2.0
"""A scheduler that ends, or is killed, and begins again: who streams goes on streaming, and hears the right second."""
import time

from cluster import Redis
from fleet import Streamer
from fleet_test import Place, until

APART = True


def now_on_air(streamer):
    return [told for told in streamer.told if told["type"] == "play" and told["delay"] == 0]


def test_orderly(binary):
    """an orderly restart: the lease is given back, the master is asked, and gets the song where it is"""
    with Redis() as redis, Place(redis, binary) as here, Streamer("st-01", redis.port) as one:
        one.say("play_radio", radio_uuid=here.radio)
        one.expect("radio_started", "play")
        one.say("register_listener", radio_uuid=here.radio, session_id="s1", user_id=None)
        until(lambda: here.page("/listeners"), "the listener")
        assert here.server.stop() == 0
        one.told.clear()  # what the one before has said of the next song may come later still
        here.server.start()
        here.wait()
        one.until(lambda: now_on_air(one), "the song that is on the air")
        play, state, elapsed, now = now_on_air(one)[-1], here.state(), here.elapsed(), time.time()
        if state["song"] == int(play["filename"].split(".")[0]):  # else the next one has begun meanwhile
            assert -3 < elapsed - (now - play.at) - play["offset"] < 5, play
        assert here.state()["master"] == "st-01" and len(here.page("/listeners")) == 1
        assert here.page("/status")["term"] == 2


def test_killed(binary):
    """kill -9: what was written a second ago is known, and the lease is taken when nobody has renewed it"""
    with Redis() as redis, Place(redis, binary) as here, Streamer("st-01", redis.port) as one:
        one.say("play_radio", radio_uuid=here.radio)
        one.expect("radio_started", "play")
        until(lambda: here.page("/status")["writes_failed"] == 0 and here.elapsed() > 2, "a write")
        here.server.kill()
        one.told.clear()  # what the one before has said of the next song may come later still
        here.server.start()
        here.wait()
        one.until(lambda: now_on_air(one), "the song that is on the air")
        assert here.state()["master"] == "st-01"
