"""Classes are left-closed everywhere, and the legends that ship can be told apart."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import DataError
from layers import classify
from layers.classify import LEGENDS_FILE, LegendStyle, left_closed, legend_keys, legend_style
from layers.registry import BUILDERS

LEGENDS = tomllib.loads(LEGENDS_FILE.read_text("utf-8"))
breaks = st.lists(st.integers(-1000, 1000) | st.floats(-1e6, 1e6), min_size=1, max_size=8, unique=True).map(sorted)


@given(breaks, st.data())
def test_a_value_on_a_break_is_in_the_upper_class_and_just_below_in_the_lower(
    bounds: list[float], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(bounds) - 1))
    assert left_closed(bounds[index], bounds) == index + 1
    below = math.nextafter(bounds[index], -math.inf)
    assert left_closed(below, bounds) <= index


@given(breaks, st.floats(-2e6, 2e6))
def test_a_value_lies_within_the_bounds_of_its_class(bounds: list[float], value: float) -> None:
    edges = [-math.inf, *bounds, math.inf]
    index = left_closed(value, bounds)
    assert edges[index] <= value < edges[index + 1]


def test_no_number_has_no_class() -> None:
    with pytest.raises(ValueError, match="NaN"):
        left_closed(math.nan, [1, 2])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "0"),
        (24.999999, "0"),
        (25, "25"),
        (49.999999, "25"),
        (50, "50"),
        (100 * 6 / 12, "50"),
        (74.999999, "50"),
        (75, "75"),
        (100 * 3 / 4, "75"),
        (99.999999, "75"),
        (100, "100"),
        (100 * 7 / 7, "100"),
    ],
)
def test_district_classes_at_and_just_below_their_bounds(value: float, expected: str) -> None:
    assert legend_style("district-progress").class_of(value) == expected


@given(st.integers(1, 400), st.data())
def test_a_share_is_in_the_class_that_whole_numbers_say(total: int, data: st.DataObject) -> None:
    """The share is a float; the rule is read on whole numbers: count × 100 ≥ bound × total."""
    count = data.draw(st.integers(0, total))
    expected = max(bound for bound in (0, 25, 50, 75, 100) if 100 * count >= bound * total)
    assert legend_style("district-progress").class_of(100 * count / total) == str(expected)


@pytest.mark.parametrize("layer", LEGENDS)
def test_ids_are_unique_and_no_two_classes_look_the_same(layer: str) -> None:
    style = legend_style(layer)
    assert max(Counter(item.id for item in style.classes).values()) == 1
    assert max(Counter((item.color, item.pattern) for item in style.classes).values()) == 1
    assert max(Counter(item.vi for item in style.classes).values()) == 1
    assert max(Counter(item.en for item in style.classes).values()) == 1


@pytest.mark.parametrize("layer", LEGENDS)
def test_marks_fit_one_base64_character_and_differ(layer: str) -> None:
    marks = legend_style(layer).marks
    assert len(marks) <= 6
    assert len({mark.id for mark in marks}) == len({mark.symbol for mark in marks}) == len(marks)


def test_every_layer_has_a_legend_and_every_legend_a_layer() -> None:
    variants = {
        *("criteria-met-10", "criteria-met-other", "criterion-group", "reporting-communes", "reporting-undated"),
        "villages-model",
    }
    assert set(LEGENDS) == set(BUILDERS) | variants
    assert legend_keys() == tuple(LEGENDS)


@pytest.mark.parametrize(
    ("layer", "class_id", "color", "pattern"),
    [
        ("ntm-levels", "below", "#FFF1BF", "solid"),
        ("ntm-levels", "met", "#C7DE8F", "dots"),
        ("ntm-levels", "standard", "#74B566", "solid"),
        ("ntm-levels", "advanced", "#2A8152", "solid"),
        ("ntm-levels", "model", "#083D2E", "star"),
        ("ntm-levels", "outside", "#E6E6E6", "solid"),
        ("ntm-levels", "unknown", "#FFFFFF", "hatch"),
        ("ntm-levels", "new-unit", "#FFFFFF", "dots"),
        ("target-communes", "standard", "#9ECAE1", "solid"),
        ("target-communes", "advanced", "#4292C6", "solid"),
        ("target-communes", "model", "#08519C", None),
        ("target-communes", "none", "#FFFFFF", "solid"),
    ],
)
def test_colours_and_patterns_are_those_of_the_design(
    layer: str, class_id: str, color: str, pattern: str | None
) -> None:
    found = {item.id: item for item in legend_style(layer).classes}[class_id]
    assert found.color == color
    assert pattern in {None, found.pattern}


@pytest.mark.parametrize(
    ("layer", "ids"),
    [
        ("ntm-levels", "below met standard advanced model outside unknown new-unit"),
        ("target-communes", "standard advanced model none outside"),
        ("border-replanning", "none-filed filed reviewing expired appraised approved done inland"),
        ("district-progress", "0 25 50 75 100 new-unit outside"),
        ("villages", "reached part none no-target exempt unclear no-register outside"),
        ("villages-model", "has-model no-model no-register outside"),
    ],
)
def test_classes_are_those_of_the_design(layer: str, ids: str) -> None:
    assert {item.id for item in legend_style(layer).classes} == set(ids.split())


@pytest.mark.parametrize("layer", LEGENDS)
def test_a_view_counts_every_row_once_and_keeps_empty_classes(layer: str) -> None:
    style = legend_style(layer)
    first = style.classes[0].id
    legend = style.counted([first, first], [], "en")
    assert [item.count for item in legend.classes] == [2] + [0] * (len(style.classes) - 1)
    assert [item.label for item in legend.classes] == [item.en for item in style.classes]


@pytest.mark.parametrize(
    "damage",
    ["[ntm-levels", "[other]\ntitle_vi = 'x'\n", "[ntm-levels]\ntitle_vi = 'x'\ntitle_en = 'x'\nclasses = []\n", None],
)
def test_a_damaged_legend_file_is_a_fault_that_names_it(
    damage: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "legends.toml"
    if damage is not None:
        path.write_text(damage, encoding="utf-8")
    monkeypatch.setattr(classify, "LEGENDS_FILE", path)
    with pytest.raises(DataError) as caught:
        legend_style.__wrapped__("ntm-levels")
    assert "legends.toml" in str(caught.value)


def test_seven_marks_are_refused() -> None:
    style = LEGENDS["target-communes"]
    with pytest.raises(ValueError, match="at most 6"):
        LegendStyle.model_validate(style | {"marks": style["marks"] + style["marks"][:1]})
