"""Levels of detail: a coverage drawn with fewer vertices, neighbours still sharing every edge."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from geo.coverage import km2

#: The tolerance as a fraction of the side of a square as large as all units: on a screen a thousand pixels
#: high a third of a pixel. 33 m for Kon Tum, about 190 m for the whole country.
FRACTION: Final = 1 / 3000
_METRES_PER_DEGREE: Final = 111_320


def tolerance_m(frame: gpd.GeoDataFrame, metric_crs: str) -> float:
    """Return how far lines may move, in metres, for units in EPSG:4326; 0 without any area."""
    return float(np.sqrt(km2(frame.geometry.to_numpy(), metric_crs).sum())) * 1000 * FRACTION


def simplified(frame: gpd.GeoDataFrame, metric_crs: str) -> gpd.GeoDataFrame:
    """Return the units drawn for the view of all of them, to be zoomed into a few times.

    Vertices are left out, none is moved: what was rounded stays so. No unit, part or hole gets lost, the
    smallest become triangles (Visvalingam–Whyatt, ``shapely.coverage_simplify``).

    Parameters
    ----------
    frame
        A valid coverage, EPSG:4326, as :func:`geo.repair.repair` gives it; other columns are kept.
    metric_crs
        System in which the area is measured, for example ``EPSG:9216``.
    """
    tolerance = tolerance_m(frame, metric_crs) / _METRES_PER_DEGREE
    shapes = shapely.coverage_simplify(frame.geometry.to_numpy(), tolerance)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs="EPSG:4326"))
