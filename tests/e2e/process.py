"""What the browser tests start beside themselves: servers, and the terminal."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from layers.address import parse
from layers.registry import compute
from render.table import as_json

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 90


def get(address: str) -> bytes:
    """Return what an address of our own server answers."""
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - always http://127.0.0.1
        return bytes(answer.read())


@contextmanager
def server(root: Path, log: Path, **environment: str) -> Iterator[str]:
    """Run ``cli.py serve`` of a checkout on a free port; yield its address once it is healthy.

    ``environment`` are settings of this server alone, such as ``NTM_DATA`` and ``NTM_OFFICE``.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "cli.py", "serve", "--port", str(port)]
    env = os.environ | environment
    with (
        log.open("wb") as out,
        subprocess.Popen(command, cwd=root, env=env, stdout=out, stderr=subprocess.STDOUT) as process,
    ):
        try:
            _wait(address, process, log)
            yield address
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if get(f"{address}/_stcore/health"):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError(f"cli.py serve does not answer at {address}:\n{log.read_text()}")


@cache
def terminal(layer: str, *options: str) -> dict[str, Any]:
    """Return the document that ``cli.py layer … --format json`` prints."""
    command = [sys.executable, "cli.py", "layer", layer, *options, "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@cache
def expected(layer: str, **query: str) -> dict[str, Any]:
    """Return the same document without the second that a terminal takes; test_numbers compares the terminal's."""
    state, notices = parse(query, layer)
    assert not notices
    document: dict[str, Any] = json.loads(as_json(compute(state)))
    return document
