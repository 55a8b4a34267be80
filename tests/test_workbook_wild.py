"""Whatever is handed in, the answer is a workbook or a sentence that says what to do."""

from __future__ import annotations

import io
import os
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from defusedxml import DefusedXmlException
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook as Book
from openpyxl.reader.excel import ExcelReader
from workbook_files import SHEET, changed, converted, packed, parts_of, saved, with_sheet, xlsx

import intake.xls
from base.errors import DataError
from base.i18n import catalogue
from intake.container import MAX_BYTES
from intake.ole import OleFile, single_stream
from intake.workbook import Workbook, read_workbook

TEMPLATE = xlsx(("Mã xã", "Tên xã", "Đạt"), (23353, "Đăk Pék", 19), ("023356", "Đăk Long", 1.5))
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 50
CUT_OFF = "tệp bị hỏng hoặc không phải là bảng tính"


@pytest.fixture(scope="session")
def old_workbook(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return an ``.xls`` with one sheet of each kind of cell, as LibreOffice writes it."""
    made = Book()
    made.active.title = "Tiêu chí"
    for row in (["Mã xã", "Tên xã", "Đạt"], [23353, "Đăk Pék", 19], ["023356", "=1=1", 1.5], [1, 2, 3]):
        made.active.append(row)
    made.active.merge_cells("A6:B7")
    made.active.row_dimensions[3].hidden = True
    return converted(saved(made), "xlsx", "xls", tmp_path_factory.mktemp("old"))


@pytest.fixture(scope="session")
def new_workbook(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the template as other programs write it, with its texts in a part of their own."""
    return converted(TEMPLATE, "xlsx", "xlsx", tmp_path_factory.mktemp("new"))


def says(content: bytes, name: str) -> str:
    """Return the one sentence that a file is refused with."""
    with pytest.raises(DataError) as raised:
        read_workbook(content, name)
    (fault,) = raised.value.faults
    assert fault.file == name
    assert fault.message in catalogue("en")
    return fault.text("vi")


def ole_with(*names: str) -> bytes:
    """Return a compound file whose directory has these names; only the first has content."""
    content = bytearray(single_stream(names[0], b"x" * 4096))
    for number, name in enumerate(names[1:], 2):
        start = 2 * 4096 + 128 * number
        content[start : start + 128] = single_stream(name, b"")[4096 + 128 : 4096 + 256]
        struct.pack_into("<I", content, start - 128 + 72, number)  # the neighbour on the right
    assert OleFile(bytes(content)).names == set(names)
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("a.xlsx", b"", "Tệp trống"),
        ("a.csv", b"", "Tệp trống"),
        ("a.xlsx", b"PK" + b"\0" * MAX_BYTES, "Tệp lớn hơn 20 MB"),
        ("a.pdf", b"%PDF-1.7", "Tên tệp phải có đuôi .xlsx, .xls hoặc .csv"),
        ("a", TEMPLATE, "Tên tệp phải có đuôi .xlsx, .xls hoặc .csv"),
        ("a.xlsx.exe", TEMPLATE, "Tên tệp phải có đuôi .xlsx, .xls hoặc .csv"),
        ("a.ods", b"PK\x03\x04", "OpenDocument"),
        ("a.xlsb", b"PK\x03\x04", "bảng tính nhị phân (.xlsb)"),
        ("a.xlsm", TEMPLATE, "Tệp có chứa macro"),
        ("a.xlsx", b"%PDF-1.7\n", "tệp PDF đã đổi đuôi"),
        ("a.csv", b"%PDF-1.7\n", "tệp PDF đã đổi đuôi"),
        ("a.xls", PICTURE, "tệp hình ảnh đã đổi đuôi"),
        ("a.xlsx", b"\xff\xd8\xff\xe0\0\x10JFIF", "tệp hình ảnh đã đổi đuôi"),
        ("a.xlsx", b"\0\0\0\x18ftypheic", "tệp hình ảnh đã đổi đuôi"),
        ("a.xls", b"\xef\xbb\xbf\r\n <HTML><table><tr><td>1", "trang web (HTML)"),
        ("a.xls", b'<?xml version="1.0"?><Workbook/>', "trang web (HTML)"),
        ("a.xls", b"MIME-Version: 1.0\r\n", "trang web (HTML)"),
        ("a.xlsx", b"{\\rtf1", "văn bản hoặc bài trình chiếu"),
        ("a.xlsx", packed({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}), "văn bản hoặc bài trình"),
        ("a.xlsx", packed({"[Content_Types].xml": b"<a/>", "ppt/presentation.xml": b"<a/>"}), "văn bản hoặc bài trình"),
        ("a.xlsx", packed({"[Content_Types].xml": b"<a/>", "xl/workbook.bin": b""}), "bảng tính nhị phân (.xlsb)"),
        (
            "a.xlsx",
            packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<a/>"}),
            "OpenDocument",
        ),
        (
            "a.xlsx",
            packed({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a/>"}),
            "văn bản hoặc bài trình chiếu",
        ),
        ("a.xlsx", packed({"báo cáo.xlsx": TEMPLATE}), "Đây là tệp nén"),
        ("a.xlsx", packed({}), "Đây là tệp nén"),
        ("a.xlsx", b"Rar!\x1a\x07", "Đây là tệp nén"),
        ("a.xlsx", "Mã xã,Đạt\n".encode(), "Nội dung tệp là văn bản thường"),
        ("a.xls", b"a\tb\n1\t2\n", "Nội dung tệp là văn bản thường"),
        ("a.xlsx", bytes(range(256)), CUT_OFF),
        ("a.xlsx", TEMPLATE[:-1000], CUT_OFF),
        ("a.xlsx", TEMPLATE[: len(TEMPLATE) // 2], CUT_OFF),
        ("a.xls", TEMPLATE, "Nội dung tệp là bảng tính .xlsx nhưng tên tệp có đuôi .xls."),
        ("a.csv", TEMPLATE, "Nội dung tệp là bảng tính .xlsx nhưng tên tệp có đuôi .csv."),
        ("a.xlsx", ole_with("EncryptionInfo", "EncryptedPackage"), "Tệp có mật khẩu"),
        ("a.xls", ole_with("EncryptedPackage", "Workbook"), "Tệp có mật khẩu"),
        ("a.xls", ole_with("WordDocument"), "văn bản hoặc bài trình chiếu"),
        ("a.xls", ole_with("Workbook", "_VBA_PROJECT_CUR"), "Tệp có chứa macro"),
        ("a.xls", ole_with("Contents"), CUT_OFF),
        ("a.xls", ole_with("Workbook"), CUT_OFF),
        ("a.xls", ole_with("Workbook")[:3000], CUT_OFF),
        ("a.xlsx", packed({**parts_of(TEMPLATE), "xl/vbaProject.bin": b"x"}), "Tệp có chứa macro"),
        ("a.xlsx", packed({**parts_of(TEMPLATE), "xl/macrosheets/sheet1.xml": b"x"}), "Tệp có chứa macro"),
    ],
)
def test_what_is_no_workbook_gets_its_own_sentence(name: str, content: bytes, part: str) -> None:
    sentence = says(content, name)
    assert sentence.startswith(f"{name}: ")
    assert part in sentence
    assert "Hãy " in sentence or " hãy " in sentence


def test_an_old_workbook_under_a_new_name_is_told(old_workbook: bytes) -> None:
    assert "Nội dung tệp là bảng tính .xls nhưng tên tệp có đuôi .xlsx." in says(old_workbook, "a.xlsx")
    assert read_workbook(old_workbook, "THÁNG 5.XLS").format == "xls"


def test_a_zip_with_a_password_is_told() -> None:
    content = bytearray(TEMPLATE)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    assert "Tệp có mật khẩu" in says(bytes(content), "a.xlsx")


def test_parts_named_with_backslashes_are_read() -> None:
    content = packed({name.replace("/", "\\"): data for name, data in parts_of(TEMPLATE).items()})
    assert read_workbook(content, "a.xlsx").sheets == read_workbook(TEMPLATE, "a.xlsx").sheets


class TestBombs:
    def test_of_many_parts(self) -> None:
        parts = {f"xl/{number}.xml": b"" for number in range(2_001)}
        assert "quá nhiều thành phần" in says(packed({**parts_of(TEMPLATE), **parts}), "a.xlsx")

    def test_of_a_part_packed_too_well(self) -> None:
        content = packed({**parts_of(TEMPLATE), "xl/media/a.bin": b"\0" * (1 << 21)})
        assert "gấp hơn 200 lần" in says(content, "a.xlsx")
        # Small parts may be as empty as they like.
        read_workbook(packed({**parts_of(TEMPLATE), "xl/media/a.bin": b"\0" * (1 << 20)}), "a.xlsx")

    def test_of_parts_too_large_together(self) -> None:
        piece = os.urandom(1 << 15) * 32
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name in parts_of(TEMPLATE):
                archive.writestr(name, b"")
            for number in range(201):
                with archive.open(f"xl/media/{number}", "w") as part:
                    part.write(piece if number < 15 else b"\0" * len(piece))
        assert len(out.getvalue()) < MAX_BYTES
        assert "Tệp bung ra lớn hơn 200 MB" in says(out.getvalue(), "a.xlsx")

    def test_that_lies_about_its_size_is_not_unpacked(self) -> None:
        size = 150 << 20
        content = bytearray(changed(TEMPLATE, SHEET, lambda _: b"\0" * size))
        told = struct.pack("<I", size)
        assert content.count(told) == 2, "once before the part, once in the table of contents"
        content = content.replace(told, struct.pack("<I", 1000))
        tracemalloc.start()
        assert CUT_OFF in says(bytes(content), "a.xlsx")
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
        tracemalloc.stop()


LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "haha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
XML_PARTS = [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "[Content_Types].xml"]


def declared(xml: bytes, declaration: bytes, use: bytes) -> bytes:
    """Put a document type before the root element and an entity behind its start."""
    prolog, _, rest = xml.rpartition(b"?>")
    head, _, body = rest.partition(b">")
    return prolog + (b"?>" if prolog else b"") + declaration + head + b">" + use + body


@pytest.mark.parametrize("part", XML_PARTS)
@pytest.mark.parametrize(("declaration", "use"), [(LAUGHS, b"&j;"), (OUTSIDE, b"&a;"), (OUTSIDE, b"")])
def test_entities_in_any_part_are_refused(new_workbook: bytes, part: str, declaration: bytes, use: bytes) -> None:
    content = changed(new_workbook, part, lambda xml: declared(xml, declaration, use))
    assert "Tệp có khai báo XML nguy hiểm" in says(content, "a.xlsx")


def test_openpyxl_itself_is_guarded(new_workbook: bytes) -> None:
    assert openpyxl.DEFUSEDXML is True
    assert openpyxl.LXML is False
    content = changed(new_workbook, "xl/sharedStrings.xml", lambda xml: declared(xml, OUTSIDE, b"&a;"))
    with pytest.raises(ValueError, match="could not read strings") as raised:
        openpyxl.load_workbook(io.BytesIO(content))
    assert isinstance(raised.value.__cause__, DefusedXmlException)


@pytest.fixture
def _no_values_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that goes on to read values."""

    def fail(*_: object) -> None:
        pytest.fail("values are read of a file that is to be refused before")

    monkeypatch.setattr(ExcelReader, "read", fail)
    monkeypatch.setattr(intake.xls, "CalamineWorkbook", fail)


def rows(first: int, last: int) -> str:
    return "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(first, last + 1))


@pytest.mark.usefixtures("_no_values_are_read")
class TestTooMuch:
    @pytest.mark.parametrize("dimension", ["", '<dimension ref="A1:B2"/>'])
    def test_a_million_rows(self, dimension: str) -> None:
        sentence = says(with_sheet(rows(1, 1_000_000), before=dimension), "a.xlsx")
        assert sentence.startswith("a.xlsx, trang “Dữ liệu”: Trang có số liệu quá dòng 20000. Hãy xóa phần thừa")

    def test_one_value_far_down_or_far_right(self) -> None:
        assert "quá dòng 20000" in says(with_sheet(rows(20_001, 20_001)), "a.xlsx")
        far = '<row r="1"><c r="A1"><v>1</v></c><c r="SG1" t="inlineStr"><is><t>x</t></is></c></row>'
        assert "quá cột thứ 500" in says(with_sheet(far), "a.xlsx")
        assert "quá dòng 20000" in says(with_sheet('<row r="1048576"><c r="A1048576"><f>1</f></c></row>'), "a.xlsx")

    def test_a_sheet_that_is_wide_and_long(self) -> None:
        wide = '<row r="1"><c r="SF1"><v>1</v></c></row><row r="4001"><c r="A4001"><v>1</v></c></row>'
        assert "Trang có quá 2000000 ô" in says(with_sheet(wide), "a.xlsx")

    def test_a_hidden_sheet(self) -> None:
        made = Book()
        made.create_sheet("Ẩn")["A20001"] = 1
        made["Ẩn"].sheet_state = "hidden"
        assert "trang “Ẩn”: Trang có số liệu quá dòng 20000" in says(saved(made), "a.xlsx")

    def test_an_old_workbook(self, old_workbook: bytes) -> None:
        for place, sentence in ((struct.pack("<HH", 20_000, 0), "quá dòng 20000"), (b"\0\0\xf4\1", "quá cột thứ 500")):
            content = rewritten(old_workbook, 0x27E, lambda data, place=place: place + data[4:])
            assert says(content, "a.xls").startswith("a.xls, trang “Tiêu chí”: Trang có số liệu " + sentence)

    def test_a_csv(self) -> None:
        assert "quá dòng 20000" in says(b"a,b\n" * 20_001, "a.csv")
        assert "quá cột thứ 500" in says(b"a," * 500 + b"b\n", "a.csv")


def test_what_is_just_within_the_limits_is_read() -> None:
    read = read_workbook(with_sheet(rows(1, 1) + rows(20_000, 20_000)), "a.xlsx")
    assert read.sheets[0].value(20_000, 0) == 20_000
    assert read_workbook(with_sheet('<row r="1"><c r="SF1"><v>1</v></c></row>'), "a.xlsx").sheets[0].value(1, 499) == 1
    assert len(read_workbook(b"a,b\n" * 20_000 + b",\n" * 100, "a.csv").sheets[0].rows) == 20_000


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="B1"><v>2</v></c></row>',
        '<row r="1"><c r="A7"><v>1</v></c></row>',
        '<row r="1"><c r="7"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1"><v>mười</v></c></row>',
        '<row r="một"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></row>',
    ],
)
def test_rows_that_a_library_would_drop_or_stumble_over_are_refused(rows: str) -> None:
    assert CUT_OFF in says(with_sheet(rows), "a.xlsx")


def records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield place, type and length of every record of an ``.xls``."""
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        if not kind:
            return
        yield place, kind, length
        place += 4 + length


def rewritten(content: bytes, wanted: int, change: Callable[[bytes], bytes]) -> bytes:
    """Return an ``.xls`` in which the first record of a type has other data of the same length."""
    stream = OleFile(content).stream("Workbook")
    place, length = next((place + 4, length) for place, kind, length in records(stream) if kind == wanted)
    data = change(stream[place : place + length])
    assert len(data) == length
    return single_stream("Workbook", stream[:place] + data + stream[place + length :])


class TestOldWorkbooks:
    def test_a_locked_one_is_told(self, old_workbook: bytes) -> None:
        stream = OleFile(old_workbook).stream("Workbook")
        _, (second, _, _), *_ = records(stream)
        lock = struct.pack("<HHHH2x", 0x2F, 4, 1, 1)
        content = single_stream("Workbook", stream[:second] + lock + stream[second:])
        assert "Tệp có mật khẩu" in says(content, "a.xls")

    def test_a_sheet_of_macros_is_told(self, old_workbook: bytes) -> None:
        content = rewritten(old_workbook, 0x85, lambda data: data[:5] + b"\1" + data[6:])
        assert "Tệp có chứa macro" in says(content, "a.xls")

    def test_a_false_size_of_a_sheet_reserves_nothing(self, old_workbook: bytes) -> None:
        content = rewritten(old_workbook, 0x200, lambda _: struct.pack("<IIHHH", 0, 2**32 - 1, 0, 65535, 0))
        assert read_workbook(content, "a.xls").sheets == read_workbook(old_workbook, "a.xls").sheets

    def test_a_false_number_of_texts_reserves_nothing(self, old_workbook: bytes) -> None:
        content = rewritten(old_workbook, 0xFC, lambda data: data[:4] + struct.pack("<I", 2**31 - 1) + data[8:])
        assert CUT_OFF in says(content, "a.xls")

    def test_numbers_of_a_chart_are_no_cells(self, old_workbook: bytes) -> None:
        stream = OleFile(old_workbook).stream("Workbook")
        end = max(place for place, kind, _ in records(stream) if kind == 0x0A)
        start = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 0x20, 0, 0, 0, 0)
        number = struct.pack("<HHHHHd", 0x203, 14, 1, 3, 0, 77.0)
        chart = start + number + struct.pack("<HH", 0x0A, 0)
        content = single_stream("Workbook", stream[:end] + chart + stream[end:])
        assert read_workbook(content, "a.xls").sheets == read_workbook(old_workbook, "a.xls").sheets

    def test_one_of_excel_95_with_texts_that_would_be_lost_is_refused(self, old_workbook: bytes) -> None:
        stream = OleFile(old_workbook).stream("Workbook")
        place = next(place for place, kind, _ in records(stream) if kind == 0xFD)
        content = single_stream("Workbook", stream[:place] + struct.pack("<H", 0xD6) + stream[place + 2 :])
        assert CUT_OFF in says(content, "a.xls")

    def test_a_workbook_embedded_in_it_is_left_alone(self, old_workbook: bytes) -> None:
        content = bytearray(single_stream("Workbook", OleFile(old_workbook).stream("Workbook")))
        directory = content.index("Root Entry".encode("utf-16-le"))
        own = content[directory + 128 : directory + 256]
        folder, embedded = (
            bytearray(single_stream(name, b"")[4096 + 128 : 4096 + 256]) for name in ("MBD0018", "Workbook")
        )
        struct.pack_into("<II", folder, 72, 3, 2)  # its neighbour on the right, its first child
        content[directory + 128 : directory + 512] = folder + embedded + own
        assert OleFile(bytes(content)).names == {"MBD0018", "Workbook"}
        assert read_workbook(bytes(content), "a.xls").sheets == read_workbook(old_workbook, "a.xls").sheets

    def test_short_streams_are_read_too(self, old_workbook: bytes) -> None:
        assert OleFile(old_workbook).stream("\5SummaryInformation").startswith(b"\xfe\xff\0\0")

    def test_chains_in_a_circle_end(self, old_workbook: bytes) -> None:
        content = bytearray(single_stream("Workbook", OleFile(old_workbook).stream("Workbook")))
        table = (struct.unpack_from("<I", content, 76)[0] + 1) * 4096
        for sector in range(4):
            circle = bytes(content[:table]) + struct.pack("<I", sector) * 4 + bytes(content[table + 16 :])
            assert CUT_OFF in says(circle, "a.xls")
        for header, value in ((48, 2**31), (44, 2**31), (68, 0), (60, 1), (64, 2**31), (30, 9)):
            broken = bytes(content[:header]) + struct.pack("<I", value) + bytes(content[header + 4 :])
            assert isinstance(outcome(broken, "a.xls"), Workbook | DataError)

    def test_a_panic_of_the_library_is_a_damaged_file(
        self, old_workbook: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class PanicException(BaseException):
            """As Rust's is: no Exception."""

        def panic(_: object) -> None:
            raise PanicException

        monkeypatch.setattr(intake.xls.CalamineWorkbook, "from_filelike", panic, raising=False)
        assert CUT_OFF in says(old_workbook, "a.xls")


def outcome(content: bytes, name: str) -> Workbook | DataError:
    """Read a file and check that what comes out can be used; anything but a ``DataError`` gets through."""
    try:
        read = read_workbook(content, name)
    except DataError as error:
        check_faults(error)
        return error
    for value in (value for page in read.sheets for row in page.rows for value in row):
        assert value is None or (str(value) and "\0" not in str(value))
        str(value).encode()
    return read


def check_faults(error: DataError) -> None:
    assert error.faults
    for fault in error.faults:
        assert fault.message in catalogue("en"), "a sentence of ours"
        assert fault.text("en") != fault.text("vi")


ENDINGS = st.sampled_from(["a.xlsx", "a.xls", "a.csv"])
HOSTILE = [b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\1", b"<", b'"']


@st.composite
def mutations(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """Draw a change of a file: bytes flipped, replaced, cut out, doubled, or the end cut off."""
    steps = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["flip", "replace", "cut", "double", "truncate"]),
                st.floats(0, 1, exclude_max=True),
                st.integers(1, 255),
                st.sampled_from(HOSTILE),
            ),
            min_size=1,
            max_size=8,
        )
    )

    def mutate(content: bytes) -> bytes:
        for kind, where, number, piece in steps:
            at = int(where * len(content))
            match kind:
                case "flip":
                    content = content[:at] + bytes(byte ^ number for byte in content[at : at + 1]) + content[at + 1 :]
                case "replace":
                    content = content[:at] + piece + content[at + len(piece) :]
                case "cut":
                    content = content[:at] + content[at + number :]
                case "double":
                    content = content[:at] + content[at : at + number] + content[at:]
                case "truncate" if number < 16:
                    content = content[:at]
        return content

    return mutate


@settings(max_examples=200)
@given(ENDINGS, st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]))
@example("a.xls", b"\0" * 600, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
def test_any_bytes(name: str, content: bytes, start: bytes) -> None:
    outcome(start + content, name)


@settings(max_examples=200)
@given(mutations())
def test_a_damaged_archive(new_workbook: bytes, mutate: Callable[[bytes], bytes]) -> None:
    outcome(mutate(new_workbook), "a.xlsx")


@settings(max_examples=200)
@given(st.data())
def test_damaged_parts_of_a_sound_archive(new_workbook: bytes, data: Any) -> None:  # noqa: ANN401 - hypothesis gives no type
    parts = parts_of(new_workbook)
    part = data.draw(st.sampled_from(sorted(parts)))
    outcome(packed({**parts, part: data.draw(mutations())(parts[part])}), "a.xlsx")


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from([*parts_of(TEMPLATE), "xl/worksheets/sheet2.xml"]), st.binary(max_size=60)))
def test_any_parts(parts: dict[str, bytes]) -> None:
    outcome(packed(parts), "a.xlsx")
    outcome(packed({**parts_of(TEMPLATE), **parts}), "a.xlsx")


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_old_workbook(old_workbook: bytes, data: Any) -> None:  # noqa: ANN401 - hypothesis gives no type
    mutate = data.draw(mutations())
    outcome(mutate(old_workbook), "a.xls")
    outcome(single_stream("Workbook", mutate(OleFile(old_workbook).stream("Workbook"))), "a.xls")


@settings(max_examples=200)
@given(mutations(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_a_damaged_csv(mutate: Callable[[bytes], bytes], encoding: str) -> None:
    text = 'Mã xã;Tên xã;Ghi chú\r\n23353;"Đăk ""Pék""";1,5\r\n' * 3
    outcome(mutate(text.encode(encoding)), "a.csv")


@settings(max_examples=200)
@given(st.lists(st.lists(st.text(max_size=12), max_size=5), max_size=8))
def test_any_text_comes_back_from_a_csv_cell_by_cell(lines: list[list[str]]) -> None:
    quoted = "\r\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    read = outcome(("x,y\r\n" + quoted).encode("utf-8", "replace"), "a.csv")
    if isinstance(read, DataError):
        assert "\0" in quoted


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 5_000_000])
def test_a_container_gives_back_what_was_put_in(size: int) -> None:
    content = os.urandom(size)
    stream = OleFile(single_stream("Workbook", content)).stream("Workbook")
    assert stream[:size] == content
    assert not stream[size:].strip(b"\0")


def test_an_old_workbook_with_many_long_texts_is_read_whole(tmp_path: Path) -> None:
    rows = [(row, f"Xã số {row}: " + "đường, trường, trạm " * (row % 40)) for row in range(1, 2_001)]
    content = converted(xlsx(*rows), "xlsx", "xls", tmp_path)
    assert read_workbook(content, "a.xls").sheets[0].rows == tuple((row, text.strip()) for row, text in rows)
