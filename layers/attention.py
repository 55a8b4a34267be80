"""The box "Cần chỉ đạo": what a leader must act on in the month shown."""

from __future__ import annotations

from layers import breaks, words
from layers.context import LayerContext
from layers.reporters import URGENT, Report, by_commune, reporters, reports_of, sentence
from layers.view import Block, Item
from programme.progress import DistrictProgress, district_progress
from programme.records import LEVELS
from programme.targets import CommuneTarget, district_targets, minimum_of

FURTHEST = 3
#: So many communes are named one by one; more are one line.
SINGLE = 5


def attention(context: LayerContext) -> Block:
    """Return communes at risk, late reporters, targets carried over, and the districts furthest from their target.

    Each item names its unit or district so that a click opens it; an empty box says so in its note.
    """
    items = [*_at_risk(context), *_late_reporters(context), *_carried_over(context), *_furthest(context)]
    note = "" if items else context.t("Không có việc nào cần chỉ đạo theo số liệu của tháng này.")
    return Block("alert", context.t("Cần chỉ đạo"), tuple(items), note)


def _at_risk(context: LayerContext) -> list[Item]:
    return [
        Item(
            text=context.place(unit),
            detail=words.warning(context.warnings[code], context.t, context.lang),
            unit=code,
            mark="at-risk",
        )
        for code, unit in context.units.items()
        if code in context.warnings
    ]


def _late_reporters(context: LayerContext) -> list[Item]:
    """Those whose report of the month is missing or came late; none before anybody reported."""
    reports, communes = reports_of(context), by_commune(context)
    if reports and all(report.state == "missing" for report in reports.values()):
        everybody = context.t("Tất cả các xã" if communes else "Tất cả huyện, thành phố")
        return [Item(everybody, sentence(next(iter(reports.values())), context))]
    found = [(code, report) for code, report in reports.items() if report.days]
    found.sort(key=lambda row: (URGENT.index(row[1].state), -row[1].days, row[0]))
    if not communes:
        return [Item(context.districts[code].name, sentence(report, context), district=code) for code, report in found]
    if len(found) <= SINGLE:
        return [
            Item(context.place(context.units[code]), sentence(report, context), unit=code) for code, report in found
        ]
    return _grouped(found, context)


def _grouped(found: list[tuple[str, Report]], context: LayerContext) -> list[Item]:
    """One item per state with the names: dozens of communes must not hide what else needs direction."""
    t, known = context.t, reporters(context)
    words_of = {
        "missing": "{count} xã chưa nộp báo cáo tháng {month}, quá hạn",
        "late": "{count} xã nộp chậm báo cáo tháng {month}",
    }
    groups = {state: [code for code, report in found if report.state == state] for state in words_of}
    return [
        Item(
            t(words_of[state], count=len(codes), month=context.month.label),
            ", ".join(known[code].units[0].name for code in codes),
        )
        for state, codes in groups.items()
        if codes
    ]


def _carried_over(context: LayerContext) -> list[Item]:
    """One item per level with the names: overdue targets of earlier years, not known to be attained."""
    t = context.t
    overdue = [
        item
        for items in context.targets.values()
        for item in items
        if item.kind == "carried_over" and item.result != "attained"
    ]
    return [
        Item(
            text=t(
                "Chuyển tiếp sang {year}, chưa công bố kết quả: {count} xã mục tiêu {level}",
                year=context.month.year,
                count=len(group),
                level=t(words.TARGET_LEVELS[level]),
            ),
            detail=_names(group, context),
            mark="carried",
        )
        for level in LEVELS
        if (group := [item for item in overdue if item.level == level])
    ]


def _names(targets: list[CommuneTarget], context: LayerContext) -> str:
    return ", ".join(
        f"{unit.name} ({context.districts[unit.district_code].short_name})"
        for unit in (context.units[item.unit] for item in targets)
    )


def _furthest(context: LayerContext) -> list[Item]:
    progress = district_progress(context.districts, context.levels, breaks.figures(context), context.month)
    gaps = [(gap, found, text) for found in progress for gap, text in _gap(found, context)]
    gaps.sort(key=lambda row: (-row[0], row[1].share, row[1].district.code))
    return [
        Item(text=found.district.name, detail=text, district=found.district.code) for _, found, text in gaps[:FURTHEST]
    ]


def _gap(found: DistrictProgress, context: LayerContext) -> list[tuple[int, str]]:
    """Return how many communes a district lacks to its target of the year, with the words for it."""
    t, year = context.t, context.month.year
    at_least = t("ít nhất ") if found.at_least else ""
    minimum = minimum_of(context.facts, year, found.district.code)
    if minimum and minimum.value and found.count < minimum.value:
        text = t(
            "{at_least}{count}/{total} xã; phải có ít nhất {minimum} xã đến hết {year}",
            at_least=at_least,
            count=found.count,
            total=found.total,
            minimum=int(minimum.value),
            year=year,
        )
        return [(int(minimum.value) - found.count, text)]
    row = district_targets(context.facts, year).get(found.district.code)
    if row and found.count < found.total:
        kind = t(" (chuyển tiếp)") if row.kind == "carried_over" else ""
        text = t(
            "{at_least}{count}/{total} xã; mục tiêu {measure} {year}{kind}",
            at_least=at_least,
            count=found.count,
            total=found.total,
            measure=t("huyện NTM") if row.measure == "huyện" else t("thành phố hoàn thành nhiệm vụ"),
            year=year,
            kind=kind,
        )
        return [(found.total - found.count, text)]
    return []
