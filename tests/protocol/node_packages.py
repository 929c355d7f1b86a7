# SPDX-License-Identifier: Apache-2.0
"""npm packages of a folder, by its lock file, once; modules that run beside each other wait for the first."""
import fcntl
import pathlib
import subprocess


def installed(folder):
    folder = pathlib.Path(folder)
    stamp, lock = folder / "node_modules" / ".package-lock.json", folder / "package-lock.json"
    with open(lock) as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
            done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, stdin=subprocess.DEVNULL,
                                  capture_output=True, text=True, timeout=300)
            assert done.returncode == 0, f"npm ci in {folder}: {done.stderr[-800:]}"
            stamp.touch()
    return folder
