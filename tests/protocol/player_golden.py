# SPDX-License-Identifier: Apache-2.0
"""Plays the script of exchanges of the player protocol at a station of its own: one client calls (A), another only watches (B).
Each exchange lies in tests/golden/player/<method>.json: what was called, every frame A saw, in order, and every frame B saw. Ids
of songs, times and sizes are written <id>, <time>, <size>. LONGWAVE_RECORD=1 writes what happens now into the files: read them before
they are committed."""
import asyncio
import json
import pathlib
import time

import websockets

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "golden" / "player"
WAIT_S = 60
ID_METHODS = {"broadcast.playback_current_id", "broadcast.medialib_entry_changed", "broadcast.medialib_entry_added",
              "broadcast.medialib_entry_removed", "playback.get_current_id"}
FREE = {"id": "<id>", "added": "<time>", "lmod": "<time>", "laststarted": "<time>", "size": "<size>", "bytes": "<size>", "url": None,
        "timesplayed": "<count>", "duration": "<time>"}


class Client:
    """A WebSocket as the original's page has it: ids count from 0, in one counter."""

    def __init__(self, server, query=""):
        self.loop = asyncio.new_event_loop()

        async def connect():
            return await websockets.connect(server.url("/socket" + query, "ws"), max_size=2 ** 24, open_timeout=60, ping_interval=None)
        self.socket = self.loop.run_until_complete(connect())
        self.next = 0

    def send_text(self, text):
        self.loop.run_until_complete(self.socket.send(text))

    def send(self, method, params):
        self.send_text(json.dumps({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params}))
        self.next += 1
        return self.next - 1

    def frame(self, wait_s):
        """None: nothing came in time."""
        try:
            return json.loads(self.loop.run_until_complete(asyncio.wait_for(self.socket.recv(), wait_s)))
        except asyncio.TimeoutError:
            return None

    def frames(self, count, wait_s=WAIT_S):
        got, end = [], time.monotonic() + wait_s
        while len(got) < count:
            frame = self.frame(max(0.01, end - time.monotonic()))
            assert frame is not None, f"{count} frames were to come, these came: {json.dumps(got)}"
            got.append(frame)
        return got

    def until_quiet(self, quiet_s):
        got = []
        while (frame := self.frame(quiet_s)) is not None:
            got.append(frame)
        return got

    def close(self):
        if not self.loop.is_closed():
            self.loop.run_until_complete(self.socket.close())
            self.loop.close()

    def __del__(self):
        self.close()


def http(server, call):
    status, fields, body = server.request("POST", "/api", json.dumps(call), {"Content-Type": "application/json"})
    assert status == 200 and fields["Content-Type"].startswith("application/json"), (status, fields.items(), body)
    return json.loads(body)


def free(value, inside=False):
    """What no two runs have in common is named; keys and order stay."""
    if isinstance(value, list):
        return [free(one, inside) for one in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for key, one in value.items():
        if inside and key in FREE and one is not None:
            one = FREE[key] or ("/package/<token>" if str(one).startswith("/package/") else one)
        out[key] = free(one, inside or key == "result")
    return out


def normal(frame):
    if not isinstance(frame, dict):
        return frame
    out = free(frame)
    if out.get("method") in ID_METHODS and isinstance(out.get("result"), int) and out["result"] > 0:
        out["result"] = "<id>"
    if isinstance(out.get("result"), list) and out["result"] and isinstance(out["result"][0], dict):
        out["result"].sort(key=lambda one: one.get("title") or "") if out.get("method") != "playlist.current" else None
    return out


def normal_http(answer, method):
    out = normal({**answer, "method": method})
    del out["method"]
    return out
