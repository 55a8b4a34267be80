"""What a sheet draws at places: clusters, villages, distances from the border, and their words."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.boundaries import load
from layers.registry import compute
from layers.view import Feature, LayerView, LegendClass, ViewState
from render.sheet import Composition, _pen, compose, sheet
from render.sheet_features import diameter
from render.sheet_ground import ground
from render.sheet_labels import Box, Taken
from render.sheet_layout import fit
from render.sheet_map import MapDrawing
from render.sheet_signs import Symbol, _layers

CLASSES = {"drafting": "Đang lập", "approved": "Đã phê duyệt", "done": "Hoàn thành"}
SKETCH = "đường ranh Ia Dom – Ia Tơi là sơ đồ"


def spots(count: int) -> list[tuple[str, tuple[float, float]]]:
    """Return units of the border and places in them, in turn."""
    frame = compute(ViewState(layer="border-replanning")).frame
    units = load("kontum-2015").units
    codes = [code for code, name in frame["class_id"].items() if name != "inland"]
    found = []
    for number in range(count):
        code = str(codes[number % len(codes)])
        middle = units.geometry[code].representative_point()
        turn = number // len(codes)
        found.append((code, (middle.x + 0.03 * (turn % 3), middle.y + 0.03 * (turn // 3))))
    return found


def clusters(count: int, *, exact: bool = False, **changes: object) -> list[Feature]:
    """Return clusters: every second one moves."""
    return [
        replace(
            Feature(
                "cluster",
                f"c{number}",
                text=f"Điểm {number} (2/9 hộ)",
                unit=unit,
                class_id=list(CLASSES)[number % 3],
                size=10 * number,
                filled=(lon, lat),
                hollow=(lon + 0.01, lat) if number % 2 else None,
                exact=exact,
                cells=(f"Điểm {number}",),
            ),
            **changes,
        )
        for number, (unit, (lon, lat)) in enumerate(spots(count))
    ]


def said(lang: str = "vi") -> list[Feature]:
    """Return a text of each kind that belongs to no cluster, and a line."""
    west = ((107.4, 14.2), (107.6, 14.2))
    return [
        Feature("border-km", "23535", text="47,3 km", unit="23535", filled=(107.3935, 14.2124)),
        Feature("buffer", "1", text="cách biên giới 1 km", lines=(west, ((107.45, 14.3), (107.5, 14.3)))),
        Feature("sketch", "0", text=SKETCH if lang == "vi" else "the line is schematic", filled=(107.525, 14.1227)),
    ]


def view_of(features: list[Feature], *, lang: str = "vi", layer: str = "border-replanning") -> LayerView:
    """Return a view with these features and no others."""
    view = compute(ViewState(layer=layer, lang=lang))
    counts = Counter(feature.class_id for feature in features if feature.selected)
    styles = tuple(LegendClass(key, label, "#2F74C0", "dots", counts[key]) for key, label in CLASSES.items())
    legend = replace(view.legend, features=styles, features_title="Cụm dân cư (tô đầy: hiện có)")
    return replace(view, features=tuple(features), feature_columns=("Tên",), legend=legend)


def words(drawn: Composition) -> list[str]:
    return [text.get_text() for text in drawn.figure.axes[0].texts]


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("count", [20, 120])
def test_no_text_of_a_feature_covers_another_text_or_a_panel(count: int, paper: str) -> None:
    view = view_of([*clusters(count), *said()])
    drawn = compose(view, paper=paper, inset="610", margins=view.margins)
    outside = {key: box for key, box in drawn.labels.items() if not key.startswith("inset:")}
    for boxes in (
        [*outside.values(), *drawn.panels.values()],
        [box for key, box in drawn.labels.items() if key not in outside],
    ):
        assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert any(key.startswith("feature:cluster:") for key in outside)
    assert all(box.within(drawn.frame) for box in outside.values())


@pytest.mark.parametrize(("lang", "count"), [("vi", 0), ("en", 40), ("vi", 500)])
def test_the_schematic_line_is_always_named(lang: str, count: int) -> None:
    view = view_of([*clusters(count), *said(lang)], lang=lang)
    drawn = compose(view, inset=view.inset, margins=view.margins)
    assert "feature:sketch:0" in drawn.labels
    written = [text for text in drawn.figure.axes[0].texts if text.get_fontstyle() == "italic"]
    whole = SKETCH if lang == "vi" else "the line is schematic"
    assert " ".join(text.get_text() for text in written) == whole


def test_a_distance_and_the_length_of_the_border_are_written_where_there_is_room() -> None:
    drawn = compose(view_of(said()))
    assert {"feature:border-km:23535", "feature:buffer:1"} <= set(drawn.labels)
    assert "Cách biên giới 1 km" in words(drawn), "in the legend too"


def test_what_the_filters_leave_out_is_not_drawn() -> None:
    shown = sheet(view_of(clusters(12)), fmt="svg").decode()
    hidden = sheet(view_of(clusters(12, selected=False)), fmt="svg").decode()
    assert "(2/9 hộ)" in shown
    assert "Điểm" not in hidden
    assert shown.lower().count("#2f74c0") > 0
    assert "#2f74c0" not in hidden.lower()


def test_an_inset_has_the_features_of_its_own_district_only() -> None:
    features = [*clusters(26), *said()]
    view = view_of(features)
    district = {str(code): key for code, key in load("kontum-2015").units["district_code"].items()}
    labels = compose(view, inset="618").labels
    inside = {key.rpartition(":")[2] for key in labels if key.startswith("inset:feature:cluster:")}
    assert inside
    assert inside <= {feature.id for feature in features if district.get(feature.unit) == "618"}
    assert "inset:feature:sketch:0" in labels
    assert "inset:feature:sketch:0" not in compose(view, inset="608").labels


def test_the_legend_counts_what_is_drawn_and_says_what_the_symbols_mean() -> None:
    features = [feature for feature in clusters(9) if feature.class_id != "done"]
    written = words(compose(view_of(features)))
    assert "Cụm dân cư" in written, "what the title says in brackets is said below"
    assert {"Đang lập", "Đã phê duyệt"} <= set(written)
    assert "Hoàn thành" not in written
    assert "Vòng rỗng: theo quy hoạch; đặc: hiện" in " ".join(written)


@pytest.mark.parametrize(("exact", "symbolic"), [(True, False), (False, True)])
def test_a_sheet_says_when_places_are_symbolic(exact: bool, symbolic: bool) -> None:  # noqa: FBT001
    assert ("Vị trí tượng trưng trong xã" in words(compose(view_of(clusters(5, exact=exact))))) == symbolic


def test_clusters_without_a_place_are_said_not_drawn() -> None:
    features = clusters(6)
    lost = [replace(feature, filled=None, hollow=None) for feature in features[:2]]
    assert "Không vẽ vì chưa có vị trí: 2" in words(compose(view_of([*lost, *features[2:]])))


def test_villages_are_dots_without_names_and_without_the_words_of_clusters() -> None:
    villages = clusters(40, exact=True, kind="village", hollow=None)
    drawn = compose(view_of(villages))
    assert not [key for key in drawn.labels if key.startswith("feature:")]
    assert not [text for text in words(drawn) if text.startswith("Vòng rỗng")]
    assert "Đang lập" in words(drawn)
    assert {diameter(feature, 1.0) for feature in villages} == {1.3}


def test_a_sheet_without_features_is_as_it_was() -> None:
    view = compute(ViewState(layer="ntm-levels"))
    assert not view.features
    assert not [key for key in compose(view).labels if "feature:" in key]
    assert "Số lượng" not in words(compose(view))


def test_the_label_of_a_commune_stands_under_its_name() -> None:
    view = view_of([])
    frame = view.frame.assign(label="")
    frame.loc["23530", "label"] = "3/5"
    drawn = [text for text in compose(replace(view, frame=frame)).figure.axes[0].texts if text.get_text() == "3/5"]
    names = [text for text in compose(view).figure.axes[0].texts if text.get_text() in {"Rờ Kơi", "Rờ", "Kơi"}]
    (label,) = drawn
    assert names
    box = compose(replace(view, frame=frame)).labels["23530"]
    assert box.x0 < label.get_position()[0] < box.x1
    assert box.y0 < label.get_position()[1] < box.y0 + box.height / 2


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_larger_cluster_has_no_smaller_symbol_and_all_are_within_bounds(one: int, other: int) -> None:
    small, large = (diameter(Feature("cluster", "x", size=size), 1.0) for size in sorted((one, other)))
    assert 1.2 <= small <= large <= 3.2


centres = st.tuples(st.floats(0, 30), st.floats(0, 30), st.floats(1.2, 3.2))


@given(st.lists(centres, max_size=30))
def test_symbols_of_one_layer_do_not_touch_and_later_ones_are_above(found: list[tuple[float, float, float]]) -> None:
    item = LegendClass("x", "", "#FFFFFF", "solid", 1)
    placed = [Symbol(x, y, size, item) for x, y, size in found]
    layers = _layers(placed)
    for (i, a), (j, b) in combinations(enumerate(placed), 2):
        apart = ((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5
        if apart < (a.size + b.size) / 2:
            assert layers[i] < layers[j]


def test_names_keep_clear_of_symbols_where_they_can_and_none_is_lost() -> None:
    view, frame = view_of([]), Box(10, 10, 200, 287)
    land = ground(view.boundary_version)
    drawing = MapDrawing(view, land, fit(frame, land.outline.bounds))
    names = drawing.draw_names(_pen(view, "A4"), Taken(), frame).boxes
    symbol = Box.around(*names["23535"].center, 2, 2)
    moved = drawing.draw_names(_pen(view, "A4"), Taken(), frame, np.array([symbol])).boxes
    assert not moved["23535"].overlaps(symbol)
    everywhere = drawing.draw_names(_pen(view, "A4"), Taken(), frame, np.array([frame])).boxes
    assert set(moved) == set(everywhere) == set(names)
