"""Who has handed in the report of a month: in time, late, missing, or not yet due.

The first file of a month decides whether a district was in time (directives 04/CT-UBND of 2022 and
05/CT-UBND of 2024, see :mod:`programme.deadlines`); a corrected file does not make it late. Nobody is late
for a month before the first one that anybody reported through the system.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Literal, Protocol, TypeVar

from base.clock import Month
from programme.deadlines import Deadline, days_late

State = Literal["in-time", "late", "missing", "pending", "not-started", "not-due"]


class Report(Protocol):
    """The part of a receipt (:class:`store.ledger.Receipt`) that the rules read.

    ``id`` rises with every file; ``district`` is empty for a workbook of the whole province.
    """

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def district(self) -> str: ...  # noqa: D102
    @property
    def period(self) -> Month | None: ...  # noqa: D102
    @property
    def received(self) -> date: ...  # noqa: D102


R = TypeVar("R", bound=Report)


@dataclass(frozen=True, slots=True)
class DistrictReport(Generic[R]):
    """The report of one district for one month.

    Attributes
    ----------
    state
        ``in-time``; ``late``; ``missing`` (overdue); ``pending`` (not there, still in time); ``not-started``
        (nobody has reported up to this month); ``not-due`` (no report is asked for in this month).
    days
        Days late, or overdue at the day looked at; 0 in every other state.
    reports
        Files of the district and of the whole province for the month, the first one received first.
    """

    state: State
    days: int = 0
    reports: tuple[R, ...] = ()

    @property
    def first(self) -> R | None:
        """The file that decides; ``None`` when nothing was handed in."""
        return self.reports[0] if self.reports else None

    @property
    def newest(self) -> R | None:
        """The file that was recorded last, the one in force."""
        return max(self.reports, key=lambda report: report.id, default=None)

    @property
    def corrections(self) -> int:
        """How many files followed the first one."""
        return max(0, len(self.reports) - 1)


def first_month(reports: Iterable[Report]) -> Month | None:
    """Return the first month that anybody reported: the system is in use from then on. ``None``: not yet."""
    return min((report.period for report in reports if report.period), default=None)


def district_reports(
    due: Deadline | None, reports: Sequence[R], districts: Iterable[str], period: Month, day: date
) -> dict[str, DistrictReport[R]]:
    """Return the report of every district for a month.

    Parameters
    ----------
    due
        The month's deadline; ``None`` when no report is asked for.
    reports
        Every monthly file of the province, in any order.
    districts
        Codes.
    day
        The day on which one looks: what is not there by then is missing or pending.
    """
    started = first_month(reports)
    of_month = sorted((r for r in reports if r.period == period), key=lambda r: (r.received, r.id))
    return {
        code: _state(due, tuple(r for r in of_month if r.district in {"", code}), started, period, day)
        for code in districts
    }


def _state(
    due: Deadline | None, found: tuple[R, ...], started: Month | None, period: Month, day: date
) -> DistrictReport[R]:
    if found:
        late = days_late(due, found[0].received) if due else 0
        return DistrictReport("late" if late else "in-time", late, found)
    if started is None or period < started:
        return DistrictReport("not-started")
    if due is None:
        return DistrictReport("not-due")
    overdue = days_late(due, day)
    return DistrictReport("missing" if overdue else "pending", overdue)
