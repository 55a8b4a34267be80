"""Clusters: which record holds in a month, and what its step, its plan and its dates then mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.clock import Month
from programme.clusters import APPROVED, STEPS, WORKS, Cluster, Step, clusters_in, furthest

MAY = Month(2025, 5)
A = Cluster(
    id="IT-64",
    name="Điểm dân cư số 64",
    number="64",
    kind="new-point",
    unit="23512",
    old_list="kontum-2015",
    old_code="23512",
    new_list="quangngai-2025",
    new_code="23509",
    villages="",
    village_count=None,
    arrangement="concentrated",
    reason="border",
    ethnic_groups="",
    households_now=22,
    people_now=81,
    households_planned=100,
    people_planned=None,
    households_moved=22,
    people_moved=81,
    moved=None,
    step="approved",
    plan_type="detailed-plan",
    plan_document="285/QĐ-UBND",
    plan_date=date(2018, 3, 23),
    issuing_body="",
    plan_from=date(2018, 3, 23),
    plan_to=date(2025, 12, 31),
    due=None,
    works=("",) * len(WORKS),
    area_ha=None,
    residential_ha=None,
    production_ha=None,
    investor="",
    budget_million=None,
    funding="",
    in_belt=None,
    hazard="",
    road_m=None,
    border_post_m=None,
    existing=None,
    planned=None,
    lead_agency="Sở Xây dựng",
    officer="",
    as_of=date(2025, 3, 31),
    data_status="draft",
    note="",
    source="cum.xlsx, A4",
)


def test_the_newest_record_up_to_the_end_of_the_month_holds() -> None:
    later = replace(A, step="implementing", as_of=date(2025, 5, 31))
    other = replace(A, id="IT-65", unit="23510", as_of=date(2025, 6, 1))
    assert clusters_in([A, later, other], Month(2025, 2)) == []
    assert clusters_in([A, later, other], Month(2025, 4)) == [A]
    assert clusters_in([later, A, other], MAY) == [later]
    assert clusters_in([later, A, other], Month(2025, 6)) == [other, later]  # by commune, then by code


def test_a_plan_holds_on_the_last_day_of_its_period_and_not_after_it() -> None:
    assert A.step_in(Month(2025, 12)) == "approved"
    assert A.step_in(Month(2026, 1)) == "expired"
    assert not A.approved_in(Month(2026, 1))


@pytest.mark.parametrize("step", ["not-reviewed", "reviewing", "drafting", "appraised", "done", "expired"])
def test_only_a_plan_in_force_runs_out(step: Step) -> None:
    assert replace(A, step=step).step_in(Month(2030, 1)) == step


def test_a_plan_being_adjusted_holds() -> None:
    assert replace(A, step="adjusting").approved_in(MAY)
    assert not replace(A, step="appraised").approved_in(MAY)


def test_a_plan_is_expiring_within_a_year_of_its_end() -> None:
    assert not A.expiring_in(Month(2024, 11))
    assert A.expiring_in(Month(2024, 12))
    assert A.expiring_in(Month(2025, 12))
    assert not A.expiring_in(Month(2026, 1))  # it has expired
    assert not replace(A, plan_to=None).expiring_in(MAY)
    assert not replace(A, step="done").expiring_in(MAY)


def test_what_is_due_and_not_done_is_overdue() -> None:
    late = replace(A, due=date(2025, 5, 30))
    assert late.overdue_in(MAY)
    assert not late.overdue_in(Month(2025, 4))
    assert not replace(late, due=date(2025, 5, 31)).overdue_in(MAY)  # the day itself is in time
    assert not replace(late, step="done").overdue_in(MAY)
    assert not A.overdue_in(MAY)


def test_the_furthest_step_is_not_that_of_an_expired_plan() -> None:
    expired = replace(A, plan_to=date(2024, 12, 31))
    assert furthest([], MAY) is None
    assert furthest([expired], MAY) == "expired"
    assert furthest([expired, replace(A, step="reviewing")], MAY) == "expired"
    assert furthest([expired, replace(A, step="appraised")], MAY) == "appraised"
    assert furthest([A, replace(A, step="done")], MAY) == "done"


@given(st.sampled_from(STEPS), st.integers(-800, 800), st.integers(0, 60))
def test_expired_approved_and_expiring_never_contradict_each_other(step: Step, days: int, months: int) -> None:
    month = Month(2022, 1).plus(months)
    cluster = replace(A, step=step, plan_to=date(2024, 6, 15) + timedelta(days))
    assert cluster.approved_in(month) == (cluster.step_in(month) in APPROVED)
    if cluster.expiring_in(month):
        assert cluster.approved_in(month)
        assert cluster.step_in(month.plus(13)) in {"expired", "done"}
