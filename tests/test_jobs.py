"""The worker process: it does its work, and does not outlive the process that made it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pytest

from base.errors import DataError, Fault
from jobs import KEPT, Progress, Step, executor, find, submit

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


def stepping(steps: int, gate: str, *, progress: Progress) -> int:
    """Tell each step and wait at the last one until the gate is there."""
    for number in range(steps):
        progress(number / steps, f"step {number}")
    while not Path(gate).exists():
        time.sleep(0.01)
    return os.getpid()


def failing(*, progress: Progress) -> None:
    progress(0.5, "half")
    raise DataError([Fault("a.shp", None, None, "thiếu cột này.")])


def dying(*, progress: Progress) -> None:
    progress(0.5, "half")
    os._exit(9)


def test_a_long_job_is_watched_while_it_works(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    job = submit(stepping, 4, str(gate))
    assert find(job.id) is job
    end = time.monotonic() + 60
    while job.step != Step(0.75, "step 3") and time.monotonic() < end:
        time.sleep(0.01)
    assert job.step == Step(0.75, "step 3")
    assert not job.done
    gate.touch()
    assert job.result(60) != os.getpid()
    assert (job.done, job.step) == (True, Step(1.0, ""))
    while job._told.exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert not job._told.exists()


def test_a_refusal_comes_back_whole() -> None:
    with pytest.raises(DataError) as refused:
        submit(failing).result(60)
    assert refused.value.text("vi") == "Có 1 lỗi trong dữ liệu.\na.shp: thiếu cột này."


def test_a_worker_that_died_is_replaced() -> None:
    with pytest.raises(BrokenExecutor):
        submit(dying).result(60)
    gate = Path(__file__)
    assert submit(stepping, 1, str(gate)).result(60)


def test_only_some_finished_jobs_are_remembered() -> None:
    gate = str(Path(__file__))
    names = [job.id for job in [submit(stepping, 1, gate) for _ in range(KEPT + 3)] if job.result(60)]
    last = submit(stepping, 1, gate)
    assert last.result(60)
    assert find(names[0]) is None
    assert find(last.id) is last
    assert find("nobody") is None
