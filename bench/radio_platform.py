#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A platform, measured in one run of about ten minutes: bench/radio_platform.py build/release/longwave [WHAT ...] [--rounds 3] [--seconds 15]

first     play_radio to the first byte of sound: a scheduler, a Redis, a streamer; the song cached, and never seen before
stations  CPU of a streamer (and of its scheduler) that makes many radios with gapless joints, one listener each; next to Liquidsoap
          encoding MP3, and copying it
listeners CPU and memory of a streamer with many listeners of one radio, next to Icecast
radios    radios_bench beside the program: 100,000 radios: CPU, lateness, memory

Rounds are interleaved: everybody once, then again; medians are printed with all values, and a table at the end. CPU is user and system
time of the server's process. Music is twelve minutes of asc-music as MP3 of 128 kbit/s, in songs of a minute; all radios began together,
so a round of `stations` lasts a song, in which each has one joint. Needs redis-server, ffmpeg, icecast2, liquidsoap (tools/install bench),
a build with -DLONGWAVE_BENCH=ON, and ports from 24500 on. Loopback only."""
import argparse
import contextlib
import multiprocessing
import os
import pathlib
import resource
import select
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / "tests" / "protocol"))
os.environ.setdefault("LONGWAVE_TEST_PORT", "24500")
from cluster import Redis  # noqa: E402
from fleet import Streamer  # noqa: E402
from fleet_cluster import SECRET, Monitored  # noqa: E402
from server import Server, free_port  # noqa: E402

SONGS, SONG_S = 12, 60
TICKS = os.sysconf("SC_CLK_TCK")
BEGUN = time.monotonic()
TABLE = []  # (what, measured, beside it, aim)


def progress(text):
    print(f"[{time.monotonic() - BEGUN:4.0f} s, load {os.getloadavg()[0]:.1f}] {text}", flush=True)


def row(what, measured, beside="", aim=""):
    TABLE.append((what, measured, beside, aim))
    progress(": ".join(text for text in (what, measured, beside) if text))


def spread(values, unit, scale=1.0, digits=1):
    values = sorted(value * scale for value in values)
    return f"{statistics.median(values):.{digits}f} {unit} ({values[0]:.{digits}f}–{values[-1]:.{digits}f}, {len(values)} times)"


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def private_kib(pid):
    return sum(int(line.split()[1]) for line in open(f"/proc/{pid}/smaps_rollup", encoding="ascii") if line.startswith("Private_Dirty"))


def songs():
    """SONGS files of SONG_S seconds, once."""
    folder = TOP / "build" / "bench-music"
    folder.mkdir(parents=True, exist_ok=True)
    sources = sorted(pathlib.Path("/usr/share/games/asc/music").glob("*.mp3"))
    assert sources, "asc-music isn't installed: tools/install music"
    for i in range(SONGS):
        path = folder / f"{i:02}.mp3"
        if not path.exists():
            subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-stream_loop", "-1", "-ss", str(SONG_S * (i // len(sources))), "-t", str(SONG_S), "-i",
                            str(sources[i % len(sources)]), "-map", "0:a", "-ar", "44100", "-ac", "2", "-c:a", "libmp3lame", "-b:a", "128k", "-map_metadata", "-1",
                            "-metadata", f"title=Song {i}", "-metadata", f"artist=Artist {i}", f"{path}.part.mp3"], check=True)
            os.rename(f"{path}.part.mp3", path)
    return folder


def listen(port, paths, told):
    """A process of listeners: one connection for each path, which are read as fast as they come. Tells how many live, and how many bytes came."""
    poll, sockets = select.epoll(), {}
    for i, path in enumerate(paths):
        with contextlib.suppress(OSError):
            connection = socket.socket()
            connection.bind((f"127.0.0.{1 + i % 8}", 0))
            connection.settimeout(20)
            connection.connect(("127.0.0.1", port))
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            connection.setblocking(False)
            poll.register(connection, select.EPOLLIN)
            sockets[connection.fileno()] = connection
            told[0] += 1
        if i % 5 == 4:
            time.sleep(0.01)  # as fast as Icecast's listening queue of 64 bears
    buffer = bytearray(1 << 18)
    while True:
        for descriptor, _ in poll.poll(1):
            got = 0
            with contextlib.suppress(OSError):
                got = sockets[descriptor].recv_into(buffer)
            told[1] += got
            if not got:
                told[0] -= 1
                poll.unregister(descriptor)


class Crowd:
    """Listeners in a process of their own, whose CPU isn't the server's."""

    def __init__(self, port, paths):
        self.told = multiprocessing.Array("q", 2, lock=False)
        self.process = multiprocessing.Process(target=listen, args=(port, paths, self.told), daemon=True)
        self.process.start()

    def __enter__(self):
        return self

    def look(self):
        return self.told[0], self.told[1]

    def __exit__(self, *_):
        self.process.kill()
        self.process.join(5)


def measured(pids, crowd, seconds):
    """CPU seconds per second of each process; listeners; kbit/s of each."""
    before, (_, bytes_before), began = [cpu_s(pid) for pid in pids], crowd.look() if crowd else (0, 0), time.monotonic()
    time.sleep(seconds)
    used = [cpu_s(pid) - then for pid, then in zip(pids, before)]
    alive, total = crowd.look() if crowd else (0, 0)
    took = time.monotonic() - began
    return [one / took for one in used], alive, (total - bytes_before) * 8 / 1000 / took / max(alive, 1)


class Fleet:
    """A Redis, a scheduler with so many radios, a streamer. It keeps the songs that it has encoded for the next run (build/bench-streamer), unless it is `cold`."""

    def __init__(self, binary, radios, listeners=20_000, cold=False):
        self.binary, self.count, self.most, self.cold = binary, radios, listeners, cold

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.store = self.stack.enter_context(Redis())
        self.files = tempfile.mkdtemp(prefix="longwave-shelf-")
        self.stack.callback(shutil.rmtree, self.files, True)
        self.scheduler = Monitored(self.binary, music=[songs()], options=["--role", "scheduler", "--redis", self.store.address])
        self.scheduler.monitor_port = free_port()
        self.scheduler.options += ["--monitor-listen", f"127.0.0.1:{self.scheduler.monitor_port}"]
        self.stack.enter_context(self.scheduler)
        self.scheduler.until(lambda: self.scheduler.call("library.search", text="")["total"] == SONGS, 60, what="the library")
        self.scheduler.stop()
        self.more_stations()
        subprocess.run([self.binary, "export-files", "--data", self.scheduler.data, self.files], check=True, capture_output=True)
        self.scheduler.start()
        self.scheduler.until(self.well, 120, what="all radios play")
        self.radios = []
        while len(self.radios) < self.count:
            self.radios += [one["radio"] for one in self.scheduler.page(f"/radios?offset={len(self.radios)}")]
        self.streamer = Server(self.binary, options=["--role", "streamer", "--streamer-id", "st-01", "--redis", self.store.address, "--files", self.files,
                                                     "--fleet-secret", SECRET, "--listeners", str(self.most)],
                               data=None if self.cold else TOP / "build" / "bench-streamer")
        self.stack.enter_context(self.streamer)
        self.scheduler.until(lambda: self.scheduler.page("/streamers"), 30, what="the streamer")
        return self

    def well(self):
        with contextlib.suppress(OSError):
            status = self.scheduler.page("/status")
            return status["radios"] == self.count and status["broken_radios"] == 0
        return False

    def more_stations(self):
        with contextlib.closing(sqlite3.connect(pathlib.Path(self.scheduler.data, "longwave.db"))) as database:
            database.row_factory = sqlite3.Row
            one = dict(database.execute("SELECT * FROM stations").fetchone())
            for i in range(1, self.count):
                row = {**one, "id": one["id"] + i, "slug": f"s{i}", "name": f"Station {i}", "radio_uuid": f"bench{i:05}"}
                database.execute(f"INSERT INTO stations ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
            database.commit()

    def until_encoded(self):
        """A song is encoded when it is on somewhere from its beginning; who enters one in its middle has the rest encoded for it."""
        cache, end = pathlib.Path(self.streamer.data, "cache"), time.monotonic() + 1800
        while len(list(cache.glob("*"))) < SONGS:
            assert time.monotonic() < end, f"{len(list(cache.glob('*')))} songs of {SONGS} are encoded"
            time.sleep(1)
        while media_cpu(self.streamer.process.pid, 10) / self.count > 500e-6:
            assert time.monotonic() < end, "the streamer goes on encoding"
            assert self.streamer.alive(), self.streamer.log()[-3000:]

    def __exit__(self, *_):
        self.stack.close()


def first_byte(fleet, radio):
    """(until the answer's first byte, until the first byte of sound)"""
    with socket.create_connection(("127.0.0.1", fleet.streamer.port), 10) as connection:
        began = time.monotonic()
        connection.sendall(f"GET /{radio} HTTP/1.0\r\nHost: {fleet.streamer.address}\r\n\r\n".encode())
        got, answered = b"", None
        while b"\r\n\r\n" not in got or not got.partition(b"\r\n\r\n")[2]:
            part = connection.recv(65536)
            assert part, got[:200]
            answered = answered or time.monotonic()
            got += part
        assert b" 200 " in got.split(b"\r\n")[0], got[:100]
        return answered - began, time.monotonic() - began


def threads_s(pid):
    """CPU seconds by the name of the thread."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            name = (task / "comm").read_text().strip()
            found[name] = found.get(name, 0) + int((task / "schedstat").read_text().split()[0]) / 1e9
    return found


def media_cpu(pid, seconds):
    """CPU seconds per second of the threads that decode and encode."""
    def used():
        return sum(value for name, value in threads_s(pid).items() if name.startswith("media"))
    before = used()
    time.sleep(seconds)
    return (used() - before) / seconds


def first(given):
    """Nobody listened to these radios before: the first ones meet songs that the streamer never had, the others those that are cached."""
    answers = []
    for i in range(given.rounds):
        progress(f"a streamer that has no song, {i + 1} of {given.rounds}")
        with Fleet(given.binary, 1, cold=True) as fleet:
            answers.append(first_byte(fleet, fleet.radios[0])[1])
    row("GET of a radio to its first byte of sound, a song that the streamer never had", spread(answers, "ms", 1000))
    heard, fresh = 40, 24
    progress(f"a platform of {heard + fresh} radios; its streamer encodes {SONGS} songs when it has none of an earlier run")
    with Fleet(given.binary, heard + fresh) as fleet:
        with Crowd(fleet.streamer.port, [f"/{radio}" for radio in fleet.radios[:heard]]):
            fleet.until_encoded()
        progress("first bytes")
        row("the same, songs encoded, nobody heard the radio before", spread([first_byte(fleet, radio)[1] for radio in fleet.radios[heard:]], "ms", 1000))
        with Crowd(fleet.streamer.port, [f"/{fleet.radios[0]}"]) as crowd:
            fleet.scheduler.until(lambda: crowd.look()[1] > 0, 30, what="sound")
            row("the same, the radio is made already", spread([first_byte(fleet, fleet.radios[0])[1] for _ in range(10)], "ms", 1000))
        progress("play_radio of an original streamer")
        with Streamer("original", fleet.store.port) as original:
            told = []
            time.sleep(8)  # until the streamer has let them go
            for radio in fleet.radios[heard:]:
                began = time.monotonic()
                original.say("play_radio", radio_uuid=radio)
                original.expect("radio_started", "play")
                told.append(time.monotonic() - began)
                original.told.clear()
                original.say("stop_radio", radio_uuid=radio)
                original.expect("radio_stopped")
            row("`play_radio` to `radio_started` and `play`, an original streamer", spread(told, "ms", 1000))


LIQUIDSOAP = """set("init.allow_root", true)
set("log.stdout", false)
set("log.file", false)
%s
"""


class Liquidsoap:
    """So many stations that play the same songs, to files: it has no network to pay, and what it made can be counted."""

    def __init__(self, count, copy):
        self.count, self.folder = count, tempfile.mkdtemp(prefix="longwave-liquidsoap-")
        encoder = '%ffmpeg(format="mp3", %audio.copy)' if copy else "%mp3(bitrate=128)"
        lines = [f's{i} = playlist(id="s{i}", mode="randomize", "{songs()}")\n'
                 f'output.file(id="o{i}", fallible=true, {encoder}, "{self.folder}/{i}.mp3", s{i})' for i in range(count)]
        script = pathlib.Path(self.folder, "radio.liq")
        script.write_text(LIQUIDSOAP % "\n".join(lines), encoding="utf-8")
        self.log = pathlib.Path(self.folder, "log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["liquidsoap", str(script)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self):
        end = time.monotonic() + 600
        while sum(path.stat().st_size > 200_000 for path in pathlib.Path(self.folder).glob("*.mp3")) < self.count:
            assert self.process.poll() is None and time.monotonic() < end, self.log.read_text()[-1000:]
            time.sleep(0.5)

    def made_s(self):
        """Seconds of sound so far, of all stations."""
        return sum(path.stat().st_size for path in pathlib.Path(self.folder).glob("*.mp3")) / 16000


def work_of(names):
    """What the threads of a streamer do, by their names (CPU seconds)."""
    kinds = {"sending": 0.0, "joints": 0.0, "the rest": 0.0}
    for name, cpu in names.items():
        kinds["sending" if name.startswith("net") else "joints" if name.startswith("media") else "the rest"] += cpu
    return kinds


def joints_of(port):
    """Joints that a streamer made, and those that came too late or failed."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
        figures = dict(line.rsplit(" ", 1) for line in answer.read().decode().splitlines() if line.startswith("longwave_joints"))
    return float(figures["longwave_joints_total"]), float(figures["longwave_joints_late_total"]) + float(figures["longwave_joints_failed_total"])


def stations(given):
    """All at the same time. CPU per second of sound that was made: who falls behind on a busy machine isn't the cheaper for it."""
    count = given.stations
    ours, scheduling, encoding, copying, parts = [], [], [], [], {}
    progress(f"a platform of {count} radios, Liquidsoap with {given.encoding} stations that it encodes and {given.copying} that it copies")
    with Fleet(given.binary, count) as fleet, Liquidsoap(given.encoding, False) as encoder, Liquidsoap(given.copying, True) as copier:
        streamer, scheduler = fleet.streamer.process.pid, fleet.scheduler.process.pid
        empty = private_kib(streamer)
        with Crowd(fleet.streamer.port, [f"/{radio}" for radio in fleet.radios]) as crowd:
            fleet.scheduler.until(lambda: crowd.look()[0] == count, 300, what="all listeners")
            for one in (encoder, copier):
                one.wait()
            fleet.until_encoded()
            memory = (private_kib(streamer) - empty) / count
            for _ in range(given.rounds):
                pids = [streamer, scheduler, encoder.process.pid, copier.process.pid]
                before, made, threads = [cpu_s(pid) for pid in pids], [encoder.made_s(), copier.made_s()], work_of(threads_s(streamer))
                sent, joints, began = crowd.look()[1], joints_of(fleet.streamer.port), time.monotonic()
                time.sleep(SONG_S)
                took = time.monotonic() - began
                assert fleet.streamer.alive(), fleet.streamer.log()[-3000:]
                used = [cpu_s(pid) - then for pid, then in zip(pids, before)]
                joints = [now - then for now, then in zip(joints_of(fleet.streamer.port), joints)]
                heard = (crowd.look()[1] - sent) / 16000
                for kind, cpu in work_of(threads_s(streamer)).items():
                    parts.setdefault(kind, []).append((cpu - threads[kind]) / heard)
                made = [encoder.made_s() - made[0], copier.made_s() - made[1]]
                ours.append(used[0] / heard)
                scheduling.append(used[1] / heard)
                encoding.append(used[2] / max(made[0], 1))
                copying.append(used[3] / max(made[1], 1))
                progress(f"{crowd.look()[0]} listeners of {count} radios, {heard / count / took:.2f} of real time, {joints[0]:.0f} joints and {joints[1]:.0f} "
                         f"hard cuts, {ours[-1] * 1e6:.0f} us a radio-second; Liquidsoap's {made[0] / given.encoding / took:.2f} and "
                         f"{made[1] / given.copying / took:.2f}, {encoding[-1] * 1e6:.0f} and {copying[-1] * 1e6:.0f} us")
    middle = statistics.median(ours)
    alone = middle - statistics.median(parts["sending"])
    fewer = statistics.median(parts["joints"]) * (1 - SONG_S / 240)  # that songs of four minutes don't need
    split = ", ".join(f"{statistics.median(values) * 1e6:.0f} {kind}" for kind, values in parts.items())
    theirs = statistics.median(encoding), statistics.median(copying)

    def times(cost):
        return f"**{theirs[0] / cost:.0f} ×**", f"**{theirs[1] / cost:.0f} ×**"

    for what, cost in (("a radio, gapless, one listener, songs of a minute: CPU per second", middle),
                       ("the same with a quarter of the joints, as songs of four minutes have (computed)", middle - fewer),
                       ("songs of a minute, without the sending", alone),
                       ("songs of four minutes, without the sending (computed)", alone - fewer)):
        row(what, f"{cost * 1e6:.0f} µs" + (f" ({', '.join(f'{one * 1e6:.0f}' for one in ours)}): {split}" if cost == middle else "") +
            f"; {1 / cost:.0f} radios per core", f"{times(cost)[0]} Liquidsoap encoding, {times(cost)[1]} copying", "≥ 300 ×, ≥ 10 ×")
    row("Liquidsoap, gapless (no crossfade), to files, nobody listens: CPU per second", "", f"encoding {spread(encoding, 'µs', 1e6, 0)}, copying "
        f"{spread(copying, 'µs', 1e6, 0)}")
    row(f"the scheduler of {count} radios with a streamer: CPU per radio-second", spread(scheduling, "µs", 1e6))
    row("memory of the streamer for a radio with a listener", f"{memory:.0f} KiB")


ICECAST = """<icecast><limits><clients>20000</clients><sources>2</sources><queue-size>1048576</queue-size>
<burst-on-connect>1</burst-on-connect><burst-size>65536</burst-size></limits>
<authentication><source-password>bench</source-password><admin-user>a</admin-user><admin-password>b</admin-password></authentication>
<hostname>localhost</hostname><listen-socket><port>%(port)d</port><bind-address>127.0.0.1</bind-address></listen-socket>
<paths><basedir>%(folder)s</basedir><logdir>%(folder)s</logdir><webroot>/usr/share/icecast2/web</webroot>
<adminroot>/usr/share/icecast2/admin</adminroot></paths>
<logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>1</loglevel></logging>
<security><chroot>0</chroot><changeowner><user>icecast2</user><group>icecast</group></changeowner></security></icecast>"""


class Icecast:
    """Debian's, with a source that sends a song in real time."""

    def __enter__(self):
        self.folder, self.port, self.over = tempfile.mkdtemp(prefix="longwave-icecast-"), free_port(), threading.Event()
        os.chmod(self.folder, 0o777)
        config = pathlib.Path(self.folder, "icecast.xml")
        config.write_text(ICECAST % {"folder": self.folder, "port": self.port}, encoding="utf-8")
        self.process = subprocess.Popen(["icecast2", "-c", str(config)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            with contextlib.suppress(OSError):
                self.source = socket.create_connection(("127.0.0.1", self.port), 5)
                break
            time.sleep(0.1)
        self.source.sendall(b"PUT /radio.mp3 HTTP/1.0\r\nAuthorization: Basic c291cmNlOmJlbmNo\r\nContent-Type: audio/mpeg\r\n\r\n")
        self.thread = threading.Thread(target=self.feed, daemon=True)
        self.thread.start()
        time.sleep(2)
        return self

    def feed(self):
        data = b"".join(path.read_bytes() for path in sorted(songs().glob("*.mp3")))
        at, begun = 65536, time.monotonic()
        self.source.sendall(data[:at])
        while not self.over.wait(0.1):  # as source clients do: some frames at a time
            to = 65536 + int((time.monotonic() - begun) * 16000)
            self.source.sendall(data[at % len(data):at % len(data) + to - at])
            at = to

    def __exit__(self, *_):
        self.over.set()
        self.thread.join(5)
        self.source.close()
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def listeners(given):
    count, ours, theirs, memory, their_memory = given.listeners, [], [], [], []

    def one(port, path, pid, name):
        empty = private_kib(pid)
        with Crowd(port, [path] * count) as crowd:
            end = time.monotonic() + 120
            while crowd.look()[0] < count and time.monotonic() < end:
                time.sleep(0.2)
            time.sleep(5)
            each = (private_kib(pid) - empty) / count
            (used,), alive, rate = measured([pid], crowd, given.seconds)
        used /= max(alive, 1) * rate / 128  # of what was heard: who falls behind isn't the cheaper for it
        progress(f"{name}: {alive} listeners at {rate:.1f} kbit/s: {used * 3600:.4f} CPU s per listener-hour, {each:.2f} KiB each")
        return used, each

    for i in range(given.rounds):
        progress(f"{count} listeners, {i + 1} of {given.rounds}")
        with Fleet(given.binary, 1) as fleet:
            used, each = one(fleet.streamer.port, f"/{fleet.radios[0]}", fleet.streamer.process.pid, "streamer")
            ours.append(used)
            memory.append(each)
        with Icecast() as icecast:
            used, each = one(icecast.port, "/radio.mp3", icecast.process.pid, "Icecast")
            theirs.append(used)
            their_memory.append(each)
    row(f"{count} listeners of one radio: CPU per listener-hour", spread(ours, "s", 3600, 4) + f"; {1 / statistics.median(ours):.0f} per core",
        f"Icecast: {spread(theirs, 's', 3600, 4)}: **{statistics.median(theirs) / statistics.median(ours):.1f} ×**", "≥ 5 ×")
    row("memory per listener", f"{statistics.median(memory):.2f} KiB", f"Icecast: {statistics.median(their_memory):.2f} KiB", "≤ 0.5 KB")


def radios_bench(given):
    return pathlib.Path(given.binary).resolve().parent / "bench" / "radios_bench"


def radios(given):
    program = radios_bench(given)
    progress(f"{given.radios} radios in {program.name}")
    said = subprocess.run([str(program), str(given.radios), "60", "20"], check=True, capture_output=True, text=True).stdout
    print(said, end="", flush=True)
    aims = {"memory": "≤ 500 MB", "60 minutes": "one core", "plays, as heard": "99 % within 20 ms, 99.99 % within 100 ms"}
    for line in said.splitlines()[1:]:
        row(f"{given.radios} radios", line.strip(), "", next((aim for begin, aim in aims.items() if line.startswith(begin)), ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("what", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--stations", type=int, default=200)
    parser.add_argument("--encoding", type=int, default=5, help="Liquidsoap's stations that encode")
    parser.add_argument("--copying", type=int, default=50, help="and that copy")
    parser.add_argument("--listeners", type=int, default=2000)
    parser.add_argument("--radios", type=int, default=100_000)
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (20_000, 20_000))
    parts = {"first": first, "stations": stations, "listeners": listeners, "radios": radios}
    loads = []
    if "radios" in (given.what or parts) and not radios_bench(given).exists():
        sys.exit(f"{radios_bench(given)} isn't built: tools/build release -DLONGWAVE_BENCH=ON radios_bench")
    for what in given.what or parts:
        progress(f"--- {what}")
        loads.append(os.getloadavg()[0])
        parts[what](given)
    loads.append(os.getloadavg()[0])
    print(f"\n{time.monotonic() - BEGUN:.0f} s; load {min(loads):.1f} to {max(loads):.1f}\n\n| what | measured | beside it | aim |\n|---|---|---|---|")
    for one in TABLE:
        print(f"| {' | '.join(one)} |")


if __name__ == "__main__":
    main()
