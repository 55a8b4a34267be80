"""``/maps/{layer}.{json|csv|xlsx|png|pdf|svg}``: a view as data or as a sheet, its state in the query."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from base.errors import NtmError, StateError
from base.i18n import translate
from jobs import executor
from layers.address import parse
from layers.registry import BUILDERS, compute
from layers.view import LayerView, ViewState
from render import table
from service.sample import file_name

DATA: Final[dict[str, tuple[str, Callable[[LayerView], bytes]]]] = {
    "json": ("application/json", lambda view: table.as_json(view).encode()),
    "csv": ("text/csv; charset=utf-8", table.as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", table.as_xlsx),
}
SHEETS: Final = {"png": "image/png", "pdf": "application/pdf", "svg": "image/svg+xml"}
#: Parameters of the request that are not part of the view.
OUTPUT: Final = {"paper", "width", "v"}
WIDTHS: Final = range(320, 5001)
#: Finished sheets that are kept; about 1 MB each.
KEPT: Final = 32


def warm() -> None:
    """Import what drawing needs, so that the first sheet does not wait for it; runs in the worker."""
    import render.sheet  # noqa: F401, PLC0415 - the import is the work


def draw(state: ViewState, fmt: str, paper: str, width: int | None) -> bytes:
    """Draw a sheet; runs in a worker process, so everything it takes and gives can be pickled."""
    from render.sheet import sheet  # noqa: PLC0415 - Matplotlib stays out of the web process

    view = compute(state)
    return sheet(view, fmt=fmt, paper=paper, width=width, inset=view.inset, margins=view.margins)


_drawn: dict[tuple[object, ...], asyncio.Future[bytes]] = {}


@lru_cache(maxsize=128)
def _data(view: LayerView, extension: str) -> bytes:
    return DATA[extension][1](view)


async def maps(request: Request) -> Response:
    """Answer one request; a parameter that cannot be used is named with what it allows (400)."""
    layer, extension = request.path_params["layer"], request.path_params["extension"]
    if layer not in BUILDERS or extension not in DATA.keys() | SHEETS.keys():
        return problem(404, translate("Không có “{path}”.", "vi", path=request.url.path))
    query = dict(request.query_params)
    if len(query) < len(request.query_params.multi_items()):
        return problem(400, translate("Mỗi tham số chỉ được ghi một lần.", query.get("lang", "vi")))
    state, notices = await run_in_threadpool(parse, {k: v for k, v in query.items() if k not in OUTPUT}, layer)
    if notices:
        return problem(400, "\n".join(notice.text(state.lang) for notice in notices))
    state = state.drawn()
    try:
        paper, width = _output(query, state.lang)
        if extension in DATA:
            content = await run_in_threadpool(lambda: _data(compute(state), extension))
            media_type = DATA[extension][0]
        else:
            content, media_type = await _sheet(state, extension, paper, width), SHEETS[extension]
    except NtmError as error:
        return problem(400 if isinstance(error, StateError) else 503, error.text(state.lang))
    view = compute(state)
    fixed = query.get("v") == table.digest(view)
    name = file_name(f"{layer}-{view.state.period}.{extension}")
    return _answer(request, content, media_type, name, fixed=fixed)


def _output(query: Mapping[str, str], lang: str) -> tuple[str, int | None]:
    paper, width = query.get("paper", "A4"), query.get("width")
    if paper not in {"A4", "A3"}:
        raise _bad("paper", paper, "A4, A3", lang)
    if width is not None and not (width.isdecimal() and int(width) in WIDTHS):
        raise _bad("width", width, f"{WIDTHS.start}–{WIDTHS.stop - 1}", lang)
    return paper, int(width) if width else None


def _bad(parameter: str, value: str, allowed: str, lang: str) -> NtmError:
    reason = translate("chọn một trong: {allowed}.", lang, allowed=allowed)
    return StateError(
        "Giá trị “{value}” của tham số “{parameter}” không dùng được: {reason}",
        value=value,
        parameter=parameter,
        reason=reason,
    )


async def _sheet(state: ViewState, fmt: str, paper: str, width: int | None) -> bytes:
    """Draw in the worker; equal requests share one drawing, and the newest 32 are kept."""
    version = await run_in_threadpool(lambda: table.digest(compute(state)))
    key = (version, fmt, paper, width)
    if key not in _drawn or (_drawn[key].done() and _drawn[key].exception()):
        job = executor(warm).submit(draw, state, fmt, paper, width)
        _drawn[key] = asyncio.ensure_future(asyncio.wrap_future(job))
        while len(_drawn) > KEPT:
            del _drawn[next(iter(_drawn))]
    return await asyncio.shield(_drawn[key])


def _answer(request: Request, content: bytes, media_type: str, name: str, *, fixed: bool) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "public, max-age=31536000, immutable" if fixed else "no-cache",
        "Content-Disposition": f'inline; filename="{name}"',
    }
    # A proxy that compresses weakens the tag: W/"…" still names these bytes.
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def problem(status: int, detail: str) -> Response:
    """Return an ``application/problem+json`` answer."""
    return JSONResponse({"status": status, "detail": detail}, status, media_type="application/problem+json")
