"""Months and days, and the time zone of Viet Nam (Asia/Ho_Chi_Minh, no daylight saving)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

TIME_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, the unit of reporting. Orders by time; text form ``YYYY-MM``."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read ``YYYY-MM``; raise :class:`ValueError` for anything else."""
        found = _MONTH.fullmatch(text)
        if not found:
            message = f"not a month YYYY-MM: {text!r}"
            raise ValueError(message)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        """Return the month that ``day`` lies in."""
        return cls(day.year, day.month)

    def plus(self, months: int) -> Month:
        """Return the month ``months`` later (earlier when negative)."""
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def label(self) -> str:
        """The month as officials write it, ``06/2025``; the same in both languages."""
        return f"{self.month:02d}/{self.year}"

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])


def now() -> datetime:
    """Return the time in Viet Nam."""
    return datetime.now(TIME_ZONE)


def today() -> date:
    """Return the date in Viet Nam."""
    return now().date()


def day_label(day: date) -> str:
    """Return ``30/06/2025``, the order of day and month used in both languages here."""
    return f"{day:%d/%m/%Y}"
