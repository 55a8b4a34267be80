"""What no request may do to the service: be endless, take for ever, or be answered with a bare fault.

Every refusal is an ``application/problem+json`` document (:mod:`service.problems`) in the language of the request.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from base.i18n import translate
from service.logs import REQUEST_ID
from service.problems import problem

#: First parts of the addresses that are ours; every other one is Streamlit's.
PREFIXES: Final = frozenset({"assets", "geometry", "maps", "points", "office", "ogc", "healthz", "metrics", "live"})
#: First parts whose answers must have begun in time. A check of a workbook may take longer, a push lasts for ever.
_TIMED: Final = frozenset({"ogc", "maps", "points"})
#: Seconds until an answer must have begun.
SECONDS: Final = 60.0
#: Characters that an address may have with its query.
LONGEST_ADDRESS: Final = 8192
#: Bytes that a request may bring anywhere but to the desk, which counts for itself: as many as a filter may have.
LARGEST_BODY: Final = 64 * 1024
#: Methods of HTTP that a route may have; :func:`closing` answers them all.
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
_ENGLISH: Final = re.compile(rb"(?:^|&)lang=en(?:&|$)")
#: What Starlette and Streamlit answer in plain English instead of raising anything.
_PLAIN: Final = b"text/plain"


def first_part(path: str) -> str:
    """Return ``maps`` of ``/maps/ntm-levels.json``; empty for the root."""
    return path[1:].partition("/")[0]


def language(scope: Scope) -> str:
    """Return the language of what goes wrong before a route has read its query."""
    return "en" if _ENGLISH.search(scope["query_string"]) else "vi"


class Guard:
    """Refuse what is too large, end what takes too long, and tell every fault as a document."""

    def __init__(self, app: ASGIApp, seconds: float = SECONDS) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but what is refused; a websocket is never touched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif refusal := _refusal(scope):
            await refusal(scope, receive, send)
        else:
            await self._answered(scope, receive, send)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = first_part(scope["path"])
        begun = False
        plain: Response | None = None

        async def out(message: Message) -> None:
            nonlocal begun, plain
            if message["type"] == "http.response.start":
                begun = True
                if not timer.expired():
                    timer.reschedule(None)  # a slow line may take as long as it needs
                plain = _told(scope, message) if first in PREFIXES and message["status"] >= HTTPStatus(400) else None
                if plain is not None:
                    await plain(scope, receive, send)
            if plain is None:
                await send(message)

        fault: Response | None
        try:
            async with asyncio.timeout(self.seconds if first in _TIMED else None) as timer:
                await self.app(scope, receive, out)
        except ClientDisconnect:
            return  # nobody is there to read an answer
        except Exception as error:
            if isinstance(error, TimeoutError) and timer.expired():
                logging.getLogger(__name__).warning("no answer within %.0f s", self.seconds)
                fault = _late(scope, self.seconds)
            else:
                logging.getLogger(__name__).exception("a request was not answered")
                fault = _broken(scope)
            if not begun:
                await fault(scope, receive, send)


def _refusal(scope: Scope) -> Response | None:
    """Return why a request is not even looked at; ``None`` for nearly all."""
    if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
        text = "Địa chỉ dài quá {limit} ký tự. Hãy bỏ bớt tham số, hoặc gửi bộ lọc bằng POST."
        return problem(414, translate(text, language(scope), limit=LONGEST_ADDRESS))
    if scope["method"] in {"GET", "HEAD"} or first_part(scope["path"]) == "office":
        return None
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if declared.isdigit() and (len(declared) > len(str(LARGEST_BODY)) or int(declared) > LARGEST_BODY):
        text = "Nội dung gửi lên lớn quá {limit} KB."
        return problem(413, translate(text, language(scope), limit=LARGEST_BODY // 1024))
    return None


def _late(scope: Scope, seconds: float) -> Response:
    text = "Máy chủ chưa làm xong trong {seconds:.0f} giây. Hãy thử lại sau ít phút, hoặc hỏi ít hơn."
    answer = problem(503, translate(text, language(scope), seconds=seconds))
    answer.headers["Retry-After"] = "30"
    return answer


def _broken(scope: Scope) -> Response:
    number = REQUEST_ID.get()
    text = "Máy chủ gặp lỗi khi trả lời. Hãy thử lại; nếu vẫn lỗi, hãy báo người quản trị mã yêu cầu {number}."
    return problem(500, translate(text, language(scope), number=number), request_id=number)


def _told(scope: Scope, start: Message) -> Response | None:
    """Return the document instead of a plain English error of a library; ``None`` where a route answered itself."""
    headers = {name.lower(): value for name, value in start["headers"]}
    if not headers.get(b"content-type", _PLAIN).startswith(_PLAIN):
        return None
    answer = problem(start["status"], translate("Máy chủ không nhận địa chỉ này.", language(scope)))
    answer.raw_headers += [pair for pair in start["headers"] if pair[0].lower() in {b"allow", b"retry-after"}]
    return answer


def closing(routes: Sequence[Route]) -> list[Route]:
    """Return the routes that come after all of ours, so that none of our addresses falls through to Streamlit's page.

    They answer 404 where there is nothing, 405 with ``Allow`` where there is something for other methods, ``OPTIONS``
    with the same ``Allow``, and send an address that ends with a slash to the one without.
    """

    async def answer(request: Request) -> Response:
        scope, lang = request.scope, language(request.scope)
        methods: set[str] = set()
        for route in routes:
            if route.matches(scope)[0] is not Match.NONE:
                methods |= route.methods or set()
        if methods:
            return _other_method(request, ", ".join(sorted(methods | {"OPTIONS"})), lang)
        path = request.url.path
        bare = {**scope, "path": scope["path"].rstrip("/")}
        if path.endswith("/") and any(route.matches(bare)[0] is Match.FULL for route in routes):
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(path.rstrip("/") + query, 308)
        return problem(404, translate("Không có “{path}”.", lang, path=path[:200]))

    return [
        Route(path, answer, methods=_METHODS)
        for first in sorted(PREFIXES)
        for path in (f"/{first}", f"/{first}/{{rest:path}}")
    ]


def _other_method(request: Request, allowed: str, lang: str) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": allowed})
    text = "Địa chỉ này không nhận phương thức {method}; nó nhận: {allowed}."
    answer = problem(405, translate(text, lang, method=request.method[:20], allowed=allowed))
    answer.headers["Allow"] = allowed
    return answer
