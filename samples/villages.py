"""A made-up register of villages with their recognitions: names are numbers, and no flag or title in it is real.

The published figures give the frame: recognised villages rise to the published totals, of the province and of the
district of which some are published; 95 pilots were chosen for 2023, and in 2022 one at every level; the communes that
the directives name have no village in the minority area. Which villages these are is drawn by lot from a fixed seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from base.clock import Month, day_label
from intake.form_settlement_kinds import TOLD_WORDS
from intake.form_village_kinds import PILOT_LEVEL_WORDS, TITLE_WORDS, VILLAGE_ACTION_WORDS, VILLAGE_KIND_WORDS
from intake.unit_lists import Era
from programme.units import Unit
from programme.village_rules import exempt_in
from programme.villages import PilotLevel, Title
from samples.places import Places, Point, Row
from samples.story import LAST, SEED
from store.facts import Facts

#: Fewest and most villages of a commune.
EACH: Final = (5, 11)
#: Share of the villages in the minority area: of a commune of the city, and elsewhere; so many at least.
_CITY, _CITY_SHARE, _SHARE, _FEWEST = "608", (0.3, 0.7), (0.6, 1.0), 4
#: Communes with a village of which nobody said whether it lies in the minority area.
_UNSAID: Final = 3
_PILOTS_2023: Final = 95
#: Villages with a place.
PLACED: Final = 100
#: The district of which the recognised villages of 2023-04 are published: 2 and 9.
_COUNTED: Final = "615"
#: Title, day of the decisions, and how many villages are recognised in that district and elsewhere.
_BATCHES: Final[tuple[tuple[Title, date, int, int], ...]] = (
    ("minority", date(2021, 12, 10), 5, 13),  # 18 at the end of 2021
    ("minority", date(2022, 12, 15), 4, 8),
    ("minority", date(2023, 11, 24), 0, 6),  # 36 at the end of 2023
    ("minority", date(2024, 6, 28), 4, 16),
    ("minority", date(2024, 12, 20), 10, 30),
    ("minority", date(2025, 3, 14), 2, 12),  # "about 110" in March 2025
    ("minority", date(2025, 6, 6), 2, 8),
    ("model", date(2021, 12, 10), 1, 5),  # 6 at the end of 2021
    ("model", date(2022, 12, 15), 1, 6),
    ("model", date(2023, 11, 24), 0, 8),  # 21 at the end of 2023
    ("model", date(2024, 12, 20), 3, 7),
    ("model", date(2025, 6, 6), 1, 4),
)
_NOTE: Final = "Số liệu minh họa"


@dataclass
class MadeVillage:
    """A village on its way: pilot and titles are given to it one after another.

    ``lot`` orders the villages that may be recognised: those of one commune stand near each other.
    """

    unit: Unit
    name: str
    kind: str
    minority: bool | None
    lot: float
    pilot_year: int | None = None
    pilot_level: PilotLevel | str = ""
    place: Point | None = None
    titles: dict[Title, date] = field(default_factory=dict)


def register(era: Era, facts: Facts, each: tuple[int, int] = EACH, placed: int = PLACED) -> Sequence[MadeVillage]:
    """Return the villages of every commune of the programme, with pilots and titles, in order of commune and number.

    Parameters
    ----------
    era
        The units that the villages are named by.
    facts
        The published collection of the same units: directives, and which communes are recognised.
    each
        Fewest and most villages of a commune.
    placed
        How many of all villages have a place, at most.
    """
    chance = random.Random(f"{SEED} villages")  # noqa: S311 - the same register every time
    units = sorted((unit for unit in era.units.values() if unit.in_programme), key=lambda unit: unit.code)
    exempt = exempt_in(facts, LAST)
    villages = [village for unit in units for village in _of_commune(unit, each, unit.code in exempt)]
    unsaid = chance.sample([unit.code for unit in units if unit.code not in exempt], _UNSAID)
    for code in unsaid:
        next(village for village in villages if village.unit.code == code and village.minority).minority = None
    _choose_pilots(villages, facts, chance)
    _recognise(villages, facts)
    places = Places(era)
    for village in chance.sample(villages, min(placed, len(villages))):
        village.place = places.inside(village.unit, chance)
    return villages


def village_rows(era: Era, villages: Sequence[MadeVillage]) -> list[Row]:
    """Return the rows of the form of villages."""
    places = Places(era)
    return [
        {
            "code": era.choice(village.unit),
            "village": village.name,
            "kind": VILLAGE_KIND_WORDS[village.kind],
            "minority": "" if village.minority is None else TOLD_WORDS["yes" if village.minority else "no"],
            "pilot_year": str(village.pilot_year or ""),
            "pilot_level": PILOT_LEVEL_WORDS[village.pilot_level] if village.pilot_level else "",
            **places.told(village.unit, number, place=village.place),
            "note": _NOTE,
        }
        for number, village in enumerate(villages)
    ]


def recognition_rows(era: Era, villages: Sequence[MadeVillage]) -> list[Row]:
    """Return the rows of the form of recognitions, in the order of the decisions."""
    given = [(day, v.unit.code, title, v) for v in villages for title, day in v.titles.items()]
    return [
        {
            "code": era.choice(village.unit),
            "village": village.name,
            "title": TITLE_WORDS[title],
            "action": VILLAGE_ACTION_WORDS["recognise"],
            "year": str(day.year),
            "number": _decision(village.unit.district_code, title, day),
            "date": day_label(day),
            "note": _NOTE,
        }
        for day, _, title, village in sorted(given, key=lambda one: one[:3])
    ]


def _of_commune(unit: Unit, each: tuple[int, int], exempt: bool) -> Iterator[MadeVillage]:  # noqa: FBT001
    """Yield the villages of a commune: "Thôn 1", "Thôn 2" or "Làng 1", "Làng 2"."""
    chance = random.Random(f"{SEED} villages {unit.code}")  # noqa: S311 - see above
    count = chance.randint(*each)
    share = chance.uniform(*(_CITY_SHARE if unit.district_code == _CITY else _SHARE))
    minority = 0 if exempt else max(round(count * share), _FEWEST)
    kind = "lang" if not exempt and chance.random() < 1 / 3 else "thon"
    numbers = set(chance.sample(range(count), minority))
    strength = chance.random()
    for number in range(count):
        name = f"{VILLAGE_KIND_WORDS[kind]} {number + 1}"
        yield MadeVillage(unit, name, kind, number in numbers, strength + chance.random() / 2)


def _choose_pilots(villages: Sequence[MadeVillage], facts: Facts, chance: random.Random) -> None:
    """Choose the pilots of two years: one of the province, one of each district, and those of the communes."""
    by_commune: dict[str, list[MadeVillage]] = {}
    for village in villages:
        by_commune.setdefault(village.unit.code, []).append(village)
    free = {code: [v for v in own if v.minority] for code, own in by_commune.items()}
    for year in (2022, 2023):
        exempt = exempt_in(facts, Month(year, 12))
        for code, own in by_commune.items():
            # Three communes had such villages in 2022 and no longer have any.
            if free[code] or (year == 2022 and code not in exempt):  # noqa: PLR2004 - the year of the directive
                _pilot(free[code] or own, year, "commune", chance)
        for district in sorted({village.unit.district_code for village in villages}):
            inside = [code for code, own in by_commune.items() if own[0].unit.district_code == district]
            _pilot(free[_richest(inside, free)], year, "district", chance)
        _pilot(free[_richest(free, free)], year, "province", chance)
    while sum(village.pilot_year == 2023 for village in villages) < _PILOTS_2023:  # noqa: PLR2004 - see above
        _pilot(free[_richest(free, free)], 2023, "commune", chance)


def _richest(codes: Sequence[str] | dict[str, list[MadeVillage]], free: dict[str, list[MadeVillage]]) -> str:
    """Return the commune with most villages that are no pilots yet."""
    return max(codes, key=lambda code: (len(free[code]), code))


def _pilot(free: list[MadeVillage], year: int, level: PilotLevel, chance: random.Random) -> None:
    chosen = chance.choice(free)
    chosen.pilot_year, chosen.pilot_level = year, level
    free.remove(chosen)


def _recognise(villages: Sequence[MadeVillage], facts: Facts) -> None:
    """Give the titles: of model villages one to a recognised commune, of the minority area pilots before others."""
    standing = {
        r.unit: r.held_from.latest
        for r in facts.recognitions
        if r.level == "standard" and r.action == "recognise" and r.held_from
    }
    for title, day, counted, elsewhere in sorted(_BATCHES, key=lambda batch: batch[1]):
        turns = sorted(villages, key=lambda village: _turn(village, day))
        ready = {code for code, month in standing.items() if month <= Month.of(day)}
        ready -= {village.unit.code for village in villages if "model" in village.titles}
        for inside, count in ((True, counted), (False, elsewhere)):
            found = [v for v in turns if (v.unit.district_code == _COUNTED) == inside and title not in v.titles]
            if title == "model":
                one_each = {v.unit.code: v for v in reversed(found) if v.unit.code in ready}
                found = list(one_each.values())[::-1]
            else:
                found = [village for village in found if village.minority]
            for village in found[:count]:
                village.titles[title] = day


def _turn(village: MadeVillage, day: date) -> float:
    return village.lot - (0.3 if village.pilot_year and village.pilot_year <= day.year else 0)


def _decision(district: str, title: Title, day: date) -> str:
    """Return the number of a district's decision of a day."""
    chance = random.Random(f"{SEED} {district} {title} {day}")  # noqa: S311 - see above
    return f"{chance.randint(100, 999)}/QĐ-UBND (minh họa)"
