# SPDX-License-Identifier: Apache-2.0
"""What a page of somebody else, open in the same browser, or a neighbour in the network could try."""
import json

import raw

SERVER = {}
SKIP = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "playback.skip", "params": {"station": "main"}}).encode()
READ = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "station.list"}).encode()


def post(server, body=SKIP, content_type=b"application/json", host=None, extra=b""):
    answer, _ = raw.exchange(server, raw.post(server, "/rpc", body, content_type, host, b"Connection: close\r\n" + extra))
    return raw.status(answer), answer


def upgrade(server, extra=b"", host=None):
    answer, _ = raw.exchange(server, raw.upgrade(server, extra=extra, host=host), until=b"\r\n\r\n")
    return raw.status(answer)


def test_ours(server):
    """our own page and programs without an Origin come in, or the tests below prove nothing"""
    own = b"Origin: http://" + server.address.encode() + b"\r\n"
    assert post(server, READ, extra=own)[0] == 200
    assert post(server, READ)[0] == 200
    assert upgrade(server, own) == 101
    assert upgrade(server) == 101


def test_cross_site_form(server):
    """a form of another site can't call: only application/json is taken, whatever the Origin"""
    for kind in (b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x",
                 b"text/plain; application/json", b"application/jsonp", b"application/json-patch+json", b""):
        assert post(server, content_type=kind)[0] == 415, kind
    foreign = b"Origin: https://evil.example\r\n"
    assert post(server, content_type=b"text/plain", extra=foreign)[0] == 403
    assert post(server, extra=foreign)[0] == 403


def test_cross_site_websocket(server):
    """a page of another site can't open the socket"""
    assert upgrade(server, b"Origin: https://evil.example\r\n") == 403
    assert upgrade(server, b"Origin: http://127.0.0.1:1\r\n") == 403


def test_null_origin(server):
    """a sandboxed frame or a file (Origin: null) is a stranger"""
    assert upgrade(server, b"Origin: null\r\n") == 403
    assert post(server, extra=b"Origin: null\r\n")[0] == 403


def test_look_alikes(server):
    """names that only look like ours are not ours"""
    port = str(server.port).encode()
    for origin in (b"http://127.0.0.1.evil.example:" + port, b"http://localhost.evil.example:" + port,
                   b"http://evil.example/127.0.0.1:" + port, b"http://127.0.0.1:" + port + b".evil.example",
                   b"http://127.0.0.1:" + port + b"@evil.example", b"https://127.0.0.1:" + port,
                   b"http://127.0.0.10:" + port, b"http://127.0.0.1:" + port + b"0", b"http://localhosts:" + port):
        assert upgrade(server, b"Origin: " + origin + b"\r\n") == 403, origin
        assert post(server, extra=b"Origin: " + origin + b"\r\n")[0] == 403, origin


def test_dns_rebinding(server):
    """a Host that isn't ours is answered 421, on every kind of address"""
    port = f":{server.port}"
    for host in ("evil.example", "evil.example" + port, "127.0.0.1.evil.example" + port, "localhost.evil.example" + port,
                 "127.0.0.1:1", "[::2]" + port):
        assert post(server, host=host)[0] == 421, host
        assert upgrade(server, host=host) == 421, host
        for path in ("/", "/listen/main.mp3", "/metrics", "/health"):
            answer, _ = raw.exchange(server, raw.get(server, path, host, b"Connection: close\r\n"), until=b"\r\n\r\n")
            assert raw.status(answer) == 421, (host, path, answer[:80])
    no_host = "127.0.0.1" + port + ".evil.example"
    assert post(server, host=no_host)[0] == upgrade(server, host=no_host) == 400


def test_fetch_metadata(server):
    """a browser that says cross-site is believed, even when it leaves out the Origin"""
    assert post(server, extra=b"Sec-Fetch-Site: cross-site\r\n")[0] == 403


def knock_without_post(server):
    """Everything but POST at /rpc; true if the queue has the same version afterwards."""
    before = server.call("queue.list", station="main")["version"]
    for path in ("/rpc?method=playback.skip&params=%7B%22station%22%3A%22main%22%7D&jsonrpc=2.0&id=1", "/rpc"):
        for method in ("GET", "HEAD"):
            status, _, _ = server.request(method, path)
            assert status in (400, 405, 426), status
    for method in ("PUT", "DELETE", "PATCH"):
        status, headers, _ = server.request(method, "/rpc", SKIP, {"Content-Type": "application/json"})
        assert status == 405 and headers["Allow"], status
    return server.call("queue.list", station="main")["version"] == before


def test_get_changes_nothing(server):
    """GET and HEAD never change anything, and /rpc takes no GET call"""
    # The AutoDJ may change the queue meanwhile, by itself; not three times in a row.
    assert any(knock_without_post(server) for _ in range(3))


def test_without_login(server):
    """through a proxy nobody is trusted for being on this machine: reading works, steering doesn't, before a login"""
    proxied = {"X-Forwarded-For": "192.0.2.7"}
    assert server.call("station.list", headers=proxied)["stations"]
    answer = server.rpc(json.loads(SKIP), headers=proxied)
    assert answer["error"]["code"] == -32003, answer
    answer = server.rpc({"jsonrpc": "2.0", "id": 1, "method": "library.scan"}, headers=proxied)
    assert answer["error"]["code"] == -32003, answer
    answer = server.rpc({"jsonrpc": "2.0", "id": 1, "method": "auth.login",
                         "params": {"user": "admin", "password": "not the password"}}, headers=proxied)
    assert answer["error"]["code"] == -32003, answer


def test_login(server):
    """the administrator's password lies in the data folder (0600); its cookie is HttpOnly and SameSite=Strict"""
    import os
    import pathlib
    path = pathlib.Path(server.data, "admin-password")
    assert os.stat(path).st_mode & 0o777 == 0o600
    password = path.read_text().strip()
    proxied = {"X-Forwarded-For": "192.0.2.7", "Content-Type": "application/json"}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "auth.login", "params": {"user": "admin", "password": password}})
    status, headers, answer = server.request("POST", "/rpc", body, proxied)
    assert status == 200 and json.loads(answer)["result"]["role"] == "admin", answer
    cookie = headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie, cookie
    logged_in = {"X-Forwarded-For": "192.0.2.7", "Cookie": cookie.split(";")[0]}
    assert server.call("session.info", headers=logged_in)["role"] == "admin"
    assert password not in server.log()
    server.call("auth.logout", headers=logged_in)
    assert server.call("session.info", headers=logged_in)["role"] == "anyone"


def test_wrong_key(server):
    """a wrong key is 401, not an anonymous caller"""
    status, headers, _ = server.request("POST", "/rpc", READ, {"Content-Type": "application/json", "Authorization": "Bearer nope"})
    assert status == 401 and headers["WWW-Authenticate"]


def test_headers(server):
    """the page is answered with a content security policy and nosniff"""
    status, headers, _ = server.request("GET", "/")
    assert status == 200
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert "default-src" in policy and "unsafe-eval" not in policy, policy
    assert "frame-ancestors" in policy, policy


def test_paths(server):
    """no path leads out of what is built in"""
    for path in ("/../../../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/art/../../etc/passwd",
                 "/art/..%2f..%2fetc%2fpasswd", "//etc/passwd", "/listen/../../etc/passwd", "/\\..\\..\\etc\\passwd"):
        answer, _ = raw.exchange(server, raw.get(server, path, extra=b"Connection: close\r\n"), until=b"\0")
        assert b"root:" not in answer, path
        assert raw.status(answer) is not None, (path, answer[:100])
