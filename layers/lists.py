"""The unit lists that a province has had: who reports in which month, and which files speak of its area.

A province that was merged goes on as a part of another one: what is handed in for that part is shown with its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from base.clock import Month
from base.errors import BoundaryError, StateError
from layers.registry import facts_of, versions_shown
from programme.territory import mergers_of
from programme.units import District, reporters_of, without_districts
from store.ledger import Receipt


def reporter_lists(province: str) -> list[tuple[Month, dict[str, District]]]:
    """Return who hands in the monthly reports, with the first month of each unit list, oldest first.

    A list holds until the next one begins: districts, then communes where districts were abolished.
    """
    began = {place.province: month for month, place in mergers_of(province)}
    firsts = [
        max(entry.first_month, began.get(entry.province, entry.first_month))
        for entry in versions_shown(province)
        if entry.id == entry.units_of
    ]
    return [(first, reporters_of(facts_of(province, month=first).units.values())) for first in sorted(firsts)]


def reporters_in(province: str, month: Month | None) -> dict[str, District]:
    """Return who hands in the report of a month, by code; of every month when none is given.

    Raises
    ------
    StateError
        No unit list is known of the month.
    """
    if month is None:
        return {code: one for _, known in reporter_lists(province) for code, one in known.items()}
    try:
        return reporters_of(facts_of(province, month=month).units.values())
    except BoundaryError as error:
        raise StateError(error.message, **error.params) from error


def receipts_of(province: str) -> list[Receipt]:
    """Return what was handed in for a province, and since a merger for its part of what it went into, newest first."""
    return sorted({receipt.id: receipt for receipt in _receipts(province)}.values(), key=lambda one: -one.id)


def _receipts(province: str) -> Iterator[Receipt]:
    yield from facts_of(province).receipts
    for first, place in mergers_of(province):
        facts = facts_of(province, month=first)
        places = {"", place.part, *reporters_of(facts.units.values())}
        for receipt in facts.receipts:
            if receipt.district in places and (receipt.period is None or receipt.period >= first):
                yield receipt


def codes_within(province: str, district: str) -> set[str]:
    """Return the codes under which reports of a district come in: its own, and those of communes of a former one."""
    found = {district}
    for first, known in reporter_lists(province):
        if without_districts(facts_of(province, month=first).units.values()):
            found |= {code for code, one in known.items() if one.units[0].district_code == district}
    return found
