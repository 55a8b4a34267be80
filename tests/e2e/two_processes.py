"""Two processes that a test may end and start again, with nginx before them, and what a client gets from there."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit

from nginx_server import Nginx

from .process import START_SECONDS, get


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(
    address: str, path: str, method: str = "GET", client: str = "127.0.0.1", body: bytes | None = None, **headers: str
) -> Answer:
    """Ask as a client of its own; names of headers are written with ``_``."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30, source_address=(client, 0))
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


@dataclass
class Process:
    """One ``cli.py serve``, which a test may end and start again on the same port."""

    root: Path
    port: int
    environment: dict[str, str]
    running: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"http://{self.name}"

    @property
    def log(self) -> Path:
        return self.root.parent / f"{self.port}.txt"

    def start(self) -> None:
        command = [sys.executable, "cli.py", "serve", "--port", str(self.port)]
        with self.log.open("ab") as out:
            self.running = subprocess.Popen(
                command, cwd=self.root, env=os.environ | self.environment, stdout=out, stderr=subprocess.STDOUT
            )

    def wait(self) -> None:
        """Wait until the process is ready."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.running is not None and self.running.poll() is None:
            try:
                get(f"{self.address}/healthz/ready")
            except (URLError, ConnectionError):
                time.sleep(0.05)
            else:
                return
        raise AssertionError(self.log.read_text("utf-8"))

    def end(self, *, at_once: bool = False) -> None:
        """End it as systemd does, or ``at_once`` as nobody should."""
        if self.running is not None:
            (self.running.kill if at_once else self.running.terminate)()
            self.running.wait(20)


@dataclass(frozen=True)
class Site:
    nginx: Nginx
    processes: list[Process]

    @property
    def address(self) -> str:
        return self.nginx.address

    def answered(self, wanted: Callable[[dict[str, Any]], bool], count: int) -> list[str]:
        """Return which processes nginx asked for some requests, once their lines are in its log."""
        end = time.monotonic() + 20
        while len(found := [line["process"] for line in self.nginx.log() if wanted(line)]) < count:
            assert time.monotonic() < end, found
        return found

    def process(self, name: str) -> Process:
        return next(process for process in self.processes if process.name == name)
