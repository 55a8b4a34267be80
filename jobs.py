"""Heavy work outside the web process: one executor for everything that draws or reads workbooks."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait


@cache
def executor(warm: Callable[[], None]) -> Executor:
    """Return the process pool, started at first use; ``warm`` runs once in every worker.

    One worker leaves the other core to the dashboard. It ends with the process that made it, also when that
    one is killed.
    """
    return ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), initializer=_start, initargs=(warm,))


def _start(warm: Callable[[], None]) -> None:
    threading.Thread(target=_follow_parent, daemon=True).start()
    warm()


def _follow_parent() -> None:
    """Leave with the parent: a server that a signal ends tells its workers nothing, and each holds 200 MB."""
    if parent := parent_process():
        wait([parent.sentinel])
        os._exit(0)
