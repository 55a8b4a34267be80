"""What the screens of Quảng Nam, Quảng Ngãi and Đà Nẵng carry, with the words it rests on.

Numbers are copied from the report of the coordination office of Quảng Nam (11/2021), not from our files.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from base.clock import Month
from intake.collection import read_collection
from programme.province import province_of

READ = read_collection()


def rows(table: str, province: str = "quangnam") -> list[dict[str, Any]]:
    return [row for row in READ[table] if row["province"] == province]


def figure(period: str, metric: str, province: str = "quangnam") -> dict[str, Any]:
    (found,) = [row for row in rows("figures", province) if (row["period"], row["metric"]) == (period, metric)]
    return found


@pytest.mark.parametrize(
    ("key", "value", "total", "kind"),
    [
        # The report: "Dự kiến đến cuối năm 2021, có thêm 05 xã …, nâng tổng số … lên 118 xã …, … 60,8% (118/194 xã)"
        (("2021-12", "recognised"), 118, 194, "expected"),
        (("2021-11", "recognised"), 113, 194, "derived"),
        # The report: "bình quân chung số tiêu chí NTM đạt chuẩn của toàn tỉnh (194 xã) là 15,92 tiêu chí/xã"
        (("2021-11", "average-criteria"), 15.92, 194, ""),
        # "có 06 xã đạt chuẩn NTM nâng cao"; "có thêm 04 xã …, nâng tổng số xã NTM nâng cao lên 10 xã"
        (("2021-11", "advanced"), 6, None, ""),
        (("2021-12", "advanced"), 10, None, "expected"),
        (("2021-11", "model"), 1, None, ""),
        # "đã có 162 thôn …"; "có thêm ít nhất 10 thôn …, nâng tổng số … lên 172 thôn"
        (("2021-11", "villages-model"), 162, None, ""),
        (("2021-12", "villages-model"), 172, None, "expected"),
        (("2021", "recognised"), 117, 200, ""),
        (("2021", "average-criteria"), 16.02, 200, ""),
        (("2022-03-30", "recognised"), 118, 194, ""),
        (("2022-03-30", "advanced"), 10, None, ""),
        (("2023-08-09", "recognised"), 123, 193, ""),
    ],
)
def test_published_figures(key: tuple[str, str], value: float, total: int | None, kind: str) -> None:
    found = figure(*key)
    assert (found["value"], found["total"]) == (value, total)
    assert found["status"] + found["qualifier"] == kind
    assert found["source"]


def test_shares_of_the_report() -> None:
    expected = figure("2021-12", "recognised")
    assert round(100 * expected["value"] / expected["total"], 1) == 60.8
    assert round(100 * 123 / 194, 1) == 63.4


def test_only_figures_that_the_source_foresees_are_expected() -> None:
    foreseen = [row for row in READ["figures"] if row["status"]]
    assert len(foreseen) == 3
    assert all("Dự kiến đến cuối năm 2021" in row["quote"] for row in foreseen)


@pytest.mark.parametrize(
    ("year", "level", "kind", "value", "words"),
    [
        (2021, "standard", "new", 6, "mục tiêu năm 2021 là 06 xã"),
        (2021, "advanced", "new", 4, "có thêm 04 xã"),
        (2021, "model", "new", 0, "không có phấn đấu xã NTM kiểu mẫu"),
        (2022, "standard", "new", 5, "123 xã/194 xã, đạt tỷ lệ 63,4%"),
        (2022, "advanced", "new", 5, "nâng tổng số xã nâng cao lên 15 xã"),
        (2022, "model", "minimum", 1, "duy trì 01 xã NTM kiểu mẫu"),
        (2022, "criteria", "minimum", 16.5, "từ 16,5 tiêu chí/xã trở lên"),
        (2022, "village-model", "minimum", 40, "ít nhất 40 thôn"),
        (2025, "criteria", "minimum", 15, "không còn xã dưới 15 tiêu chí"),
    ],
)
def test_targets(year: int, level: str, kind: str, value: float, words: str) -> None:
    (found,) = [row for row in rows("targets") if (row["year"], row["level"], row["kind"]) == (year, level, kind)]
    assert found["value"] == value
    assert words in found["quote"]
    assert found["document"] == "QNAM-2021"


def test_named_communes_by_level_and_evidence() -> None:
    counted = Counter((row["level"], row["evidence"]) for row in rows("recognitions"))
    assert counted == {
        ("standard", "recognised"): 39,
        ("advanced", "recognised"): 16,
        ("model", "recognised"): 5,
        ("standard", "appraised"): 4,
        ("advanced", "appraised"): 15,
        ("model", "appraised"): 4,
    }


def test_the_six_advanced_communes_of_the_report_are_named() -> None:
    names = {row["code"]: row["name"] for row in rows("units")}
    said = {names[row["code"]] for row in rows("recognitions") if "06 xã đạt chuẩn NTM nâng cao" in row["quote"]}
    assert said == {"Đại Hiệp", "Duy Trinh", "Duy Phước", "Duy Hòa", "Cẩm Thanh", "Quế Phú"}


def test_denominators_fall_from_200_to_193() -> None:
    quangnam = province_of("quangnam")
    months = [Month(2020, 3), Month(2021, 11), Month(2021, 12), Month(2022, 12), Month(2023, 8), Month(2025, 6)]
    assert [quangnam.communes_in(month).value for month in months] == [200, 194, 194, 194, 193, 193]
    assert "203" in quangnam.communes_in(Month(2021, 11)).source
    assert province_of("quangngai").communes_in(Month(2025, 7)).value == 86
    assert province_of("danang").communes_in(Month(2025, 7)).value == 70


def test_the_three_groups_of_the_report() -> None:
    groups = province_of("quangnam").groups
    assert [group.id for group in groups] == ["1", "2", "3"]
    assert "đã đạt chuẩn" in groups[0].name("vi")
    assert "2021–2025" in groups[1].name("vi")
    assert "dưới 15 tiêu chí" in groups[2].description("vi")
    assert province_of("kontum").groups == []


def test_nothing_of_kon_tum_is_told_of_quang_ngai() -> None:
    assert [(row["metric"], row["value"], row["total"]) for row in rows("figures", "quangngai")] == [
        ("average-criteria", 15.31, 86)
    ]
    for table in ("recognitions", "targets", "warnings", "criteria_counts"):
        assert rows(table, "quangngai") == rows(table, "danang") == []
