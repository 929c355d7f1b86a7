# SPDX-License-Identifier: Apache-2.0
"""The second generation of channelstream: every endpoint as the golden exchanges have it, and real clients."""
import channelstream_golden as golden

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
