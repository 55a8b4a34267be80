"""Layer ``reporting``: which districts have handed in the report of the month, and how late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import pandas as pd

from base.clock import Month, day_label
from layers import words
from layers.context import LayerContext
from layers.view import Block, Figure, Item, LayerView, Mark
from programme.deadlines import Deadline, deadline, office_deadline
from programme.reporting import DistrictReport, State, district_reports, first_month
from programme.units import District
from store.ledger import Receipt

Report = DistrictReport[Receipt]
#: Most urgent first: the order of the list, and the class of the province's own row.
URGENT: Final[tuple[State, ...]] = ("missing", "late", "pending", "in-time", "not-due", "not-started")
#: What a district's area says, beside its name.
_LABELS: Final[dict[State, str]] = {
    "in-time": "✓",
    "late": "chậm {days} ngày",
    "missing": "chưa nộp",
    "pending": "chưa nộp",
    "not-due": "",
    "not-started": "",
}
_SENTENCES: Final[dict[State, str]] = {
    "in-time": "nộp báo cáo tháng {month} đúng hạn",
    "late": "nộp báo cáo tháng {month} chậm {days} ngày",
    "missing": "chưa nộp báo cáo tháng {month}, quá hạn {days} ngày",
    "pending": "chưa nộp báo cáo tháng {month}, còn hạn",
    "not-due": "tháng {month} không phải kỳ báo cáo",
    "not-started": "trong hệ thống chưa có báo cáo nào đến tháng {month}",
}


def build(context: LayerContext) -> LayerView:
    """Compute the layer: one row per district (by code) and one for the province (by its key).

    Columns of the frame: ``value`` (str, state), ``label`` (str, ``chậm 2 ngày``), ``received`` (str, day on
    which the office got the first file), ``days`` (int, days late or overdue; empty otherwise), ``files`` (int,
    files handed in for the month), ``recorded`` (str, when the file in force was entered), ``by`` (str, by
    whom), ``communes`` (int, communes of the programme). Legal basis: directives 04/CT-UBND of 2022 and
    05/CT-UBND of 2024 (see :mod:`programme.deadlines`).
    """
    t, reports = context.t, reports_of(context)
    rows = {code: _row(context.districts[code], report, context) for code, report in reports.items()}
    rows[context.facts.province] = _province_row(context, reports)
    handed_in = {code for code, report in reports.items() if report.first}
    rule = context.province.reporting
    return context.view(
        title=t("Bản đồ tình hình nộp báo cáo tháng"),
        frame=pd.DataFrame.from_dict(rows, orient="index").rename_axis("code"),
        columns={
            "received": t("Ngày nhận"),
            "days": t("Quá hạn (ngày)"),
            "files": t("Số lần nộp"),
            "recorded": t("Ghi vào hệ thống"),
            "by": t("Người ghi"),
            "communes": t("Số xã"),
        },
        marks=[Mark(code, "corrected") for code, report in reports.items() if report.corrections],
        figures=_figures(context, reports),
        blocks=[_block(context, reports)],
        notes=_notes(context),
        sources=[rule.source] if rule else [],
        headline=headline(context, reports),
        with_facts=[code for code, unit in context.units.items() if unit.district_code in handed_in],
        area_level="district",
    )


def reports_of(context: LayerContext) -> dict[str, Report]:
    """Return the report of every district for the context's month, by district code.

    What is not there is looked at on the last day of the month, or today while the month lasts.
    """
    return district_reports(due_of(context), context.facts.reports, context.districts, context.month, _day(context))


def due_of(context: LayerContext) -> Deadline | None:
    """Return the districts' deadline of the month; ``None`` when none is asked for."""
    rule = context.province.reporting
    return deadline(rule, context.month) if rule else None


def sentence(report: Report, context: LayerContext) -> str:
    """Return ``chưa nộp báo cáo tháng 05/2025, quá hạn 3 ngày``."""
    return context.t(_SENTENCES[report.state], month=context.month.label, days=report.days)


def headline(context: LayerContext, reports: Mapping[str, Report]) -> str:
    """Return the sentence over the map."""
    t, month = context.t, context.month.label
    counts = _counts(reports)
    if started := _not_started(context, counts):
        return started
    if counts["not-due"] == len(reports):
        return t("Tháng {month} không phải kỳ báo cáo.", month=month)
    text = t(
        "{count}/{total} huyện, thành phố đã nộp báo cáo tháng {month}",
        count=_handed_in(counts),
        total=len(reports),
        month=month,
    )
    parts = [
        t("{count} nộp chậm", count=counts["late"]) if counts["late"] else "",
        t("{count} chưa nộp", count=counts["missing"]) if counts["missing"] else "",
        t("{count} chưa nộp, còn hạn", count=counts["pending"]) if counts["pending"] else "",
    ]
    more = ", ".join(part for part in parts if part)
    return f"{text}; {more}" if more else text


def _not_started(context: LayerContext, counts: Mapping[State, int]) -> str:
    """Return why nobody is late before the first report; empty once there is one."""
    t, first = context.t, first_month(context.facts.reports)
    if first is None:
        return t("Trong hệ thống chưa có báo cáo tháng nào.")
    if not counts["not-started"]:
        return ""
    return t(
        "Đến tháng {month} trong hệ thống chưa có báo cáo nào; báo cáo đầu tiên là của tháng {first}.",
        month=context.month.label,
        first=first.label,
    )


def _counts(reports: Mapping[str, Report]) -> dict[State, int]:
    return {state: sum(report.state == state for report in reports.values()) for state in URGENT}


def _handed_in(counts: Mapping[State, int]) -> int:
    return counts["in-time"] + counts["late"]


def _day(context: LayerContext) -> date:
    return min(context.month.last_day, context.day)


def _row(district: District, report: Report, context: LayerContext) -> dict[str, object]:
    t, first, newest = context.t, report.first, report.newest
    return {
        "value": report.state,
        "class_id": report.state,
        "label": t(_LABELS[report.state], days=report.days) if _LABELS[report.state] else "",
        "name": district.name,
        "district": district.name,
        "selected": context.state.district in {None, district.code},
        "tooltip": " · ".join([district.name, *_details(report, context)]),
        "received": day_label(first.received) if first else "",
        "days": report.days or "",
        "files": len(report.reports),
        "recorded": newest.recorded if newest else "",
        "by": newest.by if newest else "",
        "communes": len(district.programme_units),
    }


def _details(report: Report, context: LayerContext) -> list[str]:
    """Return what there is to say of a report: its state, when it came, who entered it, how often it was corrected."""
    t, first, newest = context.t, report.first, report.newest
    parts = [words.sentence(sentence(report, context))]
    if first and newest:
        parts.append(t("nhận ngày {day}", day=day_label(first.received)))
        parts.append(t("ghi lúc {time}, {by}", time=newest.recorded, by=newest.by))
    if report.corrections:
        parts.append(t("đã nộp lại {count} lần", count=report.corrections))
    if first and not first.district:
        parts.append(t("trong tệp của toàn tỉnh"))
    return parts


def _province_row(context: LayerContext, reports: Mapping[str, Report]) -> dict[str, object]:
    """Return the province's own row: how many districts have handed in, in the class of the most urgent one."""
    counts = _counts(reports)
    name = context.province.name(context.lang)
    state = next((state for state in URGENT if counts[state]), "not-started")
    return {
        "value": state,
        "class_id": state,
        "label": f"{_handed_in(counts)}/{len(reports)}",
        "name": name,
        "district": "",
        "selected": False,
        "tooltip": " · ".join([name, headline(context, reports)]),
        "received": "",
        "days": "",
        "files": sum(len(report.reports) for report in reports.values()),
        "recorded": "",
        "by": "",
        "communes": sum(len(district.programme_units) for district in context.districts.values()),
    }


def _figures(context: LayerContext, reports: Mapping[str, Report]) -> list[Figure]:
    """Return the counts, then the two deadlines with the directive that sets them."""
    t, counts, total = context.t, _counts(reports), len(reports)
    source, month = t("Đếm theo biên nhận báo cáo trong hệ thống"), context.month.label
    late = max((report.days for report in reports.values() if report.state == "late"), default=0)
    overdue = max((report.days for report in reports.values() if report.state == "missing"), default=0)
    missing = counts["missing"] + counts["pending"]
    corrected = sum(bool(report.corrections) for report in reports.values())
    rows = [
        ("handed-in", t("Đã nộp báo cáo"), _handed_in(counts), f"{_handed_in(counts)}/{total}", ""),
        ("late", t("Nộp chậm"), counts["late"], "", t("nhiều nhất {days} ngày", days=late) if late else ""),
        ("missing", t("Chưa nộp"), missing, "", t("quá hạn {days} ngày", days=overdue) if overdue else ""),
        ("corrected", t("Đã nộp lại"), corrected, "", ""),
    ]
    counted = [
        Figure(key, label, value, t("huyện"), text or str(value), month, source, change=change)
        for key, label, value, text, change in rows
        if not counts["not-started"]
    ]
    return [*counted, *_deadlines(context)]


def _deadlines(context: LayerContext) -> list[Figure]:
    t, rule, due = context.t, context.province.reporting, due_of(context)
    office = office_deadline(rule, context.month) if rule else None
    if not (rule and due and office):
        return []
    kinds = {"month": "", "quarter": t("đồng thời là báo cáo quý"), "half-year": t("báo cáo 6 tháng")}
    days = [
        ("due", t("Huyện, thành phố nộp"), due, kinds[due.kind]),
        ("office-due", t("Văn phòng tổng hợp"), office, kinds[due.kind]),
    ]
    return [
        Figure(
            id=key,
            label=label,
            value=None,
            unit=t("ngày"),
            text=t("trước {day}", day=day_label(found.before)),
            as_of=context.month.label,
            source=rule.source,
            change=change,
        )
        for key, label, found, change in days
    ]


def _block(context: LayerContext, reports: Mapping[str, Report]) -> Block:
    t = context.t
    shown = [(code, report) for code, report in reports.items() if context.state.district in {None, code}]
    shown.sort(key=lambda row: (URGENT.index(row[1].state), -row[1].days, row[0]))
    items = [
        Item(
            text=context.districts[code].name,
            detail=" · ".join(
                [
                    *_details(report, context),
                    t("{count} xã", count=len(context.districts[code].programme_units)),
                ]
            ),
            district=code,
            class_id=report.state,
            mark="corrected" if report.corrections else None,
        )
        for code, report in shown
    ]
    title = t("Báo cáo tháng {month} theo huyện, thành phố", month=context.month.label)
    return Block("list", title, tuple(items))


def _notes(context: LayerContext) -> list[str]:
    """Return the rule in words, with its days, and from when on it is applied."""
    t, rule = context.t, context.province.reporting
    first = first_month(context.facts.reports)
    if rule is None:
        return [t("Tỉnh này chưa khai báo hạn nộp báo cáo.")]
    return [
        t(
            "Huyện, thành phố gửi báo cáo trước ngày {district} hằng tháng và tháng cuối quý; Văn phòng điều phối "
            "tổng hợp trước ngày {office}.",
            district=rule.district_before_day,
            office=rule.office_before_day,
        ),
        t(
            "“Trước ngày {day}” hiểu theo đúng chữ: nhận ngày {eve} là đúng hạn, nhận ngày {day} là chậm 1 ngày.",
            day=rule.district_before_day,
            eve=rule.district_before_day - 1,
        ),
        t("Tính theo ngày nhận tệp đầu tiên của kỳ; nộp lại để sửa không thành nộp chậm."),
        t("Tệp của toàn tỉnh được tính cho mọi huyện, thành phố."),
        t("Huyện chưa nộp được xét đến ngày {day}.", day=day_label(_day(context))),
        t("Chỉ xét từ tháng {month}, tháng đầu tiên có báo cáo trong hệ thống.", month=first.label)
        if first
        else t("Chỉ xét từ tháng đầu tiên có báo cáo trong hệ thống; hiện chưa có báo cáo nào."),
        *(
            [t("Từ tháng {month}, báo cáo 6 tháng một lần.", month=Month.parse(rule.half_yearly_from).label)]
            if rule.half_yearly_from
            else []
        ),
    ]
