"""What tells programs that an answer holds made-up data: one header on every answer of a sample store."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from base.settings import is_sample

HEADER = "X-NTM-Sample"
#: What the name of a downloaded file begins with.
PREFIX = "minh-hoa-"


class SampleHeader:
    """Add ``X-NTM-Sample: 1`` to every answer, faults and assets too, while the sample store is open."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; mark the start of each answer."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = "1"
            await send(message)

        await self.app(scope, receive, marked if scope["type"] == "http" and is_sample() else send)


def file_name(name: str) -> str:
    """Return the name under which a file is handed out: that of made-up data says so."""
    return PREFIX + name if is_sample() else name
