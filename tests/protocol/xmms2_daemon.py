# SPDX-License-Identifier: Apache-2.0
"""A scripted XMMS2 daemon on a Unix socket: it knows the wire of both protocols and answers what a table says."""
import os
import socket
import struct
import threading

REPLY, ERROR, BROADCAST = 0, 1, 33
BROADCASTS = {24: {"playlist_changed": 1, "current_pos": 2, "loaded": 3, "status": 5, "current_id": 7},
              18: {"playlist_changed": 0, "current_pos": 6, "loaded": 7, "status": 2, "current_id": 5}}


class Failure(str):
    pass


class Collection:
    def __init__(self, op, ids):
        self.op, self.ids = op, ids

    def __eq__(self, other):
        return isinstance(other, Collection) and (self.op, self.ids) == (other.op, other.ids)

    def __repr__(self):
        return f"Collection({self.op}, {self.ids})"


def text(value):
    raw = value.encode() + b"\0"
    return struct.pack(">I", len(raw)) + raw


def write(value, protocol):
    if value is None:
        return struct.pack(">I", 0)
    if isinstance(value, Failure):
        return struct.pack(">I", 1) + text(value)
    if isinstance(value, int):
        return struct.pack(">Iq" if protocol == 24 else ">Ii", 2, value)
    if isinstance(value, str):
        return struct.pack(">I", 3) + text(value)
    if isinstance(value, list):
        head = struct.pack(">III", 6, 0, len(value)) if protocol == 24 else struct.pack(">II", 6, len(value))
        return head + b"".join(write(one, protocol) for one in value)
    return struct.pack(">II", 7, len(value)) + b"".join(text(key) + write(one, protocol) for key, one in value.items())


class Reader:
    def __init__(self, raw, protocol):
        self.raw, self.at, self.protocol = raw, 0, protocol

    def u32(self):
        self.at += 4
        return struct.unpack(">I", self.raw[self.at - 4:self.at])[0]

    def integer(self):
        size, form = (8, ">q") if self.protocol == 24 else (4, ">i")
        self.at += size
        return struct.unpack(form, self.raw[self.at - size:self.at])[0]

    def text(self):
        size = self.u32()
        self.at += size
        return self.raw[self.at - size:self.at].split(b"\0")[0].decode()

    def value(self):
        tag = self.u32()
        if tag == 0:
            return None
        if tag == 2:
            return self.integer()
        if tag == 3:
            return self.text()
        if tag == 6:
            assert self.protocol == 18 or self.u32() == 0
            return [self.value() for _ in range(self.u32())]
        assert tag == 4, tag
        op = self.u32()
        for _ in range(self.u32()):
            self.text(), (self.value() if self.protocol == 24 else self.text())
        if self.protocol == 24:
            assert self.u32() == 2
        ids = [self.integer() for _ in range(self.u32())]
        if self.protocol == 24:
            assert self.u32() == 4
        assert self.u32() == 0
        return Collection(op, ids)


class Peer:
    """One of the daemon's clients."""

    def __init__(self, sock):
        self.socket, self.subscribed, self.name = sock, {}, ""
        self.lock = threading.Lock()


class Daemon:
    """answers: {(object, command): value, a function of the arguments, "silence", or raw bytes in place of a whole message}.
    `calls` are those of the player protocol, `station_calls` those of the station; both have a connection."""

    def __init__(self, path, answers, protocol=24):
        self.path, self.answers, self.protocol = path, dict(answers), protocol
        self.calls, self.station_calls, self.peers, self.connections = [], [], [], 0
        self.listener = socket.socket(socket.AF_UNIX)
        if os.path.exists(path):
            os.unlink(path)
        self.listener.bind(path)
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.run, args=(Peer(sock),), daemon=True).start()

    def run(self, peer):
        self.peers.append(peer)
        try:
            self.talk(peer)
        except OSError:
            pass
        self.peers.remove(peer)

    def receive(self, peer, size):
        raw = b""
        while len(raw) < size:
            part = peer.socket.recv(size - len(raw))
            if not part:
                raise OSError("gone")
            raw += part
        return raw

    def talk(self, peer):
        while True:
            where, command, cookie, size = struct.unpack(">IIII", self.receive(peer, 16))
            payload = self.receive(peer, size)
            if (where, command) == (1, 32) and self.protocol == 18 and payload[4:12] == struct.pack(">II", 0, 2):
                self.send(peer, where, ERROR, cookie, Failure("Wrong number of arguments to hello"))
                continue
            arguments = Reader(payload, self.protocol).value()
            if (where, command) == (0, BROADCAST):
                peer.subscribed[arguments[0]] = cookie
                continue
            if (where, command) == (1, 32):
                peer.name = arguments[1]
                self.connections += peer.name == "wxmms2"
            (self.station_calls if peer.name == "longwave" else self.calls).append((where, command, arguments))
            answer = self.answers.get((where, command), "silence")
            if callable(answer):
                answer = answer(arguments)
            if isinstance(answer, bytes):
                peer.socket.sendall(answer)
            elif answer != "silence":
                self.send(peer, where, ERROR if isinstance(answer, Failure) else REPLY, cookie, answer)

    def send(self, peer, where, command, cookie, value):
        raw = write(value, self.protocol)
        with peer.lock:
            peer.socket.sendall(struct.pack(">IIII", where, command, cookie, len(raw)) + raw)

    def tell(self, name, value):
        number = BROADCASTS[self.protocol][name]
        for peer in list(self.peers):
            if number in peer.subscribed:
                self.send(peer, 0, BROADCAST, peer.subscribed[number], value)

    def cut(self):
        for peer in list(self.peers):
            peer.socket.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for peer in list(self.peers):
            peer.socket.close()
        os.unlink(self.path)
