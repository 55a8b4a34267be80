"""Residential clusters of border communes: what content 1.01 of plan 305/KH-UBND (2025) orders to be planned anew.

No list of clusters is published; officers build one. A cluster is told again whenever it moves on: each record says
how things stood on a day, and the newest one up to the end of a month holds in that month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from base.clock import Month

Step = Literal[
    "not-reviewed",
    "reviewing",
    "drafting",
    "expired",
    "appraised",
    "adjusting",
    "approved",
    "implementing",
    "done",
]
#: The steps in the order in which a cluster comes nearer to its end; an expired plan has to be drawn up again, one that
#: is being adjusted holds until the new one is approved.
STEPS: Final[tuple[Step, ...]] = (
    *("not-reviewed", "reviewing", "drafting", "expired", "appraised"),
    *("adjusting", "approved", "implementing", "done"),
)
#: Steps of a plan that was approved and holds.
APPROVED: Final[frozenset[Step]] = frozenset({"adjusting", "approved", "implementing", "done"})
#: Steps that end with the plan's period.
_ENDING: Final[frozenset[Step]] = frozenset({"adjusting", "approved", "implementing"})
ClusterKind = Literal["new-point", "village", "cluster", "commune-centre"]
Arrangement = Literal["concentrated", "infill", "on-the-spot", "dispersal"]
ARRANGEMENTS: Final[tuple[Arrangement, ...]] = ("concentrated", "infill", "on-the-spot", "dispersal")
Reason = Literal["border", "disaster", "hardship", "free-migration", "special-use-forest"]
PlanType = Literal["commune-plan", "detailed-plan", "arrangement-scheme"]
#: Whether a work is there (*có*), not (*chưa*) or being built (*đang xây dựng*); empty where nobody said.
WorkState = Literal["", "have", "missing", "building"]
WORKS: Final = ("road", "electricity", "water", "school", "health_station", "community_house", "telecom")
DataStatus = Literal["draft", "verified", "published"]
#: Longitude and latitude, degrees of EPSG:4326.
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cluster:
    """How a cluster stood on a day.

    Attributes
    ----------
    id, name, number, kind
        Its code (the same in every record), name and number; what it is.
    unit
        Code of its commune in the unit list that was asked for.
    old_list, old_code, new_list, new_code
        Its commune before the reorganisation of units and after it; empty where there is none.
    villages, village_count
        Names of the villages in it, and how many.
    arrangement, reason
        How and why its people are settled; empty where nobody said. Terms of decision 590/QĐ-TTg of 2022.
    households_now, people_now, households_planned, people_planned, households_moved, people_moved, moved
        Numbers, ``None`` where nobody said; ``moved`` is the day up to which people had moved.
    step
        As it was reported; :meth:`step_in` tells that of a month.
    plan_type, plan_document, plan_date, issuing_body, plan_from, plan_to
        The plan, and the days from which and to which it holds.
    due
        Day by which the cluster should be done.
    works
        State of each of :data:`WORKS`.
    area_ha, residential_ha, production_ha
        Hectares.
    budget_million
        Million đồng; ``investor`` and ``funding`` say whose.
    in_belt
        Whether it lies in the border belt that the province has set; ``None`` where nobody said.
    road_m, border_post_m
        Metres to the nearest road and border post, as reported.
    existing, planned
        Where it is and where it is to be.
    as_of
        The day that the record speaks of.
    source
        File, sheet and cell, and who handed it in.
    """

    id: str
    name: str
    number: str
    kind: ClusterKind
    unit: str
    old_list: str
    old_code: str
    new_list: str
    new_code: str
    villages: str
    village_count: int | None
    arrangement: Arrangement | Literal[""]
    reason: Reason | Literal[""]
    ethnic_groups: str
    households_now: int | None
    people_now: int | None
    households_planned: int | None
    people_planned: int | None
    households_moved: int | None
    people_moved: int | None
    moved: date | None
    step: Step
    plan_type: PlanType | Literal[""]
    plan_document: str
    plan_date: date | None
    issuing_body: str
    plan_from: date | None
    plan_to: date | None
    due: date | None
    works: tuple[WorkState, ...]
    area_ha: float | None
    residential_ha: float | None
    production_ha: float | None
    investor: str
    budget_million: float | None
    funding: str
    in_belt: bool | None
    hazard: str
    road_m: float | None
    border_post_m: float | None
    existing: Point | None
    planned: Point | None
    lead_agency: str
    officer: str
    as_of: date
    data_status: DataStatus
    note: str
    source: str

    def step_in(self, month: Month) -> Step:
        """Return the step at the end of a month: a plan whose period is over by then has expired."""
        over = self.plan_to is not None and self.plan_to < month.last_day
        return "expired" if over and self.step in _ENDING else self.step

    def approved_in(self, month: Month) -> bool:
        """Tell whether the cluster has an approved plan that holds at the end of a month."""
        return self.step_in(month) in APPROVED

    def expiring_in(self, month: Month) -> bool:
        """Tell whether its plan holds at the end of a month and ends within a year of it."""
        end = self.plan_to
        return end is not None and self.step_in(month) in _ENDING and month.last_day <= end <= month.plus(12).last_day

    def overdue_in(self, month: Month) -> bool:
        """Tell whether it should have been done by the end of a month, and was not."""
        return self.due is not None and self.due < month.last_day and self.step != "done"


def clusters_in(records: Iterable[Cluster], month: Month) -> list[Cluster]:
    """Return every cluster as it stood at the end of a month, in order of commune and code.

    Parameters
    ----------
    records
        Records of all days; of one cluster and day there is one.
    """
    newest: dict[str, Cluster] = {}
    for record in records:
        held = newest.get(record.id)
        if record.as_of <= month.last_day and (held is None or held.as_of < record.as_of):
            newest[record.id] = record
    return sorted(newest.values(), key=lambda cluster: (cluster.unit, cluster.id))


def furthest(clusters: Iterable[Cluster], month: Month) -> Step | None:
    """Return the step of the cluster that has come furthest by the end of a month; ``None`` without clusters."""
    return max((cluster.step_in(month) for cluster in clusters), key=STEPS.index, default=None)
