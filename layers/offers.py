"""What the filter row offers in a view: choices that depend on the month, because the criteria set does."""

from __future__ import annotations

from textwrap import shorten
from typing import Final

from layers.breaks import begins
from layers.clusters import clusters_of
from layers.context import LayerContext
from layers.criterion_facts import choices, number_of
from layers.registry import usual_outline, versions_shown
from layers.view import FILTERS, PARAMETER
from programme.criteria import GROUPS

#: Letters of a criterion's name in a list to choose from.
LONGEST: Final = 70


def offers(context: LayerContext) -> dict[str, list[tuple[str, str]]]:
    """Return values and labels by parameter of the address, for those filters of the layer whose choices vary.

    Criteria are followed by the indicators of the one that is shown; months run back to the first of the set in
    force, but not to before the units shown. No choices without a set. Boundary versions are those that can draw the
    month instead of the one that holds in it: another one of the same units, or a later list ("ranh giới hiện nay").
    Communes are those on the border, and others with clusters.
    """
    makers = {
        "criterion": _criteria,
        "criterion_group": _groups,
        "since": _months,
        "boundary": _boundaries,
        "commune": _communes,
    }
    offered = [name for name in FILTERS[context.state.layer] if name in makers]
    return {PARAMETER.get(name, name): makers[name](context) for name in offered}


def _boundaries(context: LayerContext) -> list[tuple[str, str]]:
    """Return the versions to choose; the empty value is the version in force in the month."""
    t, month = context.t, context.month
    usual = usual_outline(context.state)
    rows = []
    for entry in versions_shown(context.state.province):
        if entry.id == usual.id or (entry.last_month and entry.last_month < month):
            continue
        name = entry.name_en if context.lang == "en" else entry.name_vi
        now = entry.last_month is None and entry.units_of != usual.units_of
        rows.append((entry.id, t("Hiện nay: {name}", name=name) if now else name))
    return rows


def _communes(context: LayerContext) -> list[tuple[str, str]]:
    filed = clusters_of(context).by_unit
    units = [unit for unit in context.units.values() if unit.border or unit.code in filed]
    return [(unit.code, unit.full_name) for unit in sorted(units, key=lambda unit: (unit.district_code, unit.code))]


def _criteria(context: LayerContext) -> list[tuple[str, str]]:
    found = context.criteria_set
    if found is None or not found.items:
        return [(code, number_of(code, context)) for code in (choices(found) if found else ())]
    shown = (context.state.criterion or "").split(".", maxsplit=1)[0]
    items = [item for item in found.items if not item.is_indicator or item.parent == shown]
    names = {item.code: f"{item.code}. {item.name(context.lang)}" for item in items}
    return [(code, shorten(name, LONGEST, placeholder=" …")) for code, name in names.items()]


def _groups(context: LayerContext) -> list[tuple[str, str]]:
    found = context.criteria_set
    return [(group, context.t(GROUPS[group])) for group in (found.groups() if found else ())]


def _months(context: LayerContext) -> list[tuple[str, str]]:
    month, rows, first = context.month, [], min(context.month, begins(context.boundary.entry))
    own = context.criteria_set
    while month >= first and own and (found := context.set_of(month)) and found.id == own.id:
        rows.append((str(month), month.label))
        month = month.plus(-1)
    return rows
