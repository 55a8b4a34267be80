"""Layer ``ntm-levels``: the level each commune holds, beside the published totals."""

from __future__ import annotations

from dataclasses import replace

from base.numbers import number, percent, signed
from layers import breaks, words
from layers.attention import attention
from layers.context import LayerContext, unique
from layers.former import former_units
from layers.goals import goals, groups
from layers.view import Figure, LayerView, Mark
from programme.progress import change_since_year_before, district_progress, expected_figure, latest_figure
from programme.records import Metric, PublishedFigure, Recognition
from programme.units import Unit

RULES = (
    (
        "Quy tắc a: được công nhận từ ngày quyết định, không rõ thì từ tháng cuối của năm nêu trong nguồn; "
        "nếu chỉ biết một khoảng thì tính từ tháng muộn nhất và ghi “≤”."
    ),
    (
        "Quy tắc b: mức giữ nguyên đến khi có quyết định thu hồi; thu hồi “đạt chuẩn” thì mất cả mức cao hơn; được "
        "công nhận lại sau đó thì tính lại."
    ),
    (
        "Quy tắc c: “chưa đạt” chỉ khi có căn cứ: báo cáo tháng trong năm còn tiêu chí chưa đạt, số tiêu chí có nguồn "
        "(đến hết năm của số liệu), là xã mục tiêu đạt chuẩn của chỉ thị năm đó hoặc sau đó, hoặc không có trong danh "
        "sách đủ tên."
    ),
    (
        "Quy tắc d: “đạt đủ tiêu chí, chưa công nhận” chỉ khi nguồn nêu tên xã, hoặc báo cáo tháng mới nhất trong năm "
        "không còn tiêu chí nào chưa đạt hay bỏ trống."
    ),
    "Quy tắc e: còn lại là “chưa có nguồn công bố”. Số đếm theo tên đặt cạnh số công bố, không quy đổi.",
)
RULES_NEW = (
    (
        "Quy tắc f: đơn vị mới thành lập là “chưa đánh giá” đến khi có số liệu của chính nó, không kế thừa mức đạt "
        "chuẩn; đơn vị giữ nguyên thì mức tính tiếp theo các quy tắc trên."
    ),
    "Từ 01/07/2025 không còn cấp huyện: huyện ghi trên bản đồ là địa bàn cũ, để tra cứu.",
)


def build(context: LayerContext) -> LayerView:
    """Compute the layer.

    Columns of the frame: ``value`` (str, level status), ``level`` (str, level with its basis),
    ``since`` (str), ``decision`` (str), ``warning`` (str), ``targets`` (str), ``criteria`` (str, newest
    report, else newest sourced count). Legal basis of the levels: decisions 318 and 319/QĐ-TTg (2022).
    """
    t = context.t
    frame = context.commune_frame(lambda unit: _row(unit, context))
    marks = [Mark(code, "at-risk") for code in context.units if code in context.warnings]
    figures = province_figures(context)
    return context.view(
        title=t("Bản đồ mức đạt chuẩn nông thôn mới"),
        frame=frame,
        columns={
            "level": t("Mức đạt chuẩn"),
            "criteria": t("Tiêu chí (nguồn gần nhất)"),
            "targets": t("Mục tiêu trong năm"),
            "warning": t("Cảnh báo"),
        },
        marks=marks,
        figures=figures,
        blocks=[attention(context), *former_units(context), *goals(context), *groups(context)],
        notes=[t(rule) for rule in (*RULES, *(RULES_NEW if context.boundary.entry.reorganised else ()))],
        sources=sources(context, figures),
        headline=headline(context),
        with_facts=[code for code, status in context.levels.items() if status.status != "unknown"],
    )


def _row(unit: Unit, context: LayerContext) -> dict[str, object]:
    status = context.levels[unit.code]
    found = context.warnings.get(unit.code)
    return {
        "value": status.status,
        "class_id": status.status,
        "tooltip": words.tooltip(unit, context),
        "level": words.level(status, unit, context.t, context.lang),
        "criteria": _criteria(unit, context),
        "targets": "; ".join(words.target(item, context.t) for item in context.targets.get(unit.code, ())),
        "warning": words.warning(found, context.t, context.lang) if found else "",
    }


def _criteria(unit: Unit, context: LayerContext) -> str:
    """Return what the newest report says of the number of criteria met, else the newest source on any set."""
    report = context.reported.get(unit.code)
    if report and not report.blank:
        return words.reported(report, context.t)
    past = [c for c in context.facts.criteria_counts if c.unit == unit.code and c.period.latest <= context.month]
    newest = max(past, key=lambda c: c.period.latest, default=None)
    return words.criteria(newest, context.t) if newest else ""


def published(context: LayerContext, metric: Metric) -> PublishedFigure | None:
    """Return the newest published number of the province up to the month."""
    return latest_figure(breaks.figures(context), metric, context.month)


def denominator(context: LayerContext, figure: PublishedFigure) -> int:
    """Return the source's own denominator, else the one on record for the month, else the communes of the list."""
    on_record = context.province.communes_in(figure.period.latest)
    listed = sum(unit.in_programme for unit in context.units.values())
    return figure.total or (on_record.value if on_record else listed)


def named(context: LayerContext) -> int:
    """Count the communes that are recognised by name."""
    return sum(status.recognised for status in context.levels.values())


def headline(context: LayerContext) -> str:
    """Return the sentence over the map: published totals, and how many of them have names."""
    t, lang = context.t, context.lang
    total = published(context, "recognised")
    by_name = named(context)
    if total is None and context.boundary.entry.reorganised:
        return _new_units(context)
    if total is None:
        return t("Chưa có số công bố; nêu được tên {named} xã", named=by_name)
    of = denominator(context, total)
    parts = [
        t(
            "{count}/{of} xã ({share})",
            count=number(total.value, lang),
            of=of,
            share=percent(total.value, of, lang),
        )
    ]
    for metric, text in (("advanced", "{count} nâng cao"), ("model", "{count} kiểu mẫu")):
        figure = published(context, metric)  # type: ignore[arg-type]
        if figure:
            older = f" ({figure.period.label})" if figure.period != total.period else ""
            parts.append(t(text, count=number(figure.value, lang)) + older)
    sentence = " · ".join(parts)
    if total.period.latest != context.month:
        sentence += t(" (số công bố {month})", month=total.period.label)
    missing = int(total.value) - by_name
    names = t("; nêu được tên {named} xã", named=by_name)
    return sentence + names + (t(", còn {missing} xã chưa rõ tên", missing=missing) if missing > 0 else "")


def _new_units(context: LayerContext) -> str:
    """Return how many units were made, and what the communes before them were."""
    levels = [status.status for code, status in context.levels.items() if code in context.units]
    before = [row for rows in context.predecessors.values() for row in rows if row.unit.in_programme]
    sentence = context.t("{count} xã chưa đánh giá", count=levels.count("new-unit"))
    if not before:
        return sentence
    words_before = context.t(
        "; trước sắp xếp, địa bàn {former} cũ: {count} xã, nêu được tên {named} xã được công nhận",
        former=", ".join(former.province.name(context.lang) for former in context.former.values()),
        count=len(before),
        named=sum(row.status.recognised for row in before),
    )
    return sentence + words_before


def province_figures(context: LayerContext) -> list[Figure]:
    """Return the headline figures, each with its month, its source and the change since a year before."""
    t = context.t
    labels: list[tuple[Metric, str, str]] = [
        ("recognised", t("Xã được công nhận đạt chuẩn NTM"), t("xã")),
        ("advanced", t("Xã NTM nâng cao"), t("xã")),
        ("model", t("Xã NTM kiểu mẫu"), t("xã")),
        ("met", t("Xã đạt đủ tiêu chí (kể cả chưa công nhận)"), t("xã")),
        ("average-criteria", t("Tiêu chí bình quân mỗi xã"), t("tiêu chí/xã")),
        ("villages-model", t("Thôn, khu dân cư NTM kiểu mẫu"), t("thôn")),
    ]
    found = [(published(context, metric), label, unit) for metric, label, unit in labels]
    newest = max((f.period.latest for f, _, _ in found if f), default=context.month)
    # "All criteria met" is read against "recognised": an older number beside a newer one misleads.
    shown = [row for row in found if row[0] and (row[0].metric != "met" or row[0].period.latest == newest)]
    figures = [_figure(context, figure, label, unit) for figure, label, unit in shown if figure]
    expected = [
        _expected(context, figure, label, unit)
        for metric, label, unit in labels
        if (figure := expected_figure(breaks.figures(context), metric, context.month))
    ]
    return [*_district_figure(context), *figures, *expected, _named_figure(context)]


def _expected(context: LayerContext, figure: PublishedFigure, label: str, unit: str) -> Figure:
    """Return what a source expects of the rest of the year: never counted, always marked."""
    found = _figure(context, figure, label, unit)
    text = context.t("{label}, dự kiến đến {month}", label=label, month=figure.period.label)
    return replace(found, id=f"expected-{figure.metric}", label=text, status="expected", change="")


def _district_figure(context: LayerContext) -> list[Figure]:
    """Return the chosen district's own number, before the province's; nothing when none is chosen."""
    t = context.t
    chosen = {code: d for code, d in context.districts.items() if code == context.state.district}
    return [
        Figure(
            id="district",
            label=t("Xã được công nhận của {district}", district=found.district.within),
            value=found.count,
            unit=t("xã"),
            text=t(
                "{count}/{of} xã ({share})",
                count=found.count,
                of=found.total,
                share=percent(found.count, found.total, context.lang),
            ),
            as_of=context.month.label,
            source=t("Đếm theo tên và số công bố của huyện"),
            change=t("ít nhất: chưa nêu đủ tên") if found.at_least else t("đủ tên"),
        )
        for found in district_progress(chosen, context.levels, breaks.figures(context), context.month)
    ]


def _figure(context: LayerContext, figure: PublishedFigure, label: str, unit: str) -> Figure:
    t, lang = context.t, context.lang
    text = number(figure.value, lang)
    if figure.metric in {"recognised", "met"}:
        of = denominator(context, figure)
        text = t("{count}/{of} xã ({share})", count=text, of=of, share=percent(figure.value, of, lang))
    return Figure(
        id=figure.metric,
        label=label,
        value=figure.value,
        unit=unit,
        text=text,
        as_of=figure.period.label,
        source=figure.source,
        change=_change(context, figure),
    )


def _change(context: LayerContext, figure: PublishedFigure) -> str:
    """Return the difference to a year before; other units are not compared, another denominator is told."""
    t, change = context.t, change_since_year_before(breaks.figures(context), figure)
    if change is None:
        return ""
    text = t(
        "{difference} so với {month}",
        difference=signed(change.difference, context.lang),
        month=change.since.period.label,
    )
    was = denominator(context, change.since)
    if figure.metric not in {"recognised", "met"} or was == denominator(context, figure):
        return text
    return text + t(" (khi đó tính trên {of} xã)", of=was)


def _named_figure(context: LayerContext) -> Figure:
    t, by_name = context.t, named(context)
    levels = [status.status for status in context.levels.values()]
    advanced = sum(level in {"advanced", "model"} for level in levels)
    higher = t("{advanced} nâng cao, trong đó {model} kiểu mẫu", advanced=advanced, model=levels.count("model"))
    return Figure(
        id="named",
        label=t("Nêu được tên"),
        value=by_name,
        unit=t("xã"),
        text=t("{count} xã", count=by_name),
        as_of=context.month.label,
        source=t("Đếm theo tên trong các nguồn"),
        change=higher,
    )


def sources(context: LayerContext, figures: list[Figure]) -> list[str]:
    """Return the sources of the figures, then those of the levels and targets that are drawn."""
    bases = [status.basis for status in context.levels.values() if isinstance(status.basis, Recognition)]
    documents = [item.row.document for items in context.targets.values() for item in items]
    documents += [item.document for item in context.warnings.values()]
    return unique(
        [
            *(figure.source for figure in figures if figure.id not in {"named", "district"}),
            *(words.document(item, context.lang) for item in documents),
            *words.report_sources(context),
            *(basis.source for basis in bases),
        ]
    )
