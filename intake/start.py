"""What every program does first: open the store, put the published collection into it, lay out imported boundaries."""

from __future__ import annotations

import logging

from base.errors import NtmError
from intake.boundary_folders import materialise
from intake.collection import load_collection
from store import current


def prepare() -> None:
    """Make the store ready; a fault is kept and told by every page that has no facts, so that the program lives."""
    current.startup_faults.clear()
    for step in (load_collection, materialise):
        try:
            step(current.ledger())
        except NtmError as error:
            logging.getLogger(__name__).warning("%s", error)
            current.startup_faults.append(error)
