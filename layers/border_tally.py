"""Counts of border clusters: of one commune, and of all."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from base.clock import Month
from programme.clusters import Cluster


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over clusters: ``total``, and how many of them ``said`` what it takes."""

    total: int
    said: int

    @property
    def shown(self) -> int | str:
        """Return the total; empty when nobody said, which is no zero."""
        return self.total if self.said else ""


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts at the end of a month.

    Attributes
    ----------
    clusters, approved
        All, and those with an approved plan that holds.
    overdue, expired, expiring
        Not done in time, of those with a day by which to be done; plan's period over, and plan that ends within a
        year, of those whose plan has an end.
    now, planned, moved
        Households.
    """

    clusters: int
    approved: int
    overdue: Sum
    expired: Sum
    expiring: Sum
    now: Sum
    planned: Sum
    moved: Sum

    @property
    def share(self) -> float | None:
        """Percent of the clusters with an approved plan that holds; ``None`` without clusters."""
        return 100 * self.approved / self.clusters if self.clusters else None


def tally(found: Collection[Cluster], month: Month) -> Tally:
    """Count clusters as they stood at the end of a month; all zero without any."""
    return Tally(
        clusters=len(found),
        approved=sum(c.approved_in(month) for c in found),
        overdue=_sum(None if c.due is None else c.overdue_in(month) for c in found),
        expired=_sum(_expired(c, month) for c in found),
        expiring=_sum(None if c.plan_to is None else c.expiring_in(month) for c in found),
        now=_sum(c.households_now for c in found),
        planned=_sum(c.households_planned for c in found),
        moved=_sum(c.households_moved for c in found),
    )


def _expired(cluster: Cluster, month: Month) -> bool | None:
    over = cluster.step_in(month) == "expired"
    return None if cluster.plan_to is None and not over else over


def _sum(numbers: Iterable[int | None]) -> Sum:
    said = [value for value in numbers if value is not None]
    return Sum(sum(said), len(said))
