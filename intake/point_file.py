"""Points of a map file as the rows of a form: a shapefile, GeoPackage, GeoJSON or FlatGeobuf of clusters or villages.

The attributes are the cells and the points become coordinates, so that everything that holds for a workbook holds for
such a file. GPX has no attributes to hold a commune or a date, and KML is XML that programs write in many ways: both
can be exported to GeoPackage or GeoJSON by any mapping program.
"""

from __future__ import annotations

import codecs
import datetime as dt
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PureWindowsPath
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from base.errors import DataError, Fault
from base.i18n import translate
from geo.crs import lon_lat
from geo.crs_declared import WGS84, declared
from geo.spelling import folded
from geo.text import Encoding, TextError, decode
from intake.boundary_asked import BoundaryRefusedError
from intake.boundary_file import FieldFile, read_field_file
from intake.boundary_text import texts_of
from intake.container import MAX_BYTES, MEBIBYTE, refusal
from intake.form_columns import Form, FormColumn
from intake.sheets import Sheet, Value, Workbook, check_size, plain, trimmed
from intake.table import key_finder

#: Endings of the files that are read here. A ``.zip`` holds a shapefile.
ENDINGS: Final = frozenset({".zip", ".gpkg", ".geojson", ".json", ".fgb"})

#: Which place of a cluster a point is, by what the column says; without the column it is the existing one.
_PLACE_COLUMN: Final = "Vị trí"
_PLACES: Final = {"existing": "hiện có", "planned": "quy hoạch"}
_DEGREES_DECIMALS: Final = 7
#: A table cuts the names of its columns to 10 bytes: names of so many bytes may be cut, by programs that keep letters
#: whole or by those that do not.
_CUT: Final = (8, 9, 10)
_UTF_8: Final[Encoding] = "utf-8"

_UNUSABLE_CRS: Final = (
    "Không dùng được hệ tọa độ mà tệp khai báo (“{name}”). "
    "Hãy xuất lại lớp điểm theo VN-2000 (múi chiếu của tỉnh) hoặc WGS 84 rồi nộp lại."
)
_UNKNOWN_TEXT: Final = (
    "Không nhận ra bảng mã chữ của tệp. "
    "Hãy xuất lại lớp điểm với chữ Unicode (UTF-8), tốt nhất là dạng GeoPackage hoặc GeoJSON, rồi nộp lại."
)
_CUT_NAME: Final = (
    "Tên cột “{name}” bị shapefile cắt còn 10 chữ nên không biết là cột nào: {columns}. "
    "Hãy đổi tên cột, hoặc nộp dạng GeoPackage hay GeoJSON."
)
_NO_PLACE: Final = "“{value}” ở cột “{column}” không dùng được; chọn một trong: {allowed}."


def is_point_file(name: str) -> bool:
    """Tell by its name whether a file is a map file that may hold points."""
    return PureWindowsPath(name).suffix.lower() in ENDINGS


def read_points(content: bytes, name: str, form: Form, names: Collection[str] = ()) -> Workbook:
    """Open a file of points as a workbook of one sheet with the form's headings.

    Row 1 holds the headings, row n + 1 is feature n. An attribute whose name is a column's heading or key stands in
    that column; others are kept beside. A column “Vị trí” of a file of clusters says whether a point is the existing
    (“hiện có”, also when it says nothing) or the planned place (“quy hoạch”). Coordinates stay in the file's own system
    where the form knows it, else they are put into WGS 84; of a file without a system the cell stays empty, so that the
    check of the row has to make sense of the numbers.

    Parameters
    ----------
    content, name
        The file and its name; folders before it are dropped.
    form
        The form of clusters or of villages.
    names
        Names of units, by which an old encoding of a shapefile's texts is told.

    Raises
    ------
    DataError
        The file is none of these formats, is damaged or unsafe to open, holds other shapes than points, declares a
        system that cannot be believed, or has texts or columns that cannot be told; with a sentence for each.
    """
    file = PureWindowsPath(name).name
    if len(content) > MAX_BYTES:
        message = "Tệp lớn hơn {limit} MB. Hãy chỉ xuất lớp cần nạp, của một tỉnh, rồi nạp lại."
        raise refusal(file, message, limit=MAX_BYTES // MEBIBYTE)
    field = read_field_file(file, content, shape="point")
    attributes = _attributes(field, {*names, *_words(form)})
    headings = _headings(field, form, tuple(attributes))
    kept = {column: values for column, values in attributes.items() if headings[column] is not None}
    planned = _planned(attributes, form, field)
    columns = [(str(headings[column]), values) for column, values in kept.items()] + _places(field, form, planned)
    rows = [tuple(heading for heading, _ in columns), *zip(*(values for _, values in columns), strict=True)]
    check_size(file, field.layer, len(rows), len(columns))
    sheet = Sheet(field.layer, trimmed(rows))
    return Workbook(file, hashlib.sha256(content).hexdigest(), "points", (sheet,), {}, ())


def _words(form: Form) -> Iterator[str]:
    """Yield what the form's choices are called: words that texts of the right encoding hold."""
    for column in form.columns:
        yield from column.words.values()


def _attributes(field: FieldFile, names: Collection[str]) -> dict[str, list[Value]]:
    """Return the attributes of a file as values of cells, by the name of their column."""
    texts = _texts(field, names)
    found: dict[str, list[Value]] = {}
    for column, kind in field.fields:
        if column in field.frame.columns:
            values = texts[column] if kind == "text" else field.frame[column]
            found[column] = [_cell(value) for value in values]
    return found


def _texts(field: FieldFile, names: Collection[str]) -> Mapping[str, Sequence[str]]:
    try:
        return texts_of(field, names).columns
    except BoundaryRefusedError as error:
        # Names of villages are in no list. What is sound UTF-8 throughout, and not plain English, is no other encoding.
        raw = field.raw_texts or {}
        try:
            return {column: [decode(text, _UTF_8) for text in texts] for column, texts in raw.items()}
        except TextError:
            raise refusal(field.name, _UNKNOWN_TEXT) from error


def _cell(value: Any) -> Value:  # noqa: ANN401 - whatever a library reads from an attribute
    if isinstance(value, str):
        return plain(value)
    if pd.isna(value):
        return None
    if isinstance(value, dt.datetime):
        return plain(pd.Timestamp(value).tz_localize(None).to_pydatetime())
    return plain(value.item() if isinstance(value, np.generic) else value)


def _headings(field: FieldFile, form: Form, names: Sequence[str]) -> dict[str, str | None]:
    """Return what stands above every attribute; ``None`` for one that the point itself says, or its place."""
    key_of = key_finder(form.headings())
    keys = {folded(column.key): column.key for column in form.columns}
    own = _own_keys(form)
    found: dict[str, str | None] = {}
    faults = []
    for name in names:
        key = keys.get(folded(name)) or key_of(name)
        if key is None and field.format == "shapefile" and len((whole := _whole(name)).encode()) in _CUT:
            cut = [column for column in form.columns if _begins(column, whole)]
            key = cut[0].key if len(cut) == 1 else None
            if len(cut) > 1:
                columns = ", ".join(f"“{column.heading}”" for column in cut)
                faults.append(Fault(field.name, None, None, _CUT_NAME, (("name", whole), ("columns", columns))))
        found[name] = name if key is None else form.column(key).heading
        if key in own or _is_place(name):
            found[name] = None
    if faults:
        raise DataError(faults)
    return found


def _whole(name: str) -> str:
    """Return the whole letters of a name in UTF-8 that was cut within a letter, and so taken for Latin-1."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(name.encode("latin-1"))
    except UnicodeError:
        return name


def _begins(column: FormColumn, name: str) -> bool:
    """Tell whether a name may be what a table left of a column's key or heading."""
    written = (column.key, column.heading, translate(column.heading, "en"))
    return any(folded(one).startswith(folded(name)) for one in written)


def _own_keys(form: Form) -> set[str]:
    """Return the keys of the form's columns that the points fill."""
    return {column.key for column in form.columns if column.kind == "coordinate"} | {"crs"}


def _is_place(name: str) -> bool:
    return folded(name) in {folded(_PLACE_COLUMN), folded(translate(_PLACE_COLUMN, "en"))}


def _planned(attributes: Mapping[str, Sequence[Value]], form: Form, field: FieldFile) -> list[bool] | None:
    """Tell of every point whether it is a planned place; ``None`` where the form has one place only."""
    if "planned_x" not in _own_keys(form):
        return None
    said = next((values for name, values in attributes.items() if _is_place(name)), [None] * len(field.frame))
    meanings = {folded(text): key for key, word in _PLACES.items() for text in (word, translate(word, "en"), key)}
    allowed = ", ".join(_PLACES.values())
    found, faults = [], []
    for row, value in enumerate(said, 2):
        meaning = meanings.get(folded(str(value))) if value is not None else "existing"
        if meaning is None:
            params = (("value", value), ("column", _PLACE_COLUMN), ("allowed", allowed))
            faults.append(Fault(field.name, row, None, _NO_PLACE, params, field.layer))
        found.append(meaning == "planned")
    if faults:
        raise DataError(faults)
    return found


def _places(field: FieldFile, form: Form, planned: Sequence[bool] | None) -> list[tuple[str, Sequence[Value]]]:
    """Return the columns that the points fill: the system, and the coordinates of each place."""
    points = shapely.get_coordinates(field.frame.geometry.to_numpy())
    finding = declared(field.crs_wkt, field.crs_from)
    if finding.epsg is None and finding.how != "none":
        raise refusal(field.name, _UNUSABLE_CRS, name=finding.name or field.crs_wkt)
    words, word = form.column("crs").words, None
    if finding.epsg is not None:
        word = words.get(str(finding.epsg))
        if word is None:
            points, word = lon_lat(points, finding.epsg), words[str(WGS84)]
    decimals = _DEGREES_DECIMALS if np.abs(points).max() <= 180 else 3  # noqa: PLR2004 - degrees, or metres
    numbers = [[plain(float(number)) for number in pair] for pair in points.round(decimals)]
    columns: list[tuple[str, Sequence[Value]]] = [(form.column("crs").heading, [word] * len(points))]
    for prefix in ("",) if planned is None else ("existing_", "planned_"):
        here = [
            planned is None or is_planned == (prefix == "planned_") for is_planned in planned or [False] * len(points)
        ]
        for axis, key in enumerate(("x", "y")):
            values = [pair[axis] if filled else None for pair, filled in zip(numbers, here, strict=True)]
            columns.append((form.column(prefix + key).heading, values))
    return columns
