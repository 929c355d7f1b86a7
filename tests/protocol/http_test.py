# SPDX-License-Identifier: Apache-2.0
"""Bad HTTP and JSON: refused with the right number, never a crash, never a connection that hangs."""
import socket
import time

import raw

SERVER = {}

MALFORMED = [
    b"GARBAGE\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: {host}\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",  # no Host
    b"GET / HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nBad Name: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\n folded: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nX: a\rb\r\n\r\n",
    b"GET / HTTP/1.1\nHost: {host}\n\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nX: a\0b\r\n\r\n",
    b"GET /\x01 HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"POST /rpc HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"POST /rpc HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n",
    b"POST /rpc HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 1e3\r\n\r\n",
    b"POST /rpc HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST /rpc HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nTransfer-Encoding: gzip\r\n\r\n",
    b"POST /rpc HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nTransfer-Encoding: xchunked\r\n\r\n",
    b"POST /rpc HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    b"POST /rpc HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(120)) + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: {host}\r\nX: " + b"y" * 70000 + b"\r\n\r\n",
    b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\nHost: {host}\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64 + b"\r\n\r\n",  # TLS to a plain port
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
]


def test_malformed(server):
    """each of 24 malformed requests is answered 4xx or 5xx and the connection closed"""
    for request in MALFORMED:
        answer, closed = raw.exchange(server, request.replace(b"{host}", server.address.encode()))
        code = raw.status(answer)
        assert closed, (request[:70], "the connection hangs", answer[:80])
        if not request.startswith(b"\x16"):
            assert code in (400, 405, 413, 414, 421, 431, 501, 505), (request[:70], answer[:100])
        assert code != 408, (request[:70], "it was waited for more")
    assert server.call("station.list")["stations"]


def test_too_large(server):
    """a body over the limit is 413, told before it is sent"""
    head = (f"POST /rpc HTTP/1.1\r\nHost: {server.address}\r\nContent-Type: application/json\r\n"
            f"Content-Length: 10000000\r\n\r\n").encode()
    answer, closed = raw.exchange(server, head)
    assert raw.status(answer) == 413 and closed, answer[:100]
    chunked = (f"POST /rpc HTTP/1.1\r\nHost: {server.address}\r\nContent-Type: application/json\r\n"
               f"Transfer-Encoding: chunked\r\n\r\n").encode() + (b"8000\r\n" + b" " * 0x8000 + b"\r\n") * 10
    answer, closed = raw.exchange(server, chunked)
    assert raw.status(answer) == 413, answer[:100]


def test_slow_header(server):
    """a header that dribbles in is 408, and others are served meanwhile"""
    with socket.create_connection(("127.0.0.1", server.port), 60) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: ")
        began = time.monotonic()
        got = b""
        slow.settimeout(0.5)
        while time.monotonic() - began < 40:
            try:
                part = slow.recv(4096)
                if not part:
                    break
                got += part
            except TimeoutError:
                try:
                    slow.sendall(b"x")
                except OSError:
                    break
            if int(time.monotonic() - began) == 2:
                assert server.until_well()
        assert raw.status(got) == 408, (got[:100], time.monotonic() - began)


def test_bodies_that_never_come(server):
    """a request that announces a body and goes away costs nothing"""
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", server.port), 60) as gone:
            gone.sendall(raw.post(server, "/rpc", b"x" * 100)[:-50])
    assert server.until_well()


def test_json(server):
    """JSON-RPC errors: -32700, -32600, -32601, and -32602 that names the parameter and what was expected"""
    def error(message):
        return server.rpc(message)["error"]
    for text in ("{", "", "nonsense", '{"jsonrpc":"2.0",}', '{"a":"\\ud800"}', "[" * 1000, '"\xff"'.encode("latin-1")):
        assert error(text)["code"] == -32700, text
    for text in ("[]", "1", '"x"', "null", '{"jsonrpc":"2.0","id":1}', '{"jsonrpc":"2.0","id":1,"method":7}',
                 '{"jsonrpc":"2.0","id":{},"method":"station.list"}'):
        assert error(text)["code"] == -32600, text
    assert error({"jsonrpc": "2.0", "id": 1, "method": "no.such"})["code"] == -32601
    cases = [("library.search", {}, "text"), ("library.search", {"text": 7}, "text"), ("library.search", {"text": "a", "limit": -1}, "limit"),
             ("library.search", {"text": "a", "limit": "ten"}, "limit"), ("library.search", {"text": "a", "limt": 1}, "limt"),
             ("queue.add", {"station": "main", "tracks": "1"}, "tracks"), ("queue.add", {"station": "main", "tracks": [1.5]}, "tracks"),
             ("queue.move", {"station": "main", "entry": 1}, "to"), ("library.album", {"id": "one"}, "id")]
    for method, params, word in cases:
        found = error({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        assert found["code"] == -32602 and word in found["message"], (method, params, found)


def test_batch(server):
    """a batch is answered as a batch, notifications in it aren't, and a batch of notifications is 204"""
    answer = server.rpc([{"jsonrpc": "2.0", "id": "a", "method": "station.list"}, {"jsonrpc": "2.0", "method": "station.list"},
                         {"jsonrpc": "2.0", "id": 2, "method": "nope"}, 7])
    by_id = {str(item.get("id")): item for item in answer}
    assert len(answer) == 3 and "result" in by_id["a"] and by_id["2"]["error"]["code"] == -32601
    assert by_id["None"]["error"]["code"] == -32600
    assert server.rpc([{"jsonrpc": "2.0", "method": "station.list"}]) is None
    assert server.rpc({"jsonrpc": "2.0", "method": "station.list"}) is None


def test_version_1(server):
    """a JSON-RPC 1.0 message is answered in 1.0"""
    answer = server.rpc({"id": 7, "method": "station.list", "params": []})
    assert answer["id"] == 7 and answer["error"] is None and answer["result"]["stations"]
    answer = server.rpc({"id": 8, "method": "nope", "params": []})
    assert answer["result"] is None and answer["error"]["code"] == -32601


def test_pipelining(server):
    """pipelined requests are answered in order on one connection"""
    one = raw.get(server, "/health")
    answer, _ = raw.exchange(server, one * 20 + raw.get(server, "/health", extra=b"Connection: close\r\n"))
    assert answer.count(b"HTTP/1.1 200") + answer.count(b"HTTP/1.1 503") == 21, answer[:200]


def test_page(server):
    """the page and its files: types, gzip, ETag and 304"""
    status, headers, body = server.request("GET", "/", headers={"Accept-Encoding": "gzip"})
    assert status == 200 and headers["Content-Type"].startswith("text/html"), headers
    status, headers, _ = server.request("GET", "/")
    tag = headers["ETag"]
    assert tag and server.request("GET", "/", headers={"If-None-Match": tag})[0] == 304
    import re
    status, _, body = server.request("GET", "/")
    scripts = [each.decode() for each in re.findall(rb'(?:src|href)="(/[^"]+\.js[^"]*)"', body)]
    assert len(scripts) > 1, body
    first = 0
    for script in scripts:
        status, headers, packed = server.request("GET", script, headers={"Accept-Encoding": "gzip"})
        assert status == 200 and "javascript" in headers["Content-Type"], headers
        first += len(packed)
        if len(packed) > 1000:
            assert headers["Content-Encoding"] == "gzip", headers
    assert first < 90_000, f"the first scripts are {first} bytes compressed"
    status, headers, _ = server.request("GET", script, headers={"Range": "bytes=0-99"})
    assert status in (200, 206)
    assert server.request("GET", "/no/such/thing")[0] in (200, 404)  # the app answers its own addresses


def test_health_and_metrics(server):
    """/health and /metrics say how it is, in Prometheus' words"""
    server.until_well()
    status, _, body = server.request("GET", "/health")
    assert status == 200 and b'"ok"' in body, body
    status, headers, body = server.request("GET", "/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain")
    text = body.decode()
    assert "# TYPE" in text and "listeners" in text, text[:300]
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            float(value)
            assert name.split("{")[0].replace("_", "").replace(":", "").isalnum(), line


def test_artwork(server):
    """/art/<hash> comes in the sizes of the page, as an image and cacheable for ever"""
    server.until_tracks(10)
    tracks = server.call("library.search", text="tone")["tracks"]
    art = next(track["art"] for track in tracks if track["art"])
    sizes = []
    for size in (96, 256, 512):
        status, headers, body = server.request("GET", f"/art/{art}?size={size}")
        assert status == 200 and headers["Content-Type"].startswith("image/"), (status, headers)
        assert "max-age" in headers["Cache-Control"]
        sizes.append(len(body))
    assert sizes[0] < sizes[2]
    assert server.request("GET", f"/art/{art}?size=97")[0] in (400, 404)
    assert server.request("GET", "/art/" + "0" * 64)[0] == 404
    assert server.request("GET", "/art/zz")[0] in (400, 404)
