"""Which state of the data there is: what every answer and every open page is made from.

Another process may write to the same store. Whoever keeps something made from the data keeps the stamp beside it, and
knows by another stamp that it may be out of date.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import select

from base.clock import today
from geo.boundaries import catalogue
from store import current
from store.schema import submissions


@dataclass(frozen=True)
class Stamp:
    """State of the data.

    Attributes
    ----------
    facts, recorded
        Number of the newest submission and when it was recorded (UTC, ISO); 0 and empty for an empty store. A store
        that was put in the place of another one may have the same number, but not the same time.
    boundaries
        Hash of what boundary versions there are; which of them are defaults is among the facts.
    day
        The day in Viet Nam: layers count days from it.
    """

    facts: int
    recorded: str
    boundaries: str
    day: date

    @cached_property
    def digest(self) -> str:
        """Short hash, the same in every process that has the same data."""
        told = f"{self.facts}|{self.recorded}|{self.boundaries}|{self.day}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def newest() -> Stamp:
    """Return the state of the data now: one row of the store, and the catalogue.

    Raises
    ------
    StoreError
        The store cannot be read.
    """
    query = select(submissions.c.id, submissions.c.recorded_at).order_by(submissions.c.id.desc()).limit(1)
    with current.ledger().reading() as connection:
        row = connection.execute(query).first()
    return Stamp(row.id if row else 0, row.recorded_at if row else "", _boundaries(), today())


def continues(before: Stamp) -> bool:
    """Tell whether the store still holds what was its newest submission: it has at most grown since.

    Raises
    ------
    StoreError
        The store cannot be read.
    """
    query = select(submissions.c.recorded_at).where(submissions.c.id == before.facts)
    with current.ledger().reading() as connection:
        return (connection.execute(query).scalar() or "") == before.recorded


def _boundaries() -> str:
    known = "|".join(f"{entry.id}:{entry.geometry_sha256}" for entry in catalogue().values())
    return hashlib.sha256(known.encode()).hexdigest()[:16]
