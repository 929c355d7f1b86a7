# SPDX-License-Identifier: Apache-2.0
"""The first generation of channelstream: every endpoint as the golden exchanges have it, its pages, and every key of the
seed's own ini file."""
import base64
import json
import pathlib
import re
import subprocess
import urllib.parse

import channelstream_golden as golden
import node_packages
from server import Server

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


def test_who_may_use_the_demo(binary):
    """/demo is for this machine unless the option says otherwise"""
    elsewhere = {"X-Forwarded-For": "192.0.2.1"}
    for option, here, there in ((None, 200, 404), ("true", 200, 200), ("false", 404, 404)):
        options = ["--channelstream-secret", "secret", "--trusted-proxy", "127.0.0.1"]
        with silent(binary, [*options, *(["--channelstream-demo", option] if option else [])]) as server:
            assert server.request("GET", "/demo")[0] == here, option
            assert server.request("GET", "/demo", headers=elsewhere)[0] == there, option
            if option != "true":
                assert server.request("POST", "/demo/connect", b"{}", elsewhere)[0] in (404, 405)


def test_off_without_a_secret(binary):
    """without a secret there is nothing of it"""
    with silent(binary) as server:
        for path in ("/connect", "/info"):
            assert server.request("POST", path, b"{}")[0] in (404, 405)
        assert b"channelstream" not in server.request("GET", "/demo")[2]


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
