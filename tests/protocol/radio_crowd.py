# SPDX-License-Identifier: Apache-2.0
"""Listeners of a radio that several streamers give, as players are: each has the list of all addresses, goes to the next one when its own is gone, and plays what it gets.

One *witness* for each streamer keeps every byte, to be decoded; what anybody else gets must be, byte for byte, a piece of what the witness of the same streamer got.
"""
import selectors
import socket
import threading
import time
import urllib.parse

BYTES_A_SECOND = 16000  # 128 kbit/s
LOOK_BACK = 12 * BYTES_A_SECOND
HEAD = 4096       # so much is compared to find the place
PATIENCE_S = 8    # a player gives up on a stream that says nothing


class Piece:
    """What came over one connection."""

    def __init__(self, address, index):
        self.address, self.index = address, index
        self.asked, self.began, self.ended = time.monotonic(), None, None
        self.began_at = None                # time of day
        self.count, self.late_s = 0, 0.0    # bytes; how long the player had nothing to play, in all
        self.stalls = []                    # (when, seconds)
        self.kept = None                    # every byte, of a witness
        self.of, self.place = None, None    # the witness' piece that it is a part of, and where in it
        self.waiting = bytearray()          # came before the witness got the same
        self.wrong = False

    def heard_until(self):
        return self.began + self.late_s + self.count / BYTES_A_SECOND


class Listener:
    def __init__(self, addresses, index, witness):
        self.addresses, self.index, self.witness = addresses, index, witness
        self.pieces, self.refused = [], 0
        self.socket, self.head, self.retry_at, self.last = None, bytearray(), 0.0, 0.0


class Crowd:
    """with Crowd(addresses, 300) as crowd: … crowd.pieces() …"""

    def __init__(self, addresses, count):
        self.addresses, self.count = addresses, count
        self.selector, self.over, self.failure = selectors.DefaultSelector(), threading.Event(), None
        self.witnesses = [Listener(addresses, i, True) for i in range(len(addresses))]
        self.listeners = []
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        for one in self.witnesses:
            self.connect(one)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(30)
        for one in [*self.witnesses, *self.listeners]:
            if one.socket:
                one.socket.close()
        self.selector.close()

    def enter(self):
        """The listeners come, when their witnesses hear something. As many on each streamer."""
        self.until(lambda: all(self.on_air(one, 8) for one in self.witnesses), "the witnesses hear")
        for i in range(self.count):
            self.listeners.append(Listener(self.addresses, i % len(self.addresses), False))
        self.until(lambda: all(self.on_air(one) for one in self.listeners), "the listeners hear")

    @staticmethod
    def on_air(one, seconds=1):
        return bool(one.pieces) and one.pieces[-1].ended is None and one.pieces[-1].count > seconds * BYTES_A_SECOND

    def until(self, condition, what, wait_s=60):
        end = time.monotonic() + wait_s
        while not condition():
            assert not self.failure, self.failure
            assert time.monotonic() < end, f"waited until {what}"
            time.sleep(0.05)

    def run(self):
        try:
            while not self.over.is_set():
                self.turn()
        except Exception as problem:
            self.failure = problem
            raise

    def turn(self):
        for key, _ in self.selector.select(0.05):
            self.readable(key.data)
        now = time.monotonic()
        for one in [*self.witnesses, *self.listeners]:
            if one.socket is None and now >= one.retry_at:
                self.connect(one)
            elif one.socket is not None and now - one.last > PATIENCE_S:
                self.lost(one)

    def connect(self, one):
        url = urllib.parse.urlsplit(one.addresses[one.index])
        try:
            one.socket = socket.create_connection((url.hostname, url.port), 2)
            one.socket.sendall(f"GET {url.path} HTTP/1.0\r\nHost: {url.netloc}\r\nUser-Agent: crowd\r\n\r\n".encode())
        except OSError:
            if one.socket:
                one.socket.close()
            one.socket = None
            return self.elsewhere(one)
        one.socket.setblocking(False)
        one.head, one.last = bytearray(), time.monotonic()
        one.pieces.append(Piece(url.netloc, one.index))
        if one.witness:
            one.pieces[-1].kept = bytearray()
        self.selector.register(one.socket, selectors.EVENT_READ, one)

    def elsewhere(self, one):
        one.refused += 1
        if not one.witness:
            one.index = (one.index + 1) % len(one.addresses)
        one.retry_at = time.monotonic() + (0.2 if one.witness else 0.02)

    def lost(self, one):
        self.selector.unregister(one.socket)
        one.socket.close()
        one.socket = None
        piece = one.pieces[-1]
        piece.ended = time.monotonic()
        if piece.began is None:
            one.pieces.pop()
        self.elsewhere(one)

    def readable(self, one):
        try:
            data = one.socket.recv(262144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            return self.lost(one)
        one.last = time.monotonic()
        piece = one.pieces[-1]
        if piece.began is None:
            one.head += data
            head, end, data = one.head.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 200 " not in head.split(b"\r\n", 1)[0]:
                return self.lost(one)
            if not data:
                piece.began = None
                one.head = bytearray(head + end)
                return
            piece.began, piece.began_at = one.last, time.time()
        self.take(piece, bytes(data), one.last)

    def take(self, piece, data, now):
        hole = now - piece.heard_until()
        if piece.count and hole > 0:
            piece.stalls.append((now, hole))
            piece.late_s += hole
        piece.count += len(data)
        if piece.kept is not None:
            piece.kept += data
            return
        piece.waiting += data
        self.compare(piece)

    def compare(self, piece):
        if piece.of is None:
            of = self.witnesses[piece.index].pieces[-1]
            if of.ended is not None or of.began is None or len(piece.waiting) < HEAD:
                return
            from_where = max(0, len(of.kept) - LOOK_BACK)
            place = of.kept.rfind(bytes(piece.waiting[:HEAD]), from_where)
            if place < 0:
                return
            piece.of, piece.place = of, place
        at = piece.place + piece.count - len(piece.waiting)
        ready = min(len(piece.waiting), len(piece.of.kept) - at)
        if ready <= 0:
            return
        if piece.waiting[:ready] != piece.of.kept[at:at + ready]:
            piece.wrong = True
        del piece.waiting[:ready]

    def settle(self):
        """The last comparisons, after the end."""
        for one in self.listeners:
            for piece in one.pieces:
                if piece.waiting:
                    self.compare(piece)
