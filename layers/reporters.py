"""Who reports in the month shown, by when, and in what state each report is; the words are those of the reporters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from layers.breaks import begins
from layers.context import LayerContext
from programme.deadlines import Deadline, deadline
from programme.province import Reporting, province_of
from programme.reporting import DistrictReport, State, district_reports, first_month
from programme.units import District, reporters_of, without_districts
from store.ledger import Receipt

Report = DistrictReport[Receipt]
#: Most urgent first: the order of the list, and the class of the province's own row.
URGENT: Final[tuple[State, ...]] = (
    *("missing", "late", "pending", "not-handed-in", "in-time", "handed-in", "not-due", "not-started"),
)
#: States of those whose report is there.
THERE: Final[frozenset[State]] = frozenset({"in-time", "late", "handed-in"})
_SENTENCES: Final[dict[State, str]] = {
    "in-time": "nộp báo cáo tháng {month} đúng hạn",
    "late": "nộp báo cáo tháng {month} chậm {days} ngày",
    "missing": "chưa nộp báo cáo tháng {month}, quá hạn {days} ngày",
    "pending": "chưa nộp báo cáo tháng {month}, còn hạn",
    "not-due": "tháng {month} không phải kỳ báo cáo",
    "not-started": "trong hệ thống chưa có báo cáo nào đến tháng {month}",
    "handed-in": "đã nộp báo cáo tháng {month}",
    "not-handed-in": "chưa nộp báo cáo tháng {month}",
}


def by_commune(context: LayerContext) -> bool:
    """Tell whether communes report, because districts are only former groupings of them."""
    return without_districts(context.units.values())


def reporters(context: LayerContext) -> Mapping[str, District]:
    """Return who reports in the month by code: districts, or communes where there are none."""
    return reporters_of(context.units.values())


def rule_of(context: LayerContext) -> Reporting | None:
    """Return when reports are due in the province that is reported to; ``None`` when no source says it."""
    own = context.province.key == context.facts.province
    return context.province.reporting if own else province_of(context.facts.province).reporting


def due_of(context: LayerContext) -> Deadline | None:
    """Return the deadline of the month; ``None`` when no report is asked for, or no deadline is on record."""
    rule = rule_of(context)
    return deadline(rule, context.month) if rule else None


def day_of(context: LayerContext) -> date:
    """Return the day on which one looks: the last of the month, or today while the month lasts."""
    return min(context.month.last_day, context.day)


def reports_of(context: LayerContext) -> dict[str, Report]:
    """Return the report of every reporter for the context's month, by code; what is not there as of :func:`day_of`."""
    return district_reports(
        due_of(context),
        context.facts.reports,
        reporters(context).values(),
        context.month,
        day_of(context),
        ruled=rule_of(context) is not None,
    )


def sentence(report: Report, context: LayerContext) -> str:
    """Return ``chưa nộp báo cáo tháng 05/2025, quá hạn 3 ngày``."""
    return context.t(_SENTENCES[report.state], month=context.month.label, days=report.days)


def counts_of(reports: Mapping[str, Report]) -> dict[State, int]:
    """Return how many reports are in each state."""
    return {state: sum(report.state == state for report in reports.values()) for state in URGENT}


def headline(context: LayerContext, reports: Mapping[str, Report]) -> str:
    """Return the sentence over the map: ``8/10 huyện, thành phố đã nộp báo cáo tháng 05/2025; 2 nộp chậm``."""
    t, month = context.t, context.month.label
    counts = counts_of(reports)
    if started := _not_started(context, counts):
        return started
    if counts["not-due"] == len(reports):
        return t("Tháng {month} không phải kỳ báo cáo.", month=month)
    words = (
        "{count}/{total} xã đã nộp báo cáo tháng {month}"
        if by_commune(context)
        else "{count}/{total} huyện, thành phố đã nộp báo cáo tháng {month}"
    )
    there = sum(counts[state] for state in THERE)
    missing = counts["missing"] + counts["not-handed-in"]
    parts = [
        t("{count} nộp chậm", count=counts["late"]) if counts["late"] else "",
        t("{count} chưa nộp", count=missing) if missing else "",
        t("{count} chưa nộp, còn hạn", count=counts["pending"]) if counts["pending"] else "",
        t("chưa có nguồn về hạn nộp") if rule_of(context) is None else "",
    ]
    more = ", ".join(part for part in parts if part)
    text = t(words, count=there, total=len(reports), month=month)
    return f"{text}; {more}" if more else text


def _not_started(context: LayerContext, counts: Mapping[State, int]) -> str:
    """Return why nobody is late before the first report; empty once there is one."""
    t, first, entry = context.t, first_month(context.facts.reports), context.boundary.entry
    if first is None and entry.reorganised:
        since = begins(entry).label
        return t("Từ khi sắp xếp đơn vị hành chính ({month}) chưa có báo cáo tháng nào.", month=since)
    if first is None:
        return t("Trong hệ thống chưa có báo cáo tháng nào.")
    if not counts["not-started"]:
        return ""
    return t(
        "Đến tháng {month} trong hệ thống chưa có báo cáo nào; báo cáo đầu tiên là của tháng {first}.",
        month=context.month.label,
        first=first.label,
    )
