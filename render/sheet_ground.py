"""The geometry of a boundary version made ready for paper, once per process.

Everything is in the metric CRS of the catalogue entry (VN-2000 TM-3), so that lengths on the sheet
are true and the scale bar holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.boundaries import archipelagos, load
from geo.extent import framed
from render.sheet_layout import Territory

_SIMPLER: Final = 60.0
_SLIVER: Final = 90.0


@dataclass(frozen=True, eq=False)
class Ground:
    """Areas and lines of a boundary version in metres; read-only, shared between sheets.

    Attributes
    ----------
    units, districts
        Outline by unit code and by district code; ``districts`` is empty where there is no district level.
    district_of
        District code by unit code.
    points
        Label point by unit or district code: the centre of the largest inscribed circle.
    outline
        The province without far islands; of the nation all of it, with Hoàng Sa and Trường Sa.
    border
        National boundary lines.
    territory
        What the province covers, for the layout.
    """

    units: dict[str, BaseGeometry]
    districts: dict[str, BaseGeometry]
    district_of: dict[str, str]
    points: dict[str, tuple[float, float]]
    outline: BaseGeometry
    border: BaseGeometry
    territory: Territory


@cache
def ground(version: str, part: str = "") -> Ground:
    """Return the geometry of a boundary version, or of the area of one former province in it.

    Raises
    ------
    BoundaryError
        As :func:`geo.boundaries.load`.
    """
    boundary = load(version, part)
    crs = boundary.entry.metric_crs
    frame = boundary.units.to_crs(crs)
    # Simplified as a coverage, neighbours keep their common line; 60 m is under a tenth of a mm on paper.
    shapes = shapely.coverage_simplify(np.array(frame.geometry), _SIMPLER)
    units = dict(zip(map(str, frame.index), shapes, strict=True))
    district_of = {
        code: str(key) for code, key in zip(units, frame["district_code"], strict=True) if isinstance(key, str) and key
    }
    members: dict[str, list[BaseGeometry]] = {}
    for code, key in district_of.items():
        members.setdefault(key, []).append(units[code])
    districts = {key: _whole(shapely.coverage_union_all(parts)) for key, parts in sorted(members.items())}
    near = set(map(str, framed(boundary).index))
    outline = _whole(shapely.coverage_union_all(np.array([shape for code, shape in units.items() if code in near])))
    if boundary.entry.national:
        outline = shapely.union_all([outline, *archipelagos().to_crs(crs).geometry.values])
    border = shapely.simplify(shapely.union_all(boundary.border.to_crs(crs).geometry.values), _SIMPLER)
    return Ground(
        units=units,
        districts=districts,
        district_of=district_of,
        points={key: _middle(shape) for key, shape in (units | districts).items()},
        outline=outline,
        border=border,
        territory=Territory.of(outline),
    )


def to_metric(version: str, points: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Return longitudes and latitudes (WGS 84) as rows ``x, y`` in the version's metric CRS."""
    series = gpd.GeoSeries.from_xy([p[0] for p in points], [p[1] for p in points], crs="EPSG:4326")
    return shapely.get_coordinates(series.to_crs(load(version).entry.metric_crs).values)


def _whole(shape: BaseGeometry) -> BaseGeometry:
    """Return an outline without slivers between units of different sources: they would be knots of line."""
    closed = shapely.buffer(shapely.buffer(shape, _SLIVER, join_style="mitre"), -_SLIVER, join_style="mitre")
    parts = [shapely.polygons(part.exterior) for part in shapely.get_parts(closed)]
    return shapely.union_all(np.array(parts))


def _middle(shape: BaseGeometry) -> tuple[float, float]:
    largest = max(shapely.get_parts(shape), key=shapely.area)
    circle = shapely.maximum_inscribed_circle(largest, tolerance=100)
    x, y = shapely.get_coordinates(circle)[0].tolist()
    return x, y
