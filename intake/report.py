"""A monthly report without faults, beside what was known before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from intake.scope import Scope
from programme.criteria import Assessment, Result
from store.ledger import Receipt

Results = Mapping[str, Result | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row says of one criterion or indicator of a commune, and where.

    ``result`` is ``None`` where it is left open; ``value`` is the measured value, ``None`` without one.
    """

    result: Result | None
    value: float | str | None
    sheet: str
    cell: str


@dataclass(frozen=True)
class Report:
    """What a file says and what it takes the place of.

    Attributes
    ----------
    scope
        Its place, month and criteria set.
    entries
        By commune and code: every criterion, and the indicators that are filled.
    small_shares
        Cells with a share between 0 and 1 %: perhaps a fraction that was meant as per cent.
    unread
        Headings of columns that nothing reads.
    known
        The newest assessments before it, by commune and code.
    earlier
        The reports for the same place and month, newest first; the file supersedes the first.
    """

    scope: Scope
    entries: Mapping[tuple[str, str], Entry]
    small_shares: tuple[str, ...]
    unread: tuple[str, ...]
    known: Mapping[str, Mapping[str, Assessment]]
    earlier: tuple[Receipt, ...]

    @cached_property
    def taken_back(self) -> frozenset[tuple[str, str]]:
        """Indicators, by commune and code, that an earlier report for the same month has and this one leaves empty."""
        own = {receipt.id for receipt in self.earlier}
        return frozenset(
            (unit.code, code)
            for unit in self.scope.units
            for code, found in self.known.get(unit.code, {}).items()
            if (unit.code, code) not in self.entries
            and found.submission in own
            and not (found.result is None and found.value is None)
        )

    @cached_property
    def before(self) -> Mapping[str, Results]:
        """The known results of every commune by code; of criteria and indicators."""
        return {
            unit.code: {code: found.result for code, found in self.known.get(unit.code, {}).items()}
            for unit in self.scope.units
        }

    @cached_property
    def after(self) -> Mapping[str, Results]:
        """The results of every commune once the report is stored."""
        results = {unit: dict(known) for unit, known in self.before.items()}
        for (unit, code), entry in self.entries.items():
            results[unit][code] = entry.result
        for unit, code in self.taken_back:
            results[unit][code] = None
        return results

    def met(self, results: Results) -> int | None:
        """Return how many criteria are met; ``None`` when none was ever reported."""
        codes = [criterion.code for criterion in self.scope.criteria_set.criteria]
        if not any(code in results for code in codes):
            return None
        return sum(results.get(code) == "met" for code in codes)
