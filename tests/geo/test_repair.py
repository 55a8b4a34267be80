"""Repair: each rule on a drawing small enough to count, real files, and chance."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapes import ZONE, km2, rect, units

from base.errors import BoundaryError
from bench.nation_file import faulty_units, sound_units
from geo.boundaries import load
from geo.coverage import WIDE_GAP, find_faults, sound
from geo.repair import DIGITS, Repaired, repair

CENSUS = Path(__file__).parent.parent / "data" / "kon_tum_communes_censusVN2009.geojson"


def checked(frame: gpd.GeoDataFrame) -> Repaired:
    """Repair, and assert what holds whatever came in."""
    made = repair(frame, ZONE)
    assert list(made.frame.index) == list(frame.index)
    assert made.frame.crs == "EPSG:4326"
    assert made.frame.geometry.is_valid.all()
    assert made.frame.is_valid_coverage()
    assert set(made.frame.geom_type) == {"MultiPolygon"}
    points = shapely.get_coordinates(made.frame.geometry.to_numpy())
    assert (points == np.round(points, DIGITS)).all(), "as it is stored"
    drawn = frame.set_geometry(gpd.GeoSeries(sound(frame.geometry.to_numpy()), index=frame.index, crs=frame.crs))
    before, after = km2(drawn), km2(made.frame)
    shares = {key: after[key] / before[key] - 1 for key in frame.index if before[key] > 0}
    told = {change.unit: change.share for change in made.changes}
    assert told == pytest.approx({key: share for key, share in shares.items() if abs(share) > 0.01})
    assert [abs(change.share) for change in made.changes] == sorted(map(abs, told.values()), reverse=True)
    assert not [fault for fault in made.faults_left if fault.repairable]
    return made


def areas(made: Repaired) -> dict[str, float]:
    return {str(key): round(area, 3) for key, area in km2(made.frame).items()}


def test_the_coarse_census_layer_becomes_a_coverage() -> None:
    frame = gpd.read_file(CENSUS).set_index("ward_code")
    made = checked(frame)
    assert made.faults_left == []
    assert list(made.frame.columns) == list(frame.columns)
    # Without its gaps, and but for vertices moved by a metre: 0.04 km² of 9,600.
    closed = shapely.Polygon(shapely.union_all(frame.geometry.to_numpy()).exterior)
    assert shapely.area(shapely.symmetric_difference(shapely.union_all(made.frame.geometry.values), closed)) < 3e-6
    # Quyết Thắng, a ward of 1.2 km², is drawn in the wrong place among others of its size.
    assert (made.changes[0].unit, round(made.changes[0].share, 2)) == ("23287", 0.08)
    assert len(made.changes) == 6


@pytest.mark.parametrize("version", ["kontum-2015", "quangnam-2020"])
def test_a_version_that_ships_keeps_its_areas(version: str) -> None:
    made = checked(load(version).units)
    assert made.changes == made.faults_left == []


def test_what_is_repaired_stays_as_it_is() -> None:
    once = repair(faulty_units(40), ZONE).frame
    again = repair(once, ZONE)
    assert again.changes == []
    assert again.frame.geom_equals_exact(once, 0).all()


def test_an_overlap_goes_to_the_smallest_unit() -> None:
    made = checked(units(large=rect(0, 0, 5, 1), small=rect(4, 0, 6, 1), apart=rect(8, 0, 9, 1)))
    assert areas(made) == {"large": 4.0, "small": 2.0, "apart": 1.0}
    (change,) = made.changes
    assert (change.unit, round(change.before_km2, 3), round(change.after_km2, 3)) == ("large", 5.0, 4.0)
    assert change.share == pytest.approx(-0.2, rel=1e-4)


def test_a_town_drawn_upon_a_commune_without_a_hole_stays() -> None:
    made = checked(units(commune=rect(0, 0, 4, 4), town=rect(1, 1, 2, 2)))
    assert areas(made) == {"commune": 15.0, "town": 1.0}


def test_three_units_over_one_another_are_told_apart() -> None:
    made = checked(units(a=rect(0, 0, 3, 3), b=rect(2, 0, 4, 3), c=rect(2, 2, 3, 5)))
    assert sum(areas(made).values()) == pytest.approx(9 + 3 + 2)


def test_a_narrow_gap_goes_to_the_neighbour_with_the_longest_edge() -> None:
    made = checked(
        units(
            west=rect(0, 0, 1, 2),
            north_east=rect(1.1, 1.2, 2, 2),
            south_east=rect(1.1, 0, 2, 1.2),
            north=rect(0, 2, 2, 3),
            south=rect(0, -1, 2, 0),
        )
    )
    assert areas(made) == {"west": 2.2, "north_east": 0.72, "south_east": 1.08, "north": 2.0, "south": 2.0}


def test_a_wide_gap_stays_open_and_is_told() -> None:
    made = checked(units(a=rect(0, 0, 4, 4, rect(1, 1, 3, 3)), b=rect(4, 0, 5, 4)))
    assert areas(made) == {"a": 12.0, "b": 4.0}
    (left,) = made.faults_left
    assert (left.reason, round(left.area_km2, 2)) == (WIDE_GAP, 4.0)


def test_an_island_in_a_lake_and_its_lake_stay() -> None:
    made = checked(units(a=rect(0, 0, 4, 4, rect(1, 1, 3, 3)), island=rect(1.5, 1.5, 2.5, 2.5)))
    assert areas(made) == {"a": 12.0, "island": 1.0}


def test_a_sliver_goes_to_its_neighbour_and_an_islet_stays() -> None:
    made = checked(
        units(
            a=shapely.MultiPolygon([rect(0, 0, 1, 1), rect(1.95, 0.5, 2, 0.6), rect(9, 9, 9.06, 9.06)]),
            b=shapely.Polygon([(1, 0), (2, 0), (2, 0.5), (1.95, 0.5), (1.95, 0.6), (2, 0.6), (2, 1), (1, 1)]),
        )
    )
    assert areas(made) == {"a": 1.004, "b": 1.0}
    assert {key: len(shape.geoms) for key, shape in made.frame.geometry.items()} == {"a": 2, "b": 1}


def test_a_sliver_in_a_gap_finds_its_neighbour_once_the_gap_is_filled() -> None:
    part, gap = rect(1.45, 1, 1.5, 1.05), rect(1.4, 0.9, 1.6, 1.2)
    made = checked(units(a=shapely.MultiPolygon([rect(0, 0, 1, 2), part]), b=rect(1, 0, 2, 2, gap)))
    assert areas(made) == {"a": 2.0, "b": 2.0}


def test_a_speck_is_dropped() -> None:
    made = checked(units(a=shapely.MultiPolygon([rect(0, 0, 1, 1), rect(5, 5, 5.005, 5.005)]), b=rect(1, 0, 2, 1)))
    assert [len(shape.geoms) for shape in made.frame.geometry] == [1, 1]


def test_a_crossing_outline_becomes_what_it_encloses() -> None:
    made = checked(units(bow=shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]), b=rect(2, 0, 3, 2)))
    assert areas(made) == {"bow": 2.0, "b": 2.0}


def test_a_unit_of_which_nothing_is_left_is_told() -> None:
    made = repair(units(a=rect(0, 0, 1, 1), twin=rect(0, 0, 1, 1), none=None), ZONE)
    assert sorted((fault.kind, fault.units) for fault in made.faults_left) == [
        ("empty", ("none",)),
        ("empty", ("twin",)),
    ]
    assert areas(made) == {"a": 1.0, "twin": 0, "none": 0}
    assert [(change.unit, change.share) for change in made.changes] == [("twin", -1)]


def test_progress_runs_from_nothing_to_all() -> None:
    told: list[tuple[float, str]] = []
    repair(faulty_units(30), ZONE, lambda fraction, text: told.append((fraction, text)))
    fractions = [fraction for fraction, _ in told]
    assert fractions[0] == 0
    assert fractions[-1] == 1
    assert fractions == sorted(fractions)
    assert len({text for _, text in told}) >= 4


@pytest.fixture
def mislaid(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let cutting lose the second unit, as GEOS may with a coarse snap, while it snaps by ``finest`` and more."""
    true_clean = shapely.coverage_clean

    def install(finest: float) -> None:
        def clean(shapes: NDArray[np.object_], **how: float | str) -> NDArray[np.object_]:
            cut = true_clean(shapes, **how)
            if float(how["snapping_distance"]) >= finest:
                cut[0] = shapely.union(cut[0], cut[1])
                cut[1] = shapely.Polygon()
            return cut

        monkeypatch.setattr(shapely, "coverage_clean", clean)

    return install


OVERLAPPING = {"a": rect(0, 0, 2, 1), "b": rect(1.9, 0, 3, 1)}


def test_a_unit_mislaid_by_coarse_snapping_is_found_by_finer_snapping(mislaid: Callable[[float], None]) -> None:
    mislaid(1e-6)
    assert areas(checked(units(**OVERLAPPING))) == {"a": 1.9, "b": 1.1}


def test_outlines_that_cannot_be_untangled_are_refused(mislaid: Callable[[float], None]) -> None:
    mislaid(0)
    with pytest.raises(BoundaryError, match=r"rối ở a\. Hãy sửa"):
        repair(units(**OVERLAPPING), ZONE)


def shifted(shape: shapely.Geometry, dice: np.random.Generator) -> shapely.Geometry:
    move = dice.uniform(-1, 1, 2) * 10.0 ** dice.uniform(-7, -2)
    return shapely.transform(shape, lambda points: points + move)


def redrawn(shape: shapely.Geometry, dice: np.random.Generator) -> shapely.Geometry:
    digits = int(dice.integers(3, 6))
    return shapely.transform(shape, lambda points: np.round(points, digits))


def crossed(shape: shapely.Geometry, dice: np.random.Generator) -> shapely.Geometry:
    points = shapely.get_coordinates(shape)
    place = int(dice.integers(1, len(points) - 4))
    points[[place, place + 2]] = points[[place + 2, place]]
    return shapely.Polygon(points)


def spiked(shape: shapely.Geometry, dice: np.random.Generator) -> shapely.Geometry:
    points = shapely.get_coordinates(shape)
    place = int(dice.integers(1, len(points) - 1))
    return shapely.Polygon(np.insert(points, place, points[place] + dice.uniform(-0.02, 0.02, 2), axis=0))


def holed(shape: shapely.Geometry, dice: np.random.Generator) -> shapely.Geometry:
    hole = shape.representative_point().buffer(10.0 ** dice.uniform(-5, -2.7)).exterior
    return shapely.difference(shapely.make_valid(shape), shapely.Polygon(hole))


def scattered(shape: shapely.Geometry, dice: np.random.Generator) -> shapely.Geometry:
    part = shapely.Point(shape.centroid.x + 0.1, shape.centroid.y).buffer(10.0 ** dice.uniform(-6, -3))
    return shapely.MultiPolygon([shape, part])


FAULTS = [shifted, redrawn, crossed, spiked, holed, scattered]


@given(st.integers(0, 2**32), st.sampled_from([(12, 1.0), (40, 1.0), (40, 0.05)]), st.integers(1, 12))
def test_whatever_is_wrong_becomes_a_coverage(seed: int, size: tuple[int, float], count: int) -> None:
    """Units of the size of communes, and of 100 m, where rounding to 0.1 m hurts."""
    dice = np.random.default_rng(seed)
    number, scale = size
    frame = sound_units(number)
    middle = np.array([107.4, 15.6])
    shapes = shapely.transform(frame.geometry.to_numpy(), lambda points: (points - middle) * scale + middle)
    for unit in dice.choice(number, min(count, number), replace=False):
        shapes[unit] = FAULTS[dice.integers(len(FAULTS))](shapes[unit], dice)
    frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    made = checked(frame)
    land = shapely.union_all(sound(shapes))
    kept = shapely.union_all(made.frame.geometry.to_numpy())
    missing = shapely.buffer(shapely.difference(land, kept), -2e-5)  # needles narrower than 4 m may go, and specks
    assert max((part.area for part in shapely.get_parts(missing)), default=0) < 1e-8
    assert find_faults(made.frame, ZONE) == made.faults_left
