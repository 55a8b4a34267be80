"""The official names of a unit list, arranged to be found by any spelling: units, and the districts they lie in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from geo.spelling import ABBREVIATION, PREFIX, Reading, Spelling, bare, folded, readings, spelling, tidy
from programme.units import District, Unit, districts_of

_CODE: Final = re.compile(r"\d{5}(?!\d)")
_NUMBER: Final = re.compile(r"(\d{1,5})(?:[.,]0+)?")
_DISTRICT_CODE: Final = re.compile(r"(\d{3})(?:[.,]0+)?(?!\d)")
_DISTRICT_KIND: Final = re.compile(r"(huyen|quan|thanh pho|thi xa|tp|tx|h|q)\b[\s.:]*(?=\w)")
_SHORT_DISTRICTS: Final = {"h": "huyen", "q": "quan", "tp": "thanh pho", "tx": "thi xa"}
_PROVINCE: Final = re.compile(r"tinh\b")
#: Where a name may end and its place begin: ``Đăk Long (Đăk Hà)``, ``Đăk Pék – huyện Đăk Glei``.
_TAIL: Final = re.compile(r"\s*[,;(]\s*|\s+-\s+")


@dataclass(frozen=True, slots=True)
class Alias:
    """A spelling that stands for a unit because somebody said so: a person in this office, or a curated source.

    Attributes
    ----------
    written
        The name as it is written, with or without "xã".
    district
        Code or name of the district that the file gives then, not always the unit's own: Ia Dom is still under Sa Thầy
        in files from before 2015. Empty or ``None``: the unit's own district.
    code
        Code of the unit meant.
    """

    written: str
    district: str | None
    code: str


@dataclass(frozen=True, slots=True)
class Place:
    """The district that a row names: its codes, none when the list does not know it, and its text, folded."""

    codes: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that a written name may mean.

    Attributes
    ----------
    unit
        The unit.
    rank
        The stage at which it is found.
    nearness
        How near the letters are, whatever stands before the name: a stage up to d-stroke, or fold.
    name
        The spelling in the list that is alike.
    way
        How the written name was read.
    """

    unit: Unit
    rank: int
    nearness: int
    name: str
    way: Reading


@dataclass(frozen=True, slots=True)
class Found:
    """All units of a list that a written name may mean, by how they came to be known under it.

    Attributes
    ----------
    own
        By their official name.
    variants
        By a spelling that sources use (``Unit.variants``).
    aliases
        By an alias that holds in the row's district.
    """

    own: tuple[Candidate, ...]
    variants: tuple[Candidate, ...]
    aliases: tuple[Candidate, ...]

    @property
    def units(self) -> dict[str, Unit]:
        """All the units by code."""
        return {found.unit.code: found.unit for found in (*self.own, *self.variants, *self.aliases)}


@dataclass(frozen=True, slots=True)
class _Entry:
    unit: Unit
    name: str
    spelled: Spelling


class DistrictIndex:
    """Finds the districts of a unit list.

    Parameters
    ----------
    units
        The units; those without a district code belong to none.
    """

    def __init__(self, units: Iterable[Unit]) -> None:
        """Arrange the districts by their names."""
        self.districts: Mapping[str, District] = districts_of(unit for unit in units if unit.district_code)
        self._by_name: dict[str, list[District]] = {}
        for district in self.districts.values():
            self._by_name.setdefault(_district_name(district.name)[1], []).append(district)

    def find(self, text: str) -> District | None:
        """Return the one district that a code or a name means, in any spelling; ``None`` when there is not just one."""
        if found := _DISTRICT_CODE.match(text.strip()):
            return self.districts.get(found[1])
        kind, name = _district_name(text)
        fitting = self._by_name.get(name, [])
        if len(fitting) > 1:
            fitting = [district for district in fitting if _district_name(district.name)[0] == kind]
        return fitting[0] if len(fitting) == 1 else None


def _district_name(text: str) -> tuple[str, str]:
    plain = folded(tidy(text))
    found = _DISTRICT_KIND.match(plain)
    kind = _SHORT_DISTRICTS.get(found[1], found[1]) if found else ""
    return kind, spelling(plain[found.end() :] if found else plain).skeleton


class NameIndex:
    """Finds the units of a list that a written name may mean.

    Parameters
    ----------
    units
        The unit list, by code.
    aliases
        Spellings that were confirmed or curated; those of units that the list does not have are left out.
    """

    def __init__(self, units: Mapping[str, Unit], aliases: Iterable[Alias] = ()) -> None:
        """Arrange all names by their loosest key."""
        self.units = units
        self.districts = DistrictIndex(units.values())
        self._own, self._variants, self._aliases = _Names(), _Names(), _Names()
        for unit in units.values():
            self._own.add(unit, unit.name)
            for variant in unit.variants:
                self._variants.add(unit, variant)
        for alias in aliases:
            if alias.code in units:
                self._aliases.add(units[alias.code], bare(alias.written), self.place(alias.district))

    def place(self, district: str | None) -> Place | None:
        """Return the district that a row names; ``None`` when it names none, or a province, or the list has none."""
        text = folded(tidy(district or ""))
        if not text or _PROVINCE.match(text) or not self.districts.districts:
            return None
        found = self.districts.find(district or "")
        return Place(frozenset({found.code} if found else ()), text)

    def code(self, text: str | None) -> str | None:
        """Return the code that a cell holds, with the zeros that a number loses; ``None`` when it holds no code."""
        number = _NUMBER.fullmatch((text or "").strip())
        return number[1].zfill(5) if number else code_in(text or "")

    def parted(self, name: str) -> tuple[str, Place | None]:
        """Return a name without the district that is written behind it, and that district."""
        found = _TAIL.search(tidy(name))
        if found is None:
            return name, None
        head, tail = tidy(name)[: found.start()], tidy(name)[found.end() :].strip(" )")
        place = self.place(tail)
        return (head, place) if head and place and place.codes else (name, None)

    def find(self, name: str, place: Place | None = None) -> Found:
        """Return the units that a name may mean in the district ``place``; ``None``: in the whole list."""
        head, _ = self.parted(name)
        ways = readings(head)
        floor = PREFIX if head != name else 0
        return Found(
            self._own.like(ways, floor, place),
            self._variants.like(ways, floor, place),
            self._aliases.like(ways, floor, place),
        )


def code_in(text: str) -> str | None:
    """Return the code that a text begins with, as in ``23353 – Đăk Pék``."""
    found = _CODE.match(text.strip())
    return found[0] if found else None


def of_kind(found: Sequence[Candidate]) -> list[Candidate]:
    """Return those of the kind that the name says, as "thị trấn Đăk Hà" does; all when it says none or fits none."""
    return [candidate for candidate in found if candidate.unit.kind == candidate.way.kind] or list(found)


def strongest(found: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates with the nearest letters; none when all are weak."""
    strong = [candidate for candidate in found if candidate.rank <= ABBREVIATION]
    best = min((candidate.nearness for candidate in strong), default=0)
    return [candidate for candidate in strong if candidate.nearness == best]


class _Names:
    """Names by their loosest key: of the whole list, and of each district."""

    def __init__(self) -> None:
        self._all: dict[str, list[_Entry]] = {}
        self._of_district: dict[tuple[str, str], list[_Entry]] = {}

    def add(self, unit: Unit, name: str, place: Place | None = None) -> None:
        """Add a name of ``unit``; an alias holds in its ``place``, another name in the unit's own district."""
        plain = readings(name)[0].text
        entry = _Entry(unit, plain, spelling(plain))
        key = entry.spelled.skeleton
        self._all.setdefault(key, []).append(entry)
        for district in (place.codes or {place.text}) if place else {unit.district_code}:
            self._of_district.setdefault((key, district), []).append(entry)

    def like(self, ways: Iterable[Reading], floor: int, place: Place | None) -> tuple[Candidate, ...]:
        """Return the units that the readings of a name may mean, each as the nearest one of them has it."""
        found: dict[str, Candidate] = {}
        for way in ways:
            spelled = spelling(way.text)
            for entry in self._entries(spelled.skeleton, place):
                near = entry.spelled.rank(spelled)
                one = Candidate(entry.unit, max(near, way.floor, floor), near, entry.name, way)
                known = found.get(entry.unit.code)
                if known is None or one.rank < known.rank:
                    found[entry.unit.code] = one
        return tuple(found.values())

    def _entries(self, key: str, place: Place | None) -> Iterable[_Entry]:
        if place is None or not key:
            return self._all.get(key, ()) if key else ()
        # What a district is called finds the aliases of a district that the list does not have.
        return (entry for name in (*place.codes, place.text) for entry in self._of_district.get((key, name), ()))
