"""Checking a monthly report: every fault at once, or the rows that are ready to be stored and what they would change.

A report says something of every criterion of every commune of its district, also "left open": so the newest report
always stands for all earlier ones. Indicators are stored where they are filled. Units are those of the report's month:
codes were given to communes of other names, so a workbook on another list of units is refused as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from base.clock import Month
from base.errors import Fault, NtmError
from intake.changes import preview
from intake.checked import Checked, Sender
from intake.communes import CommuneFinder
from intake.container import data_error
from intake.monthly_columns import find_grid, find_indicators
from intake.monthly_place import Place, place_of, whole_of
from intake.monthly_rows import RowReader, Rows
from intake.other_list import other_list
from intake.report import Entry, Report
from intake.scope import Scope, scope_of
from intake.sheets import Workbook
from intake.words import NUMBERS
from programme.criteria import CriteriaSet
from programme.units import reporters_of, without_districts
from store.facts import Facts
from store.ledger import Ledger, Submission, period_number
from store.queries import LedgerFacts


def check_monthly(workbook: Workbook, content: bytes, facts: LedgerFacts, ledger: Ledger, sender: Sender) -> Checked:
    """Check a monthly workbook of a district, of a commune that reports for itself, or of the whole province.

    Parameters
    ----------
    workbook, content
        The file, opened and as it was handed in.
    facts
        What is known of the province it is handed in for: criteria sets and the results before. Its communes are those
        of the report's month, which may be a part of the province that it went into.
    ledger
        Where it would be stored; nothing is written.
    sender
        Who hands it in, and of what he says it is.

    Raises
    ------
    DataError
        With every fault: sheet, cell, what is wrong and what to do.
    """
    place = place_of(workbook, facts, sender, sample=ledger.is_sample)
    if place.period is None:
        raise data_error(workbook.name, place.faults)
    facts = place.facts
    try:
        whole = scope_of(facts, "", place.period)
    except NtmError as error:
        place.faults.append(_of_file(workbook, error))
        raise data_error(workbook.name, place.faults) from error
    own_set, faults = _set_of(workbook, facts, whole)
    found, table_faults = _read(workbook, own_set, place)
    faults = [*place.faults, *faults, *table_faults, *found.faults]
    scope = _scope(workbook, facts, place, found, faults)
    if scope and found.sheet:
        faults += _missing(workbook, facts, scope, found)
    if faults or scope is None:
        raise data_error(workbook.name, _in_order(faults, workbook))
    report = Report(
        scope,
        found.entries,
        tuple(found.small_shares),
        tuple(found.unread),
        facts.assessments(scope.criteria_set.id, scope.period, scope.since),
        tuple(r for r in facts.reports if (r.district, r.period) == (scope.district_code, scope.period)),
    )
    return Checked(
        _submission(workbook, content, facts, ledger, sender, report),
        preview(report, facts, sender, workbook.digest),
    )


def _of_file(workbook: Workbook, error: NtmError) -> Fault:
    return Fault(workbook.name, None, None, error.message, tuple(error.params.items()))


def _set_of(workbook: Workbook, facts: Facts, scope: Scope) -> tuple[CriteriaSet, list[Fault]]:
    """Return the set that the workbook was made for, with a fault when it is not the one of its month."""
    in_force = scope.criteria_set
    own = facts.criteria_sets.get(workbook.properties.get("ntm_set", in_force.id))
    if own is not None and own.id == in_force.id:
        return own, []
    message = (
        "Tệp lập theo {own}, nhưng tháng {month} áp dụng {name} ({decision}). "
        "Hãy tải biểu mẫu của tháng {month} rồi chép số liệu sang."
    )
    params = {
        "own": own.name_vi if own else workbook.properties["ntm_set"],
        "month": scope.period.label,
        "name": in_force.name_vi,
        "decision": in_force.decision,
    }
    fault = Fault(workbook.name, None, None, message, tuple(params.items()))
    return own if own and own.criteria else in_force, [fault]


def _read(workbook: Workbook, criteria_set: CriteriaSet, place: Place) -> tuple[Rows, list[Fault]]:
    units = place.facts.units
    grid, faults = find_grid(workbook, criteria_set)
    if grid and place.period and (fault := other_list(workbook, grid, place.facts, place.period)):
        return Rows(), [*faults, fault]
    reader = RowReader(workbook, criteria_set, units, reporters_of(units.values()).get(place.district or ""))
    if grid is not None:
        reader.grid(grid)
    indicators, more = find_indicators(workbook)
    if indicators is not None:
        reader.indicators(indicators)
    return reader.found, [*faults, *more]


def _scope(workbook: Workbook, facts: LedgerFacts, place: Place, found: Rows, faults: list[Fault]) -> Scope | None:
    """Return what the report is of; without a word on its district, the communes in it tell."""
    district = place.district
    if district is None and faults and not found.units:
        return None  # why nothing was read is told already
    if district is None:
        reporters = reporters_of(facts.units.values())
        inside = [code for code, one in reporters.items() if any(unit.code in found.units for unit in one.units)]
        if len(inside) == 1:
            district = inside[0]
        elif inside == [code for code, one in reporters.items() if one.programme_units]:
            district = ""
        else:
            faults.append(_unclear(workbook, facts, found))
            return None
    try:
        return scope_of(facts, district, place.period or Month(0, 1))
    except NtmError as error:
        faults.append(_of_file(workbook, error))
        return None


def _unclear(workbook: Workbook, facts: LedgerFacts, found: Rows) -> Fault:
    if without_districts(facts.units.values()):
        message = (
            "Không rõ tệp là báo cáo của xã nào: tệp có {count} xã. Mỗi xã một tệp, hoặc một tệp đủ mọi xã của "
            "{whole}. Hãy chọn xã khi nộp, hoặc ghi ở dòng tiêu đề, ví dụ “{example}”."
        )
        example = next(iter(reporters_of(facts.units.values()).values())).within
        params = (("count", len(found.units)), ("whole", whole_of(facts)), ("example", example))
        return Fault(workbook.name, None, None, message, params)
    message = (
        "Không rõ tệp là báo cáo của huyện nào. Hãy chọn huyện khi nộp, hoặc ghi ở dòng tiêu đề, ví dụ “huyện Đăk Hà”."
    )
    return Fault(workbook.name, None, None, message)


def _missing(workbook: Workbook, facts: Facts, scope: Scope, found: Rows) -> Iterator[Fault]:
    missing = [unit for unit in scope.units if unit.code not in found.units]
    if missing:
        finder = CommuneFinder(facts.units)
        names = [unit.name if scope.district else finder.place(unit) for unit in missing]
        message = (
            "Thiếu {count} xã: {names}. Mỗi xã phải có một dòng, kể cả khi không có gì thay đổi. Hãy thêm các dòng này."
        )
        params = (("count", len(missing)), ("names", ", ".join(names)))
        yield Fault(workbook.name, None, None, message, params, found.sheet)


def _in_order(faults: Sequence[Fault], workbook: Workbook) -> list[Fault]:
    """Return faults of the whole file first, then as they stand in the workbook."""
    order = {sheet.name: number for number, sheet in enumerate(workbook.sheets)}
    return sorted(faults, key=lambda fault: (order.get(fault.sheet or "", -1), fault.row or 0))


def _submission(  # noqa: PLR0913, PLR0917 - everything that a submission says
    workbook: Workbook, content: bytes, facts: Facts, ledger: Ledger, sender: Sender, report: Report
) -> Submission:
    scope = report.scope
    sheets = tuple(sheet.name for sheet in workbook.sheets)
    return Submission(
        kind="monthly",
        province=facts.province,
        district=scope.district_code,
        period=scope.period,
        file_name=workbook.name,
        content=content,
        actor=sender.actor,
        sent_by=sender.sent_by,
        rows={"assessments": list(_rows(report, {name: number for number, name in enumerate(sheets)}))},
        sheets=sheets,
        received=sender.received,
        attachments=(sender.attachment,) if sender.attachment else (),
        seen=ledger.revision("monthly", facts.province, scope.district_code, scope.period),
    )


def _rows(report: Report, sheets: Mapping[str, int]) -> Iterator[dict[str, object]]:
    """Yield the rows of a report; what it takes back is stored as empty."""
    scope = report.scope
    common = {"set_id": scope.criteria_set.id, "period": period_number(scope.period)}
    empty = Entry(None, None, "", "")
    for unit, code in (*report.entries, *sorted(report.taken_back)):
        entry = report.entries.get((unit, code), empty)
        text = entry.value if isinstance(entry.value, str) else None
        yield common | {
            "code": code,
            "unit": unit,
            "result": NUMBERS[entry.result],
            "value": None if isinstance(entry.value, str) else entry.value,
            "value_text": text,
            "sheet": sheets.get(entry.sheet, 0),
            "cell": entry.cell,
        }
