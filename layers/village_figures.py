"""Numbers over the map of villages: what is published beside what is named, never one for the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from base.clock import Month
from base.numbers import number
from layers import breaks
from layers.context import LayerContext
from layers.view import Figure
from layers.village_words import Survey, communes_of
from programme.progress import expected_figure, latest_figure
from programme.records import Metric, PublishedFigure
from programme.village_rules import Tally
from programme.villages import Title

_METRICS: Final[dict[Title, Metric]] = {"model": "villages-model", "minority": "villages-minority"}
_LABELS: Final[dict[Title, str]] = {
    "model": "Thôn, khu dân cư NTM kiểu mẫu",
    "minority": "Thôn NTM vùng đồng bào DTTS",
}
_NAMED: Final[dict[Title, str]] = {
    "model": "Thôn kiểu mẫu nêu được tên",
    "minority": "Thôn NTM vùng DTTS nêu được tên",
}
_SHORT: Final[dict[Title, str]] = {"model": "{count} thôn kiểu mẫu", "minority": "{count} thôn NTM vùng DTTS"}

#: Figures that are counted from what was handed in: they have no source of their own.
COUNTED_HERE: Final = frozenset({"named-model", "named-minority", "register"})


def figures(known: Survey, context: LayerContext) -> list[Figure]:
    """Return the published numbers, those of a chosen district first, then what is named, then the register."""
    titles, district = _titles(known), context.state.district
    places: list[str | None] = [district, None] if district in context.districts else [None]
    published = [
        _published(title, figure, context)
        for place in places
        for title in titles
        if (figure := latest_figure(breaks.figures(context), _METRICS[title], context.month, place))
    ]
    expected = [
        _expected(title, figure, context)
        for title in titles
        if (figure := expected_figure(breaks.figures(context), _METRICS[title], context.month))
    ]
    return [*published, *expected, *(_named(title, context) for title in titles), _register(known, context)]


def headline(known: Survey, context: LayerContext) -> str:
    """Return the sentence over the map: published numbers with their months, names, and the size of the register."""
    t, titles = context.t, _titles(known)
    found = [
        (title, figure)
        for title in titles
        if (figure := latest_figure(breaks.figures(context), _METRICS[title], context.month))
    ]
    months = {figure.period.label for _, figure in found}
    said = [t(_SHORT[title], count=_number(figure, context)) for title, figure in found]
    if len(months) == 1:
        head = t("{numbers} (số công bố {month})", numbers=" · ".join(said), month=months.pop())
    else:
        pairs = zip(said, found, strict=True)
        head = " · ".join(f"{text} ({figure.period.label})" for text, (_, figure) in pairs)
    counts = [named(title, context.month, context) for title in titles]
    names = t("nêu được tên {counts} thôn", counts=t(" và ").join(map(str, counts)))
    total = _whole(known)
    size = t("danh sách {count} thôn", count=number(total.villages, context.lang))
    return "; ".join(
        [
            head or t("Chưa có số công bố về thôn"),
            names if any(counts) else t("chưa nêu được tên thôn nào"),
            size if total.villages else t("chưa có danh sách thôn"),
        ]
    )


def named(title: Title, month: Month, context: LayerContext, district: str | None = None) -> int:
    """Count the villages that hold a title at the end of a month, in the register or not."""
    return sum(
        title in held
        for unit, commune in communes_of(context.facts, month).items()
        if district in {None, context.facts.units[unit].district_code}
        for held in commune.titles.values()
    )


def _titles(known: Survey) -> Sequence[Title]:
    return ("model", "minority") if known.rated else ("model",)


def _whole(known: Survey) -> Tally:
    return sum((commune.tally for commune in known.communes.values()), Tally())


def _number(figure: PublishedFigure, context: LayerContext) -> str:
    text = number(figure.value, context.lang)
    return context.t("khoảng {count}", count=text) if figure.qualifier == "about" else text


def _published(title: Title, figure: PublishedFigure, context: LayerContext) -> Figure:
    """Return a published number, with how many of that month are named."""
    t, month = context.t, figure.period.latest
    names = named(title, month, context, figure.district)
    change = t("đến {month} nêu được tên {count}", month=month.label, count=names)
    if (missing := int(figure.value) - names) > 0:
        about = t("khoảng {count}", count=missing) if figure.qualifier == "about" else str(missing)
        change += t(", còn {count} thôn chưa rõ tên", count=about)
    elif missing < 0:
        change += t(", nhiều hơn số công bố {count} thôn", count=-missing)
    label = t(_LABELS[title])
    if figure.district:
        label += f", {context.districts[figure.district].within}"
    return Figure(
        id=f"district-{figure.metric}" if figure.district else figure.metric,
        label=label,
        value=figure.value,
        unit=t("thôn"),
        text=t("{count} thôn", count=_number(figure, context)),
        as_of=figure.period.label,
        source=figure.source,
        change=change,
    )


def _expected(title: Title, figure: PublishedFigure, context: LayerContext) -> Figure:
    """Return what a source expects of the rest of the year: never counted, always marked."""
    t = context.t
    return Figure(
        id=f"expected-{figure.metric}",
        label=t("{label}, dự kiến đến {month}", label=t(_LABELS[title]), month=figure.period.label),
        value=figure.value,
        unit=t("thôn"),
        text=t("{count} thôn", count=_number(figure, context)),
        as_of=figure.period.label,
        source=figure.source,
        status="expected",
    )


def _named(title: Title, context: LayerContext) -> Figure:
    t, count = context.t, named(title, context.month, context)
    text, source = t("{count} thôn", count=count), t("Quyết định công nhận thôn đã nhập")
    return Figure(f"named-{title}", t(_NAMED[title]), count, t("thôn"), text, context.month.label, source)


def _register(known: Survey, context: LayerContext) -> Figure:
    """Return the size of the register: no number, not zero, while nobody handed one in."""
    t, total = context.t, _whole(known)
    programme = [unit for unit in context.units.values() if unit.in_programme]
    change = ""
    if total.villages:
        text = t(
            "{count} thôn, {communes}/{of} xã có danh sách",
            count=number(total.villages, context.lang),
            communes=sum(bool(known.of(unit).tally.villages) for unit in programme),
            of=len(programme),
        )
        change = t("{count} thôn vùng DTTS", count=total.minority)
        change += t(", {count} thôn chưa rõ", count=total.unsaid) if total.unsaid else ""
    else:
        text = t("chưa có")
    source = t("Danh sách thôn đã nhập")
    size = total.villages or None
    return Figure("register", t("Danh sách thôn"), size, t("thôn"), text, context.month.label, source, change=change)
