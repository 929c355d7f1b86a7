# SPDX-License-Identifier: Apache-2.0
"""The second generation of channelstream: every endpoint as the golden exchanges have it, and real clients."""
import channelstream_golden as golden
from server import Server

SERVER = {"options": ["--channelstream-secret", "secret", "--channelstream-admin-secret", "wonder"]}


def test_connect(server):
    """golden: /connect"""
    golden.play(server, "g2_connect")


def test_subscribe(server):
    """golden: /subscribe and /unsubscribe"""
    golden.play(server, "g2_subscribe")


def test_user_state(server):
    """golden: /user_state"""
    golden.play(server, "g2_user_state")


def test_message(server):
    """golden: POST, PATCH and DELETE /message"""
    golden.play(server, "g2_message")


def test_channel_config(server):
    """golden: /channel_config"""
    golden.play(server, "g2_channel_config")


def test_info(server):
    """golden: /info"""
    golden.play(server, "g2_info")


def test_disconnect(server):
    """golden: /disconnect"""
    golden.play(server, "g2_disconnect")


def test_access(server):
    """golden: signatures, addresses, CORS, administration"""
    golden.play(server, "g2_access")


def test_settings(binary):
    """old signatures: without a look at their age, not at all; https alone"""
    old = "channelstream.X14QAA.QLT3kgcJYg14C3PAy4wtyg5uGgI"
    for options, wanted in ((["--channelstream-validate-requests", "false"], {old: 200, "g2": 200, "wrong": 401, "own": 200}),
                            (["--channelstream-compat", "none"], {old: 401, "g2": 401, "own": 200}),
                            (["--channelstream-enforce-https", "true"], {"g2": 406, "own": 406, "none": 406})):
        with Server(binary, music=[golden.FOLDER], options=["--channelstream-secret", "secret", *options]) as server:
            for sign, status in wanted.items():
                got = golden.send(server, {"method": "POST", "path": "/info", "body": {"info": {}}, "sign": sign})
                assert got[0] == status, (options, sign, got)
            assert server.request("GET", "/listen?conn_id=x")[0] == (406 if 406 in wanted.values() else 401), options
