# SPDX-License-Identifier: Apache-2.0
"""Many stations and who may do what there: made, heard, renamed, removed; owner, programmer, DJ and viewer, each with what is theirs and no more."""
import asyncio
import contextlib
import json
import pathlib
import subprocess
import tempfile

import music
import websockets
from mpd_wire import Refused, Wire
from server import RpcError, Server, free_port
from sound import RATE, decoded, gaps

REFUSED, NOT_FOUND, CONFLICT, FULL, INVALID = -32003, -32004, -32005, -32006, -32602
SECRET = "correct horse battery"


class Person:
    """Somebody who has logged in from elsewhere; with no name: a stranger."""

    def __init__(self, server, user=None):
        self.server, self.user, self.headers = server, user, {"X-Forwarded-For": "192.0.2.9"}
        if user:
            login = server.call("auth.login", timeout=60, headers=self.headers, user=user, password=SECRET, key=True)
            self.headers["Authorization"] = f"Bearer {login['key']}"

    def call(self, method, **params):
        return self.server.call(method, headers=self.headers, **params)

    def why(self, method, **params):
        """The error of a call that must not work."""
        try:
            self.call(method, **params)
        except RpcError as error:
            return error
        raise AssertionError(f"{self.user} may call {method} {params}")

    def may(self, method, **params):
        """Whether the call got past the gate, whatever became of it."""
        try:
            self.call(method, **params)
        except RpcError as error:
            return error.code != REFUSED
        return True


@contextlib.contextmanager
def running(binary, *options):
    folder = music.folder("roles", [music.Tone(index, 40, "ogg") for index in range(3)])
    with Server(binary, music=[folder], options=["--stations-per-user", "2", "--max-stations", "5", *options]) as server:
        server.until_tracks(3)
        server.until_playing()
        yield server


def record(server, stations, folder, seconds):
    """What listeners get of these stations in that time, decoded."""
    paths = {station: pathlib.Path(folder, station, "capture.mp3") for station in stations}
    for path in paths.values():
        path.parent.mkdir()
    running = [subprocess.Popen(["curl", "-s", "-m", str(seconds), "-o", path, server.url(f"/listen/{station}.mp3")],
                                stdin=subprocess.DEVNULL) for station, path in paths.items()]
    for one in running:
        one.wait(seconds + 20)
    return {station: decoded(path) for station, path in paths.items()}


def names(server):
    return {row["station"]: row for row in server.call("station.list")["stations"]}


def test_who_may_what(binary):
    """each role may do what is its own, on its own station only, at once and until it is taken away; all of it survives kill -9"""
    with running(binary) as server:
        for user in ("olga", "petra", "dora", "vera", "nobody"):
            server.call("user.add", timeout=60, user=user, password=SECRET, role="anyone")
        olga, petra, dora, vera, nobody = (Person(server, user) for user in ("olga", "petra", "dora", "vera", "nobody"))
        stranger = Person(server)

        made = olga.call("station.create", station="jazz", name="Jazz  ")
        assert made["station"] == "jazz" and made["name"] == "Jazz" and len(made["radio_uuid"]) == 10, made
        for who, role in (("petra", "programmer"), ("dora", "dj"), ("vera", "viewer")):
            olga.call("station.grant", station="jazz", user=who, role=role)
        server.until(lambda: server.call("station.now", station="jazz")["current"], what="the new station plays")

        # What each role begins with: a call, and the least of the five who may make it.
        track = server.call("library.search", text="", limit=1)["tracks"][0]["id"]
        calls = [("viewer", "programme.get", {}), ("viewer", "station.people", {}),
                 ("viewer", "schedule.preview", {"from_ms": 0, "to_ms": 1000}),
                 ("viewer", "programme.songs", {"playlist": 1}),
                 ("dj", "queue.add", {"tracks": [track]}), ("dj", "playback.skip", {}), ("dj", "station.modes", {"autodj": True}),
                 ("dj", "playlist.load", {"name": "none such"}), ("dj", "programme.request", {"track": track}),
                 ("programmer", "programme.put", {"part": "playlists", "item": {"name": "A", "library": True}}),
                 ("programmer", "programme.set", {"zone": "UTC"}),
                 ("programmer", "programme.songs_add", {"playlist": 1, "tracks": [track]}),
                 ("programmer", "programme.remove", {"part": "playlists", "id": 77}),
                 ("owner", "station.rename", {"name": "Jazz"}),
                 ("owner", "station.grant", {"user": "vera", "role": "viewer"})]
        order = ["none", "viewer", "dj", "programmer", "owner"]
        people = [("none", stranger), ("none", nobody), ("viewer", vera), ("dj", dora), ("programmer", petra), ("owner", olga)]
        for role, person in people:
            for needs, method, params in calls:
                there = order.index(role) >= order.index(needs)
                assert person.may(method, station="jazz", **params) == there, (role, person.user, method)
                assert not person.may(method, station="main", **params), (role, person.user, method, "on main")
            mine = {row["station"]: row["role"] for row in person.call("station.list")["stations"]}
            assert mine == {"main": None, "jazz": None if role == "none" else role}, (person.user, mine)
            assert person.call("session.info", station="jazz")["station_role"] == mine["jazz"]
        refusal = dora.why("programme.put", station="jazz", part="playlists", item={"name": "B"})
        assert refusal.data == {"kind": "refused", "role": "programmer"}, refusal.data
        assert "programmer" in refusal.message and "jazz" in refusal.message, refusal.message
        assert ": log in" in stranger.why("queue.add", station="jazz", tracks=[track]).message
        # Reading and listening are everybody's; the library and the server are nobody's on a single station.
        assert stranger.call("station.now", station="jazz") and stranger.call("station.history", station="jazz")
        for method, params in (("track.rate", {"track": track, "rating": 5}), ("library.scan", {}), ("user.list", {}),
                               ("station.remove", {"station": "main"}), ("playlist.create", {"station": "jazz", "name": "x"})):
            assert olga.why(method, **params).code == REFUSED, method

        # Owners and their limits.
        assert olga.why("station.grant", station="jazz", user="olga", role="dj").code == CONFLICT
        assert olga.why("station.grant", station="jazz", user="no-such", role="dj").code == NOT_FOUND
        assert olga.why("station.create", station="jazz", name="Again").code == CONFLICT
        assert olga.why("station.create", station="No/Slug", name="x").code == INVALID
        olga.call("station.create", station="second", name="Second")
        full = olga.why("station.create", station="third", name="Third")
        assert full.code == FULL and "2 stations" in full.message, full.message
        assert stranger.why("station.create", station="third", name="x").code == REFUSED
        dora.call("station.create", station="doras", name="Dora's")
        assert not olga.may("station.rename", station="doras", name="Olga's")

        # Taken away at once, on a session that is open; and what was given is there after a power cut.
        olga.call("station.grant", station="jazz", user="dora", role="none")
        assert not dora.may("queue.add", station="jazz", tracks=[track])
        server.kill()
        server.start()
        server.until_playing()
        assert petra.may("programme.set", station="jazz", zone="UTC") and not dora.may("playback.skip", station="jazz")
        assert olga.call("station.people", station="jazz")["people"] == [
            {"user": "olga", "role": "owner"}, {"user": "petra", "role": "programmer"}, {"user": "vera", "role": "viewer"}]
        assert names(server)["jazz"]["radio_uuid"] == made["radio_uuid"]
        # Whoever sits at the machine, or is administrator, owns everything.
        assert names(server)["doras"]["role"] == "owner"
        # A station of an old name has none of the old people.
        olga.call("station.remove", station="jazz")
        dora.call("station.create", station="jazz", name="Dora's jazz")
        assert not petra.may("programme.set", station="jazz", zone="UTC") and not olga.may("station.people", station="jazz")


def test_come_and_go(binary):
    """stations are made and removed while people listen: sound of the new one, the end of the old one's, and the others never notice"""
    with running(binary) as server, tempfile.TemporaryDirectory() as scratch:
        told = []

        async def everything():
            async with websockets.connect(f"ws://{server.address}/rpc", open_timeout=60) as socket:
                async def ask(number, method, **params):
                    await socket.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))
                    while True:
                        message = json.loads(await asyncio.wait_for(socket.recv(), 60))
                        if message.get("id") == number:
                            return message
                        told.append((message["params"].get("channel"), message["method"], message["params"].get("data")))

                for number, channel in enumerate(("server", "station:night")):
                    assert "result" in await ask(number, "channel.subscribe", channels=[channel])
                assert "result" in await ask(10, "station.create", station="night", name="Night", kind="radio")
                await asyncio.to_thread(server.until, lambda: server.call("station.now", station="night")["current"])
                got = await asyncio.to_thread(record, server, ["night", "main"], scratch, 4)
                assert "result" in await ask(11, "station.rename", station="night", name="Late night")
                rename = (await asyncio.to_thread(server.request, "HEAD", "/listen/night.mp3"))[1]
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.write(f"GET /listen/night.mp3 HTTP/1.1\r\nHost: {server.address}\r\n\r\n".encode())
                await reader.readexactly(20_000)
                before = server.call("station.list")["stations"]
                assert "result" in await ask(12, "station.remove", station="night")
                with contextlib.suppress(ConnectionResetError):
                    await asyncio.wait_for(reader.read(-1), 60)  # the stream ends
                writer.close()
                while ("server", "stations.changed", {"station": "night", "what": "removed"}) not in told:
                    await ask(13, "server.info")
                return got, rename, before

        got, rename, before = asyncio.run(everything())
        assert rename["icy-name"] == "Late night", dict(rename)
        assert {row["station"]: row["name"] for row in before}["night"] == "Late night"
        changes = [data for channel, method, data in told if method == "stations.changed"]
        assert changes == [{"station": "night", "what": what} for what in ("made", "renamed", "removed")], changes
        assert ("station:night", "station.removed", {"station": "night"}) in told
        assert any(method == "station.now" and data["name"] == "Late night" for channel, method, data in told)
        for station, sound in got.items():
            holes = [hole for hole in gaps(sound) if hole[0] > 0.1]  # the first song begins out of nothing
            assert len(sound) > 2 * RATE and not holes, f"{station}: {len(sound)} samples, gaps {holes}"
        assert server.request("GET", "/listen/night.mp3")[0] == 404
        assert list(names(server)) == ["main"]
        for method, params in (("station.now", {}), ("queue.list", {}), ("programme.get", {}), ("queue.clear", {}), ("station.remove", {})):
            assert Person.why(Loopback(server), method, station="night", **params).code == NOT_FOUND, method
        assert Person.why(Loopback(server), "station.remove", station="main").code == CONFLICT
        for number in range(4):
            server.call("station.create", station=f"s{number}", name=f"Station {number}")
        full = Person.why(Loopback(server), "station.create", station="s5", name="One too many")
        assert full.code == FULL and "5 stations" in full.message, full.message


class Loopback(Person):
    """Whoever sits at the machine."""

    def __init__(self, server):
        self.server, self.user, self.headers = server, "", {}


def test_mpd_partition(binary):
    """an MPD client in the partition of a station that is removed is told, and finds itself in the first one"""
    port = free_port()
    with running(binary, "--mpd-listen", f"127.0.0.1:{port}") as server:
        server.call("station.create", station="night", name="Night")
        wire = Wire(port)
        assert "partition: night" in wire.ask("listpartitions")
        wire.ask("partition night")
        assert "partition: night" in wire.ask("status")
        wire.send("idle partition\n")
        server.call("station.remove", station="night")
        assert "changed: partition" in wire.answer()
        assert "partition: default" in wire.ask("status")
        try:
            wire.ask("partition night")
        except Refused as refused:
            assert "does not exist" in str(refused)
        else:
            raise AssertionError("a removed station is still a partition")
