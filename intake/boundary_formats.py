"""Every format of map files looked through before a library opens it.

GDAL reads on where a file is cut off or contradicts itself, and takes what is left for the whole. So sizes and counts
are compared first, and GeoJSON is written anew from what was understood: an old declaration of coordinates in it may
hold an address that GDAL would fetch.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from geo.crs_declared import How
from intake.boundary_archive import BoundaryFormat, Dataset, no_such_layer, several
from intake.boundary_shapes import Shape
from intake.container import refusal

#: Most features of a file: the whole country has 3,321 units, before the merger it had 10,598.
MAX_FEATURES: Final = 20_000

_TOO_MANY: Final = "Tệp có hơn {limit} đối tượng. Hãy chỉ xuất lớp cần nạp, của một tỉnh, rồi nạp lại."
_NO_FEATURES: Final = "Tệp không có đối tượng nào. Hãy kiểm tra lại lớp đã xuất rồi nạp lại."
DAMAGED: Final = "Tệp bản đồ bị hỏng hoặc tải lên chưa trọn. Hãy xuất lại từ phần mềm bản đồ rồi nạp lại."
_CUT_OFF: Final = (
    "Tệp {part} ngắn hơn độ dài tự khai báo: tệp bị cắt cụt hoặc tải lên chưa trọn. Hãy chép lại tệp gốc rồi nạp lại."
)
_COUNTS_DIFFER: Final = (
    "Bảng thuộc tính (.dbf) có {rows} dòng nhưng tệp hình (.shp) có {shapes} đối tượng: các tệp không cùng một bộ. "
    "Hãy lấy đủ bộ tệp của cùng một lần xuất rồi nạp lại."
)
_NO_GEOPACKAGE: Final = "Tệp là cơ sở dữ liệu SQLite nhưng không phải GeoPackage. Hãy xuất lại dạng .gpkg rồi nạp lại."
_NO_POLYGONS: Final = (
    "GeoPackage không có lớp vùng nào (các lớp: {layers}). Hãy xuất lớp ranh giới dạng vùng thành bảng rồi nạp lại."
)
_NO_POINTS: Final = "GeoPackage không có lớp điểm nào (các lớp: {layers}). Hãy xuất lớp điểm thành bảng rồi nạp lại."
_NO_GEOJSON: Final = (
    "Tệp JSON này không phải là GeoJSON (FeatureCollection). Hãy xuất lại dạng GeoJSON từ phần mềm bản đồ rồi nạp lại."
)
_ABSURD_JSON: Final = "Tệp GeoJSON có tọa độ vô lý (vô cực hoặc không phải số). Hãy xuất lại lớp này rồi nạp lại."

#: Sizes of headers, in bytes.
_SHP_HEADER: Final = 100
_DBF_HEADER: Final = 32
_SHX_RECORD: Final = 8
_FGB_MAGIC: Final = 8
_FGB_NODE: Final = 40
#: Numbers of fields in the header of FlatGeobuf.
_FGB_COUNT: Final = 8
_FGB_NODE_SIZE: Final = 9
_FGB_USUAL_NODE_SIZE: Final = 16

#: Types of the layers of a GeoPackage that may be read, and the sentence when there is none.
_LAYERS: Final[Mapping[Shape, tuple[set[str], str]]] = {
    "polygon": ({"POLYGON", "MULTIPOLYGON", "CURVEPOLYGON", "MULTISURFACE", "SURFACE"}, _NO_POLYGONS),
    "point": ({"POINT", "MULTIPOINT"}, _NO_POINTS),
}
_ANY_TYPES: Final = {"GEOMETRY", "GEOMETRYCOLLECTION"}
_UNREADABLE_CRS: Final = "?"


@dataclass(frozen=True, slots=True)
class Source:
    """What a reader opens, looked through.

    Attributes
    ----------
    path
        The file to open.
    layer
        Name of the layer in a GeoPackage; ``None`` where there is only one.
    features
        How many features it must have.
    crs, crs_from
        What it declares and where; ``None`` and ``file`` when the reader finds it in the file itself.
    cpg
        What the ``.cpg`` file says of the text; only a hint.
    """

    path: Path
    layer: str | None
    features: int
    crs: str | None
    crs_from: How
    cpg: str | None = None


def prepared(dataset: Dataset, folder: Path, layer: str | None, file: str, shape: Shape = "polygon") -> Source:
    """Write a map file into a private folder, looked through.

    Parameters
    ----------
    dataset
        The boundary file.
    folder
        An empty folder that is nobody else's.
    layer
        Name of the layer to read, when there are several.
    file
        Name of the file as handed in, for the faults.
    shape
        What its features must be: it tells which layer of a GeoPackage is meant.

    Raises
    ------
    DataError
        With one sentence, for a file that is cut off, contradicts itself or lacks the layer.
    """
    if dataset.format != "geopackage" and layer not in {None, dataset.name}:
        raise no_such_layer(file, str(layer), [dataset.name])
    steps: Mapping[BoundaryFormat, Callable[[], Source]] = {
        "shapefile": lambda: _shapefile(dataset.parts, folder, file),
        "geopackage": lambda: _geopackage(_only(dataset), folder, layer, file, shape),
        "geojson": lambda: _geojson(_only(dataset), folder, file),
        "flatgeobuf": lambda: _flatgeobuf(_only(dataset), folder, file),
    }
    try:
        source = steps[dataset.format]()
    except (struct.error, sqlite3.Error, UnicodeError, OverflowError) as error:
        raise refusal(file, DAMAGED) from error
    if source.features > MAX_FEATURES:
        raise refusal(file, _TOO_MANY, limit=MAX_FEATURES)
    if source.features < 1:
        raise refusal(file, _NO_FEATURES)
    return source


def _only(dataset: Dataset) -> bytes:
    (content,) = dataset.parts.values()
    return content


def _shapefile(parts: Mapping[str, bytes], folder: Path, file: str) -> Source:
    for ending in (".shp", ".shx"):
        (words,) = struct.unpack_from(">i", parts[ending], 24)
        if not _SHP_HEADER <= 2 * words <= len(parts[ending]):
            raise refusal(file, _CUT_OFF, part=ending)
    (words,) = struct.unpack_from(">i", parts[".shx"], 24)
    shapes = (2 * words - _SHP_HEADER) // _SHX_RECORD
    table = parts[".dbf"]
    rows, header, width = struct.unpack_from("<IHH", table, 4)
    if header <= _DBF_HEADER or not width or header + rows * width > len(table):
        raise refusal(file, _CUT_OFF, part=".dbf")
    if rows != shapes:
        raise refusal(file, _COUNTS_DIFFER, rows=rows, shapes=shapes)
    # Only these three: GDAL would judge the .prj by itself, and fold the text by the .cpg.
    for ending in (".shp", ".shx", ".dbf"):
        (folder / f"layer{ending}").write_bytes(parts[ending])
    flags = np.frombuffer(table, np.uint8, count=rows * width, offset=header).reshape(rows, width)[:, 0]
    deleted = int((flags == ord("*")).sum())
    crs = _text(parts.get(".prj"))
    return Source(folder / "layer.shp", None, rows - deleted, crs, "prj" if crs else "none", _text(parts.get(".cpg")))


def _text(content: bytes | None) -> str | None:
    return content.decode("utf-8", "replace").strip("\ufeff\0 \t\r\n") or None if content else None


def _geopackage(content: bytes, folder: Path, layer: str | None, file: str, shape: Shape) -> Source:
    path = folder / "layer.gpkg"
    path.write_bytes(content)
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        database.text_factory = lambda raw: raw.decode("utf-8", "replace")
        found = _layer_of(database, layer, file, shape)
        quoted = '"' + found.replace('"', '""') + '"'
        (features,) = database.execute(f"SELECT COUNT(*) FROM {quoted}").fetchone()  # noqa: S608 - quoted above
    finally:
        database.close()
    return Source(path, found, features, None, "file")


def _layer_of(database: sqlite3.Connection, wanted: str | None, file: str, shape: Shape) -> str:
    """Return the layer to read: the wanted one, or the only one of the shape.

    A layer that is a view or a virtual table runs code of the file's maker; only plain tables are read.
    """
    tables = dict(database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall())
    if not {"gpkg_contents", "gpkg_geometry_columns"} <= tables.keys():
        raise refusal(file, _NO_GEOPACKAGE)
    rows = database.execute("SELECT table_name, geometry_type_name FROM gpkg_geometry_columns").fetchall()
    kinds = {
        str(name): str(kind).upper()
        for name, kind in rows
        if not str(tables.get(name) or "CREATE VIRTUAL").upper().startswith("CREATE VIRTUAL")
    }
    types, none = _LAYERS[shape]
    fitting = [name for name, kind in kinds.items() if kind in types]
    fitting = fitting or [name for name, kind in kinds.items() if kind in _ANY_TYPES]
    if wanted is not None:
        if wanted not in kinds:
            raise no_such_layer(file, wanted, list(kinds))
        return wanted
    if not fitting:
        raise refusal(file, none, layers=", ".join(kinds) or "–")
    if len(fitting) > 1:
        raise several(file, fitting)
    return fitting[0]


def _geojson(content: bytes, folder: Path, file: str) -> Source:
    document = _parsed(content, file)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        raise refusal(file, _NO_GEOJSON)
    if not all(isinstance(feature, dict) and feature.get("type") == "Feature" for feature in features):
        raise refusal(file, DAMAGED)
    path = folder / "layer.geojson"
    try:
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, allow_nan=False), "ascii")
    except ValueError as error:
        raise refusal(file, _ABSURD_JSON) from error
    if "crs" not in document:
        return Source(path, None, len(features), "EPSG:4326", "rfc7946")
    crs = _member(document["crs"])
    return Source(path, None, len(features), crs, "file" if crs else "none")


def _parsed(content: bytes, file: str) -> Any:  # noqa: ANN401 - JSON may be anything
    encoding = json.detect_encoding(content)
    try:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            text = content.decode("latin-1")  # text of an old encoding, which is told apart later
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refusal(file, DAMAGED) from error


def _member(crs: object) -> str | None:
    """Return what the member ``crs`` of GeoJSON before RFC 7946 names; ``None`` when it says that nothing is known.

    A link is never followed.
    """
    if crs is None:
        return None
    kind = crs.get("type") if isinstance(crs, dict) else None
    values = crs.get("properties") if isinstance(crs, dict) else None
    if isinstance(values, dict) and kind == "name":
        return str(values.get("name") or _UNREADABLE_CRS)
    if isinstance(values, dict) and str(kind).upper() == "EPSG":
        return f"EPSG:{values.get('code')}"
    return _UNREADABLE_CRS


def _flatgeobuf(content: bytes, folder: Path, file: str) -> Source:
    (size,) = struct.unpack_from("<I", content, _FGB_MAGIC)
    start = _FGB_MAGIC + 4
    header = content[start : start + size]
    stated = _scalar(header, _FGB_COUNT, "<Q", 0)
    node = _scalar(header, _FGB_NODE_SIZE, "<H", _FGB_USUAL_NODE_SIZE)
    position = start + size + _index_size(stated, node, file)
    features = 0
    while position < len(content):
        (length,) = struct.unpack_from("<I", content, position)
        position += 4 + length
        features += 1
        if features > MAX_FEATURES:
            raise refusal(file, _TOO_MANY, limit=MAX_FEATURES)
    if position != len(content) or stated not in {0, features}:
        raise refusal(file, DAMAGED)
    path = folder / "layer.fgb"
    path.write_bytes(content)
    return Source(path, None, features, None, "file")


def _scalar(header: bytes, field: int, layout: str, default: int) -> int:
    """Return a number from the header, a FlatBuffers table: its fields are found through a table of offsets."""
    (root,) = struct.unpack_from("<I", header)
    (back,) = struct.unpack_from("<i", header, root)
    offsets = root - back
    (length,) = struct.unpack_from("<H", header, offsets)
    slot = 4 + 2 * field
    if offsets < 0 or slot + 2 > length:
        return default
    (offset,) = struct.unpack_from("<H", header, offsets + slot)
    return int(struct.unpack_from(layout, header, root + offset)[0]) if offset else default


def _index_size(features: int, node: int, file: str) -> int:
    """Return the size of the packed tree before the features, in bytes."""
    if not features or not node:
        return 0
    if node == 1:
        raise refusal(file, DAMAGED)
    level = -(-features // node)
    total = features + level
    while level > 1:
        level = -(-level // node)
        total += level
    return total * _FGB_NODE
