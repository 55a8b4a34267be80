"""Layer ``boundaries``: the units of a boundary version, what is known of their outlines, and where they came from."""

from __future__ import annotations

from collections import Counter

from base.clock import day_label
from base.numbers import number, percent
from geo.boundaries import versions_of
from geo.succession import corrections_of, events_of, reused_codes
from layers import words
from layers.context import LayerContext, unique
from layers.view import Block, Figure, Item, LayerView, Mark
from programme.units import Unit

#: Class of a unit by its kind.
_CLASSES = {"xã": "commune", "đặc khu": "special-zone"}
#: How many units of a kind there are; keys of their translations.
_KINDS = {
    "xã": "{count} xã",
    "phường": "{count} phường",
    "thị trấn": "{count} thị trấn",
    "đặc khu": "{count} đặc khu",
}
_EVENTS = {
    "merge": "sáp nhập",
    "split": "chia tách",
    "rename": "đổi tên hoặc loại",
    "recode": "đổi mã",
    "unchanged": "giữ nguyên",
    "boundary-correction": "chỉnh lý ranh giới",
}
_SHOWN = 4


def build(context: LayerContext) -> LayerView:
    """Compute the layer.

    Columns of the frame: ``value`` (str, kind), ``area`` (str, km² as drawn), ``border_km`` (str), ``before``
    (str, number of units that went into it), ``outline`` (str, what is wrong with it; empty if nothing is known).
    Source: the boundary version, and the resolutions that its units rest on.
    """
    t = context.t
    reused = frozenset(_reused(context))
    # A row of a frame costs more than all the rest of it: the country has thousands.
    areas, notes = (context.boundary.units[column].to_dict() for column in ("area_km2", "note"))
    frame = context.commune_frame(lambda unit: _row(unit, float(areas[unit.code]), str(notes[unit.code]), context))
    marks = []
    for code, unit in context.units.items():
        ids = [key for key, wanted in (("laos", "Lào"), ("cambodia", "Campuchia")) if wanted in unit.border]
        ids += ["noted"] * (notes[code] != "ok") + ["reused"] * (code in reused)
        marks += [Mark(code, key) for key in ids]
    entry = context.boundary.entry
    return context.view(
        title=t("Bản đồ đơn vị hành chính cấp xã"),
        frame=frame,
        columns={
            "area": t("Diện tích hình vẽ (km²)"),
            "border_km": t("Biên giới"),
            "before": t("Hình thành từ"),
            "outline": t("Lưu ý ranh giới"),
        },
        marks=marks,
        figures=_figures(context, len(reused)),
        blocks=[*_versions(context), *_events(context)],
        notes=[t("Căn cứ: {decree}.", decree=entry.decree)],
        sources=unique(
            [
                entry.source_en if context.lang == "en" else entry.source_vi,
                *(version.decree for version in versions_of(entry.province)),
            ]
        ),
        headline=_headline(context),
        with_facts=context.units,
    )


def _row(unit: Unit, km2: float, said: str, context: LayerContext) -> dict[str, object]:
    t, area = context.t, number(km2, context.lang, 1)
    note = "" if said == "ok" else words.boundary_note(said, context)
    border = words.border(unit, context)
    before = words.predecessors(unit, context)
    parts = [context.place(unit), unit.code, t("{km2} km² (theo hình vẽ)", km2=area), border, before, note]
    return {
        "value": unit.kind,
        "class_id": _CLASSES.get(unit.kind, "ward"),
        "tooltip": " · ".join(part for part in parts if part),
        "area": area,
        "border_km": border,
        "before": before,
        "outline": note,
    }


def _reused(context: LayerContext) -> list[str]:
    """Return the codes that belonged to an earlier unit of another name."""
    rows = [row for code in context.units for row in context.facts.predecessors.get(code, ())]
    before = {code: unit for former in context.former.values() for code, unit in former.units.items()}
    return reused_codes(rows, before)


def _headline(context: LayerContext) -> str:
    kinds = [unit.kind for unit in context.units.values()]
    lang = context.lang
    parts = [context.t(_KINDS[kind], count=number(count, lang)) for kind, count in Counter(kinds).most_common()]
    return context.t("{count} đơn vị cấp xã: {kinds}", count=number(len(kinds), lang), kinds=", ".join(parts))


def _figures(context: LayerContext, reused: int) -> list[Figure]:
    t, lang, entry = context.t, context.lang, context.boundary.entry
    month, source = context.month.label, entry.source_en if context.lang == "en" else entry.source_vi
    units = context.boundary.units.loc[list(context.units)]
    area = float(units["area_km2"].sum())
    compared = ""
    if not context.facts.part:
        share = percent(area, entry.official_area_km2, lang)
        compared = t("{share} của {km2} km² công bố", share=share, km2=number(entry.official_area_km2, lang))
    km = t("{km2} km²", km2=number(area, lang, 1))
    figures = [Figure("area", t("Diện tích theo hình vẽ"), round(area, 1), "km²", km, month, source, change=compared)]
    touching = [unit for unit in context.units.values() if unit.border]
    if touching:
        length = float(units[["border_lao_km", "border_khm_km"]].sum().sum())
        text = t("{count} xã · {km} km", count=len(touching), km=number(length, lang, 1))
        figures.append(Figure("border", t("Giáp biên giới quốc gia"), len(touching), t("xã"), text, month, source))
    noted = int((units["note"] != "ok").sum())
    text = t("{count} đơn vị", count=noted)
    figures.append(Figure("noted", t("Hình vẽ có lưu ý"), noted, t("đơn vị"), text, month, source))
    if reused:
        text = t("{count} đơn vị", count=reused)
        label = t("Mã từng thuộc đơn vị tên khác")
        figures.append(Figure("reused", label, reused, t("đơn vị"), text, month, source))
    return figures


def _versions(context: LayerContext) -> list[Block]:
    """Return every version of the province with its time, decree and author, the drawn one marked."""
    t, lang = context.t, context.lang
    items = []
    for entry in versions_of(context.boundary.entry.province):
        ends = entry.last_month.label if entry.last_month else t("nay")
        by = t("; {author} ghi", author=entry.author) if entry.author else ""
        drawn = t(" (đang vẽ)") if entry.id == context.boundary.id else ""
        items.append(
            Item(
                text=f"{entry.id}{drawn}",
                detail=t(
                    "{name}; hiệu lực {first} – {last}; {decree}{by}",
                    name=entry.name_en if lang == "en" else entry.name_vi,
                    first=entry.first_month.label,
                    last=ends,
                    decree=entry.decree,
                    by=by,
                ),
            )
        )
    return [Block("list", t("Phiên bản ranh giới"), tuple(items))]


def _events(context: LayerContext) -> list[Block]:
    """Return what made these units: how many events of each kind, by which decree, from which day."""
    t = context.t
    rows = [row for code in context.units for row in context.facts.predecessors.get(code, ())]
    events = [*events_of(rows), *corrections_of([context.boundary.entry])]
    items = []
    for kind, name in _EVENTS.items():
        found = [event for event in events if event.kind == kind]
        if found:
            codes = [key.code for event in found[:_SHOWN] for key in event.after if key.code in context.units]
            names = ", ".join(context.units[code].full_name for code in codes)
            more = t(" …") if len(found) > _SHOWN else ""
            detail = t("từ {day}; {decree}", day=day_label(found[0].effective), decree=found[0].decree.split(",")[0])
            items.append(
                Item(
                    text=t("{count} đơn vị {event}", count=len(found), event=t(name)),
                    detail=f"{names}{more} ({detail})" if names else detail,
                )
            )
    if not items:
        return []
    before = len({(row.boundary, row.unit) for row in rows})
    title = (
        t("Sắp xếp đơn vị: {before} thành {after}", before=before, after=len(context.units))
        if before
        else t("Biến động")
    )
    return [Block("list", title, tuple(items))]
