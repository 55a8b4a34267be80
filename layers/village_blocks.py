"""The lists beside the map of villages: rates by district, what the directives ask and who lacks it, pilots, quotes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from layers import village_words as words
from layers.context import LayerContext
from layers.goals import goals
from layers.view import Block, Item
from layers.village_words import Survey
from programme.records import Target
from programme.units import Unit
from programme.village_rules import RATE_YEAR, Answer, DistrictVillages, districts_in, pilots_in, rating

#: So many lines stand in a block; more are counted.
LONGEST: Final = 12


def blocks(known: Survey, context: LayerContext) -> list[Block]:
    """Return the blocks of a view; a rule that no document has set by the month gives none."""
    found = [
        *_districts(known, context),
        *_models(known, context),
        *_own(known, context),
        *_pilots(context),
        *([] if known.rated else goals(context, "village-model")),
        *_quotes(known, context),
    ]
    return [Block(one.kind, one.title, _capped(one.items, context), one.note) for one in found]


def _capped(items: Sequence[Item], context: LayerContext) -> tuple[Item, ...]:
    if len(items) <= LONGEST:
        return tuple(items)
    return *items[:LONGEST], Item(text=context.t("và {count} mục khác", count=len(items) - LONGEST))


def _districts(known: Survey, context: LayerContext) -> list[Block]:
    """Return the rates of districts beside their targets; where no rate is set, the named model villages."""
    t = context.t
    rows = [
        row
        for row in districts_in(context.districts, known.communes, context.facts, context.month)
        if context.state.district in {None, row.district.code}
    ]
    if not known.rated:
        most = max((row.tally.model for row in rows), default=0)
        models = [
            Item(
                text=row.district.short_name,
                detail=t("{count} thôn", count=row.tally.model),
                district=row.district.code,
                class_id="has-model",
                share=row.tally.model / most,
            )
            for row in rows
            if row.tally.model
        ]
        return [Block("bars", t("Thôn kiểu mẫu nêu được tên, theo huyện"), tuple(models))] if models else []
    title = t("Tỷ lệ thôn NTM vùng DTTS theo huyện, so với chỉ tiêu {year}", year=RATE_YEAR)
    shown = [row for row in rows if known.rates or row.tally.known]
    return [Block("bars", title, tuple(_district(row, known, context) for row in shown))] if shown else []


def _district(row: DistrictVillages, known: Survey, context: LayerContext) -> Item:
    t, tally, bounds = context.t, row.tally, row.tally.bounds
    aim = [words.target(row.target, context)] if known.rates else []
    if bounds is None:
        said = " · ".join([words.share(tally, context), *aim])
    else:
        counted = t("{recognised}/{minority} thôn", recognised=tally.recognised, minority=tally.minority)
        counted += t(", {count} thôn chưa rõ", count=tally.unsaid) if tally.unsaid else ""
        span = "–".join(dict.fromkeys(words.rate(bound, context) for bound in bounds))
        said = f"{counted} · {' / '.join([span, *aim])}"
    if tally.villages and not row.complete:
        said += t(" (danh sách của {listed}/{communes} xã)", listed=row.listed, communes=row.communes)
    return Item(
        text=row.district.short_name,
        detail=said,
        district=row.district.code,
        # What part of the communes says is not the district's rate: it has a bar, and no class.
        class_id=rating(tally, exempt=False, target=row.target) if row.complete else None,
        share=None if bounds is None else bounds[0] / 100,
    )


def _models(known: Survey, context: LayerContext) -> list[Block]:
    """Return the recognised communes without a named model village, and how many have one."""
    t = context.t
    if known.model_rule is None:
        return []
    answers = {unit.code: known.model(unit, context) for unit in context.units.values()}
    counts = Counter[Answer](answer for answer in answers.values() if answer != "exempt")
    items = _missing(answers, "lacks-model", known, context)
    note = t(
        "{count}/{of} xã đạt chuẩn nêu được tên có thôn kiểu mẫu nêu được tên.",
        count=counts["yes"],
        of=counts.total(),
    )
    return [Block("list", t("Xã đạt chuẩn chưa nêu được thôn kiểu mẫu"), items, note + _silent(counts, context))]


def _own(known: Survey, context: LayerContext) -> list[Block]:
    """Return the communes that have no recognised village besides the pilots, and those that need none."""
    t, rule = context.t, known.own_rule
    if rule is None:
        return []
    answers = {unit.code: known.own(unit) for unit in context.units.values() if unit.in_programme}
    counts = Counter(answers.values())
    items = _missing(answers, "rule-missed", known, context)
    exempt = [context.units[code] for code in sorted(known.not_asked) if code in context.units]
    note = t("Đạt {count} xã.", count=counts["yes"])
    if exempt:
        names = "; ".join(context.place(unit) for unit in exempt)
        note += t(" Không áp dụng với {count} xã: {names}.", count=len(exempt), names=names)
    if (more := counts["exempt"] - len(exempt)) > 0:
        note += t(" {count} xã khác không có thôn vùng DTTS trong danh sách.", count=more)
    title = t("Chỉ tiêu {year}: xã chưa nêu được thôn vùng DTTS ngoài danh sách điểm", year=rule.year)
    return [Block("list", title, items, note + _silent(counts, context))]


def _silent(counts: Counter[Answer], context: LayerContext) -> str:
    """Return how many communes nobody told anything of."""
    return context.t(" Chưa có số liệu thôn của {count} xã.", count=counts["unknown"]) if counts["unknown"] else ""


def _missing(answers: Mapping[str, Answer], mark: str, known: Survey, context: LayerContext) -> tuple[Item, ...]:
    """Return a line for each commune that lacks what a directive asks of it."""
    return tuple(
        Item(
            text=context.place(unit),
            detail=words.share(known.of(unit).tally, context),
            unit=unit.code,
            district=unit.district_code,
            mark=mark,
        )
        for unit in _by_district(context)
        if answers.get(unit.code) == "no"
    )


def _by_district(context: LayerContext) -> list[Unit]:
    return sorted(
        (unit for unit in context.units.values() if context.selected(unit)),
        key=lambda unit: (unit.district_code, unit.code),
    )


def _pilots(context: LayerContext) -> list[Block]:
    t = context.t
    items = []
    for found in pilots_in(context.facts, context.facts.villages, context.districts, context.month):
        if found.levels:
            parts = [
                f"{t(words.PILOT_LEVELS[level])} {named}/{asked}" for level, (named, asked) in found.levels.items()
            ]
            said = " · ".join(parts)
        else:
            said = t("{named}/{asked} thôn nêu được tên", named=found.named, asked=found.total)
        items.append(
            Item(text=t("Năm {year}: {count}", year=found.row.year, count=said), detail=_quote(found.row, context))
        )
    return [Block("list", t("Thôn làm điểm vùng DTTS"), tuple(items))] if items else []


def _quotes(known: Survey, context: LayerContext) -> list[Block]:
    """Return the rules in the words of their documents; those of documents that were still to come are left out."""
    rows = [row for row in known.rows if row.document.issued <= context.month.last_day]
    said = dict.fromkeys(_quote(row, context) for row in rows)
    return [Block("quote", context.t("Văn bản quy định"), tuple(Item(text=one) for one in said))] if said else []


def _quote(row: Target, context: LayerContext) -> str:
    return f"“{row.quote}” ({row.document.short(context.lang)})"
