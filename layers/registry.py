"""All layers by key: their builders, their default months, and the one function that computes a view."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from base.clock import TIME_ZONE, Month, today
from base.errors import StateError, StoreError
from geo.boundaries import catalogue, load, version_for, versions_of
from layers import (
    at_risk,
    border_replanning,
    criteria_met,
    criterion,
    district_progress,
    ntm_levels,
    reporting,
    target_communes,
)
from layers.context import LayerContext
from layers.view import LayerView, ViewState
from programme.province import province_of
from programme.targets import named_years
from store import current
from store.facts import Facts
from store.ledger import Ledger
from store.queries import LedgerFacts

BUILDERS: Final[dict[str, Callable[[LayerContext], LayerView]]] = {
    "ntm-levels": ntm_levels.build,
    "target-communes": target_communes.build,
    "border-replanning": border_replanning.build,
    "district-progress": district_progress.build,
    "reporting": reporting.build,
    "criteria-met": criteria_met.build,
    "criterion": criterion.build,
    "at-risk": at_risk.build,
}
#: Layers drawn from monthly reports.
REPORTED: Final = frozenset({"reporting", "criteria-met", "criterion", "at-risk"})


def facts_of(province: str, known_at: str | None = None) -> LedgerFacts:
    """Return the facts of a province as they were known at an ISO time (default: now).

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
        return _facts(ledger, key, version)
    if current.startup_faults:
        raise current.startup_faults[0]
    if earliest := ledger.receipts():
        first = earliest[-1].recorded_at.isoformat()
        raise StateError("Đến {time} chưa ghi nhận số liệu nào; sớm nhất là {first}.", time=known_at, first=first)
    raise StoreError("Kho số liệu còn trống. Hãy khởi động lại chương trình để nạp bộ số liệu công bố.")


@lru_cache(maxsize=64)
def _facts(ledger: Ledger, province: str, version: int) -> LedgerFacts:
    return LedgerFacts(ledger, province, version)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise StateError("Thời điểm “{time}” phải có dạng 2026-11-22 hoặc 2026-11-22T08:00.", time=text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=TIME_ZONE)


def default_month(layer: str, facts: Facts) -> Month:
    """Return the month a layer opens with: the latest one that a source speaks of, never today's.

    For targets the end of the latest year with named communes; for what is drawn from reports the newest
    month that anybody reported; for everything else, and as long as nobody did, the latest month with a
    published total of recognised communes.
    """
    if layer in REPORTED and (reported := _reported_months(facts)):
        return max(reported)
    if layer == "target-communes" and (years := named_years(facts)):
        return Month(years[-1], 12)
    months = [f.period.latest for f in facts.figures if f.metric == "recognised" and f.district is None]
    if not months:
        raise StateError("Chưa có số công bố nào của tỉnh này. Hãy nộp số liệu công bố rồi mở lại.")
    return max(months)


def _reported_months(facts: Facts) -> list[Month]:
    """Return the months of the reports that some boundary version covers: no other can be drawn."""
    versions = versions_of(facts.province)
    months = {report.period for report in facts.reports if report.period}
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


@lru_cache(maxsize=512)
def _context(state: ViewState, facts: LedgerFacts, day: date) -> LayerContext:
    month = state.period or default_month(state.layer, facts)
    entry = catalogue().get(state.boundary) if state.boundary else version_for(state.province, month)
    if entry is None:
        raise StateError("Không có phiên bản ranh giới “{version}”.", version=state.boundary)
    if not entry.covers(month):
        entry = version_for(state.province, month)
    return LayerContext(facts, load(entry.id), state, month, province_of(state.province), day)
