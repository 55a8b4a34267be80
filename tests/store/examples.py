"""Submissions as the programs that check files make them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import count

from sqlalchemy import String

from base.clock import Month
from store.ledger import Ledger, Submission, period_number
from store.schema import clusters

PROVINCE = "kontum"
SET = "VN-NTM-XA-2021-2025"
DISTRICT = "611"
#: Three communes of district 611.
UNITS = ("23380", "23383", "23386")
MAY = Month(2025, 5)
JUNE = Month(2025, 6)
_contents = count(1)


def new_content() -> bytes:
    """Return a file that no other test has handed in."""
    return b"workbook %d" % next(_contents)


def assessment(unit: str, code: str, period: Month, result: int | None, **more: object) -> dict[str, object]:
    """Return a row of ``assessments``."""
    row = {"set_id": SET, "code": code, "unit": unit, "period": period_number(period), "result": result}
    return row | {"value": None, "value_text": None, "sheet": 0, "cell": "D12"} | more


def monthly(
    rows: Iterable[Mapping[str, object]], period: Month = MAY, district: str = DISTRICT, **more: object
) -> Submission:
    """Return a monthly workbook; its content is new unless given."""
    submission = Submission(
        kind="monthly",
        province=PROVINCE,
        district=district,
        period=period,
        file_name=f"bao-cao-{district}-{period}.xlsx",
        content=new_content(),
        actor="Văn phòng Điều phối",
        sheets=("Tiêu chí", "Chỉ tiêu"),
        rows={"assessments": list(rows)},
    )
    return replace(submission, **more)


def whole_month(period: Month, results: Mapping[str, int | None], **more: object) -> Submission:
    """Return a monthly workbook with one result for every unit of :data:`UNITS` by criterion."""
    rows = [assessment(unit, code, period, result) for unit in UNITS for code, result in results.items()]
    return monthly(rows, period, **more)


def entry(kind: str, *rows: Mapping[str, object], **more: object) -> Submission:
    """Return one of the small workbooks: ``decisions``, ``targets``, ``figures``, ``dossiers``."""
    table = {"decisions": "recognitions", "village-recognitions": "village_recognitions"}.get(kind, kind)
    submission = Submission(
        kind=kind,
        province=PROVINCE,
        file_name=f"{kind}.xlsx",
        content=new_content(),
        actor="Văn phòng Điều phối",
        sheets=("Quyết định",),
        rows={table: [{"sheet": "Quyết định", "cell": f"A{5 + n}"} | row for n, row in enumerate(rows)]},
    )
    return replace(submission, **more)


#: Where a row stands in a file without sheets.
PLACE = {"sheet": "", "cell": ""}


def decision(code: str, **more: object) -> dict[str, object]:
    """Return a row of ``recognitions``, as the form of decisions gives it: without a source of its own."""
    row = {"province": PROVINCE, "code": code, "action": "recognise", "level": "standard", "evidence": "recognised"}
    row |= {"criteria_set": SET, "year_of_standard": "2024", "decision_no": "12/QĐ-UBND"}
    row |= {"decision_date": "2025-01-15", "source": "", "quote": "", "note_vi": "", "note_en": ""}
    return row | {"scan_hash": None, "voided": 0} | more


def target(code: str, **more: object) -> dict[str, object]:
    """Return a row of ``targets``."""
    row = {"row_id": "", "province": PROVINCE, "level": "standard", "kind": "new", "unit": "xã", "department": ""}
    row |= {"document": "CT05-2024", "quote": "", "year": 2025, "expected": 0, "district_code": None, "code": code}
    return row | {"value": None, "voided": 0} | more


def figure(metric: str, value: float, **more: object) -> dict[str, object]:
    """Return a row of ``figures``."""
    row = {"province": PROVINCE, "period": "2025-05", "metric": metric, "qualifier": "", "criteria_set": SET}
    row |= {"source": "", "quote": "", "district_code": None, "value": value, "total": 85}
    return row | {"voided": 0} | more


def dossier(code: str, step: str, day: str, **more: object) -> dict[str, object]:
    """Return a row of ``dossiers``."""
    row = {"province": PROVINCE, "code": code, "level": "standard", "criteria_set": SET, "step": step}
    return row | {"step_date": day, "note": "", "voided": 0} | more


def placed(code: str) -> dict[str, object]:
    """Return the columns of a commune that was of the list before 2025-07; what became of it is left open."""
    return {"province": PROVINCE, "old_list": "kontum-2015", "old_code": code, "new_list": "", "new_code": ""}


def cluster(code: str, cluster_id: str, as_of: str, **more: object) -> dict[str, object]:
    """Return a row of ``clusters``; nothing is said but its name, kind and step."""
    row: dict[str, object] = {
        column.name: "" if isinstance(column.type, String) else None
        for column in clusters.columns
        if column.name not in {"id", "submission_id", "sheet", "cell", "scan_hash"}
    }
    row |= placed(code) | {"cluster_id": cluster_id, "name": f"Điểm dân cư {cluster_id}", "kind": "new-point"}
    return row | {"step": "reviewing", "as_of": as_of, "data_status": "draft", "voided": 0} | more


def village(code: str, name: str, **more: object) -> dict[str, object]:
    """Return a row of ``villages``."""
    row = placed(code) | {"name": name, "kind": "thon", "minority": "yes", "pilot_level": "", "pilot_year": None}
    return row | {"valid_from": "", "valid_to": "", "note": "", "lon": None, "lat": None, "voided": 0} | more


def recognised(code: str, name: str, title: str = "minority", **more: object) -> dict[str, object]:
    """Return a row of ``village_recognitions``."""
    row = placed(code) | {"village": name, "title": title, "action": "recognise", "decision_no": "12/QĐ-UBND"}
    return row | {"day": "2024-12-20", "note": "", "year": 2024, "voided": 0} | more


def fill(ledger: Ledger) -> None:
    """Put a row into every table that the collection leaves empty."""
    ledger.submit(whole_month(MAY, {"1": 1, "17": 0}))
    ledger.submit(entry("decisions", decision(UNITS[0])))
    ledger.submit(entry("targets", target(UNITS[1])))
    ledger.submit(entry("figures", figure("recognised", 52)))
    ledger.submit(entry("dossiers", dossier(UNITS[2], "submitted", "2025-05-04")))
    ledger.submit(entry("clusters", cluster(UNITS[0], "DG-01", "2025-05-31")))
    ledger.submit(entry("villages", village(UNITS[0], "Đăk Book")))
    ledger.submit(entry("village-recognitions", recognised(UNITS[0], "Đăk Book")))
    drawn = {"province": PROVINCE, "unit_list": "kontum-2015", "version": "kontum-survey"}
    made = {"valid_from": "2024-01", "decree": "QĐ 1", "geometry_sha256": "0" * 64, "source": "Sở"}
    ledger.submit(replace(entry("boundary"), rows={"boundary_versions": [PLACE | drawn | made]}))
    ledger.submit(replace(entry("boundary-default"), rows={"boundary_defaults": [PLACE | drawn]}))
    alias = {
        "province": PROVINCE,
        "unit_list": "kontum-2015",
        "district": "610",
        "code": UNITS[0],
        "written": "Dak Pek",
    }
    ledger.submit(replace(entry("aliases"), rows={"aliases": [PLACE | alias]}))
