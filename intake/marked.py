"""The workbook that was handed in, given back with every fault marked where it is.

An ``.xlsx`` keeps its sheets and formats; the values of an ``.xls`` or ``.csv`` are put into a new workbook; of a
file that cannot be opened only the list of faults is given. The list stands first, and says everything.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import PureWindowsPath
from typing import Any, Final

import openpyxl
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from base.errors import Fault
from base.i18n import LANGUAGES, Translate, translate, translator
from intake import writing
from intake.container import MEBIBYTE, identify, unpacked
from intake.sheets import Reading, read_csv
from intake.xls import read_xls
from intake.xlsx import read_xlsx

_LIST_SHEET: Final = "Lỗi cần sửa"
#: Names of the sheet that lists the faults: nothing on it is handed in.
LIST_SHEETS: Final = frozenset(translate(_LIST_SHEET, lang) for lang in LANGUAGES)
_AUTHOR: Final = "NTM check"
#: Between the sentences of a mark and the comment that the cell had before.
_BELOW: Final = "\n————\n"
_RED: Final = PatternFill("solid", fgColor="FFFFC7CE")
_WIDTHS: Final = (6, 22, 10, 110)
_HEADER_ROW: Final = 4
#: Sheets of more XML than this are not opened for marking: formatted but empty cells may fill the memory.
_MOST_XML: Final = 16 * MEBIBYTE
_LONGEST_NAME: Final = 31
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_COLUMN: Final = re.compile(r"[A-Z]{1,3}")


def mark_faults(content: bytes, name: str, faults: Sequence[Fault], lang: str = "vi") -> bytes:
    """Return a handed-in file as an ``.xlsx`` with its faults marked.

    Parameters
    ----------
    content, name
        The file as it was handed in.
    faults
        What is wrong with it. Each is listed on the first sheet with its place; one of a cell also colours
        the cell and stands in its comment.
    lang
        Language of the sentences.

    Returns
    -------
    The workbook; only the list when the file cannot be opened. Handed in again, it is read like the original.
    """
    book, sheets = _opened(content, PureWindowsPath(name).name)
    for title in LIST_SHEETS & set(book.sheetnames):
        book.remove(book[title])
    sheets = {title: sheet for title, sheet in sheets.items() if title not in LIST_SHEETS}
    for sheet in sheets.values():
        _unmark(sheet)
    for fault in faults:
        cell = _cell(fault, sheets)
        if cell is not None:
            _mark(cell, fault.says(lang))
    _list(book, sheets, PureWindowsPath(name).name, faults, lang)
    return writing.saved(book)


def _opened(content: bytes, name: str) -> tuple[Any, Mapping[str, Worksheet]]:
    """Return a workbook with the file's sheets by the names that faults use; without any when it cannot be opened."""
    try:
        kind = identify(content, name)
        if kind != "xlsx":
            return _copied(read_csv(content, name) if kind == "csv" else read_xls(content, name))
        package = unpacked(content, name)
        with zipfile.ZipFile(package) as archive:
            size = sum(part.file_size for part in archive.infolist() if "sheets/" in part.filename)
        if size <= _MOST_XML:
            read_xlsx(content, name)  # refuses what would be too large or unsafe to open
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it warns of what it leaves out
                book = openpyxl.load_workbook(package, keep_links=False)
            return book, {sheet.title: sheet for sheet in book.worksheets}
    except Exception:  # noqa: BLE001, S110 - a damaged file makes the readers raise nearly anything; the list tells it
        pass
    return writing.new_workbook({}), {}


def _copied(reading: Reading) -> tuple[Any, Mapping[str, Worksheet]]:
    book = writing.new_workbook({})
    sheets = {}
    for number, sheet in enumerate(reading.sheets, 1):
        title = _NOT_IN_NAMES.sub(" ", sheet.name)[:_LONGEST_NAME].strip() or str(number)
        sheets[sheet.name] = copy = book.create_sheet(title)
        for row, values in enumerate(sheet.rows, 1):
            for column, value in enumerate(values, 1):
                if value is not None:
                    writing.put(copy.cell(row, column), value)
    return book, sheets


def _cell(fault: Fault, sheets: Mapping[str, Worksheet]) -> Cell | None:
    """Return the cell to be marked: the first of the row for a fault of a row, ``None`` for one of more than that."""
    sheet = sheets.get(fault.sheet or "")
    if sheet is None or fault.row is None:
        return None
    column = fault.column if fault.column and _COLUMN.fullmatch(fault.column) else "A"
    cell = sheet[f"{column}{fault.row}"]
    if isinstance(cell, MergedCell):
        place = next(found for found in sheet.merged_cells.ranges if cell.coordinate in found)
        cell = sheet.cell(place.min_row, place.min_col)
    return cell


def _mark(cell: Cell, sentence: str) -> None:
    own, below = _comment_of(cell)
    text = "\n".join([*filter(None, [own]), sentence])
    cell.comment = Comment(text + (_BELOW + below if below else ""), _AUTHOR, height=120, width=320)
    cell.fill = _RED


def _unmark(sheet: Worksheet) -> None:
    """Take off the marks of an earlier check; the comments that stood there before come back."""
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell, Cell) and cell.comment and cell.comment.author == _AUTHOR:
                below = _comment_of(cell)[1]
                cell.comment = Comment(below, "NTM", height=90, width=260) if below else None
                cell.fill = PatternFill()


def _comment_of(cell: Cell) -> tuple[str, str]:
    """Return our sentences on a cell, and the comment that it had before."""
    if not cell.comment:
        return "", ""
    if cell.comment.author != _AUTHOR:
        return "", str(cell.comment.text)
    own, _, below = str(cell.comment.text).partition(_BELOW)
    return own, below


def _list(
    book: Any,  # noqa: ANN401 - openpyxl has no types
    sheets: Mapping[str, Worksheet],
    name: str,
    faults: Sequence[Fault],
    lang: str,
) -> None:
    t = translator(lang)
    sheet = book.create_sheet(t(_LIST_SHEET), 0)
    # Cell styles by name: a workbook of somebody else does not have ours.
    for style in writing.styles():
        if style.name not in book.named_styles:
            book.add_named_style(style)
    for number, (text, style) in enumerate(_titles(name, faults, t, marked=bool(sheets)), 1):
        writing.put_row(sheet, number, (text,), style)
    writing.put_row(sheet, _HEADER_ROW, (t("STT"), t("Trang"), t("Ô"), t("Lỗi và cách sửa")), writing.HEAD)
    for number, fault in enumerate(faults, 1):
        row = _HEADER_ROW + number
        cell = _cell(fault, sheets)
        place = cell.coordinate if cell is not None else str(fault.row or "")
        writing.put_row(sheet, row, (number, fault.sheet, place, fault.says(lang)), writing.KEY)
        writing.fit_height(sheet, row, [(fault.says(lang), _WIDTHS[3])])
        if cell is not None:
            link = sheet.cell(row, 3)
            location = f"{quote_sheetname(cell.parent.title)}!{cell.coordinate}"
            link.hyperlink = Hyperlink(ref=link.coordinate, location=location)
    for column, width in zip("ABCD", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = f"A{_HEADER_ROW + 1}"
    writing.print_on_a4(sheet, _HEADER_ROW)
    book.active = 0
    for other in book.worksheets:  # sheets that are selected together would be edited together
        other.sheet_view.tabSelected = other is sheet


def _titles(name: str, faults: Sequence[Fault], t: Translate, *, marked: bool) -> list[tuple[str, str]]:
    advice = (
        t("Ô có lỗi được tô đỏ và có ghi chú. Hãy sửa từng ô rồi nộp lại chính tệp này; không cần xóa trang này.")
        if marked
        else t("Không mở được tệp để đánh dấu từng ô. Hãy sửa theo danh sách dưới đây rồi nộp lại.")
    )
    return [
        (t("Có {count} lỗi cần sửa", count=len(faults)), writing.TITLE),
        (name, writing.NOTE),
        (advice, writing.NOTE),
    ]
