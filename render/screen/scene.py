"""The scene: all that changes from one view to the next, small enough to send on every click.

One base-64 character tells the class of a unit and one its set of marks, in asset order; the whole
is deflated against a dictionary (:mod:`render.screen.packing`). Everything else (names, geometry,
legend styles, interface words) is in the setup; tooltips and table rows are fetched when somebody
looks at them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlencode

from base.errors import NtmError, StoreError
from base.i18n import translator
from base.settings import is_sample
from geo.asset import asset
from layers.address import Notice, month_of
from layers.card import commune_card
from layers.cluster_words import arrangement_names, step_names
from layers.criterion_facts import number_of
from layers.freshness import newest
from layers.offers import offers
from layers.registry import compute, context_of
from layers.view import FILTERS, PARAMETER, Feature, LayerView, ViewState
from layers.words import CRITERION_GROUPS, LEVEL_NAMES, TARGET_KINDS, sentence
from render.screen.menu import PAGES, layers_of
from render.screen.packing import cost
from render.table import digest

ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
FILTERED_OUT: Final = "-"
#: Parts of a scene that are mostly words.
_WORDED: Final = ("options", "title", "headline", "caption", "figures", "blocks")
_FILTERING: Final = (
    *("boundary", "ntm_level", "target_kind", "border"),
    *("criterion", "criterion_group", "under_15", "since"),
    *("step", "arrangement", "expiring"),
)


def build_scene(state: ViewState, page: str, notices: Sequence[Notice] = ()) -> dict[str, Any]:
    """Compute a view and put it into a scene; an error of ours becomes the scene's ``error`` sentence.

    ``stamp`` tells what state of the data it was computed from, or an earlier one: when that of the server is another
    one (:mod:`service.live_route`), the page has it computed again. ``None``: the store cannot be read.
    """
    stamp = _stamp()  # before the facts are read: what is recorded meanwhile must not be missed
    try:
        scene = _scene(compute(state), state, page, notices)
    except NtmError as error:
        scene = _failed(state, page, [*(n.text(state.lang) for n in notices)], error.text(state.lang))
    # The browser draws a scene it has not drawn yet; anything different makes a different scene.
    return scene | {"id": hashlib.sha256(json.dumps(scene).encode()).hexdigest()[:12], "stamp": stamp}


def _stamp() -> str | None:
    try:
        return newest().digest
    except StoreError:
        return None


def _scene(view: LayerView, state: ViewState, page: str, notices: Sequence[Notice]) -> dict[str, Any]:
    version = digest(view)
    unit_class, unit_marks = encode_units(view)
    offered = offers(context_of(view.state))
    return {
        "page": page,
        "layer": view.key,
        "legend": view.legend.key,
        "area": view.area_level,
        "boundary": view.boundary_version,
        "state": shown_state(view, state),
        "options": offered,
        "title": view.title,
        "subtitle": view.subtitle,
        "headline": view.headline,
        "banner": view.banner,
        "caption": view.caption,
        "classes": unit_class,
        "marks": unit_marks,
        "labels": _labels(view),
        "counts": [item.count for item in view.legend.classes],
        "markCounts": [item.count for item in view.legend.marks],
        "points": points(view),
        "figures": [
            {
                "id": f.id,
                "label": f.label,
                "text": f.text,
                "change": f.change,
                "note": f"{f.as_of} · {f.source}",
            }
            for f in view.figures
        ],
        "blocks": [asdict(block) for block in view.blocks],
        "chips": chips(view, state, offered),
        "notices": [notice.text(state.lang) for notice in notices],
        "card": _card(view, state),
        "data": f"/maps/{view.key}",
        "query": urlencode(view.state.query() | {"v": version}),
        "zoom": state.district,
        "inset": view.inset is not None,
        "sample": view.is_sample,
        "error": None,
    }


def _failed(state: ViewState, page: str, notices: list[str], error: str) -> dict[str, Any]:
    layer = state.layer
    return {
        "page": page,
        "layer": layer,
        "legend": layer,
        "area": "commune",
        "boundary": None,
        "state": _plain_state(state),
        "options": {},
        "title": translator(state.lang)("Không dựng được bản đồ"),
        "subtitle": "",
        "headline": "",
        "banner": "",
        "caption": "",
        "classes": "",
        "marks": "",
        "labels": None,
        "counts": [],
        "markCounts": [],
        "points": None,
        "figures": [],
        "blocks": [],
        "chips": [],
        "notices": notices,
        "card": None,
        "data": f"/maps/{layer}",
        "query": urlencode(state.query()),
        "zoom": None,
        "inset": False,
        "sample": is_sample(),
        "error": error,
    }


def encode_units(view: LayerView) -> tuple[str, str]:
    """Return the class string and the mark string, a character per unit in asset order.

    For district layers every unit carries the class and the marks of its district.
    """
    classes = {item.id: ALPHABET[i] for i, item in enumerate(view.legend.classes)}
    bits = {item.id: 1 << i for i, item in enumerate(view.legend.marks)}
    sets: dict[str, int] = {}
    for mark in view.marks:
        sets[mark.unit] = sets.get(mark.unit, 0) | bits[mark.id]
    keys = _row_keys(view)
    class_ids, selected = view.frame["class_id"].to_dict(), view.frame["selected"].to_dict()
    return (
        "".join(classes[class_ids[key]] if selected[key] else FILTERED_OUT for key in keys),
        "".join(ALPHABET[sets.get(key, 0)] if selected[key] else ALPHABET[0] for key in keys),
    )


def points(view: LayerView) -> dict[str, Any] | None:
    """Return what the browser needs of a view's features; ``None`` for a layer that has none.

    ``query`` is the address of all of them (:mod:`service.points`), the same for every filter, so that they are
    fetched once. ``on`` tells which pass the filters, six to a base-64 character, the first in the lowest bit;
    ``counts`` are those of the legend; ``placed`` whether everybody is shown a place of at least one.
    """
    found = view.features
    if not found:
        return None
    state = ViewState(province=view.state.province, lang=view.state.lang, known_at=view.state.known_at)
    query = state.but(period=view.state.period, boundary=view.state.boundary).query()
    bits = [sum(1 << i for i, one in enumerate(found[at : at + 6]) if one.selected) for at in range(0, len(found), 6)]
    return {
        "query": urlencode(query | {"v": _version(found, context_of(view.state).facts.version)}),
        "on": "".join(ALPHABET[value] for value in bits),
        "counts": [item.count for item in view.legend.features],
        "placed": any(one.class_id and (one.filled or one.hollow) for one in found),
    }


def _version(features: Sequence[Feature], facts: int) -> str:
    """Return a short hash that is another one when the features may be.

    Places, and what follows from them, change with the store's version: they stay out of a hash that everybody gets.
    """
    told = [(one.kind, one.id, one.text, one.class_id, one.exact) for one in features]
    return hashlib.sha256(f"{facts}{told}".encode()).hexdigest()[:8]


def _labels(view: LayerView) -> dict[str, str] | None:
    """Return what is printed on areas by code: on every district, on those communes alone that have something."""
    labels = view.frame["label"].astype(str)
    if view.area_level == "commune":
        labels = labels[(labels != "") & view.frame["selected"]]
    return {str(code): label for code, label in labels.items()} or None


def _row_keys(view: LayerView) -> list[str]:
    """Return the frame's row for every unit, in asset order."""
    codes = asset(view.boundary_version, view.part).codes
    if view.area_level == "commune":
        return list(codes)
    units = context_of(view.state).units
    return [units[code].district_code for code in codes]


def _plain_state(state: ViewState) -> dict[str, Any]:
    names = ("period", "province", "district", "commune", *_FILTERING, "lang", "view")
    values = {name: getattr(state, name) for name in names}
    return {PARAMETER.get(name, name): None if value is None else str(value) for name, value in values.items()}


def shown_state(view: LayerView, state: ViewState) -> dict[str, Any]:
    """Return the state with what is really shown where the reader did not choose, for the filter row."""
    settled = {"period": view.state.period, "criterion": view.state.criterion, "since": view.state.since}
    return _plain_state(state.but(**{name: value for name, value in settled.items() if value is not None}))


def chips(view: LayerView, state: ViewState, offered: Mapping[str, Sequence[tuple[str, str]]]) -> list[dict[str, str]]:
    """Return what is in use, each with the words for its chip."""
    t = translator(state.lang)
    context = context_of(view.state)
    districts = context.districts
    month = state.period.label if state.period else ""
    words = {
        "period": t("Tháng {month}", month=month) if month else "",
        "district": districts[state.district].name if state.district in districts else "",
        "ntm_level": t(LEVEL_NAMES[state.ntm_level], total=19) if state.ntm_level else "",
        "target_kind": sentence(t(TARGET_KINDS[state.target_kind])) if state.target_kind else "",
        "border": t({"yes": "Xã biên giới", "laos": "Giáp Lào", "cambodia": "Giáp Campuchia"}[state.border])
        if state.border
        else "",
        "criterion": number_of(state.criterion, context) if state.criterion else "",
        "criterion_group": t(CRITERION_GROUPS[state.criterion_group]) if state.criterion_group else "",
        "under_15": t("Dưới 15 tiêu chí") if state.under_15 else "",
        "since": t("Mất từ {month}", month=state.since.label) if state.since else "",
        "commune": dict(offered.get("commune", ())).get(state.commune or "", ""),
        "step": step_names(state.lang).get(state.step or "", ""),
        "arrangement": sentence(arrangement_names(t).get(state.arrangement or "", "")),
        "expiring": t("Hết thời hạn trong 12 tháng tới") if state.expiring else "",
        "boundary": t("Ranh giới {version}", version=view.boundary_version) if state.boundary else "",
    }
    return [{"name": PARAMETER.get(name, name), "label": words[name]} for name in FILTERS[view.key] if words[name]]


def _card(view: LayerView, state: ViewState) -> dict[str, Any] | None:
    if state.commune is None:
        return None
    context = context_of(view.state)
    key = state.commune if view.area_level == "commune" else context.units[state.commune].district_code
    return asdict(commune_card(context, state.commune, str(view.frame.loc[key, "class_id"])))


def typical_scenes(province: str, lang: str) -> list[dict[str, Any]]:
    """Return scenes whose texts recur in others: earlier year ends, then every page as it opens, the costliest last.

    What does not fit into a dictionary is cut off at its beginning: those are the scenes that are small without one.
    """
    shown = [(page, layer) for page, _, _ in PAGES for layer in layers_of(page)]
    states = [ViewState(layer=layer, province=province, lang=lang) for _, layer in shown]
    earlier = [state.but(period=month_of(state).plus(-12 * back)) for back in (3, 1) for state in states]
    pages = [page for page, _ in shown]
    scenes = [build_scene(state, page) for state, page in zip([*earlier, *states], pages * 3, strict=True)]
    return [*scenes[: len(earlier)], *sorted(scenes[len(earlier) :], key=cost)]
