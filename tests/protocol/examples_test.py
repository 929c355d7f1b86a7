# SPDX-License-Identifier: Apache-2.0
"""The examples of the library, with clients and servers that others wrote at the other end."""
import asyncio
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import threading

import websockets

import node_packages
from server import free_port

APART = True

HERE = pathlib.Path(__file__).parent
TOP = HERE.parents[1]


@contextlib.contextmanager
def example(binary, name, by_options=False):
    """A running example; gives HOST:PORT and its process number. It must end when asked to, without an error."""
    port = str(free_port())
    address = f"127.0.0.1:{port}"
    program = pathlib.Path(binary).resolve().parent / "examples" / name
    where = ["--host", "127.0.0.1", "--port", port] if by_options else [address]
    process = subprocess.Popen([program, *where], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stderr.readline()
        assert address in line, line
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield address, process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()


def node(script, *words):
    done = subprocess.run(["node", script, *words], cwd=HERE, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def check_chat(seen):
    assert seen["garbage"] == [None, None], seen
    assert seen["first"] == ['{"id":null,"method":"joinpart","params":[]}', '{"id":1,"result":["ada"],"error":null}'], seen
    said = {"ada: hello", 'bob: \U0001F3B5 "good" evening'}
    assert set(seen["ada"]) == said and set(seen["bob"]) == said, seen
    assert ["ada", "bob"] in seen["names"] and seen["names"][-1] == ["ada"], seen
    assert seen["ada_closed"] in (1000, 1005) and seen["bob_closed"] in (1000, 1005), seen


def test_chat_with_the_original_client_in_node(binary):
    """the demonstration chat, with the original's client over npm ws"""
    node_packages.installed(HERE)
    with example(binary, "chat") as (address, _):
        check_chat(node("chat_in_node.mjs", f"ws://{address}"))


def test_chat_in_a_browser(binary):
    """the original's client in Chromium on a page from elsewhere, and the chat's own page in two windows"""
    node_packages.installed(TOP / "ui")
    with example(binary, "chat") as (address, _):
        seen = node("chat_in_browser.mjs", address)
    check_chat(seen["session"])
    assert seen["page_saw"] == "bob: good evening", seen


def test_chat_speaks_version_1_to_the_letter(binary):
    """the test vectors of the 1.0 dialect, with python3-websockets"""
    unknown = '{{"id":{},"result":null,"error":{{"code":-32601,"message":"Method not found"}}}}'
    answered = [
        ('{"id":1,"method":"clients","params":[]}', '{"id":1,"result":[""],"error":null}'),
        ('{"id":0,"method":"clients","params":[]}', '{"id":0,"result":[""],"error":null}'),
        ('{"id":"a","method":"clients"}', '{"id":"a","result":[""],"error":null}'),
        ('{"id":false,"method":"clients"}', '{"id":false,"result":[""],"error":null}'),
        ('{"id":2,"method":"_onclose","params":[]}', unknown.format(2)),
        ('{"id":4,"method":"on_close","params":[]}', unknown.format(4)),
        ('{"id":5,"method":"say","params":["kept"]}', '{"id":null,"method":"message","params":["","kept"]}'),
    ]
    silent = ['{"id":null,"method":"nope","params":[]}', '{"id":99,"result":null,"error":"late"}']

    async def session(address):
        async with websockets.connect(f"ws://{address}/some/where", open_timeout=60) as socket:
            for call, answer in answered:
                await socket.send(call)
                heard = await socket.recv()
                assert heard == answer, (call, heard)
            assert await socket.recv() == '{"id":5,"result":null,"error":null}'
            await socket.send('{"id":3,"method":"say","params":[]}')
            refused = json.loads(await socket.recv())
            assert refused["id"] == 3 and refused["result"] is None and refused["error"]["code"] == -32602, refused
            for message in silent:
                await socket.send(message)
            await socket.send('{"method":"say","params":["x"]}')
            assert await socket.recv() == '{"id":null,"method":"message","params":["","x"]}', "nothing came before"
        for garbage, code in [("[1,2]", 1002), ("not json", 1007), ("{}", 1002), (b"\x00", 1003)]:
            async with websockets.connect(f"ws://{address}/", open_timeout=60) as socket:
                await socket.send(garbage)
                try:
                    heard = await asyncio.wait_for(socket.recv(), 60)
                    raise AssertionError(f"{garbage} is answered: {heard}")
                except websockets.ConnectionClosed as end:
                    assert end.code == code, (garbage, end.code)

    with example(binary, "chat") as (address, _):
        asyncio.run(session(address))


def test_hello_at_both_ends(binary):
    """the original's example: called by python3-websockets, and its client calling a python3-websockets server"""
    program = str(pathlib.Path(binary).resolve().parent / "examples" / "hello")

    async def call(address):
        async with websockets.connect(f"ws://{address}/", open_timeout=60) as socket:
            assert json.loads(await socket.recv()) == {"jsonrpc": "2.0", "method": "hello", "params": ["me"]}
            await socket.send('{"id":1,"method":"hello","params":["Ada"]}')
            assert await socket.recv() == '{"id":1,"result":["hi, Ada"],"error":null}'
            await socket.send('{"jsonrpc":"2.0","id":"x","method":"hello","params":{"name":"Bob"}}')
            assert await socket.recv() == '{"jsonrpc":"2.0","id":"x","result":["hi, Bob"]}'

    with example(binary, "hello") as (address, _):
        asyncio.run(call(address))

    async def serve():
        heard = []

        async def answer(socket, _path=None):
            async for text in socket:
                heard.append(json.loads(text))
                if heard[-1].get("id") is not None:
                    await socket.send(json.dumps({"jsonrpc": "2.0", "id": heard[-1]["id"], "result": [f"hi, {heard[-1]['params'][0]}"]}))

        async with websockets.serve(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            client = await asyncio.create_subprocess_exec(program, "call", f"ws://127.0.0.1:{port}/", "Ada", stdout=asyncio.subprocess.PIPE)
            out, _ = await asyncio.wait_for(client.communicate(), 60)
            assert client.returncode == 0 and b'["hi, Ada"]' in out, out
        assert [m["method"] for m in heard] == ["hello", "hello"] and heard[1]["params"] == ["Ada"] and heard[1]["id"] == 1, heard

    asyncio.run(serve())


def test_progress(binary):
    """many answers, a stalled reader, cancel, calls in both directions at once; in both versions"""

    async def answers(socket, call):
        """Everything with the id of the call, up to the last answer; calls of the server are answered on the way."""
        await socket.send(json.dumps(call))
        got = []
        while True:
            message = json.loads(await asyncio.wait_for(socket.recv(), 60))
            if "method" in message:
                version = {"jsonrpc": "2.0"} if "jsonrpc" in message else {"error": None}
                await socket.send(json.dumps({**version, "id": message["id"], "result": f"a {message['params'][0]}"}))
                continue
            assert message["id"] == call["id"], message
            got.append(message)
            if not message.get("more"):
                return got

    async def session(address):
        # Small buffers at this end, so that a reader that doesn't read is felt at the other.
        async with websockets.connect(f"ws://{address}/", open_timeout=60, max_queue=1, read_limit=4096) as socket:
            for version in ({"jsonrpc": "2.0"}, {}):
                got = await answers(socket, {**version, "id": "p", "method": "package"})
                assert [m["result"]["done"] for m in got[:-1]] == list(range(1, 101)) and got[-1]["result"] == {"songs": 100}, got[-1]
                got = await answers(socket, {**version, "id": 0, "method": "ask", "params": ["fish"]})
                assert [m["result"] for m in got] == ["a fish"], got

            # Ten megabytes for somebody who doesn't look for five seconds.
            await socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "package", "params": [100, 100000]}))
            await asyncio.sleep(5)
            done = []
            while not done or done[-1].get("more"):
                done.append(json.loads(await asyncio.wait_for(socket.recv(), 60)))
            assert [m["result"]["done"] for m in done[:-1]] == list(range(1, 101)), len(done)

            await socket.send('{"jsonrpc":"2.0","id":"d","method":"download"}')
            gauge = json.loads(await socket.recv())
            assert gauge["more"] is True and gauge["kind"] == "gauge" and gauge["id"] == "d", gauge
            await socket.send('{"jsonrpc":"2.0","method":"rpc.cancel","params":["d"]}')
            while True:
                last = json.loads(await asyncio.wait_for(socket.recv(), 60))
                if not last.get("more"):
                    break
            assert last["error"]["code"] == -32000, last
            await socket.send('{"jsonrpc":"2.0","id":"e","method":"ask","params":["end"]}')
            assert json.loads(await socket.recv())["method"] == "answer", "nothing follows a final answer"

    with example(binary, "progress") as (address, _):
        asyncio.run(session(address))
        program = str(pathlib.Path(binary).resolve().parent / "examples" / "progress")
        own = subprocess.run([program, "call", f"ws://{address}/"], capture_output=True, text=True, timeout=180)
        assert own.stdout == 'asked: "what is love?"\npackage: 100 items, then {"songs":100}\ndownload: cancelled\n', own


def test_what_a_connection_costs(binary):
    """memory of one idle connection with its instance, over 500 of them"""

    async def measure(address, pid):
        def resident():
            return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        sockets = [await websockets.connect(f"ws://{address}/", open_timeout=60, compression=None) for _ in range(100)]
        before = resident()
        for _ in range(500):
            sockets.append(await websockets.connect(f"ws://{address}/", open_timeout=60, compression=None))
        await asyncio.sleep(0.2)
        each = (resident() - before) / 500
        await asyncio.gather(*(socket.close() for socket in sockets))
        return each

    with example(binary, "progress") as (address, pid):
        each = asyncio.run(measure(address, pid))
    print(f"        {each:.0f} bytes for an idle connection of the library")
    assert 0 < each < 4096, each


def test_addresses(binary):
    """each example says how it is called, refuses what it doesn't know, and listens where --host and --port say"""
    folder = pathlib.Path(binary).resolve().parent / "examples"
    for name in ("hello", "chat", "progress", "ws_echo", "http_echo"):
        for word, status in (("--help", 0), ("--nonsense", 2)):
            done = subprocess.run([folder / name, word], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)
            assert done.returncode == status and "--port" in done.stderr, (name, word, done)
    for name in ("hello", "chat", "progress"):
        with example(binary, name, by_options=True):
            pass
