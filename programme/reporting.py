"""Who has handed in the report of a month: in time, late, missing, or not yet due.

A report is a district's; where there are no districts, a commune's (:func:`programme.units.reporters_of`). The
first file of a month decides whether it was in time (directives 04/CT-UBND of 2022 and
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
from programme.units import District

State = Literal["in-time", "late", "missing", "pending", "not-started", "not-due", "handed-in", "not-handed-in"]


class Report(Protocol):
    """The part of a receipt (:class:`store.ledger.Receipt`) that the rules read.

    ``id`` rises with every file; ``district`` is the code of a district or commune, the key of a former province
    for a workbook of its area, and empty for one of the whole province.
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
    """The report of one district, or of one commune where there are no districts, for one month.

    Attributes
    ----------
    state
        ``in-time``; ``late``; ``missing`` (overdue); ``pending`` (not there, still in time); ``not-started``
        (nobody has reported up to this month); ``not-due`` (no report is asked for in this month).
        Without a deadline on record it is only ``handed-in`` or ``not-handed-in``.
    days
        Days late, or overdue at the day looked at; 0 in every other state.
    reports
        Files of the reporter and of a whole that it is part of, for the month, the first one received first.
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


def district_reports(  # noqa: PLR0913 - a month, its rule, and who is looked at
    due: Deadline | None,
    reports: Sequence[R],
    reporters: Iterable[District],
    period: Month,
    day: date,
    *,
    ruled: bool = True,
) -> dict[str, DistrictReport[R]]:
    """Return the report of every reporter for a month, by code.

    Parameters
    ----------
    due
        The month's deadline; ``None`` when no report is asked for.
    reports
        Every monthly file of the province, in any order.
    reporters
        Districts, or communes where there are none.
    day
        The day on which one looks: what is not there by then is missing or pending.
    ruled
        Whether deadlines are on record at all; without, nobody is late.
    """
    started = first_month(reports)
    of_month = sorted((r for r in reports if r.period == period), key=lambda r: (r.received, r.id))
    found = {one.code: tuple(r for r in of_month if r.district in one.covering) for one in reporters}
    begun = started is not None and started <= period
    if not ruled:
        return {code: _unruled(files, begun=begun) for code, files in found.items()}
    return {code: _state(due, files, day, begun=begun) for code, files in found.items()}


def _unruled(found: tuple[R, ...], *, begun: bool) -> DistrictReport[R]:
    if found:
        return DistrictReport("handed-in", 0, found)
    return DistrictReport("not-handed-in" if begun else "not-started")


def _state(due: Deadline | None, found: tuple[R, ...], day: date, *, begun: bool) -> DistrictReport[R]:
    if found:
        late = days_late(due, found[0].received) if due else 0
        return DistrictReport("late" if late else "in-time", late, found)
    if not begun:
        return DistrictReport("not-started")
    if due is None:
        return DistrictReport("not-due")
    overdue = days_late(due, day)
    return DistrictReport("missing" if overdue else "pending", overdue)
