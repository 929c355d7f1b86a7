# SPDX-License-Identifier: Apache-2.0
"""The first generation of channelstream: every endpoint as the golden exchanges have it, its pages, and every key of the
seed's own ini file."""
import base64
import contextlib
import json
import pathlib
import re
import socket
import subprocess
import urllib.parse

import channelstream_golden as golden
import node_packages
from server import Server, free_port

HERE = pathlib.Path(__file__).parent
OPTIONS = ["--channelstream-secret", "secret", "--channelstream-admin-secret", "wonder", "--channelstream-demo", "true"]
SERVER = {"options": OPTIONS}


def silent(binary, options=()):
    """A server without music."""
    server = Server(binary, options=options)
    server.music = [server.scratch]
    return server


def test_connect(server):
    """golden: /connect"""
    golden.play(server, "g1_connect")


def test_subscribe(server):
    """golden: /subscribe"""
    golden.play(server, "g1_subscribe")


def test_disconnect(server):
    """golden: /disconnect"""
    golden.play(server, "g1_disconnect")


def test_message(server):
    """golden: /message"""
    golden.play(server, "g1_message")


def test_user_status(server):
    """golden: /user_status"""
    golden.play(server, "g1_user_status")


def test_channel_config(server):
    """golden: /channel_config"""
    golden.play(server, "g1_channel_config")


def test_access(server):
    """golden: signatures"""
    golden.play(server, "g1_access")


def test_info(binary):
    """golden: /info"""
    with silent(binary, OPTIONS) as server:
        golden.play(server, "g1_info")


def test_compatibility(binary):
    """golden: signatures of any age, and the bare secret, when they are asked for"""
    with silent(binary, [*OPTIONS, "--channelstream-compat", "any-age", "--channelstream-compat", "bare-secret"]) as server:
        golden.play(server, "g1_compat")
    with silent(binary, [*OPTIONS, "--channelstream-compat", "none"]) as server:
        assert call(server, "/info", {})[0] == 401
        own = golden.own_token("POST", "/info", b"{}")
        headers = {"x-channelstream-secret": own, "x-channelstream-generation": "1"}
        assert server.request("POST", "/info", b"{}", headers)[0] == 200
        assert server.request("POST", "/info", b"{}", headers)[0] == 401, "a nonce passes once"


def call(server, path, body, secret="secret"):
    status, _, text = server.request("POST", path, json.dumps(body).encode(), {"x-channelstream-secret": golden.g1_token(path, secret)})
    return status, json.loads(text) if text else None


def test_secret_in_the_query_is_taken(server):
    """the signature may be a parameter"""
    status, _, _ = server.request("POST", "/info?secret=" + urllib.parse.quote(golden.g1_token("/info")), b"{}")
    assert status == 200


def basic(password):
    return {"Authorization": "Basic " + base64.b64encode(f"anybody:{password}".encode()).decode()}


def test_admin_page(server):
    """/admin: HTTP Basic, any user, the admin secret as password; what names hold is text"""
    call(server, "/connect", {"user": "ada", "channels": ["<script>alert(1)</script>"]})
    status, fields, page = server.request("GET", "/admin", headers=basic("wonder"))
    assert status == 200 and fields["Content-Type"].startswith("text/html"), status
    assert b"&lt;script&gt;" in page and b"<script" not in page and b"remembered users" in page
    status, fields, _ = server.request("GET", "/admin", headers=basic("wander"))
    assert status == 401 and fields["WWW-Authenticate"].startswith('Basic realm="channelstream"')


def test_demo(server):
    """/demo: the page, a name with a right signature, channels pub_…, messages"""
    status, fields, page = server.request("GET", "/demo")
    assert status == 200 and "default-src 'none'" in fields["Content-Security-Policy"]
    assert not re.search(rb"https?://(?!127\.0\.0\.1)", page), "nothing from elsewhere"
    post = lambda path, body: (lambda a: (a[0], json.loads(a[2])))(server.request("POST", "/demo/" + path, json.dumps(body).encode()))
    status, me = post("connect", {})
    assert status == 200 and re.fullmatch(r"anon_\d{6}", me["username"]), me
    assert golden.g1_token(me["username"], at=int(me["signature"].rsplit(".", 1)[1])) == me["signature"]
    who = {"username": me["username"], "signature": me["signature"]}
    assert post("subscribe", {**who, "channels": ["pub_chan3"]}) == (200, ["pub_chan3"])
    assert post("subscribe", {**who, "channels": ["private"]})[0] == 400
    assert post("message", {**who, "channel": "pub_chan", "message": "hi"}) == (200, None)
    assert post("message", {**who, "channel": "private", "message": "hi"})[0] == 400
    assert post("message", {**who, "signature": "x.1", "channel": "pub_chan", "message": "hi"})[0] == 403
    status, _, _ = server.request("POST", "/demo/connect", b"{}", {"Origin": "http://elsewhere.example"})
    assert status == 403, "no page of another site"


def test_off_without_a_secret(binary):
    """without a secret there is nothing of it"""
    with silent(binary) as server:
        for path in ("/connect", "/info"):
            assert server.request("POST", path, b"{}")[0] in (404, 405)
        assert b"channelstream" not in server.request("GET", "/demo")[2]


EXAMPLE = """
    [app:main]
    paste.app_factory = channelstream.wsgi_app:make_app
    admin_secret = admin_secret
    secret = secret
    port = 8000
    allow_posting_from = 127.0.0.1,
                         192.168.1.1

    [server:main]
    use = egg:gevent-socketio#paster
    host = 0.0.0.0
    port = {port}
    resource = socket.io
    transports = websocket, xhr-polling
    policy_server = True
    policy_listener_host = 0.0.0.0
    policy_listener_port = {policy}
    heartbeat_interval = 5
    heartbeat_timeout = 60
"""


def hold(stack):
    """A free port that the next question doesn't get, as long as the stack is open."""
    port = free_port()
    taken = stack.enter_context(socket.socket())
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    taken.bind(("127.0.0.1", port))
    taken.listen(1)
    return port


class Own:
    """A server started from the example with one line changed; requests go to the dialect's own port."""

    def __init__(self, binary, old="", new=""):
        with contextlib.ExitStack() as held:
            self.policy, self.port, third = [hold(held) for _ in range(3)]
        text = EXAMPLE.format(port=self.port, policy=self.policy)
        assert old in text, old
        self.server = silent(binary)
        self.server.port = third
        path = pathlib.Path(self.server.scratch) / "channelstream.ini"
        path.write_text(text.replace(old, new, 1) if old else text)
        self.server.options = ["--channelstream-ini", str(path)]

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *_):
        self.server.__exit__()

    def request(self, method, path, body=None, headers=None, port=None, host="127.0.0.1"):
        at = Server.__new__(Server)
        at.port = port or self.port
        return Server.request(at, method, path, body, headers)

    def signed(self, path, secret="secret"):
        return self.request("POST", path, b"{}", {"x-channelstream-secret": golden.g1_token(path, secret)})[0]

    def handshake(self, resource="socket.io"):
        status, _, text = self.request("GET", f"/{resource}/1/")
        return status, text.decode().split(":", 1)[-1]


def policy_of(port, address="127.0.0.1"):
    with socket.create_connection((address, port), 10) as peer:
        peer.sendall(b"<policy-file-request/>\0")
        text = b""
        while not text.endswith(b"\0"):
            more = peer.recv(1000)
            if not more:
                break
            text += more
        return text


def refused(port, address="127.0.0.1"):
    try:
        socket.create_connection((address, port), 5).close()
    except OSError:
        return True
    return False


def test_the_seeds_ini_file(binary):
    """the seed's own example, word for word"""
    with Own(binary) as it:
        assert it.signed("/info") == 200
        assert it.handshake() == (200, "60:60:websocket,xhr-polling")
        assert policy_of(it.policy) == b'<cross-domain-policy><allow-access-from domain="*" to-ports="*" /></cross-domain-policy>\0'
        assert it.request("GET", "/admin")[0] == 401, "as the seed's server asks"
        assert it.request("GET", "/admin", headers=basic("admin_secret"))[0] == 200
        assert it.request("GET", "/demo")[0] == 404


def test_each_key_of_the_ini_file(binary):
    """each key changed once, with its effect in the running program"""
    cases = {
        ("admin_secret = admin_secret", "admin_secret = other"):
            lambda it: it.request("GET", "/admin", headers=basic("other"))[0] == 200 and it.request("GET", "/admin", headers=basic("admin_secret"))[0] == 401,
        ("    secret = secret", "    secret = other"):
            lambda it: it.signed("/info", "other") == 200 and it.signed("/info") == 401,
        ("port = 8000", "port = 8123\n    demo = true"):
            lambda it: b"http://127.0.0.1:8123/connect" in it.request("GET", "/demo")[2],
        ("127.0.0.1,\n", "192.168.1.2,\n"):
            lambda it: it.signed("/info") == 403,
        ("    host = 0.0.0.0", "    host = 127.0.0.1"):
            lambda it: it.signed("/info") == 200 and refused(it.port, "127.0.0.2"),
        ("resource = socket.io", "resource = stream.io"):
            lambda it: it.handshake("stream.io")[0] == 200 and it.handshake()[0] == 404,
        ("transports = websocket, xhr-polling", "transports = xhr-polling"):
            lambda it: it.handshake() == (200, "60:60:xhr-polling"),
        ("policy_server = True", "policy_server = False"):
            lambda it: refused(it.policy),
        ("policy_listener_host = 0.0.0.0", "policy_listener_host = 127.0.0.2"):
            lambda it: policy_of(it.policy, "127.0.0.2") and refused(it.policy),
        ("heartbeat_interval = 5", "heartbeat_interval = 1"):
            lambda it: polls_come_back(it),
        ("heartbeat_timeout = 60", "heartbeat_timeout = 61"):
            lambda it: it.handshake() == (200, "61:60:websocket,xhr-polling"),
    }
    for (old, new), seen in cases.items():
        with Own(binary, old, new) as it:
            assert seen(it), f"{old} -> {new}"


def test_ports_of_the_ini_file(binary):
    """the listener's port and the policy port are where the file says"""
    with Own(binary) as it:
        assert it.signed("/info") == 200 and it.request("GET", "/health", port=it.server.port)[0] == 200
        assert it.request("POST", "/info", b"{}", port=it.server.port)[0] in (404, 405), "not on the main port then"
        assert policy_of(it.policy)
        with socket.create_connection(("127.0.0.1", it.policy), 10) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\n")
            assert peer.recv(100) == b"", "who asks for something else gets nothing"


def polls_come_back(it):
    """A waiting poll is answered with a noop after the interval."""
    session = it.request("GET", "/socket.io/1/")[2].decode().split(":")[0]
    path = f"/socket.io/1/xhr-polling/{session}"
    return it.request("GET", path)[2] == b"1::" and it.request("GET", path)[2] == b"8::"


def test_refused_handshake(binary):
    """a page of an origin that isn't allowed gets 403 with a text, one that is may read the answer"""
    with silent(binary, [*OPTIONS, "--channelstream-allow-cors", "https://app.example"]) as server:
        status, fields, text = server.request("GET", "/socket.io/1/", headers={"Origin": "https://evil.example"})
        assert status == 403 and text == b"pages of this origin may not connect here", (status, text)
        assert fields["Access-Control-Allow-Origin"] is None
        status, fields, _ = server.request("GET", "/socket.io/1/", headers={"Origin": "https://app.example"})
        assert status == 200 and fields["Access-Control-Allow-Origin"] == "https://app.example"
        assert server.request("GET", "/socket.io/?EIO=4&transport=polling", headers={"Origin": "https://evil.example"})[0] == 403
        assert server.request("GET", "/socket.io/1/", headers={"Origin": f"http://{server.address}"})[0] == 200, "its own pages"


def test_curl_of_socketio_09(server):
    """sessions that aren't there, forced disconnects, transports that aren't offered, framing"""
    shake = lambda: server.request("GET", "/socket.io/1/?t=1")[2].decode().split(":")[0]
    status, _, text = server.request("GET", "/socket.io/1/xhr-polling/nowhere")
    assert (status, text) == (400, b"")
    session = shake()
    assert server.request("GET", f"/socket.io/1/flashsocket/{session}")[0] == 400
    path = f"/socket.io/1/xhr-polling/{session}"
    assert server.request("GET", path)[2] == b"1::"
    mark = "\ufffd"
    body = f"{mark}6{mark}3:::\U0001f600{mark}11{mark}1::/nowhere"
    assert server.request("POST", path, body.encode(), {"Content-Type": "text/plain;charset=UTF-8"})[2] == b"1"
    assert b"no_such_namespace" in server.request("GET", path)[2]
    assert server.request("POST", path, b"\xef\xbf\xbd3")[0] == 400, "a broken frame"
    assert server.request("GET", f"/socket.io/1//{session}/?disconnect=1")[0] == 200
    assert server.until(lambda: server.request("GET", path)[0] == 400, what="the session is gone") is not False
    other = shake()
    assert server.request("GET", f"/socket.io/1/xhr-polling/{other}?disconnect")[0] == 200
    assert server.request("GET", f"/socket.io/1/xhr-polling/{other}")[0] == 400


def test_legacy_clients(binary):
    """socket.io-client 0.9.16 over WebSocket and polls, and 4.x beside it"""
    node_packages.installed(HERE)
    with silent(binary, OPTIONS) as server:
        done = subprocess.run(["node", HERE / "legacy_clients.mjs", str(server.port)], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=240)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:] + server.log()[-500:]
