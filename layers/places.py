"""The places of a province as a map shows them: names, units, districts, margin names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from geo.boundaries import catalogue, versions_of
from layers.margins import margins_of
from layers.registry import facts_drawn, part_of
from programme.province import Margin, province_of, provinces
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


def drawable() -> list[str]:
    """Return the keys of the provinces that some boundary version draws, in the order of their files."""
    return [key for key in provinces() if versions_of(key)]


def places_of(province: str, boundary: str, codes: Iterable[str]) -> Places:
    """Return the places of a province as a boundary version draws it; codes that no list knows are left out.

    Raises
    ------
    StateError
        The province is unknown.
    DataError
        Its files are faulty.
    """
    found, units = province_of(province), facts_drawn(province, boundary).units
    known = tuple(units[code] for code in codes if code in units)
    districts = districts_of(known)
    inset = found.inset_district if found.inset_district in districts else None
    inset = None if part_of(province, boundary) else inset
    return Places(known, districts, margins_of(found, catalogue()[boundary]), inset)
