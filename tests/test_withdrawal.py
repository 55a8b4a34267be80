"""The rule of decision 18/2022/QĐ-TTg, case by case and against exact fractions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programme.criteria import CriteriaSet, Result
from programme.withdrawal import district_loses, judge, lost

RESULTS = st.sampled_from(["met", "not-met", "not-applicable", None])


def criteria_set(size: int, *listed: str) -> CriteriaSet:
    return CriteriaSet(
        id="X",
        level="standard",
        issuer="",
        name_vi="",
        name_en="",
        decision="",
        valid_from=date(2022, 3, 8),
        valid_to=None,
        size=size,
        indicator_count=None,
        province="",
        withdrawal_criteria=listed,
        verified=True,
        note_vi="",
        note_en="",
        source="",
        items=(),
    )


OF_19 = criteria_set(19, "10", "17", "19")
#: No set of 10 criteria is known to be under the decision; the numbers 3 and 8 are an example.
OF_10 = criteria_set(10, "3", "8")


def failing(found: CriteriaSet, number: int, *, with_listed: bool) -> dict[str, Result | None]:
    """Return results with ``number`` criteria not met, a listed one among them or, as far as can be, not."""
    codes = [str(n) for n in range(1, found.size + 1)]
    codes.sort(key=lambda code: (code in found.withdrawal_criteria) != with_listed)
    return {code: "not-met" if place < number else "met" for place, code in enumerate(codes)}


#: Failing criteria of 19 → warn, case with a listed one, case without. 30 % of 19 is 5.7, 50 % is 9.5.
CASES_OF_19 = {
    **dict.fromkeys(range(6), (False, None, None)),
    **dict.fromkeys(range(6, 10), (True, "a", None)),
    **dict.fromkeys(range(10, 20), (True, "b", "b")),
}
#: Of 10: 30 % is 3, 50 % is 5.
CASES_OF_10 = {
    **dict.fromkeys(range(3), (False, None, None)),
    **dict.fromkeys((3, 4), (True, "a", None)),
    **dict.fromkeys(range(5, 11), (True, "b", "b")),
}


@pytest.mark.parametrize(
    ("found", "number", "expected"),
    [(OF_19, n, case) for n, case in CASES_OF_19.items()] + [(OF_10, n, case) for n, case in CASES_OF_10.items()],
)
def test_every_number_of_failing_criteria(
    found: CriteriaSet, number: int, expected: tuple[bool, str | None, str | None]
) -> None:
    listed = judge(found, failing(found, number, with_listed=True))
    unlisted = judge(found, failing(found, number, with_listed=False))
    assert (listed.warn, listed.case, unlisted.case) == expected
    assert listed.warn == unlisted.warn
    assert len(listed.failing) == len(unlisted.failing) == number
    assert listed.share == Fraction(number, found.size)
    assert not listed.open
    assert not unlisted.open


def test_over_thirty_per_cent_as_the_directive_of_2024_says_is_a_warning_and_not_yet_a_case() -> None:
    # "trên 30%" of 19 criteria is at least 6.
    finding = judge(OF_19, failing(OF_19, 6, with_listed=False))
    assert finding.warn
    assert finding.case is None
    assert finding.listed == ()


def test_failing_criteria_are_named_in_number_order() -> None:
    results: dict[str, Result | None] = dict.fromkeys(map(str, range(19, 0, -1)), "met")
    finding = judge(OF_19, results | {"17": "not-met", "2": "not-met", "10": None, "9": None})
    assert (finding.failing, finding.listed, finding.unknown) == (("2", "17"), ("17",), ("9", "10"))


def test_a_commune_that_reported_nothing_fails_nothing_and_everything_is_open() -> None:
    finding = judge(OF_19, {})
    assert (finding.warn, finding.case, finding.open) == (False, None, True)
    assert len(finding.unknown) == 19


#: Failing (none listed), unknown codes → warn, case, open.
OPEN = {
    "one unknown cannot reach 6": (4, ["19"], (False, None, False)),
    "one unknown reaches 6": (5, ["12"], (False, None, True)),
    "a listed unknown makes it case a": (6, ["10"], (True, None, True)),
    "an unlisted unknown changes nothing": (6, ["14"], (True, None, False)),
    "the tenth makes it case b": (9, ["14"], (True, None, True)),
    "case b stays case b": (10, ["17", "19"], (True, "b", False)),
}


@pytest.mark.parametrize(("number", "unknown", "expected"), OPEN.values(), ids=OPEN)
def test_unknown_criteria_leave_open_only_what_they_can_change(
    number: int, unknown: list[str], expected: tuple[bool, str | None, bool]
) -> None:
    # The first ten unlisted criteria are 1 to 9 and 11.
    results = failing(OF_19, number, with_listed=False) | dict.fromkeys(unknown)
    finding = judge(OF_19, results)
    assert len(finding.failing) == number
    assert (finding.warn, finding.case, finding.open) == expected


def test_case_a_with_an_unknown_criterion_may_become_case_b() -> None:
    finding = judge(OF_19, failing(OF_19, 9, with_listed=True) | {"18": None})
    assert (finding.case, finding.open) == ("a", True)


def test_a_criterion_that_is_not_applicable_does_not_fail_and_stays_in_the_denominator() -> None:
    results = failing(OF_19, 5, with_listed=True) | {"13": "not-applicable", "14": "not-applicable"}
    finding = judge(OF_19, results)
    assert finding.share == Fraction(5, 19)  # 5 of 17 would be 29.4 %, 5 of 16 a warning
    assert (finding.warn, finding.unknown, finding.open) == (False, (), False)
    assert not judge(OF_19, results | {"15": "not-applicable"}).warn


def test_a_set_that_the_decision_is_not_known_to_apply_to_gives_warnings_but_no_case() -> None:
    ten = criteria_set(10)
    findings = [judge(ten, failing(ten, number, with_listed=False)) for number in range(11)]
    assert [finding.warn for finding in findings] == [False] * 3 + [True] * 8
    assert {finding.case for finding in findings} == {None}


def test_indicators_among_the_results_are_not_counted() -> None:
    results = failing(OF_19, 5, with_listed=True)
    indicators: dict[str, Result | None] = {f"17.{n}": "not-met" for n in range(1, 13)}
    assert judge(OF_19, results | indicators) == judge(OF_19, results)


def model(found: CriteriaSet, fails: set[str]) -> tuple[bool, str | None]:
    """Return warn and case as the sentence of the decision says them, in fractions."""
    share = Fraction(len(fails), found.size)
    if found.withdrawal_criteria and share >= Fraction(1, 2):
        return True, "b"
    if share >= Fraction(3, 10):
        return True, "a" if fails & set(found.withdrawal_criteria) else None
    return False, None


def drawn(data: st.DataObject, size: int) -> tuple[CriteriaSet, dict[str, Result | None]]:
    codes = [str(number) for number in range(1, size + 1)]
    listed = data.draw(st.lists(st.sampled_from(codes), unique=True, max_size=4))
    results = data.draw(st.lists(RESULTS, min_size=size, max_size=size))
    return criteria_set(size, *listed), dict(zip(codes, results, strict=True))


@given(st.integers(1, 60), st.data())
def test_the_verdict_is_that_of_exact_fractions(size: int, data: st.DataObject) -> None:
    found, results = drawn(data, size)
    finding = judge(found, results)
    assert (finding.warn, finding.case) == model(found, {c for c, r in results.items() if r == "not-met"})


@given(st.integers(1, 8), st.data())
def test_open_means_that_some_outcome_of_the_unknown_criteria_changes_the_verdict(
    size: int, data: st.DataObject
) -> None:
    found, results = drawn(data, size)
    finding = judge(found, results)
    fails = set(finding.failing)
    subsets = [set(more) for n in range(len(finding.unknown) + 1) for more in combinations(finding.unknown, n)]
    outcomes = {model(found, fails | more) for more in subsets}
    assert finding.open == (len(outcomes) > 1)


#: Communes withdrawn, communes → whether the district loses its recognition.
DISTRICTS = [(0, 11, False), (3, 11, False), (4, 11, True), (3, 10, True), (2, 7, False), (1, 3, True), (0, 0, False)]


@pytest.mark.parametrize(("withdrawn", "communes", "expected"), DISTRICTS)
def test_a_district_loses_from_thirty_per_cent_of_its_communes_on(
    withdrawn: int, communes: int, *, expected: bool
) -> None:
    assert district_loses(withdrawn, communes) == expected


def test_lost_is_only_what_was_met_and_is_now_reported_as_not_met() -> None:
    before: dict[str, Result | None] = {
        "1": "met",
        "2": "met",
        "3": "met",
        "4": "met",
        "5": "not-met",
        "6": None,
        "7": "not-applicable",
        "10": "met",
    }
    now: dict[str, Result | None] = {
        "1": "not-met",
        "2": "met",
        "3": None,
        "4": "not-applicable",
        "5": "not-met",
        "6": "not-met",
        "7": "not-met",
        "11": "not-met",
    }
    assert lost(before, now) == ("1",)
    assert lost({}, now) == ()
    assert lost(before, {}) == ()
