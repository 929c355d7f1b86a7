# SPDX-License-Identifier: Apache-2.0
"""A Redis of the test's own and several Longwave nodes on it, all on loopback, all ended with the test.

    with Cluster(binary) as cluster:
        cluster.nodes[0].call("channel.publish", …)
        cluster.redis.kill(); cluster.redis.start()
"""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

import server

# The rights that docs/cluster.md tells operators to give.
ACL = ("resetkeys", "resetchannels", "-@all", "~longwave:*", "&longwave:*", "+@connection", "+@pubsub", "+@scripting",
       "+@hash", "+@sortedset", "+@list", "+@string", "+@keyspace", "-@dangerous", "+info", "+time", "+client|setname")


class Redis:
    """A redis-server on a port of its own. Nothing is kept over a kill() unless `keep`: then every write is on disk before it is answered."""

    def __init__(self, options=(), keep=False, port=None, tls=None, user=None, password=None):
        self.port = port or server.free_port()
        self.folder = tempfile.mkdtemp(prefix="longwave-redis-")
        self.options, self.process = list(options), None
        self.tls, self.user, self.password = tls, user, password
        self.ports = ["--port", "0", "--tls-port", str(self.port), "--tls-cert-file", tls.certificate, "--tls-key-file", tls.key,
                      "--tls-ca-cert-file", tls.ca, "--tls-auth-clients", "no"] if tls else ["--port", str(self.port)]
        self.kept = ["--appendonly", "yes", "--appendfsync", "always"] if keep else ["--appendonly", "no"]
        if user:
            self.options += ["--user", user, "on", f">{password}", *ACL, "--user", "default", "off"]

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    @property
    def address(self):
        return f"redis{'s' if self.tls else ''}://127.0.0.1:{self.port}/0"

    def start(self, wait_s=60):
        command = ["redis-server", *self.ports, "--bind", "127.0.0.1", "--save", "", "--dir", self.folder, *self.kept, *self.options]
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + wait_s
        while "PONG" not in self.cli("PING"):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"redis-server does not serve on {self.port}: {self.cli('PING')!r}\n{self.log()[-2000:]}")
            time.sleep(0.02)
        return self

    def kill(self):
        """As a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(60)

    def stop(self):
        """Orderly."""
        self.process.terminate()
        self.process.wait(60)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def cli(self, *words):
        """What redis-cli prints."""
        command = ["redis-cli", "-p", str(self.port)]
        if self.tls:
            command += ["--tls", "--cacert", self.tls.ca]
        if self.user:
            command += ["--user", self.user, "--pass", self.password, "--no-auth-warning"]
        done = subprocess.run([*command, *map(str, words)], capture_output=True, text=True, timeout=60)
        return (done.stdout + done.stderr).strip()

    def log(self):
        try:
            with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
                return log.read()
        except OSError:
            return ""

    def options_for_nodes(self):
        options = ["--redis", self.address]
        if self.tls:
            options += ["--redis-ca", self.tls.ca]
        if self.user:
            options += ["--redis-user", self.user]
        return options

    def environment_for_nodes(self):
        return {"LONGWAVE_REDIS_PASSWORD": self.password} if self.password else {}


class Cluster:
    """Nodes on one Redis; a given one stays its owner's."""

    def __init__(self, binary, nodes=2, redis=None, options=(), music=()):
        self.redis, self.own_redis = redis or Redis(), redis is None
        self.no_music = tempfile.mkdtemp(prefix="longwave-quiet-")
        self.nodes = [server.Server(binary, music=music or [self.no_music], options=[*self.redis.options_for_nodes(), *options],
                                    environment=self.redis.environment_for_nodes()) for _ in range(nodes)]

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def start(self):
        try:
            if self.own_redis:
                self.redis.start()
            for node in self.nodes:
                node.start()
            self.until_well()
            return self
        except BaseException:
            self.close()
            raise

    def until_well(self, wait_s=60):
        for node in self.nodes:
            node.until(lambda: broker(node) == "ok", wait_s, what="the node reaches Redis")

    def close(self):
        try:
            for node in self.nodes:
                node.close()
        finally:
            if self.own_redis:
                self.redis.close()
            shutil.rmtree(self.no_music, ignore_errors=True)


def broker(node):
    """What a node's /health says of its broker."""
    return json.loads(node.request("GET", "/health")[2])["checks"]["broker"]

