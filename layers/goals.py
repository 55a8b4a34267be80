"""What a province set itself to reach: goals of the year in the words of the documents, and its groups of communes."""

from __future__ import annotations

from base.numbers import number
from layers.context import LayerContext
from layers.view import Block, Item
from programme.records import Target
from programme.targets import commune_targets

#: What a goal is about, by level; keys of their translations.
_ABOUT = {
    "standard": "Xã đạt chuẩn",
    "advanced": "Xã nâng cao",
    "model": "Xã kiểu mẫu",
    "district": "Huyện NTM",
    "criteria": "Tiêu chí",
    "village-model": "Thôn kiểu mẫu",
    "village-minority": "Thôn vùng DTTS",
}
#: Kinds of rows that are goals of their own: not the clauses about targets of other years.
_GOALS = frozenset({"new", "continuing", "minimum", "minimum_rate"})


def goals(context: LayerContext, level: str | None = None) -> list[Block]:
    """Return the province's goals of the month's year, and of the next one once a document has set them.

    A block for each year whose targets name no commune: what is not on the map stands in words, each line with the
    document's own; ``level`` leaves only goals of one. Empty for a part of a province.
    """
    year = context.month.year
    rows = [
        row
        for row in context.facts.targets
        if row.unit is None
        and row.district is None
        and row.kind in _GOALS
        and row.value is not None
        and level in {None, row.level}
    ]
    blocks = []
    for of_year in (year, year + 1):
        found = [
            row
            for row in rows
            if row.year == of_year and (of_year == year or row.document.issued <= context.month.last_day)
        ]
        if found and not commune_targets(context.facts, of_year):
            title = context.t("Chỉ tiêu của tỉnh năm {year}", year=of_year)
            blocks.append(Block("list", title, tuple(_goal(row, context) for row in found)))
    return blocks


def _goal(row: Target, context: LayerContext) -> Item:
    t = context.t
    text = t(
        "{about}: {value} {measure}",
        about=t(_ABOUT.get(row.level, row.level)),
        value=number(row.value or 0, context.lang),
        measure=row.measure,
    )
    return Item(text=text, detail=f"“{row.quote}” ({row.document.short(context.lang)})")


def groups(context: LayerContext) -> list[Block]:
    """Return the groups of communes that the province steers by, with their source; empty where none are known."""
    items = [
        Item(text=group.name(context.lang), detail=f"{group.description(context.lang)} ({group.source})")
        for group in context.province.groups
        if not context.facts.part
    ]
    return [Block("list", context.t("Nhóm xã theo chỉ đạo của tỉnh"), tuple(items))] if items else []
