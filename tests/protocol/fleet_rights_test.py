# SPDX-License-Identifier: Apache-2.0
"""A platform on a Redis with TLS, whose users may do no more than docs/operations.md gives them."""
import tempfile
import urllib.request

import music
from cluster import ACL, Redis
from cluster_test import Certificates
from fleet_cluster import Monitored
from server import Server, free_port

# What docs/operations.md tells operators to give.
MESSAGES = ("+publish", "+subscribe", "+ping", "+auth", "+select", "+client|setname")
SCHEDULER = (*ACL, "&yascheduler", "&yaapp", "&yastream.*")
STREAMER = ("resetkeys", "resetchannels", "-@all", "&yascheduler", "&yastream.st-01", *MESSAGES)


def users():
    options = []
    for name, rights in (("scheduler", SCHEDULER), ("st-01", STREAMER)):
        options += ["--user", name, "on", f">{name}-geheim", *rights]
    return options


def test_least_rights(binary):
    """TLS and a user of its own for each process: a radio is heard, nobody lacks a right, and a streamer's user can't be the scheduler for others"""
    with tempfile.TemporaryDirectory() as folder:
        certificates = Certificates(folder)
        with Redis(tls=certificates, user="operator", password="all", options=[*users(), "--acllog-max-len", "100"]) as redis:
            def started(kind, user, **more):
                return kind(binary, environment={"LONGWAVE_REDIS_PASSWORD": f"{user}-geheim"},
                            **{**more, "options": ["--redis", redis.address, "--redis-ca", certificates.ca, "--redis-user", user,
                                                   "--fleet-secret", "a secret of the fleet", *more["options"]]})
            monitor = free_port()
            tones = music.folder("fleet", [music.Tone(i, 9, "mp3") for i in range(3)])
            with started(Monitored, "scheduler", music=[tones], options=["--role", "scheduler", "--monitor-listen", f"127.0.0.1:{monitor}"]) as scheduler:
                scheduler.monitor_port = monitor
                scheduler.until(lambda: scheduler.role() == "active" and not scheduler.page("/radios")[0]["broken"], what="a radio that plays")
                radio = scheduler.page("/radios")[0]["radio"]
                with started(Server, "st-01", options=["--role", "streamer", "--streamer-id", "st-01", "--files-from", f"http://{scheduler.address}"]) as streamer:
                    scheduler.until(lambda: scheduler.page("/streamers"), what="the streamer")
                    with urllib.request.urlopen(f"http://{streamer.address}/{radio}", timeout=60) as answer:
                        assert len(answer.read(80_000)) == 80_000
                    assert streamer.until_well() and scheduler.until_well()
                    assert "NOPERM" not in streamer.log() + scheduler.log() and "geheim" not in streamer.log() + scheduler.log()
            redis.user, redis.password = "st-01", "st-01-geheim"
            for words in (("publish", "yastream.st-02", '{"type":"radio_stopped"}'), ("publish", "yaapp", "{}"), ("set", "a", "b"), ("config", "get", "*"),
                          ("publish", "longwave:live:chat:main", "x")):
                assert "NOPERM" in redis.cli(*words), words
            assert "NOPERM" not in redis.cli("publish", "yastream.st-01", "{}"), "its own channel is both read and written: Redis has one right for both"
