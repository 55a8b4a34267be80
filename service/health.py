"""``/healthz``: whether the process lives, and whether it is ready to be sent people and programs.

``/healthz/live`` answers as long as the process can answer at all: where it does not, the process is to be restarted.
``/healthz/ready`` also asks whether there is anything to answer with: where there is not, others should be asked.
``/healthz`` tells both and is as ready as the latter.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from base.errors import NtmError
from base.i18n import translate
from base.settings import FIRST_PROVINCE, is_sample
from geo.boundaries import load, versions_of
from service import live
from service.guard import language
from service.problems import problem
from store import current

_HEADERS: Final = {"Cache-Control": "no-store"}


def missing(lang: str) -> dict[str, str]:
    """Return what is not ready, each with a sentence: ``store``, ``boundaries``, ``facts``; empty when all is."""
    found = {}
    if live.age() >= live.STALE:
        found["store"] = translate("Kho số liệu không đọc được trong {seconds:.0f} giây qua.", lang, seconds=live.STALE)
    try:
        for entry in versions_of(FIRST_PROVINCE):
            load(entry.id)
    except NtmError as error:
        found["boundaries"] = error.text(lang)
    if current.startup_faults:
        found["facts"] = "\n".join(fault.text(lang) for fault in current.startup_faults)
    return found


async def _live(_: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers=_HEADERS)


def _ready(request: Request) -> Response:
    """Answer in a thread: a boundary that is damaged is read anew each time."""
    lang = language(request.scope)
    if lacking := missing(lang):
        detail = translate("Chưa sẵn sàng: {parts}.", lang, parts=", ".join(lacking))
        return problem(503, detail, live="ok", ready=lacking)
    ready = {"store": "ok", "boundaries": "ok", "facts": "ok"}
    return JSONResponse({"status": "ok", "live": "ok", "ready": ready, "sample": is_sample()}, headers=_HEADERS)


ROUTES: Final = [
    Route("/healthz", _ready),
    Route("/healthz/live", _live),
    Route("/healthz/ready", _ready),
]
