"""The sample store: a few months of it, made through the same path as real files, near the published figures."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from shapely import Point

from base.clock import Month, now
from base.errors import StoreError
from geo.boundaries import BoundaryVersion
from intake.collection import load_collection
from intake.form_cluster_kinds import CLUSTER_KIND_WORDS, REASON_WORDS, WORK_WORDS
from intake.scope import facts_in
from intake.unit_lists import unit_lists
from layers.registry import compute
from layers.view import ViewState
from programme.clusters import ARRANGEMENTS, STEPS, Cluster, clusters_in
from programme.criteria import set_in_force
from programme.deadlines import days_late, deadline
from programme.province import province_of
from programme.units import districts_of
from programme.village_rules import communes_in, exempt_in
from programme.villages import titles_in
from programme.withdrawal import judge
from samples.clusters import CLUSTERS, DAYS, cluster_rows
from samples.generator import make_sample
from samples.schedule import handovers
from samples.settlements import DELIVERIES, hand_in
from samples.story import FIRST, LAST, Results, months, tell
from samples.villages import recognition_rows, register, village_rows
from store.ledger import Ledger, Submission
from store.queries import LedgerFacts

OLD, NEW = "VN-NTM-XA-2016-2020", "VN-NTM-XA-2021-2025"
#: Three months around the change of the set in March 2022.
WINDOW = (Month(2022, 2), Month(2022, 4))
#: Pilot villages of 2022 and of 2023, by level.
PILOTS = {"province": 1, "district": 10, "commune": 84}


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


# Settlements: villages, their recognitions, clusters at the border


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    ledger = Ledger(f"sqlite:///{tmp_path_factory.mktemp('settled')}/sample.sqlite3", "sample")
    told: list[tuple[int, int]] = []
    make_sample(ledger, lambda done, of: told.append((done, of)), LAST, LAST)
    assert told == [(number, len(told)) for number in range(1, len(told) + 1)]
    return ledger


@pytest.fixture(scope="module")
def places(settled: Ledger) -> LedgerFacts:
    return LedgerFacts(settled, "kontum", settled.version())


def test_files_about_settlements_come_after_the_last_report_and_once(settled: Ledger) -> None:
    receipts = settled.receipts()
    assert [r.kind for r in receipts[:3]] == ["clusters", "village-recognitions", "villages"]
    assert [r.recorded_at for r in receipts] == sorted({r.recorded_at for r in receipts}, reverse=True)
    assert {r.recorded_at.date() for r in receipts[:3]} == {r.received for r in receipts[:3]} == {date(2025, 6, 27)}
    make_sample(settled, None, LAST, LAST)
    assert settled.receipts() == receipts


def test_a_window_before_the_last_month_has_no_settlements(sample: Ledger, made: LedgerFacts) -> None:
    assert {r.kind for r in sample.receipts()} == {"programme", "monthly"}
    assert [*made.clusters, *made.villages, *made.village_recognitions] == []


@pytest.mark.parametrize("sheet", ["Thôn, làng", "Công nhận thôn", "Cụm dân cư"])
def test_files_about_settlements_are_marked_as_sample(settled: Ledger, sheet: str) -> None:
    receipt = next(r for r in settled.receipts() if r.sheets == (sheet,))
    book = openpyxl.load_workbook(io.BytesIO(settled.blob(receipt.file_hash) or b""))
    assert {str(prop.value) for prop in book.custom_doc_props.props if prop.name == "ntm_sample"} == {"1"}
    assert "SỐ LIỆU MINH HỌA" in book[sheet]["A1"].value
    heads = [cell.value for cell in book[sheet][3]]
    notes = {row[heads.index("Ghi chú")] for row in book[sheet].iter_rows(min_row=4, values_only=True)}
    assert notes == {"Số liệu minh họa"}


def test_an_older_sample_with_later_entries_gets_the_files_with_the_time_of_today(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/sample.sqlite3", "sample")
    load_collection(ledger)
    later = now()
    ledger.submit(Submission("figures", "kontum", "so-lieu.csv", b"x", "Khách xem", {}, recorded_at=later))
    hand_in(ledger, "kontum", DELIVERIES[2], "Văn phòng")
    assert ledger.receipts()[0].kind == "clusters"
    assert ledger.receipts()[0].recorded_at > later
    hand_in(ledger, "kontum", DELIVERIES[2], "Văn phòng")
    assert len(ledger.receipts()) == 3


def digest(address: str) -> str:
    """Return what tells the rows of the three files from others."""
    ledger = Ledger(address, "sample")
    facts = LedgerFacts(ledger, "kontum", ledger.version())
    era = unit_lists(facts).on(LAST.last_day)
    villages = register(era, facts_in(facts, LAST))
    rows = [*village_rows(era, villages), *recognition_rows(era, villages), *cluster_rows(era)]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def test_settlements_are_the_same_in_another_process_with_another_order_in_every_set(settled: Ledger) -> None:
    other = subprocess.run(
        [sys.executable, "-c", "import sys, test_samples; print(test_samples.digest(sys.argv[1]))", settled.address],
        env=os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == digest(settled.address)


def test_clusters_stand_in_every_border_commune_at_every_step(places: LedgerFacts, boundary: BoundaryVersion) -> None:
    now_ = clusters_in(places.clusters, LAST)
    assert len(now_) == CLUSTERS == 45
    assert len(places.clusters) > 2 * CLUSTERS
    assert {c.unit for c in now_} == {unit.code for unit in places.units.values() if unit.border}
    assert len({c.unit for c in now_}) == 13
    assert {c.as_of for c in places.clusters} == set(DAYS)
    assert {c.step_in(LAST) for c in now_} == set(STEPS)
    assert {c.arrangement for c in now_} == set(ARRANGEMENTS)
    assert {c.kind for c in now_} == set(CLUSTER_KIND_WORDS)
    assert {c.reason for c in now_} == set(REASON_WORDS)
    assert {state for c in now_ for state in c.works} == {"", *WORK_WORDS}
    assert min(sum(c.overdue_in(LAST) for c in now_), sum(c.expiring_in(LAST) for c in now_)) >= 3
    assert any(c.step_in(LAST) == "expired" != c.step for c in now_)
    assert all(20 <= (c.households_planned or 0) <= 150 for c in now_)
    assert all(c.plan_document.endswith("/QĐ-UBND (minh họa)") for c in now_ if c.plan_document)
    placed = [(c.unit, point) for c in places.clusters for point in (c.existing, c.planned) if point]
    assert all(boundary.units.geometry.loc[unit].contains(Point(*point)) for unit, point in placed)
    assert sum(bool(c.existing and c.planned) for c in now_) >= 5
    assert sum(not (c.existing or c.planned) for c in now_) >= 3


def test_no_cluster_goes_backwards(places: LedgerFacts) -> None:
    order = ("not-reviewed", "reviewing", "drafting", "appraised", "approved", "implementing", "adjusting", "done")
    by_id: dict[str, list[Cluster]] = {}
    for cluster in sorted(places.clusters, key=lambda one: one.as_of):
        by_id.setdefault(cluster.id, []).append(cluster)
    for before, after in (pair for told in by_id.values() for pair in pairwise(told)):
        assert after.step == "expired" or order.index(before.step) <= order.index(after.step)
        assert (before.households_moved or 0) <= (after.households_moved or 0) or after.step == "expired"
        assert all(b != "have" or a == "have" for b, a in zip(before.works, after.works, strict=True))


def test_villages_rise_to_the_published_totals(places: LedgerFacts) -> None:
    def held(month: Month, district: str = "") -> tuple[int, int]:
        titles = {
            key: titles
            for key, titles in titles_in(places.village_recognitions, month).items()
            if places.units[key[1]].district_code.startswith(district)
        }
        model, minority = (sum(title in one for one in titles.values()) for title in ("model", "minority"))
        return model, minority

    published = {
        (f.period.latest, f.district or "", f.metric): f.value
        for f in places.figures
        if f.metric in {"villages-model", "villages-minority"}
    }
    assert len(published) == 7
    for (month, district, metric), value in published.items():
        assert held(month, district)[metric == "villages-minority"] == value, (month, district, metric)
    assert held(LAST) == (36, 120)


def test_the_register_has_villages_in_every_commune_and_the_pilots_of_two_years(places: LedgerFacts) -> None:
    communes = communes_in(places.villages, places.village_recognitions, LAST)
    assert set(communes) == {unit.code for unit in places.units.values() if unit.in_programme}
    assert {len(commune.register) for commune in communes.values()} == set(range(5, 12))
    assert len(places.villages) == 680
    assert {re.sub(r"\d+", "n", village.name) for village in places.villages} == {"Thôn n", "Làng n"}
    exempt = set(exempt_in(places, LAST))
    assert {code for code, commune in communes.items() if commune.tally.without_minority} == exempt
    assert {places.units[code].name for code in exempt} == {"Sa Nhơn", "Sa Nghĩa", "Sa Sơn", "Hà Mòn"}
    assert sum(commune.tally.unsaid > 0 for commune in communes.values()) == 3
    pilots = Counter((v.pilot_year, v.pilot_level) for v in places.villages if v.pilot_year)
    assert pilots == {(year, level): n for year in (2022, 2023) for level, n in PILOTS.items()}
    hosts = {v.unit for v in places.villages if (v.pilot_year, v.pilot_level) == (2022, "commune")}
    assert {places.units[code].name for code in set(communes) - hosts} == {"Hà Mòn"}
    assert sum(village.place is not None for village in places.villages) == 100


def test_the_layers_count_what_was_made(settled: Ledger, places: LedgerFacts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_SAMPLE", "1")
    monkeypatch.setenv("NTM_DATA", str(Path(str(settled.engine.url.database)).parent))
    clusters = compute(ViewState(layer="border-replanning", period=LAST))
    now_ = clusters_in(places.clusters, LAST)
    counted = {figure.id: figure.value for figure in clusters.figures}
    assert clusters.is_sample
    assert counted["files"] == 45
    assert counted["approved"] == sum(c.approved_in(LAST) for c in now_)
    assert counted["overdue"] == sum(c.overdue_in(LAST) for c in now_)
    assert counted["expiring"] == sum(c.expiring_in(LAST) for c in now_)
    assert counted["households-planned"] == sum(c.households_planned or 0 for c in now_)
    assert Counter(f.class_id for f in clusters.features if f.kind == "cluster") == Counter(
        c.step_in(LAST) for c in now_
    )
    assert not any(f.exact for f in clusters.features if f.kind == "cluster")
    villages = compute(ViewState(layer="villages", period=LAST))
    named = {figure.id: figure.value for figure in villages.figures}
    assert villages.is_sample
    assert (named["named-model"], named["named-minority"], named["register"]) == (36, 120, 680)
    assert len(villages.features) == 680
    assert {"reached", "part", "none", "no-target", "exempt", "unclear"} < set(villages.frame["class_id"])
