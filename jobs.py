"""Heavy work outside the web process: one executor for everything that draws."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context


@cache
def executor(warm: Callable[[], None]) -> Executor:
    """Return the process pool, started at first use; ``warm`` runs once in every worker.

    One worker leaves the other core to the dashboard.
    """
    return ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), initializer=warm)
