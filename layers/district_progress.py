"""Layer ``district-progress``: share of recognised communes by district, and what each district owes."""

from __future__ import annotations

import pandas as pd

from base.numbers import number
from layers import breaks, ntm_levels, words
from layers.context import LayerContext, unique
from layers.view import Block, Figure, Item, LayerView, Mark
from programme.progress import DistrictProgress, district_progress, latest_figure
from programme.records import LEVELS
from programme.targets import district_targets, minimum_of, village_rates


def build(context: LayerContext) -> LayerView:
    """Compute the layer: one row per district (by code) and one for the province (by its key).

    Columns of the frame: ``value`` (float, percent of programme communes recognised), ``label`` (str,
    ``5/10``), ``recognised`` (int), ``communes`` (int), ``advanced`` and ``model`` (int, by name),
    ``at_least`` (str), ``published`` (str), ``target`` (str), ``village_rate`` (str).
    """
    t = context.t
    progress = district_progress(context.districts, context.levels, breaks.figures(context), context.month)
    rows = {found.district.code: _row(found, context) for found in progress}
    rows[context.facts.province] = _province_row(context, progress)
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("code")
    marks = [Mark(found.district.code, "at-least") for found in progress if found.at_least]
    marks += [Mark(code, "target") for code in district_targets(context.facts, context.month.year)]
    return context.view(
        title=t("Bản đồ tiến độ nông thôn mới theo huyện"),
        frame=frame,
        columns={
            "recognised": t("Xã được công nhận"),
            "communes": t("Số xã"),
            "share": t("Tỷ lệ (%)"),
            "at_least": t("Mức chắc chắn"),
            "advanced": t("Nâng cao (có tên)"),
            "model": t("Kiểu mẫu (có tên)"),
            "published": t("Số công bố"),
            "target": t("Mục tiêu huyện"),
            "village_rate": t("Chỉ tiêu thôn DTTS 2025"),
        },
        marks=marks,
        figures=_figures(context, progress),
        blocks=_blocks(context, progress),
        notes=[
            t("Số in trên huyện: xã được công nhận trên tổng số xã; lấy số lớn hơn giữa đếm theo tên và số công bố."),
            t("Gạch chéo và “ít nhất”: còn xã trong huyện chưa có nguồn công bố."),
            t("Không cộng các huyện thành số của tỉnh khi tên chưa đủ; số của tỉnh là số công bố."),
        ],
        sources=_sources(context, progress),
        headline=ntm_levels.headline(context),
        with_facts=[code for code, status in context.levels.items() if status.status != "unknown"],
        area_level="district",
    )


def _row(found: DistrictProgress, context: LayerContext) -> dict[str, object]:
    t, code = context.t, found.district.code
    levels = [context.levels[unit.code].status for unit in found.district.programme_units]
    label = f"{found.count}/{found.total}"
    at_least = t("ít nhất") if found.at_least else t("đủ tên")
    published = _published(found, context)
    target = _target(context, code)
    return {
        "value": found.share if found.total else None,
        "class_id": _class(found, context),
        "label": label if found.total else "",
        "name": found.district.name,
        "district": found.district.name,
        "selected": context.state.district in {None, code},
        "tooltip": " · ".join(
            unique(
                [
                    found.district.name,
                    words.sentence(t("{at_least} {label} xã được công nhận", at_least=at_least, label=label)),
                    published,
                    target,
                    _village_rate(context, code),
                ]
            )
        ),
        "recognised": found.count,
        "communes": found.total,
        "share": number(found.share, context.lang, 1),
        "at_least": at_least,
        "advanced": sum(level in {"advanced", "model"} for level in levels),
        "model": levels.count("model"),
        "published": published,
        "target": target,
        "village_rate": _village_rate(context, code),
    }


def _class(found: DistrictProgress, context: LayerContext) -> str:
    """Return the class of a district; new units that nobody assessed are no low share."""
    levels = {context.levels[unit.code].status for unit in found.district.programme_units}
    if not levels:
        return "outside"
    if "new-unit" in levels and not found.count:
        return "new-unit"
    return context.style.class_of(found.share)


def _province_row(context: LayerContext, progress: list[DistrictProgress]) -> dict[str, object]:
    """Return the province's own row: the published total, not the sum of the districts."""
    t = context.t
    total = sum(found.total for found in progress)
    figure = ntm_levels.published(context, "recognised")
    count = int(figure.value) if figure else ntm_levels.named(context)
    of = ntm_levels.denominator(context, figure) if figure else total
    published = [latest_figure(breaks.figures(context), m, context.month) for m in ("advanced", "model")]
    return {
        "value": 100 * count / of,
        "class_id": context.style.class_of(100 * count / of),
        "label": f"{count}/{of}",
        "name": context.province.name(context.lang),
        "district": "",
        "selected": False,
        "tooltip": "",
        "recognised": count,
        "communes": of,
        "share": number(100 * count / of, context.lang, 1),
        "at_least": t("số công bố") if figure else t("ít nhất"),
        "advanced": int(published[0].value) if published[0] else 0,
        "model": int(published[1].value) if published[1] else 0,
        "published": figure.source if figure else "",
        "target": "",
        "village_rate": "",
    }


def _published(found: DistrictProgress, context: LayerContext) -> str:
    if not found.published:
        return ""
    return context.t(
        "công bố {count} xã ({month})",
        count=number(found.published.value, context.lang),
        month=found.published.period.label,
    )


def _target(context: LayerContext, code: str) -> str:
    t, year = context.t, context.month.year
    parts = []
    if row := district_targets(context.facts, year).get(code):
        name = t("huyện NTM") if row.measure == "huyện" else t("thành phố hoàn thành nhiệm vụ")
        carried = t(" (chuyển tiếp từ {year})", year=year - 1) if row.kind == "carried_over" else ""
        parts.append(t("{name} năm {year}{carried}", name=name, year=year, carried=carried))
    if (row := minimum_of(context.facts, year, code)) and row.value:
        parts.append(t("ít nhất {count} xã đạt chuẩn đến hết {year}", count=int(row.value), year=year))
    return "; ".join(parts)


def _village_rate(context: LayerContext, code: str) -> str:
    row = village_rates(context.facts, 2025).get(code)
    if row is None or row.value is None:
        return context.t("không công bố")
    return context.t("ít nhất {rate} % số thôn", rate=number(row.value, context.lang))


def _figures(context: LayerContext, progress: list[DistrictProgress]) -> list[Figure]:
    t = context.t
    figures = ntm_levels.province_figures(context)
    done = sum(found.count == found.total for found in progress)
    text = f"{done}/{len(progress)}"
    label, source = (
        t("Huyện, thành phố có 100 % xã được công nhận"),
        t("Đếm theo tên và số công bố của huyện"),
    )
    return [*figures, Figure("districts-full", label, done, t("huyện"), text, context.month.label, source)]


def _blocks(context: LayerContext, progress: list[DistrictProgress]) -> list[Block]:
    t = context.t
    shown = [found for found in progress if context.state.district in {None, found.district.code}]
    ranked = sorted(shown, key=lambda found: (-found.share, found.district.code))
    bars = [
        Item(
            text=found.district.short_name,
            detail=(t("≥ ") if found.at_least else "") + f"{found.count}/{found.total}",
            district=found.district.code,
            class_id=_class(found, context),
            share=found.share / 100,
        )
        for found in ranked
    ]
    return [
        Block("bars", t("Xếp hạng theo tỷ lệ xã được công nhận"), tuple(bars)),
        _district_targets(context),
        *_level_bars(context, shown),
        _village_block(context),
    ]


def _level_bars(context: LayerContext, progress: list[DistrictProgress]) -> list[Block]:
    """Ranking by each higher level, by name; no block for a level that no named commune holds."""
    t = context.t
    blocks = []
    for level in LEVELS[1:]:
        reached = LEVELS[LEVELS.index(level) :]
        counts = [
            (
                sum(context.levels[unit.code].status in reached for unit in found.district.programme_units),
                found,
            )
            for found in progress
        ]
        items = [
            Item(
                text=found.district.short_name,
                detail=f"{count}/{found.total}",
                district=found.district.code,
                share=count / found.total,
            )
            for count, found in sorted(counts, key=lambda row: (-row[0], row[1].district.code))
            if count
        ]
        if items:
            title = t("Xã {level} nêu được tên, theo huyện", level=t(words.TARGET_LEVELS[level]))
            blocks.append(Block("bars", title, tuple(items)))
    return blocks


def _district_targets(context: LayerContext) -> Block:
    t = context.t
    items = [
        Item(text=district.name, detail=text, district=code, mark="target")
        for code, district in context.districts.items()
        if (text := _target(context, code)) and context.state.district in {None, code}
    ]
    note = "" if items else t("Năm {year} không có huyện mục tiêu được công bố.", year=context.month.year)
    return Block("list", t("Mục tiêu của huyện năm {year}", year=context.month.year), tuple(items), note)


def _village_block(context: LayerContext) -> Block:
    t = context.t
    items = [
        Item(text=district.name, detail=_village_rate(context, code), district=code)
        for code, district in context.districts.items()
        if context.state.district in {None, code}
    ]
    return Block("list", t("Chỉ tiêu thôn, làng NTM vùng DTTS đến năm 2025"), tuple(items))


def _sources(context: LayerContext, progress: list[DistrictProgress]) -> list[str]:
    rows = list(district_targets(context.facts, context.month.year).values())
    rows += [row for row in village_rates(context.facts, 2025).values() if row.value is not None]
    return unique(
        [
            *(
                figure.source
                for figure in _figures(context, progress)
                if figure.id not in {"named", "district", "districts-full"}
            ),
            *(words.document(row.document, context.lang) for row in rows),
            *(found.published.source for found in progress if found.published),
        ]
    )
