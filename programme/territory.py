"""Whose units and facts a province's map shows in a month: its own, or a part of the province it went into."""

from __future__ import annotations

from dataclasses import dataclass

from base.clock import Month
from programme.province import Successor, province_of


@dataclass(frozen=True, slots=True)
class Territory:
    """The province whose units and facts are shown.

    Attributes
    ----------
    province
        Key of the province that has the units and records the facts.
    part
        Key of the former province whose area alone is shown; empty for the whole.
    merger
        What made it a part; ``None`` for the whole.
    """

    province: str
    part: str = ""
    merger: Successor | None = None


def territory_of(province: str, month: Month) -> Territory:
    """Return whose units a province's map shows in ``month``.

    Raises
    ------
    StateError
        The province is unknown.
    """
    found = province_of(province)
    for successor in found.successors:
        if Month.parse(successor.first) <= month:
            return Territory(successor.province, province, successor)
    return Territory(province)


def mergers_of(province: str) -> list[tuple[Month, Territory]]:
    """Return the later territories of a province with their first months, oldest first; empty while it stands."""
    found = sorted(province_of(province).successors, key=lambda successor: successor.first)
    return [(Month.parse(s.first), Territory(s.province, province, s)) for s in found]
