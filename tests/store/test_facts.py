"""What is read of a ledger: the newest collection, entries before it, corrections in place of what they correct."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from examples import (
    JUNE,
    MAY,
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
    whole_month,
)

from base.clock import Month
from base.errors import DataError
from intake.collection import COLLECTED, load_collection, packed, read_collection
from programme.calendar import parse_interval
from store.ledger import Ledger, digest
from store.queries import LedgerFacts


def facts(ledger: Ledger) -> LedgerFacts:
    return LedgerFacts(ledger, PROVINCE, ledger.version())


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_collection_is_loaded_once(loaded: Ledger, opened: Callable[..., Ledger]) -> None:
    load_collection(loaded)
    load_collection(opened(loaded.address))
    receipt = loaded.receipts()[0]
    assert loaded.version() == receipt.id == 1
    assert (receipt.kind, receipt.recorded_at) == ("programme", COLLECTED)
    assert receipt.file_hash == digest(packed(Path(__file__).parents[2] / "data" / "programme"))


PROVINCES = {"kontum": 102, "quangnam": 241, "quangngai": 96, "danang": 94}


@pytest.mark.parametrize("province", PROVINCES)
def test_every_row_of_a_province_is_there(loaded: Ledger, province: str) -> None:
    rows = {
        table: [row for row in found if row.get("province") == province] for table, found in read_collection().items()
    }
    known = LedgerFacts(loaded, province, loaded.version())
    assert len(known.units) == len(rows["units"]) == PROVINCES[province]
    assert len(known.recognitions) == len(rows["recognitions"])
    assert len(known.targets) == len(rows["targets"])
    assert len(known.figures) == len(rows["figures"])
    assert len(known.warnings) == len(rows["warnings"])
    assert len(known.criteria_counts) == len(rows["criteria_counts"])


def test_every_row_of_the_collection_is_there(loaded: Ledger) -> None:
    rows = read_collection()
    known = facts(loaded)
    assert known.successions.keys() == {row["code"] for row in rows["successions"]}
    assert known.documents.keys() == {row["document_id"] for row in rows["documents"]}
    assert known.criteria_sets.keys() == {row["set_id"] for row in rows["criteria_sets"]}
    assert sum(len(s.items) for s in known.criteria_sets.values()) == len(rows["criteria"])
    assert known.last_entry is None


def test_a_changed_collection_takes_the_place_of_the_former(loaded: Ledger, programme_copy: Path) -> None:
    change(programme_copy, "units.csv", "Đăk Ang,", "Đăk Ang sửa,")
    load_collection(loaded, programme_copy)
    load_collection(loaded, programme_copy)
    second = loaded.receipts()[0]
    assert (second.id, second.revision, second.supersedes) == (2, 2, 1)
    assert facts(loaded).units["23380"].name == "Đăk Ang sửa"
    assert len(facts(loaded).units) == 102
    assert LedgerFacts(loaded, PROVINCE, 1).units["23380"].name == "Đăk Ang"
    load_collection(loaded)  # back again: the first file is in force once more
    assert loaded.version() == 3
    assert facts(loaded).units == LedgerFacts(loaded, PROVINCE, 1).units


def test_a_faulty_collection_changes_nothing(loaded: Ledger, programme_copy: Path) -> None:
    change(programme_copy, "units.csv", "23380,Đăk Ang", "2338,Đăk Ang")
    with pytest.raises(DataError):
        load_collection(loaded, programme_copy)
    assert loaded.version() == 1


def recognised(ledger: Ledger, code: str) -> list[tuple[str, str]]:
    return [(r.decision_no, r.source) for r in facts(ledger).recognitions if r.unit == code]


def test_an_entry_is_read_before_the_collection_also_before_a_later_one(loaded: Ledger, programme_copy: Path) -> None:
    published = next(r for r in facts(loaded).recognitions if r.decision_no == "")
    loaded.submit(
        entry("decisions", decision(published.unit, decision_no="", year_of_standard="2017", source="bản giấy"))
    )
    loaded.submit(entry("decisions", decision(published.unit, decision_no="", year_of_standard="2016")))
    change(programme_copy, "recognitions.csv", "by 2018", "2017")
    load_collection(loaded, programme_copy)
    mine = [r for r in facts(loaded).recognitions if r.unit == published.unit]
    assert [str(r.standard_year.latest) for r in mine[:2] if r.standard_year] == ["2016-12", "2017-12"]
    assert [r.source for r in mine].count("bản giấy") == 1


def test_a_corrected_decision_replaces_the_row_with_its_number(loaded: Ledger) -> None:
    code = "23386"
    before = recognised(loaded, code)
    loaded.submit(entry("decisions", decision(code, decision_date="2025-01-15")))
    loaded.submit(entry("decisions", decision(code, decision_date="2025-02-20", source="bản giấy")))
    added = [row for row in recognised(loaded, code) if row not in before]
    assert added == [("12/QĐ-UBND", "bản giấy")]
    assert [r.decision_date for r in facts(loaded).recognitions if r.source == "bản giấy"] == [
        parse_interval("2025-02-20")
    ]


def test_a_voided_row_takes_back_what_was_said(loaded: Ledger) -> None:
    code = "23386"
    before = recognised(loaded, code)
    receipt = loaded.submit(entry("decisions", decision(code)))
    assert len(recognised(loaded, code)) == len(before) + 1
    loaded.submit(entry("decisions", decision(code, voided=1)))
    assert recognised(loaded, code) == before
    then = LedgerFacts(loaded, PROVINCE, receipt.id)
    assert [r.decision_no for r in then.recognitions if r.unit == code].count("12/QĐ-UBND") == 1


def test_a_voided_row_also_takes_back_a_row_of_the_collection(loaded: Ledger) -> None:
    published = facts(loaded).figures
    one = next(f for f in published if f.metric == "recognised" and f.district is None)
    period = str(one.period.latest)
    loaded.submit(entry("figures", figure("recognised", 0, period=period, voided=1)))
    left = facts(loaded).figures
    assert len(left) == len(published) - sum(
        f.metric == "recognised" and f.district is None and f.period == one.period for f in published
    )


def test_an_entry_without_a_source_names_its_file_and_cell(loaded: Ledger) -> None:
    receipt = loaded.submit(entry("decisions", decision("23386"), sent_by="huyện Ngọc Hồi"))
    source = recognised(loaded, "23386")[0][1]
    place = "decisions.xlsx, Quyết định, A5 (Văn phòng Điều phối (huyện Ngọc Hồi), "
    assert source == f"{place}{receipt.recorded})"
    assert facts(loaded).last_entry == receipt


def test_figures_and_targets_are_replaced_by_what_they_speak_of(loaded: Ledger) -> None:
    loaded.submit(entry("figures", figure("recognised", 51.0), figure("met", 60.0)))
    loaded.submit(entry("figures", figure("recognised", 52.0)))
    mine = {(f.metric, f.value) for f in facts(loaded).figures if str(f.period.latest) == "2025-05" and not f.district}
    assert {("recognised", 52.0), ("met", 60.0)} <= mine
    assert ("recognised", 51.0) not in mine
    loaded.submit(entry("targets", target("23386", department="Sở A"), target("23383", department="Sở B")))
    loaded.submit(entry("targets", target("23386", department="Sở C")))
    found = [(t.unit, t.department) for t in facts(loaded).targets if t.department]
    assert found == [("23386", "Sở C"), ("23383", "Sở B")]


def test_dossiers_follow_the_calendar_and_a_step_is_corrected(loaded: Ledger) -> None:
    loaded.submit(
        entry("dossiers", dossier("23386", "verified", "2025-04-02"), dossier("23386", "submitted", "2025-03-01"))
    )
    loaded.submit(entry("dossiers", dossier("23386", "verified", "2025-05-02", note="ngày sai")))
    assert [(d.step, d.day, d.note) for d in facts(loaded).dossiers] == [
        ("submitted", date(2025, 3, 1), ""),
        ("verified", date(2025, 5, 2), "ngày sai"),
    ]


def test_a_criteria_set_is_superseded_whole(loaded: Ledger) -> None:
    rows = read_collection()
    head = next(dict(row) for row in rows["criteria_sets"] if row["set_id"] == SET)
    items = [dict(row) for row in rows["criteria"] if row["set_id"] == SET and not row["parent"]]
    items[0]["name_vi"] = "Quy hoạch (sửa)"
    loaded.submit(entry("criteria-set", rows={"criteria_sets": [head], "criteria": items}))
    new = facts(loaded).criteria_sets[SET]
    old = LedgerFacts(loaded, PROVINCE, 1).criteria_sets[SET]
    assert (new.item("1").name_vi, len(new.items)) == ("Quy hoạch (sửa)", 19)
    assert len(old.items) == 76
    others = facts(loaded).criteria_sets
    assert {s: others[s] for s in others if s != SET} == {
        s: found for s, found in LedgerFacts(loaded, PROVINCE, 1).criteria_sets.items() if s != SET
    }


def result(ledger: Ledger, month: Month, version: int | None = None, **narrow: object) -> dict[str, dict[str, object]]:
    known = LedgerFacts(ledger, PROVINCE, ledger.version() if version is None else version)
    found = known.assessments(SET, month, **narrow)
    return {unit: {code: item.result for code, item in items.items()} for unit, items in found.items()}


def test_the_newest_report_up_to_a_month_counts(loaded: Ledger) -> None:
    loaded.submit(whole_month(Month(2025, 3), {"1": 1, "17": 0}))
    loaded.submit(whole_month(MAY, {"1": 0, "17": None}))
    loaded.submit(whole_month(Month(2025, 3), {"1": 2, "17": 1}))  # a late correction of an older month
    assert result(loaded, Month(2025, 2)) == {}
    assert result(loaded, Month(2025, 3)) == {u: {"1": "not-applicable", "17": "met"} for u in UNITS}
    assert result(loaded, Month(2025, 4)) == {u: {"1": "not-applicable", "17": "met"} for u in UNITS}
    assert result(loaded, JUNE) == {u: {"1": "not-met", "17": None} for u in UNITS}
    assert result(loaded, JUNE, since=JUNE) == {}
    assert result(loaded, JUNE, since=MAY) == result(loaded, MAY)
    assert result(loaded, JUNE, version=2) == {u: {"1": "met", "17": "not-met"} for u in UNITS}
    assert result(loaded, JUNE, codes=["17"]) == {u: {"17": None} for u in UNITS}
    assert result(loaded, JUNE, codes=[]) == {}


def test_an_assessment_says_where_it_stands(loaded: Ledger) -> None:
    rows = [
        assessment(UNITS[0], "17.1", MAY, 1, value=62.5, sheet=1, cell="C4"),
        assessment(UNITS[0], "17.2", MAY, None, value_text="khoảng 60", sheet=0, cell="D4"),
    ]
    receipt = loaded.submit(monthly(rows))
    found = facts(loaded).assessments(SET, JUNE)[UNITS[0]]
    assert [(a.code, a.period, a.result, a.value, a.submission, a.cell) for a in found.values()] == [
        ("17.1", MAY, "met", 62.5, receipt.id, "Chỉ tiêu!C4"),
        ("17.2", MAY, None, "khoảng 60", receipt.id, "Tiêu chí!D4"),
    ]


def test_sets_and_provinces_are_never_mixed(loaded: Ledger) -> None:
    loaded.submit(whole_month(MAY, {"1": 1}))
    loaded.submit(monthly([assessment("99999", "1", MAY, 1)], province="elsewhere"))
    assert facts(loaded).assessments("VN-NTM-XA-2016-2020", MAY) == {}
    assert set(facts(loaded).assessments(SET, MAY)) == set(UNITS)
    assert [r.province for r in facts(loaded).reports] == [PROVINCE]
    assert facts(loaded).known_at == loaded.receipts()[1].recorded_at.isoformat()
