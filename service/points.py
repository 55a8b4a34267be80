"""``/points/{layer}.json``: what a layer draws at places, for the browser's map, its state in the query.

Filters are no part of the document: a scene says which of its features pass them. Who may not know where settlements
are gets spots instead, or nothing, under the same address.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import geopandas as gpd
import shapely
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from base import settings
from base.clock import today
from base.errors import AccessError, NtmError, StateError
from base.i18n import translate
from geo.asset import to_grid
from layers.address import parse
from layers.registry import FEATURES, context_of, features_of
from layers.view import Feature, Point, ViewState
from service.access import require_writing
from service.maps import problem

#: Points in whole cells of the geometry's grid.
_Cells = list[list[int]]
#: What makes another document; everything else in the address only chooses among its features.
_OF_THE_DOCUMENT: Final = ("layer", "province", "period", "boundary", "known_at", "lang")
#: A minute: who may know where they are is the server's matter and may change.
_HEADERS: Final = {
    "Cache-Control": "private, max-age=60",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


async def points(request: Request) -> Response:
    """Answer one request; a parameter that cannot be used is named with what it allows (400)."""
    layer = request.path_params["layer"]
    if layer not in FEATURES:
        return problem(404, translate("Không có “{path}”.", "vi", path=request.url.path))
    query = {name: value for name, value in request.query_params.items() if name != "v"}
    if len(request.query_params) < len(request.query_params.multi_items()):
        return problem(400, translate("Mỗi tham số chỉ được ghi một lần.", query.get("lang", "vi")))
    state, notices = await run_in_threadpool(parse, query, layer)
    if notices:
        return problem(400, "\n".join(notice.text(state.lang) for notice in notices))
    asked = ViewState(**{name: getattr(state, name) for name in _OF_THE_DOCUMENT})
    try:
        content = await run_in_threadpool(_content, asked, exact=may_know(request))
    except NtmError as error:
        return problem(400 if isinstance(error, StateError) else 503, error.text(state.lang))
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, "*"}:
        return Response(status_code=304, headers=_HEADERS | {"ETag": tag})
    return Response(content, media_type="application/json", headers=_HEADERS | {"ETag": tag})


def may_know(request: Request) -> bool:
    """Tell whether exact places may be sent: to everybody where a setting says so, else to who may write here."""
    if settings.exact_points():
        return True
    try:
        require_writing(request)
    except AccessError:
        return False
    return True


def _content(state: ViewState, *, exact: bool) -> bytes:
    return _document(state, exact, context_of(state).facts.version, today())


@lru_cache(maxsize=32)
def _document(state: ViewState, exact: bool, _facts: int, _day: date) -> bytes:  # noqa: FBT001 - a key of the cache
    """Return the document; the version of the facts and the day make another one of it."""
    found = features_of(state, exact=exact)
    places = _cells([[point] for one in found for point in (one.filled, one.hollow) if point])
    lines = _cells([list(line) for one in found for line in one.lines])
    rows = [_row(one, places, lines) for one in found]
    document = {"exact": exact, "features": rows}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _row(one: Feature, places: Iterator[_Cells], lines: Iterator[_Cells]) -> dict[str, Any] | None:
    """Return a feature's row, ``None`` for one that nothing is drawn of; its points and lines are the next ones."""
    if not (one.filled or one.hollow or one.lines):
        return None
    filled, hollow = (next(places)[0] if point else None for point in (one.filled, one.hollow))
    return {
        "kind": one.kind,
        "id": one.id,
        "text": one.text,
        "detail": one.detail,
        "unit": one.unit,
        "cls": one.class_id,
        "size": one.size,
        "filled": filled,
        "hollow": hollow,
        "lines": [next(lines) for _ in one.lines],
    }


def _cells(lines: list[list[Point]]) -> Iterator[_Cells]:
    """Return longitudes and latitudes in whole cells of the geometry's grid; one transform for all, as that costs."""
    flat = list(chain.from_iterable(lines))
    if not flat:
        return iter(())
    grid = to_grid(gpd.GeoDataFrame(geometry=shapely.points(flat), crs="EPSG:4326"))
    cells = iter(shapely.get_coordinates(grid).astype(int).tolist())
    return ([next(cells) for _ in line] for line in lines)
