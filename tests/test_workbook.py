"""Files as officers hand them in become grids, and the table on them is found."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from pathlib import Path

import pytest
from openpyxl import Workbook as Book
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.packaging.custom import IntProperty, StringProperty
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from workbook_files import converted, saved, with_sheet, xlsx

from base.errors import DataError, Fault
from intake.workbook import Column, Sheet, Table, Value, Workbook, find_table, read_workbook

AFTERNOON = dt.datetime.fromisoformat("2024-05-06 14:30")
NAMES = (Column("code", ("Mã xã",)), Column("name", ("Tên xã", "Xã")), Column("met", ("Đạt (tiêu chí)",)))


def faults_of(content: bytes, name: str = "báo cáo.xlsx", **options: object) -> tuple[Fault, ...]:
    with pytest.raises(DataError) as raised:
        read_workbook(content, name, **options)
    return raised.value.faults


def table_faults(*sheets: Sheet, columns: tuple[Column, ...] = NAMES) -> list[str]:
    with pytest.raises(DataError) as raised:
        find_table(book(*sheets), columns)
    return [fault.text("vi") for fault in raised.value.faults]


def book(*sheets: Sheet) -> Workbook:
    return Workbook("báo cáo.xlsx", "0" * 64, "xlsx", sheets, {}, ())


def sheet(*rows: tuple[Value, ...], name: str = "Dữ liệu", **layout: object) -> Sheet:
    return Sheet(name, rows, **layout)


def found(*rows: tuple[Value, ...], **layout: object) -> Table:
    return find_table(book(sheet(*rows, **layout)), NAMES)


def real_book() -> Book:
    """Return a form with a title, gaps, every kind of value, hidden and merged places, and formulas."""
    made = Book()
    page = made.active
    page.title = "Tiêu chí"
    page["B2"] = "BÁO CÁO THÁNG 5"
    page.merge_cells("B2:D2")
    page.append(["Mã xã", "Te\u0302n xa\u0303", "  Đạt ", None, "Tỷ lệ", "Ngày", "Giờ", "Có"])
    page.append([23353, "Đăk Pék", 19, None, 0.5, dt.date(2024, 5, 6), dt.time(8, 30), True])
    page.append(["023356", "   ", 19.0, None, 1.25, AFTERNOON, dt.timedelta(hours=30), False])
    page.append(["=23300+59", '="Đăk "&"Long"', '=IF(1=1,"","x")', None, "=1/4", "=DATE(2024,5,6)", None, "=1>0"])
    page["F6"].number_format = "dd/mm/yyyy"
    page["A8"].value = "=cộng tác"
    page["A8"].data_type = "s"
    page.row_dimensions[6].hidden = True
    page.column_dimensions["E"].hidden = True
    return made


EXPECTED = (
    (),
    (None, "BÁO CÁO THÁNG 5"),
    ("Mã xã", "Tên xã", "Đạt", None, "Tỷ lệ", "Ngày", "Giờ", "Có"),
    (23353, "Đăk Pék", 19, None, 0.5, dt.date(2024, 5, 6), "08:30:00", True),
    ("023356", None, 19, None, 1.25, "2024-05-06 14:30:00", "1 day, 6:00:00", False),
    (23359, "Đăk Long", None, None, 0.25, dt.date(2024, 5, 6), None, True),
    (),
    ("=cộng tác",),
)


@pytest.fixture(scope="session", params=["xlsx", "xls"])
def calculated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    """Return the real book after LibreOffice has calculated and saved it in both formats."""
    folder = tmp_path_factory.mktemp("calculated")
    return request.param, converted(saved(real_book()), "xlsx", request.param, folder)


def test_a_saved_workbook_is_read_with_exact_places_and_values(calculated: tuple[str, bytes]) -> None:
    ending, content = calculated
    read = read_workbook(content, f"C:\\tháng 5\\bieu.{ending}")
    assert (read.name, read.format, read.hidden) == (f"bieu.{ending}", ending, ())
    assert read.digest == hashlib.sha256(content).hexdigest()
    (page,) = read.sheets
    assert page.name == "Tiêu chí"
    assert page.rows == EXPECTED
    assert [type(value) for value in page.rows[3]] == [type(value) for value in EXPECTED[3]]
    assert page.merged == ("B2:D2",)
    assert page.hidden_rows == {6}
    assert page.hidden_columns == {4}


def test_a_place_outside_the_sheet_is_empty() -> None:
    page = sheet((1, 2), (3,))
    places = [(1, 0), (1, 1), (2, 1), (2, 99), (3, 0), (0, 0), (-1, 0), (1, -1)]
    assert [page.value(*place) for place in places] == [1, 2, None, None, None, None, None, None]


def test_own_properties_are_read_as_text() -> None:
    made = Book()
    made.custom_doc_props.append(StringProperty(name="ntm_kind", value="monthly"))
    made.custom_doc_props.append(IntProperty(name="ntm_year", value=2025))
    assert read_workbook(saved(made), "a.xlsx").properties == {"ntm_kind": "monthly", "ntm_year": "2025"}
    assert read_workbook(xlsx(("x",)), "a.xlsx").properties == {}


def test_numbers_too_large_to_be_exact_stay_as_the_spreadsheet_has_them() -> None:
    page = read_workbook(xlsx((2**53, 2**53 + 2, 1e300, 10**30, 0.1)), "a.xlsx").sheets[0]
    assert page.rows == ((2**53, float(2**53 + 2), 1e300, 1e30, 0.1),)
    assert [type(value) for value in page.rows[0]] == [int, float, float, float, float]


def test_a_line_break_of_excel_is_one_line_break() -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>Đăk_x000D_\nLong</t></is></c></row>'
    assert read_workbook(with_sheet(rows), "a.xlsx").sheets[0].rows == (("Đăk\nLong",),)


def test_every_formula_without_a_result_is_told() -> None:
    made = real_book()
    made.create_sheet("Hai")["C3"] = "=1+1"
    told = [fault.text("vi") for fault in faults_of(saved(made), "tháng 5.xlsx")]
    cells = [("Tiêu chí", f"{letter}6") for letter in "ABCEFH"] + [("Hai", "C3")]
    assert told == [
        f"tháng 5.xlsx, trang “{name}”, ô {cell}: Ô có công thức chưa có kết quả lưu. Hãy mở tệp bằng "
        "phần mềm bảng tính, lưu lại rồi nộp, hoặc nhập thẳng giá trị vào ô."
        for name, cell in cells
    ]


def test_a_fault_is_told_in_english_too() -> None:
    made = Book()
    made.active["B2"] = "=1+1"
    (fault,) = faults_of(saved(made), "a.xlsx")
    assert fault.text("en").startswith(
        "a.xlsx, sheet “Sheet”, cell B2: The cell has a formula without a stored result."
    )


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_every_error_value_is_told_with_its_cell(ending: str, tmp_path: Path) -> None:
    made = Book()
    page = made.active
    page.title = "Sai"
    page["A1"], page["B2"], page["C3"], page["D4"] = "=1/0", "=NA()", '=VALUE("x")', "=KHÔNG_CÓ(1)"
    page["E5"] = "#N/A"
    page["E5"].data_type = "s"
    told = [fault.text("vi") for fault in faults_of(converted(saved(made), "xlsx", ending, tmp_path), f"a.{ending}")]
    errors = {"A1": "#DIV/0!", "B2": "#N/A", "C3": "#VALUE!", "D4": "#NAME?"}
    assert told == [
        f"a.{ending}, trang “Sai”, ô {cell}: Ô có giá trị lỗi {error}. Hãy sửa công thức hoặc nhập lại số liệu."
        for cell, error in errors.items()
    ]


def test_a_number_without_end_is_an_error_value() -> None:
    (fault,) = faults_of(with_sheet('<row r="2"><c r="C2"><v>1E999</v></c></row>'))
    assert (fault.row, fault.column, dict(fault.params)) == (2, "C", {"value": float("inf")})


def hidden_book(state: str) -> bytes:
    made = Book()
    made.active.append(["x"])
    made.create_sheet("Danh mục").append(["Đạt"])
    made.create_sheet("Trống")
    made.create_sheet("Riêng")["B7"] = 5
    for name in ("Danh mục", "Trống", "Riêng"):
        made[name].sheet_state = state
    return saved(made)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_with_values_must_be_expected(state: str) -> None:
    told = [fault.text("vi") for fault in faults_of(hidden_book(state), "a.xlsx", ignore_hidden={"Danh mục"})]
    assert told == [
        "a.xlsx, trang “Riêng”: Trang bị ẩn nhưng có số liệu. Hãy bỏ ẩn và kiểm tra, hoặc xóa trang này rồi nộp."
    ]
    read = read_workbook(hidden_book(state), "a.xlsx", ignore_hidden=("Danh mục", "Riêng"))
    assert [page.name for page in read.sheets] == ["Sheet"]
    assert read.hidden == ("Danh mục", "Riêng")


def test_a_hidden_sheet_of_an_old_workbook_is_told_too(tmp_path: Path) -> None:
    faults = faults_of(converted(hidden_book("hidden"), "xlsx", "xls", tmp_path), "a.xls")
    assert [fault.sheet for fault in faults] == ["Danh mục", "Riêng"]


def test_a_sheet_formatted_to_its_last_row_is_read_to_its_last_value() -> None:
    made = Book()
    page: Worksheet = made.active
    for number in range(1, 101):
        page.append([number, "x"])
    page["A1048576"].number_format = page["XFD7"].number_format = "0.00"
    page.row_dimensions[1048575].height = 30
    assert len(read_workbook(saved(made), "a.xlsx").sheets[0].rows) == 100
    styled = "".join(f'<row r="{row}"><c r="A{row}" s="0"/><c r="B{row}" s="0"/></row>' for row in range(2, 60_000))
    content = with_sheet('<row r="1"><c r="A1"><v>7</v></c></row>' + styled)
    assert read_workbook(content, "a.xlsx").sheets[0].rows == ((7,),)


def test_charts_comments_and_drop_downs_do_not_matter() -> None:
    made = Book()
    page = made.active
    page.append(["Đạt", 19])
    page["A1"].comment = Comment("chú thích", "người lập")
    choice = DataValidation(type="list", formula1='"Đạt,Chưa đạt"')
    choice.add("A1:A9")
    page.add_data_validation(choice)
    chart = BarChart()
    chart.add_data(Reference(page, min_col=2, min_row=1))
    page.add_chart(chart, "D4")
    made.create_chartsheet("Biểu đồ", 0).add_chart(BarChart())
    made.create_sheet("Hai")["A1"] = 2
    read = read_workbook(saved(made), "a.xlsx")
    assert [(page.name, page.rows) for page in read.sheets] == [("Sheet", (("Đạt", 19),)), ("Hai", ((2,),))]


def test_cells_without_addresses_follow_one_another() -> None:
    rows = '<row><c><v>1</v></c><c><v>2</v></c></row><row r="4"><c r="C4"><v>3</v></c><c><v>4</v></c></row>'
    assert read_workbook(with_sheet(rows), "a.xlsx").sheets[0].rows == ((1, 2), (), (), (None, None, 3, 4))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_as_text_whatever_its_encoding_and_separator(encoding: str, delimiter: str) -> None:
    lines = [
        ["Báo cáo tháng 5, năm 2024; lần 1", "", ""],
        ["Mã xã", "Tên xã", "Ghi chú"],
        [],
        ["023353", "Đăk Pék", "1,5"],
        ["1.0", "=cộng tác", 'dòng một\ndòng "hai", ba; bốn'],
        ["", "", ""],
    ]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(lines)
    read = read_workbook(out.getvalue().encode(encoding), "thư mục/tháng 5.csv")
    assert (read.format, read.properties, [page.name for page in read.sheets]) == ("csv", {}, ["tháng 5"])
    assert read.sheets[0].rows == (
        ("Báo cáo tháng 5, năm 2024; lần 1",),
        ("Mã xã", "Tên xã", "Ghi chú"),
        (),
        ("023353", "Đăk Pék", "1,5"),
        ("1.0", "=cộng tác", 'dòng một\ndòng "hai", ba; bốn'),
    )


def test_decimal_commas_are_not_taken_for_separators() -> None:
    read = read_workbook("Xã;Đường;Trường\nĐăk Pék;1,5;2,5\nĐăk Long;3,5;4,5\n".encode(), "a.csv")
    assert read.sheets[0].rows[1] == ("Đăk Pék", "1,5", "2,5")


def test_a_csv_in_an_old_encoding_is_refused_with_the_way_out() -> None:
    for content in ("Mã xã,Đạt\n".encode("cp1258", "replace") + b"\xd0\xd2", b"a,b\0c\n", "Xã".encode("utf-16-le")):
        (fault,) = faults_of(content, "a.csv")
        assert fault.text("vi") == (
            "a.csv: Tệp CSV không dùng bảng mã UTF-8 nên không đọc đúng tiếng Việt. "
            "Hãy lưu lại với kiểu “CSV UTF-8”, hoặc nộp tệp .xlsx thay cho .csv."
        )


def test_a_quotation_mark_left_open_does_not_swallow_rows() -> None:
    (fault,) = faults_of(b'a,b\n1,"hai\n3,4\n5,6\n', "a.csv")
    assert fault.says("vi").startswith("Dấu ngoặc kép từ dòng 4 không khép đúng.")


def test_more_than_200_faults_end_with_how_many_are_left_out() -> None:
    made = Book()
    for _ in range(30):
        made.active.append(["=1+1"] * 10)
    faults = faults_of(saved(made), "a.xlsx")
    assert len(faults) == 201
    assert faults[-1].text("vi") == (
        "a.xlsx: Còn 100 lỗi nữa chưa liệt kê. Hãy sửa các lỗi trên rồi nộp lại để xem tiếp."
    )


def test_a_table_is_found_with_moved_columns_titles_above_and_other_columns() -> None:
    table = found(
        ("BÁO CÁO",),
        (),
        ("Ghi chú", "TÊN  XÃ:", "Số", "đạt (tiêu chí) *", "Mã\nxã"),
        ("x", "Đăk Pék", 1, 19, 23353),
        ("chỉ ghi chú",),
        (None, None, None, None, 23356),
        ("cuối",),
    )
    assert table.header_row == 3
    assert table.columns == {"name": 1, "met": 3, "code": 4}
    assert [(row.number, dict(row.values)) for row in table.rows] == [
        (4, {"code": 23353, "name": "Đăk Pék", "met": 19}),
        (6, {"code": 23356, "name": None, "met": None}),
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "Tên xã",
        "TÊN XÃ (*)",
        "tên  xã*",
        "Tên xã (theo quyết định) [2]",
        "Ten xa",
        "Tên-xã.",
        "Tê\u0301n xa",
        "TEN XA (x)",
    ],
)
def test_a_heading_is_known_however_it_is_typed(heading: str) -> None:
    assert found(("Mã xã", heading, "Đạt"), (1, 2, 3)).columns["name"] == 1


def test_brackets_that_tell_columns_apart_are_heeded() -> None:
    columns = (Column("count", ("Đạt (xã)",)), Column("share", ("Đạt (%)",)), Column("level", ("1.1",)))
    page = sheet(("Đạt (%)", "Đạt (xã)", 1.1), (50, 3, "x"))
    assert find_table(book(page), columns).columns == {"share": 0, "count": 1, "level": 2}
    with pytest.raises(DataError):
        find_table(book(sheet(("Đạt", "Đạt (xã)", 1.1), (50, 3, "x"))), columns)


def test_a_header_of_two_merged_rows_is_read_as_one() -> None:
    table = found(
        ("BÁO CÁO", None, None, None),
        ("Mã xã", "Tên xã", "Kết quả", None),
        (None, None, "Đạt", "Ghi chú"),
        (23353, "Đăk Pék", 19, None),
        merged=("A1:D1", "A2:A3", "B2:B3", "C2:D2"),
    )
    assert (table.header_row, table.columns) == (3, {"code": 0, "name": 1, "met": 2})
    assert [row.number for row in table.rows] == [4]
    # All headings in the upper of two rows: the data still start below the lower one.
    lower = found(("Mã xã", "Tên xã", "Đạt"), (None, None, "(số)"), (1, "A", 2), merged=("A1:A2", "B1:B2"))
    assert [row.number for row in lower.rows] == [3]


def test_a_merged_header_is_found_in_a_real_file_of_both_formats(tmp_path: Path) -> None:
    made = Book()
    page = made.active
    for row in (["Mã xã", "Tên xã", "Kết quả", None], [None, None, "Đạt", "Tỷ lệ"], [23353, "Đăk Pék", 19, 1]):
        page.append(row)
    for place in ("A1:A2", "B1:B2", "C1:D1"):
        page.merge_cells(place)
    content = saved(made)
    for name, data in {"a.xlsx": content, "a.xls": converted(content, "xlsx", "xls", tmp_path)}.items():
        table = find_table(read_workbook(data, name), NAMES)
        assert [(row.number, dict(row.values)) for row in table.rows] == [
            (3, {"code": 23353, "name": "Đăk Pék", "met": 19})
        ]


def test_missing_columns_are_named_together_with_the_nearest_sheet() -> None:
    guide = sheet(("Hướng dẫn",), name="Hướng dẫn")
    near = sheet((), ("Tên xã", "Ghi chú"), name="Tháng 5")
    assert table_faults(guide, near) == [
        (
            "báo cáo.xlsx, trang “Tháng 5”, dòng 2: Bảng thiếu cột: “Mã xã”, “Đạt (tiêu chí)”. "
            "Hãy thêm các cột này vào dòng tiêu đề, hoặc dùng biểu mẫu tải về."
        )
    ]


def test_no_table_at_all_names_every_column() -> None:
    told = [
        (
            "báo cáo.xlsx: Không tìm thấy bảng: không có dòng tiêu đề nào với các cột “Mã xã”, “Tên xã”, "
            "“Đạt (tiêu chí)”. Hãy dùng biểu mẫu tải về, không đổi tên các cột."
        )
    ]
    assert table_faults(sheet(("x", "y"))) == told
    assert table_faults() == told


def test_optional_columns_may_be_missing() -> None:
    columns = (Column("code", ("Mã xã",)), Column("note", ("Ghi chú",), required=False))
    table = find_table(book(sheet(("Mã xã",), (23353,))), columns)
    assert table.columns == {"code": 0}
    assert table.fault("a.xlsx", 2, "note", "Đạt").place("vi") == "a.xlsx, trang “Dữ liệu”, dòng 2"


def test_a_row_with_every_required_column_is_preferred_to_one_with_more_others() -> None:
    others = tuple(Column(name, (name,), required=False) for name in "uvwxyz")
    page = sheet(("Mã xã", *"uvwxyz"), ("Mã xã", "Tên xã", "Đạt"), (1, "A", 2))
    assert find_table(book(page), NAMES + others).header_row == 2


def test_a_header_below_row_40_is_not_looked_for() -> None:
    header = ("Mã xã", "Tên xã", "Đạt")
    assert found(*[()] * 39, header, (1, "A", 2)).header_row == 40
    assert table_faults(sheet(*[()] * 40, header, (1, "A", 2)))[0].startswith("báo cáo.xlsx: Không tìm thấy bảng")


def test_two_columns_of_the_same_meaning_are_refused() -> None:
    assert table_faults(sheet(("Mã xã", "Tên xã", "Đạt", "Ten xa (cũ)"), (1, "A", 2, "B"))) == [
        (
            "báo cáo.xlsx, trang “Dữ liệu”, ô D1: Cột này trùng nghĩa với cột B. "
            "Hãy chỉ giữ một cột, hoặc đổi tên cột không dùng."
        )
    ]


def test_merged_cells_among_the_data_are_all_told() -> None:
    rows = (("Tiêu đề",), ("Mã xã", "Tên xã", "Đạt", "Ghi chú"), (1, "A", 2), (3, "B"), (4, "C", 5), ("Người lập",))
    merged = ("A1:D1", "C3:C4", "A5:B5", "C5:D5", "D3:D5", "A6:D8", "A20:D20")
    assert table_faults(sheet(*rows, merged=merged)) == [
        f"báo cáo.xlsx, trang “Dữ liệu”, ô {cell}: Các ô {place} bị gộp. Hãy bỏ gộp ô và điền giá trị vào từng ô."
        for cell, place in {"C3": "C3:C4", "A5": "A5:B5", "A6": "A6:D8"}.items()
    ]


def test_hidden_rows_and_columns_with_data_are_told() -> None:
    rows = (("Mã xã", "Tên xã", "Đạt", "Ghi chú"), (1, "A", 2, "x"), (3, "B", 4, "y"), (None, None, None, "z"))
    hidden = {"hidden_rows": frozenset({1, 3, 4, 9}), "hidden_columns": frozenset({2, 3})}
    assert table_faults(sheet(*rows, **hidden)) == [
        (
            "báo cáo.xlsx, trang “Dữ liệu”, dòng 3: Dòng bị ẩn hoặc bị lọc nhưng có số liệu. "
            "Hãy bỏ ẩn, bỏ lọc và kiểm tra, hoặc xóa dòng này."
        ),
        (
            "báo cáo.xlsx, trang “Dữ liệu”, cột “C”: Cột bị ẩn nhưng có số liệu. "
            "Hãy bỏ ẩn và kiểm tra, hoặc xóa số liệu trong cột này."
        ),
    ]


def test_an_empty_form_beside_the_filled_one_does_not_matter_but_two_filled_ones_do() -> None:
    header = ("Mã xã", "Tên xã", "Đạt")
    empty, may, june = sheet(header), sheet(header, (1, "A", 2), name="T5"), sheet((), header, (1, "A", 3), name="T6")
    assert find_table(book(empty, june), NAMES).sheet is june
    assert find_table(book(empty, sheet(header, name="T4")), NAMES).rows == ()
    assert table_faults(empty, may, june) == [
        "báo cáo.xlsx: Có nhiều trang cùng chứa bảng này: “T5”, “T6”. Hãy chỉ giữ một trang trong mỗi tệp rồi nộp."
    ]


def test_a_fault_of_a_row_stands_at_its_cell() -> None:
    table = found(("Tên xã", "Mã xã", "Đạt"), ("A", 1, 2))
    fault = table.fault(
        "a.xlsx", 2, "code", "Ô có giá trị lỗi {value}. Hãy sửa công thức hoặc nhập lại số liệu.", value=7
    )
    assert fault.text("vi").startswith("a.xlsx, trang “Dữ liệu”, ô B2: Ô có giá trị lỗi 7.")
    assert table.fault("a.xlsx", 2, None, "Đạt").place("vi") == "a.xlsx, trang “Dữ liệu”, dòng 2"
