"""Coordinate reference systems of files from the field: where their features fall, and who decides.

Vietnam surveys in VN-2000, one 3° zone for each province. VN-2000 uses the ellipsoid of WGS 84 but lies
about 225 m off it, and a neighbouring zone moves a map by 27 to 54 km. So a file is placed only by a system
that is known (:mod:`geo.crs_declared`), and only when its features then fall where they belong; otherwise
somebody is asked, with candidates.

Sources: EPSG dataset, operation 6960 "VN-2000 to WGS 84 (2)", the seven official parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer

from base.errors import DataError, Fault
from geo.crs_declared import VN2000_GEOGRAPHIC, VN2000_ZONES, WGS84, CrsFinding, declared, name_of, official_shift

#: Share of the points that must lie within the place for a system to be taken. The right zone gives 0.999
#: and more with every boundary file at hand, the next zone at most 0.85.
MIN_INSIDE: Final = 0.95
#: How far outside the outline of the place a point still counts as inside, in degrees (about 1 km):
#: outlines are simplified, and a survey corrects them.
TOLERANCE: Final = 0.01
#: Most points that are looked at, and most candidates that are told.
MAX_POINTS: Final = 20_000
MAX_TOLD: Final = 6

#: What a file without a usable declaration may be in, the likelier first where they fall alike.
CANDIDATES: Final = (*VN2000_ZONES, VN2000_GEOGRAPHIC, WGS84, 32648, 32649)
_CHOICE: Final = re.compile(r"\s*(?:EPSG\s*:\s*)?(\d{4,6})\s*(,\s*yx)?\s*", re.IGNORECASE)
_EARTH: Final = Geod(ellps="WGS84")
_LARGEST_DEGREE: Final = 180.0

_NOT_A_CODE: Final = "“{chosen}” không phải là mã hệ tọa độ. Hãy ghi mã EPSG theo các gợi ý dưới đây, ví dụ EPSG:9216."
_METRES: Final = (
    "Tệp GeoJSON không khai báo hệ tọa độ, mà tọa độ trong tệp không phải là kinh độ, vĩ độ. "
    "Hãy chọn hệ tọa độ đúng theo các gợi ý dưới đây (dòng lệnh: --crs) rồi nạp lại."
)
_OUTSIDE: Final = (
    "Theo hệ tọa độ {code} ({name}), chỉ {share} % số điểm của tệp nằm trong địa bàn, tâm tệp cách tâm địa bàn "
    "{distance} km: hệ tọa độ, múi chiếu hoặc tệp không đúng với địa bàn này. "
    "Hãy chọn hệ tọa độ đúng theo các gợi ý dưới đây (dòng lệnh: --crs) rồi nạp lại."
)
_NOWHERE: Final = (
    "Theo hệ tọa độ {code} ({name}), tọa độ của tệp không rơi vào đâu trên mặt đất. "
    "Hãy chọn hệ tọa độ đúng theo các gợi ý dưới đây (dòng lệnh: --crs) rồi nạp lại."
)
_STRAY: Final = (
    "{count} đối tượng có đỉnh nằm ngoài phạm vi của hệ tọa độ (đầu tiên là đối tượng số {feature}). "
    "Hãy sửa các đỉnh ấy rồi nạp lại."
)
_CANDIDATE: Final = (
    "Gợi ý {rank}: {code} ({name}): {share} % số điểm nằm trong địa bàn, tâm tệp cách tâm địa bàn {distance} km."
)
_SWAPPED: Final = (
    "Gợi ý {rank}: {code} ({name}, đảo trục: tệp ghi X theo hướng bắc, Y theo hướng đông): "
    "{share} % số điểm nằm trong địa bàn, tâm tệp cách tâm địa bàn {distance} km."
)
_NO_CANDIDATE: Final = (
    "Không hệ tọa độ thường dùng nào đặt được tệp vào địa bàn. Hãy kiểm tra xem đây có đúng là tệp của địa bàn này."
)


@dataclass(frozen=True, slots=True)
class CrsCandidate:
    """A system that a file may be in, and where its features then fall.

    Attributes
    ----------
    epsg, name
        EPSG code and the name that goes with it.
    share_inside
        Share of the points within the outline of the place, 0 to 1.
    distance_km
        From the middle of the points to the middle of the place, km.
    swapped
        The file has northing before easting (or latitude before longitude): in Vietnamese surveys X
        points north.
    """

    epsg: int
    name: str
    share_inside: float
    distance_km: float
    swapped: bool = False

    @property
    def code(self) -> str:
        """What :func:`resolve` takes to choose it: ``EPSG:9216``, with swapped axes ``EPSG:9216,yx``."""
        return f"EPSG:{self.epsg}" + (",yx" if self.swapped else "")


def lon_lat(points: NDArray[np.float64], epsg: int, *, swapped: bool = False) -> NDArray[np.float64]:
    """Return points (n, 2) of a known system as longitude and latitude of WGS 84, in degrees.

    From VN-2000 always the official shift (EPSG 6960) is taken, also at sea, where PROJ might prefer
    another; ``swapped`` takes the first coordinate for the northing. A point that the system cannot
    hold becomes infinite.
    """
    x, y = (points[:, 1], points[:, 0]) if swapped else (points[:, 0], points[:, 1])
    if epsg in VN2000_ZONES or epsg == VN2000_GEOGRAPHIC:
        if epsg != VN2000_GEOGRAPHIC:
            x, y = _transformer(epsg, VN2000_GEOGRAPHIC).transform(x, y)
        lat, lon = official_shift().transform(y, x)  # EPSG's operation has the latitude first
    else:
        lon, lat = _transformer(epsg, WGS84).transform(x, y)
    found: NDArray[np.float64] = np.column_stack([lon, lat])
    nowhere = ~np.isfinite(found).all(axis=1) | (np.abs(found) > (_LARGEST_DEGREE, _LARGEST_DEGREE / 2)).any(axis=1)
    found[nowhere] = np.inf
    return found


def from_lon_lat(points: NDArray[np.float64], epsg: int) -> NDArray[np.float64]:
    """Return longitudes and latitudes (n, 2) of WGS 84 as coordinates of a known system, easting first.

    The way back of :func:`lon_lat`: to VN-2000 always by the official shift.
    """
    lon, lat = points[:, 0], points[:, 1]
    if epsg in VN2000_ZONES or epsg == VN2000_GEOGRAPHIC:
        y, x = official_shift().transform(lat, lon, direction="INVERSE")
        if epsg != VN2000_GEOGRAPHIC:
            x, y = _transformer(VN2000_GEOGRAPHIC, epsg).transform(x, y)
    else:
        x, y = _transformer(WGS84, epsg).transform(lon, lat)
    found: NDArray[np.float64] = np.column_stack([x, y])
    return found


@cache
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def is_beside(epsg: int, lon: float) -> bool:
    """Tell whether a longitude lies further from the meridian of a zone than the zone is meant to reach."""
    zone = VN2000_ZONES.get(epsg)
    return zone is not None and abs(zone.meridian - lon) > zone.reach


class _Place:
    """The outline within which the features of a file must fall."""

    def __init__(self, outline: shapely.Geometry) -> None:
        self.outline = shapely.buffer(shapely.simplify(outline, TOLERANCE / 10), TOLERANCE)
        shapely.prepare(self.outline)
        self.middle = shapely.centroid(outline)

    def candidate(self, points: NDArray[np.float64], epsg: int, *, swapped: bool = False) -> CrsCandidate:
        """Return where ``points`` fall by a system; the distance is infinite where that is nowhere on earth."""
        found = lon_lat(points, epsg, swapped=swapped)
        inside = shapely.contains_xy(self.outline, found[:, 0], found[:, 1])
        lon, lat = np.median(found, axis=0)
        distance = np.inf
        if np.isfinite(lon):
            distance = _EARTH.inv(lon, lat, self.middle.x, self.middle.y)[2] / 1000
        return CrsCandidate(epsg, name_of(epsg), float(inside.mean()), float(distance), swapped)


def candidates(points: NDArray[np.float64], place: shapely.Geometry) -> list[CrsCandidate]:
    """Return every system that a file may be in, best first.

    Parameters
    ----------
    points
        Coordinates (n, 2) as the file has them; none gives no candidate.
    place
        Outline of the province, EPSG:4326.

    Ranked by the share of the points within the place, then by the distance of the middles. Neighbouring
    zones are only 27 to 54 km apart, so the first is not always the right one: a person decides.
    """
    if not len(points):
        return []
    where = _Place(place)
    degrees = _in_degrees(points)
    geographic = {VN2000_GEOGRAPHIC, WGS84}
    found = [
        where.candidate(points, epsg, swapped=swapped)
        for swapped in (False, True)
        for epsg in CANDIDATES
        if (epsg in geographic) == degrees
    ]
    # Systems of one meridian lie 225 to 500 m apart, which no outline tells: then the one made for the place goes
    # first, and VN-2000 before WGS 84.
    return sorted(
        found,
        key=lambda one: (-round(one.share_inside, 2), is_beside(one.epsg, where.middle.x), np.round(one.distance_km)),
    )


def _in_degrees(points: NDArray[np.float64]) -> bool:
    """Tell whether most of the coordinates are small enough for degrees."""
    return bool((np.abs(np.median(points, axis=0)) <= _LARGEST_DEGREE).all())


def points_of(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return at most 20,000 points (n, 2) that stand for a file: the middle of every feature, and vertices."""
    shapes = frame.geometry.values
    shapes = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]
    vertices = shapely.get_coordinates(shapes)
    middles = shapely.get_coordinates(shapely.centroid(shapes))[: MAX_POINTS // 2]
    step = -(-len(vertices) // (MAX_POINTS - len(middles))) or 1
    points: NDArray[np.float64] = np.vstack([middles, vertices[::step]])
    return points[np.isfinite(points).all(axis=1)]


def resolve(
    frame: gpd.GeoDataFrame, finding: CrsFinding, place: shapely.Geometry, chosen: str | None, file: str
) -> tuple[gpd.GeoDataFrame, CrsFinding]:
    """Return a file's features in EPSG:4326 and the system that placed them.

    Parameters
    ----------
    frame
        Features with coordinates as the file has them; at least one has a geometry.
    finding
        What the file declares (:func:`geo.crs_declared.declared`).
    place
        Outline of the province, EPSG:4326.
    chosen
        What a person has decided, ``EPSG:9216`` or ``EPSG:9216,yx`` for swapped axes; it goes before
        what the file declares. ``None`` when nobody has.
    file
        Name of the file, for the faults.

    Raises
    ------
    DataError
        When the system is missing, unknown or doubtful, or puts the features outside the place. The
        first fault says which, the others are the ranked candidates.
    """
    points = points_of(frame)
    if chosen is not None:
        finding = _chosen(chosen)
    elif finding.how == "rfc7946" and not _in_degrees(points):
        finding = CrsFinding(None, "none", problem=_METRES)
    if finding.epsg is None:
        fault = Fault(file, None, None, finding.problem, finding.params)
        raise DataError([fault, *_told(points, place, file)])
    epsg, swapped = finding.epsg, finding.swapped
    fit = _Place(place).candidate(points, epsg, swapped=swapped)
    if fit.share_inside < MIN_INSIDE:
        raise DataError([_misplaced(fit, file), *_told(points, place, file)])
    shapes = shapely.transform(frame.geometry.values, lambda found: lon_lat(found, epsg, swapped=swapped))
    stray = [row for row, box in enumerate(shapely.bounds(shapes), 1) if np.isinf(box).any()]
    if stray:
        raise DataError([Fault(file, None, None, _STRAY, (("count", len(stray)), ("feature", stray[0])))])
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=WGS84)), finding


def _chosen(chosen: str) -> CrsFinding:
    found = _CHOICE.fullmatch(chosen)
    if not found:
        return CrsFinding(None, "chosen", problem=_NOT_A_CODE, params=(("chosen", chosen),))
    return replace(declared(f"EPSG:{found[1]}", "chosen"), swapped=found[2] is not None)


def _misplaced(fit: CrsCandidate, file: str) -> Fault:
    params: tuple[tuple[str, object], ...] = (("code", fit.code), ("name", fit.name))
    if not np.isfinite(fit.distance_km):
        return Fault(file, None, None, _NOWHERE, params)
    return Fault(file, None, None, _OUTSIDE, (*params, *_numbers(fit)))


def _told(points: NDArray[np.float64], place: shapely.Geometry, file: str) -> Iterator[Fault]:
    """Yield a line for every candidate worth naming."""
    worth = [one for one in candidates(points, place) if round(one.share_inside, 2) > 0][:MAX_TOLD]
    for rank, one in enumerate(worth, 1):
        message = _SWAPPED if one.swapped else _CANDIDATE
        yield Fault(file, None, None, message, (("rank", rank), ("code", one.code), ("name", one.name), *_numbers(one)))
    if not worth:
        yield Fault(file, None, None, _NO_CANDIDATE)


def _numbers(one: CrsCandidate) -> tuple[tuple[str, object], ...]:
    # Rounded down: 99.9 % is not all of it.
    return ("share", int(one.share_inside * 100)), ("distance", round(one.distance_km))
