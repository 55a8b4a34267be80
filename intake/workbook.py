"""Opening a file that an officer hands in, and finding the table on it.

``.xlsx``, ``.xls`` and ``.csv`` become the same neutral grid. Nothing here knows what the table is
about: the caller names the columns it wants, and gets rows with the place of every value
(:mod:`intake.table`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Mapping
from pathlib import PureWindowsPath
from typing import Final

from defusedxml import DefusedXmlException

from base.errors import DataError, Fault
from intake.container import DAMAGED, UNSAFE_XML, Format, data_error, identify, refusal
from intake.sheets import Reading, Sheet, Value, Workbook, read_csv
from intake.table import Column, Table, TableRow, find_table
from intake.xls import read_xls
from intake.xlsx import read_xlsx

__all__ = ["Column", "Sheet", "Table", "TableRow", "Value", "Workbook", "find_table", "read_workbook"]

_READERS: Final[Mapping[Format, Callable[[bytes, str], Reading]]] = {
    "xlsx": read_xlsx,
    "xls": read_xls,
    "csv": read_csv,
}


def read_workbook(content: bytes, name: str, *, ignore_hidden: Container[str] = ()) -> Workbook:
    """Open a file.

    Parameters
    ----------
    content
        The whole file.
    name
        Its name; folders before it are dropped.
    ignore_hidden
        Names of hidden sheets that may hold values, such as the lists of our own templates.

    Raises
    ------
    DataError
        With every fault: the file cannot be taken at all (one fault), or cells show errors, hold
        formulas without a stored result, or hidden sheets hold values (up to 200 faults).
    """
    file = PureWindowsPath(name).name
    kind = identify(content, file)
    try:
        reading = _READERS[kind](content, file)
    except DataError:
        raise
    except Exception as error:
        # The one boundary to the readers: a damaged file makes them raise nearly anything.
        raise refusal(file, UNSAFE_XML if _is_unsafe_xml(error) else DAMAGED) from error
    unseen = [sheet for sheet in reading.hidden if sheet not in ignore_hidden]
    message = "Trang bị ẩn nhưng có số liệu. Hãy bỏ ẩn và kiểm tra, hoặc xóa trang này rồi nộp."
    faults = [*reading.faults, *(Fault(file, None, None, message, sheet=sheet) for sheet in unseen)]
    if faults:
        raise data_error(file, faults)
    digest = hashlib.sha256(content).hexdigest()
    return Workbook(file, digest, kind, reading.sheets, reading.properties, reading.hidden)


def _is_unsafe_xml(error: BaseException | None) -> bool:
    """Tell whether forbidden XML is the cause; openpyxl wraps it into its own errors."""
    while error is not None:
        if isinstance(error, DefusedXmlException):
            return True
        error = error.__cause__
    return False
