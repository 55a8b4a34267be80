"""An HTTP client for an ASGI application in this process."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import Message


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, read to its end."""

    status_code: int
    headers: Headers
    content: bytes

    def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        return json.loads(self.content)


class Client:
    """Asks an ASGI application in this process; Starlette's own client needs a package that we do not have."""

    def __init__(self, app: Starlette, runner: asyncio.Runner) -> None:
        self._app = app
        self._runner = runner

    def get(self, address: str, headers: dict[str, str] | None = None, peer: str | None = "127.0.0.1") -> Answer:
        return self._runner.run(self._ask("GET", address, headers or {}, peer, [b""]))

    def post(
        self,
        address: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        peer: str | None = "127.0.0.1",
        *,
        broken: bool = False,
    ) -> Answer:
        """Send a body in two pieces; ``broken``: the connection ends before the second one."""
        half = len(body) // 2
        pieces = [body[:half]] if broken else [body[:half], body[half:]]
        return self._runner.run(self._ask("POST", address, headers or {}, peer, pieces))

    async def _ask(
        self, method: str, asked: str, headers: dict[str, str], peer: str | None, pieces: list[bytes]
    ) -> Answer:
        address, sent = urlsplit(asked), list[Message]()
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": address.path,
            "query_string": quote(address.query, safe="%&=+").encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "server": ("testserver", 80),
            "client": (peer, 50_000) if peer else None,
        }
        last = method == "GET" or len(pieces) > 1

        async def receive() -> Message:
            if not pieces:
                return {"type": "http.disconnect"}
            piece = pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(pieces) or not last}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        start, *rest = sent
        body = b"".join(message.get("body", b"") for message in rest)
        return Answer(start["status"], Headers(raw=start["headers"]), body)
