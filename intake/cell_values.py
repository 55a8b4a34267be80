"""What a cell of a small form says: text, a number, a coordinate, a time."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Final

from base.clock import day_label
from geo.spelling import folded
from intake.sheets import Value
from programme.calendar import Interval, parse_interval

_DAY: Final = re.compile(r"(?:ngay )?(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_MONTH: Final = re.compile(r"(?:thang )?(\d{1,2})[/.-](\d{4})")
_YEAR: Final = re.compile(r"(?:nam )?(\d{4})")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
_COORDINATE: Final = re.compile(r"(?P<whole>-?\d{1,9}(?:[.,]\d{3})*?)(?:(?P<mark>[.,])(?P<rest>\d{1,12}))?", re.ASCII)
#: Texts that a spreadsheet would run; our own files put a quote before them (:func:`intake.forms.form_row`).
FORMULA_STARTS: Final = ("=", "+", "-", "@")


def cell_text(value: Value) -> str:
    """Return a cell as text, empty for an empty one; the quote before ``=`` in our own files is taken off."""
    if isinstance(value, date):
        return day_label(value)
    text = "" if value is None else str(value)
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def number_of(value: Value) -> float | None:
    """Return a number that is not negative, ``None`` for anything else; text has the decimal comma."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if 0 <= value < math.inf else None
    text = cell_text(value)
    if _THOUSANDS.fullmatch(text):
        text = text.replace(".", "")
    elif not _NUMBER.fullmatch(text):
        return None
    found = float(text.replace(",", "."))
    return found if math.isfinite(found) else None


def coordinate_of(value: Value) -> float | None:
    """Return a coordinate, ``None`` for anything else: a number, or text as ``107,5``, ``1.621.345,7`` or ``107.5``."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    text = cell_text(value).replace(" ", "").replace("\xa0", "")
    found = _COORDINATE.fullmatch(text)
    if found is None:
        return None
    whole, mark, rest = found["whole"], found["mark"] or "", found["rest"] or ""
    if mark and mark in whole:  # 1.621.345: points between thousands
        whole, rest = whole + rest, ""
    digits = whole.replace(".", "").replace(",", "")
    return float(f"{digits}.{rest or 0}")


def time_text(value: Value) -> str:
    """Return a day, month or year as the store writes it: ``2024-12-31``, ``2024-12``, ``2024``; else the text."""
    if isinstance(value, date):
        return value.isoformat()
    text = cell_text(value)
    plain = folded(text)
    if found := _DAY.fullmatch(plain):
        return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    if found := _MONTH.fullmatch(plain):
        return f"{found[2]}-{int(found[1]):02d}"
    if found := _YEAR.fullmatch(plain):
        return found[1]
    return text


def interval_of(text: str) -> Interval | None:
    """Return what a time as the store writes it means; ``None`` for any other text."""
    try:
        found = parse_interval(text)
    except ValueError:
        return None
    return found if found and found.earliest.year else None
