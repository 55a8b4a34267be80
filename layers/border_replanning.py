"""Layer ``border-replanning``: the border communes and the replanning that the plan of 2025 orders.

No list of clusters is published: every border commune is "chưa có hồ sơ quy hoạch" until officers file.
"""

from __future__ import annotations

from base.numbers import number
from layers import words
from layers.context import LayerContext, unique
from layers.view import Block, Figure, Item, LayerView, Mark
from programme.units import Unit

MANDATE = "border-replanning"
COUNTRIES = {"Lào": ("laos", "border_lao_km"), "Campuchia": ("cambodia", "border_khm_km")}


def build(context: LayerContext) -> LayerView:
    """Compute the layer.

    Columns of the frame: ``value`` (float, km of national boundary by the outline), ``country`` (str),
    ``border_km`` (str, km per country), ``file`` (str, state of the planning file), ``level`` (str),
    ``targets`` (str), ``warning`` (str). Sources: unit list for the country, boundary version for km,
    plan 305/KH-UBND of 2025, annex III, content 1.01, for the mandate.
    """
    t = context.t
    frame = context.commune_frame(lambda unit: _row(unit, context))
    marks = [Mark(unit.code, COUNTRIES[country][0]) for unit in context.units.values() for country in unit.border]
    marks += [Mark(code, "at-risk") for code in context.warnings if context.units[code].border]
    communes = [unit for unit in context.units.values() if unit.border]
    return context.view(
        title=t("Bản đồ quy hoạch lại khu dân cư các xã biên giới"),
        frame=frame,
        columns={
            "border_km": t("Biên giới"),
            "file": t("Hồ sơ quy hoạch"),
            "level": t("Mức đạt chuẩn"),
            "targets": t("Mục tiêu trong năm"),
            "warning": t("Cảnh báo"),
        },
        marks=marks,
        figures=_figures(context, communes),
        blocks=[*_mandate(context), _list(context, communes)],
        notes=[t("Số km biên giới đo trên lớp ranh giới tham khảo."), *_length_note(context, communes)],
        sources=_sources(context),
        headline=_headline(context, communes),
        with_facts=[unit.code for unit in communes],
    )


def _row(unit: Unit, context: LayerContext) -> dict[str, object]:
    t = context.t
    km = _km(unit, context)
    filed = t("chưa có hồ sơ quy hoạch") if unit.border else ""
    found = context.warnings.get(unit.code)
    return {
        "value": km,
        "class_id": "none-filed" if unit.border else "inland",
        "tooltip": words.tooltip(unit, context, words.border(unit, context), filed),
        "country": ", ".join(t(country) for country in unit.border),
        "border_km": words.border(unit, context),
        "file": filed,
        "level": words.level(context.levels[unit.code], unit, t, context.lang),
        "targets": "; ".join(words.target(item, t) for item in context.targets.get(unit.code, ())),
        "warning": words.warning(found, t, context.lang) if found else "",
    }


def _km(unit: Unit, context: LayerContext, country: str | None = None) -> float:
    row = context.boundary.units.loc[unit.code]
    chosen = [COUNTRIES[country]] if country else COUNTRIES.values()
    return round(sum(float(row[column]) for _, column in chosen), 1)


def _length_note(context: LayerContext, communes: list[Unit]) -> list[str]:
    official = context.province.official_border
    if official is None:
        return []
    measured = round(sum(_km(unit, context) for unit in communes), 1)
    note = official.note_en if context.lang == "en" else official.note_vi
    return [
        context.t(
            "Cộng các xã đo được {measured} km; số công bố {official} km ({source}).",
            measured=number(measured, context.lang, 1),
            official=number(official.km, context.lang),
            source=official.source,
        ),
        *([note] if note and not context.facts.part else []),
    ]


def _headline(context: LayerContext, communes: list[Unit]) -> str:
    return context.t(
        "{count} xã biên giới thuộc {districts} huyện · chưa nhận được hồ sơ quy hoạch nào",
        count=len(communes),
        districts=len({unit.district_code for unit in communes}),
    )


def _figures(context: LayerContext, communes: list[Unit]) -> list[Figure]:
    t, lang = context.t, context.lang
    unit_list = t("Danh mục đơn vị hành chính; tên xã theo hình học ranh giới")
    outline = context.boundary.entry.source_en if lang == "en" else context.boundary.entry.source_vi
    month = context.month.label
    text = t("{count} xã", count=len(communes))
    figures = [Figure("border-communes", t("Xã biên giới"), len(communes), t("xã"), text, month, unit_list)]
    for country, (key, _) in COUNTRIES.items():
        members = [unit for unit in communes if country in unit.border]
        if communes and not members:
            continue  # a province touches one country only
        km = round(sum(_km(unit, context, country) for unit in members), 1)
        text = t("{count} xã · {km} km", count=len(members), km=number(km, lang, 1))
        label = t("Giáp {country}", country=t(country))
        figures.append(Figure(key, label, len(members), t("xã"), text, month, outline))
    recognised = sum(context.levels[unit.code].recognised for unit in communes)
    text = t("{count}/{of} xã", count=recognised, of=len(communes))
    source = t("Đếm theo tên trong các nguồn")
    figures.append(
        Figure(
            "border-recognised",
            t("Đạt chuẩn NTM trở lên (nêu được tên)"),
            recognised,
            t("xã"),
            text,
            month,
            source,
        )
    )
    none = Figure("files", t("Hồ sơ quy hoạch đã nộp"), None, t("xã"), t("chưa nhận"), month, source)
    return [*figures, none]


def _mandate(context: LayerContext) -> list[Block]:
    mandate, t = context.facts.mandates.get(MANDATE), context.t
    if mandate is None:
        return []
    item = Item(
        text=f"“{mandate.quote}”",
        detail=t(
            "{document}, nội dung {content}. Chủ trì: {lead}; phối hợp: {others}.",
            document=words.document(mandate.document, context.lang),
            content=mandate.content,
            lead=mandate.lead,
            others=mandate.coordinating,
        ),
    )
    return [Block("quote", t("Nhiệm vụ được giao"), (item,))]


def _list(context: LayerContext, communes: list[Unit]) -> Block:
    rows = [
        Item(
            text=context.place(unit),
            detail=" · ".join(
                [
                    words.border(unit, context),
                    words.level(context.levels[unit.code], unit, context.t, context.lang),
                    *(words.target(item, context.t) for item in context.targets.get(unit.code, ())),
                    context.t("chưa có hồ sơ quy hoạch"),
                ]
            ),
            unit=unit.code,
            district=unit.district_code,
            class_id="none-filed",
        )
        for unit in sorted(communes, key=lambda u: (u.district_code, u.code))
        if context.selected(unit)
    ]
    note = "" if rows else context.t("Không có xã biên giới nào trong lựa chọn này.")
    return Block("list", context.t("Danh sách xã biên giới"), tuple(rows), note)


def _sources(context: LayerContext) -> list[str]:
    outline = context.boundary.entry.source_en if context.lang == "en" else context.boundary.entry.source_vi
    mandate = context.facts.mandates.get(MANDATE)
    ordered = [words.document(mandate.document, context.lang)] if mandate else []
    documents = [item.row.document for items in context.targets.values() for item in items]
    return unique([*ordered, outline, *(words.document(item, context.lang) for item in documents)])
