"""The monthly form as an officer opens it: headings, locks, drop-downs, what is filled in, and LibreOffice."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
from monthly_files import DISTRICT, PERIOD, SENDER, check, edited, facts_of, fill, new_ledger, opened, put, template

from base.clock import Month
from base.errors import StateError
from intake import writing
from intake.template import HEADER_ROW, monthly_template, threshold_text
from store.ledger import Ledger

SET = "VN-NTM-XA-2021-2025"


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Return a store in which every commune of the province was reported for April 2025."""
    folder = tmp_path_factory.mktemp("template")
    made = new_ledger(folder, tmp_path_factory.mktemp("base"))
    whole = template(made, "", Month(2025, 4), indicators=True)
    indicators = put({"H6": "Chưa đạt", "H8": "Đạt", "I8": 87.5}, "Chỉ tiêu")
    content = edited(
        whole, fill("Đạt", first="D6", last="V90"), put({"D6": "Chưa đạt", "E6": "Không áp dụng"}), indicators
    )
    made.submit(check(made, content).submission)
    return made


def book_of(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_titles_headings_and_keys(ledger: Ledger) -> None:
    book = book_of(template(ledger))
    assert book.sheetnames == ["Tiêu chí", "Hướng dẫn", "Danh mục"]
    sheet = book["Tiêu chí"]
    assert [sheet.cell(row, 1).value for row in range(1, 5)] == [
        "KẾT QUẢ THỰC HIỆN TIÊU CHÍ NÔNG THÔN MỚI – THÁNG 05/2025",
        "Huyện Đăk Hà, Tỉnh Kon Tum",
        "Bộ tiêu chí 2021–2025 (318/QĐ-TTg ngày 08/03/2022, Phụ lục I)",
        "Gửi Văn phòng Điều phối nông thôn mới tỉnh trước ngày 15/05/2025.",
    ]
    head = [cell.value for cell in sheet[HEADER_ROW]]
    assert head[:4] == ["Mã xã", "Tên xã", "1. Quy hoạch", "2. Giao thông"]
    assert (head[20], len(head)) == ("19. Quốc phòng và An ninh", 21)
    keys = [(sheet.cell(row, 1).value, sheet.cell(row, 2).value) for row in range(6, sheet.max_row + 1)]
    assert (keys[0], keys[-1], len(keys)) == (("23503", "Đăk Pxi"), ("23524", "Đăk La"), 10)  # no township
    assert "Cơ quan phụ trách: Sở Xây dựng" in sheet["C5"].comment.text
    assert {prop.name: prop.value for prop in book.custom_doc_props.props} == {
        "ntm_kind": "monthly",
        "ntm_province": "kontum",
        "ntm_district": DISTRICT,
        "ntm_period": "2025-05",
        "ntm_set": SET,
    }


def test_only_results_can_be_changed_and_only_in_the_words_of_the_list(ledger: Ledger) -> None:
    book = book_of(template(ledger, indicators=True))
    sheet = book["Tiêu chí"]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    free = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert free == {cell.coordinate for row in sheet["C6:U15"] for cell in row}
    assert sheet.freeze_panes == "C6"
    (choice,) = sheet.data_validations.dataValidation
    assert (str(choice.sqref), choice.type, choice.formula1) == ("C6:U15", "list", "'Danh mục'!$A$2:$A$4")
    assert (choice.showErrorMessage, choice.allow_blank) == (True, True)
    assert "Để trống nếu chưa báo cáo" in choice.prompt
    assert "Hãy chọn trong danh sách" in choice.error
    assert book["Danh mục"].sheet_state == "hidden"
    assert [book["Danh mục"].cell(row, 1).value for row in range(2, 5)] == ["Đạt", "Chưa đạt", "Không áp dụng"]
    setup = sheet.page_setup
    assert (setup.orientation, str(setup.paperSize), setup.fitToWidth, setup.fitToHeight) == ("landscape", "9", 1, 0)
    assert sheet.print_title_rows in {"5:5", "$5:$5"}
    indicators = book["Chỉ tiêu"]
    free = {cell.column_letter for row in indicators.iter_rows(min_row=6) for cell in row if not cell.protection.locked}
    assert free == {"G", "H", "I"}
    assert indicators["H6"].protection.locked  # 1.1 is met or not met, it has no value
    assert not indicators["H8"].protection.locked


def test_the_last_known_results_are_filled_in(ledger: Ledger) -> None:
    book = book_of(template(ledger, "", indicators=True))
    sheet = book["Tiêu chí"]
    words = [cell.value for row in sheet["D6:V90"] for cell in row]
    assert (len(words), words.count("Đạt"), words.count(None)) == (85 * 19, 85 * 19 - 2, 0)
    assert (sheet["A6"].value, sheet["D6"].value, sheet["E6"].value) == ("23311", "Chưa đạt", "Không áp dụng")
    indicators = book["Chỉ tiêu"]
    assert indicators.max_row == HEADER_ROW + 85 * 57
    assert [indicators.cell(8, column).value for column in (1, 2, 4, 8, 9)] == ["23311", "Đăk Cấm", "2.1", "Đạt", 87.5]
    assert [cell.value for cell in indicators[HEADER_ROW]][3:] == [
        *("Mã chỉ tiêu", "Chỉ tiêu", "Đơn vị tính", "Ngưỡng", "Kết quả", "Giá trị đo", "Ghi chú"),
    ]
    assert "(chưa kiểm chứng)" in indicators["G8"].value
    # Nothing of another set is taken over, and nothing of a later month.
    for period in (Month(2022, 2), Month(2025, 3)):
        cells = book_of(template(ledger, period=period))["Tiêu chí"]["C6:U15"]
        assert {cell.value for row in cells for cell in row} == {None}


def test_thresholds_are_told_by_region_and_never_without_their_doubt(ledger: Ledger) -> None:
    items = {item.code: item for item in facts_of(ledger).criteria_sets[SET].items}
    texts = {code: threshold_text(items[code], str) for code in ("1.1", "4.2", "12.1", "17.1")}
    assert texts == {
        "1.1": "Đạt (chưa kiểm chứng)",
        "4.2": "cả nước, Tây Nguyên: ≥98; Trung du và miền núi phía Bắc: ≥95 (chưa kiểm chứng)",
        "12.1": "cả nước: ≥75 (chưa kiểm chứng)",
        "17.1": "chưa rõ",
    }


def test_the_instructions_say_who_when_how_and_whom_to_ask(ledger: Ledger) -> None:
    lines = {row[0].value: row[1].value for row in book_of(template(ledger, indicators=True))["Hướng dẫn"].iter_rows()}
    assert lines["Khi nào"].endswith("trước ngày 15/05/2025.")
    assert "huyện Đăk Hà" in lines["Ai điền"]
    assert "Đạt: đ, x, 1, có" in lines["Từ được dùng"]
    assert "không phải là “chưa đạt”" in lines["Để trống"]
    assert {"Điền ở đâu", "Trang “Chỉ tiêu”", "Không sửa", "Cách nộp", "Sửa sau khi nộp", "Hỏi ai"} <= lines.keys()


def test_the_set_of_ten_criteria_has_ten_columns(ledger: Ledger) -> None:
    book = book_of(template(ledger, "23425", Month(2026, 3), indicators=True))
    head = [cell.value for cell in book["Tiêu chí"][HEADER_ROW]]
    assert (len(head), head[-1]) == (12, "10. Tiếp cận pháp luật và an ninh, quốc phòng")
    rows = [[cell.value for cell in row] for row in book["Chỉ tiêu"].iter_rows(min_row=6)]
    assert len(rows) == 3
    assert rows[2][5] == "xã nhóm 1: 40; xã nhóm 2: 35; xã nhóm 3: 27 (chưa kiểm chứng)"


def test_what_cannot_be_reported_has_no_form(ledger: Ledger) -> None:
    facts = facts_of(ledger)
    with pytest.raises(StateError, match="Không có huyện mang mã “999”"):
        monthly_template(facts, "999", PERIOD)
    with pytest.raises(StateError, match="Chưa có nội dung của Bộ tiêu chí 2010–2016"):
        monthly_template(facts, DISTRICT, Month(2016, 1))
    with pytest.raises(StateError, match="Tháng 01/2015 nằm ngoài mọi phiên bản ranh giới"):
        monthly_template(facts, DISTRICT, Month(2015, 1))


def test_a_text_that_looks_like_a_formula_stays_text() -> None:
    book = writing.new_workbook({})
    sheet = book.create_sheet("a")
    texts = ["=1+1", "+84 260", "-", "@SUM(A1)", "\x07=2", "bình thường", "x" * 40_000]
    writing.put_row(sheet, 1, texts, writing.NOTE)
    row = book_of(writing.saved(book))["a"][1]
    assert [cell.data_type for cell in row] == ["s"] * len(texts)
    assert [cell.value for cell in row][:6] == ["=1+1", "+84 260", "-", "@SUM(A1)", "=2", "bình thường"]
    assert [cell.quotePrefix for cell in row] == [True, True, True, True, True, False, False]


def test_a_form_of_the_sample_store_says_so_and_stays_there(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sample = new_ledger(tmp_path, tmp_path_factory.mktemp("sample"), "sample")
    content = template(sample)
    assert "SỐ LIỆU MINH HỌA" in book_of(content)["Tiêu chí"]["A1"].value
    assert check(sample, content).submission.district == DISTRICT


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed")
    return tmp_path_factory.mktemp("libreoffice")


def convert(office: Path, content: bytes, target: str) -> bytes:
    """Return a workbook as LibreOffice opens and saves it."""
    source, out = office / "bao-cao.xlsx", office / "out"
    source.write_bytes(content)
    command = ["soffice", f"-env:UserInstallation=file://{office}/profile", "--headless", "--convert-to", target]
    done = subprocess.run([*command, "--outdir", out, source], capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return (out / f"bao-cao.{target}").read_bytes()


def test_libreoffice_opens_prints_and_saves_the_form(ledger: Ledger, office: Path) -> None:
    content = edited(template(ledger, indicators=True), put({"C6": "Chưa đạt", "D7": "Không áp dụng"}))
    assert convert(office, content, "pdf").startswith(b"%PDF-")
    saved = convert(office, content, "xlsx")
    before, after = opened(content), opened(saved)
    assert [sheet.name for sheet in after.sheets] == ["Tiêu chí", "Chỉ tiêu", "Hướng dẫn"]
    assert [sheet.rows for sheet in after.sheets] == [sheet.rows for sheet in before.sheets]
    assert after.properties == before.properties
    book = book_of(saved)
    sheet = book["Tiêu chí"]
    (choice,) = sheet.data_validations.dataValidation
    assert (str(choice.sqref), choice.type) == ("C6:U15", "list")
    assert "Danh mục" in choice.formula1
    assert sheet.protection.sheet
    assert not sheet["C6"].protection.locked
    assert sheet["A6"].protection.locked
    assert book["Danh mục"].sheet_state == "hidden"
    assert sheet.conditional_formatting
    assert "Cơ quan phụ trách" in sheet["C5"].comment.text
    said = check(ledger, content, SENDER).submission.rows["assessments"]
    assert check(ledger, saved, SENDER).submission.rows["assessments"] == said


def test_an_old_excel_file_is_read_like_the_new_one(ledger: Ledger, office: Path) -> None:
    content = edited(template(ledger), put({"C6": "Chưa đạt"}))
    old = convert(office, content, "xls")
    said = check(ledger, old, SENDER, "bao-cao.xls").submission
    assert (said.district, said.period) == (DISTRICT, PERIOD)  # by the titles: the old format has no properties
    assert said.rows["assessments"] == check(ledger, content).submission.rows["assessments"]
