"""A submit is stored whole or not at all, whatever happens while it runs."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from dying import ROWS
from examples import JUNE, MAY, assessment, monthly, whole_month
from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from base.errors import ConflictError, DuplicateError, NtmError, StoreError
from store import engine as engines
from store.ledger import Ledger, Receipt, Submission
from store.migrate import counts

LONG = os.environ.get("NTM_LONG") == "1"
DISTRICTS = ("608", "610", "611", "612", "613", "614")


def everything(ledger: Ledger) -> dict[str, int]:
    with ledger.reading() as connection:
        if ledger.engine.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        return counts(connection)


def killed(address: str, number: int) -> list[dict[str, Any]]:
    script = Path(__file__).parent / "dying.py"
    told = subprocess.run(
        [sys.executable, script, address, str(number)], stdout=subprocess.PIPE, check=True, text=True
    ).stdout
    return [json.loads(line) for line in told.splitlines()]


def test_a_killed_submit_leaves_nothing_or_everything(
    new_address: Callable[[], str], opened: Callable[..., Ledger]
) -> None:
    address = new_address()
    on_sqlite = address.startswith("sqlite")
    opened(address).engine.dispose()
    number = (1000 if LONG else 100) if on_sqlite else (200 if LONG else 25)
    whole, *reports = killed(address, number)
    assert (whole["ended"], whole["months"]) == (0, [1, 2])
    assert len(reports) == number
    months = 2
    for report in reports:
        stored = len(report["months"])
        assert report["sound"] == "ok", report
        assert report["kept"], report
        assert report["rows"] == {str(version): ROWS for version in report["months"]}, report
        assert report["months"] == list(range(1, stored + 1)), report
        assert report["files"] == stored, report
        assert stored - months in ((1,) if report["ended"] == 0 else (0, 1)), report
        months = stored
    dead = [report for report in reports if report["ended"] < 0]
    assert len(dead) > number / 2  # some of those that had a time were quicker
    assert {report["point"].split()[0] for report in dead} >= {"statement", "step" if on_sqlite else "time"}


def at_once(jobs: list[Callable[[], Receipt]]) -> list[Receipt | NtmError]:
    """Run jobs in threads that begin together; return what each gave or raised."""
    together = Barrier(len(jobs))

    def run(job: Callable[[], Receipt]) -> Receipt | NtmError:
        together.wait(60)
        try:
            return job()
        except NtmError as error:
            return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def job(ledger: Ledger, submission: Submission) -> Callable[[], Receipt]:
    return lambda: ledger.submit(submission)


@pytest.mark.parametrize("shared", [True, False], ids=["one program", "several programs"])
def test_districts_that_hand_in_at_once_are_all_stored(
    new_address: Callable[[], str], opened: Callable[..., Ledger], *, shared: bool
) -> None:
    address = new_address()
    first = opened(address)
    ledgers = [first if shared else opened(address) for _ in DISTRICTS]
    for period in (MAY, JUNE):
        rows = [assessment(f"{n:05}", "1", period, 1) for n in range(100)]
        sent = [monthly(rows, period, district) for district in DISTRICTS]
        told = at_once([job(ledger, submission) for ledger, submission in zip(ledgers, sent, strict=True)])
        assert all(isinstance(receipt, Receipt) for receipt in told), told
    receipts = first.receipts()
    assert [receipt.id for receipt in receipts] == list(range(12, 0, -1))
    assert sorted((r.district, r.period, r.revision) for r in receipts) == [
        (district, period, 1) for district in DISTRICTS for period in (MAY, JUNE)
    ]
    assert [r.recorded_at for r in receipts] == sorted((r.recorded_at for r in receipts), reverse=True)
    assert everything(first)["assessments"] == 1200


def test_of_two_who_correct_the_same_district_at_once_one_wins(
    new_address: Callable[[], str], opened: Callable[..., Ledger]
) -> None:
    address = new_address()
    ledgers = [opened(address), opened(address)]
    for seen in range(4):
        sent = [whole_month(MAY, {"1": 1, "17": n}, seen=seen) for n in range(2)]
        told = at_once([job(ledger, submission) for ledger, submission in zip(ledgers, sent, strict=True)])
        assert sorted(type(one).__name__ for one in told) == ["ConflictError", "Receipt"]
        assert ledgers[0].version() == seen + 1
        assert everything(ledgers[0])["assessments"] == 6 * (seen + 1)
    same = whole_month(JUNE, {"1": 1})
    told = at_once([job(ledger, same) for ledger in ledgers])
    assert sorted(type(one).__name__ for one in told) == ["DuplicateError", "Receipt"]
    with pytest.raises(ConflictError):
        ledgers[0].submit(replace(same, content=b"another", seen=0))
    with pytest.raises(DuplicateError):
        ledgers[1].submit(same)


def test_a_reader_sees_one_state_from_beginning_to_end(
    new_address: Callable[[], str], opened: Callable[..., Ledger]
) -> None:
    address = new_address()
    reader, writer = opened(address), opened(address)
    writer.submit(whole_month(MAY, {"1": 1}))
    with reader.reading() as connection:
        before = counts(connection)
        assert writer.submit(whole_month(JUNE, {"1": 1})).id == 2
        assert counts(connection) == before
    assert everything(reader)["submissions"] == 2


def test_a_writer_that_waits_too_long_is_told(
    new_address: Callable[[], str], opened: Callable[..., Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "WAIT", 1)
    address = new_address()
    first, second = opened(address), opened(address)
    with engines.writing(first.engine) as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(StoreError, match="Kho đang bận"):
            second.submit(whole_month(MAY, {"1": 1}))
        assert second.version() == 0  # who only reads need not wait
    assert second.submit(whole_month(MAY, {"1": 1})).id == 1


@contextmanager
def few_pages(ledger: Ledger) -> Iterator[None]:
    """Let SQLite's file grow by a few pages only, as on a disk that is nearly full."""
    with ledger.reading() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()

    def limit(connection: Any, _record: object) -> None:  # noqa: ANN401 - SQLite's own connection
        connection.execute(f"PRAGMA max_page_count={pages + 20}")

    event.listen(ledger.engine, "connect", limit)
    ledger.engine.dispose()
    yield
    event.remove(ledger.engine, "connect", limit)
    ledger.engine.dispose()


@contextmanager
def small_files(ledger: Ledger) -> Iterator[None]:
    """Let the system refuse to write on in SQLite's log, as a disk does that fails."""
    size = Path(str(make_url(ledger.address).database)).stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("disk", [few_pages, small_files])
def test_a_full_disk_is_told_and_the_store_stays_whole(
    tmp_path: Path, opened: Callable[..., Ledger], disk: Callable[[Ledger], Any]
) -> None:
    ledger = opened(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    ledger.submit(whole_month(MAY, {"1": 1}))
    before = everything(ledger)
    rows = [assessment(f"{n:05}", str(code), JUNE, 1) for n in range(300) for code in range(1, 20)]
    large = monthly(rows, JUNE)
    with disk(ledger):
        for submission in (large, monthly([], JUNE, content=bytes(500_000))):
            with pytest.raises(StoreError, match=r"Đĩa đã đầy hoặc hỏng: chưa lưu gì, kho vẫn nguyên"):
                ledger.submit(submission)
            assert everything(ledger) == before
    assert everything(ledger) == before
    assert ledger.submit(large).id == 2
    assert everything(opened(ledger.address))["assessments"] == before["assessments"] + 5700


def test_a_full_disk_of_postgresql_is_told(server: Any, opened: Callable[..., Ledger]) -> None:  # noqa: ANN401
    ledger = opened(server.database())
    words = "không thể mở rộng tập tin"  # the server speaks its own language
    failing = f"DO $$ BEGIN RAISE EXCEPTION '{words}' USING ERRCODE = 'disk_full'; END $$"
    with pytest.raises(StoreError, match=r"Đĩa đã đầy hoặc hỏng"), engines.writing(ledger.engine) as connection:
        connection.execute(text(failing))
    assert ledger.submit(whole_month(MAY, {"1": 1})).id == 1


def test_a_file_that_is_no_store_is_told(tmp_path: Path, opened: Callable[..., Ledger]) -> None:
    path = tmp_path / "store.sqlite3"
    path.write_bytes(b"%PDF-1.7 " * 2000)
    with pytest.raises(StoreError, match="Không dùng được kho số liệu: file is not a database"):
        opened(f"sqlite:///{path}")
    assert path.read_bytes() == b"%PDF-1.7 " * 2000


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql+psycopg://nobody:secret@/ntm?host={folder}", "Không dùng được kho số liệu"),
        ("mysql://nobody@localhost/ntm", "DATABASE_URL phải có dạng"),
        ("kho số liệu", "DATABASE_URL phải có dạng"),
        ("sqlite:///{folder}/file/store.sqlite3", "Không tạo được thư mục"),
    ],
)
def test_an_address_that_leads_nowhere_is_told(
    tmp_path: Path, opened: Callable[..., Ledger], address: str, words: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=words) as told:
        opened(address.format(folder=tmp_path))
    assert "secret" not in str(told.value)
