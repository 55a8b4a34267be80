"""pygeoapi's documents made ready to be sent as JSON, HTML or CSV: links that lead somewhere, titles to be read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import shapely

from base.errors import NtmError
from base.i18n import Translate, translator
from base.settings import is_sample
from layers.view import SAMPLE_NOTE
from render.table import safe_cell
from service import ogc_pages
from service.collections import Collection, collections
from service.feature_table import table_of
from service.kept import Kept
from service.maps import DATA, SHEETS

if TYPE_CHECKING:
    from service.ogc import Asked

MEDIA: Final = {
    "items": "application/geo+json",
    "item": "application/geo+json",
    "queryables": "application/schema+json",
    "schema": "application/schema+json",
}
_SPEC: Final = "http://www.opengis.net/spec/"
#: What this service does of the standards; filters are ECQL by GET and CQL2-JSON by POST, which no class covers.
CONFORMANCE: Final = (
    *(f"{_SPEC}ogcapi-common-1/1.0/conf/{name}" for name in ("core", "landing-page", "html", "json", "oas30")),
    f"{_SPEC}ogcapi-common-2/1.0/conf/collections",
    *(f"{_SPEC}ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson", "html", "oas30")),
    f"{_SPEC}ogcapi-features-2/1.0/conf/crs",
    *(f"{_SPEC}ogcapi-features-3/1.0/conf/{name}" for name in ("queryables", "queryables-query-parameters")),
    *(f"{_SPEC}ogcapi-features-5/1.0/conf/{name}" for name in ("schemas", "core-roles-features")),
)
#: Standard parts that pygeoapi names and this service does not have.
_ABSENT: Final = ("/processes", "/jobs", "/TileMatrixSets", "jsonld")
_REL: Final = "http://www.opengis.net/def/rel/ogc/1.0/"
#: What a link leads to, by its relation; others keep the title that they have.
_LEADS_TO: Final = {
    "self": "Tài liệu này",
    "alternate": "Tài liệu này",
    "root": "Trang đầu của dịch vụ",
    "service-desc": "Mô tả OpenAPI",
    "service-doc": "Mô tả OpenAPI",
    "conformance": "Chuẩn tuân theo",
    "data": "Danh sách các lớp",
    "collection": "Lớp của các đối tượng này",
    "items": "Các đối tượng",
    "next": "Các đối tượng tiếp theo",
    "prev": "Các đối tượng trước đó",
    f"{_REL}schema": "Cấu trúc thuộc tính",
    f"{_REL}queryables": "Thuộc tính dùng để lọc",
}
_FORMATS: Final = {
    "application/json": "JSON",
    "application/geo+json": "GeoJSON",
    "application/schema+json": "JSON Schema",
    "application/vnd.oai.openapi+json;version=3.0": "JSON",
    "text/html": "HTML",
    "text/csv": "CSV",
}
#: Ways to have a layer's map, as ``/maps`` gives them: extension, relation and media type.
_MAPS: Final = (
    ("png", "preview", SHEETS["png"]),
    ("qml", f"{_REL}stylesheet", DATA["qml"][0]),
)
_CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


def finished(found: Asked, headers: Mapping[str, str], content: Any, one: Collection | None) -> Kept:  # noqa: ANN401
    """Return the answer of an operation; ``content`` is pygeoapi's document, whatever format was asked for."""
    kept = {name: headers[name] for name in ("Content-Crs", "Content-Language") if name in headers}
    document = _Finishing(found, one).of(content)
    if found.fmt == "html":
        return Kept(ogc_pages.page(found, document, one), "text/html; charset=utf-8", kept)
    if found.fmt == "csv":
        name = f"{one.id if one else found.operation}.csv"
        csv_headers = kept | {"Content-Disposition": f'inline; filename="{name}"'}
        return Kept(as_csv(document, *_csv_columns(found, one)), "text/csv; charset=utf-8", csv_headers)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Kept(text, MEDIA.get(found.operation, "application/json"), kept)


def as_csv(document: Mapping[str, Any], usual: Sequence[str] = (), axes: tuple[str, str] = ("lon", "lat")) -> bytes:
    """Return features as CSV: UTF-8 with byte order mark, and a point inside each outline in two columns, ``axes``.

    ``usual`` are the columns where there is no feature.
    """
    features = document["features"]
    names = list(features[0]["properties"]) if features else usual
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*names, *axes])
    for feature in features:
        cells = [safe_cell(feature["properties"][name]) for name in names]
        writer.writerow([*cells, *_inside(feature["geometry"])])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _csv_columns(found: Asked, one: Collection | None) -> tuple[list[str], tuple[str, str]]:
    """Return the columns of a CSV file without rows, and what coordinates are called in it."""
    asked = dict(found.query)
    names = list(table_of(one).types) if one else []
    return asked["properties"].split(",") if "properties" in asked else names, ("lon", "lat") if asked.get(
        "crs", _CRS84
    ) == _CRS84 else ("x", "y")


def _inside(geometry: Mapping[str, Any] | None) -> list[float | None]:
    if geometry is None:
        return [None, None]
    point = shapely.point_on_surface(shapely.geometry.shape(dict(geometry)))
    return [round(point.x, 6), round(point.y, 6)]


class _Finishing:
    """Changes the documents of one request to what this service says."""

    def __init__(self, found: Asked, one: Collection | None) -> None:
        self.found = found
        self.one = one
        self.t: Translate = translator(found.lang)

    def of(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return a document without what is not true here, its titles in the reader's language."""
        document.pop("timeStamp", None)  # another one each time: equal data would have unequal tags
        if is_sample() and self.found.operation in {"landing", "collections", "collection"}:
            document = {"note": self.t(SAMPLE_NOTE), **document}
        if "links" in document:
            document["links"] = self._links(document["links"])
        if "conformsTo" in document:
            document["conformsTo"] = list(CONFORMANCE)
        if self.found.operation in {"queryables", "schema"}:
            self._name_properties(document["properties"])
        if self.found.operation == "collection":
            self._add_formats(document)
        for one in document.get("collections", ()):
            one["links"] = self._links(one["links"])
            self._add_formats(one)
        return document

    def _links(self, links: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
        return [
            {**link, "title": self._title(link)} for link in links if not any(part in link["href"] for part in _ABSENT)
        ]

    def _title(self, link: Mapping[str, str]) -> str:
        title = link.get("title", "")
        if link["rel"] not in _LEADS_TO:
            return title
        words = self.t(_LEADS_TO[link["rel"]])
        named = _FORMATS.get(link.get("type", ""))
        return f"{words} ({named})" if named else words

    def _name_properties(self, properties: dict[str, dict[str, Any]]) -> None:
        """Give properties their headings; pygeoapi puts their names there, and says nothing of the geometry."""
        titles = table_of(self.one, lang=self.found.lang).titles if self.one else {}
        for name, fragment in properties.items():
            fragment["title"] = titles.get(name, self.t("Hình dạng"))

    def _add_formats(self, document: dict[str, Any]) -> None:
        """Add links to a collection's table and to its map as it is now."""
        items = f"{self.found.base}/collections/{document['id']}/items"
        words = self.t(_LEADS_TO["items"])
        document["links"].append(
            {"type": "text/csv", "rel": "items", "title": f"{words} (CSV)", "href": f"{items}?f=csv"}
        )
        maps = self.found.base.rpartition("/")[0] + "/maps"
        titles = {"png": self.t("Hình bản đồ (PNG)"), "qml": self.t("Kiểu vẽ cho QGIS (QML)")}
        with suppress(NtmError):  # a province without facts has no map yet; its collection is listed all the same
            for extension, rel, media_type in _MAPS:
                href = f"{maps}/{map_file(collections()[document['id']], extension, self.found.lang)}"
                document["links"].append({"type": media_type, "rel": rel, "title": titles[extension], "href": href})


def map_file(one: Collection, extension: str, lang: str) -> str:
    """Return the last part of the address of a collection's map under ``/maps``; errors as :meth:`Collection.month`."""
    return f"{one.layer}.{extension}?{urlencode(one.state(lang=lang).query())}"
