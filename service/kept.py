"""Finished answers that are kept as bytes, and the conditional requests that they make cheap.

An answer is made once for each state of the data (:mod:`service.live`), whoever asks how often: equal requests that
come while it is being made wait for the same making. Its ETag is the hash of its bytes, so that two processes with
the same data agree on it.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

#: Seconds-independent caching: a client keeps what it has and asks each time whether it still holds.
REVALIDATE: Final = "no-cache"
IMMUTABLE: Final = "public, max-age=31536000, immutable"
#: Bytes of finished answers that a shelf keeps.
SHELF_BYTES: Final = 96 * 1024**2
#: Bytes that an answer takes beside its own: its key, headers and place.
_OVERHEAD: Final = 2048
#: Below this many bytes compressing costs more than it saves.
_WORTH_PACKING: Final = 800
_PACKED_TYPES: Final = (
    *("text/", "application/json", "application/geo+json", "application/schema+json"),
    *("application/xml", "application/octet-stream", "image/svg+xml"),
)
_PACKED_SUFFIXES: Final = ("+json", "+xml", "+json;version=3.0")


@dataclass(frozen=True, eq=False)
class Kept:
    """A finished answer.

    Attributes
    ----------
    content, media_type
        The bytes and what they are.
    headers
        Further headers, as ``Content-Crs``.
    status
        Mostly 200; answers of another status are never kept.
    """

    content: bytes
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200

    @cached_property
    def tag(self) -> str:
        """Hash of the bytes, without quotation marks."""
        return hashlib.sha256(self.content).hexdigest()[:16]

    @cached_property
    def packed(self) -> bytes | None:
        """The bytes compressed by gzip; ``None`` where that does not pay."""
        plain = self.media_type.split(";")[0].strip()
        known = plain.startswith(_PACKED_TYPES) or self.media_type.endswith(_PACKED_SUFFIXES)
        if not known or len(self.content) < _WORTH_PACKING:
            return None
        packed = gzip.compress(self.content, 4, mtime=0)
        return packed if len(packed) < len(self.content) else None

    def ready(self) -> Kept:
        """Return the answer with hash and compressed bytes made: for a thread, as the event loop must not wait."""
        _ = self.tag, self.packed
        return self

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return _OVERHEAD + len(self.content) + len(self.__dict__.get("packed") or b"")


def respond(request: Request, kept: Kept, cache_control: str = REVALIDATE, vary: str = "Accept-Encoding") -> Response:
    """Answer a request with a finished answer: 304 where the client has it, compressed where it may be."""
    packed = kept.packed if _takes_gzip(request) else None
    tag = f'"{kept.tag}-gzip"' if packed is not None else f'"{kept.tag}"'
    headers = {**kept.headers, "ETag": tag, "Cache-Control": cache_control, "Vary": vary}
    if kept.status == 200 and _is_known(request, kept.tag):  # noqa: PLR2004 - the one status that can be "unchanged"
        headers.pop("Content-Disposition", None)
        return Response(status_code=304, headers=headers)
    content = kept.content if packed is None else packed
    if packed is not None:
        headers["Content-Encoding"] = "gzip"
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(content))
        content = b""
    return Response(content, kept.status, media_type=kept.media_type, headers=headers)


def _takes_gzip(request: Request) -> bool:
    for part in request.headers.get("accept-encoding", "").split(","):
        name, _, rest = part.strip().partition(";")
        if name.strip().lower() in {"gzip", "*"}:
            return rest.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _is_known(request: Request, tag: str) -> bool:
    """Tell whether the client names these bytes; a proxy that compresses weakens the tag: W/"…"."""
    asked = request.headers.get("if-none-match")
    if asked is None:
        return False
    known = {part.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for part in asked.split(",")}
    return tag in known or "*" in known


class Shelf:
    """Finished answers by what was asked, bounded in bytes: the longest unused go first. For the event loop alone."""

    def __init__(self, limit: int = SHELF_BYTES) -> None:
        self._limit = limit
        self._kept: dict[Hashable, Kept] = {}
        self._making: dict[Hashable, asyncio.Future[Kept]] = {}
        self._bytes = 0

    def find(self, key: Hashable) -> Kept | None:
        """Return an answer, and count it as used."""
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._kept[key] = kept
        return kept

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Kept]]) -> Kept:
        """Return an answer, made by ``make`` unless there is one or another request is having it made.

        What ``make`` raises reaches everybody who waited for it, and is not kept.
        """
        if (kept := self.find(key)) is not None:
            return kept
        if key not in self._making:
            self._making[key] = asyncio.ensure_future(self._made(key, make))
        return await asyncio.shield(self._making[key])

    async def _made(self, key: Hashable, make: Callable[[], Awaitable[Kept]]) -> Kept:
        try:
            kept = await make()
        finally:
            self._making.pop(key, None)
        if kept.status == 200:  # noqa: PLR2004 - an error is told anew, its cause may be gone
            self._put(key, kept)
        return kept

    def _put(self, key: Hashable, kept: Kept) -> None:
        _ = kept.packed  # compressed now, so that its size is known
        self._kept[key] = kept
        self._bytes += kept.size
        while self._bytes > self._limit and len(self._kept) > 1:
            self._bytes -= self._kept.pop(next(iter(self._kept))).size
