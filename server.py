"""One ASGI process: the dashboard, hashed assets, geometry, maps as data and sheets, and what runs a server needs."""

from __future__ import annotations

import logging
from functools import lru_cache
from pathlib import Path
from typing import Final

import streamlit as st
import streamlit.logger
import uvicorn
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit import net_util
from streamlit.runtime.pages_manager import PagesManager

from base.errors import NtmError
from base.i18n import translate
from base.settings import log_format
from geo.asset import asset
from geo.boundaries import parts_of
from intake.start import prepare
from layers.registry import BUILDERS, compute
from layers.view import ViewState
from render.screen.assets import AssetFile, find, setup_url
from service import boundary_office, health, live, live_route, logs, maps, metrics, office, ogc, openapi, points
from service.envelope import Envelope
from service.guard import Guard, closing, language
from service.headers import OpenReads
from service.index import VietnameseIndex
from service.kept import IMMUTABLE, Kept, respond
from service.problems import problem
from service.sample import SampleHeader
from service.turns import Turns

#: Seconds that an idle connection is kept: longer than a proxy in front does, else it may ask into a closing one.
KEEP_ALIVE: Final = 75
#: Seconds that answers have to end after the process was told to.
LAST_SECONDS: Final = 10
#: Bytes that the first line of a request and its headers may have; the address itself is told earlier (guard.py).
HEAD_BYTES: Final = 32 * 1024


async def assets(request: Request) -> Response:
    """Serve ``/assets/{digest}/{name}``."""
    return _file(request, find(request.path_params["digest"], request.path_params["name"]))


async def geometry(request: Request) -> Response:
    """Serve ``/geometry/{version}.{digest}.bin``."""
    name = request.path_params["name"]
    version = name.split(".")[0]
    try:
        parts = ("", *parts_of(version))
        found = next((a for part in parts if (a := asset(version, part)).name == name), None)
    except NtmError as error:
        return problem(404, error.text(language(request.scope)))
    return _file(request, AssetFile(found.content, "application/octet-stream") if found else None)


def _file(request: Request, file: AssetFile | None) -> Response:
    if file is None:
        return problem(404, translate("Không có tệp này; hãy tải lại trang.", language(request.scope)))
    return respond(request, _kept(file), IMMUTABLE)


@lru_cache(maxsize=128)
def _kept(file: AssetFile) -> Kept:
    return Kept(file.content, file.media_type)


#: Addresses of the service; what ends them all is put behind them (:func:`service.guard.closing`).
ROUTES: Final = [
    Route("/assets/{digest}/{name}", assets),
    Route("/geometry/{name}", geometry),
    *maps.ROUTES,
    *points.ROUTES,
    *ogc.ROUTES,
    *openapi.ROUTES,
    *office.ROUTES,
    *boundary_office.ROUTES,
    *live_route.ROUTES,
    *health.ROUTES,
    *metrics.ROUTES,
]
#: From the outermost: marks, ids and counts are on refusals too, and a portal's script can read why it was refused.
MIDDLEWARE: Final = [Middleware(kind) for kind in (SampleHeader, Envelope, Turns, OpenReads, Guard, VietnameseIndex)]


def create() -> st.App:
    """Return the ASGI application, with the default views already computed."""
    prepare()
    live.watch()
    for layer in BUILDERS:
        try:
            view = compute(ViewState(layer=layer))
            setup_url(view.state.province, view.boundary_version, view.state.lang)
        except NtmError as error:
            # The page itself says what is wrong; the process must live to say it.
            logging.getLogger(__name__).warning("%s: %s", layer, error)
    ogc.warm()
    # A folder called "pages" makes Streamlit take the first visit for its older kind of app, and tell the
    # visitor in English that the page does not exist; st.navigation sets this flag only afterwards.
    PagesManager.uses_pages_directory = False
    # To judge a page of a foreign address Streamlit asks a server outside what our own address is.
    net_util.get_external_ip = lambda: None
    return st.App(Path(__file__).parent / "app.py", routes=[*ROUTES, *closing(ROUTES)], middleware=MIDDLEWARE)


def _log() -> None:
    """Set the logs up; Streamlit gives every logger of its own and of uvicorn's a place to write to, which ours is."""
    logs.set_up(log_format())
    streamlit.logger.setup_formatter = logs.adopt
    streamlit.logger.update_formatter()


def run(host: str, port: int) -> None:
    """Serve until interrupted."""
    _log()
    app = create()
    print(f"Bản đồ nông thôn mới: http://{host}:{port}", flush=True)  # noqa: T201 - the address is the answer
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=LAST_SECONDS,
        h11_max_incomplete_event_size=HEAD_BYTES,
    )
