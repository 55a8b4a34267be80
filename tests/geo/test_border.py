"""The national boundary: the communes that the lists name, their kilometres, and how far away a point is."""

from __future__ import annotations

import csv

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from shapes import ORIGIN, ZONE, place, rect, units

from base.settings import SHIPPED_DATA
from geo.border import border_lengths, border_stretches, buffer_lines
from geo.boundaries import BoundaryVersion, load
from geo.points import border_distances_m

#: The thirteen border communes of old Kon Tum with the countries they touch.
KON_TUM = {
    "23344": {"LAO"},  # Đắk Blô
    "23350": {"LAO"},  # Đắk Nhoong
    "23368": {"LAO"},  # Đắk Long
    "23383": {"LAO"},  # Đắk Dục
    "23386": {"LAO"},  # Đắk Nông
    "23389": {"LAO"},  # Đắk Xú
    "23395": {"LAO", "KHM"},  # Bờ Y, where three countries meet
    "23398": {"KHM"},  # Sa Loong
    "23530": {"KHM"},  # Rơ Kơi
    "23535": {"KHM"},  # Ia Đal
    "23536": {"KHM"},  # Mô Rai
    "23537": {"KHM"},  # Ia Dom
    "23538": {"KHM"},  # Ia Tơi
}
#: The nine of 2025, and the kilometres that the description of the border line gives.
QUANG_NGAI = {
    ("23344", "LAO"): 66.5,  # Đăk Plô
    ("23368", "LAO"): 53.3,  # Đăk Long
    ("23377", "KHM"): 14.6,  # Bờ Y
    ("23377", "LAO"): 16.6,
    ("23383", "LAO"): 14.9,  # Dục Nông
    ("23392", "KHM"): 16.5,  # Sa Loong
    ("23530", "KHM"): 8.0,  # Rờ Kơi
    ("23535", "KHM"): 47.7,  # Ia Đal
    ("23536", "KHM"): 22.3,  # Mô Rai
    ("23538", "KHM"): 32.1,  # Ia Tơi
}
#: The fourteen of Quảng Nam 2021, all towards Laos.
QUANG_NAM = [
    "20437",
    "20440",
    "20443",
    "20446",
    "20449",
    "20452",
    "20455",
    "20458",
    "20698",
    "20699",
    "20704",
    "20705",
    "20716",
    "20719",
]


def lengths(version: str) -> pd.DataFrame:
    boundary = load(version)
    return border_lengths(boundary.units, boundary.border, boundary.entry.metric_crs)


def by_unit(found: pd.DataFrame) -> dict[tuple[str, str], float]:
    return {(code, neighbour): km for code, neighbour, km in found.itertuples(index=False)}


def test_kon_tum_had_thirteen_border_communes() -> None:
    found = lengths("kontum-2015")
    assert {code: set(rows["neighbour"]) for code, rows in found.groupby("code")} == KON_TUM
    units = load("kontum-2015").units
    for (code, neighbour), km in by_unit(found).items():
        # The shipped columns were measured along the units, whose edges are simplified more than the line.
        assert km == pytest.approx(units.loc[code, f"border_{neighbour.lower()}_km"], rel=0.14)


def test_the_kon_tum_part_of_quang_ngai_has_nine() -> None:
    assert by_unit(lengths("quangngai-2025")) == pytest.approx(QUANG_NGAI, rel=0.02)
    with (SHIPPED_DATA / "programme" / "units.csv").open(encoding="utf-8") as file:
        listed = {row["code"] for row in csv.DictReader(file) if row["unit_list"] == "quangngai-2025" and row["border"]}
    assert listed == {code for code, _ in QUANG_NGAI}


def test_quang_nam_had_fourteen() -> None:
    found = lengths("quangnam-2020")
    assert list(found["code"]) == QUANG_NAM
    assert set(found["neighbour"]) == {"LAO"}
    assert by_unit(found)["20458", "LAO"] == pytest.approx(1.3, abs=0.05)  # Bha Lê, the shortest


@pytest.mark.parametrize("version", ["kontum-2015", "quangnam-2020", "quangngai-2025", "danang-2025"])
def test_the_kilometres_add_up_to_the_line(version: str) -> None:
    boundary = load(version)
    line = boundary.border.to_crs(boundary.entry.metric_crs).length.sum() / 1000
    assert lengths(version)["km"].sum() == pytest.approx(line, rel=0.001)


def line(*points: tuple[float, float], neighbour: str = "LAO") -> gpd.GeoDataFrame:
    """Return a line through points in kilometres."""
    drawn = shapely.LineString(np.array(points) * 1000 + ORIGIN)
    return gpd.GeoDataFrame({"neighbour": [neighbour]}, geometry=[drawn], crs=ZONE).to_crs("EPSG:4326")


def test_a_unit_behind_another_is_merely_near() -> None:
    frame = units(front=rect(0, 0, 0.05, 3), behind=rect(0.05, 0, 3, 3))
    assert by_unit(border_lengths(frame, line((0, 0), (0, 3)), ZONE)) == pytest.approx({("front", "LAO"): 3}, rel=1e-3)


@pytest.mark.parametrize(("away", "touches"), [(0.0, True), (0.15, True), (0.25, False)])
def test_a_line_drawn_a_little_aside_is_touched_and_one_further_off_is_not(away: float, *, touches: bool) -> None:
    found = border_lengths(units(a=rect(0, 0, 3, 3)), line((-away, 0), (-away, 3)), ZONE)
    assert list(found["code"]) == ["a"] * touches


def test_a_corner_is_no_border() -> None:
    frame = units(a=rect(0, 0, 3, 3), b=rect(0, 3, 3, 6))
    found = border_lengths(frame, line((0, 0), (0, 3.1)), ZONE)
    assert list(found["code"]) == ["a"]


def test_each_country_is_counted_for_itself_and_the_line_may_reach_beyond() -> None:
    border = pd.concat([line((0, -5), (0, 1)), line((0, 1), (0, 3), (-9, 3), neighbour="KHM")], ignore_index=True)
    found = by_unit(border_lengths(units(a=rect(0, 0, 3, 3)), border, ZONE))
    # At its end the line counts as long as it is within 200 m of the unit.
    assert found == pytest.approx({("a", "LAO"): 1.2, ("a", "KHM"): 2.2}, abs=0.03)


def test_without_a_border_there_is_nothing() -> None:
    border = line((0, 0), (0, 1)).iloc[:0]
    found = border_lengths(units(a=rect(0, 0, 3, 3)), border, ZONE)
    assert list(found.columns) == ["code", "neighbour", "km"]
    assert found.empty
    nowhere = drawn(units(a=rect(0, 0, 3, 3)), border)
    assert border_distances_m([(108, 14.5)], nowhere) == [None]
    assert border_stretches(nowhere) == buffer_lines(nowhere, 1.0) == ()


def drawn(frame: gpd.GeoDataFrame, border: gpd.GeoDataFrame) -> BoundaryVersion:
    """Return units and a line as a version measured in the zone of Kon Tum."""
    return BoundaryVersion(load("kontum-2015").entry, frame, border)


def test_how_far_points_are_from_the_nearest_border() -> None:
    border = pd.concat([line((0, 0), (0, 9)), line((20, 0), (20, 9), neighbour="KHM")], ignore_index=True)
    version = drawn(units(a=rect(0, 0, 20, 9)), border)
    found = border_distances_m([place(4, 5), place(18, 5), place(3, 13)], version)
    assert found == pytest.approx([4000, 2000, 5000], rel=1e-4)
    assert border_distances_m([], version) == []


@pytest.mark.parametrize("point", [(108.0, 14.35), (107.5, 14.9), (108.4, 14.6)])
def test_the_distance_is_that_on_the_ellipsoid(point: tuple[float, float]) -> None:
    version = load("kontum-2015")
    vertices = shapely.segmentize(version.border.geometry.to_numpy(), 0.001)
    lon, lat = shapely.get_coordinates(vertices).T
    _, _, metres = Geod(ellps="WGS84").inv(np.full(len(lon), point[0]), np.full(len(lon), point[1]), lon, lat)
    assert border_distances_m([point], version) == pytest.approx([min(metres)], rel=0.001)


@pytest.mark.parametrize("version", ["kontum-2015", "quangngai-2025", "quangnam-2020"])
def test_every_stretch_has_its_kilometres_and_a_place_on_the_line(version: str) -> None:
    boundary = load(version)
    found = border_stretches(boundary)
    rows = list(lengths(version).itertuples(index=False, name=None))
    assert [one[:3] for one in found] == rows
    places = [place for *_, place in found]
    assert border_distances_m(places, boundary) == pytest.approx([0] * len(found), abs=1)


def test_the_place_of_a_stretch_is_its_middle() -> None:
    version = drawn(units(a=rect(0, 0, 3, 3), b=rect(0, 3, 3, 9)), line((0, 0), (0, 5), (0, 9)))
    middles = [place for *_, place in border_stretches(version)]
    assert middles == [pytest.approx(place(0, 1.5), abs=5e-4), pytest.approx(place(0, 6), abs=5e-4)]


def test_a_buffer_line_keeps_its_distance_and_stays_within_the_territory() -> None:
    version = drawn(units(a=rect(0, 0, 10, 20)), line((0, 0), (0, 20)))
    [found] = buffer_lines(version, 4.0)
    distances = border_distances_m(found, version)
    assert distances == pytest.approx([4000] * len(found), abs=60)
    assert shapely.LineString(found).length == pytest.approx(
        shapely.LineString([place(4, 0), place(4, 20)]).length, 1e-3
    )
    assert buffer_lines(version, 11.0) == buffer_lines(version, 0.0) == ()


def test_buffer_lines_of_kon_tum() -> None:
    version = load("kontum-2015")
    outline = shapely.union_all(version.units.geometry.to_numpy()).buffer(0.001)
    for km in (1.0, 5.0):
        lines = buffer_lines(version, km)
        assert all(outline.covers(shapely.LineString(one)) for one in lines)
        points = [point for one in lines for point in one]
        assert border_distances_m(points, version) == pytest.approx([km * 1000] * len(points), abs=80)
