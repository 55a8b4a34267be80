"""Targets of a year: who must reach which level, what was carried over, and what came of it.

A target is attained by *năm đạt chuẩn* (the year of standard), not by the date of the decision.
"Not attained" is said only from evidence: a later directive that still lists the commune for the
same or a lower level. Everything else is "not published".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from programme.records import LEVELS, Level, Recognition, Target

Result = Literal["attained", "not-attained", "not-published"]
NAMED_KINDS: Final = frozenset({"new", "continuing", "carried_over"})


class TargetFacts(Protocol):
    """The part of :class:`store.facts.Facts` that the target rules read."""

    @property
    def targets(self) -> Sequence[Target]: ...  # noqa: D102
    @property
    def recognitions(self) -> Sequence[Recognition]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class CommuneTarget:
    """One commune's target of one year.

    ``kind`` is ``new``, ``continuing`` (tiếp tục) or ``carried_over`` (chuyển tiếp). ``row`` is the row
    it rests on: for targets carried over by a general clause, the row of the year before, with
    ``clause`` naming the clause.
    """

    unit: str
    level: Level
    year: int
    kind: str
    result: Result
    row: Target
    clause: Target | None = None

    @property
    def expected(self) -> bool:
        """Whether the directive calls the list *dự kiến*."""
        return self.row.expected


def commune_targets(facts: TargetFacts, year: int) -> list[CommuneTarget]:
    """Return every commune target of ``year``, highest level first, in the order of the source.

    Includes the unfinished targets of an earlier year when a plan of ``year`` orders them to be
    finished without naming them (2025). Empty for a year without named targets.
    """
    stated = [
        CommuneTarget(row.unit, row.level, year, row.kind, _result(facts, row, year), row)
        for row in facts.targets
        if row.year == year and row.unit is not None and row.level in LEVELS and row.kind in NAMED_KINDS
    ]
    stated += [carried for clause in _clauses(facts, year) for carried in _carried(facts, clause)]
    return sorted(stated, key=lambda target: -LEVELS.index(target.level))


def _clauses(facts: TargetFacts, year: int) -> list[Target]:
    return [row for row in facts.targets if row.year == year and row.kind == "carry_clause"]


def _carried(facts: TargetFacts, clause: Target) -> Iterable[CommuneTarget]:
    earlier = int(clause.value or clause.year - 1)
    for target in commune_targets(facts, earlier):
        if target.result != "attained":
            result = _result(facts, target.row, clause.year)
            yield CommuneTarget(target.unit, target.level, clause.year, "carried_over", result, target.row, clause)


def _result(facts: TargetFacts, row: Target, year: int) -> Result:
    rank = LEVELS.index(row.level)
    for recognition in facts.recognitions:
        reached = recognition.counts and recognition.unit == row.unit and LEVELS.index(recognition.level) >= rank
        if reached and recognition.standard_year is not None and recognition.standard_year.latest.year <= year:
            return "attained"
    still_listed = any(
        later.unit == row.unit
        and later.year > year
        and later.kind in NAMED_KINDS
        and later.level in LEVELS
        and LEVELS.index(later.level) <= rank
        for later in facts.targets
    )
    return "not-attained" if still_listed else "not-published"


def province_total(facts: TargetFacts, year: int, level: Level) -> Target | None:
    """Return the row with the province's number of new (or continuing) communes, if published."""
    for row in facts.targets:
        is_total = row.unit is None and row.district is None and row.kind in {"new", "continuing"}
        if is_total and row.year == year and row.level == level:
            return row
    return None


def named_years(facts: TargetFacts) -> list[int]:
    """Return the years with communes named as targets, ascending."""
    return sorted({row.year for row in facts.targets if row.unit is not None and row.kind in NAMED_KINDS})


def district_targets(facts: TargetFacts, year: int) -> dict[str, Target]:
    """Return the districts to become NTM districts (or the city to complete the task) in ``year``.

    The latest document wins where two name the same district; a carried-over row stays carried over.
    """
    rows = [
        r for r in facts.targets if r.year == year and r.level == "district" and r.district and r.kind in NAMED_KINDS
    ]
    return {str(row.district): row for row in sorted(rows, key=lambda row: row.document.issued)}


def minimum_of(facts: TargetFacts, year: int, district: str) -> Target | None:
    """Return the minimum number of standard communes set for a district by the end of ``year``."""
    for row in facts.targets:
        if row.year == year and row.district == district and row.level == "standard" and row.kind == "minimum":
            return row
    return None


def village_rates(facts: TargetFacts, year: int) -> dict[str, Target]:
    """Return the village rate target of each district; ``value`` is ``None`` where none is published."""
    return {
        row.district: row
        for row in facts.targets
        if row.year == year and row.kind == "minimum_rate" and row.district is not None
    }
