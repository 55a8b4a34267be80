"""The small forms (:data:`FORMS`): checking a filled one, and writing one row as a file.

A row that is typed into a page becomes a CSV file with the form's headings, so that it is checked, kept and
named as a source exactly like a workbook.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from base.errors import Fault
from base.i18n import translate
from intake.cell_values import FORMULA_STARTS
from intake.checked import Checked, Preview, Sender
from intake.container import data_error, refusal
from intake.form_cells import FormReader, Found, repeated
from intake.form_clusters import check_clusters
from intake.form_columns import Form, FormColumn, FormKind
from intake.form_decisions import check_decisions
from intake.form_dossiers import check_dossiers
from intake.form_figures import check_figures
from intake.form_kinds import FORMS, WITH_SCAN
from intake.form_targets import check_targets
from intake.form_template import form_template
from intake.form_village_recognitions import check_village_recognitions
from intake.form_villages import check_villages
from intake.workbook import Workbook
from store.ledger import Ledger, Submission, digest
from store.queries import LedgerFacts

__all__ = ["FORMS", "Form", "FormColumn", "check_form", "form_row", "form_template"]

_CHECKS: Final[Mapping[FormKind, Callable[[FormReader], Found]]] = {
    "targets": check_targets,
    "figures": check_figures,
    "dossiers": check_dossiers,
    "clusters": check_clusters,
    "villages": check_villages,
    "village-recognitions": check_village_recognitions,
}


def check_form(  # noqa: PLR0913, PLR0917 - a file, who sent it, and all that it is held against
    kind: FormKind, workbook: Workbook, content: bytes, facts: LedgerFacts, ledger: Ledger, sender: Sender
) -> Checked:
    """Check a filled form.

    Parameters
    ----------
    kind
        Which form.
    workbook, content
        The opened file and its bytes.
    facts
        What is known so far: the preview compares with it.
    ledger
        The store that the file would go to; nothing is written.
    sender
        Who hands in; ``attachment`` is the scan of a document.

    Raises
    ------
    DataError
        With every fault; see the module of each form, as ``form_decisions``.
    """
    form = FORMS[kind]
    reader = FormReader(form, workbook, facts, sender.lang)
    if not reader.rows:
        raise refusal(workbook.name, "Bảng “{title}” chưa có dòng nào. Hãy điền ít nhất một dòng.", title=form.title)
    found = _check(kind, reader, sender)
    if reader.faults:
        raise data_error(workbook.name, sorted(reader.faults, key=_place))
    submission = Submission(
        kind=kind,
        province=facts.province,
        file_name=workbook.name,
        content=content,
        actor=sender.actor,
        rows=found.rows,
        sent_by=sender.sent_by,
        sheets=(reader.table.sheet.name,),
        received=sender.received,
        attachments=(sender.attachment,) if sender.attachment else (),
        # What was checked against may not have changed when it is stored.
        seen=ledger.revision(kind, facts.province, "", None),
    )
    warnings = repeated(ledger, kind, facts.province, workbook.digest, reader.t)
    return Checked(submission, _preview(form, reader, found, warnings))


def _place(fault: Fault) -> tuple[int, int, str]:
    column = fault.column or ""
    return fault.row or 0, len(column), column


def _check(kind: FormKind, reader: FormReader, sender: Sender) -> Found:
    scan = digest(sender.attachment) if sender.attachment else None
    if kind == "decisions":
        return check_decisions(reader, scan)
    found = _CHECKS[kind](reader)
    if kind not in WITH_SCAN:
        return found
    return replace(
        found, rows={name: [{**row, "scan_hash": scan} for row in rows] for name, rows in found.rows.items()}
    )


def _preview(form: Form, reader: FormReader, found: Found, warnings: list[str]) -> Preview:
    t, kinds = reader.t, [change.kind for change in found.changes]
    figures = [(t("Số dòng"), len(reader.rows))]
    for label, kind in ((t("Dòng mới"), "new"), (t("Dòng thay đổi"), "changed"), (t("Dòng hủy"), "voided")):
        figures += [(label, kinds.count(kind))] if kind in kinds else []
    if not kinds and not warnings:
        warnings = [t("Tệp không thay đổi gì: mọi dòng đã được ghi như vậy.")]
    counted = tuple((label, str(count)) for label, count in figures)
    return Preview(t(form.title), (*counted, *found.figures), found.changes, (*warnings, *found.warnings))


def form_row(kind: FormKind, values: Mapping[str, str], facts: LedgerFacts, lang: str = "vi") -> tuple[str, bytes]:
    """Return one row of a form as a CSV file: its name, and its bytes, the same for the same values.

    Parameters
    ----------
    kind
        Which form.
    values
        Texts by column key, as the form's choices and examples write them; others are left empty.
    facts
        The province that the row is of; the file is named after it.
    lang
        Language of the headings.

    Raises
    ------
    KeyError
        The form has no such column.
    """
    columns = FORMS[kind].columns
    if unknown := values.keys() - {column.key for column in columns}:
        raise KeyError(*unknown)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([translate(column.heading, lang) for column in columns])
    writer.writerow([_safe(values.get(column.key, "").strip()) for column in columns])
    return f"{kind}-{facts.province}.csv", b"\xef\xbb\xbf" + out.getvalue().encode()


def _safe(text: str) -> str:
    """Put a quote before a text that a spreadsheet would run; reading takes it off."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
