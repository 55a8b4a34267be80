"""What several tests share: facts, boundary, an HTTP client, and how hard hypothesis tries."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import settings
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Route
from starlette.types import Message

from geo.boundaries import BoundaryVersion, load
from intake.start import prepare
from layers.registry import facts_of
from store.queries import LedgerFacts

settings.register_profile("ntm", deadline=None, max_examples=60, derandomize="CI" in os.environ)
settings.load_profile("ntm")


def pytest_configure(config: pytest.Config) -> None:
    """Give every test process a store of its own, also while tests are collected; nobody's data is touched."""
    folder = tempfile.TemporaryDirectory(prefix="ntm-tests-")
    config.add_cleanup(folder.cleanup)
    os.environ["NTM_DATA"] = folder.name
    for name in ("DATABASE_URL", "NTM_SAMPLE", "NTM_OFFICE"):
        os.environ.pop(name, None)
    prepare()


@pytest.fixture(scope="session")
def facts() -> LedgerFacts:
    return facts_of("kontum")


@pytest.fixture(scope="session")
def boundary() -> BoundaryVersion:
    return load("kontum-2015")


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


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    """Return a client of the routes of ``server.py``, without Streamlit's own."""
    import server  # noqa: PLC0415 - imports Streamlit, which most tests need not wait for
    from service import office  # noqa: PLC0415
    from service.maps import maps  # noqa: PLC0415

    routes = [
        Route("/assets/{digest}/{name}", server.assets),
        Route("/geometry/{name}", server.geometry),
        Route("/maps/{layer}.{extension}", maps),
        *office.ROUTES,
    ]
    with asyncio.Runner() as runner:
        yield Client(Starlette(routes=routes), runner)


@pytest.fixture
def programme_copy(tmp_path: Path) -> Path:
    """Return a copy of the shipped programme files that a test may break."""
    source = Path(__file__).parent.parent / "data" / "programme"
    target = tmp_path / "programme"
    target.mkdir()
    for file in source.glob("*.csv"):
        (target / file.name).write_bytes(file.read_bytes())
    return target
