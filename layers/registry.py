"""All layers by key: their builders, their default months, and the one function that computes a view."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from base.clock import TIME_ZONE, Month, today
from base.errors import BoundaryError, StateError, StoreError
from geo.boundaries import CatalogueEntry, catalogue, load, version_for, versions_of
from layers import (
    at_risk,
    border_replanning,
    boundary_units,
    criteria_met,
    criterion,
    district_progress,
    ntm_levels,
    reporting,
    target_communes,
    villages,
)
from layers.context import LayerContext
from layers.view import Feature, LayerView, ViewState
from programme.province import province_of
from programme.targets import named_years
from programme.territory import Territory, mergers_of, territory_of
from store import current
from store.ledger import Ledger
from store.queries import LedgerFacts

BUILDERS: Final[dict[str, Callable[[LayerContext], LayerView]]] = {
    "ntm-levels": ntm_levels.build,
    "target-communes": target_communes.build,
    "border-replanning": border_replanning.build,
    "villages": villages.build,
    "district-progress": district_progress.build,
    "reporting": reporting.build,
    "criteria-met": criteria_met.build,
    "criterion": criterion.build,
    "at-risk": at_risk.build,
    "boundaries": boundary_units.build,
}
#: What layers draw at places, over the areas: with places as they are when ``exact``, else with spots.
FEATURES: Final[dict[str, Callable[..., tuple[Feature, ...]]]] = {
    "border-replanning": border_replanning.features,
    "villages": villages.features,
}
#: Layers drawn from monthly reports.
REPORTED: Final = frozenset({"reporting", "criteria-met", "criterion", "at-risk"})
#: Days that officers' records speak of: their layers go on to the newest one.
_DAYS: Final[dict[str, Callable[[LedgerFacts], Iterable[date]]]] = {
    "border-replanning": lambda facts: (cluster.as_of for cluster in facts.clusters),
    "villages": lambda facts: (title.since for title in facts.village_recognitions),
}


def facts_of(province: str, known_at: str | None = None, month: Month | None = None) -> LedgerFacts:
    """Return the facts of a province as they were known at an ISO time (default: now).

    With a ``month`` after a merger they are those of the province that it went into, for the units of its former
    area; without one, the province's own.

    Raises
    ------
    StateError
        The province is unknown, ``known_at`` is no ISO time, or nothing was recorded by then.
    DataError
        The store is empty because the published collection is faulty.
    StoreError
        The store cannot be read.
    """
    key = province_of(province).key
    ledger = current.ledger()
    version = ledger.version_at(_moment(known_at)) if known_at else ledger.version()
    if version:
        facts = _facts(ledger, key, version)
        if month:
            place, entry = territory_of(key, month), in_force(key, month, facts)
            return _facts(ledger, place.province, version, entry.units_of, place.part)
        newest = next(reversed(versions_of(key)), None)
        return _facts(ledger, key, version, newest.units_of if newest else "")
    if current.startup_faults:
        raise current.startup_faults[0]
    if earliest := ledger.receipts():
        first = earliest[-1].recorded_at.isoformat()
        raise StateError("Đến {time} chưa ghi nhận số liệu nào; sớm nhất là {first}.", time=known_at, first=first)
    raise StoreError("Kho số liệu còn trống. Hãy khởi động lại chương trình để nạp bộ số liệu công bố.")


@lru_cache(maxsize=64)
def _facts(ledger: Ledger, province: str, version: int, unit_list: str = "", part: str = "") -> LedgerFacts:
    return LedgerFacts(ledger, province, version, unit_list, part)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise StateError("Thời điểm “{time}” phải có dạng 2026-11-22 hoặc 2026-11-22T08:00.", time=text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=TIME_ZONE)


def default_month(layer: str, facts: LedgerFacts) -> Month:
    """Return the month a layer opens with: the latest one that a source speaks of, never today's.

    For targets the end of the latest year with named communes; for what is drawn from reports the newest
    month that anybody reported; for everything else, and as long as nobody did, the latest month with a
    published total of recognised communes. Villages go on to the newest month in which one was recognised, border
    communes to that of the newest day that a cluster is told of.
    """
    if layer in REPORTED and (reported := _reported_months(facts)):
        return max(reported)
    if layer == "target-communes" and (years := named_years(facts)):
        return Month(years[-1], 12)
    figures = [f for f in facts.figures if f.district is None and not f.status]
    months = [f.period.latest for f in figures if f.metric == "recognised"] or [f.period.latest for f in figures]
    if layer in _DAYS:
        months = [*months, *_told_months(layer, facts)]
    if drawn := _drawable(months, facts):
        return max(drawn)
    versions = versions_of(facts.province)
    if not versions:
        raise BoundaryError("Chưa có ranh giới nào của tỉnh “{province}”.", province=facts.province)
    return versions[-1].first_month  # nobody published anything: the units stand by themselves


def _reported_months(facts: LedgerFacts) -> list[Month]:
    """Return the months of the reports that some boundary version covers: no other can be drawn.

    Those of a merged province go on with what was handed in for its part of the other one.
    """
    months = {report.period for report in facts.reports if report.period}
    for first, place, part in _parts(facts):
        places = {"", place.part, *part.units}
        months |= {r.period for r in part.reports if r.period and r.period >= first and r.district in places}
    return _drawable(months, facts)


def _told_months(layer: str, facts: LedgerFacts) -> set[Month]:
    """Return the months of the days that a layer's records speak of, those to come left out."""
    everywhere = [facts, *(part for _, _, part in _parts(facts))]
    months = {Month.of(day) for known in everywhere for day in _DAYS[layer](known)}
    return {month for month in months if month <= Month.of(today())}


def _parts(facts: LedgerFacts) -> list[tuple[Month, Territory, LedgerFacts]]:
    """Return what is known of a province's area since it was merged: with the first month and the place."""
    return [
        (first, place, _facts(facts.ledger, place.province, facts.version, units, place.part))
        for first, place in mergers_of(facts.province)
        for units in [in_force(facts.province, first, facts).units_of]
    ]


def _drawable(months: Collection[Month], facts: LedgerFacts) -> list[Month]:
    versions = versions_shown(facts.province)
    return [month for month in months if any(entry.covers(month) for entry in versions)]


def compute(state: ViewState) -> LayerView:
    """Compute the layer of a state. Equal views give the same object; treat its frame as read-only.

    Raises
    ------
    StateError
        Unknown layer or province.
    BoundaryError
        No boundary version covers the month, or the version is unknown or damaged.
    DataError
        Programme files are missing or faulty.
    """
    if state.layer not in BUILDERS:
        raise StateError("Không có lớp bản đồ “{layer}”. Chọn: {known}.", layer=state.layer, known=", ".join(BUILDERS))
    return _compute(state.drawn(), facts_of(state.province, state.known_at), today())


@lru_cache(maxsize=512)
def _compute(state: ViewState, facts: LedgerFacts, day: date) -> LayerView:
    return BUILDERS[state.layer](_context(state, facts, day))


def context_of(state: ViewState) -> LayerContext:
    """Return facts and boundary for a state, its month settled; errors as :func:`compute`."""
    return _context(state, facts_of(state.province, state.known_at), today())


def features_of(state: ViewState, *, exact: bool) -> tuple[Feature, ...]:
    """Return what a layer draws over the areas, in an order that no filter changes; errors as :func:`compute`.

    With ``exact`` places are where they really are: only for those who may know. Empty for layers that draw nothing.
    """
    made = FEATURES.get(state.layer)
    return made(context_of(state.drawn()), exact=exact) if made else ()


@lru_cache(maxsize=512)
def _context(state: ViewState, facts: LedgerFacts, day: date) -> LayerContext:
    month = state.period or default_month(state.layer, facts)
    entry = outline_of(state, month, facts)
    part = part_of(state.province, entry.id)
    own = _facts(facts.ledger, entry.province, facts.version, entry.units_of, part)
    if not own.units:
        raise StateError(
            "Kho số liệu không có danh mục đơn vị của phiên bản ranh giới “{version}”. Hãy nhập lại phiên bản này.",
            version=entry.id,
        )
    former = {
        boundary: _former(state, month, own, boundary, day)
        for boundary in sorted({s.boundary for rows in own.predecessors.values() for s in rows} & set(catalogue()))
    }
    return LayerContext(own, load(entry.id, part), state, month, province_of(state.province), day, former)


def _former(state: ViewState, month: Month, facts: LedgerFacts, boundary: str, day: date) -> LayerContext:
    """Return the context of an earlier unit list at its last month, or at an earlier one that is drawn today's way."""
    entry = catalogue()[boundary]
    last = min(month, entry.last_month or month)
    view = ViewState(layer=state.layer, province=entry.province, boundary=boundary, period=last, lang=state.lang)
    own = _facts(facts.ledger, entry.province, facts.version, entry.units_of)
    return LayerContext(own, load(boundary), view, last, province_of(entry.province), day)


def part_of(province: str, boundary: str) -> str:
    """Return the key of the former province that a map shows of a version; empty where it shows all of it."""
    entry = catalogue().get(boundary)
    return province if entry and entry.province != province else ""


def facts_drawn(province: str, boundary: str) -> LedgerFacts:
    """Return the facts for the units that a boundary version draws of a province; errors as :func:`facts_of`."""
    facts, entry = facts_of(province), catalogue()[boundary]
    return _facts(facts.ledger, entry.province, facts.version, entry.units_of, part_of(province, boundary))


def outline_of(state: ViewState, month: Month, facts: LedgerFacts) -> CatalogueEntry:
    """Return the boundary version that draws a month: the one in force, or a later one that the reader asked for.

    An older version than the month's cannot be asked for: the units of the month are not in it.

    Raises
    ------
    StateError, BoundaryError
        As :func:`compute`.
    """
    if state.boundary:
        asked = catalogue().get(state.boundary)
        if asked is None:
            raise StateError("Không có phiên bản ranh giới “{version}”.", version=state.boundary)
        if asked.covers(month) or month < asked.first_month:
            return asked
    return in_force(state.province, month, facts)


def usual_outline(state: ViewState) -> CatalogueEntry:
    """Return the version that draws a state's month unless the reader chooses another one."""
    return context_of(state.but(boundary=None)).boundary.entry


def in_force(province: str, month: Month, facts: LedgerFacts) -> CatalogueEntry:
    """Return the version that draws a province, or what it has become a part of, in ``month``; errors as above.

    A month that has not begun has no boundaries: nobody knows which units it will have.
    """
    if month > Month.of(today()):
        raise StateError(
            "Tháng {month} chưa đến. Hãy chọn tháng đến {present}.", month=month, present=Month.of(today())
        )
    place = territory_of(province, month)
    if place.province != facts.province:
        facts = _facts(facts.ledger, place.province, facts.version)
    return version_for(place.province, month, facts.boundary_defaults)


def versions_shown(province: str) -> list[CatalogueEntry]:
    """Return the versions that can draw a province: its own, and those of the provinces it went into."""
    later = [entry for _, place in mergers_of(province) for entry in versions_of(place.province)]
    return [*versions_of(province), *later]
