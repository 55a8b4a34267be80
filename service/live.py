"""What state the data are in, looked at once a second: the part of every cache key that makes answers new.

Another process may write to the same store. No answer and no open page may go on showing what was true before: what
is kept is kept under a :class:`layers.freshness.Stamp`, and pages ask for its digest (:mod:`service.live_route`).
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

import jobs
from base.errors import NtmError, StoreError
from geo.boundaries import catalogue
from intake.boundary_folders import materialise, recorded
from layers.freshness import Stamp, continues, newest
from store import current

__all__ = ["EVERY", "STALE", "Stamp", "age", "look", "noticed", "stamp", "unwatch", "watch"]

#: Seconds between two looks.
EVERY: Final = 1.0
#: Seconds without a good look after which the process is no longer ready to answer.
STALE: Final = 10.0
#: Seconds that an import on this machine may take from its record to its folder.
_IMPORTING: Final = 3.0


class _Watch:
    """The newest stamp, and what is remembered from look to look."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None
        self.end = threading.Event()
        self.stamp: Stamp | None = None
        self.fault: NtmError | None = None
        self.began = 0.0
        self.looked = 0.0
        #: Version of the facts whose boundaries were seen to be on the disk, and since when some are not.
        self.laid = -1
        self.lacking = 0.0

    def put(self, found: Stamp, began: float) -> None:
        """Keep what a look found, unless another one that began later was quicker."""
        with self.lock:
            self.looked = time.monotonic()
            if began >= self.began:
                self.stamp, self.began, self.fault = found, began, None


_watch: Final = _Watch()


def watch() -> None:
    """Look now, then once a second in a thread of its own: a store that hangs must not hold requests up.

    A store that cannot be read now is told by :func:`stamp`, until it can.
    """
    with _watch.lock:
        if _watch.thread is not None:
            return
        _watch.end = threading.Event()
        _watch.thread = threading.Thread(target=_look_on, args=(_watch.end,), name="ntm-live", daemon=True)
    _look_once()
    _watch.thread.start()


def unwatch() -> None:
    """Stop looking; from now on everybody who asks looks."""
    with _watch.lock:
        _watch.end.set()
        thread, _watch.thread = _watch.thread, None
    if thread:
        thread.join(STALE)


def stamp() -> Stamp:
    """Return the state of the data. Where somebody watches it is at most a second old, and nothing is waited for.

    Raises
    ------
    StoreError
        The store could never be read.
    """
    found, fault = _watch.stamp, _watch.fault
    if _watch.thread is not None:
        if found:
            return found
        if fault:
            raise fault
    return look()


def look() -> Stamp:
    """Look now, in this thread; what was remembered of another store or of other boundaries is forgotten.

    Raises
    ------
    StoreError
        The store cannot be read.
    """
    began, before = time.monotonic(), _watch.stamp
    found = newest()
    if before and (found.boundaries != before.boundaries or not (found == before or continues(before))):
        _forget()
    _watch.put(found, began)
    return found


def noticed() -> None:
    """Look at once because this process has written something; a look that fails is left to the next one."""
    try:
        look()
    except NtmError as error:
        logging.getLogger(__name__).warning("%s", error)


def age() -> float:
    """Return the seconds since the last good look; infinite when there was none."""
    return time.monotonic() - _watch.looked if _watch.stamp else float("inf")


def _look_on(end: threading.Event) -> None:
    while not end.wait(EVERY):
        _look_once()


def _look_once() -> None:
    """Look; what goes wrong is told once, however long it lasts."""
    try:
        found = look()
        if _watch.laid != found.facts or _watch.lacking:
            _watch.laid = found.facts
            _lay_out()
    except Exception as error:  # noqa: BLE001 - whatever it is, the next look may be a good one
        known = error if isinstance(error, NtmError) else StoreError("Không dùng được kho số liệu: {why}", why=error)
        if _watch.fault is None or str(_watch.fault) != str(known):
            logging.getLogger(__name__).warning("%s", known)
        _watch.fault = known


def _lay_out() -> None:
    """Write the folders of boundary versions that were imported on another machine.

    On this machine the program that imports writes the folder itself, right after its record: it is left the time.
    """
    ledger = current.ledger()
    if not recorded(ledger).keys() - catalogue().keys():
        _watch.lacking = 0.0
    elif not _watch.lacking:
        _watch.lacking = time.monotonic()
    elif time.monotonic() - _watch.lacking > _IMPORTING:
        _watch.lacking = 0.0
        materialise(ledger)
        look()


def _forget() -> None:
    """Forget what was computed: all of it is remembered of a store as it was opened."""
    current.reopen()
    jobs.executor.cache_clear()  # workers remember as well
