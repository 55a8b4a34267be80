"""What holds for every layer, in every month and under every filter."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from base.clock import Month, today
from base.errors import BoundaryError, StateError
from layers import registry
from layers.registry import BUILDERS, compute, facts_of
from layers.view import FRAME_COLUMNS, LayerView, ViewState
from store.queries import LedgerFacts

LAYERS = sorted(BUILDERS)
MONTHS = [None, Month(2015, 3), Month(2018, 6), Month(2022, 12), Month(2023, 12), Month(2024, 7), Month(2025, 6)]
FILTERS: list[dict[str, str]] = [
    {},
    {"district": "610"},
    {"district": "618"},
    {"border": "yes"},
    {"district": "611", "border": "laos"},
    {"ntm_level": "standard"},
    {"ntm_level": "below"},
    {"target_kind": "carried_over"},
    {"target_kind": "new", "district": "608"},
]
STATES = [ViewState(layer=layer, period=month, **chosen) for layer in LAYERS for month in MONTHS for chosen in FILTERS]
DEFAULTS = [ViewState(layer=layer) for layer in LAYERS]


def name(state: ViewState) -> str:
    return f"{state.layer}?" + "&".join(f"{key}={value}" for key, value in state.query().items())


def numbers(view: LayerView) -> dict[str, object]:
    """Return everything of a view that is no word."""
    return {
        "classes": [(item.id, item.color, item.pattern, item.count) for item in view.legend.classes],
        "marks": [(item.id, item.count) for item in view.legend.marks],
        "figures": [(figure.id, figure.value, figure.status) for figure in view.figures],
        "rows": view.frame[["value", "class_id", "selected"]].to_dict("index"),
        "unit marks": view.marks,
        "join": view.join_report,
        "as_of": (view.as_of, view.known_at, view.boundary_version),
    }


@pytest.mark.parametrize("state", STATES, ids=name)
def test_the_legend_counts_what_is_selected(state: ViewState) -> None:
    view = compute(state)
    chosen = view.frame[view.frame["selected"]]
    assert {item.id: item.count for item in view.legend.classes if item.count} == dict(Counter(chosen["class_id"]))
    assert sum(item.count for item in view.legend.classes) == len(chosen)
    assert set(view.frame["class_id"]) <= {item.id for item in view.legend.classes}
    carried = Counter(mark.id for mark in view.marks if mark.unit in chosen.index)
    assert {item.id: item.count for item in view.legend.marks if item.count} == dict(carried)
    assert {mark.id for mark in view.marks} <= {item.id for item in view.legend.marks}


@pytest.mark.parametrize("state", STATES, ids=name)
def test_a_view_says_when_from_whom_and_on_which_boundaries(state: ViewState) -> None:
    view = compute(state)
    month = view.state.period
    assert month is not None
    assert state.period in {None, month}
    assert f"{month.last_day:%d/%m/%Y}" in view.caption
    assert "Ranh giới tham khảo, không có giá trị pháp lý" in view.caption
    assert view.as_of == month.last_day.isoformat()
    assert month.label in view.subtitle
    assert all(figure.source and figure.as_of and figure.text for figure in view.figures)
    assert len(view.sources) == len(set(view.sources))
    words = [view.title, view.subtitle, view.headline, view.caption, *view.notes, *view.sources]
    words += [text for block in view.blocks for item in block.items for text in (item.text, item.detail)]
    assert not [text for text in words if re.search(r"[{}]|\bNone\b|\bnan\b", text)]


@pytest.mark.parametrize("state", DEFAULTS, ids=name)
def test_a_view_opens_with_figures_and_sources(state: ViewState) -> None:
    view = compute(state)
    assert view.figures
    assert view.sources
    assert view.sources[0] in view.caption
    assert set(FRAME_COLUMNS) <= set(view.frame.columns)
    assert set(view.columns) <= set(view.frame.columns)
    assert view.is_sample is False


@pytest.mark.parametrize("district", ["608", "610", "611", "612", "613", "614", "615", "616", "617", "618"])
@pytest.mark.parametrize("layer", LAYERS)
def test_a_district_filter_selects_exactly_the_district(layer: str, district: str, facts: LedgerFacts) -> None:
    view = compute(ViewState(layer=layer, district=district))
    selected = set(view.frame.index[view.frame["selected"]])
    by_district = view.area_level == "district"
    members = {unit.code for unit in facts.units.values() if unit.district_code == district}
    assert selected == ({district} if by_district else members)
    unfiltered = compute(ViewState(layer=layer)).frame
    assert view.frame["class_id"].equals(unfiltered["class_id"]), "a filter hides, it never reclassifies"


@pytest.mark.parametrize("layer", LAYERS)
def test_filters_together_select_what_passes_each(layer: str) -> None:
    def chosen(**filters: str) -> set[str]:
        frame = compute(ViewState(layer=layer, **filters)).frame
        return set(frame.index[frame["selected"]])

    both = chosen(district="611", border="laos")
    assert both == chosen(district="611") & chosen(border="laos")
    assert chosen(border="yes") == chosen(border="laos") | chosen(border="cambodia")


@pytest.mark.parametrize("month", MONTHS)
def test_levels_partition_the_communes(month: Month | None) -> None:
    total = 0
    for level in ("model", "advanced", "standard", "met", "below", "unknown"):
        view = compute(ViewState(layer="ntm-levels", period=month, ntm_level=level))
        assert set(view.frame.loc[view.frame["selected"], "class_id"]) <= {level}
        total += int(view.frame["selected"].sum())
    assert total == 85


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("month", MONTHS)
def test_english_has_the_same_numbers_and_other_words(layer: str, month: Month | None) -> None:
    vietnamese = compute(ViewState(layer=layer, period=month))
    english = compute(ViewState(layer=layer, period=month, lang="en"))
    assert numbers(english) == numbers(vietnamese)
    assert "Reference boundaries, without legal force" in english.caption
    assert [item.label for item in english.legend.classes] != [item.label for item in vietnamese.legend.classes]


@pytest.mark.parametrize("state", DEFAULTS, ids=name)
def test_computing_again_gives_the_same(state: ViewState) -> None:
    first, second = compute(state), registry._compute.__wrapped__(state.drawn(), facts_of("kontum"), today())
    assert first is not second
    assert first.frame.equals(second.frame)
    assert numbers(first) == numbers(second)
    assert (first.blocks, first.notes, first.sources) == (second.blocks, second.notes, second.sources)
    assert (first.title, first.headline, first.caption) == (second.title, second.headline, second.caption)


@pytest.mark.parametrize("state", STATES, ids=name)
def test_every_outline_has_its_unit_and_every_fact_its_outline(state: ViewState) -> None:
    report = compute(state).join_report
    assert (report.units, report.matched, report.outside) == (102, 102, 17)
    assert report.unknown_codes == ()
    assert report.duplicates == ()
    assert len(report.without_facts) <= 85


@pytest.mark.parametrize("layer", LAYERS)
def test_units_without_data_are_drawn_and_named(layer: str) -> None:
    view = compute(ViewState(layer=layer, period=Month(2015, 3)))
    rows = view.frame if view.area_level == "commune" else view.frame.drop("kontum")
    assert len(rows) == (102 if view.area_level == "commune" else 10)
    assert (rows["name"].str.len() > 3).all()
    assert (rows["tooltip"].str.len() > 3).all()


def test_an_item_of_a_list_opens_something_that_exists(facts: LedgerFacts) -> None:
    districts = {unit.district_code for unit in facts.units.values()}
    for state in STATES:
        view = compute(state)
        classes, marks = {c.id for c in view.legend.classes}, {m.id for m in view.legend.marks}
        for block in view.blocks:
            assert block.items or block.note, f"{name(state)}: {block.title} is empty without a word"
            for item in block.items:
                assert item.unit in {None, *facts.units}
                assert item.district in {None, *districts}
                assert item.class_id in {None, *classes}
                assert item.share is None or 0 <= item.share <= 1
                # An alert's mark is not drawn, and may come from another layer's legend.
                assert block.kind == "alert" or item.mark in {None, *marks}


def test_what_cannot_be_shown_is_refused_with_a_sentence() -> None:
    with pytest.raises(StateError, match="no-such-layer"):
        compute(ViewState(layer="no-such-layer"))
    with pytest.raises(StateError, match="nowhere"):
        compute(ViewState(province="nowhere"))
    with pytest.raises(StateError, match="kontum-1999"):
        compute(ViewState(boundary="kontum-1999"))
    with pytest.raises(BoundaryError, match="03/2015"):
        compute(ViewState(period=Month(2015, 2)))
    with pytest.raises(StateError, match="chưa đến"):
        compute(ViewState(period=Month(2100, 7)))
    with pytest.raises(StateError, match="2019-01-01"):
        compute(ViewState(known_at="2019-01-01"))
