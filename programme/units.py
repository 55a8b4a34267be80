"""Commune-level units and districts under their official names.

Wards (phường) and townships (thị trấn) are outside the programme: drawn, never counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

#: After the name of a district that is only a former one.
FORMER: Final = " (cũ)"


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune-level unit, in the spelling the province uses.

    Attributes
    ----------
    code
        Code of the General Statistics Office (5 digits); a key only together with a boundary version.
    name, kind
        ``Đăk Pék`` and ``xã`` (or ``phường``, ``thị trấn``).
    district_code, district_name
        ``610`` and ``Huyện Đăk Glei``.
    in_programme
        True for xã: these are the denominator.
    variants
        Other spellings seen in sources.
    border
        Countries it borders: ``Lào``, ``Campuchia``.
    former_province
        Key of the province whose area the unit lies in, where provinces were merged; else empty. The district
        of such a unit is the former one: a grouping of communes, no longer a level of administration.
    """

    code: str
    name: str
    kind: str
    district_code: str
    district_name: str
    in_programme: bool
    variants: tuple[str, ...]
    border: tuple[str, ...]
    former_province: str = ""

    @property
    def full_name(self) -> str:
        """Return ``Xã Đăk Pék``."""
        return f"{self.kind[:1].upper()}{self.kind[1:]} {self.name}"


@dataclass(frozen=True, slots=True)
class District:
    """A district or city with the units in it, in code order; or a commune that reports for itself."""

    code: str
    name: str
    units: tuple[Unit, ...]

    @property
    def short_name(self) -> str:
        """Return ``Đăk Glei``, or ``TP Kon Tum`` for the city: what a map has room for."""
        short = self.name.removesuffix(FORMER).removeprefix("Huyện ").removeprefix("Quận ")
        return short.replace("Thành phố", "TP").replace("Thị xã", "TX")

    @property
    def within(self) -> str:
        """Return the name as it stands inside a sentence: ``huyện Đăk Glei``."""
        return self.name[:1].lower() + self.name[1:]

    @property
    def programme_units(self) -> tuple[Unit, ...]:
        """The units that are counted."""
        return tuple(unit for unit in self.units if unit.in_programme)

    @property
    def is_commune(self) -> bool:
        """Whether this is a commune that reports for itself, not a district."""
        return [unit.code for unit in self.units] == [self.code]

    @property
    def covering(self) -> frozenset[str]:
        """Places whose report speaks of this one: itself, the whole (empty) and the former province it lies in."""
        return frozenset({"", self.code, *(unit.former_province for unit in self.units)})


def districts_of(units: Iterable[Unit]) -> dict[str, District]:
    """Return the districts of ``units`` by code, in code order; a former one says so: ``Huyện Đăk Hà (cũ)``."""
    grouped: dict[str, list[Unit]] = {}
    for unit in units:
        grouped.setdefault(unit.district_code, []).append(unit)
    return {
        code: District(code, _name(members[0]), tuple(sorted(members, key=lambda u: u.code)))
        for code, members in sorted(grouped.items())
    }


def _name(unit: Unit) -> str:
    return f"{unit.district_name}{FORMER}" if unit.former_province else unit.district_name


def without_districts(units: Iterable[Unit]) -> bool:
    """Tell whether districts are only former groupings: since 2025-07-01 there are provinces and communes alone."""
    return any(unit.former_province for unit in units)


def reporters_of(units: Iterable[Unit]) -> dict[str, District]:
    """Return who hands in a monthly report, by code: the districts, or each commune where there are no districts.

    A commune stands as a district of that one unit, under its own 5-digit code and full name, in order of former
    district and code; wards and townships hand in nothing of their own.
    """
    known = list(units)
    if not without_districts(known):
        return districts_of(known)
    ordered = sorted((u for u in known if u.in_programme), key=lambda u: (u.district_code, u.code))
    return {unit.code: District(unit.code, unit.full_name, (unit,)) for unit in ordered}
