#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real clients against the real program: tests/protocol/run.py BINARY [NAME ...]. Ends with "N passed, N failed"."""
import pathlib
import sys

import runner

sys.exit(runner.run(pathlib.Path(__file__).parent, sys.argv[1], sys.argv[2:]))
