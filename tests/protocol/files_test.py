# SPDX-License-Identifier: Apache-2.0
"""Files in and out: uploads by a form, in pieces and over the socket, packages, scaled pictures, and folders that are watched.
Packages are opened with bsdtar, unzip and python's zipfile, and what is in them is decoded with ffprobe and mpg123."""
import asyncio
import base64
import contextlib
import hashlib
import http.client
import io
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import zipfile

import music
from server import RpcError, Server
from socket_client import Client

TRICKS = ["../evil.mp3", "..", ".", "/etc/evil.mp3", "a/b.mp3", "..\\evil.mp3", "C:\\evil.mp3", "%2e%2e%2fevil.mp3", "..%2fevil.mp3",
          "%5cevil.mp3", "evil.mp3%00.txt", "evil\0.mp3", "CON", "nul.mp3", "com1.flac", "LPT9.mp3", "aux.tar.mp3", ".hidden.mp3",
          "evil.mp3.", "evil.mp3 ", " evil.mp3", "-rf.mp3", "a:b.mp3", "a\nb.mp3", "a\x1bb.mp3", "a\u202e3pm.mp3", "x" * 250 + ".mp3",
          "a?.mp3", "a*.mp3", "<a>.mp3", "a|b.mp3"]


@contextlib.contextmanager
def serving(binary, tones=0, options=()):
    with tempfile.TemporaryDirectory() as folder:
        top = pathlib.Path(folder, "music")
        top.mkdir()
        for path in sorted(music.folder("mixed", music.mixed()).glob("*-*"))[:tones]:
            shutil.copy(path, top)
        with Server(binary, music=[top], options=["--station-name", "Files", *options]) as server:
            server.top = top
            yield server


def song(index=0):
    return sorted(music.folder("mixed", music.mixed()).glob("*-*"))[index]


def visible(top):
    return sorted(str(path.relative_to(top)) for path in top.rglob("*") if path.is_file() and not path.name.startswith(".")
                  and ".longwave-uploads" not in path.parts)


def pending(top):
    return sorted((top / ".longwave-uploads").glob("*"))


def form(parts, boundary="XYZ"):
    out = b""
    for name, filename, content in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        out += (head + (f'; filename="{filename}"' if filename is not None else "") + "\r\n\r\n").encode() + content + b"\r\n"
    return out + f"--{boundary}--\r\n".encode()


def post(server, body, key="secret-key-of-programs"):
    headers = {"Content-Type": "multipart/form-data; boundary=XYZ"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    status, _, answer = server.request("POST", "/api/v1/upload", body, headers, timeout=60)
    return status, json.loads(answer)


def begin(server, name, content, **more):
    return server.call("upload.begin", name=name, size=len(content), **more)["upload"]["id"]


def put(server, id, content, offset=0):
    status, _, answer = server.request("PUT", f"/upload/{id}?offset={offset}", content, timeout=60)
    return status, json.loads(answer)


def found(server, text):
    return server.call("library.search", text=text)["tracks"]


def test_uploads(binary):
    """a form, a PUT that goes on after a break, and chunks over the socket: each is a track; every trick with a name is refused"""
    with serving(binary, options=["--api-key", "secret-key-of-programs"]) as server:
        content = song(0).read_bytes()
        status, answer = post(server, form([("rpc_id", None, b"7"), ("files", "So What.mp3", content), ("files", "bad.mp3", b"no music"),
                                            ("files", "../up.mp3", content)]))
        assert status == 200 and answer["ok"] == 1, answer
        assert [f["name"] for f in answer["files"]] == ["So What.mp3", "bad.mp3", "../up.mp3"]
        track = answer["files"][0]["upload"]["track"]
        assert server.call("library.track", id=track)["track"]["title"] == "Tone 0 at 400 Hz"
        assert answer["files"][1]["error"]["code"] == "broken" and answer["files"][2]["error"]["code"] in ("invalid", "invalid_params"), answer
        assert post(server, form([]), key=None)[0] == 401

        # In pieces, with a break, under the sum that was said.
        content = song(1).read_bytes()
        id = begin(server, "Blue in Green.mp3", content, sha1=hashlib.sha1(content).hexdigest())
        assert put(server, id, content[:1000])[1]["upload"]["received"] == 1000
        status, answer = put(server, id, content[2000:], 2000)
        assert status == 409 and "1000" in answer["error"]["message"], answer
        assert visible(server.top) == ["So What.mp3"]
        assert put(server, id, b"", 1000)[1]["upload"]["received"] == 1000
        assert put(server, id, content[1000:], 1000)[0] == 200
        done = server.call("upload.finish", id=id, timeout=60)["upload"]
        assert done["state"] == "imported" and done["type"] == "flac", done
        assert visible(server.top) == ["Blue in Green.flac", "So What.mp3"], "the ending is what the file is"

        asyncio.run(by_socket(server, song(2).read_bytes()))
        same = song(0).read_bytes()
        id = begin(server, "So What.mp3", same)
        put(server, id, same)
        server.call("upload.finish", id=id, timeout=60)
        assert (server.top / "So What (2).mp3").exists(), "nothing is replaced"

        wrong = begin(server, "Wrong.mp3", content, sha1="0" * 40)
        put(server, wrong, content)
        refused(server, "upload.finish", id=wrong)
        for trick in TRICKS:
            refused(server, "upload.begin", name=trick, size=10)
        assert not pending(server.top), pending(server.top)
        assert not any("evil" in str(path) for path in pathlib.Path(server.top).parent.rglob("*"))


async def by_socket(server, content):
    async with Client(server) as client:
        began = await client.call("upload.begin", name="Freddie.ogg", size=len(content))
        id, step = began["upload"]["id"], began["chunk_bytes"]
        for at in range(0, len(content), step):
            bytes = base64.b64encode(content[at:at + step]).decode()
            said = await client.call("upload.append", id=id, offset=at, bytes=bytes)
        assert said["upload"]["received"] == len(content)
        done = await client.call("upload.finish", timeout=60, id=id)
        assert done["upload"]["track"] and found(server, "tone 2")


def refused(server, method, **params):
    try:
        said = server.call(method, timeout=60, **params)
    except RpcError as error:
        assert error.message and "errno" not in error.message.lower()
        return error
    raise AssertionError(f"{method} {params} was taken: {said}")


def test_links_quotas_and_large_bodies(binary):
    """links are not followed, quotas and sizes are kept, and 300 MB cost no memory"""
    options = ["--upload-quota", "301", "--upload-max", "300"]
    with serving(binary, options=options) as server, tempfile.TemporaryDirectory() as outside:
        begin(server, "probe.mp3", b"x" * 10)
        shutil.rmtree(server.top / ".longwave-uploads")
        os.symlink(outside, server.top / ".longwave-uploads")
        refused(server, "upload.begin", name="a.mp3", size=10)
        os.unlink(server.top / ".longwave-uploads")
        content = song(0).read_bytes()
        os.symlink(pathlib.Path(outside, "gone.mp3"), server.top / "link.mp3")
        id = begin(server, "link.mp3", content)
        put(server, id, content)
        server.call("upload.finish", id=id, timeout=60)
        assert os.listdir(outside) == [] and (server.top / "link (2).mp3").exists()

        assert refused(server, "upload.begin", name="big.mp3", size=301 << 20).code == -32006
        large = server.call("upload.begin", name="large.mp3", size=300 << 20)["upload"]["id"]
        assert refused(server, "upload.begin", name="more.mp3", size=2 << 20).code == -32006
        before = server.memory_bytes()
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.putrequest("PUT", f"/upload/{large}")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        block, most = b"\0" * (1 << 20), 0
        for _ in range(300):
            connection.send(b"100000\r\n" + block + b"\r\n")
            most = max(most, server.memory_bytes())
        connection.send(b"0\r\n\r\n")
        answer = json.loads(connection.getresponse().read())
        assert answer["upload"]["received"] == 300 << 20, answer
        assert most - before < 24 << 20, f"{(most - before) >> 20} MiB more for a body of 300"
        print(f"        {(most - before) / 2**20:.1f} MiB more at most while 300 MiB came")
        assert refused(server, "upload.finish", id=large).code == -32008
        assert visible(server.top) == ["link (2).mp3"] or visible(server.top) == ["link (2).mp3", "link.mp3"], visible(server.top)


def test_a_form_that_is_cut(binary):
    """a form that is cut at many places leaves nothing half-visible, and what was whole before the cut is there"""
    with serving(binary, options=["--api-key", "secret-key-of-programs"]) as server:
        content = song(0).read_bytes()
        body = form([("files", "First.mp3", content), ("files", "Second.mp3", content)])
        head = (f"POST /api/v1/upload HTTP/1.1\r\nHost: {server.address}\r\nAuthorization: Bearer secret-key-of-programs\r\n"
                f"Content-Type: multipart/form-data; boundary=XYZ\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        for cut in [0, 1, 50, 100, 5000, len(content) // 2, len(content), len(body) // 2 - 40, len(body) // 2 + 90, len(body) - 200]:
            with socket.create_connection(("127.0.0.1", server.port), 60) as client:
                client.sendall(head + body[:cut])
                client.shutdown(socket.SHUT_WR)
                client.settimeout(20)
                while client.recv(65536):
                    pass
            server.until(lambda: not pending(server.top), what=f"nothing is left of a form cut at {cut}")
            for name in visible(server.top):
                assert (server.top / name).read_bytes() == content, name
        assert all(not name.startswith("Second") for name in visible(server.top)), visible(server.top)


def package(server, tracks, kind):
    async def made():
        async with Client(server) as client:
            before = len(client.arrived)
            last = await client.call("package.make", timeout=60, tracks=tracks, name="Jazz: déjà vu / 1", format=kind)
            items = [m["result"] for m in client.arrived[before:] if m.get("more")]
            return items, last
    return asyncio.run(made())


def test_packages(binary):
    """ZIP and TAR with one item for each song, opened and decoded by others, served with ranges, cancelled without a trace"""
    with serving(binary, tones=5) as server, tempfile.TemporaryDirectory() as scratch:
        server.until_tracks(5)
        tracks = [t["id"] for t in found(server, "")]
        asked = [*tracks, tracks[0], 9999]
        for kind in ("zip", "tar"):
            items, last = package(server, asked, kind)
            assert [i["done"] for i in items] == list(range(1, 8)) and [i["id"] for i in items] == asked
            assert [bool(i["problem"]) for i in items] == [False] * 6 + [True] and last["tracks"] == 6
            status, headers, body = server.request("GET", last["url"], timeout=60)
            assert status == 200 and len(body) == last["bytes"] == int(headers["Content-Length"]), (status, last)
            assert "filename*=UTF-8''Jazz_%20d%C3%A9j%C3%A0%20vu%20_%201" in headers["Content-Disposition"], headers["Content-Disposition"]
            part = server.request("GET", last["url"], headers={"Range": "bytes=100-299"})
            assert part[0] == 206 and part[2] == body[100:300] and part[1]["Content-Range"] == f"bytes 100-299/{len(body)}"
            assert server.request("GET", last["url"], headers={"Range": f"bytes={len(body)}-"})[0] == 416
            assert server.request("GET", last["url"], headers={"If-None-Match": headers["ETag"]})[0] == 304
            assert server.request("HEAD", last["url"])[2] == b""
            opened(body, kind, pathlib.Path(scratch, kind))
        assert server.request("GET", "/package/" + "0" * 32)[0] == 404
        refused(server, "package.make", tracks=[9999])
        refused(server, "package.make", tracks=tracks[:1], format="rar")
        asyncio.run(cancelled(server, tracks))


def opened(body, kind, scratch):
    folder = "Jazz_ déjà vu _ 1"
    scratch.mkdir()
    file = scratch / f"package.{kind}"
    file.write_bytes(body)
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    names = subprocess.run(["bsdtar", "-tf", file], capture_output=True, text=True, check=True, env=environment).stdout.splitlines()
    assert len(names) == 7 and all(name.startswith(folder + "/") for name in names), names
    assert names[-1] == f"{folder}/{folder}.m3u8"
    subprocess.run(["bsdtar", "-xf", file, "-C", scratch], check=True, env=environment)
    if kind == "zip":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            assert archive.testzip() is None and archive.namelist() == names, archive.namelist()
        if shutil.which("unzip"):
            subprocess.run(["unzip", "-tqq", file], check=True, env=environment)
    listed = [line for line in (scratch / folder / f"{folder}.m3u8").read_text().splitlines() if not line.startswith("#")]
    assert [f"{folder}/{name}" for name in listed] == names[:-1]
    for name in listed:
        path = scratch / folder / name
        subprocess.run(["ffprobe", "-v", "error", "-i", path], check=True, stdin=subprocess.DEVNULL)
        if name.endswith(".mp3") and shutil.which("mpg123"):
            subprocess.run(["mpg123", "-q", "-t", path], check=True, stdin=subprocess.DEVNULL)


async def cancelled(server, tracks):
    async with Client(server) as client:
        await client.send({"jsonrpc": "2.0", "id": 500, "method": "package.make", "params": {"tracks": tracks * 400, "name": "long"}})
        while not any(m.get("id") == 500 for m in client.arrived):
            client.changed.clear()
            await asyncio.wait_for(client.changed.wait(), 60)
        await client.send({"jsonrpc": "2.0", "method": "rpc.cancel", "params": [500]})
        while not any(m.get("id") == 500 and "error" in m for m in client.arrived):
            client.changed.clear()
            await asyncio.wait_for(client.changed.wait(), 60)
    packages = pathlib.Path(server.data, "packages")
    server.until(lambda: len(list(packages.iterdir())) == 2, what="nothing is left of the cancelled one")


def test_watching(binary):
    """files that come, change, move and go are noticed without a scan; pictures come in every size, from disk the second time"""
    with serving(binary) as server:
        shutil.copy(song(0), server.top / "one.mp3")
        first = server.until(lambda: found(server, "tone 0"), what="a new file")[0]["id"]
        (server.top / "new" / "deep").mkdir(parents=True)
        shutil.copy(song(1), server.top / "new/deep/two.flac")
        server.until(lambda: found(server, "tone 1"), what="a file in a new folder")
        os.rename(server.top / "one.mp3", server.top / "new/moved.mp3")
        os.rename(server.top / "new", server.top / "other")
        shutil.copy(song(2), server.top / "other/deep/three.ogg")
        server.until(lambda: found(server, "tone 2"), what="a file in a folder with another name")
        assert found(server, "tone 0")[0]["id"] == first, "it keeps its id"
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", server.top / "other/moved.mp3", "-c", "copy", "-metadata",
                        "title=Renamed", server.top / "other/.new.mp3"], check=True)
        os.replace(server.top / "other/.new.mp3", server.top / "other/moved.mp3")
        server.until(lambda: found(server, "renamed"), what="new tags")
        shutil.rmtree(server.top / "other")
        server.until(lambda: not found(server, ""), what="files that are gone")
        shutil.copy(music.folder("mixed", music.mixed()) / "cover.png", server.top / "cover.png")
        shutil.copy(song(3), server.top / "four.opus")
        art = server.until(lambda: [t["art"] for t in found(server, "tone 3") if t["art"]], what="a picture")[0]
        for size in (96, 150, 200, 256, 500, 512, 1000):
            status, headers, body = server.request("GET", f"/art/{art}?size={size}")
            assert status == 200 and body.startswith(b"\xff\xd8") and headers["ETag"], (size, status)
            assert server.request("GET", f"/art/{art}?size={size}", headers={"If-None-Match": headers["ETag"]})[0] == 304
        assert server.request("GET", f"/art/{art}?size=300")[0] == 400
        shutil.move(server.top / "cover.png", server.top / "elsewhere.bin")
        assert server.stop() == 0
        server.start()
        status, _, again = server.request("GET", f"/art/{art}?size=1000")
        assert status == 200 and again == body, "scaled pictures are kept on disk"
