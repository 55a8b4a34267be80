"""Fewer vertices, the same neighbours."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapes import ZONE, km2, rect, units

from bench.nation_file import sound_units
from geo.boundaries import load
from geo.detail import simplified, tolerance_m


@pytest.mark.parametrize("version", ["kontum-2015", "quangnam-2020", "quangngai-2025", "danang-2025", "made"])
def test_a_coverage_stays_one_and_no_unit_gets_lost(version: str) -> None:
    frame = sound_units(300) if version == "made" else load(version).units
    made = simplified(frame, ZONE)
    assert made.is_valid_coverage()
    assert made.geometry.is_valid.all()
    assert not made.geometry.is_empty.any()
    assert list(made.index) == list(frame.index)
    assert list(made.columns) == list(frame.columns)
    assert set(map(tuple, made.get_coordinates().to_numpy())) <= set(map(tuple, frame.get_coordinates().to_numpy()))
    assert shapely.get_num_geometries(made.geometry.to_numpy()).sum() == (
        shapely.get_num_geometries(frame.geometry.to_numpy()).sum()
    )
    assert sum(km2(made).values()) == pytest.approx(sum(km2(frame).values()), rel=1e-3)


def test_lines_move_less_than_the_tolerance_allows_and_many_vertices_go() -> None:
    frame = sound_units(2000)  # as large as five provinces
    tolerance = tolerance_m(frame, "EPSG:3405")
    made = simplified(frame, "EPSG:3405")
    assert len(made.get_coordinates()) < 0.6 * len(frame.get_coordinates())
    moved = shapely.hausdorff_distance(
        frame.geometry.to_crs("EPSG:3405").to_numpy(), made.geometry.to_crs("EPSG:3405").to_numpy()
    )
    assert np.quantile(moved, 0.9) < 3 * tolerance  # a flat triangle of its square may be higher


def test_the_tolerance_follows_the_size() -> None:
    assert tolerance_m(load("kontum-2015").units, ZONE) == pytest.approx(33, abs=1)
    assert tolerance_m(units(a=rect(0, 0, 300, 100)), ZONE) == pytest.approx(np.sqrt(30_000) / 3, rel=0.01)
    assert tolerance_m(load("kontum-2015").units.iloc[:0], ZONE) == 0


def test_a_small_unit_becomes_a_triangle_at_least() -> None:
    frame = units(a=rect(0, 0, 200, 100), islet=rect(300, 0, 300.02, 0.02))
    made = simplified(frame, ZONE)
    assert made.geometry["islet"].area > 0
