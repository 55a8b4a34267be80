"""The published collection that ships in ``data/programme``: checked whole, then stored like any other file.

Reading is all or nothing: every fault of every file is collected with file, row and column, and
one :class:`base.errors.DataError` carries them all.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from base.clock import TIME_ZONE
from base.errors import DataError, DuplicateError, Fault
from base.settings import SHIPPED_DATA
from intake.rows import SCHEMAS, Row
from store.ledger import Ledger, Submission
from store.schema import metadata

#: When the shipped files were collected (data/programme/SOURCES.md): their ``recorded_at`` in a new store.
COLLECTED: Final = datetime(2026, 11, 22, tzinfo=TIME_ZONE)
#: Who a store says has recorded them.
COLLECTOR: Final = "Bộ số liệu công bố kèm phần mềm"
PROGRAMME_FILES: Final = SHIPPED_DATA / "programme"
#: Columns that are called otherwise in the store; ``None``: for the reader of the file only.
_STORED_AS: Final[dict[str, dict[str, str | None]]] = {
    "documents": {"id": "document_id"},
    "mandates": {"id": "mandate_id"},
    "recognitions": {"name": None},
    "targets": {"name": None, "as_written": None},
    "warnings": {"name": None},
    "criteria_counts": {"name": None},
}
#: What a table of the store has beyond the file.
_ADDED: Final[dict[str, dict[str, object]]] = {
    "recognitions": {"action": "recognise", "criteria_set": "", "scan_hash": None, "voided": 0},
    "targets": {"department": "", "voided": 0},
    "figures": {"voided": 0},
}

_NUMBER = "“{value}” phải là số."
#: Faults of pydantic by type, in the reader's words; the value errors of our own schema carry theirs.
_FAULTS = {
    "string_too_short": "không được để trống.",
    "string_pattern_mismatch": "“{value}” không đúng dạng.",
    "literal_error": "“{value}” không dùng được; chọn một trong: {allowed}.",
    "int_parsing": _NUMBER,
    "int_type": _NUMBER,
    "float_parsing": _NUMBER,
    "greater_than_equal": "“{value}” ngoài khoảng cho phép.",
    "less_than_equal": "“{value}” ngoài khoảng cho phép.",
    "bool_parsing": "“{value}” phải là 0 hoặc 1.",
    "bool_type": "“{value}” phải là 0 hoặc 1.",
    "date_from_datetime_parsing": "“{value}” phải là ngày dạng 2024-01-22.",
    "date_parsing": "“{value}” phải là ngày dạng 2024-01-22.",
}


def load_collection(ledger: Ledger, folder: Path = PROGRAMME_FILES) -> None:
    """Store the collection of ``folder`` unless the same one is in force; changed files make a new submission.

    Raises
    ------
    DataError
        As :func:`read_collection`; nothing is stored.
    StoreError
        The store cannot be written.
    """
    content = packed(folder)
    newest = next(iter(ledger.receipts(kind="programme")), None)
    first = newest is None
    submission = Submission(
        kind="programme",
        province="",
        file_name="data-programme.zip",
        content=content,
        actor=COLLECTOR,
        rows={},
        recorded_at=COLLECTED if first and ledger.version() == 0 else None,
    )
    if newest is None or newest.file_hash != submission.digest:
        # Two processes may start at once: the second one finds the first one's.
        with suppress(DuplicateError):
            ledger.submit(replace(submission, rows=read_collection(folder)))


def packed(folder: Path) -> bytes:
    """Return the files of ``folder`` as one archive, not compressed: equal files give equal bytes everywhere."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(SCHEMAS):
            path = folder / name
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes() if path.exists() else b"")
    return buffer.getvalue()


def read_collection(folder: Path = PROGRAMME_FILES) -> dict[str, list[dict[str, object]]]:
    """Read and check every programme file of ``folder``; return rows by table of the store.

    Raises
    ------
    DataError
        A file is missing, not UTF-8, or any row breaks its schema, repeats a key, or names a
        unit, district, document or criteria set that the other files do not know.
    """
    faults: list[Fault] = []
    reads = {name: _read_rows(folder / name, schema, faults) for name, schema in SCHEMAS.items()}
    faults.extend(_unknown_keys(reads))
    faults.extend(_repeated_keys(reads))
    if faults:
        raise DataError(faults)
    return {name.removesuffix(".csv"): [_stored(name, read) for read in rows] for name, rows in reads.items()}


def _stored(file: str, read: _Read) -> dict[str, object]:
    """Return a checked row as its table holds it, with its place in the file."""
    table = file.removesuffix(".csv")
    names = _STORED_AS.get(table, {})
    row: dict[str, object] = {"sheet": file, "cell": f"A{read.number}", **_ADDED.get(table, {})}
    for name, value in read.row or ():
        stored = names.get(name, name)
        if stored is not None:
            row[stored] = _plain(value, read.cells[name], nullable=metadata.tables[table].c[stored].nullable)
    return row


def _plain(value: object, cell: str, *, nullable: bool | None) -> object:
    """Return numbers and flags as numbers, everything else as the file writes it."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    return None if nullable and not cell else cell


@dataclass(frozen=True)
class _Read:
    """A row as it stands in a file, and as a checked row unless it has faults."""

    number: int
    cells: Mapping[str, str]
    row: Row | None


def _read_rows(path: Path, schema: type[Row], faults: list[Fault]) -> list[_Read]:
    """Read a file row by row; append a fault for everything that is wrong with it."""
    try:
        # Spreadsheets put a byte order mark before UTF-8; it is no fault.
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        faults.append(Fault(path.name, None, None, "thiếu tệp. Hãy lấy lại thư mục data/programme."))
        return []
    except UnicodeDecodeError:
        faults.append(Fault(path.name, None, None, "không phải UTF-8. Hãy lưu lại tệp ở dạng UTF-8."))
        return []
    reader = csv.DictReader(io.StringIO(text), strict=True)
    header = set(reader.fieldnames or ())
    wrong = [Fault(path.name, 1, name, "thiếu cột này.") for name in schema.model_fields if name not in header]
    wrong += [Fault(path.name, 1, name, "thừa cột này.") for name in header if name not in schema.model_fields]
    faults.extend(wrong)
    return [] if wrong else _check_rows(path.name, reader, schema, faults)


def _check_rows(file: str, reader: csv.DictReader[str], schema: type[Row], faults: list[Fault]) -> list[_Read]:
    read = []
    try:
        for number, cells in enumerate(reader, start=2):
            if None in cells or None in cells.values():
                faults.append(Fault(file, number, None, "số ô của dòng khác số cột của tiêu đề."))
                continue
            try:
                read.append(_Read(number, cells, schema.model_validate(cells)))
            except ValidationError as error:
                faults.extend(_cell_fault(file, number, dict(fault)) for fault in error.errors())
                read.append(_Read(number, cells, None))
    except csv.Error as error:
        faults.append(Fault(file, reader.line_num, None, "dòng hỏng: {why}", (("why", str(error)),)))
    return read


def _cell_fault(file: str, row: int, fault: Mapping[str, Any]) -> Fault:
    """Put a pydantic fault into the reader's words; its own are English and about types."""
    column = str(fault["loc"][0]) if fault["loc"] else None
    if fault["type"] == "value_error":
        return Fault(file, row, column, str(fault["ctx"]["error"]), (("value", fault["input"]),))
    message = _FAULTS.get(fault["type"], "giá trị “{value}” không hợp lệ.")
    allowed = str(fault.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
    return Fault(file, row, column, message, (("value", fault["input"]), ("allowed", allowed)))


def _unknown_keys(rows: Mapping[str, list[_Read]]) -> list[Fault]:
    """Units, districts, documents and criteria sets that no other file knows.

    A code is a key only within its province, or its list of units: codes were used again in 2025. Rows with
    faults of their own still count as known: one fault is told once.
    """

    def cells(file: str, *columns: str) -> set[tuple[str, ...]]:
        return {tuple(read.cells[column] for column in columns) for read in rows[file]}

    of_province = "mã đơn vị “{value}” không có trong units.csv (tỉnh “{within}”)."
    of_list = "mã đơn vị “{value}” không có trong units.csv (danh mục “{within}”)."
    district = "mã huyện “{value}” không có trong units.csv (tỉnh “{within}”)."
    units, listed = cells("units.csv", "province", "code"), cells("units.csv", "unit_list", "code")
    # Column, the column it counts within (empty: none), the keys that are known, and what is said.
    known: list[tuple[str, str, set[tuple[str, ...]], str]] = [
        ("code", "province", units, of_province),
        ("district_code", "province", cells("units.csv", "province", "district_code"), district),
        ("code", "boundary", listed, of_list),
        ("successor_code", "successor_boundary", listed, of_list),
        ("document", "", cells("documents.csv", "id"), "văn bản “{value}” không có trong documents.csv."),
        ("set_id", "", cells("criteria_sets.csv", "set_id"), "bộ tiêu chí “{value}” không có trong criteria_sets.csv."),
    ]
    return [
        Fault(file, read.number, column, message, (("value", value), ("within", read.cells.get(within, ""))))
        for file, reads in rows.items()
        for read in reads
        for column, within, allowed, message in known
        if (not within or within in read.cells) and (value := getattr(read.row, column, None)) is not None
        if ((read.cells[within], value) if within else (value,)) not in allowed
    ]


#: What must not be repeated in a file; the last column is the one a reader is sent to.
_KEYS: Final = {
    "units.csv": ("unit_list", "code"),
    "documents.csv": ("id",),
    "targets.csv": ("row_id",),
    "successions.csv": ("boundary", "code", "successor_code"),
}


def _repeated_keys(rows: Mapping[str, list[_Read]]) -> list[Fault]:
    faults = []
    for file, columns in _KEYS.items():
        seen: dict[tuple[str, ...], int] = {}
        for read in rows[file]:
            key = tuple(read.cells[column] for column in columns)
            first = seen.setdefault(key, read.number)
            if first != read.number:
                found = (("value", " ".join(key)), ("first", first))
                faults.append(Fault(file, read.number, columns[-1], "“{value}” đã có ở dòng {first}.", found))
    return faults
