"""Faults of drawn units: each sort made by hand, a real file, and chance against counting every pair."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapes import ZONE, km2, place, rect, units

from bench.nation_file import sound_units
from geo.coverage import NARROW_GAP, SMALL_HOLE, WIDE_GAP, GeometryFault, find_faults

SOUND = sound_units(12)
CENSUS = Path(__file__).parent.parent / "data" / "kon_tum_communes_censusVN2009.geojson"


def faults(**shapes: shapely.Geometry | None) -> list[GeometryFault]:
    return find_faults(units(**shapes), ZONE)


def only(found: list[GeometryFault]) -> GeometryFault:
    assert len(found) == 1, found
    return found[0]


def test_the_coarse_census_layer_has_its_known_faults() -> None:
    """Its description counts 479 sliver gaps (14 km²) and 13 km² of overlaps."""
    found = find_faults(gpd.read_file(CENSUS).set_index("ward_code"), ZONE)
    assert Counter(fault.kind for fault in found) == {"overlap": 218, "gap": 476}
    areas = {kind: sum(fault.area_km2 for fault in found if fault.kind == kind) for kind in ("overlap", "gap")}
    assert areas["overlap"] == pytest.approx(12.79, abs=0.01)
    assert areas["gap"] == pytest.approx(14.20, abs=0.01)
    assert {fault.reason for fault in found if fault.kind == "gap"} == {NARROW_GAP}
    assert found[0].units == ("23470", "23473")
    assert all(107 < fault.lon < 109 and 13.5 < fault.lat < 15.5 for fault in found)


def test_units_that_fit_have_no_fault() -> None:
    assert faults(a=rect(0, 0, 1, 1), b=rect(1, 0, 2, 1), c=rect(0, 1, 2, 2)) == []
    assert faults(a=rect(0, 0, 1, 1), b=rect(5, 0, 6, 1)) == []


def test_an_overlap_is_told_for_each_pair_with_its_place_and_area() -> None:
    found = only(faults(a=rect(0, 0, 1, 1), b=rect(0.9, 0, 2, 1), c=rect(0, 1, 2, 2)))
    assert (found.kind, found.units, found.reason) == ("overlap", ("a", "b"), "Hai đơn vị chồng lên nhau.")
    assert found.area_km2 == pytest.approx(0.1, rel=1e-3)
    assert (found.lon, found.lat) == pytest.approx(place(0.95, 0.5), abs=0.005)


def test_three_units_over_each_other_are_three_overlaps() -> None:
    found = faults(a=rect(0, 0, 2, 2), b=rect(1, 0, 3, 2), c=rect(1, 1, 2, 3))
    assert {fault.units: round(fault.area_km2, 2) for fault in found if fault.kind == "overlap"} == {
        ("a", "b"): 2.0,
        ("a", "c"): 1.0,
        ("b", "c"): 1.0,
    }


@pytest.mark.parametrize("inner", [rect(1, 1, 2, 2), rect(0, 0, 3, 3), rect(0, 0, 1, 3)])
def test_a_unit_drawn_upon_another_is_told_as_such(inner: shapely.Polygon) -> None:
    found = only(faults(commune=rect(0, 0, 3, 3), town=inner))
    assert (found.units, found.reason) == (("commune", "town"), "Một đơn vị nằm trọn trong đơn vị kia.")
    assert found.area_km2 == pytest.approx(inner.area, rel=1e-3)


@pytest.mark.parametrize(("width", "reason"), [(0.1, NARROW_GAP), (0.24, NARROW_GAP), (0.27, WIDE_GAP), (1, WIDE_GAP)])
def test_a_gap_between_units_is_narrow_up_to_250_metres(width: float, reason: str) -> None:
    found = only(
        faults(
            a=rect(0, 0, 1, 2),
            b=rect(1 + width, 0, 3, 2),
            south=rect(0, -1, 3, 0),
            north=rect(0, 2, 3, 3),
        )
    )
    assert (found.kind, found.reason, found.repairable) == ("gap", reason, reason == NARROW_GAP)
    assert found.units == ("a", "b", "south", "north")
    assert found.area_km2 == pytest.approx(2 * width, rel=1e-3)
    assert (found.lon, found.lat) == pytest.approx(place(1 + width / 2, 1), abs=0.005)


@pytest.mark.parametrize(("side", "reason"), [(0.05, SMALL_HOLE), (0.15, WIDE_GAP), (2, WIDE_GAP)])
def test_a_hole_within_one_unit_is_a_fault_below_one_hectare(side: float, reason: str) -> None:
    found = only(faults(a=rect(0, 0, 4, 4, rect(1, 1, 1 + side, 1 + side))))
    assert (found.kind, found.units, found.reason) == ("gap", ("a",), reason)


def test_an_island_in_a_lake_is_not_part_of_the_gap() -> None:
    found = only(faults(a=rect(0, 0, 4, 4, rect(1, 1, 3, 3)), island=rect(1.5, 1.5, 2.5, 2.5)))
    assert found.area_km2 == pytest.approx(3, rel=1e-3)
    assert found.units == ("a", "island")


def test_a_small_part_against_another_unit_is_a_sliver_and_an_islet_is_not() -> None:
    part, islet, speck = rect(2, 0.5, 2.08, 0.58), rect(9, 9, 9.02, 9.02), rect(9, 8, 9.005, 8.005)
    frame = units(
        a=shapely.MultiPolygon([rect(0, 0, 1, 1), part, islet, speck]),
        b=shapely.Polygon([(1, 0), (2, 0), (2, 0.5), (2, 0.58), (2, 1), (1, 1)]),
    )
    found = find_faults(frame, ZONE)
    assert [(fault.kind, fault.units, round(fault.area_km2, 6)) for fault in found] == [
        ("sliver", ("a",), 0.0064),
        ("sliver", ("a",), 0.000025),
    ]
    assert (found[0].lon, found[0].lat) == pytest.approx(place(2.04, 0.54), abs=0.001)


def test_the_only_part_of_a_unit_is_no_sliver() -> None:
    assert faults(a=rect(0, 0, 1, 1), b=rect(1, 0, 1.05, 0.05)) == []


BOW = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (BOW, "Đường ranh giới tự cắt."),
        (
            shapely.Polygon([(0, 0), (2, 0), (1, 1), (2, 2), (0, 2), (1, 1)]),
            "Đường ranh giới tự chạm.",
        ),
        (rect(0, 0, 2, 2, rect(4, 4, 5, 5)), "Lỗ nằm ngoài đường bao của đơn vị."),
        (rect(0, 0, 9, 9, rect(1, 1, 6, 6), rect(2, 2, 3, 3)), "Lỗ nằm trong lỗ khác."),
        (shapely.MultiPolygon([rect(0, 0, 5, 5), rect(1, 1, 2, 2)]), "Một mảnh của đơn vị nằm trong mảnh khác."),
    ],
)
def test_an_invalid_outline_is_told_in_our_words(shape: shapely.Geometry, reason: str) -> None:
    found = faults(a=shape)[0]
    assert (found.kind, found.units, found.reason) == ("invalid", ("a",), reason)
    assert found.lon is not None


def test_a_crossing_is_told_where_it_is() -> None:
    found = only(faults(a=BOW))
    assert (found.lon, found.lat) == pytest.approx(place(1, 1), abs=1e-4)
    assert found.area_km2 == pytest.approx(2, rel=1e-3)


@pytest.mark.parametrize("nothing", [None, shapely.Polygon(), shapely.MultiPolygon(), shapely.Point(1, 1)])
def test_a_unit_without_an_outline_is_told(nothing: shapely.Geometry | None) -> None:
    found = only(faults(a=rect(0, 0, 1, 1), b=nothing))
    assert (found.kind, found.units, found.area_km2, found.lon) == ("empty", ("b",), 0, None)
    assert not found.repairable


def test_coordinates_that_are_no_numbers_are_told_without_a_place() -> None:
    frame = units(a=rect(0, 0, 1, 1), b=rect(1, 0, 2, 1))
    points = shapely.get_coordinates(frame.geometry["a"])
    points[2] = np.nan
    with np.errstate(invalid="ignore"):
        broken = shapely.polygons(shapely.linearrings(points, handle_nan="allow"))
    frame = frame.set_geometry(gpd.GeoSeries([broken, frame.geometry["b"]], index=frame.index, crs=frame.crs))
    found = only(find_faults(frame, ZONE))
    assert (found.kind, found.reason, found.lon) == ("invalid", "Hình có tọa độ không phải là số.", None)


def test_faults_stand_by_kind_and_the_largest_first() -> None:
    found = faults(
        a=rect(0, 0, 1, 1), b=rect(0.9, 0, 2, 1), c=rect(1.5, 0, 3, 1), bow=shapely.transform(BOW, lambda p: p + 9)
    )
    assert [(fault.kind, fault.units) for fault in found] == [
        ("invalid", ("bow",)),
        ("overlap", ("b", "c")),
        ("overlap", ("a", "b")),
    ]


@given(st.integers(0, 2**32), st.integers(1, 6))
def test_every_overlap_is_found(seed: int, moved: int) -> None:
    dice = np.random.default_rng(seed)
    frame, shapes = SOUND, SOUND.geometry.to_numpy().copy()
    for unit in dice.choice(12, moved, replace=False):
        move = dice.uniform(-1, 1, 2) * 10.0 ** dice.uniform(-5, -2)
        shapes[unit] = shapely.transform(shapes[unit], lambda points, move=move: points + move)
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    pairs = pd.MultiIndex.from_tuples(combinations(frame.index, 2))
    shared = [shapely.intersection(frame.geometry[one], frame.geometry[other]) for one, other in pairs]
    areas = km2(gpd.GeoDataFrame(geometry=shared, index=pairs, crs="EPSG:4326"))
    expected = {pair: area for pair, area in areas.items() if area >= 1e-6}
    found = {fault.units: fault.area_km2 for fault in find_faults(frame, ZONE) if fault.kind == "overlap"}
    assert found == pytest.approx(expected)
