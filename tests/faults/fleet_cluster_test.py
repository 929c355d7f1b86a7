# SPDX-License-Identifier: Apache-2.0
"""Every part of a platform is killed in turn, with kill -9, under listeners: docs/operations.md says what they hear of it."""
import os
import pathlib
import signal
import tempfile
import time

import sound
from fleet_cluster import Platform
from radio_crowd import Crowd

ALONE = True
LISTENERS = int(os.environ.get("LONGWAVE_LISTENERS", "300"))
MINUTES = 0       # tools/soak: rounds until then; one round otherwise
AWAY_S = 3        # of a Redis, a database
BETWEEN_S = 3
STALL_S = 1.5     # none was seen, on busy machines neither: what a crowd reads late there isn't what this test is to find
JUMP_S = 1.5      # what is passed on has its place by when it came: so late a busy machine may be
HICCUP_S = 2.0    # in the first seconds of a connection
SETTLE_S = 4.2    # the first on a loop of a streamer gets a tenth of a second at once, and more when its turn comes
LATE_S = 4.5      # a player that has just begun is so far behind the programme at most: it has a burst in hand


class Story:
    """What was done to the platform, and who had to notice."""

    def __init__(self, platform, crowd):
        self.platform, self.crowd, self.deaths, self.lines = platform, crowd, [], []

    def tell(self, what):
        self.lines.append(what)
        print(f"    {what}", flush=True)

    def redis(self):
        """Redis is killed, and comes back without anything it knew."""
        self.platform.store.kill()
        time.sleep(AWAY_S)
        self.platform.store.start()

    def postgresql(self):
        """PostgreSQL is killed and recovers."""
        self.platform.database.stop(signal.SIGKILL)
        time.sleep(AWAY_S)
        self.platform.database.start()

    def scheduler(self):
        """The active scheduler is killed; the standby takes the lease. The dead one comes back as a standby."""
        victim = self.platform.active(60)
        victim.kill()
        began = time.monotonic()
        heir = self.platform.active(60)
        assert heir is not victim
        self.tell(f"the standby had the lease after {time.monotonic() - began:.1f} s")
        victim.start(60)

    def master(self):
        """The streamer that makes the radio is killed. Its listeners go elsewhere."""
        self.streamer(self.platform.master())

    def relay(self):
        """A streamer that passes the radio on is killed: the one with the most listeners."""
        master = self.platform.master()
        here = [one.index for one in self.crowd.listeners]
        others = [i for i, one in enumerate(self.platform.streamers) if one is not master]
        self.streamer(self.platform.streamers[max(others, key=here.count)])

    def streamer(self, victim):
        index = self.platform.streamers.index(victim)
        there = [one for one in self.crowd.listeners if one.index == index]
        victim.kill()
        self.deaths.append((index, time.monotonic()))
        self.crowd.until(lambda: all(self.crowd.on_air(one) and one.index != index for one in there), "everybody hears elsewhere")
        victim.start(60)
        self.crowd.until(lambda: self.crowd.on_air(self.crowd.witnesses[index]), "it can be heard again")

    def run(self, steps):
        for step in steps:
            self.tell(step.__doc__)
            step(self)
            self.platform.settled()
            time.sleep(BETWEEN_S)


STEPS = (Story.redis, Story.postgresql, Story.scheduler, Story.master, Story.relay)


def decoded(piece):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "capture.mp3")
        path.write_bytes(bytes(piece.kept))
        return sound.decoded(path)


def look_at_witness(platform, piece):
    """Decoded: no hole, every song from its beginning to its end, each at its second. (longest hole in ms, largest jump in s, how late at most)"""
    samples = decoded(piece)
    holes = [gap for gap in sound.gaps(samples) if gap[0] > 0.1]
    heard = sound.sweeps(samples, len(platform.songs))
    assert len(heard) >= 0.95 * (len(samples) / sound.RATE / 0.1 - 2), f"only {len(heard)} moments of {len(samples) / sound.RATE:.0f} s are a song"
    jumps, late = [0.0], []
    for (at, song, second), (at_2, song_2, second_2) in zip(heard, heard[1:]):
        if song == song_2 and (second_2 >= 1 or second < 3):
            jumps.append(abs((second_2 - second) - (at_2 - at)))
        else:  # the next one, which may be the same song again
            jumps.append(at_2 - at - 0.1)
            assert second_2 < 1, f"a song began at its second {second_2}"
    for at, song, second in heard[::10]:
        # What is sent is at most so much ahead of the programme, and heard at most so much behind it.
        now = piece.began_at + at
        around = [found for found in (platform.should_play(now - late_s) for late_s in (0, LATE_S / 2, LATE_S)) if found]
        found = [now - second - began for number, began, _ in platform.programme for title in [platform.songs[number]]
                 if title == f"Sweep {song}" and abs(now - second - began) < LATE_S]
        assert found or not around, f"Sweep {song} at {second} s was heard, and not {around}"
        late += [min(found, key=abs)] if found else []
    return max([ms for _, ms in holes], default=0), max(jumps), min(late, default=0), max(late, default=0), len(samples) / sound.RATE


def check(platform, crowd, story):
    crowd.settle()
    longest = {"hole_ms": 0, "jump_s": 0, "early_s": 0, "late_s": 0}
    sounded = 0
    for one in crowd.witnesses:
        for piece in one.pieces:
            hole, jump, early, late, seconds = look_at_witness(platform, piece)
            longest = {"hole_ms": max(longest["hole_ms"], hole), "jump_s": max(longest["jump_s"], jump), "early_s": min(longest["early_s"], early),
                       "late_s": max(longest["late_s"], late)}
            sounded += seconds
    story.tell(f"decoded {sounded:.0f} s: longest hole {longest['hole_ms']:.0f} ms, largest jump {longest['jump_s'] * 1000:.0f} ms, "
               f"{longest['early_s']:.2f} to {longest['late_s']:.2f} s behind the programme")
    moved, waits, gaps, stalls, hiccups = 0, [], [], [], []
    for one in crowd.listeners:
        for piece in one.pieces:
            assert not piece.wrong, f"what a listener got at {piece.address} isn't what the streamer gave others"
            assert piece.of is not None or piece.count < 5 * 16000, f"{piece.count} bytes at {piece.address} came from nowhere"
            for when, seconds in piece.stalls:
                just_come = when - piece.began < SETTLE_S
                (hiccups if just_come else stalls).append((piece.address, round(when - piece.began, 1), round(seconds, 2)))
        for before, after in zip(one.pieces, one.pieces[1:]):
            assert any(index == before.index and abs(when - before.ended) < 3 for index, when in story.deaths), "a listener lost a streamer that lived"
            moved += 1
            waits.append(after.began - before.ended)
            gaps.append(max(0.0, after.began - before.heard_until()))
    longest["stall_s"] = max((seconds for _, _, seconds in stalls), default=0)
    longest["hiccup_s"] = max((seconds for _, _, seconds in hiccups), default=0)
    story.tell(f"{len(crowd.listeners)} listeners, {moved} moves: the next streamer's first byte after {max(waits, default=0):.2f} s at most, silent for "
               f"{max(gaps, default=0):.2f} s at most, {len(hiccups)} once more, {longest['hiccup_s']:.2f} s at most; "
               f"others: {len(stalls)} silences, {longest['stall_s']:.2f} s at most {sorted(stalls, key=lambda one: -one[2])[:3]}")
    assert moved >= len(crowd.listeners) // 3, "nobody had to move"
    assert max(gaps) <= 2 and max(waits) <= 4, (max(gaps), max(waits))
    assert longest["hiccup_s"] <= HICCUP_S and longest["stall_s"] <= STALL_S, (longest, stalls[:5])
    assert longest["hole_ms"] <= 100 and longest["jump_s"] <= JUMP_S, longest


def test_everything_is_killed(binary):
    """a Redis, a PostgreSQL, two schedulers, three streamers: kill -9 of each in turn; who hears a dead streamer is silent for 2 s at most, the others not at all"""
    with Platform(binary) as platform:
        with Crowd(platform.addresses(), LISTENERS) as crowd:
            crowd.enter()
            story = Story(platform, crowd)
            time.sleep(BETWEEN_S)
            end = time.monotonic() + MINUTES * 60
            while not story.deaths or time.monotonic() < end:
                story.run(STEPS)
        check(platform, crowd, story)
