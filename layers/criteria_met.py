"""Layer ``criteria-met``: how many criteria of the set in force each commune meets."""

from __future__ import annotations

from base.numbers import number, percent
from layers import words
from layers.assessed import (
    average_figures,
    by_district,
    criteria_sources,
    lost_block,
    lost_since,
    missing,
    missing_words,
    numbers_of,
    reports_among,
    required_set,
    set_notes,
)
from layers.classify import legend_keys, legend_style
from layers.context import LayerContext
from layers.view import Block, Figure, Item, LayerView, Mark
from programme.criteria import CriteriaSet, band_of, bands
from programme.reported import Reported
from programme.standing import results_of
from programme.units import Unit

KEY = "criteria-met"


def build(context: LayerContext) -> LayerView:
    """Compute the layer.

    Columns of the frame: ``value`` and ``met`` (int, criteria met on the set in force, the certain number; empty
    when unknown),
    ``unmet`` (str, numbers of the criteria not met), ``absent`` (str, not applicable), ``unreported`` (str,
    left open), ``basis`` (str, report or published count with its month), ``lost`` (str, since last month).
    Source: monthly reports; where there is none, published counts. Bands: official reports (FACTS §5).
    """
    t = context.t
    found = required_set(context)
    before = context.month.plus(-1)
    lost = lost_since(context, before)
    frame = context.commune_frame(lambda unit: _row(unit, context, lost or {}))
    figures = [*average_figures(context), *_counts(context, found, lost)]
    return context.view(
        title=t("Bản đồ số tiêu chí đạt ({set})", set=found.name(context.lang)),
        frame=frame,
        columns={
            "met": t("Số tiêu chí đạt"),
            "unmet": t("Chưa đạt"),
            "absent": t("Không áp dụng"),
            "unreported": t("Chưa báo cáo"),
            "lost": t("Mất so với tháng trước"),
            "basis": t("Căn cứ"),
        },
        marks=_marks(context, lost or {}),
        figures=figures,
        blocks=[_bands(context, found), lost_block(context, before, lost)],
        notes=_notes(found, context),
        sources=criteria_sources(context, context.standings.values(), figures),
        headline=headline(context, found),
        with_facts=context.standings,
        legend=legend_key(found.size),
    )


def legend_key(size: int) -> str:
    """Return the key of the legend with the bands of a set of ``size`` criteria."""
    own = [key for key in legend_keys() if key.startswith(KEY) and legend_style(key).size == size]
    return own[0] if own else f"{KEY}-other"


def class_of(unit: Unit, context: LayerContext) -> str:
    """Return the band of a commune, or why it has none."""
    standing = context.standings.get(unit.code)
    if standing is None or not unit.in_programme:
        return missing(unit, context)
    return band_of(standing.low, standing.size) if standing.current else "earlier-set"


def _row(unit: Unit, context: LayerContext, lost: dict[str, tuple[str, ...]]) -> dict[str, object]:
    standing = context.standings.get(unit.code)
    counted = standing if standing and standing.current else None
    results = results_of(counted) if counted else {}
    report = standing.basis if standing and isinstance(standing.basis, Reported) else None
    said = words.standing(standing, context) if standing else missing_words(unit, context)
    gone = numbers_of(lost.get(unit.code, ()))
    unmet = numbers_of(code for code, result in results.items() if result == "not-met")
    return {
        "value": counted.low if counted else "",
        "class_id": class_of(unit, context),
        "tooltip": words.tooltip(
            unit,
            context,
            words.sentence(said),
            context.t("Chưa đạt tiêu chí số {numbers}", numbers=unmet) if unmet else "",
            context.t("▼ mất tiêu chí số {numbers}", numbers=gone) if gone else "",
        ),
        "met": counted.low if counted else "",
        "unmet": unmet,
        "absent": numbers_of(report.absent) if report else "",
        "unreported": numbers_of(report.open) if report else "",
        "lost": gone,
        "basis": said,
    }


def _marks(context: LayerContext, lost: dict[str, tuple[str, ...]]) -> list[Mark]:
    marks = [Mark(code, "lost") for code in lost if code in context.units]
    for code, standing in context.standings.items():
        if code in context.units and standing.current:
            marks += [Mark(code, "sourced")] if not standing.is_report else []
            marks += [Mark(code, "at-least")] if standing.at_least else []
    return marks


def headline(context: LayerContext, found: CriteriaSet) -> str:
    """Return the average and how many communes it is of, or that nobody reported yet."""
    t = context.t
    reports = reports_among(context)
    communes = by_district(context)
    if not reports:
        known = [standing for unit in communes if (standing := context.standings.get(unit.code))]
        return t(
            "Chưa có báo cáo tháng theo {set}; {same} xã có số công bố theo bộ này, {earlier} xã có số theo bộ khác",
            set=found.name(context.lang),
            same=sum(standing.current for standing in known),
            earlier=sum(not standing.current for standing in known),
        )
    average = number(sum(report.met for report in reports) / len(reports), context.lang, 2)
    return t(
        "Bình quân {average} tiêu chí/xã theo báo cáo của {count}/{total} xã · {full} xã đủ {size}/{size} tiêu chí",
        average=average,
        count=len(reports),
        total=len(communes),
        full=sum(report.met == report.size for report in reports),
        size=found.size,
    )


def _counts(context: LayerContext, found: CriteriaSet, lost: dict[str, tuple[str, ...]] | None) -> list[Figure]:
    """Return how many communes meet every criterion, and how many lost one since last month."""
    t = context.t
    reports = reports_among(context, context.state.district)
    if not reports:
        return []
    source, month = words.reports_source(context), context.month.label
    full = sum(report.met == report.size for report in reports)
    excused = sum(report.all_met and report.met < report.size for report in reports)
    text = t("{count}/{of} xã ({share})", count=full, of=len(reports), share=percent(full, len(reports), context.lang))
    change = t("thêm {count} xã chỉ còn tiêu chí không áp dụng", count=excused) if excused else ""
    label = t("Xã đạt đủ {size}/{size} tiêu chí, theo báo cáo", size=found.size)
    figures = [Figure("all-met", label, full, t("xã"), text, month, source, change=change)]
    if lost is not None:
        count = sum(report.unit in lost for report in reports)
        label = t("Xã mất tiêu chí so với tháng trước")
        figures.append(Figure("lost", label, count, t("xã"), t("{count} xã", count=count), month, source))
    return figures


def _bands(context: LayerContext, found: CriteriaSet) -> Block:
    """Return how many selected communes lie in each band."""
    t = context.t
    style = legend_style(legend_key(found.size))
    labels = {item.id: style.words(item, context.lang) for item in style.classes}
    known = [class_of(unit, context) for unit in by_district(context) if context.selected(unit)]
    banded = [band.id for band in bands(found.size)]
    total = sum(class_id in banded for class_id in known)
    items = [
        Item(
            text=labels[band],
            detail=t(
                "{count} xã ({share})", count=known.count(band), share=percent(known.count(band), total, context.lang)
            ),
            class_id=band,
            share=known.count(band) / total,
        )
        for band in banded
        if total
    ]
    note = "" if total else t("Chưa xã nào trong lựa chọn có số theo {set}.", set=found.name(context.lang))
    return Block("bars", t("Số xã theo nhóm tiêu chí đạt"), tuple(items), note)


def _notes(found: CriteriaSet, context: LayerContext) -> list[str]:
    t = context.t
    return [
        t("Mỗi xã lấy báo cáo mới nhất đến tháng đang xem; tháng báo cáo ghi ở từng xã."),
        t("Chỉ đếm tiêu chí “Đạt”. Nguồn không nói “Không áp dụng” có được tính hay không, nên ghi riêng."),
        t("Nơi chưa có báo cáo: số công bố với ngày của nguồn, đánh dấu N. Số theo bộ tiêu chí khác không xếp nhóm."),
        t("Mất tiêu chí: tháng trước báo cáo “Đạt”, nay “Chưa đạt”, trong cùng một bộ tiêu chí."),
        *set_notes(found, context),
    ]
