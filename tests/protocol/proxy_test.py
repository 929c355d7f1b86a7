# SPDX-License-Identifier: Apache-2.0
"""Behind proxies: nginx with X-Forwarded-*, nginx's stream module and hand-written bytes with the PROXY protocol."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import music
import raw
from server import Server, free_port

NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{front};
    location / {{
      proxy_pass http://127.0.0.1:{back};
      proxy_http_version 1.1;
      proxy_set_header Host radio.example;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto https;
      proxy_set_header X-Forwarded-Host radio.example;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_buffering off;
    }}
  }}
}}
"""


def forge(server, port, extra, body, host="radio.example"):
    message = (f"POST /rpc HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nConnection: close\r\n"
               f"Content-Length: {len(body)}\r\n{extra}\r\n{body}").encode()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(message)
        return raw.receive(connection, 30)[0]


def queue_clear():
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "queue.clear", "params": {"station": "main"}})


def test_nginx(binary):
    """nginx in front: the name, the scheme and WebSockets go through; loopback trust ends; strangers' fields are not read"""
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    assert os.access(nginx, os.X_OK), "nginx isn't installed"
    server = Server(binary, music=[music.folder("mixed", music.mixed())],
                    options=["--host", "radio.example", "--trusted-proxy", "127.0.0.1"])
    folder = tempfile.mkdtemp()
    proxy = None
    try:
        server.start()
        front = free_port()
        config = pathlib.Path(folder) / "nginx.conf"
        config.write_text(NGINX.format(folder=folder, front=front, back=server.port))
        proxy = subprocess.Popen([nginx, "-c", config, "-p", folder, "-e", f"{folder}/error.log"])
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", front), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        # directly, on this machine, nobody has to log in; through the proxy everybody has to
        assert b'"result"' in forge(server, server.port, "", queue_clear(), f"127.0.0.1:{server.port}")
        for extra in ("", "X-Forwarded-For: 127.0.0.1\r\n", "Forwarded: for=127.0.0.1\r\n"):
            assert b'"error"' in forge(server, front, extra, queue_clear()), extra
        # the page's origin is https, because the proxy says so; http is a foreign one then
        assert b" 200 " in forge(server, front, "Origin: https://radio.example\r\n", queue_clear())
        assert b" 403 " in forge(server, front, "Origin: http://radio.example\r\n", queue_clear())
        # a login's cookie goes over TLS only, where the browser speaks TLS
        password = pathlib.Path(server.data, "admin-password").read_text().strip()
        login = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "auth.login", "params": {"user": "admin", "password": password}})
        assert b"; Secure" in forge(server, front, "", login)
        assert b"; Secure" not in forge(server, server.port, "", login, f"127.0.0.1:{server.port}")
        # a WebSocket through the proxy
        with socket.create_connection(("127.0.0.1", front)) as connection:
            connection.sendall(raw.upgrade(server, host="radio.example", extra=b"Origin: https://radio.example\r\n"))
            assert b" 101 " in raw.receive(connection, 30, until=b"\r\n\r\n")[0]
        # a body in chunks, and one that nginx streams
        done = subprocess.run(["curl", "-sS", "-H", "Transfer-Encoding: chunked", "-H", "Content-Type: application/json",
                               "-d", '{"jsonrpc":"2.0","id":1,"method":"station.list"}', f"http://127.0.0.1:{front}/rpc"],
                              capture_output=True)
        assert b'"stations"' in done.stdout, done
    finally:
        if proxy:
            proxy.terminate()
            proxy.wait(60)
        server.close()


def test_proxy_protocol(binary):
    """PROXY headers of both versions, at any split, from trusted addresses; nothing else gets in there"""
    server = Server(binary, music=[music.folder("mixed", music.mixed())], options=["--trusted-proxy", "127.0.0.1"])
    try:
        server.port = free_port()
        wrapped = free_port()
        server.options += ["--listen", f"127.0.0.1:{wrapped}+proxy"]
        server.start()
        line = b"PROXY TCP4 203.0.113.7 10.0.0.1 4660 80\r\n"
        binary_header = (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([203, 0, 113, 7, 10, 0, 0, 1]) + b"\x12\x34\0\x50")
        request = (f"POST /rpc HTTP/1.1\r\nHost: 127.0.0.1:{wrapped}\r\nContent-Type: application/json\r\nConnection: close\r\n"
                   f"Content-Length: {len(queue_clear())}\r\n\r\n{queue_clear()}").encode()
        for header in (line, binary_header):
            for split in (0, 1, 7, len(header) - 1, len(header), len(header) + 5):
                with socket.create_connection(("127.0.0.1", wrapped)) as connection:
                    whole = header + request
                    connection.sendall(whole[:split])
                    time.sleep(0.02)
                    connection.sendall(whole[split:])
                    answer, closed = raw.receive(connection, 30)
                    assert raw.status(answer) == 200 and b'"error"' in answer and closed, (split, answer)
        for wrong in (request, b"PROXY TCP4 nonsense\r\n" + request, b"\x16\x03\x01" + b"\0" * 50):
            with socket.create_connection(("127.0.0.1", wrapped)) as connection:
                connection.sendall(wrong)
                assert raw.receive(connection, 30) == (b"", True), wrong
        with socket.socket() as stranger:
            stranger.bind(("127.0.0.9", 0))
            stranger.connect(("127.0.0.1", wrapped))
            assert raw.receive(stranger, 30) == (b"", True), "only the trusted address may speak"
    finally:
        server.close()
