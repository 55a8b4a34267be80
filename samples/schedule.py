"""Who hands in when: most in time, one district late each month, some with a correction, some months missing."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from base.clock import TIME_ZONE, Month
from samples.story import FIRST, SEED

#: A month is missing, and a report corrected, every so many months.
_MISSING_EVERY, _CORRECTED_EVERY, _INDICATORS_EVERY = 3, 2, 3
_OFFICE_OPENS: Final = time(7, 30)
_MINUTES_OPEN: Final = 480


@dataclass(frozen=True, slots=True)
class Handover:
    """One file that comes in.

    Attributes
    ----------
    district, period
        What it is of.
    revision
        1, or 2 for a correction.
    mistaken
        Whether some cells are wrong: a correction follows.
    indicators
        Whether the sheet of indicators is filled, too.
    recorded
        When the office recorded it (Viet Nam); it arrived that day.
    """

    district: str
    period: Month
    revision: int
    mistaken: bool
    indicators: bool
    recorded: datetime


def handovers(districts: Iterable[str], months: Iterable[Month]) -> Iterator[Handover]:
    """Yield every file of ``months`` in the order in which it is recorded.

    Parameters
    ----------
    districts
        Codes of the districts that report.
    months
        In order. A month always has the same files, whatever other months are asked for.
    """
    codes = sorted(districts)
    for month in months:
        yield from sorted(_of_month(codes, month), key=lambda handover: handover.recorded)


def _of_month(districts: list[str], month: Month) -> Iterator[Handover]:
    chance = random.Random(f"{SEED} {month}")  # noqa: S311 - the same files every time are what is wanted
    number = (month.year - FIRST.year) * 12 + month.month - FIRST.month
    late, missing, corrected, measured, *_ = chance.sample(districts, len(districts))
    for code in districts:
        if code == missing and number % _MISSING_EVERY == 1:
            continue
        day = chance.randint(16, 24) if code == late else chance.randint(8, 14)
        wrong = code == corrected and number % _CORRECTED_EVERY == 0
        indicators = code == measured and month.month % _INDICATORS_EVERY == 0
        yield Handover(code, month, 1, wrong, indicators, _moment(month, day, chance))
        if wrong:
            yield Handover(code, month, 2, False, indicators, _moment(month, day + 3, chance))  # noqa: FBT003


def _moment(month: Month, day: int, chance: random.Random) -> datetime:
    opened = datetime.combine(date(month.year, month.month, day), _OFFICE_OPENS, TIME_ZONE)
    # Seconds by lot keep two files of one minute apart.
    return opened + timedelta(minutes=chance.randrange(_MINUTES_OPEN), seconds=chance.random() * 60)
