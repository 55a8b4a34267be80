"""Villages: which exist in a month, and which titles they hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from base.clock import Month
from programme.villages import Village, VillageRecognition, titles_in, village_key, villages_in

VILLAGE = Village(
    name="Đăk Book",
    kind="thon",
    unit="23353",
    old_list="kontum-2015",
    old_code="23353",
    new_list="quangngai-2025",
    new_code="23344",
    minority=True,
    pilot_year=2023,
    pilot_level="district",
    valid_from=None,
    valid_to=None,
    place=None,
    note="",
    source="",
)
MINORITY = VillageRecognition(
    village="đăk book",
    unit="23353",
    old_list="kontum-2015",
    old_code="23353",
    new_list="quangngai-2025",
    new_code="23344",
    title="minority",
    action="recognise",
    year=2024,
    decision_no="12/QĐ-UBND",
    day=date(2024, 12, 20),
    note="",
    source="",
)


def test_a_village_exists_between_its_days() -> None:
    new = replace(VILLAGE, name="Thôn 2", valid_from=date(2024, 6, 30))
    gone = replace(VILLAGE, name="Thôn 1", valid_to=date(2024, 6, 29))
    register = [VILLAGE, new, gone]
    assert [v.name for v in villages_in(register, Month(2024, 5))] == ["Thôn 1", "Đăk Book"]
    assert [v.name for v in villages_in(register, Month(2024, 6))] == ["Thôn 2", "Đăk Book"]


def test_the_old_commune_tells_villages_of_one_name_apart_after_a_merger() -> None:
    one = village_key("kontum-2015", "23353", "quangngai-2025", "23344", "Thôn 1")
    two = village_key("kontum-2015", "23356", "quangngai-2025", "23344", "Thôn 1")
    assert one != two
    assert village_key("", "", "quangngai-2025", "23344", "Thôn 1") == ("quangngai-2025", "23344", "thôn 1")


def test_a_title_counts_from_its_decision_or_else_from_the_end_of_its_year() -> None:
    assert not titles_in([MINORITY], Month(2024, 11))
    assert titles_in([MINORITY], Month(2024, 12)) == {VILLAGE.key: {"minority": MINORITY}}
    undated = replace(MINORITY, day=None, year=2023)
    assert not titles_in([undated], Month(2023, 11))
    assert titles_in([undated], Month(2023, 12)) == {VILLAGE.key: {"minority": undated}}


def test_a_withdrawal_ends_one_title_and_leaves_the_other() -> None:
    model = replace(MINORITY, title="model", day=date(2025, 1, 10), year=2024)
    withdrawn = replace(MINORITY, action="withdraw", day=date(2025, 3, 1), year=2025)
    history = [withdrawn, model, MINORITY]
    assert set(titles_in(history, Month(2025, 2))[VILLAGE.key]) == {"minority", "model"}
    assert set(titles_in(history, Month(2025, 3))[VILLAGE.key]) == {"model"}
    assert titles_in([withdrawn, MINORITY], Month(2025, 3)) == {}
