# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL of the test's own (tests/postgres): its port, its folder. It never outlives the test.

    with Postgresql() as database:
        Server(binary, options=database.options)
"""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import server

SCRIPT = pathlib.Path(__file__).resolve().parents[1] / "postgres"


class Postgresql:
    def __init__(self, settings=()):
        self.port, self.settings, self.process = server.free_port(), list(settings), None
        self.folder = tempfile.mkdtemp(prefix="longwave-postgresql-")
        os.chmod(self.folder, 0o755)

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_):
        self.close()

    @property
    def url(self):
        return f"postgresql://longwave@127.0.0.1:{self.port}/postgres"

    @property
    def password_file(self):
        return os.path.join(self.folder, "password")

    @property
    def options(self):
        return ["--database", self.url, "--database-password-file", self.password_file]

    def start(self, wait_s=120):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen([str(SCRIPT), self.folder, str(self.port), *self.settings],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + wait_s
        while self.psql("SELECT 1", check=False) != "1":
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL does not serve on {self.port}:\n{self.log()[-2000:]}")
            time.sleep(0.05)
        return self

    def stop(self, how=signal.SIGQUIT):
        """SIGQUIT: at once, as a crash; SIGINT: orderly, its connections are cut."""
        self.process.send_signal(how)
        self.process.wait(60)

    def close(self):
        if self.process and self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        return pathlib.Path(self.folder, "log").read_text(errors="replace")

    def run(self, program, *words, check=True):
        """What one of PostgreSQL's own programs prints."""
        done = subprocess.run([program, "-h", "127.0.0.1", "-p", str(self.port), "-U", "longwave", *words], text=True,
                              capture_output=True, timeout=60,
                              env=dict(os.environ, PGPASSWORD=pathlib.Path(self.password_file).read_text()
                                       if os.path.exists(self.password_file) else ""))
        if check and done.returncode:
            raise RuntimeError(f"{program} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout.strip()

    def psql(self, sql, database="postgres", check=True):
        return self.run("psql", "-qtAX", "-d", database, "-c", sql, check=check)
