"""Layer ``criterion``: one criterion, one indicator or one group of criteria, commune by commune."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from base.errors import StateError
from base.numbers import number, percent
from layers import words
from layers.assessed import (
    by_district,
    criteria_sources,
    missing,
    missing_words,
    months_label,
    numbers_of,
    reports_among,
    required_set,
    set_notes,
)
from layers.breaks import begins
from layers.context import LayerContext
from layers.criterion_facts import about, choices, name_of, number_of
from layers.view import Block, Figure, Item, LayerView, Mark
from programme.criteria import GROUPS, Assessment, CriteriaSet, Criterion, Result
from programme.standing import results_of
from programme.units import Unit

#: From so many criteria of a group not met on, communes are one class.
MANY = 3


@dataclass(frozen=True)
class Shown:
    """What the map shows: the codes, their results by unit, and how it is called.

    ``item`` is the criterion or indicator, ``None`` for a group or where the set is known by name only.
    ``values`` are the reported rows of an indicator.
    """

    codes: tuple[str, ...]
    name: str
    group: str | None
    item: Criterion | None
    results: Mapping[str, Mapping[str, Result | None]]
    values: Mapping[str, Assessment]


def build(context: LayerContext) -> LayerView:
    """Compute the layer.

    Columns of the frame: ``value`` (str, result; for a group the number of criteria not met), ``result`` (str),
    ``measured`` (str, value of an indicator) or ``unmet`` (str, criteria of the group not met), ``basis`` (str,
    report or published count with its month). Without a choice the first criterion of the set is shown.

    Raises
    ------
    StateError
        The set in force has no such criterion or group.
    """
    t = context.t
    found = required_set(context)
    shown = _shown(found, context)
    frame = context.commune_frame(lambda unit: _row(unit, shown, context))
    figures = _figures(shown, context)
    named = [code for code, results in shown.results.items() if any(results.get(item) for item in shown.codes)]
    own = {"unmet": t("Tiêu chí chưa đạt")} if shown.group else {"measured": t("Giá trị")}
    return context.view(
        title=t("Bản đồ {name}", name=_lower(shown.name)),
        frame=frame,
        columns={"result": t("Kết quả"), **own, "basis": t("Căn cứ")},
        marks=_marks(named, context),
        figures=figures,
        blocks=[
            _by_district(shown, context),
            *about(found, shown.group, shown.item, context),
            *_failing(shown, context),
        ],
        notes=_notes(found, context),
        sources=criteria_sources(context, [s for code in named if (s := context.standings.get(code))], figures)
        or [found.source],
        headline=_headline(shown, context),
        with_facts=named,
        legend="criterion-group" if shown.group else "criterion",
        settled={} if shown.group else {"criterion": shown.codes[0]},
    )


def _marks(named: list[str], context: LayerContext) -> list[Mark]:
    found = {code: standing for code in named if code in context.units and (standing := context.standings.get(code))}
    return [Mark(code, "sourced") for code, standing in found.items() if not standing.is_report]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _shown(found: CriteriaSet, context: LayerContext) -> Shown:
    code, group = context.state.criterion, context.state.criterion_group
    if group and not code:
        if group not in found.groups():
            raise StateError("{set} không có nhóm tiêu chí “{group}”.", set=found.name(context.lang), group=group)
        name = context.t("Nhóm tiêu chí {group}", group=_lower(context.t(GROUPS[group])))
        return Shown(found.groups()[group], name, group, None, _criteria_results(context), {})
    code = code or choices(found)[0]
    if code not in choices(found):
        raise StateError("{set} không có tiêu chí “{code}”.", set=found.name(context.lang), code=code)
    item = found.item(code) if found.items else None
    name = name_of(code, item, context)
    if item is None or not item.is_indicator:
        return Shown((code,), name, None, item, _criteria_results(context), {})
    values = context.facts.assessments(found.id, context.month, begins(context.boundary.entry), [code])
    own = {unit: rows[code] for unit, rows in values.items()}
    return Shown((code,), name, None, item, {unit: {code: row.result} for unit, row in own.items()}, own)


def _criteria_results(context: LayerContext) -> dict[str, Mapping[str, Result | None]]:
    return {code: results_of(standing) for code, standing in context.standings.items() if standing.current}


def _class(unit: Unit, shown: Shown, context: LayerContext) -> str:
    results = shown.results.get(unit.code, {})
    said = [results.get(code) for code in shown.codes]
    if not unit.in_programme or not any(said):
        return missing(unit, context)
    if not shown.group:
        return str(said[0])
    if failing := said.count("not-met"):
        return f"not-met-{min(failing, MANY)}"
    if None in said:
        return "open"
    return "met" if "met" in said else "not-applicable"


def _row(unit: Unit, shown: Shown, context: LayerContext) -> dict[str, object]:
    t = context.t
    class_id = _class(unit, shown, context)
    results = shown.results.get(unit.code, {})
    unmet = [code for code in shown.codes if results.get(code) == "not-met"]
    absent = not any(results.get(code) for code in shown.codes)
    said = missing_words(unit, context) if absent else _result(class_id, unmet, shown, context)
    measured = _measured(unit, shown, context)
    basis = "" if absent else _basis(unit, shown, context)
    text = t("{name}: {result}", name=_short(shown, context), result=said) if said else ""
    return {
        "value": "" if absent else len(unmet) if shown.group else str(results[shown.codes[0]]),
        "class_id": class_id,
        "tooltip": words.tooltip(unit, context, text, measured, basis),
        "result": said,
        "measured": measured,
        "unmet": numbers_of(unmet),
        "basis": basis,
    }


def _short(shown: Shown, context: LayerContext) -> str:
    if shown.group:
        return context.t(GROUPS[shown.group])
    return number_of(shown.codes[0], context)


def _result(class_id: str, unmet: list[str], shown: Shown, context: LayerContext) -> str:
    t = context.t
    if not shown.group:
        return t(words.CRITERION_RESULTS[class_id])  # type: ignore[index]
    if unmet:
        return t("{count}/{total} tiêu chí chưa đạt", count=len(unmet), total=len(shown.codes))
    if class_id == "open":
        return t("còn tiêu chí chưa báo cáo")
    return t("đạt cả {total} tiêu chí", total=len(shown.codes)) if class_id == "met" else t("không áp dụng")


def _measured(unit: Unit, shown: Shown, context: LayerContext) -> str:
    row = shown.values.get(unit.code)
    if row is None or row.value is None:
        return ""
    value = row.value if isinstance(row.value, str) else number(row.value, context.lang)
    return f"{value} {shown.item.unit}".strip() if shown.item else value


def _basis(unit: Unit, shown: Shown, context: LayerContext) -> str:
    if row := shown.values.get(unit.code):
        return context.t("báo cáo {month}", month=row.period.label)
    return words.standing(context.standings[unit.code], context)


def _tally(shown: Shown, context: LayerContext, district: str | None = None) -> Counter[str]:
    units = [unit for unit in by_district(context) if district in {None, unit.district_code}]
    return Counter(_class(unit, shown, context) for unit in units)


def _headline(shown: Shown, context: LayerContext) -> str:
    t, tally = context.t, _tally(shown, context)
    failing = sum(count for class_id, count in tally.items() if class_id.startswith("not-met"))
    known = tally["met"] + failing
    if not known:
        return t("{name}: chưa có báo cáo tháng, chưa có số công bố", name=shown.name)
    parts = [
        t("{name}: {count}/{of} xã đạt ({share})", name=shown.name, count=tally["met"], of=known,
          share=percent(tally["met"], known, context.lang)),
        t("{count} xã chưa đạt", count=failing),
    ]  # fmt: skip
    if excused := tally["not-applicable"]:
        parts.append(t("{count} xã không áp dụng", count=excused))
    return " · ".join(parts)


def _figures(shown: Shown, context: LayerContext) -> list[Figure]:
    t = context.t
    chosen = context.state.district if context.state.district in context.districts else None
    tally = _tally(shown, context, chosen)
    failing = sum(count for class_id, count in tally.items() if class_id.startswith("not-met"))
    known = tally["met"] + failing
    month = months_label(reports_among(context, chosen)) or context.month.label
    source = t("Báo cáo tháng và số công bố")
    share = f" ({percent(tally['met'], known, context.lang)})" if known else ""
    met = t("{count}/{of} xã", count=tally["met"], of=known) + share if known else t("chưa có báo cáo")
    without = sum(tally[class_id] for class_id in ("not-reported", "no-source", "open"))
    rows = [
        ("met", t("Xã đạt"), tally["met"] if known else None, met),
        ("not-met", t("Xã chưa đạt"), failing if known else None, t("{count} xã", count=failing) if known else met),
        (
            "not-applicable",
            t("Xã không áp dụng"),
            tally["not-applicable"],
            t("{count} xã", count=tally["not-applicable"]),
        ),
        ("unknown", t("Xã chưa có kết quả"), without, t("{count} xã", count=without)),
    ]
    shown_rows = [row for row in rows if row[0] != "not-applicable" or row[2]]
    return [Figure(key, label, value, t("xã"), text, month, source) for key, label, value, text in shown_rows]


def _by_district(shown: Shown, context: LayerContext) -> Block:
    t = context.t
    items = []
    for code, district in context.districts.items():
        tally = _tally(shown, context, code)
        known = tally["met"] + sum(count for class_id, count in tally.items() if class_id.startswith("not-met"))
        if known and context.state.district in {None, code}:
            text = t("{count}/{of} xã", count=tally["met"], of=known)
            items.append(
                (
                    tally["met"] / known,
                    Item(district.short_name, text, district=code, class_id="met", share=tally["met"] / known),
                )
            )
    ranked = [item for _, item in sorted(items, key=lambda row: (-row[0], str(row[1].district)))]
    note = t("Trên số xã có kết quả đạt hoặc chưa đạt.") if ranked else t("Chưa có báo cáo.")
    return Block("bars", t("Tỷ lệ xã đạt theo huyện"), tuple(ranked), note)


def _failing(shown: Shown, context: LayerContext) -> list[Block]:
    """Return the selected communes that fail; nothing while nobody reported."""
    rows = [
        Item(
            text=context.place(unit),
            detail=" · ".join(
                text for text in (_row_detail(unit, shown, context), _basis(unit, shown, context)) if text
            ),
            unit=unit.code,
            class_id=class_id,
        )
        for unit in by_district(context)
        if context.selected(unit) and (class_id := _class(unit, shown, context)).startswith("not-met")
    ]
    return [Block("list", context.t("Xã chưa đạt"), tuple(rows))] if rows else []


def _row_detail(unit: Unit, shown: Shown, context: LayerContext) -> str:
    if not shown.group:
        return _measured(unit, shown, context)
    results = shown.results[unit.code]
    unmet = numbers_of(code for code in shown.codes if results.get(code) == "not-met")
    return context.t("tiêu chí số {numbers}", numbers=unmet)


def _notes(found: CriteriaSet, context: LayerContext) -> list[str]:
    t = context.t
    return [
        t("Mỗi xã lấy báo cáo mới nhất đến tháng đang xem; tháng báo cáo ghi ở từng xã."),
        t("Số công bố chỉ cho biết từng tiêu chí khi xã đạt đủ hoặc nguồn nêu tên tiêu chí chưa đạt; đánh dấu N."),
        t("“Không áp dụng” và “chưa báo cáo” không nằm trong tỷ lệ."),
        *set_notes(found, context),
    ]
