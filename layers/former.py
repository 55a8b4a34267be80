"""The units that went into a new one, with what was last known of each: history is told, never handed down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from layers.view import Block, Item
from programme.levels import LevelStatus
from programme.province import province_of
from programme.records import Succession
from programme.units import Unit

if TYPE_CHECKING:
    from layers.context import LayerContext
    from store.facts import Facts


#: Levels in the middle of a sentence; keys of their translations.
LEVELS_IN_SHORT: Final = {
    "model": "kiểu mẫu",
    "advanced": "nâng cao",
    "standard": "đạt chuẩn",
    "met": "đạt đủ tiêu chí, chưa công nhận",
    "below": "chưa đạt",
    "unknown": "chưa có nguồn",
}


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A unit that went into another one.

    Attributes
    ----------
    unit, place
        The unit, and its full name with its district.
    status
        Level it held in its last month, or in the month drawn where that is earlier.
    succession
        What it became, by which clause.
    """

    unit: Unit
    place: str
    status: LevelStatus
    succession: Succession


def predecessors_of(code: str, facts: Facts, former: Mapping[str, LayerContext]) -> Sequence[Predecessor]:
    """Return the predecessors of a unit in code order; those whose unit list is not on record are left out."""
    found = []
    for row in sorted(facts.predecessors.get(code, ()), key=lambda row: row.unit):
        context = former.get(row.boundary)
        unit = context.units.get(row.unit) if context else None
        if context and unit:
            found.append(Predecessor(unit, context.place(unit), context.levels[unit.code], row))
    return found


def kept_levels(context: LayerContext) -> dict[str, LevelStatus]:
    """Return the level in the context's month of each unit that the reorganisation left as it was.

    It is the same unit, by the same decisions; its level goes on by the rules (:mod:`programme.levels`).
    """
    levels = {boundary: former.levels_at(context.month) for boundary, former in context.former.items()}
    return {
        code: levels[row.succession.boundary][row.unit.code]
        for code, rows in context.predecessors.items()
        for row in rows
        if row.succession.unchanged
    }


def banner(context: LayerContext) -> str:
    """Return what a reader must know before the map: these are not the units and levels of before; else empty."""
    t, entry = context.t, context.boundary.entry
    if not entry.reorganised:
        return ""
    if not context.facts.part:
        return t(
            "Đơn vị lập từ {month} là “chưa đánh giá”, không kế thừa mức đạt chuẩn.", month=entry.first_month.label
        )
    return t(
        "Từ {month} {former} thuộc {whole}: {count} đơn vị trên địa bàn cũ, đơn vị mới là “chưa đánh giá”.",
        month=entry.first_month.label,
        former=context.province.name(context.lang),
        whole=province_of(context.facts.province).name(context.lang),
        count=len(context.units),
    )


def former_units(context: LayerContext) -> list[Block]:
    """Return the new units with what went into each and the level it held last; empty without a reorganisation."""
    t = context.t
    items = []
    for code, rows in context.predecessors.items():
        unit = context.units[code]
        if context.selected(unit) and not rows[0].succession.unchanged:
            told = "; ".join(f"{row.unit.full_name}: {_short(row, context)}" for row in rows)
            items.append(Item(text=context.place(unit), detail=told, unit=code, class_id=context.levels[code].status))
    title = t("Đơn vị mới, đơn vị cũ và mức cuối của đơn vị cũ")
    return [Block("list", title, tuple(items))] if items else []


def _short(row: Predecessor, context: LayerContext) -> str:
    """Return a level in a few words: the card has its basis."""
    status = row.status.status
    return context.t("ngoài chương trình") if status == "outside" else context.t(LEVELS_IN_SHORT[status])
