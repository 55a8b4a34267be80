"""What is answered to a file that was handed in: as text to read, or as one JSON document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

from base.errors import DataError, Fault, NtmError, StateError
from base.i18n import translator
from intake.checked import Preview, Sender
from intake.submit import check, require_office, submit
from store.ledger import Kind, Ledger, Receipt
from store.queries import LedgerFacts

_PLACE: Final = ("sheet", "row", "column", "cell")


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as it was handed in; ``kind`` is ``None`` when the file is to say itself what it is."""

    content: bytes
    name: str
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one file.

    Attributes
    ----------
    file
        Its name.
    preview
        What it changes; ``None`` when it was refused before that was known.
    receipt
        ``None`` when nothing was stored.
    refusal
        Why it was refused.
    is_sample
        Whether the store is made up: the answer says so.
    """

    file: str
    preview: Preview | None
    receipt: Receipt | None
    refusal: NtmError | None
    is_sample: bool

    def as_text(self, lang: str) -> str:
        """Return the preview and the receipt of a file that was not refused."""
        return "\n".join(self._lines(lang))

    def _lines(self, lang: str) -> Iterator[str]:
        t = translator(lang)
        if self.is_sample:
            yield t("SỐ LIỆU MINH HỌA")
        if self.preview:
            yield self.preview.title
            yield from (f"  {label}: {text}" for label, text in self.preview.figures)
            yield from (f"- {one.place} – {one.what}: {one.before} → {one.after}" for one in self.preview.changes)
            yield from (f"⚠ {warning}" for warning in self.preview.warnings)
        if self.receipt:
            words = "Đã ghi: biên nhận số {number}, lúc {recorded}, bởi {by}. SHA-256 của tệp: {hash}"
            receipt = self.receipt
            yield t(words, number=receipt.id, recorded=receipt.recorded, by=receipt.by, hash=receipt.file_hash)
        else:
            yield t("Mới xem trước, chưa ghi gì.")

    def as_json(self, lang: str) -> str:
        """Return one document: ``accepted is_sample receipt preview faults``.

        A fault has ``file sheet row column cell text``; where it is of no place in the file, these are ``null``.
        """
        answer = {
            "accepted": self.refusal is None,
            "is_sample": self.is_sample,
            "receipt": asdict(self.receipt) if self.receipt else None,
            "preview": asdict(self.preview) if self.preview else None,
            "faults": list(self._faults(lang)),
        }
        return json.dumps(answer, ensure_ascii=False, default=_plain)

    def _faults(self, lang: str) -> Iterator[dict[str, object]]:
        if isinstance(self.refusal, DataError):
            yield from (_fault(fault, lang) for fault in self.refusal.faults)
        elif self.refusal:
            yield {"file": self.file, **dict.fromkeys(_PLACE), "text": self.refusal.text(lang)}


def _plain(value: object) -> str:
    """Return days and times in ISO form, a month as ``2025-05``."""
    return value.isoformat() if isinstance(value, date) else str(value)


def _fault(fault: Fault, lang: str) -> dict[str, object]:
    cell = f"{fault.column}{fault.row}" if fault.sheet and fault.row and fault.column else None
    place = dict(zip(_PLACE, (fault.sheet, fault.row, fault.column, cell), strict=True))
    return {"file": fault.file, **place, "text": fault.says(lang)}


def hand_in(handed: Handed, facts: LedgerFacts, ledger: Ledger, sender: Sender, *, dry_run: bool) -> Answer:
    """Check a file, store it unless it is a dry run, and return what is to be said; a refusal stores nothing.

    Raises
    ------
    StateError
        Something was asked for that does not exist or does not fit; see :func:`intake.submit.check`.
    """
    preview: Preview | None = None
    receipt: Receipt | None = None
    refusal: NtmError | None = None
    try:
        if not dry_run:
            require_office()
        checked = check(handed.content, handed.name, facts, ledger, sender, handed.kind)
        preview = checked.preview
        receipt = None if dry_run else submit(ledger, checked)
    except StateError:
        raise
    except NtmError as error:
        refusal = error
    return Answer(handed.name, preview, receipt, refusal, ledger.is_sample)
