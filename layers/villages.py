"""Layer ``villages``: recognised villages by commune, against what the directives ask.

Two titles, *thôn NTM kiểu mẫu* and *thôn NTM vùng đồng bào dân tộc thiểu số* (:mod:`programme.villages`); the rules are
in :mod:`programme.village_rules`. Where no document sets goals for villages of the minority area, communes are shown
by model villages alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from base import settings
from layers import village_words, words
from layers.context import LayerContext, unique
from layers.view import Feature, LayerView, Mark
from layers.village_blocks import blocks
from layers.village_figures import COUNTED_HERE, figures, headline
from layers.village_words import Held, Survey, survey
from programme.units import Unit
from programme.village_rules import RATE_YEAR, rating
from programme.villages import TITLES, Village, VillageRecognition

#: Legend of provinces where nothing is asked of villages of the minority area.
MODEL_LEGEND: Final = "villages-model"
#: What the register and the recognitions are handed in as.
_KINDS: Final = frozenset({"villages", "village-recognitions"})


def build(context: LayerContext) -> LayerView:
    """Compute the layer.

    Columns of the frame: ``value`` (float, percent of the commune's villages of the minority area that are
    recognised; with the legend of model villages their number; empty where unknown), ``villages`` (int, or that there
    is no register), ``minority``, ``recognised``, ``model`` (int; empty where unknown), ``rate`` and ``target`` (str,
    percent), ``rules`` (str, what the directives ask of the commune and how it stands). Sources: the register and the
    recognitions handed in; directives 04/2022 and 05/2024, plan 305/2025.
    """
    t, known = context.t, survey(context)
    shown = figures(known, context)
    rated = {
        "minority": t("Thôn vùng DTTS"),
        "recognised": t("Được công nhận"),
        "rate": t("Tỷ lệ"),
        "target": t("Chỉ tiêu của huyện"),
    }
    return context.view(
        title=t("Bản đồ thôn, làng nông thôn mới"),
        frame=context.commune_frame(lambda unit: _row(unit, known, context)),
        columns={
            "villages": t("Số thôn"),
            **(rated if known.rated else {}),
            "model": t("Thôn kiểu mẫu"),
            "rules": t("Yêu cầu của văn bản"),
        },
        marks=[mark for unit in context.units.values() for mark in _marks(unit, known, context)],
        figures=shown,
        blocks=blocks(known, context),
        notes=_notes(known, context),
        sources=unique(
            [
                *(figure.source for figure in shown if figure.id not in COUNTED_HERE),
                *(words.document(row.document, context.lang) for row in known.rows),
                *(f"{r.file_name} ({r.by}, {r.recorded})" for r in context.facts.receipts if r.kind in _KINDS),
            ]
        ),
        headline=headline(known, context),
        with_facts=[code for code, commune in known.communes.items() if commune.tally.known],
        legend=None if known.rated else MODEL_LEGEND,
        features=features(context, exact=settings.exact_points()),
        feature_columns=_feature_columns(context),
    )


def _row(unit: Unit, known: Survey, context: LayerContext) -> dict[str, object]:
    t, tally = context.t, known.of(unit).tally
    value = tally.rate if known.rated else tally.model if tally.known else None
    label = f"{tally.recognised}/{tally.minority}" if known.rated else str(tally.model)
    standing = village_words.standing(unit, known, context)
    counted = [village_words.share(tally, context)] if known.rated else []
    if not known.rated or (tally.model and known.model(unit, context) != "yes"):
        counted.append(village_words.models(tally, context))
    unsaid = t("chưa rõ") if tally.unsaid else ""
    return {
        "value": "" if value is None else value,
        "class_id": _class(unit, known),
        "label": "" if value is None else label,
        "tooltip": words.tooltip(unit, context, *map(words.sentence, [*counted, *standing])),
        "villages": tally.villages or t("chưa có danh sách"),
        "minority": (f"{tally.minority}; {unsaid} {tally.unsaid}" if unsaid else tally.minority)
        if tally.villages
        else "",
        "recognised": tally.recognised if tally.villages else "",
        "rate": unsaid if tally.rate is None else village_words.rate(tally.rate, context),
        "target": _target(unit, known, context),
        "model": tally.model if tally.known else "",
        "rules": "; ".join(standing),
    }


def _class(unit: Unit, known: Survey) -> str:
    tally = known.of(unit).tally
    if not unit.in_programme:
        return "outside"
    if known.rated:
        return rating(tally, exempt=unit.code in known.exempt, target=known.target(unit))
    if tally.model:
        return "has-model"
    return "no-model" if tally.known else "no-register"


def _target(unit: Unit, known: Survey, context: LayerContext) -> str:
    if not unit.in_programme:
        return ""
    if not known.rates:
        return context.t("không áp dụng")
    target = known.target(unit)
    return context.t("không công bố") if target is None else village_words.rate(target, context)


def _marks(unit: Unit, known: Survey, context: LayerContext) -> Iterable[Mark]:
    """Yield the marks of a commune; the legend of model villages has none, its classes say it."""
    if not known.rated:
        return
    if known.of(unit).tally.model:
        yield Mark(unit.code, "model")
    if known.model(unit, context) == "no":
        yield Mark(unit.code, "lacks-model")
    answers = {"yes": "rule-met", "no": "rule-missed"}
    if mark := answers.get(known.own(unit)):
        yield Mark(unit.code, mark)


def features(context: LayerContext, *, exact: bool) -> tuple[Feature, ...]:
    """Return every village of the month, also those named outside the register, in order of commune and name.

    Their places are told only with ``exact``, and where somebody gave one: villages are listed without.
    """
    found = []
    for code, commune in survey(context).communes.items():
        for key, village, held in commune.each():
            if unit := context.units.get(code):
                one = _feature("|".join(key), unit, village, held, context)
                place = village.place if exact and village else None
                found.append(replace(one, filled=place, exact=place is not None))
    return tuple(found)


def _feature(number: str, unit: Unit, village: Village | None, held: Held, context: LayerContext) -> Feature:
    """Return a village without its place; one outside the register has a title."""
    t, record = context.t, village or next(iter(held.values()))
    name = village_words.name(village, held)
    before = [_commune_before(record, context)] if context.boundary.entry.reorganised else []
    return Feature(
        kind="village",
        id=number,
        text=name,
        detail="\n".join([context.place(unit), *village_words.about(village, held, context)]),
        unit=unit.code,
        class_id="both" if len(held) == len(TITLES) else next(iter(held), "none"),
        selected=context.selected(unit),
        cells=(
            *(name, unit.full_name, context.districts[unit.district_code].name, *before),
            t(village_words.KINDS[village.kind]) if village else t("không có trong danh sách thôn"),
            village_words.minority(village, held, context),
            village_words.pilot(village, context) if village else "",
            *(village_words.recognition(held[title], context) if title in held else "" for title in TITLES),
            village_words.sources(village, held),
        ),
    )


def _feature_columns(context: LayerContext) -> tuple[str, ...]:
    t = context.t
    before = [t("Xã trước sắp xếp")] if context.boundary.entry.reorganised else []
    return (
        *(t("Thôn, làng"), t("Xã"), t("Huyện"), *before, t("Loại"), t("Vùng DTTS"), t("Làm điểm")),
        *(words.sentence(t(village_words.TITLE_NAMES[title])) for title in TITLES),
        t("Nguồn"),
    )


def _commune_before(record: Village | VillageRecognition, context: LayerContext) -> str:
    """Return the commune that a village lay in before the reorganisation; empty where nobody said."""
    former = context.former.get(record.old_list)
    unit = former.units.get(record.old_code) if former else None
    return unit.full_name if unit else ""


def _notes(known: Survey, context: LayerContext) -> list[str]:
    t = context.t
    notes = [t("Số công bố và số nêu được tên đặt cạnh nhau, không quy đổi.")]
    if known.rated:
        notes += [
            t("Tỷ lệ của xã: thôn vùng DTTS được công nhận trên số thôn vùng DTTS trong danh sách."),
            t("Xã còn thôn chưa rõ có thuộc vùng DTTS thì chưa có tỷ lệ. Thôn đã được công nhận thôn NTM vùng DTTS "
              "được coi là thuộc vùng này."),
        ]  # fmt: skip
    if known.rates:
        text = t(
            "Tháng nào cũng so với chỉ tiêu của huyện đến hết năm {year}; đúng bằng chỉ tiêu là đạt.", year=RATE_YEAR
        )
        notes.append(text)
    elif known.rated:
        notes.append(t("Chỉ tiêu của huyện và của xã trước sắp xếp không chuyển sang đơn vị mới."))
    if rule := known.own_rule:
        notes.append(
            t("Chỉ tiêu {year} tính theo năm đạt chuẩn đến hết {year}, không kể thôn làm điểm năm {before}.",
              year=rule.year, before=rule.year - 1)
        )  # fmt: skip
    if known.model_rule:
        notes.append(
            t("“Chưa nêu được thôn kiểu mẫu” chỉ ghi với xã đã có danh sách thôn hoặc quyết định công nhận thôn.")
        )
    if count := sum(commune.tally.unlisted for commune in known.communes.values()):
        notes.append(
            t("{count} thôn được công nhận không có trong danh sách thôn: nêu tên, không tính vào tỷ lệ.", count=count)
        )
    if any(village.place for commune in known.communes.values() for village in commune.register):
        notes.append(t("Vị trí thôn chỉ hiện với người được phép xem vị trí chính xác."))
    return notes
