"""The reader of ``.xls`` workbooks: python-calamine, behind a check of its own.

Calamine gives the values. But it shows cells with errors as empty, tells no hidden rows and
columns, and reserves memory for whatever size a file claims: a damaged one can end the whole
process. So the records of the workbook (MS-XLS) are walked first: sizes are held against the
limits, what calamine should not see is made void, and the rest is put into a new container.
"""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from base.errors import Fault
from intake.container import LOCKED, MACRO, refusal
from intake.ole import OleFile, single_stream
from intake.sheets import MAX_COLUMNS, MAX_ROWS, Reading, Sheet, check_size, error_fault, plain, trimmed


class _Type(IntEnum):
    """Types of records."""

    FORMULA = 0x06
    END = 0x0A
    EXTERNAL_SHEETS = 0x17
    NAME = 0x18
    LOCK = 0x2F
    COLUMNS = 0x7D
    SHEET = 0x85
    NUMBERS = 0xBD
    RICH_TEXT = 0xD6
    MERGED = 0xE5
    SHARED_TEXTS = 0xFC
    SHARED_TEXT = 0xFD
    #: An index that no reader needs: the type that a record made void is given.
    VOID = 0xFF
    SIZE = 0x200
    NUMBER = 0x203
    TEXT = 0x204
    TRUTH_OR_ERROR = 0x205
    ROW = 0x208
    SHORT_NUMBER = 0x27E
    START = 0x809


_CELLS: Final = {
    *(_Type.FORMULA, _Type.NUMBERS, _Type.SHARED_TEXT, _Type.NUMBER),
    *(_Type.TEXT, _Type.TRUTH_OR_ERROR, _Type.SHORT_NUMBER),
}
_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
#: Version that Excel 97 and later write at the start; older ones have names in single bytes.
_EXCEL_97: Final = 0x600
#: Kinds of sheets: cells, and macros of two ages. Charts are passed over.
_GRID: Final = 0
_MACROS: Final = {1, 6}

#: Rows as calamine gives them.
_Rows = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class _Part:
    """One entry of the workbook's list of sheets."""

    name: str
    start: int
    is_visible: bool
    is_grid: bool


@dataclass(slots=True)
class _Scan:
    """What the records of a sheet say besides its values; in ``errors`` rows count from 1, columns from 0."""

    rows: int = 0
    columns: int = 0
    merged: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: list[tuple[int, int, str]] = field(default_factory=list)


def read_xls(content: bytes, file: str) -> Reading:
    """Read an ``.xls``.

    A formula always has a value in this format: one that was never calculated cannot be told
    from one that gave zero.

    Raises
    ------
    DataError
        When the file is locked, holds macros, or has values beyond the limits.
    Exception
        Whatever our own check or calamine meets in a damaged file.
    """
    container = OleFile(content)
    stream = bytearray(container.stream("Workbook" if "Workbook" in container.names else "Book"))
    parts = _parts(stream, file)
    left = len(stream)
    scans = []
    for part in parts:
        scan, length = _scan(stream, part, file)
        scans.append(scan)
        left -= length
        if left < 0:
            msg = "sheets lie over one another"
            raise ValueError(msg)
    sheets: list[Sheet] = []
    faults: list[Fault] = []
    for part, scan, rows in zip(parts, scans, _values(bytes(stream)), strict=True):
        if part.is_visible and part.is_grid:
            errors = sorted([*scan.errors, *_endless(rows)])
            faults += [error_fault(file, part.name, *error) for error in errors]
            grid = trimmed([plain(value) for value in row] for row in rows)
            hidden_places = frozenset(scan.hidden_rows), frozenset(scan.hidden_columns)
            sheets.append(Sheet(part.name, grid, tuple(scan.merged), *hidden_places))
    hidden = tuple(part.name for part, scan in zip(parts, scans, strict=True) if scan.rows and not part.is_visible)
    return Reading(tuple(sheets), hidden, {}, tuple(faults))


def _records(stream: bytearray, start: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield the place, type and data of every record from ``start`` on."""
    place = start
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        data = bytes(stream[place + 4 : place + 4 + length])
        if len(data) < length:
            break
        yield place, kind, data
        place += 4 + length
    msg = "the workbook is cut off"
    raise ValueError(msg)


def _void(stream: bytearray, place: int) -> None:
    struct.pack_into("<H", stream, place, _Type.VOID)


def _parts(stream: bytearray, file: str) -> list[_Part]:
    """Return the list of sheets, and void what calamine need not read of the workbook's head."""
    parts: list[_Part] = []
    version = 0
    for place, kind, data in _records(stream, 0):
        match kind:
            case _Type.START if place == 0:
                version = struct.unpack_from("<H", data)[0]
            case _Type.LOCK:
                raise refusal(file, LOCKED)
            case _Type.SHEET:
                parts.append(_part(data, file, wide_names=version == _EXCEL_97))
            case _Type.NAME | _Type.EXTERNAL_SHEETS:
                _void(stream, place)
            case _Type.SHARED_TEXTS:
                # Memory is reserved for as many as this says; each takes three bytes or more.
                if struct.unpack_from("<I", data, 4)[0] > len(stream) // 3:
                    msg = "more texts than the file can hold"
                    raise ValueError(msg)
            case _Type.END:
                break
    return parts


def _part(data: bytes, file: str, *, wide_names: bool) -> _Part:
    start, state, kind, length = struct.unpack_from("<IBBB", data)
    if kind in _MACROS:
        raise refusal(file, MACRO)
    if not wide_names:
        name = data[7 : 7 + length].decode("cp1258", "replace")
    elif data[7] & 1:
        name = data[8 : 8 + 2 * length].decode("utf-16-le", "replace")
    else:
        name = data[8 : 8 + length].decode("latin-1")
    return _Part(name.replace("\0", ""), start, is_visible=state & 0x3F == 0, is_grid=kind == _GRID)


def _scan(stream: bytearray, part: _Part, file: str) -> tuple[_Scan, int]:
    """Walk the records of a sheet; return what they say and how many bytes they take."""
    scan = _Scan()
    depth = 0
    for place, kind, data in _records(stream, part.start):
        depth += kind == _Type.START
        if not depth:
            msg = "a sheet does not start where the workbook says"
            raise ValueError(msg)
        if kind in {_Type.SIZE, _Type.NAME}:
            # The stated size need not be true.
            _void(stream, place)
        elif depth > 1:
            # An embedded chart, with numbers of its own.
            pass
        elif kind == _Type.END:
            return scan, place + 4 - part.start
        elif kind == _Type.RICH_TEXT:
            msg = "a kind of text of Excel 95 that calamine leaves out"
            raise ValueError(msg)
        else:
            _note(scan, kind, data)
            check_size(file, part.name, scan.rows, scan.columns)
            if kind == _Type.FORMULA:
                # The formula itself is not wanted: it is given a length of zero.
                struct.pack_into("<H", stream, place + 24, 0)
        depth -= kind == _Type.END
    return scan, 0


def _note(scan: _Scan, kind: int, data: bytes) -> None:
    if kind in _CELLS:
        row, first = struct.unpack_from("<HH", data)
        last = struct.unpack_from("<H", data, len(data) - 2)[0] if kind == _Type.NUMBERS else first
        scan.rows = max(scan.rows, row + 1)
        scan.columns = max(scan.columns, first + 1, last + 1)
        error = _error(kind, data)
        if error is not None:
            scan.errors.append((row + 1, first, _ERRORS.get(error, "#?")))
    elif kind == _Type.ROW:
        row, flags = struct.unpack_from("<H10xH", data)
        if flags & 0x20 and row < MAX_ROWS:
            scan.hidden_rows.add(row + 1)
    elif kind == _Type.COLUMNS:
        first, last, flags = struct.unpack_from("<HH4xH", data)
        if flags & 1:
            scan.hidden_columns.update(range(first, min(last + 1, MAX_COLUMNS)))
    elif kind == _Type.MERGED:
        for index in range(struct.unpack_from("<H", data)[0]):
            top, bottom, left, right = struct.unpack_from("<4H", data, 2 + 8 * index)
            scan.merged.append(f"{get_column_letter(left + 1)}{top + 1}:{get_column_letter(right + 1)}{bottom + 1}")


def _error(kind: int, data: bytes) -> int | None:
    """Return the error code that a cell shows, if it shows one."""
    if kind == _Type.TRUTH_OR_ERROR and data[7]:
        return data[6]
    if kind == _Type.FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:  # noqa: PLR2004 - the mark of an error
        return data[8]
    return None


def _values(stream: bytes) -> list[_Rows]:
    """Return the values of every sheet, hidden ones and charts too, as calamine reads them."""
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(single_stream("Workbook", stream)))
        count = len(workbook.sheet_names)
        return [workbook.get_sheet_by_index(at).to_python(skip_empty_area=False) for at in range(count)]
    except BaseException as error:
        # A panic of the Rust library is no Exception: here it is one damaged file, not the end of the program.
        if type(error).__name__ == "PanicException":
            msg = "calamine gave up"
            raise ValueError(msg) from error
        raise


def _endless(rows: _Rows) -> Iterator[tuple[int, int, str]]:
    """Yield the cells that hold no finite number, which the format allows and no spreadsheet shows."""
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, float) and not math.isfinite(value):
                yield number, column, str(value)
