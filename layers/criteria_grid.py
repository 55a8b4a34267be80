"""The criteria of one commune: each with its result, since when, its source, and who is in charge of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from base.clock import Month
from base.numbers import number
from layers import words
from layers.breaks import begins, mark
from layers.context import LayerContext
from layers.criterion_facts import department, number_of, thresholds
from programme.criteria import Assessment, CriteriaSet, Criterion
from programme.reported import criterion_codes
from programme.units import Unit

History = Mapping[str, Sequence[Assessment]]


@dataclass(frozen=True, slots=True)
class GridRow:
    """One criterion or indicator.

    ``result`` is ``met``, ``not-met``, ``not-applicable`` or ``open``, with its words in ``said``; ``since`` tells
    from which report on it has been so. The other texts are empty where nothing is known.
    """

    code: str
    name: str
    result: str
    said: str
    value: str
    since: str
    department: str
    threshold: str
    source: str
    indicators: tuple[GridRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """Every criterion of the set in force; without rows ``note`` says why, else it is empty."""

    title: str
    summary: str
    source: str
    note: str
    rows: tuple[GridRow, ...] = ()


def criteria_grid(unit: Unit, context: LayerContext) -> Grid:
    """Build the grid of a commune from everything reported of it on the set in force up to the month."""
    t, found = context.t, context.criteria_set
    if not unit.in_programme or found is None:
        outside = t("Ngoài chương trình ({kind})", kind=t(unit.kind))
        return Grid(t("Tiêu chí"), "", "", t("Tháng này chưa có bộ tiêu chí nào.") if unit.in_programme else outside)
    title = t("Tiêu chí ({set})", set=found.name(context.lang))
    report = context.reported.get(unit.code)
    if report is None:
        return Grid(title, "", "", t("Chưa có báo cáo tháng nào theo bộ tiêu chí này."))
    rows = context.facts.history(found.id, unit.code, context.month, begins(context.boundary.entry))
    history = _by_code(rows)
    return Grid(
        title=title,
        summary=words.sentence(words.reported(report, t)),
        source=_file(rows[0], context) + t("; “≤”: đã như vậy từ báo cáo đầu tiên.") + f" {mark(context)}".rstrip(),
        note="",
        rows=tuple(_row(code, found, history, rows[0].submission, context) for code in criterion_codes(found)),
    )


def _by_code(rows: Iterable[Assessment]) -> dict[str, list[Assessment]]:
    """Arrange rows by code, newest month first; of a month only the newest submission counts."""
    found: dict[str, list[Assessment]] = {}
    for row in rows:
        known = found.setdefault(row.code, [])
        if not known or known[-1].period != row.period:
            known.append(row)
    return found


def _file(row: Assessment, context: LayerContext) -> str:
    """Return the file a row came in, who recorded it and when."""
    receipt = context.facts.report_of(row.submission)
    return context.t("Tệp {file}, {by}, ghi lúc {time}", file=receipt.file_name, by=receipt.by, time=receipt.recorded)


def _row(code: str, found: CriteriaSet, history: History, newest: int, context: LayerContext) -> GridRow:
    item = next((one for one in found.items if one.code == code), None)
    known = history.get(code, ())
    row = known[0] if known else None
    inside = found.indicators_of(code) if item and not item.is_indicator else ()
    return GridRow(
        code=code,
        name=_name(code, item, context),
        result=(row.result if row else None) or "open",
        said=context.t(words.CRITERION_RESULTS[row.result if row else None]),
        value=_value(row, item, context),
        since=_since(known, context),
        department=department(item, context) if item else "",
        threshold=thresholds(item, context) if item else "",
        source=_place(row, newest, context),
        indicators=tuple(_row(one.code, found, history, newest, context) for one in inside if one.code in history),
    )


def _name(code: str, item: Criterion | None, context: LayerContext) -> str:
    if item is None:
        return number_of(code, context)
    return item.name(context.lang) + ("" if item.text_verified else context.t(" (chưa kiểm chứng)"))


def _value(row: Assessment | None, item: Criterion | None, context: LayerContext) -> str:
    if row is None or row.value is None:
        return ""
    value = row.value if isinstance(row.value, str) else number(row.value, context.lang)
    return f"{value} {item.unit}".strip() if item else value


def _since(known: Sequence[Assessment], context: LayerContext) -> str:
    """Return from which report on the result has been the same; "≤" where that is the first report of all."""
    if not known:
        return ""
    run = 1
    while run < len(known) and known[run].result == known[0].result:
        run += 1
    month: Month = known[run - 1].period
    return context.t("từ {month}" if run < len(known) else "từ ≤ {month}", month=month.label)


def _place(row: Assessment | None, newest: int, context: LayerContext) -> str:
    """Return the cell; with its file where that is not the one named above the grid."""
    if row is None:
        return ""
    return row.cell if row.submission == newest else f"{row.cell} ({_file(row, context)})"
