"""Dates as sources give them: a day, a month, a year, or only an interval.

A date known only as an interval ("by 2018", "2021 or early 2022") is normalised to its earliest
and latest month, counts from the latest, and is shown with "≤".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from base.clock import Month, day_label

DECEMBER: Final = 12
#: The programme runs since 2010 (FACTS §1): nothing of it can be dated earlier.
PROGRAMME_START: Final = Month(2010, 1)

_POINT = r"(?:early )?[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?"
_SINGLE = re.compile(rf"(by )?({_POINT})")
_CHOICE = re.compile(rf"({_POINT})(?: or |/)({_POINT})")


@dataclass(frozen=True, slots=True)
class Interval:
    """When something happened, as far as the source tells.

    Attributes
    ----------
    earliest, latest
        First and last month it can have happened in.
    day
        The day, when the source gives one and it is not only a bound.
    open
        True when the source gives only an upper bound or a choice ("by", "or").
    """

    earliest: Month
    latest: Month
    day: date | None = None
    open: bool = False

    @property
    def label(self) -> str:
        """Return ``13/05/2019``, ``12/2016``, ``2021``, ``≤ 2018`` or ``≤ 05/2019``."""
        whole_year = self.latest.month == DECEMBER and (self.open or self.earliest.month == 1)
        bound = str(self.latest.year) if whole_year and self.earliest != self.latest else self.latest.label
        if self.open:
            return f"≤ {bound}"
        return day_label(self.day) if self.day else bound


def parse_interval(text: str) -> Interval | None:
    """Read a date as sources give it.

    Parameters
    ----------
    text
        ``2013-01-17``, ``2019-05``, ``2021``, ``early 2022`` (January to March), ``by`` one of these,
        two of them joined by ``or`` or ``/``; empty text gives ``None``.

    Raises
    ------
    ValueError
        The text has none of these forms.

    Examples
    --------
    >>> parse_interval("2021 or early 2022").label, parse_interval("by 2018").label
    ('≤ 03/2022', '≤ 2018')
    """
    text = text.strip()
    if not text:
        return None
    if single := _SINGLE.fullmatch(text):
        point = _point(single[2])
        return Interval(PROGRAMME_START, point.latest, open=True) if single[1] else point
    if choice := _CHOICE.fullmatch(text):
        first, last = _point(choice[1]), _point(choice[2])
        return Interval(min(first.earliest, last.earliest), max(first.latest, last.latest), open=True)
    message = f"not a date, month, year or interval: {text!r}"
    raise ValueError(message)


def _point(text: str) -> Interval:
    if text.startswith("early "):
        year = int(text.removeprefix("early "))
        return Interval(Month(year, 1), Month(year, 3), open=True)
    match text.count("-"):
        case 0:
            return Interval(Month(int(text), 1), Month(int(text), 12))
        case 1:
            month = Month.parse(text)
            return Interval(month, month)
        case _:
            day = date.fromisoformat(text)
            return Interval(Month.of(day), Month.of(day), day)
