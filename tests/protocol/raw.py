# SPDX-License-Identifier: Apache-2.0
"""Bytes on a socket, for what no decent client would send."""
import base64
import os
import socket
import time


def exchange(server, sent, wait_s=30, until=None):
    """Sends bytes and reads until the server closes, `until` appears, or time is up. (bytes, closed by the server)"""
    with socket.create_connection(("127.0.0.1", server.port), wait_s) as connection:
        for part in sent if isinstance(sent, (list, tuple)) else [sent]:
            try:
                connection.sendall(part)
            except OSError:
                break
        return receive(connection, wait_s, until)


def receive(connection, wait_s, until=None):
    got, end = b"", time.monotonic() + wait_s
    while True:
        left = end - time.monotonic()
        if left <= 0:
            return got, False
        connection.settimeout(left)
        try:
            part = connection.recv(65536)
        except TimeoutError:
            return got, False
        except OSError:
            return got, True
        if not part:
            return got, True
        got += part
        if until and until in got:
            return got, False


def status(answer):
    """The code of the first status line; None if nothing like one came."""
    line = answer.split(b"\r\n", 1)[0].split(b" ")
    return int(line[1]) if len(line) > 1 and line[0].startswith(b"HTTP/1.") and line[1].isdigit() else None


def get(server, path="/", host=None, extra=b""):
    return b"GET " + path.encode() + b" HTTP/1.1\r\nHost: " + (host or server.address).encode() + b"\r\n" + extra + b"\r\n"


def upgrade(server, path="/rpc", host=None, extra=b""):
    key = base64.b64encode(os.urandom(16))
    return get(server, path, host, b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
               b"Sec-WebSocket-Key: " + key + b"\r\n" + extra)


def post(server, path, body, content_type=b"application/json", host=None, extra=b""):
    return (b"POST " + path.encode() + b" HTTP/1.1\r\nHost: " + (host or server.address).encode() + b"\r\nContent-Type: " +
            content_type + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n" + extra + b"\r\n" + body)


def frame(payload, opcode=1, final=True, masked=True):
    if isinstance(payload, str):
        payload = payload.encode()
    head = bytes([(0x80 if final else 0) | opcode])
    bit = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([bit | len(payload)])
    elif len(payload) < 65536:
        head += bytes([bit | 126]) + len(payload).to_bytes(2, "big")
    else:
        head += bytes([bit | 127]) + len(payload).to_bytes(8, "big")
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def close_code(data):
    """The code of a server's close frame at the end of `data` (after the upgrade), or None."""
    data = data.split(b"\r\n\r\n", 1)[-1]
    while len(data) >= 2:
        opcode, size, start = data[0] & 15, data[1] & 127, 2
        if size == 126:
            size, start = int.from_bytes(data[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(data[2:10], "big"), 10
        if opcode == 8:
            return int.from_bytes(data[start:start + 2], "big") if size >= 2 else 1005
        data = data[start + size:]
    return None
