# SPDX-License-Identifier: Apache-2.0
"""Hears a capture: which tone when, gaps, clipping, loudness. Tones are those of music.py."""
import re
import subprocess

import numpy

import music

RATE = 44100
WINDOW = 882  # 20 ms
STEP = 220    # 5 ms


def whole_frames(path):
    """Cuts a capture of MP3 at its last whole frame: the listener hung up in the middle of one."""
    data = path.read_bytes()
    at = 0
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] & 0xE0 == 0xE0:
        kilobits = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0][data[at + 2] >> 4]
        size = 144_000 * kilobits // 44100 + ((data[at + 2] >> 1) & 1)
        if size < 4:
            break
        if at + size > len(data):
            break
        at += size
    assert len(data) - at < 1050, f"no frame begins at byte {at} of {len(data)}"
    path.write_bytes(data[:at])


def decoded(path, rate=RATE):
    """Every sample of a capture or file as float, (n, 2). ffmpeg must not complain."""
    if path.name == "capture.mp3":
        whole_frames(path)
    done = subprocess.run(["ffmpeg", "-v", "warning", "-nostdin", "-i", str(path), "-f", "f32le", "-ac", "2", "-ar", str(rate), "-"],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr[-500:]
    said = [line for line in done.stderr.decode().splitlines() if "Estimating duration" not in line]
    assert not said, said[:5]
    return numpy.frombuffer(done.stdout, dtype="<f4").reshape(-1, 2)


def loudness(path):
    """(integrated LUFS, true peak dBTP) by ffmpeg's ebur128."""
    done = subprocess.run(["ffmpeg", "-nostdin", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    text = done.stderr.decode()
    summary = text[text.rindex("Summary:"):]
    return (float(re.search(r"I:\s+(-?[\d.]+) LUFS", summary).group(1)),
            float(re.search(r"Peak:\s+(-?[\d.]+) dBFS", summary).group(1)))


def gaps(samples, quiet_db=-50.0):
    """[(second, milliseconds)] of every stretch of at least 5 ms below quiet_db."""
    level = numpy.abs(samples).max(axis=1)
    # A sine passes zero: look at the highest sample of each 2.5 ms.
    block = RATE // 400
    peaks = level[: len(level) // block * block].reshape(-1, block).max(axis=1)
    found, start = [], None
    for i, peak in enumerate(numpy.append(peaks, 1.0)):
        if peak < 10 ** (quiet_db / 20):
            start = i if start is None else start
        elif start is not None:
            if i - start >= 2:
                found.append((start / 400, (i - start) * 2.5))
            start = None
    return found


def clipped(samples):
    return int((numpy.abs(samples) >= 0.9999).sum())


def tones(samples, indices):
    """[(first sample, tone index)]: which of the tones is heard from where on."""
    mono = samples.mean(axis=1)
    count = (len(mono) - WINDOW) // STEP
    starts = numpy.arange(count) * STEP
    taper = numpy.hanning(WINDOW)
    power = []
    for index in indices:
        wave = taper * numpy.exp(-2j * numpy.pi * music.frequency(index) * numpy.arange(WINDOW) / RATE)
        # one multiplication for all windows, in chunks that fit the memory
        values = numpy.empty(count)
        for at in range(0, count, 4000):
            chunk = mono[(starts[at:at + 4000, None] + numpy.arange(WINDOW)[None, :])]
            values[at:at + 4000] = numpy.abs(chunk @ wave)
        power.append(values)
    best = numpy.array(power).argmax(axis=0)
    found = []
    for i, which in enumerate(best):
        index = list(indices)[which]
        if not found or found[-1][1] != index:
            found.append((int(starts[i] + WINDOW // 2 - STEP // 2), index))
    # a window over a boundary may name a third tone for a moment: keep what lasts 100 ms
    lasting = [row for row, following in zip(found, found[1:] + [(len(mono), -1)]) if following[0] - row[0] > RATE // 10]
    merged = []
    for row in lasting:
        if not merged or merged[-1][1] != row[1]:
            merged.append(row)
    return merged


def sweeps(samples, count, step_s=0.1):
    """[(second of the capture, index of the sweep, its second)] every step_s; what is no sweep is left out."""
    mono, window, found = samples.mean(axis=1), 4096, []
    taper = numpy.hanning(window)
    for at in range(0, len(mono) - window, int(step_s * RATE)):
        power = numpy.abs(numpy.fft.rfft(mono[at:at + window] * taper))
        top = int(power[1:-1].argmax()) + 1
        if power[top] < window / 1000:
            continue
        left, middle, right = numpy.log(power[top - 1:top + 2] + 1e-9)
        hertz = (top + 0.5 * (left - right) / (left - 2 * middle + right)) * RATE / window
        index = int((hertz - 450) // 900)
        second = (hertz - 500 - 900 * index) / music.Sweep.SLOPE
        if 0 <= index < count and second < 33:
            found.append((round((at + window / 2) / RATE, 3), index, round(second, 3)))
    return found
