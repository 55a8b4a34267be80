"""What the directives ask of villages, and how far a commune or a district is.

- *Rate*: plan 305/KH-UBND of 2025 sets each district a least share of its villages of the minority area (*vùng đồng
  bào dân tộc thiểu số*) that are recognised as *thôn NTM*. Exactly the share reaches it.
- *One model village*: directives 04/2022 and 05/2024 and the plan of 2025 ask of every recognised commune at least
  one *thôn NTM kiểu mẫu*.
- *One village of its own*: directive 05/2024 asks of every commune one recognised village of the minority area
  besides the pilots of the year before; communes without such a village are named and exempt.
- *Pilots*: directive 04/2022 asks for one pilot village at every level; 95 were chosen for 2023.

Unknown is neither yes nor no: where nobody said of a village whether it lies in the minority area, its commune has no
rate; where neither a village nor a recognition is on record, nothing is missing that one could know of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from base.clock import Month
from programme.records import Target
from programme.targets import TargetFacts, village_rates
from programme.units import District
from programme.villages import PilotLevel, Title, Village, VillageKey, VillageRecognition, titles_in, villages_in

#: The year by whose end the districts' rates are to be reached.
RATE_YEAR: Final = 2025
#: What a target counts its villages by, as the directives write it.
_EACH_COMMUNE: Final = "mỗi xã"
_EACH_LEVEL: Final = "mỗi cấp"
#: ``reached``, ``part`` and ``none`` of the district's rate; ``no-target``: a rate, and none to compare it with;
#: ``exempt``: no village in the minority area; ``unclear``: nobody said of some village whether it lies there.
Rating = Literal["reached", "part", "none", "no-target", "exempt", "unclear", "no-register", "outside"]
#: Whether a commune has what a directive asks; ``exempt``: not asked of it; ``unknown``: nothing is on record.
Answer = Literal["yes", "no", "unknown", "exempt"]
Titles = Mapping[VillageKey, Mapping[Title, VillageRecognition]]


@dataclass(frozen=True, slots=True)
class Tally:
    """Villages of an area in a month, counted.

    Attributes
    ----------
    villages
        Villages of the register.
    minority, recognised
        Those in the minority area, and those of them that are recognised (*thôn NTM vùng DTTS*).
    unsaid
        Those of which nobody said whether they lie there.
    model
        Villages named as *thôn NTM kiểu mẫu*.
    unlisted
        Villages that hold a title and are not in the register: named, and in no rate.
    """

    villages: int = 0
    minority: int = 0
    recognised: int = 0
    unsaid: int = 0
    model: int = 0
    unlisted: int = 0

    @property
    def known(self) -> bool:
        """Whether anything is on record of villages there."""
        return bool(self.villages or self.unlisted)

    @property
    def rate(self) -> float | None:
        """Percent of the villages of the minority area that are recognised; ``None`` where that cannot be said."""
        return None if self.unsaid or self.bounds is None else self.bounds[1]

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Least and most that the rate can be, percent, whatever the villages are of which nobody said it."""
        if not self.minority:
            return None
        return 100 * self.recognised / (self.minority + self.unsaid), 100 * self.recognised / self.minority

    @property
    def without_minority(self) -> bool:
        """Whether there are villages and all are said to lie outside the minority area."""
        return bool(self.villages) and not self.minority and not self.unsaid

    def reaches(self, target: float) -> bool:
        """Tell whether the rate is at least ``target`` percent; exactly is enough."""
        return not self.unsaid and bool(self.minority) and 100 * self.recognised >= target * self.minority

    def __add__(self, other: Tally) -> Tally:
        """Return both areas counted together."""
        return Tally(
            self.villages + other.villages,
            self.minority + other.minority,
            self.recognised + other.recognised,
            self.unsaid + other.unsaid,
            self.model + other.model,
            self.unlisted + other.unlisted,
        )


@dataclass(frozen=True, slots=True)
class CommuneVillages:
    """Villages of one commune in a month: the register, the titles held (also outside it), and both counted."""

    register: tuple[Village, ...] = ()
    titles: Titles = field(default_factory=dict)
    tally: Tally = Tally()

    def each(self) -> Iterable[tuple[VillageKey, Village | None, Mapping[Title, VillageRecognition]]]:
        """Yield every village with its titles: those of the register, then those named outside it (``None``)."""
        listed = {village.key: village for village in self.register}
        for key in [*listed, *(key for key in self.titles if key not in listed)]:
            yield key, listed.get(key), self.titles.get(key, {})


def communes_in(
    register: Iterable[Village], recognitions: Iterable[VillageRecognition], month: Month
) -> dict[str, CommuneVillages]:
    """Return the villages of every commune of which anything is on record at the end of a month, by unit code.

    Titles of a village that is in the register and does not exist in the month are gone with it.
    """
    known = list(register)
    living = villages_in(known, month)
    gone = {village.key for village in known} - {village.key for village in living}
    villages: dict[str, list[Village]] = {}
    for village in living:
        villages.setdefault(village.unit, []).append(village)
    unit_of = {village.key: village.unit for village in living}
    titles: dict[str, dict[VillageKey, Mapping[Title, VillageRecognition]]] = {}
    for key, held in titles_in(recognitions, month).items():
        if key not in gone:
            unit = unit_of.get(key) or next(iter(held.values())).unit
            titles.setdefault(unit, {})[key] = held
    return {
        unit: CommuneVillages(tuple(own), titles.get(unit, {}), _tally(own, titles.get(unit, {})))
        for unit in sorted({*villages, *titles})
        for own in [villages.get(unit, [])]
    }


def _tally(register: list[Village], titles: Titles) -> Tally:
    """Count the villages of a commune. What is recognised as a village of the minority area lies in it."""
    listed = {village.key: village.minority for village in register}
    recognised = {key for key in listed if "minority" in titles.get(key, ())}
    flags = Counter(flag for key, flag in listed.items() if key not in recognised)
    return Tally(
        villages=len(listed),
        minority=flags[True] + len(recognised),
        recognised=len(recognised),
        unsaid=flags[None],
        model=sum("model" in held for held in titles.values()),
        unlisted=sum(key not in listed for key in titles),
    )


def rating(tally: Tally, *, exempt: bool, target: float | None) -> Rating:
    """Return what an area of the programme is by its rate.

    Parameters
    ----------
    exempt
        Whether a directive says that it has no village in the minority area. A register that knows of one speaks
        against it.
    target
        Percent that its district must reach; ``None`` where none is published.
    """
    if not tally.villages:
        return "exempt" if exempt else "no-register"
    if not tally.minority and (exempt or not tally.unsaid):
        return "exempt"
    if tally.unsaid:
        return "unclear"
    if target is None:
        return "no-target"
    if tally.reaches(target):
        return "reached"
    return "part" if tally.recognised else "none"


@dataclass(frozen=True, slots=True)
class DistrictVillages:
    """Villages of the programme communes of a district, beside the rate that it must reach.

    ``communes`` counts those of which a register can be asked: not those that a directive names as exempt and that
    handed in none. ``listed`` of them have one. ``target`` is percent, ``None`` where none is published.
    """

    district: District
    tally: Tally
    communes: int
    listed: int
    target: float | None

    @property
    def complete(self) -> bool:
        """Whether the register of every commune is on record: only then the rate is the district's."""
        return self.listed == self.communes


def districts_in(
    districts: Mapping[str, District],
    communes: Mapping[str, CommuneVillages],
    facts: TargetFacts,
    month: Month,
) -> list[DistrictVillages]:
    """Return the districts with communes of the programme, in code order."""
    rates, exempt = village_rates(facts, RATE_YEAR), exempt_in(facts, month)
    found = []
    for code, district in districts.items():
        units = district.programme_units
        own = {unit.code: communes.get(unit.code, CommuneVillages()).tally for unit in units}
        listed = sum(bool(tally.villages) for tally in own.values())
        asked = sum(bool(tally.villages) or unit not in exempt for unit, tally in own.items())
        target = rates[code].value if code in rates else None
        if units:
            found.append(DistrictVillages(district, sum(own.values(), Tally()), asked, listed, target))
    return found


def exempt_in(facts: TargetFacts, month: Month) -> dict[str, Target]:
    """Return the communes that a directive issued by a month says have no village in the minority area, by code."""
    rows = [row for row in _of(facts, "village-minority", "exempt") if row.document.issued <= month.last_day]
    return {row.unit: row for row in sorted(rows, key=lambda row: row.year) if row.unit}


def exempt_of(facts: TargetFacts, year: int) -> frozenset[str]:
    """Return the communes of which the directive of a year asks for no village of the minority area."""
    rows = _of(facts, "village-minority", "exempt")
    return frozenset(row.unit for row in rows if row.unit and row.year == year)


def one_of_each_commune(facts: TargetFacts, level: str, month: Month) -> Target | None:
    """Return the newest row issued by a month that asks one village of every commune; ``None`` without one.

    ``level`` is ``village-model`` (of every recognised commune) or ``village-minority`` (of every commune).
    """
    rows = [
        row
        for row in _of(facts, level, "minimum")
        if _EACH_COMMUNE in row.measure and row.document.issued <= month.last_day
    ]
    return max(rows, key=lambda row: row.year, default=None)


def has_model(commune: CommuneVillages) -> Answer:
    """Tell whether a commune has a named model village."""
    if commune.tally.model:
        return "yes"
    return "no" if commune.tally.known else "unknown"


def has_its_own(commune: CommuneVillages, rule: Target, *, exempt: bool) -> Answer:
    """Tell whether a commune has the village that a year's rule asks for besides the pilots of the year before.

    It counts by *năm đạt chuẩn*, up to the rule's year. Of a village outside the register nobody knows whether it was
    a pilot. ``exempt`` is a commune that the directive names; one whose villages all lie outside the minority area is
    exempt like it.
    """
    if exempt:
        return "exempt"
    tally = commune.tally
    pilots = {village.key: village.pilot_year == rule.year - 1 for village in commune.register}
    reached = [key for key, held in commune.titles.items() if "minority" in held and held["minority"].year <= rule.year]
    if any(pilots.get(key) is False for key in reached):
        return "yes"
    if not tally.known or any(key not in pilots for key in reached):
        return "unknown"
    return "exempt" if tally.without_minority else "no"


@dataclass(frozen=True, slots=True)
class Pilots:
    """Pilot villages of one year: how many a document asks for, and how many the register names.

    ``total`` is ``None`` where the document asks for a number at each level instead: ``levels`` has then, for each
    level, the named and the asked number.
    """

    row: Target
    named: int
    total: int | None
    levels: Mapping[PilotLevel, tuple[int, int]]


def pilots_in(
    facts: TargetFacts, register: Iterable[Village], districts: Mapping[str, District], month: Month
) -> list[Pilots]:
    """Return the pilots of every year up to a month's that a document speaks of, oldest first."""
    living = villages_in(register, month)
    found = []
    for row in sorted(_of(facts, "village-minority", "minimum"), key=lambda row: row.year):
        if _EACH_COMMUNE in row.measure or row.value is None or row.year > month.year:
            continue
        named = Counter(village.pilot_level for village in living if village.pilot_year == row.year)
        asked = _asked(facts, districts, row) if _EACH_LEVEL in row.measure else {}
        levels = {level: (named[level], count) for level, count in asked.items()}
        found.append(Pilots(row, named.total(), None if asked else int(row.value), levels))
    return found


def _asked(facts: TargetFacts, districts: Mapping[str, District], row: Target) -> dict[PilotLevel, int]:
    """Return how many pilots "one at every level" are: the communes that the directive exempts need none."""
    exempt = exempt_of(facts, row.year)
    taking = [district for district in districts.values() if district.programme_units]
    communes = [unit for district in taking for unit in district.programme_units if unit.code not in exempt]
    each = int(row.value or 0)
    return {"province": each, "district": each * len(taking), "commune": each * len(communes)}


def _of(facts: TargetFacts, level: str, kind: str) -> list[Target]:
    return [row for row in facts.targets if row.level == level and row.kind == kind]
