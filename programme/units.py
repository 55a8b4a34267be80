"""Commune-level units and districts under their official names.

Wards (phường) and townships (thị trấn) are outside the programme: drawn, never counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


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
    """

    code: str
    name: str
    kind: str
    district_code: str
    district_name: str
    in_programme: bool
    variants: tuple[str, ...]
    border: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """Return ``Xã Đăk Pék``."""
        return f"{self.kind[:1].upper()}{self.kind[1:]} {self.name}"


@dataclass(frozen=True, slots=True)
class District:
    """A district or city with the units in it, in code order."""

    code: str
    name: str
    units: tuple[Unit, ...]

    @property
    def short_name(self) -> str:
        """Return ``Đăk Glei``, or ``TP Kon Tum`` for the city."""
        return self.name.replace("Thành phố", "TP").replace("Huyện ", "")

    @property
    def within(self) -> str:
        """Return the name as it stands inside a sentence: ``huyện Đăk Glei``."""
        return self.name[:1].lower() + self.name[1:]

    @property
    def programme_units(self) -> tuple[Unit, ...]:
        """The units that are counted."""
        return tuple(unit for unit in self.units if unit.in_programme)


def districts_of(units: Iterable[Unit]) -> dict[str, District]:
    """Return the districts of ``units`` by code, in code order."""
    grouped: dict[str, list[Unit]] = {}
    for unit in units:
        grouped.setdefault(unit.district_code, []).append(unit)
    return {
        code: District(code, members[0].district_name, tuple(sorted(members, key=lambda u: u.code)))
        for code, members in sorted(grouped.items())
    }
