"""The card of one commune: everything known of it, every fact with its source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from base.clock import day_label
from base.numbers import number
from layers import breaks, village_words, words
from layers.cluster_words import LAYER
from layers.clusters import card_rows
from layers.context import LayerContext
from layers.criteria_grid import Grid, criteria_grid
from programme.records import Recognition
from programme.targets import CommuneTarget, commune_targets
from programme.units import Unit

#: Layers on the criteria of communes.
OF_CRITERIA: Final = frozenset({"criteria-met", "criterion", "at-risk"})


@dataclass(frozen=True, slots=True)
class CardRow:
    """One fact: what it is, its words, where it comes from."""

    label: str
    value: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class CardSection:
    """Facts of one kind; never empty: a section without facts says so in one row."""

    title: str
    rows: tuple[CardRow, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """The card of one unit; ``criteria`` stands before the section with the number ``criteria_at``."""

    title: str
    subtitle: str
    class_id: str
    sections: tuple[CardSection, ...]
    criteria: Grid
    criteria_at: int


def commune_card(context: LayerContext, code: str, class_id: str) -> Card:
    """Build the card of a unit in the context's month and language.

    Parameters
    ----------
    context
        Facts and boundary.
    code
        A unit of the context.
    class_id
        The class the layer gave the unit, so that the card shows the map's colour.
    """
    unit, t = context.units[code], context.t
    nothing = CardRow("", t("Chưa có nguồn công bố"))
    sections = [
        (t("Lịch sử công nhận"), _recognitions(unit, context)),
        (t("Mục tiêu và cảnh báo"), [*_targets(unit, context), *_warnings(unit, context)]),
        (t("Số tiêu chí có nguồn"), _counts(unit, context)),
        (t("Địa giới"), _place(unit, context)),
    ]
    if before := list(_before(unit, context)):
        sections.insert(0, (t("Đơn vị trước sắp xếp và mức cuối"), [*before, CardRow("", breaks.mark(context))]))
    if dossiers := list(_dossiers(unit, context)):
        sections.insert(len(sections) - 2, (t("Hồ sơ xét công nhận"), dossiers))
    if clusters := [CardRow(*row) for row in card_rows(unit, context)]:
        sections.insert(0 if context.state.layer == LAYER else len(sections) - 1, (t("Cụm dân cư"), clusters))
    if villages := [CardRow(*row) for row in village_words.told(unit, context)]:
        sections.insert(len(sections) - 1, (t("Thôn, làng"), villages))
    status = context.levels[code]
    return Card(
        title=unit.full_name,
        subtitle=f"{context.districts[unit.district_code].name} · {words.level(status, unit, t, context.lang)}",
        class_id=class_id,
        sections=tuple(CardSection(title, tuple(rows) or (nothing,)) for title, rows in sections),
        criteria=criteria_grid(unit, context),
        # On a map of criteria they come first, else after history, targets and warnings.
        criteria_at=0 if context.state.layer in OF_CRITERIA else 2,
    )


def _recognitions(unit: Unit, context: LayerContext) -> Iterable[CardRow]:
    t = context.t
    if not unit.in_programme:
        return [CardRow("", t("Ngoài chương trình ({kind})", kind=t(unit.kind)))]
    found = [r for r in context.facts.recognitions if r.unit == unit.code]
    rows = []
    for item in sorted(found, key=_when):
        year = item.standard_year if item.decision_date else None
        withdrawn = item.action == "withdraw"
        parts = [
            words.decision(item, t),
            t("năm đạt chuẩn {year}", year=year.label) if year and not withdrawn else "",
            t("theo {set}", set=words.set_name(item.criteria_set, context)) if item.criteria_set else "",
            "" if withdrawn else t(words.EVIDENCE[item.evidence]),
        ]
        name = t(words.LEVEL_NAMES[item.level] if item.counts or withdrawn else "Hồ sơ, suy đoán")
        source = f"{item.note(context.lang)} {_quoted(item.source, item.quote)}".strip()
        label = t("Thu hồi: {level}", level=name) if withdrawn else name
        rows.append(CardRow(label, "; ".join(part for part in parts if part), source))
    return rows


def _when(item: Recognition) -> tuple[int, int]:
    """Order by date, undated rows last."""
    since = item.held_from
    return (since.latest.year, since.latest.month) if since else (9999, 0)


def _dossiers(unit: Unit, context: LayerContext) -> Iterable[CardRow]:
    t = context.t
    for item in context.facts.dossiers:
        if item.unit == unit.code and item.day <= context.month.last_day:
            level = t(words.LEVEL_NAMES[item.level])
            parts = [day_label(item.day), level, words.set_name(item.criteria_set, context), item.note]
            yield CardRow(t(words.STEPS[item.step]), "; ".join(part for part in parts if part), item.source)


def _targets(unit: Unit, context: LayerContext) -> Iterable[CardRow]:
    t = context.t
    years = sorted({row.year for row in context.facts.targets if row.unit == unit.code} | {context.month.year})
    for year in years:
        for item in commune_targets(context.facts, year):
            if item.unit == unit.code:
                value = t(
                    "kết quả: {result}; phụ trách: {department}",
                    result=t(words.RESULTS[item.result]),
                    department=item.row.department or t("chưa nhập"),
                )
                yield CardRow(words.target(item, t), value, _target_source(item, context))


def _target_source(item: CommuneTarget, context: LayerContext) -> str:
    row = item.clause or item.row
    return _quoted(words.document(row.document, context.lang), row.quote)


def _warnings(unit: Unit, context: LayerContext) -> Iterable[CardRow]:
    for item in context.facts.warnings:
        if item.unit == unit.code:
            source = _quoted(words.document(item.document, context.lang), item.quote)
            yield CardRow(context.t("⚠ Nguy cơ bị thu hồi"), words.warning(item, context.t, context.lang), source)


def _counts(unit: Unit, context: LayerContext) -> Iterable[CardRow]:
    t = context.t
    for item in context.facts.criteria_counts:
        if item.unit != unit.code:
            continue
        unmet = t("chưa đạt tiêu chí số {numbers}", numbers=", ".join(map(str, item.unmet))) if item.unmet else ""
        note = item.note_en if context.lang == "en" else item.note_vi
        value = "; ".join(text for text in (words.criteria(item, t), unmet) if text)
        yield CardRow(
            words.set_name(item.criteria_set, context),
            value,
            f"{note} {_quoted(item.source, item.quote)}".strip(),
        )


def _place(unit: Unit, context: LayerContext) -> Iterable[CardRow]:
    t, lang = context.t, context.lang
    row, entry = context.boundary.units.loc[unit.code], context.boundary.entry
    outline = entry.source_en if lang == "en" else entry.source_vi
    area = t("{km2} km² (theo hình vẽ)", km2=number(float(row["area_km2"]), lang, 1))
    yield CardRow(t("Diện tích"), area, outline)
    if unit.border:
        yield CardRow(t("Biên giới"), words.border(unit, context), outline)
    successor = context.facts.successions.get(unit.code)
    if successor:
        name = f"{successor.successor_kind} {successor.successor_name}"
        kept = t(", không đổi") if successor.unchanged else ""
        value = t("{name} (mã {code}){kept}", name=name, code=successor.successor_code, kept=kept)
        yield CardRow(t("Đơn vị từ 01/07/2025"), value, successor.clause)
    if row["note"] != "ok":
        yield CardRow(t("Lưu ý ranh giới"), words.boundary_note(str(row["note"]), context), outline)


def _before(unit: Unit, context: LayerContext) -> Iterable[CardRow]:
    """Tell which units went into this one, with the level each held last."""
    for row in context.predecessors.get(unit.code, ()):
        level = words.level(row.status, row.unit, context.t, context.lang)
        kept = context.t("; giữ nguyên") if row.succession.unchanged else ""
        yield CardRow(f"{row.place} ({row.unit.code})", level + kept, row.succession.clause)


def _quoted(source: str, quote: str) -> str:
    return f"{source}: “{quote}”" if quote else source
