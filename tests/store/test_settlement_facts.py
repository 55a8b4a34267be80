"""Clusters and villages as facts: what holds, what was known when, and of which unit list they are shown."""

from __future__ import annotations

from datetime import date

import pytest
from examples import PROVINCE, UNITS, cluster, entry, recognised, village

from store.ledger import Ledger
from store.queries import LedgerFacts

BOTH = {"new_list": "quangngai-2025", "new_code": "23344"}


def facts(ledger: Ledger, version: int | None = None) -> LedgerFacts:
    return LedgerFacts(ledger, PROVINCE, version or ledger.version())


def steps(known: LedgerFacts) -> list[tuple[str, date, str]]:
    return [(c.id, c.as_of, c.step) for c in known.clusters]


def test_every_day_of_a_cluster_is_kept_and_a_correction_replaces_its_own_day(loaded: Ledger) -> None:
    march, may = date(2025, 3, 31), date(2025, 5, 31)
    first = loaded.submit(entry("clusters", cluster(UNITS[0], "A", "2025-03-31"))).id
    loaded.submit(entry("clusters", cluster(UNITS[0], "A", "2025-05-31", step="appraised")))
    loaded.submit(entry("clusters", cluster(UNITS[0], "A", "2025-03-31", step="drafting")))
    assert steps(facts(loaded)) == [("A", march, "drafting"), ("A", may, "appraised")]
    assert steps(facts(loaded, first)) == [("A", march, "reviewing")]
    loaded.submit(entry("clusters", cluster(UNITS[0], "A", "2025-05-31", voided=1)))
    assert steps(facts(loaded)) == [("A", march, "drafting")]


def test_nothing_said_is_neither_no_nor_zero(loaded: Ledger) -> None:
    loaded.submit(entry("clusters", cluster(UNITS[0], "A", "2025-03-31", in_belt="no", households_now=0)))
    found = facts(loaded).clusters[0]
    assert (found.in_belt, found.households_now) == (False, 0)
    assert (found.households_planned, found.plan_to, found.existing, set(found.works)) == (None, None, None, {""})


def test_a_record_names_the_file_and_cell_it_came_from(loaded: Ledger) -> None:
    receipt = loaded.submit(entry("clusters", cluster(UNITS[0], "A", "2025-03-31")))
    assert facts(loaded).clusters[0].source == f"clusters.xlsx, Quyết định, A5 ({receipt.by}, {receipt.recorded})"


def test_a_village_is_told_again_or_taken_back_by_commune_and_name(loaded: Ledger) -> None:
    loaded.submit(entry("villages", village(UNITS[0], "Thôn 1"), village(UNITS[1], "Thôn 1")))
    loaded.submit(entry("villages", village(UNITS[0], "THÔN 1", minority="no", lon=107.5, lat=14.2)))
    found = {v.unit: v for v in facts(loaded).villages}
    assert (found[UNITS[0]].minority, found[UNITS[0]].place) == (False, (107.5, 14.2))
    assert (found[UNITS[1]].minority, found[UNITS[1]].place) == (True, None)
    loaded.submit(entry("villages", village(UNITS[0], "Thôn 1", voided=1)))
    assert [v.unit for v in facts(loaded).villages] == [UNITS[1]]


def test_titles_and_their_withdrawals_stand_side_by_side(loaded: Ledger) -> None:
    loaded.submit(
        entry(
            "village-recognitions",
            recognised(UNITS[0], "Thôn 1"),
            recognised(UNITS[0], "Thôn 1", "model", day="", year=2023),
            recognised(UNITS[0], "Thôn 1", action="withdraw", decision_no="9/QĐ-UBND", day="2025-02-01", year=2025),
        )
    )
    found = [(r.title, r.action, r.since) for r in facts(loaded).village_recognitions]
    assert found == [
        ("model", "recognise", date(2023, 12, 31)),
        ("minority", "recognise", date(2024, 12, 20)),
        ("minority", "withdraw", date(2025, 2, 1)),
    ]


@pytest.mark.parametrize("handed_in_for", ["kontum", "quangngai"])
def test_a_record_is_shown_under_the_unit_of_the_list_asked_for(loaded: Ledger, handed_in_for: str) -> None:
    row = cluster(UNITS[0], "A", "2025-03-31", **BOTH) | {"province": handed_in_for}
    receipt = loaded.submit(entry("clusters", row, province=handed_in_for))
    old = LedgerFacts(loaded, "kontum", loaded.version(), "kontum-2015")
    new = LedgerFacts(loaded, "quangngai", loaded.version(), "quangngai-2025", "kontum")
    other = LedgerFacts(loaded, "quangnam", loaded.version(), "quangnam-2020")
    assert [c.unit for c in old.clusters] == [UNITS[0]]
    assert [(c.unit, c.old_code) for c in new.clusters] == [("23344", UNITS[0])]
    assert other.clusters == []
    for known in (old, new):
        assert known.last_entry == receipt
        assert known.known_at == receipt.recorded_at.isoformat()
    assert other.last_entry is None
