# SPDX-License-Identifier: Apache-2.0
"""A minute and a half of stream in real time, decoded and listened to. tools/soak does the same for longer."""
import functools
import statistics
import tempfile

import music
import sound
from capture import capture
from server import Server

SECONDS = 80


@functools.lru_cache(maxsize=1)
def heard(binary):
    """{mount: (capture, samples, tones)} of one run with tones of ten formats."""
    tones = music.mixed()
    folder = music.folder("mixed", tones)
    keep = tempfile.TemporaryDirectory(prefix="longwave-sound-")
    with Server(binary, music=[folder]) as server:
        server.until_tracks(len(tones))
        server.until_playing()
        found = {}
        for one in capture(server, ["mp3", "opus"], keep.name, SECONDS, icy=True):
            samples = sound.decoded(one.path)
            found[one.mount] = (one, samples, sound.tones(samples, range(len(tones))))
    found["keep"] = keep
    return found


def index_of(track):
    return int(track["title"].split()[1])


def boundaries(one, found):
    """[(seconds in the capture by the programme, seconds as heard, tone)] of every boundary inside."""
    rows = []
    for start_ms, track in sorted(one.items.items()):
        planned = (start_ms - one.position_ms) / 1000
        near = [at / sound.RATE for at, index in found if index == index_of(track) and abs(at / sound.RATE - planned) < 2]
        if near:
            rows.append((planned, min(near, key=lambda at: abs(at - planned)), index_of(track)))
    return rows


def test_no_gap(binary):
    """no gap over 5 ms at any joint, in MP3 and Opus"""
    for mount in ("mp3", "opus"):
        one, samples, _ = heard(binary)[mount]
        inner = samples[sound.RATE // 10:]
        assert len(samples) > (SECONDS - 2) * sound.RATE, f"{mount}: only {len(samples) / sound.RATE:.1f} s came"
        assert not sound.gaps(inner), (mount, sound.gaps(inner))


def test_no_clipping(binary):
    """no clipped sample, and true peak at most -1 dBTP (0.5 dB of it for the encoder)"""
    for mount in ("mp3", "opus"):
        one, samples, _ = heard(binary)[mount]
        assert sound.clipped(samples) == 0
        assert sound.loudness(one.path)[1] <= -0.5


def test_loudness(binary):
    """decoded loudness is -16 LUFS within half a unit, whatever the level of the file was"""
    for mount in ("mp3", "opus"):
        measured, _ = sound.loudness(heard(binary)[mount][0].path)
        print(f"        {mount}: {measured} LUFS")
        assert abs(measured + 16) <= 0.5, (mount, measured)


def test_boundaries(binary):
    """each boundary is heard where station.now said, within 20 ms (MP3) or 25 ms (Opus), and every tone belongs to its item"""
    for mount in ("mp3", "opus"):
        one, samples, found = heard(binary)[mount]
        rows = boundaries(one, found)
        inside = [ms for ms in one.items if 0.5 < (ms - one.position_ms) / 1000 < SECONDS - 3]
        assert len(inside) >= 4, f"{mount}: {len(inside)} boundaries in {SECONDS} s"
        late = [heard_at - planned for planned, heard_at, _ in rows if planned > 0.5]
        assert len(late) >= len(inside), (mount, len(late), sorted(one.items), found)
        offset = statistics.median(late)
        print(f"        {mount}: {len(late)} boundaries, {1000 * offset:+.1f} ms codec delay, "
              f"spread {1000 * min(late) - 1000 * offset:+.1f} to {1000 * max(late) - 1000 * offset:+.1f} ms")
        # The cross-over of 20 to 46 ms begins on the mount's frame grid, and is heard as the other tone from its middle on.
        allowed = 0.02 if mount == "mp3" else 0.025
        assert all(abs(value - offset) <= allowed for value in late), (mount, late)
        assert abs(offset) < 0.08, (mount, offset)


def test_icy_offset(binary):
    """the ICY title changes at most 0.55 s of sound after the boundary, never before"""
    one, samples, found = heard(binary)["mp3"]
    rows = [(planned, index) for planned, _, index in boundaries(one, found) if planned > 0.5]
    seconds_per_byte = 8 / 128_000
    offsets = []
    for planned, index in rows:
        change = [at * seconds_per_byte for at, title in one.icy if f"Tone {index} at" in title and at * seconds_per_byte > planned - 3]
        if change:
            offsets.append(change[0] - planned)
    assert len(offsets) >= len(rows) - 1 and offsets, (rows, one.icy)
    print(f"        ICY titles {1000 * min(offsets):.0f} to {1000 * max(offsets):.0f} ms after the boundary")
    assert all(-0.05 <= offset <= 0.55 for offset in offsets), offsets


def test_cadence(binary):
    """after the burst, a listener gets about one write a second"""
    one = heard(binary)["mp3"][0]
    late = [at for at, _ in one.arrivals if at > one.arrivals[0][0] + 5]
    writes = 1 + sum(1 for a, b in zip(late, late[1:]) if b - a > 0.3)
    seconds = late[-1] - late[0]
    assert 0.7 <= seconds / writes <= 1.6, (writes, seconds)
    longest = max(b - a for a, b in zip(late, late[1:]))
    assert longest < 3.5, longest  # 4 s are in hand
