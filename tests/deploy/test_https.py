"""The lines for HTTPS that operators uncomment: a page over HTTPS, its cookie for HTTPS alone, HTTP leads there."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPMessage, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from nginx_server import Nginx, free_port, nginx

PAGE = {"Accept": "text/html"}


class Program(BaseHTTPRequestHandler):
    """Stands for the program: answers with what it was asked."""

    def do_GET(self) -> None:
        said = str(self.headers).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def program() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Program) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Return a certificate for this test and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.fail("No openssl: install it (apt install openssl).")
    made = tmp_path / "certificate.pem", tmp_path / "key.pem"
    asked = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    named = ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(made[0]), "-keyout", str(made[1])]
    subprocess.run([openssl, "req", *asked, *named], check=True, capture_output=True, timeout=60)
    return made


@pytest.fixture
def secured(tmp_path: Path, program: str, certificate: tuple[Path, Path]) -> Iterator[tuple[Nginx, int]]:
    """Return nginx with the lines for HTTPS and the port where it speaks it."""
    port = free_port()
    lines = [
        ("#https ", ""),
        ("/etc/letsencrypt/live/ntm.example.vn/fullchain.pem", str(certificate[0])),
        ("/etc/letsencrypt/live/ntm.example.vn/privkey.pem", str(certificate[1])),
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
        ("listen [::]:443 ssl http2;", ""),
    ]
    with nginx(tmp_path, [program, program], lines) as running:
        yield running, port


def ask(connection: HTTPConnection, path: str) -> tuple[int, HTTPMessage, str]:
    connection.request("GET", path, headers=PAGE)
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read().decode()
    connection.close()
    return found


def test_https_is_told_to_the_program_and_in_the_cookie(
    secured: tuple[Nginx, int], certificate: tuple[Path, Path]
) -> None:
    context = ssl.create_default_context(cafile=str(certificate[0]))
    status, headers, said = ask(HTTPSConnection("127.0.0.1", secured[1], timeout=10, context=context), "/ban-do")
    assert status == 200
    assert headers["Set-Cookie"].endswith("; Path=/; HttpOnly; SameSite=Lax; Secure")
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "X-Forwarded-Proto: https\n" in said.replace("\r", "")
    assert f"Host: 127.0.0.1:{secured[1]}\n" in said.replace("\r", "")


def test_http_leads_to_https(secured: tuple[Nginx, int]) -> None:
    status, headers, _ = ask(HTTPConnection(urlsplit(secured[0].address).netloc, timeout=10), "/ban-do?period=2023-12")
    assert (status, headers["Location"]) == (301, "https://127.0.0.1/ban-do?period=2023-12")
