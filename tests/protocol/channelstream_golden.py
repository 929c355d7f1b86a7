# SPDX-License-Identifier: Apache-2.0
"""Plays exchanges of tests/golden/channelstream: a list of {about, request, status, answer}. What the server makes up
(uuids, times) is written <uuid> and <time>. LONGWAVE_RECORD=1 writes what is answered now into the files: read them
before they are committed."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import re
import time

import itsdangerous

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "golden" / "channelstream"
SECRET = "secret"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$")


def g2_token(value="channelstream", secret=SECRET):
    """As the second generation's own clients sign, with the library they use."""
    return itsdangerous.TimestampSigner(secret).sign(value).decode()


def g1_token(path, secret=SECRET, at=None):
    at = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{path}.{at}".encode(), hashlib.sha256).digest()
    return f"{base64.b64encode(digest).decode()}.{at}"


def own_token(method, path, body, secret=SECRET, at=None, nonce=None):
    at, nonce = int(time.time()) if at is None else at, nonce or base64.urlsafe_b64encode(os.urandom(18)).decode()
    text = "\n".join([method, path, hashlib.sha256(body).hexdigest(), str(at), nonce])
    return f"v2:{at}:{nonce}:{hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()}"


def send(server, request):
    body = request.get("raw", "").encode() if "raw" in request else json.dumps(request["body"]).encode() if "body" in request else b""
    headers = dict(request.get("headers", {}))
    path = request["path"]
    sign = request.get("sign", "g2")
    plain = path.split("?")[0]
    if sign == "g2":
        headers["x-channelstream-secret"] = g2_token()
    elif sign == "g1":
        headers["x-channelstream-secret"] = g1_token(plain)
    elif sign == "own":
        headers["x-channelstream-secret"] = own_token(request["method"], plain, body)
    elif sign == "wrong":
        headers["x-channelstream-secret"] = g2_token(secret="other")
    elif sign != "none":
        headers["x-channelstream-secret"] = sign
    if body:
        headers.setdefault("Content-Type", "application/json")
    status, fields, text = server.request(request["method"], path, body or None, headers)
    return status, fields, text


def masked(value, known):
    if isinstance(value, dict):
        return {masked(key, known): masked(entry, known) for key, entry in value.items()}
    if isinstance(value, list):
        return [masked(entry, known) for entry in value]
    if isinstance(value, str):
        if UUID.fullmatch(value) and value not in known:
            return "<uuid>"
        if TIME.match(value) and value not in known:
            return "<time>"
    return value


def play(server, name):
    """Returns the number of exchanges that were played."""
    path = FOLDER / f"{name}.json"
    exchanges = json.loads(path.read_text())
    known = path.read_text() if not os.environ.get("LONGWAVE_RECORD") else json.dumps([e["request"] for e in exchanges])
    for exchange in exchanges:
        status, fields, text = send(server, exchange["request"])
        try:
            answer = masked(json.loads(text), known) if text else None
        except ValueError:
            answer = text.decode()
        if os.environ.get("LONGWAVE_RECORD"):
            exchange["status"], exchange["answer"] = status, answer
            continue
        what = f"{name}: {exchange['about']}"
        assert status == exchange["status"], f"{what}: {status} instead of {exchange['status']}: {text[:500]}"
        assert answer == exchange["answer"], f"{what}:\n{json.dumps(answer)}\ninstead of\n{json.dumps(exchange['answer'])}"
        if isinstance(answer, dict) and isinstance(exchange["answer"], dict):
            assert list(answer) == list(exchange["answer"]), f"{what}: fields in another order: {list(answer)}"
        for field, wanted in exchange.get("fields", {}).items():
            assert fields.get(field) == wanted, f"{what}: {field} is {fields.get(field)}, not {wanted}"
    if os.environ.get("LONGWAVE_RECORD"):
        path.write_text("[\n" + ",\n".join(json.dumps(exchange) for exchange in exchanges) + "\n]\n")
    return len(exchanges)
