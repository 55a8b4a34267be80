"""The monthly report: what is accepted, every fault with its sentence, what would change, and what is stored."""

from __future__ import annotations

import dataclasses
import os
import random
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from monthly_files import (
    DISTRICT,
    PERIOD,
    SENDER,
    Edit,
    check,
    edited,
    facts_of,
    faults,
    fill,
    new_ledger,
    opened,
    place,
    put,
    template,
)

from base.clock import Month, today
from base.errors import ConflictError, DataError, DuplicateError
from intake.checked import Checked
from intake.monthly import check_monthly
from intake.sheets import Sheet, Workbook
from intake.words import ALSO, WORDS
from store.ledger import Ledger
from store.queries import LedgerFacts

SET = "VN-NTM-XA-2021-2025"
#: The communes of Đăk Hà stand in rows 6 to 15 in order of code.
PXI, LONG, HRING, UI = "23503", "23504", "23506", "23509"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prepared")


@pytest.fixture
def ledger(tmp_path: Path, base: Path) -> Ledger:
    return new_ledger(tmp_path, base)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Ledger:
    """Return a store that no test writes to."""
    return new_ledger(tmp_path_factory.mktemp("shared"), base)


@pytest.fixture(scope="module")
def form(shared: Ledger) -> bytes:
    return template(shared)


@pytest.fixture(scope="module")
def long_form(shared: Ledger) -> bytes:
    """Return a form with the indicators of the first commune only, in rows 6 to 62."""
    return edited(template(shared, indicators=True), lambda book: book["Chỉ tiêu"].delete_rows(63, 600))


def results(checked: Checked) -> dict[tuple[str, str], object]:
    return {(str(r["unit"]), str(r["code"])): r["result"] for r in checked.submission.rows["assessments"]}


def row_of(checked: Checked, unit: str, code: str) -> dict[str, object]:
    (row,) = [r for r in checked.submission.rows["assessments"] if (r["unit"], r["code"]) == (unit, code)]
    return dict(row)


def figure(checked: Checked, label: str) -> str:
    return dict(checked.preview.figures)[label]


# ---------------------------------------------------------------------------------------------- what is accepted


def test_a_filled_form_says_something_of_every_commune_and_criterion(shared: Ledger, form: bytes) -> None:
    checked = check(shared, edited(form, fill("Đạt"), put({"D6": "Chưa đạt", "E7": "Không áp dụng", "U15": None})))
    rows = checked.submission.rows["assessments"]
    assert len(rows) == 10 * 19
    assert row_of(checked, PXI, "2") == {
        "set_id": SET,
        "code": "2",
        "unit": PXI,
        "period": 202505,
        "result": 0,
        "value": None,
        "value_text": None,
        "sheet": 0,
        "cell": "D6",
    }
    assert row_of(checked, LONG, "3")["result"] == 2
    assert (row_of(checked, "23524", "19")["result"], row_of(checked, "23524", "19")["cell"]) == (None, "U15")
    assert sum(r["result"] == 1 for r in rows) == 190 - 3
    said = checked.submission
    assert (said.kind, said.province, said.district, said.period) == ("monthly", "kontum", DISTRICT, PERIOD)
    assert (said.actor, said.sent_by, said.seen) == ("Văn phòng Điều phối", "Huyện Đăk Hà", 0)
    assert said.sheets == ("Tiêu chí", "Hướng dẫn")


@pytest.mark.parametrize(
    ("word", "stored"),
    [(word, {"met": 1, "not-met": 0, "not-applicable": 2}[r]) for r, words in ALSO.items() for word in words]
    + [
        ("ĐẠT", 1),
        ("  đạt. ", 1),
        ("chưa ĐẠT", 0),
        ("CHUA DAT", 0),
        (1, 1),
        (0, 0),
        (True, 1),
        ("Met", 1),
        ("  ", None),
    ],
)
def test_every_documented_way_to_write_a_result_is_understood(
    shared: Ledger, form: bytes, word: object, stored: int | None
) -> None:
    assert results(check(shared, edited(form, put({"F8": word}))))[HRING, "4"] == stored


def test_the_words_of_the_form_are_those_that_are_explained() -> None:
    assert list(WORDS.values()) == ["Đạt", "Chưa đạt", "Không áp dụng"]


@pytest.mark.parametrize("code", [23503, "23503.0", "23503", "0", None])
def test_a_commune_is_found_by_its_code_however_excel_changed_it_or_else_by_its_name(
    shared: Ledger, form: bytes, code: object
) -> None:
    content = edited(form, fill("Đạt"), put({"A6": code}))
    if code == "0":
        (fault,) = [f for f in faults(shared, content) if f.row == 6]
        assert place(fault) == "Tiêu chí!A6"
    else:
        assert results(check(shared, content))[PXI, "1"] == 1


@pytest.mark.parametrize("name", ["Đăk Pxi", "xã Đăk PXi", "DAK PXI", "Xã Đắk PXi", "  đăk   pxi "])
def test_without_codes_a_commune_is_found_by_any_spelling_of_its_name(shared: Ledger, form: bytes, name: str) -> None:
    def no_codes(book: openpyxl.Workbook) -> None:
        book["Tiêu chí"].delete_cols(1)

    content = edited(form, fill("Đạt"), put({"B6": name}), no_codes)
    assert results(check(shared, content))[PXI, "19"] == 1


def test_moved_columns_added_titles_sums_numbering_and_signatures_do_not_matter(shared: Ledger, form: bytes) -> None:
    def rearrange(book: openpyxl.Workbook) -> None:
        sheet = book["Tiêu chí"]
        for row in range(5, 16):  # criterion 1 goes behind criterion 19, a running number comes first
            sheet.cell(row, 22, sheet.cell(row, 3).value)
            sheet.cell(row, 3, "Số thứ tự" if row == 5 else row - 5)
        sheet["C5"] = "STT"
        sheet.insert_rows(6)
        for column in range(1, 23):
            sheet.cell(6, column, f"({column})")
        sheet.insert_rows(1)
        sheet["A1"] = "ỦY BAN NHÂN DÂN HUYỆN ĐĂK HÀ"
        sheet["B18"], sheet["D18"] = "Tổng cộng", 9
        sheet["B20"] = "Đăk Hà, ngày 12 tháng 6 năm 2025"
        sheet["B21"] = "Người lập biểu"

    content = edited(form, fill("Đạt"), put({"C6": "Chưa đạt"}), rearrange)
    checked = check(shared, content)
    assert (row_of(checked, PXI, "1")["result"], row_of(checked, PXI, "1")["cell"]) == (0, "V8")
    assert sum(value == 1 for value in results(checked).values()) == 189


@pytest.mark.parametrize("heading", [7, "7", "7.", "TC7", "TC 7", "Tiêu chí 7", "tiêu chí số 7", "7. Chợ", "7) Chợ NT"])
def test_a_criterion_is_known_by_its_number_or_name(shared: Ledger, form: bytes, heading: object) -> None:
    content = edited(form, fill("Đạt"), put({"I5": heading, "I6": "Chưa đạt", "L5": "Thu nhập", "L6": "Chưa đạt"}))
    found = results(check(shared, content))
    assert (found[PXI, "7"], found[PXI, "10"], found[PXI, "8"]) == (0, 0, 1)


def test_a_csv_file_tells_district_and_month_in_its_titles(shared: Ledger) -> None:
    head = "Mã xã;Tên xã;" + ";".join(f"TC{n}" for n in range(1, 20))
    communes = [u for u in facts_of(shared).units.values() if u.district_code == DISTRICT and u.in_programme]
    lines = [f"{unit.code};{unit.name};" + ";".join(["x"] * 19) for unit in communes]
    text = "\n".join(["BÁO CÁO THÁNG 5 NĂM 2025;", "Huyện Đăk Hà;", head, *lines])
    checked = check(shared, text.encode("utf-8-sig"), name="bao-cao.csv")
    assert (checked.submission.district, checked.submission.period) == (DISTRICT, PERIOD)
    assert set(results(checked).values()) == {1}
    bare = "\n".join([head, *lines]).encode()
    assert check(shared, bare, dataclasses.replace(SENDER, period=PERIOD), "a.csv").submission.district == DISTRICT
    (fault,) = faults(shared, bare, name="a.csv")
    assert "Hãy chọn tháng khi nộp" in fault.says("vi")


def test_the_form_in_english_is_taken_back(shared: Ledger) -> None:
    from intake.template import monthly_template  # noqa: PLC0415

    form = monthly_template(facts_of(shared), DISTRICT, PERIOD, "en", indicators=True)
    checked = check(shared, edited(form, fill("Met"), put({"C6": "Not met"}), put({"G6": "Met"}, "Chỉ tiêu")))
    assert (results(checked)[PXI, "1"], results(checked)[PXI, "2"], results(checked)[PXI, "1.1"]) == (0, 1, 1)


# ------------------------------------------------------------------------------------------------------ the faults


def hide_row(book: openpyxl.Workbook) -> None:
    book["Tiêu chí"].row_dimensions[9].hidden = True


def merge(book: openpyxl.Workbook) -> None:
    book["Tiêu chí"].merge_cells("D10:D11")


def drop_row(book: openpyxl.Workbook) -> None:
    book["Tiêu chí"].delete_rows(9)


def another_set(book: openpyxl.Workbook) -> None:
    book.custom_doc_props["ntm_set"].value = "VN-NTM-XA-2016-2020"


def another_month(book: openpyxl.Workbook) -> None:
    book.custom_doc_props["ntm_period"].value = "2025-04"


def another_province(book: openpyxl.Workbook) -> None:
    book.custom_doc_props["ntm_province"].value = "quangnam"


def sample(book: openpyxl.Workbook) -> None:
    book.custom_doc_props.append(openpyxl.packaging.custom.StringProperty(name="ntm_sample", value="1"))


def no_keys(book: openpyxl.Workbook) -> None:
    book["Tiêu chí"].delete_cols(1, 2)


FAULTS: dict[str, tuple[Edit, str, str]] = {
    "unknown word": (
        put({"D7": "tốt"}),
        "Tiêu chí!D7",
        "“tốt” không phải là kết quả. Hãy chọn một trong: Đạt, Chưa đạt",
    ),
    "a number for a word": (put({"D7": 95.5}), "Tiêu chí!D7", "“95.5” không phải là kết quả"),
    "a date for a word": (put({"D7": date(2025, 5, 1)}), "Tiêu chí!D7", "không phải là kết quả"),
    "missing commune": (drop_row, "Tiêu chí!", "Thiếu 1 xã: Đăk Ui."),
    "duplicate row": (
        put({"A8": PXI, "B8": "Đăk Pxi"}),
        "Tiêu chí!A8",
        "Xã Đăk Pxi đã có ở dòng 6. Hãy chỉ giữ một dòng",
    ),
    "another district's commune": (
        put({"A16": "23353", "B16": "Đăk Pék"}),
        "Tiêu chí!A16",
        "Xã Đăk Pék – huyện Đăk Glei không thuộc huyện Đăk Hà. Hãy bỏ dòng này",
    ),
    "a township": (put({"A16": "23500", "B16": "Đăk Hà"}), "Tiêu chí!A16", "Thị trấn Đăk Hà không thuộc chương trình"),
    "unknown commune": (put({"A16": "99999", "B16": "Lạ"}), "Tiêu chí!A16", "Mã xã “99999” không có trong danh mục"),
    "unknown name": (put({"B16": "Xã Lạ", "C16": "Đạt"}), "Tiêu chí!B16", "Không có xã nào tên “Xã Lạ”"),
    "code contradicts name": (put({"B7": "Hà Mòn"}), "Tiêu chí!A7", "nhưng tên ghi là “Hà Mòn”. Hãy sửa mã hoặc tên"),
    "criterion column missing": (put({"E5": None}), "Tiêu chí!5", "Bảng thiếu cột: “3. Thủy lợi"),
    "criterion column doubled": (put({"V5": "TC 3", "V6": "x"}), "Tiêu chí!V5", "Cột này trùng nghĩa với cột E"),
    "unknown criterion": (
        put({"V5": "20. Lạ", "V6": "x"}),
        "Tiêu chí!V5",
        "Cột “20. Lạ” không có trong Bộ tiêu chí 2021–2025",
    ),
    "a misspelt criterion": (
        put({"V5": "Thu nhâp bình quân", "V6": "Đạt"}),
        "Tiêu chí!V5",
        "Cột “Thu nhâp bình quân” không",
    ),
    "number and name contradict": (put({"I5": "7. Thu nhập"}), "Tiêu chí!5", "Bảng thiếu cột: “7. Cơ sở hạ tầng"),
    "no commune columns": (no_keys, "Tiêu chí!5", "Bảng thiếu cột “Mã xã” và cột “Tên xã”"),
    "merged cells": (merge, "Tiêu chí!D10", "Các ô D10:D11 bị gộp"),
    "hidden row": (hide_row, "Tiêu chí!9", "Dòng bị ẩn"),
    "another set": (
        another_set,
        "!",
        "Tệp lập theo Bộ tiêu chí 2016–2020, nhưng tháng 05/2025 áp dụng Bộ tiêu chí 2021–2025",
    ),
    "month of the title": (put({"A1": "BÁO CÁO THÁNG 06/2025"}), "Tiêu chí!A1", "Tiêu đề ghi tháng 06/2025"),
    "month of the file": (another_month, "Tiêu chí!A1", "nhưng tệp được nộp là của tháng 04/2025"),
    "district of the title": (put({"A2": "Huyện Sa Thầy"}), "Tiêu chí!A2", "Tiêu đề ghi Huyện Sa Thầy"),
    "another province": (another_province, "!", "Tệp là biểu mẫu của tỉnh khác"),
    "sample data": (sample, "!", "Tệp là số liệu minh họa"),
}


@pytest.mark.parametrize(("edit", "where", "says"), FAULTS.values(), ids=FAULTS)
def test_each_fault_has_its_place_and_sentence(shared: Ledger, form: bytes, edit: Edit, where: str, says: str) -> None:
    found = faults(shared, edited(form, fill("Đạt"), edit))
    assert [(place(f), says in f.says("vi")) for f in found if says in f.says("vi")] == [(where, True)]
    # A fault brings no others with it, but for what then has no row, no column, or no name.
    assert len(found) <= 3


def test_every_fault_is_told_at_once(shared: Ledger, long_form: bytes) -> None:
    content = edited(
        long_form,
        fill("Đạt"),
        put({"D7": "tốt", "F9": "?", "B12": "Hà Mòn", "A14": "99999", "V5": "20. Dân số", "V6": 1200}),
        put({"G6": "được", "H8": "nhiều", "C10": "88.8", "G10": "Đạt"}, "Chỉ tiêu"),
        merge,
        hide_row,
        another_set,
        put({"A1": "BÁO CÁO THÁNG 06/2025"}),
    )
    assert {place(f) for f in faults(shared, content)} == {
        *(
            "!",
            "Tiêu chí!A1",
            "Tiêu chí!V5",
            "Tiêu chí!D7",
            "Tiêu chí!F9",
            "Tiêu chí!9",
            "Tiêu chí!D10",
            "Tiêu chí!A12",
        ),
        *("Tiêu chí!A14", "Tiêu chí!", "Chỉ tiêu!G6", "Chỉ tiêu!H8", "Chỉ tiêu!C10"),
    }


def test_what_the_sender_chose_is_held_against_the_file(shared: Ledger, form: bytes) -> None:
    other = dataclasses.replace(SENDER, district="610", period=Month(2025, 4))
    sentences = [f.says("vi") for f in faults(shared, form, other)]
    assert sentences == [
        "Tệp là báo cáo tháng 05/2025, nhưng đang nộp cho tháng 04/2025. Hãy chọn đúng tháng hoặc đúng tệp.",
        "Tệp là của Huyện Đăk Hà, nhưng đang nộp cho Huyện Đăk Glei. Hãy chọn đúng huyện hoặc đúng tệp.",
    ]
    assert (
        check(shared, form, dataclasses.replace(SENDER, district=DISTRICT, period=PERIOD)).submission.period == PERIOD
    )


def test_a_month_to_come_and_a_month_before_every_set_are_refused(shared: Ledger, form: bytes) -> None:
    def of(month: Month) -> Edit:
        def edit(book: openpyxl.Workbook) -> None:
            book.custom_doc_props["ntm_period"].value = str(month)
            book["Tiêu chí"]["A1"] = f"THÁNG {month.label}"

        return edit

    soon = Month.of(today()).plus(1)
    assert any(f"Tháng {soon.label} chưa đến" in f.says("vi") for f in faults(shared, edited(form, of(soon))))
    (fault,) = faults(shared, edited(form, of(Month(2009, 1))))
    assert "Tháng 01/2009 nằm ngoài mọi phiên bản ranh giới" in fault.says("vi")
    (fault,) = faults(shared, edited(form, of(Month(2016, 1))))
    assert "Chưa có nội dung của Bộ tiêu chí 2010–2016" in fault.says("vi")


def test_a_workbook_without_the_table_is_refused_with_the_columns_it_needs(shared: Ledger, form: bytes) -> None:
    def without(book: openpyxl.Workbook) -> None:
        del book["Tiêu chí"]

    (fault,) = faults(shared, edited(form, without))
    assert "“1. Quy hoạch”" in fault.says("vi")


# ------------------------------------------------------------------------------------------------------ indicators


def test_indicators_are_stored_where_they_are_filled(shared: Ledger, long_form: bytes) -> None:
    # Row 6 is 1.1 (boolean), row 8 is 2.1 (per cent), row 21 is 8.2, of the first commune.
    cells = {"G6": "Đạt", "G8": "Chưa đạt", "H8": "85,5 %", "H9": 100}
    checked = check(shared, edited(long_form, fill("Đạt"), put(cells, "Chỉ tiêu")))
    rows = {r["code"]: r for r in checked.submission.rows["assessments"] if "." in str(r["code"])}
    assert {code: (r["result"], r["value"], r["cell"], r["sheet"]) for code, r in rows.items()} == {
        "1.1": (1, None, "G6", 1),
        "2.1": (0, 85.5, "G8", 1),
        "2.2": (None, 100, "H9", 1),
    }
    assert any("tiêu chí 2 ghi “Đạt” nhưng chỉ tiêu 2.1 chưa đạt" in w for w in checked.preview.warnings)


@pytest.mark.parametrize(
    ("cell", "value", "says"),
    [
        ("H6", 5, "Chỉ tiêu 1.1 chỉ xét đạt hay chưa đạt, không có giá trị đo. Hãy xóa “5”"),
        ("H8", "nhiều", "“nhiều” không phải là số"),
        ("H8", 101, "Tỷ lệ 101 % nằm ngoài khoảng 0–100"),
        ("H8", "-3", "Tỷ lệ -3 % nằm ngoài khoảng 0–100"),
        ("H8", True, "không phải là số"),
        ("G8", "85", "“85” không phải là kết quả"),
        ("C8", "99.9", "Mã chỉ tiêu “99.9” không có trong bộ tiêu chí"),
        ("C9", "2.1", "Chỉ tiêu 2.1 của Xã Đăk Pxi đã có ở trang “Chỉ tiêu”, ô G8"),
        ("A9", "99999", "Mã xã “99999” không có"),
    ],
)
def test_each_fault_of_an_indicator_has_its_sentence(
    shared: Ledger, long_form: bytes, cell: str, value: object, says: str
) -> None:
    content = edited(long_form, put({"G8": "Đạt", "G9": "Đạt", cell: value}, "Chỉ tiêu"))
    (fault,) = faults(shared, content)
    assert says in fault.says("vi")
    assert place(fault) == f"Chỉ tiêu!{cell}"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *[("95,5", 95.5), ("95.5", 95.5), ("95 %", 95), (0.4, 0.4), ("1.166.023", 1166023), ("1.234,5", 1234.5)],
        *[("1,166,023.5", 1166023.5), ("1 166 023", 1166023), ("−2", -2), ("1.234", None), ("", None), (10**13, None)],
    ],
)
def test_numbers_are_read_as_they_are_written_and_never_guessed(
    shared: Ledger, long_form: bytes, text: object, number: float | None
) -> None:
    row = 32 if str(text).endswith("%") else 30  # 10.1 is a number, 11.1 after it a share
    book = opened(long_form)
    sheet = next(s for s in book.sheets if s.name == "Chỉ tiêu")
    codes = {sheet.value(r, 2): r for r in range(6, 63)}
    row = codes["11.1" if str(text).endswith("%") else "10.1"]
    content = edited(long_form, put({f"H{row}": text}, "Chỉ tiêu"))
    if text == "":
        assert len(check(shared, content).submission.rows["assessments"]) == 190
    elif number is None:
        (fault,) = faults(shared, content)
        assert ("1234 hay 1,234" in fault.says("vi")) == (text == "1.234")
    else:
        (found,) = [r for r in check(shared, content).submission.rows["assessments"] if "." in str(r["code"])]
        assert found["value"] == number


def test_an_indicator_code_that_became_a_number_is_found_by_its_name(shared: Ledger, long_form: bytes) -> None:
    book = opened(long_form)
    sheet = next(s for s in book.sheets if s.name == "Chỉ tiêu")
    rows = {sheet.value(r, 2): r for r in range(6, 63)}
    cells = {f"C{rows['17.10']}": 17.1, f"H{rows['17.10']}": 80, f"C{rows['2.4']}": 2.4, f"H{rows['2.4']}": 70}
    checked = check(shared, edited(long_form, put(cells, "Chỉ tiêu")))
    assert {r["code"]: r["value"] for r in checked.submission.rows["assessments"] if "." in str(r["code"])} == {
        "17.10": 80,
        "2.4": 70,
    }
    (fault,) = faults(shared, edited(long_form, put({**cells, f"D{rows['17.10']}": None}, "Chỉ tiêu")))
    assert "ví dụ 17.10" in fault.says("vi")


def test_indicators_may_stand_beside_the_criteria(shared: Ledger, form: bytes) -> None:
    cells = {"V5": "2.1 Đường xã", "V6": "85,5", "V7": "Chưa đạt", "W5": "1.1", "W6": "x"}
    checked = check(shared, edited(form, put(cells)))
    rows = [r for r in checked.submission.rows["assessments"] if "." in str(r["code"])]
    assert {(r["unit"], r["code"], r["result"], r["value"], r["cell"]) for r in rows} == {
        (PXI, "2.1", None, 85.5, "V6"),
        (LONG, "2.1", 0, None, "V7"),
        (PXI, "1.1", 1, None, "W6"),
    }
    (fault,) = faults(shared, edited(form, put({**cells, "V6": "85,5 km"})))
    assert place(fault) == "Tiêu chí!V6"


def test_a_column_of_something_else_is_passed_over_and_told(shared: Ledger, form: bytes) -> None:
    content = edited(form, fill("Đạt"), put({"V5": "Dân số", "V6": 1200, "W5": "Ghi chú", "W6": "họp ngày 3"}))
    warnings = check(shared, content).preview.warnings
    assert [w for w in warnings if "không được đọc" in w] == [
        "Cột không thuộc bộ tiêu chí nên không được đọc: “Dân số”."
    ]


def test_a_share_that_may_be_a_fraction_is_warned_of(shared: Ledger, long_form: bytes) -> None:
    checked = check(shared, edited(long_form, put({"H8": 0.955}, "Chỉ tiêu")))
    assert any("ở ô H8" in warning for warning in checked.preview.warnings)


# ----------------------------------------------------------------------------------------- what changes, what stays


def test_the_preview_tells_what_changes(ledger: Ledger) -> None:
    first = edited(template(ledger), fill("Đạt"), fill("Chưa đạt", first="C6", last="G6"))
    ledger.submit(check(ledger, first).submission)
    # 185 met of 10 communes; then one gained, three lost, one left open: 182 met.
    cells = {"C6": "Đạt", "T9": "Chưa đạt", "T10": "Chưa đạt", "U9": "Chưa đạt", "U15": None}
    period = PERIOD.plus(1)
    second = edited(template(ledger, period=period), put(cells))
    checked = check(ledger, second, dataclasses.replace(SENDER, received=date(2025, 6, 17)))
    assert checked.preview.title == "Báo cáo tháng 06/2025 – huyện Đăk Hà"
    assert figure(checked, "Số tiêu chí đạt") == "185 → 182"
    assert figure(checked, "Bình quân tiêu chí đạt mỗi xã") == "18,50 → 18,20"
    assert (figure(checked, "Tiêu chí đạt thêm"), figure(checked, "Tiêu chí không còn đạt")) == ("1", "3")
    assert figure(checked, "Ô để trống (chưa báo cáo)") == "1"
    assert {(c.unit, c.what.split(".")[0], c.before, c.after, c.kind) for c in checked.preview.changes} == {
        (PXI, "Tiêu chí 1", "Chưa đạt", "Đạt", "gained"),
        (UI, "Tiêu chí 18", "Đạt", "Chưa đạt", "lost"),
        (UI, "Tiêu chí 19", "Đạt", "Chưa đạt", "lost"),
        ("23510", "Tiêu chí 18", "Đạt", "Chưa đạt", "lost"),
        ("23524", "Tiêu chí 19", "Đạt", "chưa báo cáo", "changed"),
    }
    assert checked.preview.changes[0].place == "Xã Đăk Pxi – huyện Đăk Hà"
    assert checked.preview.warnings[0] == "Nộp chậm 3 ngày (hạn: trước ngày 15/06/2025)."
    english = check(ledger, second, dataclasses.replace(SENDER, lang="en", received=date(2025, 6, 14)))
    assert english.preview.title == "Report of 06/2025 – huyện Đăk Hà"
    assert english.preview.warnings == ("1 empty cells will be recorded as “not reported”, not as “not met”.",)


def test_new_cases_at_risk_are_told_of_recognised_communes_only(ledger: Ledger) -> None:
    # Hà Mòn (row 14) and Đăk Mar (row 11) are recognised, Đăk Long (row 7) is not.
    rows = {7: 6, 11: 6, 14: 6}
    cells = {f"{column}{row}": "Chưa đạt" for row, n in rows.items() for column in "CDEFGH"[:n]}
    content = edited(template(ledger), fill("Đạt"), put(cells), put({"H14": "Đạt", "L14": "Chưa đạt"}))
    told = [w for w in check(ledger, content).preview.warnings if "tiêu chí không đạt" in w]
    assert told == [
        "Xã Đăk Mar – huyện Đăk Hà: 6/19 tiêu chí không đạt (1, 2, 3, 4, 5, 6), có nguy cơ bị thu hồi.",
        (
            "Xã Hà Mòn – huyện Đăk Hà: 6/19 tiêu chí không đạt (1, 2, 3, 4, 5, 10), "
            "thuộc diện thu hồi theo điểm a của Quyết định 18/2022/QĐ-TTg."
        ),
    ]
    ledger.submit(check(ledger, content).submission)
    again = check(ledger, template(ledger, period=PERIOD.plus(1)))
    assert not [w for w in again.preview.warnings if "tiêu chí không đạt" in w]  # known cases are not new


def test_a_corrected_file_supersedes_and_the_first_stays(ledger: Ledger) -> None:
    form = template(ledger, indicators=True)
    first = edited(form, fill("Đạt"), put({"G6": "Đạt", "H8": 80}, "Chỉ tiêu"))
    one = ledger.submit(check(ledger, first).submission)
    assert one.revision == 1
    with pytest.raises(DuplicateError):
        ledger.submit(check(ledger, first).submission)
    assert f"biên nhận số {one.id}" in check(ledger, first).preview.warnings[0]

    second = edited(form, fill("Đạt"), put({"C6": "Chưa đạt"}), put({"G6": "Đạt"}, "Chỉ tiêu"))
    checked = check(ledger, second)
    assert checked.preview.warnings[0].startswith("Thay tệp đã ghi lúc")
    assert {(c.what.split(".")[0], c.kind) for c in checked.preview.changes} == {
        ("Tiêu chí 1", "lost"),
        ("Chỉ tiêu 2", "voided"),
    }
    two = ledger.submit(checked.submission)
    assert (two.revision, two.supersedes) == (2, one.id)
    now = facts_of(ledger).assessments(SET, PERIOD)[PXI]
    assert (now["1"].result, now["1.1"].result, now["2.1"].result, now["2.1"].value) == ("not-met", "met", None, None)
    then = LedgerFacts(ledger, "kontum", one.id).assessments(SET, PERIOD)[PXI]
    assert (then["1"].result, then["2.1"].value) == ("met", 80)
    assert ledger.blob(one.file_hash) == first


def test_an_indicator_of_an_earlier_month_stays_when_it_is_not_filled_again(ledger: Ledger) -> None:
    first = edited(template(ledger, indicators=True), put({"H8": 80}, "Chỉ tiêu"))
    ledger.submit(check(ledger, first).submission)
    period = PERIOD.plus(1)
    ledger.submit(check(ledger, template(ledger, period=period)).submission)
    assert facts_of(ledger).assessments(SET, period)[PXI]["2.1"].value == 80


def test_two_who_looked_at_the_same_state_cannot_both_store(ledger: Ledger) -> None:
    form = template(ledger)
    mine, yours = check(ledger, edited(form, fill("Đạt"))), check(ledger, edited(form, fill("Chưa đạt")))
    ledger.submit(mine.submission)
    with pytest.raises(ConflictError):
        ledger.submit(yours.submission)
    assert facts_of(ledger).assessments(SET, PERIOD)[PXI]["1"].result == "met"


# ------------------------------------------------------------------------------------------ the province, other sets


def test_a_workbook_of_the_whole_province_is_one_submission(ledger: Ledger) -> None:
    ledger.submit(check(ledger, edited(template(ledger), fill("Chưa đạt"))).submission)
    whole = template(ledger, "")
    content = edited(whole, fill("Đạt", first="D6", last="V90"))
    checked = check(ledger, content)
    assert (checked.submission.district, len(checked.submission.rows["assessments"])) == ("", 85 * 19)
    assert checked.preview.title == "Báo cáo tháng 05/2025 – toàn tỉnh"
    assert any("đã có báo cáo của 1 huyện" in w for w in checked.preview.warnings)
    ledger.submit(checked.submission)
    found = facts_of(ledger).assessments(SET, PERIOD)
    assert len(found) == 85
    assert found[PXI]["1"].result == "met"
    district = check(ledger, edited(template(ledger), put({"C6": "Chưa đạt"})))
    assert any("tệp của toàn tỉnh" in w for w in district.preview.warnings)
    ledger.submit(district.submission)
    found = facts_of(ledger).assessments(SET, PERIOD)
    assert (found[PXI]["1"].result, found["23353"]["1"].result) == ("not-met", "met")


def test_in_a_province_workbook_a_name_that_two_districts_have_needs_a_code_or_the_district(shared: Ledger) -> None:
    whole = template(shared, "")
    rows = {row[0]: number for number, row in enumerate(opened(whole).sheets[0].rows, 1) if row}
    by_district = put({f"A{rows['23504']}": None, f"A{rows['23368']}": None})
    assert len(results(check(shared, edited(whole, by_district)))) == 85 * 19
    by_nothing = put({f"C{rows['23504']}": None, f"C{rows['23368']}": None})
    missing, one = faults(shared, edited(whole, by_district, by_nothing))
    assert missing.says("vi").startswith("Thiếu 2 xã: Xã Đăk Long – huyện Đăk Glei, Xã Đăk Long – huyện Đăk Hà.")
    assert (one.row, "Tên “Đăk Long” có ở nhiều nơi" in one.says("vi")) == (rows["23368"], True)  # told once


def test_without_a_word_on_the_district_its_communes_tell(shared: Ledger, form: bytes) -> None:
    def nameless(book: openpyxl.Workbook) -> None:
        book.custom_doc_props["ntm_district"].value = ""
        book["Tiêu chí"]["A2"] = None

    assert check(shared, edited(form, nameless)).submission.district == DISTRICT
    stray = put({"A16": "23353", "B16": "Đăk Pék"})
    (fault,) = faults(shared, edited(form, nameless, stray))
    assert "Không rõ tệp là báo cáo của huyện nào" in fault.says("vi")


@pytest.mark.parametrize(
    ("district", "period", "set_id", "results"),
    [
        (DISTRICT, Month(2022, 2), "VN-NTM-XA-2016-2020", 10 * 19),
        (DISTRICT, Month(2022, 3), SET, 10 * 19),
        (DISTRICT, Month(2025, 6), SET, 10 * 19),
        ("23500", Month(2025, 7), SET, 19),
        ("23500", Month(2026, 1), SET, 19),
        ("23500", Month(2026, 2), "VN-NTM-XA-2026-2030", 10),
    ],
)
def test_the_set_in_force_at_the_end_of_the_month_is_the_yardstick(
    shared: Ledger, district: str, period: Month, set_id: str, results: int
) -> None:
    checked = check(shared, template(shared, district, period))
    assert {r["set_id"] for r in checked.submission.rows["assessments"]} == {set_id}
    assert len(checked.submission.rows["assessments"]) == results


# -------------------------------------------------------------------------------------------------- wild workbooks

#: 500 by default; 10,000 with NTM_LONG=1.
EXAMPLES = 10_000 if os.environ.get("NTM_LONG") == "1" else 500
wild_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.text(max_size=30),
    st.sampled_from(
        [
            *["Đạt", "x", "chưa", "–", "=1+1", "7", "7.", "17.10", 17.1, "Mã xã", "Tên xã", "Mã chỉ tiêu", "Kết quả"],
            *["Giá trị đo", "huyện Sa Thầy", "toàn tỉnh", "tháng 13/2025", "tháng 02/2031", "THÁNG 5 NĂM 2025"],
            *["23353", "Đăk Hà", "Tổng cộng", "1.234", "9" * 400, 10**400, "\x00", "'", "1.a", "Huyện"],
        ]
    ),
)
wild_properties = st.dictionaries(
    st.sampled_from(["ntm_kind", "ntm_province", "ntm_district", "ntm_period", "ntm_set", "ntm_sample", "x"]),
    st.one_of(
        st.text(max_size=10),
        st.sampled_from(["all", "615", "23425", "2025-05", "2025-08", "2031-01", "kontum", "quangngai", SET]),
    ),
    max_size=3,
)
cells = st.tuples(st.integers(0, 1), st.integers(0, 24), st.integers(0, 23), wild_values)


@pytest.fixture(scope="module")
def seeds(shared: Ledger, form: bytes, long_form: bytes) -> tuple[list[Workbook], LedgerFacts]:
    few = edited(long_form, lambda book: book["Chỉ tiêu"].delete_rows(24, 60))
    return [opened(form), opened(few), opened(template(shared, "23425", Month(2026, 3)))], facts_of(shared)


@given(
    seed=st.integers(0, 2),
    changed=st.lists(cells, max_size=12),
    dropped=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20)), max_size=3),
    swapped=st.lists(st.tuples(st.integers(0, 22), st.integers(0, 22)), max_size=3),
    properties=st.one_of(st.none(), wild_properties),
    merged=st.lists(st.sampled_from(["A1:C2", "B6:B8", "D5:D6", "C7:E7", "A1:W30"]), max_size=2),
    hidden=st.frozensets(st.integers(0, 20), max_size=2),
)
@settings(max_examples=EXAMPLES, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_wild_workbook_is_checked_or_refused_and_never_partly_stored(  # noqa: PLR0913, PLR0917
    seeds: tuple[list[Workbook], LedgerFacts],
    shared: Ledger,
    seed: int,
    changed: list[tuple[int, int, int, object]],
    dropped: list[tuple[int, int]],
    swapped: list[tuple[int, int]],
    properties: dict[str, str] | None,
    merged: list[str],
    hidden: frozenset[int],
) -> None:
    workbooks, facts = seeds
    book = workbooks[seed]
    grids = [[list(row) for row in sheet.rows] for sheet in book.sheets]
    for number, row, column, value in changed:
        grid = grids[number % len(grids)]
        grid.extend([] for _ in range(row + 1 - len(grid)))
        grid[row].extend([None] * (column + 1 - len(grid[row])))
        grid[row][column] = value
    for first, second in swapped:
        for row in grids[0]:
            if max(first, second) < len(row):
                row[first], row[second] = row[second], row[first]
    for number, row in dropped:
        grid = grids[number % len(grids)]
        if row < len(grid):
            del grid[row]
    sheets = tuple(
        Sheet(sheet.name, tuple(map(tuple, grid)), tuple(merged), hidden, hidden if number else frozenset())
        for number, (sheet, grid) in enumerate(zip(book.sheets, grids, strict=True))
    )
    wild = dataclasses.replace(
        book, sheets=sheets, properties=book.properties if properties is None else {**book.properties, **properties}
    )
    before = shared.version()
    try:
        checked = check_monthly(wild, b"wild", facts, shared, SENDER)
    except DataError as error:
        event("refused")
        sentences = [fault.text(lang) for lang in ("vi", "en") for fault in error.faults]
    else:
        event("accepted")
        sentences = ["accepted"]
        said = checked.submission.rows["assessments"]
        assert len({(r["set_id"], r["code"], r["unit"]) for r in said}) == len(said)
        assert all(r["result"] in {None, 0, 1, 2} for r in said)
        units = {r["unit"] for r in said}
        size = len(facts.criteria_sets[str(said[0]["set_id"])].criteria)
        assert sum("." not in str(r["code"]) for r in said) == len(units) * size
    assert all(sentences)
    assert sentences
    assert shared.version() == before


@pytest.mark.parametrize("seed", range(40 if EXAMPLES == 500 else 400))
def test_a_wild_workbook_of_real_bytes_is_stored_whole_or_not_at_all(
    ledger_of_chance: Ledger, form: bytes, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same wild files on every run
    words = ["Đạt", "Chưa đạt", "Không áp dụng", None, "x", 1, 0, "tốt", "=A1", "@SUM(1)", 3.5, "23503", "Đăk Pxi"]

    def scramble(book: openpyxl.Workbook) -> None:
        sheet = book["Tiêu chí"]
        for _ in range(chance.choice([0, 3, 40])):
            cell = sheet.cell(chance.randint(6, 15), chance.randint(3, 21))
            cell.value = chance.choice(words[:7] if seed % 3 else words)
        for _ in range(chance.choice([0, 0, 1])):
            sheet.cell(chance.randint(1, 16), chance.randint(1, 22)).value = chance.choice(words)

    before = ledger_of_chance.version()
    content = edited(form, fill("Đạt"), scramble)
    try:
        checked = check(ledger_of_chance, content)
        receipt = ledger_of_chance.submit(checked.submission)
    except (DataError, DuplicateError):
        assert ledger_of_chance.version() == before
        return
    found = facts_of(ledger_of_chance).assessments(SET, PERIOD)
    stored = {
        (unit, code): a.result for unit, by in found.items() for code, a in by.items() if a.submission == receipt.id
    }
    numbers = {1: "met", 0: "not-met", 2: "not-applicable", None: None}
    assert stored == {
        (r["unit"], r["code"]): numbers[r["result"]]
        for r in checked.submission.rows["assessments"]  # type: ignore[index]
    }


@pytest.fixture(scope="module")
def ledger_of_chance(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Ledger:
    return new_ledger(tmp_path_factory.mktemp("chance"), base)
