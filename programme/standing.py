"""How many criteria a commune meets, as far as anybody says: its report, else a published count.

A published count is no report and is always told apart. Counts on another set, earlier or of a higher level,
are never put into the bands of the set in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from base.clock import Month
from programme.criteria import Result
from programme.records import CriteriaCount
from programme.reported import Reported


@dataclass(frozen=True, slots=True)
class Standing:
    """The number of criteria met by one commune.

    Attributes
    ----------
    low, high
        The number lies between these; they differ where a report left criteria open or a source gives a
        range. Criteria that are not applicable are in neither.
    size
        Number of criteria of the set it is on.
    basis
        The report or the published count it rests on.
    current
        Whether it is on the set in force in the month; only then ``low`` may be put into its bands.
    """

    low: int
    high: int
    size: int
    basis: Reported | CriteriaCount
    current: bool

    @property
    def at_least(self) -> bool:
        """Whether more criteria than ``low`` may be met."""
        return self.low < self.high

    @property
    def is_report(self) -> bool:
        """Whether it rests on a report; else on a published count."""
        return isinstance(self.basis, Reported)


def standings(
    reported: Mapping[str, Reported], counts: Iterable[CriteriaCount], set_id: str, month: Month
) -> dict[str, Standing]:
    """Return what is known of each commune in ``month``; communes of which nothing is known are left out.

    A report with any result comes first, then the newest published count on the set in force, then the newest
    one on another set of the standard level, then one on a set of a higher level.

    Parameters
    ----------
    reported
        Newest report of each commune on the set in force.
    counts
        Published counts of every commune and date.
    set_id
        Set in force in the month.
    """
    found = {code: _of_report(report) for code, report in reported.items() if not report.blank}
    known = [c for c in counts if c.period.latest <= month]
    best = sorted(known, key=lambda c: (c.criteria_set != set_id, not c.of_standard, _newest_first(c.period.latest)))
    for count in best:
        low, high = _bounds(count)
        found.setdefault(count.unit, Standing(low, high, count.total, count, count.criteria_set == set_id))
    return found


def _newest_first(month: Month) -> int:
    return -(month.year * 12 + month.month)


def _of_report(report: Reported) -> Standing:
    return Standing(report.met, report.met + len(report.open), report.size, report, current=True)


def _bounds(count: CriteriaCount) -> tuple[int, int]:
    if count.met is not None:
        return count.met, count.met
    low, _, high = count.range.partition("-")
    return int(low), int(high or low)


def results_of(standing: Standing) -> Mapping[str, Result | None]:
    """Return the result of every criterion by code, ``None`` where it is not known.

    A published count tells single criteria only when all are met or when it names those that are not.
    """
    basis = standing.basis
    if isinstance(basis, Reported):
        return basis.results
    complete = basis.met is not None and len(basis.unmet) == basis.total - basis.met
    other: Result | None = "met" if complete else None
    return {str(number + 1): "not-met" if number + 1 in basis.unmet else other for number in range(basis.total)}
