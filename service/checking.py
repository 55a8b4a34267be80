"""The heavy part of the desk: reading what was handed in and making forms; runs in a worker process.

Everything given and returned can be pickled. The worker opens the store that the settings of its
environment name, as every process of ours does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from base.clock import Month
from base.errors import DataError, Fault
from base.i18n import translate
from intake.checked import Checked, Sender
from intake.criteria_template import criteria_template
from intake.form_columns import Form, FormKind
from intake.forms import FORMS, form_row, form_template
from intake.marked import mark_faults
from intake.submit import check, takes_points
from intake.template import monthly_template
from store import current
from store.ledger import Kind
from store.queries import LedgerFacts


@dataclass(frozen=True, slots=True)
class Told:
    """A fault in words: where it is, what is wrong and what to do.

    ``sheet`` and ``cell`` are empty for a whole file; ``field`` is the column of a one-row form.
    """

    place: str
    text: str
    sheet: str = ""
    cell: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file with faults: all of them, and the same workbook with its cells marked (empty if it cannot be)."""

    faults: tuple[Told, ...]
    marked: bytes


def warm() -> None:
    """Do nothing: to find this function the worker imports this module, and with it all that reading needs."""


def check_file(content: bytes, name: str, province: str, sender: Sender, kind: Kind | None) -> Checked | Refused:
    """Check a file; raises :class:`base.errors.NtmError` for what is no fault of its cells."""
    try:
        return check(content, name, facts(province), current.ledger(), sender, kind)
    except DataError as error:
        places = any(fault.sheet is not None and fault.row is not None for fault in error.faults)
        markable = places and not takes_points(name, kind)
        marked = mark_faults(content, name, error.faults, sender.lang) if markable else b""
        return Refused(tuple(_told(fault, sender.lang) for fault in error.faults), marked)


def check_form(kind: FormKind, values: Mapping[str, str], province: str, sender: Sender) -> Checked | Refused:
    """Check the values of a one-row form: the same way as a file that holds that row.

    Nobody sees that file: a fault names the field instead of the cell.
    """
    name, content = form_row(kind, values, facts(province), sender.lang)
    try:
        return check(content, name, facts(province), current.ledger(), sender, kind)
    except DataError as error:
        return Refused(tuple(_of_field(fault, FORMS[kind], sender.lang) for fault in error.faults), b"")


def monthly_form(province: str, district: str, period: Month, lang: str, *, indicators: bool) -> bytes:
    """Make the monthly workbook of a district or commune, or of the whole province when ``district`` is empty."""
    return monthly_template(facts(province), district, period, lang, indicators=indicators)


def small_form(kind: FormKind, province: str, lang: str) -> bytes:
    """Make an empty workbook of one of the small kinds."""
    return form_template(kind, facts(province), lang)


def set_form(province: str, set_id: str, lang: str) -> bytes:
    """Make the workbook of a criteria set to be corrected, or an empty one when ``set_id`` is empty."""
    return criteria_template(facts(province), set_id, lang)


def facts(province: str) -> LedgerFacts:
    """Return everything known now."""
    ledger = current.ledger()
    return LedgerFacts(ledger, province, ledger.version())


def _told(fault: Fault, lang: str) -> Told:
    cell = f"{fault.column}{fault.row}" if fault.sheet is not None and fault.column and fault.row else ""
    return Told(fault.place(lang), fault.says(lang), fault.sheet or "", cell)


def _of_field(fault: Fault, form: Form, lang: str) -> Told:
    columns = {get_column_letter(number): column for number, column in enumerate(form.columns, 1)}
    column = columns.get(fault.column or "")
    place = translate(column.heading if column else form.title, lang)
    return Told(place, fault.says(lang), field=column.key if column else "")
