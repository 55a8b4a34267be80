"""Who is at risk of losing a recognition: decision 18/2022/QĐ-TTg of 02/08/2022, in whole numbers.

A recognition is withdrawn (a) when 30 % to under 50 % of the criteria fail and one of them is on the
decision's list (income, environment, quality of living environment, defence and security; by the set),
or (b) when 50 % or more fail. The provincial directive 05/CT-UBND of 2024 simply speaks of "trên 30%":
so 30 % is a warning, and only the full rule makes a withdrawal case. The decision is of the period
2021–2025: a set to which it is not known to apply lists no criteria and never gives a case.
Source: summaries of the decision (FACTS §3); its full text was not found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, Literal

from programme.criteria import CriteriaSet, Result

Case = Literal["a", "b"]

#: First day of the decision.
IN_FORCE: Final = date(2022, 8, 2)
#: Shares of failing criteria, in per cent: from here a warning, and case (a) with a listed criterion.
WARNING_PERCENT: Final = 30
#: From here case (b), whichever criteria fail.
MOST_PERCENT: Final = 50
#: Share of a district's communes, in per cent, whose withdrawal costs the district its own recognition.
COMMUNES_PERCENT: Final = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """What the rule says of one commune (or district) on one criteria set.

    Attributes
    ----------
    size
        Number of criteria of the set: the denominator.
    failing
        Codes of the criteria reported as not met, in number order.
    listed
        Those of ``failing`` that the decision lists.
    unknown
        Codes of the criteria without a result, in number order. They do not fail: they are unknown.
    warn
        Whether 30 % or more of the criteria fail: 6 of 19, 3 of 10.
    case
        ``a`` or ``b`` of the rule, ``None`` when it is no withdrawal case.
    open
        Whether the unknown criteria could still make it a warning, a case, or case (b) instead of (a).
    """

    size: int
    failing: tuple[str, ...]
    listed: tuple[str, ...]
    unknown: tuple[str, ...]
    warn: bool
    case: Case | None
    open: bool

    @property
    def share(self) -> Fraction:
        """Failing criteria as an exact part of all criteria of the set."""
        return Fraction(len(self.failing), self.size)


def judge(criteria_set: CriteriaSet, results: Mapping[str, Result | None]) -> Finding:
    """Apply the rule to the results of one commune in one month.

    Parameters
    ----------
    criteria_set
        The set that the results are on.
    results
        Result by code of the criterion. A criterion that is missing, or ``None``, is unknown. Codes of
        indicators may stand among them; they are not looked at.

    Notes
    -----
    The denominator is always the number of criteria of the set. Whether a criterion that is not
    applicable leaves it is not in the sources; here it stays in it and does not fail.
    The decision took effect on :data:`IN_FORCE`: a case of an earlier month says what it would have meant.
    """
    codes = [str(number + 1) for number in range(criteria_set.size)]
    failing = tuple(code for code in codes if results.get(code) == "not-met")
    unknown = tuple(code for code in codes if results.get(code) is None)
    verdict = _verdict(criteria_set, failing)
    # One more failing criterion never lightens the verdict: it is settled when all unknown ones failing leaves it.
    worst = _verdict(criteria_set, failing + unknown)
    return Finding(
        size=criteria_set.size,
        failing=failing,
        listed=tuple(code for code in failing if code in criteria_set.withdrawal_criteria),
        unknown=unknown,
        warn=verdict[0],
        case=verdict[1],
        open=worst != verdict,
    )


def _verdict(criteria_set: CriteriaSet, failing: tuple[str, ...]) -> tuple[bool, Case | None]:
    """Return whether to warn, and the case."""
    listed = criteria_set.withdrawal_criteria
    warn = _reaches(len(failing), criteria_set.size, WARNING_PERCENT)
    if not listed:
        return warn, None
    if _reaches(len(failing), criteria_set.size, MOST_PERCENT):
        return warn, "b"
    return warn, "a" if warn and not set(listed).isdisjoint(failing) else None


def _reaches(part: int, whole: int, percent: int) -> bool:
    """Whether ``part`` is ``percent`` per cent of ``whole`` or more; never of a ``whole`` of nothing."""
    return whole > 0 and 100 * part >= percent * whole


def district_loses(withdrawn: int, communes: int) -> bool:
    """Whether so many of a district's communes lost their recognition that the district loses its own.

    The decision names 30 % of the communes; :func:`judge` on the district's set is its other condition.
    """
    return _reaches(withdrawn, communes, COMMUNES_PERCENT)


def lost(before: Mapping[str, Result | None], now: Mapping[str, Result | None]) -> tuple[str, ...]:
    """Return the codes that were met before and are reported as not met now, in the order of ``before``.

    Both must be on one criteria set: a code means something else in another. Not reported now, or not
    applicable now, is not lost.
    """
    return tuple(code for code, result in before.items() if result == "met" and now.get(code) == "not-met")
