"""The store of this process: opened at first use, at the address that the settings give."""

from __future__ import annotations

from functools import cache

from base import settings
from base.errors import NtmError
from store.ledger import Ledger

#: Why the published collection could not be loaded when the program started; told in place of every map.
startup_faults: list[NtmError] = []


def ledger() -> Ledger:
    """Return the open store.

    Raises
    ------
    StoreError
        It cannot be opened.
    """
    return _open(settings.database_url(), settings.is_sample())


def reopen() -> None:
    """Open the store anew at its next use: whatever is remembered of the one that was open counts no longer.

    Raises
    ------
    StoreError
        As :func:`ledger`.
    """
    former = ledger()
    _open.cache_clear()
    former.engine.dispose()  # connections in use are closed when they are given back


@cache
def _open(address: str, sample: bool) -> Ledger:  # noqa: FBT001 - part of the cache's key
    return Ledger(address, "sample" if sample else "office")
