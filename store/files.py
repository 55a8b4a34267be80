"""Facts read from the files that ship in ``data/programme``; the next issue puts a database here.

Reading is all or nothing: every fault of every file is collected with file, row and column, and
one :class:`base.errors.DataError` carries them all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from base.errors import DataError, Fault
from base.settings import SHIPPED_DATA
from programme.records import (
    CriteriaCount,
    Document,
    Mandate,
    PublishedFigure,
    Recognition,
    Succession,
    Target,
    WithdrawalWarning,
)
from programme.units import Unit
from store.schema import SCHEMAS, Row

_T = TypeVar("_T")

#: When the shipped files were collected (data/programme/SOURCES.md): their ``recorded_at``.
RECORDED_AT = "2026-11-22T00:00:00+07:00"
PROGRAMME_FILES = SHIPPED_DATA / "programme"

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


@dataclass(frozen=True)
class FileFacts:
    """:class:`store.facts.Facts` over checked rows; see there for the meaning of each field."""

    province: str
    known_at: str
    units: Mapping[str, Unit]
    recognitions: Sequence[Recognition]
    targets: Sequence[Target]
    warnings: Sequence[WithdrawalWarning]
    figures: Sequence[PublishedFigure]
    criteria_counts: Sequence[CriteriaCount]
    successions: Mapping[str, Succession]
    mandates: Mapping[str, Mandate]
    documents: Mapping[str, Document]


@cache
def shipped_facts(province: str) -> FileFacts:
    """Return the facts that ship for ``province``, read and checked once per process.

    Raises
    ------
    DataError
        A file is missing or faulty; carries every fault.
    """
    return read_facts(PROGRAMME_FILES, province)


def read_facts(folder: Path, province: str) -> FileFacts:
    """Read and check every programme file of ``folder``; return the facts of one province.

    Raises
    ------
    DataError
        A file is missing, not UTF-8, or any row breaks its schema, repeats a key, or names a
        unit, district or document that the other files do not know.
    """
    faults: list[Fault] = []
    rows = {name: _read_rows(folder / name, schema, faults) for name, schema in SCHEMAS.items()}
    faults.extend(_unknown_keys(rows))
    faults.extend(_repeated_keys(rows))
    if faults:
        raise DataError(faults)
    return _facts(province, {name: [read.row for read in reads if read.row] for name, reads in rows.items()})


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
    """Codes and documents that no other file knows.

    Rows with faults of their own still count as known: one fault is told once.
    """

    def cells(file: str, column: str) -> set[str]:
        return {read.cells[column] for read in rows[file]}

    known = [
        ("code", cells("units.csv", "code"), "mã đơn vị “{value}” không có trong units.csv."),
        ("district_code", cells("units.csv", "district_code"), "mã huyện “{value}” không có trong units.csv."),
        ("document", cells("documents.csv", "id"), "văn bản “{value}” không có trong documents.csv."),
    ]
    return [
        Fault(file, read.number, column, message, (("value", value),))
        for file, reads in rows.items()
        for read in reads
        for column, allowed, message in known
        if (value := getattr(read.row, column, None)) is not None and value not in allowed
    ]


def _repeated_keys(rows: Mapping[str, list[_Read]]) -> list[Fault]:
    keys = {"units.csv": "code", "documents.csv": "id", "targets.csv": "row_id", "successions.csv": "code"}
    faults = []
    for file, column in keys.items():
        seen: dict[str, int] = {}
        for read in rows[file]:
            value = read.cells[column]
            first = seen.setdefault(value, read.number)
            if first != read.number:
                found = (("value", value), ("first", first))
                faults.append(Fault(file, read.number, column, "“{value}” đã có ở dòng {first}.", found))
    return faults


def _facts(province: str, rows: Mapping[str, list[Row]]) -> FileFacts:
    def of(name: str) -> list[dict[str, object]]:
        found = [dict(row) for row in rows[name]]
        return [row for row in found if row.pop("province", province) == province]

    documents = {str(r["id"]): _make(Document, r, drop=("file",)) for r in of("documents.csv")}

    def quoting(row: dict[str, object]) -> dict[str, object]:
        return row | {"document": documents[str(row["document"])]}

    return FileFacts(
        province=province,
        known_at=RECORDED_AT,
        units={str(r["code"]): _make(Unit, r, drop=("source",)) for r in of("units.csv")},
        recognitions=[
            _make(Recognition, r, {"code": "unit", "year_of_standard": "standard_year"}, ("name",))
            for r in of("recognitions.csv")
        ],
        targets=[
            _make(
                Target,
                r,
                {"unit": "measure", "code": "unit", "district_code": "district"},
                ("name", "as_written"),
            )
            for r in map(quoting, of("targets.csv"))
        ],
        warnings=[_make(WithdrawalWarning, r, {"code": "unit"}, ("name",)) for r in map(quoting, of("warnings.csv"))],
        figures=[_make(PublishedFigure, r, {"district_code": "district"}) for r in of("figures.csv")],
        criteria_counts=[
            _make(CriteriaCount, r, {"code": "unit", "set_id": "criteria_set"}, ("name",))
            for r in of("criteria_counts.csv")
        ],
        successions={
            str(r["code"]): _make(Succession, r, {"code": "unit"}, ("boundary",)) for r in of("successions.csv")
        },
        mandates={str(r["id"]): _make(Mandate, r) for r in map(quoting, of("mandates.csv"))},
        documents=documents,
    )


def _make(
    kind: Callable[..., _T],
    row: Mapping[str, object],
    rename: Mapping[str, str] | None = None,
    drop: Sequence[str] = (),
) -> _T:
    """Build a record from a row: some columns renamed, some left out."""
    names = rename or {}
    return kind(**{names.get(key, key): value for key, value in row.items() if key not in drop})
