"""The worker process: it does its work, and does not outlive the process that made it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from jobs import executor

ROOT = Path(__file__).parent.parent
PROGRAM = """
import os, sys
from jobs import executor
from test_jobs import nothing
if __name__ == "__main__":
    print(executor(nothing).submit(os.getpid).result(), flush=True)
    sys.stdin.read()
"""


def nothing() -> None:
    """Need no preparation."""


def lives(process: int) -> bool:
    """Tell whether a process runs; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rsplit(")", maxsplit=1)[-1].split()[0] != "Z"
    except OSError:
        return False


def test_work_is_done_elsewhere() -> None:
    assert executor(nothing).submit(os.getpid).result() != os.getpid()
    assert executor(nothing) is executor(nothing)


def test_a_worker_ends_with_the_process_that_made_it(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM, "utf-8")
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout
        worker = int(program.stdout.readline())
        assert lives(worker)
        program.kill()
    end = time.monotonic() + 30
    while lives(worker) and time.monotonic() < end:
        time.sleep(0.05)
    assert not lives(worker)
