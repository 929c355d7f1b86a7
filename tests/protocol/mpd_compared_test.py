# SPDX-License-Identifier: Apache-2.0
"""The MPD protocol beside Debian's own server, and in ncmpcpp."""
import fnmatch
import os
import pathlib
import re
import subprocess

import mpd_music
import mpd_script
from mpd_test import station
from mpd_wire import Wire, debians_mpd
from server import free_port

TOP = pathlib.Path(__file__).resolve().parents[2]


def listed():
    """[(pattern, line)] of docs/mpd-differences.md: what may differ, by command."""
    text = (TOP / "docs/mpd-differences.md").read_text()
    rows = []
    for row in re.findall(r"^\| (`.*) \|", text, re.M):
        commands = row.split(" | ")[0]
        rows.append([pattern.replace("\\|", "|") for pattern in re.findall(r"`([^`]+)`", commands)])
    return rows


def test_same_as_debians_mpd(binary):
    """one script against Debian's mpd and ours: every difference is one of docs/mpd-differences.md, and each of these is seen"""
    with debians_mpd(mpd_music.folder(), free_port()) as other, station(binary) as (_, at):
        with Wire(other) as theirs, Wire(at) as ours:
            pairs = list(zip(mpd_script.play(theirs), mpd_script.play(ours)))
    rows = listed()
    used, unlisted = set(), []
    for (command, wanted), (_, got) in pairs:
        if wanted == got:
            continue
        row = next((i for i, patterns in enumerate(rows) if any(fnmatch.fnmatchcase(command, p) for p in patterns)), None)
        if row is None:
            unlisted.append(f"{command}\n  mpd:      {wanted}\n  longwave: {got}")
        used.add(row)
    assert not unlisted, f"{len(unlisted)} differences that are not in docs/mpd-differences.md:\n" + "\n".join(unlisted)
    stale = [rows[i] for i in range(len(rows)) if i not in used]
    assert not stale, f"docs/mpd-differences.md lists what is no difference: {stale}"


def screen(tmux, session):
    return subprocess.run([*tmux, "capture-pane", "-p", "-t", session], capture_output=True, text=True, check=True).stdout


def test_ncmpcpp(binary):
    """ncmpcpp in a terminal: the queue, the folders, playing; its screens say so"""
    with station(binary) as (server, at):
        tmux = ["tmux", "-L", f"longwave-{at}", "-f", "/dev/null"]
        home = pathlib.Path(server.scratch, "home")
        home.mkdir()
        command = f"HOME={home} ncmpcpp -c /dev/null -h 127.0.0.1 -p {at}"
        try:
            subprocess.run([*tmux, "new-session", "-d", "-x", "110", "-y", "30", "-s", "n", command], check=True, env=dict(os.environ, TERM="xterm-256color", LANG="C.UTF-8"))

            def shows(text, what):
                return server.until(lambda: text in screen(tmux, "n") and screen(tmux, "n"), what=f"{what}:\n{screen(tmux, 'n')}")

            def keys(*names):
                subprocess.run([*tmux, "send-keys", "-t", "n", *names], check=True)

            shows("Playlist", "it starts")
            keys("2")
            shows("Alpha", "the folders")
            with Wire(at) as wire:
                wire.ask('add "Beta"')
                keys("1")
                shows("Tone 6 at 1420 Hz", "the queue follows another client")
                keys("Enter")
                shows("Playing", "it plays")
                server.until(lambda: wire.pairs("status")["state"] == "play", what="it steers")
                keys("p")
                shows("Paused", "it pauses")
        finally:
            subprocess.run([*tmux, "kill-server"], stderr=subprocess.DEVNULL)
