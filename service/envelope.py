"""The outermost layer of the service: every answer gets an id and its security headers, and is counted and told."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from http import HTTPStatus
from logging import INFO
from time import perf_counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.guard import first_part
from service.headers import SecurityHeaders
from service.logs import ACCESS, REQUEST_ID, tell
from service.metrics import METRICS, Metrics

#: An id that a proxy or a client gave is kept only if it can do no harm in a log.
_SAFE: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_HEADER: Final = b"x-request-id"
#: What is asked every few seconds by machines: told only when it goes wrong.
_STEADY: Final = frozenset({"live", "healthz", "metrics"})
#: Label of what Streamlit answers by its files, pages of the dashboard among them.
_DASHBOARD: Final = "dashboard"


class Envelope:
    """Give every request an id, every answer its security headers, and count and tell what was answered."""

    def __init__(self, app: ASGIApp, metrics: Metrics = METRICS) -> None:
        self.app = app
        self.metrics = metrics
        self.security = SecurityHeaders()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._dashboard(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        number = _number(scope["headers"])
        first = first_part(scope["path"])
        begun, status, sent = perf_counter(), 0, 0

        async def out(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = self.security.completed(message["headers"], first)
                message = {**message, "headers": [*headers, (_HEADER, number)]}
            else:
                sent += len(message.get("body", b""))
            await send(message)

        token = REQUEST_ID.set(number.decode())
        self.metrics.in_flight += 1
        try:
            await self.app(scope, receive, out)
        finally:
            REQUEST_ID.reset(token)
            self.metrics.in_flight -= 1
            took = perf_counter() - begun
            route = getattr(scope.get("route"), "path", "") or _DASHBOARD
            self.metrics.answered(route, scope["method"], status, took, sent)
            if ACCESS.isEnabledFor(INFO) and (first not in _STEADY or not 0 < status < HTTPStatus.BAD_REQUEST):
                said = {"method": scope["method"], "status": status, "ms": round(took * 1000, 1), "bytes": sent}
                tell(scope, "answer", number.decode(), **said)

    async def _dashboard(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count an open page, and tell that it was opened and closed; nothing is done to what it says."""
        number = _number(scope["headers"]).decode()
        begun = perf_counter()
        token = REQUEST_ID.set(number)
        self.metrics.dashboards += 1
        try:
            if ACCESS.isEnabledFor(INFO):
                tell(scope, "page opened", number)
            await self.app(scope, receive, send)
        finally:
            REQUEST_ID.reset(token)
            self.metrics.dashboards -= 1
            if ACCESS.isEnabledFor(INFO):
                tell(scope, "page closed", number, seconds=round(perf_counter() - begun))


def _number(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the id that a request brings, or a new one."""
    brought = next((value for name, value in headers if name == _HEADER), b"")
    return brought if _SAFE.fullmatch(brought) else secrets.token_hex(8).encode()
