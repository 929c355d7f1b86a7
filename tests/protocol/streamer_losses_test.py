# SPDX-License-Identifier: Apache-2.0
"""What a streamer's listeners hear when something goes away: Redis, or the streamer whose stream is passed on."""
import contextlib
import threading
import time

import fleet_sound
import streamer_test
from fleet_sound import RADIO, SECONDS, Listener, check, late
from streamer_test import listen, place, planned, url

APART = True


def redis_is_away(binary, changes):
    """Over so many changes of songs."""
    with place(binary) as (store, scheduler, server):
        one = listen(server, scheduler)
        session = scheduler.expect("register_listener")["session_id"]
        two = Listener(url(server))
        other = scheduler.expect("register_listener")["session_id"]
        assert session != other
        store.kill()
        two.close()
        one.until((changes + 0.5) * fleet_sound.SECONDS, wait_s=200)
        store.start()
        scheduler.expect("pong", streamer="st-01")
        scheduler.expect("unregister_listener", session_id=other)
        one.close()
        return check(one, planned(scheduler), late_songs=late(server))


def test_redis_is_away(binary):
    """Redis is killed over two changes of songs: nobody hears it, and the streamer says what was missed when it is back"""
    redis_is_away(binary, 2)


def test_passes_on_and_takes_over(binary):
    """the second streamer has the radio from the first over one connection; the first is killed, and listeners of the second hear on, at the right second; hd is sent to the master, known already"""
    with place(binary, ("st-01", "st-02")) as (_, scheduler, first, second), contextlib.ExitStack() as ends:
        ends.callback(listen(first, scheduler).close)
        scheduler.expect("register_listener", streamer="st-01")
        opened = []
        threads = [threading.Thread(target=lambda: opened.append(Listener(url(second)))) for _ in range(2)]
        for thread in threads:
            thread.start()
        scheduler.expect("play_radio", streamer="st-02")
        scheduler.say("st-02", "radio_exists", radio_uuid=RADIO, master_streamer="st-01", address=f"http://{first.address}")
        for thread in threads:
            thread.join(60)
        one = opened[0]
        one.until(3.5)
        with scheduler.changed:
            assert not [m for m in scheduler.heard if m["type"] == "register_listener" and m["streamer"] == "st-01"], "the other streamer is no listener"
        metrics = first.request("GET", "/metrics")[2].decode()
        assert 'longwave_listeners_mp3 2\n' in metrics, [line for line in metrics.splitlines() if "listeners" in line]  # one is the other streamer

        def hd():
            scheduler.expect("user_authentication", streamer="st-02", auth_token="once")
            scheduler.say("st-02", "user_authentication", auth_token="once", user_id=7, hd=True)
            scheduler.expect("register_listener", streamer="st-01", user_id=7)
        code, _, header = streamer_test.status(second, f"/{RADIO}?auth_token=once", hd)
        assert (code, streamer_test.kilobits(header)) == (200, 256)
        late_there = late(first)
        first.kill()
        scheduler.expect("play_radio", streamer="st-02")
        scheduler.start("st-02")
        one.until(2.4 * SECONDS)
        for listener in opened:
            listener.close()
        check(one, planned(scheduler), late_songs=late_there + late(second))


def test_takes_over_without_a_word(binary):
    """told ahead what comes, the second streamer makes the radio itself the moment the first is killed, from the right second: nobody is there to ask, Redis was killed before"""
    with place(binary, ("st-01", "st-02")) as (store, scheduler, first, second):
        held = listen(first, scheduler)
        opened = []
        thread = threading.Thread(target=lambda: opened.append(Listener(url(second))))
        thread.start()
        scheduler.expect("play_radio", streamer="st-02")
        scheduler.say("st-02", "radio_exists", radio_uuid=RADIO, master_streamer="st-01", address=f"http://{first.address}")
        scheduler.prepare("st-02", scheduler.on(), 16, relay=True)
        thread.join(60)
        one = opened[0]
        one.until(3.5)

        def ready():
            return any(line.startswith("longwave_items_started_total ") and float(line.split()[1]) > 0
                       for line in second.request("GET", "/metrics")[2].decode().splitlines())
        end = time.monotonic() + 60
        while not ready():
            assert time.monotonic() < end, second.log()[-2000:]
            time.sleep(0.1)
        store.kill()
        first.kill()
        one.until(len(one.bytes) / 16000 + 2.2 * SECONDS)
        for listener in (one, held):
            listener.close()
        check(one, planned(scheduler), late_songs=late(second))
        store.start()
