"""Finding a table on the sheets of a workbook by the headings of its columns."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries

from base.errors import Fault
from intake.container import data_error
from intake.sheets import Sheet, Value, Workbook, cell_fault

#: The header is looked for in so many rows of each sheet.
HEADER_ROWS: Final = 40
#: A longer text is no heading.
_LONGEST_HEADING: Final = 1000
#: The letter đ, and the Icelandic one that old files have in its place: neither has a diacritic to take off.
_LETTER_D: Final = {0x111: "d", 0xF0: "d"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column that the caller wants.

    Attributes
    ----------
    key
        Name of the column in the result.
    headings
        What may stand above it; the first is the one that a fault names.
    required
        Whether the table is refused without it.
    """

    key: str
    headings: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row with a value in at least one of the table's columns.

    Attributes
    ----------
    number
        Spreadsheet row, 1-based.
    values
        Value of every column that was found; ``None`` where the cell is empty.
    """

    number: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Table:
    """The table that was found.

    Attributes
    ----------
    sheet
        Where it stands.
    header_row
        Last row of its header, 1-based; the data follow.
    columns
        0-based column by key, for every column that was found.
    rows
        Rows in their order.
    """

    sheet: Sheet
    header_row: int
    columns: Mapping[str, int]
    rows: tuple[TableRow, ...]

    def fault(self, file: str, row: int, key: str | None, message: str, **params: object) -> Fault:
        """Return a fault at the cell of a column, or of the whole row where ``key`` is ``None`` or not on the sheet."""
        column = self.columns.get(key) if key is not None else None
        if column is None:
            return Fault(file, row, None, message, tuple(params.items()), self.sheet.name)
        return cell_fault(file, self.sheet.name, row, column, message, **params)


def _fold(text: str) -> str:
    """Return a heading without case, punctuation and surplus blanks; "%" tells columns apart and stays."""
    return " ".join(re.findall(r"[^\W_]+|%", unicodedata.normalize("NFC", text).casefold()))


def _fold_before_bracket(text: str) -> str:
    """Fold a heading without the brackets at its end, such as a unit or "(*)"."""
    text = text.rstrip(" *")
    while text.endswith((")", "]")):
        start = max(text.rfind("("), text.rfind("["))
        if start < 0:
            break
        text = text[:start].rstrip(" *")
    return _fold(text)


def _without_marks(folded: str) -> str:
    """Return a folded text without diacritics."""
    letters = unicodedata.normalize("NFD", folded.translate(_LETTER_D))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


#: How headings are compared, the strictest way first.
_FORMS: Final[tuple[Callable[[str], str], ...]] = (
    _fold,
    _fold_before_bracket,
    lambda text: _without_marks(_fold(text)),
    lambda text: _without_marks(_fold_before_bracket(text)),
)


def key_finder(columns: Sequence[Column]) -> Callable[[Value], str | None]:
    """Return a function that tells which column a heading names, if one and only one."""
    meanings: list[dict[str, set[str]]] = [{} for _ in _FORMS]
    for column in columns:
        for heading in column.headings:
            for form, meaning in zip(_FORMS, meanings, strict=True):
                meaning.setdefault(form(heading), set()).add(column.key)

    @functools.cache
    def key_of(text: str) -> str | None:
        for form, meaning in zip(_FORMS, meanings, strict=True):
            keys = meaning.get(form(text), set())
            if len(keys) == 1:
                return next(iter(keys))
        return None

    def key_of_value(value: Value) -> str | None:
        text = "" if value is None else str(value)
        return key_of(text) if 0 < len(text) <= _LONGEST_HEADING else None

    return key_of_value


@dataclass(frozen=True, slots=True)
class _Header:
    """A row of headings: the columns that name each key, and the last row that its cells reach down to."""

    sheet: Sheet
    row: int
    bottom: int
    found: Mapping[str, tuple[int, ...]]

    def score(self, required: set[str]) -> tuple[int, int]:
        """Return how many required columns it has, then how many in all."""
        return len(required & self.found.keys()), len(self.found)


def _headers(sheet: Sheet, key_of: Callable[[Value], str | None]) -> Iterator[_Header]:
    """Yield the rows at the top of a sheet, each read as a header.

    A cell merged downwards is a heading of every row that it covers.
    """
    reaches: dict[tuple[int, int], tuple[int, int]] = {}
    for left, top, _, bottom in map(range_boundaries, sheet.merged):
        for row in range(top, min(bottom, HEADER_ROWS) + 1):
            reaches[row, left - 1] = (top, bottom)
    for row in range(1, min(len(sheet.rows), HEADER_ROWS) + 1):
        found: dict[str, list[int]] = {}
        last = row
        for column in range(max(map(len, sheet.rows[:row]))):
            top, bottom = reaches.get((row, column), (row, row))
            key = key_of(sheet.value(top, column))
            if key is not None:
                found.setdefault(key, []).append(column)
                last = max(last, bottom)
        yield _Header(sheet, row, last, {key: tuple(places) for key, places in found.items()})


def find_table(workbook: Workbook, columns: Sequence[Column]) -> Table:
    """Find the table that has ``columns``.

    The header is the row among the first 40 of any visible sheet that has the most required
    columns, then the most columns. Columns may stand in any order, titles above it and other
    columns beside it are passed over. The data end with the last row that is not empty.

    Raises
    ------
    DataError
        With every fault: required columns are missing (one fault that names them all), two columns
        mean the same, several sheets hold the table, cells with data are merged, or rows or
        columns with data are hidden.
    """
    required = {column.key for column in columns if column.required}
    key_of = key_finder(columns)
    best = [
        max(headers, key=lambda header: header.score(required))
        for sheet in workbook.sheets
        if (headers := list(_headers(sheet, key_of)))
    ]
    top = max((header.score(required) for header in best), default=(0, 0))
    nearest = [header for header in best if header.score(required) == top]
    if not top[1] or top[0] < len(required):
        raise data_error(workbook.name, [_missing(workbook.name, columns, nearest if top[1] else [])])
    # An empty form beside the filled one does not matter; two filled ones must not be chosen between.
    filled = [header for header in nearest if _table(header).rows] or nearest[:1]
    if len(filled) > 1:
        names = ", ".join(f"“{header.sheet.name}”" for header in filled)
        message = "Có nhiều trang cùng chứa bảng này: {sheets}. Hãy chỉ giữ một trang trong mỗi tệp rồi nộp."
        raise data_error(workbook.name, [Fault(workbook.name, None, None, message, (("sheets", names),))])
    table = _table(filled[0])
    faults = [*_doubled(workbook.name, filled[0]), *_merged(workbook.name, table), *_hidden(workbook.name, table)]
    if faults:
        raise data_error(workbook.name, faults)
    return table


def _missing(file: str, columns: Sequence[Column], nearest: Sequence[_Header]) -> Fault:
    found = nearest[0].found if nearest else {}
    names = ", ".join(f"“{column.headings[0]}”" for column in columns if column.required and column.key not in found)
    params = (("headings", names),)
    if not nearest:
        message = (
            "Không tìm thấy bảng: không có dòng tiêu đề nào với các cột {headings}. "
            "Hãy dùng biểu mẫu tải về, không đổi tên các cột."
        )
        return Fault(file, None, None, message, params)
    message = "Bảng thiếu cột: {headings}. Hãy thêm các cột này vào dòng tiêu đề, hoặc dùng biểu mẫu tải về."
    return Fault(file, nearest[0].row, None, message, params, nearest[0].sheet.name)


def _table(header: _Header) -> Table:
    places = {key: columns[0] for key, columns in header.found.items()}
    rows = []
    for number in range(header.bottom + 1, len(header.sheet.rows) + 1):
        values = {key: header.sheet.value(number, column) for key, column in places.items()}
        if any(value is not None for value in values.values()):
            rows.append(TableRow(number, values))
    return Table(header.sheet, header.bottom, places, tuple(rows))


def _doubled(file: str, header: _Header) -> Iterator[Fault]:
    for first, *others in header.found.values():
        for column in others:
            yield cell_fault(
                file,
                header.sheet.name,
                header.row,
                column,
                "Cột này trùng nghĩa với cột {first}. Hãy chỉ giữ một cột, hoặc đổi tên cột không dùng.",
                first=get_column_letter(first + 1),
            )


def _merged(file: str, table: Table) -> Iterator[Fault]:
    """Yield the merged ranges that cover more than one cell of the data: all but one of their cells are empty."""
    if not table.rows:
        return
    for place in table.sheet.merged:
        left, top, right, bottom = range_boundaries(place)
        depth = min(bottom, table.rows[-1].number) - max(top, table.header_row + 1) + 1
        width = sum(left <= column + 1 <= right for column in table.columns.values())
        if depth > 0 and depth * width > 1:
            message = "Các ô {range} bị gộp. Hãy bỏ gộp ô và điền giá trị vào từng ô."
            yield cell_fault(file, table.sheet.name, top, left - 1, message, range=place)


def _hidden(file: str, table: Table) -> Iterator[Fault]:
    sheet = table.sheet
    for row in table.rows:
        if row.number in sheet.hidden_rows:
            message = "Dòng bị ẩn hoặc bị lọc nhưng có số liệu. Hãy bỏ ẩn, bỏ lọc và kiểm tra, hoặc xóa dòng này."
            yield table.fault(file, row.number, None, message)
    for key, column in table.columns.items():
        if column in sheet.hidden_columns and any(row.values[key] is not None for row in table.rows):
            message = "Cột bị ẩn nhưng có số liệu. Hãy bỏ ẩn và kiểm tra, hoặc xóa số liệu trong cột này."
            yield Fault(file, None, get_column_letter(column + 1), message, sheet=sheet.name)
