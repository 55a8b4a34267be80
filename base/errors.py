"""Errors that a user may read: what is wrong, where it is, and what to do.

Every error carries a Vietnamese message template and its parameters, so that the screen and
the terminal can say it in the reader's language (:mod:`base.i18n`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from base.i18n import translate


class NtmError(Exception):
    """Base of all our errors.

    Parameters
    ----------
    message
        Vietnamese template with ``{name}`` placeholders; it is also the key of its translation.
    params
        Values for the placeholders. A value that is itself an error or an enum is put as text.
    """

    exit_status: ClassVar[int] = 3

    def __init__(self, message: str, **params: object) -> None:
        self.message = message
        self.params = params
        super().__init__(self.text("vi"))

    def text(self, lang: str) -> str:
        """Return the sentence in ``lang`` (``vi`` or ``en``)."""
        return translate(self.message, lang, **self.params)


class StateError(NtmError):
    """A view was asked for that does not exist: unknown layer, period outside all versions."""

    exit_status = 2


class BoundaryError(NtmError):
    """A boundary version is missing, damaged or unknown."""


class StoreError(NtmError):
    """The store cannot be opened, read or written; nothing was changed."""


class AccessError(NtmError):
    """Writing is not allowed here: no office is named, or the request came over the network."""


class DuplicateError(NtmError):
    """The same file is in the store already; ``params`` say when it came and who recorded it."""


class ConflictError(NtmError):
    """Somebody else handed in for the same place and period since the reader looked; nothing was stored."""


class RenderError(NtmError):
    """A drawing could not be made."""

    exit_status = 1


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an input file.

    Attributes
    ----------
    file, row, column
        Where it is. ``row`` counts as a spreadsheet does: the header is row 1. ``None`` when the
        fault is of the whole file.
    message, params
        As in :class:`NtmError`.
    sheet
        Name of the sheet when the file is a workbook; ``column`` is then a column letter, and the
        place is told as ``trang “Tiêu chí”, ô D12``.
    """

    file: str
    row: int | None
    column: str | None
    message: str
    params: tuple[tuple[str, object], ...] = ()
    sheet: str | None = None

    def place(self, lang: str) -> str:
        """Return where the fault is, in ``lang``."""
        parts = [self.file]
        if self.sheet is not None:
            parts.append(translate("trang “{sheet}”", lang, sheet=self.sheet))
        if self.sheet is not None and self.row is not None and self.column is not None:
            parts.append(translate("ô {cell}", lang, cell=f"{self.column}{self.row}"))
            return ", ".join(parts)
        if self.row is not None:
            parts.append(translate("dòng {row}", lang, row=self.row))
        if self.column is not None:
            parts.append(translate("cột “{column}”", lang, column=self.column))
        return ", ".join(parts)

    def says(self, lang: str) -> str:
        """Return what is wrong and what to do, without the place."""
        return translate(self.message, lang, **dict(self.params))

    def text(self, lang: str) -> str:
        """Return ``file, place: what is wrong and what to do`` in ``lang``."""
        return f"{self.place(lang)}: {self.says(lang)}"


class DataError(NtmError):
    """A programme file is missing or faulty; carries every fault found, not only the first."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("Có {count} lỗi trong dữ liệu.", count=len(faults))

    def __reduce__(self) -> tuple[type[DataError], tuple[list[Fault]]]:
        """Be made again from the faults: a job's refusal comes from another process."""
        return DataError, (list(self.faults),)

    def text(self, lang: str) -> str:
        """Return the count and then every fault, a line each."""
        head = super().text(lang)
        return "\n".join([head, *(fault.text(lang) for fault in getattr(self, "faults", ()))])
