"""The programme files that ship, row by row, and what a reader is told about a broken one."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from base.errors import DataError, Fault
from base.settings import SHIPPED_DATA
from intake.collection import read_collection
from intake.rows import SCHEMAS
from store.queries import LedgerFacts

FOLDER = SHIPPED_DATA / "programme"
FILES = sorted(path.name for path in FOLDER.glob("*.csv"))
DATE = r"(early )?\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
PERIOD = re.compile(rf"((by )?{DATE}|{DATE}( or |/){DATE})")
PERIODS = {"period", "year_of_standard", "decision_date"}
VIETNAMESE = re.compile(r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]")
#: What only a programmer understands: pydantic's sentences and type names.
PROGRAMMERS_WORDS = re.compile(
    r"Input should|Value error|String should|Field required|valid integer|pydantic|_type|_error|int_parsing"
)


def cells(file: str) -> list[dict[str, str]]:
    with (FOLDER / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@pytest.mark.parametrize("file", FILES)
def test_every_row_has_sources_known_codes_periods_and_nfc(file: str) -> None:
    # Codes were used again in 2025: they are known within their province, or their list.
    known = cells("units.csv")
    units = {(row[within], row["code"]) for row in known for within in ("province", "unit_list")}
    districts = {(row["province"], row["district_code"]) for row in known}
    documents = {row["id"] for row in cells("documents.csv")}
    rows = cells(file)
    assert rows
    for number, row in enumerate(rows, start=2):
        where = f"{file}:{number}"
        assert None not in row, f"{where}: more cells than columns"
        assert None not in row.values(), f"{where}: fewer cells than columns"
        for column, value in row.items():
            assert unicodedata.is_normalized("NFC", value), f"{where} {column}: not NFC"
            assert value == value.strip(), f"{where} {column}: blanks around the value"
            if column in PERIODS and value:
                assert PERIOD.fullmatch(value), f"{where} {column}: {value!r}"
        source = row.get("source") or row.get("document") or row.get("clause") or row.get("file")
        assert source, f"{where}: no source"
        within = row.get("province") or row.get("boundary") or row.get("unit_list", "")
        if row.get("code") and "parent" not in row:  # codes of criteria are no codes of communes
            assert (within, row["code"]) in units, where
        if row.get("successor_code"):
            assert (row["successor_boundary"], row["successor_code"]) in units, where
        if row.get("district_code") and "province" in row:
            assert (within, row["district_code"]) in districts, where
        assert row.get("document", next(iter(documents))) in documents, where


def test_shipped_files_are_read_without_a_fault_and_without_losing_a_row() -> None:
    read = read_collection(FOLDER)
    assert {f"{name}.csv": len(rows) for name, rows in read.items()} == {name: len(cells(name)) for name in SCHEMAS}


def test_units_are_the_102_of_kon_tum_85_of_them_in_the_programme(facts: LedgerFacts) -> None:
    assert len(facts.units) == 102
    assert sum(unit.in_programme for unit in facts.units.values()) == 85
    assert all(unit.in_programme == (unit.kind == "xã") for unit in facts.units.values())
    for name in ("Đăk Long", "Đăk Hà"):
        namesakes = [unit.code for unit in facts.units.values() if unit.name == name]
        assert len(namesakes) == 2, f"{name}: never a key on its own"


Break = Callable[[Path], None]


def cell(file: str, row: int, column: str, value: str) -> Break:
    """Return a change of one cell; ``row`` counts as a spreadsheet does."""

    def change(folder: Path) -> None:
        rows = cells(file)
        rows[row - 2][column] = value
        write(folder / file, rows)

    return change


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def faults_of(folder: Path) -> tuple[Fault, ...]:
    with pytest.raises(DataError) as caught:
        read_collection(folder)
    return caught.value.faults


BAD_CELLS = {
    "code of no unit": ("recognitions.csv", 3, "code", "99999"),
    "code of wrong form": ("recognitions.csv", 3, "code", "2338"),
    "code of another province": ("recognitions.csv", 3, "code", "20524"),
    "district of no unit": ("targets.csv", 3, "district_code", "999"),
    "district of another province": ("targets.csv", 3, "district_code", "506"),
    "successor of another list": ("successions.csv", 3, "successor_code", "20341"),
    "unit of another list": ("successions.csv", 4, "code", "20341"),
    "unknown document": ("warnings.csv", 4, "document", "CT99-2099"),
    "bad period": ("figures.csv", 5, "period", "mùa xuân 2019"),
    "month 13": ("criteria_counts.csv", 2, "period", "2013-13"),
    "day that does not exist": ("recognitions.csv", 2, "decision_date", "2019-02-30"),
    "empty period": ("figures.csv", 5, "period", ""),
    "NFD text": ("units.csv", 2, "name", unicodedata.normalize("NFD", "Quảng Trị")),
    "unknown level": ("recognitions.csv", 2, "level", "excellent"),
    "unknown event": ("successions.csv", 2, "event", "mất"),
    "unknown status": ("figures.csv", 2, "status", "dự kiến"),
    "no number": ("figures.csv", 2, "value", "một"),
    "no source": ("recognitions.csv", 7, "source", ""),
    "flag that is neither": ("units.csv", 9, "in_programme", "maybe"),
}


@pytest.mark.parametrize("place", BAD_CELLS.values(), ids=BAD_CELLS)
def test_a_bad_cell_is_told_with_its_place_its_value_and_a_vietnamese_sentence(
    programme_copy: Path, place: tuple[str, int, str, str]
) -> None:
    file, row, column, value = place
    cell(*place)(programme_copy)
    (fault,) = [f for f in faults_of(programme_copy) if (f.file, f.row, f.column) == (file, row, column)]
    sentence = fault.text("vi")
    assert sentence.startswith(f"{file}, dòng {row}, cột “{column}”: ")
    assert VIETNAMESE.search(sentence.removeprefix(f"{file}, dòng {row}, cột “{column}”: "))
    assert value in sentence


@pytest.mark.parametrize("place", BAD_CELLS.values(), ids=BAD_CELLS)
def test_a_fault_is_told_in_the_words_of_the_reader(programme_copy: Path, place: tuple[str, int, str, str]) -> None:
    cell(*place)(programme_copy)
    for fault in faults_of(programme_copy):
        assert not PROGRAMMERS_WORDS.search(fault.text("vi"))
        assert "“None”" not in fault.text("vi")


@pytest.mark.parametrize("kind", ["NFD text", "flag that is neither"])
def test_a_faulty_unit_is_not_also_reported_as_unknown_elsewhere(programme_copy: Path, kind: str) -> None:
    cell(*BAD_CELLS[kind])(programme_copy)
    assert {fault.file for fault in faults_of(programme_copy)} == {"units.csv"}


def test_the_mark_that_spreadsheets_put_before_utf8_does_no_harm(programme_copy: Path) -> None:
    path = programme_copy / "warnings.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_collection(programme_copy)["warnings"]) == len(cells("warnings.csv"))


@pytest.mark.parametrize("content", ["", "hoàn toàn khác\n"], ids=["empty file", "header of another file"])
def test_a_file_without_its_header_is_a_fault_and_not_an_empty_list(programme_copy: Path, content: str) -> None:
    (programme_copy / "warnings.csv").write_text(content, encoding="utf-8")
    assert {fault.file for fault in faults_of(programme_copy)} == {"warnings.csv"}


def drop_column(folder: Path) -> None:
    write(folder / "warnings.csv", [{k: v for k, v in row.items() if k != "quote"} for row in cells("warnings.csv")])


def add_column(folder: Path) -> None:
    write(folder / "mandates.csv", [row | {"ghi_chu": "x"} for row in cells("mandates.csv")])


@pytest.mark.parametrize(
    ("change", "file", "column", "words"),
    [(drop_column, "warnings.csv", "quote", "thiếu cột"), (add_column, "mandates.csv", "ghi_chu", "thừa cột")],
)
def test_a_missing_or_extra_column_is_named(
    programme_copy: Path, change: Break, file: str, column: str, words: str
) -> None:
    change(programme_copy)
    faults = faults_of(programme_copy)
    assert {(fault.file, fault.column) for fault in faults} == {(file, column)}
    assert all(words in fault.text("vi") for fault in faults)


@pytest.mark.parametrize("file", ["units.csv", "documents.csv", "targets.csv", "successions.csv"])
def test_a_repeated_key_names_both_rows(programme_copy: Path, file: str) -> None:
    rows = cells(file)
    write(programme_copy / file, [*rows, rows[1]])
    (fault,) = faults_of(programme_copy)
    assert (fault.file, fault.row) == (file, len(rows) + 2)
    assert "đã có ở dòng 3" in fault.text("vi")


def test_a_row_after_a_quoted_line_break_keeps_its_spreadsheet_number(programme_copy: Path) -> None:
    rows = cells("recognitions.csv")
    rows[0]["quote"] = "dòng một\ndòng hai"
    rows[3]["code"] = "99999"
    write(programme_copy / "recognitions.csv", rows)
    (fault,) = faults_of(programme_copy)
    assert fault.row == 5


def test_a_row_with_too_few_cells_is_a_fault_of_that_row(programme_copy: Path) -> None:
    path = programme_copy / "mandates.csv"
    path.write_text(path.read_text("utf-8") + "kontum,cut-short\n", encoding="utf-8")
    faults = faults_of(programme_copy)
    assert {(fault.file, fault.row) for fault in faults} == {("mandates.csv", 3)}
    assert not any("None" in fault.text("vi") for fault in faults)


def test_a_row_with_too_many_cells_is_a_fault_of_that_row(programme_copy: Path) -> None:
    path = programme_copy / "warnings.csv"
    lines = path.read_text("utf-8").splitlines()
    lines[2] += ",thừa"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (fault,) = faults_of(programme_copy)
    assert (fault.file, fault.row) == ("warnings.csv", 3)
    assert "None" not in fault.text("vi")


def test_a_file_that_is_not_utf8_and_a_missing_file_are_told_as_such(programme_copy: Path) -> None:
    path = programme_copy / "warnings.csv"
    path.write_bytes(path.read_text("utf-8").encode("utf-16"))
    (programme_copy / "mandates.csv").unlink()
    told = {fault.file: fault.text("vi") for fault in faults_of(programme_copy)}
    assert set(told) == {"warnings.csv", "mandates.csv"}
    assert "UTF-8" in told["warnings.csv"]
    assert "thiếu tệp" in told["mandates.csv"]


def test_every_fault_of_every_file_is_told_at_once(programme_copy: Path) -> None:
    places = [BAD_CELLS["code of no unit"], BAD_CELLS["bad period"], BAD_CELLS["unknown document"]]
    for place in places:
        cell(*place)(programme_copy)
    (programme_copy / "mandates.csv").unlink()
    with pytest.raises(DataError) as caught:
        read_collection(programme_copy)
    expected = {(file, row, column) for file, row, column, _ in places} | {("mandates.csv", None, None)}
    assert {(f.file, f.row, f.column) for f in caught.value.faults} == expected
    assert len(str(caught.value).splitlines()) == 1 + len(expected)
