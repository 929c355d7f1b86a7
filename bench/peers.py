#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Longwave's sockets next to servers that others wrote: bench/peers.py [WHAT ...] [--rounds N] [--servers a,b] [--port N]

WHAT: fanout (single and bursts), deflate, loops, echo, idle, storm; all without one. The servers are pinned to core 0
(two loops: to both) and the clients (load_bench, one for all protocols) to core 1. Rounds are interleaved: every server
once, then again. CPU is user and system time of all threads of the server's processes. Needs the packages
libnginx-mod-nchan and nats-server, and npm; what is missing is left out and said. Loopback only."""
import argparse
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent / "build" / "release"

NGINX = """load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
worker_processes %(loops)d; daemon off; master_process on; error_log stderr error; pid %(folder)s/pid; user root;
worker_rlimit_nofile 20000;
events { worker_connections 19000; }
http {
  access_log off; nchan_shared_memory_size 256M;
  client_body_temp_path %(folder)s/a; proxy_temp_path %(folder)s/b; fastcgi_temp_path %(folder)s/c;
  uwsgi_temp_path %(folder)s/d; scgi_temp_path %(folder)s/e;
  server {
    listen 127.0.0.1:%(port)d backlog=4096 reuseport;
    location = /subscribe {
      nchan_subscriber websocket; nchan_channel_id $arg_id; nchan_subscriber_first_message newest;
      nchan_message_buffer_length 300; nchan_message_timeout 1h;
    }
    location = /publish {
      nchan_publisher websocket; nchan_channel_id $arg_id; nchan_message_buffer_length 300; nchan_message_timeout 1h; %(deflate)s
    }
  }
}
"""
NATS = """host: 127.0.0.1
port: %(second)d
ping_interval: "20m"
max_connections: 20000
websocket { host: 127.0.0.1, port: %(port)d, no_tls: true, compression: %(yes)s }
"""


class Peer:
    """A server of one kind, running."""

    def __init__(self, kind, port, loops=1, deflate=False, options=()):
        self.kind, self.port, self.second = kind, port, port + 1
        self.folder = tempfile.mkdtemp(prefix="longwave-peers-")
        words = {"port": port, "second": self.second, "folder": self.folder, "loops": loops, "yes": "true" if deflate else "false",
                 "deflate": "nchan_deflate_message_for_websocket on;" if deflate else ""}
        environment = dict(os.environ)
        if kind == "bare":
            command = [BUILD / "bench" / "bare_bench", port]
        elif kind == "hub":
            command = [BUILD / "bench" / "hub_server_bench", port, loops, *(["deflate"] if deflate else []), *options]
        elif kind == "socketio-library":
            command = [BUILD / "bench" / "socketio_server_bench", port, loops]
        elif kind == "longwave":
            pathlib.Path(self.folder, "music").mkdir()
            command = [BUILD / "longwave", "serve", "--music", self.folder + "/music", "--data", self.folder + "/data",
                       "--listen", f"127.0.0.1:{port}", "--net-threads", loops, *options]
        elif kind == "nchan":
            pathlib.Path(self.folder, "conf").write_text(NGINX % words)
            command = ["/usr/sbin/nginx", "-c", self.folder + "/conf", "-p", self.folder]
        elif kind == "nats":
            pathlib.Path(self.folder, "conf").write_text(NATS % words)
            command = ["/usr/sbin/nats-server", "-c", self.folder + "/conf"]
            environment["GOMAXPROCS"] = str(loops)
        else:
            command = ["node", HERE / "peers" / (kind + "_server.mjs"), port, *(["deflate"] if deflate else [])]
        cores = "0" if loops == 1 else "0,1"
        self.process = subprocess.Popen(["taskset", "-c", cores, *map(str, command)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE if kind == "hub" else subprocess.DEVNULL,
                                        env=environment)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 0.5).close()
                break
            except OSError:
                assert self.process.poll() is None, f"{kind} ended with {self.process.returncode}"
                time.sleep(0.05)

    def pids(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def cpu(self):
        """Seconds of user and system time."""
        nanoseconds = 0
        for pid in self.pids():
            for task in os.listdir(f"/proc/{pid}/task"):
                nanoseconds += int(pathlib.Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[0])
        return nanoseconds / 1e9

    def memory(self):
        """Bytes that are this server's own: private, or shared between its processes."""
        kib = 0
        for pid in self.pids():
            for line in open(f"/proc/{pid}/smaps_rollup"):
                if line.startswith("Pss_Anon:") or line.startswith("Pss_Shmem:"):
                    kib += int(line.split()[1])
        return kib * 1024

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Load:
    """The clients of one server."""

    def __init__(self, peer, deflate=False, size=128):
        protocol = {"hub": "longwave", "socketio-library": "socketio"}.get(peer.kind, peer.kind)
        command = [BUILD / "bench" / "load_bench", protocol, peer.port, peer.second if peer.kind == "nats" else peer.port,
                   "--bytes", size, *(["--deflate"] if deflate else [])]
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def order(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(self.process.stderr.read().strip() or "the clients ended")
        return [float(word) for word in line.split()[1:]]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def delivery(peer, load, batch, seconds=3):
    """µs of CPU for each delivered message, 100 messages a second."""
    before = peer.cpu()
    got, expected, _ = load.order("publish", 100, batch, seconds)
    if got < expected:
        raise RuntimeError(f"{int(expected - got)} of {int(expected)} were not delivered")
    return (peer.cpu() - before) * 1e6 / expected


def fanout_round(kind, port, rows, loops=1, deflate=False, size=128, tag=""):
    with Peer(kind, port, loops, deflate) as peer, Load(peer, deflate, size) as load:
        load.order("connect", 1000)
        load.order("quiet", 700)
        delivery(peer, load, 1, 1)  # warm
        for name, batch in (("single", 1), ("burst", 10)):
            measured = delivery(peer, load, batch)
            rows.setdefault((kind + tag, name + " µs/delivery"), []).append(measured)


def fanout(kinds, port, rows):
    for kind in kinds:
        attempt(kind, rows, fanout_round, kind, port, rows)


def deflate(kinds, port, rows):
    """Messages of 1,024 bytes of JSON-like text, plain and compressed. NATS puts several messages into one compressed
    frame, where they can't be counted without unpacking."""
    for kind in kinds:
        if kind in ("bare", "longwave", "nats"):
            continue
        for on in (False, True):
            attempt(kind, rows, fanout_round, kind, port, rows, 1, on, 1024, " deflate" if on else " plain")


def two_loops(kinds, port, rows):
    for kind in kinds:
        if kind in ("hub", "nchan", "nats"):
            for loops in (1, 2):
                attempt(kind, rows, fanout_round, kind, port, rows, loops, False, 128, f" {loops} loops")


def echo(kinds, port, rows):
    for kind in kinds:
        if kind in ("nchan", "nats", "longwave"):
            continue

        def measure():
            with Peer(kind, port) as peer, Load(peer) as load:
                load.order("echo", 64, 1)
                before = peer.cpu()
                count, _ = load.order("echo", 64, 3)
                if count == 0:
                    raise RuntimeError("no request was answered")
                rows.setdefault((kind, "echo µs/request"), []).append((peer.cpu() - before) * 1e6 / count)

        attempt(kind, rows, measure)


def idle(kinds, port, rows):
    for kind in kinds:
        if kind == "bare":
            continue

        def measure():
            with Peer(kind, port) as peer, Load(peer) as load:
                load.order("connect", 1000)
                load.order("quiet", 3000)
                time.sleep(2)
                before = peer.memory()
                load.order("connect", 8000)
                load.order("quiet", 3000)
                time.sleep(2)
                rows.setdefault((kind, "idle bytes/connection"), []).append((peer.memory() - before) / 8000)

        attempt(kind, rows, measure)


def storm(kinds, port, rows):
    for kind in kinds:
        if kind == "bare":
            continue

        def measure():
            with Peer(kind, port) as peer, Load(peer) as load:
                load.order("connect", 9000)
                load.order("quiet", 1000)
                before = peer.cpu()
                _, seconds = load.order("storm")
                cpu = peer.cpu() - before
                after, = load.order("quiet", 1000)
                rows.setdefault((kind, "storm s until all are back"), []).append(seconds)
                rows.setdefault((kind, "storm CPU s"), []).append(cpu)
                rows.setdefault((kind, "storm MB that follow"), []).append(after / 1e6)

        attempt(kind, rows, measure)


def attempt(kind, rows, act, *words):
    try:
        act(*words)
    except (RuntimeError, OSError, AssertionError) as problem:
        rows.setdefault((kind, "problems"), []).append(0)
        print(f"  {kind}: {problem}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--servers", default="bare,hub,longwave,nchan,nats,ws,socketio")
    parser.add_argument("--port", type=int, default=22600)
    options = parser.parse_args()
    kinds = options.servers.split(",")
    for kind, needed in (("nchan", "/usr/sbin/nginx"), ("nats", "/usr/sbin/nats-server")):
        if kind in kinds and not os.path.exists(needed):
            print(f"{kind} is left out: {needed} is not installed")
            kinds.remove(kind)
    if "ws" in kinds or "socketio" in kinds:
        if not (HERE / "peers" / "node_modules").exists():
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE / "peers", check=True, stdout=subprocess.DEVNULL)
    suites = {"fanout": [k for k in kinds if k != "longwave"], "deflate": kinds, "loops": kinds, "echo": kinds, "idle": kinds,
              "storm": kinds}
    acts = {"fanout": fanout, "deflate": deflate, "loops": two_loops, "echo": echo, "idle": idle, "storm": storm}
    for what in options.what or suites:
        rows = {}
        loads = []
        for _ in range(options.rounds):
            loads.append(os.getloadavg()[0])
            acts[what](suites[what], options.port, rows)
        print(f"{what}: medians of {options.rounds}, load average {min(loads):.1f} to {max(loads):.1f}, {time.strftime('%H:%M')}")
        for (kind, measure), values in sorted(rows.items(), key=lambda row: (row[0][1], statistics.median(row[1]))):
            values.sort()
            print(f"| {kind} | {measure} | {statistics.median(values):.3f} | {values[0]:.3f} to {values[-1]:.3f} |", flush=True)


main()
