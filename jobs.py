"""Heavy work outside the web process: one executor for everything that draws."""

from __future__ import annotations

from concurrent.futures import Executor, ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context


@cache
def executor() -> Executor:
    """Return the process pool, started at first use; one worker leaves the other core to the dashboard."""
    return ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), initializer=_warm)


def _warm() -> None:
    """Import what drawing needs, so that the first sheet does not wait for it."""
    import render.sheet  # noqa: F401, PLC0415 - the import is the work
