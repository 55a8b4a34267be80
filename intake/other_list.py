"""Recognising a workbook that was filled by the unit list of another time: codes were given to other communes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from base.clock import Month
from base.errors import Fault, NtmError
from geo.boundaries import versions_of
from intake.communes import CommuneFinder
from intake.monthly_columns import UNIT_CODE, UNIT_NAME
from intake.scope import facts_in
from intake.sheets import Value, Workbook
from intake.table import Table
from programme.territory import mergers_of
from store.queries import LedgerFacts

Key = tuple[Value, Value]


def other_list(workbook: Workbook, grid: Table, facts: LedgerFacts, period: Month) -> Fault | None:
    """Return the fault of a workbook whose codes and names fit a list of another time better than its month's.

    Parameters
    ----------
    workbook, grid
        The file and its table of communes.
    facts
        What is known for the units of the month.
    period
        The month that the workbook is of.

    Returns
    -------
    ``None`` when its own list fits as well: a code without a name belongs to either.
    """
    keys = [(row.values.get(UNIT_CODE), row.values.get(UNIT_NAME)) for row in grid.rows]
    own = _fitting(keys, facts)
    if own == len(keys):
        return None
    fits = {month: _fitting(keys, facts_in(facts, month)) for month in _beginnings(facts)}
    other = max(fits, key=lambda month: fits[month], default=period)
    if fits.get(other, 0) <= own:
        return None
    message = (
        "{count} dòng ghi mã và tên theo danh mục xã đến tháng {last}, nhưng báo cáo tháng {month} phải theo danh mục "
        "từ tháng {first}: nhiều mã nay là của xã khác. Hãy tải biểu mẫu của tháng {month} rồi chép số liệu sang."
        if other < period
        else "{count} dòng ghi mã và tên theo danh mục xã từ tháng {first}, nhưng báo cáo tháng {month} phải theo "
        "danh mục đến tháng {last}: nhiều mã khi đó là của xã khác. Hãy tải biểu mẫu của tháng {month} rồi chép số "
        "liệu sang."
    )
    first = other if other > period else max(month for month in _beginnings(facts) if month <= period)
    params = (("count", fits[other]), ("first", first.label), ("last", first.plus(-1).label), ("month", period.label))
    return Fault(workbook.name, None, None, message, params, grid.sheet.name)


def _beginnings(facts: LedgerFacts) -> Iterator[Month]:
    """Yield the first month of every unit list that the province, or what it went into, has had."""
    origin = facts.part or facts.province
    yield from (entry.first_month for entry in versions_of(origin) if entry.id == entry.units_of)
    for first, place in mergers_of(origin):
        later = (entry.first_month for entry in versions_of(place.province) if entry.id == entry.units_of)
        yield from (max(first, month) for month in later)


@lru_cache(maxsize=8)
def _finder(facts: LedgerFacts) -> CommuneFinder:
    """Arrange the units of a list once for all files: facts of one version never change."""
    return CommuneFinder(facts.units)


def _fitting(keys: list[Key], facts: LedgerFacts) -> int:
    """Count the rows whose code and name are those of one unit."""
    finder = _finder(facts)

    def fits(code: Value, name: Value) -> bool:
        try:
            finder.find(code, name)
        except NtmError:
            return False
        return True

    return sum(fits(*key) for key in keys)
