#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Memory of a radio listener: bench/listeners.py build/release/longwave MUSIC_DIR [COUNT]

Opens COUNT listeners of the MP3 stream in two halves, reads what comes, and tells by how much the server's private
memory (Private_Dirty of smaps_rollup) grew with the second half. Loopback only."""
import http.client
import resource
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def private_kb(pid):
    for line in open("/proc/%d/smaps_rollup" % pid):
        if line.startswith("Private_Dirty"):
            return int(line.split()[1])


def drain(selector, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for key, _ in selector.select(0.1):
            try:
                while key.fileobj.recv(262144):
                    pass
            except BlockingIOError:
                pass


def main():
    binary, music = sys.argv[1], sys.argv[2]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    data = tempfile.mkdtemp(prefix="longwave-listeners-")
    port = free_port()
    server = subprocess.Popen([binary, "serve", "--music", music, "--data", data, "--listen", "127.0.0.1:%d" % port,
                               "--listeners", str(count + 10)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    selector = selectors.DefaultSelector()
    try:
        for _ in range(300):
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/health")
                break
            except OSError:
                time.sleep(0.05)
        time.sleep(5)

        def listen():
            s = socket.create_connection(("127.0.0.1", port))
            s.sendall(b"GET /listen/main.mp3 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nIcy-MetaData: 1\r\nUser-Agent: bench\r\n\r\n" % port)
            s.setblocking(False)
            selector.register(s, selectors.EVENT_READ)

        listen()  # what the mount keeps (half a minute of its stream) is no listener's
        drain(selector, 40)
        figures = []
        for _ in range(2):
            for i in range(count // 2):
                listen()
                if i % 50 == 49:
                    drain(selector, 0.2)
            drain(selector, 5)
            figures.append(private_kb(server.pid))
        print("%d listeners: %d KiB, %d: %d KiB; %.0f bytes for each of the second half" % (
            count // 2, figures[0], count, figures[1], (figures[1] - figures[0]) * 1024 / (count // 2)))
    finally:
        server.terminate()
        server.wait(15)
        shutil.rmtree(data, ignore_errors=True)


main()
