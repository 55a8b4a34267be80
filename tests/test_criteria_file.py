"""A criteria set as a file: out, corrected, and in again; every fault at its cell."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from form_files import HEADER_ROW, OFFICE, refused, saved
from monthly_files import check as check_monthly
from monthly_files import edited, facts_of, fill, new_ledger, template
from openpyxl import Workbook as OpenWorkbook

from base.errors import StateError
from intake.checked import Checked
from intake.criteria_columns import ITEM_FORM, SET_FORM
from intake.criteria_file import criteria_template
from intake.submit import check, submit
from programme.criteria import CriteriaSet
from store.ledger import Ledger

SET = "VN-NTM-XA-2021-2025"
SETS = [
    "VN-NTM-XA-2016-2020",
    SET,
    "VN-NTM-XA-NANGCAO-2021-2025",
    "VN-NTM-XA-KIEUMAU-2021-2025",
    "VN-NTM-HUYEN-2021-2025",
    "VN-NTM-XA-2026-2030",
]
HEAD, ITEMS = "Bộ tiêu chí", "Tiêu chí và chỉ tiêu"
FIRST = HEADER_ROW + 1
Edit = Callable[[OpenWorkbook], None]


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


def address(key: str, row: int = FIRST) -> str:
    form = (
        SET_FORM if key in {column.key for column in SET_FORM.columns} - {"name_vi", "name_en", "source"} else ITEM_FORM
    )
    keys = [column.key for column in form.columns]
    return f"{'ABCDEFGHIJKLMNOPQRSTUV'[keys.index(key)]}{row}"


def corrected(ledger: Ledger, *edits: Edit, set_id: str = SET, lang: str = "vi") -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(criteria_template(facts_of(ledger), set_id, lang)))
    for edit in edits:
        edit(book)
    return saved(book)


def put(sheet: str, cell: str, value: object) -> Edit:
    def edit(book: OpenWorkbook) -> None:
        book[sheet][cell].value = value

    return edit


def without(*codes: str) -> Edit:
    """Return an edit that deletes criteria and indicators."""

    def edit(book: OpenWorkbook) -> None:
        sheet = book[ITEMS]
        for row in range(sheet.max_row, HEADER_ROW, -1):
            if sheet.cell(row, 1).value in codes:
                sheet.delete_rows(row)

    return edit


def row_of(ledger: Ledger, code: str) -> int:
    """Return the row in which a criterion or indicator stands."""
    codes = [item.code for item in facts_of(ledger).criteria_sets[SET].items]
    return FIRST + codes.index(code)


def checked(ledger: Ledger, content: bytes) -> Checked:
    return check(content, "bo-tieu-chi.xlsx", facts_of(ledger), ledger, OFFICE)


def read_back(ledger: Ledger, set_id: str = SET) -> CriteriaSet:
    return facts_of(ledger).criteria_sets[set_id]


@pytest.mark.parametrize("set_id", SETS)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_set_comes_back_as_it_went_out(ledger: Ledger, set_id: str, lang: str) -> None:
    before = read_back(ledger, set_id)
    found = checked(ledger, corrected(ledger, set_id=set_id, lang=lang))
    assert found.preview.changes == ()
    assert found.preview.warnings[0] == "Tệp không thay đổi gì: bộ tiêu chí đã được ghi như vậy."
    submit(ledger, found)
    assert read_back(ledger, set_id) == before


def test_a_corrected_set_supersedes_and_the_earlier_one_stays(ledger: Ledger) -> None:
    row = row_of(ledger, "9.2")
    cell = f"{address('threshold_tay_nguyen', row)}"
    before = facts_of(ledger)
    assert before.criteria_sets[SET].item("9.2").thresholds["tay_nguyen"] == "≥75"
    found = checked(
        ledger, corrected(ledger, put(ITEMS, cell, "≥78"), put(HEAD, address("decision"), "318/QĐ-TTg mới"))
    )
    assert [(c.what, c.before, c.after, c.kind) for c in found.preview.changes] == [
        ("Quyết định ban hành", "318/QĐ-TTg ngày 08/03/2022, Phụ lục I", "318/QĐ-TTg mới", "changed"),
        ("9.2. Ngưỡng Tây Nguyên", "≥75", "≥78", "changed"),
    ]
    assert found.preview.warnings == ("Bộ này thay bản đang dùng; bản cũ vẫn được giữ.",)
    submit(ledger, found)
    assert read_back(ledger).item("9.2").thresholds["tay_nguyen"] == "≥78"
    assert len(read_back(ledger).items) == len(before.criteria_sets[SET].items)
    assert before.criteria_sets[SET].item("9.2").thresholds["tay_nguyen"] == "≥75"
    assert facts_of(ledger).criteria_sets.keys() == before.criteria_sets.keys()


def test_a_new_set_is_made_from_an_empty_form(ledger: Ledger) -> None:
    head = {
        "set_id": "KT-NTM-XA-2027",
        "level": "Nâng cao",
        "scope": "Riêng tỉnh này",
        "issuer": "Ủy ban nhân dân tỉnh",
        "name_vi": "Bộ của tỉnh",
        "name_en": "The province's set",
        "decision": "1/QĐ-UBND",
        "valid_from": "01/01/2027",
        "criteria": 2,
        "verified": "Đã kiểm chứng",
        "source": "Công báo",
    }
    rows = [
        {"code": "1", "name_vi": "Quy hoạch", "group": "Quy hoạch"},
        {"code": "1.1", "parent": "1", "name_vi": "Tỷ lệ", "value_type": "Tỷ lệ %", "threshold_national": 95.5},
        {"code": "2", "name_vi": "=Giao thông"},
    ]
    both = {"text_verified": "Có", "threshold_verified": "Chưa kiểm chứng", "source": "Công báo"}
    book = openpyxl.load_workbook(io.BytesIO(criteria_template(facts_of(ledger))))
    for form, values in ((SET_FORM, [head]), (ITEM_FORM, [both | row for row in rows])):
        keys = [column.key for column in form.columns]
        for number, row in enumerate(values, FIRST):
            for key, value in row.items():
                cell = book[form.sheet].cell(number, keys.index(key) + 1)
                cell.value = value
                cell.data_type = "s" if isinstance(value, str) else "n"
    faults = refused(ledger, saved(book))
    assert {(fault.sheet, fault.column) for fault in faults} == {(ITEMS, address("text_verified")[0])}
    for number in range(FIRST, FIRST + 3):
        book[ITEMS][address("text_verified", number)].value = "Đã kiểm chứng"
    found = checked(ledger, saved(book))
    assert found.preview.changes[0].kind == "new"
    submit(ledger, found)
    made = read_back(ledger, "KT-NTM-XA-2027")
    assert (made.level, made.province, made.valid_from, made.size) == ("advanced", "kontum", date(2027, 1, 1), 2)
    assert [(item.code, item.name_vi) for item in made.items] == [
        ("1", "Quy hoạch"),
        ("1.1", "Tỷ lệ"),
        ("2", "=Giao thông"),
    ]
    assert (made.item("1.1").value_type, made.item("1.1").thresholds) == ("percent", {"national": "95.5"})
    again = openpyxl.load_workbook(io.BytesIO(criteria_template(facts_of(ledger), "KT-NTM-XA-2027")))
    name = again[ITEMS][address("code", FIRST + 2).replace("A", "C")]
    assert (name.value, name.data_type, name.quotePrefix) == ("=Giao thông", "s", True)


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "says"),
    [
        (HEAD, address("set_id"), "Bộ 318", "Mã bộ “Bộ 318” chỉ được gồm"),
        (HEAD, address("set_id"), None, "Thiếu “Mã bộ tiêu chí”"),
        (HEAD, address("level"), "Cấp thôn", "chọn một trong: Đạt chuẩn, Nâng cao, Kiểu mẫu, Huyện nông thôn mới."),
        (HEAD, address("valid_from"), "hôm qua", "“hôm qua” không phải là ngày"),
        (HEAD, address("valid_to"), "01/01/2020", "Ngày cuối 01/01/2020 sớm hơn ngày đầu 08/03/2022"),
        (HEAD, address("criteria"), 20, "Bộ có 20 tiêu chí nhưng bảng thiếu tiêu chí 20"),
        (HEAD, address("criteria"), "nhiều", "“nhiều” phải là số"),
        (HEAD, address("criteria"), 61, "phải là số nguyên từ 1 đến 60"),
        (HEAD, address("indicators"), 57.5, "phải là số nguyên từ 0 đến 999"),
        (HEAD, address("withdrawal_criteria"), "10;21", "Không có tiêu chí 21 trong bảng"),
        (HEAD, address("verified"), "có lẽ", "chọn một trong: Đã kiểm chứng, Chưa kiểm chứng."),
        (ITEMS, address("code", FIRST + 1), "1.x y", "Mã “1.x y” không đúng dạng 7 hoặc 7.1"),
        (ITEMS, address("parent", FIRST + 1), "30", "Không có tiêu chí 30 trong bảng"),
        (ITEMS, address("group", FIRST), "Khác", "chọn một trong: Quy hoạch, Hạ tầng kinh tế - xã hội"),
        (ITEMS, address("value_type", FIRST + 1), "cái", "chọn một trong: Đạt hoặc chưa đạt, Tỷ lệ %"),
        (ITEMS, address("threshold_national", FIRST + 1), "5|6", "Ngưỡng không được có dấu “|”"),
        (ITEMS, f"C{FIRST + 1}", None, "Thiếu “Nội dung”"),
    ],
    ids=str,
)
def test_a_fault_is_told_at_its_cell(shared: Ledger, sheet: str, cell: str, value: object, says: str) -> None:
    faults = refused(shared, corrected(shared, put(sheet, cell, value)))
    assert [(fault.sheet, f"{fault.column}{fault.row}") for fault in faults] == [(sheet, cell)]
    assert says in faults[0].says("vi")


def test_a_code_twice_names_the_first_and_what_spreadsheets_do(shared: Ledger) -> None:
    row = row_of(shared, "1.2")
    faults = refused(shared, corrected(shared, put(ITEMS, f"A{row}", 1.1)))
    assert [(fault.column, fault.row) for fault in faults] == [("A", row)]
    assert f"Mã 1.1 đã có ở dòng {row - 1}" in faults[0].says("vi")
    assert "17.10 đã thành 17.1" in faults[0].says("vi")


def test_an_indicator_without_its_criterion_is_told_as_a_number_out_of_range(shared: Ledger) -> None:
    row = row_of(shared, "1.2")
    (fault,) = refused(shared, corrected(shared, put(ITEMS, address("parent", row), None)))
    assert (fault.column, fault.row) == ("A", row)
    assert "Tiêu chí 1.2 không nằm trong các số từ 1 đến 19" in fault.says("vi")


def test_faults_of_both_sheets_are_told_at_once(shared: Ledger) -> None:
    edits = (put(HEAD, address("level"), "?"), without("7", "7.1"), put(ITEMS, f"C{FIRST}", None))
    faults = refused(shared, corrected(shared, *edits))
    assert [(fault.sheet, fault.column) for fault in faults] == [(HEAD, "B"), (HEAD, "J"), (ITEMS, "C")]


def test_several_sets_in_one_file_are_refused(shared: Ledger) -> None:
    (fault,) = refused(shared, corrected(shared, put(HEAD, f"A{FIRST + 1}", "X")))
    assert "phải có đúng một dòng, ở đây có 2" in fault.says("vi")


def test_what_reports_refer_to_cannot_disappear(ledger: Ledger) -> None:
    smaller = corrected(
        ledger,
        without("19", "19.1", "19.2"),
        put(HEAD, address("criteria"), 18),
        put(HEAD, address("withdrawal_criteria"), "10;17"),
    )
    assert checked(ledger, smaller).preview.changes
    submit(ledger, check_monthly(ledger, edited(template(ledger), fill())))
    (fault,) = refused(ledger, smaller)
    assert (fault.sheet, fault.column, fault.row) == (HEAD, "A", FIRST)
    assert "Đã có báo cáo tháng dùng 19 của bộ này" in fault.says("vi")
    # Indicators that nobody has reported may go.
    submit(ledger, checked(ledger, corrected(ledger, without("19.2"))))
    assert [item.code for item in read_back(ledger).indicators_of("19")] == ["19.1"]


def test_two_sets_of_one_level_at_one_time_are_looked_at(shared: Ledger) -> None:
    found = checked(shared, corrected(shared, put(HEAD, address("valid_to"), "31/12/2026")))
    assert (
        "Bộ tiêu chí 2026–2030 cùng mức và trùng thời gian áp dụng; bộ áp dụng sau được dùng." in found.preview.warnings
    )


def test_a_set_that_is_not_there_cannot_be_corrected(shared: Ledger) -> None:
    with pytest.raises(StateError, match="Không có bộ tiêu chí “X”"):
        criteria_template(facts_of(shared), "X")
