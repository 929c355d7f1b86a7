# SPDX-License-Identifier: Apache-2.0
"""A small music folder with folders in it, for servers that are asked by path: Debian's mpd and ours."""
import subprocess

import music

ALBUMS = {
    "Alpha/First Light": [("flac", "Alpha", "First Light"), ("flac", "Alpha", "First Light"), ("ogg", "Alpha", "First Light")],
    "Alpha/Second \"Wind\"": [("mp3", "Alpha", "Second \"Wind\""), ("mp3", "Alpha", "Second \"Wind\"")],
    "Beta": [("flac", "Beta", "Émigré"), ("opus", "Beta", "Émigré")],
    "": [("flac", "Gamma", "Loose")],
}


def folder():
    """Nine tones of half a minute; First Light has a cover in its folder, Second "Wind" one inside its files."""
    top = music.folder("mpd", [])
    index = 0
    for name, tracks in ALBUMS.items():
        for kind, artist, album in tracks:
            index += 1
            place = top / name
            place.mkdir(parents=True, exist_ok=True)
            path = music.Tone(index, 30, kind, artist=artist, album=album).write(place)
            if kind == "mp3":
                embed(path, top / "cover.png")
    cover = top / "Alpha/First Light/cover.png"
    if not cover.exists():
        cover.write_bytes((top / "cover.png").read_bytes())
    return top


def embed(path, picture):
    done = path.with_name(f".{path.stem}.done")
    if done.exists():
        return
    part = path.with_suffix(".part.mp3")
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(path), "-i", str(picture), "-map", "0", "-map", "1", "-c", "copy",
                    "-id3v2_version", "3", "-metadata:s:v", "title=Album cover", "-metadata:s:v", "comment=Cover (front)", str(part)],
                   check=True, stdin=subprocess.DEVNULL)
    part.rename(path)
    done.write_text("")
