"""The places of a province as a map shows them: names, units, districts, margin names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from layers.registry import facts_of
from programme.province import Margin, province_of
from programme.units import District, Unit, districts_of


@dataclass(frozen=True, slots=True)
class Places:
    """Everything with a name on the map; ``units`` keep the order they were asked in."""

    units: tuple[Unit, ...]
    districts: dict[str, District]
    margins: tuple[Margin, ...]
    inset: str | None


def province_name(province: str, lang: str) -> str:
    """Return a province's name; needs its configuration only, not its facts."""
    return province_of(province).name(lang)


def places_of(province: str, codes: Iterable[str]) -> Places:
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
    return Places(known, districts_of(known), tuple(found.margins), found.inset_district)
