"""A layer as features with geometry: what the map service gives to other programs.

Everything is taken from the LayerView: value, class, label and colour are those of the page and of the sheet.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from unicodedata import normalize

import numpy as np
import shapely
from numpy.typing import NDArray

from base.clock import Month
from base.i18n import translate, translator
from geo.boundaries import BoundaryVersion, load
from layers.registry import compute
from layers.view import SAMPLE, SAMPLE_NOTE, LayerView, ViewState
from render.table import columns
from service.collections import Collection

#: Decimal places of a degree: 1 cm.
PLACES: Final = 7
#: Properties of every feature before the layer's own, with their type.
COMMON: Final[Mapping[str, str]] = {
    "code": "string",
    "name": "string",
    "district": "string",
    "area_level": "string",
    "value": "string",
    "class": "string",
    "class_label": "string",
    "label": "string",
    "color": "string",
    "pattern": "string",
}
#: Properties of every feature behind the layer's own.
LAST: Final[Mapping[str, str]] = {
    "tooltip": "string",
    "as_of": "date",
    "boundary_version": "string",
    "sample": "string",
}
#: Columns that are numbers, by layer; every other one is the text that the page shows.
NUMBERS: Final[Mapping[str, Mapping[str, str]]] = {
    "district-progress": {
        "value": "number",
        "recognised": "integer",
        "communes": "integer",
        "advanced": "integer",
        "model": "integer",
    },
    "criteria-met": {"value": "integer", "met": "integer"},
    "reporting": {"files": "integer", "communes": "integer"},
}
#: Numbers that a layer has as text only, by layer: property and column of the boundary version's units.
MEASURED: Final[Mapping[str, Mapping[str, str]]] = {"boundaries": {"area_km2": "area_km2"}}


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """The rows of a view with their outlines, in the view's order.

    Attributes
    ----------
    view
        What they are taken from.
    types
        Type of each property: ``string``, ``integer``, ``number`` or ``date``.
    titles
        Heading of each property in the view's language.
    properties
        Properties of each row; what is unknown is ``None``.
    geometries
        Outline of each row, EPSG:4326; ``None`` for the row of a whole province, which would lie over its parts.
    """

    view: LayerView
    types: Mapping[str, str]
    titles: Mapping[str, str]
    properties: tuple[Mapping[str, Any], ...]
    geometries: NDArray[np.object_]

    @property
    def ids(self) -> list[str]:
        """Identifier of each feature: the code of its unit."""
        return [str(row["code"]) for row in self.properties]


def table_of(collection: Collection, month: Month | None = None, lang: str = "vi") -> FeatureTable:
    """Return the features of a collection in a month (default: the collection's); errors as :func:`table_in`."""
    return table_in(collection, collection.state(month, lang))


def table_in(collection: Collection, state: ViewState) -> FeatureTable:
    """Return the features of a collection in one of its states; errors are those of :func:`layers.registry.compute`."""
    return _table(compute(state), collection.entry.id, collection.part)


def types_of(layer: str, own: Mapping[str, str]) -> dict[str, str]:
    """Return the properties of a layer's features in order, with their type."""
    numbers = NUMBERS.get(layer, {})
    first = {name: numbers.get(name, kind) for name, kind in COMMON.items()}
    rest = {name: numbers.get(name, "string") for name in own if name not in COMMON}
    return first | rest | dict.fromkeys(MEASURED.get(layer, ()), "number") | dict(LAST)


@lru_cache(maxsize=32)
def _table(view: LayerView, version: str, part: str) -> FeatureTable:
    types = types_of(view.key, view.columns)
    boundary = load(version, part)
    legend = {item.id: item for item in view.legend.classes}
    sample = translate(SAMPLE, view.state.lang) if view.is_sample else None
    measured = {name: boundary.units[column].to_dict() for name, column in MEASURED.get(view.key, {}).items()}
    rows = []
    for code, row in view.frame.to_dict("index").items():
        item = legend[row["class_id"]]
        level = "province" if view.area_level == "district" and code == view.state.province else view.area_level
        known = row | {
            "code": code,
            "area_level": level,
            "class": item.id,
            "class_label": item.label,
            "color": item.color,
            "pattern": item.pattern,
            "as_of": view.as_of,
            "boundary_version": view.boundary_version,
            "sample": sample,
            **{name: by_unit[code] for name, by_unit in measured.items()},
        }
        rows.append({name: _typed(known.get(name), kind) for name, kind in types.items()})
    return FeatureTable(view, types, titles_of(view), tuple(rows), _geometries(view, boundary))


def titles_of(view: LayerView) -> dict[str, str]:
    """Return the heading of each property in the view's language."""
    t = translator(view.state.lang)
    own = columns(view)
    fixed = {
        "code": t("Mã"),
        "name": t("Đơn vị"),
        "district": t("Huyện"),
        "area_level": t("Cấp"),
        "value": t("Giá trị"),
        "class": t("Mã phân loại"),
        "class_label": t("Phân loại"),
        "label": t("Chữ trên bản đồ"),
        "color": t("Màu"),
        "pattern": t("Hoa văn"),
        "area_km2": t("Diện tích hình vẽ (km², dạng số)"),
        "tooltip": t("Mô tả"),
        "as_of": t("Số liệu tính đến ngày"),
        "boundary_version": t("Phiên bản ranh giới"),
        "sample": t("Số liệu minh họa"),
    }
    return {name: own.get(name) or fixed.get(name, name) for name in types_of(view.key, view.columns)}


def described(view: LayerView) -> dict[str, Any]:
    """Return what stands beside the features of a view: of what, as of when, from where, and its legend."""
    note = {"note": translate(SAMPLE_NOTE, view.state.lang)} if view.is_sample else {}
    return {
        "title": view.title,
        "subtitle": view.subtitle,
        "caption": view.caption,
        "is_sample": view.is_sample,
        **note,
        "period": str(view.state.period),
        "as_of": view.as_of,
        "known_at": view.known_at,
        "boundary_version": view.boundary_version,
        "legend": [
            {"class": item.id, "label": item.label, "color": item.color, "pattern": item.pattern, "count": item.count}
            for item in view.legend.classes
        ],
        "sources": list(view.sources),
        "notes": list(view.notes),
    }


def _typed(value: Any, kind: str) -> Any:  # noqa: ANN401 - a cell of any column
    """Return a cell as its property's type has it; what is no such value is unknown (its class says why)."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if kind in {"string", "date"}:
        return normalize("NFC", str(value)) or None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if kind == "integer" else float(value)


def _geometries(view: LayerView, boundary: BoundaryVersion) -> NDArray[np.object_]:
    outlines = _rounded(boundary) if view.area_level == "commune" else _districts(boundary)
    found = [outlines.get(code) for code in view.frame.index]
    return np.array([*found, None], dtype=object)[:-1]


@lru_cache(maxsize=16)
def _rounded(boundary: BoundaryVersion) -> dict[str, shapely.Geometry]:
    units = boundary.units
    shapes = shapely.transform(units.geometry.to_numpy(), lambda points: np.round(points, PLACES))
    return dict(zip(units.index, shapes, strict=True))


@lru_cache(maxsize=16)
def _districts(boundary: BoundaryVersion) -> dict[str, shapely.Geometry]:
    """Return the outline of each district: its communes put together, edges between them gone."""
    units, shapes = boundary.units, _rounded(boundary)
    known = units[units["district_code"].fillna("") != ""]
    return {
        str(code): shapely.union_all([shapes[unit] for unit in group.index])
        for code, group in known.groupby("district_code")
    }
