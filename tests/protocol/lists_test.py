# SPDX-License-Identifier: Apache-2.0
"""Playlists, collections and searching by somebody else's client (python3-websockets), and the files of lists in other programs' eyes."""
import asyncio
import configparser
import os
import subprocess
import tempfile
import xml.etree.ElementTree

from server import RpcError, Server
from socket_client import Client
import music

SERVER = {"music": ["mixed"], "options": []}


def tracks(server):
    """Ids by number of the tone."""
    server.until_tracks(10)
    found = server.call("library.search", text="", limit=50)["tracks"]
    return {int(track["title"].split()[1]): track["id"] for track in found}


def refused(code, call):
    try:
        call()
    except RpcError as error:
        assert error.code == code, error
        return str(error)
    raise AssertionError(f"it was not refused with {code}")


def entries(server, name):
    return [entry["track"]["id"] for entry in server.call("playlist.get", station="main", name=name)["entries"]]


def test_playlists_are_edited_and_every_client_hears_of_it(server):
    """made, added to, moved in, renamed, deleted and made again; another client sees each change in its order"""
    ids = tracks(server)

    async def play():
        async with Client(server) as one, Client(server) as other:
            await other.call("channel.subscribe", channels=["library"])
            made = await one.call("playlist.create", station="main", name="Evening", tracks=[ids[0], ids[1], ids[0]])
            assert made == {"name": "Evening", "active": False, "entries": 3}, made
            await one.call("playlist.add", station="main", name="Evening", tracks=[ids[2]])
            await one.call("playlist.add", station="main", name="Evening", tracks=[ids[3]], at=1)
            await one.call("playlist.move", station="main", name="Evening", **{"from": 0, "to": 4})
            await one.call("playlist.remove", station="main", name="Evening", position=1, count=2)
            await one.call("playlist.rename", station="main", name="Evening", to="Night")
            gone = await one.call("playlist.delete", station="main", name="Night")
            await one.call("playlist.create", station="main", **gone | {"query": ""})

            def told():
                return [note["data"] for note in other.of("playlist.changed")]

            await other.until(lambda _: len(told()) >= 9, what="nine changes")
            return gone, told()

    gone, told = asyncio.run(play())
    assert gone == {"name": "Night", "tracks": [ids[3], ids[2], ids[0]], "query": None}, gone
    assert [(data["action"], data.get("position"), data.get("new_position", data.get("new_name"))) for data in told] == [
        ("create", None, None), ("add", 3, None), ("insert", 1, None), ("move", 0, 4), ("remove", 1, None),
        ("remove", 1, None), ("rename", None, "Night"), ("delete", None, None), ("create", None, None)], told
    assert entries(server, "Night") == gone["tracks"]
    refused(-32005, lambda: server.call("playlist.create", station="main", name="Night"))
    refused(-32602, lambda: server.call("playlist.create", station="main", name="_active"))
    refused(-32602, lambda: server.call("playlist.remove", station="main", name="Night", position=7))
    refused(-32004, lambda: server.call("playlist.add", station="main", name="None", tracks=[ids[0]]))
    refused(-32004, lambda: server.call("playlist.add", station="main", name="Night", tracks=[ids[0], 987654]))
    assert entries(server, "Night") == gone["tracks"], "what was refused changed nothing"


def test_the_active_list_is_the_queue(server):
    """the list a station plays is its queue; loading another puts it away first, and loading it again brings it back"""
    ids = tracks(server)
    server.call("playlist.create", station="main", name="Work", tracks=[ids[4], ids[5], ids[6]])
    active = [entry for entry in server.call("playlist.list", station="main")["playlists"] if entry["active"]]
    assert len(active) == 1 and active[0]["name"] == "Default", active
    queue = lambda: [entry["track"]["id"] for entry in server.call("queue.list", station="main")["entries"]]
    server.until(lambda: queue() and entries(server, "") == queue(), what="the list is the queue")
    before = entries(server, "")
    done = server.call("playlist.load", station="main", name="Work")
    assert done["name"] == "Work" and done["active"], done
    lists = {entry["name"]: entry for entry in server.call("playlist.list", station="main")["playlists"]}
    assert lists["Work"]["active"] and not lists["Default"]["active"] and lists["Default"]["stored"], lists
    assert {ids[5], ids[6]} <= set(entries(server, "")), "the queue is the list now"
    kept = entries(server, "Default")
    assert kept and set(kept) & set(before), "the old queue is kept"
    refused(-32005, lambda: server.call("playlist.delete", station="main", name="Work"))
    assert server.call("playlist.load", station="main", name="Work")["active"], "loading the active list does nothing"
    server.call("playlist.load", station="main", name="Default")
    assert set(kept) <= set(entries(server, "")), "and comes back"


def test_smart_lists_and_collections(server):
    """a query under a name is always up to date; a smart list follows the library; a wrong query points at its place"""
    ids = tracks(server)
    server.call("collection.create", name="Flac", query="format:flac sort:title")
    found = server.call("collection.get", name="Flac")
    assert found["total"] == 2 and all(track["format"] == "flac" for track in found["tracks"]), found
    assert "at character 18" in refused(-32602, lambda: server.call("collection.change", name="Flac", query="format:flac year:abc"))
    problem = server.call("query.check", query="é year:abc")["problem"]
    assert problem["at"] == 7 and problem["length"] == 3, problem
    assert server.call("query.check", query="artist:davis year:1955..1965 -live \"so what\"")["problem"] is None
    server.call("playlist.create", station="main", name="Short", query="length:..11s sort:length")
    assert len(entries(server, "Short")) >= 3
    refused(-32005, lambda: server.call("playlist.add", station="main", name="Short", tracks=[ids[0]]))


def test_searching(server):
    """fields, phrases, what must not be there, one letter mistyped, and what isn't understood is said"""
    tracks(server)

    def titles(text):
        return sorted(int(track["title"].split()[1]) for track in server.call("library.search", text=text, limit=50)["tracks"])

    assert titles("tone") == list(range(10))
    assert titles("artist:3") == [3] and titles("\"tone 4 at\"") == [4]
    assert titles("artist:5 OR artist:6") == [5, 6] and titles("tone -artist:5 -artist:6 format:mp3") == [0, 7]
    assert titles("atrist 570") == [1] and titles("atrist:570") == [1], "an unknown field is words, and mistyped ones"
    assert titles("year:2024 length:>12s") == titles("length:>12s")
    answer = server.call("library.search", text="tone year:x")
    assert answer["problem"]["at"] == 10, answer["problem"]
    assert [year["id"] for year in server.call("library.years")["years"]] == [2024]
    assert server.call("library.years")["years"][0]["tracks"] == 10
    for method in ("genres", "moods"):
        assert isinstance(server.call(f"library.{method}")[method], list)
    assert server.call("library.albums", year=2024, sort="added")["total"] == 1
    assert server.call("library.albums", year=1900)["total"] == 0


def test_files_of_lists(server):
    """what is exported, other programs read; what they wrote is imported; what isn't in the library is said"""
    ids = tracks(server)
    wanted = [ids[2], ids[0], ids[2], ids[9]]
    server.call("playlist.create", station="main", name="Für & <wide>", tracks=wanted)
    texts = {kind: server.call("playlist.export", station="main", name="Für & <wide>", format=kind) for kind in ("m3u8", "pls", "xspf")}
    root = xml.etree.ElementTree.fromstring(texts["xspf"]["text"])
    space = {"x": "http://xspf.org/ns/0/"}
    assert root.find("x:title", space).text == "Für & <wide>" and len(root.findall("x:trackList/x:track", space)) == 4
    pls = configparser.ConfigParser(interpolation=None)
    pls.read_string(texts["pls"]["text"])
    assert pls["playlist"]["NumberOfEntries"] == "4" and pls["playlist"]["File2"] == music.mixed()[0].name
    folder = str(music.folder("mixed", music.mixed()))
    lines = [line for line in texts["m3u8"]["text"].splitlines() if not line.startswith("#")]
    assert [os.path.exists(os.path.join(folder, line)) for line in lines] == [True] * 4, lines
    with tempfile.NamedTemporaryFile("w", suffix=".pls") as file:
        file.write(texts["pls"]["text"])
        file.flush()
        subprocess.run(["grep", "-q", "Version=2", file.name], check=True)
    for kind, made in texts.items():
        done = server.call("playlist.import", station="main", name=f"Again {kind}", text=made["text"])
        assert done["found"] == 4 and done["missing"] == [], done
        assert entries(server, f"Again {kind}") == wanted
    foreign = "#EXTM3U\n#EXTINF:10,Artist 1 - " + music.mixed()[1].title + "\nE:\\elsewhere\\x.mp3\n../../etc/passwd\n"
    done = server.call("playlist.import", station="main", name="Again pls", text=foreign, replace=True)
    assert done["found"] == 1 and done["missing"] == ["../../etc/passwd"], done
    assert entries(server, "Again pls") == [ids[1]]
    refused(-32005, lambda: server.call("playlist.import", station="main", name="Again pls", text=foreign))
    evil = "<!DOCTYPE p [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><playlist><title>&a;</title></playlist>"
    refused(-32602, lambda: server.call("playlist.import", station="main", name="Evil", text=evil))


def test_lists_outlive_a_power_cut(binary):
    """what was acknowledged is there after kill -9: a list, a collection, and the queue that a load put away"""
    with Server(binary, music=[music.folder("mixed", music.mixed())]) as server:
        ids = tracks(server)
        server.call("playlist.create", station="main", name="Kept", tracks=[ids[1], ids[1]])
        server.call("collection.create", name="Kept", query="tone")
        server.call("playlist.load", station="main", name="Kept")
        put_away = entries(server, "Default")
        server.kill()
        server.start()
        assert entries(server, "Default") == put_away and put_away
        lists = {entry["name"]: entry for entry in server.call("playlist.list", station="main")["playlists"]}
        assert lists["Kept"]["active"], lists
        assert server.call("collection.list")["collections"][0]["query"] == "tone"
