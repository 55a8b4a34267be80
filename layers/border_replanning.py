"""Layer ``border-replanning``: the border communes and the replanning that the plan of 2025 orders.

No list of clusters is published: a border commune is "chưa có hồ sơ quy hoạch" until officers file its clusters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from base import settings
from base.i18n import translate
from base.numbers import number, percent
from geo.border import border_stretches, buffer_lines
from geo.sketch import sketch_lines
from layers import border_blocks as told
from layers import words
from layers.border_tally import Tally, tally
from layers.cluster_words import step_names
from layers.clusters import Clusters, clusters_of, passing
from layers.context import LayerContext
from layers.view import Feature, Figure, LayerView, Mark
from programme.clusters import Step, furthest
from programme.units import Unit

if TYPE_CHECKING:
    from geo.boundaries import BoundaryVersion

COUNTRIES: Final = {"Lào": "laos", "Campuchia": "cambodia"}
#: The class of a commune by the step of its cluster that has come furthest.
CLASSES: Final[dict[Step, str]] = {
    "not-reviewed": "filed",
    "reviewing": "reviewing",
    "drafting": "reviewing",
    "expired": "expired",
    "appraised": "appraised",
    "adjusting": "approved",
    "approved": "approved",
    "implementing": "approved",
    "done": "done",
}
#: A shorter stretch of the boundary has no room for its length in kilometres.
LABELLED_KM: Final = 2


def build(context: LayerContext) -> LayerView:
    """Compute the layer.

    Columns of the frame: ``value`` (float, % of a commune's clusters with an approved plan that holds; ``None``
    without clusters), ``label`` (str, approved and all, ``3/5``), ``country`` (str), ``border_km`` (str, km per
    country), ``file`` (str, state of the planning file), ``clusters``, ``approved`` (int, empty without clusters),
    ``share``, ``furthest`` (str), ``households_now``, ``households_planned``, ``households_moved`` (int, sums, empty
    when nobody said), ``overdue``, ``expiring`` (int, empty when nobody named a day), ``level``, ``targets``,
    ``warning`` (str). Sources: unit list for the country, boundary version for km, what officers filed for clusters,
    plan 305/KH-UBND of 2025, annex III, content 1.01, for the mandate.
    """
    t = context.t
    found = clusters_of(context)
    chosen = passing(found, context)
    exact = settings.exact_points()
    frame = context.commune_frame(lambda unit: _row(unit, context, found))
    frame["selected"] = frame["selected"] & frame.index.isin(_shown(context, found))
    frame["value"] = frame["value"].astype(object).where(frame["value"].notna(), None)
    marks = [Mark(unit.code, COUNTRIES[country]) for unit in context.units.values() for country in unit.border]
    marks += [Mark(code, "at-risk") for code in context.warnings if context.units[code].border]
    communes = [unit for unit in context.units.values() if unit.border]
    blocks = [
        *told.mandate(context),
        *told.alerts(context, found, chosen),
        *told.expiring(context, found, chosen),
        *told.clusters(context, found, chosen),
        told.communes(context, found, communes),
    ]
    return context.view(
        title=t("Bản đồ quy hoạch lại khu dân cư các xã biên giới"),
        frame=frame,
        columns=_columns(context),
        marks=marks,
        figures=_figures(context, communes, found),
        blocks=blocks,
        notes=told.notes(context, found, communes, exact=exact),
        sources=told.sources(context, found),
        headline=_headline(context, communes, found),
        with_facts=[unit.code for unit in communes],
        features=features(context, exact=exact),
        feature_columns=found.columns(exact=exact),
        enlarged=_enlarged(context),
    )


def _enlarged(context: LayerContext) -> bool:
    """Tell whether the inset says anything here: it holds a border commune, or an island of its own."""
    inside = [unit for unit in context.units.values() if unit.district_code == context.inset]
    return len(inside) == 1 or any(unit.border for unit in inside)


def features(context: LayerContext, *, exact: bool) -> tuple[Feature, ...]:
    """Return the clusters of the month, then what belongs to the border: buffers, kilometres, sketched lines.

    Filters change ``selected`` alone, of clusters. Without ``exact`` clusters are spots in their commune.
    """
    found = clusters_of(context)
    chosen = passing(found, context)
    drawn = found.features(exact=exact)
    return (
        *(one if one.id in chosen else replace(one, selected=False) for one in drawn),
        *_border_features(context.boundary, context.lang, settings.border_buffers()),
    )


@lru_cache(maxsize=16)
def _border_features(boundary: BoundaryVersion, lang: str, buffers: Sequence[float]) -> tuple[Feature, ...]:
    lines = [
        Feature("buffer", f"{km:g}", text=translate("cách biên giới {km} km", lang, km=number(km, lang)), lines=found)
        for km in buffers
        if (found := buffer_lines(boundary, km))
    ]
    lengths = [
        Feature("border-km", f"{code}-{neighbour}", text=f"{number(km, lang, 1)} km", unit=code, filled=place)
        for code, neighbour, km, place in border_stretches(boundary)
        if km >= LABELLED_KM
    ]
    sketches = [
        Feature("sketch", str(at), text=english if lang == "en" else vietnamese, filled=place)
        for at, (vietnamese, english, place) in enumerate(sketch_lines(boundary))
    ]
    return (*lines, *lengths, *sketches)


def _columns(context: LayerContext) -> dict[str, str]:
    t = context.t
    return {
        "border_km": t("Biên giới"),
        "file": t("Hồ sơ quy hoạch"),
        "clusters": t("Cụm dân cư"),
        "approved": t("Có quy hoạch được duyệt"),
        "share": t("Tỷ lệ"),
        "furthest": t("Bước xa nhất"),
        "households_now": t("Hộ hiện có"),
        "households_planned": t("Hộ quy hoạch"),
        "households_moved": t("Hộ đã chuyển"),
        "overdue": t("Quá hạn"),
        "expiring": t("Sắp hết thời hạn"),
        "level": t("Mức đạt chuẩn"),
        "targets": t("Mục tiêu trong năm"),
        "warning": t("Cảnh báo"),
    }


def _row(unit: Unit, context: LayerContext, found: Clusters) -> dict[str, object]:
    t = context.t
    counted = tally(found.by_unit.get(unit.code, ()), context.month)
    warning = context.warnings.get(unit.code)
    file = told.file(unit, counted, context)
    return {
        "value": counted.share,
        "class_id": _class(unit, context, found),
        "label": f"{counted.approved}/{counted.clusters}" if counted.clusters else "",
        "tooltip": words.tooltip(unit, context, words.border(unit, context), file),
        "country": ", ".join(t(country) for country in unit.border),
        "border_km": words.border(unit, context),
        "file": t("có hồ sơ") if counted.clusters else file,
        **_counts(unit, counted, context, found),
        "level": words.level(context.levels[unit.code], unit, t, context.lang),
        "targets": "; ".join(words.target(item, t) for item in context.targets.get(unit.code, ())),
        "warning": words.warning(warning, t, context.lang) if warning else "",
    }


def _counts(unit: Unit, counted: Tally, context: LayerContext, found: Clusters) -> dict[str, object]:
    """Return the counts of a commune; all empty where nobody filed: that is no zero."""
    names = ("clusters", "approved", "share", "furthest", "households_now", "households_planned", "households_moved")
    if not counted.clusters:
        return dict.fromkeys([*names, "overdue", "expiring"], "")
    step = furthest(found.by_unit[unit.code], context.month)
    return {
        "clusters": counted.clusters,
        "approved": counted.approved,
        "share": percent(counted.approved, counted.clusters, context.lang),
        "furthest": step_names(context.lang)[step] if step else "",
        "households_now": counted.now.shown,
        "households_planned": counted.planned.shown,
        "households_moved": counted.moved.shown,
        "overdue": counted.overdue.shown,
        "expiring": counted.expiring.shown,
    }


def _class(unit: Unit, context: LayerContext, found: Clusters) -> str:
    step = furthest(found.by_unit.get(unit.code, ()), context.month)
    if step:
        return CLASSES[step]
    return "none-filed" if unit.border else "inland"


def _shown(context: LayerContext, found: Clusters) -> set[str]:
    """Return the communes that a filter of clusters leaves: those with one that passes it; all without such a filter.

    The filter by commune fades no commune.
    """
    state = context.state
    if not (state.step or state.arrangement or state.expiring):
        return set(context.units)
    everywhere = replace(context, state=state.but(commune=None))
    chosen = passing(found, everywhere)
    return {cluster.unit for cluster in found.records if cluster.id in chosen}


def _headline(context: LayerContext, communes: list[Unit], found: Clusters) -> str:
    t = context.t
    counted = tally(found.records, context.month)
    if not counted.clusters:
        return t(
            "{count} xã biên giới thuộc {districts} huyện · chưa nhận được hồ sơ quy hoạch nào",
            count=len(communes),
            districts=len({unit.district_code for unit in communes}),
        )
    said = t(
        "{count} xã biên giới · {clusters} cụm dân cư · {approved} có quy hoạch được duyệt ({share})",
        count=len(communes),
        clusters=counted.clusters,
        approved=counted.approved,
        share=percent(counted.approved, counted.clusters, context.lang),
    )
    late = told.late(counted, context)
    return " · ".join([said, ", ".join(late)]) if late else said


def _figures(context: LayerContext, communes: list[Unit], found: Clusters) -> list[Figure]:
    t, lang = context.t, context.lang
    unit_list = t("Danh mục đơn vị hành chính; tên xã theo hình học ranh giới")
    outline = context.boundary.entry.source_en if lang == "en" else context.boundary.entry.source_vi
    month = context.month.label
    text = t("{count} xã", count=len(communes))
    figures = [Figure("border-communes", t("Xã biên giới"), len(communes), t("xã"), text, month, unit_list)]
    for country, key in COUNTRIES.items():
        members = [unit for unit in communes if country in unit.border]
        if communes and not members:
            continue  # a province touches one country only
        km = round(sum(told.km(unit, context, country) for unit in members), 1)
        text = t("{count} xã · {km} km", count=len(members), km=number(km, lang, 1))
        label = t("Giáp {country}", country=t(country))
        figures.append(Figure(key, label, len(members), t("xã"), text, month, outline))
    recognised = sum(context.levels[unit.code].recognised for unit in communes)
    label, source = t("Đạt chuẩn NTM trở lên (nêu được tên)"), t("Đếm theo tên trong các nguồn")
    text = t("{count}/{of} xã", count=recognised, of=len(communes))
    figures.append(Figure("border-recognised", label, recognised, t("xã"), text, month, source))
    counted = tally(found.records, context.month)
    if counted.clusters:
        return [*figures, *_cluster_figures(context, counted, len(found.by_unit))]
    none = Figure("files", t("Hồ sơ quy hoạch đã nộp"), None, t("xã"), t("chưa nhận"), month, source)
    return [*figures, none]


def _cluster_figures(context: LayerContext, counted: Tally, communes: int) -> list[Figure]:
    t, lang = context.t, context.lang
    month, source = context.month.label, t("Hồ sơ cụm dân cư đã nộp")
    whole, approved = counted.clusters, counted.approved
    share = t("{count}/{of} cụm ({share})", count=approved, of=whole, share=percent(approved, whole, lang))
    filed = t("{count} cụm ở {communes} xã", count=whole, communes=communes)
    figures = [
        Figure("files", t("Cụm dân cư đã có hồ sơ"), whole, t("cụm"), filed, month, source),
        Figure("approved", t("Có quy hoạch được duyệt"), approved, t("cụm"), share, month, source),
    ]
    households, clusters = t("hộ"), t("cụm")
    for key, label, unit, found in (
        ("households-planned", t("Hộ theo quy hoạch"), households, counted.planned),
        ("households-moved", t("Hộ đã chuyển đến"), households, counted.moved),
        ("overdue", t("Quá hạn"), clusters, counted.overdue),
        ("expired", t("Hết thời hạn quy hoạch"), clusters, counted.expired),
        ("expiring", t("Hết thời hạn trong 12 tháng tới"), clusters, counted.expiring),
    ):
        text = f"{number(found.total, lang)} {unit}"
        if found.said < whole:
            text = t("{count} ({said}/{of} cụm có số liệu)", count=text, said=found.said, of=whole)
        value = found.total if found.said else None
        figures.append(Figure(key, label, value, unit, t("chưa nhập") if value is None else text, month, source))
    return figures
