"""Where a series ends: a reorganisation makes other units, and numbers before and after it are not compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from base.clock import Month, day_label
from geo.boundaries import catalogue
from programme.records import PublishedFigure

if TYPE_CHECKING:
    from geo.boundaries import CatalogueEntry
    from layers.context import LayerContext


def begins(entry: CatalogueEntry) -> Month:
    """Return the first month of the units that a boundary version draws; several versions may draw one list.

    What was reported or published under their codes before is of other units.
    """
    return catalogue().get(entry.units_of, entry).first_month


def figures(context: LayerContext) -> Sequence[PublishedFigure]:
    """Return the published numbers that speak of the units shown: after a reorganisation none from before it."""
    entry = context.boundary.entry
    if not entry.reorganised:
        return context.facts.figures
    first = begins(entry)
    return [figure for figure in context.facts.figures if figure.period.latest >= first]


def mark(context: LayerContext) -> str:
    """Return ``01/07/2025: sắp xếp đơn vị hành chính, số liệu trước và sau không so sánh``.

    Empty unless the units shown were made by a reorganisation.
    """
    entry = context.boundary.entry
    if not entry.reorganised:
        return ""
    return context.t("{day}: sắp xếp đơn vị hành chính, số liệu trước và sau không so sánh", day=_first_day(entry))


def _first_day(entry: CatalogueEntry) -> str:
    first = begins(entry)
    return day_label(date(first.year, first.month, 1))
