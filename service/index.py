"""The page that Streamlit loads itself into: Vietnamese before any script runs, with its policy; 404 for no page."""

from __future__ import annotations

import html
from functools import lru_cache
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from base.errors import NtmError
from base.settings import is_sample
from geo.asset import asset
from layers.registry import compute
from layers.view import SAMPLE, ViewState
from render.screen.assets import bundle, bundle_url, setup_url
from render.screen.menu import PAGES
from service.guard import PREFIXES, first_part, language
from service.headers import POLICY, dashboard_policy, style_policy
from service.kept import Kept, respond

#: What Streamlit's page says in English before our script runs, and what we say instead.
INDEX_TEXTS: Final = {
    b'<html lang="en">': b'<html lang="vi">',
    b"<title>Streamlit</title>": "<title>Bản đồ nông thôn mới</title>".encode(),
    b"You need to enable JavaScript to run this app.": "Hãy bật JavaScript để xem bản đồ.".encode(),
}
PAGE_KEYS: Final = frozenset(key for key, _, _ in PAGES)
#: First parts of addresses that are no pages: Streamlit's own and ours.
MACHINERY: Final = PREFIXES | {"_stcore", "static", "component", "media", "app", "favicon.png"}
#: What a browser sends to be told "unchanged": the page that it would be about is not the one that it gets.
_CONDITIONS: Final = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"})
_STYLE: Final = """
body { font: 18px system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem }
"""
NOT_FOUND: Final = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Không có trang này</title>
<style>{style}</style><body>
<h1>Không có trang “{path}”</h1><p>Địa chỉ này không thuộc Bản đồ nông thôn mới.
<a href="/{home}">Mở Bản đồ tỉnh</a></p>
<p>There is no such page. <a href="/{home}?lang=en">Open the map</a></p></body></html>"""


def preloads(lang: str) -> bytes:
    """Return the head lines that fetch what the map needs while Streamlit itself is still loading."""
    try:
        view = compute(ViewState(lang=lang))
        setup = setup_url(view.state.province, view.boundary_version, lang)
        return _head_lines(setup, f"/geometry/{asset(view.boundary_version, view.part).name}")
    except NtmError:
        return _head_lines()  # the page says what is wrong


@lru_cache(maxsize=8)
def _head_lines(*files: str) -> bytes:
    # Without this Streamlit's page looks for its server under the page's own address first: two 404s, 0.1 s.
    lines = ["<script>window.__streamlit = {BACKEND_BASE_URL: location.origin + '/'};</script>"]
    scripts = [name for name in bundle() if name.endswith(".js") and not name.startswith(("leaflet", "desk"))]
    lines += [f'<link rel="modulepreload" href="{bundle_url(name)}">' for name in scripts]
    lines.append(f'<link rel="preload" as="script" href="{bundle_url("leaflet.js")}">')
    lines.append(f'<link rel="stylesheet" id="ntm-styles" href="{bundle_url("main.css")}">')
    lines += [f'<link rel="preload" as="fetch" crossorigin="anonymous" href="{file}">' for file in files]
    return "".join(lines).encode()


class VietnameseIndex:
    """Send ``/`` to the first page, and make Streamlit's own page Vietnamese before any script runs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but the root path and HTML answers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, first = scope["path"], first_part(scope["path"])
        if not _known(path, first) and b"text/html" in dict(scope["headers"]).get(b"accept", b""):
            page = NOT_FOUND.format(style=_STYLE, path=html.escape(path), home=PAGES[0][0])
            await HTMLResponse(page, 404, {POLICY: style_policy(_STYLE)})(scope, receive, send)
        elif path == "/":
            query = scope["query_string"].decode("latin-1")
            address = f"/{PAGES[0][0]}" + (f"?{query}" if query else "")
            await RedirectResponse(address, 307)(scope, receive, send)
        elif first in PAGE_KEYS and scope["method"] in {"GET", "HEAD"}:
            # The page is rewritten: a compressed or unchanged one, or none at all, could not be read.
            plain = [pair for pair in scope["headers"] if pair[0] not in _CONDITIONS]
            out = _rewriting(scope, receive, send)
            await self.app({**scope, "method": "GET", "headers": plain}, receive, out)
        else:
            await self.app(scope, receive, send)


def _known(path: str, first: str) -> bool:
    """Tell whether an address asked for as a page is a page of ours or belongs to somebody's machinery."""
    return path.strip("/") in {"", *PAGE_KEYS} or first in MACHINERY


def _rewriting(scope: Scope, receive: Receive, send: Send) -> Send:
    """Return a ``send`` that holds an HTML answer back until it is whole, and answers with our page instead."""
    held = False
    body = bytearray()

    async def out(message: Message) -> None:
        nonlocal held
        if message["type"] == "http.response.start" and _is_page(message):
            held = True
        elif held and message["type"] == "http.response.body":
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                kept = _page(bytes(body), preloads(language(scope)), sample=is_sample())
                await respond(Request(scope), kept)(scope, receive, send)
        else:
            await send(message)

    return out


@lru_cache(maxsize=8)
def _page(page: bytes, head: bytes, *, sample: bool) -> Kept:
    """Return Streamlit's page as ours, with the policy that allows its inline scripts and no other."""
    for old, new in (INDEX_TEXTS | {b"</head>": head + b"</head>"}).items():
        page = page.replace(old, new)
    if sample:
        page = page.replace(b"<title>", f"<title>{SAMPLE} – ".encode())
    return Kept(page, "text/html; charset=utf-8", {POLICY: dashboard_policy(page)})


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers
