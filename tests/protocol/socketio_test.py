# SPDX-License-Identifier: Apache-2.0
"""Engine.IO 4 and Socket.IO 5: every rule of the protocol documents, by hand and with clients that others wrote, against
examples/socketio_echo."""
import asyncio
import contextlib
import json
import logging
import pathlib
import signal
import subprocess

import engineio
import socketio

import node_packages
from server import free_port

HERE = pathlib.Path(__file__).parent
CALM = ["--ping-interval", "25000", "--ping-timeout", "20000"]
LIVELY = ["--ping-interval", "300", "--ping-timeout", "10000", "--max-payload", "1000", "--upgrade-timeout", "200"]


@contextlib.contextmanager
def echo(binary, *options):
    """A running socketio_echo; gives its address. It must end when asked to, without an error."""
    program = pathlib.Path(binary).resolve().parent / "examples" / "socketio_echo"
    process = subprocess.Popen([program, "--port", str(free_port()), *options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), address
        yield address.rstrip("/")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()


def cases(script, **servers):
    node_packages.installed(HERE)
    done = subprocess.run(["node", HERE / script, json.dumps(servers)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    outcome = json.loads(done.stdout)
    wrong = [f"{name}: {problem}" for name, problem in outcome.items() if problem]
    assert outcome and not wrong, f"{len(wrong)} of {len(outcome)} cases:\n" + "\n".join(wrong)


def engine_cases(binary, path, loops):
    with echo(binary, *CALM, "--loops", loops) as calm, echo(binary) as suite, echo(binary, *LIVELY, "--loops", loops) as lively:
        cases("engineio_cases.mjs", path=path, calm=calm + path, suite=suite + path, lively=lively + path)


def test_engineio_on_one_loop(binary):
    """Engine.IO: all cases, on one loop"""
    engine_cases(binary, "/engine.io/", "1")


def test_engineio_on_several_loops(binary):
    """Engine.IO: all cases, where requests of a session come to several loops"""
    engine_cases(binary, "/engine.io/", "3")


def test_engineio_under_socketio(binary):
    """Engine.IO: the cases that don't need an echo, at /socket.io/"""
    engine_cases(binary, "/socket.io/", "2")


def socketio_cases(binary, loops):
    with echo(binary, *CALM, "--loops", loops) as calm, echo(binary, *CALM, "--loops", loops, "--connect-timeout", "3000") as hasty, \
         echo(binary, *CALM, "--loops", loops, "--recovery", "60000") as returning:
        cases("socketio_cases.mjs", calm=calm + "/socket.io/", hasty=hasty + "/socket.io/", returning=returning + "/socket.io/")


def test_socketio_on_one_loop(binary):
    """Socket.IO: all cases, on one loop"""
    socketio_cases(binary, "1")


def test_socketio_on_several_loops(binary):
    """Socket.IO: all cases, on several loops"""
    socketio_cases(binary, "3")


def client_cases(binary, loops):
    # hundreds of news, each a timer's turn after the one before, would take a minute on a busy machine
    with echo(binary, *CALM, "--loops", loops) as calm, echo(binary, *CALM, "--loops", loops, "--recovery", "60000", "--spacing", "0") as returning, \
         echo(binary, *LIVELY, "--loops", loops) as lively:
        cases("socketio_clients.mjs", calm=calm, returning=returning, lively=lively)


def test_reference_clients_on_one_loop(binary):
    """socket.io-client 4 and engine.io-client 6, on one loop"""
    client_cases(binary, "1")


def test_reference_clients_on_several_loops(binary):
    """socket.io-client 4 and engine.io-client 6, on several loops"""
    client_cases(binary, "3")


# These clients forget a session of aiohttp, which then says so when it is collected.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)

BYTES = bytes([0, 1, 2, 253, 254, 255])


async def converse(address, transports):
    """python3-socketio: an event, its ack, binary data, a namespace, a question to the client, the end."""
    heard = asyncio.Queue()
    client = socketio.AsyncClient(reconnection=False)
    for nsp in ("/", "/custom"):
        for event in ("auth", "message-back", "answered"):
            client.on(event, lambda *args, event=event, nsp=nsp: heard.put_nowait((nsp, event, *args)), namespace=nsp)
    client.on("question", lambda *args: args)
    gone = asyncio.Event()
    client.on("disconnect", gone.set)

    async def expect(*wanted):
        assert await asyncio.wait_for(heard.get(), 60) == wanted

    await client.connect(address, auth={"token": "123"}, transports=transports, namespaces=["/", "/custom"], wait_timeout=60)
    assert sorted([await asyncio.wait_for(heard.get(), 60) for _ in range(2)]) == \
        [("/", "auth", {"token": "123"}), ("/custom", "auth", {"token": "123"})]
    await client.emit("message", ("one", 2, {"3": [True, None]}))
    await expect("/", "message-back", "one", 2, {"3": [True, None]})
    await client.emit("message", {"deep": [BYTES]}, namespace="/custom")
    await expect("/custom", "message-back", {"deep": [BYTES]})
    assert tuple(await client.call("message-with-ack", ("a", BYTES), timeout=60)) == ("a", BYTES)
    await client.emit("ask", ("why", BYTES))
    await expect("/", "answered", "why", BYTES)
    assert client.transport() == ("polling" if transports == ["polling"] else "websocket")
    await client.emit("close")
    await asyncio.wait_for(gone.wait(), 60)
    await client.disconnect()


def test_python_socketio(binary):
    """python3-socketio over polling, over WebSocket, and upgrading"""
    async def test(address):
        await asyncio.gather(*(converse(address, transports) for transports in (["polling"], ["websocket"], None)))

    with echo(binary, *CALM, "--loops", "2") as address:
        asyncio.run(asyncio.wait_for(test(address), 180))


def test_python_engineio(binary):
    """python3-engineio over polling, over WebSocket, and upgrading"""
    async def talk(address, transports):
        heard = asyncio.Queue()
        client = engineio.AsyncClient()
        client.on("message", heard.put_nowait)
        await client.connect(address, transports=transports)
        for message in ("h\u00e9llo \U0001f3b5", BYTES, "x" * 10000):
            await client.send(message)
            assert await asyncio.wait_for(heard.get(), 60) == message
        # Otherwise it waits for its last poll, which it forgets to end when it is still posting.
        await client.disconnect(abort=True)

    async def test(address):
        await asyncio.gather(*(talk(address, transports) for transports in (["polling"], ["websocket"], None)))

    with echo(binary, *CALM, "--loops", "2") as address:
        asyncio.run(asyncio.wait_for(test(address), 180))
