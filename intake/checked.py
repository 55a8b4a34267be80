"""What comes out of checking a file that was handed in: rows ready to be stored, and what they would change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from base.clock import Month
from store.ledger import Submission

ChangeKind = Literal["gained", "lost", "new", "changed", "voided"]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who hands in and what he says of the file.

    Attributes
    ----------
    actor
        Office that records it (``NTM_OFFICE``).
    sent_by
        Person or district that sent it to the office; may be empty.
    received
        Day on which it arrived (Viet Nam); ``None``: today.
    lang
        Language of the preview.
    district, period
        What the file is expected to be of, when the sender chose it; a file of another district or
        period is refused.
    attachment
        A further file to keep with it, such as the scan of a decision.
    """

    actor: str
    sent_by: str = ""
    received: date | None = None
    lang: str = "vi"
    district: str = ""
    period: Month | None = None
    attachment: bytes = b""


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that would differ after storing, in the reader's words.

    ``unit`` is the code of a commune, empty for a district or the province; ``before`` says "chưa có" where
    nothing was known.
    """

    unit: str
    place: str
    what: str
    before: str
    after: str
    kind: ChangeKind


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do to the map, for the dry run and the page.

    Attributes
    ----------
    title
        For example ``Báo cáo tháng 05/2025 – huyện Đăk Hà``.
    figures
        Label and text: rows, criteria gained and lost, averages before and after.
    changes
        Every fact that differs.
    warnings
        What the reader should look at although it is no fault: new cases at risk, cells left open, the file
        that is superseded.
    """

    title: str
    figures: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """A file without faults: :meth:`store.ledger.Ledger.submit` takes ``submission``."""

    submission: Submission
    preview: Preview
