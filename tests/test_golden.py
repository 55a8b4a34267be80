"""Numbers counted by hand from the source documents, the quote beside each.

Nothing here is read from our data files: names and counts are copied from the documents.
"""

from __future__ import annotations

import pytest

from base.clock import Month
from layers.registry import compute, default_month, facts_of
from layers.view import LayerView, ViewState
from programme.levels import levels_in
from programme.targets import commune_targets, district_targets, minimum_of, province_total, village_rates


def view(layer: str, month: str | None = None, **more: str) -> LayerView:
    return compute(ViewState(layer=layer, period=Month.parse(month) if month else None, **more))


def figures(layer: str, month: str) -> dict[str, float | None]:
    return {figure.id: figure.value for figure in view(layer, month).figures}


def names(targets: list, level: str, *kinds: str) -> set[tuple[str, str]]:
    units = facts_of("kontum").units
    return {
        (units[item.unit].name, units[item.unit].district_name)
        for item in targets
        if item.level == level and item.kind in kinds
    }


CITY, DAK_HA, DAK_TO = "Thành phố Kon Tum", "Huyện Đăk Hà", "Huyện Đăk Tô"
KON_PLONG, KON_RAY, NGOC_HOI = "Huyện Kon Plông", "Huyện Kon Rẫy", "Huyện Ngọc Hồi"
SA_THAY, TU_MO_RONG, DAK_GLEI, IA_HDRAI = (
    "Huyện Sa Thầy",
    "Huyện Tu Mơ Rông",
    "Huyện Đăk Glei",
    "Huyện Ia H'Drai",
)


def test_end_of_2021() -> None:
    # CT 04, 02/03/2022: "đến nay toàn tỉnh đã có 35/85 xã đạt chuẩn nông thôn mới, số tiêu chí đạt chuẩn bình
    # quân trên xã đến nay là 15,88 tiêu chí … đã có 03 xã đạt chuẩn xã nông thôn mới nâng cao"
    found = figures("ntm-levels", "2021-12")
    assert found["recognised"] == 35
    assert found["advanced"] == 3
    assert found["average-criteria"] == 15.88
    assert "35/85 xã (41,2\xa0%)" in view("ntm-levels", "2021-12").headline


def test_end_of_2023() -> None:
    # CT 05, 22/01/2024: "48/85 xã đạt chuẩn 19/19 tiêu chí (trong đó đã có 42 xã được công nhận …), số tiêu chí đạt
    # chuẩn bình quân trên xã đến nay là 16 tiêu chí … 04 xã đạt chuẩn xã nông thôn mới nâng cao, 01 xã … kiểu mẫu"
    found = figures("ntm-levels", "2023-12")
    assert (found["met"], found["recognised"], found["advanced"], found["model"]) == (48, 42, 4, 1)
    assert found["average-criteria"] == 16
    # Named in any source by then: 34 stated and 3 that follow from counts (SOURCES.md).
    counts = {c.id: c.count for c in view("ntm-levels", "2023-12").legend.classes}
    assert counts["standard"] + counts["advanced"] + counts["model"] == 37
    assert counts["advanced"] == 3  # Hà Mòn, Đăk Mar, Tân Lập
    # Not yet: 7 new and 2 carried-over standard targets of 2024, and 7 more communes of Đăk Glei counted in 09/2023.
    assert counts["below"] == 16
    assert counts["unknown"] == 85 - 37 - 16
    assert counts["met"] == 0  # 48 met, but no source names the 6 that are not recognised
    assert counts["outside"] == 17


def test_headline_of_the_first_page() -> None:
    # vietnamnet.vn 2469808: "Tỉnh Kon Tum cũ có 51 xã hoàn thành mục tiêu, với 10 xã đạt nâng cao và 4 xã đạt kiểu mẫu"
    opened = view("ntm-levels")
    assert str(opened.state.period) == "2025-06"
    assert opened.headline == (
        "51/85 xã (60,0\xa0%) · 10 nâng cao · 4 kiểu mẫu; nêu được tên 37 xã, còn 14 xã chưa rõ tên"
    )
    changes = {figure.id: figure.change for figure in opened.figures}
    assert changes["recognised"] == "+9 so với 12/2023"  # 51 − 42
    assert changes["advanced"] == "+6 so với 12/2023"  # 10 − 4
    assert changes["model"] == "+3 so với 12/2023"  # 4 − 1


def test_list_of_may_2019_is_complete() -> None:
    # kontum.gov.vn 14/05/2019: "toàn tỉnh có 17 xã đạt chuẩn 19/19 … và được Chủ tịch UBND tỉnh ban hành Quyết định"
    listed = {
        *((name, CITY) for name in ("Đoàn Kết", "Hòa Bình", "Ia Chim", "Đăk Năng")),
        *((name, DAK_HA) for name in ("Hà Mòn", "Đăk Mar", "Đăk La")),
        *((name, DAK_TO) for name in ("Diên Bình", "Tân Cảnh", "Kon Đào")),
        *((name, SA_THAY) for name in ("Sa Sơn", "Sa Nhơn")),
        *((name, NGOC_HOI) for name in ("Đăk Nông", "Đăk Kan", "Pờ Y")),
        *((name, KON_RAY) for name in ("Đăk Ruồng", "Tân Lập")),
    }
    facts = facts_of("kontum")
    levels = levels_in(facts, Month(2019, 5))
    recognised = {(u.name, u.district_name) for u in facts.units.values() if levels[u.code].recognised}
    assert recognised == listed
    assert sum(level.status == "below" for level in levels.values()) == 85 - 17
    # Before the list the 17 are not known either way, but for Hà Mòn (17/01/2013).
    earlier = levels_in(facts, Month(2015, 6))
    assert {u.name for u in facts.units.values() if earlier[u.code].recognised} == {"Hà Mòn"}
    assert sum(level.status == "unknown" for level in earlier.values()) == 16


def test_communes_at_risk() -> None:
    # CT 05: "04 xã … không duy trì đạt chuẩn trên 30% (xã Ia Chim thuộc thành phố Kon Tum; các xã: Đăk Pét, Đăk Môn
    # và Đăk Kroong thuộc huyện Đăk Glei)"; stated 22/01/2024, valid from then.
    at_risk = {"Xã Ia Chim", "Xã Đăk Pék", "Xã Đăk Môn", "Xã Đăk Kroong"}
    shown = view("ntm-levels", "2024-01")
    assert {shown.frame.loc[mark.unit, "name"] for mark in shown.marks if mark.id == "at-risk"} == at_risk
    assert not view("ntm-levels", "2023-12").marks


def test_targets_of_2022() -> None:
    # CT 04, footnotes (1)–(3), "Dự kiến".
    found = commune_targets(facts_of("kontum"), 2022)
    assert names(found, "standard", "new") == {
        ("Ngọk Bay", CITY), ("Đăk Blà", CITY), ("Đăk Rơ Wa", CITY), ("Ngọk Tem", KON_PLONG), ("Đăk Tờ Re", KON_RAY),
        ("Đăk Ui", DAK_HA), ("Ngọk Wang", DAK_HA), ("Sa Loong", NGOC_HOI),
    }  # fmt: skip
    assert names(found, "advanced", "new") == {
        ("Đoàn Kết", CITY), ("Tân Cảnh", DAK_TO), ("Diên Bình", DAK_TO), ("Đăk Nông", NGOC_HOI), ("Sa Nghĩa", SA_THAY),
        ("Đăk Ruồng", KON_RAY),
    }  # fmt: skip
    # "Tiếp tục phấn đấu 03 xã(3)": continuing, not new.
    assert names(found, "model", "continuing") == {
        ("Đoàn Kết", CITY),
        ("Hà Mòn", DAK_HA),
        ("Tân Lập", KON_RAY),
    }
    assert len(found) == 17
    assert all(item.expected for item in found)
    assert view("target-communes", "2022-12").headline == "Dự kiến 8 · 6; tiếp tục 3 kiểu mẫu"


def test_results_of_2022() -> None:
    found = {(t.unit, t.level): t.result for t in commune_targets(facts_of("kontum"), 2022)}
    # QĐ 186 and 189/QĐ-UBND of 12/4/2023: standard of 2022; Đăk Tờ Re counted by the district in 09/2022.
    assert {code for (code, level), result in found.items() if result == "attained"} == {
        "23509",
        "23515",
        "23494",
    }
    # Still advanced targets in CT 05 (2024): Đoàn Kết (so not model either), Tân Cảnh, Diên Bình, Sa Nghĩa.
    not_attained = {key for key, result in found.items() if result == "not-attained"}
    assert not_attained == {
        ("23329", "advanced"), ("23329", "model"), ("23437", "advanced"), ("23440", "advanced"), ("23542", "advanced"),
    }  # fmt: skip


def test_targets_of_2024() -> None:
    # CT 05, section 1.
    found = commune_targets(facts_of("kontum"), 2024)
    assert names(found, "standard", "new") == {
        ("Đăk Trăm", DAK_TO), ("Hơ Moong", SA_THAY), ("Đăk Long", DAK_HA), ("Măng Bút", KON_PLONG),
        ("Măng Ri", TU_MO_RONG), ("Đăk Choong", DAK_GLEI), ("Ia Tơi", IA_HDRAI),
    }  # fmt: skip
    assert names(found, "advanced", "new") == {("Pờ Y", NGOC_HOI), ("Đăk Ngọk", DAK_HA), ("Ia Dom", IA_HDRAI)}
    assert names(found, "model", "new") == {("Sa Nhơn", SA_THAY)}
    assert names(found, "standard", "carried_over") == {("Ngọk Tụ", DAK_TO), ("Văn Lem", DAK_TO)}
    assert names(found, "advanced", "carried_over") == {
        ("Đoàn Kết", CITY), ("Hòa Bình", CITY), ("Sa Nghĩa", SA_THAY), ("Đăk Pék", DAK_GLEI), ("Diên Bình", DAK_TO),
        ("Tân Cảnh", DAK_TO),
    }  # fmt: skip
    assert {item.result for item in found} == {"not-published"}
    opened = view("target-communes")
    assert str(opened.state.period) == "2024-12"
    assert opened.headline == "Mới 7 · 3 · 1; chuyển tiếp 2 · 6"


def test_targets_of_2025() -> None:
    # KH 305, annex III, section I: 08, 09 and 04 communes, without names; unfinished ones of 2024 go on.
    facts = facts_of("kontum")
    totals = [province_total(facts, 2025, level) for level in ("standard", "advanced", "model")]
    assert [row.value for row in totals if row] == [8, 9, 4]
    found = commune_targets(facts, 2025)
    assert {item.kind for item in found} == {"carried_over"}
    assert {item.unit for item in found} == {item.unit for item in commune_targets(facts, 2024)}
    assert view("target-communes", "2025-06").headline.startswith("8 · 9 · 4 xã, nguồn không nêu tên")


def test_districts() -> None:
    facts = facts_of("kontum")
    units = facts.units.values()
    code = {unit.district_name: unit.district_code for unit in units}
    # CT 05: Ngọc Hồi in 2024; KH 305: four districts and the city in 2025, Ngọc Hồi from the plan of 2024.
    assert set(district_targets(facts, 2024)) == {code[NGOC_HOI]}
    found = district_targets(facts, 2025)
    assert set(found) == {code[name] for name in (NGOC_HOI, DAK_HA, KON_RAY, IA_HDRAI, CITY)}
    assert {key for key, row in found.items() if row.kind == "carried_over"} == {code[NGOC_HOI]}
    # CT 05, section 4: Tu Mơ Rông "đến năm 2025 phải có ít nhất 03 xã đạt chuẩn".
    minimum = minimum_of(facts, 2025, code[TU_MO_RONG])
    assert minimum is not None
    assert minimum.value == 3
    # KH 305: "Thành phố Kon Tum, huyện Đăk Hà, huyện Sa Thầy là 60%; Ngọc Hồi, Đăk Tô là 57%; Kon Rẫy, Kon Plông,
    # Tu Mơ Rông, Đăk Glei là 50%": nothing for Ia H'Drai.
    rates = {name: village_rates(facts, 2025)[code[name]].value for name in code}
    assert rates == {
        CITY: 60, DAK_HA: 60, SA_THAY: 60, NGOC_HOI: 57, DAK_TO: 57, KON_RAY: 50, KON_PLONG: 50, TU_MO_RONG: 50,
        DAK_GLEI: 50, IA_HDRAI: None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("district", "communes"),
    [(CITY, 11), (DAK_GLEI, 11), (NGOC_HOI, 7), (DAK_TO, 8), (KON_PLONG, 8), (KON_RAY, 6), (DAK_HA, 10),
     (SA_THAY, 10), (TU_MO_RONG, 11), (IA_HDRAI, 3)],
)  # fmt: skip
def test_communes_of_each_district(district: str, communes: int) -> None:
    units = [u for u in facts_of("kontum").units.values() if u.district_name == district]
    assert sum(unit.in_programme for unit in units) == communes


def test_units() -> None:
    # FACTS §1, §7: 102 units, 85 xã, 9 districts and a city; 13 border communes of 4 districts.
    units = facts_of("kontum").units.values()
    assert len(units) == 102
    assert sum(unit.in_programme for unit in units) == 85
    districts = {unit.district_name for unit in units}
    assert sum(name.startswith("Huyện") for name in districts) == 9
    assert sum(name.startswith("Thành phố") for name in districts) == 1
    border = {(u.name, u.district_name) for u in units if u.border}
    assert border == {
        ("Đăk Plô", DAK_GLEI), ("Đăk Nhoong", DAK_GLEI), ("Đăk Long", DAK_GLEI), ("Đăk Dục", NGOC_HOI),
        ("Đăk Nông", NGOC_HOI), ("Đăk Xú", NGOC_HOI), ("Pờ Y", NGOC_HOI), ("Sa Loong", NGOC_HOI), ("Rờ Kơi", SA_THAY),
        ("Mô Rai", SA_THAY), ("Ia Dom", IA_HDRAI), ("Ia Đal", IA_HDRAI), ("Ia Tơi", IA_HDRAI),
    }  # fmt: skip
    assert {c.id: c.count for c in view("border-replanning").legend.classes}["none-filed"] == 13


def test_double_roles_are_both_shown() -> None:
    # Đăk Pét: advanced target carried over and at risk; Đoàn Kết: advanced and model target of 2022.
    shown = view("target-communes", "2024-12")
    assert {mark.id for mark in shown.marks if mark.unit == "23353"} == {
        "carried",
        "not-published",
        "at-risk",
    }
    assert shown.frame.loc["23353", "class_id"] == "advanced"
    both = view("target-communes", "2022-12")
    assert both.frame.loc["23329", "class_id"] == "model"
    assert "second" in {mark.id for mark in both.marks if mark.unit == "23329"}
    assert both.frame.loc["23329", "targets"] == (
        "Mục tiêu 2022: kiểu mẫu (tiếp tục, dự kiến); Mục tiêu 2022: nâng cao (mới, dự kiến)"
    )


def test_tooltip_of_the_issue() -> None:
    assert view("ntm-levels", "2024-12").frame.loc["23353", "tooltip"] == (
        "Xã Đăk Pék – huyện Đăk Glei · Đạt chuẩn NTM (≤ 2023, chưa rõ số quyết định) · "
        "⚠ trên 30 % tiêu chí không duy trì (CT 05, 22/01/2024) · Mục tiêu 2024: nâng cao (chuyển tiếp)"
    )


def test_mandate_is_quoted_with_its_lead() -> None:
    # KH 305, annex III, II.1, nội dung 01; "Sở Xây dựng chủ trì".
    block = next(b for b in view("border-replanning").blocks if b.kind == "quote")
    assert block.items[0].text == "“Tập trung quy hoạch lại các khu cụm dân cư/thôn, làng tại các xã biên giới.”"
    assert "nội dung 1.01" in block.items[0].detail
    assert "Chủ trì: Sở Xây dựng" in block.items[0].detail


def test_never_opens_with_todays_month() -> None:
    facts = facts_of("kontum")
    assert {layer: str(default_month(layer, facts)) for layer in ("ntm-levels", "target-communes")} == {
        "ntm-levels": "2025-06",
        "target-communes": "2024-12",
    }


def test_levels_never_contradict_the_published_totals() -> None:
    """In no month more communes are named, or known as not recognised, than the published total leaves room for."""
    facts = facts_of("kontum")
    for figure in facts.figures:
        if figure.metric == "recognised" and figure.district is None and figure.period.earliest == figure.period.latest:
            levels = levels_in(facts, figure.period.latest).values()
            assert sum(level.recognised for level in levels) <= figure.value
            assert sum(level.status in {"below", "met"} for level in levels) <= 85 - figure.value
