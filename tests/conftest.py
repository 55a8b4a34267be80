"""What several tests share: facts, boundary, an HTTP client, and how hard hypothesis tries."""

from __future__ import annotations

import asyncio
import json
import os
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
from store.files import FileFacts, shipped_facts

settings.register_profile("ntm", deadline=None, max_examples=60, derandomize="CI" in os.environ)
settings.load_profile("ntm")


@pytest.fixture(scope="session", autouse=True)
def _no_user_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the person who runs the tests has imported out of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_DATA", str(tmp_path_factory.mktemp("ntm-data")))
        yield


@pytest.fixture(scope="session")
def facts() -> FileFacts:
    return shipped_facts("kontum")


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

    def get(self, address: str, headers: dict[str, str] | None = None) -> Answer:
        return self._runner.run(self._get(urlsplit(address), headers or {}))

    async def _get(self, address: Any, headers: dict[str, str]) -> Answer:  # noqa: ANN401 - urlsplit's own type
        sent: list[Message] = []
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": address.path,
            "query_string": quote(address.query, safe="%&=+").encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "server": ("testserver", 80),
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

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
    from service.maps import maps  # noqa: PLC0415

    routes = [
        Route("/assets/{digest}/{name}", server.assets),
        Route("/geometry/{name}", server.geometry),
        Route("/maps/{layer}.{extension}", maps),
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
