"""What every program does first: open the store and put the published collection into it."""

from __future__ import annotations

from base.errors import NtmError
from intake.collection import load_collection
from store import current


def prepare() -> None:
    """Make the store ready; a fault is kept and told by every page that has no facts, so that the program lives."""
    current.startup_faults.clear()
    try:
        load_collection(current.ledger())
    except NtmError as error:
        current.startup_faults.append(error)
