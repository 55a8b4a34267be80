"""Border clusters in the reader's words: the same in tooltip, list, table and card."""

from __future__ import annotations

from datetime import date
from typing import Final

from base.clock import day_label
from base.i18n import Translate
from base.numbers import number
from layers import words
from layers.classify import legend_style
from layers.context import LayerContext
from programme.clusters import Cluster

LAYER: Final = "border-replanning"


def step_names(lang: str) -> dict[str, str]:
    """Return the names of the steps, in order: those of the legend."""
    style = legend_style(LAYER)
    return {item.id: style.words(item, lang) for item in style.features}


def arrangement_names(t: Translate) -> dict[str, str]:
    """Return the names of the forms in which people are settled, in the middle of a sentence."""
    return {key: t(name) for key, name in words.ARRANGEMENTS.items()}


def step(cluster: Cluster, context: LayerContext) -> str:
    """Return the step in the month of a view."""
    return step_names(context.lang)[cluster.step_in(context.month)]


def label(cluster: Cluster, context: LayerContext) -> str:
    """Return ``Điểm dân cư số 64 (22/100 hộ)``: a dash where nobody said one number, the name alone without both."""
    now, planned = cluster.households_now, cluster.households_planned
    if now is None and planned is None:
        return cluster.name
    return context.t(
        "{name} ({now}/{planned} hộ)",
        name=cluster.name,
        now="–" if now is None else number(now, context.lang),
        planned="–" if planned is None else number(planned, context.lang),
    )


def people(cluster: Cluster, context: LayerContext) -> str:
    """Return how many live there, are planned, and have moved, each ``chưa nhập`` where nobody said."""
    t = context.t
    moved = _amount(cluster.households_moved, cluster.people_moved, context)
    if cluster.moved:
        moved = t("{count} (đến {day})", count=moved, day=day_label(cluster.moved))
    return t(
        "Hiện có: {now}; quy hoạch: {planned}; đã chuyển: {moved}",
        now=_amount(cluster.households_now, cluster.people_now, context),
        planned=_amount(cluster.households_planned, cluster.people_planned, context),
        moved=moved,
    )


def _amount(households: int | None, persons: int | None, context: LayerContext) -> str:
    t, lang = context.t, context.lang
    parts = [t("{count} hộ", count=number(households, lang))] if households is not None else []
    parts += [t("{count} người", count=number(persons, lang))] if persons is not None else []
    return ", ".join(parts) or t("chưa nhập")


def plan(cluster: Cluster, context: LayerContext) -> str:
    """Return the plan and the time for which it holds."""
    t = context.t
    kind = words.sentence(t(words.PLAN_TYPES[cluster.plan_type])) if cluster.plan_type else ""
    named = ": ".join(part for part in (kind, document(cluster)) if part)
    first, last = (day_or(cluster.plan_from, "…"), day_or(cluster.plan_to, "…"))
    span = t("thời hạn {first} – {last}", first=first, last=last) if cluster.plan_from or cluster.plan_to else ""
    parts = (named or t("Văn bản quy hoạch: chưa nhập"), cluster.issuing_body, span)
    return "; ".join(part for part in parts if part)


def document(cluster: Cluster) -> str:
    """Return ``285/QĐ-UBND, 23/03/2018``; empty where nobody named a document."""
    return ", ".join(part for part in (cluster.plan_document, day_or(cluster.plan_date)) if part)


def day_or(day: date | None, other: str = "") -> str:
    """Return a day as it is written, or something else where there is none."""
    return day_label(day) if day else other


def warning(cluster: Cluster, context: LayerContext) -> str:
    """Return by how many days it is overdue or its plan over, or how long the plan still holds; else empty."""
    t, month = context.t, context.month
    end, parts = month.last_day, []
    if cluster.due and cluster.overdue_in(month):
        days = (end - cluster.due).days
        parts.append(t("Quá hạn {days} ngày (hạn {day})", days=days, day=day_label(cluster.due)))
    if cluster.step_in(month) == "expired":
        if cluster.plan_to and cluster.plan_to <= end:
            days, day = (end - cluster.plan_to).days, day_label(cluster.plan_to)
            parts.append(t("Quy hoạch hết thời hạn {days} ngày (đến {day})", days=days, day=day))
        else:
            parts.append(t("Quy hoạch đã hết thời hạn"))
    if cluster.plan_to and cluster.expiring_in(month):
        days, day = (cluster.plan_to - end).days, day_label(cluster.plan_to)
        parts.append(t("Quy hoạch còn thời hạn {days} ngày (đến {day})", days=days, day=day))
    return "; ".join(parts)


def said(cluster: Cluster, context: LayerContext) -> str:
    """Return the day that the record speaks of, how sure it is, and its source."""
    t = context.t
    status = t(words.DATA_STATUS[cluster.data_status])
    told = t("Số liệu ngày {day} ({status})", day=day_label(cluster.as_of), status=status)
    return " · ".join(part for part in (told, cluster.source) if part)


def distances(metres: tuple[float | None, float | None], context: LayerContext, *, exact: bool) -> str:
    """Return how far from border and, where the place may be told, commune centre; empty where neither is known."""
    t = context.t
    border, centre = (distance(one, context.lang, exact=exact) for one in metres)
    parts = [t("cách biên giới {distance}", distance=border)] if border else []
    parts += [t("cách trung tâm xã {distance}", distance=centre)] if centre and exact else []
    return words.sentence(t("{distances} (đường thẳng)", distances=", ".join(parts))) if parts else ""


def distance(metres: float | None, lang: str, *, exact: bool) -> str:
    """Return metres, or whole kilometres where the place may not be told; empty for none."""
    if metres is None:
        return ""
    if exact:
        return f"{number(round(metres), lang)} m"
    km = int(metres / 1000 + 0.5)
    return f"≈ {number(km, lang)} km" if km else "< 1 km"
