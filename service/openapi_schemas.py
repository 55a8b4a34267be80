"""Schemas and answers of the OpenAPI document: what this service's JSON looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from base.i18n import Translate
from service.feature_table import COMMON, LAST
from service.problems import MEDIA_TYPE

Schema = dict[str, Any]
_TEXT: Final[Schema] = {"type": "string"}
_MAYBE_TEXT: Final[Schema] = {"type": "string", "nullable": True}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT}
_NUMBER: Final[Schema] = {"type": "number"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_ANYTHING: Final[Schema] = {"type": "object", "additionalProperties": True}
#: Status of each error, with the name of its answer; 304 stands among them as it has no body either.
ANSWERS: Final[Mapping[int, str]] = {
    304: "NotModified",
    400: "BadRequest",
    404: "NotFound",
    413: "TooLarge",
    415: "NotJson",
    503: "Unavailable",
}


def to(name: str, kind: str = "schemas") -> Schema:
    """Return a reference to a part of the document."""
    return {"$ref": f"#/components/{kind}/{name}"}


def answers(success: Schema, *statuses: int) -> dict[str, Any]:
    """Return the answers of an operation: that of 200, and the usual ones of the other statuses."""
    return {"200": success} | {str(status): to(ANSWERS[status], "responses") for status in statuses}


def given(description: str, content: Mapping[str, Schema], *, tagged: bool = True) -> Schema:
    """Return an answer; ``tagged``: it carries an ETag."""
    found: Schema = {"description": description}
    if tagged:
        found["headers"] = {"ETag": {**to("ETag", "headers")}}
    return found | {"content": {media_type: {"schema": schema} for media_type, schema in content.items()}}


def responses(t: Translate) -> dict[str, Any]:
    """Return the answers that several operations share."""
    words = {
        304: t("Không đổi so với bản có ETag đã gửi ở If-None-Match; không có nội dung."),
        400: t("Một tham số không dùng được; câu trả lời nêu tên tham số và các giá trị dùng được."),
        404: t("Không có gì ở địa chỉ này."),
        413: t("Nội dung gửi lên quá dài."),
        415: t("Nội dung gửi lên không phải JSON."),
        503: t("Chưa trả lời được lúc này; hỏi lại sau số giây ghi ở Retry-After, nếu có."),
    }
    problem = {MEDIA_TYPE: {"schema": to("Problem")}}
    found: dict[str, Any] = {}
    for status, name in ANSWERS.items():
        found[name] = {"description": words[status]} | ({} if status == 304 else {"content": problem})  # noqa: PLR2004
    found["Unavailable"]["headers"] = {
        "Retry-After": {"description": t("Số giây nên chờ."), "schema": {"type": "integer", "minimum": 1}}
    }
    return found


def headers(t: Translate) -> dict[str, Any]:
    """Return the headers that several answers share."""
    words = t("Dấu của nội dung; gửi lại ở If-None-Match để chỉ nhận 304 khi không có gì đổi.")
    return {"ETag": {"description": words, "required": True, "schema": _TEXT}}


def schemas(t: Translate) -> dict[str, Schema]:
    """Return the schema of every JSON document."""
    return _of_documents(t) | _of_features(t) | _of_service(t)


def _object(description: str, required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    return {
        "type": "object",
        "description": description,
        "required": list(required),
        "properties": {**required, **(optional or {})},
    }


def _told(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description}


def _of_documents(t: Translate) -> dict[str, Schema]:
    note = {"note": _told(_TEXT, t("Có khi số liệu là số liệu minh họa."))}
    links = {"type": "array", "items": to("Link")}
    collection: dict[str, Schema] = {
        "id": _TEXT,
        "title": _TEXT,
        "description": _told(_TEXT, t("Nguồn, giấy phép và căn cứ của ranh giới.")),
        "links": links,
        "extent": _object(t("Phạm vi trên mặt đất và trong thời gian."), {"spatial": _ANYTHING, "temporal": _ANYTHING}),
        "itemType": {"type": "string", "enum": ["feature"]},
        "crs": _told(_TEXTS, t("Hệ tọa độ dùng được trong tham số crs.")),
        "storageCrs": _TEXT,
    }
    properties = {"type": "object", "additionalProperties": to("Property")}
    return {
        "Link": _object(
            t("Đường dẫn đến một tài liệu khác."),
            {"href": _TEXT, "rel": _TEXT},
            {"type": _TEXT, "title": _TEXT, "hreflang": _TEXT},
        ),
        "Landing": _object(t("Trang đầu."), {"title": _TEXT, "description": _TEXT, "links": links}, note),
        "Conformance": _object(t("Các phần của chuẩn mà dịch vụ làm đúng."), {"conformsTo": _TEXTS}),
        "Collection": _object(t("Một lớp trên một bộ ranh giới."), collection, {"keywords": _TEXTS} | note),
        "Collections": _object(
            t("Danh sách các lớp."), {"collections": {"type": "array", "items": to("Collection")}, "links": links}, note
        ),
        "Property": _object(
            t("Một thuộc tính: kiểu và ý nghĩa."),
            {"title": _TEXT},
            {"type": {"anyOf": [_TEXT, _TEXTS]}, "format": _TEXT},
        ),
        "Properties": _object(
            t("Các thuộc tính của một lớp, theo JSON Schema."),
            {"type": {"type": "string", "enum": ["object"]}, "title": _TEXT, "properties": properties},
            {"$schema": _TEXT, "$id": _TEXT},
        ),
    }


def _of_features(t: Translate) -> dict[str, Schema]:
    return {
        "Geometry": _geometry(t),
        "FeatureProperties": _feature_properties(t),
        "Feature": _object(
            t("Một đơn vị với số liệu của nó (GeoJSON)."),
            {
                "type": {"type": "string", "enum": ["Feature"]},
                "id": _told(_TEXT, t("Mã đơn vị, không đổi trong một phiên bản ranh giới.")),
                "properties": to("FeatureProperties"),
                "geometry": to("Geometry"),
            },
            {"links": {"type": "array", "items": to("Link")}},
        ),
        "LegendClass": _object(
            t("Một loại của chú giải."),
            {"class": _TEXT, "label": _TEXT, "color": to("Color"), "pattern": to("Pattern"), "count": _COUNT},
        ),
        "FeatureCollection": _feature_collection(t),
        "Color": {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"},
        "Pattern": {"type": "string", "enum": ["solid", "hatch", "dots", "cross", "star"]},
    }


def _feature_properties(t: Translate) -> Schema:
    """Return the properties that features of every layer have; the layer's own are told by its schema."""
    kinds: dict[str, Schema] = {
        "value": {"description": t("Giá trị của lớp, chữ hoặc số."), "nullable": True},
        "as_of": {"type": "string", "format": "date", "nullable": True},
    }
    return {
        "type": "object",
        "description": t("Thuộc tính chung của mọi lớp; thuộc tính riêng xem ở cấu trúc thuộc tính của lớp."),
        "properties": {name: kinds.get(name, _MAYBE_TEXT) for name in (*COMMON, *LAST)},
        "additionalProperties": True,
    }


def _feature_collection(t: Translate) -> Schema:
    required: dict[str, Schema] = {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "numberMatched": _told(_COUNT, t("Số đối tượng hợp với điều kiện.")),
        "numberReturned": _told(_COUNT, t("Số đối tượng trong câu trả lời này.")),
        "title": _told(_TEXT, t("Tên bản đồ.")),
        "subtitle": _told(_TEXT, t("Vùng và tháng.")),
        "caption": _told(_TEXT, t("Số liệu tính đến ngày nào, từ nguồn nào.")),
        "is_sample": _told({"type": "boolean"}, t("Có phải số liệu minh họa không.")),
        "period": _told({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}, t("Tháng đang xem.")),
        "as_of": _told(_MAYBE_TEXT, t("Số liệu tính đến ngày này.")),
        "known_at": _told(_MAYBE_TEXT, t("Lúc ghi nhận số liệu mới nhất đã dùng.")),
        "boundary_version": _told(_TEXT, t("Phiên bản ranh giới.")),
        "legend": {"type": "array", "items": to("LegendClass")},
        "sources": _told(_TEXTS, t("Nguồn số liệu.")),
        "notes": _told(_TEXTS, t("Ghi chú về cách tính và về ranh giới.")),
        "features": {"type": "array", "items": to("Feature")},
        "links": {"type": "array", "items": to("Link")},
    }
    optional = {"note": _told(_TEXT, t("Có khi số liệu là số liệu minh họa."))}
    return _object(t("Các đơn vị của một lớp, kèm chú giải và nguồn (GeoJSON)."), required, optional)


def _geometry(t: Translate) -> Schema:
    point = {"type": "array", "items": _NUMBER, "minItems": 2}
    ring = {"type": "array", "items": point, "minItems": 4}
    return {
        "type": "object",
        "nullable": True,
        "description": t("Ranh giới; để trống khi không xin hình hoặc khi dòng là của cả tỉnh."),
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"type": "string", "enum": ["Polygon", "MultiPolygon"]},
            "coordinates": {
                "type": "array",
                "items": {"anyOf": [ring, {"type": "array", "items": ring}]},
            },
        },
    }


def _of_service(t: Translate) -> dict[str, Schema]:
    state = {"status": _told(_TEXT, t("“{word}” khi dùng được.", word="ok"))}
    return {
        "MapDocument": _map_document(t),
        "Filter": _filter(t),
        "Health": _object(
            t("Tiến trình còn chạy, và có sẵn sàng trả lời không."), state, {"live": _TEXT, "ready": _ANYTHING}
        ),
        "Stamp": _object(t("Dấu của số liệu: đổi khi số liệu đổi."), {"stamp": _TEXT, "sample": {"type": "boolean"}}),
        "OpenApi": _told(_ANYTHING, t("Tài liệu này, theo OpenAPI 3.0.")),
        "Problem": _object(
            t("Điều không ổn, theo RFC 9457."),
            {
                "type": _TEXT,
                "title": _told(_TEXT, t("Tên của mã trạng thái, tiếng Anh.")),
                "status": {"type": "integer", "minimum": 400, "maximum": 599},
                "detail": _told(_TEXT, t("Sai ở đâu và cần làm gì, bằng ngôn ngữ được hỏi.")),
            },
            {
                "parameter": _told(_TEXT, t("Tham số không dùng được.")),
                "allowed": _told(_TEXTS, t("Các giá trị dùng được, khi kể ra được.")),
                "parameters": {
                    "type": "array",
                    "description": t("Mọi tham số không dùng được, khi có thể nhiều hơn một."),
                    "items": _object(
                        t("Một tham số không dùng được."), {"parameter": _TEXT, "value": _TEXT, "reason": _TEXT}
                    ),
                },
            },
        ),
    }


def _map_document(t: Translate) -> Schema:
    texts = ("key", "title", "subtitle", "caption", "boundary_version")
    lists: Sequence[str] = ("figures", "rows", "features", "notes", "sources")
    required = {
        **dict.fromkeys(texts, _TEXT),
        "as_of": _MAYBE_TEXT,
        "known_at": _MAYBE_TEXT,
        "is_sample": {"type": "boolean"},
        **dict.fromkeys(("state", "legend", "join_report", "columns"), _ANYTHING),
        **{name: {"type": "array", "items": {}} for name in lists},
    }
    return _object(t("Một bản đồ dưới dạng số liệu: các dòng của bảng, con số chính, chú giải, nguồn."), required)


def _filter(t: Translate) -> Schema:
    """Return the schema of a filter sent by POST; how its parts nest is told by the standard."""
    operations = (
        *("and", "or", "not", "=", "<>", "<", "<=", ">", ">=", "like", "in", "between", "isNull"),
        *("s_intersects", "s_disjoint", "s_contains", "s_within", "s_touches", "s_crosses", "s_overlaps", "s_equals"),
    )
    return _object(
        t("Điều kiện lọc theo CQL2-JSON; thuộc tính viết là {example}.", example='{"property": "class"}'),
        {
            "op": {"type": "string", "enum": list(operations)},
            "args": {"type": "array", "minItems": 1, "items": {}},
        },
    )
