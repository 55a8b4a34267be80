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

An imported version carries its asset, so that a large one is built once (:func:`save`).
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from functools import cache
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo.asset_bytes import encode
from geo.boundaries import BoundaryVersion, archipelagos, catalogue, folder_of, load
from geo.extent import framed

BITS: Final = 24
#: Smaller parts and holes of a district are faults of the source, in square cells (0.02 km² at 15° N).
SLIVER: Final = 3800
#: The asset that an imported version carries: the file as it is sent, and what goes with it.
CONTENT_FILE: Final = "asset.bin"
NOTES_FILE: Final = "asset.json"
#: To be raised when the bytes or the notes get another meaning: assets that versions carry are then built anew.
FORMAT: Final = 1
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
def asset(version: str, part: str = "") -> GeometryAsset:
    """Return the geometry asset of a boundary version, or of one former province in it, made once per process.

    A whole version that carries its asset need not even be loaded.

    Raises
    ------
    BoundaryError
        As :func:`geo.boundaries.load`.
    """
    kept = None if part else _kept(folder_of(version), version, catalogue()[version].geometry_sha256)
    return kept or build(load(version, part))


def save(made: GeometryAsset, folder: Path, geometry_sha256: str) -> None:
    """Write an asset into the folder of its version.

    Parameters
    ----------
    made
        The asset, from :func:`build`.
    folder
        Folder of the version.
    geometry_sha256
        Hash of the geometry file it was built from, as in the catalogue entry: an asset of another geometry,
        or one that was damaged, is not used.
    """
    notes = asdict(made) | {
        "content": hashlib.sha256(made.content).hexdigest(),
        "geometry_sha256": geometry_sha256,
        "format": FORMAT,
        "labels": {key: astuple(point) for key, point in made.labels.items()},
    }
    (folder / CONTENT_FILE).write_bytes(made.content)
    (folder / NOTES_FILE).write_text(json.dumps(notes, ensure_ascii=False, separators=(",", ":")), "utf-8")


def _kept(folder: Path, version: str, geometry_sha256: str) -> GeometryAsset | None:
    try:
        content = (folder / CONTENT_FILE).read_bytes()
        notes = json.loads((folder / NOTES_FILE).read_bytes())
        of = (notes["format"], notes["version"], notes["geometry_sha256"], notes["content"])
        if of != (FORMAT, version, geometry_sha256, hashlib.sha256(content).hexdigest()):
            return None
        labels = {key: LabelPoint(*numbers) for key, numbers in notes["labels"].items()}
        return GeometryAsset(version, content, notes["digest"], tuple(notes["codes"]), labels, notes["boxes"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # absent or damaged: it can be built again


def build(boundary: BoundaryVersion) -> GeometryAsset:
    """Make the asset from a loaded boundary version (units in EPSG:4326)."""
    units = boundary.units.assign(geometry=to_grid(boundary.units))
    grouped = units[units["district_code"].fillna("") != ""].groupby("district_code")
    districts = {str(key): _merged(group.geometry.values) for key, group in grouped}
    outline = _merged(units.geometry.values)
    lines: list[tuple[dict[str, str], shapely.Geometry]] = [
        ({"kind": "district", "key": key}, shape.boundary) for key, shape in districts.items()
    ]
    lines.append(({"kind": "province", "key": boundary.entry.province}, outline.boundary))
    border = to_grid(boundary.border)
    for country, group in boundary.border.assign(geometry=border).groupby("neighbour"):
        lines.append(({"kind": "border", "key": str(country)}, shapely.union_all(group.geometry.values)))

    if boundary.entry.national:
        islands = archipelagos()
        for key, shape in zip(islands["code"], to_grid(islands), strict=True):
            lines.append(({"kind": "archipelago", "key": str(key)}, shape.boundary))
    near = units.loc[framed(boundary).index].geometry.total_bounds
    bounds = [int(value) for value in _widened(near, [shape for head, shape in lines if head["kind"] == "archipelago"])]
    header = {
        "version": boundary.id,
        "bits": BITS,
        "bounds": bounds,
        "units": len(units),
        "lines": [head for head, _ in lines],
    }
    content = encode(header, units.geometry.to_numpy(), np.array([shape for _, shape in lines], dtype=object))
    shapes = dict(zip(units.index, units.geometry, strict=True)) | districts
    points = _label_points(np.array(list(shapes.values()), dtype=object))
    return GeometryAsset(
        version=boundary.id,
        content=content,
        digest=hashlib.sha256(content).hexdigest()[:16],
        codes=tuple(units.index),
        labels=dict(zip(shapes, points, strict=True)),
        boxes={key: [int(value) for value in shape.bounds] for key, shape in shapes.items()},
    )


def _widened(bounds: NDArray[np.float64], shapes: list[shapely.Geometry]) -> NDArray[np.float64]:
    """Return the box that holds a box and some shapes."""
    boxes = np.vstack([bounds, *map(shapely.bounds, shapes)])
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def _merged(shapes: NDArray[np.object_]) -> shapely.MultiPolygon:
    """Return the union of neighbours without slivers between their sources: they would be knots of line."""
    parts = shapely.get_parts(_union(shapes))
    largest = max(parts, key=lambda part: part.area)
    kept = [part for part in parts if part is largest or part.area > SLIVER]
    return shapely.MultiPolygon(
        [(part.exterior, [ring for ring in part.interiors if shapely.Polygon(ring).area > SLIVER]) for part in kept]
    )


def _union(shapes: NDArray[np.object_]) -> shapely.Geometry:
    with suppress(shapely.GEOSException):
        union = shapely.coverage_union_all(shapes)
        if shapely.is_valid(union):
            return union
    # Rounding to the grid moved a vertex across a neighbour's edge.
    return shapely.union_all(shapely.make_valid(shapes, method="structure", keep_collapsed=False))


def to_grid(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the geometries of ``frame`` (any CRS) in whole grid cells, y downwards as on a screen."""
    mercator = frame.geometry.to_crs("EPSG:3857").values

    def cells(points: NDArray[np.float64]) -> NDArray[np.float64]:
        x = (points[:, 0] / _EARTH + 0.5) * _GRID
        y = (0.5 - points[:, 1] / _EARTH) * _GRID
        return np.rint(np.column_stack([x, y]))

    grid: NDArray[np.object_] = shapely.remove_repeated_points(shapely.transform(mercator, cells))
    return grid


def _label_points(shapes: NDArray[np.object_]) -> list[LabelPoint]:
    """Return the label point of each shape, in its largest part."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    by_size = np.lexsort((-shapely.area(parts), owner))
    largest = parts[by_size[np.unique(owner[by_size], return_index=True)[1]]]
    circles = shapely.maximum_inscribed_circle(largest, tolerance=np.maximum(shapely.length(largest) / 2000, 1.0))
    middles = shapely.get_coordinates(circles)[::2]  # each is a line from the middle to the rim
    numbers = np.column_stack([middles, shapely.length(circles)]).round().astype(int)
    return [LabelPoint(*row) for row in numbers.tolist()]


def grid_point(lon: float, lat: float) -> tuple[int, int]:
    """Return a longitude and latitude (EPSG:4326, degrees) in whole grid cells."""
    [cell] = to_grid(gpd.GeoDataFrame(geometry=gpd.points_from_xy([lon], [lat]), crs="EPSG:4326"))
    return int(cell.x), int(cell.y)
