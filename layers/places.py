"""The places of a province as a map shows them: names, units, districts, margin names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from layers.registry import facts_of
from programme.province import Margin, province_of
from programme.units import District, Unit, districts_of


@dataclass(frozen=True, slots=True)
class Places:
    """Everything with a name; ``units`` keep the order they were asked in."""

    name: str
    units: tuple[Unit, ...]
    districts: dict[str, District]
    margins: tuple[Margin, ...]
    inset: str | None


def places_of(province: str, lang: str, codes: Iterable[str]) -> Places:
    """Return the places of a province; codes without an entry in the unit list are left out.

    Raises
    ------
    StateError
        The province is unknown.
    DataError
        Its files are faulty.
    """
    found, units = province_of(province), facts_of(province).units
    known = tuple(units[code] for code in codes if code in units)
    return Places(found.name(lang), known, districts_of(known), tuple(found.margins), found.inset_district)
