"""Makes the sample store: five years of monthly workbooks and files about settlements, handed in as real ones are.

Every file is read, checked and stored by the code that takes officers' files, with the times at which it would have
come. The facts are the same on every machine; a store that was left half made is made to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time
from typing import Final

from base.clock import TIME_ZONE, Month
from base.errors import StoreError
from intake.checked import Sender
from intake.collection import COLLECTOR, PROGRAMME_FILES, packed, read_collection
from intake.monthly import check_monthly
from intake.scope import facts_in
from intake.template import LIST_SHEET
from intake.workbook import read_workbook
from programme.units import districts_of
from samples.files import FormFacts, filled_form
from samples.schedule import Handover, handovers
from samples.settlements import DELIVERIES, hand_in
from samples.story import FIRST, LAST, Results, months, tell
from store.ledger import Ledger, Submission
from store.queries import LedgerFacts

PROVINCE: Final = "kontum"
#: Who a sample store says has recorded its files.
ACTOR: Final = "Văn phòng Điều phối (số liệu minh họa)"

Progress = Callable[[int, int], None]


def make_sample(ledger: Ledger, progress: Progress | None = None, first: Month = FIRST, last: Month = LAST) -> None:
    """Fill a sample store with made-up monthly reports and, after the last of them, files about settlements.

    Parameters
    ----------
    ledger
        A store of purpose ``sample``; what it has already is not made again.
    progress
        Told how many files are done, and how many there are.
    first, last
        Months to be made; the story is the same for any of them. Settlements come with the last month of it.

    Raises
    ------
    StoreError
        The store is the office's, or cannot be written.
    """
    if not ledger.is_sample:
        raise StoreError(
            "Kho này là kho {found}, không mở làm kho {purpose} được.", found=ledger.purpose, purpose="sample"
        )
    _load_collection(ledger)
    published = facts_in(FormFacts(ledger, PROVINCE, ledger.receipts(kind="programme")[0].id), first)
    story = tell(published)
    wanted = list(handovers(districts_of(published.units.values()), (m for m in months(first, last) if m in story)))
    deliveries = DELIVERIES if last >= LAST else ()
    total = len(wanted) + len(deliveries)
    stored = {(r.district, r.period, r.revision) for r in ledger.receipts(kind="monthly")}
    for number, handover in enumerate(wanted, 1):
        if (handover.district, handover.period, handover.revision) not in stored:
            _hand_in(ledger, published, handover, story[handover.period])
        if progress:
            progress(number, total)
    for number, delivery in enumerate(deliveries, len(wanted) + 1):
        hand_in(ledger, PROVINCE, delivery, ACTOR)
        if progress:
            progress(number, total)


def _load_collection(ledger: Ledger) -> None:
    """Store the published collection as if it had been there before the first report."""
    if ledger.version() == 0:
        recorded = datetime.combine(FIRST.plus(-1).last_day, time(17), TIME_ZONE)
        ledger.submit(
            Submission(
                kind="programme",
                province="",
                file_name="data-programme.zip",
                content=packed(PROGRAMME_FILES),
                actor=COLLECTOR,
                rows=read_collection(),
                recorded_at=recorded,
            )
        )


def _hand_in(ledger: Ledger, published: FormFacts, handover: Handover, results: Results) -> None:
    content = filled_form(published, handover, results)
    version = "" if handover.revision == 1 else "-sua"
    name = f"bao-cao-{handover.district}-{handover.period}{version}.xlsx"
    facts = facts_in(LedgerFacts(ledger, PROVINCE, ledger.version()), handover.period)
    district = districts_of(facts.units.values())[handover.district]
    sender = Sender(
        actor=ACTOR,
        sent_by=district.name,
        received=handover.recorded.date(),
        district=handover.district,
        period=handover.period,
    )
    workbook = read_workbook(content, name, ignore_hidden=(LIST_SHEET,))
    checked = check_monthly(workbook, content, facts, ledger, sender)
    ledger.submit(replace(checked.submission, recorded_at=handover.recorded))
