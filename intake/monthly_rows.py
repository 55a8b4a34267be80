"""Reading the rows of a monthly workbook: which commune, which result, and everything that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from openpyxl.utils import get_column_letter

from base.errors import Fault, NtmError
from geo.spelling import folded
from intake.communes import CommuneFinder
from intake.monthly_columns import (
    ITEM_CODE,
    ITEM_NAME,
    ITEM_RESULT,
    ITEM_VALUE,
    UNIT_CODE,
    UNIT_DISTRICT,
    UNIT_NAME,
    unread_columns,
)
from intake.report import Entry
from intake.sheets import Value, Workbook
from intake.table import Table, TableRow
from intake.words import means_result, read_measure, read_result
from programme.criteria import CriteriaSet, Criterion, Result
from programme.units import District, Unit

#: Rows that sum up, and rows that only name a district.
_SUM: Final = re.compile(r"(tong|cong|binh quan|trung binh|total|average)\b")
_DISTRICT: Final = re.compile(r"(huyen|thanh pho|tp|thi xa|district|city)\b")
#: The row under a header that numbers the columns: A, B, 1, 2 or (1), (2).
_NUMBERING: Final = re.compile(r"\(?([a-z]|\d{1,3})\)?", re.IGNORECASE)
_FEWEST_NUMBERS: Final = 3


@dataclass
class Rows:
    """What the rows say.

    Attributes
    ----------
    sheet
        Name of the sheet of criteria; empty when there is none.
    units
        Communes that have a row on the sheet of criteria, with its number.
    entries
        By commune and code; of criteria also the empty cells, of indicators only what is filled.
    faults
        Everything wrong.
    small_shares
        Cells with a share between 0 and 1 %: perhaps a fraction that was meant as per cent.
    unread
        Headings of columns that nothing reads.
    """

    sheet: str = ""
    units: dict[str, int] = field(default_factory=dict)
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    small_shares: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


class RowReader:
    """Reads the tables of one workbook.

    Parameters
    ----------
    workbook
        The file.
    criteria_set
        The set that its criteria are of.
    units
        Units of the province by code.
    reporter
        The district that every commune must be in, or the commune that reports for itself; ``None``: any.
    """

    def __init__(
        self, workbook: Workbook, criteria_set: CriteriaSet, units: Mapping[str, Unit], reporter: District | None
    ) -> None:
        """Begin with nothing read."""
        self.found = Rows()
        self._file = workbook.name
        self._items = {item.code: item for item in criteria_set.items}
        self._indicators = {item.code: item for item in criteria_set.items if item.is_indicator}
        self._finder = CommuneFinder(units)
        self._reporter = reporter
        self._units: dict[tuple[str, Value, Value, Value], Unit | None] = {}

    def grid(self, table: Table) -> None:
        """Read the sheet of communes × criteria."""
        self.found.sheet = table.sheet.name
        self.found.unread = unread_columns(table)
        columns = {code: self._items[code] for code in table.columns if code in self._items}
        last = max((row.number for row in table.rows if self._names_a_unit(row)), default=0)
        for row in table.rows:
            if self._passes_over(row, columns, last):
                continue
            unit = self._unit(table, row)
            if unit is None:
                continue
            first = self.found.units.setdefault(unit.code, row.number)
            if first == row.number:
                for item in columns.values():
                    self._grid_cell(table, row, unit, item)
                continue
            key = _key_column(row)
            self._fault(
                table,
                row,
                key,
                "{place} đã có ở dòng {first}. Hãy chỉ giữ một dòng cho mỗi xã.",
                place=unit.full_name,
                first=first,
            )

    def _grid_cell(self, table: Table, row: TableRow, unit: Unit, item: Criterion) -> None:
        value = row.values[item.code]
        measured = item.is_indicator and item.value_type not in {"boolean", ""}
        try:
            if measured and not means_result(value):
                entry = self._entry(table, row, item.code, None, self._measure(table, row, item, item.code))
            else:
                entry = self._entry(table, row, item.code, read_result(value), None)
        except NtmError as error:
            self._fault(table, row, item.code, error.message, **error.params)
            return
        if not item.is_indicator or value is not None:
            self.found.entries[unit.code, item.code] = entry

    def indicators(self, table: Table) -> None:
        """Read the sheet with a row for each commune and indicator; rows without a result or value say nothing."""
        for row in table.rows:
            if row.values.get(ITEM_RESULT) is None and row.values.get(ITEM_VALUE) is None:
                continue
            item = self._item(table, row)
            unit = self._unit(table, row)
            if item is None or unit is None:
                continue
            try:
                result = read_result(row.values.get(ITEM_RESULT))
            except NtmError as error:
                self._fault(table, row, ITEM_RESULT, error.message, **error.params)
                continue
            try:
                value = self._measure(table, row, item, ITEM_VALUE)
            except NtmError as error:
                self._fault(table, row, ITEM_VALUE, error.message, **error.params)
                continue
            key = ITEM_VALUE if result is None else ITEM_RESULT
            self._add(table, row, (unit, item), self._entry(table, row, key, result, value))

    def _add(self, table: Table, row: TableRow, what: tuple[Unit, Criterion], entry: Entry) -> None:
        unit, item = what
        first = self.found.entries.setdefault((unit.code, item.code), entry)
        if first is not entry:
            self._fault(
                table,
                row,
                ITEM_CODE,
                "Chỉ tiêu {code} của {place} đã có ở trang “{where}”, ô {first}. Hãy chỉ giữ một nơi.",
                code=item.code,
                place=unit.full_name,
                where=first.sheet,
                first=first.cell,
            )

    def _measure(self, table: Table, row: TableRow, item: Criterion, key: str) -> float | str | None:
        value = read_measure(item, row.values.get(key))
        if item.value_type == "percent" and isinstance(value, int | float) and 0 < value <= 1:
            self.found.small_shares.append(_cell(table, row, key))
        return value

    def _entry(self, table: Table, row: TableRow, key: str, result: Result | None, value: float | str | None) -> Entry:
        return Entry(result, value, table.sheet.name, _cell(table, row, key))

    def _unit(self, table: Table, row: TableRow) -> Unit | None:
        """Return the commune of a row; of a sheet, the fault of a code and name is told once."""
        code, name, place = (row.values.get(key) for key in (UNIT_CODE, UNIT_NAME, UNIT_DISTRICT))
        known = (table.sheet.name, code, name, place)
        if known not in self._units:
            self._units[known] = self._find(table, row, code, name, place)
        return self._units[known]

    def _find(self, table: Table, row: TableRow, code: Value, name: Value, place: Value) -> Unit | None:
        column = _key_column(row)
        try:
            district = self._reporter.code if self._reporter and not self._reporter.is_commune else None
            if place is not None and self._reporter is None:
                column = UNIT_DISTRICT
                district = self._finder.district(place).code
                column = _key_column(row)
            return self._inside(_counted(self._finder.find(code, name, district)))
        except NtmError as error:
            self._fault(table, row, column, error.message, **error.params)
        return None

    def _inside(self, unit: Unit) -> Unit:
        """Return a commune that the reporter reports for; refuse any other."""
        if self._reporter and unit not in self._reporter.units:
            message = "{place} không thuộc {district}. Hãy bỏ dòng này hoặc sửa mã xã."
            raise NtmError(message, place=self._finder.place(unit), district=self._reporter.within)
        return unit

    def _names_a_unit(self, row: TableRow) -> bool:
        try:
            self._finder.find(row.values.get(UNIT_CODE), row.values.get(UNIT_NAME))
        except NtmError:
            return False
        return True

    def _passes_over(self, row: TableRow, columns: Mapping[str, Criterion], last: int) -> bool:
        """Tell whether a row is no commune's: sums, names of districts, column numbers, and what follows the table.

        ``last`` is the row of the last unit.
        """
        texts = [str(value) for value in row.values.values() if value is not None]
        if len(texts) >= _FEWEST_NUMBERS and all(_NUMBERING.fullmatch(text) for text in texts):
            return True
        code, name = row.values.get(UNIT_CODE), row.values.get(UNIT_NAME)
        if any(letter.isdigit() for letter in str(code or "")):
            return False
        words = folded(str(name or code or ""))
        empty = all(row.values[key] is None for key in columns)
        if empty and (row.number > last or _DISTRICT.match(words)):
            return True
        return bool(_SUM.match(words)) and not self._names_a_unit(row)

    def _item(self, table: Table, row: TableRow) -> Criterion | None:
        """Return the indicator of a row. Spreadsheets make 17.10 a number, 17.1: then the name decides."""
        value = row.values.get(ITEM_CODE)
        if isinstance(value, float):
            fitting = [item for code, item in self._indicators.items() if _as_number(code) == value]
        else:
            found = self._indicators.get(folded(str(value or "")).strip(" ."))
            fitting = [found] if found else []
        if len(fitting) > 1:
            name = folded(str(row.values.get(ITEM_NAME) or ""))
            fitting = [item for item in fitting if any(name.startswith(folded(said)) for said in _names(item))]
        if len(fitting) == 1:
            return fitting[0]
        message = (
            "Mã chỉ tiêu “{code}” không có trong bộ tiêu chí. Hãy ghi đúng mã như biểu mẫu, dạng chữ, ví dụ 17.10."
        )
        self._fault(table, row, ITEM_CODE, message, code="" if value is None else value)
        return None

    def _fault(self, table: Table, row: TableRow, key: str, message: str, **params: object) -> None:
        self.found.faults.append(table.fault(self._file, row.number, key, message, **params))


def _counted(unit: Unit) -> Unit:
    """Return a commune of the programme; refuse a ward or township."""
    if not unit.in_programme:
        message = "{place} không thuộc chương trình xây dựng nông thôn mới (chỉ tính xã). Hãy xóa dòng này."
        raise NtmError(message, place=unit.full_name)
    return unit


def _key_column(row: TableRow) -> str:
    return UNIT_CODE if row.values.get(UNIT_CODE) is not None else UNIT_NAME


def _cell(table: Table, row: TableRow, key: str) -> str:
    column = table.columns.get(key)
    return f"{get_column_letter(column + 1)}{row.number}" if column is not None else f"{row.number}"


def _names(item: Criterion) -> list[str]:
    return [name for name in (item.name_vi, item.name_en) if name]


def _as_number(code: str) -> float | None:
    try:
        return float(code)
    except ValueError:
        return None
