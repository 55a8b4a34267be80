"""Layer ``reporting``: who has handed in the report of the month, and how late: districts, or communes without any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from base.clock import Month, day_label
from layers import words
from layers.context import LayerContext
from layers.reporters import (
    THERE,
    URGENT,
    Report,
    by_commune,
    counts_of,
    day_of,
    due_of,
    headline,
    reporters,
    reports_of,
    rule_of,
    sentence,
)
from layers.view import Block, Figure, Item, LayerView, Mark
from programme.deadlines import office_deadline
from programme.province import province_of
from programme.reporting import State, first_month
from programme.units import District, Unit

#: What a reporter's area says, beside its name.
_LABELS: Final[dict[State, str]] = {
    "in-time": "✓",
    "handed-in": "✓",
    "late": "chậm {days} ngày",
    "missing": "chưa nộp",
    "pending": "chưa nộp",
    "not-handed-in": "chưa nộp",
    "not-due": "",
    "not-started": "",
}


def build(context: LayerContext) -> LayerView:
    """Compute the layer: a row per district (by code) and one for the province (by its key), or a row per unit.

    Columns of the frame: ``value`` (str, state), ``label`` (str, ``chậm 2 ngày``), ``received`` (str, day on
    which the office got the first file), ``days`` (int, days late or overdue; empty otherwise), ``files`` (int,
    files handed in for the month), ``recorded`` (str, when the file in force was entered), ``by`` (str, by
    whom), ``communes`` (int, communes of the programme in the district). Where there are no districts each commune
    reports for itself, and wards are outside. Legal basis: directives 04/CT-UBND of 2022 and 05/CT-UBND of 2024
    (see :mod:`programme.deadlines`); without a source on deadlines nobody is late.
    """
    t, reports, communes = context.t, reports_of(context), by_commune(context)
    handed_in = {code for code, report in reports.items() if report.first}
    rule = rule_of(context)
    columns = {
        "received": t("Ngày nhận"),
        "days": t("Quá hạn (ngày)"),
        "files": t("Số lần nộp"),
        "recorded": t("Ghi vào hệ thống"),
        "by": t("Người ghi"),
    }
    return context.view(
        title=t("Bản đồ tình hình nộp báo cáo tháng"),
        frame=_commune_frame(context, reports) if communes else _district_frame(context, reports),
        columns=columns if communes else columns | {"communes": t("Số xã")},
        marks=[Mark(code, "corrected") for code, report in reports.items() if report.corrections],
        figures=_figures(context, reports),
        blocks=[_block(context, reports)],
        notes=_notes(context),
        sources=[rule.source] if rule else [],
        headline=headline(context, reports),
        with_facts=[unit.code for code in handed_in for unit in reporters(context)[code].units],
        area_level="commune" if communes else "district",
        legend="reporting-undated" if rule is None else "reporting-communes" if communes else None,
    )


def _district_frame(context: LayerContext, reports: Mapping[str, Report]) -> pd.DataFrame:
    rows = {code: _row(context.districts[code], report, context) for code, report in reports.items()}
    rows[context.facts.province] = _province_row(context, reports)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("code")


def _commune_frame(context: LayerContext, reports: Mapping[str, Report]) -> pd.DataFrame:
    def row(unit: Unit) -> dict[str, object]:
        if unit.code in reports:
            said = " · ".join([context.place(unit), *_details(reports[unit.code], context)])
            return _said(reports[unit.code], context) | {"tooltip": said}
        outside = context.t("Ngoài chương trình ({kind})", kind=context.t(unit.kind))
        empty = dict.fromkeys(("received", "days", "files", "recorded", "by"), "")
        tooltip = f"{context.place(unit)} · {outside}"
        return {"value": "outside", "class_id": "outside", "tooltip": tooltip, **empty}

    return context.commune_frame(row)


def _row(district: District, report: Report, context: LayerContext) -> dict[str, object]:
    return _said(report, context) | {
        "name": district.name,
        "district": district.name,
        "selected": context.state.district in {None, district.code},
        "tooltip": " · ".join([district.name, *_details(report, context)]),
        "communes": len(district.programme_units),
    }


def _said(report: Report, context: LayerContext) -> dict[str, object]:
    """Return the columns of a report."""
    first, newest = report.first, report.newest
    return {
        "value": report.state,
        "class_id": report.state,
        "label": context.t(_LABELS[report.state], days=report.days) if _LABELS[report.state] else "",
        "received": day_label(first.received) if first else "",
        "days": report.days or "",
        "files": len(report.reports),
        "recorded": newest.recorded if newest else "",
        "by": newest.by if newest else "",
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
    elif first and context.facts.part and first.district == context.facts.part:
        parts.append(t("trong tệp chung của địa bàn"))
    return parts


def _province_row(context: LayerContext, reports: Mapping[str, Report]) -> dict[str, object]:
    """Return the province's own row: how many districts have handed in, in the class of the most urgent one."""
    counts = counts_of(reports)
    name = context.province.name(context.lang)
    state = next((state for state in URGENT if counts[state]), "not-started")
    return {
        "value": state,
        "class_id": state,
        "label": f"{sum(counts[state] for state in THERE)}/{len(reports)}",
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
    """Return the counts, then the two deadlines with the directive that sets them; without one nobody is late."""
    t, counts, total = context.t, counts_of(reports), len(reports)
    source, month = t("Đếm theo biên nhận báo cáo trong hệ thống"), context.month.label
    unit = t("xã") if by_commune(context) else t("huyện")
    there = sum(counts[state] for state in THERE)
    late = max((report.days for report in reports.values() if report.state == "late"), default=0)
    overdue = max((report.days for report in reports.values() if report.state == "missing"), default=0)
    missing = counts["missing"] + counts["pending"] + counts["not-handed-in"]
    corrected = sum(bool(report.corrections) for report in reports.values())
    rows = [
        ("handed-in", t("Đã nộp báo cáo"), there, f"{there}/{total}", ""),
        ("late", t("Nộp chậm"), counts["late"], "", t("nhiều nhất {days} ngày", days=late) if late else ""),
        ("missing", t("Chưa nộp"), missing, "", t("quá hạn {days} ngày", days=overdue) if overdue else ""),
        ("corrected", t("Đã nộp lại"), corrected, "", ""),
    ]
    counted = [
        Figure(key, label, value, unit, text or str(value), month, source, change=change)
        for key, label, value, text, change in rows
        if not counts["not-started"] and (key != "late" or rule_of(context))
    ]
    return [*counted, *_deadlines(context)]


def _deadlines(context: LayerContext) -> list[Figure]:
    t, rule, due = context.t, rule_of(context), due_of(context)
    office = office_deadline(rule, context.month) if rule else None
    if not (rule and due and office):
        return []
    kinds = {"month": "", "quarter": t("đồng thời là báo cáo quý"), "half-year": t("báo cáo 6 tháng")}
    days = [
        ("due", t("Xã nộp") if by_commune(context) else t("Huyện, thành phố nộp"), due, kinds[due.kind]),
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
    """Return the list of those who report, the most urgent first: beside each the page offers its form."""
    t, communes, chosen, month = context.t, by_commune(context), context.state.district, context.month.label
    known = reporters(context)
    shown = [row for row in reports.items() if chosen in {None, row[0], known[row[0]].units[0].district_code}]
    shown.sort(key=lambda row: (URGENT.index(row[1].state), -row[1].days))
    items = []
    for code, report in shown:
        number = "" if communes else t("{count} xã", count=len(known[code].programme_units))
        items.append(
            Item(
                text=known[code].name,
                detail=" · ".join(part for part in [*_details(report, context), number] if part),
                unit=code if communes else None,
                district=None if communes else code,
                class_id=report.state,
                mark="corrected" if report.corrections else None,
            )
        )
    words_over = "Báo cáo tháng {month} theo xã" if communes else "Báo cáo tháng {month} theo huyện, thành phố"
    return Block("list", t(words_over, month=month), tuple(items))


def _notes(context: LayerContext) -> list[str]:
    """Return the rule in words, with its days, and from when on it is applied."""
    t, rule = context.t, rule_of(context)
    communes, first = by_commune(context), first_month(context.facts.reports)
    if rule is None:
        name = province_of(context.facts.province).name(context.lang)
        return [
            *(
                [t("Cấp huyện không còn: mỗi xã nộp một báo cáo. Phường, đặc khu không thuộc chương trình.")]
                if communes
                else []
            ),
            t("Chưa có nguồn nào về hạn nộp báo cáo của {province}, nên không xét nộp chậm.", province=name),
        ]
    return [
        t(
            "Xã gửi báo cáo trước ngày {district} hằng tháng và tháng cuối quý; Văn phòng điều phối tổng hợp trước "
            "ngày {office}."
            if communes
            else "Huyện, thành phố gửi báo cáo trước ngày {district} hằng tháng và tháng cuối quý; Văn phòng điều phối "
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
        t("Tệp của toàn tỉnh được tính cho mọi xã." if communes
          else "Tệp của toàn tỉnh được tính cho mọi huyện, thành phố."),
        t("Xã chưa nộp được xét đến ngày {day}." if communes else "Huyện chưa nộp được xét đến ngày {day}.",
          day=day_label(day_of(context))),
        t("Chỉ xét từ tháng {month}, tháng đầu tiên có báo cáo trong hệ thống.", month=first.label)
        if first
        else t("Chỉ xét từ tháng đầu tiên có báo cáo trong hệ thống; hiện chưa có báo cáo nào."),
        *(
            [t("Từ tháng {month}, báo cáo 6 tháng một lần.", month=Month.parse(rule.half_yearly_from).label)]
            if rule.half_yearly_from
            else []
        ),
    ]  # fmt: skip
