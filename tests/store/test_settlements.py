"""Clusters, villages and their recognitions as officers hand them in: from a workbook to the store and back."""

from __future__ import annotations

from datetime import date

from form_files import CLUSTER, NEW_PLO, OLD_PLO, RECOGNITION, REGISTERED, enter
from monthly_files import facts_of

from base.clock import Month
from geo.boundaries import load
from intake.unit_lists import unit_lists
from programme.clusters import clusters_in
from programme.villages import titles_in
from store.ledger import Ledger


def test_what_is_handed_in_is_read_back_in_both_unit_lists(loaded: Ledger) -> None:
    spot = load("kontum-2015").units.geometry.loc["23344"].representative_point()
    row = CLUSTER | {
        "households_now": 22,
        "area_ha": "25,5",
        "in_belt": "không",
        "road": "đang xây dựng",
        "due": "31/12/2026",
        "planned_x": f"{spot.x:.6f}",
        "planned_y": f"{spot.y:.6f}",
    }
    enter(
        loaded,
        "clusters",
        row,
        row | {"as_of": "01/07/2025", "code": NEW_PLO, "old_code": OLD_PLO, "step": "Đã thẩm định"},
    )
    enter(loaded, "villages", REGISTERED | {"pilot_year": "2023", "pilot_level": "cấp huyện"})
    enter(loaded, "village-recognitions", RECOGNITION)
    lists = unit_lists(facts_of(loaded))
    assert lists.before is not None
    for era, code in ((lists.now, "23344"), (lists.before, "23344")):
        (facts,) = era.facts
        first, last = facts.clusters
        assert (first.unit, last.unit, first.old_code, last.old_code) == (code,) * 4
        assert (first.step, last.step, first.households_now, first.people_now) == ("drafting", "appraised", 22, None)
        assert (first.area_ha, first.in_belt, first.works[0], first.due) == (
            25.5,
            False,
            "building",
            date(2026, 12, 31),
        )
        assert (first.existing, first.planned) == (None, (round(spot.x, 6), round(spot.y, 6)))
        assert [one.step for one in clusters_in(facts.clusters, Month(2025, 6))] == ["drafting"]
        (village,) = facts.villages
        assert (village.kind, village.minority, village.pilot_year, village.pilot_level) == (
            "lang",
            True,
            2023,
            "district",
        )
        assert list(titles_in(facts.village_recognitions, Month(2024, 12))[village.key]) == ["minority"]
        assert (
            "village-recognitions.xlsx, Công nhận thôn, A4 (Văn phòng Điều phối,"
            in facts.village_recognitions[0].source
        )
    enter(loaded, "clusters", row | {"void": "Hủy"})
    enter(loaded, "village-recognitions", RECOGNITION | {"action": "Hủy dòng đã nhập"})
    enter(loaded, "villages", REGISTERED | {"void": "Hủy"})
    lists = unit_lists(facts_of(loaded))
    assert [one.as_of for one in lists.clusters] == [date(2025, 7, 1)]
    assert (list(lists.villages), list(lists.recognitions)) == ([], [])
