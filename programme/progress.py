"""Published totals and how they compare: with the names known, and with a year before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from base.clock import Month
from programme.levels import LevelStatus
from programme.records import Metric, PublishedFigure
from programme.units import District


def latest_figure(
    figures: Iterable[PublishedFigure], metric: Metric, month: Month, district: str | None = None
) -> PublishedFigure | None:
    """Return the newest published number that speaks of ``month`` or earlier, ``None`` if there is none.

    A number dated only by a year is older than one dated by a month of that year: it may speak of
    January. What a source only expects is no number yet (:func:`expected_figure`).
    """
    said = [f for f in figures if f.metric == metric and f.district == district and not f.status]
    past = [f for f in said if f.period.latest <= month]
    return max(past, key=lambda f: (f.period.earliest, f.period.latest), default=None)


def expected_figure(figures: Iterable[PublishedFigure], metric: Metric, month: Month) -> PublishedFigure | None:
    """Return what a source expected (*dự kiến*) of the province for the rest of the month's year, the latest one.

    ``None`` when nothing was expected, or when the actual number of the same time is known by the month.
    """
    rows = [f for f in figures if f.metric == metric and f.district is None and f.period.latest.year == month.year]
    expected = [f for f in rows if f.status == "expected" and f.period.latest >= month]
    newest = max(expected, key=lambda f: f.period.latest, default=None)
    done = newest and any(not f.status and newest.period.latest <= f.period.earliest <= month for f in rows)
    return None if done else newest


@dataclass(frozen=True, slots=True)
class Change:
    """Difference of a published number to the newest one of a year before or earlier."""

    difference: float
    since: PublishedFigure


def change_since_year_before(figures: Iterable[PublishedFigure], figure: PublishedFigure) -> Change | None:
    """Compare ``figure`` with the newest number a year before its month or earlier.

    Averages measured by different criteria sets, and numbers given as "about", are not compared: ``None``.
    """
    before = latest_figure(figures, figure.metric, figure.period.latest.plus(-12), figure.district)
    if before is None or "about" in {before.qualifier, figure.qualifier}:
        return None
    if figure.metric == "average-criteria" and before.criteria_set != figure.criteria_set:
        return None
    return Change(round(figure.value - before.value, 6), before)


@dataclass(frozen=True, slots=True)
class DistrictProgress:
    """Recognised communes of a district in a month.

    Attributes
    ----------
    district
        The district.
    named
        Communes recognised by name.
    published
        Newest published number for the district up to the month, if any.
    at_least
        True when names may be missing: ``count`` is then a lower bound.
    """

    district: District
    named: int
    published: PublishedFigure | None
    at_least: bool

    @property
    def total(self) -> int:
        """Communes of the programme in the district."""
        return len(self.district.programme_units)

    @property
    def count(self) -> int:
        """The better of the names known and the published number."""
        return max(self.named, int(self.published.value) if self.published else 0)

    @property
    def share(self) -> float:
        """Percent of the district's programme communes, 0–100; 0 in a district that has none."""
        return 100 * self.count / self.total if self.total else 0.0


def district_progress(
    districts: Mapping[str, District],
    levels: Mapping[str, LevelStatus],
    figures: Iterable[PublishedFigure],
    month: Month,
) -> list[DistrictProgress]:
    """Return the progress of every district, in code order.

    Names are complete when every other commune of the district is known not to be recognised
    (or is itself recognised): no commune's level is unknown.
    """
    known = list(figures)
    return [
        DistrictProgress(
            district=district,
            named=sum(levels[unit.code].recognised for unit in district.programme_units),
            published=latest_figure(known, "recognised", month, district.code),
            at_least=any(levels[unit.code].status in {"unknown", "new-unit"} for unit in district.programme_units),
        )
        for district in districts.values()
    ]
