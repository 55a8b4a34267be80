"""Spots inside a unit that show how many things it has, where the true places may not be told.

They follow from the outline of the unit and the number alone: nobody can read a place out of them.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import Final

import shapely

from geo.boundaries import BoundaryVersion

#: Longitude and latitude, degrees of EPSG:4326.
Point = tuple[float, float]
#: The spots stay within this share of the largest circle in the unit, and a single ring of them nearer to its middle.
REACH: Final = 0.75
NEAREST_RING: Final = 0.45


@lru_cache(maxsize=1024)
def spots(boundary: BoundaryVersion, unit: str, count: int) -> tuple[Point, ...]:
    """Return ``count`` points in a unit, in hexagons around the point where its name stands.

    Parameters
    ----------
    boundary, unit
        The version and a code of one of its units.
    count
        How many are wanted; the more there are the closer they lie. None gives none.

    Returns
    -------
    Points (EPSG:4326) inside the unit, no two alike, the innermost first; the middle is left to the name.
    """
    rings = next(k for k in range(count + 1) if 3 * k * (k + 1) >= count)
    lon, lat, radius = _circle(boundary.units.geometry[unit])
    step = min(NEAREST_RING, REACH / max(rings, 1)) * radius
    places = [place for ring in range(1, rings + 1) for place in _ring(ring, count - 3 * ring * (ring - 1))]
    flat = math.cos(math.radians(lat))
    return tuple((lon + x * step / flat, lat + y * step) for x, y in places)


def _circle(area: shapely.Geometry) -> tuple[float, float, float]:
    """Return the middle (degrees) of the largest circle in an area and its radius, in degrees of latitude."""
    part = max(shapely.get_parts(area), key=lambda part: float(part.area))
    flat = math.cos(math.radians(part.centroid.y))
    even = shapely.transform(part, lambda points: points * (flat, 1.0))
    line = shapely.maximum_inscribed_circle(even, tolerance=shapely.length(even) / 2000)
    middle = line.coords[0]
    return middle[0] / flat, middle[1], float(line.length)


def _ring(ring: int, wanted: int) -> list[Point]:
    """Return up to 6 × ``ring`` points of a hexagon of that size around 0, 0, clockwise from the top, evenly chosen."""
    corners = [(math.sin(math.radians(60 * i)) * ring, math.cos(math.radians(60 * i)) * ring) for i in range(7)]
    whole = [
        (x0 + (x1 - x0) * part / ring, y0 + (y1 - y0) * part / ring)
        for (x0, y0), (x1, y1) in pairwise(corners)
        for part in range(ring)
    ]
    taken = min(wanted, len(whole))
    return [whole[i * len(whole) // taken] for i in range(taken)]
