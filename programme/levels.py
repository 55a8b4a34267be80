"""Which level a commune holds in a month, by rules that invent nothing (docs/adr/0004-level-rules.md).

a. Recognised from the decision date; without one, from the last month of the stated year.
   A date known only as an interval counts from its latest month.
b. A level holds until a withdrawal decided by then; a withdrawal takes the higher levels too, and a
   later recognition holds again. After it the commune is *chưa đạt*, with the withdrawal as its basis.
c. *Chưa đạt* only from evidence: a monthly report of the year with a criterion not met, a sourced count
   under the full number, a standard-level target or carried-over row of that year's or a later
   directive, or absence from a list of names that is complete at its date. Evidence of "not yet" speaks
   for earlier months too (a report only from its own month on), but never for later years: a report, a
   count and a directive hold to the end of their year, a complete list only to its date.
   (Carried on without end they would contradict the published totals: see docs/adr.)
d. *Đạt 19/19, chưa công nhận* only if a source names the commune with all criteria met, or its newest
   report of the year has every criterion met or not applicable; that too holds to the end of the year,
   because the recognition may follow on a date nobody published.
e. Else *chưa có nguồn công bố*.
f. A unit that a reorganisation made is *chưa đánh giá* until a fact speaks of itself (:mod:`layers.context`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, Protocol, TypeVar

from base.clock import Month
from programme.records import LEVELS, CriteriaCount, Level, PublishedFigure, Recognition, Target
from programme.reported import Reported
from programme.units import Unit

Status = Literal["model", "advanced", "standard", "met", "below", "unknown", "new-unit", "outside"]
RECOGNISED: Final = frozenset(LEVELS)
_R = TypeVar("_R", Recognition, CriteriaCount)
Basis = Recognition | CriteriaCount | Target | PublishedFigure | Reported


class LevelFacts(Protocol):
    """The part of :class:`store.facts.Facts` that the level rules read."""

    def __hash__(self) -> int: ...
    @property
    def units(self) -> Mapping[str, Unit]: ...  # noqa: D102
    @property
    def recognitions(self) -> Sequence[Recognition]: ...  # noqa: D102
    @property
    def targets(self) -> Sequence[Target]: ...  # noqa: D102
    @property
    def criteria_counts(self) -> Sequence[CriteriaCount]: ...  # noqa: D102
    @property
    def figures(self) -> Sequence[PublishedFigure]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class LevelStatus:
    """The level of one commune in one month and what it rests on.

    ``rule`` is the letter of the rule above (empty for units outside the programme); ``basis`` is the
    fact that decided, if a single one did: a recognition or withdrawal, a report, a count, a target, or a
    published figure whose list of names is complete.
    """

    status: Status
    rule: Literal["a", "b", "c", "d", "e", "f", ""]
    basis: Basis | None = None

    @property
    def recognised(self) -> bool:
        """Whether the commune holds any level."""
        return self.status in RECOGNISED

    @property
    def withdrawn(self) -> bool:
        """Whether the commune lost its recognition and has none since."""
        return self.rule == "b"


@dataclass(frozen=True, slots=True)
class CompleteList:
    """A published total of recognised communes with the codes of all of them."""

    figure: PublishedFigure
    names: frozenset[str]


def held_levels(recognitions: Iterable[Recognition], month: Month) -> dict[Level, Recognition]:
    """Return the levels held in ``month`` with the recognition each rests on (rules a and b).

    Whoever holds a level holds the lower ones, on the recognition of its own level where there is one.
    """
    decided = [r for r in recognitions if r.held_from is not None and r.held_from.latest <= month]
    granted = [r for r in decided if r.counts]
    withdrawn = [r for r in decided if r.action == "withdraw"]
    held: dict[Level, Recognition] = {}
    for rank, level in enumerate(LEVELS):
        taken = [w for w in withdrawn if LEVELS.index(w.level) <= rank]
        own = [r for r in granted if LEVELS.index(r.level) >= rank and all(_after(r, w) for w in taken)]
        # What was entered last stands first; the level's own recognition says more than a higher one.
        if own:
            held[level] = next((r for r in own if r.level == level), own[0])
    return held


def _after(recognition: Recognition, withdrawal: Recognition) -> bool:
    """Tell whether a recognition is certainly later than a withdrawal, and so not ended by it."""
    granted, ended = recognition.held_from, withdrawal.held_from
    if granted is None or ended is None:
        return False
    if granted.day and ended.day:
        return granted.day > ended.day
    return granted.earliest > ended.latest


def withdrawal_in(recognitions: Iterable[Recognition], month: Month) -> Recognition | None:
    """Return the newest withdrawal of the standard level decided by ``month``."""
    found = [
        (r.held_from.latest, r)
        for r in recognitions
        if r.action == "withdraw" and r.level == LEVELS[0] and r.held_from is not None and r.held_from.latest <= month
    ]
    return max(found, key=lambda pair: pair[0], default=(month, None))[1]


@dataclass(frozen=True)
class _Known:
    """The facts that the rules read, arranged by unit."""

    recognitions: Mapping[str, Sequence[Recognition]]
    counts: Mapping[str, Sequence[CriteriaCount]]
    targets: Sequence[Target]
    complete: Sequence[CompleteList]
    reported: Mapping[str, Reported]


def levels_in(
    facts: LevelFacts, month: Month, reported: Mapping[str, Reported] | None = None
) -> dict[str, LevelStatus]:
    """Return the level of every unit in ``month``, by unit code.

    Units outside the programme get ``outside``; a unit that no fact speaks of gets ``unknown``.
    ``reported`` is the newest monthly report of each unit up to ``month``; without one, none is known.
    """
    known = _Known(
        recognitions=_by_unit(facts.recognitions),
        counts=_by_unit([count for count in facts.criteria_counts if count.of_standard]),
        targets=[row for row in facts.targets if row.level == "standard" and row.kind in {"new", "carried_over"}],
        complete=complete_lists(facts),
        reported={code: r for code, r in (reported or {}).items() if r.period.year == month.year},
    )
    return {code: _level(unit, month, known) for code, unit in facts.units.items()}


def _by_unit(records: Iterable[_R]) -> dict[str, list[_R]]:
    grouped: dict[str, list[_R]] = {}
    for record in records:
        grouped.setdefault(record.unit, []).append(record)
    return grouped


def _level(unit: Unit, month: Month, known: _Known) -> LevelStatus:
    if not unit.in_programme:
        return LevelStatus("outside", "")
    recognitions = known.recognitions.get(unit.code, ())
    held = held_levels(recognitions, month)
    for level in reversed(LEVELS):
        if level in held:
            return LevelStatus(level, "a", held[level])
    withdrawal = withdrawal_in(recognitions, month)
    ended = withdrawal.held_from.latest if withdrawal and withdrawal.held_from else None
    met = _met(unit.code, month, known)
    if met and (ended is None or _month_of(met) > ended):
        return LevelStatus("met", "d", met)
    if withdrawal:
        return LevelStatus("below", "b", withdrawal)
    if evidence := _not_yet(unit, month, known):
        return LevelStatus("below", "c", evidence)
    return LevelStatus("unknown", "e")


def _month_of(count: CriteriaCount | Reported) -> Month:
    return count.period if isinstance(count, Reported) else count.period.latest


def _met(code: str, month: Month, known: _Known) -> CriteriaCount | Reported | None:
    """Return what is newest of the year up to ``month`` if it says that all criteria were met (rule d)."""
    counts = known.counts.get(code, ())
    past = [c for c in counts if c.period.latest <= month and c.period.latest.year == month.year]
    newest = max(past, key=lambda c: c.period.latest, default=None)
    report = known.reported.get(code)
    if report and not report.blank and (newest is None or newest.period.latest <= report.period):
        return report if report.all_met else None
    return newest if newest and newest.met == newest.total else None


def _not_yet(unit: Unit, month: Month, known: _Known) -> CriteriaCount | Target | PublishedFigure | Reported | None:
    """Return the evidence that the commune was not recognised in ``month`` (rule c)."""
    report = known.reported.get(unit.code)
    if report and report.failing:
        return report
    for count in known.counts.get(unit.code, ()):
        if count.met != count.total and month.year <= count.period.earliest.year:
            return count
    for target in known.targets:
        if target.unit == unit.code and month.year <= target.year:
            return target
    for listed in known.complete:
        speaks_of = listed.figure.district in {None, unit.district_code} and unit.code not in listed.names
        if speaks_of and month <= listed.figure.period.earliest:
            return listed.figure
    return None


@lru_cache(maxsize=8)
def complete_lists(facts: LevelFacts) -> tuple[CompleteList, ...]:
    """Return the published totals of recognised communes whose names are all known; worked out once for all months.

    A list is complete at its date when as many communes are known by name as the source counts;
    every other commune of that province or district was then not recognised.
    """
    by_unit = _by_unit(facts.recognitions)
    complete = []
    for figure in facts.figures:
        if figure.metric != "recognised" or figure.status:
            continue
        names = frozenset(
            code
            for code, recognitions in by_unit.items()
            if figure.district in {None, facts.units[code].district_code}
            and "standard" in held_levels(recognitions, figure.period.latest)
        )
        if len(names) == figure.value:
            complete.append(CompleteList(figure, names))
    return tuple(complete)
