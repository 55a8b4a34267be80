"""Layer ``target-communes``: the communes that must reach a level this year, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from base.numbers import number
from layers import words
from layers.context import LayerContext, unique
from layers.goals import goals
from layers.view import Block, Figure, Item, LayerView, Mark
from programme.records import LEVELS, Level, Target
from programme.targets import CommuneTarget, province_total
from programme.units import Unit

RESULT_MARKS: Final = {
    "attained": "attained",
    "not-attained": "not-attained",
    "not-published": "not-published",
}


def build(context: LayerContext) -> LayerView:
    """Compute the layer for the year of the month.

    Columns of the frame: ``value`` (str, highest target level or empty), ``targets`` (str, level and
    kind of each), ``result`` (str), ``department`` (str, department in charge, "chưa nhập" until entered),
    ``level`` (str, level held in the month), ``document`` (str). Source: the directive of the year.
    """
    t = context.t
    frame = context.commune_frame(lambda unit: _row(unit, context))
    marks = [mark for unit in context.units.values() for mark in _marks(unit, context)]
    figures = [*_total_figures(context), *_named_figures(context)]
    return context.view(
        title=t("Bản đồ xã mục tiêu năm {year}", year=context.month.year),
        frame=frame,
        columns={
            "targets": t("Mục tiêu"),
            "result": t("Kết quả"),
            "department": t("Đơn vị phụ trách"),
            "level": t("Mức đạt chuẩn"),
            "document": t("Văn bản"),
        },
        marks=marks,
        figures=figures,
        blocks=[_list(context), *goals(context)],
        notes=_notes(context),
        sources=unique(words.document(row.document, context.lang) for row in _rows_used(context)),
        headline=headline(context),
        with_facts=context.targets,
    )


def _row(unit: Unit, context: LayerContext) -> dict[str, object]:
    t, items = context.t, context.targets.get(unit.code, [])
    outside = not unit.in_programme
    highest = items[0].level if items else ""
    results = "; ".join(t(words.RESULTS[item.result]) for item in items)
    return {
        "value": highest,
        "class_id": "outside" if outside else highest or "none",
        "tooltip": words.tooltip(unit, context, t("Kết quả: {result}", result=results) if items else ""),
        "targets": "; ".join(words.target(item, t) for item in items),
        "result": results,
        "department": "; ".join(unique(item.row.department or t("chưa nhập") for item in items)),
        "level": words.level(context.levels[unit.code], unit, t, context.lang),
        "document": "; ".join(unique(item.row.document.short(context.lang) for item in items)),
    }


def _marks(unit: Unit, context: LayerContext) -> Iterable[Mark]:
    items = context.targets.get(unit.code, [])
    if any(item.kind == "carried_over" for item in items):
        yield Mark(unit.code, "carried")
    if len(items) > 1:
        yield Mark(unit.code, "second")
    for result in unique(item.result for item in items):
        yield Mark(unit.code, RESULT_MARKS[result])
    if unit.code in context.warnings:
        yield Mark(unit.code, "at-risk")


def _of(context: LayerContext, level: Level, *kinds: str) -> list[CommuneTarget]:
    return [item for items in context.targets.values() for item in items if item.level == level and item.kind in kinds]


def _totals(context: LayerContext) -> dict[Level, Target]:
    found = {level: province_total(context.facts, context.month.year, level) for level in LEVELS}
    return {level: row for level, row in found.items() if row is not None}


def headline(context: LayerContext) -> str:
    """Return ``Mới 7 · 3 · 1; chuyển tiếp 2 · 6``, the numbers in the order standard, advanced, model."""
    t, year = context.t, context.month.year
    totals = _totals(context)
    if not totals and not context.targets:
        return t("Năm {year}: chưa có danh sách xã mục tiêu được công bố", year=year)
    parts = []
    fresh = [_of(context, level, "new", "continuing") for level in LEVELS]
    if any(fresh):
        word = t("Dự kiến") if all(item.expected for items in fresh for item in items) else t("Mới")
        continuing = _of(context, "model", "continuing")
        shown = fresh[:2] if continuing else fresh
        parts.append(f"{word} " + " · ".join(str(len(items)) for items in shown))
        if continuing:
            parts.append(t("tiếp tục {count} kiểu mẫu", count=len(continuing)))
    elif totals:
        counts = " · ".join(number(row.value or 0, context.lang) for row in totals.values())
        parts.append(t("{counts} xã, nguồn không nêu tên", counts=counts))
    carried = [len(_of(context, level, "carried_over")) for level in LEVELS]
    if any(carried):
        shown_counts = carried[:2] if not carried[2] else carried
        parts.append(t("chuyển tiếp {counts}", counts=" · ".join(map(str, shown_counts))))
    return "; ".join(parts)


def _total_figures(context: LayerContext) -> list[Figure]:
    t = context.t
    return [
        Figure(
            id=f"total-{level}",
            label=t("Chỉ tiêu xã {level} năm {year}", level=t(words.TARGET_LEVELS[level]), year=context.month.year),
            value=row.value,
            unit=t("xã"),
            text=t("{count} xã", count=number(row.value or 0, context.lang)),
            as_of=str(context.month.year),
            source=words.document(row.document, context.lang),
            status="expected" if row.expected else "target",
            change="" if _of(context, level, "new", "continuing") else t("nguồn không nêu tên"),
        )
        for level, row in _totals(context).items()
    ]


def _named_figures(context: LayerContext) -> list[Figure]:
    t = context.t
    items = [item for group in context.targets.values() for item in group]
    if not items:
        return []
    by_result = [(words.RESULTS[key], sum(item.result == key for item in items)) for key in words.RESULTS]
    results = " · ".join(f"{t(word)} {count}" for word, count in by_result)
    text = t("{count} mục tiêu", count=len(items))
    carried = sum(item.kind == "carried_over" for item in items)
    source = words.document(items[0].row.document, context.lang)
    year = str(context.month.year)
    label = t("Tất cả xã mục tiêu có tên, kết quả đến nay")
    figures = [Figure("results", label, len(items), t("mục tiêu"), text, year, source, change=results)]
    if carried:
        label = t("Chuyển tiếp từ các năm trước")
        carried_text = t("{count} mục tiêu", count=carried)
        figures.append(Figure("carried", label, carried, t("mục tiêu"), carried_text, year, source, "target"))
    return figures


def _list(context: LayerContext) -> Block:
    """Return the targets by district: level, kind, result, department in charge."""
    t = context.t
    rows = [
        Item(
            text=context.place(unit),
            detail=t(
                "{target} · Kết quả: {result} · Phụ trách: {department}",
                target=words.target(item, t),
                result=t(words.RESULTS[item.result]),
                department=item.row.department or t("chưa nhập"),
            ),
            unit=unit.code,
            district=unit.district_code,
            class_id=item.level,
            mark="carried" if item.kind == "carried_over" else None,
        )
        for unit in sorted(context.units.values(), key=lambda u: (u.district_code, u.code))
        if context.selected(unit)
        for item in context.targets.get(unit.code, ())
    ]
    note = "" if rows else t("Không có xã mục tiêu có tên cho lựa chọn này.")
    return Block("list", t("Danh sách xã mục tiêu theo huyện"), tuple(rows), note)


def _rows_used(context: LayerContext) -> list[Target]:
    items = [item for group in context.targets.values() for item in group]
    clauses = [item.clause for item in items if item.clause]
    return [*_totals(context).values(), *clauses, *(item.row for item in items)]


def _notes(context: LayerContext) -> list[str]:
    t = context.t
    notes = [
        t("Một mục tiêu được coi là đạt theo năm đạt chuẩn, không theo ngày quyết định."),
        t("“Chưa” chỉ khi văn bản sau đó còn liệt kê xã ở cùng mức hoặc thấp hơn; còn lại là “chưa công bố”."),
    ]
    if any(not item.row.department for group in context.targets.values() for item in group):
        notes.append(t("Đơn vị phụ trách từng xã nằm trong phụ lục của chỉ thị, chưa có trong nguồn: “chưa nhập”."))
    clauses = unique(item.clause.quote for group in context.targets.values() for item in group if item.clause)
    return [*notes, *(t("Căn cứ chuyển tiếp: “{quote}”", quote=quote) for quote in clauses)]
