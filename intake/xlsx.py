"""The reader of ``.xlsx`` workbooks: openpyxl, behind a scan of our own.

The XML of every sheet is read twice. The scan sees how far the values go and stops at the limits,
and finds what openpyxl's fast mode does not tell: merged cells, hidden rows and columns, formulas
that were never calculated. Then openpyxl reads the values, no further than they go, so that a
sheet formatted down to its last row costs nothing.
"""

from __future__ import annotations

import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, Protocol
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml import sax
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import column_index_from_string, range_boundaries

from base.errors import Fault
from intake.container import unpacked
from intake.sheets import (
    MAX_COLUMNS,
    MAX_ROWS,
    Reading,
    Sheet,
    Value,
    cell_fault,
    check_size,
    error_fault,
    plain,
    trimmed,
)

_CELL: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_UNCALCULATED: Final = (
    "Ô có công thức chưa có kết quả lưu. Hãy mở tệp bằng phần mềm bảng tính, lưu lại rồi nộp, "
    "hoặc nhập thẳng giá trị vào ô."
)


class _SheetScan(ContentHandler):
    """What the XML of a sheet says besides its values; raises at the first value beyond the limits."""

    def __init__(self, file: str, sheet: str) -> None:
        super().__init__()
        self.rows = self.columns = 0
        self.merged: list[str] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.uncalculated: list[tuple[int, int]] = []
        self._place = (file, sheet)
        self._row = self._column = 0
        self._address: str | None = None
        self._type: str | None = None
        self._in_rows = self._in_value = self._has_formula = self._has_value = False

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name is SAX's
        match name.rpartition(":")[2]:
            case "c" if self._in_rows:
                self._start_cell(attrs)
            case "row" if self._in_rows:
                self._start_row(attrs)
            case "v" | "is" if self._in_rows:
                self._in_value = True
            case "f" if self._in_rows:
                self._has_formula = True
            case "sheetData":
                self._in_rows = True
            case "col" if _is_true(attrs.get("hidden")):
                last = min(int(attrs["max"]), MAX_COLUMNS)
                self.hidden_columns.update(range(int(attrs["min"]) - 1, last))
            case "mergeCell":
                range_boundaries(attrs["ref"])
                self.merged.append(attrs["ref"])

    def characters(self, content: str) -> None:
        if self._in_value and content:
            self._has_value = True

    def endElement(self, name: str) -> None:  # noqa: N802 - the name is SAX's
        match name.rpartition(":")[2]:
            case "c" if self._in_rows:
                self._end_cell()
            case "v" | "is":
                self._in_value = False
            case "sheetData":
                self._in_rows = False

    def _start_row(self, attrs: AttributesImpl) -> None:
        number = int(attrs.get("r") or self._row + 1)
        if number <= self._row:
            # openpyxl would leave the row out without a word.
            msg = "rows out of order"
            raise ValueError(msg)
        self._row, self._column, self._address = number, -1, None
        if _is_true(attrs.get("hidden")) and number <= MAX_ROWS:
            self.hidden_rows.add(number)

    def _start_cell(self, attrs: AttributesImpl) -> None:
        # Most cells of a sheet formatted to its end are empty: their addresses are not worked out.
        address = attrs.get("r")
        if address is None:
            self._column = self._place_cell() + 1
        self._address = address
        self._type = attrs.get("t")
        self._has_formula = self._has_value = False

    def _place_cell(self) -> int:
        """Return the column of the cell at hand."""
        if self._address is not None:
            found = _CELL.fullmatch(self._address)
            if found is None or int(found[2]) != self._row:
                msg = "a cell outside its row"
                raise ValueError(msg)
            self._column = column_index_from_string(found[1]) - 1
        return self._column

    def _end_cell(self) -> None:
        if not self._has_value and not self._has_formula:
            return
        self._place_cell()
        self.rows = self._row
        self.columns = max(self.columns, self._column + 1)
        check_size(*self._place, self.rows, self.columns)
        # A text formula may well give nothing: its value is then there, and empty.
        if self._has_formula and not self._has_value and self._type != "str":
            self.uncalculated.append((self._row, self._column))


def _is_true(value: str | None) -> bool:
    return value in {"1", "true"}


class _Cell(Protocol):
    """What is used of openpyxl's cells."""

    value: object
    data_type: str


def read_xlsx(content: bytes, file: str) -> Reading:
    """Read an ``.xlsx``; a damaged one raises whatever openpyxl raises, a limit a ``DataError``."""
    package = unpacked(content, file)
    with warnings.catch_warnings():
        # It warns of what it leaves out: drop-downs of newer Excels, odd headers, broken print areas.
        warnings.simplefilter("ignore")
        reader: Any = ExcelReader(package, read_only=True, data_only=True, keep_links=False)
        reader.read_manifest()
        reader.read_workbook()
        parts = [
            (sheet.name, sheet.state == "visible", part.target)
            for sheet, part in reader.parser.find_sheets()
            if part.target in reader.valid_files and "chartsheet" not in part.Type
        ]
        scans = [_scan(package, part, file, name) for name, _, part in parts]
        reader.read()
        sheets: list[Sheet] = []
        faults: list[Fault] = []
        for (name, visible, _), scan, source in zip(parts, scans, reader.wb.worksheets, strict=True):
            if visible:
                cells = islice(source.iter_rows(min_row=1, max_row=scan.rows, max_col=scan.columns or 1), scan.rows)
                rows = _values(cells, file, name, faults)
                sheets.append(
                    Sheet(
                        name,
                        trimmed(rows),
                        tuple(scan.merged),
                        frozenset(scan.hidden_rows),
                        frozenset(scan.hidden_columns),
                    )
                )
                faults += [cell_fault(file, name, *place, _UNCALCULATED) for place in scan.uncalculated]
        properties = {str(item.name): str(item.value or "") for item in reader.wb.custom_doc_props.props}
    hidden = tuple(name for (name, visible, _), scan in zip(parts, scans, strict=True) if scan.rows and not visible)
    return Reading(tuple(sheets), hidden, properties, tuple(faults))


def _scan(package: io.BytesIO, part: str, file: str, name: str) -> _SheetScan:
    scan = _SheetScan(file, name)
    with zipfile.ZipFile(package) as archive, archive.open(part) as source:
        sax.parse(source, scan)
    return scan


def _values(rows: Iterable[Iterable[_Cell]], file: str, sheet: str, faults: list[Fault]) -> Iterator[list[Value]]:
    """Yield the values of each row and note the cells that show an error."""
    for number, row in enumerate(rows, 1):
        values: list[Value] = []
        for column, cell in enumerate(row):
            value = cell.value
            if cell.data_type == "e" or (isinstance(value, float) and not math.isfinite(value)):
                faults.append(error_fault(file, sheet, number, column, value))
                value = None
            values.append(plain(value))
        yield values
