"""The compact geometry that a browser fetches once per boundary version.

Coordinates are Web Mercator, quantised to a grid of 2^24 cells around the world (2.4 m at the
equator), so that shared vertices stay shared: rounding is the same function for both neighbours.
The file is named by its own hash and may be cached for ever.

Layout (``render/screen/assets/geometry.js`` reads it)::

    uint32 LE   length of the header
    header      JSON: version, bits, bounds [x0, y0, x1, y1], units (count), lines [{kind, key}]
    body        varints. Per unit: parts, then per part: rings, then per ring: points, then
                zigzag deltas x, y. Per line feature: parts, then per part: points, deltas.
                Deltas run on from the previous point of the whole file, from (x0, y0).
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.boundaries import BoundaryVersion, load

BITS: Final = 24
#: Smaller parts and holes of a district are faults of the source, in square cells (0.02 km² at 15° N).
SLIVER: Final = 3800
#: The bit that tells that another byte of a number follows.
MORE: Final = 0x80
_EARTH: Final = 2 * 20037508.342789244
_GRID: Final = 1 << BITS


@dataclass(frozen=True, slots=True)
class LabelPoint:
    """Where a name may stand: centre of the largest inscribed circle, in grid cells."""

    x: int
    y: int
    radius: int


@dataclass(frozen=True)
class GeometryAsset:
    """Geometry of one boundary version, ready to be sent.

    Attributes
    ----------
    version
        Boundary version.
    content
        The file.
    digest
        First 16 hex digits of its SHA-256; part of its address.
    codes
        Unit codes in asset order: the order of every class and mark string.
    labels
        Label point per unit code and per district code.
    boxes
        ``[x0, y0, x1, y1]`` in grid cells per unit code and per district code.
    """

    version: str
    content: bytes
    digest: str
    codes: tuple[str, ...]
    labels: dict[str, LabelPoint]
    boxes: dict[str, list[int]]

    @property
    def name(self) -> str:
        """File name under ``/geometry/``."""
        return f"{self.version}.{self.digest}.bin"


@cache
def asset(version: str) -> GeometryAsset:
    """Return the geometry asset of a boundary version, made once per process.

    Raises
    ------
    BoundaryError
        As :func:`geo.boundaries.load`.
    """
    return build(load(version))


def build(boundary: BoundaryVersion) -> GeometryAsset:
    """Make the asset from a loaded boundary version (units in EPSG:4326)."""
    units = boundary.units.assign(geometry=to_grid(boundary.units))
    districts = {str(key): _merged(group.geometry.values) for key, group in units.groupby("district_code")}
    outline = _merged(units.geometry.values)
    lines: list[tuple[dict[str, str], shapely.Geometry]] = [
        ({"kind": "district", "key": key}, shape.boundary) for key, shape in districts.items()
    ]
    lines.append(({"kind": "province", "key": boundary.entry.province}, outline.boundary))
    border = to_grid(boundary.border)
    for country, group in boundary.border.assign(geometry=border).groupby("neighbour"):
        lines.append(({"kind": "border", "key": str(country)}, shapely.union_all(group.geometry.values)))

    bounds = [int(value) for value in outline.bounds]
    header = {
        "version": boundary.id,
        "bits": BITS,
        "bounds": bounds,
        "units": len(units),
        "lines": [head for head, _ in lines],
    }
    content = encode(header, list(units.geometry), [shape for _, shape in lines])
    shapes = dict(zip(units.index, units.geometry, strict=True)) | districts
    return GeometryAsset(
        version=boundary.id,
        content=content,
        digest=hashlib.sha256(content).hexdigest()[:16],
        codes=tuple(units.index),
        labels={key: _label_point(shape) for key, shape in shapes.items()},
        boxes={key: [int(value) for value in shape.bounds] for key, shape in shapes.items()},
    )


def _merged(shapes: NDArray[np.object_]) -> shapely.MultiPolygon:
    """Return the union of neighbours without slivers between their sources: they would be knots of line."""
    parts = shapely.get_parts(shapely.coverage_union_all(shapes))
    largest = max(parts, key=lambda part: part.area)
    kept = [part for part in parts if part is largest or part.area > SLIVER]
    return shapely.MultiPolygon(
        [(part.exterior, [ring for ring in part.interiors if shapely.Polygon(ring).area > SLIVER]) for part in kept]
    )


def to_grid(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the geometries of ``frame`` (any CRS) in whole grid cells, y downwards as on a screen."""
    mercator = frame.geometry.to_crs("EPSG:3857").values

    def cells(points: NDArray[np.float64]) -> NDArray[np.float64]:
        x = (points[:, 0] / _EARTH + 0.5) * _GRID
        y = (0.5 - points[:, 1] / _EARTH) * _GRID
        return np.rint(np.column_stack([x, y]))

    grid: NDArray[np.object_] = shapely.remove_repeated_points(shapely.transform(mercator, cells))
    return grid


def _label_point(shape: shapely.Geometry) -> LabelPoint:
    largest = max(shapely.get_parts(shape), key=lambda part: part.area)
    circle = shapely.maximum_inscribed_circle(largest, tolerance=max(largest.length / 2000, 1.0))
    x, y = circle.coords[0]
    return LabelPoint(round(x), round(y), round(circle.length))


def encode(header: dict[str, object], units: list[shapely.Geometry], lines: list[shapely.Geometry]) -> bytes:
    """Write the file described in the module's docstring."""
    head = json.dumps(header, separators=(",", ":")).encode()
    numbers = list(_numbers(header["bounds"], units, lines))  # type: ignore[arg-type]
    return struct.pack("<I", len(head)) + head + _varints(np.array(numbers, dtype=np.uint64))


def _numbers(bounds: list[int], units: list[shapely.Geometry], lines: list[shapely.Geometry]) -> Iterator[int]:
    last = np.array(bounds[:2], dtype=np.int64)
    for unit in units:
        parts = shapely.get_parts(unit)
        yield len(parts)
        for part in parts:
            rings = shapely.get_rings(part)
            yield len(rings)
            for ring in rings:
                # The closing point repeats the first one; canvas closes the path itself.
                deltas, last = _deltas(shapely.get_coordinates(ring)[:-1], last)
                yield from deltas
    for line in lines:
        parts = shapely.get_parts(shapely.line_merge(line))
        yield len(parts)
        for part in parts:
            deltas, last = _deltas(shapely.get_coordinates(part), last)
            yield from deltas


def _deltas(points: NDArray[np.float64], last: NDArray[np.int64]) -> tuple[Iterable[int], NDArray[np.int64]]:
    whole = points.astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=last[None, :])
    zigzag = (steps << 1) ^ (steps >> 63)
    return [len(whole), *zigzag.ravel().tolist()], whole[-1]


def _varints(values: NDArray[np.uint64]) -> bytes:
    """Seven bits a byte, low bits first, the high bit set on all but the last byte."""
    out = bytearray()
    for value in values.tolist():
        rest = value
        while rest >= MORE:
            out.append(rest % MORE | MORE)
            rest >>= 7
        out.append(rest)
    return bytes(out)


def grid_point(lon: float, lat: float) -> tuple[int, int]:
    """Return a longitude and latitude (EPSG:4326, degrees) in whole grid cells."""
    [cell] = to_grid(gpd.GeoDataFrame(geometry=gpd.points_from_xy([lon], [lat]), crs="EPSG:4326"))
    return int(cell.x), int(cell.y)
