"""Monthly workbooks for the tests: real bytes, filled and broken on purpose."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
from openpyxl import Workbook as OpenWorkbook

from base.clock import Month
from base.errors import DataError, Fault
from intake.checked import Checked, Sender
from intake.collection import load_collection
from intake.monthly import check_monthly
from intake.sheets import Workbook
from intake.template import LIST_SHEET, monthly_template
from intake.workbook import read_workbook
from store.ledger import Ledger, Purpose
from store.queries import LedgerFacts

#: Đăk Hà: ten communes and one township.
DISTRICT = "615"
PERIOD = Month(2025, 5)
SENDER = Sender(actor="Văn phòng Điều phối", sent_by="Huyện Đăk Hà")
Edit = Callable[[OpenWorkbook], None]

_prepared: dict[tuple[Path, Purpose], Path] = {}


def new_ledger(folder: Path, base: Path, purpose: Purpose = "office") -> Ledger:
    """Return a store of its own that holds the published collection; the first one of a session is copied."""
    if (base, purpose) not in _prepared:
        path = base / f"{purpose}.sqlite3"
        ledger = Ledger(f"sqlite:///{path}", purpose)
        load_collection(ledger)
        ledger.engine.dispose()
        _prepared[base, purpose] = path
    target = folder / "store.sqlite3"
    shutil.copy(_prepared[base, purpose], target)
    return Ledger(f"sqlite:///{target}", purpose)


def facts_of(ledger: Ledger, province: str = "kontum") -> LedgerFacts:
    return LedgerFacts(ledger, province, ledger.version(), {"kontum": "kontum-2015"}.get(province, ""))


def template(ledger: Ledger, district: str = DISTRICT, period: Month = PERIOD, *, indicators: bool = False) -> bytes:
    return monthly_template(facts_of(ledger), district, period, indicators=indicators)


def edited(content: bytes, *edits: Edit) -> bytes:
    """Return a workbook as an officer's program saves it after some changes."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for edit in edits:
        edit(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def put(values: dict[str, object], sheet: str = "Tiêu chí") -> Edit:
    """Return an edit that writes cells by address."""

    def edit(book: OpenWorkbook) -> None:
        for cell, value in values.items():
            book[sheet][cell] = value

    return edit


def fill(word: object = "Đạt", sheet: str = "Tiêu chí", first: str = "C6", last: str = "U15") -> Edit:
    """Return an edit that writes one word into every cell of a range."""

    def edit(book: OpenWorkbook) -> None:
        for row in book[sheet][first:last]:
            for cell in row:
                cell.value = word

    return edit


def opened(content: bytes, name: str = "bao-cao.xlsx") -> Workbook:
    return read_workbook(content, name, ignore_hidden=(LIST_SHEET,))


def check(ledger: Ledger, content: bytes, sender: Sender = SENDER, name: str = "bao-cao.xlsx") -> Checked:
    return check_monthly(opened(content, name), content, facts_of(ledger), ledger, sender)


def faults(ledger: Ledger, content: bytes, sender: Sender = SENDER, name: str = "bao-cao.xlsx") -> list[Fault]:
    """Return what a file is refused for; the store must not know of it."""
    before = ledger.version()
    try:
        check(ledger, content, sender, name)
    except DataError as error:
        assert ledger.version() == before
        for fault in error.faults:
            for lang in ("vi", "en"):
                assert "{" not in fault.text(lang)
        return list(error.faults)
    message = "the file was accepted"
    raise AssertionError(message)


def place(fault: Fault) -> str:
    """Return ``Tiêu chí!D12``, or what is known of the place."""
    return f"{fault.sheet or ''}!{fault.column or ''}{fault.row or ''}"
