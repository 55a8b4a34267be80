"""Map files as they are handed in, boundaries or points: shapefile, GeoPackage, GeoJSON, FlatGeobuf.

What comes out is the file as it stands: coordinates not transformed, shapes not repaired, text not decoded where its
encoding is open. What cannot be read is refused, with a sentence for each reason.

The file is copied into a private folder and read there; nothing else is opened, and nothing is written elsewhere.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio
from numpy.typing import NDArray
from pyogrio import raw

from base.errors import Fault
from geo.crs_declared import How
from geo.text import as_bytes
from intake.boundary_archive import BoundaryFormat, Dataset, dataset_at, dataset_in
from intake.boundary_formats import DAMAGED, Source, prepared
from intake.boundary_shapes import Shape, points, polygons
from intake.container import refusal

# What GDAL has to say is English and meant for programmers: it goes neither to the user nor into the log.
logging.getLogger("pyogrio").setLevel(logging.CRITICAL)

#: Every byte of a text is one letter: the bytes come through as they are.
_BYTES_AS_LETTERS: Final = "ISO-8859-1"
_GEOMETRY: Final = "geometry"
_TEXT: Final = "OFTString"
#: Types of fields that are read, and of those that are not, as :class:`FieldFile` names them.
_TYPES: Final[Mapping[str, str]] = {
    _TEXT: "text",
    "OFTInteger": "integer",
    "OFTInteger64": "integer",
    "OFTReal": "real",
}
_UNREAD: Final[Mapping[str, str]] = {
    "OFTDate": "date",
    "OFTDateTime": "datetime",
    "OFTTime": "time",
    "OFTBinary": "binary",
}
#: Dates are of use where the features are rows of a form; no column of a boundary file is one.
_READ: Final[Mapping[Shape, Mapping[str, str]]] = {
    "polygon": _TYPES,
    "point": {**_TYPES, "OFTDate": "date", "OFTDateTime": "datetime"},
}
_SHAPES: Final[Mapping[Shape, Callable[..., tuple[NDArray[Any], tuple[Fault, ...]]]]] = {
    "polygon": polygons,
    "point": points,
}
_NO_FIELDS: Final = (
    "Tệp không có cột thuộc tính nào, nên không biết hình nào là của xã nào. "
    "Hãy xuất lại lớp bản đồ kèm cột mã hoặc tên xã rồi nạp lại."
)


@dataclass(frozen=True, slots=True, eq=False)
class FieldFile:
    """A boundary file as it stands.

    Attributes
    ----------
    name
        Name of the file as handed in.
    format
        What it is.
    layer
        Name of its layer.
    frame
        A row for each feature, numbered from 0, without CRS. ``geometry`` holds polygons and multipolygons in the
        plane with the file's own coordinates, which may be invalid, or points. The other columns are texts, numbers
        and, of a file of points, dates as read; a text whose encoding is open stands with a letter for each byte
        (ISO-8859-1).
    raw_texts
        By column, the bytes of every text whose encoding is open (empty bytes for no text): all texts of a shapefile;
        of the other formats those that are not UTF-8, and those that look as if bytes of an older encoding, or of
        UTF-8, had been taken for Latin-1. ``None`` when no column is.
    fields
        Name and type (``text``, ``integer``, ``real``, ``date``, ``datetime``, ``time``, ``binary``,
        ``other``) of every attribute. Others than those of ``frame`` are not read.
    crs_wkt
        The declared coordinate reference system, WKT or a reference such as ``EPSG:9216``; ``None`` for none.
    crs_from
        Where it is declared, for :func:`geo.crs_declared.declared`.
    cpg
        What the shapefile's ``.cpg`` says of the text; often wrong. ``None`` for none.
    notes
        What was changed in reading.
    """

    name: str
    format: BoundaryFormat
    layer: str
    frame: gpd.GeoDataFrame
    raw_texts: dict[str, list[bytes]] | None
    fields: tuple[tuple[str, str], ...]
    crs_wkt: str | None
    crs_from: How
    cpg: str | None
    notes: tuple[Fault, ...]


def read_field_file(name: str, content: bytes, layer: str | None = None, shape: Shape = "polygon") -> FieldFile:
    """Read a map file that was handed in.

    Parameters
    ----------
    name
        Its name; a shapefile comes as ``.zip``.
    content
        The whole file.
    layer
        Which layer, when it has several.
    shape
        What its features must be.

    Raises
    ------
    DataError
        When it cannot be read, with a sentence for each reason.
    """
    return _read(name, dataset_in(name, content, layer), layer, shape)


def read_field_path(path: Path, layer: str | None = None) -> FieldFile:
    """Read the boundary file at ``path``; the parts of a shapefile are those of its name in the folder.

    Raises
    ------
    DataError
        As :func:`read_field_file`, and when ``path`` cannot be opened.
    """
    return _read(path.name, dataset_at(path, layer), layer, "polygon")


def _read(name: str, dataset: Dataset, layer: str | None, shape: Shape) -> FieldFile:
    types = _READ[shape]
    with tempfile.TemporaryDirectory(prefix="ntm-boundary-") as folder:
        source = prepared(dataset, Path(folder), layer, name, shape)
        found = _opened(source, dataset.format, types, name)
    shapes, notes = _SHAPES[shape](found.shapes, found.kinds, name)
    names = _field_names(found.fields)
    kinds = [kind for _, kind in found.fields]
    columns: dict[str, Any] = {}
    raw_texts: dict[str, list[bytes]] = {}
    values = iter(found.values)
    for column, kind in zip(names, kinds, strict=True):
        if kind not in types:
            continue
        columns[column] = next(values)
        if kind == _TEXT:
            columns[column], doubtful = _texts(columns[column], from_table=dataset.format == "shapefile")
            raw_texts |= {column: doubtful} if doubtful else {}
    return FieldFile(
        name,
        dataset.format,
        source.layer or dataset.name,
        gpd.GeoDataFrame(columns, geometry=shapes, index=pd.RangeIndex(len(shapes))),
        raw_texts or None,
        tuple(
            (column, _TYPES.get(kind) or _UNREAD.get(kind, "other")) for column, kind in zip(names, kinds, strict=True)
        ),
        source.crs or (found.crs if source.crs_from == "file" else None),
        source.crs_from,
        source.cpg,
        notes,
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """What the library gave: all fields, the values of those that are read, and by feature its WKB and its kind."""

    fields: list[tuple[str, str]]
    values: list[NDArray[Any]]
    shapes: Sequence[bytes | None]
    kinds: Sequence[str]
    crs: str | None


def _opened(source: Source, form: BoundaryFormat, types: Mapping[str, str], file: str) -> _Opened:
    """Read the file with GDAL; whatever goes wrong inside it is a damaged file."""
    # Counted from the features themselves: a GeoPackage also states a number, which may be stale.
    every: dict[str, Any] = {"where": "1 = 1"} if form == "geopackage" else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            info = pyogrio.read_info(source.path, layer=source.layer, encoding=_BYTES_AS_LETTERS)
            fields = list(zip(info["fields"].tolist(), info["ogr_types"], strict=True))
            if any(kind not in types for _, kind in fields):
                # Fields are then chosen by name, and of two of one name the library takes the first.
                fields = [field for at, field in enumerate(fields) if field[0] not in {name for name, _ in fields[:at]}]
                every["columns"] = [name for name, kind in fields if kind in types]
            _, _, shapes, values = raw.read(source.path, layer=source.layer, encoding=_BYTES_AS_LETTERS, **every)
            kinds = _kinds(source.path, info["layer_name"]) if form in {"geopackage", "flatgeobuf"} else []
    except Exception as error:  # which errors a damaged file raises is nowhere promised
        raise refusal(file, DAMAGED) from error
    if shapes is None or len(shapes) != source.features:
        raise refusal(file, DAMAGED)
    if not fields:
        raise refusal(file, _NO_FIELDS)
    return _Opened(fields, values, shapes, kinds, info["crs"])


def _kinds(path: Path, layer: str) -> list[str]:
    """Return how the file calls every shape; the shapes themselves GDAL gives with curves already straightened."""
    quoted = '"' + layer.replace("\\", "\\\\").replace('"', '\\"') + '"'
    sql = f"SELECT OGR_GEOMETRY FROM {quoted} WHERE 1 = 1"  # noqa: S608 - quoted above; counted as in _opened
    found = raw.read(path, sql=sql, sql_dialect="OGRSQL", read_geometry=False, encoding=_BYTES_AS_LETTERS)
    return [str(kind).upper() for kind in found[3][0]]


def _texts(values: NDArray[Any], *, from_table: bool) -> tuple[list[str | None], list[bytes] | None]:
    """Return the texts of a field, and their bytes when their encoding is open.

    Parameters
    ----------
    values
        Texts with a letter for each byte; ``None`` for no text.
    from_table
        They come from a shapefile's table, which promises no encoding; other formats promise UTF-8.
    """
    letters: list[str | None] = values.tolist()
    if from_table or (texts := _unicode(letters)) is None:
        return letters, [(text or "").encode(_BYTES_AS_LETTERS) for text in letters]
    inner = [as_bytes(text or "") for text in texts]
    if all(text is None or text.isascii() for text in texts) or None in inner:
        return texts, None
    return texts, [text for text in inner if text is not None]


def _unicode(letters: Sequence[str | None]) -> list[str | None] | None:
    """Return texts that stand with a letter for each byte as the UTF-8 that they are; ``None`` when one is not."""
    try:
        return [text if text is None else text.encode(_BYTES_AS_LETTERS).decode("utf-8") for text in letters]
    except UnicodeDecodeError:
        return None


def _field_names(fields: Sequence[tuple[str, str]]) -> list[str]:
    """Return the names of fields in Unicode, each once: those of a table are cut at ten letters and may meet."""
    names: list[str] = []
    for field, _ in fields:
        name = (_unicode([field]) or [field])[0] or "_"
        same = (f"{name}_{number}" for number in count(2))
        names.append(next(one for one in chain([name], same) if one not in {*names, _GEOMETRY}))
    return names
