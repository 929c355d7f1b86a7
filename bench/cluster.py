#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Two nodes on a Redis: bench/cluster.py build/release/longwave [WHAT ...]

WHAT: publish (one node to a subscriber of the other: each alone, and as many as go), recovery (5,000 subscribers come back
at once after their node was killed, with what they know). Needs redis-server. Loopback only."""
import pathlib
import sys
import time

TOP = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOP / "tests" / "protocol"), str(TOP / "tests" / "faults")]
import channel_crowd  # noqa: E402
from cluster import Cluster  # noqa: E402

RULE = ["--channel", '{"name":"load:*","publish":"anyone"}']


def cpu_s(server):
    """User and system time of a process so far."""
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def say(crowd, count):
    """So many messages, as many at a time as a connection may."""
    end = crowd.confirmed + count
    for i in range(count):
        while end - count + i - crowd.confirmed >= 60:
            crowd.pump(0.001)
        crowd.publish()


def publish(binary, count=3000):
    with Cluster(binary, options=RULE) as cluster:
        here, there = cluster.nodes
        with channel_crowd.Crowd(there, 1, 1) as listening, channel_crowd.Crowd(here, 0, 1) as saying:
            listening.assemble()

            def both(wait_s):
                saying.pump(0)
                listening.pump(wait_s)

            for i in range(500):
                saying.publish()
                while listening.delivered <= i:
                    both(0.0005)
            alone = [round(listening.percentile(share), 2) for share in (0.5, 0.99)]
            listening.took_ms.clear()
            began, cpu = time.monotonic(), cpu_s(here) + cpu_s(there)
            for i in range(500, 500 + count):
                while i - saying.confirmed >= 60:
                    both(0)
                saying.publish()
            while listening.delivered < 500 + count or saying.confirmed < 500 + count:
                both(0.001)
            took = time.monotonic() - began
            cpu = cpu_s(here) + cpu_s(there) - cpu
            assert not listening.problems and not saying.problems, (listening.problems, saying.problems)
            print(f"publish through Redis, node to node: alone p50 {alone[0]} ms, p99 {alone[1]} ms; "
                  f"pipelined {count / took:.0f} a second, {cpu / count * 1e6:.0f} us of CPU of both nodes each", flush=True)


def recovery(binary, clients=5000, channels=500):
    channel_crowd.raise_descriptor_limit(clients + 200)
    with Cluster(binary, options=RULE) as cluster:
        here, there = cluster.nodes
        with channel_crowd.Crowd(here, clients, channels) as crowd, channel_crowd.Crowd(there, 0, channels) as saying:
            crowd.assemble()
            say(saying, channels)
            saying.settle(lambda: saying.confirmed == channels, 30, "all is published")
            crowd.settle(crowd.level, 30, "all is delivered")
            crowd.leave(crowd.publisher)
            for member in crowd.members:
                crowd.leave(member)
                member.left_at = time.monotonic()
            here.kill()
            say(saying, 2 * channels)
            saying.settle(lambda: saying.confirmed == 3 * channels, 30, "all is published")
            here.start()
            cluster.until_well()
            began, cpu, before = time.monotonic(), cpu_s(here), crowd.delivered
            for i, member in enumerate(crowd.members):
                crowd.enter(member)
                if i % 50 == 49:
                    crowd.pump(0)
            crowd.settle(lambda: all(member.joined for member in crowd.members), 60, "everybody is back")
            took, cpu = time.monotonic() - began, cpu_s(here) - cpu
            crowd.settle(crowd.level, 30, "everybody knows the same")
            assert not crowd.problems, crowd.problems[:3]
            print(f"recovery: {clients} clients of {channels} channels were back after {took:.1f} s, {crowd.recoveries} recovered with "
                  f"{crowd.delivered - before} publications; {cpu:.2f} s of CPU of the node", flush=True)


def main():
    wanted = sys.argv[2:] or ["publish", "recovery"]
    figures = {"publish": publish, "recovery": recovery}
    for what in wanted:
        figures[what](sys.argv[1])


main()
