"""Small forms for the tests: templates filled as an officer does, and rows as a page sends them."""

from __future__ import annotations

import io
from collections.abc import Mapping

import openpyxl
import pytest
from monthly_files import facts_of
from openpyxl import Workbook as OpenWorkbook
from openpyxl.utils import get_column_letter

from base.errors import DataError, Fault
from base.i18n import translate
from intake.checked import Checked, Sender
from intake.forms import FORMS, form_row, form_template
from intake.submit import check, submit
from store.ledger import Ledger, Receipt

OFFICE = Sender(actor="Văn phòng Điều phối")
HEADER_ROW = 3
Row = Mapping[str, object]

#: Đăk Ang holds nothing, Đăk Pék the standard ("by 2023"), Hà Mòn the standard by decision 06/QĐ-BCĐ and advanced.
ANG, PEK, HA_MON, MANG_DEN = "23380", "23353", "23521", "23473"
DECISION: Row = {
    "code": ANG,
    "action": "Công nhận",
    "level": "Đạt chuẩn",
    "year": "2024",
    "number": "99/QĐ-UBND",
    "date": "05/06/2025",
}
TARGET: Row = {
    "year": "2026",
    "code": PEK,
    "level": "Nâng cao",
    "kind": "mới",
    "document": "12/KH-UBND",
    "issued": "02/02/2026",
    "note": "Xã Đăk Pék",
}
FIGURE: Row = {
    "area": "Toàn tỉnh",
    "metric": "Số xã được công nhận đạt chuẩn",
    "period": "12/2025",
    "value": 52,
    "total": 85,
    "source": "Báo cáo 10, 05/01/2026",
}
ADVANCED_SET = "Bộ tiêu chí nâng cao 2021–2025"
STEP: Row = {"code": PEK, "level": "Nâng cao", "set": ADVANCED_SET, "step": "đã nộp", "day": "10/01/2025"}
#: Đăk Plô touches the border, the commune of before and the one that was made of it, Đăk Man and Đăk Nhoong.
OLD_PLO, NEW_PLO = "23344 – Đăk Plô – huyện Đăk Glei", "23344 – Đăk Plô – huyện Đăk Glei (cũ)"
CLUSTER: Row = {
    "cluster_id": "DC-01",
    "cluster_name": "Điểm dân cư số 1",
    "kind": "điểm dân cư mới",
    "code": OLD_PLO,
    "step": "Đang lập quy hoạch",
    "as_of": "31/12/2024",
}
VILLAGE: Row = {"code": "23353 – Đăk Pék – huyện Đăk Glei", "village": "Thôn Pêng Sal", "kind": "Thôn"}
#: In the register before a recognition is handed in.
REGISTERED: Row = {"code": OLD_PLO, "village": "Làng Bung Tôn", "kind": "Làng", "minority": "có"}
RECOGNITION: Row = {
    "code": OLD_PLO,
    "village": "Làng Bung Tôn",
    "title": "Thôn NTM vùng đồng bào DTTS",
    "action": "Công nhận",
    "year": "2024",
    "number": "120/QĐ-UBND",
    "date": "20/12/2024",
}
EXAMPLES = {
    "decisions": DECISION,
    "targets": TARGET,
    "figures": FIGURE,
    "dossiers": STEP,
    "clusters": CLUSTER,
    "villages": VILLAGE,
    "village-recognitions": RECOGNITION,
}


def filled(ledger: Ledger, kind: str, *rows: Row, lang: str = "vi") -> bytes:
    """Return a form's template with values by column key."""
    book = openpyxl.load_workbook(io.BytesIO(form_template(kind, facts_of(ledger), lang)))
    sheet = book.worksheets[0]
    columns = {column.key: number for number, column in enumerate(FORMS[kind].columns, 1)}
    for number, row in enumerate(rows, HEADER_ROW + 1):
        for key, value in row.items():
            sheet.cell(number, columns[key]).value = value
    return saved(book)


def saved(book: OpenWorkbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_register(ledger: Ledger) -> Ledger:
    """Return the store with the village that a recognition may speak of."""
    enter(ledger, "villages", REGISTERED)
    return ledger


def as_csv(kind: str, *rows: Row, lang: str = "vi") -> bytes:
    """Return rows as a spreadsheet saves them as CSV; separators and quotes inside are not needed here."""
    columns = FORMS[kind].columns
    lines = [";".join(translate(column.heading, lang) for column in columns)]
    lines += [";".join(str(row.get(column.key, "")) for column in columns) for row in rows]
    return "\r\n".join(lines).encode()


def checked(ledger: Ledger, kind: str, *rows: Row, sender: Sender = OFFICE) -> Checked:
    """Check a filled workbook."""
    return check(filled(ledger, kind, *rows), f"{kind}.xlsx", facts_of(ledger), ledger, sender)


def enter(ledger: Ledger, kind: str, *rows: Row, sender: Sender = OFFICE) -> Receipt:
    """Check a filled workbook and store it."""
    return submit(ledger, checked(ledger, kind, *rows, sender=sender))


def one_row(ledger: Ledger, kind: str, values: Mapping[str, str], lang: str = "vi") -> Checked:
    """Check one row as a page sends it."""
    name, content = form_row(kind, values, facts_of(ledger), lang)
    return check(content, name, facts_of(ledger), ledger, OFFICE)


def refused(ledger: Ledger, content: bytes, name: str = "bieu.xlsx", kind: str | None = None) -> list[Fault]:
    """Return what a file is refused for; nothing is stored, and every sentence can be said in both languages."""
    before = ledger.version()
    with pytest.raises(DataError) as caught:
        check(content, name, facts_of(ledger), ledger, OFFICE, kind)
    assert ledger.version() == before
    for fault in caught.value.faults:
        for lang in ("vi", "en"):
            assert "{" not in fault.text(lang)
    return list(caught.value.faults)


def faults_of(ledger: Ledger, kind: str, *rows: Row) -> list[tuple[str, str]]:
    """Return cell and sentence of every fault of a filled workbook."""
    sheet = FORMS[kind].sheet
    faults = refused(ledger, filled(ledger, kind, *rows))
    assert {fault.sheet for fault in faults} <= {sheet, None}
    return [(f"{fault.column or ''}{fault.row or ''}", fault.says("vi")) for fault in faults]


def cell(kind: str, key: str, row: int = HEADER_ROW + 1) -> str:
    """Return the address of a column's cell in a template."""
    keys = [column.key for column in FORMS[kind].columns]
    return f"{get_column_letter(keys.index(key) + 1)}{row}"
