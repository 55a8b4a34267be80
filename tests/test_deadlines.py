"""When reports are due, how late one is, and what a province may set."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from base.clock import Month
from programme.deadlines import Deadline, days_late, deadline, office_deadline
from programme.province import Province, Reporting, province_of

MONTHLY = Reporting(district_before_day=15, office_before_day=20, source="x")
HALF_YEARLY = Reporting(district_before_day=15, office_before_day=20, half_yearly_from="2026-01", source="x")

months = st.builds(Month, st.integers(2020, 2035), st.integers(1, 12))


def due(text: str, rule: Reporting = MONTHLY) -> Deadline:
    found = deadline(rule, Month.parse(text))
    assert found is not None
    return found


def test_kon_tum_reports_before_the_15th_and_the_office_before_the_20th() -> None:
    rule = province_of("kontum").reporting
    assert rule is not None
    assert rule == Reporting(district_before_day=15, office_before_day=20, half_yearly_from="", source=rule.source)
    assert "05/CT-UBND" in rule.source
    assert deadline(rule, Month(2024, 5)) == Deadline(Month(2024, 5), date(2024, 5, 15), "month")
    assert office_deadline(rule, Month(2024, 5)) == Deadline(Month(2024, 5), date(2024, 5, 20), "month")


def test_the_last_month_of_a_quarter_is_the_quarterly_report_too() -> None:
    kinds = [due(f"2024-{month:02d}").kind for month in range(1, 13)]
    assert kinds == ["month", "month", "quarter"] * 4


#: Day received → days late, for the report of May 2024 (due before the 15th, "trước ngày 15").
LATE = {
    "2024-04-30": 0,
    "2024-05-01": 0,
    "2024-05-14": 0,
    "2024-05-15": 1,
    "2024-05-16": 2,
    "2024-05-31": 17,
    "2024-06-01": 18,
    "2025-05-14": 365,
}


@pytest.mark.parametrize(("received", "days"), LATE.items())
def test_days_late(received: str, days: int) -> None:
    assert days_late(due("2024-05"), date.fromisoformat(received)) == days


def test_the_office_is_late_from_the_20th_on() -> None:
    found = office_deadline(MONTHLY, Month(2024, 2))
    assert found is not None
    assert [days_late(found, date(2024, 2, day)) for day in (15, 19, 20, 29)] == [0, 0, 1, 10]


@given(months, st.integers(-400, 400))
def test_a_report_is_in_time_exactly_when_it_comes_before_the_day(period: Month, days: int) -> None:
    found = deadline(MONTHLY, period)
    assert found is not None
    assert Month.of(found.before) == period
    late = days_late(found, found.before + timedelta(days=days))
    assert late == (0 if days < 0 else days + 1)


#: Month → kind of the report when half-yearly reports begin in January 2026; None: nothing is due.
HALF_YEARS = {
    "2025-11": "month",
    "2025-12": "quarter",
    "2026-01": None,
    "2026-03": None,
    "2026-05": None,
    "2026-06": "half-year",
    "2026-09": None,
    "2026-12": "half-year",
    "2027-06": "half-year",
}


@pytest.mark.parametrize(("month", "kind"), HALF_YEARS.items())
def test_half_yearly_reports(month: str, kind: str | None) -> None:
    for due_on, day in ((deadline, 15), (office_deadline, 20)):
        found = due_on(HALF_YEARLY, Month.parse(month))
        assert (found.kind if found else None) == kind
        assert found is None or found.before.day == day


@given(months)
def test_half_yearly_reporting_is_off_until_a_province_sets_it(period: Month) -> None:
    found = deadline(MONTHLY, period)
    assert found is not None
    assert found.kind in {"month", "quarter"}


@pytest.mark.parametrize(
    "cells",
    [
        {"district_before_day": 0},
        {"district_before_day": 29},
        {"office_before_day": 31},
        {"half_yearly_from": "2026"},
        {"half_yearly_from": "2026-13"},
        {"half_yearly_from": "٢٠٢٦-01"},
        {"source": ""},
        {"by_email": True},
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(cells: dict[str, object]) -> None:
    good = {"district_before_day": 15, "office_before_day": 20, "source": "x"}
    assert Reporting.model_validate(good) == MONTHLY
    with pytest.raises(ValidationError):
        Reporting.model_validate(good | cells)


def test_a_province_without_a_rule_has_none() -> None:
    bare = province_of("kontum").model_dump(by_alias=True, exclude={"reporting"})
    assert Province.model_validate(bare).reporting is None
