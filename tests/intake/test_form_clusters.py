"""The form of clusters: what a row becomes, in which communes it may lie, and every fault at its cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from form_files import CLUSTER, NEW_PLO, OFFICE, OLD_PLO, Row, cell, checked, enter, faults_of, filled
from hypothesis import given
from hypothesis import strategies as st
from monthly_files import facts_of, new_ledger

from base.clock import day_label, today
from base.errors import DataError
from geo.boundaries import load
from geo.crs import from_lon_lat
from intake.forms import FORMS, form_row
from intake.marked import mark_faults
from intake.submit import check
from intake.unit_lists import Era, unit_lists
from store.ledger import Ledger
from store.queries import LedgerFacts

MAN = "23347 – Đăk Man – huyện Đăk Glei"
NHOONG = "23350 – Đăk Nhoong – huyện Đăk Glei"
NEW: Row = CLUSTER | {"code": NEW_PLO, "as_of": "31/12/2025"}
PLAN: Row = {"plan_document": "285/QĐ-UBND", "plan_date": "23/03/2018"}
#: A row with something in every column.
WHOLE: Row = CLUSTER | {
    "number": "64",
    "villages": "Thôn 1, Thôn 2",
    "village_count": 2,
    "arrangement": "tập trung",
    "reason": "xã biên giới",
    "ethnic_groups": "Gié Triêng",
    "households_now": 22,
    "people_now": "81",
    "households_planned": "1.000",
    "people_planned": 4000,
    "households_moved": 0,
    "people_moved": 0,
    "moved": "30/06/2024",
    "step": "Đang thực hiện",
    "plan_type": "đề án bố trí dân cư",
    **PLAN,
    "issuing_body": "UBND tỉnh",
    "plan_from": "01/01/2021",
    "plan_to": "31/12/2030",
    "due": "31/12/2026",
    "road": "có",
    "electricity": "chưa có",
    "telecom": "đang xây dựng",
    "area_ha": "25,5",
    "residential_ha": 4.25,
    "investor": "UBND huyện",
    "budget_million": "12.500,5",
    "in_belt": "không",
    "road_m": 500,
    "lead_agency": "Sở Xây dựng",
    "officer": "A",
    "data_status": "đã kiểm tra",
    "note": "điều 1",
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def ledger(tmp_path: Path, base: Path) -> Iterator[Ledger]:
    opened = new_ledger(tmp_path, base)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Ledger:
    """Return a store that no test writes to."""
    return new_ledger(tmp_path_factory.mktemp("shared"), base)


def place(code: str, version: str = "kontum-2015") -> tuple[float, float]:
    found = load(version).units.geometry.loc[code].representative_point()
    return found.x, found.y


def degrees(point: tuple[float, float], which: str = "existing") -> dict[str, object]:
    return {f"{which}_{axis}": f"{value:.6f}".replace(".", ",") for axis, value in zip("xy", point, strict=True)}


def stored(ledger: Ledger, *rows: Row) -> list[Any]:
    return list(checked(ledger, "clusters", *rows).submission.rows["clusters"])


def known(ledger: Ledger) -> list[Any]:
    return list(unit_lists(facts_of(ledger)).clusters)


# What a row becomes -------------------------------------------------------------------------------------------------


def test_a_row_is_stored_as_it_reads_with_its_place(shared: Ledger) -> None:
    (row,) = stored(shared, WHOLE)
    assert row == {
        "sheet": "Cụm dân cư",
        "cell": "A4",
        "province": "kontum",
        "old_list": "kontum-2015",
        "old_code": "23344",
        "new_list": "quangngai-2025",
        "new_code": "23344",
        "cluster_id": "DC-01",
        "name": "Điểm dân cư số 1",
        "number": "64",
        "kind": "new-point",
        "villages": "Thôn 1, Thôn 2",
        "village_count": 2,
        "arrangement": "concentrated",
        "reason": "border",
        "ethnic_groups": "Gié Triêng",
        "households_now": 22,
        "people_now": 81,
        "households_planned": 1000,
        "people_planned": 4000,
        "households_moved": 0,
        "people_moved": 0,
        "moved": "2024-06-30",
        "step": "implementing",
        "plan_type": "arrangement-scheme",
        "plan_document": "285/QĐ-UBND",
        "plan_date": "2018-03-23",
        "issuing_body": "UBND tỉnh",
        "plan_from": "2021-01-01",
        "plan_to": "2030-12-31",
        "due": "2026-12-31",
        "road": "have",
        "electricity": "missing",
        "water": "",
        "school": "",
        "health_station": "",
        "community_house": "",
        "telecom": "building",
        "area_ha": 25.5,
        "residential_ha": 4.25,
        "production_ha": None,
        "investor": "UBND huyện",
        "budget_million": 12500.5,
        "funding": "",
        "in_belt": "no",
        "hazard": "",
        "road_m": 500.0,
        "border_post_m": None,
        "existing_lon": None,
        "existing_lat": None,
        "planned_lon": None,
        "planned_lat": None,
        "lead_agency": "Sở Xây dựng",
        "officer": "A",
        "as_of": "2024-12-31",
        "data_status": "verified",
        "note": "điều 1",
        "scan_hash": None,
        "voided": 0,
    }


def test_what_nobody_said_stays_unknown_and_the_data_are_a_draft(shared: Ledger) -> None:
    (row,) = stored(shared, CLUSTER)
    assert row["data_status"] == "draft"
    assert {row[key] for key in ("households_now", "people_planned", "area_ha", "existing_lon")} == {None}
    assert {row[key] for key in ("road", "in_belt", "plan_date", "arrangement")} == {""}


def test_the_newest_record_replaces_none_of_another_day(ledger: Ledger) -> None:
    enter(ledger, "clusters", CLUSTER)
    found = checked(ledger, "clusters", CLUSTER | {"step": "Đã thẩm định", "as_of": "30/06/2025"})
    (change,) = found.preview.changes
    assert (change.kind, change.before, change.after) == (
        "new",
        "Đang lập quy hoạch (31/12/2024)",
        "Đã thẩm định (30/06/2025)",
    )
    ledger.submit(found.submission)
    assert [(one.as_of.year, one.step) for one in known(ledger)] == [(2024, "drafting"), (2025, "appraised")]


def test_the_same_code_and_day_replaces_a_record_and_says_what_differs(ledger: Ledger) -> None:
    enter(ledger, "clusters", CLUSTER | {"households_now": 20})
    row = CLUSTER | {"cluster_id": "dc-01", "households_now": 22, "in_belt": "có"}
    found = checked(ledger, "clusters", row)
    (change,) = found.preview.changes
    assert (change.unit, change.what) == ("23344", "Cụm DC-01: Điểm dân cư số 1, ngày 31/12/2024")
    assert change.before == "Hộ hiện có: 20; Trong vành đai biên giới: chưa có"
    assert change.after == "Hộ hiện có: 22; Trong vành đai biên giới: có"
    ledger.submit(found.submission)
    (one,) = known(ledger)
    assert (one.id, one.households_now, one.in_belt) == ("DC-01", 22, True)
    assert checked(ledger, "clusters", row, sender=OFFICE).preview.changes == ()


def test_a_row_is_taken_back_and_no_other(ledger: Ledger) -> None:
    enter(ledger, "clusters", CLUSTER, CLUSTER | {"as_of": "30/06/2024"})
    ((at, says),) = faults_of(ledger, "clusters", CLUSTER | {"as_of": "01/07/2024", "void": "Hủy"})
    assert at == cell("clusters", "void")
    assert "Không có dòng của cụm DC-01 vào ngày 01/07/2024 để hủy" in says
    found = checked(ledger, "clusters", CLUSTER | {"void": "Hủy"})
    assert [(one.kind, one.before, one.after) for one in found.preview.changes] == [
        ("voided", "Đang lập quy hoạch (31/12/2024)", "đã hủy")
    ]
    ledger.submit(found.submission)
    assert [day_label(one.as_of) for one in known(ledger)] == ["30/06/2024"]


# Communes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "old", "new"),
    [
        ({"code": "23344"}, "23344", "23344"),
        ({"code": "23398 – Sa Loong – huyện Ngọc Hồi"}, "23398", "23392"),
        ({"code": None, "name": "Đắk Nông"}, "23386", "23383"),
        ({"code": "23368"}, "23368", "23368"),
        ({"code": NEW_PLO, "as_of": "01/07/2025"}, "", "23344"),
        ({"code": "23344", "as_of": "01/07/2025", "old_code": NHOONG}, "23350", "23344"),
        ({"code": "23392", "as_of": "01/07/2025"}, "", "23392"),
        ({"code": None, "name": "Bờ Y", "district": "Ngọc Hồi", "as_of": "01/07/2025"}, "", "23377"),
        ({"code": "23368", "as_of": "01/07/2025"}, "23368", "23368"),
    ],
    ids=str,
)
def test_a_commune_of_either_time_is_kept_with_its_counterpart(shared: Ledger, named: Row, old: str, new: str) -> None:
    (row,) = stored(shared, CLUSTER | named)
    assert (row["old_code"], row["new_code"]) == (old, new)
    assert (row["old_list"], row["new_list"]) == ("kontum-2015" if old else "", "quangngai-2025")


@pytest.mark.parametrize(
    ("change", "key", "says"),
    [
        ({"code": "23347"}, "code", "Xã Đăk Man – huyện Đăk Glei không giáp biên giới. Hãy chọn một trong các xã"),
        ({"code": "23392"}, "code", "Xã Đăk Kan – huyện Ngọc Hồi không giáp biên giới"),
        ({"code": "99999"}, "code", "Mã xã “99999” không có trong danh mục"),
        ({"code": None}, "code", "Thiếu mã và tên xã"),
        (
            {"code": "23383 – Dục Nông – huyện Ngọc Hồi (cũ)"},
            "code",
            "có từ 01/07/2025, sau ngày 31/12/2024. Vào ngày ấy địa bàn này là Xã Đăk Ang, Xã Đăk Dục, Xã Đăk Nông.",
        ),
        ({"code": NEW_PLO}, "code", "có từ 01/07/2025, sau ngày 31/12/2024"),
        (
            {"code": NHOONG, "as_of": "01/07/2025"},
            "code",
            "Xã Đăk Nhoong – huyện Đăk Glei không còn từ 01/07/2025, trước ngày 01/07/2025; nay là Xã Đăk Plô",
        ),
        ({"code": OLD_PLO, "as_of": "01/07/2025"}, "code", "không còn từ 01/07/2025"),
        ({"code": NEW_PLO, "as_of": "01/07/2025", "old_code": MAN}, "old_code", "Xã Đăk Man không giáp biên giới"),
        (
            {"code": NEW_PLO, "as_of": "01/07/2025", "old_code": "23386"},
            "old_code",
            "Xã Đăk Nông không nhập vào Xã Đăk Plô – huyện Đăk Glei (cũ): xã này gồm Xã Đăk Plô, Xã Đăk Man, Xã",
        ),
        ({"old_code": NHOONG}, "old_code", "đã là xã trước sắp xếp"),
        ({"old_code": "x"}, "old_code", "Không có xã nào tên “x”"),
        ({"code": None, "name": "Plei Kần"}, "name", "Thị trấn Plei Kần – huyện Ngọc Hồi không phải là xã"),
        ({"as_of": "01/01/2012"}, "as_of", "Không có danh mục đơn vị hành chính nào của ngày này"),
    ],
    ids=str,
)
def test_a_commune_that_cannot_be_is_told_with_what_it_probably_is(
    shared: Ledger, change: Row, key: str, says: str
) -> None:
    ((at, said),) = faults_of(shared, "clusters", CLUSTER | change)
    assert at == cell("clusters", key)
    assert says in said


def test_a_commune_made_of_several_asks_for_the_one_before(shared: Ledger) -> None:
    (warning,) = checked(shared, "clusters", NEW).preview.warnings
    assert warning.startswith("Dòng 4, cụm DC-01: chưa rõ xã trước sắp xếp: Xã Đăk Plô – huyện Đăk Glei (cũ)")
    assert checked(shared, "clusters", NEW | {"old_code": OLD_PLO}).preview.warnings == ()


@pytest.mark.parametrize(("province", "before", "now"), [("kontum", 13, 9), ("quangnam", 14, 6), ("quangngai", 13, 9)])
def test_the_drop_down_offers_the_border_communes_of_both_times_once(
    shared: Ledger, province: str, before: int, now: int
) -> None:
    facts = facts_of(shared, province)
    offered = FORMS["clusters"].column("code").choices(facts)
    assert len(offered) == len(set(offered)) == before + now
    assert len(FORMS["clusters"].column("old_code").choices(facts)) == before
    assert (OLD_PLO in offered, NEW_PLO in offered) == (province != "quangnam",) * 2


def test_the_province_that_has_the_communes_today_takes_them_too(shared: Ledger) -> None:
    content = filled(shared, "clusters", CLUSTER)
    _, content = form_row("clusters", {key: str(value) for key, value in CLUSTER.items()}, facts_of(shared))
    facts = facts_of(shared, "quangngai")
    (row,) = check(content, "a.csv", facts, shared, OFFICE).submission.rows["clusters"]
    assert (row["province"], row["old_code"], row["new_code"]) == ("quangngai", "23344", "23344")


def test_a_province_without_border_communes_says_so(shared: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    content = filled(shared, "clusters", CLUSTER)
    monkeypatch.setattr(Era, "border", ())
    with pytest.raises(DataError, match="không có xã biên giới, nên biểu “Cụm dân cư biên giới” không dùng ở đây"):
        check(content, "a.xlsx", facts_of(shared), shared, OFFICE)


# Points -------------------------------------------------------------------------------------------------------------


def test_a_point_in_degrees_or_metres_is_kept_as_longitude_and_latitude(shared: Ledger) -> None:
    lon, lat = place("23344")
    [[east, north]] = from_lon_lat(np.array([[lon, lat]]), 9216)
    for written in (
        degrees((lon, lat)),
        degrees((lon, lat)) | {"crs": "WGS 84 (kinh độ, vĩ độ)"},
        {"existing_x": east, "existing_y": north},
        {"existing_x": f"{east:.2f}", "existing_y": f"{north:.2f}", "crs": "VN-2000 / TM-3 107-30"},
        {"existing_x": east, "existing_y": north, "crs": "VN-2000 (mét, múi chiếu của tỉnh)"},
    ):
        (row,) = stored(shared, CLUSTER | written)
        assert row["existing_lon"] == pytest.approx(lon, abs=2e-6)
        assert row["existing_lat"] == pytest.approx(lat, abs=2e-6)
        assert row["planned_lon"] is None


def test_the_commune_of_before_follows_from_the_point(shared: Ledger) -> None:
    (row,) = stored(shared, NEW | degrees(place("23350"), "planned"))
    assert (row["old_code"], row["new_code"]) == ("23350", "23344")
    found = checked(shared, "clusters", NEW | degrees(place("23347"), "planned"))
    assert found.submission.rows["clusters"][0]["old_code"] == "23347"
    assert "theo vị trí, xã trước sắp xếp là Xã Đăk Man, không giáp biên giới." in found.preview.warnings[0]


@pytest.mark.parametrize(
    ("change", "key", "says"),
    [
        (degrees(place("23538")), "existing_x", "điểm nằm trong xã Ia Tơi"),
        (degrees(place("23344")[::-1], "planned"), "planned_x", "đổi chỗ"),
        ({"existing_x": "107,5"}, "existing_y", "có “Hiện có: kinh độ / hướng Đông” mà thiếu ô này"),
        ({"planned_y": "14,9"}, "planned_x", "có “Quy hoạch: vĩ độ / hướng Bắc” mà thiếu ô này"),
        (degrees(place("23344")) | {"existing_y": "bắc"}, "existing_y", "“bắc” không phải là tọa độ"),
        (degrees(place("23344")) | {"crs": "VN-2000 (mét, múi chiếu của tỉnh)"}, "crs", "là độ, không phải mét"),
        (degrees(place("23344")) | {"crs": "x"}, "crs", "“x” không dùng được"),
    ],
    ids=str,
)
def test_a_point_that_cannot_be_is_refused_at_its_cell(shared: Ledger, change: Row, key: str, says: str) -> None:
    ((at, said),) = faults_of(shared, "clusters", CLUSTER | change)
    assert at == cell("clusters", key)
    assert says in said


# Faults -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "key", "says"),
    [
        ({"cluster_id": None}, "cluster_id", "Thiếu “Mã cụm”"),
        ({"cluster_name": None}, "cluster_name", "Thiếu “Tên cụm”"),
        (
            {"kind": "phố"},
            "kind",
            "chọn một trong: điểm dân cư mới, thôn, làng hiện có, khu, cụm dân cư, trung tâm xã.",
        ),
        ({"step": None}, "step", "Thiếu “Bước”"),
        ({"as_of": None}, "as_of", "Thiếu “Ngày số liệu”"),
        ({"as_of": day_label(today() + timedelta(days=30))}, "as_of", "ở sau hôm nay"),
        ({"households_now": "-1"}, "households_now", "“-1” phải là số nguyên từ 0 đến 1.000.000."),
        ({"people_now": "3,5"}, "people_now", "phải là số nguyên"),
        ({"people_planned": 99999999}, "people_planned", "phải là số nguyên từ 0 đến 1.000.000."),
        ({"area_ha": "-2"}, "area_ha", "phải là số, không âm"),
        ({"area_ha": "9" * 400}, "area_ha", "phải là số, không âm"),
        ({"households_now": 10, "people_now": 9}, "people_now", "Số người (9) ít hơn số hộ (10)"),
        ({"step": "Đã phê duyệt", "plan_document": "1"}, "plan_date", "Bước “Đã phê duyệt” cần “Ngày văn bản”"),
        ({"step": "Hoàn thành", "plan_date": "01/01/2020"}, "plan_document", "cần “Số văn bản”"),
        (PLAN | {"step": "Hết thời hạn"}, "plan_to", "Bước “Hết thời hạn” cần “Quy hoạch đến ngày”"),
        (
            PLAN | {"step": "Hết thời hạn", "plan_to": "01/01/2025"},
            "plan_to",
            "Quy hoạch còn đến 01/01/2025, sau ngày số liệu 31/12/2024, nên chưa hết thời hạn",
        ),
        ({"plan_from": "02/01/2024", "plan_to": "01/01/2024"}, "plan_to", "01/01/2024 sớm hơn ngày đầu 02/01/2024"),
        ({"plan_date": "01/02/2025"}, "plan_date", "01/02/2025 ở sau ngày số liệu 31/12/2024"),
        ({"moved": "01/02/2025"}, "moved", "01/02/2025 ở sau ngày số liệu 31/12/2024"),
        ({"in_belt": "chắc"}, "in_belt", "chọn một trong: có, không."),
    ],
    ids=str,
)
def test_a_faulty_row_is_refused_at_its_cell(shared: Ledger, change: Row, key: str, says: str) -> None:
    ((at, said),) = faults_of(shared, "clusters", CLUSTER | change)
    assert at == cell("clusters", key)
    assert says in said


def test_every_fault_of_every_row_is_told_at_once_and_marked(shared: Ledger) -> None:
    bad = CLUSTER | {"code": "23347", "households_now": 5, "people_now": 4, "step": "Đã phê duyệt", "existing_x": 1}
    rows = (bad, CLUSTER | {"as_of": "x", "kind": None}, CLUSTER, CLUSTER)
    faults = faults_of(shared, "clusters", *rows)
    keys = ("code", "people_now", "plan_document", "plan_date", "existing_y")
    assert [at for at, _ in faults] == [
        *(cell("clusters", key) for key in keys),
        *(cell("clusters", key, 5) for key in ("kind", "as_of")),
        "7",
    ]
    content = filled(shared, "clusters", *rows)
    with pytest.raises(DataError) as caught:
        check(content, "a.xlsx", facts_of(shared), shared, OFFICE)
    assert len(mark_faults(content, "a.xlsx", caught.value.faults, "vi")) > 0


def test_a_code_is_not_used_for_another_commune(ledger: Ledger) -> None:
    enter(ledger, "clusters", CLUSTER)
    elsewhere = {"code": "23368", "as_of": "01/01/2025"}
    ((at, says),) = faults_of(ledger, "clusters", CLUSTER | elsewhere)
    assert at == cell("clusters", "cluster_id")
    assert "Mã cụm DC-01 đã dùng cho cụm “Điểm dân cư số 1” ở Xã Đăk Plô – huyện Đăk Glei (cũ)" in says
    other = {"cluster_id": "DC-02"}
    faults = faults_of(ledger, "clusters", CLUSTER | other, CLUSTER | other | elsewhere)
    assert [at for at, _ in faults] == [cell("clusters", "cluster_id", 5)]
    # The commune that it is today is no other one.
    assert checked(ledger, "clusters", NEW).preview.changes


# Warnings -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"households_moved": 3, "households_planned": 2},
            "số hộ đã di chuyển (3) nhiều hơn số hộ theo quy hoạch (2).",
        ),
        ({"people_moved": 3, "people_planned": 2}, "số người đã di chuyển (3) nhiều hơn"),
        (
            {"step": "Hoàn thành", **PLAN, "households_moved": 1, "households_planned": 2},
            "bước là “Hoàn thành”, nhưng số hộ đã di chuyển (1) ít hơn số hộ theo quy hoạch (2).",
        ),
    ],
    ids=str,
)
def test_numbers_that_do_not_fit_are_looked_at(shared: Ledger, change: Row, says: str) -> None:
    (warning,) = checked(shared, "clusters", CLUSTER | change).preview.warnings
    assert warning.startswith(f"Dòng 4, cụm DC-01: {says}")


def test_a_step_that_goes_back_is_looked_at_unless_the_plan_is_adjusted_or_over(ledger: Ledger) -> None:
    enter(ledger, "clusters", CLUSTER | PLAN | {"step": "Đã phê duyệt", "as_of": "30/06/2024"})
    (warning,) = checked(ledger, "clusters", CLUSTER).preview.warnings
    assert "bước lùi từ “Đã phê duyệt” (30/06/2024) về “Đang lập quy hoạch”." in warning
    for step in ("Đang thực hiện", "Đang điều chỉnh", "Hết thời hạn"):
        row = CLUSTER | PLAN | {"step": step, "plan_to": "31/12/2024"}
        assert checked(ledger, "clusters", row).preview.warnings == ()
    # The rows of one file follow one another, too.
    between = CLUSTER | {"step": "Đang rà soát", "as_of": "01/07/2024"}
    texts = checked(ledger, "clusters", CLUSTER, between).preview.warnings
    assert [text for text in texts if "bước lùi" in text] == list(texts)
    assert len(texts) == 1
    assert texts[0].startswith("Dòng 5")


# Anything -----------------------------------------------------------------------------------------------------------

WILD = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from([*WHOLE.values(), NEW_PLO, MAN, "Hủy", "23392", "VN-2000 (kinh độ, vĩ độ)", "107,5", "1e400"]),
    st.from_regex(r"-?[0-9]{1,9}[.,/]?[0-9]{0,9}", fullmatch=True),
)


@pytest.fixture(scope="module")
def facts(shared: Ledger) -> LedgerFacts:
    """Return the facts of the shared store, read once."""
    return facts_of(shared)


@given(data=st.data())
def test_random_cells_give_rows_or_faults(shared: Ledger, facts: LedgerFacts, data: st.DataObject) -> None:
    keys = [column.key for column in FORMS["clusters"].columns]
    changed = data.draw(st.dictionaries(st.sampled_from(keys), WILD, max_size=8))
    start = data.draw(st.sampled_from([CLUSTER, WHOLE, NEW, WHOLE | degrees(place("23344"))]))
    values = {key: str(value) for key, value in {**start, **changed}.items() if value is not None}
    name, content = form_row("clusters", values, facts)
    with suppress(DataError):
        assert check(content, name, facts, shared, OFFICE).submission.rows["clusters"]
