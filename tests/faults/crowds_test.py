# SPDX-License-Identifier: Apache-2.0
"""Crowds: connections by the thousand, and clients that are gone without saying so."""
import os
import signal
import subprocess
import sys
import time

import crowd

SERVER = crowd.NO_MUSIC
ALONE = True
SECONDS = 5
GONE = 300

HOLDER = """
import sys, time
sys.path[:0] = sys.argv[3:]
import crowd
class S: port = int(sys.argv[1]); address = f"127.0.0.1:{sys.argv[1]}"
held = [crowd.web_socket(S, i) for i in range(int(sys.argv[2]))]
print("held", flush=True)
time.sleep(600)
"""


def test_connects(server):
    """2,000 connects a second: each is answered, others are served meanwhile, and nothing stays behind"""
    crowd.connect_rate(server, 500, 1)  # warm
    memory = crowd.Memory(server)
    with crowd.Bystander(server) as bystander:
        answered, refused, rate = crowd.connect_rate(server, 2000, SECONDS)
        memory.look()
    print(f"        {answered} answered, {refused} not, {rate:.0f} a second")
    assert refused == 0, refused
    bystander.check(p99_s=2)
    memory.check(30e6, f"{answered} connects")
    server.until(lambda: crowd.metric(server, "longwave_connections") <= 2, what="the connections are gone")


def test_frozen(server):
    """300 WebSockets of a frozen process (no pong, no FIN) are found out within 33 s and let go"""
    here = os.path.dirname(os.path.abspath(__file__))
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(server.port), str(GONE), *sys.path, here], stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline() == b"held\n"
        holder.send_signal(signal.SIGSTOP)
        memory = crowd.Memory(server)
        began = time.monotonic()
        assert crowd.metric(server, "longwave_websockets") == GONE
        with crowd.Bystander(server, every_s=0.05) as bystander:
            server.until(lambda: crowd.metric(server, "longwave_websockets") == 0, 120, 0.5, what="the frozen ones are let go")
        took = time.monotonic() - began
        print(f"        all of {GONE} let go after {took:.0f} s")
        assert 20 < took < 60, took
        bystander.check(p99_s=2)
        memory.check(5e6, f"{GONE} frozen WebSockets")
    finally:
        holder.kill()
        holder.wait()
