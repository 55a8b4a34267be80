"""Places checked against their commune: taken, taken with a warning, or refused with what they probably are."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from base.errors import BoundaryError
from base.i18n import Phrase, translate
from geo.boundaries import load
from geo.crs import CANDIDATES, from_lon_lat, lon_lat
from geo.points import PointCheck, PointFinding, border_distances_m, centre_distances_m
from geo.sketch import sketch_lines

#: Old communes of Kon Tum, and a place in the middle of Ia Tơi.
IA_TOI, IA_DOM, IA_DAL, DAK_BLO, SA_LOONG = "23538", "23537", "23535", "23344", "23398"
MIDDLE = (107.47, 14.05)
#: The same place in the zones of Kon Tum (9216), from the registry's formulas.
EAST, NORTH = 496564.90, 1553835.37


@cache
def check(version: str = "kontum-2015") -> PointCheck:
    return PointCheck(load(version))


def said(found: PointFinding, lang: str = "vi") -> str:
    assert found.point is None
    return translate(found.problem, lang, **dict(found.params))


def warned(found: PointFinding) -> str:
    assert found.point is not None
    return translate(found.warning, "vi", **dict(found.warning_params)) if found.warning else ""


def at(lon: float, lat: float, epsg: int) -> tuple[float, float]:
    [[x, y]] = from_lon_lat(np.array([[lon, lat]]), epsg).tolist()
    return x, y


def moved(lon: float, lat: float, azimuth: float, metres: float) -> tuple[float, float]:
    east, north, _ = Geod(ellps="WGS84").fwd(lon, lat, azimuth, metres)
    return east, north


@pytest.mark.parametrize("epsg", [9216, None])
def test_a_place_in_the_zone_of_the_province_is_taken(epsg: int | None) -> None:
    found = check().read(EAST, NORTH, epsg, IA_TOI)
    assert found.point == pytest.approx(MIDDLE, abs=1e-6)
    assert not found.problem
    assert not found.warning


@pytest.mark.parametrize("epsg", CANDIDATES)
def test_the_same_place_is_taken_in_every_system(epsg: int) -> None:
    assert check().read(*at(*MIDDLE, epsg), epsg, IA_TOI).point == pytest.approx(MIDDLE, abs=1e-6)


def test_the_way_back_of_the_official_shift() -> None:
    points = np.array([MIDDLE, (108.2, 15.3)])
    for epsg in CANDIDATES:
        assert lon_lat(from_lon_lat(points, epsg), epsg) == pytest.approx(points, abs=1e-7)


@pytest.mark.parametrize("epsg", [5898, 5899])
def test_another_zone_is_refused_with_the_right_one(epsg: int) -> None:
    found = check().read(EAST, NORTH, epsg, IA_TOI)
    sentence = said(found)
    assert f"EPSG:{epsg}" in sentence
    away = {5898: "ngoài địa bàn, cách xã Ia Tơi 34 km", 5899: "ngoài địa bàn, cách xã Ia Tơi 7730 m"}[epsg]
    assert away in sentence
    assert "khi hiểu là EPSG:9216 (VN-2000 / TM-3 107-30)." in sentence
    assert [one.epsg for one in found.readings] == [9216]
    moved_by = Geod(ellps="WGS84").inv(*lon_lat(np.array([[EAST, NORTH]]), epsg)[0], *MIDDLE)[2] / 1000
    assert 26 <= moved_by <= 55


def test_a_zone_of_6_degrees_is_told_from_those_beside_it() -> None:
    found = check().read(*at(*MIDDLE, 32648), 9216, IA_TOI)
    assert [one.epsg for one in found.readings] == [3405, 32648, 5897]
    assert "EPSG:32648 (WGS 84 / UTM zone 48N)" in said(found)


@pytest.mark.parametrize("epsg", [4326, None, 4756])
def test_latitude_before_longitude_is_noticed(epsg: int | None) -> None:
    found = check().read(MIDDLE[1], MIDDLE[0], epsg, IA_TOI)
    [one] = found.readings
    assert (one.epsg, one.swapped) == (epsg or 4326, True)
    assert (one.lon, one.lat) == pytest.approx(MIDDLE, abs=3e-3)
    assert "đổi chỗ hai số" in said(found)
    assert "swapped" in said(found, "en")


def test_northing_before_easting_is_noticed() -> None:
    found = check().read(NORTH, EAST, 9216, IA_TOI)
    assert [(one.epsg, one.swapped) for one in found.readings] == [(9216, True)]


def test_degrees_in_a_plane_system_and_the_other_way_round() -> None:
    assert [one.epsg for one in check().read(*MIDDLE, 9216, IA_TOI).readings] == [4326]
    found = check().read(EAST, NORTH, 4326, IA_TOI)
    assert "không rơi vào đâu trên mặt đất" in said(found)
    assert [one.epsg for one in found.readings] == [9216]


def test_another_commune_is_named_with_the_distance() -> None:
    found = check().read(*MIDDLE, None, IA_DAL)
    assert "điểm nằm trong xã Ia Tơi, cách xã Ia Đal " in said(found)
    assert "Hãy kiểm tra lại tọa độ" in said(found)
    assert "the point lies in xã Ia Tơi" in said(found, "en")
    named = PointCheck(load("kontum-2015"), {IA_TOI: "Xã Một"}).read(*MIDDLE, None, IA_DAL)
    assert "trong xã Một" in said(named)


@pytest.mark.parametrize(
    ("point", "unit", "country"),
    [((107.3, 14.05), IA_TOI, "Campuchia"), ((107.45, 15.2), DAK_BLO, "Lào"), ((107.40, 14.52), SA_LOONG, "Campuchia")],
)
def test_over_the_border_is_refused_with_the_country(point: tuple[float, float], unit: str, country: str) -> None:
    found = check().read(*point, None, unit)
    [metres] = border_distances_m([point], load("kontum-2015"))
    assert metres is not None
    distance = f"{round(metres)} m" if metres < 10_000 else f"{round(metres / 1000)} km"
    assert f"ở phía {country}, cách biên giới {distance}" in said(found)
    assert {"Lào": "side of Laos", "Campuchia": "side of Cambodia"}[country] in said(found, "en")


@pytest.mark.parametrize("version", ["kontum-2015", "quangngai-2025"])
def test_at_the_border_100_m_are_taken_and_more_are_not(version: str) -> None:
    boundary = load(version)
    # The westernmost place of Ia Tơi lies on the border with Cambodia.
    shape = boundary.units.geometry.loc[IA_TOI]
    lon, lat = min(shapely.get_coordinates(shape).tolist())
    near, far = moved(lon, lat, 270, 60), moved(lon, lat, 270, 350)
    assert "ngoài xã Ia Tơi" in warned(check(version).read(*near, None, IA_TOI))
    assert "ở phía Campuchia" in said(check(version).read(*far, None, IA_TOI))


def test_a_little_outside_the_province_is_taken_and_more_is_not() -> None:
    units = load("kontum-2015").units
    east = units.geometry.bounds["maxx"].idxmax()
    lon, lat = max(shapely.get_coordinates(units.geometry.loc[east]).tolist())
    near, far = moved(lon, lat, 90, 300), moved(lon, lat, 90, 900)
    assert "và ngoài địa bàn" in warned(check().read(*near, None, east))
    assert "nằm ngoài địa bàn, cách xã " in said(check().read(*far, None, east))
    assert "900 m" in said(check().read(*far, None, east))


def test_a_little_inside_the_next_commune_is_taken_with_a_warning() -> None:
    units = load("kontum-2015").units
    edge = shapely.intersection(units.geometry.loc[IA_DAL].boundary, units.geometry.loc["23536"].boundary)
    middle = shapely.line_interpolate_point(max(shapely.get_parts(shapely.line_merge(edge)), key=shapely.length), 0.05)
    places = [moved(middle.x, middle.y, azimuth, 150) for azimuth in range(0, 360, 30)]
    inside = [place for place in places if check().unit_at(*place) == "23536"]
    assert inside
    for place in inside:
        assert "trong xã Mô Rai" in warned(check().read(*place, None, IA_DAL))


def test_across_a_line_that_is_a_sketch_the_point_is_taken_however_far() -> None:
    found = check().read(*MIDDLE, None, IA_DOM)
    assert "Đường ranh giữa hai xã này trên bản đồ chỉ là sơ đồ" in warned(found)
    assert "trong xã Ia Tơi" in warned(found)
    [(vi, en, place)] = sketch_lines(load("kontum-2015"))
    assert (vi, en) == ("đường ranh Ia Dom – Ia Tơi là sơ đồ", "the line Ia Dom – Ia Tơi is schematic")
    outlines = load("kontum-2015").units.geometry.loc[[IA_DOM, IA_TOI]].to_numpy()
    assert shapely.distance(outlines, shapely.Point(place)).max() < 2e-4
    assert sketch_lines(load("quangngai-2025")) == ()


def test_a_shift_of_datum_cannot_be_seen_in_one_point() -> None:
    found = check().read(*at(*MIDDLE, 4756), 4326, IA_TOI)
    assert found.point is not None
    assert Geod(ellps="WGS84").inv(*found.point, *MIDDLE)[2] == pytest.approx(225, abs=40)


def test_the_other_side_of_the_earth_has_a_distance() -> None:
    assert "cách xã Ia Tơi 13379 km" in said(check().read(-100, 40, None, IA_TOI))


def test_the_part_of_a_province_does_not_know_the_rest() -> None:
    part = PointCheck(load("quangngai-2025", "kontum"))
    assert "điểm nằm ngoài địa bàn" in said(part.read(108.8, 15.1, None, IA_TOI))
    with pytest.raises(BoundaryError, match="không có xã 21025"):
        part.read(108.8, 15.1, None, "21025")


@given(x=st.floats(), y=st.floats(), epsg=st.sampled_from([None, *CANDIDATES]))
def test_any_two_numbers_are_a_place_or_a_sentence(x: float, y: float, epsg: int | None) -> None:
    found = check().read(x, y, epsg, IA_TOI)
    if found.point is None:
        assert said(found)
        assert "{" not in said(found, "en")
    else:
        assert check().unit_at(*found.point) in {IA_TOI, IA_DOM} or found.warning


def test_the_distance_to_the_centre_of_a_commune() -> None:
    boundary = load("kontum-2015")
    centre = (107.5, 14.1)
    found = centre_distances_m([MIDDLE, MIDDLE, MIDDLE], [IA_TOI, IA_DOM, "99999"], boundary, {IA_TOI: centre})
    assert found[0] == pytest.approx(Geod(ellps="WGS84").inv(*MIDDLE, *centre)[2], rel=1e-3)
    assert found[2] is None
    # Without a recorded centre it is the middle of the largest circle: as far from the edge as a place can be.
    assert found[1] is not None
    metres = boundary.units.geometry.loc[[IA_DOM]].to_crs("EPSG:9216").iloc[0]
    circle = shapely.maximum_inscribed_circle(metres, tolerance=1)
    place = shapely.Point(*at(*MIDDLE, 9216))
    assert found[1] == pytest.approx(place.distance(shapely.Point(circle.coords[0])), abs=20)
    assert centre_distances_m([], [], boundary, {}) == []


def test_a_phrase_is_put_into_the_language_of_its_sentence() -> None:
    text = Phrase("Lào")
    assert (str(text), text.text("en")) == ("Lào", "Laos")
    message = "Theo {system}, hai số này không rơi vào đâu trên mặt đất. {advice}"
    assert translate(message, "en", system="X", advice=text) == "By X, these two numbers are nowhere on earth. Laos"
