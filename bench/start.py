#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How long until there is sound: bench/start.py build/release/longwave MUSIC_DIR [ROUNDS]

unscanned  a new data folder: from exec to the first byte of /listen/main.mp3
warm       the same folder again, everything known: from exec to the answer of /health, to the first byte
join       the server runs: from connect to the first byte
Medians over the rounds, in milliseconds. Loopback only."""
import http.client
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def first_byte(port, until=15):
    """Connects as soon as somebody listens; returns when the first byte of sound has come."""
    end = time.monotonic() + until
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=until)
            connection.request("GET", "/listen/main.mp3")
            answer = connection.getresponse()
            if answer.status == 200 and answer.read(1):
                connection.close()
                return time.monotonic()
        except OSError:
            pass
        time.sleep(0.005)
    raise SystemExit("no sound within %d s" % until)


def serving(port, until=15):
    end = time.monotonic() + until
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return time.monotonic()
        except OSError:
            time.sleep(0.002)
    raise SystemExit("not up within %d s" % until)


def start(binary, music, data):
    port = free_port()
    process = subprocess.Popen([binary, "serve", "--music", music, "--data", data, "--listen", "127.0.0.1:%d" % port],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return process, port, time.monotonic()


def stop(process):
    process.terminate()
    process.wait(10)


def main():
    binary, music = sys.argv[1], sys.argv[2]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    figures = {"unscanned": [], "warm up": [], "warm": [], "join": []}
    for _ in range(rounds):
        data = tempfile.mkdtemp(prefix="longwave-start-")
        try:
            process, port, began = start(binary, music, data)
            figures["unscanned"].append(first_byte(port) - began)
            time.sleep(8)  # the track that is on is analysed and encoded
            stop(process)
            process, port, began = start(binary, music, data)
            figures["warm up"].append(serving(port) - began)
            figures["warm"].append(first_byte(port) - began)
            time.sleep(1)
            began = time.monotonic()
            figures["join"].append(first_byte(port) - began)
            stop(process)
        finally:
            shutil.rmtree(data, ignore_errors=True)
    for name, values in figures.items():
        print("%-10s median %6.0f ms  (min %.0f, max %.0f, %d rounds)" % (
            name, 1000 * statistics.median(values), 1000 * min(values), 1000 * max(values), rounds))


main()
