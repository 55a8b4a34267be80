"""Writing workbooks: text that can never become a formula, and the looks of our forms.

A text that begins with ``=``, ``+``, ``-`` or ``@`` is run as a formula by spreadsheets when it is written or
edited as such. Everything that goes into a cell here stays the text it is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from intake.sheets import Value

_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\n")
#: What a workbook cannot hold, and carriage returns, which it spells out.
_NOT_IN_XML: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: Longest text of a cell.
_LONGEST: Final = 32_000
#: Longest title and text of a drop-down's message in Excel.
_TITLE, _MESSAGE = 32, 255

TITLE: Final = "NTM title"
NOTE: Final = "NTM note"
HEAD: Final = "NTM head"
#: Cells that say what a row is about, and cells that are filled.
KEY: Final = "NTM key"
INPUT: Final = "NTM input"
TEXT_INPUT: Final = "NTM text input"
CLOSED: Final = "NTM closed"

#: The face of official documents.
_FONT: Final = "Times New Roman"
_LINE_HEIGHT: Final = 15.0
_LINE: Final = Side(style="thin", color="FFBFBFBF")
_BORDER: Final = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_LEFT: Final = Alignment(vertical="center", wrap_text=True)
_CENTRE: Final = Alignment(horizontal="center", vertical="center", wrap_text=True)


def put(cell: Cell, value: Value) -> None:
    """Write a value; text stays text, whatever it begins with."""
    if not isinstance(value, str):
        cell.value = value
        return
    text = _NOT_IN_XML.sub("", value)[:_LONGEST]
    cell.value = text
    if text.startswith(_DANGEROUS):
        cell.data_type = "s"
        cell.quotePrefix = True


def new_workbook(properties: dict[str, str]) -> Workbook:
    """Return a workbook without sheets that has our styles and document properties."""
    book = Workbook()
    book.remove(book.active)
    for name, value in properties.items():
        book.custom_doc_props.append(StringProperty(name=name, value=value))
    for style in styles():
        book.add_named_style(style)
    return book


def styles() -> list[NamedStyle]:
    """Return our cell styles; each workbook needs its own."""
    font = Font(_FONT, 11)
    locked, free = Protection(locked=True), Protection(locked=False)
    shade = {name: PatternFill("solid", fgColor=colour) for name, colour in _SHADES.items()}
    return [
        NamedStyle(TITLE, font=Font(_FONT, 14, b=True), protection=locked),
        NamedStyle(NOTE, font=font, protection=locked),
        NamedStyle(HEAD, Font(_FONT, 11, b=True), shade[HEAD], _BORDER, _CENTRE, protection=locked),
        NamedStyle(KEY, font, shade[KEY], _BORDER, _LEFT, "@", locked),
        NamedStyle(INPUT, font, border=_BORDER, alignment=_CENTRE, protection=free),
        NamedStyle(TEXT_INPUT, font, border=_BORDER, alignment=_LEFT, number_format="@", protection=free),
        NamedStyle(CLOSED, font, shade[CLOSED], _BORDER, _CENTRE, protection=locked),
    ]


_SHADES: Final = {HEAD: "FFD9E7DC", KEY: "FFF2F2F2", CLOSED: "FFD9D9D9"}


def put_row(sheet: Worksheet, number: int, values: Iterable[Value], style: str) -> None:
    """Write a row of cells of one style, from column A."""
    for column, value in enumerate(values, 1):
        cell = sheet.cell(number, column)
        cell.style = style
        put(cell, value)


def fit_height(sheet: Worksheet, number: int, texts: Iterable[tuple[str, float]]) -> None:
    """Make a row as high as its wrapped texts need; each comes with the width of its column in characters."""
    lines = max(-(-len(text) // int(width)) for text, width in texts)
    sheet.row_dimensions[number].height = _LINE_HEIGHT * max(lines, 1) + 3


def offer(sheet: Worksheet, cells: str, source: str, words: dict[str, str]) -> None:
    """Put a drop-down on cells.

    Parameters
    ----------
    sheet, cells
        Where, ``C6:U15``.
    source
        Range of the words, ``'Danh mục'!$A$2:$A$4``.
    words
        ``title`` and ``prompt`` that stand beside the chosen cell, ``error`` told for any other text.
    """
    choice: Any = DataValidation("list", source, allow_blank=True, showErrorMessage=True, showInputMessage=True)
    choice.promptTitle = choice.errorTitle = words["title"][:_TITLE]
    choice.prompt, choice.error = words["prompt"][:_MESSAGE], words["error"][:_MESSAGE]
    choice.add(cells)
    sheet.add_data_validation(choice)


def protect(sheet: Worksheet) -> None:
    """Lock all cells but those to be filled, without a password; columns and rows may still be made wider."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False


def print_on_a4(sheet: Worksheet, header_row: int) -> None:
    """Set a sheet up for A4 across, one page wide, its header on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{header_row}:{header_row}"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.center.text = "&P/&N"


def saved(book: Workbook) -> bytes:
    """Return the workbook as the bytes of an ``.xlsx``."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
