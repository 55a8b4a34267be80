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
from typing import TypeVar

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
    return _facts(province, {name: [row for _, row in read] for name, read in rows.items()})


def _read_rows(path: Path, schema: type[Row], faults: list[Fault]) -> list[tuple[int, Row]]:
    """Return (row number, row) of every good row; append a fault for each bad cell."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        faults.append(Fault(path.name, None, None, "thiếu tệp. Hãy lấy lại thư mục data/programme."))
        return []
    except UnicodeDecodeError:
        faults.append(Fault(path.name, None, None, "không phải UTF-8. Hãy lưu lại tệp ở dạng UTF-8."))
        return []
    good = []
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        for number, cells in enumerate(reader, start=2):
            try:
                good.append((number, schema.model_validate(cells)))
            except ValidationError as error:
                faults.extend(_cell_fault(path.name, number, fault) for fault in error.errors())
    except csv.Error as error:
        faults.append(Fault(path.name, reader.line_num, None, "dòng hỏng: {why}", (("why", str(error)),)))
    return good


def _cell_fault(file: str, row: int, fault: object) -> Fault:
    place, kind, value, why = (fault[key] for key in ("loc", "type", "input", "msg"))  # type: ignore[index]
    column = str(place[0]) if place else None
    if kind == "missing":
        return Fault(file, row, column, "thiếu cột này.")
    if kind == "extra_forbidden":
        return Fault(file, row, column, "thừa cột này.")
    return Fault(file, row, column, "giá trị “{value}” không hợp lệ ({why}).", (("value", value), ("why", why)))


def _unknown_keys(rows: Mapping[str, list[tuple[int, Row]]]) -> list[Fault]:
    """Codes and documents that no other file knows."""
    units = {getattr(row, "code", None) for _, row in rows["units.csv"]}
    districts = {getattr(row, "district_code", None) for _, row in rows["units.csv"]}
    documents = {getattr(row, "id", None) for _, row in rows["documents.csv"]}
    known: list[tuple[str, set[str | None], str]] = [
        ("code", units, "mã đơn vị “{value}” không có trong units.csv."),
        ("district_code", districts, "mã huyện “{value}” không có trong units.csv."),
        ("document", documents, "văn bản “{value}” không có trong documents.csv."),
    ]
    return [
        Fault(file, number, column, message, (("value", value),))
        for file, read in rows.items()
        for number, row in read
        for column, allowed, message in known
        if (value := getattr(row, column, None)) is not None and value not in allowed
    ]


def _repeated_keys(rows: Mapping[str, list[tuple[int, Row]]]) -> list[Fault]:
    keys: dict[str, Callable[[Row], object]] = {
        "units.csv": lambda row: getattr(row, "code"),  # noqa: B009 - Row is the common base
        "documents.csv": lambda row: getattr(row, "id"),  # noqa: B009
        "targets.csv": lambda row: getattr(row, "row_id"),  # noqa: B009
        "successions.csv": lambda row: getattr(row, "code"),  # noqa: B009
    }
    faults = []
    for file, key in keys.items():
        seen: dict[object, int] = {}
        for number, row in rows[file]:
            first = seen.setdefault(key(row), number)
            if first != number:
                found = (("value", key(row)), ("first", first))
                faults.append(Fault(file, number, None, "“{value}” đã có ở dòng {first}.", found))
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
