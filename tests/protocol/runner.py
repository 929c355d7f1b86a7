# SPDX-License-Identifier: Apache-2.0
"""Runs test functions of modules and counts them. A module may say what server it wants:

    SERVER = {"music": ["mixed"], "options": ["--log", "debug"]}   one server for the whole module
    def test_something(server): …
    def test_other(binary): …                                      starts servers of its own
"""
import importlib
import inspect
import os
import pathlib
import sys
import time
import traceback

import music
from server import Server


class Unavailable(Exception):
    """Something of the machine is missing; said aloud and counted as a failure."""


def run(folder, binary, names=()):
    folder = pathlib.Path(folder)
    sys.path.insert(0, str(folder))
    if not os.access(binary, os.X_OK):
        print(f"{binary} is not built; tools/build release longwave")
        print("0 passed, 1 failed")
        return 1
    passed = failed = 0
    for path in sorted(folder.glob("*_test.py")):
        if names and path.stem.removesuffix("_test") not in names and path.stem not in names:
            continue
        good, bad = run_module(importlib.import_module(path.stem), path.stem, binary)
        passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def run_module(module, name, binary):
    tests = [(key, value) for key, value in vars(module).items() if key.startswith("test_") and callable(value)]
    wanted = getattr(module, "SERVER", None)
    server = None
    passed = failed = 0
    try:
        for key, test in tests:
            began = time.monotonic()
            try:
                arguments = {}
                for parameter in inspect.signature(test).parameters:
                    if parameter == "server":
                        if server is None or not server.alive():
                            if server:
                                server.close()
                            server = Server(binary, music=[music.folder("mixed", music.mixed())] if wanted.get("music", True) else [],
                                            options=wanted.get("options", []))
                            server.start()
                        arguments["server"] = server
                    elif parameter == "binary":
                        arguments["binary"] = binary
                test(**arguments)
                if "server" in arguments and not server.alive():
                    raise AssertionError(f"the server has ended with {server.process.returncode}:\n{server.log()[-3000:]}")
                passed += 1
                print(f"ok      {name}: {describe(test)} ({time.monotonic() - began:.1f} s)", flush=True)
            except Exception:
                failed += 1
                print(f"FAILED  {name}: {describe(test)}", flush=True)
                print("    " + traceback.format_exc(limit=-6).replace("\n", "\n    "), flush=True)
    finally:
        if server:
            try:
                server.close()
            except Exception as problem:
                failed += 1
                print(f"FAILED  {name}: the server ends orderly: {problem}", flush=True)
    return passed, failed


def describe(test):
    return (test.__doc__ or test.__name__).strip().splitlines()[0]
