# SPDX-License-Identifier: Apache-2.0
"""A queue that answers while the machine is busy with music."""
import http.client
import json
import os
import pathlib
import random
import shutil
import tempfile
import time

import music
import wrecks
from server import RpcError, Server

FILES = 4000


def noise_files(folder, count, seed):
    dice = random.Random(seed)
    for i in range(count):
        target = pathlib.Path(folder, f"{seed}-{i // 100:02d}")
        target.mkdir(exist_ok=True, parents=True)
        data = dice.randbytes(16000)  # a second of noise
        (target / f"{i:05d}.wav").write_bytes(wrecks.wav_header(len(data), channels=1, rate=8000) + data)


def can_add(server, tracks):
    try:
        return server.call("queue.add", station="main", tracks=tracks)
    except RpcError as error:
        assert error.code == -32004, error
        return None


def test_queue_during_scan_and_encodes(binary):
    """queue.add p99 is at most 50 ms during a scan and two encodes"""
    folder = tempfile.mkdtemp(prefix="longwave-load-")
    try:
        noise_files(folder, FILES, 1)
        music.write_all(os.path.join(folder, "aa"), [music.Tone(i, 240, "mp3", artist=f"Long {i}") for i in range(4)])
        with Server(binary, music=[folder, str(music.folder("mixed", music.mixed()))]) as server:
            tracks = []
            for word, count in (("Long", 4), ("Test tones", 10)):
                server.until(lambda: server.call("library.search", text=word, limit=1)["total"] >= count, 60, what=f"{word} is found")
                tracks += [t["id"] for t in server.call("library.search", text=word)["tracks"]]
            began = time.monotonic()
            server.until(lambda: can_add(server, tracks), 30, what="what is found can be queued")
            print(f"        what the search found could be queued {time.monotonic() - began:.1f} s later")
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
            took, scanning, known = [], 0, 0
            for i in range(400):
                body = json.dumps({"jsonrpc": "2.0", "id": i, "method": "queue.add",
                                   "params": {"station": "main", "tracks": [tracks[i % len(tracks)]], "at": 1}})
                began = time.monotonic()
                connection.request("POST", "/rpc", body, {"Content-Type": "application/json"})
                answer = json.loads(connection.getresponse().read())
                took.append(time.monotonic() - began)
                if "error" in answer:
                    details = server.call("library.track", id=tracks[i % len(tracks)])
                    raise AssertionError(f"{answer} {details}\n{server.log()[-1500:]}")
                if i % 20 == 0:
                    found = server.call("library.search", text="", limit=1)["total"]
                    scanning, known = scanning + (found > known), found
                if i % 100 == 50:
                    noise_files(folder, 500, 100 + i)
                    import threading
                    threading.Thread(target=lambda: server.call("library.scan", timeout=60), daemon=True).start()
                if i in (100, 200, 300):
                    server.call("playback.skip", station="main")  # two more items to encode
                time.sleep(0.004)
            took.sort()
            p50, p99, worst = took[len(took) // 2], took[len(took) * 99 // 100], took[-1]
            print(f"        queue.add: p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, worst {worst * 1000:.1f} ms; "
                  f"the scan moved in {scanning} of 20 looks")
            assert p99 <= 0.05, (p50, p99, worst)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
