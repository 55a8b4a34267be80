"""The unit lists and what became of each unit on 01/07/2025, counted by hand from the resolutions."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from intake.collection import read_collection
from programme.province import province_of, provinces

READ = read_collection()
UNITS = {(row["unit_list"], row["code"]): row for row in READ["units"]}
SUCCESSIONS = READ["successions"]


def units_of(unit_list: str) -> list[dict[str, Any]]:
    return [row for (listed, _), row in UNITS.items() if listed == unit_list]


def successions_of(boundary: str) -> list[dict[str, Any]]:
    return [row for row in SUCCESSIONS if row["boundary"] == boundary]


@pytest.mark.parametrize(
    ("unit_list", "province", "kinds"),
    [
        ("kontum-2015", "kontum", {"xã": 85, "phường": 10, "thị trấn": 7}),
        # GSO list of 01/11/2021: 203/25/13.
        ("quangnam-2020", "quangnam", {"xã": 203, "phường": 25, "thị trấn": 13}),
        # 1677/NQ-UBTVQH15, Điều 1 khoản 92: "96 đơn vị hành chính cấp xã, gồm 86 xã, 09 phường và 01 đặc khu"
        ("quangngai-2025", "quangngai", {"xã": 86, "phường": 9, "đặc khu": 1}),
        # 1659/NQ-UBTVQH15, Điều 1 khoản 93: "94 đơn vị hành chính cấp xã, gồm 23 phường, 70 xã, 01 đặc khu"
        ("danang-2025", "danang", {"xã": 70, "phường": 23, "đặc khu": 1}),
    ],
)
def test_kinds_are_those_of_the_official_lists(unit_list: str, province: str, kinds: dict[str, int]) -> None:
    rows = units_of(unit_list)
    assert Counter(row["kind"] for row in rows) == kinds
    assert {row["province"] for row in rows} == {province}
    assert all(bool(row["in_programme"]) == (row["kind"] == "xã") for row in rows)


def test_units_of_2025_name_the_province_they_lay_in() -> None:
    assert Counter(row["former_province"] for row in units_of("quangngai-2025")) == {"kontum": 40, "quangngai": 56}
    assert Counter(row["former_province"] for row in units_of("danang-2025")) == {"quangnam": 78, "danang": 16}
    assert {row["former_province"] for name in ("kontum-2015", "quangnam-2020") for row in units_of(name)} == {""}


def test_the_special_zones_are_named() -> None:
    zones = {(row["unit_list"], row["name"], row["code"]) for row in UNITS.values() if row["kind"] == "đặc khu"}
    assert zones == {("danang-2025", "Hoàng Sa", "20333"), ("quangngai-2025", "Lý Sơn", "21548")}


def test_former_districts_of_kon_tum_and_quang_nam_are_those_of_their_own_lists() -> None:
    for former, before, after in [
        ("kontum", "kontum-2015", "quangngai-2025"),
        ("quangnam", "quangnam-2020", "danang-2025"),
    ]:
        districts = {(row["district_code"], row["district_name"]) for row in units_of(before)}
        assert {
            (row["district_code"], row["district_name"]) for row in units_of(after) if row["former_province"] == former
        } == districts


def test_a_unit_stands_under_the_former_district_of_all_its_predecessors() -> None:
    # 1677 and 1659: no unit of the former Kon Tum or Quảng Nam crosses a district.
    for row in SUCCESSIONS:
        old = UNITS[(row["boundary"], row["code"])]
        new = UNITS[(row["successor_boundary"], row["successor_code"])]
        assert old["district_code"] == new["district_code"], row
        assert (new["name"], new["kind"]) == (row["successor_name"], row["successor_kind"])
        assert new["former_province"] == old["province"]


@pytest.mark.parametrize(
    ("boundary", "old", "new", "reused"), [("kontum-2015", 102, 40, 21), ("quangnam-2020", 241, 78, 60)]
)
def test_every_unit_went_whole_into_one_new_unit(boundary: str, old: int, new: int, reused: int) -> None:
    rows = successions_of(boundary)
    assert len(rows) == len({row["code"] for row in rows}) == old
    assert {row["share"] for row in rows} == {"whole"}
    names = {row["successor_code"]: row["successor_name"] for row in rows}
    assert len(names) == new
    # A code of 2025 that belonged to a unit of another name before.
    assert sum(UNITS[(boundary, code)]["name"] != name for code, name in names.items()) == reused


def test_events_of_kon_tum() -> None:
    rows = successions_of("kontum-2015")
    assert Counter(row["event"] for row in rows) == {"merge": 98, "unchanged": 4}
    kept = {UNITS[("kontum-2015", row["code"])]["name"] for row in rows if row["unchanged"]}
    # 1677, khoản 92: "xã Đăk Long (huyện Đăk Glei), Ba Xa, Rờ Kơi, Mô Rai, Ia Đal"; Ba Xa is of the old Quảng Ngãi.
    assert kept == {"Đăk Long", "Rờ Kơi", "Mô Rai", "Ia Đal"}


def test_events_of_quang_nam() -> None:
    rows = successions_of("quangnam-2020")
    assert Counter(row["event"] for row in rows) == {"merge": 238, "unchanged": 2, "rename": 1}
    by_name = {UNITS[("quangnam-2020", row["code"])]["name"]: row for row in rows}
    # 1659, khoản 93: "02 xã không thực hiện sắp xếp là xã Tam Hải và xã Tân Hiệp"
    assert {name for name, row in by_name.items() if row["unchanged"]} == {"Tam Hải", "Tân Hiệp"}
    # 1659, khoản 71: "thị trấn Thạnh Mỹ thành xã mới có tên gọi là xã Thạnh Mỹ"
    assert by_name["Thạnh Mỹ"]["event"] == "rename"
    assert by_name["Thạnh Mỹ"]["clause"] == "1659/NQ-UBTVQH15, Điều 1 khoản 71"


@pytest.mark.parametrize(
    ("clause", "successor", "old"),
    [
        # 1659, khoản 68: "các xã Đại Lãnh, Đại Hưng và Đại Sơn thành … xã Thượng Đức"
        (68, "Thượng Đức", {"Đại Lãnh", "Đại Hưng", "Đại Sơn"}),
        # khoản 59: "các xã Quế Lâm, Phước Ninh và Ninh Phước thành … xã Quế Phước"
        (59, "Quế Phước", {"Quế Lâm", "Phước Ninh", "Ninh Phước"}),
        # khoản 58: "thị trấn Trung Phước và xã Quế Lộc thành … xã Nông Sơn"; Sơn Viên had gone into Quế Lộc.
        (58, "Nông Sơn", {"Quế Trung", "Quế Lộc", "Sơn Viên"}),
        # khoản 13: "các phường An Mỹ, An Xuân và Trường Xuân thành … phường Tam Kỳ"; Phước Hòa had gone into An Xuân.
        (13, "Tam Kỳ", {"An Mỹ", "An Xuân", "Trường Xuân", "Phước Hòa"}),
        # khoản 84: "thị trấn Tân Bình, xã Quế Tân và xã Quế Lưu thành … xã Hiệp Đức"
        (84, "Hiệp Đức", {"Tân Bình", "Hiệp Hòa", "Hiệp Thuận", "Quế Lưu"}),
    ],
)
def test_clauses_of_quang_nam(clause: int, successor: str, old: set[str]) -> None:
    start = f"1659/NQ-UBTVQH15, Điều 1 khoản {clause}"
    rows = [row for row in successions_of("quangnam-2020") if row["clause"].split(";")[0] == start]
    assert {row["successor_name"] for row in rows} == {successor}
    assert {UNITS[("quangnam-2020", row["code"])]["name"] for row in rows} == old


def test_the_eight_mergers_of_the_end_of_2024_are_told_with_both_units() -> None:
    rows = [row for row in successions_of("quangnam-2020") if "1241/NQ-UBTVQH15" in row["clause"]]
    assert len(rows) == 16
    told = Counter(row["clause"].split("nhập thành ")[1].split(" (mã")[0] for row in rows)
    assert set(told.values()) == {2}
    assert set(told) == {
        "phường An Xuân",
        "xã Duy Tân",
        "xã Quế Tân",
        "xã Bình Định",
        "xã Bình Phú",
        "xã Tiên Sơn",
        "thị trấn Phú Thịnh",
        "xã Quế Lộc",
    }


def test_border_communes() -> None:
    def bordering(unit_list: str) -> dict[str, str]:
        return {row["name"]: row["border"] for row in units_of(unit_list) if row["border"]}

    assert len(bordering("kontum-2015")) == 13
    assert bordering("quangngai-2025") == {
        "Đăk Plô": "Lào",
        "Đăk Long": "Lào",
        "Dục Nông": "Lào",
        "Bờ Y": "Lào|Campuchia",
        "Sa Loong": "Campuchia",
        "Rờ Kơi": "Campuchia",
        "Mô Rai": "Campuchia",
        "Ia Đal": "Campuchia",
        "Ia Tơi": "Campuchia",
    }
    six = ("Avương", "Tây Giang", "Hùng Sơn", "Đắc Pring", "La Dêê", "La Êê")
    assert bordering("danang-2025") == dict.fromkeys(six, "Lào")
    assert len(bordering("quangnam-2020")) == 14


def test_merged_provinces_name_their_successor_and_its_decree() -> None:
    for key, into, resolution in [("kontum", "quangngai", "1677"), ("quangnam", "danang", "1659")]:
        (successor,) = province_of(key).successors
        assert (successor.province, successor.first) == (into, "2025-07")
        assert "202/2025/QH15" in successor.decree
        assert resolution in successor.decree
        assert successor.province in provinces()
    assert [province_of(key).successors for key in ("quangngai", "danang")] == [[], []]
