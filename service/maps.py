"""``/maps/{layer}.{json|csv|xlsx|qml|png|pdf|svg}``: a view as data, style or sheet, its state in the query.

An address is understood once for each state of the data, and its bytes are made once for each content: addresses that
say the same share them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from base.errors import NtmError
from base.i18n import translate
from layers.address import Notice
from layers.registry import BUILDERS, compute
from layers.view import LayerView
from render import table
from render.qgis_style import as_qml
from service import asked, live
from service.drawing import BusyError, Queue, Size, draw, in_time
from service.kept import IMMUTABLE, REVALIDATE, Kept, Shelf, respond
from service.metrics import METRICS
from service.problems import MissingError
from service.sample import file_name

DATA: Final[Mapping[str, tuple[str, Callable[[LayerView], bytes]]]] = {
    "json": ("application/json", lambda view: table.as_json(view).encode()),
    "csv": ("text/csv; charset=utf-8", table.as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", table.as_xlsx),
    "qml": ("application/xml", as_qml),
}
SHEETS: Final[Mapping[str, str]] = {"png": "image/png", "pdf": "application/pdf", "svg": "image/svg+xml"}
#: Parameters of the request that are not part of the view.
OUTPUT: Final = ("paper", "width", "dpi", "v")
PAPERS: Final = ("A4", "A3")
WIDTHS: Final = range(320, 5001)
DOTS: Final = range(72, 301)
#: Addresses whose meaning is remembered, and how long such an address may be: it can be anything behind ``v=``.
_MOST_KNOWN: Final = 4096
_LONGEST_KNOWN: Final = 512


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What an address stands for: the key of its bytes, and whether it names their version and may be kept for ever."""

    content: Hashable
    fixed: bool


_known: Final[dict[Hashable, _Meaning]] = {}
_shelf: Final = Shelf()
_queue: Final = Queue()


async def maps(request: Request) -> Response:
    """Answer one request; parameters that cannot be used are named with what they allow (400)."""
    try:
        kept, fixed = await _found(request)
    except NtmError as error:
        answer = asked.refusal(error, asked.language(request))
        if isinstance(error, BusyError):
            answer.headers["Retry-After"] = str(error.seconds)
        return answer
    return respond(request, kept, IMMUTABLE if fixed else REVALIDATE)


async def _found(request: Request) -> tuple[Kept, bool]:
    """Return what an address asks for; what was asked before is neither read nor computed again."""
    layer, extension = request.path_params["layer"], request.path_params["extension"]
    query = request.scope["query_string"]
    address = (live.stamp(), layer, extension, query)
    meaning = _known.get(address)
    kept = _shelf.find(meaning.content) if meaning else None
    if meaning is None or kept is None:
        if layer not in BUILDERS or extension not in DATA.keys() | SHEETS.keys():
            raise _missing(request)
        params = asked.single(request)
        view, size = await run_in_threadpool(_read, params, layer, extension, asked.language(request))
        content = (await run_in_threadpool(_version, view), extension, size)
        meaning = _Meaning(content, params.get("v") == table.digest(view))
        kept = await in_time(_shelf.get(content, lambda: _made(view, extension, size)))
        if len(query) <= _LONGEST_KNOWN:
            _known[address] = meaning
            if len(_known) > _MOST_KNOWN:
                del _known[next(iter(_known))]
    return kept, meaning.fixed


def _missing(request: Request) -> MissingError:
    return MissingError(
        "Không có “{path}”. Các lớp: {layers}. Các định dạng: {formats}.",
        path=request.url.path[:80],
        layers=", ".join(BUILDERS),
        formats=", ".join([*SHEETS, *DATA]),
    )


def _read(params: Mapping[str, str], layer: str, extension: str, lang: str) -> tuple[LayerView, Size]:
    """Return the view that is asked for and the size of its sheet; every parameter that cannot be used is told."""
    size, odd = _size(params, extension, lang)
    state, notices = asked.view_state(params, layer, OUTPUT)
    if notices or odd:
        raise asked.RefusedError([*notices, *odd], lang)
    return compute(state.drawn()), size


def _size(params: Mapping[str, str], extension: str, lang: str) -> tuple[Size, list[Notice]]:
    """Read what a sheet is drawn like, leaving out what cannot be used."""
    good: dict[str, str] = {}
    odd = []
    for name, formats, allowed in (
        ("paper", tuple(SHEETS), PAPERS),
        ("width", ("png",), WIDTHS),
        ("dpi", ("png",), DOTS),
    ):
        value = params.get(name)
        if value is None:
            continue
        if extension not in formats:
            reason = translate("chỉ dùng với định dạng: {allowed}.", lang, allowed=", ".join(formats))
        elif name == "dpi" and "width" in params:
            reason = translate("không dùng cùng với “{other}”; hãy bỏ một trong hai.", lang, other="width")
        elif not _is_allowed(value, allowed):
            words = f"{allowed.start}–{allowed.stop - 1}" if isinstance(allowed, range) else ", ".join(allowed)
            reason = translate("chọn một trong: {allowed}.", lang, allowed=words)
        else:
            good[name] = value
            continue
        odd.append(Notice(name, value, reason))
    width, dpi = good.get("width"), good.get("dpi")
    usual = Size()
    return Size(good.get("paper", usual.paper), int(width) if width else None, int(dpi or usual.dpi)), odd


def _is_allowed(value: str, allowed: range | tuple[str, ...]) -> bool:
    if isinstance(allowed, range):
        return value.isascii() and value.isdecimal() and len(value) <= len(str(allowed.stop)) and int(value) in allowed
    return value in allowed


@lru_cache(maxsize=256)
def _version(view: LayerView) -> str:
    """Return a hash of all that is drawn: the digest of what the view says, and of rows that the filters leave out."""
    rows = view.frame[["class_id", "label", "name"]].to_csv()
    return hashlib.sha256(f"{table.digest(view)}{rows}{view.marks!r}".encode()).hexdigest()


async def _made(view: LayerView, extension: str, size: Size) -> Kept:
    if extension in DATA:
        media_type, write = DATA[extension]
        content = await run_in_threadpool(write, view)
    else:
        media_type, content = SHEETS[extension], await _queue.run(draw, view, extension, size)
    name = file_name(f"{view.key}-{view.state.period}.{extension}")
    kept = Kept(content, media_type, {"Content-Disposition": f'inline; filename="{name}"'})
    return await run_in_threadpool(kept.ready)


METRICS.register("ntm_drawings_under_way", "Sheets being drawn or waiting for it.", lambda: _queue.length)
ROUTES: Final = [Route("/maps/{layer}.{extension}", maps)]
