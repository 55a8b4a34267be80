"""What the layers on reported criteria share: the set, the communes without a figure, losses, averages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from base.clock import Month
from base.errors import StateError
from base.numbers import number
from layers import breaks, words
from layers.context import LayerContext, unique
from layers.view import Block, Figure, Item
from programme.criteria import CriteriaSet
from programme.progress import latest_figure
from programme.records import CriteriaCount
from programme.reported import Reported
from programme.standing import Standing
from programme.units import Unit
from programme.withdrawal import lost


def required_set(context: LayerContext) -> CriteriaSet:
    """Return the set in force in the month.

    Raises
    ------
    StateError
        None is on record: there is nothing to count by.
    """
    if context.criteria_set is None:
        raise StateError(
            "Tháng {month} chưa có bộ tiêu chí xã nào có hiệu lực. Hãy nộp bộ tiêu chí hoặc chọn tháng khác.",
            month=context.month.label,
        )
    return context.criteria_set


def missing(unit: Unit, context: LayerContext) -> str:
    """Return the class of a commune without a figure: "not reported" only once somebody reports on the set."""
    if not unit.in_programme:
        return "outside"
    return "not-reported" if context.reported else "no-source"


def missing_words(unit: Unit, context: LayerContext) -> str:
    """Return the words for :func:`missing`."""
    if not unit.in_programme:
        return ""
    return context.t("chưa có báo cáo tháng" if context.reported else "chưa có báo cáo, chưa có nguồn công bố")


def lost_since(context: LayerContext, month: Month) -> dict[str, tuple[str, ...]] | None:
    """Return the criteria that each commune lost since an earlier month, by unit; communes that lost none are left out.

    ``None`` when there is nothing to compare with: no report by then, other units, or another set in force, as two
    sets are not compared.
    """
    before = context.reported_at(month) if _same_set(context, month) and _same_units(context, month) else {}
    if not before:
        return None
    found = {
        code: lost(before[code].results, report.results) for code, report in context.reported.items() if code in before
    }
    return {code: codes for code, codes in found.items() if codes}


def _same_set(context: LayerContext, month: Month) -> bool:
    before = context.set_of(month)
    return before is not None and context.criteria_set is not None and before.id == context.criteria_set.id


def _same_units(context: LayerContext, month: Month) -> bool:
    """Tell whether the units of the view were there in a month: their codes may have been others' before."""
    return month >= breaks.begins(context.boundary.entry)


def numbers_of(codes: Iterable[str]) -> str:
    """Return criteria as ``5, 6, 17``."""
    return ", ".join(codes)


def lost_block(context: LayerContext, month: Month, found: Mapping[str, Sequence[str]] | None) -> Block:
    """Return the list of selected communes that lost criteria since a month."""
    t = context.t
    items = [
        Item(
            text=context.place(unit),
            detail=t("mất tiêu chí số {numbers}", numbers=numbers_of(found[unit.code])),
            unit=unit.code,
            mark="lost",
        )
        for unit in by_district(context)
        if found and unit.code in found and context.selected(unit)
    ]
    note = ""
    if found is None and not _same_units(context, month):
        note = breaks.mark(context) or t("Đến {month} chưa có báo cáo để so sánh.", month=month.label)
    elif found is None and _same_set(context, month):
        note = t("Đến {month} chưa có báo cáo để so sánh.", month=month.label)
    elif found is None:
        note = t("Tháng {month} dùng bộ tiêu chí khác: không so sánh.", month=month.label)
    elif not items:
        note = t("Không có xã nào báo cáo mất tiêu chí.")
    return Block("list", t("Mất tiêu chí so với {month}", month=month.label), tuple(items), note)


def by_district(context: LayerContext) -> list[Unit]:
    """Return the communes of the programme by district."""
    return sorted((u for u in context.units.values() if u.in_programme), key=lambda u: (u.district_code, u.code))


def reports_among(context: LayerContext, district: str | None = None) -> list[Reported]:
    """Return the usable reports of the province or of a district."""
    return [
        standing.basis
        for unit in by_district(context)
        if district in {None, unit.district_code}
        and (standing := context.standings.get(unit.code))
        and isinstance(standing.basis, Reported)
    ]


def months_label(reports: Iterable[Reported]) -> str:
    """Return the month of reports, ``05/2025`` or ``03/2025–05/2025``; empty without any."""
    months = sorted({report.period for report in reports})
    return "–".join(unique([months[0].label, months[-1].label])) if months else ""


def average_figures(context: LayerContext) -> list[Figure]:
    """Return the reported average beside the published one, of the chosen district and of the province."""
    found = []
    chosen = context.state.district if context.state.district in context.districts else None
    for district in unique([chosen or "", "*"]):
        code = None if district == "*" else district
        found.append(_reported_average(context, code))
        found += _published_average(context, code)
    return found


def _reported_average(context: LayerContext, district: str | None) -> Figure:
    t = context.t
    reports = reports_among(context, district)
    total = sum(district in {None, unit.district_code} for unit in by_district(context))
    change = t("{count}/{total} xã có báo cáo", count=len(reports), total=total)
    if unsure := sum(bool(report.open) for report in reports):
        change += t("; {count} xã còn tiêu chí chưa báo cáo: ít nhất", count=unsure)
    average = sum(report.met for report in reports) / len(reports) if reports else None
    label = t("Tiêu chí bình quân mỗi xã, theo báo cáo")
    if district:
        label = t("{label}, {district}", label=label, district=context.districts[district].within)
    return Figure(
        id="reported-average" if district is None else "district-average",
        label=label,
        value=None if average is None else round(average, 2),
        unit=t("tiêu chí/xã"),
        text=t("chưa có báo cáo") if average is None else number(average, context.lang, 2),
        as_of=months_label(reports) or context.month.label,
        source=words.reports_source(context),
        change=change,
    )


def _published_average(context: LayerContext, district: str | None) -> list[Figure]:
    t = context.t
    figure = latest_figure(breaks.figures(context), "average-criteria", context.month, district)
    if figure is None:
        return []
    label = t("Tiêu chí bình quân mỗi xã, số công bố")
    if district:
        label = t("{label}, {district}", label=label, district=context.districts[district].within)
    measured = figure.criteria_set.replace("-", "–")
    return [
        Figure(
            id="average-criteria" if district is None else "district-average-criteria",
            label=label,
            value=figure.value,
            unit=t("tiêu chí/xã"),
            text=number(figure.value, context.lang),
            as_of=figure.period.label,
            source=figure.source,
            change=t("theo bộ tiêu chí {years}", years=measured) if measured else t("nguồn không nêu bộ tiêu chí"),
        )
    ]


def set_notes(found: CriteriaSet, context: LayerContext) -> list[str]:
    """Return what must be known of the set: its decision, what is unverified, its note; and where series end."""
    t = context.t
    flag = "" if found.verified else t(" (chưa kiểm chứng)")
    head = f"{found.name(context.lang)}: {found.decision}{flag}."
    return unique([head, found.note(context.lang), breaks.mark(context)])


def criteria_sources(context: LayerContext, standings: Iterable[Standing], figures: Iterable[Figure]) -> list[str]:
    """Return the reports, then the sources of published counts and averages that are shown."""
    counts = [standing.basis.source for standing in standings if isinstance(standing.basis, CriteriaCount)]
    published = [figure.source for figure in figures if figure.id.endswith("average-criteria")]
    return unique([*words.report_sources(context), *published, *counts])
