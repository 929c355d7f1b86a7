# SPDX-License-Identifier: Apache-2.0
"""WebSocket implementations that others wrote against both of our roles: npm ws, python3-websockets, -aiohttp, -wsproto and -autobahn,
Chromium. The other end of ours is examples/ws_echo."""
import asyncio
import json
import pathlib
import random
import shutil
import socket
import ssl
import subprocess
import tempfile

import aiohttp
import aiohttp.web
import websockets
import wsproto
import wsproto.events
from websockets.extensions import permessage_deflate
from wsproto.extensions import PerMessageDeflate

import node_packages
from websocket_cases_test import EchoServer

SERVER = {}
HERE = pathlib.Path(__file__).parent
SIZES = (0, 1, 125, 126, 300, 5000, 65535, 65536, 1_000_000)


def messages():
    chance = random.Random(3)
    words = ["track", "artist", "title", "κόσμε", "{", "}", ":", "0123"]
    for size in SIZES:
        text = "".join(chance.choice(words) for _ in range(size // 3 + 1)).encode()[:size].decode(errors="ignore")
        yield text
        yield chance.randbytes(size // 2) + bytes(size - size // 2)


def run(test, wait_s=180):
    return asyncio.run(asyncio.wait_for(test, wait_s))


def program(binary):
    return str(pathlib.Path(binary).resolve().parent / "examples" / "ws_echo")


async def our_client(binary, url, *options):
    """Runs our client against the server at `url` until it is through."""
    process = await asyncio.create_subprocess_exec(program(binary), "--client", url, *options, stdout=subprocess.PIPE,
                                                   stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode().strip(), err.decode().strip()


# ---- npm ws

def test_npm_ws_client(binary):
    """npm ws as a client of ours, nine kinds of permessage-deflate, messages up to 1 MB"""
    node_packages.installed(HERE)
    with EchoServer(binary) as server:
        done = subprocess.run(["node", "ws_peers.mjs", "client", f"ws://127.0.0.1:{server.port}/"], cwd=HERE,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-2000:]
    results = json.loads(done.stdout)
    assert len(results) == 9 and all(one["code"] == 1000 and one["ponged"] for one in results), results
    assert [bool(one["extensions"]) for one in results] == [False] + [True] * 8, results


def test_npm_ws_server(binary):
    """npm ws as a server of our client, nine kinds of permessage-deflate, messages up to 1 MB"""
    node_packages.installed(HERE)
    process = subprocess.Popen(["node", "ws_peers.mjs", "server"], cwd=HERE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        port = int(process.stdout.readline())
        status, out, err = run(our_client(binary, f"ws://127.0.0.1:{port}"))
        assert status == 0 and out == "9 cases", (out, err)
        results = json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
    assert len(results) == 9 and all(one["code"] == 1000 and one["ponged"] for one in results), results
    assert [bool(one["extensions"]) for one in results] == [False] + [True] * 8, results


# ---- python3-websockets

DEFLATES = [None, {}, {"server_no_context_takeover": True}, {"client_no_context_takeover": True}, {"server_max_window_bits": 9},
            {"client_max_window_bits": 9}, {"server_max_window_bits": 12, "client_max_window_bits": 10, "server_no_context_takeover": True,
                                            "client_no_context_takeover": True}]


async def echoes(peer):
    for message in messages():
        await peer.send(message)
        assert await peer.recv() == message, f"{len(message)} came back otherwise"
    await asyncio.wait_for(await peer.ping(b"still there"), 60)


def test_websockets_client(binary):
    """python3-websockets as a client of ours, seven kinds of permessage-deflate"""
    async def test(port):
        for kind in DEFLATES:
            extensions = [] if kind is None else [permessage_deflate.ClientPerMessageDeflateFactory(**kind)]
            async with websockets.connect(f"ws://127.0.0.1:{port}/", open_timeout=60, compression=None, extensions=extensions, max_size=None) as peer:
                assert bool(peer.extensions) == bool(extensions), (kind, peer.extensions)
                await echoes(peer)
            assert peer.close_code == 1000, kind
    with EchoServer(binary) as server:
        run(test(server.port))


def cases_of(handler, count, told):
    """A websockets handler that speaks the cases' protocol; `handler(peer, case)` plays one."""
    async def serve(peer):
        path = peer.path
        if path == "/getCaseCount":
            await peer.send(str(count))
        elif path.startswith("/runCase?case="):
            number = int(path.split("=")[1].split("&")[0])
            try:
                await handler(peer, number)
                told.append(number)
            except Exception as problem:
                told.append(f"{number}: {problem!r}")
    return serve


async def serve_websockets(binary, url, options, count=1, extensions=None, **where):
    told = []
    serve = cases_of(lambda peer, _: echoes(peer), count, told)
    maker = websockets.unix_serve if "path" in where else websockets.serve
    async with maker(serve, compression=None if extensions is not None else "deflate", extensions=extensions, max_size=None, **where) as server:
        port = server.sockets[0].getsockname()[1] if "path" not in where else 0
        status, out, err = await our_client(binary, url.format(port=port), *options)
    return told, status, out, err


def test_websockets_server(binary):
    """python3-websockets as a server of our client, seven kinds of permessage-deflate"""
    async def test():
        for kind in DEFLATES:
            extensions = [] if kind is None else [permessage_deflate.ServerPerMessageDeflateFactory(**kind)]
            told, status, out, err = await serve_websockets(binary, "ws://127.0.0.1:{port}", (), extensions=extensions, host="127.0.0.1", port=0)
            assert status == 0 and told == [1], (kind, told, out, err)
    run(test())


class Certificates:
    """An authority of our own and a certificate for localhost by it."""

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="longwave-ca-")
        for words in (["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=test authority", "-days", "2", "-keyout", "ca.key",
                       "-out", "ca.pem"],
                      ["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "own.key", "-out", "own.csr"]):
            subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)
        pathlib.Path(self.folder, "names").write_text("subjectAltName=DNS:localhost\n")
        subprocess.run(["openssl", "x509", "-req", "-in", "own.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                        "-extfile", "names", "-out", "own.pem"], cwd=self.folder, check=True, capture_output=True)
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def __getitem__(self, name):
        return str(pathlib.Path(self.folder, name))


def test_tls(binary):
    """our client over wss: the right name and authority get in, another name or an unknown authority don't"""
    async def test(files):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files["own.pem"], files["own.key"])
        where = dict(host="127.0.0.1", port=0, ssl=context)
        told, status, out, err = await serve_websockets(binary, "wss://localhost:{port}", ("--ca", files["ca.pem"]), **where)
        assert status == 0 and told == [1], (told, out, err)
        for url, options, wanted in (("wss://127.0.0.1:{port}", ("--ca", files["ca.pem"]), "mismatch"),
                                     ("wss://localhost:{port}", (), "unable to get local issuer certificate")):
            told, status, out, err = await serve_websockets(binary, url, options, **where)
            assert status == 1 and not told and wanted in err, (url, told, out, err)
    with Certificates() as files:
        run(test(files))


def test_unix_socket(binary):
    """our client over a Unix socket"""
    async def test(folder):
        path = str(pathlib.Path(folder, "echo.sock"))
        told, status, out, err = await serve_websockets(binary, f"ws+unix:{path}:", (), path=path)
        assert status == 0 and told == [1], (told, out, err)
    with tempfile.TemporaryDirectory() as folder:
        run(test(folder))


# ---- python3-aiohttp

async def aiohttp_echoes(peer):
    for message in messages():
        await (peer.send_str(message) if isinstance(message, str) else peer.send_bytes(message))
        got = await peer.receive(10)
        assert got.data == message, f"{len(message)} came back otherwise"


def test_aiohttp_client(binary):
    """python3-aiohttp as a client of ours, plain and with windows of 9 to 15 bits"""
    async def test(port):
        async with aiohttp.ClientSession() as session:
            for bits in (0, 9, 12, 15):
                async with session.ws_connect(f"ws://127.0.0.1:{port}/", compress=bits, max_msg_size=0) as peer:
                    assert bool(peer.compress) == bool(bits), (bits, peer.compress)
                    await aiohttp_echoes(peer)
                    await peer.close()
                assert peer.close_code == 1000, (bits, peer.close_code)
    with EchoServer(binary) as server:
        run(test(server.port))


def test_aiohttp_server(binary):
    """python3-aiohttp as a server of our client, plain and compressed"""
    async def test():
        told = []

        async def handle(request):
            peer = aiohttp.web.WebSocketResponse(compress=request.query.get("case") != "1", max_msg_size=0)
            await peer.prepare(request)
            if request.path == "/getCaseCount":
                await peer.send_str("2")
            elif request.path == "/runCase":
                await aiohttp_echoes(peer)
                told.append((request.query["case"], bool(peer.compress)))
            await peer.close()
            return peer
        application = aiohttp.web.Application()
        application.router.add_get("/{any:.*}", handle)
        runner = aiohttp.web.AppRunner(application)
        await runner.setup()
        site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        status, out, err = await our_client(binary, f"ws://127.0.0.1:{port}")
        await runner.cleanup()
        assert status == 0 and told == [("1", False), ("2", True)], (told, out, err)
    run(test())


# ---- python3-wsproto, which does no I/O of its own

def wsproto_echoes(connection, sock):
    def pump(wanted):
        whole = b"" if wanted is wsproto.events.BytesMessage else ""
        while True:
            for event in connection.events():
                if isinstance(event, wanted):
                    if not isinstance(event, wsproto.events.Message):
                        return event
                    whole += event.data
                    if event.message_finished:
                        return whole
                assert not isinstance(event, (wsproto.events.RejectConnection, wsproto.events.CloseConnection)), event
            connection.receive_data(sock.recv(65536) or None)

    def send(event):
        sock.sendall(connection.send(event))
    for message in list(messages())[:-2]:
        kind = wsproto.events.TextMessage if isinstance(message, str) else wsproto.events.BytesMessage
        send(kind(data=message))
        assert pump(kind) == message, f"{len(message)} came back otherwise"
    send(wsproto.events.Ping(payload=b"still there"))
    assert pump(wsproto.events.Pong).payload == b"still there"
    send(wsproto.events.CloseConnection(code=1000))
    while connection.state is not wsproto.ConnectionState.CLOSED:
        connection.receive_data(sock.recv(65536) or None)
        for event in connection.events():
            assert isinstance(event, wsproto.events.CloseConnection) and event.code == 1000, event


def test_wsproto_client(binary):
    """python3-wsproto as a client of ours, plain and with four kinds of permessage-deflate"""
    with EchoServer(binary) as server:
        for kind in (None, {}, {"server_no_context_takeover": True}, {"client_max_window_bits": 10, "server_max_window_bits": 9},
                     {"client_no_context_takeover": True}):
            connection = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
            with socket.create_connection(("127.0.0.1", server.port), 60) as sock:
                offered = [] if kind is None else [PerMessageDeflate(**kind)]
                sock.sendall(connection.send(wsproto.events.Request(host="127.0.0.1", target="/", extensions=offered)))
                accepted = None
                while accepted is None:
                    connection.receive_data(sock.recv(65536))
                    accepted = next(iter(connection.events()), None)
                assert isinstance(accepted, wsproto.events.AcceptConnection) and bool(accepted.extensions) == (kind is not None), accepted
                wsproto_echoes(connection, sock)


# ---- python3-autobahn, the library that the public suite is made with

AUTOBAHN = """
import asyncio, sys
from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
from autobahn.websocket.compress import PerMessageDeflateOffer, PerMessageDeflateResponse, PerMessageDeflateResponseAccept
sys.path.insert(0, sys.argv[2])
from websocket_peers_test import messages

class Peer(WebSocketClientProtocol):
    def onOpen(self):
        self.todo = list(messages())
        self.next()
    def next(self):
        if not self.todo:
            return self.sendClose(1000)
        self.sent = self.todo.pop(0)
        text = isinstance(self.sent, str)
        self.sendMessage(self.sent.encode() if text else self.sent, isBinary=not text)
    def onMessage(self, payload, binary):
        assert payload == (self.sent if binary else self.sent.encode())
        self.next()
    def onClose(self, clean, code, reason):
        over.set_result((clean, code, self.websocket_extensions_in_use))

async def main():
    global over
    for takeover, bits in ((False, 0), (True, 0), (False, 9), (False, 15), (True, 9), (True, 15)):
        over = asyncio.get_running_loop().create_future()
        factory = WebSocketClientFactory(sys.argv[1])
        factory.protocol = Peer
        factory.setProtocolOptions(perMessageCompressionOffers=[PerMessageDeflateOffer(
            request_no_context_takeover=takeover, request_max_window_bits=bits)],
            perMessageCompressionAccept=lambda r: PerMessageDeflateResponseAccept(r) if isinstance(r, PerMessageDeflateResponse) else None)
        await asyncio.get_running_loop().create_connection(factory, "127.0.0.1", factory.port)
        print(await asyncio.wait_for(over, 60))
asyncio.run(main())
"""


def test_autobahn_client(binary):
    """python3-autobahn as a client of ours, with the suite's six offers"""
    with EchoServer(binary) as server:
        done = subprocess.run(["/usr/bin/python3", "-c", AUTOBAHN, f"ws://127.0.0.1:{server.port}/", str(HERE)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=180)
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and len(lines) == 6, (done.stdout[-500:], done.stderr[-1500:])
    assert all(line.startswith("(True, 1000") and "PerMessageDeflate" in line for line in lines), lines


def test_chromium(binary):
    """Chromium's WebSocket, compressed, messages up to 1 MB, its own close code"""
    node_packages.installed(HERE.parent.parent / "ui")
    with EchoServer(binary) as server:
        done = subprocess.run(["node", "ws_chromium.mjs", f"ws://127.0.0.1:{server.port}/"], cwd=HERE, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-2000:]
    seen = json.loads(done.stdout)
    assert seen["echoed"] == 12 and seen["code"] == 4321 and seen["wasClean"], seen
    assert seen["extensions"].startswith("permessage-deflate"), seen
