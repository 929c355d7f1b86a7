# SPDX-License-Identifier: Apache-2.0
"""WebSocket frames byte by byte, for tests that break the rules on purpose: RFC 6455 and RFC 7692 as plainly as they can be written."""
import base64
import hashlib
import os
import select
import socket
import time
import zlib

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
TAIL = b"\x00\x00\xff\xff"


def masked(payload, mask):
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(size, "little")


def frame(opcode, payload=b"", fin=True, rsv=0, mask=True):
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    bit = 0x80 if mask else 0
    size = len(payload)
    if size < 126:
        head += bytes([bit | size])
    elif size < 65536:
        head += bytes([bit | 126]) + size.to_bytes(2, "big")
    else:
        head += bytes([bit | 127]) + size.to_bytes(8, "big")
    if not mask:
        return head + payload
    key = os.urandom(4)
    return head + key + masked(payload, key)


def accept_key(key):
    return base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())


def fields(head):
    """Names (lower case) and values of a header block."""
    found = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name:
            found[name.strip().lower()] = value.strip()
    return found


class Ended(Exception):
    """The connection ended, or nothing came in time."""


class Wire:
    """One end of a connection after the handshake. `masks`: we are the client."""

    def __init__(self, sock, masks, rest=b""):
        self.sock, self.masks, self.buffer, self.wait_s = sock, masks, bytearray(rest), 30
        self.sock.settimeout(self.wait_s)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data, chop=0):
        """All of it, also to a peer that writes at the same time; `chop`: in pieces of that many bytes."""
        view = memoryview(bytes(data))
        step = chop or max(len(view), 1)
        for at in range(0, len(view), step):
            left = view[at:at + step]
            end = time.monotonic() + self.wait_s
            while left:
                readable, writable, _ = select.select([self.sock], [self.sock], [], max(0, end - time.monotonic()))
                if not readable and not writable:
                    raise Ended("the peer takes nothing")
                if readable:
                    self.fill()
                if writable:
                    self.sock.settimeout(0)
                    try:
                        left = left[self.sock.send(left):]
                    except BlockingIOError:
                        pass
                    finally:
                        self.sock.settimeout(self.wait_s)

    def fill(self):
        try:
            part = self.sock.recv(1 << 20)
        except (TimeoutError, OSError) as problem:
            raise Ended(str(problem)) from None
        if not part:
            raise Ended("the peer has closed")
        self.buffer += part

    def exactly(self, size):
        while len(self.buffer) < size:
            self.fill()
        part = bytes(self.buffer[:size])
        del self.buffer[:size]
        return part

    def until(self, text):
        while (at := self.buffer.find(text)) < 0:
            self.fill()
        return self.exactly(at + len(text))

    def read(self):
        """(opcode, fin, rsv, payload) of the next frame; checks that it is masked as it must be and in its shortest form."""
        first, second = self.exactly(2)
        size = second & 127
        if size == 126:
            size = int.from_bytes(self.exactly(2), "big")
            assert size > 125, "a length that isn't in its shortest form"
        elif size == 127:
            size = int.from_bytes(self.exactly(8), "big")
            assert size > 65535, "a length that isn't in its shortest form"
        assert bool(second & 128) != self.masks, "a frame that is masked and shouldn't be, or the other way round"
        key = self.exactly(4) if second & 128 else b""
        payload = self.exactly(size)
        if key:
            payload = masked(payload, key)
        return first & 15, bool(first & 128), first >> 4 & 7, payload

    def at_end(self):
        """True when the peer ends the connection now."""
        try:
            self.fill()
        except Ended as end:
            return "closed" in str(end) or "reset" in str(end)
        return False

    def close(self):
        self.sock.close()


def connect(port, path="/", extensions=None, fields_more=b""):
    """A Wire to a server, and what it answered to the handshake."""
    wire = Wire(socket.create_connection(("127.0.0.1", port), 60), masks=True)
    key = base64.b64encode(os.urandom(16))
    offer = b"Sec-WebSocket-Extensions: " + extensions.encode() + b"\r\n" if extensions else b""
    wire.send(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: 127.0.0.1:" + str(port).encode() +
              b"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key +
              b"\r\n" + offer + fields_more + b"\r\n")
    head = wire.until(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 "), head
    answer = fields(head)
    assert answer[b"sec-websocket-accept"] == accept_key(key), head
    return wire, answer


class Deflate:
    """permessage-deflate of one end: what it sends with `send_bits`, what it must be able to read with `receive_bits`."""

    def __init__(self, send_bits=15, receive_bits=15, send_takeover=True, receive_takeover=True):
        self.send_bits, self.receive_bits = send_bits, receive_bits
        self.send_takeover, self.receive_takeover = send_takeover, receive_takeover
        self.deflater = self.inflater = None

    def compress(self, payload):
        if self.deflater is None or not self.send_takeover:
            self.deflater = zlib.compressobj(6, zlib.DEFLATED, -max(self.send_bits, 9))
        data = self.deflater.compress(payload) + self.deflater.flush(zlib.Z_SYNC_FLUSH)
        assert data.endswith(TAIL)
        return data[:-4]

    def decompress(self, payload):
        """In small steps, so that the window counts and not what zlib has at hand."""
        if self.inflater is None or not self.receive_takeover:
            self.inflater = zlib.decompressobj(-self.receive_bits)
        step = 64 if self.receive_bits < 12 else 4096
        out, left = [], payload + TAIL
        while left:
            out.append(self.inflater.decompress(left, step))
            left = self.inflater.unconsumed_tail
        return b"".join(out)
