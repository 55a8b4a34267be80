"""``/ogc``: the layers by the standard OGC API – Features, answered by pygeoapi and kept as bytes.

pygeoapi's own module for Starlette reads the environment at import, answers 500 to odd input and names outside
addresses in its pages; here it only makes the documents.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import pygeoapi.api as core
from pygeoapi.api import itemtypes
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from base import settings
from base.errors import NtmError, StateError
from base.i18n import translate
from service import asked, live, ogc_query
from service.asked import printable
from service.collections import Collection, collections
from service.feature_table import table_of
from service.kept import Kept, Shelf, respond
from service.ogc_config import api, config
from service.ogc_documents import finished
from service.ogc_provider import question
from service.problems import MissingError, ParameterError, problem, problem_of

#: First part of the addresses.
ROOT: Final = "/ogc"
#: Bytes that a filter sent by POST may have.
BODY_LIMIT: Final = 64 * 1024
#: pygeoapi's function for each operation; the last two arguments are the collection and the feature.
_OPERATIONS: Final[Mapping[str, Callable[..., tuple[dict[str, str], int, Any]]]] = {
    "landing": lambda api, request, *_: core.landing_page(api, request),
    "conformance": lambda api, request, *_: core.conformance(api, request),
    "collections": lambda api, request, *_: core.describe_collections(api, request),
    "collection": lambda api, request, one, _: core.describe_collections(api, request, one),
    "queryables": lambda api, request, one, _: itemtypes.get_collection_queryables(api, request, one),
    "schema": lambda api, request, one, _: core.get_collection_schema(api, request, one),
    "items": lambda api, request, one, _: itemtypes.get_collection_items(api, request, one),
    "item": itemtypes.get_collection_item,
}
#: What a filter sent by POST may call itself.
FILTER_TYPES: Final = ("application/query-cql-json", "application/json")
#: A name or address of a host with its port: nothing else may come into links.
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,253})(:\d{1,5})?", re.ASCII)
#: Properties that every feature has a value of.
ALWAYS: Final = frozenset(
    {"code", "name", "area_level", "class", "class_label", "color", "pattern", "as_of", "boundary_version"}
)
#: As pygeoapi has it at first; each of its answers makes the list longer.
_CLASSES: Final = tuple(core.CONFORMANCE_CLASSES)
_shelf: Final = Shelf()
# A page of features is changed here before it is written: pygeoapi need not write it first.
itemtypes.to_json = lambda document, _pretty: document


@dataclass(frozen=True, slots=True)
class _Plain:
    """What pygeoapi reads of a request: checked parameters and no header but these."""

    query_params: Mapping[str, str]
    headers: Mapping[str, str]
    path_info: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as its answer depends on it.

    Attributes
    ----------
    base
        Address of the service's first page, without a slash behind it.
    operation, collection, item
        What is asked for; the last two may be empty.
    query
        Parameters but for the format, in the order of their names.
    body
        A filter in CQL2-JSON; mostly empty.
    fmt, lang
        Format and language of the answer.
    fmt_asked
        Whether the format was asked for by parameter, so that links keep it.
    """

    base: str
    operation: str
    collection: str
    item: str
    query: tuple[tuple[str, str], ...]
    body: bytes
    fmt: str
    lang: str
    fmt_asked: bool = False

    def key(self, stamp: live.Stamp) -> bytes:
        """Return the key that the answer is kept under; a hash, as a filter may be larger than what it finds."""
        return hashlib.sha256(repr((stamp, self)).encode("utf-8", "backslashreplace")).digest()


def operation(name: str) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of an operation."""

    async def answer(request: Request) -> Response:
        try:
            found = await _asked(request, name)
            if isinstance(found, Response):
                return found
            stamp = live.stamp()
            kept = await _shelf.get(found.key(stamp), lambda: run_in_threadpool(_made, found, stamp))
        except NtmError as error:
            return problem_of(error, _language(request), 503)
        return respond(request, kept, vary="Accept, Accept-Encoding, Accept-Language")

    return answer


async def _asked(request: Request, name: str) -> Asked | Response:
    query = request.query_params.multi_items()
    params = dict(query)
    lang = ogc_query.language(params, request.headers.get("accept-language", ""))
    if len(params) < len(query):
        again = Counter(key for key, _ in query).most_common(1)[0][0]
        raise ParameterError(printable(again), printable(params[again]), "mỗi tham số chỉ được ghi một lần.")
    body = b""
    if request.method == "POST":
        sent = await _filter(request, lang)
        if isinstance(sent, Response):
            return sent
        body = sent
    path = request.path_params
    return Asked(
        base=base_of(request),
        operation=name,
        collection=path.get("collection", ""),
        item=path.get("item", ""),
        query=tuple(sorted((key, value) for key, value in query if key != "f")),
        body=body,
        fmt=ogc_query.output(params, request.headers.get("accept", ""), name),
        lang=lang,
        fmt_asked="f" in params,
    )


async def _filter(request: Request, lang: str) -> bytes | Response:
    """Return the body of a request, or the answer to one that may not be."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in FILTER_TYPES:
        allowed = ", ".join(FILTER_TYPES)
        return problem(415, translate("Bộ lọc gửi lên phải có Content-Type là {allowed}.", lang, allowed=allowed))
    content = await asked.body(request, BODY_LIMIT)
    if content is None:
        return problem(413, translate("Bộ lọc dài quá {limit} KB.", lang, limit=BODY_LIMIT // 1024))
    if not content.strip():
        raise StateError("Thiếu bộ lọc CQL2-JSON trong nội dung gửi lên.")
    return content


def warm() -> None:
    """Prepare what the first request would wait for: the collections, and one layer of them.

    What cannot be prepared is told to whoever asks for it.
    """
    with suppress(NtmError):
        config("", "vi")
        for one in list(collections().values())[:1]:
            table_of(one)


def _language(request: Request) -> str:
    try:
        return ogc_query.language(dict(request.query_params), request.headers.get("accept-language", ""))
    except ParameterError:
        return "vi"


def base_of(request: Request) -> str:
    """Return the address that links begin with: the public one where it is set, else the one that was asked."""
    if public := settings.public_url():
        return public + ROOT
    if not _HOST.fullmatch(request.headers.get("host", "")):
        raise StateError("Tên máy chủ trong yêu cầu (Host) không dùng được.")
    return str(request.base_url).rstrip("/") + ROOT


def _made(found: Asked, stamp: live.Stamp) -> Kept:
    """Have pygeoapi make a document, and finish it in the format asked for."""
    one = _collection(found)
    read = ogc_query.read(found, one)
    plain = _Plain({**read.params, "f": "json", "lang": found.lang, "offset": "0"}, {}, f"{ROOT}/{found.operation}")
    service = api(found.base, found.lang, stamp.boundaries)
    core.CONFORMANCE_CLASSES = list(_CLASSES)
    if read.question:
        question.set(read.question)
    request = core.APIRequest(plain, service.locales)
    headers, status, content = _OPERATIONS[found.operation](service, request, found.collection, found.item)
    document = json.loads(content) if isinstance(content, str) else content
    if status == HTTPStatus.NOT_FOUND:
        raise MissingError(
            "Lớp “{name}” không có đối tượng mang mã “{item}”.", name=found.collection, item=printable(found.item, 80)
        )
    if status != HTTPStatus.OK:
        raise StateError("Yêu cầu không dùng được: {said}", said=document["description"])
    if found.operation == "schema" and found.fmt == "json":
        _allow_nulls(document)
    return finished(found, headers, document, one).ready()


def _allow_nulls(document: dict[str, Any]) -> None:
    """Let the properties of a schema be ``null`` where nothing is known: pygeoapi gives each one type."""
    for name, fragment in document["properties"].items():
        if "type" in fragment and name not in ALWAYS:
            fragment["type"] = [fragment["type"], "null"]


def _collection(found: Asked) -> Collection | None:
    if not found.collection:
        return None
    if found.collection not in collections():
        raise MissingError(
            "Không có lớp “{name}”. Danh sách các lớp: {list}.",
            name=printable(found.collection, 80),
            list=f"{found.base}/collections",
        )
    return collections()[found.collection]


_PATHS: Final = {
    "landing": "",
    "conformance": "/conformance",
    "collections": "/collections",
    "collection": "/collections/{collection}",
    "queryables": "/collections/{collection}/queryables",
    "schema": "/collections/{collection}/schema",
    "items": "/collections/{collection}/items",
    "item": "/collections/{collection}/items/{item}",
}
ROUTES: Final = [
    Route(ROOT + path, operation(name), methods=["GET", "POST"] if name == "items" else ["GET"])
    for name, path in _PATHS.items()
]
