#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the source against the rules of the house: tests/tidy/run.py [--lint]. Ends with "N passed, N failed"."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import rules
import rules_test
from tree import Tree

TOP = pathlib.Path(__file__).resolve().parents[2]


def formatted(tree):
    """C++ is as clang-format would have it."""
    tool = shutil.which("clang-format") or shutil.which("clang-format-14")
    if not tool:
        return ["clang-format is not installed"]
    paths = [name for name, _ in tree.code()]
    chunks = [paths[i::os.cpu_count()] for i in range(os.cpu_count())]

    def check(chunk):
        if not chunk:
            return ""
        return subprocess.run([tool, "--dry-run", "--Werror", *chunk], cwd=TOP, capture_output=True, text=True).stderr

    with concurrent.futures.ThreadPoolExecutor() as pool:
        lines = "".join(pool.map(check, chunks)).splitlines()
    return sorted({line.split(":")[0] + ": not as clang-format would have it" for line in lines if "clang-format-viol" in line})


def scripts(tree):
    """Shell scripts parse under a plain POSIX shell, and commands are executable."""
    found = []
    for name, text in sorted(tree.files.items()):
        first = text.split("\n", 1)[0]
        if first.startswith("#!"):
            if not os.access(TOP / name, os.X_OK):
                found.append(f"{name}: has a #! line but is not executable")
            if "bash" in first:
                found.append(f"{name}: bash is not needed; /bin/sh is everywhere")
            if first.endswith("/sh"):
                done = subprocess.run(["sh", "-n", name], cwd=TOP, capture_output=True, text=True)
                found += [f"{name}: {line}" for line in done.stderr.splitlines()]
    return found


def documents(_tree):
    """Generated documentation is what the program would generate now."""
    program = TOP / "build/release/longwave"
    if not program.exists():
        return []
    done = subprocess.run([str(program), "dev", "docs", "--check"], cwd=TOP, capture_output=True, text=True, timeout=60)
    return [] if done.returncode == 0 else [line for line in (done.stdout + done.stderr).splitlines()][:20] or ["stale"]


def fingerprint(tree, name, salt, seen):
    """Of a file and every file of ours that it includes, however far away."""
    seen[name] = tree.files[name]
    for included in re.findall(r'^#include "([^"]+)"', tree.files[name], re.M):
        below = "src/" + included
        if below in tree.files and below not in seen:
            fingerprint(tree, below, salt, seen)
    return hashlib.sha256("\0".join([salt, *(part for pair in sorted(seen.items()) for part in pair)]).encode()).hexdigest()


def lint(tree):
    """clang-tidy with .clang-tidy over what is shipped. What was clean and hasn't changed isn't read again."""
    build = TOP / "build/release"
    tool = shutil.which("clang-tidy") or shutil.which("clang-tidy-14")
    if not tool or not (build / "compile_commands.json").exists():
        return ["clang-tidy or build/release/compile_commands.json is missing"]
    known = {entry["file"] for entry in json.loads((build / "compile_commands.json").read_text())}
    clean = TOP / "build/lint"
    clean.mkdir(exist_ok=True)
    salt = subprocess.run([tool, "--version"], capture_output=True, text=True).stdout + (TOP / ".clang-tidy").read_text()
    todo = {}
    for name, _ in tree.under(("src/",), (".cpp",)):
        mark = clean / fingerprint(tree, name, salt, {})
        if str(TOP / name) in known and not mark.exists():
            todo[name] = mark

    def check(name):
        done = subprocess.run([tool, "-p", str(build), "--quiet", name], cwd=TOP, capture_output=True, text=True)
        found = [line for line in done.stdout.splitlines() if ": error:" in line or ": warning:" in line]
        if not found and done.returncode == 0:
            todo[name].touch()
        elif not found:
            found = [f"{name}: clang-tidy ended with {done.returncode}: {done.stderr[-200:]}"]
        return found

    all_found = set()
    began = shown = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for done, found in enumerate(pool.map(check, todo), 1):
            all_found.update(line.replace(str(TOP) + "/", "") for line in found)
            if time.monotonic() - shown > 20:
                shown = time.monotonic()
                print(f"  {done} of {len(todo)} files, {shown - began:.0f} s", flush=True)
    return sorted(all_found)


def main():
    tree = Tree.of_repository(TOP)
    tree.known = set(subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=TOP,
                                    capture_output=True, text=True, check=True).stdout.splitlines())
    checks = [*rules.RULES, formatted, scripts, documents]
    if "--lint" in sys.argv:
        checks = [lint]
    passed, failed = rules_test.run()
    for check in checks:
        found = list(check(tree))
        passed, failed = (passed, failed + 1) if found else (passed + 1, failed)
        print(f"{'FAILED' if found else 'ok'}  {check.__name__}: {check.__doc__.splitlines()[0]}")
        for line in found[:40]:
            print(f"    {line}")
        if len(found) > 40:
            print(f"    and {len(found) - 40} more")
    for check in rules.ADVICE:
        for line in check(tree):
            print(f"note  {line}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
