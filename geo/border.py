"""The national boundary: which communes touch it, with which country, over how many kilometres; how far it is.

Every stretch of the boundary line belongs to the one unit that lies nearest to it, so the kilometres of all
units add up to the length of the line along them. Measured in the province's own zone: 1 m in 10 km at most.
"""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

#: A unit touches the line when it lies so near, in metres. Line and units are simplified apart from each
#: other: 99.9 % of the line lies within 50 m of the units that ship, 99 % within 200 m of the coarse units of
#: the 2009 census. That a unit is merely near is not told by this distance but by another unit lying nearer.
TOUCHES_M: Final = 200
#: The line is measured in pieces so long, in metres: what a corner of three areas may be off by.
PIECE_M: Final = 20
#: Less than this is a corner at the end of a neighbour's stretch, in kilometres. The shortest real stretch
#: is 1.3 km (Bha Lê, Quảng Nam).
LEAST_KM: Final = 0.2


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
    areas = units.geometry.to_crs(metric_crs).to_numpy()
    tree = shapely.STRtree(areas)
    tables = [pd.DataFrame({"code": [], "neighbour": [], "km": []}).astype({"code": str, "neighbour": str})]
    for neighbour, lines in border.geometry.to_crs(metric_crs).groupby(border["neighbour"]):
        pieces = _pieces(lines.to_numpy())
        middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
        piece, unit = tree.query_nearest(middles, max_distance=TOUCHES_M, all_matches=False)
        km = pd.Series(shapely.length(pieces[piece]) / 1000).groupby(units.index[unit].astype(str)).sum()
        km = km[km >= LEAST_KM]
        tables.append(pd.DataFrame({"code": km.index, "neighbour": str(neighbour), "km": km.to_numpy()}))
    return pd.concat(tables, ignore_index=True).sort_values(["code", "neighbour"], ignore_index=True)


def distance_to_border(lon: float, lat: float, border: gpd.GeoDataFrame, metric_crs: str) -> dict[str, float]:
    """Return how far a point (degrees, EPSG:4326) is from the boundary with each country, in kilometres.

    Empty without a boundary.
    """
    point = gpd.GeoSeries(gpd.points_from_xy([lon], [lat]), crs="EPSG:4326").to_crs(metric_crs).iloc[0]
    lines = border.geometry.to_crs(metric_crs)
    return {str(name): float(part.distance(point).min()) / 1000 for name, part in lines.groupby(border["neighbour"])}


def _pieces(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return lines cut into straight pieces of :data:`PIECE_M` at most."""
    cut = shapely.segmentize(shapely.get_parts(lines), PIECE_M)
    points, line = shapely.get_coordinates(cut, return_index=True)
    within = line[:-1] == line[1:]
    return np.asarray(shapely.linestrings(np.stack([points[:-1][within], points[1:][within]], axis=1)))
