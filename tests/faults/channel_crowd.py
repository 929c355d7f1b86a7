# SPDX-License-Identifier: Apache-2.0
"""Thousands of subscribers in one process, each of which checks that it misses nothing: what it is sent continues exactly
where it was, on every channel, also after it has left and come back."""
import json
import random
import resource
import selectors
import time

import raw
from crowd import connect

OPCODE_TEXT, OPCODE_CLOSE, OPCODE_PING, OPCODE_PONG = 1, 8, 9, 10
NOTHING = b"\0\0\0\0"  # a mask that leaves the text as it is


def masked(payload, opcode=OPCODE_TEXT):
    size = len(payload)
    head = bytes([0x80 | opcode, 0x80 | size]) if size < 126 else bytes([0x80 | opcode, 0xFE]) + size.to_bytes(2, "big")
    return head + NOTHING + payload


class Member:
    """One connection and its channel. `position` outlives the connection: it is what it comes back with."""

    def __init__(self, number, channel):
        self.number, self.channel = number, channel
        self.socket, self.buffer, self.joined = None, bytearray(), False
        self.offset, self.epoch, self.said, self.left_at = None, None, None, None


class Crowd:
    """with Crowd(server, connections=9000, channels=1000) as crowd: crowd.run(seconds=600)"""

    def __init__(self, server, connections, channels, seed=1):
        self.server, self.random = server, random.Random(seed)
        self.selector = selectors.EpollSelector()
        self.channels = [f"load:{i}" for i in range(channels)]
        self.members = [Member(i, self.channels[i % channels]) for i in range(connections)]
        self.published = dict.fromkeys(self.channels, 0)  # messages by number, per channel
        self.confirmed = self.refused = self.delivered = self.recoveries = self.starts = self.events = 0
        self.problems, self.took_ms, self.pings = [], [], 0
        self.calls = 0
        self.tops = {}
        self.publisher = Member(-1, None)

    def __enter__(self):
        self.enter(self.publisher)
        return self

    def __exit__(self, *_):
        for member in [*self.members, self.publisher]:
            if member.socket:
                member.socket.close()
        self.selector.close()

    def wrong(self, what):
        self.problems.append(what)

    # Connections.

    def enter(self, member):
        member.socket = connect(self.server, member.number)
        member.socket.sendall(raw.upgrade(self.server))
        answer, _ = raw.receive(member.socket, 60, b"\r\n\r\n")
        assert raw.status(answer) == 101, answer[:200]
        member.buffer = bytearray(answer.split(b"\r\n\r\n", 1)[1])
        member.joined = False
        member.socket.setblocking(False)
        self.selector.register(member.socket, selectors.EVENT_READ, member)
        if member.channel:
            self.subscribe(member)

    def subscribe(self, member):
        params = {"channels": [member.channel]}
        if member.offset is not None:
            params["since"] = {member.channel: {"offset": member.offset, "epoch": member.epoch}}
        self.call(member, "channel.subscribe", params)

    def leave(self, member):
        self.selector.unregister(member.socket)
        member.socket.close()
        member.socket, member.joined = None, False

    def call(self, member, method, params):
        self.calls += 1
        text = json.dumps({"jsonrpc": "2.0", "id": self.calls, "method": method, "params": params}).encode()
        member.socket.sendall(masked(text))

    def assemble(self, per_s=1500):
        """Everybody connects and subscribes."""
        began = time.monotonic()
        for i, member in enumerate(self.members):
            self.enter(member)
            self.pump(max(0, began + i / per_s - time.monotonic()) if i % 50 == 0 else 0)
        self.settle(lambda: all(member.joined for member in self.members), 60, "everybody has subscribed")

    def settle(self, condition, wait_s, what):
        end = time.monotonic() + wait_s
        while not condition():
            self.pump(0.05)
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not within {wait_s} s; {self.problems[:3]}")

    # What comes.

    def pump(self, wait_s):
        for key, _ in self.selector.select(wait_s):
            member = key.data
            if member.socket is None:
                continue
            try:
                part = member.socket.recv(262144)
            except BlockingIOError:
                continue
            except OSError:
                part = b""
            if not part:
                self.wrong(f"connection {member.number} was cut")
                self.leave(member)
                continue
            member.buffer += part
            self.frames(member)

    def frames(self, member):
        buffer, at = member.buffer, 0
        while len(buffer) - at >= 2:
            opcode, size, head = buffer[at] & 15, buffer[at + 1], 2
            if size == 126:
                size, head = int.from_bytes(buffer[at + 2:at + 4], "big"), 4
            elif size == 127:
                size, head = int.from_bytes(buffer[at + 2:at + 10], "big"), 10
            if len(buffer) - at < head + size:
                break
            payload = bytes(buffer[at + head:at + head + size])
            at += head + size
            if opcode == OPCODE_TEXT:
                self.message(member, json.loads(payload))
            elif opcode == OPCODE_PING:
                self.pings += 1
                member.socket.sendall(masked(payload, OPCODE_PONG))
            elif opcode == OPCODE_CLOSE:
                self.wrong(f"connection {member.number} was closed: {payload!r}")
        del buffer[:at]

    def message(self, member, message):
        if "method" in message:
            return self.note(member, message["method"], message["params"])
        if member is self.publisher:
            return self.answer_to_publish(message)
        if "error" in message:
            return self.wrong(f"refused: {message['error']}")
        said = message["result"]["channels"][member.channel]
        if "error" in said:
            return self.wrong(f"not subscribed: {said['error']}")
        known = member.offset
        if member.left_at is not None:
            if not said["recovered"]:
                self.wrong(f"{member.channel}: not recovered: {said}")
            self.recoveries += 1
        else:
            self.starts += 1
        if known is not None and known != said["offset"]:
            self.wrong(f"{member.channel}: has {known} and was told {said['offset']}")
        member.joined, member.offset, member.epoch = True, said["offset"], said["epoch"]
        if member.left_at is None:
            member.said = None
        return None

    def answer_to_publish(self, message):
        if "error" in message:
            self.refused += 1
            self.wrong(f"publish was refused: {message['error']}")
        else:
            self.confirmed += 1

    def note(self, member, method, params):
        if method == "presence.changed" or params.get("channel") != member.channel:
            return
        offset, epoch = params["offset"], params["epoch"]
        if method == "channel.reset":
            return self.wrong(f"{member.channel}: told to begin anew: {params}")
        if member.offset is not None and (offset, epoch) != (member.offset + 1, member.epoch) and params.get("after") != member.offset:
            self.wrong(f"{member.channel}: after {member.offset} came {offset} ({method})")
        member.offset, member.epoch = offset, epoch
        if method != "channel.message":
            self.events += 1
            return None
        self.delivered += 1
        body = params["data"]["data"]
        if member.said is not None and body["n"] != member.said + 1:
            self.wrong(f"{member.channel}: after message {member.said} came {body['n']}")
        member.said = body["n"]
        if member.joined:
            self.took_ms.append((time.monotonic_ns() - body["t"]) / 1e6)
        return None

    # What is done.

    def publish(self):
        """Some channel's next message."""
        channel = self.random.choice(self.channels)
        self.published[channel] += 1
        self.call(self.publisher, "channel.publish",
                  {"channel": channel, "data": {"n": self.published[channel], "t": time.monotonic_ns()}})

    def churn(self):
        """Somebody leaves for a moment, or comes back; one in eight begins anew."""
        member = self.random.choice(self.members)
        if member.socket is None:
            if self.random.random() < 0.125:
                member.offset = member.epoch = member.said = member.left_at = None
            self.enter(member)
        elif member.joined:
            self.leave(member)
            member.left_at = time.monotonic()

    def run(self, seconds, per_s=100, churn_per_s=20, every_s=60, look=lambda second: None):
        """Publishes and churns at a steady rate, whatever comes back."""
        began = time.monotonic()
        told = published = churned = 0
        while (now := time.monotonic() - began) < seconds and len(self.problems) < 20:
            while published < now * per_s and published - self.confirmed - self.refused < 60:  # 64 calls at a time are allowed
                self.publish()
                published += 1
            while churned < now * churn_per_s:
                self.churn()
                churned += 1
            # who is away comes back within some seconds
            self.pump(0.002)
            if now > told:
                told += every_s
                look(now)
                self.call_back()
        for member in self.members:
            if member.socket is None:
                self.enter(member)
        self.settle(lambda: self.confirmed + self.refused == published and all(m.joined for m in self.members), 60,
                    "everybody is back and every publication is confirmed")
        self.settle(self.level, 30, "everybody knows the same")

    def call_back(self):
        for member in self.members:
            if member.socket is None and member.left_at and time.monotonic() - member.left_at > 30:
                self.enter(member)

    def level(self):
        """All members of a channel stand at the same place, and have its last message."""
        tops = {}
        for member in self.members:
            tops.setdefault(member.channel, set()).add((member.offset, member.epoch))
        return all(len(places) == 1 for places in tops.values())

    def check(self):
        for member in self.members:
            if member.said is not None and member.said != self.published[member.channel]:
                self.wrong(f"{member.channel}: message {member.said} is the last here, of {self.published[member.channel]}")
        assert not self.problems, (len(self.problems), self.problems[:5])

    def percentile(self, share):
        took = sorted(self.took_ms)
        return took[min(len(took) - 1, int(len(took) * share))] if took else float("nan")



def raise_descriptor_limit(count):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count), hard))
