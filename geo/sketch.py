"""Lines between two units that are known to be sketches: what a map must say where it draws them."""

from __future__ import annotations

from functools import lru_cache

import geopandas as gpd
import shapely

from geo.boundaries import BoundaryVersion

Place = tuple[float, float]


@lru_cache(maxsize=16)
def sketch_lines(boundary: BoundaryVersion) -> tuple[tuple[str, str, Place], ...]:
    """Return what to print beside every line of a version that is a sketch, and where.

    Returns
    -------
    tuple
        Words in Vietnamese and in English, and the middle of the common line as longitude and latitude (EPSG:4326,
        degrees). Empty when the catalogue (``known_defects`` with ``between``) names none of the units that are drawn.
    """
    found = []
    zone = boundary.entry.metric_crs
    for defect in boundary.entry.known_defects:
        if defect.between is None or not set(defect.between) <= set(boundary.units.index):
            continue
        first, second = boundary.units.geometry.loc[list(defect.between)].to_crs(zone)
        line = shapely.line_merge(shapely.intersection(first.boundary, second.boundary))
        longest = max(shapely.get_parts(line), key=shapely.length)
        middle = shapely.line_interpolate_point(longest, 0.5, normalized=True)
        place = gpd.GeoSeries([middle], crs=zone).to_crs("EPSG:4326").iloc[0]
        found.append((defect.label_vi, defect.label_en, (place.x, place.y)))
    return tuple(found)
