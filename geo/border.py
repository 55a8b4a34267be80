"""The national boundary: which communes touch it, with which country, over how many kilometres; lines beside it.

Every stretch of the boundary line belongs to the one unit that lies nearest to it, so the kilometres of all
units add up to the length of the line along them. Measured in the province's own zone: 1 m in 10 km at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.boundaries import BoundaryVersion

#: A unit touches the line when it lies so near, in metres. Line and units are simplified apart from each
#: other: 99.9 % of the line lies within 50 m of the units that ship, 99 % within 200 m of the coarse units of
#: the 2009 census. That a unit is merely near is not told by this distance but by another unit lying nearer.
TOUCHES_M: Final = 200
#: The line is measured in pieces so long, in metres: what a corner of three areas may be off by.
PIECE_M: Final = 20
#: Less than this is a corner at the end of a neighbour's stretch, in kilometres. The shortest real stretch
#: is 1.3 km (Bha Lê, Quảng Nam).
LEAST_KM: Final = 0.2
#: What a drawn buffer line may be off by, in metres; pieces of it shorter than ``_SHORT_M`` are scraps at its ends.
_DRAWN_M: Final = 50
_SHORT_M: Final = 200

Place = tuple[float, float]


def border_lengths(units: gpd.GeoDataFrame, border: gpd.GeoDataFrame, metric_crs: str) -> pd.DataFrame:
    """Return the national boundary of every unit that has one.

    Parameters
    ----------
    units
        Indexed by unit code, polygons in EPSG:4326.
    border
        Lines with ``neighbour`` (``LAO``, ``KHM``, …), EPSG:4326; may reach beyond the units, may be empty.
    metric_crs
        The provincial zone, for example ``EPSG:9216``.

    Returns
    -------
    pandas.DataFrame
        ``code`` (str), ``neighbour`` (str), ``km`` (float); a row for each unit and country it touches,
        sorted by both.
    """
    rows = [(code, neighbour, km) for code, neighbour, km, _ in _stretches(units, border, metric_crs)]
    types = {"code": str, "neighbour": str, "km": float}
    found = pd.DataFrame(rows, columns=list(types)).astype(types)
    return found.sort_values(["code", "neighbour"], ignore_index=True)


@lru_cache(maxsize=16)
def border_stretches(boundary: BoundaryVersion) -> tuple[tuple[str, str, float, Place], ...]:
    """Return the national boundary of every unit that has one, with a place for the figure.

    Returns
    -------
    tuple
        Unit code, neighbour (``LAO``, ``KHM``), km as :func:`border_lengths`, and the middle of the stretch as
        longitude and latitude (EPSG:4326, degrees); sorted by code and neighbour. Empty without a boundary.
    """
    zone = boundary.entry.metric_crs
    found = sorted(_stretches(boundary.units, boundary.border, zone), key=lambda one: one[:2])
    places = gpd.GeoSeries([middle for *_, middle in found], crs=zone).to_crs("EPSG:4326")
    return tuple((*one[:3], (place.x, place.y)) for one, place in zip(found, places, strict=True))


@lru_cache(maxsize=32)
def buffer_lines(boundary: BoundaryVersion, km: float) -> tuple[tuple[Place, ...], ...]:
    """Return the line that lies ``km`` from the national boundary inside the territory that a version draws.

    Each line as longitudes and latitudes (EPSG:4326, degrees), simplified to about 50 m. Empty without a boundary,
    or when nothing lies so far from it. The boundary of the version ends with the version: near its ends the line
    bends around the end, since what lies in the next province is not known.
    """
    if boundary.border.empty or km <= 0:
        return ()
    zone = boundary.entry.metric_crs
    line = shapely.union_all(boundary.border.geometry.to_crs(zone).to_numpy())
    within = shapely.boundary(shapely.buffer(line, km * 1000))
    territory = shapely.union_all(boundary.units.geometry.to_crs(zone).to_numpy())
    drawn = shapely.simplify(shapely.line_merge(shapely.intersection(within, territory)), _DRAWN_M)
    parts = shapely.get_parts(drawn)
    parts = parts[(shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > _SHORT_M)]
    degrees = gpd.GeoSeries(parts, crs=zone).to_crs("EPSG:4326")
    return tuple(tuple((x, y) for x, y in shapely.get_coordinates(part).round(6).tolist()) for part in degrees)


def _stretches(
    units: gpd.GeoDataFrame, border: gpd.GeoDataFrame, metric_crs: str
) -> Iterator[tuple[str, str, float, shapely.Point]]:
    """Yield unit, neighbour, kilometres and the middle of every stretch, in ``metric_crs``."""
    tree = shapely.STRtree(units.geometry.to_crs(metric_crs).to_numpy())
    for neighbour, lines in border.geometry.to_crs(metric_crs).groupby(border["neighbour"]):
        pieces = _pieces(lines.to_numpy())
        middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
        piece, unit = tree.query_nearest(middles, max_distance=TOUCHES_M, all_matches=False)
        for owner in np.unique(unit):
            own = np.sort(piece[unit == owner])
            along = np.cumsum(shapely.length(pieces[own])) / 1000
            if along[-1] >= LEAST_KM:
                middle = own[np.searchsorted(along, along[-1] / 2)]
                yield str(units.index[owner]), str(neighbour), float(along[-1]), middles[middle]


def _pieces(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return lines cut into straight pieces of :data:`PIECE_M` at most, in the order of the lines."""
    whole = shapely.line_merge(shapely.union_all(lines))
    cut = shapely.segmentize(shapely.get_parts(whole), PIECE_M)
    points, line = shapely.get_coordinates(cut, return_index=True)
    within = line[:-1] == line[1:]
    return np.asarray(shapely.linestrings(np.stack([points[:-1][within], points[1:][within]], axis=1)))
