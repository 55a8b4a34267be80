"""Criteria sets that ship, which of them is in force when, and the bands that officials count in."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.clock import Month
from base.i18n import translate
from base.settings import SHIPPED_DATA
from programme.criteria import GROUPS, CriteriaSet, band_of, bands, set_in_force, sets_from_rows

FOLDER = SHIPPED_DATA / "programme"
OLD, NEW = "VN-NTM-XA-2016-2020", "VN-NTM-XA-2021-2025"
ADVANCED, MODEL = "VN-NTM-XA-NANGCAO-2021-2025", "VN-NTM-XA-KIEUMAU-2021-2025"
DISTRICT, NEXT, FIRST = "VN-NTM-HUYEN-2021-2025", "VN-NTM-XA-2026-2030", "VN-NTM-XA-2010"

Rows = list[dict[str, str]]


def rows(file: str) -> Rows:
    with (FOLDER / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@cache
def shipped() -> dict[str, CriteriaSet]:
    return sets_from_rows(rows("criteria_sets.csv"), rows("criteria.csv"))


#: Set → criteria and indicators as published, and how many indicators were found.
COUNTS = {
    FIRST: (19, 39, 0),
    OLD: (19, 49, 49),
    NEW: (19, 57, 57),
    ADVANCED: (19, 75, 75),
    MODEL: (4, 4, 4),
    DISTRICT: (9, 36, 9),
    NEXT: (10, 47, 3),
}


def test_the_seven_sets_ship() -> None:
    assert set(shipped()) == set(COUNTS)


@pytest.mark.parametrize(("key", "counts"), COUNTS.items())
def test_published_numbers_stand_beside_what_was_found(key: str, counts: tuple[int, int, int]) -> None:
    found = shipped()[key]
    assert (found.size, found.indicator_count, sum(item.is_indicator for item in found.items)) == counts
    assert [c.code for c in found.criteria] == ([str(n) for n in range(1, found.size + 1)] if found.items else [])


@pytest.mark.parametrize("key", [key for key, (_, published, found) in COUNTS.items() if published == found])
def test_every_criterion_of_a_complete_set_has_indicators(key: str) -> None:
    complete = shipped()[key]
    split = [complete.indicators_of(c.code) for c in complete.criteria]
    assert all(split)
    assert [item for c, parts in zip(complete.criteria, split, strict=True) for item in (c, *parts)] == list(
        complete.items
    )


NAMES = {
    (OLD, "10"): "Thu nhập",
    (OLD, "11"): "Hộ nghèo",
    (OLD, "17"): "Môi trường và an toàn thực phẩm",
    (OLD, "19"): "Quốc phòng và An ninh",
    (NEW, "10"): "Thu nhập",
    (NEW, "11"): "Nghèo đa chiều",
    (NEW, "17"): "Môi trường và an toàn thực phẩm",
    (NEW, "19"): "Quốc phòng và An ninh",
    (ADVANCED, "17"): "Môi trường",
    (ADVANCED, "18"): "Chất lượng môi trường sống",
    (DISTRICT, "6"): "Kinh tế",
    (NEXT, "1"): "Quy hoạch",
    (NEXT, "10"): "Tiếp cận pháp luật và an ninh, quốc phòng",
    (NEW, "15.2"): "Xã đạt tiêu chí quốc gia về y tế",
}


@pytest.mark.parametrize(("place", "name"), NAMES.items())
def test_names(place: tuple[str, str], name: str) -> None:
    assert shipped()[place[0]].item(place[1]).name("vi") == name


#: What decision 18/2022 lists, by name; "Kinh tế" and the political criterion are its list for districts.
LISTED = {
    FIRST: [],
    OLD: [],
    NEW: ["Thu nhập", "Môi trường và an toàn thực phẩm", "Quốc phòng và An ninh"],
    ADVANCED: ["Thu nhập", "Môi trường", "Chất lượng môi trường sống", "Quốc phòng và An ninh"],
    MODEL: [],
    DISTRICT: [
        "Kinh tế",
        "Môi trường",
        "Chất lượng môi trường sống",
        "Hệ thống chính trị - An ninh, trật tự - Hành chính công",
    ],
    NEXT: [],
}


@pytest.mark.parametrize(("key", "names"), LISTED.items())
def test_criteria_that_the_decision_on_withdrawal_lists(key: str, names: list[str]) -> None:
    found = shipped()[key]
    assert [found.item(code).name_vi for code in found.withdrawal_criteria] == names


@pytest.mark.parametrize("key", [OLD, NEW])
def test_groups_of_the_standard_sets_are_planning_and_the_four_of_the_letter_of_2019(key: str) -> None:
    spans = [("planning", 1, 1), ("infrastructure", 2, 9), ("economy", 10, 13), ("culture-environment", 14, 17)]
    expected = {g: tuple(map(str, range(a, b + 1))) for g, a, b in [*spans, ("political-system", 18, 19)]}
    assert shipped()[key].groups() == expected
    assert list(shipped()[key].groups()) == list(GROUPS)


def test_an_indicator_is_in_the_group_of_its_criterion() -> None:
    for found in shipped().values():
        for item in found.items:
            assert not item.parent or item.group == found.item(item.parent).group, (found.id, item.code)


def test_sets_without_groups_say_so_by_an_empty_mapping() -> None:
    assert [key for key, found in shipped().items() if not found.groups()] == [FIRST, MODEL, DISTRICT, NEXT]


def test_groups_have_an_english_name() -> None:
    assert [translate(name, "en") for name in GROUPS.values()] == [
        "Planning",
        "Socio-economic infrastructure",
        "Economy and organisation of production",
        "Culture, society and environment",
        "Political system",
    ]


def test_indicators_come_in_the_order_of_their_numbers() -> None:
    assert [item.code for item in shipped()[NEW].indicators_of("17")] == [f"17.{n}" for n in range(1, 13)]
    assert [item.code for item in shipped()[NEXT].indicators_of("1")] == ["1.a", "1.b"]
    assert shipped()[NEXT].indicators_of("2") == ()


def test_a_criterion_that_is_not_divided_has_one_indicator_of_its_own_wording() -> None:
    (income,) = shipped()[OLD].indicators_of("10")
    assert (income.code, income.parent, income.unit) == ("10.1", "10", "triệu đồng/người/năm")
    assert income.thresholds == {"national": "≥45", "tay_nguyen": "≥41", "northern_midlands": "≥36"}
    assert income.threshold_verified
    assert not income.text_verified


def test_thresholds_of_the_set_of_2026_are_by_commune_group_and_unverified() -> None:
    trained = shipped()[NEXT].item("4.a")
    assert trained.thresholds == {"group1": "40", "group2": "35", "group3": "27"}
    assert not trained.text_verified
    assert not trained.threshold_verified


#: Set → codes of indicators whose wording, and whose thresholds, a source confirms (all others: "chưa kiểm chứng").
WORDING = {
    OLD: "2.1 2.2 2.3 2.4 13.1 13.2 15.1 15.2 15.3 19.1 19.2",
    NEW: "15.1 15.2 15.3 15.4",
    ADVANCED: "2.1 16.1",
    MODEL: "1.1 2.1 3.1 4.1",
    DISTRICT: "2.1 2.2 2.4",
    NEXT: "",
}
THRESHOLDS = {
    OLD: "2.1 2.2 2.3 2.4 10.1 15.1 15.2 15.3 17.1",
    NEW: "",
    ADVANCED: "",
    MODEL: "1.1 2.1 3.1 4.1",
    DISTRICT: "2.2",
    NEXT: "",
}


@pytest.mark.parametrize("key", WORDING)
def test_only_what_a_source_confirms_is_verified(key: str) -> None:
    indicators = [item for item in shipped()[key].items if item.is_indicator]
    assert " ".join(item.code for item in indicators if item.text_verified) == WORDING[key]
    assert " ".join(item.code for item in indicators if item.threshold_verified) == THRESHOLDS[key]
    assert all(item.thresholds for item in indicators if item.threshold_verified)


def test_what_is_from_memory_is_never_verified() -> None:
    for found in shipped().values():
        for item in found.items:
            if "nội dung ghi theo trí nhớ" in item.source or "tên ghi theo trí nhớ" in item.source:
                assert not item.text_verified, (found.id, item.code)
    assert [key for key, found in shipped().items() if not found.verified] == [FIRST, DISTRICT]


def test_every_name_and_note_is_there_in_both_languages() -> None:
    for found in shipped().values():
        for lang in ("vi", "en"):
            assert found.name(lang)
            assert found.note(lang)
            assert all(item.name(lang) for item in found.items)
        assert found.name("en") != found.name("vi")
        assert all(item.name_en != item.name_vi for item in found.items)


def test_a_name_without_english_is_shown_in_vietnamese() -> None:
    item = replace(shipped()[NEW].item("10"), name_en="")
    assert item.name("en") == "Thu nhập"


IN_FORCE = {
    "2009-03": None,
    "2016-06": FIRST,
    "2016-09": FIRST,
    "2016-10": OLD,
    "2020-12": OLD,
    "2022-02": OLD,
    "2022-03": NEW,
    "2026-01": NEW,
    "2026-02": NEXT,
    "2030-12": NEXT,
    "2031-01": None,
}


@pytest.mark.parametrize(("month", "key"), IN_FORCE.items())
def test_a_month_is_reported_on_the_set_of_its_last_day(month: str, key: str | None) -> None:
    found = set_in_force(shipped().values(), Month.parse(month).last_day)
    assert (found.id if found else None) == key


@pytest.mark.parametrize(
    ("day", "key"),
    [(date(2022, 3, 7), OLD), (date(2022, 3, 8), NEW), (date(2026, 2, 14), NEW), (date(2026, 2, 15), NEXT)],
)
def test_the_day_of_the_change(day: date, key: str) -> None:
    found = set_in_force(shipped().values(), day)
    assert found is not None
    assert found.id == key


@pytest.mark.parametrize(("level", "key"), [("advanced", ADVANCED), ("model", MODEL), ("district", DISTRICT)])
def test_each_level_has_its_own_set(level: str, key: str) -> None:
    found = set_in_force(shipped().values(), date(2024, 12, 31), level)
    assert found is not None
    assert found.id == key
    assert set_in_force(shipped().values(), date(2021, 12, 31), level) is None


def test_a_set_with_items_wins_over_one_of_the_same_dates_known_by_name_only() -> None:
    full = shipped()[NEW]
    header = replace(full, id="header", items=())
    for order in ([full, header], [header, full]):
        assert set_in_force(order, date(2023, 1, 31)) is full
    assert set_in_force([header], date(2023, 1, 31)) is header


def test_a_set_of_a_province_holds_there_and_nowhere_else() -> None:
    national = shipped()[NEW]
    own = replace(national, id="own", province="kontum")
    for order in ([national, own], [own, national]):
        assert set_in_force(order, date(2023, 1, 31), province="kontum") is own
        assert set_in_force(order, date(2023, 1, 31), province="quangnam") is national
        assert set_in_force(order, date(2023, 1, 31)) is national


def test_a_set_without_an_end_holds_until_a_newer_one_comes() -> None:
    endless = replace(shipped()[OLD], valid_to=None)
    newer = shipped()[NEW]
    assert set_in_force([newer, endless], newer.valid_from - timedelta(days=1)) is endless
    assert set_in_force([newer, endless], newer.valid_from) is newer
    assert set_in_force([newer, endless], date(2035, 1, 1)) is endless


#: Size → met → band, counted by hand from the officials' bands.
BANDS = {
    19: ["under-5"] * 5 + ["5"] * 5 + ["10"] * 5 + ["15"] * 4 + ["all"],
    10: ["under-5"] * 5 + ["5"] * 5 + ["all"],
    9: ["under-5"] * 5 + ["5"] * 4 + ["all"],
    4: ["under-5"] * 4 + ["all"],
}


@pytest.mark.parametrize(("size", "expected"), BANDS.items())
def test_bands(size: int, expected: list[str]) -> None:
    assert [band_of(met, size) for met in range(size + 1)] == expected


def test_ends_of_the_official_bands() -> None:
    ends = {size: [(band.id, band.low, band.high) for band in bands(size)] for size in (19, 10)}
    assert ends[19] == [("all", 19, 19), ("15", 15, 18), ("10", 10, 14), ("5", 5, 9), ("under-5", 0, 4)]
    assert ends[10] == [("all", 10, 10), ("5", 5, 9), ("under-5", 0, 4)]


@given(st.integers(1, 60))
def test_bands_cover_every_number_once(size: int) -> None:
    covered = [met for band in bands(size) for met in range(band.high, band.low - 1, -1)]
    assert covered == list(range(size, -1, -1))


@pytest.mark.parametrize(("met", "size"), [(-1, 19), (20, 19), (0, 0), (0, -1)])
def test_a_number_outside_the_set_has_no_band(met: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"\d"):
        band_of(met, size)


def changed(file: Rows, index: int, **cells: str) -> Rows:
    return [*file[:index], file[index] | cells, *file[index + 1 :]]


SETS, ITEMS = rows("criteria_sets.csv"), rows("criteria.csv")
FAULTS = {
    "set twice": ([*SETS, SETS[0]], ITEMS, "set given twice"),
    "item of no set": (SETS, changed(ITEMS, 0, set_id="VN-X"), "item of no set"),
    "code twice": (SETS, [*ITEMS, ITEMS[0]], "code given twice"),
    "criterion missing": (SETS, ITEMS[:-1], "not numbered"),
    "criterion too many": (SETS, [*ITEMS, ITEMS[-1] | {"code": "11"}], "not numbered"),
    "indicator of no criterion": (SETS, changed(ITEMS, 1, parent="20"), "indicator of no criterion"),
    "withdrawal": (changed(SETS, 2, withdrawal_criteria="10;20"), ITEMS, "withdrawal"),
    "level": (changed(SETS, 2, level="excellent"), ITEMS, "unknown level"),
    "group": (SETS, changed(ITEMS, 0, group="roads"), "unknown group"),
    "value type": (SETS, changed(ITEMS, 1, value_type="maybe"), "unknown type"),
    "flag": (SETS, changed(ITEMS, 1, text_verified="yes"), "neither 0 nor 1"),
    "flag of a set": (changed(SETS, 2, verified=""), ITEMS, "neither 0 nor 1"),
    "day": (changed(SETS, 2, valid_from="08/03/2022"), ITEMS, "isoformat"),
    "size": (changed(SETS, 0, criteria="mười chín"), ITEMS, "int"),
    "threshold": (SETS, changed(ITEMS, 1, thresholds="80"), "dictionary"),
}


@pytest.mark.parametrize(("sets", "items", "words"), FAULTS.values(), ids=FAULTS)
def test_rows_that_do_not_fit_together_are_refused(sets: Rows, items: Rows, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sets_from_rows(sets, items)


def test_an_unknown_code_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        shipped()[NEW].item("20")


def test_sets_can_be_keys() -> None:
    assert len({found: found.id for found in shipped().values()}) == len(COUNTS)
