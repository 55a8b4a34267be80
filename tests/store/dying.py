"""Submits in processes that are killed at chosen points; run by test_faults.py, not by hand.

python dying.py ADDRESS NUMBER

Two processes submit to their end, the second counts what it does. Then, spread over that, NUMBER processes each
submit another month and are killed: before a statement, in the middle of one (SQLite), or after a time. After each,
a line of JSON tells what the store holds. Every process is a fork of this one: there is one start of Python.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from examples import assessment, monthly
from sqlalchemy import event, func, select, text

from base.clock import Month
from store.ledger import Ledger, Receipt, Submission, digest
from store.schema import assessments

#: A district's month: 12 communes, 19 criteria, 57 indicators.
CODES = [str(n) for n in range(1, 20)] + [f"{n}.{k}" for n in range(1, 20) for k in range(1, 4)]
ROWS = 12 * len(CODES)
#: SQLite's steps between two calls of the counter.
STEPS = 50


def workbook(number: int) -> Submission:
    """Return the submission of a month; equal numbers give equal files."""
    period = Month(2015, 1).plus(number)
    rows = [assessment(f"{23380 + 3 * unit}", code, period, unit % 3) for unit in range(12) for code in CODES]
    return monthly(rows, period, content=b"month %d " % number + bytes(50_000))


class Clockwork:
    """Counts what a submit does, and kills the process when a count is reached."""

    def __init__(self, kind: str = "", at: float = 0) -> None:
        self.kind, self.at = kind, at
        self.counted = {"statement": 0, "step": 0}
        self.running = False

    def count(self, kind: str) -> int:
        """Count one; return 0, which lets SQLite go on."""
        if self.running:
            self.counted[kind] += 1
            if kind == self.kind and self.counted[kind] == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return 0

    def watch(self, ledger: Ledger) -> None:
        """Count the ledger's statements and what SQLite does inside them."""

        @event.listens_for(ledger.engine, "before_cursor_execute")
        @event.listens_for(ledger.engine, "commit")
        def _statement(*_: object) -> None:
            self.count("statement")

        if ledger.engine.dialect.name == "sqlite":

            @event.listens_for(ledger.engine, "connect")
            def _connect(connection: object, _record: object) -> None:
                connection.set_progress_handler(lambda: self.count("step"), STEPS)

            ledger.engine.dispose()  # connections from before have no handler

    def submit(self, address: str, number: int) -> dict[str, float]:
        """Submit a month; return the counts and the seconds it took."""
        ledger = Ledger(address)
        self.watch(ledger)
        submission = workbook(number)
        ledger.version()  # the connection is open: what follows is the submit alone
        self.running, start = True, time.perf_counter()
        if self.kind == "time":
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, self.at)  # ends the process at once, as SIGKILL does
        ledger.submit(submission)
        return {**self.counted, "time": time.perf_counter() - start}


def in_a_fork(address: str, number: int, clockwork: Clockwork) -> tuple[int, dict[str, float]]:
    """Return the signal that ended the submit, 0 when it came to its end, and what it counted then."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(write, json.dumps(clockwork.submit(address, number)).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    _, status = os.waitpid(child, 0)
    with os.fdopen(read, "rb") as pipe:
        told = pipe.read()
    return os.waitstatus_to_exitcode(status), json.loads(told or "{}")


def state(address: str) -> dict[str, object]:
    """Open the store and return what is in it."""
    ledger = Ledger(address)
    with ledger.reading() as connection:
        if ledger.engine.dialect.name == "sqlite":
            sound = connection.execute(text("PRAGMA integrity_check")).scalar()
        else:
            others = text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            while connection.execute(others).scalar():  # the server has still to notice that the client is dead
                connection.execute(text("SELECT pg_sleep(0.005)"))
                connection.execute(text("SELECT pg_stat_clear_snapshot()"))
            sound = "ok"
    with ledger.reading() as connection:
        query = select(assessments.c.submission_id, func.count()).group_by(assessments.c.submission_id)
        rows = {str(number): count for number, count in connection.execute(query)}
        files = connection.execute(text("SELECT count(*) FROM blobs")).scalar()
    receipts = ledger.receipts(kind="monthly")
    found = {
        "sound": sound,
        "rows": rows,
        "files": files,
        "months": [receipt.id for receipt in reversed(receipts)],
        "kept": all(_kept(ledger, receipt) for receipt in receipts),
    }
    ledger.engine.dispose()
    return found


def _kept(ledger: Ledger, receipt: Receipt) -> bool:
    content = ledger.blob(receipt.file_hash)
    return content is not None and digest(content) == receipt.file_hash


def points(counted: dict[str, float], number: int) -> Iterator[Clockwork]:
    """Spread points over a submit: every statement, then in turn steps, times, and times about the commit."""
    statements = min(int(counted["statement"]), number)
    yield from (Clockwork("statement", n + 1) for n in range(statements))
    left = number - statements
    for n in range(left):
        part = (n + 0.5) / left
        if n % 3 == 0 and counted["step"]:
            yield Clockwork("step", 1 + int(part * counted["step"]))
        else:
            yield Clockwork("time", counted["time"] * (0.85 + 0.3 * part if n % 3 == 1 else part))


def main(address: str, number: int) -> None:
    """Do what the module says."""
    in_a_fork(address, 0, Clockwork())  # gives the criteria their numbers, which no later month does
    ended, counted = in_a_fork(address, 1, Clockwork())
    tell("all of it", ended, address)
    for month, clockwork in enumerate(points(counted, number), start=2):
        ended, _ = in_a_fork(address, month, clockwork)
        tell(f"{clockwork.kind} {clockwork.at:g}", ended, address)


def tell(point: str, ended: int, address: str) -> None:
    """Write what the store holds after a process ended."""
    sys.stdout.write(json.dumps({"point": point, "ended": ended} | state(address)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
