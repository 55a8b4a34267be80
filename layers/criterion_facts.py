"""What a set says of its criteria: names, departments in charge, thresholds, and what is unverified."""

from __future__ import annotations

from typing import Final

from layers.context import LayerContext
from layers.view import Block, Item
from programme.criteria import CriteriaSet, Criterion
from programme.reported import criterion_codes

#: Regions and commune groups that thresholds are given for, in the order in which they are said.
REGIONS: Final = {
    "national": "cả nước",
    "tay_nguyen": "Tây Nguyên",
    "northern_midlands": "Trung du miền núi phía Bắc",
    "group1": "xã nhóm 1",
    "group2": "xã nhóm 2",
    "group3": "xã nhóm 3",
}


def choices(found: CriteriaSet) -> tuple[str, ...]:
    """Return the codes that a reader may choose: criteria in number order, each followed by its indicators."""
    return tuple(item.code for item in found.items) or criterion_codes(found)


def name_of(code: str, item: Criterion | None, context: LayerContext) -> str:
    """Return ``Tiêu chí 7 – Cơ sở hạ tầng thương mại nông thôn``; the number alone where the set has no texts."""
    if item is None:
        return number_of(code, context)
    return f"{number_of(code, context)} – {item.name(context.lang)}"


def number_of(code: str, context: LayerContext) -> str:
    """Return ``Tiêu chí 7`` or ``Chỉ tiêu 7.1``."""
    return context.t("Chỉ tiêu {code}" if "." in code else "Tiêu chí {code}", code=code)


def thresholds(item: Criterion, context: LayerContext) -> str:
    """Return what must be reached by region, ``cả nước ≥95; Tây Nguyên ≥90``; empty when no threshold is known.

    Texts of the decision are quoted as they stand; "chưa kiểm chứng" follows where nobody compared them.
    """
    t = context.t
    parts = [
        f"{t(REGIONS[region])} {_quoted(item.thresholds[region])}" for region in REGIONS if region in item.thresholds
    ]
    values = {item.thresholds[region] for region in item.thresholds}
    if len(values) == 1:
        parts = [_quoted(values.pop())]
    text = "; ".join(parts)
    if item.unit and text:
        text = f"{text} ({item.unit})"
    return text + t(" (chưa kiểm chứng)") if text and not item.threshold_verified else text


def _quoted(text: str) -> str:
    return f"“{text}”" if any(letter.isalpha() for letter in text) else text


def department(item: Criterion, context: LayerContext) -> str:
    """Return who judges a criterion; "chưa rõ" when the set does not say."""
    return item.department or context.t("chưa rõ")


def about(found: CriteriaSet, group: str | None, item: Criterion | None, context: LayerContext) -> list[Block]:
    """Return the block on a criterion or on every criterion of a group; nothing for a set without texts."""
    t = context.t
    if group:
        members = [found.item(code) for code in found.groups()[group]]
        rows = [_line(member, context, department(member, context)) for member in members]
        return [Block("list", t("Tiêu chí của nhóm và cơ quan phụ trách"), tuple(rows))]
    if item is None:
        return []
    rows = [Item(t("Cơ quan phụ trách"), department(item, context))]
    own = [item] if item.is_indicator else list(found.indicators_of(item.code))
    for one in own:
        limit = thresholds(one, context) or t("chưa rõ mức phải đạt")
        rows.append(Item(t("Mức phải đạt"), limit) if one is item else _line(one, context, limit))
    note = "" if item.text_verified else t("Tên tiêu chí chưa kiểm chứng với văn bản gốc.")
    return [Block("list", t("Nội dung tiêu chí"), tuple(rows), note)]


def _line(item: Criterion, context: LayerContext, detail: str) -> Item:
    flag = "" if item.text_verified else context.t(" (chưa kiểm chứng)")
    return Item(f"{item.code}. {item.name(context.lang)}{flag}", detail)
