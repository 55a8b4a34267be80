"""One ASGI process: the dashboard, hashed assets, geometry, and maps as data and sheets."""

from __future__ import annotations

import html
import logging
from functools import lru_cache
from pathlib import Path

import streamlit as st
import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.pages_manager import PagesManager

from base.errors import NtmError
from base.settings import is_sample
from geo.asset import asset
from geo.boundaries import parts_of
from intake.start import prepare
from layers.registry import BUILDERS, compute
from layers.view import SAMPLE, ViewState
from render.screen.assets import AssetFile, bundle, bundle_url, find, setup_url
from render.screen.menu import PAGES
from service import boundary_office, office
from service.maps import maps, problem
from service.points import points
from service.sample import SampleHeader

IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
#: What Streamlit's page says in English before our script runs, and what we say instead.
INDEX_TEXTS = {
    b'<html lang="en">': b'<html lang="vi">',
    b"<title>Streamlit</title>": "<title>Bản đồ nông thôn mới</title>".encode(),
    b"You need to enable JavaScript to run this app.": "Hãy bật JavaScript để xem bản đồ.".encode(),
}


PAGE_KEYS = {key for key, _, _ in PAGES}
#: First parts of addresses that are no pages: Streamlit's own and ours.
MACHINERY = {
    "_stcore",
    "static",
    "component",
    "media",
    "app",
    "assets",
    "geometry",
    "maps",
    "points",
    "office",
    "favicon.png",
}
NOT_FOUND = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Không có trang này</title>
<body style="font:18px system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem">
<h1 style="font-size:1.4rem">Không có trang “{path}”</h1><p>Địa chỉ này không thuộc Bản đồ nông thôn mới.
<a href="/{home}">Mở Bản đồ tỉnh</a></p>
<p>There is no such page. <a href="/{home}?lang=en">Open the map</a></p></body></html>"""


async def assets(request: Request) -> Response:
    """Serve ``/assets/{digest}/{name}``."""
    found = find(request.path_params["digest"], request.path_params["name"])
    return _file(found) if found else problem(404, "Không có tệp này; hãy tải lại trang.")


async def geometry(request: Request) -> Response:
    """Serve ``/geometry/{version}.{digest}.bin``."""
    name = request.path_params["name"]
    version = name.split(".")[0]
    try:
        parts = ("", *parts_of(version))
        found = next((a for part in parts if (a := asset(version, part)).name == name), None)
    except NtmError as error:
        return problem(404, error.text("vi"))
    if found is None:
        return problem(404, "Không có tệp này; hãy tải lại trang.")
    return _file(AssetFile(found.content, "application/octet-stream"))


def _file(file: AssetFile) -> Response:
    return Response(file.content, media_type=file.media_type, headers=IMMUTABLE)


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
        first = scope["path"].split("/")[1]
        if not _known(scope["path"], first) and b"text/html" in dict(scope["headers"]).get(b"accept", b""):
            page = NOT_FOUND.format(path=html.escape(scope["path"]), home=PAGES[0][0])
            await HTMLResponse(page, 404)(scope, receive, send)
            return
        if scope["path"] == "/":
            query = scope["query_string"].decode()
            address = f"/{PAGES[0][0]}" + (f"?{query}" if query else "")
            await RedirectResponse(address, 307)(scope, receive, send)
            return
        if first in PAGE_KEYS:
            # The page is rewritten: a compressed one could not be read.
            scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}
            send = _rewriting(send, preloads("en" if b"lang=en" in scope["query_string"] else "vi"))
        await self.app(scope, receive, send)


def _known(path: str, first: str) -> bool:
    """Tell whether an address asked for as a page is a page of ours or belongs to somebody's machinery."""
    return path.strip("/") in {"", *PAGE_KEYS} or first in MACHINERY


def _rewriting(send: Send, head: bytes) -> Send:
    """Return a ``send`` that holds an HTML answer back until it is whole, and changes its texts."""
    start: Message = {}
    body = bytearray()

    async def out(message: Message) -> None:
        nonlocal start
        if message["type"] == "http.response.start" and _is_page(message):
            start = message
        elif start and message["type"] == "http.response.body":
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                page = bytes(body)
                for old, new in (INDEX_TEXTS | {b"</head>": head + b"</head>"}).items():
                    page = page.replace(old, new)
                if is_sample():
                    page = page.replace(b"<title>", f"<title>{SAMPLE} – ".encode())
                MutableHeaders(raw=start["headers"])["content-length"] = str(len(page))
                await send(start)
                await send({"type": "http.response.body", "body": page})
        else:
            await send(message)

    return out


def _is_page(start: Message) -> bool:
    headers = MutableHeaders(raw=start["headers"])
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers


def create() -> st.App:
    """Return the ASGI application, with the default views already computed."""
    prepare()
    for layer in BUILDERS:
        try:
            view = compute(ViewState(layer=layer))
            setup_url(view.state.province, view.boundary_version, view.state.lang)
        except NtmError as error:
            # The page itself says what is wrong; the process must live to say it.
            logging.getLogger(__name__).warning("%s: %s", layer, error)
    # A folder called "pages" makes Streamlit take the first visit for its older kind of app, and tell the
    # visitor in English that the page does not exist; st.navigation sets this flag only afterwards.
    PagesManager.uses_pages_directory = False
    return st.App(
        Path(__file__).parent / "app.py",
        routes=[
            Route("/assets/{digest}/{name}", assets),
            Route("/geometry/{name}", geometry),
            Route("/maps/{layer}.{extension}", maps),
            Route("/points/{layer}.json", points),
            *office.ROUTES,
            *boundary_office.ROUTES,
        ],
        middleware=[Middleware(SampleHeader), Middleware(VietnameseIndex)],
    )


def run(host: str, port: int) -> None:
    """Serve until interrupted."""
    print(f"Bản đồ nông thôn mới: http://{host}:{port}", flush=True)  # noqa: T201 - the address is the answer
    uvicorn.run(create(), host=host, port=port, log_level="warning", access_log=False, log_config=None)
