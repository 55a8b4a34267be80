"""What the reader of a preview should look at although it is no fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from base.clock import day_label, today
from base.i18n import Translate, translator
from intake.checked import Sender
from intake.communes import CommuneFinder
from intake.report import Report
from programme.deadlines import days_late, deadline
from programme.levels import levels_in
from programme.province import province_of
from programme.units import Unit, reporters_of
from programme.withdrawal import Finding, judge
from store.facts import Facts

#: So many cases of one kind are listed; the rest is counted.
_LISTED: Final = 20


def concerns(report: Report, facts: Facts, sender: Sender, digest: str) -> Iterator[str]:
    """Yield warnings in the sender's language, the most telling first.

    Parameters
    ----------
    report, facts
        The report, and what is known before it.
    sender
        When it arrived, and the language.
    digest
        SHA-256 of the file.
    """
    t = translator(sender.lang)
    yield from _other_reports(report, facts, digest, t)
    yield from _late(report, facts, sender, t)
    yield from _listed(_at_risk(report, facts, t), t)
    yield from _open_cells(report, t)
    yield from _listed(_contradictions(report, facts, t), t)
    if report.small_shares:
        cells = ", ".join(report.small_shares[:_LISTED])
        yield t("Tỷ lệ từ 0 đến 1 % ở ô {cells}: nếu là 0,95 của toàn bộ, hãy ghi 95.", cells=cells)
    if report.unread:
        headings = ", ".join(f"“{heading}”" for heading in report.unread[:_LISTED])
        yield t("Cột không thuộc bộ tiêu chí nên không được đọc: {headings}.", headings=headings)


def _other_reports(report: Report, facts: Facts, digest: str, t: Translate) -> Iterator[str]:
    if report.earlier:
        newest = report.earlier[0]
        if newest.file_hash == digest:
            yield t(
                "Tệp này đang có hiệu lực rồi (biên nhận số {number}); nộp lại sẽ không ghi thêm.", number=newest.id
            )
        else:
            yield t(
                "Thay tệp đã ghi lúc {recorded} bởi {by} (biên nhận số {number}); tệp cũ vẫn được giữ.",
                recorded=newest.recorded,
                by=newest.by,
                number=newest.id,
            )
    scope = report.scope
    same_month = [receipt for receipt in facts.reports if receipt.period == scope.period]
    if scope.district:
        wholes = scope.district.covering - {scope.district.code}
        whole = next((receipt for receipt in same_month if receipt.district in wholes), None)
        if whole and not (report.earlier and report.earlier[0].id > whole.id):
            message = (
                "Tháng này đã có tệp chung của nhiều xã (biên nhận số {number}); kết quả của xã sẽ theo tệp này."
                if scope.by_commune
                else "Tháng này đã có tệp của toàn tỉnh (biên nhận số {number}); kết quả của huyện sẽ theo tệp này."
            )
            yield t(message, number=whole.id)
    elif places := {receipt.district for receipt in same_month} & reporters_of(facts.units.values()).keys():
        message = (
            "Tháng này đã có báo cáo của {count} xã; kết quả sẽ theo tệp này."
            if scope.by_commune
            else "Tháng này đã có báo cáo của {count} huyện; kết quả sẽ theo tệp này."
        )
        yield t(message, count=len(places))


def _late(report: Report, facts: Facts, sender: Sender, t: Translate) -> Iterator[str]:
    rule = province_of(facts.province).reporting
    due = deadline(rule, report.scope.period) if rule else None
    days = days_late(due, sender.received or today()) if due else 0
    if due and days:
        yield t("Nộp chậm {days} ngày (hạn: trước ngày {day}).", days=days, day=day_label(due.before))


def _at_risk(report: Report, facts: Facts, t: Translate) -> Iterator[str]:
    """Yield the recognised communes that this report makes a case at risk, or a graver one."""
    worse: list[tuple[Unit, Finding]] = []
    for unit in report.scope.units:
        was = judge(report.scope.criteria_set, report.before[unit.code])
        now = judge(report.scope.criteria_set, report.after[unit.code])
        if _grade(now) > _grade(was):
            worse.append((unit, now))
    if not worse:
        return
    levels, finder = levels_in(facts, report.scope.period), CommuneFinder(facts.units)
    for unit, found in worse:
        if not levels[unit.code].recognised:
            continue
        params = {
            "place": finder.place(unit),
            "count": len(found.failing),
            "size": found.size,
            "codes": ", ".join(found.failing),
        }
        if found.case:
            yield t(
                "{place}: {count}/{size} tiêu chí không đạt ({codes}), "
                "thuộc diện thu hồi theo điểm {case} của Quyết định 18/2022/QĐ-TTg.",
                case=found.case,
                **params,
            )
        else:
            yield t("{place}: {count}/{size} tiêu chí không đạt ({codes}), có nguy cơ bị thu hồi.", **params)


def _grade(found: Finding) -> int:
    """Return how grave a finding is: no warning, a warning, case (a), case (b)."""
    return 2 + (found.case == "b") if found.case else int(found.warn)


def _open_cells(report: Report, t: Translate) -> Iterator[str]:
    open_cells = [code for (_, code), entry in report.entries.items() if entry.result is None and entry.value is None]
    if open_cells:
        yield t("{count} ô để trống sẽ được ghi là “chưa báo cáo”, không phải “chưa đạt”.", count=len(open_cells))


def _contradictions(report: Report, facts: Facts, t: Translate) -> Iterator[str]:
    """Yield criteria that are said to be met although one of their indicators is not."""
    finder = CommuneFinder(facts.units)
    criteria_set = report.scope.criteria_set
    indicators = {item.code: criteria_set.indicators_of(item.code) for item in criteria_set.criteria}
    for unit in report.scope.units:
        results = report.after[unit.code]
        for code, items in indicators.items():
            failing = [item.code for item in items if results.get(item.code) == "not-met"]
            if results.get(code) == "met" and failing:
                yield t(
                    "{place}: tiêu chí {code} ghi “Đạt” nhưng chỉ tiêu {indicators} chưa đạt.",
                    place=finder.place(unit),
                    code=code,
                    indicators=", ".join(failing),
                )


def _listed(cases: Iterable[str], t: Translate) -> Iterator[str]:
    """Yield the first cases, then how many more there are."""
    found = list(cases)
    yield from found[:_LISTED]
    if len(found) > _LISTED:
        yield t("… và {count} trường hợp nữa cùng loại.", count=len(found) - _LISTED)
