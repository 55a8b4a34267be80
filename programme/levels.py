"""Which level a commune holds in a month, by rules that invent nothing (docs/adr/0004-level-rules.md).

a. Recognised from the decision date; without one, from the last month of the stated year.
   A date known only as an interval counts from its latest month.
b. A level holds until a withdrawal (none is published so far).
c. *Chưa đạt* only from evidence: a sourced count under the full number, a standard-level target or
   carried-over row of that year's or a later directive, or absence from a list of names that is
   complete at its date. Evidence of "not yet" speaks for earlier months too, but never for later
   years: a count and a directive hold to the end of their year, a complete list only to its date.
   (Carried on without end they would contradict the published totals: see docs/adr.)
d. *Đạt 19/19, chưa công nhận* only if a source names the commune with all criteria met; that too
   holds to the end of the year, because the recognition may follow on a date nobody published.
e. Else *chưa có nguồn công bố*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeVar

from base.clock import Month
from programme.records import LEVELS, CriteriaCount, Level, PublishedFigure, Recognition, Target
from programme.units import Unit

Status = Literal["model", "advanced", "standard", "met", "below", "unknown", "outside"]
RECOGNISED: Final = frozenset(LEVELS)
_R = TypeVar("_R", Recognition, CriteriaCount)


class LevelFacts(Protocol):
    """The part of :class:`store.facts.Facts` that the level rules read."""

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
    fact that decided, if a single one did: a recognition, a count, a target, or a published figure
    whose list of names is complete.
    """

    status: Status
    rule: Literal["a", "c", "d", "e", ""]
    basis: Recognition | CriteriaCount | Target | PublishedFigure | None = None

    @property
    def recognised(self) -> bool:
        """Whether the commune holds any level."""
        return self.status in RECOGNISED


@dataclass(frozen=True, slots=True)
class CompleteList:
    """A published total of recognised communes with the codes of all of them."""

    figure: PublishedFigure
    names: frozenset[str]


def held_levels(recognitions: Iterable[Recognition], month: Month) -> dict[Level, Recognition]:
    """Return the levels held in ``month`` with the recognition each rests on (rules a and b)."""
    held: dict[Level, Recognition] = {}
    for recognition in recognitions:
        since = recognition.held_from
        if recognition.counts and since is not None and since.latest <= month:
            held.setdefault(recognition.level, recognition)
    return held


@dataclass(frozen=True)
class _Known:
    """The facts that the rules read, arranged by unit."""

    recognitions: Mapping[str, Sequence[Recognition]]
    counts: Mapping[str, Sequence[CriteriaCount]]
    targets: Sequence[Target]
    complete: Sequence[CompleteList]


def levels_in(facts: LevelFacts, month: Month) -> dict[str, LevelStatus]:
    """Return the level of every unit in ``month``, by unit code.

    Units outside the programme get ``outside``; a unit that no fact speaks of gets ``unknown``.
    """
    known = _Known(
        recognitions=_by_unit(facts.recognitions),
        counts=_by_unit([count for count in facts.criteria_counts if count.of_standard]),
        targets=[row for row in facts.targets if row.level == "standard" and row.kind in {"new", "carried_over"}],
        complete=complete_lists(facts),
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
    held = held_levels(known.recognitions.get(unit.code, ()), month)
    for level in reversed(LEVELS):
        if level in held:
            return LevelStatus(level, "a", held[level])
    if met := _met(known.counts.get(unit.code, ()), month):
        return LevelStatus("met", "d", met)
    if evidence := _not_yet(unit, month, known):
        return LevelStatus("below", "c", evidence)
    return LevelStatus("unknown", "e")


def _met(counts: Sequence[CriteriaCount], month: Month) -> CriteriaCount | None:
    """Return the newest count of the year up to ``month`` if it says that all criteria were met (rule d)."""
    past = [c for c in counts if c.period.latest <= month and c.period.latest.year == month.year]
    newest = max(past, key=lambda c: c.period.latest, default=None)
    return newest if newest and newest.met == newest.total else None


def _not_yet(unit: Unit, month: Month, known: _Known) -> CriteriaCount | Target | PublishedFigure | None:
    """Return the evidence that the commune was not recognised in ``month`` (rule c)."""
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


def complete_lists(facts: LevelFacts) -> list[CompleteList]:
    """Return the published totals of recognised communes whose names are all known.

    A list is complete at its date when as many communes are known by name as the source counts;
    every other commune of that province or district was then not recognised.
    """
    complete = []
    for figure in facts.figures:
        names = frozenset(
            r.unit
            for r in facts.recognitions
            if r.counts
            and r.level == "standard"
            and r.held_from is not None
            and r.held_from.latest <= figure.period.latest
            and figure.district in {None, facts.units[r.unit].district_code}
        )
        if figure.metric == "recognised" and len(names) == figure.value:
            complete.append(CompleteList(figure, names))
    return complete
