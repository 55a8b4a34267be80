"""Coordinates of ``/ogc``: from the systems that a collection is given in to degrees and back, axes as each has them.

The order of axes is that of the system's authority: EPSG:4326 begins with the latitude, CRS84 with the longitude, the
VN-2000 zones of the provinces with the easting.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"
#: Decimal places of a degree and of a metre in answers: 1 cm and 1 mm.
_DEGREES, _METRES = 7, 3
#: Pieces that a side of a box is cut into: a straight side in metres is none in degrees.
_PIECES: Final = 32
_HALF_TURN: Final = 180.0
#: No coordinate of any system is as large, in degrees or metres.
_FARTHEST: Final = 1e9
#: A box no larger than this has sides that no cutting makes straighter.
_LEAST: Final = 1e-6


class OutsideError(ValueError):
    """A coordinate is so far off that the system cannot place it."""


def to_degrees(shape: shapely.Geometry, crs: str) -> shapely.Geometry:
    """Return a shape in longitude and latitude; an empty ``crs`` says that it is.

    Raises
    ------
    OutsideError
        A coordinate is none of the system.
    """
    degrees = shape
    if crs not in {"", CRS84}:
        transformer = _transformer(crs, CRS84)
        degrees = shapely.transform(shape, lambda points: np.column_stack(transformer.transform(*points.T)))
    if not np.isfinite(shapely.get_coordinates(degrees)).all():
        raise OutsideError(crs)
    return degrees


def from_degrees(shapes: NDArray[np.object_], crs: str) -> NDArray[np.object_]:
    """Return shapes in another system, rounded; ``None`` stays ``None``."""
    transformer = _transformer(CRS84, crs)
    places = _DEGREES if pyproj.CRS(_name(crs)).is_geographic else _METRES
    return shapely.transform(shapes, lambda points: np.round(np.column_stack(transformer.transform(*points.T)), places))


def area(corners: Sequence[float], crs: str) -> shapely.Geometry:
    """Return a box in longitude and latitude.

    Parameters
    ----------
    corners
        Least first and second coordinate, then the greatest ones, axes as ``crs`` has them. In degrees of ``CRS84``
        a box whose western side has the greater longitude goes around the back of the earth.
    crs
        Address of the system.

    Raises
    ------
    OutsideError
        A corner is no place of the system.
    """
    first, second, third, fourth = corners
    if max(abs(corner) for corner in corners) > _FARTHEST:
        raise OutsideError(crs)
    if crs == CRS84 and first > third:
        return shapely.union(
            shapely.box(first, second, _HALF_TURN, fourth), shapely.box(-_HALF_TURN, second, third, fourth)
        )
    # Of no width it is a line or a point: a polygon without an area meets nothing.
    box = shapely.envelope(shapely.multipoints([(first, second), (third, fourth)]))
    if crs != CRS84:
        longest = max(third - first, fourth - second)
        box = shapely.segmentize(box, longest / _PIECES) if longest > _LEAST else box
    return to_degrees(box, crs)


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> Any:  # noqa: ANN401 - pyproj's transformer, as it comes
    return pyproj.Transformer.from_crs(_name(source), _name(target))


def _name(crs: str) -> str:
    """Return what PROJ calls a system: ``EPSG:9216`` for ``http://www.opengis.net/def/crs/EPSG/0/9216``."""
    return "OGC:CRS84" if crs == CRS84 else f"EPSG:{crs.removeprefix(EPSG)}"
