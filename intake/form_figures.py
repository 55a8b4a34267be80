"""Published figures: numbers that a source gives for the province or a district."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

from base.numbers import number
from intake.checked import Change
from intake.form_cells import FormReader, FormRow, Found
from intake.form_kinds import METRIC_WORDS, QUALIFIER_WORDS
from programme.calendar import Interval
from programme.criteria import CriteriaSet, set_in_force
from programme.records import Metric, PublishedFigure

_AVERAGE: Final = "average-criteria"
#: Counts of communes; the others count villages.
_OF_COMMUNES: Final = frozenset({"recognised", "advanced", "model", "met", "at-risk"})
_SPAN: Final = re.compile(r"\d{4}(-\d{4})?$")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row without faults; ``known`` is the figure that it replaces or takes back."""

    row: FormRow
    district: str | None
    place: str
    time: str
    figure: PublishedFigure
    known: PublishedFigure | None
    voided: bool


def check_figures(reader: FormReader) -> Found:
    """Read a table of published figures; faults gather in ``reader``."""
    entries = [entry for row in reader.rows if (entry := _entry(row, reader))]
    return Found(
        rows={"figures": [_row(entry, reader) for entry in entries]},
        changes=tuple(change for entry in entries if (change := _change(entry, reader))),
        warnings=tuple(warning for entry in entries for warning in _warnings(entry, reader)),
    )


def _entry(row: FormRow, reader: FormReader) -> _Entry | None:
    district, place = row.area("area")
    metric, when = row.word("metric"), row.time("period")
    value, total = row.count("value"), row.count("total")
    qualifier, source, quote = row.word("qualifier"), row.text("source"), row.text("quote")
    criteria_set = row.criteria_set("set", "standard")
    voided = bool(row.word("void"))
    if not row.sound or when is None or value is None:
        return None
    time, period = when
    if metric == _AVERAGE:
        criteria_set = _check_average(row, reader, value, total, criteria_set, period)
    else:
        _check_count(row, value, total)
        if criteria_set is not None:
            row.fault("set", "Bộ tiêu chí chỉ ghi cho số tiêu chí bình quân. Hãy để trống ô này.")
    if not reader.once(row, (district, metric, time)) or not row.sound:
        return None
    figure = PublishedFigure(
        district=district,
        period=period,
        metric=cast("Metric", metric),
        value=value,
        total=int(total) if total is not None else None,
        qualifier=qualifier,
        criteria_set=span(criteria_set) if criteria_set else "",
        source=source,
        quote=quote,
    )
    known = _known(reader, figure)
    if voided and known is None:
        row.fault("void", "Không có số liệu này để hủy. Hãy kiểm tra địa bàn, chỉ tiêu và kỳ.")
    return _Entry(row, district, place, time, figure, known, voided) if row.sound else None


def _check_average(  # noqa: PLR0913, PLR0917 - an average, and all that it is held against
    row: FormRow,
    reader: FormReader,
    value: float,
    total: float | None,
    criteria_set: CriteriaSet | None,
    period: Interval,
) -> CriteriaSet | None:
    """Check an average number of criteria against the set that it is measured by, and return that set."""
    sets, day = reader.facts.criteria_sets.values(), period.latest.last_day
    used = criteria_set or set_in_force(sets, day, province=reader.facts.province)
    if total is not None:
        row.fault("total", "Số tiêu chí bình quân không có tổng số. Hãy để trống ô này.")
    if used is None:
        row.fault("set", "Không có bộ tiêu chí nào áp dụng vào kỳ này. Hãy chọn bộ tiêu chí.")
    elif value > used.size:
        message = "“{value}” lớn hơn số tiêu chí của {set} ({size}). Hãy sửa giá trị hoặc chọn đúng bộ tiêu chí."
        row.fault("value", message, value=number(value), set=used.name_vi, size=used.size)
    return used


def _check_count(row: FormRow, value: float, total: float | None) -> None:
    for key, given in (("value", value), ("total", total)):
        if given is not None and not given.is_integer():
            row.fault(key, "“{value}” phải là số nguyên vì đây là số xã hoặc số thôn.", value=number(given))
    if total is not None and value > total:
        message = "Giá trị {value} lớn hơn tổng số {total}. Hãy sửa một trong hai."
        row.fault("value", message, value=number(value), total=number(total))


def span(criteria_set: CriteriaSet) -> str:
    """Return the years of a set, ``2021-2025``: published figures name their set by them."""
    found = _SPAN.search(criteria_set.id)
    return found[0] if found else criteria_set.id


def _known(reader: FormReader, figure: PublishedFigure) -> PublishedFigure | None:
    wanted = (figure.district, figure.metric, figure.period)
    return next((one for one in reader.facts.figures if (one.district, one.metric, one.period) == wanted), None)


def _row(entry: _Entry, reader: FormReader) -> dict[str, object]:
    figure = entry.figure
    return {
        **entry.row.place,
        "province": reader.facts.province,
        "district_code": entry.district,
        "period": entry.time,
        "metric": figure.metric,
        "value": figure.value,
        "total": figure.total,
        "qualifier": figure.qualifier,
        "criteria_set": figure.criteria_set,
        "source": figure.source,
        "quote": figure.quote,
        "voided": int(entry.voided),
    }


def _change(entry: _Entry, reader: FormReader) -> Change | None:
    t, known = reader.t, entry.known
    after = t("đã hủy") if entry.voided else _said(entry.figure, reader)
    if known == entry.figure and not entry.voided:
        return None
    return Change(
        unit="",
        place=entry.place,
        what=f"{t(METRIC_WORDS[entry.figure.metric])}, {entry.figure.period.label}",
        before=_said(known, reader) if known else t("chưa có"),
        after=after,
        kind="voided" if entry.voided else "changed" if known else "new",
    )


def _said(figure: PublishedFigure, reader: FormReader) -> str:
    """Return ``51/85 (nguồn)``, with the years of the set for an average."""
    text = number(figure.value, reader.lang)
    if figure.total is not None:
        text += f"/{number(figure.total, reader.lang)}"
    if figure.qualifier == "about":
        text = f"{reader.t(QUALIFIER_WORDS['about'])} {text}"
    about = [figure.criteria_set] if figure.metric == _AVERAGE and figure.criteria_set else []
    return f"{text} ({', '.join([*about, figure.source])})"


def _warnings(entry: _Entry, reader: FormReader) -> Iterable[str]:
    """Yield a warning when more communes are counted than the programme has there."""
    here = [u for u in reader.facts.units.values() if u.in_programme and entry.district in {None, u.district_code}]
    if entry.figure.metric in _OF_COMMUNES and entry.figure.value > len(here) and not entry.voided:
        words = "{place}: {value} xã, nhiều hơn số xã thuộc chương trình ({count})."
        yield reader.t(words, place=entry.place, value=number(entry.figure.value, reader.lang), count=len(here))
