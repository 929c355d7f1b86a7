#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in the world, done to the real program: tests/faults/run.py BINARY [NAME ...]. docs/reliability.md says what is promised."""
import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / "protocol"))
import runner  # noqa: E402

sys.exit(runner.run(here, sys.argv[1], sys.argv[2:]))
