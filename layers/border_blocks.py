"""What stands beside the map of border communes: the mandate, what is late, lists, notes and sources."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from base.clock import day_label
from base.numbers import number
from geo.crs_declared import name_of
from layers import cluster_words as told
from layers import words
from layers.border_tally import Tally, tally
from layers.clusters import Clusters
from layers.context import LayerContext, unique
from layers.view import Block, Item
from programme.clusters import Cluster
from programme.units import Unit

MANDATE: Final = "border-replanning"
_KM_COLUMNS: Final = {"Lào": "border_lao_km", "Campuchia": "border_khm_km"}
#: So many clusters are named in a list beside the map; more are counted, and the table has them all.
MOST_LISTED: Final = 12


def km(unit: Unit, context: LayerContext, country: str | None = None) -> float:
    """Return the kilometres of national boundary of a unit by its outline, with one country or all."""
    row = context.boundary.units.loc[unit.code]
    chosen = [_KM_COLUMNS[country]] if country else _KM_COLUMNS.values()
    return round(sum(float(row[column]) for column in chosen), 1)


def file(unit: Unit, counted: Tally, context: LayerContext) -> str:
    """Return the state of a commune's planning file in a few words; empty away from the border without clusters."""
    t = context.t
    if not counted.clusters:
        return t("chưa có hồ sơ quy hoạch") if unit.border else ""
    parts = [
        t(
            "{clusters} cụm dân cư, {approved} có quy hoạch được duyệt",
            clusters=counted.clusters,
            approved=counted.approved,
        )
    ]
    return ", ".join([*parts, *late(counted, context)])


def late(counted: Tally, context: LayerContext) -> list[str]:
    """Return ``3 quá hạn`` and ``2 hết thời hạn``, without what is none."""
    overdue = [context.t("{count} quá hạn", count=counted.overdue.total)] if counted.overdue.total else []
    expired = [context.t("{count} hết thời hạn", count=counted.expired.total)] if counted.expired.total else []
    return [*overdue, *expired]


def mandate(context: LayerContext) -> list[Block]:
    """Return the task as the plan orders it; empty where none is on record."""
    found, t = context.facts.mandates.get(MANDATE), context.t
    if found is None:
        return []
    item = Item(
        text=f"“{found.quote}”",
        detail=t(
            "{document}, nội dung {content}. Chủ trì: {lead}; phối hợp: {others}.",
            document=words.document(found.document, context.lang),
            content=found.content,
            lead=found.lead,
            others=found.coordinating,
        ),
    )
    return [Block("quote", t("Nhiệm vụ được giao"), (item,))]


def alerts(context: LayerContext, found: Clusters, chosen: Collection[str]) -> list[Block]:
    """Return the clusters of the filter that are overdue or whose plan is over, the longest first."""
    month = context.month
    late = [c for c in found.records if c.id in chosen and (c.overdue_in(month) or c.step_in(month) == "expired")]
    late.sort(key=lambda c: (min(day for day in (c.due, c.plan_to, month.last_day) if day), c.unit, c.id))
    return _listed("alert", context.t("Quá hạn hoặc hết thời hạn quy hoạch"), late, context)


def expiring(context: LayerContext, found: Clusters, chosen: Collection[str]) -> list[Block]:
    """Return the clusters of the filter whose plan ends within a year, the soonest first."""
    soon = [c for c in found.records if c.id in chosen and c.expiring_in(context.month)]
    soon.sort(key=lambda c: (c.plan_to or context.month.last_day, c.unit, c.id))
    return _listed("list", context.t("Quy hoạch hết thời hạn trong 12 tháng tới"), soon, context)


def _listed(kind: str, title: str, found: Sequence[Cluster], context: LayerContext) -> list[Block]:
    items = [_item(c, context, told.warning(c, context), told.document(c)) for c in found[:MOST_LISTED]]
    return [Block(kind, title, tuple(items), _more(len(found), context))] if items else []  # type: ignore[arg-type]


def clusters(context: LayerContext, found: Clusters, chosen: Collection[str]) -> list[Block]:
    """Return the clusters of the filter; no block while nobody filed any."""
    if not found.records:
        return []
    t = context.t
    rows = [c for c in found.records if c.id in chosen]
    items = [_item(c, context, told.step(c, context)) for c in rows[:MOST_LISTED]]
    note = _more(len(rows), context) if rows else t("Không có cụm dân cư nào trong lựa chọn này.")
    return [Block("list", t("Cụm dân cư"), tuple(items), note)]


def _item(cluster: Cluster, context: LayerContext, *details: str) -> Item:
    unit = context.units[cluster.unit]
    detail = " · ".join(part for part in (unit.full_name, *details) if part)
    return Item(text=told.label(cluster, context), detail=detail, unit=unit.code, district=unit.district_code)


def _more(count: int, context: LayerContext) -> str:
    return context.t("và {count} cụm khác", count=count - MOST_LISTED) if count > MOST_LISTED else ""


def communes(context: LayerContext, found: Clusters, border: Sequence[Unit]) -> Block:
    """Return the border communes of the filter, each with what was filed for it."""
    rows = [
        Item(
            text=context.place(unit),
            detail=" · ".join(
                [
                    words.border(unit, context),
                    words.level(context.levels[unit.code], unit, context.t, context.lang),
                    *(words.target(item, context.t) for item in context.targets.get(unit.code, ())),
                    file(unit, tally(found.by_unit.get(unit.code, ()), context.month), context),
                ]
            ),
            unit=unit.code,
            district=unit.district_code,
            class_id=None if unit.code in found.by_unit else "none-filed",
        )
        for unit in sorted(border, key=lambda u: (u.district_code, u.code))
        if context.selected(unit)
    ]
    note = "" if rows else context.t("Không có xã biên giới nào trong lựa chọn này.")
    return Block("list", context.t("Danh sách xã biên giới"), tuple(rows), note)


def notes(context: LayerContext, found: Clusters, border: Sequence[Unit], *, exact: bool) -> list[str]:
    """Return how kilometres and distances were measured, and what the points of the map are."""
    measured = [context.t("Số km biên giới đo trên lớp ranh giới tham khảo."), *_length_note(context, border)]
    return [*measured, *_cluster_notes(context, exact=exact)] if found.records else measured


def _cluster_notes(context: LayerContext, *, exact: bool) -> list[str]:
    t, entry = context.t, context.boundary.entry
    zone = name_of(int(entry.metric_crs.removeprefix("EPSG:")))
    line = t(
        "Khoảng cách của cụm dân cư là đường thẳng, tính trong hệ {zone}, theo đường biên giới của: {source} "
        "(ranh giới có hiệu lực từ {month}).",
        zone=zone,
        source=entry.source_en if context.lang == "en" else entry.source_vi,
        month=entry.first_month.label,
    )
    centre = t("Trung tâm xã là điểm giữa theo hình vẽ, trừ khi đã có hồ sơ cụm “trung tâm xã”.")
    place = t(
        "Vị trí cụm dân cư trên bản đồ là tượng trưng trong xã: chỉ cho biết số cụm, không phải nơi thật; "
        "khoảng cách đến biên giới làm tròn đến km."
    )
    unplaced = t("Cụm chưa có tọa độ được vẽ ở vị trí tượng trưng trong xã.")
    return [line, centre, unplaced] if exact else [line, place]


def _length_note(context: LayerContext, border: Sequence[Unit]) -> list[str]:
    official = context.province.official_border
    if official is None:
        return []
    measured = round(sum(km(unit, context) for unit in border), 1)
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


def sources(context: LayerContext, found: Clusters) -> list[str]:
    """Return what the layer rests on: the plan, what was filed (counted), the outlines, the documents of targets."""
    outline = context.boundary.entry.source_en if context.lang == "en" else context.boundary.entry.source_vi
    ordering = context.facts.mandates.get(MANDATE)
    ordered = [words.document(ordering.document, context.lang)] if ordering else []
    documents = [item.row.document for items in context.targets.values() for item in items]
    filed = []
    if found.records:
        day = day_label(max(cluster.as_of for cluster in found.records))
        filed = [context.t("Hồ sơ cụm dân cư đã nộp: {count} cụm, đến ngày {day}", count=len(found.records), day=day)]
    return unique([*ordered, *filed, outline, *(words.document(item, context.lang) for item in documents)])
