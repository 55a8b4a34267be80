"""All layers by key: their builders, their default months, and the one function that computes a view."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Final

from base.clock import TIME_ZONE, Month
from base.errors import StateError
from geo.boundaries import catalogue, load, version_for
from layers import border_replanning, district_progress, ntm_levels, target_communes
from layers.context import LayerContext
from layers.view import LayerView, ViewState
from programme.province import province_of
from programme.targets import named_years
from store.facts import Facts
from store.files import shipped_facts

BUILDERS: Final[dict[str, Callable[[LayerContext], LayerView]]] = {
    "ntm-levels": ntm_levels.build,
    "target-communes": target_communes.build,
    "border-replanning": border_replanning.build,
    "district-progress": district_progress.build,
}


def facts_of(province: str, known_at: str | None = None) -> Facts:
    """Return the facts of a province as they were known at an ISO time (default: now).

    Raises
    ------
    StateError
        The province is unknown, ``known_at`` is no ISO time, or nothing was recorded by then.
    DataError
        Its files are faulty.
    """
    facts = shipped_facts(province_of(province).key)
    if known_at and _moment(known_at) < _moment(facts.known_at):
        raise StateError(
            "Đến {time} chưa ghi nhận số liệu nào; sớm nhất là {first}.", time=known_at, first=facts.known_at
        )
    return facts


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise StateError("Thời điểm “{time}” phải có dạng 2026-11-22 hoặc 2026-11-22T08:00.", time=text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=TIME_ZONE)


def default_month(layer: str, facts: Facts) -> Month:
    """Return the month a layer opens with: the latest one that a source speaks of, never today's.

    For targets the end of the latest year with named communes; for everything else the latest
    month with a published total of recognised communes.
    """
    if layer == "target-communes" and (years := named_years(facts)):
        return Month(years[-1], 12)
    months = [f.period.latest for f in facts.figures if f.metric == "recognised" and f.district is None]
    if not months:
        raise StateError("Chưa có số công bố nào của tỉnh này. Hãy nộp số liệu công bố rồi mở lại.")
    return max(months)


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
    return _compute(state.drawn())


@lru_cache(maxsize=512)
def _compute(state: ViewState) -> LayerView:
    return BUILDERS[state.layer](context_of(state))


@lru_cache(maxsize=512)
def context_of(state: ViewState) -> LayerContext:
    """Return facts and boundary for a state, its month settled; errors as :func:`compute`."""
    facts = facts_of(state.province, state.known_at)
    month = state.period or default_month(state.layer, facts)
    entry = catalogue().get(state.boundary) if state.boundary else version_for(state.province, month)
    if entry is None:
        raise StateError("Không có phiên bản ranh giới “{version}”.", version=state.boundary)
    if not entry.covers(month):
        entry = version_for(state.province, month)
    return LayerContext(facts, load(entry.id), state, month, province_of(state.province))
