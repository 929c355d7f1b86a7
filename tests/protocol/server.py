# SPDX-License-Identifier: Apache-2.0
"""A Longwave of the test's own: its port, its data folder, its log. It never outlives the test."""
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time


PORTS = 20       # of a module, from LONGWAVE_TEST_PORT on; the runner gives each a range of its own
PATIENCE_S = 60  # for what happens in milliseconds: a machine with other work may not come to it for long
given = []


def free_port():
    """One that nobody listens on, and that this process hasn't been given before: it stays its own while its server is away."""
    first = int(os.environ.get("LONGWAVE_TEST_PORT", "21700"))
    ports = range(first, first + PORTS)
    for port in [*(port for port in ports if port not in given), *given]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port in given:
            given.remove(port)  # the one that was given longest ago
        given.append(port)
        return port
    raise RuntimeError("no free port for a test server")


class RpcError(Exception):
    def __init__(self, error):
        super().__init__(f"{error['code']}: {error['message']}")
        self.code, self.message, self.data = error["code"], error["message"], error.get("data")


class Server:
    """with Server(binary, music=[folder]) as server: …"""

    def __init__(self, binary, music=(), options=(), data=None, wrap=(), environment=None):
        self.binary = str(pathlib.Path(binary).resolve())
        self.music, self.options, self.wrap = [str(m) for m in music], list(options), list(wrap)
        self.scratch = tempfile.mkdtemp(prefix="longwave-test-")
        self.data = str(data or os.path.join(self.scratch, "data"))
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("LONGWAVE_")}
        self.environment.update(environment or {})
        self.port, self.process, self.log_path = None, None, os.path.join(self.scratch, "log")
        self.starts = 0

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_):
        self.close()

    def command(self):
        command = [*self.wrap, self.binary, "serve", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"]
        for folder in self.music:
            command += ["--music", folder]
        return command + self.options

    def start(self, wait_s=PATIENCE_S):
        if self.port is None:
            self.port = free_port()
        log = open(self.log_path, "ab")
        self.starts += 1
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                        env=self.environment)
        log.close()
        end = time.monotonic() + wait_s
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log()[-3000:]}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return self
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"the server does not listen after {wait_s} s:\n{self.log()[-3000:]}")

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """As a power cut would: no goodbye."""
        if self.alive():
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)

    def stop(self, wait_s=PATIENCE_S):
        """Orderly. Returns the exit code."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(wait_s)
            except subprocess.TimeoutExpired:
                self.kill()
                raise RuntimeError(f"the server did not end within {wait_s} s of SIGTERM:\n{self.log()[-2000:]}")
        return self.process.returncode

    def close(self):
        try:
            if self.process and self.alive():
                self.stop()
        finally:
            if self.process and self.alive():
                self.kill()
            shutil.rmtree(self.scratch, ignore_errors=True)

    def log(self):
        try:
            return pathlib.Path(self.log_path).read_text(errors="replace")
        except OSError:
            return ""

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def url(self, path, scheme="http"):
        return f"{scheme}://{self.address}{path}"

    def request(self, method, path, body=None, headers=None, timeout=PATIENCE_S):
        """(status, headers, body) of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def rpc(self, message, headers=None, timeout=PATIENCE_S):
        """Posts any JSON value; returns the parsed answer (None for 204)."""
        body = message if isinstance(message, (bytes, str)) else json.dumps(message)
        status, _, answer = self.request("POST", "/rpc", body, {"Content-Type": "application/json", **(headers or {})}, timeout)
        if status == 204:
            return None
        if status != 200:
            raise AssertionError(f"POST /rpc answered {status}: {answer[:200]!r}")
        return json.loads(answer)

    def call(self, method, timeout=PATIENCE_S, headers=None, **params):
        answer = self.rpc({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}, headers, timeout)
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    def until(self, condition, wait_s=PATIENCE_S, every_s=0.05, what="a condition"):
        """Polls until condition() is true; returns its value."""
        end = time.monotonic() + wait_s
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not within {wait_s} s\n{self.log()[-1500:]}")
            time.sleep(every_s)

    def skip(self):
        """To the next track. A conflict says that it is beginning anyway, which is as good."""
        try:
            self.call("playback.skip", station="main")
        except RpcError as refused:
            if refused.code != -32005:
                raise

    def until_well(self):
        """/health is 200; where others have the processors, the station's loop may not answer in time."""
        return self.until(lambda: self.request("GET", "/health")[0] == 200, what="it is well")

    def until_playing(self, wait_s=PATIENCE_S):
        def playing():
            now = self.call("station.now", station="main")
            return now if now["state"] == "playing" and now["current"] else None
        return self.until(playing, wait_s, what="the station plays")

    def until_tracks(self, count, wait_s=PATIENCE_S):
        return self.until(lambda: self.call("library.search", text="", limit=1)["total"] >= count, wait_s,
                          what=f"{count} tracks are found")

    def memory_bytes(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        return 0
