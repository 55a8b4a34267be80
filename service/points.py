"""``/points/{layer}.json``: what a layer draws at places, for the browser's map, its state in the query.

Filters are no part of the document: a scene says which of its features pass them. Who may not know where settlements
are gets spots instead, or nothing, under the same address.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

import geopandas as gpd
import shapely
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from base import settings
from base.clock import today
from base.errors import AccessError, NtmError
from geo.asset import to_grid
from layers.registry import FEATURES, context_of, features_of
from layers.view import Feature, Point, ViewState
from service import asked
from service.access import require_writing
from service.kept import Kept, Shelf, respond
from service.problems import MissingError
from store import current

#: Points in whole cells of the geometry's grid.
_Cells = list[list[int]]
#: What makes another document; everything else in the address only chooses among its features.
_OF_THE_DOCUMENT: Final = ("layer", "province", "period", "boundary", "known_at", "lang")
#: A minute: who may know where they are is the server's matter and may change.
_CACHED: Final = "private, max-age=60"
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_shelf: Final = Shelf(limit=32 * 1024**2)


async def points(request: Request) -> Response:
    """Answer one request; parameters that cannot be used are named with what they allow (400)."""
    lang = asked.language(request)
    layer = request.path_params["layer"]
    try:
        if layer not in FEATURES:
            raise MissingError(
                "Không có “{path}”. Các lớp: {layers}.", path=request.url.path, layers=", ".join(FEATURES)
            )
        state, key = await run_in_threadpool(_read, asked.single(request), layer, lang)
        exact = may_know(request)
        kept = await _shelf.get((state, exact, *key), lambda: run_in_threadpool(_document, state, exact=exact))
    except NtmError as error:
        return asked.refusal(error, lang)
    return respond(request, kept, _CACHED)


def _read(params: Mapping[str, str], layer: str, lang: str) -> tuple[ViewState, tuple[Hashable, ...]]:
    """Return what the document is made from, and the state of the data, which makes another one of it."""
    found, notices = asked.view_state(params, layer, ("v",))
    if notices:
        raise asked.RefusedError(notices, lang)
    state = ViewState(**{name: getattr(found, name) for name in _OF_THE_DOCUMENT})
    return state, (current.ledger(), context_of(state).facts.version, today())


def may_know(request: Request) -> bool:
    """Tell whether exact places may be sent: to everybody where a setting says so, else to who may write here."""
    if settings.exact_points():
        return True
    try:
        require_writing(request)
    except AccessError:
        return False
    return True


def _document(state: ViewState, *, exact: bool) -> Kept:
    found = features_of(state, exact=exact)
    places = _cells([[point] for one in found for point in (one.filled, one.hollow) if point])
    lines = _cells([list(line) for one in found for line in one.lines])
    rows = [_row(one, places, lines) for one in found]
    document = {"exact": exact, "features": rows}
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    kept = Kept(content, "application/json", _HEADERS)
    _ = kept.tag, kept.packed  # made here, in a thread of its own
    return kept


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


ROUTES: Final = [Route("/points/{layer}.json", points)]
