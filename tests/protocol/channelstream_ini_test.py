# SPDX-License-Identifier: Apache-2.0
"""The seed's own ini file in the running program: as it is, and each of its keys changed once."""
import contextlib
import pathlib
import socket

import channelstream_golden as golden
from channelstream_g1_test import basic, silent
from server import Server, free_port

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
    """A server started from the example with some lines changed; requests go to the dialect's own port."""

    def __init__(self, binary, changes=()):
        with contextlib.ExitStack() as held:
            self.policy, self.port, third = [hold(held) for _ in range(3)]
        text = EXAMPLE.format(port=self.port, policy=self.policy)
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        self.server = silent(binary)
        self.server.port = third
        path = pathlib.Path(self.server.scratch) / "channelstream.ini"
        path.write_text(text)
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
    with socket.create_connection((address, port), 60) as peer:
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
        socket.create_connection((address, port), 60).close()
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
        assert it.request("GET", "/demo")[0] == 200, "as the seed says, for who is on this machine"


def test_each_key_of_the_ini_file(binary):
    """each key changed once, with its effect in the running program"""
    first = {
        ("admin_secret = admin_secret", "admin_secret = other"):
            lambda it: it.request("GET", "/admin", headers=basic("other"))[0] == 200 and it.request("GET", "/admin", headers=basic("admin_secret"))[0] == 401,
        ("port = 8000", "port = 8123\n    demo = true"):
            lambda it: b"http://127.0.0.1:8123/connect" in it.request("GET", "/demo")[2],
        ("    host = 0.0.0.0", "    host = 127.0.0.1"):
            lambda it: it.signed("/info") == 200 and refused(it.port, "127.0.0.2"),
        ("transports = websocket, xhr-polling", "transports = xhr-polling"):
            lambda it: it.handshake()[1].endswith(":xhr-polling"),
        ("policy_listener_host = 0.0.0.0", "policy_listener_host = 127.0.0.2"):
            lambda it: policy_of(it.policy, "127.0.0.2") and refused(it.policy),
        ("heartbeat_timeout = 60", "heartbeat_timeout = 61"):
            lambda it: it.handshake()[1].startswith("61:60:"),
    }
    second = {
        ("    secret = secret", "    secret = other"):
            lambda it: it.signed("/info", "other") == 200 and it.signed("/info") == 401,
        ("resource = socket.io", "resource = stream.io"):
            lambda it: it.handshake("stream.io")[0] == 200 and it.handshake()[0] == 404,
        ("policy_server = True", "policy_server = False"):
            lambda it: refused(it.policy),
        ("heartbeat_interval = 5", "heartbeat_interval = 1"):
            lambda it: polls_come_back(it, "stream.io"),
    }
    third = {("127.0.0.1,\n", "192.168.1.2,\n"): lambda it: it.signed("/info") == 403}
    for cases in (first, second, third):
        with Own(binary, list(cases)) as it:
            for (old, new), seen in cases.items():
                assert seen(it), f"{old} -> {new}"


def test_ports_of_the_ini_file(binary):
    """the listener's port and the policy port are where the file says"""
    with Own(binary) as it:
        assert it.signed("/info") == 200 and it.server.until_well()
        assert it.request("POST", "/info", b"{}", port=it.server.port)[0] in (404, 405), "not on the main port then"
        assert policy_of(it.policy)
        with socket.create_connection(("127.0.0.1", it.policy), 60) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\n")
            assert peer.recv(100) == b"", "who asks for something else gets nothing"


def polls_come_back(it, resource):
    """A waiting poll is answered with a noop after the interval."""
    session = it.request("GET", f"/{resource}/1/")[2].decode().split(":")[0]
    path = f"/{resource}/1/xhr-polling/{session}"
    return it.request("GET", path)[2] == b"1::" and it.request("GET", path)[2] == b"8::"
