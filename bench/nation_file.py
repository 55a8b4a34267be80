"""A made country of communes, for measuring and for tests: no file of a whole country may be shipped.

    .venv/bin/python bench/nation_file.py OUT.gpkg [--units 11000] [--sound]

Cells around random points, their shared edges roughened like rivers and ridges (about 93 vertices a
unit, a million for 11,000). ``--sound`` gives a valid coverage; without it every province is moved a
few metres, as if each had been drawn and simplified on its own, and some outlines cross themselves.
The same number of units gives the same file.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

#: Middle of the made country, degrees.
MIDDLE: Final = (107.4, 15.6)
#: The country is this many times as high as wide.
SLENDER: Final = 5
#: Area of one unit in square degrees: about 30 km², the size of a commune.
CELL: Final = 0.0025
#: Every edge is halved so often: 2^4 pieces.
HALVINGS: Final = 4
#: Units of one made province.
PROVINCE: Final = 170
#: How far a province is moved at most, degrees: about 20 m.
SHIFT: Final = 0.0002
#: One outline in so many crosses itself.
CROSSED: Final = 400


def sound_units(count: int) -> gpd.GeoDataFrame:
    """Return ``count`` units that are a valid coverage (EPSG:4326), indexed by ``code``."""
    dice = np.random.default_rng(count)
    cells = _cells(count, dice)
    roughness = np.full(len(cells), 1.0)
    shapes = _roughened(cells, roughness)
    while (torn := ~shapely.is_empty(shapely.coverage_invalid_edges(shapes)) | ~shapely.is_valid(shapes)).any():
        # A roughened edge met another one in a sharp corner: these units keep straight edges.
        roughness[torn] = 0
        shapes = _roughened(cells, roughness)
    middles = shapely.centroid(shapes)
    seeds = shapely.STRtree(middles[dice.choice(count, max(count // PROVINCE, 1), replace=False)])
    province = [f"{number:02}" for number in seeds.nearest(middles)]
    names = {"name": [f"Xã {number}" for number in range(count)], "province_code": province}
    codes = [f"{number:05}" for number in range(count)]
    return gpd.GeoDataFrame(names, index=codes, geometry=shapes, crs="EPSG:4326").rename_axis("code")


def faulty_units(count: int) -> gpd.GeoDataFrame:
    """Return the units with slivers and overlaps between provinces, and some self-crossing outlines."""
    frame = sound_units(count)
    dice = np.random.default_rng(count + 1)
    moves = {code: dice.uniform(-SHIFT, SHIFT, 2) for code in sorted(set(frame["province_code"]))}
    shapes = [
        shapely.transform(shape, lambda points, move=moves[code]: np.round(points + move, 6))
        for shape, code in zip(frame.geometry, frame["province_code"], strict=True)
    ]
    for number in range(0, count, CROSSED):
        ring = shapely.get_coordinates(shapes[number].exterior)
        ring[[3, 5]] = ring[[5, 3]]
        shapes[number] = shapely.Polygon(ring)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))


def _cells(count: int, dice: np.random.Generator) -> NDArray[np.object_]:
    """Return ``count`` cells around the middle, evened out so that no corner is too sharp."""
    half = np.sqrt(count * CELL / SLENDER) / 2 * np.array([1, SLENDER])
    wide = half + 3 * np.sqrt(CELL)  # cells at the rim reach far out: more are made than are kept
    points = shapely.points(dice.uniform(-wide, wide, (int(count * np.prod(wide / half)), 2)))
    for _ in range(3):
        cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points)))
        points = shapely.centroid(cells)
    order = np.lexsort((shapely.get_y(points), shapely.get_x(points)))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points[order])))
    kept = cells[np.argsort(_reach(cells, half), kind="stable")[:count]]
    return shapely.transform(kept, lambda corners: np.round(corners + MIDDLE, 6))


def _reach(cells: NDArray[np.object_], half: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far out the cells lie: 1 on the rim of the country."""
    middles = shapely.get_coordinates(shapely.centroid(cells))
    reach: NDArray[np.float64] = np.abs(middles / half).max(axis=1)
    return reach


def _roughened(cells: NDArray[np.object_], roughness: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return the cells with every edge bent, by the same bends on both sides of it."""
    corners, cell = shapely.get_coordinates(cells, return_index=True)
    inner = cell[:-1] == cell[1:]
    start, end, owner = corners[:-1][inner], corners[1:][inner], cell[:-1][inner]
    backwards = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    low, high = np.where(backwards[:, None], end, start), np.where(backwards[:, None], start, end)
    edges, edge = np.unique(np.column_stack([low, high]), axis=0, return_inverse=True)
    strength = np.ones(len(edges))
    np.minimum.at(strength, edge, roughness[owner])
    bent = _bent(edges, strength * 0.12)[edge]
    bent[backwards] = bent[backwards, ::-1]
    # The last point of an edge is the first one of the next; the ring is closed by its first point.
    points = np.round(bent[:, :-1].reshape(-1, 2), 6)
    return shapely.polygons(shapely.linearrings(points, indices=np.repeat(owner, bent.shape[1] - 1)))


def _bent(edges: NDArray[np.float64], strength: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the points of every edge: the middle of each piece is pushed aside, again and again."""
    dice = np.random.default_rng(len(edges))
    line = edges.reshape(-1, 2, 2)
    for _ in range(HALVINGS):
        along = np.diff(line, axis=1)
        aside = np.stack([-along[..., 1], along[..., 0]], axis=-1)
        push = dice.uniform(-1, 1, along.shape[:2])[..., None] * strength[:, None, None]
        middle = (line[:, :-1] + line[:, 1:]) / 2 + aside * push
        woven = np.empty((len(line), line.shape[1] * 2 - 1, 2))
        woven[:, ::2], woven[:, 1::2] = line, middle
        line = woven
    return line


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--units", type=int, default=11_000)
    parser.add_argument("--sound", action="store_true")
    options = parser.parse_args()
    made = sound_units(options.units) if options.sound else faulty_units(options.units)
    made.reset_index().to_file(options.out)
    print(f"{len(made)} units, {shapely.get_num_coordinates(made.geometry.values).sum()} vertices: {options.out}")
