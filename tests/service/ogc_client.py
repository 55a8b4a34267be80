"""Asks the routes of ``/ogc`` in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from asking import Ask, asking
from http_client import Answer
from starlette.applications import Starlette

from service import ogc
from service.guard import closing

HOST = {"Host": "127.0.0.1:8501"}
LEVELS = "ntm-levels-kontum-2015"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


class Ogc:
    """A client of ``/ogc``."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask

    def get(self, path: str = "", method: str = "GET", headers: dict[str, str] | None = None, **query: str) -> Answer:
        """Ask an address below ``/ogc``; ``bbox_crs`` stands for ``bbox-crs``, ``from_`` for ``from``."""
        named = {name.rstrip("_").replace("_crs", "-crs").replace("_lang", "-lang"): v for name, v in query.items()}
        asked = f"/ogc{path}" + (f"?{urlencode(named)}" if named else "")
        return self.ask(asked, method, HOST | (headers or {}))

    def items(self, collection: str = LEVELS, **query: str) -> dict[str, Any]:
        answer = self.get(f"/collections/{collection}/items", **query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def codes(self, collection: str = LEVELS, **query: str) -> list[str]:
        return [feature["id"] for feature in self.items(collection, **query)["features"]]

    def refused(self, collection: str = LEVELS, status: int = 400, **query: str) -> dict[str, Any]:
        answer = self.get(f"/collections/{collection}/items", **query)
        assert answer.status_code == status, (query, answer.status_code, answer.content[:300])
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.json()

    def post(self, body: object, content_type: str = "application/query-cql-json", **query: str) -> Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        path = f"/ogc/collections/{LEVELS}/items" + (f"?{urlencode(query)}" if query else "")
        return self.ask(path, "POST", HOST | {"Content-Type": content_type}, raw)


@contextmanager
def ogc_client() -> Iterator[Ogc]:
    with asking(Starlette(routes=[*ogc.ROUTES, *closing(ogc.ROUTES)])) as ask:
        yield Ogc(ask)
