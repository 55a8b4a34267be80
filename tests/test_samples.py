"""The sample store: a few months of it, made through the same path as real files, near the published figures."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from base.clock import Month
from base.errors import StoreError
from intake.collection import load_collection
from programme.criteria import set_in_force
from programme.deadlines import days_late, deadline
from programme.province import province_of
from programme.units import districts_of
from programme.withdrawal import judge
from samples.generator import make_sample
from samples.schedule import handovers
from samples.story import FIRST, LAST, Results, months, tell
from store.ledger import Ledger
from store.queries import LedgerFacts

OLD, NEW = "VN-NTM-XA-2016-2020", "VN-NTM-XA-2021-2025"
#: Three months around the change of the set in March 2022.
WINDOW = (Month(2022, 2), Month(2022, 4))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    ledger = Ledger(f"sqlite:///{tmp_path_factory.mktemp('sample')}/sample.sqlite3", "sample")
    told: list[tuple[int, int]] = []
    make_sample(ledger, lambda done, of: told.append((done, of)), *WINDOW)
    assert told == [(number, len(told)) for number in range(1, len(told) + 1)]
    return ledger


@pytest.fixture(scope="module")
def made(sample: Ledger) -> LedgerFacts:
    return LedgerFacts(sample, "kontum", sample.version())


@pytest.fixture(scope="module")
def story(facts: LedgerFacts) -> dict[Month, Results]:
    return tell(facts)


def average(results: Results) -> float:
    return sum(result == "met" for by in results.values() for result in by.values()) / len(results)


def of_district(facts: LedgerFacts, results: Results) -> dict[str, float]:
    districts = districts_of(facts.units.values())
    return {
        code: average({unit.code: results[unit.code] for unit in district.programme_units})
        for code, district in districts.items()
    }


def test_the_story_has_every_month_and_commune_on_the_set_of_its_time(
    facts: LedgerFacts, story: dict[Month, Results]
) -> None:
    assert list(story) == list(months(FIRST, LAST))
    assert len(story) == 60
    assert {len(results) for results in story.values()} == {85}
    assert {len(by) for results in story.values() for by in results.values()} == {19}
    sets = [set_in_force(facts.criteria_sets.values(), month.last_day) for month in story]
    assert Counter(found.id for found in sets if found) == {OLD: 20, NEW: 40}


@pytest.mark.parametrize(
    ("month", "published"),
    [(Month(2021, 12), 15.88), (Month(2022, 11), 15.0), (Month(2023, 12), 16.0)],
)
def test_averages_are_near_the_published_ones(
    facts: LedgerFacts, story: dict[Month, Results], month: Month, published: float
) -> None:
    assert any(f.value == published and f.metric == "average-criteria" for f in facts.figures)
    assert average(story[month]) == pytest.approx(published, abs=0.3)


def test_districts_stand_roughly_in_their_order(facts: LedgerFacts, story: dict[Month, Results]) -> None:
    by = of_district(facts, story[Month(2023, 9)])
    first, last = sorted(by, key=by.__getitem__)[-4:], sorted(by, key=by.__getitem__)[:2]
    assert {"608", "615"} <= set(first)  # the city and Đăk Hà
    assert last == ["617", "610"]  # Tu Mơ Rông, Đăk Glei


def test_scores_fall_with_the_new_set_and_no_commune_gains_by_it(story: dict[Month, Results]) -> None:
    before, after = story[Month(2022, 2)], story[Month(2022, 3)]
    assert average(before) - average(after) > 0.7
    counts = [
        (sum(r == "met" for r in before[unit].values()), sum(r == "met" for r in after[unit].values()))
        for unit in before
    ]
    assert sum(new < old for old, new in counts) > 40
    assert sum(new > old for old, new in counts) < 5


def test_recognised_communes_are_at_nearly_full_marks_but_for_those_at_risk(
    facts: LedgerFacts, story: dict[Month, Results]
) -> None:
    used = facts.criteria_sets[NEW]
    at_risk = {w.unit for w in facts.warnings}
    assert len(at_risk) == 4
    recognised = {
        r.unit for r in facts.recognitions if r.counts and r.held_from and r.held_from.latest <= Month(2022, 1)
    }
    month = Month(2024, 1)
    for unit in recognised - at_risk:
        assert sum(r == "met" for r in story[month][unit].values()) >= 17
    findings = {unit: judge(used, results) for unit, results in story[month].items() if unit in recognised | at_risk}
    assert {unit for unit, found in findings.items() if found.warn} == at_risk
    assert {found.case for found in findings.values() if found.warn} == {"a"}


def test_some_lose_criteria_and_one_does_not_apply_to_some(story: dict[Month, Results]) -> None:
    losers = set()
    for month in months(Month(2022, 7), LAST):
        now, before = story[month], story[month.plus(-1)]
        losers |= {u for u, by in now.items() for code, r in by.items() if r == "not-met" and before[u][code] == "met"}
    assert 5 <= len(losers) <= 12
    assert len({u for u, by in story[LAST].items() if "not-applicable" in by.values()}) in {1, 2}


def test_each_month_has_someone_late_and_over_time_some_missing_and_some_corrected(facts: LedgerFacts) -> None:
    rule = province_of("kontum").reporting
    assert rule is not None
    districts = districts_of(facts.units.values())
    files = list(handovers(districts, months(FIRST, LAST)))
    assert [f.recorded for f in files] == sorted({f.recorded for f in files})
    first = [f for f in files if f.revision == 1]
    late = Counter(f.period for f in first if (due := deadline(rule, f.period)) and days_late(due, f.recorded.date()))
    assert set(late.values()) == {1}
    assert len(late) in range(50, 61)  # where the late one is missing, nobody is late
    assert len(first) == 600 - 20
    assert sum(f.revision == 2 for f in files) == sum(f.mistaken for f in files) in range(25, 31)
    assert sum(f.indicators and f.revision == 1 for f in files) in range(15, 21)


def test_the_files_are_stored_through_the_same_path_with_the_times_of_then(sample: Ledger, made: LedgerFacts) -> None:
    receipts = made.reports
    wanted = list(handovers(districts_of(made.units.values()), months(*WINDOW)))
    assert len(receipts) == len(wanted)
    assert [r.recorded_at for r in reversed(receipts)] == [f.recorded for f in wanted]
    assert all(r.received == r.recorded_at.date() and Month.of(r.received) == r.period for r in receipts)
    assert sum(r.supersedes is not None for r in receipts) == sum(f.mistaken for f in wanted) == 1
    assert {r.period for r in receipts} == set(months(*WINDOW))
    assert len({r.district for r in receipts if r.period == WINDOW[0]}) == 9  # one missing
    content = sample.blob(receipts[0].file_hash)
    assert content
    (target := Path(str(sample.engine.url.database)).parent / "file.xlsx").write_bytes(content)
    sheet = openpyxl.load_workbook(target)["Tiêu chí"]
    assert "SỐ LIỆU MINH HỌA" in sheet["A1"].value


def test_what_is_stored_is_the_story(made: LedgerFacts, story: dict[Month, Results]) -> None:
    april = made.assessments(NEW, WINDOW[1])
    criteria = {unit: {code: a.result for code, a in by.items() if "." not in code} for unit, by in april.items()}
    told = story[WINDOW[1]]
    assert len(criteria) == 85
    differing = [
        (unit, code)
        for unit in told
        for code, result in told[unit].items()
        if criteria[unit][code] not in {result, None}
    ]
    missing = 85 - len({unit for unit, by in april.items() if by["1"].period == WINDOW[1]})
    assert not differing or missing
    assert average(criteria) == pytest.approx(average(told), abs=0.1)
    assert any("." in code for by in april.values() for code in by)
    assert made.is_sample


def test_a_sample_is_the_same_every_time_and_is_finished_when_it_was_left_half_made(
    sample: Ledger, made: LedgerFacts, tmp_path: Path
) -> None:
    other = Ledger(f"sqlite:///{tmp_path}/sample.sqlite3", "sample")

    class Stop(Exception):  # noqa: N818
        pass

    def stop(done: int, _: int) -> None:
        if done == 7:
            raise Stop

    with pytest.raises(Stop):
        make_sample(other, stop, *WINDOW)
    assert len(other.receipts(kind="monthly")) == 7
    make_sample(other, None, WINDOW[0], WINDOW[0])
    again = LedgerFacts(other, "kontum", other.version())
    month = WINDOW[0]
    for unit, by in again.assessments(OLD, month).items():
        then = LedgerFacts(sample, "kontum", made.version).assessments(OLD, month)[unit]
        assert {c: (a.result, a.value) for c, a in by.items()} == {c: (a.result, a.value) for c, a in then.items()}
    assert [(r.district, r.revision, r.recorded_at, json.dumps(r.sheets)) for r in again.reports] == [
        (r.district, r.revision, r.recorded_at, json.dumps(r.sheets)) for r in made.reports if r.period == month
    ]


def test_the_collection_is_in_the_sample_once_and_before_the_first_report(sample: Ledger) -> None:
    programme = sample.receipts(kind="programme")
    assert [(r.id, r.recorded_at.date() < FIRST.last_day) for r in programme] == [(1, True)]
    load_collection(sample)  # what a start of the program does
    assert sample.receipts(kind="programme") == programme


def test_the_office_store_takes_no_sample(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Kho này là kho office"):
        make_sample(Ledger(f"sqlite:///{tmp_path}/office.sqlite3"))
