# SPDX-License-Identifier: Apache-2.0
"""What is done at one node of a platform is there at the others: stations, roles, logins, wishes, history. Roles scheduler and api (twice) on one PostgreSQL."""
import asyncio
import contextlib
import json

import music
import websockets
from cluster import Redis
from fleet_test import monitor, until
from postgresql import Postgresql
from server import RpcError, Server, free_port

REFUSED, NOT_FOUND, UNAVAILABLE = -32003, -32004, -32001
SECRET = "correct horse battery"
STRANGER = {"X-Forwarded-For": "192.0.2.9"}


def outcome(call):
    """The code of the error that a call ends with; None: it is answered."""
    try:
        call()
        return None
    except RpcError as error:
        return error.code


@contextlib.contextmanager
def platform(binary):
    with Postgresql() as database, Redis() as redis:
        port = free_port()
        tones = [music.Tone(i, 6, "mp3") for i in range(4)]
        with Server(binary, music=[music.folder("all-fleet", tones)],
                    options=[*database.options, "--role", "scheduler", "--redis", redis.address, "--monitor-listen", f"127.0.0.1:{port}"]) as scheduler, \
                Server(binary, options=[*database.options, "--role", "api"]) as one, \
                Server(binary, options=[*database.options, "--role", "api", "--stations-per-user", "3"]) as two:
            scheduler.until_tracks(4)
            yield database, port, scheduler, one, two


class Ear:
    """A WebSocket with a person's key that writes down what it is told."""

    def __init__(self, server, key):
        self.server, self.key, self.told, self.number = server, key, [], 0

    async def __aenter__(self):
        self.socket = await websockets.connect(f"ws://{self.server.address}/rpc",
                                               extra_headers={**STRANGER, "Authorization": f"Bearer {self.key}"})
        return self

    async def __aexit__(self, *_):
        await self.socket.close()

    async def ask(self, method, **params):
        self.number += 1
        await self.socket.send(json.dumps({"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}))
        while True:
            message = await self.hear()
            if message.get("id") == self.number:
                return message

    async def hear(self):
        message = json.loads(await asyncio.wait_for(self.socket.recv(), 20))
        if "id" not in message:
            self.told.append((message["params"].get("channel"), message["method"], message["params"].get("data")))
        return message

    async def until(self, *wanted):
        while wanted not in self.told:
            await self.hear()


def asks(server, key):
    """The status of an answer to somebody with this key."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "session.info", "params": {}})
    return server.request("POST", "/rpc", body, {**STRANGER, "Content-Type": "application/json", "Authorization": f"Bearer {key}"})[0]


def names(server):
    return {row["station"]: row["name"] for row in server.call("station.list")["stations"]}


def stations_and_people(scheduler, one, two, port):
    for user in ("olga", "dora"):
        one.call("user.add", timeout=60, user=user, password=SECRET, role="anyone")

    def key(server, user):
        return server.call("auth.login", timeout=60, headers=STRANGER, user=user, password=SECRET, key=True)["key"]

    olga = until(lambda: outcome(lambda: key(two, "olga")) is None and key(two, "olga"), "a user who was made elsewhere logs in")
    dora = key(one, "dora")

    async def story():
        until(lambda: asks(two, dora) == 200, "a key of elsewhere is known")
        async with Ear(two, dora) as ear, Ear(one, olga) as other:
            assert "result" in await ear.ask("channel.subscribe", channels=["server"])
            assert "result" in await other.ask("channel.subscribe", channels=["server"])
            made = two.call("station.create", headers={**STRANGER, "Authorization": f"Bearer {olga}"}, station="jazz", name="Jazz")
            await other.until("server", "stations.changed", {"station": "jazz", "what": "made"})
            assert names(one)["jazz"] == "Jazz"
            until(lambda: [row for row in monitor(port, "/radios") if row["radio"] == made["radio_uuid"] and row["song"]], "the new station is a radio that plays")
            until(lambda: "jazz" in names(scheduler), "the scheduler lists it")
            assert "result" in await other.ask("channel.subscribe", channels=["station:jazz"])

            # A role that olga, owner by what she did at `two`, gives at `one`, counts on a connection that dora has open at `two`.
            assert (await ear.ask("programme.get", station="jazz"))["error"]["code"] == REFUSED
            assert "result" in await other.ask("station.grant", station="jazz", user="dora", role="programmer")
            while "error" in await ear.ask("programme.get", station="jazz"):
                await asyncio.sleep(0.1)
            assert "result" in await other.ask("station.grant", station="jazz", user="dora", role="none")
            while "result" in await ear.ask("programme.get", station="jazz"):
                await asyncio.sleep(0.1)

            assert "result" in await other.ask("station.rename", station="jazz", name="Late jazz")
            await ear.until("server", "stations.changed", {"station": "jazz", "what": "renamed"})
            assert names(two)["jazz"] == "Late jazz"

            two.call("station.remove", station="jazz")
            await other.until("station:jazz", "station.removed", {"station": "jazz"})
            await other.until("server", "stations.changed", {"station": "jazz", "what": "removed"})
            assert "jazz" not in names(one)
            until(lambda: not [row for row in monitor(port, "/radios") if row["radio"] == made["radio_uuid"]], "its radio is gone")

            # Another password ends what is open, wherever it is.
            one.call("user.passwd", timeout=60, user="dora", password=SECRET + "!")
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    await ear.hear()

    asyncio.run(story())
    assert asks(two, dora) == 401


def wish(one, two):
    """Wishes for a track at another node than the one where the programme is made."""
    everything = one.call("programme.put", station="main", part="playlists", item={"name": "everything", "library": True})["id"]
    one.call("programme.set", station="main", enabled=True, default_playlist=everything, separation={"song_s": 0, "artist_s": 0, "album_s": 0, "title_s": 0},
             requests={"enabled": True, "every_songs": 0})
    track = one.call("library.search", text="", limit=4)["tracks"][1]["id"]
    # The other node may not have read the programme yet: the wish is made from what is there all the same.
    until(lambda: outcome(lambda: two.call("programme.request", station="main", track=track)) is None, "a wish elsewhere")
    return track


def history(one, two, track):
    def fulfilled():
        return [row for row in one.call("station.history", station="main", limit=50)["items"] if row["reason"]["rule"] == "programme.request"]
    row = until(fulfilled, "the scheduler plays it", wait_s=60)[0]
    assert row["track"]["id"] == track and row["ended_ms"] > row["started_ms"], row
    why = one.call("schedule.explain", station="main", item=row["id"])
    assert why["reason"]["rule"] == "programme.request" and why["track"]["id"] == track, why
    until(lambda: two.call("programme.get", station="main")["pending"] == [], "it is no wish any more")
    now = one.call("schedule.preview", station="main", from_ms=row["started_ms"], to_ms=row["started_ms"] + 3_600_000)
    assert now["total"] > 100, now["total"]
    assert len(fulfilled()) == 1


def test_other_nodes(binary):
    """stations made, renamed and removed, roles and passwords are seen, told and applied at the other nodes; a wish is played once and stands in the history"""
    with platform(binary) as (_, port, scheduler, one, two):
        track = wish(one, two)
        stations_and_people(scheduler, one, two, port)
        history(one, two, track)


def test_beside_a_process_that_plays(binary):
    """an api beside a process that plays the stations changes nothing of them, and says where to"""
    with Postgresql() as database, \
            Server(binary, music=[music.folder("all-fleet", [music.Tone(i, 6, "mp3") for i in range(4)])], options=database.options) as player, \
            Server(binary, options=[*database.options, "--role", "api"]) as api:
        player.until_playing()
        for method, params in (("programme.set", {"zone": "Europe/Berlin"}), ("station.rename", {"name": "Other"}),
                               ("station.create", {"station": "jazz", "name": "Jazz"}), ("playback.skip", {}), ("queue.clear", {})):
            try:
                api.call(method, **{"station": "main", **params})
                raise AssertionError(f"{method} is another process' business")
            except RpcError as refused:
                assert refused.code == UNAVAILABLE and "role" in str(refused), (method, refused)
        # What is done there is seen here.
        player.call("station.create", station="jazz", name="Jazz")
        until(lambda: "jazz" in names(api), "a station of the other process")
        version = player.call("programme.set", station="main", zone="Europe/Berlin")["version"]
        until(lambda: api.call("programme.get", station="main")["version"] == version, "its programme")
        player.call("station.remove", station="jazz")
        until(lambda: "jazz" not in names(api), "it is gone")
