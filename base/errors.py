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
    """

    file: str
    row: int | None
    column: str | None
    message: str
    params: tuple[tuple[str, object], ...] = ()

    def text(self, lang: str) -> str:
        """Return ``file, row, column: what is wrong and what to do`` in ``lang``."""
        place = self.file
        if self.row is not None:
            place += ", " + translate("dòng {row}", lang, row=self.row)
        if self.column is not None:
            place += ", " + translate("cột “{column}”", lang, column=self.column)
        return f"{place}: {translate(self.message, lang, **dict(self.params))}"


class DataError(NtmError):
    """A programme file is missing or faulty; carries every fault found, not only the first."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("Có {count} lỗi trong dữ liệu.", count=len(faults))

    def text(self, lang: str) -> str:
        """Return the count and then every fault, a line each."""
        head = super().text(lang)
        return "\n".join([head, *(fault.text(lang) for fault in getattr(self, "faults", ()))])
