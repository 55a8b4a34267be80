"""Dates as sources give them."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.clock import Month
from base.settings import SHIPPED_DATA
from programme.calendar import PROGRAMME_START, Interval, parse_interval

#: Text → first month, last month, label.
FORMS = {
    "2019": ("2019-01", "2019-12", "2019"),
    "2019-05": ("2019-05", "2019-05", "05/2019"),
    "2016-12": ("2016-12", "2016-12", "12/2016"),
    "2013-01-17": ("2013-01", "2013-01", "17/01/2013"),
    "by 2018": ("2010-01", "2018-12", "≤ 2018"),
    "by 2019-05": ("2010-01", "2019-05", "≤ 05/2019"),
    "by 2019-12": ("2010-01", "2019-12", "≤ 2019"),
    "by 2019-05-14": ("2010-01", "2019-05", "≤ 05/2019"),
    "early 2022": ("2022-01", "2022-03", "≤ 03/2022"),
    "2021 or 2022": ("2021-01", "2022-12", "≤ 2022"),
    "2022 or 2021": ("2021-01", "2022-12", "≤ 2022"),
    "2021/2022": ("2021-01", "2022-12", "≤ 2022"),
    "2021 or early 2022": ("2021-01", "2022-03", "≤ 03/2022"),
    "  2019-05 ": ("2019-05", "2019-05", "05/2019"),
}


@pytest.mark.parametrize(("text", "expected"), FORMS.items())
def test_forms(text: str, expected: tuple[str, str, str]) -> None:
    found = parse_interval(text)
    assert found is not None
    assert (str(found.earliest), str(found.latest), found.label) == expected


@pytest.mark.parametrize("text", ["", "  "])
def test_no_date_is_none(text: str) -> None:
    assert parse_interval(text) is None


def shipped_periods() -> list[str]:
    columns = {"period", "year_of_standard", "decision_date"}
    found = set()
    for path in (SHIPPED_DATA / "programme").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {row[column] for row in csv.DictReader(file) for column in columns & row.keys()}
    return sorted(found - {""})


def test_every_period_that_ships_lies_in_the_programme() -> None:
    periods = shipped_periods()
    assert len(periods) > 30
    for text in periods:
        found = parse_interval(text)
        assert found is not None, text
        assert PROGRAMME_START <= found.earliest <= found.latest <= Month(2026, 12), text
        assert found.label.startswith("≤") == any(word in text for word in ("by", "or", "early", "/")), text
        assert str(found.latest.year) in text, text


days = st.dates(date(2010, 1, 1), date(2035, 12, 31))
points = st.one_of(
    days.map(lambda day: f"{day:%Y-%m-%d}"),
    days.map(lambda day: f"{day:%Y-%m}"),
    days.map(lambda day: f"{day:%Y}"),
    days.map(lambda day: f"early {day:%Y}"),
)
texts = st.one_of(
    points,
    points.map("by {}".format),
    st.tuples(points, st.sampled_from([" or ", "/"]), points).map("".join),
)


@given(texts)
def test_an_interval_never_ends_before_it_begins(text: str) -> None:
    found = parse_interval(text)
    assert found is not None
    assert found.earliest <= found.latest


@given(texts)
def test_only_an_exact_date_is_written_without_the_sign_for_at_most(text: str) -> None:
    found = parse_interval(text)
    assert found is not None
    assert found.label.startswith("≤ ") == found.open
    assert found.day is None or not found.open


@given(days)
def test_a_day_a_month_and_a_year_come_back_from_their_label(day: date) -> None:
    labels = [_parsed(day.strftime(form)).label for form in ("%Y-%m-%d", "%Y-%m", "%Y")]
    assert labels == [day.strftime(form) for form in ("%d/%m/%Y", "%m/%Y", "%Y")]


@given(days, st.integers(0, 3000))
def test_a_choice_spans_both_points_in_either_order(first: date, later: int) -> None:
    second = first + timedelta(days=later)
    forth, back = _parsed(f"{first:%Y-%m} or {second:%Y-%m}"), _parsed(f"{second:%Y-%m} or {first:%Y-%m}")
    assert forth == back
    assert (forth.earliest, forth.latest) == (Month.of(first), Month.of(second))


def _parsed(text: str) -> Interval:
    found = parse_interval(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        "spring 2019",
        "19",
        "2019-13",
        "2019-00",
        "2019-5",
        "2019-02-30",
        "17/01/2013",
        "2019-05-",
        "by",
        "by by 2019",
        "2019 or",
        "2019 or 2020 or 2021",
        "before 2019",
        "2019 2020",
        "٢٠١٩",
        "-1",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_interval(text)


@given(st.text(alphabet="0123456789-/ byorealy", max_size=24))
def test_garbage_gives_an_interval_or_a_value_error_and_nothing_else(text: str) -> None:
    try:
        found = parse_interval(text)
    except ValueError:
        return
    assert found is None or found.earliest <= found.latest
