#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Memory of an idle, subscribed WebSocket, hub included: bench/idle.py build/release/longwave MUSIC_DIR [COUNT]

Opens COUNT connections to /rpc in two halves, subscribes each to `library` and one in ten to `station:main`, and tells
by how much the server's private memory (Private_Dirty of smaps_rollup) grew with the second half. Loopback only."""
import base64
import http.client
import json
import os
import resource
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def text_frame(text):
    data = text.encode()
    head = bytes([0x81, 0x80 | len(data)]) if len(data) < 126 else b"\x81\xfe" + struct.pack(">H", len(data))
    return head + b"\0\0\0\0" + data  # a mask of zeros leaves the text as it is


def connect(port, source, channels):
    s = socket.socket()
    s.bind((source, 0))
    s.connect(("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    s.sendall(("GET /rpc HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n" % (port, key)).encode())
    got = b""
    while b"\r\n\r\n" not in got:
        got += s.recv(4096)
    assert got.startswith(b"HTTP/1.1 101"), got
    s.sendall(text_frame(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "channel.subscribe",
                                     "params": {"channels": channels}})))
    return s


def drain(sockets, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for s in sockets:
            s.setblocking(False)
            try:
                while s.recv(65536):
                    pass
            except BlockingIOError:
                pass
        time.sleep(0.2)


def private_kb(pid):
    for line in open("/proc/%d/smaps_rollup" % pid):
        if line.startswith("Private_Dirty"):
            return int(line.split()[1])


def main():
    binary, music = sys.argv[1], sys.argv[2]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 6000
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    data = tempfile.mkdtemp(prefix="longwave-idle-")
    port = free_port()
    server = subprocess.Popen([binary, "serve", "--music", music, "--data", data, "--listen", "127.0.0.1:%d" % port],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/health")
                break
            except OSError:
                time.sleep(0.05)
        time.sleep(5)
        sockets, figures = [], []
        for half in range(2):
            for i in range(count // 2):
                channels = ["library", "station:main"] if i % 10 == 0 else ["library"]
                sockets.append(connect(port, "127.0.0.%d" % (2 + i % 8), channels))
                if i % 200 == 199:
                    drain(sockets[-200:], 0.1)
            drain(sockets, 6)
            figures.append(private_kb(server.pid))
        print("%d connections: %d KiB, %d: %d KiB; %.0f bytes for each of the second half" % (
            count // 2, figures[0], count, figures[1], (figures[1] - figures[0]) * 1024 / (count // 2)))
    finally:
        server.terminate()
        server.wait(15)
        shutil.rmtree(data, ignore_errors=True)


main()
