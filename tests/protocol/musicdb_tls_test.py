# SPDX-License-Identifier: Apache-2.0
"""The MusicDB listener inside TLS, and plain beside a main port with TLS: python3-websockets with a certificate that it checks."""
import asyncio
import contextlib
import json
import pathlib
import re
import socket
import ssl
import subprocess
import urllib.error
import urllib.request

import mpd_music
import websockets
from server import Server, free_port

PATIENCE_S = 60


@contextlib.contextmanager
def listening(binary, how):
    """(server, port, context): the listener `how` it is asked for, next to a main port with TLS."""
    at = free_port()
    server = Server(binary, music=[mpd_music.folder()])
    folder = pathlib.Path(server.scratch)
    try:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=radio", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], check=True, capture_output=True)
        server.options = ["--musicdb-listen", f"127.0.0.1:{at}{how}", "--tls-certificate", str(folder / "cert.pem"), "--tls-key", str(folder / "key.pem")]
        server.start()
        yield server, at, ssl.create_default_context(cafile=str(folder / "cert.pem"))
    finally:
        server.close()


def configuration(address, context=None):
    with urllib.request.urlopen(f"{address}/webdata/config.js", timeout=PATIENCE_S, context=context) as answer:
        return {name: json.loads(value) for name, value in re.findall(r"^var (\w+) = (.*);$", answer.read().decode(), re.M)}


async def story(server, configured, context):
    """A call and its answer, the notification of every second, and the goodbye."""
    async with websockets.connect(configured["WEBSOCKET_URL"], ssl=context, max_size=None, open_timeout=PATIENCE_S) as page:
        async def until(fits):
            while True:
                packet = json.loads(await asyncio.wait_for(page.recv(), PATIENCE_S))
                if fits(packet):
                    return packet
        await page.send(json.dumps({"method": "request", "fncname": "Bounce", "fncsig": "back", "arguments": {"a": "ä" * 40000}, "pass": 7,
                                    "key": configured["WEBSOCKET_APIKEY"]}))
        answer = await until(lambda packet: packet["fncsig"] == "back")
        assert answer["arguments"] == {"a": "ä" * 40000} and answer["pass"] == 7, str(answer)[:200]
        await until(lambda packet: packet["fncsig"] == "onTimeChanged")
        stopping = asyncio.get_running_loop().run_in_executor(None, server.stop)
        try:
            await until(lambda packet: False)
        except websockets.exceptions.ConnectionClosed as closed:
            assert (closed.rcvd.code, closed.rcvd.reason) == (1000, "Server shutdown"), closed
        await stopping


def test_tls(binary):
    """+tls: the page's configuration says wss, packets go through, the goodbye is clean; a stranger's certificate is refused, plain words get nothing"""
    with listening(binary, "+tls") as (server, at, context):
        configured = configuration(f"https://127.0.0.1:{at}", context)
        assert configured["WEBSOCKET_URL"] == f"wss://127.0.0.1:{at}", configured["WEBSOCKET_URL"]
        try:
            configuration(f"https://127.0.0.1:{at}", ssl.create_default_context())
            raise AssertionError("a certificate that nobody vouches for was taken")
        except urllib.error.URLError as refused:
            assert "certificate" in str(refused), refused
        with socket.create_connection(("127.0.0.1", at), PATIENCE_S) as plain:
            plain.sendall(b"GET /webdata/config.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert configured["WEBSOCKET_APIKEY"].encode() not in plain.makefile("rb").read()
        asyncio.run(story(server, configured, context))


def test_a_certificate_makes_it_tls(binary):
    """a listener that says neither is TLS when the program has a certificate"""
    with listening(binary, "") as (_, at, context):
        assert configuration(f"https://127.0.0.1:{at}", context)["WEBSOCKET_URL"].startswith("wss:")


def test_plain_beside_tls(binary):
    """+plain: without TLS although the main port has it, and its configuration says ws"""
    with listening(binary, "+plain") as (server, at, _):
        configured = configuration(f"http://127.0.0.1:{at}")
        assert configured["WEBSOCKET_URL"] == f"ws://127.0.0.1:{at}", configured["WEBSOCKET_URL"]
        asyncio.run(story(server, configured, None))


def test_tls_needs_a_certificate(binary):
    """+tls without a certificate is refused when the program starts"""
    try:
        with Server(binary, music=[mpd_music.folder()], options=["--musicdb-listen", "127.0.0.1:0+tls"]):
            raise AssertionError("it started")
    except RuntimeError as refused:
        assert "+tls needs tls-certificate and tls-key" in str(refused), refused
