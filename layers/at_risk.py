"""Layer ``at-risk``: recognised communes that may lose their recognition, by decision 18/2022/QĐ-TTg.

The rule itself is in :mod:`programme.withdrawal`. The directive of 2024 names four communes with "trên 30 %"
of the criteria not kept: that is shown as what it is, a statement, and never as a result of the rule.
"""

from __future__ import annotations

from collections.abc import Mapping

from base.clock import Month, day_label
from base.numbers import percent
from layers import breaks, words
from layers.assessed import (
    by_district,
    lost_block,
    lost_since,
    months_label,
    numbers_of,
    reports_among,
    required_set,
    set_notes,
)
from layers.context import LayerContext, unique
from layers.view import Block, Figure, Item, LayerView, Mark
from programme.criteria import CriteriaSet
from programme.reported import Reported
from programme.units import Unit
from programme.withdrawal import IN_FORCE, Finding, judge

#: Classes from the gravest on: what the list beside the map shows.
GRAVE = ("case", "warn", "stated")
Findings = Mapping[str, Finding]
Lost = Mapping[str, tuple[str, ...]]


def build(context: LayerContext) -> LayerView:
    """Compute the layer.

    Columns of the frame: ``value`` (int, criteria not met by the report; empty without one), ``failing`` (str,
    their numbers), ``verdict`` (str, what the rule says), ``unreported`` (str, left open), ``lost`` (str, since
    the month ``from``), ``level`` (str), ``basis`` (str). Sources: monthly reports; the directive's list.
    """
    t = context.t
    found = required_set(context)
    since = _since(context)
    findings = _findings(found, context)
    lost = _recognised_only(lost_since(context, since), context)
    frame = context.commune_frame(lambda unit: _row(unit, findings, lost or {}, context))
    figures = _figures(findings, lost, since, context)
    return context.view(
        title=t("Bản đồ nguy cơ thu hồi công nhận"),
        frame=frame,
        columns={
            "level": t("Mức đạt chuẩn"),
            "verdict": t("Kết luận theo quy tắc"),
            "value": t("Số tiêu chí chưa đạt"),
            "failing": t("Chưa đạt"),
            "unreported": t("Chưa báo cáo"),
            "lost": t("Mất từ {month}", month=since.label),
            "basis": t("Căn cứ"),
        },
        marks=_marks(findings, lost or {}, context),
        figures=figures,
        blocks=[_list(findings, context), lost_block(context, since, lost)],
        notes=_notes(found, since, context),
        sources=_sources(context) or [found.source],
        headline=_headline(findings, context),
        with_facts=[*findings, *context.warnings],
        settled={"since": since},
    )


def default_since(found: CriteriaSet, month: Month, first: Month) -> Month:
    """Return the month that losses are counted from: a year before, but not before the set in force or the units.

    ``first`` is the first month of the units; losses of a month drawn on later units are counted from that month.
    """
    return min(month, max(month.plus(-12), Month.of(found.valid_from), first))


def _recognised_only(found: Lost | None, context: LayerContext) -> Lost | None:
    if found is None:
        return None
    return {code: codes for code, codes in found.items() if context.levels[code].recognised}


def _report(unit: Unit, context: LayerContext) -> Reported | None:
    standing = context.standings.get(unit.code)
    return standing.basis if standing and isinstance(standing.basis, Reported) else None


def _findings(found: CriteriaSet, context: LayerContext) -> Findings:
    """Judge every recognised commune that has a report."""
    return {
        unit.code: judge(found, report.results)
        for unit in by_district(context)
        if context.levels[unit.code].recognised and (report := _report(unit, context))
    }


def class_of(unit: Unit, findings: Findings, context: LayerContext) -> str:
    """Return the class of a commune; one without a recognition is ``none``, whatever it fails."""
    if finding := findings.get(unit.code):
        less = "open" if finding.open else "safe"
        return "case" if finding.case else "warn" if finding.warn else less
    if unit.code in context.warnings and _report(unit, context) is None:
        return "stated"
    status = context.levels[unit.code]
    if status.recognised:
        return "not-reported"
    return status.status if status.status in {"outside", "unknown"} else "none"


def _row(unit: Unit, findings: Findings, lost: Lost, context: LayerContext) -> dict[str, object]:
    t = context.t
    finding, report = findings.get(unit.code), _report(unit, context)
    class_id = class_of(unit, findings, context)
    failing = numbers_of(report.failing) if report else ""
    verdict = verdict_words(finding, class_id, context)
    gone = numbers_of(lost.get(unit.code, ()))
    said = words.reported(report, t) if report else ""
    return {
        "value": len(report.failing) if report else "",
        "class_id": class_id,
        "tooltip": words.tooltip(
            unit,
            context,
            words.sentence(verdict),
            t("Chưa đạt tiêu chí số {numbers}", numbers=failing) if failing else "",
            t("▼ mất tiêu chí số {numbers} từ {month}", numbers=gone, month=_since(context).label) if gone else "",
            said,
        ),
        "level": words.level(context.levels[unit.code], unit, t, context.lang),
        "verdict": verdict,
        "failing": failing,
        "unreported": numbers_of(report.open) if report else "",
        "lost": gone,
        "basis": said,
    }


def _since(context: LayerContext) -> Month:
    first = breaks.begins(context.boundary.entry)
    return context.state.since or default_since(required_set(context), context.month, first)


def verdict_words(finding: Finding | None, class_id: str, context: LayerContext) -> str:
    """Return what the rule says of a commune, with the criteria that decide and what is still open."""
    t = context.t
    if finding is None:
        reasons = {
            "stated": "văn bản nêu trên 30 %, chưa có báo cáo để xét",
            "not-reported": "chưa có báo cáo tháng, không xét được",
            "unknown": "chưa rõ đã được công nhận hay chưa",
        }
        return t(reasons[class_id]) if class_id in reasons else ""
    share = percent(len(finding.failing), finding.size, context.lang)
    failing = t(
        "{count}/{size} tiêu chí không đạt ({share})", count=len(finding.failing), size=finding.size, share=share
    )
    if finding.case == "b":
        text = t("thuộc diện thu hồi, điểm b: {failing}", failing=failing)
    elif finding.case == "a":
        text = t(
            "thuộc diện thu hồi, điểm a: {failing}, trong đó có tiêu chí {listed}",
            failing=failing,
            listed=numbers_of(finding.listed),
        )
    elif finding.warn:
        text = t("cảnh báo: {failing}", failing=failing)
    elif not finding.failing:
        text = t("không có tiêu chí nào không đạt")
    else:
        text = t("dưới mức cảnh báo: {failing}", failing=failing)
    if finding.open:
        text += t("; chưa đủ số liệu, còn {count} tiêu chí chưa báo cáo", count=len(finding.unknown))
    return text


def _marks(findings: Findings, lost: Lost, context: LayerContext) -> list[Mark]:
    marks = [Mark(code, "at-risk") for code in context.warnings if code in context.units]
    marks += [Mark(code, f"rule-{finding.case}") for code, finding in findings.items() if finding.case]
    marks += [Mark(code, "incomplete") for code, finding in findings.items() if finding.open]
    return [*marks, *(Mark(code, "lost") for code in lost if code in context.units)]


def _headline(findings: Findings, context: LayerContext) -> str:
    t = context.t
    cases = sum(finding.case is not None for finding in findings.values())
    warned = sum(finding.warn for finding in findings.values())
    stated = _stated(context)
    if not findings:
        head = t("Chưa xét được: chưa có báo cáo tháng của xã đã công nhận")
        return f"{head}; {stated}" if stated else head
    head = t(
        "{cases} xã thuộc diện thu hồi, {warned} xã khác ở mức cảnh báo, trong {count} xã đã công nhận có báo cáo",
        cases=cases,
        warned=warned - cases,
        count=len(findings),
    )
    if unsettled := sum(finding.open for finding in findings.values()):
        head += t("; {count} xã chưa đủ số liệu", count=unsettled)
    return head


def _stated(context: LayerContext) -> str:
    """Return what directives state, ``4 xã được nêu có trên 30 % tiêu chí không duy trì (CT 05, 22/01/2024)``."""
    if not context.warnings:
        return ""
    documents = unique(item.document.short(context.lang) for item in context.warnings.values())
    return context.t(
        "{count} xã được nêu có trên 30 % tiêu chí không duy trì ({documents})",
        count=len(context.warnings),
        documents="; ".join(documents),
    )


def _figures(findings: Findings, lost: Lost | None, since: Month, context: LayerContext) -> list[Figure]:
    t = context.t
    chosen = [unit for unit in by_district(context) if context.selected(unit)]
    here = [findings[unit.code] for unit in chosen if unit.code in findings]
    month = months_label(reports_among(context, context.state.district)) or context.month.label
    reports = words.reports_source(context)

    def figure(key: str, label: str, count: int, source: str, *, known: bool = True) -> Figure:
        text = t("{count} xã", count=count) if known else t("chưa có báo cáo")
        return Figure(key, label, count if known else None, t("xã"), text, month, source)

    cases = sum(finding.case is not None for finding in here)
    warned = sum(finding.warn and finding.case is None for finding in here)
    figures = [
        figure("case", t("Xã thuộc diện thu hồi"), cases, reports, known=bool(here)),
        figure("warn", t("Xã khác ở mức cảnh báo"), warned, reports, known=bool(here)),
    ]
    if documents := unique(words.document(item.document, context.lang) for item in context.warnings.values()):
        count = sum(unit.code in context.warnings for unit in chosen)
        figures.append(figure("stated", t("Xã được văn bản nêu trên 30 %"), count, "; ".join(documents)))
    if lost is not None and here:
        count = sum(unit.code in lost for unit in chosen)
        figures.append(figure("lost", t("Xã đã công nhận mất tiêu chí từ {month}", month=since.label), count, reports))
    return figures


def _list(findings: Findings, context: LayerContext) -> Block:
    t = context.t
    classes = {unit.code: class_of(unit, findings, context) for unit in by_district(context)}
    rows = [
        (GRAVE.index(classes[unit.code]), unit)
        for unit in by_district(context)
        if classes[unit.code] in GRAVE and context.selected(unit)
    ]
    rows.sort(key=lambda row: row[0])
    items = [
        Item(
            text=context.place(unit),
            detail=_detail(unit, findings.get(unit.code), classes[unit.code], context),
            unit=unit.code,
            class_id=classes[unit.code],
            mark="at-risk" if unit.code in context.warnings else None,
        )
        for _, unit in rows
    ]
    note = "" if items else t("Không có xã nào trong lựa chọn này.")
    return Block("list", t("Thuộc diện thu hồi, cảnh báo và được văn bản nêu"), tuple(items), note)


def _detail(unit: Unit, finding: Finding | None, class_id: str, context: LayerContext) -> str:
    parts = [verdict_words(finding, class_id, context)]
    if finding and finding.failing:
        parts.append(context.t("chưa đạt tiêu chí số {numbers}", numbers=numbers_of(finding.failing)))
    if found := context.warnings.get(unit.code):
        parts.append(words.warning(found, context.t, context.lang))
    return " · ".join(parts)


def _notes(found: CriteriaSet, since: Month, context: LayerContext) -> list[str]:
    t = context.t
    notes = [
        t("Quyết định 18/2022/QĐ-TTg: thu hồi khi (a) từ 30 % đến dưới 50 % tiêu chí không đạt và có tiêu chí trong "
          "danh sách xét thu hồi, hoặc (b) từ 50 % tiêu chí không đạt. Mẫu số là toàn bộ tiêu chí của bộ."),
        t("Cảnh báo: từ 30 % tiêu chí không đạt. “Thuộc diện thu hồi” chỉ khi đủ điều kiện của quyết định."),
        t("Xã được văn bản nêu “trên 30 %” mà không nêu tiêu chí nào: ghi riêng, không coi là kết quả xét."),
        t("Tiêu chí mất tính từ {month}, nếu không chọn tháng khác thì từ cùng tháng năm trước, trong một bộ tiêu chí.",
          month=since.label),
    ]  # fmt: skip
    if found.withdrawal_criteria:
        text = t("Tiêu chí xét thu hồi của {set}: {numbers}.", set=found.name(context.lang),
                 numbers=numbers_of(found.withdrawal_criteria))  # fmt: skip
    else:
        text = t("Chưa rõ quyết định 18/2022 áp dụng cho {set}: chỉ cảnh báo.", set=found.name(context.lang))
    notes.append(text)
    if context.month.last_day < IN_FORCE:
        day = day_label(IN_FORCE)
        notes.append(t("Quyết định 18/2022 có hiệu lực từ {day}; tháng này chỉ là tính thử.", day=day))
    return [*notes, *set_notes(found, context)]


def _sources(context: LayerContext) -> list[str]:
    stated = [words.document(item.document, context.lang) for item in context.warnings.values()]
    return unique([*words.report_sources(context), *stated])
