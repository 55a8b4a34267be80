"""The merger of 2025-07: which units a month shows, what they inherit (nothing), and what is told of those before."""

from __future__ import annotations

from collections import Counter

import pytest

from base.clock import Month
from base.errors import StateError
from geo.boundaries import load
from geo.succession import corrections_of, events_of, reused_codes
from layers import address
from layers.card import commune_card
from layers.context import LayerContext
from layers.registry import compute, context_of, facts_of, versions_shown
from layers.view import LayerView, ViewState

AFTER = Month(2025, 12)
BEFORE = Month(2024, 12)
#: Resolution 1677/NQ-UBTVQH15, Điều 1: the units that it leaves as they are.
UNCHANGED = {"23368": "Đăk Long", "23530": "Rờ Kơi", "23536": "Mô Rai", "23535": "Ia Đal"}


def view(month: Month, province: str = "kontum", layer: str = "ntm-levels", **more: str) -> LayerView:
    return compute(ViewState(layer=layer, province=province, period=month, **more))


def test_before_the_merger_a_month_shows_102_units_and_after_it_40_of_the_larger_province() -> None:
    old, new = view(BEFORE), view(AFTER)
    assert (len(old.frame), old.boundary_version, old.part) == (102, "kontum-2015", "")
    assert (len(new.frame), new.boundary_version, new.part) == (40, "quangngai-2025", "kontum")
    assert old.banner == ""
    assert "Từ 07/2025 Tỉnh Kon Tum thuộc Tỉnh Quảng Ngãi" in new.banner
    assert "40 đơn vị" in new.banner


def test_the_first_month_of_the_new_units_is_july_2025() -> None:
    assert len(view(Month(2025, 6)).frame) == 102
    assert len(view(Month(2025, 7)).frame) == 40


def test_a_new_unit_inherits_no_level_and_an_unchanged_one_keeps_its_own() -> None:
    frame = view(AFTER).frame
    classes = Counter(frame["class_id"])
    assert classes["outside"] == 3, "three wards"
    assert classes["new-unit"] == 33, "37 communes without the four unchanged ones"
    assert {frame.at[code, "name"] for code in UNCHANGED} == {f"Xã {name}" for name in UNCHANGED.values()}
    assert frame.at["23535", "class_id"] == "standard", "Ia Đal was recognised and is the same commune"
    assert "new-unit" not in set(frame.loc[list(UNCHANGED), "class_id"])


def test_the_card_of_a_new_unit_lists_its_predecessors_with_their_last_level() -> None:
    context = context_of(ViewState(period=AFTER))
    # Điều 1 khoản 56: thị trấn Đăk Hà, xã Hà Mòn, xã Đăk La, xã Đăk Ngọk became xã Đăk Hà.
    code = next(code for code, unit in context.units.items() if unit.name == "Đăk Hà")
    card = commune_card(context, code, "new-unit")
    assert card.sections[0].title == "Đơn vị trước sắp xếp và mức cuối"
    before = {row.label: row for row in card.sections[0].rows}
    assert "Xã Hà Mòn – huyện Đăk Hà (23521)" in before
    assert before["Xã Hà Mòn – huyện Đăk Hà (23521)"].value.startswith("NTM")
    assert all("1677/NQ-UBTVQH15" in row.source for label, row in before.items() if label)
    assert "không so sánh" in before[""].value, "the break is marked"


def test_the_same_code_is_another_unit_after_the_merger() -> None:
    old, new = context_of(ViewState(period=BEFORE)).units, context_of(ViewState(period=AFTER)).units
    assert old["23425"].name == "Đăk Hà"
    assert new["23425"].name == "Tu Mơ Rông"
    assert not [r for r in context_of(ViewState(period=AFTER)).facts.recognitions if r.unit == "23425"]


def test_102_units_became_40_and_21_codes_are_used_again_by_units_of_other_names() -> None:
    facts = facts_of("kontum")
    rows = [row for row in facts.successions.values() if row.boundary == "kontum-2015"]
    events = events_of(rows)
    assert (len(rows), len(events)) == (102, 40)
    assert len(reused_codes(rows, facts.units)) == 21
    assert sum(event.kind == "unchanged" for event in events) == 4
    assert sum(len(event.before) for event in events) == 102
    assert {len(event.after) for event in events} == {1}, "no unit was split"
    assert all(event.decree.startswith("1677/NQ-UBTVQH15") for event in events)


def test_a_version_of_a_known_list_is_a_correction_of_the_boundary() -> None:
    entry = load("kontum-2015").entry
    survey = entry.model_copy(update={"id": "kontum-survey", "unit_list": "kontum-2015", "decree": "QĐ 1"})
    [event] = corrections_of([entry, survey])
    assert (event.kind, event.version, event.decree) == ("boundary-correction", "kontum-survey", "QĐ 1")


def test_today_s_boundaries_are_an_explicit_choice_and_hand_nothing_down() -> None:
    now = view(BEFORE, boundary="quangngai-2025")
    assert len(now.frame) == 40
    assert Counter(now.frame["class_id"])["new-unit"] == 33
    assert now.state.period == BEFORE
    assert "ranh giới hiện nay" in now.subtitle
    tooltip = now.frame.loc[now.frame["name"] == "Xã Đăk Hà", "tooltip"].iloc[0]
    assert "đơn vị cũ" in tooltip


def test_predecessors_show_the_level_of_the_month_that_is_drawn() -> None:
    """Đoàn Kết became an advanced commune later than 2019: the level told must be the month's."""
    early = context_of(ViewState(period=Month(2016, 12), boundary="quangngai-2025"))
    late = context_of(ViewState(period=BEFORE, boundary="quangngai-2025"))

    def held(context: LayerContext) -> int:
        return sum(row.status.recognised for rows in context.predecessors.values() for row in rows)

    assert held(early) < held(late)
    assert held(late) == sum(status.recognised for status in context_of(ViewState(period=BEFORE)).levels.values())


def test_old_boundaries_cannot_draw_a_later_month() -> None:
    state, notices = address.parse({"period": "2025-12", "boundary": "kontum-2015"}, "ntm-levels")
    assert state.boundary is None
    assert [notice.parameter for notice in notices] == ["boundary"]
    with pytest.raises(StateError):
        compute(ViewState(period=AFTER, boundary="atlantis"))


def test_addresses_take_codes_of_the_units_that_are_shown() -> None:
    old, told = address.parse({"period": "2024-12", "commune": "23302"}, "ntm-levels")
    assert (old.commune, told) == ("23302", []), "phường Lê Lợi"
    new, told = address.parse({"period": "2025-12", "commune": "23281"}, "ntm-levels")
    assert new.commune is None
    assert [notice.parameter for notice in told] == ["commune"], "phường Quang Trung is no more"


def test_months_of_a_merged_province_go_on() -> None:
    months = address.months_of("kontum")
    assert Month(2025, 6) in months
    assert Month(2025, 7) in months
    assert len(months) == len(set(months))
    assert [entry.id for entry in versions_shown("kontum")] == ["kontum-2015", "quangngai-2025"]


def test_totals_of_the_larger_province_are_not_told_of_a_part() -> None:
    whole, part = context_of(ViewState(province="quangngai", period=AFTER)), context_of(ViewState(period=AFTER))
    assert whole.facts.figures
    assert part.facts.figures == []
    assert len(whole.units) == 96
    assert set(part.units) < set(whole.units)


@pytest.mark.parametrize(("province", "units"), [("quangnam", 78), ("kontum", 40)])
def test_a_part_is_drawn_with_its_own_units_only(province: str, units: int) -> None:
    assert len(view(AFTER, province).frame) == units
    assert len(view(AFTER, province, "boundaries").frame) == units


def test_nobody_speaks_of_districts_as_a_level_after_the_merger() -> None:
    context = context_of(ViewState(period=AFTER))
    assert {district.name[-4:] for district in context.districts.values()} == {"(cũ)"}
    progress = view(AFTER, layer="district-progress")
    classes = progress.frame.drop(index="quangngai")["class_id"]
    assert classes.pop("618") == "50", "Ia H'Drai: Ia Đal, left as it was, and one new commune"
    assert set(classes) == {"new-unit"}, "not assessed is no low share"
