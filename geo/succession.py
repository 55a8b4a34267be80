"""What became of units: events between unit lists, with decree and date, and what they did to codes and names.

A unit is known by (code, unit list), never by a bare code: of the 40 units that replaced Kon Tum's 102 on 2025-07-01,
21 carry a code that belonged to a unit of another name. Sources: the resolutions named by each event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from base.clock import Month
from geo.boundaries import CatalogueEntry
from programme.records import Event as EventKind
from programme.records import Succession
from programme.units import Unit


@dataclass(frozen=True, slots=True)
class UnitKey:
    """A unit of a list; ``boundary`` is the id of the version that drew the list first."""

    code: str
    boundary: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to units on one day.

    Attributes
    ----------
    kind
        ``merge``, ``split``, ``rename``, ``recode``, ``unchanged`` or ``boundary-correction``.
    decree, effective
        Clause of the decree, and the day from which it holds.
    before, after
        The units it was about: several before a merger, several after a split. For a correction the units are those
        of the whole list, and both are empty.
    version
        The boundary version that a correction made; else empty.
    """

    kind: EventKind
    decree: str
    effective: date
    before: tuple[UnitKey, ...] = ()
    after: tuple[UnitKey, ...] = ()
    version: str = ""


def events_of(successions: Iterable[Succession]) -> list[Event]:
    """Return the events that the successions tell, one for each new unit, in order of date and code.

    A unit that was divided is in the events of all its parts.
    """
    grouped: dict[UnitKey, list[Succession]] = {}
    for row in successions:
        grouped.setdefault(UnitKey(row.successor_code, row.successor_boundary), []).append(row)
    events = [
        Event(
            kind=_kind(rows),
            decree=rows[0].clause,
            effective=rows[0].effective,
            before=tuple(UnitKey(row.unit, row.boundary) for row in sorted(rows, key=lambda row: row.unit)),
            after=(key,),
        )
        for key, rows in grouped.items()
    ]
    return sorted(events, key=lambda event: (event.effective, event.after[0].code))


def _kind(rows: list[Succession]) -> EventKind:
    """Return what happened: several went into one, or one became another."""
    return "merge" if len(rows) > 1 else rows[0].event


def corrections_of(versions: Iterable[CatalogueEntry]) -> list[Event]:
    """Return the versions that only draw a known unit list anew: no unit changed, its outline did."""
    return [
        Event("boundary-correction", entry.decree, _first_day(entry.first_month), version=entry.id)
        for entry in versions
        if entry.id != entry.units_of
    ]


def _first_day(month: Month) -> date:
    return date(month.year, month.month, 1)


def reused_codes(successions: Iterable[Succession], before: Mapping[str, Unit]) -> list[str]:
    """Return the codes of new units that belonged to an earlier unit of another name.

    Parameters
    ----------
    successions
        Of one list to the next.
    before
        The earlier list by code.
    """
    names = {row.successor_code: row.successor_name for row in successions}
    return sorted(code for code, name in names.items() if code in before and before[code].name != name)
