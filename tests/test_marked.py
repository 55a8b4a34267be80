"""The workbook that is given back: every fault marked where it is, and nothing else changed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from monthly_files import SENDER, check, edited, faults, fill, new_ledger, opened, put, template

from base.errors import DataError, Fault
from intake.marked import mark_faults
from intake.workbook import read_workbook
from store.ledger import Ledger

RED = "FFFFC7CE"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return new_ledger(tmp_path_factory.mktemp("marked"), tmp_path_factory.mktemp("base"))


def book_of(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def listed(content: bytes, sheet: str = "Lỗi cần sửa") -> list[tuple[object, ...]]:
    return [tuple(cell.value for cell in row) for row in book_of(content)[sheet].iter_rows(min_row=5)]


def test_every_fault_is_marked_in_its_cell_and_listed_first(ledger: Ledger) -> None:
    content = edited(template(ledger), fill("Đạt"), put({"D7": "tốt", "A16": "99999", "B16": "Xã Lạ", "C5": None}))
    found = faults(ledger, content)
    marked = mark_faults(content, "bao-cao.xlsx", found)
    book = book_of(marked)
    assert book.sheetnames == ["Lỗi cần sửa", "Tiêu chí", "Hướng dẫn", "Danh mục"]
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_view.tabSelected] == ["Lỗi cần sửa"]
    assert listed(marked) == [
        (number, fault.sheet, place, fault.says("vi"))
        for number, (fault, place) in enumerate(zip(found, ["A5", "D7", "A16"], strict=True), 1)
    ]
    sheet = book["Tiêu chí"]
    assert {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == RED} == {
        *("A5", "D7", "A16"),
    }
    assert (
        sheet["D7"].comment.text
        == "“tốt” không phải là kết quả. Hãy chọn một trong: Đạt, Chưa đạt, Không áp dụng; để trống nếu chưa báo cáo."
    )
    assert book["Lỗi cần sửa"]["C6"].hyperlink.location == "'Tiêu chí'!D7"
    # Everything else is as it was: values, drop-downs, locks, properties.
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        [cell.value for cell in row] for row in book_of(content)["Tiêu chí"].iter_rows()
    ]
    assert sheet.data_validations.dataValidation[0].formula1 == "'Danh mục'!$A$2:$A$4"
    assert sheet.protection.sheet
    assert opened(marked).properties == opened(content).properties


def test_the_marked_file_can_be_corrected_and_handed_in(ledger: Ledger) -> None:
    content = edited(template(ledger), fill("Đạt"), put({"D7": "tốt", "C5": "1. Quy hoạch xã", "E8": "?"}))
    marked = mark_faults(content, "bao-cao.xlsx", faults(ledger, content))
    still = edited(marked, put({"D7": "Đạt"}))
    (left,) = faults(ledger, still)
    assert (left.row, left.column) == (8, "E")
    again = mark_faults(still, "bao-cao.xlsx", [left])
    sheet = book_of(again)["Tiêu chí"]
    assert (sheet["D7"].comment, sheet["D7"].fill.fgColor.rgb == RED, sheet["E8"].fill.fgColor.rgb == RED) == (
        None,
        False,
        True,
    )
    assert len(listed(again)) == 1
    mended = edited(again, put({"E8": "Chưa đạt"}))
    assert check(ledger, mended).submission.rows["assessments"][19 * 2 + 2]["result"] == 0


def test_a_comment_that_was_there_stays_below_the_mark_and_comes_back(ledger: Ledger) -> None:
    content = edited(template(ledger), put({"V5": "Dân số", "V6": 5, "D5": "2. Giao thông"}))
    fault = Fault("bao-cao.xlsx", 5, "D", "Cột này trùng nghĩa với cột {first}.", (("first", "C"),), "Tiêu chí")
    marked = mark_faults(content, "bao-cao.xlsx", [fault, fault])
    text = book_of(marked)["Tiêu chí"]["D5"].comment.text
    assert text.startswith("Cột này trùng nghĩa với cột C.\nCột này trùng nghĩa với cột C.\n")
    assert "Cơ quan phụ trách" in text
    back = book_of(mark_faults(marked, "bao-cao.xlsx", []))["Tiêu chí"]["D5"]
    assert back.comment.text == book_of(content)["Tiêu chí"]["D5"].comment.text


def test_sentences_and_sheet_come_in_english(ledger: Ledger) -> None:
    content = edited(template(ledger), put({"D7": "tốt"}))
    marked = mark_faults(content, "bao-cao.xlsx", faults(ledger, content), "en")
    assert str(listed(marked, "Errors to correct")[0][3]).startswith("“tốt” is not a result.")
    assert "Errors to correct" not in book_of(mark_faults(marked, "bao-cao.xlsx", [], "vi")).sheetnames


def test_a_csv_file_comes_back_as_a_workbook_whose_texts_are_no_formulas() -> None:
    content = 'Mã xã;Tên xã;TC1\n23503;=HYPERLINK("http://x");@SUM(1)\n23504;+84;-\n'.encode()
    fault = Fault("so-lieu.csv", 2, "C", "“{value}” không phải là kết quả.", (("value", "@SUM(1)"),), "so-lieu")
    marked = mark_faults(content, "so-lieu.csv", [fault])
    sheet = book_of(marked)["so-lieu"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Mã xã", "Tên xã", "TC1"],
        ["23503", '=HYPERLINK("http://x")', "@SUM(1)"],
        ["23504", "+84", "-"],
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert sheet["B2"].quotePrefix
    assert sheet["C2"].fill.fgColor.rgb == RED
    assert read_workbook(marked, "so-lieu.xlsx").sheets[1].rows[1][1] == '=HYPERLINK("http://x")'
    with zipfile.ZipFile(io.BytesIO(marked)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets" in name)


def test_a_fault_in_a_merged_cell_marks_the_cell_that_shows(ledger: Ledger) -> None:
    content = edited(template(ledger), fill("Đạt"), lambda book: book["Tiêu chí"].merge_cells("D10:E11"))
    fault = Fault("bao-cao.xlsx", 11, "E", "Các ô {range} bị gộp.", (("range", "D10:E11"),), "Tiêu chí")
    sheet = book_of(mark_faults(content, "bao-cao.xlsx", [fault]))["Tiêu chí"]
    assert sheet["D10"].comment.text == "Các ô D10:E11 bị gộp."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"%PDF-1.4 ..."),
        ("a.xlsx", b"PK\x03\x04 rubbish"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rubbish"),
        ("a.xlsx", b""),
        ("a.csv", b"\xff\xfe\x00\xd8"),
    ],
)
def test_of_a_file_that_cannot_be_opened_only_the_list_is_given(name: str, content: bytes) -> None:
    with pytest.raises(DataError) as refused:
        read_workbook(content, name)
    marked = mark_faults(content, name, refused.value.faults)
    assert book_of(marked).sheetnames == ["Lỗi cần sửa"]
    assert listed(marked)[0][3] == refused.value.faults[0].says("vi")
    assert "Không mở được tệp" in book_of(marked)["Lỗi cần sửa"]["A3"].value


def test_a_sheet_of_formatted_nothing_is_not_opened_for_marking(ledger: Ledger) -> None:
    content = template(ledger)
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(40, 1_000_000))
    parts = zipfile.ZipFile(io.BytesIO(content))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in parts.namelist():
            data = parts.read(name)
            if name.endswith("sheet1.xml"):
                data = data.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
            target.writestr(name, data)
    found = [Fault("a.xlsx", 7, "D", "Ô có lỗi", (), "Tiêu chí")]
    assert book_of(mark_faults(buffer.getvalue(), "a.xlsx", found)).sheetnames == ["Lỗi cần sửa"]


def test_a_long_or_odd_name_of_a_csv_file_still_names_a_sheet() -> None:
    name = "báo cáo [tháng 5] 'Đăk Hà' rất rất dài.csv"
    marked = mark_faults(b"a;b\n1;2\n", name, [Fault(name, 2, "A", "Ô có lỗi", (), name.removesuffix(".csv"))])
    title = book_of(marked).sheetnames[1]
    assert len(title) <= 31
    assert book_of(marked)[title]["A2"].comment.text == "Ô có lỗi"
    assert Path(name).stem == read_workbook(b"a;b\n1;2\n", name).sheets[0].name


def test_the_marks_do_not_change_what_is_read(ledger: Ledger) -> None:
    content = edited(template(ledger), fill("Đạt"))
    marked = mark_faults(content, "bao-cao.xlsx", [Fault("bao-cao.xlsx", 1, None, "tháng 04/2025: {x}", (("x", 1),))])
    assert check(ledger, marked, SENDER).submission.rows["assessments"] == [
        {**row, "sheet": 1} for row in check(ledger, content, SENDER).submission.rows["assessments"]
    ]
