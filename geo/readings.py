"""The ways to understand two numbers as a place: by which system, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from geo.crs import CANDIDATES, lon_lat
from geo.crs_declared import VN2000_GEOGRAPHIC, WGS84, name_of

#: Longitude and latitude, WGS 84, degrees.
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand two numbers.

    Attributes
    ----------
    lon, lat
        Where they then lie, WGS 84, degrees; infinite where that is nowhere on earth.
    epsg
        The system.
    swapped
        The first number is taken for the northing or latitude.
    """

    lon: float
    lat: float
    epsg: int
    swapped: bool = False

    @property
    def system(self) -> str:
        """Return ``EPSG:9216 (VN-2000 / TM-3 107-30)``."""
        return f"EPSG:{self.epsg} ({name_of(self.epsg)})"


def reading(x: float, y: float, epsg: int, *, swapped: bool = False) -> Reading:
    """Return where two numbers lie by a system; ``swapped``: the first is the northing or latitude."""
    [[lon, lat]] = lon_lat(np.array([[x, y]], dtype=float), epsg, swapped=swapped).tolist()
    return Reading(lon, lat, epsg, swapped)


def other_ways(stated: int) -> Iterator[tuple[int, bool]]:
    """Yield every system and order of axes (swapped or not) but the stated one.

    Of the two datums in degrees, which one point cannot tell apart, only the stated one, else WGS 84.
    """
    geographic = stated if stated in {WGS84, VN2000_GEOGRAPHIC} else WGS84
    for epsg in CANDIDATES:
        if epsg not in {WGS84, VN2000_GEOGRAPHIC} or epsg == geographic:
            yield from ((epsg, swapped) for swapped in (False, True) if swapped or epsg != stated)
