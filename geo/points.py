"""Places that a person types or a file brings: checked against the commune they are said to lie in.

Numbers in the wrong zone, with swapped axes or over the national border are refused with what they probably are. They
are never corrected here: a person decides. A shift of datum (225 m) cannot be seen in a single point.

Outlines are reference quality, so a point a little outside its commune is taken with a warning; so is one on the
other side of a line that is only a sketch (``known_defects`` of the catalogue).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from base.errors import BoundaryError
from base.i18n import Phrase
from geo.border import TOUCHES_M
from geo.boundaries import BoundaryVersion
from geo.crs import CANDIDATES, from_lon_lat, is_beside, lon_lat
from geo.crs_declared import WGS84
from geo.readings import Point, Reading, other_ways, reading

__all__ = ["PointCheck", "PointFinding", "Reading", "border_distances_m", "centre_distances_m"]

Params = tuple[tuple[str, object], ...]

#: How far outside the drawn outline of its commune a point is still taken, in metres; over the national border less:
#: 99.9 % of that line lies within 50 m of the units.
NEAR_M: Final = 500
OVER_M: Final = 100
#: Most readings that are named.
MAX_NAMED: Final = 3

_LARGEST_DEGREE: Final = 180.0
#: Points further than this from all units, in degrees, are measured on the ellipsoid: a zone does not reach so far.
_FAR: Final = 3.0
#: Distances from so many metres on are told in kilometres.
_IN_KM: Final = 10_000
_EARTH: Final = Geod(ellps="WGS84")

_ELSEWHERE: Final = "Theo {system}, điểm nằm trong {place}, cách {unit} {distance}. {advice}"
_OUTSIDE: Final = "Theo {system}, điểm nằm ngoài địa bàn, cách {unit} {distance}. {advice}"
_OVER: Final = "Theo {system}, điểm nằm ở phía {country}, cách biên giới {border}, cách {unit} {distance}. {advice}"
_NOWHERE: Final = "Theo {system}, hai số này không rơi vào đâu trên mặt đất. {advice}"
_READ_AS: Final = "Điểm rơi vào xã khi hiểu là {readings}. Nếu đúng như vậy, hãy ghi lại hệ tọa độ."
_SWAPPED: Final = (
    "Điểm rơi vào xã khi đổi chỗ hai số và hiểu là {readings}. "
    "X là kinh độ hoặc hướng đông (E), Y là vĩ độ hoặc hướng bắc (N); nếu đúng như vậy, hãy đổi chỗ."
)
_CHECK: Final = "Hãy kiểm tra lại tọa độ, hệ tọa độ và xã."

_NEAR: Final = (
    "Theo hình vẽ, điểm nằm ngoài {unit} {distance}, trong {place}. "
    "Ranh giới chỉ để tham khảo nên vẫn nhận; hãy kiểm tra lại vị trí."
)
_NEAR_OUTSIDE: Final = (
    "Theo hình vẽ, điểm nằm ngoài {unit} {distance} và ngoài địa bàn. "
    "Ranh giới chỉ để tham khảo nên vẫn nhận; hãy kiểm tra lại vị trí."
)
_SKETCH: Final = (
    "Theo hình vẽ, điểm nằm ngoài {unit} {distance}, trong {place}. "
    "Đường ranh giữa hai xã này trên bản đồ chỉ là sơ đồ nên vẫn nhận; hãy kiểm tra lại vị trí."
)
_COUNTRIES: Final = {"LAO": Phrase("Lào"), "KHM": Phrase("Campuchia"), "CHN": Phrase("Trung Quốc")}


@dataclass(frozen=True, slots=True)
class PointFinding:
    """What became of a point.

    Attributes
    ----------
    point
        Longitude and latitude, WGS 84, degrees; ``None`` when it is refused.
    problem, params
        Why it is refused and what it probably is: a Vietnamese template and its values; empty when it is taken.
    warning, warning_params
        What to look at in a point that is taken; empty when there is nothing.
    readings
        Other ways to understand the numbers that put them into the commune, the likelier first.
    """

    point: Point | None
    problem: str = ""
    params: Params = ()
    warning: str = ""
    warning_params: Params = ()
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class _Beyond:
    """A point outside every unit: beyond which country's border and how far, and how far outside it may lie."""

    outside_m: float
    may_m: float
    neighbour: str = ""
    border_m: float = 0.0


class PointCheck:
    """Checks points against the units of a boundary version; made once for a file."""

    def __init__(self, boundary: BoundaryVersion, names: Mapping[str, str] | None = None) -> None:
        """Prepare the units.

        Parameters
        ----------
        boundary
            The version whose units the points are said to lie in.
        names
            Names of units by code, such as ``Xã Ia Tơi``; where there is none, that of the boundary version.
        """
        self.boundary = boundary
        self.zone = _zone(boundary)
        self._names = names or {}
        shapes = boundary.units.geometry.to_numpy()
        self._areas = shapely.transform(shapes, self._metric)
        self._codes = [str(code) for code in boundary.units.index]
        self._shapes = dict(zip(self._codes, shapes, strict=True))
        self._at = {code: place for place, code in enumerate(self._codes)}
        self._tree = shapely.STRtree(self._areas)
        self._lines = _border_lines(boundary)
        ends = shapely.boundary(shapely.line_merge(shapely.union_all(list(self._lines.values()))))
        self._ends = shapely.multipoints(shapely.get_coordinates(ends))
        self._sketches = {frozenset(defect.between) for defect in boundary.entry.known_defects if defect.between}
        self._boxes: dict[str, dict[int, NDArray[np.float64]]] = {}
        for prepared in (self._areas, list(self._lines.values())):
            shapely.prepare(prepared)
        west, south, east, north = boundary.units.total_bounds
        self._reach = (west - _FAR, south - _FAR, east + _FAR, north + _FAR)

    def unit_at(self, lon: float, lat: float) -> str | None:
        """Return the code of the unit that a place (WGS 84, degrees) lies in; ``None`` outside all."""
        place = self._placed(lon, lat)
        found = self._tree.query(place, predicate="intersects") if place is not None else ()
        return self._codes[min(found)] if len(found) else None

    def read(self, x: float, y: float, epsg: int | None, unit: str) -> PointFinding:
        """Return where two numbers lie, and whether that can be a place in a commune.

        Parameters
        ----------
        x, y
            Longitude or easting, latitude or northing.
        epsg
            EPSG code of their system; ``None``: degrees are WGS 84, metres the zone of the province.
        unit
            Code of the commune.

        Raises
        ------
        BoundaryError
            The boundary version does not draw the commune.
        """
        if unit not in self._at:
            raise BoundaryError("Ranh giới {version} không có xã {code}.", version=self.boundary.id, code=unit)
        degrees = max(abs(x), abs(y)) <= _LARGEST_DEGREE
        stated = reading(x, y, epsg or (WGS84 if degrees else self.zone))
        place = self._placed(stated.lon, stated.lat)
        area = self._areas[self._at[unit]]
        if place is not None and shapely.intersects(area, place):
            return PointFinding((stated.lon, stated.lat))
        metres = shapely.distance(area, place) if place is not None else np.inf
        there = self.unit_at(stated.lon, stated.lat)
        beyond = self._beyond(place) if place is not None and there is None else None
        about: Params = (("unit", self._name(unit)), ("distance", _distance(metres)))
        if there is not None:
            about = (*about, ("place", self._name(there)))
            if frozenset((unit, there)) in self._sketches:
                return PointFinding((stated.lon, stated.lat), warning=_SKETCH, warning_params=about)
        if metres <= NEAR_M and (beyond is None or beyond.outside_m <= beyond.may_m):
            warning = _NEAR_OUTSIDE if there is None else _NEAR
            return PointFinding((stated.lon, stated.lat), warning=warning, warning_params=about)
        return self._refused(stated, unit, about, there, beyond, self._others(x, y, stated, unit))

    def _refused(  # noqa: PLR0913, PLR0917 - all that the sentence says
        self,
        stated: Reading,
        unit: str,
        about: Params,
        there: str | None,
        beyond: _Beyond | None,
        others: tuple[Reading, ...],
    ) -> PointFinding:
        params: Params = (*about, ("system", stated.system), ("advice", _advice(others)))
        if not np.isfinite(stated.lon):
            return PointFinding(None, _NOWHERE, params, readings=others)
        if there is not None:
            return PointFinding(None, _ELSEWHERE, params, readings=others)
        if beyond is not None and beyond.neighbour:
            country = _COUNTRIES.get(beyond.neighbour, beyond.neighbour)
            params = (*params, ("country", country), ("border", _distance(beyond.border_m)))
            return PointFinding(None, _OVER, params, readings=others)
        if beyond is None:
            middle = shapely.point_on_surface(self._shapes[unit])
            metres = _EARTH.inv(stated.lon, stated.lat, middle.x, middle.y)[2]
            params = (*(item for item in params if item[0] != "distance"), ("distance", _distance(metres)))
        return PointFinding(None, _OUTSIDE, params, readings=others)

    def _placed(self, lon: float, lat: float) -> shapely.Point | None:
        """Return a place in the zone of the province; ``None`` far from all units."""
        west, south, east, north = self._reach
        if not (west <= lon <= east and south <= lat <= north):
            return None
        [[x, y]] = self._metric(np.array([[lon, lat]]))
        return shapely.Point(x, y)

    def _metric(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        return from_lon_lat(points, self.zone)

    def _name(self, code: str) -> str:
        name, kind = (str(self.boundary.units[column].loc[code]) for column in ("name", "kind"))
        name = self._names.get(code, name)
        return name[:1].lower() + name[1:] if name.casefold().startswith(kind.casefold()) else name

    def _beyond(self, place: shapely.Point) -> _Beyond:
        """Return what lies where no unit is: beyond the border when the border is the nearest edge of the units."""
        nearest = self._areas[self._tree.nearest(place)]
        outside = float(shapely.distance(nearest, place))
        foot = shapely.Point(shapely.get_coordinates(shapely.shortest_line(nearest, place))[0])
        crossed = {name for name, line in self._lines.items() if shapely.distance(line, foot) <= TOUCHES_M}
        if not crossed:
            return _Beyond(outside, NEAR_M)
        if shapely.distance(self._ends, foot) <= TOUCHES_M:
            return _Beyond(outside, OVER_M)  # at the end of the line, it may be the next province as well
        metres = {name: float(shapely.distance(self._lines[name], place)) for name in crossed}
        neighbour = min(metres, key=lambda name: metres[name])
        return _Beyond(outside, OVER_M, neighbour, metres[neighbour])

    def _others(self, x: float, y: float, stated: Reading, unit: str) -> tuple[Reading, ...]:
        """Return the other readings that put two numbers into a commune, the likelier first."""
        area = self._areas[self._at[unit]]
        boxes = self._boxes_of(unit)
        found = []
        for epsg, swapped in other_ways(stated.epsg):
            west, south, east, north = boxes[epsg]
            east_of, north_of = (y, x) if swapped else (x, y)
            if west <= east_of <= east and south <= north_of <= north:
                one = reading(x, y, epsg, swapped=swapped)
                place = self._placed(one.lon, one.lat)
                if place is not None and shapely.intersects(area, place):
                    found.append(one)
        middle = self._shapes[unit].centroid.x
        found.sort(key=lambda one: (one.swapped, is_beside(one.epsg, middle), one.epsg != self.zone))
        return tuple(one for one in found if one.swapped == found[0].swapped)[:MAX_NAMED]

    def _boxes_of(self, unit: str) -> dict[int, NDArray[np.float64]]:
        """Return the box of a unit in every system: most readings are ruled out by it."""
        if unit not in self._boxes:
            outline = shapely.get_coordinates(self._shapes[unit])
            drawn = {epsg: from_lon_lat(outline, epsg) for epsg in CANDIDATES}
            self._boxes[unit] = {epsg: np.r_[at.min(axis=0), at.max(axis=0)] for epsg, at in drawn.items()}
        return self._boxes[unit]


def border_distances_m(points: Sequence[Point], boundary: BoundaryVersion) -> list[float | None]:
    """Return how far places (longitude and latitude, WGS 84) are from the national border, in metres.

    Straight line in the zone of the boundary version, to the border line of that version. ``None`` without a border.
    """
    lines = list(_border_lines(boundary).values())
    if not lines or not points:
        return [None] * len(points)
    found: list[float | None] = shapely.distance(shapely.union_all(lines), _in_zone(points, boundary)).tolist()
    return found


def centre_distances_m(
    points: Sequence[Point], units: Sequence[str], boundary: BoundaryVersion, centres: Mapping[str, Point]
) -> list[float | None]:
    """Return how far places (longitude and latitude, WGS 84) are from the centre of their communes, in metres.

    Straight line in the zone of the boundary version. The centre is the recorded one of ``centres`` (by unit code).
    Where none is recorded it is the geometric one, the middle of the largest circle within the outline, because no list
    of the seats of communes is published. ``None`` for a unit that is not drawn and has no recorded centre.

    Parameters
    ----------
    points, units
        A place and the code of its unit, in the same order.
    boundary
        The version that draws the units.
    centres
        Recorded centres by unit code; may be empty.
    """
    known = [unit in centres or unit in boundary.units.index for unit in units]
    middles = [centres.get(unit) or _middle(boundary, unit) for unit, drawn in zip(units, known, strict=True) if drawn]
    places = [point for point, drawn in zip(points, known, strict=True) if drawn]
    metres = iter(shapely.distance(_in_zone(places, boundary), _in_zone(middles, boundary)).tolist())
    return [next(metres) if drawn else None for drawn in known]


@lru_cache(maxsize=4096)
def _middle(boundary: BoundaryVersion, unit: str) -> Point:
    """Return the middle of the largest circle within the largest part of a unit, as longitude and latitude."""
    zone = _zone(boundary)
    shape = shapely.transform(boundary.units.geometry.loc[unit], lambda points: from_lon_lat(points, zone))
    part = max(shapely.get_parts(shape), key=shapely.area)
    circle = shapely.maximum_inscribed_circle(part, tolerance=1.0)
    [[lon, lat]] = lon_lat(shapely.get_coordinates(circle)[:1], zone)
    return float(lon), float(lat)


@lru_cache(maxsize=16)
def _border_lines(boundary: BoundaryVersion) -> dict[str, shapely.Geometry]:
    """Return the border with every neighbour in the zone of a version."""
    zone = _zone(boundary)
    groups = boundary.border.geometry.groupby(boundary.border["neighbour"])
    return {
        str(name): shapely.transform(shapely.union_all(lines.to_numpy()), lambda points: from_lon_lat(points, zone))
        for name, lines in groups
    }


def _in_zone(points: Sequence[Point], boundary: BoundaryVersion) -> NDArray[np.object_]:
    coordinates = np.array(points, dtype=float).reshape(-1, 2)
    return np.asarray(shapely.points(from_lon_lat(coordinates, _zone(boundary))))


def _zone(boundary: BoundaryVersion) -> int:
    return int(boundary.entry.metric_crs.removeprefix("EPSG:"))


def _advice(others: Sequence[Reading]) -> Phrase:
    if not others:
        return Phrase(_CHECK)
    readings = ("readings", ", ".join(one.system for one in others))
    return Phrase(_SWAPPED if others[0].swapped else _READ_AS, (readings,))


def _distance(metres: float) -> str:
    """Return ``1240 m`` or ``27 km``: the same in both languages."""
    if not np.isfinite(metres):
        return "–"
    return f"{round(metres)} m" if metres < _IN_KM else f"{round(metres / 1000)} km"
