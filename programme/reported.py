"""What a commune's newest monthly report says of the criteria of one set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from base.clock import Month
from programme.criteria import CriteriaSet, Result


@dataclass(frozen=True, slots=True)
class Reported:
    """The criteria of one commune as of a month, from the newest report up to it.

    Attributes
    ----------
    unit, set_id
        Code of the commune, and the criteria set that the report is on.
    size
        Number of criteria of the set: the denominator.
    period
        Month that the report speaks of; it may be earlier than the month asked for.
    results
        Result by code of every criterion of the set, in number order; ``None`` where the officer left it
        open. Indicators are not in it.
    met
        Number of criteria reported as met. "Not applicable" is not counted: whether it counts is not in our
        sources.
    failing, absent, open
        Codes of the criteria that are not met, not applicable, and left open, in number order.
    """

    unit: str
    set_id: str
    size: int
    period: Month
    results: Mapping[str, Result | None] = field(hash=False)
    met: int
    failing: tuple[str, ...]
    absent: tuple[str, ...]
    open: tuple[str, ...]

    @property
    def blank(self) -> bool:
        """Whether the report says nothing of the commune."""
        return len(self.open) == len(self.results)

    @property
    def all_met(self) -> bool:
        """Whether every criterion is met or not applicable, and at least one is met."""
        return self.met > 0 and not self.failing and not self.open


def report_of(unit: str, criteria_set: CriteriaSet, period: Month, results: Mapping[str, Result | None]) -> Reported:
    """Make the report of one commune; a criterion that ``results`` does not name is open."""
    said = {code: results.get(code) for code in criterion_codes(criteria_set)}
    by_result: dict[Result | None, list[str]] = {"met": [], "not-met": [], "not-applicable": [], None: []}
    for code, result in said.items():
        by_result[result].append(code)
    return Reported(
        unit=unit,
        set_id=criteria_set.id,
        size=criteria_set.size,
        period=period,
        results=said,
        met=len(by_result["met"]),
        failing=tuple(by_result["not-met"]),
        absent=tuple(by_result["not-applicable"]),
        open=tuple(by_result[None]),
    )


@cache
def _numbers(size: int) -> tuple[str, ...]:
    return tuple(str(number + 1) for number in range(size))


def criterion_codes(criteria_set: CriteriaSet) -> tuple[str, ...]:
    """Return the codes of a set's criteria in number order, also of a set that is known by name only."""
    return _numbers(criteria_set.size)


def reported_from(
    criteria_set: CriteriaSet, newest: Mapping[str, Mapping[str, tuple[Month, Result | None]]]
) -> dict[str, Reported]:
    """Arrange results by unit as :class:`Reported`; a unit without any reported criterion is left out.

    Parameters
    ----------
    criteria_set
        The set the results are on.
    newest
        Unit, then code, to the month of the newest report on it and what that says.
    """
    found = {}
    for unit, results in newest.items():
        periods = [period for period, _ in results.values()]
        if periods:
            said = {code: result for code, (_, result) in results.items()}
            found[unit] = report_of(unit, criteria_set, max(periods), said)
    return found
