"""The three files of the sample store about settlements: villages, their recognitions, and clusters at the border.

They come once, in our own forms, after the last monthly report. Nothing in them is true (:mod:`samples.villages`,
:mod:`samples.clusters`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from base.clock import TIME_ZONE
from intake.checked import Sender
from intake.form_columns import FormKind
from intake.form_kinds import FORMS
from intake.form_template import workbook_of
from intake.scope import facts_in
from intake.submit import check, submit
from intake.unit_lists import Era, unit_lists
from samples.clusters import cluster_rows
from samples.places import Row
from samples.story import LAST
from samples.villages import recognition_rows, register, village_rows
from store.ledger import Ledger
from store.queries import LedgerFacts

#: The day whose units the files name.
_DAY: Final = LAST.last_day


@dataclass(frozen=True, slots=True)
class Delivery:
    """A file: what it is, its name, when the office recorded it (Viet Nam), and its rows."""

    kind: FormKind
    file_name: str
    recorded: datetime
    rows: Callable[[Era, LedgerFacts], Sequence[Row]]


def _villages(era: Era, facts: LedgerFacts) -> Sequence[Row]:
    return village_rows(era, register(era, facts))


def _recognitions(era: Era, facts: LedgerFacts) -> Sequence[Row]:
    return recognition_rows(era, register(era, facts))


def _clusters(era: Era, _: LedgerFacts) -> Sequence[Row]:
    return cluster_rows(era)


DELIVERIES: Final = (
    Delivery("villages", "danh-muc-thon-lang.xlsx", datetime(2025, 6, 27, 9, 12, tzinfo=TIME_ZONE), _villages),
    Delivery(
        "village-recognitions", "cong-nhan-thon.xlsx", datetime(2025, 6, 27, 10, 40, tzinfo=TIME_ZONE), _recognitions
    ),
    Delivery("clusters", "cum-dan-cu-bien-gioi.xlsx", datetime(2025, 6, 27, 14, 5, tzinfo=TIME_ZONE), _clusters),
)


def hand_in(ledger: Ledger, province: str, delivery: Delivery, actor: str) -> None:
    """Make a file, check it as an officer's, and store it; one that is there already is not made again.

    Where something was recorded since the file should have come, it comes today.
    """
    receipts = ledger.receipts()
    if any((r.kind, r.file_name) == (delivery.kind, delivery.file_name) for r in receipts):
        return
    facts = LedgerFacts(ledger, province, ledger.version())
    rows = delivery.rows(unit_lists(facts).on(_DAY), facts_in(facts, LAST))
    content = filled(delivery.kind, rows, facts)
    in_time = all(receipt.recorded_at < delivery.recorded for receipt in receipts)
    sender = Sender(actor=actor, received=delivery.recorded.date() if in_time else None)
    checked = check(content, delivery.file_name, facts, ledger, sender)
    recorded = delivery.recorded if in_time else None
    submit(ledger, replace(checked, submission=replace(checked.submission, recorded_at=recorded)))


def filled(kind: FormKind, rows: Sequence[Row], facts: LedgerFacts) -> bytes:
    """Return the workbook of a form with rows.

    Raises
    ------
    KeyError
        The form has no column that a row fills.
    """
    form = FORMS[kind]
    keys = [column.key for column in form.columns]
    if unknown := {key for row in rows for key in row} - {*keys}:
        raise KeyError(*unknown)
    table = [[None if row.get(key) == "" else row.get(key) for key in keys] for row in rows]
    return workbook_of({form: table}, facts, "vi")
