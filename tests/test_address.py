"""The address of a view: what cannot be used is told, what can be used is kept."""

from __future__ import annotations

import itertools
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.clock import Month, today
from layers.address import month_of, months_of, parse
from layers.registry import BUILDERS
from layers.view import FILTERS, PARAMETER, ViewState

LAYERS = sorted(BUILDERS)
GOOD = {
    "province": "kontum",
    "boundary": "kontum-2015",
    "period": "2024-12",
    "known_at": "2030-01-01",
    "district": "610",
    "commune": "23353",
    "ntm_level": "standard",
    "target_kind": "carried_over",
    "border": "laos",
    "criterion": "17.3",
    "under_15": "1",
    "from": "2024-01",
    "step": "not-reviewed",
    "arrangement": "on-the-spot",
    "expiring": "1",
    "lang": "en",
    "view": "table",
}
#: Cannot stand beside ``criterion``.
GROUP = {"criterion_group": "economy"}
BAD = [
    ("province", "thanhhoa"),
    ("province", ""),
    ("boundary", "kontum-1999"),
    ("period", "2024"),
    ("period", "2024-13"),
    ("period", "12/2024"),
    ("period", "2015-02"),
    ("period", "1999-07"),
    ("period", " 2024-12"),
    ("period", "٢٠٢٤-12"),
    ("known_at", "yesterday"),
    ("known_at", "2020-01-01"),
    ("district", "999"),
    ("district", "Đăk Glei"),
    ("commune", "99999"),
    ("commune", "610"),
    ("ntm_level", "outside"),
    ("ntm_level", "STANDARD"),
    ("target_kind", "minimum"),
    ("border", "Lào"),
    ("criterion", "20"),
    ("criterion", "7.9"),
    ("criterion", "Thu nhập"),
    ("criterion_group", "economy"),
    ("criterion_group", "Kinh tế"),
    ("under_15", "yes"),
    ("step", "Đã phê duyệt"),
    ("step", "none-filed"),
    ("arrangement", "tập trung"),
    ("expiring", "yes"),
    ("from", "2024"),
    ("from", "2025-01"),
    ("from", "2022-02"),
    ("lang", "fr"),
    ("view", "3d"),
]


def test_every_parameter_of_a_view_is_read() -> None:
    named = {PARAMETER.get(item.name, item.name) for item in fields(ViewState)} - {"layer"}
    assert set(GOOD) | set(GROUP) == named
    state, notices = parse(GOOD, "ntm-levels")
    assert notices == []
    months = {"period": Month(2024, 12), "since": Month(2024, 1)}
    plain = {name: value for name, value in GOOD.items() if name not in {"period", "from"}}
    assert state == ViewState(layer="ntm-levels", **plain, **months)
    assert parse(GROUP, "criterion") == (ViewState(layer="criterion", **GROUP), [])


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_value_that_cannot_be_used_is_told_and_left_out(name: str, value: str) -> None:
    kept = {key: good for key, good in GOOD.items() if key not in {name, "lang"}}
    state, notices = parse(kept | {name: value}, "ntm-levels")
    assert [(notice.parameter, notice.value) for notice in notices] == [(name, value)]
    assert state == parse(kept, "ntm-levels")[0]
    sentence = notices[0].text("vi")
    assert f"“{name}”" in sentence
    assert f"“{value}”" in sentence
    assert len(notices[0].reason) > 10


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("border", "x", "laos"),
        ("ntm_level", "x", "advanced"),
        ("period", "2015-02", "03/2015"),
        ("period", "x", "2025-06"),
        ("criterion", "20", "1, 2, 3"),
        ("criterion", "7.9", "7, 7.1, 8"),
        ("criterion_group", "x", "political-system"),
        ("from", "2022-01", "2022-03"),
    ],
)
def test_the_reason_says_what_would_be_right(name: str, value: str, allowed: str) -> None:
    _, notices = parse({name: value}, "ntm-levels")
    assert allowed in notices[0].reason


def test_all_bad_values_are_told_together() -> None:
    _, notices = parse({"period": "x", "district": "y", "lang": "z"}, "ntm-levels")
    assert {notice.parameter for notice in notices} == {"period", "district", "lang"}


@pytest.mark.parametrize("name", ["layer", "disrict", "since", "", "__class__"])
def test_an_unknown_parameter_is_told(name: str) -> None:
    state, notices = parse({name: "x", "district": "610"}, "ntm-levels")
    assert [notice.parameter for notice in notices] == [name]
    assert state.district == "610"


@pytest.mark.parametrize("layer", LAYERS)
def test_no_parameters_give_the_layer_as_it_opens(layer: str) -> None:
    assert parse({}, layer) == (ViewState(layer=layer), [])
    assert ViewState(layer=layer).query() == {}


names = st.sampled_from([*GOOD, *GROUP, "layer", "x"])
values = st.one_of(st.sampled_from([*GOOD.values(), *(value for _, value in BAD)]), st.text(max_size=12))


@given(st.dictionaries(names | st.text(max_size=8), values), st.sampled_from(LAYERS))
def test_any_query_gives_a_state_and_a_notice_for_all_that_is_not_in_it(params: dict[str, str], layer: str) -> None:
    state, notices = parse(params, layer)
    assert {notice.parameter for notice in notices} <= params.keys()
    dropped = {notice.parameter for notice in notices}
    for name, value in params.items():
        assert name in dropped or state.query().get(name, value) == value
    for lang in ("vi", "en"):
        assert all(notice.text(lang) for notice in notices)


good_queries = st.fixed_dictionaries(
    {},
    optional={
        # Of the units and the criteria that the other parameters name.
        "period": st.sampled_from([str(month) for month in months_of("kontum") if month <= Month(2025, 6)]),
        "district": st.sampled_from(["608", "610", "618"]),
        "commune": st.sampled_from(["23353", "23281"]),
        "ntm_level": st.sampled_from(["model", "unknown"]),
        "target_kind": st.sampled_from(["new", "continuing"]),
        "border": st.sampled_from(["yes", "laos", "cambodia"]),
        "criterion": st.sampled_from(["1", "10", "19"]),
        "under_15": st.just("1"),
        "lang": st.sampled_from(["vi", "en"]),
        "view": st.sampled_from(["list", "table", "notes"]),
        "known_at": st.sampled_from(["2027-01-01", "2026-11-30T08:00"]),
    },
)


@given(good_queries, st.sampled_from(LAYERS))
def test_a_state_comes_back_from_its_own_address(params: dict[str, str], layer: str) -> None:
    state, notices = parse(params, layer)
    assert notices == []
    assert parse(state.query(), layer) == (state, [])


def test_months_run_without_a_gap_from_the_newest_to_the_first_of_the_boundaries() -> None:
    months = months_of("kontum")
    assert (months[0], months[-1]) == (Month.of(today()), Month(2015, 3)), "the merged province goes on"
    assert all(later == earlier.plus(1) for later, earlier in itertools.pairwise(months))


@pytest.mark.parametrize("layer", LAYERS)
def test_the_month_a_layer_opens_with_can_be_chosen(layer: str) -> None:
    assert month_of(ViewState(layer=layer)) in months_of("kontum")


def test_every_layer_offers_filters_that_exist() -> None:
    assert set(FILTERS) == set(BUILDERS)
    assert {PARAMETER.get(name, name) for offered in FILTERS.values() for name in offered} <= {*GOOD, *GROUP}
