"""What every answer tells a browser about itself: what it may load, who may frame it, who may read it.

A route that sets one of these headers itself keeps its own; nothing is sent twice.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from base.settings import cors_origins
from service.guard import first_part

Pairs = list[tuple[bytes, bytes]]

POLICY: Final = "content-security-policy"
#: First parts of the addresses that other web sites may read where ``NTM_CORS_ORIGINS`` names them.
OPEN_READS: Final = frozenset({"ogc", "maps", "healthz"})
_CLOSED: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
#: Pages without any script: one style sheet of ours, and pictures.
DOCUMENT: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)
#: A sheet opened by itself: an SVG has its styles and fonts in it, a PDF is shown by the browser's own viewer.
DRAWING: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; object-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_POLICIES: Final[Mapping[str, str]] = {"ogc": DOCUMENT, "maps": DRAWING}
_USUAL: Final[dict[str, str]] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=()",
    "cross-origin-opener-policy": "same-origin",
}
_INLINE_SCRIPT: Final = re.compile(rb"<script(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script", re.DOTALL | re.IGNORECASE)


def dashboard_policy(page: bytes) -> str:
    """Return the policy of the dashboard's page, which allows exactly the inline scripts that it holds.

    ``blob:`` stands among the scripts because Streamlit loads the script of a component from such an address, which
    only a script that already runs here can make; ``wasm-unsafe-eval`` because its reader of messages counts in
    WebAssembly, which is no way to run text. Streamlit writes its styles into the page while it runs.
    """
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in _INLINE_SCRIPT.findall(page))
    return (
        f"default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )


def style_policy(style: str) -> str:
    """Return the policy of a page that has nothing but one style element with this text."""
    return f"{_CLOSED}; style-src 'sha256-{_digest(style.encode())}'"


def _digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def _encoded(headers: Mapping[str, str]) -> Pairs:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class SecurityHeaders:
    """The headers that answers lack, by the first part of their address; made once, as every request needs them."""

    def __init__(self) -> None:
        """Read the settings."""
        # An embedded picture is a read too, and this header cannot name sites: with none allowed it is closed.
        shared = "cross-origin" if cors_origins() else "same-origin"
        self._open = {
            first: _encoded(
                _USUAL | {"cross-origin-resource-policy": shared, POLICY: _POLICIES.get(first, _CLOSED)},
            )
            for first in OPEN_READS
        }
        self._others = _encoded(_USUAL | {"cross-origin-resource-policy": "same-origin", POLICY: _CLOSED})

    def completed(self, present: Iterable[tuple[bytes, bytes]], first: str) -> Pairs:
        """Return the headers of an answer with what they lack."""
        headers = list(present)
        names = {name.lower() for name, _ in headers}
        headers += [pair for pair in self._open.get(first, self._others) if pair[0] not in names]
        return headers


class OpenReads:
    """Let scripts of the web sites in ``NTM_CORS_ORIGINS`` read :data:`OPEN_READS`, without credentials."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        origins = cors_origins()
        self.open = origins and CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=("GET", "HEAD", "POST"),
            allow_headers=("If-None-Match", "X-Request-ID"),
            expose_headers=("ETag", "Link", "Content-Crs", "Content-Disposition", "X-Request-ID", "X-NTM-Sample"),
            max_age=3600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; answer what a browser asks first, and name the site to it."""
        if self.open and scope["type"] == "http" and first_part(scope["path"]) in OPEN_READS:
            await self.open(scope, receive, send)
        else:
            await self.app(scope, receive, send)
