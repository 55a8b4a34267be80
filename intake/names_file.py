"""The rows of any table with names of communes: workbook, CSV or boundary file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Final

from base.errors import DataError, Fault
from geo.name_index import NameIndex
from geo.names import MatchResult, match
from geo.spelling import folded
from intake.boundary_asked import Asked
from intake.boundary_columns import Roles, matched_roles, rows_of
from intake.boundary_file import read_field_file
from intake.boundary_reference import Reference
from intake.boundary_text import texts_of
from intake.sheets import Sheet, Value
from intake.table import HEADER_ROWS
from intake.workbook import read_workbook

#: What ends so is a table; everything else is read as a boundary file.
_TABLES: Final = frozenset({".csv", ".txt", ".xlsx", ".xls", ".xlsm"})
#: Heading of a column that numbers the rows itself.
_ROW: Final = "row"
_NO_TABLE: Final = "Không tìm thấy bảng nào có cột “{columns}”. Hãy kiểm tra tiêu đề cột."


@dataclass(frozen=True, slots=True)
class NamesFound:
    """What became of the rows of a file, and which of its columns were read."""

    roles: Roles
    result: MatchResult


def match_names(content: bytes, name: str, asked: Asked, reference: Reference) -> NamesFound:
    """Match the rows of a file with a unit list.

    Rows are numbered from 0, or as a column ``row`` numbers them. Rows without any value do not count.

    Raises
    ------
    DataError
        The file cannot be read, or has no column of names or codes of the list; with every fault.
    StateError
        An encoding was asked for that does not exist.
    """
    if PureWindowsPath(name).suffix.lower() in _TABLES:
        columns = _table(content, name, asked)
    else:
        field = read_field_file(name, content, asked.layer or None)
        columns = dict(texts_of(field, reference.names, asked.encoding).columns)
    numbers = _numbers(columns)
    index = NameIndex(reference.units, reference.aliases)
    roles = matched_roles(columns, index, asked, name)
    return NamesFound(roles, match(rows_of(columns, roles, numbers), reference.units, reference.aliases))


def _table(content: bytes, name: str, asked: Asked) -> dict[str, Sequence[str]]:
    wanted = {column for column in (asked.code_column, asked.name_column, asked.district_column) if column}
    for sheet in read_workbook(content, name).sheets:
        header = _header(sheet, wanted)
        if header is not None:
            return _columns(sheet, header)
    params = (("columns", "”, “".join(sorted(wanted))),)
    raise DataError([Fault(name, None, None, _NO_TABLE, params)])


def _header(sheet: Sheet, wanted: set[str]) -> int | None:
    """Return the place of the row of headings: the first with all that are wanted, or the first of the widest."""
    rows = sheet.rows[:HEADER_ROWS]
    if wanted:
        return next((at for at, row in enumerate(rows) if wanted <= {_text(value) for value in row}), None)
    widths = [sum(value is not None for value in row) for row in rows]
    widest = max(widths, default=0)
    return widths.index(widest) if widest else None


def _columns(sheet: Sheet, header: int) -> dict[str, Sequence[str]]:
    places: dict[str, int] = {}
    for place, heading in enumerate(sheet.rows[header]):
        if text := _text(heading):
            places.setdefault(text, place)
    rows = [row for row in sheet.rows[header + 1 :] if any(value is not None for value in row)]
    return {
        heading: [_text(row[place]) if place < len(row) else "" for row in rows] for heading, place in places.items()
    }


def _numbers(columns: Mapping[str, Sequence[str]]) -> list[int] | None:
    """Return the numbers of a column ``row``; ``None`` when there is none that numbers every row."""
    own = next((values for heading, values in columns.items() if folded(heading) == _ROW), ())
    return [int(value) for value in own] if own and all(value.isdecimal() for value in own) else None


def _text(value: Value) -> str:
    return "" if value is None else str(value)
