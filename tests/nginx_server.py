"""nginx with the configuration that ships: nothing in it is changed but places and ports."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "deploy" / "nginx" / "ntm-map.conf"
#: What Debian's nginx.conf puts around it, with every place of its own inside one folder.
AROUND = """
{user}
worker_processes 2;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log notice;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/ntm-map.conf;
}}
"""


class NoNginxError(Exception):
    """nginx is not installed or does not take the configuration."""


@dataclass(frozen=True)
class Nginx:
    """A running nginx and the folder with what it writes."""

    address: str
    folder: Path

    def log(self) -> list[dict[str, Any]]:
        """Return the access log, oldest first."""
        return [json.loads(line) for line in (self.folder / "access.log").read_text("utf-8").splitlines()]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def replaced(text: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Replace what must be there."""
    for old, new in pairs:
        assert old in text, f"not in the shipped configuration: {old}"
        text = text.replace(old, new)
    return text


def settle(folder: Path, pairs: Sequence[tuple[str, str]]) -> Path:
    """Write the shipped configuration with other places and ports; return the main file."""
    own = [("/var/log/nginx/ntm-map.log", str(folder / "access.log")), *pairs]
    (folder / "ntm-map.conf").write_text(replaced(SHIPPED.read_text("utf-8"), own), "utf-8")
    main = folder / "nginx.conf"
    main.write_text(AROUND.format(folder=folder, user="user root;" if os.geteuid() == 0 else ""), "utf-8")
    return main


def program() -> str:
    """Return nginx itself; ``/usr/sbin`` is not on everybody's path."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        message = "No nginx: install it (apt install nginx)."
        raise NoNginxError(message)
    return found


def check(main: Path) -> str:
    """Return what ``nginx -t`` says of a configuration.

    Raises
    ------
    NoNginxError
        It is refused.
    """
    command = [program(), "-t", "-p", str(main.parent), "-e", str(main.parent / "error.log"), "-c", str(main)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    if done.returncode != 0:
        raise NoNginxError(done.stderr)
    return done.stderr


@contextmanager
def nginx(folder: Path, processes: Sequence[str], more: Sequence[tuple[str, str]] = ()) -> Iterator[Nginx]:
    """Run nginx before these two processes (``host:port``) on a free port; ``more`` is replaced as well."""
    port = free_port()
    places = [
        *more,
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("listen [::]:80;", ""),
        ("127.0.0.1:8501 max_fails", f"{processes[0]} max_fails"),
        ("127.0.0.1:8502 max_fails", f"{processes[1]} max_fails"),
    ]
    main = settle(folder, places)
    check(main)
    command = [program(), "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(main)]
    with subprocess.Popen(command) as running:
        try:
            _wait(port, running, folder)
            yield Nginx(f"http://127.0.0.1:{port}", folder)
        finally:
            running.terminate()


def _wait(port: int, running: subprocess.Popen[bytes], folder: Path) -> None:
    while running.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except ConnectionRefusedError:
            continue
        return
    raise NoNginxError((folder / "error.log").read_text("utf-8"))
