"""Faults of boundary geometry: what is wrong with which units, where, and how large it is.

Units of a list tile their area: no two overlap, nothing is left between them, and neighbours share every
vertex of their common edge. Files from the field rarely do. Everything topological is done in EPSG:4326,
the system that versions are stored in; areas and widths are measured in the province's metric system.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

FaultKind = Literal["invalid", "empty", "overlap", "gap", "sliver"]
Shapes = NDArray[np.object_]
Indices = NDArray[np.intp]

#: What lies so near touches, in degrees: about 1 m, less than any map of communes can tell.
NEAR_DEGREES: Final = 1e-5
#: A gap between units into which no wider circle fits is a fault of drawing, in metres. The gaps of a layer
#: that was simplified unit by unit reach 225 m; no commune is so narrow.
GAP_WIDTH_M: Final = 250
#: A part of a unit that lies against other units, or a hole within one unit, below this is a fault (1 ha).
SLIVER_KM2: Final = 0.01
#: A part below this cannot be drawn or seen, wherever it lies (100 m²).
SPECK_KM2: Final = 0.0001
#: A part lies against a unit when so much of its outline does: islets that touch in a point do not.
AGAINST: Final = 0.1
#: Overlaps and gaps below this are rounding of the last digit (1 m²).
NOISE_KM2: Final = 1e-6
#: Two units of which one is covered by so much were drawn one upon the other.
COVERED: Final = 0.999

NARROW_GAP: Final = "Khe hở hẹp giữa các đơn vị."
SMALL_HOLE: Final = "Lỗ nhỏ bên trong một đơn vị."
WIDE_GAP: Final = "Khoảng trống rộng: hồ, đất của tỉnh khác, hoặc tệp thiếu một đơn vị."
_EMPTY: Final = "Đơn vị không có hình."
_OVERLAP: Final = "Hai đơn vị chồng lên nhau."
_INSIDE: Final = "Một đơn vị nằm trọn trong đơn vị kia."
_SLIVER: Final = "Mảnh rời dưới 1 ha của một đơn vị, nằm sát đơn vị khác."
_SPECK: Final = "Mảnh rời dưới 100 m², quá nhỏ để vẽ."
_NOT_A_NUMBER: Final = "Hình có tọa độ không phải là số."
#: What GEOS says, in our words.
_INVALID: Final = {
    "Self-intersection": "Đường ranh giới tự cắt.",
    "Ring Self-intersection": "Đường ranh giới tự chạm.",
    "Hole lies outside shell": "Lỗ nằm ngoài đường bao của đơn vị.",
    "Nested shells": "Một mảnh của đơn vị nằm trong mảnh khác.",
    "Holes are nested": "Lỗ nằm trong lỗ khác.",
    "Interior is disconnected": "Lỗ cắt đơn vị thành các mảnh.",
    "Duplicate Rings": "Một đường khép kín được vẽ hai lần.",
    "Too few points in geometry component": "Đường khép kín có quá ít đỉnh.",
    "Invalid Coordinate": _NOT_A_NUMBER,
}
_OTHERWISE_INVALID: Final = "Hình không hợp lệ."
_PLACE: Final = re.compile(r"^(.*?)\[(\S+) ([^\s\]]+)")


@dataclass(frozen=True, slots=True)
class GeometryFault:
    """One fault of the drawn units.

    Attributes
    ----------
    kind
        What sort of fault it is.
    units
        Keys of the units: one, the two that overlap, or all around a gap.
    lon, lat
        A point in it, degrees (EPSG:4326); ``None`` when there is nothing that lies anywhere.
    area_km2
        Area of the overlap, the gap or the part; of the whole unit when its outline is invalid.
    reason
        Vietnamese sentence, a key of the translations.
    """

    kind: FaultKind
    units: tuple[str, ...]
    lon: float | None
    lat: float | None
    area_km2: float
    reason: str

    @property
    def repairable(self) -> bool:
        """Whether :func:`geo.repair.repair` takes it away; a wide gap may be right, an empty unit is a loss."""
        return self.kind != "empty" and self.reason != WIDE_GAP


@dataclass(frozen=True, slots=True)
class Gaps:
    """What units leave open among themselves.

    Attributes
    ----------
    shapes
        One polygon for each, EPSG:4326.
    around
        Positions of the units around each.
    area_km2
        Area of each.
    reasons
        What each is held to be: :data:`NARROW_GAP`, :data:`SMALL_HOLE` or :data:`WIDE_GAP`.
    """

    shapes: Shapes
    around: list[Indices]
    area_km2: NDArray[np.float64]
    reasons: list[str]


def find_faults(frame: gpd.GeoDataFrame, metric_crs: str) -> list[GeometryFault]:
    """Return every fault of the units, by kind and then the largest first.

    Parameters
    ----------
    frame
        Units indexed by their key, EPSG:4326. What is no polygon counts as empty.
    metric_crs
        System in which areas are measured, for example ``EPSG:9216``.
    """
    keys = [str(key) for key in frame.index]
    given = frame.geometry.to_numpy()
    shapes = sound(given)
    torn = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    found = _invalid(keys, given, shapes, metric_crs)
    found += [GeometryFault("empty", (keys[i],), None, None, 0.0, _EMPTY) for i in np.flatnonzero(_missing(given))]
    found += _overlaps(keys, shapes, torn, metric_crs)
    gaps = find_gaps(shapes, metric_crs, torn)
    for shape, around, area, reason in zip(gaps.shapes, gaps.around, gaps.area_km2, gaps.reasons, strict=True):
        found.append(_fault("gap", tuple(keys[i] for i in around), shape, area, reason))
    parts, owner, sliver = find_slivers(shapes, metric_crs)
    for part, i, area in zip(parts[sliver], owner[sliver], km2(parts[sliver], metric_crs), strict=True):
        found.append(_fault("sliver", (keys[i],), part, area, _SPECK if area < SPECK_KM2 else _SLIVER))
    kinds = ("invalid", "empty", "overlap", "gap", "sliver")
    return sorted(found, key=lambda fault: (kinds.index(fault.kind), -fault.area_km2))


def sound(given: Shapes) -> Shapes:
    """Return geometries as valid polygons; empty where there is none.

    Crossing outlines become the parts they enclose, a hole outside its shell is dropped.
    """
    shapes: Shapes = shapely.force_2d(given)
    shapes[_missing(shapes) | ~_finite(shapes)] = shapely.Polygon()
    crossed = ~shapely.is_valid(shapes)
    shapes[crossed] = shapely.make_valid(shapes[crossed], method="structure", keep_collapsed=False)
    shapes[~_polygonal(shapes)] = shapely.Polygon()
    return shapes


def km2(shapes: Shapes, metric_crs: str) -> NDArray[np.float64]:
    """Return the areas of geometries in EPSG:4326."""
    areas: NDArray[np.float64] = shapely.area(metric(shapes, metric_crs)) / 1e6
    return areas


def metric(shapes: Shapes, metric_crs: str) -> Shapes:
    """Return geometries in EPSG:4326 in the metric system."""
    moved: Shapes = gpd.GeoSeries(shapes, crs="EPSG:4326").to_crs(metric_crs).to_numpy()
    return moved


def find_gaps(shapes: Shapes, metric_crs: str, torn: NDArray[np.bool_]) -> Gaps:
    """Return the gaps among valid units; ``torn`` tells which do not fit to their neighbours."""
    outline = shapely.coverage_union_all(shapes[~torn])
    if torn.any():
        outline = shapely.union_all(np.concatenate([shapes[torn], [outline]]))
    parts = shapely.get_parts(outline)
    rings = [ring for part in parts for ring in part.interiors]
    holes = shapely.polygons(rings) if rings else np.array([], dtype=object)
    # A unit may lie in the middle of a hole, as an island in a lake.
    inner, island = shapely.STRtree(parts).query(holes, predicate="covers")
    for i in np.unique(inner):
        holes[i] = shapely.difference(holes[i], shapely.union_all(parts[island[inner == i]]))
    areas = km2(holes, metric_crs)
    seen = areas >= NOISE_KM2
    holes, areas = holes[seen], areas[seen]
    hole, unit = shapely.STRtree(shapes).query(holes, predicate="dwithin", distance=NEAR_DEGREES / 10)
    order = np.lexsort((unit, hole))
    around = np.split(unit[order], np.searchsorted(hole[order], np.arange(1, len(holes)))) if len(holes) else []
    wide = ~shapely.is_empty(shapely.buffer(metric(holes, metric_crs), -GAP_WIDTH_M / 2, quad_segs=2))
    reasons = [_reason(len(units), *size) for units, *size in zip(around, areas, wide, strict=True)]
    return Gaps(holes, around, areas, reasons)


def _reason(around: int, area: float, wide: bool) -> str:  # noqa: FBT001 - a row of two arrays
    if around == 1:
        return WIDE_GAP if area >= SLIVER_KM2 else SMALL_HOLE
    return WIDE_GAP if wide else NARROW_GAP


def find_slivers(shapes: Shapes, metric_crs: str) -> tuple[Shapes, Indices, NDArray[np.bool_]]:
    """Return the parts of all units, the position of the unit each belongs to, and whether it is a sliver.

    The largest part of a unit never is. An islet that lies alone in the sea is kept, down to a speck.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rest = np.flatnonzero(np.bincount(owner, minlength=len(shapes))[owner] > 1)  # of units in several parts
    areas = np.full(len(parts), np.inf)
    areas[rest] = km2(parts[rest], metric_crs)
    by_size = np.lexsort((-areas, owner))
    first = np.zeros(len(parts), dtype=bool)
    first[by_size[np.unique(owner[by_size], return_index=True)[1]]] = True
    small = ~first & (areas < SLIVER_KM2)
    few, bodies = np.flatnonzero(small), np.flatnonzero(~small)
    near, body = shapely.STRtree(parts[bodies]).query(parts[few], predicate="dwithin", distance=NEAR_DEGREES)
    near, body = few[near], bodies[body]
    near, body = near[owner[near] != owner[body]], body[owner[near] != owner[body]]
    rims = shapely.boundary(parts[near])
    against = shapely.length(shapely.intersection(rims, shapely.buffer(parts[body], NEAR_DEGREES, quad_segs=1)))
    sliver = ~first & (areas < SPECK_KM2)
    sliver[near[against > AGAINST * shapely.length(rims)]] = True
    return parts, owner, sliver


def _missing(shapes: Shapes) -> NDArray[np.bool_]:
    lacking: NDArray[np.bool_] = shapely.is_missing(shapes) | shapely.is_empty(shapes) | ~_polygonal(shapes)
    return lacking


def _polygonal(shapes: Shapes) -> NDArray[np.bool_]:
    kinds = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    return np.isin(shapely.get_type_id(shapes), kinds)


def _finite(shapes: Shapes) -> NDArray[np.bool_]:
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owner[~np.isfinite(points).all(axis=1)]] = False
    return finite


def _invalid(keys: list[str], given: Shapes, shapes: Shapes, metric_crs: str) -> list[GeometryFault]:
    wrong = np.flatnonzero(~shapely.is_valid(given) & ~_missing(given))
    found = []
    for i, area in zip(wrong, km2(shapes[wrong], metric_crs), strict=True):
        said = _PLACE.match(shapely.is_valid_reason(given[i]))
        reason, lon, lat = (said[1], float(said[2]), float(said[3])) if said else ("", np.nan, np.nan)
        x, y = (lon, lat) if np.isfinite([lon, lat]).all() else (None, None)
        found.append(GeometryFault("invalid", (keys[i],), x, y, float(area), _INVALID.get(reason, _OTHERWISE_INVALID)))
    return found


def _overlaps(keys: list[str], shapes: Shapes, torn: NDArray[np.bool_], metric_crs: str) -> list[GeometryFault]:
    # Of two units that do not fit, at least one is torn.
    suspects = np.flatnonzero(torn)
    one, other = shapely.STRtree(shapes).query(shapes[suspects])
    one = suspects[one]
    once = (one < other) | (~torn[other])
    one, other = np.minimum(one, other)[once], np.maximum(one, other)[once]
    shared = shapely.intersection(shapes[one], shapes[other])
    seen = shapely.area(shared) > 0
    one, other, shared = one[seen], other[seen], shared[seen]
    smaller = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    inside = shapely.area(shared) > COVERED * smaller
    return [
        _fault("overlap", (keys[i], keys[j]), shape, area, _INSIDE if within else _OVERLAP)
        for i, j, shape, area, within in zip(one, other, shared, km2(shared, metric_crs), inside, strict=True)
        if area >= NOISE_KM2
    ]


def _fault(kind: FaultKind, units: tuple[str, ...], shape: shapely.Geometry, area: float, reason: str) -> GeometryFault:
    place = shapely.point_on_surface(shape)
    return GeometryFault(kind, units, float(place.x), float(place.y), float(area), reason)
