"""What was known at a moment is read again exactly, whatever was recorded afterwards."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from conftest import ENGINES
from examples import (
    PROVINCE,
    SET,
    UNITS,
    assessment,
    decision,
    dossier,
    entry,
    figure,
    monthly,
    target,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from program import layers, office
from sqlalchemy.engine import make_url

from base.clock import Month
from intake.collection import load_collection, read_collection
from store import current
from store.ledger import Ledger, Submission, period_number
from store.queries import LedgerFacts
from store.results import RESULTS

MONTHS = (Month(2025, 2), Month(2025, 3), Month(2025, 5), Month(2025, 6))
CODES = ("1", "10", "17")
RESULT = st.sampled_from([None, 0, 1, 2])
#: A commune that the collection says was recognised "by 2018" without naming a decision, and ours.
DECIDED = ("23329", *UNITS)
#: ``run.py test --long``
HARDER = 20 if os.environ.get("NTM_LONG") == "1" else 1
DAYS = ("2025-01-15", "2025-02-20", "2025-04-30")
SOURCE = "bản giấy"


def month_of(period: Month, results: Sequence[int | None], share: float | None, rows: int, sent_by: str) -> Submission:
    """Return a monthly workbook: a row for every criterion of its communes, and an indicator if it was filled."""
    pairs = [(unit, code) for unit in UNITS for code in CODES][:rows]
    listed = [assessment(u, c, period, r) for (u, c), r in zip(pairs, results, strict=False)]
    listed.append(assessment(UNITS[0], "17.1", period, None, value=share, sheet=1, cell="C4"))
    return monthly(listed, period, sent_by=sent_by)


def decisions_of(rows: Sequence[Mapping[str, object]]) -> Submission:
    return entry("decisions", *rows)


steps: st.SearchStrategy[Submission] = st.one_of(
    st.builds(
        month_of,
        st.sampled_from(MONTHS),
        st.lists(RESULT, min_size=9, max_size=9),
        st.none() | st.sampled_from([0.0, 61.5, 70.0]),
        st.sampled_from([9, 9, 6]),
        st.sampled_from(["", "huyện Ngọc Hồi"]),
    ),
    st.builds(
        decisions_of,
        st.lists(
            st.builds(
                decision,
                st.sampled_from(DECIDED),
                decision_no=st.sampled_from(["", "12/QĐ-UBND", "13/QĐ-UBND"]),
                year_of_standard=st.sampled_from(["by 2018", "2024"]),
                decision_date=st.sampled_from(DAYS),
                action=st.sampled_from(["recognise", "recognise", "withdraw"]),
                level=st.sampled_from(["standard", "advanced"]),
                voided=st.sampled_from([0, 0, 1]),
                source=st.just(SOURCE),
            ),
            min_size=1,
            max_size=3,
        ),
    ),
    st.builds(
        lambda unit, who, voided: entry("targets", target(unit, department=who, voided=voided)),
        st.sampled_from(UNITS),
        st.sampled_from(["Sở A", "Sở B"]),
        st.sampled_from([0, 0, 1]),
    ),
    st.builds(
        lambda value, voided: entry("figures", figure("recognised", value, source=SOURCE, voided=voided)),
        st.sampled_from([51.0, 52.0]),
        st.sampled_from([0, 0, 1]),
    ),
    st.builds(
        lambda unit, step, day, voided: entry("dossiers", dossier(unit, step, day, voided=voided)),
        st.sampled_from(UNITS),
        st.sampled_from(["submitted", "verified"]),
        st.sampled_from(DAYS),
        st.sampled_from([0, 0, 1]),
    ),
)
histories = st.lists(steps, min_size=1, max_size=8)


@dataclass(frozen=True)
class Model:
    """The same history as plain lists."""

    collection: Mapping[str, list[dict[str, object]]]
    history: Sequence[Submission]

    def assessments(self, month: Month, since: Month | None = None) -> dict[tuple[str, str], tuple[object, ...]]:
        """Return the newest row of every unit and code: the latest month, then the latest file."""
        found: dict[tuple[str, str], tuple[int, int, tuple[object, ...]]] = {}
        for number, submission in enumerate(self.history, start=2):
            for row in submission.rows.get("assessments", ()):
                period = int(str(row["period"]))
                if period_number(since) <= period <= period_number(month):
                    key = str(row["unit"]), str(row["code"])
                    said = (period, number, (period, row["result"], row["value"], number))
                    found[key] = max(found.get(key, said), said, key=lambda item: item[:2])
        return {key: said for key, (_, _, said) in found.items()}

    def results(self, month: Month) -> dict[tuple[str, str], tuple[object, object]]:
        """Return month and result of the newest rows of the criteria."""
        found = self.assessments(month)
        return {key: said[:2] for key, said in found.items() if key[1] in CODES}

    def histories(self, unit: str, month: Month) -> list[tuple[object, ...]]:
        """Return month, file, code and result of every row of a unit, the newest first."""
        rows = [
            (row["period"], number, row["code"], row["result"])
            for number, submission in enumerate(self.history, start=2)
            for row in submission.rows.get("assessments", ())
            if row["unit"] == unit and int(str(row["period"])) <= period_number(month)
        ]
        return sorted(rows, key=lambda row: (-int(str(row[0])), -row[1], row[2]))

    def in_force(self, table: str, key: Callable[[Mapping[str, object]], object]) -> list[Mapping[str, object]]:
        """Return the rows that no later file repeats or takes back, those of the newest file first."""
        shipped = [row for row in self.collection[table] if row["province"] == PROVINCE]
        files = [shipped, *(s.rows.get(table, ()) for s in self.history)]
        left: list[Mapping[str, object]] = []
        said: set[object] = set()
        for rows in reversed(files):
            left += [row for row in rows if key(row) not in said and not row["voided"]]
            said |= {key(row) for row in rows}
        return left


def expected(model: Model) -> dict[str, object]:
    decisions = model.in_force(
        "recognitions", lambda r: (r["code"], r["level"], r["action"], r["decision_no"] or r["year_of_standard"])
    )
    figures = model.in_force("figures", lambda r: (r["district_code"], r["period"], r["metric"]))
    targets = model.in_force(
        "targets",
        lambda r: (r["year"], r["level"], r["code"], r["district_code"], "" if r["code"] else r["kind"]),
    )
    dossiers = model.in_force("dossiers", lambda r: (r["code"], r["level"], r["criteria_set"], r["step"]))
    return {
        "version": len(model.history) + 1,
        "assessments": {str(m): model.assessments(m) for m in MONTHS}
        | {f"{MONTHS[1]} on": model.assessments(MONTHS[2], MONTHS[1])},
        "results": {str(m): model.results(m) for m in MONTHS},
        "histories": {unit: model.histories(unit, MONTHS[2]) for unit in UNITS},
        "recognitions": [(r["code"], r["level"], r["action"], r["decision_no"], r["source"]) for r in decisions],
        "figures": [(f["district_code"], f["metric"], f["value"], f["source"]) for f in figures],
        "targets": [(t["year"], t["code"], t["district_code"], t["department"]) for t in targets],
        "dossiers": sorted((d["step_date"], d["code"], d["step"]) for d in dossiers),
        "reports": [s.digest for s in reversed(model.history) if s.kind == "monthly"],
    }


def read(facts: LedgerFacts) -> dict[str, object]:
    """Return what :func:`expected` expects."""
    numbers = {result: number for number, result in RESULTS.items()}

    def assessments(month: Month, since: Month | None = None) -> dict[tuple[str, str], tuple[object, ...]]:
        return {
            (unit, code): (period_number(a.period), numbers.get(a.result), a.value, a.submission)
            for unit, items in facts.assessments(SET, month, since).items()
            for code, a in items.items()
        }

    def results(month: Month) -> dict[tuple[str, str], tuple[object, object]]:
        return {
            (unit, code): (period_number(period), numbers.get(result))
            for unit, items in facts.results(SET, CODES, month).items()
            for code, (period, result) in items.items()
        }

    def histories(unit: str) -> list[tuple[object, ...]]:
        found = facts.history(SET, unit, MONTHS[2])
        rows = [(period_number(a.period), a.submission, a.code, numbers.get(a.result)) for a in found]
        assert [row[:2] for row in rows] == sorted((row[:2] for row in rows), reverse=True)
        return sorted(rows, key=lambda row: (-row[0], -row[1], row[2]))

    return {
        "version": facts.version,
        "results": {str(m): results(m) for m in MONTHS},
        "histories": {unit: histories(unit) for unit in UNITS},
        "assessments": {str(m): assessments(m) for m in MONTHS}
        | {f"{MONTHS[1]} on": assessments(MONTHS[2], MONTHS[1])},
        "recognitions": [(r.unit, r.level, r.action, r.decision_no, r.source) for r in facts.recognitions],
        "figures": [(f.district, f.metric, f.value, f.source) for f in facts.figures],
        "targets": [(t.year, t.unit, t.district, t.department) for t in facts.targets],
        "dossiers": sorted((d.day.isoformat(), d.unit, d.step) for d in facts.dossiers),
        "reports": [receipt.file_hash for receipt in facts.reports],
    }


def everything(facts: LedgerFacts) -> dict[str, object]:
    """Return every fact as it is, with sources, cells and times."""
    names = [name for name in vars(type(facts)) if not name.startswith("_")]
    values = {name: getattr(facts, name) for name in names}
    plain = {name: value for name, value in values.items() if not callable(value)}
    return plain | {f"on {month}": facts.assessments(SET, month) for month in MONTHS}


@pytest.fixture(scope="module", params=ENGINES)
def fresh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Any]:
    """Return what gives a store with the collection, as often as it is asked."""
    folder = tmp_path_factory.mktemp("fresh")
    if request.param == "sqlite":
        server, address = None, f"sqlite:///{folder / 'first.sqlite3'}"
    else:
        server = request.getfixturevalue("server")
        address = server.database()
    first = Ledger(address)
    load_collection(first)
    first.engine.dispose()

    @contextmanager
    def another() -> Iterator[str]:
        if server is None:
            path = folder / "another.sqlite3"
            shutil.copy(folder / "first.sqlite3", path)
            yield f"sqlite:///{path}"
            path.unlink()
        else:
            yield server.database(str(make_url(address).database))

    return another


def examples_for(count: int) -> dict[str, Any]:
    """Return settings of hypothesis; making databases takes its time."""
    return {"max_examples": count, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


def check_history(address: str, collection: Mapping[str, list[dict[str, object]]], history: list[Submission]) -> None:
    ledger = Ledger(address)
    try:
        moments, then = [], []
        for submission in history:
            moments.append(ledger.submit(submission).recorded_at)
            then.append(everything(LedgerFacts(ledger, PROVINCE, ledger.version())))
        for number, moment in enumerate(moments):
            again = LedgerFacts(ledger, PROVINCE, ledger.version_at(moment))
            assert everything(again) == then[number]
            assert read(again) == expected(Model(collection, history[: number + 1]))
        assert read(LedgerFacts(ledger, PROVINCE, 1)) == expected(Model(collection, []))
    finally:
        ledger.engine.dispose()


def test_every_moment_of_a_history_is_read_again_exactly(
    fresh: Callable[[], Any], request: pytest.FixtureRequest
) -> None:
    collection = read_collection() | {"dossiers": []}
    on_sqlite = "sqlite" in request.node.name

    @settings(**examples_for((20 if on_sqlite else 6) * HARDER))
    @given(histories)
    def check(history: list[Submission]) -> None:
        with fresh() as address:
            check_history(address, collection, history)

    check()


def test_the_layers_of_an_earlier_meeting_are_drawn_again_byte_for_byte(fresh: Callable[[], Any]) -> None:
    long = st.lists(steps, min_size=4, max_size=4)

    @settings(**examples_for(3 * HARDER), phases=[Phase.generate])
    @given(long)
    def check(history: list[Submission]) -> None:
        with fresh() as address, office(address):
            then = {}
            for submission in history:
                moment = current.ledger().submit(submission).recorded_at.isoformat()
                then[moment] = layers(MONTHS[-1], moment)
            for moment, drawn in then.items():
                assert layers(MONTHS[-1], moment) == drawn

    check()


def test_a_decision_is_seen_on_the_map_of_today_and_not_of_yesterday(fresh: Callable[[], Any]) -> None:
    with fresh() as address, office(address):
        before = current.ledger().receipts()[0].recorded_at.isoformat()
        earlier = layers(MONTHS[-1], before)
        row = decision("23386", decision_date="2025-05-02", source=SOURCE)
        after = current.ledger().submit(entry("decisions", row)).recorded_at.isoformat()
        now = layers(MONTHS[-1], after)
        assert now["ntm-levels"] != earlier["ntm-levels"].replace(before, after)
        assert layers(MONTHS[-1], before) == earlier
