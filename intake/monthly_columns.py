"""The columns of a monthly workbook: a criterion is known by its number or its name, wherever its column stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from openpyxl.utils.cell import column_index_from_string

from base.errors import DataError, Fault
from base.i18n import translate
from geo.spelling import folded
from intake.sheets import Sheet, Value, Workbook, cell_fault
from intake.table import HEADER_ROWS, Column, Table, find_table
from intake.template import CODE, DISTRICT, ITEM, MEASURE, NAME, RESULT, heading
from intake.words import means_result
from programme.criteria import CriteriaSet, Criterion

#: Keys of the columns that are no criterion.
UNIT_CODE, UNIT_NAME, UNIT_DISTRICT = "unit-code", "unit-name", "unit-district"
ITEM_CODE, ITEM_NAME, ITEM_RESULT, ITEM_VALUE = "item-code", "item-name", "item-result", "item-value"

#: Columns that officers add and nobody need be told of, without case and diacritics, by how they begin.
_UNREAD: Final = re.compile(r"(tt|stt|so tt|ghi chu|note|tong|so tieu chi|number of|binh quan|huyen|district)\b")
_NUMBERED: Final = re.compile(
    r"(?:tieu chi|chi tieu|tc|ct|criterion|indicator)?(?: so)?[\s.]*(\d{1,2}(?:\.\w{1,2})?)(?!\.?\d)[\s.:)–-]*(.*)"
)
_MAY_BE_NUMBERED: Final = re.compile(r"\D{0,14}\d")
#: A longer text is no heading; official wordings of indicators have up to 500 letters.
_LONGEST: Final = 1_000


def _both(*headings: str) -> tuple[str, ...]:
    """Return headings in Vietnamese and in English."""
    return (*headings, *(translate(heading, "en") for heading in headings))


_KEYS: Final = (
    Column(UNIT_CODE, _both(CODE, "Mã đơn vị", "Mã"), required=False),
    Column(UNIT_NAME, _both(NAME, "Xã", "Tên đơn vị", "Đơn vị", "Tên xã, phường"), required=False),
    Column(UNIT_DISTRICT, _both(DISTRICT, "Tên huyện", "Huyện, thành phố", "Mã huyện"), required=False),
)
_INDICATOR: Final = (
    Column(ITEM_CODE, _both(ITEM, "Mã CT")),
    Column(ITEM_NAME, _both("Chỉ tiêu", "Tên chỉ tiêu", "Nội dung chỉ tiêu"), required=False),
    Column(ITEM_RESULT, _both(RESULT), required=False),
    Column(ITEM_VALUE, _both(MEASURE, "Giá trị"), required=False),
)


def find_grid(workbook: Workbook, criteria_set: CriteriaSet) -> tuple[Table | None, list[Fault]]:
    """Find the sheet of communes × criteria; ``None`` when there is none, with the faults of its structure."""
    more = _further_headings(workbook, criteria_set)
    columns = [
        Column(item.code, (heading(item, "vi"), *_names(item), item.code, *more[item.code]), not item.is_indicator)
        for item in criteria_set.items
    ]
    table, faults = _find(workbook, [*_KEYS, *columns])
    if table is None:
        return None, faults
    if not {UNIT_CODE, UNIT_NAME} & table.columns.keys():
        message = "Bảng thiếu cột “{code}” và cột “{name}”. Hãy thêm ít nhất một trong hai cột."
        params = (("code", CODE), ("name", NAME))
        faults.append(Fault(workbook.name, table.header_row, None, message, params, table.sheet.name))
    return table, [*faults, *_unknown(workbook, table, criteria_set)]


def find_indicators(workbook: Workbook) -> tuple[Table | None, list[Fault]]:
    """Find the sheet with a row for each commune and indicator; ``None`` without faults when there is none."""
    wanted = {folded(heading) for heading in _INDICATOR[0].headings}
    tops = (row for sheet in workbook.sheets for row in sheet.rows[:HEADER_ROWS])
    if not any(isinstance(value, str) and folded(value) in wanted for row in tops for value in row):
        return None, []
    return _find(workbook, [*_KEYS, *_INDICATOR])


def _names(item: Criterion) -> list[str]:
    return [name for name in (item.name_vi, item.name_en) if name]


def _further_headings(workbook: Workbook, criteria_set: CriteriaSet) -> dict[str, list[str]]:
    """Return headings that begin with the number of a criterion ("TC7", "7. Chợ nông thôn"), by code.

    A number that stands before the name of another criterion is no heading of either.
    """
    names = {folded(name): item.code for item in criteria_set.items for name in _names(item)}
    found: dict[str, list[str]] = {item.code: [] for item in criteria_set.items}
    for sheet in workbook.sheets:
        for row in sheet.rows[:HEADER_ROWS]:
            for text in row:
                if not isinstance(text, str) or len(text) > _LONGEST or not _MAY_BE_NUMBERED.match(text):
                    continue
                numbered = _NUMBERED.fullmatch(folded(text))
                if numbered and numbered[1] in found and names.get(numbered[2], numbered[1]) == numbered[1]:
                    found[numbered[1]].append(text)
    return found


def _find(workbook: Workbook, columns: list[Column]) -> tuple[Table | None, list[Fault]]:
    """Find a table; one with faults of its structure is read on as far as possible, so that all is told at once."""
    try:
        return find_table(workbook, columns), []
    except DataError as error:
        faults = list(error.faults)
    needed = sum(column.required for column in columns)
    mended = replace(workbook, sheets=tuple(_mended(sheet, faults) for sheet in workbook.sheets))
    try:
        table = find_table(mended, [replace(column, required=False) for column in columns])
    except DataError:
        return None, faults
    found = sum(column.required and column.key in table.columns for column in columns)
    return (table if 2 * found >= needed else None), faults


def _mended(sheet: Sheet, faults: Iterable[Fault]) -> Sheet:
    """Return a sheet without the merged cells, hidden parts and doubled headings that were found fault with."""
    rows = [list(row) for row in sheet.rows]
    merged = set(sheet.merged)
    for fault in faults:
        params: Mapping[str, object] = dict(fault.params)
        if fault.sheet == sheet.name and "range" in params:
            merged.discard(str(params["range"]))
        elif fault.sheet == sheet.name and "first" in params and fault.row and fault.column:
            rows[fault.row - 1][column_index_from_string(fault.column) - 1] = None
    return Sheet(sheet.name, tuple(map(tuple, rows)), tuple(place for place in sheet.merged if place in merged))


def unread_columns(table: Table) -> list[str]:
    """Return the headings of columns with values that are of no criterion and that nothing reads."""
    return [str(text) for _, text, _ in _other_columns(table)]


def _unknown(workbook: Workbook, table: Table, criteria_set: CriteriaSet) -> Iterator[Fault]:
    """Yield the columns that look like a criterion's but are of none of the set: what they say would be lost."""
    for column, text, values in _other_columns(table):
        if _NUMBERED.fullmatch(folded(text)) or any(map(means_result, values)):
            message = "Cột “{heading}” không có trong {name}. Hãy sửa tiêu đề cho đúng tên tiêu chí, hoặc xóa cột này."
            params = {"heading": text, "name": criteria_set.name_vi}
            yield cell_fault(workbook.name, table.sheet.name, table.header_row, column, message, **params)


def _other_columns(table: Table) -> Iterator[tuple[int, str, list[Value]]]:
    """Yield place, heading and values of each column that the table does not know."""
    sheet = table.sheet
    header = sheet.rows[table.header_row - 1] if table.header_row <= len(sheet.rows) else ()
    for column, text in enumerate(header):
        if text is None or column in table.columns.values() or _UNREAD.match(folded(str(text))):
            continue
        values = [sheet.value(row.number, column) for row in table.rows]
        if any(value is not None for value in values):
            yield column, str(text), values
