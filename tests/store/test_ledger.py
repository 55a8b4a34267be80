"""The one way to add to the store, and what a receipt says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from examples import (
    DISTRICT,
    JUNE,
    MAY,
    PROVINCE,
    UNITS,
    assessment,
    decision,
    entry,
    figure,
    fill,
    monthly,
    whole_month,
)
from sqlalchemy import func, select

from base.clock import TIME_ZONE
from base.errors import AccessError, ConflictError, DuplicateError, StoreError
from store import ledger as module
from store.ledger import Ledger, digest
from store.migrate import counts
from store.schema import assessment_items, assessments, recognitions


def rows_of(ledger: Ledger, submission: int) -> int:
    with ledger.reading() as connection:
        query = select(func.count()).where(assessments.c.submission_id == submission)
        return connection.execute(query).scalar_one()


def everything(ledger: Ledger) -> dict[str, int]:
    with ledger.reading() as connection:
        return counts(connection)


def test_an_empty_store_knows_nothing(ledger: Ledger) -> None:
    assert ledger.version() == ledger.version_at(datetime(2100, 1, 1, tzinfo=UTC)) == 0
    assert ledger.receipts() == []
    assert ledger.blob(digest(b"")) is None
    assert ledger.revision("monthly", PROVINCE, DISTRICT, MAY) == 0


def test_a_file_is_kept_with_its_rows_and_their_places(ledger: Ledger) -> None:
    rows = [
        assessment(UNITS[0], "17", MAY, 0, cell="T9"),
        assessment(UNITS[0], "17.1", MAY, None, value=62.5, sheet=1, cell="C4"),
        assessment(UNITS[0], "10", MAY, 2, value_text="không xét", cell="M9"),
    ]
    sent = replace(monthly(rows), received=date(2025, 6, 3), sent_by="huyện Ngọc Hồi", attachments=(b"a scan",))
    receipt = ledger.submit(sent)
    assert ledger.blob(receipt.file_hash) == sent.content
    assert ledger.blob(digest(b"a scan")) == b"a scan"
    assert (receipt.id, receipt.kind, receipt.province, receipt.district) == (1, "monthly", PROVINCE, DISTRICT)
    assert (receipt.period, receipt.revision, receipt.supersedes) == (MAY, 1, None)
    assert receipt.sheets == ("Tiêu chí", "Chỉ tiêu")
    assert (receipt.received, receipt.by) == (date(2025, 6, 3), "Văn phòng Điều phối (huyện Ngọc Hồi)")
    assert ledger.receipts() == [receipt]
    with ledger.reading() as connection:
        query = select(assessments, assessment_items).join(assessment_items).order_by(assessments.c.id)
        stored = [
            (r.set_id, r.code, r.unit, r.period, r.result, r.value, r.value_text, r.sheet, r.cell)
            for r in connection.execute(query)
        ]
    names = ("set_id", "code", "unit", "period", "result", "value", "value_text", "sheet", "cell")
    assert stored == [tuple(row[name] for name in names) for row in rows]


def test_a_refused_row_leaves_no_trace_of_its_submission(loaded: Ledger) -> None:
    before = everything(loaded)
    wrong = assessment(UNITS[2], "99", MAY, 3)  # there is no result 3
    with pytest.raises(StoreError):
        loaded.submit(monthly([*whole_month(MAY, {"1": 1}).rows["assessments"], wrong]))
    assert everything(loaded) == before
    assert loaded.submit(whole_month(MAY, {"1": 1})).id == 2


def test_nobody_is_not_an_actor(ledger: Ledger) -> None:
    with pytest.raises(AccessError, match="NTM_OFFICE"):
        ledger.submit(replace(whole_month(MAY, {"1": 1}), actor="  "))
    assert ledger.version() == 0


def test_a_second_file_of_a_month_supersedes_the_first_and_both_stay(ledger: Ledger) -> None:
    first = ledger.submit(whole_month(MAY, {"1": 1}))
    second = ledger.submit(whole_month(MAY, {"1": 0}))
    other = ledger.submit(whole_month(JUNE, {"1": 1}))
    assert (second.revision, second.supersedes) == (2, first.id)
    assert (other.revision, other.supersedes) == (1, None)
    assert [ledger.blob(receipt.file_hash) is not None for receipt in ledger.receipts()] == [True] * 3
    assert [rows_of(ledger, number) for number in (1, 2, 3)] == [3, 3, 3]
    assert ledger.revision("monthly", PROVINCE, DISTRICT, MAY) == 2
    assert [r.id for r in ledger.receipts(version=2)] == [2, 1]
    assert [r.id for r in ledger.receipts(district="610")] == []


def test_the_same_file_twice_is_recognised(ledger: Ledger) -> None:
    sent = whole_month(MAY, {"1": 1})
    receipt = ledger.submit(sent)
    with pytest.raises(DuplicateError) as told:
        ledger.submit(replace(sent, actor="người khác"))
    assert told.value.params == {"recorded": receipt.recorded, "by": "Văn phòng Điều phối", "number": 1}
    assert ledger.version() == 1
    # The same bytes may speak of another place: a district that hands in an empty form.
    assert ledger.submit(replace(sent, district="610")).revision == 1


def test_a_correction_may_be_taken_back_by_the_first_file(ledger: Ledger) -> None:
    first, second = whole_month(MAY, {"1": 1}), whole_month(MAY, {"1": 0})
    ledger.submit(first)
    ledger.submit(second)
    again = ledger.submit(first)
    assert (again.revision, again.supersedes, again.file_hash) == (3, 2, first.digest)
    with pytest.raises(DuplicateError):
        ledger.submit(first)
    assert everything(ledger)["blobs"] == 2


def test_a_small_form_is_recorded_once_whatever_came_between(ledger: Ledger) -> None:
    sent = entry("decisions", decision(UNITS[0]))
    ledger.submit(sent)
    later = ledger.submit(entry("decisions", decision(UNITS[1])))
    assert (later.revision, later.supersedes) == (2, None)  # both are in force
    with pytest.raises(DuplicateError):
        ledger.submit(sent)


def test_who_looked_before_another_file_came_is_told(ledger: Ledger) -> None:
    seen = ledger.revision("monthly", PROVINCE, DISTRICT, MAY)
    ledger.submit(whole_month(MAY, {"1": 1}, seen=seen))
    before = everything(ledger)
    with pytest.raises(ConflictError, match="Chưa ghi gì"):
        ledger.submit(whole_month(MAY, {"1": 0}, seen=seen))
    assert everything(ledger) == before
    assert ledger.submit(whole_month(JUNE, {"1": 0}, seen=0)).id == 2
    assert ledger.submit(whole_month(MAY, {"1": 0}, seen=1)).revision == 2


def test_times_of_recording_rise_also_when_the_clock_is_set_back(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = datetime(2025, 6, 12, 12, 0, tzinfo=TIME_ZONE)
    clock = [noon, noon, noon - timedelta(days=400), noon + timedelta(hours=1)]
    monkeypatch.setattr(module, "now", lambda: clock.pop(0))
    receipts = [ledger.submit(whole_month(MAY, {"1": n % 2})) for n in range(4)]
    step = timedelta(microseconds=1)
    expected = [noon, noon + step, noon + 2 * step, noon + timedelta(hours=1)]
    assert [receipt.recorded_at for receipt in receipts] == expected
    assert [ledger.version_at(moment) for moment in expected] == [1, 2, 3, 4]
    assert ledger.version_at(noon - step) == 0
    assert ledger.version_at(noon + timedelta(minutes=59)) == 3
    assert ledger.version_at(datetime(2025, 6, 12, 5, 0, tzinfo=UTC)) == 1  # the same noon
    assert receipts[0].recorded == "12:00 12/06/2025"


def test_a_history_of_its_own_may_not_go_back(ledger: Ledger) -> None:
    day = datetime(2020, 7, 14, 9, 0, tzinfo=TIME_ZONE)
    assert ledger.submit(whole_month(MAY, {"1": 1}, recorded_at=day)).recorded_at == day
    assert ledger.receipts()[0].received == day.date()
    for moment in (day, day - timedelta(seconds=1)):
        with pytest.raises(StoreError, match="sớm hơn bản ghi mới nhất"):
            ledger.submit(whole_month(JUNE, {"1": 1}, recorded_at=moment))
    assert ledger.version() == 1


def test_the_day_of_receipt_is_a_day_of_viet_nam(ledger: Ledger) -> None:
    evening = datetime(2025, 6, 14, 18, 30, tzinfo=UTC)  # 01:30 on the 15th in Viet Nam
    assert ledger.submit(whole_month(MAY, {"1": 1}, recorded_at=evening)).received == date(2025, 6, 15)


def test_every_kind_goes_the_same_way(loaded: Ledger) -> None:
    fill(loaded)
    assert [r.kind for r in reversed(loaded.receipts())] == [
        *("programme", "monthly", "decisions", "targets", "figures", "dossiers", "clusters"),
        *("villages", "village-recognitions", "boundary", "boundary-default", "aliases"),
    ]
    scan = b"%PDF-1.7 a decision"
    row = decision(UNITS[1], scan_hash=digest(scan))
    loaded.submit(entry("decisions", row, attachments=(scan,)))
    with loaded.reading() as connection:
        found = connection.execute(select(recognitions).order_by(recognitions.c.id.desc()).limit(1)).mappings().one()
    assert {name: found[name] for name in row} == row
    assert loaded.blob(found["scan_hash"]) == scan


def test_a_scan_that_is_not_handed_in_cannot_be_named(loaded: Ledger) -> None:
    before = everything(loaded)
    with pytest.raises(StoreError):
        loaded.submit(entry("decisions", decision(UNITS[0], scan_hash=digest(b"elsewhere"))))
    assert everything(loaded) == before


def test_items_keep_their_numbers(ledger: Ledger) -> None:
    ledger.submit(whole_month(MAY, {"2": 1, "10": 1}))
    ledger.submit(whole_month(JUNE, {"2": 1, "1": 0}))
    ledger.submit(monthly([assessment(UNITS[0], "2", MAY, 1, set_id="VN-NTM-XA-2016-2020")], district="610"))
    with ledger.reading() as connection:
        items = connection.execute(select(assessment_items).order_by(assessment_items.c.id)).all()
    assert [(i.submission_id, i.set_id[-9:], i.code) for i in items] == [
        (1, "2021-2025", "10"),
        (1, "2021-2025", "2"),
        (2, "2021-2025", "1"),
        (3, "2016-2020", "2"),
    ]


def test_a_large_file_and_many_rows_come_back_as_they_went_in(ledger: Ledger) -> None:
    content = bytes(range(256)) * 20_000
    rows = [assessment(f"{unit:05}", str(code), MAY, unit % 3) for unit in range(300) for code in range(1, 20)]
    receipt = ledger.submit(monthly(rows, content=content))
    assert ledger.blob(receipt.file_hash) == content
    assert rows_of(ledger, receipt.id) == 5700


def test_texts_are_kept_letter_by_letter(ledger: Ledger) -> None:
    text = "Đăk Hà – “19/19”, '; DROP TABLE units; -- \u2028 =1+1 😀"
    ledger.submit(entry("figures", figure("met", 48.5, quote=text), file_name=text, actor=text))
    receipt = ledger.receipts()[0]
    assert (receipt.actor, receipt.file_name) == (text, text)
