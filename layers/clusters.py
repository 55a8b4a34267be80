"""The residential clusters of border communes in one month: as points, as rows of a table, in words.

Where they are may be told to few: for all others a cluster is a spot in its commune (:mod:`geo.spots`), and its
distance from the border whole kilometres. A second distance would tell the place: it is left out then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from base.clock import Month, day_label
from geo.points import border_distances_m, centre_distances_m
from geo.spots import spots
from layers import cluster_words as told
from layers import words
from layers.context import LayerContext
from layers.view import Feature, Point
from programme.clusters import Cluster, clusters_in
from programme.units import Unit

if TYPE_CHECKING:
    from geo.boundaries import BoundaryVersion
    from store.facts import Facts

#: So many clusters are told on the card of a commune; more are counted.
MOST_TOLD: Final = 12
#: From border and commune centre, in metres; ``None`` where the place or the line is not known.
Distances = tuple[float | None, float | None]
Cell = str | float | None


@dataclass(frozen=True)
class Clusters:
    """The clusters of one month and boundary version in one language, whatever is filtered.

    Attributes
    ----------
    facts, boundary, month, lang
        What they follow from.
    context
        Any view of these four: for names of places and the language.
    """

    facts: Facts
    boundary: BoundaryVersion
    month: Month
    lang: str
    context: LayerContext = field(compare=False)

    @cached_property
    def records(self) -> tuple[Cluster, ...]:
        """Every cluster as it stood at the end of the month, by commune and code."""
        return tuple(c for c in clusters_in(self.facts.clusters, self.month) if c.unit in self.context.units)

    @cached_property
    def by_unit(self) -> Mapping[str, Sequence[Cluster]]:
        """The clusters of each commune that has any."""
        found: dict[str, list[Cluster]] = {}
        for cluster in self.records:
            found.setdefault(cluster.unit, []).append(cluster)
        return found

    @cached_property
    def distances(self) -> Mapping[str, Distances]:
        """Straight lines from each cluster's true place (the existing one before the planned), by its code."""
        border = _border_distances(self.facts, self.boundary)
        centre = _centre_distances(self.facts, self.boundary, self.month)
        return {c.id: (border.get((c.id, c.as_of)), centre.get(c.id)) for c in self.records}

    @property
    def merged(self) -> bool:
        """Whether the communes were made of earlier ones, which are then told too."""
        return bool(self.context.former)

    def features(self, *, exact: bool) -> tuple[Feature, ...]:
        """Return a feature for each cluster, all selected; without ``exact`` none is where it really is."""
        return self._exact if exact else self._schematic

    @cached_property
    def _exact(self) -> tuple[Feature, ...]:
        return tuple(self._feature(cluster, exact=True) for cluster in self.records)

    @cached_property
    def _schematic(self) -> tuple[Feature, ...]:
        return tuple(self._feature(cluster, exact=False) for cluster in self.records)

    @cached_property
    def _spots(self) -> Mapping[str, Point]:
        return {
            cluster.id: spot
            for unit, found in self.by_unit.items()
            for cluster, spot in zip(found, spots(self.boundary, unit, len(found)), strict=True)
        }

    def _feature(self, cluster: Cluster, *, exact: bool) -> Feature:
        placed = exact and (cluster.existing or cluster.planned) is not None
        spot = None if placed else self._spots[cluster.id]
        hollow = _only_planned(cluster)
        return Feature(
            kind="cluster",
            id=cluster.id,
            text=told.label(cluster, self.context),
            detail="\n".join(self.lines(cluster, exact=exact)),
            unit=cluster.unit,
            class_id=cluster.step_in(self.month),
            size=cluster.households_planned or cluster.households_now or 0,
            filled=cluster.existing if placed else None if hollow else spot,
            hollow=cluster.planned if placed else spot if hollow else None,
            exact=placed,
            cells=self._cells(cluster, exact=exact),
        )

    def lines(self, cluster: Cluster, *, exact: bool) -> list[str]:
        """Return what a pointer is told of a cluster, a text for each line."""
        t = self.context.t
        old = self.old_name(cluster)
        form = [words.ARRANGEMENTS[cluster.arrangement]] if cluster.arrangement else []
        reason = [words.REASONS[cluster.reason]] if cluster.reason else []
        lines = [
            self.place(cluster),
            t("Xã trước sắp xếp: {name}", name=old) if old else "",
            ", ".join([told.step(cluster, self.context), *(t(word) for word in form + reason)]),
            told.people(cluster, self.context),
            told.plan(cluster, self.context),
            told.warning(cluster, self.context),
            told.distances(self.distances[cluster.id], self.context, exact=exact),
            told.said(cluster, self.context),
        ]
        return [line for line in lines if line]

    def place(self, cluster: Cluster) -> str:
        """Return the commune of a cluster, with its district."""
        return self.context.place(self.context.units[cluster.unit])

    def old_name(self, cluster: Cluster) -> str:
        """Return the commune before the reorganisation; empty where there was none, or it is the one shown."""
        former = self.context.former.get(cluster.old_list)
        unit = former.units.get(cluster.old_code) if former else None
        return unit.full_name if unit else ""

    def columns(self, *, exact: bool) -> tuple[str, ...]:
        """Return the headings of the cells of :meth:`features`."""
        t = self.context.t
        places = (t("Hiện có: kinh độ"), t("Hiện có: vĩ độ"), t("Quy hoạch: kinh độ"), t("Quy hoạch: vĩ độ"))
        return (
            *(t("Mã cụm"), t("Cụm dân cư"), t("Đơn vị")),
            *([t("Xã trước sắp xếp")] if self.merged else []),
            *(t("Loại"), t("Bước"), t("Hình thức bố trí")),
            *(t("Hộ hiện có"), t("Hộ quy hoạch"), t("Hộ đã chuyển")),
            *(t("Văn bản quy hoạch"), t("Quy hoạch đến"), t("Hạn hoàn thành")),
            *([t("Cách biên giới (m)"), t("Cách trung tâm xã (m)")] if exact else []),
            *([] if exact else [t("Cách biên giới")]),
            *(t("Cơ quan chủ trì"), t("Số liệu ngày"), t("Nguồn")),
            *(places if exact else ()),
        )

    def _cells(self, cluster: Cluster, *, exact: bool) -> tuple[Cell, ...]:
        t = self.context.t
        metres = self.distances[cluster.id]
        rounded = [None if m is None else round(m) for m in metres]
        return (
            *(cluster.id, cluster.name, self.place(cluster)),
            *([self.old_name(cluster)] if self.merged else []),
            *(t(words.CLUSTER_KINDS[cluster.kind]), told.step(cluster, self.context)),
            t(words.ARRANGEMENTS[cluster.arrangement]) if cluster.arrangement else "",
            *(cluster.households_now, cluster.households_planned, cluster.households_moved),
            *(told.document(cluster), told.day_or(cluster.plan_to), told.day_or(cluster.due)),
            *(rounded if exact else [told.distance(metres[0], self.lang, exact=False) or None]),
            *(cluster.lead_agency, day_label(cluster.as_of), cluster.source),
            *((*(cluster.existing or (None, None)), *(cluster.planned or (None, None))) if exact else ()),
        )


def clusters_of(context: LayerContext) -> Clusters:
    """Return the clusters of a view's month, made once for all its filters."""
    return _kept(Clusters(context.facts, context.boundary, context.month, context.lang, context))


@lru_cache(maxsize=32)
def _kept(found: Clusters) -> Clusters:
    return found


def card_rows(unit: Unit, context: LayerContext) -> list[tuple[str, str, str]]:
    """Return what the card of a commune says of its clusters: label, words, source; empty without any."""
    mine = clusters_of(context).by_unit.get(unit.code, ())
    rows = [(c.name, "; ".join(_card_parts(c, context)), told.said(c, context)) for c in mine[:MOST_TOLD]]
    more = len(mine) - len(rows)
    return [*rows, *([("", context.t("và {count} cụm khác", count=more), "")] if more else [])]


def _card_parts(cluster: Cluster, context: LayerContext) -> Iterable[str]:
    makers = (told.step, told.warning, told.people, told.plan)
    return [part for make in makers if (part := make(cluster, context))]


def passing(found: Clusters, context: LayerContext) -> Collection[str]:
    """Return the codes of the clusters that pass every filter of a view.

    A commune that is neither on the border nor has clusters opens its card and filters nothing.
    """
    state = context.state
    unit = context.units.get(state.commune or "")
    commune = unit.code if unit and (unit.border or unit.code in found.by_unit) else None
    return {
        cluster.id
        for cluster in found.records
        if context.selected(context.units[cluster.unit])
        and commune in {None, cluster.unit}
        and state.step in {None, cluster.step_in(found.month)}
        and state.arrangement in {None, cluster.arrangement}
        and (not state.expiring or cluster.expiring_in(found.month))
    }


def _only_planned(cluster: Cluster) -> bool:
    """Tell whether nobody lives there yet: then its spot is hollow, as its planned place would be."""
    if cluster.existing:
        return False
    return cluster.planned is not None or (cluster.kind == "new-point" and not cluster.households_now)


@lru_cache(maxsize=8)
def _border_distances(facts: Facts, boundary: BoundaryVersion) -> dict[tuple[str, date], float | None]:
    """Return metres to the border of every placed record, by cluster and day."""
    placed = [(c, place) for c in facts.clusters if (place := c.existing or c.planned)]
    metres = border_distances_m([place for _, place in placed], boundary)
    return {(c.id, c.as_of): found for (c, _), found in zip(placed, metres, strict=True)}


@lru_cache(maxsize=32)
def _centre_distances(facts: Facts, boundary: BoundaryVersion, month: Month) -> dict[str, float | None]:
    """Return metres to the centre of its commune of every placed cluster that is no such centre itself."""
    placed = [(c, place) for c in clusters_in(facts.clusters, month) if (place := c.existing or c.planned)]
    centres = {c.unit: place for c, place in placed if c.kind == "commune-centre"}
    others = [(c, place) for c, place in placed if c.kind != "commune-centre"]
    metres = centre_distances_m([place for _, place in others], [c.unit for c, _ in others], boundary, centres)
    return {c.id: found for (c, _), found in zip(others, metres, strict=True)}
