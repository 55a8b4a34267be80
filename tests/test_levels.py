"""Levels after withdrawals and from monthly reports: rules b, c and d on records made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import SET, SIZE, outcome

from base.clock import Month
from programme.calendar import parse_interval
from programme.criteria import CriteriaSet
from programme.levels import held_levels, levels_in
from programme.records import LEVELS, CriteriaCount, Level, PublishedFigure, Recognition, Target
from programme.reported import Reported, report_of
from programme.units import Unit
from store.queries import LedgerFacts

WORDS = {1: "met", 0: "not-met", 2: "not-applicable", None: None}


def granted(level: Level, when: str, action: str = "recognise") -> Recognition:
    return Recognition("23353", level, "recognised", None, "1/QĐ", parse_interval(when), "x", "", action=action)  # type: ignore[arg-type]


def withdrawn(level: Level, when: str) -> Recognition:
    return granted(level, when, "withdraw")


def held(rows: Sequence[Recognition], month: str) -> set[str]:
    return set(held_levels(rows, Month.parse(month)))


def test_a_level_is_held_until_the_month_of_its_withdrawal() -> None:
    rows = [granted("standard", "2020-05-13"), withdrawn("standard", "2024-03-15")]
    assert held(rows, "2020-04") == set()
    assert held(rows, "2024-02") == {"standard"}
    assert held(rows, "2024-03") == set()
    assert held(rows, "2025-06") == set()


def test_withdrawing_the_standard_takes_the_higher_levels_and_not_the_other_way_round() -> None:
    rows = [granted("standard", "2018"), granted("advanced", "2021-06-01"), granted("model", "2022-06-01")]
    assert held([*rows, withdrawn("standard", "2024-03-15")], "2024-12") == set()
    assert held([*rows, withdrawn("advanced", "2024-03-15")], "2024-12") == {"standard"}
    assert held([*rows, withdrawn("model", "2024-03-15")], "2024-12") == {"standard", "advanced"}


def test_a_higher_level_holds_the_lower_ones_when_it_alone_is_withdrawn() -> None:
    assert held([granted("advanced", "2021-06-01"), withdrawn("advanced", "2024-03-15")], "2024-12") == {"standard"}


def test_only_a_recognition_that_is_certainly_later_holds_again() -> None:
    lost = [granted("standard", "2020"), withdrawn("standard", "2024-03-15")]
    assert held([*lost, granted("standard", "2024-03-16")], "2024-03") == {"standard"}
    assert held([*lost, granted("standard", "2024-03-14")], "2024-12") == set()
    assert held([*lost, granted("standard", "2025-01")], "2025-01") == {"standard"}
    # "By 2024" and "2024" may mean January: before the withdrawal.
    assert held([*lost, granted("standard", "by 2024"), granted("standard", "2024")], "2025-01") == set()
    assert held([*lost, granted("advanced", "2025-01-02")], "2025-01") == {"standard", "advanced"}


def test_of_two_recognitions_the_one_entered_last_is_the_basis() -> None:
    newest, older = granted("standard", "2019-05-13"), granted("standard", "2018")
    assert held_levels([newest, older], Month(2020, 1))["standard"] is newest


days = st.dates(min_value=parse_interval("2016-01-01").day, max_value=parse_interval("2025-06-30").day)  # type: ignore[union-attr, arg-type]
rows = st.lists(
    st.builds(
        lambda level, day, action: granted(level, day.isoformat(), action),
        st.sampled_from(LEVELS),
        days,
        st.sampled_from(["recognise", "withdraw"]),
    ),
    max_size=6,
)


@given(rows, st.integers(0, 113))
def test_the_newest_decision_on_a_level_tells_whether_it_is_held(decided: list[Recognition], later: int) -> None:
    month = Month(2016, 1).plus(later)
    found = held_levels(decided, month)
    past = [
        (r.action, LEVELS.index(r.level), str(r.held_from.day))
        for r in decided
        if r.held_from and r.held_from.latest <= month
    ]
    for rank, level in enumerate(LEVELS):
        granted_on = max((day for action, of, day in past if action == "recognise" and of >= rank), default="")
        ended_on = max((day for action, of, day in past if action == "withdraw" and of <= rank), default="")
        assert (level in found) == (granted_on > ended_on)


UNIT = Unit("23353", "Đăk Pék", "xã", "610", "Huyện Đăk Glei", in_programme=True, variants=(), border=())


@dataclass(frozen=True)
class Facts:
    """Facts of one commune."""

    recognitions: tuple[Recognition, ...] = ()
    criteria_counts: tuple[CriteriaCount, ...] = ()
    targets: tuple[Target, ...] = ()
    figures: tuple[PublishedFigure, ...] = ()
    units: Mapping[str, Unit] = field(
        default_factory=lambda: {"23353": UNIT},
        hash=False,
    )


def count(met: int, period: str) -> CriteriaCount:
    interval = parse_interval(period)
    assert interval is not None
    return CriteriaCount("23353", interval, met, SIZE, "", (), SET, "x", "")


@pytest.fixture(scope="module")
def the_set(facts: LedgerFacts) -> CriteriaSet:
    return facts.criteria_sets[SET]


def status(known: Facts, month: str, report: Reported | None = None) -> tuple[str, str]:
    found = levels_in(known, Month.parse(month), {"23353": report} if report else None)["23353"]
    return found.status, found.rule


def said(the_set: CriteriaSet, month: str, **lists: str) -> Reported:
    results = {code: WORDS[result] for code, result in outcome(**lists).items()}
    return report_of("23353", the_set, Month.parse(month), results)  # type: ignore[arg-type]


def test_a_report_with_a_failing_criterion_is_evidence_to_the_end_of_its_year(the_set: CriteriaSet) -> None:
    report = said(the_set, "2024-05", fail="7")
    assert status(Facts(), "2024-05") == ("unknown", "e")
    assert status(Facts(), "2024-12", report) == ("below", "c")
    assert status(Facts(), "2025-01", report) == ("unknown", "e")


def test_a_report_that_leaves_criteria_open_proves_nothing(the_set: CriteriaSet) -> None:
    assert status(Facts(), "2024-05", said(the_set, "2024-05", blank="7")) == ("unknown", "e")
    assert status(Facts(), "2024-05", said(the_set, "2024-05", blank="1-19")) == ("unknown", "e")
    assert status(Facts(), "2024-05", said(the_set, "2024-05", blank="7", fail="8")) == ("below", "c")


def test_all_met_or_not_applicable_is_met_and_not_recognised(the_set: CriteriaSet) -> None:
    assert status(Facts(), "2024-05", said(the_set, "2024-05")) == ("met", "d")
    assert status(Facts(), "2024-05", said(the_set, "2024-05", absent="7 8")) == ("met", "d")
    assert status(Facts(), "2024-05", said(the_set, "2024-05", absent="1-19")) == ("unknown", "e")


def test_the_newest_of_report_and_published_count_decides(the_set: CriteriaSet) -> None:
    full, short = said(the_set, "2024-05"), said(the_set, "2024-05", fail="7")
    assert status(Facts(criteria_counts=(count(15, "2024-03"),)), "2024-06", full) == ("met", "d")
    assert status(Facts(criteria_counts=(count(15, "2024-06"),)), "2024-06", full) == ("below", "c")
    assert status(Facts(criteria_counts=(count(SIZE, "2024-03"),)), "2024-06", short) == ("below", "c")
    assert status(Facts(criteria_counts=(count(SIZE, "2024-06"),)), "2024-06", short) == ("met", "d")


def test_a_recognised_commune_stays_so_whatever_it_reports(the_set: CriteriaSet) -> None:
    known = Facts(recognitions=(granted("standard", "2020"),))
    assert status(known, "2024-05", said(the_set, "2024-05", fail="1-19")) == ("standard", "a")


def test_after_a_withdrawal_the_commune_is_below_with_the_withdrawal_as_basis(the_set: CriteriaSet) -> None:
    lost = withdrawn("standard", "2024-03-15")
    known = Facts(recognitions=(granted("standard", "2020"), lost))
    found = levels_in(known, Month(2025, 6))["23353"]
    assert (found.status, found.rule, found.basis, found.withdrawn) == ("below", "b", lost, True)
    assert not found.recognised
    # All criteria met again, but not recognised again; a count from before the withdrawal says nothing.
    assert status(known, "2024-05", said(the_set, "2024-05")) == ("met", "d")
    assert status(known, "2024-05", said(the_set, "2024-02")) == ("below", "b")


def test_a_withdrawal_attains_no_target_and_completes_no_list() -> None:
    assert not withdrawn("standard", "2024-03-15").counts
