"""When reports are due: before the 15th to the Coordination Office, before the 20th to the province.

Directives 04/CT-UBND of 2022 and 05/CT-UBND of 2024: "trước ngày 15 hằng tháng và tháng cuối quý" for the
districts, "trước ngày 20" for the Coordination Office. The days are data of the province
(:class:`programme.province.Reporting`). All dates are dates in Viet Nam; what day it is there is the
caller's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from base.clock import Month
from programme.province import Reporting

Kind = Literal["month", "quarter", "half-year"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """The day before which the report of ``period`` must be in.

    ``kind`` tells what the report of that month also is: in the last month of a quarter it is the
    quarterly one, too.
    """

    period: Month
    before: date
    kind: Kind


def deadline(rule: Reporting, period: Month) -> Deadline | None:
    """Return when the districts' report of ``period`` is due at the Coordination Office.

    The report of a month is due in that month itself ("trước ngày 15 hằng tháng"). ``None`` when the
    province reports half-yearly and ``period`` does not end a half year.
    """
    return _deadline(rule, period, rule.district_before_day)


def office_deadline(rule: Reporting, period: Month) -> Deadline | None:
    """Return when the Coordination Office's report of ``period`` is due at the provincial People's Committee.

    ``None`` as for :func:`deadline`.
    """
    return _deadline(rule, period, rule.office_before_day)


def days_late(due: Deadline, received: date) -> int:
    """Return by how many days a report is late; 0 when it is in time.

    "Trước ngày 15" is read literally: handed in on the 14th it is in time, on the 15th one day late.
    """
    return max(0, (received - due.before).days + 1)


def _deadline(rule: Reporting, period: Month, day: int) -> Deadline | None:
    before = date(period.year, period.month, day)
    if rule.half_yearly_from and period >= Month.parse(rule.half_yearly_from):
        return Deadline(period, before, "half-year") if period.month % 6 == 0 else None
    return Deadline(period, before, "quarter" if period.month % 3 == 0 else "month")
