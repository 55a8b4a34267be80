"""A workbook as neutral grids of values, and the reader of ``.csv`` files, which are one such grid."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PureWindowsPath
from typing import Final, Literal

from openpyxl.utils import get_column_letter

from base.errors import DataError, Fault
from intake.container import Format, refusal

Value = str | int | float | bool | dt.date | None

#: Most rows and columns that may hold values.
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 500
#: Most cells of a sheet, from A1 to the last value.
MAX_CELLS: Final = 2_000_000

#: Beyond it a spreadsheet's number does not hold every whole number.
_EXACT: Final = 2**53
#: So many characters at the start of a ``.csv`` show how it is separated.
_SNIFFED: Final = 100_000
_CONTROL: Final = dict.fromkeys([*range(9), 11, 12, *range(13, 32), 127])


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as rows of values.

    Attributes
    ----------
    name
        Name on the tab; of a ``.csv`` the file name without its ending.
    rows
        Item ``i`` is spreadsheet row ``i + 1``; leading empty rows are kept, so addresses are exact.
        Rows need not be equally long and end with their last value.
    merged
        Ranges of merged cells, such as ``B2:D2``.
    hidden_rows
        Hidden or filtered rows, 1-based.
    hidden_columns
        Hidden columns, 0-based.
    """

    name: str
    rows: tuple[tuple[Value, ...], ...]
    merged: tuple[str, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()

    def value(self, row: int, column: int) -> Value:
        """Return the value at a 1-based row and a 0-based column; ``None`` when empty or outside."""
        if not 1 <= row <= len(self.rows) or not 0 <= column < len(self.rows[row - 1]):
            return None
        return self.rows[row - 1][column]


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file that was opened and holds nothing that must be refused unseen.

    Attributes
    ----------
    name
        File name without folders, as handed in.
    digest
        SHA-256 of the bytes, in hexadecimal.
    format
        What the file is; ``points`` is a map file whose features are the rows.
    sheets
        Visible sheets in their order; a ``.csv`` has one.
    properties
        Custom document properties of an ``.xlsx`` as text; empty for the other formats.
    hidden
        Names of hidden sheets that hold values: all of them were expected by the caller.
    """

    name: str
    digest: str
    format: Format | Literal["points"]
    sheets: tuple[Sheet, ...]
    properties: Mapping[str, str]
    hidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found: visible sheets, hidden sheets that hold values, properties, and faults of cells."""

    sheets: tuple[Sheet, ...]
    hidden: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def plain(value: object) -> Value:
    """Return a cell's value in the neutral form.

    Text is NFC without control characters and surrounding blanks, empty text is ``None``. A whole
    number is an ``int``, a point of time at midnight a ``date``. Other times and durations become
    text: nothing handed in is a time of day, and none is silently cut to its date.
    """
    match value:
        case None | bool():
            return value
        case int():
            return value if abs(value) <= _EXACT else float(value)
        case float():
            return int(value) if value.is_integer() and abs(value) <= _EXACT else value
        case dt.datetime():
            return value.date() if value.time() == dt.time() else value.isoformat(" ")
        case dt.date():
            return value
    # Excel writes a carriage return inside a cell as _x000D_.
    text = str(value).replace("_x000D_", "").translate(_CONTROL)
    return unicodedata.normalize("NFC", text).strip() or None


def trimmed(rows: Iterable[Sequence[Value]]) -> tuple[tuple[Value, ...], ...]:
    """Return rows without the empty cells and empty rows behind the last value."""
    kept = []
    for row in rows:
        width = len(row)
        while width and row[width - 1] is None:
            width -= 1
        kept.append(tuple(row[:width]))
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)


def cell_fault(file: str, sheet: str, row: int, column: int, message: str, **params: object) -> Fault:
    """Return a fault at a cell; ``row`` counts from 1, ``column`` from 0."""
    return Fault(file, row, get_column_letter(column + 1), message, tuple(params.items()), sheet)


def error_fault(file: str, sheet: str, row: int, column: int, value: object) -> Fault:
    """Return the fault of a cell that shows an error such as ``#REF!``, or no finite number."""
    return cell_fault(
        file, sheet, row, column, "Ô có giá trị lỗi {value}. Hãy sửa công thức hoặc nhập lại số liệu.", value=value
    )


def check_size(file: str, sheet: str, rows: int, columns: int) -> None:
    """Refuse a sheet whose values go beyond the limits; ``rows`` and ``columns`` are those in use."""
    message, limit = "", 0
    if rows > MAX_ROWS:
        message = "Trang có số liệu quá dòng {limit}. Hãy xóa phần thừa ở cuối trang hoặc tách tệp rồi nộp."
        limit = MAX_ROWS
    elif columns > MAX_COLUMNS:
        message = "Trang có số liệu quá cột thứ {limit}. Hãy xóa phần thừa bên phải trang hoặc tách tệp rồi nộp."
        limit = MAX_COLUMNS
    elif rows * columns > MAX_CELLS:
        message = "Trang có quá {limit} ô. Hãy xóa phần thừa ở cuối và bên phải trang hoặc tách tệp rồi nộp."
        limit = MAX_CELLS
    if message:
        raise DataError([Fault(file, None, None, message, (("limit", limit),), sheet)])


def read_csv(content: bytes, file: str) -> Reading:
    """Read a ``.csv``: every value is text, no number or date is guessed.

    UTF-8 with or without a mark, or UTF-16 with one; separated by commas, semicolons or tabs.
    """
    text = _decoded(content, file)
    sheet = PureWindowsPath(file).stem
    rows: list[list[Value]] = []
    used_rows = used_columns = 0
    records = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for number, record in enumerate(records, 1):
            values = [plain(item) for item in record]
            width = max((column for column, value in enumerate(values, 1) if value is not None), default=0)
            if width:
                used_rows, used_columns = number, max(used_columns, width)
                check_size(file, sheet, used_rows, used_columns)
            rows.append(values[:width])
    except csv.Error as error:
        message = "Dấu ngoặc kép từ dòng {line} không khép đúng. Hãy sửa lại, hoặc nộp tệp .xlsx thay cho .csv."
        raise refusal(file, message, line=records.line_num) from error
    return Reading((Sheet(sheet, trimmed(rows)),))


def _decoded(content: bytes, file: str) -> str:
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise refusal(
            file,
            "Tệp CSV không dùng bảng mã UTF-8 nên không đọc đúng tiếng Việt. "
            "Hãy lưu lại với kiểu “CSV UTF-8”, hoặc nộp tệp .xlsx thay cho .csv.",
        )
    return text


def _delimiter(text: str) -> str:
    """Return the separator that most of the first 40 lines hold, and hold equally often.

    So neither a title above the header nor decimal commas below it are taken for separators.
    """
    head = text[:_SNIFFED]

    def fits(delimiter: str) -> tuple[int, int, int]:
        lines = islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), 40)
        try:
            widths = [len(line) for line in lines if len(line) > 1]
        except csv.Error:
            return 0, 0, 0
        return len(widths), -len(set(widths)), sum(widths)

    return max(",;\t", key=fits)
