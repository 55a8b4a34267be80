"""Heavy work outside the web process: one executor for everything that draws, reads workbooks or cleans boundaries.

:func:`send` starts short work that is waited for; :func:`executor` gives the pool itself. :func:`submit` starts a long
job whose progress can be looked at meanwhile: by a page that asks again and again, or by a bar in a terminal.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")
#: Takes how much is done (0 to 1) and what is being done, a key of the translations.
Progress = Callable[[float, str], None]
#: Jobs that can be asked for by id; of the finished ones the oldest are forgotten first.
KEPT: Final = 16


@dataclass(frozen=True, slots=True)
class Step:
    """How far a job is: ``fraction`` from 0 to 1, and what it is doing (empty before it begins)."""

    fraction: float
    text: str


class Job(Generic[T]):
    """A function at work elsewhere.

    Its progress goes through a small file: that needs neither a further process nor a connection, and works as well
    for a worker of another kind that shares the folder. A worker that does not share it is seen to begin and to end.

    Attributes
    ----------
    id
        Cannot be guessed: whoever has it may ask for the job (:func:`find`).
    future
        Its end: result or exception. A worker that died raises :class:`concurrent.futures.BrokenExecutor`.
    """

    def __init__(self, function: Callable[..., T], args: tuple[object, ...]) -> None:
        """Send the work off."""
        self.id = secrets.token_urlsafe(16)
        self._told = _folder() / self.id
        self.future: Future[T] = send(_nothing, _run, self._told, function, args)
        self.future.add_done_callback(lambda _: self._told.unlink(missing_ok=True))

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self.future.done()

    @property
    def step(self) -> Step:
        """How far it is; 1 once it has ended."""
        if self.done:
            return Step(1.0, "")
        try:
            return Step(*json.loads(self._told.read_bytes()))
        except OSError:  # nothing told yet, or it ended just now
            return Step(float(self.done), "")

    def result(self, timeout: float | None = None) -> T:
        """Wait for the end (at most ``timeout`` seconds) and return what the function returned, or raise what it did.

        Raises
        ------
        TimeoutError
            It has not ended yet.
        """
        return self.future.result(timeout)


_jobs: dict[str, Job[Any]] = {}
_lock: Final = threading.Lock()


def submit(function: Callable[..., T], *args: object) -> Job[T]:
    """Start ``function(*args, progress=…)`` in a worker of its own kind and return at once.

    Everything given and returned is pickled. ``progress`` is a :data:`Progress`; how often it is called is up to the
    function. Jobs wait for each other, not for drawing and reading, which have other workers.
    """
    job = Job(function, args)
    with _lock:
        _jobs[job.id] = job
        for name in [name for name, old in _jobs.items() if old.done][: max(0, len(_jobs) - KEPT)]:
            del _jobs[name]
    return job


def find(name: str) -> Job[Any] | None:
    """Return a job by its id; ``None`` when there is none or it was forgotten."""
    return _jobs.get(name)


@cache
def executor(warm: Callable[[], None]) -> Executor:
    """Return the process pool, started at first use; ``warm`` runs once in every worker.

    One worker leaves the other core to the dashboard. It ends with the process that made it, also when that
    one is killed.
    """
    return ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), initializer=_start, initargs=(warm,))


def send(warm: Callable[[], None], function: Callable[..., T], *args: object) -> Future[T]:
    """Start ``function(*args)`` in the worker that ``warm`` prepares and return at once; see :func:`executor`.

    A worker that died before is replaced; one that dies at this work raises
    :class:`concurrent.futures.BrokenExecutor` from the future.
    """
    with suppress(BrokenExecutor):
        return executor(warm).submit(function, *args)
    executor.cache_clear()
    return executor(warm).submit(function, *args)


def _nothing() -> None:
    """Prepare nothing: a long job can wait for its own imports."""


@cache
def _folder() -> Path:
    return Path(_kept_folder().name)


@cache
def _kept_folder() -> tempfile.TemporaryDirectory[str]:
    """Return the folder in which jobs tell their progress; it goes with the process."""
    return tempfile.TemporaryDirectory(prefix="ntm-jobs-")


def _run(told: Path, function: Callable[..., T], args: tuple[object, ...]) -> T:
    def tell(fraction: float, text: str) -> None:
        part = told.with_suffix(".part")
        with suppress(OSError):  # whoever asked may be gone, or on another machine
            part.write_text(json.dumps([min(max(fraction, 0.0), 1.0), text]), "utf-8")
            part.replace(told)

    return function(*args, progress=tell)


def _start(warm: Callable[[], None]) -> None:
    threading.Thread(target=_follow_parent, daemon=True).start()
    warm()


def _follow_parent() -> None:
    """Leave with the parent: a server that a signal ends tells its workers nothing, and each holds 200 MB."""
    if parent := parent_process():
        wait([parent.sentinel])
        os._exit(0)
