"""Parameters of the OpenAPI document: what may be asked of the features of a layer, taken from what checks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from base.i18n import LANGUAGES, Translate, translator
from base.settings import FIRST_PROVINCE
from layers.view import FILTERS, PARAMETER
from service.collections import collections
from service.feature_table import COMMON, LAST
from service.ogc_config import MOST_LIMIT, USUAL_LIMIT
from service.ogc_cql import LONGEST
from service.ogc_query import MOST_OFFSET
from service.openapi_schemas import to

Parameter = dict[str, Any]
MONTH: Final = {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"}
_CLOCK: Final = r"T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
_MOMENT: Final = rf"[0-9]{{4}}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])({_CLOCK})?)?"
_DATETIME: Final = rf"^({_MOMENT}|({_MOMENT}|\.\.)?/({_MOMENT}|\.\.)?)$"
#: Parameters of a layer's features, in the order in which they are told; a filter sent by POST is in its body.
ITEMS: Final = (
    *("datetime", "bbox", "bbox-crs", "crs", "limit", "offset", "sortby", "properties", "skipGeometry"),
    *("filter", "filter-lang", "filter-crs", "resulttype", "known_at", "criterion", "from", "property"),
)
ITEMS_BY_POST: Final = tuple(f"post-{name}" if name == "filter-lang" else name for name in ITEMS if name != "filter")
#: Parameters of one feature.
ITEM: Final = ("datetime", "crs", "known_at", "criterion", "from")


def parameters(lang: str) -> dict[str, Parameter]:
    """Return every parameter by the name of its component."""
    t = translator(lang)
    return _shared(t) | _of_paths(t) | _page(t) | _where(t) | _filters(t)


def each(*names: str) -> list[Parameter]:
    """Return references to parameters."""
    return [to(name, "parameters") for name in names]


def query(name: str, description: str, schema: Mapping[str, Any], example: object = None) -> Parameter:
    """Return a parameter behind the question mark."""
    found: Parameter = {"name": name, "in": "query", "required": False, "description": description}
    found["schema"] = dict(schema)
    return found | ({"example": example} if example is not None else {})


def path(name: str, description: str, schema: Mapping[str, Any], example: str) -> Parameter:
    """Return a part of the path."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
        "example": example,
    }


def one_of(values: Iterable[str], **more: object) -> dict[str, Any]:
    """Return the schema of a choice."""
    return {"type": "string", "enum": list(values), **more}


def _listed(schema: Mapping[str, Any], **more: object) -> dict[str, Any]:
    """Return what a parameter with values between commas has beside its name."""
    return {
        "style": "form",
        "explode": False,
        "schema": {"type": "array", "items": dict(schema), "minItems": 1, **more},
    }


def _shared(t: Translate) -> dict[str, Parameter]:
    form = t("Định dạng của câu trả lời. Không ghi thì theo tiêu đề Accept; không có nữa thì là JSON.")
    return {
        "f": query("f", form, one_of(("json", "html")), "json"),
        "f-items": query("f", form, one_of(("json", "html", "csv")), "json"),
        "lang": query(
            "lang",
            t("Ngôn ngữ của tên gọi và thông báo. Không ghi thì theo Accept-Language; không có nữa thì là tiếng Việt."),
            one_of(LANGUAGES),
            "vi",
        ),
    }


def _of_paths(t: Translate) -> dict[str, Parameter]:
    return {
        "collectionId": path(
            "collectionId",
            t("Lớp và bộ ranh giới: <lớp>-<phiên bản ranh giới>, thêm -<tỉnh cũ> khi chỉ lấy vùng của tỉnh cũ."),
            one_of(collections()),
            next(one.id for one in collections().values() if one.province == FIRST_PROVINCE),
        ),
        "featureId": path(
            "featureId",
            t("Mã đơn vị trong bộ ranh giới đó."),
            {"type": "string", "pattern": "^[0-9A-Za-z_-]{1,40}$"},
            "23356",
        ),
    }


def _page(t: Translate) -> dict[str, Parameter]:
    names = one_of((*COMMON, *LAST))
    ordered = one_of(sign + name for name in (*COMMON, *LAST) for sign in ("", "-"))
    return {
        "limit": query(
            "limit",
            t("Số đối tượng nhiều nhất của một trang; nhiều hơn thì lấy mức cao nhất."),
            {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": USUAL_LIMIT},
            10,
        ),
        "offset": query(
            "offset",
            t("Số đối tượng bỏ qua ở đầu danh sách."),
            {"type": "integer", "minimum": 0, "maximum": MOST_OFFSET, "default": 0},
            0,
        ),
        "sortby": {
            **query(
                "sortby", t("Thứ tự theo thuộc tính; dấu trừ ở trước là giảm dần. Dùng được cả tên riêng của lớp."), {}
            ),
            **_listed(ordered),
            "example": ["class", "-name"],
        },
        "properties": {
            **query("properties", t("Chỉ lấy những thuộc tính này. Dùng được cả tên riêng của lớp."), {}),
            **_listed(names),
            "example": ["code", "name", "class_label"],
        },
        "skipGeometry": query(
            "skipGeometry", t("Không lấy hình dạng."), {"type": "boolean", "default": False}, example=True
        ),
        "resulttype": query(
            "resulttype",
            t("{word}: chỉ đếm, không lấy đối tượng nào.", word="hits"),
            one_of(("results", "hits"), default="results"),
            "results",
        ),
    }


def _where(t: Translate) -> dict[str, Parameter]:
    systems = list(dict.fromkeys(crs for one in collections().values() for crs in one.crs))
    corners = {"type": "array", "items": {"type": "number"}}
    box = query("bbox", t("Chỉ lấy đối tượng chạm khung này: tây, nam, đông, bắc; sáu số thì bỏ qua độ cao."), {})
    box |= {
        "style": "form",
        "explode": False,
        "schema": {"oneOf": [{**corners, "minItems": count, "maxItems": count} for count in (4, 6)]},
        "example": [107.5, 14.3, 108.2, 14.9],
    }
    usual = systems[0]
    return {
        "bbox": box,
        "bbox-crs": query(
            "bbox-crs", t("Hệ tọa độ của khung; chỉ dùng khi có khung."), one_of(systems, default=usual), usual
        ),
        "crs": query(
            "crs",
            t("Hệ tọa độ của hình dạng; mỗi lớp kể ra những hệ của mình, có VN-2000 múi của tỉnh."),
            one_of(systems, default=usual),
            usual,
        ),
        "filter-crs": query(
            "filter-crs", t("Hệ tọa độ của hình dạng ghi trong bộ lọc."), one_of(systems, default=usual), usual
        ),
        "datetime": query(
            "datetime",
            t(
                "Tháng cần xem: một tháng, một ngày, hoặc một khoảng (lấy tháng cuối của khoảng). "
                "Không ghi thì tháng mới nhất có số liệu."
            ),
            {"type": "string", "pattern": _DATETIME},
            "2025-06",
        ),
    }


def _filters(t: Translate) -> dict[str, Parameter]:
    free = query(
        "property",
        t(
            "Lọc theo thuộc tính: tên thuộc tính là tên tham số, ví dụ {example}. "
            "Tên riêng của từng lớp xem ở đường dẫn {path}.",
            example="class=standard",
            path="/queryables",
        ),
        {},
    )
    free |= {
        "style": "form",
        "explode": True,
        "schema": {
            "type": "object",
            "properties": {name: {"type": "string"} for name in (*COMMON, *LAST)},
            "additionalProperties": {"type": "string"},
        },
        "example": {"class": "standard"},
    }
    return {
        "filter": query(
            "filter",
            t("Điều kiện lọc theo ECQL, dùng tên thuộc tính của lớp và {geometry}.", geometry="geometry"),
            {"type": "string", "minLength": 1, "maxLength": LONGEST},
            "class = 'standard' AND name LIKE '%Ia %'",
        ),
        "filter-lang": query(
            "filter-lang", t("Ngôn ngữ của bộ lọc."), one_of(("cql-text",), default="cql-text"), "cql-text"
        ),
        "post-filter-lang": query(
            "filter-lang", t("Ngôn ngữ của bộ lọc."), one_of(("cql2-json",), default="cql2-json"), "cql2-json"
        ),
        "property": free,
        "known_at": query(
            "known_at",
            t("Xem số liệu như đã biết vào lúc này (ngày hoặc thời điểm ISO 8601)."),
            {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})?)?$"},
        ),
        "criterion": query(
            "criterion",
            t("Tiêu chí hoặc chỉ tiêu của bộ tiêu chí có hiệu lực. Lớp: {layers}.", layers=used("criterion")),
            {"type": "string", "pattern": r"^[0-9]{1,2}(\.[0-9A-Za-z]{1,4}){0,3}$"},
        ),
        "from": query("from", t("Tháng bắt đầu so sánh. Lớp: {layers}.", layers=used("from")), MONTH),
    }


def used(name: str) -> str:
    """Return which layers offer a filter, ``name`` as it stands in addresses."""
    layers = [layer for layer, offered in FILTERS.items() if name in {PARAMETER.get(one, one) for one in offered}]
    return ", ".join(layers)
