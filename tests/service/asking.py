"""An application that is asked anything by any method, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from http_client import Answer, Client
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp

from service.envelope import Envelope
from service.guard import Guard
from service.headers import OpenReads
from service.metrics import Metrics
from service.sample import SampleHeader

Ask = Callable[..., Answer]


@contextmanager
def asking(app: ASGIApp) -> Iterator[Ask]:
    """Give a function that asks an application: ``ask(path, method, headers, body)``."""
    with asyncio.Runner() as runner:
        client = Client(app, runner)  # type: ignore[arg-type]

        def ask(
            path: str, method: str = "GET", headers: dict[str, str] | None = None, body: bytes | None = None
        ) -> Answer:
            pieces = [body or b"", b""]
            return runner.run(client._ask(method, path, headers or {}, "127.0.0.1", pieces))

        yield ask


def layered(routes: Sequence[Route], metrics: Metrics, seconds: float = 60) -> Starlette:
    """Return an application of the layers that every answer of the server goes through, but for the dashboard's."""
    layers = [
        Middleware(SampleHeader),
        Middleware(Envelope, metrics=metrics),
        Middleware(OpenReads),
        Middleware(Guard, seconds=seconds),
    ]
    return Starlette(routes=routes, middleware=layers)
