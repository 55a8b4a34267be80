"""The ledger: every handed-in file in the order in which it was recorded, and the one way to add another.

The number of a submission is the ledger's *version*: what was known at a moment is everything up to the
newest submission recorded by then. Writers take turns, so versions and times of recording rise together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, RowMapping, and_, func, insert, select

from base.clock import TIME_ZONE, Month, day_label, now
from base.errors import AccessError, ConflictError, DuplicateError, StoreError
from store import engine as engines
from store.inserting import add_rows, keep_file
from store.migrate import migrate
from store.schema import blobs, store_info, submissions

Kind = Literal[
    "programme",
    "criteria-set",
    "monthly",
    "decisions",
    "targets",
    "figures",
    "dossiers",
    "boundary",
    "boundary-default",
    "aliases",
    "clusters",
    "villages",
    "village-recognitions",
]
#: Kinds that say how units are drawn and spelled, nothing of the programme.
BOUNDARY_KINDS: Final[frozenset[str]] = frozenset({"boundary", "boundary-default", "aliases"})
Purpose = Literal["office", "sample"]
#: Kinds of which the newest file for a place and period stands for all earlier ones.
WHOLE: Final[frozenset[str]] = frozenset({"programme", "monthly"})


@dataclass(frozen=True, slots=True)
class Submission:
    """A checked file, ready to be stored.

    Attributes
    ----------
    kind, province, district, period
        What it is and speaks of; ``district`` is empty and ``period`` ``None`` where the kind has none.
    file_name, content
        The file as it was handed in; kept, and known by the SHA-256 of its bytes.
    actor, sent_by
        Who records it, and who sent it to him (empty when he did himself).
    rows
        Rows by table name of :mod:`store.schema`, without ``id`` and ``submission_id``. Rows of
        ``assessments`` name their item by ``set_id`` and ``code``.
    sheets
        Names of the workbook's sheets; ``assessments.sheet`` counts in them.
    received
        Day on which the office received it (Viet Nam); default: the day of recording.
    attachments
        Further files to keep, such as the scan of a decision.
    seen
        Revisions of this place and period that the submitter knew of when he looked; another number
        in the store is a conflict. ``None``: not checked.
    recorded_at
        Only for collections and samples with a history of their own; must be later than everything recorded.
    """

    kind: Kind
    province: str
    file_name: str
    content: bytes
    actor: str
    rows: Mapping[str, Sequence[Mapping[str, object]]]
    sent_by: str = ""
    district: str = ""
    period: Month | None = None
    sheets: tuple[str, ...] = ()
    received: date | None = None
    attachments: tuple[bytes, ...] = ()
    seen: int | None = None
    recorded_at: datetime | None = field(default=None)

    @property
    def digest(self) -> str:
        """SHA-256 of the file, as hexadecimal text."""
        return digest(self.content)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the store knows of a submission. ``id`` is its ledger version; times are Viet Nam's."""

    id: int
    recorded_at: datetime
    actor: str
    sent_by: str
    kind: str
    province: str
    district: str
    period: Month | None
    revision: int
    supersedes: int | None
    file_name: str
    file_hash: str
    sheets: tuple[str, ...]
    received: date

    @property
    def recorded(self) -> str:
        """Return ``14:05 12/06/2025``."""
        return f"{self.recorded_at:%H:%M} {day_label(self.recorded_at.date())}"

    @property
    def by(self) -> str:
        """Return who recorded it, with who sent it when that was somebody else."""
        return f"{self.actor} ({self.sent_by})" if self.sent_by else self.actor


def digest(content: bytes) -> str:
    """Return the SHA-256 by which the store knows a file."""
    return hashlib.sha256(content).hexdigest()


class Ledger:
    """An open store. Safe to share between threads; every method opens and ends its own transaction.

    Raises
    ------
    StoreError
        From every method, when the database cannot be reached, read or written; nothing was changed.
    """

    def __init__(self, address: str, purpose: Purpose = "office") -> None:
        """Open the store at an SQLAlchemy address; makes or migrates its tables.

        Raises
        ------
        StoreError
            Also when a sample is to be opened as the office's store, or the other way round.
        """
        self.address = address
        self.engine: Engine = engines.open_engine(address)
        with ExitStack() as undo:
            undo.callback(self.engine.dispose)
            migrate(self.engine)
            found = self._settled(purpose)
            if found != purpose:
                raise StoreError(
                    "Kho này là kho {found}, không mở làm kho {purpose} được.", found=found, purpose=purpose
                )
            undo.pop_all()
        self.purpose = purpose

    def _settled(self, purpose: Purpose) -> str:
        """Return what the store is for; a new one is for ``purpose`` from now on."""
        chosen = select(store_info.c.value).where(store_info.c.key == "purpose")
        with self.reading() as connection:
            found = connection.execute(chosen).scalar()
        if found is None:
            with engines.writing(self.engine) as connection:
                found = connection.execute(chosen).scalar()  # another process may have been first
                if found is None:
                    connection.execute(insert(store_info).values(key="purpose", value=purpose))
        return found or purpose

    @property
    def is_sample(self) -> bool:
        """Whether everything in here is made up."""
        return self.purpose == "sample"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one state of the store."""
        with engines.reading(self.engine) as connection:
            yield connection

    def version(self) -> int:
        """Return the number of the newest submission; 0 for an empty store."""
        with self.reading() as connection:
            return _version(connection)

    def version_at(self, moment: datetime) -> int:
        """Return the newest version recorded at ``moment`` or before; 0 when there was nothing."""
        with self.reading() as connection:
            newest = select(func.max(submissions.c.id)).where(submissions.c.recorded_at <= _stamp(moment))
            return connection.execute(newest).scalar() or 0

    def receipts(self, version: int | None = None, **where: str) -> list[Receipt]:
        """Return submissions up to a version, newest first.

        ``where`` narrows by column: ``kind``, ``province``, ``district``, ``file_hash``.
        """
        query = select(submissions).order_by(submissions.c.id.desc())
        for name, value in where.items():
            query = query.where(submissions.c[name] == value)
        if version is not None:
            query = query.where(submissions.c.id <= version)
        with self.reading() as connection:
            return [_receipt(row) for row in connection.execute(query).mappings()]

    def blob(self, file_hash: str) -> bytes | None:
        """Return a kept file by its hash."""
        with self.reading() as connection:
            return connection.execute(select(blobs.c.content).where(blobs.c.hash == file_hash)).scalar()

    def revision(self, kind: Kind, province: str, district: str, period: Month | None) -> int:
        """Return how many files there are for a place and period: what ``Submission.seen`` is compared with."""
        with self.reading() as connection:
            return _newest(connection, kind, province, district, period)[1]

    def submit(self, submission: Submission) -> Receipt:
        """Store a checked file with all its rows in one transaction, or nothing.

        Raises
        ------
        AccessError
            Nobody is named who records it.
        DuplicateError
            The same file is in force already.
        ConflictError
            Somebody else handed in for this place and period since ``seen``.
        """
        if not submission.actor.strip():
            raise AccessError("Chưa đặt NTM_OFFICE là tên đơn vị ghi số liệu, nên không ghi được.")
        with engines.writing(self.engine) as connection:
            _refuse_duplicate(connection, submission)
            number, revision, current = _numbers(connection, submission)
            recorded = _time(connection, submission.recorded_at)
            for content in (submission.content, *submission.attachments):
                keep_file(connection, digest(content), content)
            row = {
                "id": number,
                "recorded_at": _stamp(recorded),
                "actor": submission.actor.strip(),
                "sent_by": submission.sent_by.strip(),
                "kind": submission.kind,
                "province": submission.province,
                "district": submission.district,
                "period": period_number(submission.period),
                "revision": revision,
                "supersedes": current if submission.kind in WHOLE else None,
                "file_name": submission.file_name,
                "file_hash": submission.digest,
                "sheets": json.dumps(submission.sheets, ensure_ascii=False),
                "received": (submission.received or recorded.astimezone(TIME_ZONE).date()).isoformat(),
            }
            connection.execute(insert(submissions).values(row))
            for name, rows in submission.rows.items():
                add_rows(connection, name, number, rows)
            return _receipt(row)


def period_number(period: Month | None) -> int:
    """Return a month as the store writes it, 202505; 0 for none."""
    return period.year * 100 + period.month if period else 0


def period_month(number: int) -> Month | None:
    """Return the month of :func:`period_number`."""
    return Month(*divmod(number, 100)) if number else None


def _version(connection: Connection) -> int:
    return connection.execute(select(func.max(submissions.c.id))).scalar() or 0


def _newest(
    connection: Connection, kind: str, province: str, district: str, period: Month | None
) -> tuple[int | None, int]:
    """Return number and revision of the newest file for a place and period."""
    slot = and_(
        submissions.c.kind == kind,
        submissions.c.province == province,
        submissions.c.district == district,
        submissions.c.period == period_number(period),
    )
    query = select(submissions.c.id, submissions.c.revision).where(slot).order_by(submissions.c.revision.desc())
    found = connection.execute(query.limit(1)).first()
    return (found.id, found.revision) if found else (None, 0)


def _refuse_duplicate(connection: Connection, submission: Submission) -> None:
    """Recognise a file that is in force: of a whole kind the newest one, of others any."""
    same = select(submissions).where(
        submissions.c.kind == submission.kind,
        submissions.c.province == submission.province,
        submissions.c.district == submission.district,
        submissions.c.period == period_number(submission.period),
        submissions.c.file_hash == submission.digest,
    )
    found = [_receipt(row) for row in connection.execute(same.order_by(submissions.c.id.desc())).mappings()]
    newest = _newest(connection, submission.kind, submission.province, submission.district, submission.period)[0]
    if found and (submission.kind not in WHOLE or found[0].id == newest):
        raise DuplicateError(
            "Tệp này đã được ghi lúc {recorded} bởi {by} (biên nhận số {number}); không ghi lại.",
            recorded=found[0].recorded,
            by=found[0].by,
            number=found[0].id,
        )


def _numbers(connection: Connection, submission: Submission) -> tuple[int, int, int | None]:
    """Return the new submission's number and revision, and the submission it follows."""
    current, revision = _newest(
        connection, submission.kind, submission.province, submission.district, submission.period
    )
    if submission.seen is not None and submission.seen != revision:
        raise ConflictError(
            "Trong lúc chờ, đã có tệp khác được ghi cho cùng nơi và kỳ này. Chưa ghi gì; hãy kiểm tra lại rồi nộp."
        )
    return _version(connection) + 1, revision + 1, current


def _time(connection: Connection, asked: datetime | None) -> datetime:
    """Return the time of recording: later than every earlier one, even when a clock was set back."""
    newest = connection.execute(select(func.max(submissions.c.recorded_at))).scalar()
    earliest = datetime.fromisoformat(newest) + timedelta(microseconds=1) if newest else None
    moment = asked or now()
    if earliest is None or moment >= earliest:
        return moment
    if asked:
        raise StoreError("Thời điểm ghi {time} sớm hơn bản ghi mới nhất.", time=asked.isoformat())
    return earliest


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _receipt(row: RowMapping | Mapping[str, Any]) -> Receipt:
    values = dict(row)
    return Receipt(
        **values
        | {
            "recorded_at": datetime.fromisoformat(values["recorded_at"]).astimezone(TIME_ZONE),
            "period": period_month(values["period"]),
            "sheets": tuple(json.loads(values["sheets"])),
            "received": date.fromisoformat(values["received"]),
        }
    )
