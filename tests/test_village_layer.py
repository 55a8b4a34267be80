"""The map of villages: rates against the districts' targets, the directives' rules, published beside named numbers.

What the tests expect is counted by hand from the lists below. Codes of communes: data/programme/units.csv.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import opened

from base.clock import Month
from layers.card import commune_card
from layers.registry import compute, context_of, default_month, facts_of, features_of
from layers.view import Block, LayerView, ViewState
from programme.records import Target
from programme.units import District
from programme.village_rules import CommuneVillages, DistrictVillages, Tally, districts_in, rating
from store.ledger import Ledger, Submission
from store.queries import LedgerFacts

MAR, HRING, UI, LA, HA_MON, PXI, WANG = "23512", "23506", "23509", "23524", "23521", "23503", "23515"
DOM, SA_NHON = "23537", "23533"
DAK_HA, IA_HDRAI = "615", "618"
#: Commune, name, whether it lies in the minority area, and more of the row.
VILLAGES: list[tuple[str, str, str, dict[str, object]]] = [
    (MAR, "A1", "yes", {"pilot_year": 2023, "pilot_level": "commune", "lon": 107.83, "lat": 14.54}),
    (MAR, "A2", "yes", {"pilot_year": 2023, "pilot_level": "district"}),
    *((MAR, name, "yes", {}) for name in ("A3", "A4", "A5")),
    (HRING, "B1", "yes", {"pilot_year": 2023, "pilot_level": "commune"}),
    (HRING, "B2", "yes", {"pilot_year": 2022, "pilot_level": "province"}),
    (HRING, "B3", "no", {}),
    *((UI, name, "yes", {}) for name in ("C1", "C2")),
    (UI, "C0", "yes", {"valid_to": "2022-12-31"}),
    (LA, "D1", "yes", {}),
    (LA, "D2", "", {}),
    (PXI, "E1", "no", {}),
    *((DOM, name, "yes", {}) for name in ("G1", "G2", "G3", "G4")),
    (SA_NHON, "H1", "yes", {}),
]
#: Commune, village, title, year, day; the village of Ngọk Wang is in no register.
RECOGNISED: list[tuple[str, str, str, int, str]] = [
    (MAR, "A1", "minority", 2021, "2021-12-10"),
    (MAR, "A2", "minority", 2021, "2021-12-10"),
    (MAR, "A3", "minority", 2024, "2024-11-20"),
    (MAR, "A1", "model", 2023, "2023-10-05"),
    (HRING, "B1", "minority", 2024, "2024-11-20"),
    (HRING, "B2", "minority", 2021, "2021-12-10"),
    (UI, "C0", "model", 2021, "2021-11-01"),
    (WANG, "F7", "model", 2022, ""),
    (DOM, "G1", "minority", 2023, "2023-12-15"),
]


def submit(ledger: Ledger, kind: str, table: str, rows: list[dict[str, object]]) -> None:
    placed = [row | {"province": "kontum", "sheet": "Thôn", "cell": f"A{5 + n}"} for n, row in enumerate(rows)]
    ledger.submit(
        Submission(
            kind=kind,  # type: ignore[arg-type]
            province="kontum",
            file_name=f"{kind}.xlsx",
            content=json.dumps(placed).encode(),
            actor="Văn phòng Điều phối",
            rows={table: placed},
            sheets=("Thôn",),
        )
    )


def where(code: str) -> dict[str, object]:
    """Return both communes of a row, before the reorganisation and after it."""
    after = facts_of("kontum").successions[code].successor_code
    return {"old_list": "kontum-2015", "old_code": code, "new_list": "quangngai-2025", "new_code": after}


def listed(code: str, name: str, minority: str, **more: object) -> dict[str, object]:
    row = where(code) | {"name": name, "kind": "thon", "minority": minority, "pilot_level": "", "pilot_year": None}
    return row | {"valid_from": "", "valid_to": "", "note": "", "lon": None, "lat": None, "voided": 0} | more


def granted(code: str, name: str, title: str, year: int, day: str, **more: object) -> dict[str, object]:
    number = f"{year}/QĐ-UBND" if day else ""
    row = where(code) | {"village": name, "title": title, "action": "recognise", "decision_no": number}
    return row | {"day": day, "note": "", "year": year, "voided": 0} | more


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with the villages of the lists above."""
    place = tmp_path_factory.mktemp("villages")
    with opened(place) as store:
        submit(store, "villages", "villages", [listed(c, n, m, **more) for c, n, m, more in VILLAGES])
        rows = [granted(*row) for row in RECOGNISED]
        rows.append(granted(HRING, "B2", "minority", 2023, "2023-06-30", action="withdraw"))
        submit(store, "village-recognitions", "village_recognitions", rows)
    return place


@pytest.fixture
def _filled(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test work on the store with villages."""
    monkeypatch.setenv("NTM_DATA", str(folder))


filled = pytest.mark.usefixtures("_filled")


def view(period: str = "2025-06", province: str = "kontum", **more: str) -> LayerView:
    return compute(ViewState(layer="villages", province=province, period=Month.parse(period), **more))  # type: ignore[arg-type]


def figures(found: LayerView) -> dict[str, tuple[float | None, str, str]]:
    return {one.id: (one.value, one.as_of, one.change) for one in found.figures}


def block(found: LayerView, title: str) -> Block:
    return next(one for one in found.blocks if title in one.title)


def counts(found: LayerView) -> dict[str, int]:
    return {one.id: one.count for one in found.legend.classes if one.count}


def marked(found: LayerView, mark: str) -> set[str]:
    return {one.unit for one in found.marks if one.id == mark}


def test_without_a_register_nothing_is_counted_and_the_published_numbers_stand() -> None:
    found = view("2023-12")
    assert counts(found) == {"no-register": 84, "exempt": 1, "outside": 17}
    assert figures(found)["villages-model"] == (21, "12/2023", "đến 12/2023 nêu được tên 0, còn 21 thôn chưa rõ tên")
    assert figures(found)["villages-minority"][0] == 36
    assert figures(found)["register"][0] is None
    assert found.headline == (
        "21 thôn kiểu mẫu · 36 thôn NTM vùng DTTS (số công bố 12/2023); chưa nêu được tên thôn nào; "
        "chưa có danh sách thôn"
    )
    assert not found.marks
    assert set(found.frame["label"]) == {""}
    assert set(found.frame.loc[found.frame["class_id"] == "no-register", "villages"]) == {"chưa có danh sách"}


def test_four_communes_are_exempt_once_the_directive_of_2024_is_there() -> None:
    assert counts(view("2021-12"))["no-register"] == 85
    assert set(view("2023-12").frame.query("class_id == 'exempt'").index) == {HA_MON}
    assert set(view("2024-01").frame.query("class_id == 'exempt'").index) == {HA_MON, SA_NHON, "23539", "23542"}


@filled
def test_every_commune_has_the_class_of_its_rate() -> None:
    found = view()
    expected = {
        MAR: "reached", HRING: "part", UI: "none", LA: "unclear", HA_MON: "exempt", PXI: "exempt",
        WANG: "no-register", DOM: "no-target", SA_NHON: "none",
    }  # fmt: skip
    assert {code: found.frame.at[code, "class_id"] for code in expected} == expected
    assert counts(found) == {
        "reached": 1, "part": 1, "none": 2, "no-target": 1, "exempt": 4, "unclear": 1, "no-register": 75,
        "outside": 17,
    }  # fmt: skip
    labels = {MAR: "3/5", HRING: "1/2", UI: "0/2", DOM: "1/4", SA_NHON: "0/1", LA: "", PXI: "", WANG: ""}
    assert {code: found.frame.at[code, "label"] for code in labels} == labels
    row = found.frame.loc[MAR]
    assert (row["value"], row["rate"], row["target"], row["villages"], row["model"]) == (60, "60\xa0%", "60\xa0%", 5, 1)
    assert found.frame.at[LA, "rate"] == "chưa rõ"
    assert found.frame.at[DOM, "target"] == "không công bố"
    assert "CT 05, 22/01/2024 nêu không có thôn vùng DTTS, danh sách lại có" in found.frame.at[SA_NHON, "rules"]


@filled
def test_marks_say_what_the_directives_ask() -> None:
    found = view()
    assert marked(found, "model") == {MAR, WANG}
    assert marked(found, "lacks-model") == {HRING, UI, LA, DOM, SA_NHON}
    # A3 and G1 are no pilots of 2023; B1 is one. Nothing is known of the other communes.
    assert marked(found, "rule-met") == {MAR, DOM}
    assert marked(found, "rule-missed") == {HRING, UI, LA, WANG}
    assert not marked(view("2023-12"), "rule-missed")
    assert not marked(view("2021-12"), "lacks-model")


@filled
def test_published_numbers_stand_beside_the_names_of_their_own_month() -> None:
    # 12/2021: C0 of 6; A1, A2, B2 of 18. 12/2023: A1, F7 of 21; A1, A2, G1 of 36. 03/2025: A1–A3, B1, G1 of about 110.
    early, middle, late = figures(view("2021-12")), figures(view("2023-12")), figures(view())
    assert early["villages-model"] == (6, "12/2021", "đến 12/2021 nêu được tên 1, còn 5 thôn chưa rõ tên")
    assert early["villages-minority"] == (18, "12/2021", "đến 12/2021 nêu được tên 3, còn 15 thôn chưa rõ tên")
    assert middle["villages-model"] == (21, "12/2023", "đến 12/2023 nêu được tên 2, còn 19 thôn chưa rõ tên")
    assert middle["villages-minority"] == (36, "12/2023", "đến 12/2023 nêu được tên 3, còn 33 thôn chưa rõ tên")
    assert late["villages-minority"][0] == 110
    assert late["villages-minority"][2] == "đến 03/2025 nêu được tên 5, còn khoảng 105 thôn chưa rõ tên"
    assert (late["named-model"][0], late["named-minority"][0], late["register"][0]) == (2, 5, 18)
    assert late["register"][2] == "15 thôn vùng DTTS, 1 thôn chưa rõ"
    assert [one.text for one in view().figures if one.id == "register"] == ["18 thôn, 7/85 xã có danh sách"]


@filled
def test_a_chosen_district_has_its_own_published_numbers() -> None:
    # "có 02 khu dân cư …", "09 thôn, làng DTTS đạt 10/10": named in Đăk Hà by 04/2023 are F7; A1, A2, B2.
    found = figures(view("2023-06", district=DAK_HA))
    assert found["district-villages-model"][0] == 2
    assert found["district-villages-model"][2] == "đến 04/2023 nêu được tên 1, còn 1 thôn chưa rõ tên"
    assert found["district-villages-minority"][2] == "đến 04/2023 nêu được tên 3, còn 6 thôn chưa rõ tên"


@filled
def test_the_lists_beside_the_map() -> None:
    found = view()
    bars = {item.district: item for item in block(found, "theo huyện").items}
    assert len(bars) == 10
    assert bars[DAK_HA].detail.replace("\xa0", " ") == (
        "4/10 thôn, 1 thôn chưa rõ · 36,4 %–40 % / chỉ tiêu 60 % (danh sách của 5/9 xã)"
    )
    assert bars[IA_HDRAI].detail.replace("\xa0", " ") == (
        "1/4 thôn · 25 % / không công bố chỉ tiêu (danh sách của 1/3 xã)"
    )
    assert (bars[IA_HDRAI].share, bars[IA_HDRAI].class_id) == (0.25, None)
    lacking = block(found, "chưa nêu được thôn kiểu mẫu")
    assert {item.unit for item in lacking.items} == {HRING, UI, LA, DOM, SA_NHON}
    # 37 recognised by name: Đăk Mar and Ngọk Wang have one, five lack it, 30 said nothing.
    assert lacking.note == (
        "2/37 xã đạt chuẩn nêu được tên có thôn kiểu mẫu nêu được tên. Chưa có số liệu thôn của 30 xã."
    )
    own = block(found, "ngoài danh sách điểm")
    assert {item.unit for item in own.items} == {HRING, UI, LA, WANG}
    # 85 communes: 2 met, 4 not, 4 exempt, Đăk Pxi has none.
    assert own.note.startswith("Đạt 2 xã. Không áp dụng với 4 xã: ")
    assert own.note.endswith("1 xã khác không có thôn vùng DTTS trong danh sách. Chưa có số liệu thôn của 74 xã.")
    pilots = [item.text for item in block(found, "làm điểm").items]
    assert pilots == [
        "Năm 2022: cấp tỉnh 1/1 · cấp huyện 0/10 · cấp xã 0/84",
        "Năm 2023: 3/95 thôn nêu được tên",
    ]
    quotes = " ".join(item.text for item in block(found, "Văn bản quy định").items)
    for said in ("04 xã không còn thôn", "ít nhất 01 Thôn nông thôn kiểu mẫu", "là 60%", "mỗi xã có 01 thôn"):
        assert said in quotes
    assert {item.unit for item in block(view(district=IA_HDRAI), "chưa nêu được thôn kiểu mẫu").items} == {DOM}


@filled
def test_targets_of_districts_are_not_carried_to_new_units() -> None:
    found = view("2026-01")
    mar = str(where(MAR)["new_code"])
    assert found.boundary_version == "quangngai-2025"
    # Đăk Hring went into the new Đăk Mar: 3/5 and 1/2.
    assert where(HRING)["new_code"] == mar
    assert (found.frame.at[mar, "class_id"], found.frame.at[mar, "label"]) == ("no-target", "4/7")
    assert found.frame.at[mar, "target"] == "không áp dụng"
    assert {one.id for one in found.marks} <= {"model"}
    assert found.legend.key == "villages"
    told = next(one for one in found.features if one.text == "A1")
    cells = dict(zip(found.feature_columns, told.cells, strict=True))
    assert (cells["Xã trước sắp xếp"], cells["Huyện"]) == ("Xã Đăk Mar", "Huyện Đăk Hà (cũ)")


@filled
def test_a_later_recognition_opens_its_month() -> None:
    assert default_month("villages", facts_of("kontum")) == Month(2025, 6)


def test_a_recognition_after_the_merger_opens_its_month(tmp_path_factory: pytest.TempPathFactory) -> None:
    with opened(tmp_path_factory.mktemp("later")) as store:
        place = where(MAR) | {"old_list": "", "old_code": ""}
        rows = [
            granted(MAR, "A9", "model", 2025, "2025-09-15") | place,
            granted(MAR, "A9", "minority", 2099, "") | place,
        ]
        submit(store, "village-recognitions", "village_recognitions", rows)
        assert default_month("villages", facts_of("kontum")) == Month(2025, 9)
        assert marked(compute(ViewState(layer="villages")), "model") == {place["new_code"]}


@filled
def test_all_villages_are_in_the_table_and_places_only_where_they_may_be() -> None:
    state = ViewState(layer="villages", period=Month(2025, 6))
    hidden, exact = features_of(state, exact=False), features_of(state, exact=True)
    assert len(hidden) == len(exact) == 19  # 18 of the register, and F7
    assert not [one for one in hidden if one.filled or one.exact]
    assert [(one.text, one.filled) for one in exact if one.exact] == [("A1", (107.83, 14.54))]
    assert [replace(one, filled=None, exact=False) for one in exact] == list(hidden)
    assert {one.text: one.class_id for one in hidden if one.class_id != "none"} == {
        "A1": "both", "A2": "minority", "A3": "minority", "B1": "minority", "G1": "minority", "F7": "model",
    }  # fmt: skip
    chosen = features_of(state.but(district=IA_HDRAI), exact=False)
    assert [one.id for one in chosen] == [one.id for one in hidden]
    assert len({one.id for one in hidden}) == 19
    assert {one.text for one in chosen if one.selected} == {"G1", "G2", "G3", "G4"}
    found = compute(state)
    cells = dict(zip(found.feature_columns, next(one.cells for one in hidden if one.text == "A1"), strict=True))
    assert cells["Thôn NTM kiểu mẫu"] == "năm 2023, QĐ 2023/QĐ-UBND, 05/10/2023"
    assert (cells["Làm điểm"], cells["Vùng DTTS"], cells["Xã"]) == ("2023, cấp xã", "có", "Xã Đăk Mar")
    assert "villages.xlsx, Thôn, A5" in str(cells["Nguồn"])
    unlisted = dict(zip(found.feature_columns, next(one.cells for one in hidden if one.text == "F7"), strict=True))
    assert unlisted["Loại"] == "không có trong danh sách thôn"
    assert unlisted["Thôn NTM kiểu mẫu"] == "năm 2022, chưa rõ số quyết định"
    assert {one.id: one.count for one in found.legend.features} == {"both": 1, "model": 1, "minority": 4, "none": 13}


@filled
def test_the_card_of_a_commune_tells_its_villages_with_their_sources() -> None:
    context = context_of(ViewState(layer="ntm-levels", period=Month(2025, 6)))
    sections = {one.title: one.rows for one in commune_card(context, MAR, "model").sections}
    rows = {row.label: row for row in sections["Thôn, làng"]}
    assert rows["Danh sách thôn"].value.replace("\xa0", " ") == "3/5 thôn vùng DTTS được công nhận (60 %)"
    assert rows["A1"].value == (
        "thôn; vùng DTTS: có; làm điểm 2023, cấp xã; thôn NTM kiểu mẫu: năm 2023, QĐ 2023/QĐ-UBND, 05/10/2023; "
        "thôn NTM vùng DTTS: năm 2021, QĐ 2021/QĐ-UBND, 10/12/2021"
    )
    assert "village-recognitions.xlsx" in rows["A1"].source
    assert "Thôn, làng" not in {one.title for one in commune_card(context, "23353", "standard").sections}
    exempt = {one.title: one.rows for one in commune_card(context, HA_MON, "standard").sections}["Thôn, làng"]
    assert "04 xã không còn thôn" in exempt[0].source


def test_where_nothing_is_asked_of_minority_villages_the_map_shows_model_villages() -> None:
    found = view("2021-12", "quangnam")
    assert found.legend.key == "villages-model"
    assert set(counts(found)) == {"no-register", "outside"}
    assert figures(found)["villages-model"] == (162, "11/2021", "đến 11/2021 nêu được tên 0, còn 162 thôn chưa rõ tên")
    expected = next(one for one in found.figures if one.id == "expected-villages-model")
    assert (expected.value, expected.status) == (172, "expected")
    assert "named-minority" not in figures(found)
    goals = {one.title: [item.text for item in one.items] for one in found.blocks if "Chỉ tiêu" in one.title}
    assert goals == {
        "Chỉ tiêu của tỉnh năm 2021": ["Thôn kiểu mẫu: 10 thôn (ít nhất)"],
        "Chỉ tiêu của tỉnh năm 2022": ["Thôn kiểu mẫu: 40 thôn (ít nhất)"],
    }


def test_a_block_shows_twelve_lines_and_counts_the_rest(tmp_path_factory: pytest.TempPathFactory) -> None:
    with opened(tmp_path_factory.mktemp("many")) as store:
        communes = [unit.code for unit in facts_of("kontum").units.values() if unit.in_programme]
        rows = [listed(code, f"Thôn {n}", "yes") for code in communes for n in range(10)]
        submit(store, "villages", "villages", rows)
        found = view()
        assert figures(found)["register"][0] == 850
        lacking = block(found, "chưa nêu được thôn kiểu mẫu").items
        assert (len(lacking), lacking[-1].text) == (13, "và 25 mục khác")
        bars = {item.district: item for item in block(found, "theo huyện").items}
        assert (bars[IA_HDRAI].class_id, bars[DAK_HA].class_id) == ("no-target", "none")
        assert bars[DAK_HA].detail.replace("\xa0", " ") == "0/100 thôn · 0 % / chỉ tiêu 60 %"


@pytest.mark.parametrize(
    ("recognised", "minority", "target", "expected"),
    [
        *((3, 5, 60, "reached"), (2, 5, 60, "part"), (0, 5, 60, "none"), (57, 100, 57, "reached")),
        *((56, 100, 57, "part"), (1, 2, 50, "reached"), (5, 5, None, "no-target"), (0, 5, None, "no-target")),
    ],
)
def test_exactly_the_target_reaches_it(recognised: int, minority: int, target: float | None, expected: str) -> None:
    assert rating(Tally(minority, minority, recognised), exempt=False, target=target) == expected


def test_what_nobody_said_is_neither_yes_nor_no() -> None:
    assert Tally(3, 2, 2, unsaid=1).rate is None
    assert rating(Tally(3, 2, 2, unsaid=1), exempt=False, target=50) == "unclear"
    assert rating(Tally(3, unsaid=3), exempt=True, target=50) == "exempt"
    assert rating(Tally(3), exempt=False, target=50) == "exempt"
    assert rating(Tally(unlisted=1, model=1), exempt=False, target=50) == "no-register"
    assert rating(Tally(), exempt=True, target=50) == "exempt"


tallies = st.builds(lambda m, r, u, n: Tally(m + u + n, m, min(m, r), u), *[st.integers(0, 60)] * 4)


@given(tallies, st.sampled_from([50, 57, 60]))
def test_rate_and_class_never_disagree(tally: Tally, target: int) -> None:
    found = rating(tally, exempt=False, target=target)
    assert (tally.rate is None) == (found in {"exempt", "unclear", "no-register"})
    if tally.rate is not None:
        assert (found == "reached") == (100 * tally.recognised >= target * tally.minority)


@given(st.lists(tallies, max_size=5))
def test_a_district_is_the_sum_of_its_communes(parts: list[Tally]) -> None:
    whole = sum(parts, Tally())
    assert (whole.minority, whole.recognised) == (sum(p.minority for p in parts), sum(p.recognised for p in parts))
    assert whole.reaches(50) == (not whole.unsaid and 0 < whole.minority <= 2 * whole.recognised)


def test_an_exempt_commune_without_a_register_does_not_keep_its_district_from_being_complete(
    facts: LedgerFacts,
) -> None:
    units = [unit for unit in facts.units.values() if unit.district_code == DAK_HA]
    district = District(DAK_HA, "Huyện Đăk Hà", tuple(units))
    known = {u.code: CommuneVillages(tally=Tally(5, 5, 3)) for u in units if u.in_programme and u.code != HA_MON}

    def counted(month: str) -> DistrictVillages:
        return districts_in({DAK_HA: district}, known, facts, Month.parse(month))[0]

    assert (counted("2021-12").complete, counted("2022-03").complete) == (False, True)
    assert (counted("2025-06").tally.rate, counted("2025-06").target) == (60, 60)


def test_every_rule_that_is_read_is_in_the_published_collection(facts: LedgerFacts) -> None:
    def of(level: str, kind: str) -> list[Target]:
        return [row for row in facts.targets if row.level == level and row.kind == kind]

    assert [row.year for row in of("village-model", "minimum")] == [2022, 2024, 2025]
    assert {row.value for row in of("village-minority", "minimum_rate")} == {60, 57, 50, None}
    assert len([row for row in of("village-minority", "exempt") if row.year == 2024]) == 4
