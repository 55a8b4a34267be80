"""What the made-up communes reach month by month. Nothing of it is real, and no file of it goes without saying so.

The published figures give the frame: the province's average of criteria met, the months in which communes were
recognised, the four that were at risk in 2024, and which communes had most and fewest criteria. Which criteria a
commune meets is drawn by lot from a fixed seed, so that every sample store tells the same story.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from base.clock import Month
from programme.criteria import CriteriaSet, Result, set_in_force
from programme.units import Unit
from store.facts import Facts

FIRST: Final = Month(2020, 7)
LAST: Final = Month(2025, 6)
SEED: Final = "ntm"

#: Criteria that are met last, the hardest at the end: sourced counts name them as not met.
_HARD: Final = {"2": 1.2, "5": 1.3, "6": 1.4, "9": 1.5, "11": 1.7, "10": 1.9, "17": 2.0}
#: Criteria met by a commune of which, and of whose district, no count is published.
_MIDDLING: Final = 12.0
#: How much of the differences between counts of years ago is left.
_LEFT: Final = 0.6
_FEWEST: Final = 4
#: After the last published average: criteria a month, of the average commune.
_RISE: Final = 0.035
#: Months before its recognition in which a commune closes up.
_RUN_UP: Final = 12
#: Criteria that recognised communes lack under a new set, by chance, and for how many months at most.
_GAPS: Final = (0, 0, 0, 0, 0, 0, 0, 1, 1, 2)
_CATCH_UP: Final = 18
#: Criteria that a commune at risk has lost, from so many months before the warning to so many after it.
_AT_RISK: Final = ((-6, -4, 2), (-3, -2, 4), (-1, 8, 7), (9, 12, 5), (13, 16, 3))
#: Other communes that lose criteria for a while, and communes to which one criterion does not apply.
_LOSERS, _LOST, _LOST_MONTHS = 3, 2, 8
_WAIVED, _WAIVED_CODE = 2, "7"

#: Result by commune and criterion.
Results = Mapping[str, Mapping[str, Result]]


def tell(facts: Facts) -> dict[Month, Results]:
    """Return the results of every commune for every month from :data:`FIRST` to :data:`LAST`.

    Parameters
    ----------
    facts
        The published collection: units, criteria sets, recognitions, counts, warnings and averages.

    Returns
    -------
    Months in order; without those whose criteria set is not known.
    """
    communes = _communes(facts)
    told: dict[Month, Results] = {}
    used, changed, floors = "", None, dict[str, int]()
    for month in months(FIRST, LAST):
        criteria_set = set_in_force(facts.criteria_sets.values(), month.last_day, province=facts.province)
        if criteria_set is None or not criteria_set.criteria:
            continue
        if criteria_set.id != used:
            # Another yardstick: the counts begin anew, with no change on the ground.
            changed, floors = (month if used else None), {}
            used = criteria_set.id
        wanted = _published_average(facts, criteria_set, month) * len(communes)
        met = _fitting(communes, criteria_set.size, month, changed, floors, wanted)
        floors = {code: max(count, floors.get(code, 0)) for code, count in met.items()}
        told[month] = {commune.code: commune.results(criteria_set, met[commune.code]) for commune in communes}
    return told


def months(first: Month, last: Month) -> Iterator[Month]:
    """Yield the months from ``first`` to ``last``, both included."""
    while first <= last:
        yield first
        first = first.plus(1)


@dataclass(frozen=True)
class _Commune:
    """A commune as the story knows it.

    Attributes
    ----------
    code
        Its unit code.
    strength
        About how many criteria it meets beside the other communes.
    complete
        Month from which it meets all of them; ``None``: never.
    gap, catch_up
        Criteria that it lacks under a new set although it is complete, and for how many months.
    losses
        First and last month, and number of criteria that it has lost then.
    waived
        A criterion that does not apply to it; empty: all apply.
    lot
        What chance gives every criterion, by code.
    """

    code: str
    strength: float
    complete: Month | None
    gap: int
    catch_up: int
    losses: tuple[tuple[Month, Month, int], ...]
    waived: str
    lot: Mapping[str, float]

    def met(self, size: int, month: Month, changed: Month | None, shift: float, floor: int) -> int:
        """Return how many of ``size`` criteria it meets in a month when all communes are shifted by ``shift``."""
        if self.complete and self.complete <= month:
            lost = [count for first, last, count in self.losses if first <= month <= last]
            if changed and month < changed.plus(self.catch_up):
                lost.append(self.gap)
            return size - max(lost, default=0)
        met = min(max(round(self.strength + shift), _FEWEST), size - 1)
        if self.complete and self.complete <= month.plus(_RUN_UP):
            met = max(met, size - 1 - _between(month, self.complete) // 2)
        return max(met, min(floor, size - 1))

    def results(self, criteria_set: CriteriaSet, met: int) -> dict[str, Result]:
        """Return a result for every criterion when so many are met."""
        codes = [criterion.code for criterion in criteria_set.criteria]
        order = sorted(codes, key=lambda code: (code == self.waived, _HARD.get(code, 0) + self.lot.get(code, 0)))
        found: dict[str, Result] = {code: "met" if number < met else "not-met" for number, code in enumerate(order)}
        if found.get(self.waived) == "not-met":
            found[self.waived] = "not-applicable"
        return found


def _fitting(  # noqa: PLR0913, PLR0917 - everything that a month's counts depend on
    communes: list[_Commune],
    size: int,
    month: Month,
    changed: Month | None,
    floors: Mapping[str, int],
    wanted: float,
) -> dict[str, int]:
    """Return how many criteria each commune meets, so that all together meet about ``wanted``."""
    low, high = -float(size), float(size)
    met: dict[str, int] = {}
    for _ in range(24):
        shift = (low + high) / 2
        met = {c.code: c.met(size, month, changed, shift, floors.get(c.code, 0)) for c in communes}
        low, high = (low, shift) if sum(met.values()) >= wanted else (shift, high)
    return met


def _communes(facts: Facts) -> list[_Commune]:
    units = [unit for unit in facts.units.values() if unit.in_programme]
    complete = _complete(facts)
    warned = {w.unit: Month.of(w.valid_from) for w in facts.warnings if w.kind == "at-risk"}
    chance = random.Random(SEED)  # noqa: S311 - the same story every time is what is wanted
    steady = sorted(code for code, month in complete.items() if month < FIRST and code not in warned)
    losers = {code: FIRST.plus(chance.randrange(24, 44)) for code in chance.sample(steady, min(_LOSERS, len(steady)))}
    others = sorted(unit.code for unit in units if unit.code not in complete)
    waived = set(chance.sample(others, min(_WAIVED, len(others))))
    made = []
    for unit in sorted(units, key=lambda unit: unit.code):
        own = random.Random(f"{SEED} {unit.code}")  # noqa: S311 - see above
        losses: list[tuple[Month, Month, int]] = []
        if unit.code in warned:
            losses += [(warned[unit.code].plus(a), warned[unit.code].plus(b), count) for a, b, count in _AT_RISK]
        if unit.code in losers:
            losses.append((losers[unit.code], losers[unit.code].plus(_LOST_MONTHS), _LOST))
        made.append(
            _Commune(
                code=unit.code,
                strength=_strength(facts, unit) + own.gauss(0, 1),
                complete=complete.get(unit.code),
                gap=own.choice(_GAPS),
                catch_up=own.randrange(4, _CATCH_UP),
                losses=tuple(losses),
                waived=_WAIVED_CODE if unit.code in waived else "",
                lot={str(number): own.random() for number in range(1, 100)},
            )
        )
    return made


def _complete(facts: Facts) -> dict[str, Month]:
    """Return when each commune met all criteria: when it was recognised, or said to be about to be."""
    found: dict[str, Month] = {}
    for recognition in facts.recognitions:
        if recognition.level == "standard" and recognition.action == "recognise" and recognition.held_from:
            month = recognition.held_from.latest
            found[recognition.unit] = min(month, found.get(recognition.unit, month))
    return found


def _strength(facts: Facts, unit: Unit) -> float:
    """Return the last count of a commune, else the mean of its district's counts, nearer to the middle."""
    counts = [
        (count.unit, count.period.latest, count.met)
        for count in facts.criteria_counts
        if count.of_standard
        and count.met is not None
        and count.met < count.total
        and facts.units[count.unit].district_code == unit.district_code
    ]
    own = sorted((when, met) for code, when, met in counts if code == unit.code)
    said = own[-1:] or [(when, met) for _, when, met in counts]
    found = sum(met for _, met in said) / len(said) if said else _MIDDLING
    return _MIDDLING + _LEFT * (found - _MIDDLING)


def _published_average(facts: Facts, criteria_set: CriteriaSet, month: Month) -> float:
    """Return the province's average on a set, as published for the months before and after a month."""
    points = sorted(
        (_middle(figure.period.earliest, figure.period.latest), figure.value)
        for figure in facts.figures
        if figure.metric == "average-criteria"
        and figure.district is None
        and figure.criteria_set
        and criteria_set.id.endswith(figure.criteria_set)
    )
    here = _number(month)
    if not points:
        return _MIDDLING
    if here >= points[-1][0]:
        return points[-1][1] + _RISE * (here - points[-1][0])
    if here <= points[0][0]:
        return points[0][1]
    (x0, y0), (x1, y1) = next(pair for pair in pairwise(points) if pair[1][0] > here)
    return y0 + (y1 - y0) * (here - x0) / (x1 - x0)


def _number(month: Month) -> int:
    return month.year * 12 + month.month


def _between(first: Month, last: Month) -> int:
    return _number(last) - _number(first)


def _middle(first: Month, last: Month) -> float:
    return (_number(first) + _number(last)) / 2
