"""The register of villages and their recognitions: what rows become, and every fault at its cell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from form_files import NEW_PLO, OFFICE, OLD_PLO, RECOGNITION, Row, cell, checked, enter, faults_of
from hypothesis import given
from hypothesis import strategies as st
from monthly_files import facts_of, new_ledger

from base.clock import Month
from base.errors import DataError
from geo.boundaries import load
from intake.forms import FORMS, form_row
from intake.submit import check
from intake.unit_lists import unit_lists
from programme.villages import titles_in
from store.ledger import Ledger
from store.queries import LedgerFacts

MAN = "23347 – Đăk Man – huyện Đăk Glei"
VILLAGE: Row = {"code": OLD_PLO, "village": "Làng Bung Tôn", "kind": "Làng", "minority": "có"}
LOWLAND: Row = {"code": MAN, "village": "Thôn Đông Nây", "kind": "Thôn", "minority": "không"}
WITHDRAWAL: Row = RECOGNITION | {"action": "Thu hồi", "number": "7/QĐ-UBND", "date": "01/03/2025"}


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
    """Return a store with two villages that no test writes to."""
    opened = new_ledger(tmp_path_factory.mktemp("shared"), base)
    enter(opened, "villages", VILLAGE, LOWLAND)
    return opened


def stored(ledger: Ledger, kind: str, *rows: Row) -> list[Any]:
    return list(checked(ledger, kind, *rows).submission.rows[kind.replace("-", "_")])


def register(ledger: Ledger) -> dict[str, tuple[str, str]]:
    """Return the communes of before and of today by name of the village."""
    return {one.name: (one.old_code, one.new_code) for one in unit_lists(facts_of(ledger)).villages}


# The register -------------------------------------------------------------------------------------------------------


def test_a_village_is_stored_as_it_reads_with_its_place(ledger: Ledger) -> None:
    found = load("kontum-2015").units.geometry.loc["23344"].representative_point()
    row = VILLAGE | {
        "village": "  La\u0300ng  Bung  Tôn ",
        "pilot_year": 2023,
        "pilot_level": "cấp huyện",
        "valid_from": "01/01/2008",
        "x": f"{found.x:.6f}",
        "y": f"{found.y:.6f}",
        "note": "gộp",
    }
    (stored_row,) = stored(ledger, "villages", row)
    assert stored_row == {
        "sheet": "Thôn, làng",
        "cell": "A4",
        "province": "kontum",
        "old_list": "kontum-2015",
        "old_code": "23344",
        "new_list": "quangngai-2025",
        "new_code": "23344",
        "name": "Làng Bung Tôn",
        "kind": "lang",
        "minority": "yes",
        "pilot_year": 2023,
        "pilot_level": "district",
        "valid_from": "2008-01-01",
        "valid_to": "",
        "lon": round(found.x, 6),
        "lat": round(found.y, 6),
        "note": "gộp",
        "voided": 0,
    }
    enter(ledger, "villages", row)
    (change,) = checked(ledger, "villages", VILLAGE).preview.changes
    assert (change.kind, change.what, change.after) == ("changed", "Làng Bung Tôn", "Làng, vùng đồng bào DTTS: có")
    assert change.before.startswith("Làng, vùng đồng bào DTTS: có, làm điểm 2023 (cấp huyện), từ 01/01/2008, 107,")
    assert checked(ledger, "villages", row, sender=OFFICE).preview.changes == ()


@pytest.mark.parametrize(
    ("named", "old", "new"),
    [
        ({"code": MAN}, "23347", "23344"),
        ({"code": NEW_PLO}, "", "23344"),
        ({"code": NEW_PLO, "old_code": MAN}, "23347", "23344"),
        ({"code": NEW_PLO, "old_code": "Đăk Nhoong"}, "23350", "23344"),
        ({"code": None, "name": "Đăk Kan"}, "23392", "23392"),
        ({"code": "23392", "name": "Sa Loong"}, "", "23392"),
        ({"code": "23392", "name": "Đăk Kan"}, "23392", "23392"),
        ({"code": "23392", "valid_from": "01/01/2026"}, "", "23392"),
        ({"code": None, "name": "Sa Loong", "district": "Ngọc Hồi (cũ)"}, "", "23392"),
        ({"code": None, "name": "Sa Loong", "district": "Ngọc Hồi"}, "23398", "23392"),
        ({"code": "23368"}, "23368", "23368"),
    ],
    ids=str,
)
def test_a_commune_of_either_time_is_kept_with_its_counterpart(shared: Ledger, named: Row, old: str, new: str) -> None:
    (row,) = stored(shared, "villages", VILLAGE | {"village": "Thôn 1"} | named)
    assert (row["old_code"], row["new_code"]) == (old, new)


def test_a_name_of_both_times_is_taken_for_the_one_before_with_a_warning(shared: Ledger) -> None:
    found = checked(shared, "villages", VILLAGE | {"code": "23344"}, VILLAGE | {"code": "23344", "village": "Thôn 2"})
    words = "“Đăk Plô” là tên xã cả trước và sau 01/07/2025; ở đây hiểu là Xã Đăk Plô – huyện Đăk Glei, trước sắp xếp."
    assert found.preview.warnings == (words,)


@pytest.mark.parametrize(
    ("change", "key", "says"),
    [
        ({"code": "23392"}, "code", "Mã 23392 trước 01/07/2025 là Xã Đăk Kan – huyện Ngọc Hồi, nay là Xã Sa Loong"),
        ({"code": "99999"}, "code", "Mã xã “99999” không có trong danh mục"),
        ({"code": "23473"}, "code", "không phải là xã nên ngoài chương trình"),
        ({"code": MAN, "valid_from": "01/07/2025"}, "code", "Xã Đăk Man – huyện Đăk Glei không còn từ 01/07/2025"),
        ({"old_code": MAN}, "old_code", "Xã Đăk Man không nhập vào Xã Đăk Long – huyện Đăk Glei (cũ)"),
        ({"village": None}, "village", "Thiếu “Tên thôn”"),
        ({"kind": "xóm"}, "kind", "chọn một trong: Thôn, Làng, Khu dân cư, Tổ dân phố."),
        ({"minority": "?"}, "minority", "chọn một trong: có, không."),
        ({"pilot_year": "2009"}, "pilot_year", "“2009” không phải là năm từ 2010"),
        ({"pilot_level": "cấp tỉnh"}, "pilot_year", "Thiếu “Năm làm điểm”"),
        ({"valid_from": "02/01/2020", "valid_to": "01/01/2020"}, "valid_to", "sớm hơn ngày đầu 02/01/2020"),
        ({"x": "107,5"}, "y", "mà thiếu ô này"),
        ({"x": "107,0", "y": "14,0"}, "x", "phía Campuchia"),
        ({"void": "Hủy"}, "void", "không có thôn “Thôn 9” để hủy"),
    ],
    ids=str,
)
def test_a_faulty_village_is_refused_at_its_cell(shared: Ledger, change: Row, key: str, says: str) -> None:
    row = {"code": "23368", "village": "Thôn 9", "kind": "Thôn"}
    ((at, said),) = faults_of(shared, "villages", row | dict(change))
    assert at == cell("villages", key)
    assert says in said


def test_every_fault_of_every_row_is_told_at_once(shared: Ledger) -> None:
    rows = ({"code": "x", "village": "A", "minority": "?"}, VILLAGE | {"x": 1}, VILLAGE, VILLAGE)
    assert [at for at, _ in faults_of(shared, "villages", *rows)] == [
        *(cell("villages", key) for key in ("code", "kind", "minority")),
        cell("villages", "y", 5),
        "7",
    ]


def test_a_name_that_differs_by_diacritics_alone_is_looked_at(shared: Ledger) -> None:
    (warning,) = checked(shared, "villages", VILLAGE | {"village": "Lang Bung Ton"}).preview.warnings
    assert "Dòng 4: “Lang Bung Ton” gần giống “Làng Bung Tôn” của Xã Đăk Plô – huyện Đăk Glei." in warning
    elsewhere = checked(shared, "villages", VILLAGE | {"village": "Lang Bung Ton", "code": MAN})
    assert elsewhere.preview.warnings == ()
    rows = (VILLAGE | {"village": "Thôn Đông"}, VILLAGE | {"village": "Thôn Dông"})
    assert len(checked(shared, "villages", *rows).preview.warnings) == 1
    assert checked(shared, "villages", VILLAGE | {"village": "LÀNG BUNG TÔN"}).preview.warnings == ()


def test_a_village_is_taken_back_whichever_of_its_communes_is_named(ledger: Ledger) -> None:
    enter(ledger, "villages", VILLAGE, LOWLAND)
    found = checked(ledger, "villages", VILLAGE | {"code": NEW_PLO, "void": "Hủy"})
    assert [(one.kind, one.after) for one in found.preview.changes] == [("voided", "đã hủy")]
    ledger.submit(found.submission)
    assert register(ledger) == {"Thôn Đông Nây": ("23347", "23344")}


def test_a_village_with_recognitions_is_not_taken_back_before_them(ledger: Ledger) -> None:
    enter(ledger, "villages", VILLAGE)
    enter(ledger, "village-recognitions", RECOGNITION)
    ((at, says),) = faults_of(ledger, "villages", VILLAGE | {"void": "Hủy"})
    assert at == cell("villages", "void")
    assert "Thôn “Làng Bung Tôn” có 1 dòng công nhận hoặc thu hồi. Hãy hủy các dòng ấy trước." in says


def test_villages_of_one_name_in_two_former_communes_are_told_apart(ledger: Ledger) -> None:
    first = {"village": "Thôn 1", "kind": "Thôn"}
    enter(ledger, "villages", first | {"code": MAN}, first | {"code": OLD_PLO})
    ((at, says),) = faults_of(ledger, "villages", first | {"code": NEW_PLO})
    assert at == cell("villages", "old_code")
    assert "có nhiều thôn tên “Thôn 1”, của: Xã Đăk Man, Xã Đăk Plô. Hãy ghi xã trước sắp xếp." in says
    found = checked(ledger, "villages", first | {"code": NEW_PLO, "old_code": MAN, "note": "x"})
    assert [one.kind for one in found.preview.changes] == ["changed"]
    ledger.submit(found.submission)
    assert len(unit_lists(facts_of(ledger)).villages) == 2
    second = {"village": "Thôn 2", "kind": "Thôn", "code": NEW_PLO}
    ((at, _),) = faults_of(ledger, "villages", second | {"old_code": MAN}, second)
    assert at == cell("villages", "old_code", 5)


def test_a_commune_of_before_that_is_learnt_later_moves_the_village_with_its_titles(ledger: Ledger) -> None:
    enter(ledger, "villages", VILLAGE | {"code": NEW_PLO})
    enter(ledger, "village-recognitions", RECOGNITION | {"code": NEW_PLO, "date": "20/12/2025", "year": 2025})
    assert register(ledger) == {"Làng Bung Tôn": ("", "23344")}
    found = checked(ledger, "villages", VILLAGE)
    (change,) = found.preview.changes
    assert change.after.endswith("ghi thêm xã trước sắp xếp")
    ledger.submit(found.submission)
    lists = unit_lists(facts_of(ledger))
    assert register(ledger) == {"Làng Bung Tôn": ("23344", "23344")}
    (village,) = lists.villages
    held = titles_in(lists.recognitions, Month(2025, 12))
    assert list(held) == [village.key]
    assert held[village.key]["minority"].decision_no == "120/QĐ-UBND"
    assert checked(ledger, "villages", VILLAGE, sender=OFFICE).preview.changes == ()


# Recognitions -------------------------------------------------------------------------------------------------------


def test_a_recognition_is_stored_with_the_commune_of_its_village(shared: Ledger) -> None:
    expected = {
        "sheet": "Công nhận thôn",
        "cell": "A4",
        "province": "kontum",
        "old_list": "kontum-2015",
        "old_code": "23344",
        "new_list": "quangngai-2025",
        "new_code": "23344",
        "village": "Làng Bung Tôn",
        "title": "minority",
        "action": "recognise",
        "year": 2024,
        "decision_no": "120/QĐ-UBND",
        "day": "2024-12-20",
        "note": "",
        "scan_hash": None,
        "voided": 0,
    }
    assert stored(shared, "village-recognitions", RECOGNITION) == [expected]
    later = {"code": NEW_PLO, "village": "làng bung tôn", "date": "20/12/2025"}
    assert stored(shared, "village-recognitions", RECOGNITION | later) == [expected | {"day": "2025-12-20"}]
    (row,) = stored(shared, "village-recognitions", RECOGNITION | {"date": None, "year": 2025, "code": NEW_PLO})
    assert (row["day"], row["old_code"]) == ("", "23344")
    (change,) = checked(shared, "village-recognitions", RECOGNITION).preview.changes
    assert (change.kind, change.before) == ("new", "chưa có quyết định")
    assert change.what == "Làng Bung Tôn: Thôn NTM vùng đồng bào DTTS"
    assert change.after == "công nhận: 120/QĐ-UBND, 20/12/2024, năm đạt chuẩn 2024"


@pytest.mark.parametrize(
    ("change", "key", "says"),
    [
        ({"village": "Làng Đăk Book"}, "village", "không có thôn “Làng Đăk Book” trong danh mục. Hãy nhập danh mục"),
        ({"village": "Lang Bung Ton"}, "village", "Có phải là: Làng Bung Tôn? Hãy ghi đúng tên"),
        ({"village": "Làng Bung Tân"}, "village", "Có phải là: Làng Bung Tôn?"),
        ({"village": "Thôn Đông Nây"}, "village", "Xã Đăk Plô – huyện Đăk Glei không có thôn “Thôn Đông Nây”"),
        ({"code": MAN, "village": "Thôn Đông Nây"}, "title", "Thôn “Thôn Đông Nây” không thuộc vùng đồng bào DTTS"),
        ({"code": NEW_PLO}, "code", "có từ 01/07/2025, sau ngày 20/12/2024"),
        ({"code": NEW_PLO, "date": None}, "code", "có từ 01/07/2025, sau ngày 31/12/2024"),
        ({"title": "x"}, "title", "“x” không dùng được"),
        ({"action": None}, "action", "Thiếu “Hình thức”"),
        ({"year": None}, "year", "Thiếu “Năm đạt chuẩn”"),
        ({"year": "2025"}, "year", "Năm đạt chuẩn 2025 sau năm của quyết định (20/12/2024)"),
        ({"number": None}, "number", "Thiếu “Số quyết định”"),
        ({"date": "31/12/2009"}, "date", "ở trước khi chương trình bắt đầu"),
        ({"action": "Thu hồi"}, "title", "Thôn “Làng Bung Tôn” không có danh hiệu này vào ngày 20/12/2024"),
        ({"action": "Hủy dòng đã nhập"}, "number", "Không có quyết định 120/QĐ-UBND về danh hiệu này"),
    ],
    ids=str,
)
def test_a_faulty_recognition_is_refused_at_its_cell(shared: Ledger, change: Row, key: str, says: str) -> None:
    ((at, said),) = faults_of(shared, "village-recognitions", RECOGNITION | dict(change))
    assert at == cell("village-recognitions", key)
    assert says in said


def test_a_title_is_withdrawn_when_it_is_held_and_can_be_taken_back(ledger: Ledger) -> None:
    enter(ledger, "villages", VILLAGE)
    rows = stored(ledger, "village-recognitions", RECOGNITION, WITHDRAWAL)
    assert [row["action"] for row in rows] == ["recognise", "withdraw"]
    enter(ledger, "village-recognitions", RECOGNITION)
    ((at, _),) = faults_of(ledger, "village-recognitions", WITHDRAWAL | {"date": "01/12/2024"})
    assert at == cell("village-recognitions", "title")
    enter(ledger, "village-recognitions", WITHDRAWAL)
    again = WITHDRAWAL | {"number": "8", "date": "02/03/2025"}
    ((at, _),) = faults_of(ledger, "village-recognitions", again)
    assert at == cell("village-recognitions", "title")
    void = WITHDRAWAL | {"action": "Hủy dòng đã nhập", "number": "7/qđ-ubnd"}
    found = checked(ledger, "village-recognitions", void)
    assert [(one.kind, one.before) for one in found.preview.changes] == [
        ("voided", "thu hồi: 7/QĐ-UBND, 01/03/2025, năm đạt chuẩn 2024")
    ]
    ledger.submit(found.submission)
    assert [one.action for one in unit_lists(facts_of(ledger)).recognitions] == ["recognise"]


def test_the_same_decision_in_another_spelling_replaces_it(ledger: Ledger) -> None:
    enter(ledger, "villages", VILLAGE)
    enter(ledger, "village-recognitions", RECOGNITION)
    found = checked(ledger, "village-recognitions", RECOGNITION | {"number": "120/qđ-ubnd ", "note": "bổ sung"})
    assert [one.kind for one in found.preview.changes] == ["changed"]
    ledger.submit(found.submission)
    (one,) = unit_lists(facts_of(ledger)).recognitions
    assert (one.decision_no, one.note) == ("120/QĐ-UBND", "bổ sung")


# Anything -----------------------------------------------------------------------------------------------------------

WILD = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [*VILLAGE.values(), *WITHDRAWAL.values(), NEW_PLO, MAN, "Hủy", "23392", "Hủy dòng đã nhập", "2025"]
    ),
    st.from_regex(r"-?[0-9]{1,9}[.,/]?[0-9]{0,9}", fullmatch=True),
)
STARTS = {"villages": VILLAGE, "village-recognitions": RECOGNITION}


@pytest.fixture(scope="module")
def facts(shared: Ledger) -> LedgerFacts:
    """Return the facts of the shared store, read once."""
    return facts_of(shared)


@given(data=st.data(), kind=st.sampled_from(list(STARTS)))
def test_random_cells_give_rows_or_faults(shared: Ledger, facts: LedgerFacts, data: st.DataObject, kind: str) -> None:
    keys = [column.key for column in FORMS[kind].columns]
    changed = data.draw(st.dictionaries(st.sampled_from(keys), WILD, max_size=6))
    values = {key: str(value) for key, value in {**STARTS[kind], **changed}.items()}
    name, content = form_row(kind, values, facts)
    with suppress(DataError):
        assert check(content, name, facts, shared, OFFICE).submission.rows[kind.replace("-", "_")]
