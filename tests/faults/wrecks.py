# SPDX-License-Identifier: Apache-2.0
"""Two hundred files that no station should fall over."""
import os
import pathlib
import random
import socket
import stat

import music


def sources():
    folder = music.folder("mixed", music.mixed())
    return {kind: next(folder.glob(f"*.{kind}")).read_bytes() for kind in ("mp3", "flac", "ogg", "opus", "m4a", "wav", "aiff")}


def wav_header(data_bytes, channels=2, rate=44100, bits=16):
    block = channels * bits // 8
    return (b"RIFF" + (36 + data_bytes).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little") +
            (1).to_bytes(2, "little") + channels.to_bytes(2, "little") + rate.to_bytes(4, "little") +
            (rate * block % 2 ** 32).to_bytes(4, "little") + (block % 65536).to_bytes(2, "little") + bits.to_bytes(2, "little") +
            b"data" + data_bytes.to_bytes(4, "little"))


def png_bomb():
    import struct
    import zlib
    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 6, 0, 0, 0)
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100000)) + chunk(b"IEND", b"")


def write(folder, secret_port, count=200, seed=2026):
    """Fills the folder; returns how many files of which a scan should say something, or nothing, but survive."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(seed)
    good = sources()

    def put(name, data):
        (folder / name).write_bytes(data)

    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/passwd\n#EXTINF:5,\nhttp://127.0.0.1:{secret_port}/steal\n#EXT-X-ENDLIST\n"
    put("hls.mp3", playlist.encode())
    put("playlist.mp3", f"/etc/passwd\nhttp://127.0.0.1:{secret_port}/x\n".encode())
    put("concat.flac", b"ffconcat version 1.0\nfile '/etc/passwd'\n")
    put("pls.ogg", f"[playlist]\nFile1=http://127.0.0.1:{secret_port}/y\n".encode())
    put("sdp.m4a", f"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio {secret_port} RTP/AVP 0\n".encode())
    put("empty.mp3", b"")
    put("picture.mp3", (music.folder("mixed", []) / "cover.png").read_bytes())
    put("program.flac", pathlib.Path("/bin/true").read_bytes())
    put("zero.wav", wav_header(0))
    put("huge-claim.wav", wav_header(0xFFFFFF00) + b"\0\1" * 1000)
    put("no-channels.wav", wav_header(4000, channels=0) + b"\0" * 4000)
    put("many-channels.wav", wav_header(60000, channels=60000) + b"\0" * 60000)
    put("rate-0.wav", wav_header(4000, rate=0) + b"\0" * 4000)
    put("rate-max.wav", wav_header(4000, rate=0xFFFFFFFF) + b"\0" * 4000)
    put("huge-id3.mp3", b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + good["mp3"][-20000:])
    put("many-id3.mp3", b"ID3\x04\0\0\0\0\0\0" * 5000 + good["mp3"])
    put("bomb.png", png_bomb())
    put("folder.jpg", png_bomb())
    put("cover.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>')
    os.mkfifo(folder / "pipe.mp3")
    os.symlink("loop-b.mp3", folder / "loop-a.mp3")
    os.symlink("loop-a.mp3", folder / "loop-b.mp3")
    os.symlink(folder, folder / "itself")
    os.symlink("/nowhere/at/all.mp3", folder / "dangling.mp3")
    os.symlink("/dev/zero", folder / "zero.mp3")
    os.symlink("/dev/urandom", folder / "random.ogg")
    (folder / "directory.mp3").mkdir()
    put("secret.mp3", good["mp3"])
    os.chmod(folder / "secret.mp3", 0)
    (folder / "locked").mkdir()
    (folder / "locked" / "inside.mp3").write_bytes(good["mp3"][:9000])
    os.chmod(folder / "locked", 0)
    put(b"caf\xe9-\xff\xfe.mp3".decode("utf-8", "surrogateescape"), good["mp3"][:5000])
    put("line\nbreak.flac", good["flac"][:3000])
    put("x" * 251 + ".mp3", good["mp3"][:3000])
    deep = folder
    for level in range(60):
        deep = deep / f"d{level}"
    deep.mkdir(parents=True)
    (deep / "deep.mp3").write_bytes(good["mp3"][:4000])
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(folder)
        try:
            listener.bind("socket.mp3")
        finally:
            os.chdir(here)
    made = 35
    kinds = sorted(good)
    while made < count:
        kind = kinds[made % len(kinds)]
        data = bytearray(good[kind])
        trick = made % 5
        if trick == 0:
            data = data[: dice.randrange(1, 2000)]
        elif trick == 1:
            data = data[: dice.randrange(2000, len(data) // 2)]
        elif trick == 2:
            for _ in range(200):
                data[dice.randrange(len(data))] = dice.randrange(256)
        elif trick == 3:
            start = dice.randrange(0, 200)
            data[start:start + 100] = dice.randbytes(100)
        else:
            data = bytearray(data[:400]) + dice.randbytes(30000)
        put(f"wreck-{made:03d}.{kind}", bytes(data))
        made += 1
    return made


def clear(folder):
    """Gives the permissions back, so that the folder can be removed."""
    for path in (pathlib.Path(folder) / "locked", pathlib.Path(folder) / "secret.mp3"):
        if path.exists():
            path.chmod(stat.S_IRWXU)
