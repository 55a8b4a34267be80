"""The OpenAPI document of the service: every address, what may be asked of it, and what it answers.

It stands alone: pygeoapi's own generator refers to schemas on other hosts and knows neither our parameters nor our
errors. ``docs/api.md`` is made from it (docs/make_api.py).
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from base.errors import NtmError
from base.i18n import Translate, translator
from base.settings import is_sample
from geo.boundaries import catalogue
from layers.view import SAMPLE_NOTE
from service import asked, live, ogc_query, openapi_page
from service.kept import IMMUTABLE, Kept, Shelf, respond
from service.maps import DATA, SHEETS
from service.ogc import FILTER_TYPES, ROOT, base_of
from service.ogc_pages import Frame, stylesheet
from service.openapi_map import MAP, map_parameters
from service.openapi_parameters import ITEM, ITEMS, ITEMS_BY_POST, each, parameters
from service.openapi_schemas import Schema, answers, given, headers, responses, schemas, to
from service.problems import MEDIA_TYPE as PROBLEM
from service.problems import MissingError
from service.sample import HEADER

MEDIA_TYPE: Final = "application/vnd.oai.openapi+json;version=3.0"
VERSION: Final = "1.0.0"
_JSON: Final = "application/json"
_GEOJSON: Final = "application/geo+json"
_HTML: Final = {"text/html": {"type": "string"}}
_CQL2_EXAMPLE: Final = {
    "op": "and",
    "args": [
        {"op": "=", "args": [{"property": "class"}, "standard"]},
        {"op": "like", "args": [{"property": "name"}, "%Ia %"]},
    ],
}
_shelf: Final = Shelf(4 * 1024**2)


def document(base: str, lang: str) -> dict[str, Any]:
    """Return the OpenAPI 3.0 document.

    Parameters
    ----------
    base
        Address that every path is behind, without a slash at its end.
    lang
        ``vi`` or ``en``: language of every text.
    """
    t = translator(lang)
    return {
        "openapi": "3.0.3",
        "info": _info(t, lang),
        "servers": [{"url": base}],
        "tags": [
            {"name": "ogc", "description": t("Các lớp theo chuẩn OGC API – Features.")},
            {"name": "maps", "description": t("Bản đồ thành hình, số liệu và kiểu vẽ.")},
            {"name": "service", "description": t("Tình trạng của dịch vụ.")},
        ],
        "paths": _of_ogc(t) | _of_collections(t) | _of_maps(t) | _of_service(t),
        "components": {
            "parameters": parameters(lang) | map_parameters(lang),
            "headers": headers(t),
            "responses": responses(t),
            "schemas": schemas(t),
        },
    }


def _info(t: Translate, lang: str) -> dict[str, Any]:
    sample = f"**{t(SAMPLE_NOTE)}.**\n\n" if is_sample() else ""
    about = t(
        "Các lớp bản đồ chương trình nông thôn mới cho phần mềm khác: theo chuẩn OGC API – Features, và thành hình, "
        "bảng, kiểu vẽ. Mọi câu trả lời có ETag; gửi lại ETag ở If-None-Match thì nhận 304 khi không có gì đổi. "
        "HEAD dùng được ở mọi nơi dùng được GET. Lỗi là {problem}, nêu tham số và giá trị dùng được. "
        "Số liệu minh họa có tiêu đề {header}: 1.",
        problem=PROBLEM,
        header=HEADER,
    )
    licence, source = t("Giấy phép của ranh giới"), t("Nguồn ranh giới")
    entries = catalogue().values()
    lines = [
        f"- `{one.id}`: {source}: {one.source_en if lang == 'en' else one.source_vi} · {licence}: {one.licence}"
        for one in entries
    ]
    return {
        "title": t("Bản đồ nông thôn mới: dịch vụ bản đồ"),
        "version": VERSION,
        "description": sample + about + "\n\n" + "\n".join(lines),
        "license": {"name": t("Từng lớp có giấy phép riêng: xem mô tả của lớp")},
    }


def _operation(
    tag: str, name: str, summary: str, parts: list[dict[str, Any]], found: dict[str, Any], **more: object
) -> dict[str, Any]:
    return {"tags": [tag], "operationId": name, "summary": summary, "parameters": parts, "responses": found, **more}


def _read(name: str, summary: str, schema: str, media_type: str, *path: str) -> dict[str, Any]:
    """Return a path of ``/ogc`` that answers one document as JSON or HTML."""
    success = given(summary, {media_type: to(schema), **_HTML})
    statuses = (304, 400, *((404,) if path else ()), 503)
    return {"get": _operation("ogc", name, summary, each(*path, "datetime", "f", "lang"), answers(success, *statuses))}


def _of_ogc(t: Translate) -> dict[str, Any]:
    return {
        ROOT: _read("landing", t("Trang đầu của dịch vụ, với đường dẫn đến mọi phần."), "Landing", _JSON),
        f"{ROOT}/openapi": _read("openapi", t("Mô tả này."), "OpenApi", MEDIA_TYPE),
        f"{ROOT}/conformance": _read(
            "conformance", t("Những phần của chuẩn mà dịch vụ làm đúng."), "Conformance", _JSON
        ),
        f"{ROOT}/collections": _read("collections", t("Mọi lớp, mỗi lớp theo một bộ ranh giới."), "Collections", _JSON),
    }


def _of_collections(t: Translate) -> dict[str, Any]:
    one = f"{ROOT}/collections/{{collectionId}}"
    part = "application/schema+json"
    return {
        one: _read("collection", t("Một lớp: tên, nguồn, giấy phép, phạm vi."), "Collection", _JSON, "collectionId"),
        f"{one}/queryables": _read("queryables", t("Thuộc tính dùng được để lọc."), "Properties", part, "collectionId"),
        f"{one}/schema": _read("schema", t("Thuộc tính mà mỗi đối tượng có."), "Properties", part, "collectionId"),
        f"{one}/items": {"get": _items(t), "post": _items_by_post(t)},
        f"{one}/items/{{featureId}}": {
            "get": _operation(
                "ogc",
                "item",
                t("Một đối tượng."),
                each("collectionId", "featureId", *ITEM, "f", "lang"),
                answers(given(t("Đối tượng."), {_GEOJSON: to("Feature"), **_HTML}), 304, 400, 404, 503),
            )
        },
    }


def _found_items(t: Translate) -> Schema:
    found = given(
        t("Các đối tượng, với giá trị, phân loại, nhãn và màu; CSV có một điểm nằm trong mỗi hình."),
        {_GEOJSON: to("FeatureCollection"), "text/csv": {"type": "string"}, **_HTML},
    )
    words = t("Hệ tọa độ của hình dạng, địa chỉ trong dấu < >.")
    found["headers"]["Content-Crs"] = {"description": words, "schema": {"type": "string"}}
    return found


def _items(t: Translate) -> dict[str, Any]:
    parts = each("collectionId", *ITEMS, "f-items", "lang")
    return _operation(
        "ogc", "items", t("Các đối tượng của một lớp."), parts, answers(_found_items(t), 304, 400, 404, 503)
    )


def _items_by_post(t: Translate) -> dict[str, Any]:
    content = {media_type: {"schema": to("Filter"), "example": _CQL2_EXAMPLE} for media_type in FILTER_TYPES}
    return _operation(
        "ogc",
        "itemsByFilter",
        t("Các đối tượng hợp với điều kiện CQL2-JSON gửi lên."),
        each("collectionId", *ITEMS_BY_POST, "f-items", "lang"),
        answers(_found_items(t), 304, 400, 404, 413, 415, 503),
        requestBody={"required": True, "description": t("Điều kiện lọc, CQL2-JSON."), "content": content},
    )


def _of_maps(t: Translate) -> dict[str, Any]:
    content: dict[str, Schema] = {media_type: {"type": "string", "format": "binary"} for media_type in SHEETS.values()}
    for media_type, _ in DATA.values():
        content[media_type.partition(";")[0]] = {"type": "string"}
    content[_JSON] = to("MapDocument")
    return {
        "/maps/{layer}.{extension}": {
            "get": _operation(
                "maps",
                "map",
                t("Một bản đồ thành hình, số liệu hoặc kiểu vẽ; tham số là những gì địa chỉ trang web có."),
                each("layer", "extension", *MAP),
                answers(given(t("Bản đồ."), content), 304, 400, 404, 503),
            )
        }
    }


def _of_service(t: Translate) -> dict[str, Any]:
    text = {"text/plain": {"type": "string"}}
    health = {_JSON: to("Health")}
    ready = t("Dịch vụ có sẵn sàng trả lời không.")
    alive = t("Tiến trình còn chạy không.")
    stamp, metrics = t("Dấu của số liệu; đổi khi số liệu đổi."), t("Số đo vận hành, cho Prometheus.")
    return {
        "/healthz": {"get": _operation("service", "health", ready, [], _untagged(ready, health, 503))},
        "/healthz/live": {"get": _operation("service", "alive", alive, [], _untagged(alive, health))},
        "/healthz/ready": {"get": _operation("service", "ready", ready, [], _untagged(ready, health, 503))},
        "/metrics": {"get": _operation("service", "metrics", metrics, [], _untagged(metrics, text))},
        "/live": {
            "get": _operation("service", "stamp", stamp, [], answers(given(stamp, {_JSON: to("Stamp")}), 304, 503))
        },
    }


def _untagged(description: str, content: dict[str, Schema], *statuses: int) -> dict[str, Any]:
    return answers(given(description, content, tagged=False), *statuses)


async def _answer(request: Request) -> Response:
    """Answer ``/ogc/openapi``."""
    lang = "vi"
    try:
        params = asked.single(request)
        accepted = request.headers.get("accept-language", "")
        lang = ogc_query.language(params, accepted)
        form = ogc_query.output(params, request.headers.get("accept", ""), "openapi")
        ogc_query.check_plain(params)
        origin = base_of(request).removesuffix(ROOT)
        key = (origin, lang, form, live.stamp())
        kept = await _shelf.get(key, lambda: run_in_threadpool(_made, origin, lang, form))
    except NtmError as error:
        return asked.refusal(error, lang)
    return respond(request, kept, vary="Accept, Accept-Encoding, Accept-Language")


def _made(origin: str, lang: str, form: str) -> Kept:
    found = document(origin, lang)
    if form == "html":
        return Kept(openapi_page.page(found, Frame(origin + ROOT, lang, "/openapi")), "text/html; charset=utf-8")
    return Kept(json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode(), MEDIA_TYPE)


async def _style(request: Request) -> Response:
    """Answer ``/ogc/static/{name}``: the style sheet of the pages, kept for ever as its name tells its content."""
    name, content = stylesheet()
    if request.path_params["name"] != name:
        return asked.refusal(MissingError("Không có tệp này; hãy tải lại trang."), asked.language(request))
    return respond(request, _stylesheet(content), IMMUTABLE)


@lru_cache(maxsize=1)
def _stylesheet(content: bytes) -> Kept:
    return Kept(content, "text/css; charset=utf-8")


ROUTES: Final = [Route(f"{ROOT}/openapi", _answer), Route(f"{ROOT}/static/{{name}}", _style)]
