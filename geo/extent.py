"""What a map is framed by: the land of a version without the islands far out at sea, which stand in an inset."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np

from geo.boundaries import BoundaryVersion

#: Units further than this from every other one are far out at sea (Hoàng Sa 350 km, Trường Sa 580 km; Côn Đảo 93 km).
FAR_KM: Final = 200
_EARTH_KM: Final = 6371.0


def far_units(units: gpd.GeoDataFrame) -> frozenset[str]:
    """Return the codes of units that lie far from all others; none of a version with a single unit.

    Parameters
    ----------
    units
        Indexed by unit code, CRS EPSG:4326.
    """
    if len(units) < 2:  # noqa: PLR2004 - nothing to be far from
        return frozenset()
    boxes = units.geometry.bounds.to_numpy()
    middles = np.radians(np.column_stack([boxes[:, [0, 2]].mean(axis=1), boxes[:, [1, 3]].mean(axis=1)]))
    # On the sphere, as straight lines through it: near enough to tell 100 km from 300 km.
    lon, lat = middles.T
    xyz = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]) * _EARTH_KM
    # Only units near the edge of everything can be far: compare each with its nearest by a grid of 200 km cells.
    cells = np.floor(xyz / FAR_KM).astype(int)
    _, inverse, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    lonely = np.flatnonzero(counts[inverse.ravel()] == 1)
    far = [i for i in lonely if np.sort(np.linalg.norm(xyz - xyz[i], axis=1))[1] > FAR_KM]
    return frozenset(str(units.index[i]) for i in far)


def framed(boundary: BoundaryVersion) -> gpd.GeoDataFrame:
    """Return the units that the frame of a map must hold: all but far islands; of the nation, all."""
    if boundary.entry.national:
        return boundary.units
    return boundary.units[~boundary.units.index.isin(far_units(boundary.units))]
