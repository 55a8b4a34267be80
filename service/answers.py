"""What every route of the desk has in common: errors become sentences, and files are handed out to be saved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from base.errors import NtmError
from service import asked
from service.problems import problem_of
from service.sample import file_name

Handler = Callable[[Request, str], Awaitable[Response]]


def told(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Make a route of a handler: it gets the language, and its errors become sentences."""

    async def answer(request: Request) -> Response:
        lang = asked.language(request)
        try:
            return await handler(request, lang)
        except NtmError as error:
            return problem_of(error, lang)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it

    return answer


def download(content: bytes, name: str, media_type: str) -> Response:
    """Return a file that a browser saves and never opens by itself (RFC 6266, RFC 5987)."""
    name = file_name(name)
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)
