# SPDX-License-Identifier: Apache-2.0
"""Runs test functions of modules and counts them. A module may say what server it wants:

    SERVER = {"music": ["mixed"], "options": ["--log", "debug"]}   one server for the whole module
    def test_something(server): …
    def test_other(binary): …                                      starts servers of its own
    ALONE = True                                                   measures times: nothing runs beside it
    APART = True                                                   its tests need nothing of each other: each may run beside the others

Most tests wait for sound to pass, so modules run three at a time, each in a process with ports of its own. NAME is a module, with or without
its _test, or one test of it: NAME::test_something.

Real clocks on a machine that is held up: what fails is run once more with nothing beside it, and what passes then is said at the end. Both
outputs stand in the log. More failures than a busy machine explains (AGAIN) are not repeated.
"""
import concurrent.futures
import importlib
import inspect
import os
import pathlib
import re
import subprocess
import sys
import time
import traceback

import music
from server import PORTS, Server


# They come first, so that nobody waits for one of them at the end.
LONGEST = ("sound_test", "hostile_files_test", "hung_decoder_test", "streams_test", "page_test", "people_test", "power_cut_test", "slow_readers_test",
           "library_test", "firefox_test", "floods_test", "slow_senders_test")


AGAIN = 3


def run(folder, binary, names=()):
    folder = pathlib.Path(folder)
    sys.path.insert(0, str(folder))
    if not os.access(binary, os.X_OK):
        print(f"{binary} is not built; tools/build release longwave")
        print("0 passed, 1 failed")
        return 1
    wanted = [name.partition("::") for name in names]
    paths = [path for path in sorted(folder.glob("*_test.py")) if not names or path.stem.removesuffix("_test") in [name.removesuffix("_test") for name, _, _ in wanted]]
    test = wanted[0][2] if len(wanted) == 1 else ""
    parts = [f"{path.stem}::{test}" for path in paths] if test else [part for path in paths for part in parts_of(path)]
    if len(parts) == 1:
        passed, failed = run_module(importlib.import_module(paths[0].stem), paths[0].stem, binary, test)
    else:
        passed, failed = run_many(folder, binary, parts, [path.stem for path in paths if says(path, "ALONE")])
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def says(path, word):
    return re.search(rf"^{word} = True", path.read_text(), re.M)


def parts_of(path):
    """What runs in a process of its own: the module, or each of its tests."""
    return [f"{path.stem}::{test}" for test in re.findall(r"^def (test_\w+)\(", path.read_text(), re.M)] if says(path, "APART") else [path.stem]


def run_many(folder, binary, parts, alone):
    def one(part):
        first = int(os.environ.get("LONGWAVE_TEST_PORT", "21700")) + PORTS * parts.index(part)
        done = subprocess.run([sys.executable, str(folder / "run.py"), binary, part], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env=dict(os.environ, LONGWAVE_TEST_PORT=str(first)))
        lines = done.stdout.splitlines()
        counts = re.fullmatch(r"(\d+) passed, (\d+) failed", lines[-1]) if lines else None
        print("\n".join(lines[:-1] if counts else [*lines, f"FAILED  {part}: ended with {done.returncode}"]), flush=True)
        return (int(counts[1]), int(counts[2])) if counts else (0, 1)

    def module(part):
        return part.partition("::")[0]

    with concurrent.futures.ThreadPoolExecutor(max_workers=3) as pool:
        beside = sorted((part for part in parts if module(part) not in alone), key=lambda part: module(part) not in LONGEST)
        counts = dict(zip(beside, pool.map(one, beside)))
    counts |= {part: one(part) for part in parts if module(part) in alone}
    broken = [part for part in parts if counts[part][1]]
    if len(broken) <= AGAIN:
        for part in broken:
            print(f"again   {part}", flush=True)
            counts[part] = one(part)
        for part in broken:
            print(f"{'failed' if counts[part][1] else 'passed'} when it was repeated: {part}", flush=True)
    return sum(good for good, _ in counts.values()), sum(bad for _, bad in counts.values())


def run_module(module, name, binary, only=""):
    tests = [(key, value) for key, value in vars(module).items() if key.startswith("test_") and callable(value) and only in ("", key)]
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
