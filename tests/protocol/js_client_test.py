# SPDX-License-Identifier: Apache-2.0
"""@longwave/client: its own tests, its package, and the client before the real server in Node 18, 20 and 22 and in Chromium."""
import contextlib
import fcntl
import http.server
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading

import music
import node_packages
from examples_test import example
from server import Server

APART = True

TOP = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = TOP / "clients" / "js"
HERE = pathlib.Path(__file__).parent / "js"


class Control(http.server.BaseHTTPRequestHandler):
    """GET /stop, /kill, /start: what becomes of the server."""

    def do_GET(self):
        server = self.server.longwave
        if self.path == "/stop":
            server.process.send_signal(signal.SIGSTOP)
            status = pathlib.Path(f"/proc/{server.process.pid}/status")
            server.until(lambda: "State:\tT" in status.read_text(), what="it stands still")
        elif self.path == "/kill":
            server.kill()
        elif self.path == "/start":
            server.start()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def station(binary, tracks=8):
    """A station with some music, and the address of its control."""
    tones = [music.Tone(20 + i, 75, "ogg", artist=f"Player {i}") for i in range(tracks)]
    with Server(binary, music=[music.folder("js", tones)]) as server:
        server.until_tracks(tracks)
        server.until_playing()
        with http.server.HTTPServer(("127.0.0.1", 0), Control) as control:
            control.longwave = server
            threading.Thread(target=control.serve_forever, daemon=True).start()
            try:
                yield server, f"http://127.0.0.1:{control.server_port}"
            finally:
                control.shutdown()
                if server.alive():
                    server.process.send_signal(signal.SIGCONT)


def run(command, folder=HERE, timeout=400, environment=None):
    done = subprocess.run([str(word) for word in command], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=timeout, env={**os.environ, **(environment or {})})
    failures = [line for line in done.stdout.splitlines() if line.lstrip().startswith(("FAIL", "not ok", "error:"))]
    assert done.returncode == 0 and not failures, "\n".join(failures or [done.stdout[-2500:], done.stderr[-2500:]])
    return done.stdout


def built():
    """The package, built from the sources as they are; by one process at a time."""
    node_packages.installed(HERE)
    node_packages.installed(PACKAGE)
    made = PACKAGE / "dist" / "index.js"
    with open(PACKAGE / "package.json") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        newest = max(path.stat().st_mtime for path in [PACKAGE / "package.json", *(PACKAGE / "src").rglob("*")])
        if not made.exists() or made.stat().st_mtime < newest:
            run(["npm", "run", "--silent", "build"], PACKAGE)
    return PACKAGE


def node(version):
    """Another Node from npm; where there is none for this machine, the one that is installed."""
    other = HERE / "node_modules" / f"node-{version}" / "bin" / "node"
    return other if other.exists() else "node"


def closing(text):
    return text.strip().splitlines()[-1]


def test_units():
    """its unit tests, in virtual time, in this Node and in Node 18"""
    built()
    for name in ["node", node(18)]:
        out = run([name, "--test", *sorted(map(str, (PACKAGE / "test").glob("*.test.mjs")))], PACKAGE)
        assert re.search(r"^# pass [1-9]\d+$|^ℹ pass [1-9]\d+$", out, re.M), out[-500:]


def test_node_global(binary):
    """Node 22 with its own WebSocket: calls, streams, breaks, transports, a server that is killed"""
    built()
    with station(binary) as (server, control):
        print("        " + closing(run([node(22), "station.mjs", PACKAGE, server.url(""), control])))


def test_node_given(binary):
    """Node 18 with the npm package ws"""
    built()
    with station(binary) as (server, control):
        print("        " + closing(run([node(18), "station.mjs", PACKAGE, server.url(""), control, "given"])))


def test_node_sse(binary):
    """Node 18 as it is, without a WebSocket: SSE and POST"""
    built()
    with station(binary) as (server, control):
        print("        " + closing(run([node(18), "station.mjs", PACKAGE, server.url(""), control, "sse"])))


def test_peers():
    """both directions at once with json-rpc-2.0 over ws; one call by POST to jayson"""
    built()
    print("        " + closing(run(["node", "peers.mjs", PACKAGE])))


def test_library(binary):
    """both directions at once with a server of the C++ library: 100 songs are 100 items, also to a reader that stands still"""
    built()
    with example(binary, "progress") as (address, _):
        print("        " + closing(run(["node", "progress.mjs", PACKAGE, f"ws://{address}/"])))


def test_chromium(binary):
    """Chromium loads the package as it is: calls, subscriptions, WebSocket blocked, a server that is killed"""
    built()
    node_packages.installed(TOP / "ui")
    with station(binary) as (server, control):
        print("        " + closing(run(["node", "browser.mjs", PACKAGE, server.url(""), control])))


def blocks(text, language):
    """Code of a document: (name in its first line, code)."""
    found = re.findall(rf"^```{language}\n// (\S+)\n(.*?)^```$", text, re.M | re.S)
    assert found, language
    return found


def test_package(binary):
    """npm pack, installed elsewhere: every example of the README runs as written, types are those of the page"""
    built()
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="longwave-js-"))
    try:
        run(["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", scratch], PACKAGE)
        (tarball,) = scratch.glob("*.tgz")
        (scratch / "package.json").write_text('{"type": "module", "private": true}')
        run(["npm", "install", "--silent", "--offline", "--no-audit", "--no-fund", tarball], scratch)
        shutil.copytree(HERE / "node_modules" / "ws", scratch / "node_modules" / "ws")
        assert not (scratch / "node_modules" / "@longwave" / "client" / "src").exists()
        readme = (scratch / "node_modules" / "@longwave" / "client" / "README.md").read_text()
        with station(binary) as (server, _):
            environment = {"LONGWAVE_URL": server.url("")}
            for name, code in blocks(readme, "js"):
                (scratch / name).write_text(code)
                said = run([node(18) if "18" in name else "node", name], scratch, environment=environment)
                assert said.strip(), name
                if name == "example.mjs":
                    assert "8 tracks" in said and "on air: " in said and "scanned: " in said, said
                if name == "node18.mjs":
                    assert "websocket" in said, said
            api = run(["npx", "--no-install", "longwave-types", server.url("")], scratch)
        want = (TOP / "ui" / "src" / "api.gen.ts").read_text()
        assert api.split("/** Codes of errors. */")[0] == want.split("/** Codes of errors. */")[0], "types of the page differ"
        (scratch / "api.ts").write_text(api)
        for name, code in blocks(readme, "ts"):
            (scratch / name).write_text(code)
            (scratch / ("wrong_" + name)).write_text(code.replace("tracks: [1, 2]", "tracks: 'all'"))
        compiler = [PACKAGE / "node_modules" / ".bin" / "tsc", "--noEmit", "--strict", "--target", "es2022", "--module", "nodenext",
                    "--lib", "es2022,dom", "--types", ""]
        run([*compiler, "typed.ts"], scratch)
        wrong = subprocess.run([str(word) for word in [*compiler, "wrong_typed.ts"]], cwd=scratch, capture_output=True, text=True)
        assert "number[]" in wrong.stdout, wrong.stdout
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
