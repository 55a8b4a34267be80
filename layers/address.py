"""The address of a view: query parameters to ViewState, telling about every value that cannot be used.

Parsing gives one of three outcomes per parameter: valid, missing, or invalid with a reason. Never a
silent default (ONS, OWID; Streamlit's own binding drops a bad value without a word).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final

from base.clock import Month, today
from base.errors import NtmError
from base.i18n import LANGUAGES, translate
from base.settings import FIRST_PROVINCE
from geo.boundaries import MONTH
from layers.breaks import begins
from layers.criterion_facts import choices
from layers.registry import context_of, default_month, facts_of, in_force, versions_shown
from layers.view import PARAMETER, ViewState
from programme.clusters import ARRANGEMENTS, STEPS
from programme.criteria import GROUPS, CriteriaSet, set_in_force
from programme.province import provinces
from programme.units import Unit, districts_of

NTM_LEVELS: Final = ("model", "advanced", "standard", "met", "below", "unknown")
TARGET_KINDS: Final = ("new", "continuing", "carried_over")
BORDERS: Final = ("yes", "laos", "cambodia")
_MONTH = re.compile(MONTH)
#: Tabs beside the map; the later ones are those of the pages with a desk (docs/adr/0007-desk.md).
VIEWS: Final = (
    *("list", "table", "notes", "submit", "history"),
    *("decisions", "targets", "figures", "dossiers", "criteria-set"),
    *("clusters", "villages", "village-recognitions"),
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A parameter that cannot be used: its name, its value, and why, in the reader's language."""

    parameter: str
    value: str
    reason: str

    def text(self, lang: str) -> str:
        """Return the sentence shown on the screen and in the terminal."""
        return translate(
            "Giá trị “{value}” của tham số “{parameter}” không dùng được: {reason}",
            lang,
            value=self.value,
            parameter=self.parameter,
            reason=self.reason,
        )


def parse(params: Mapping[str, str], layer: str) -> tuple[ViewState, list[Notice]]:
    """Read a view's query parameters.

    Parameters
    ----------
    params
        Parameter names to values. Unknown names give a notice too.
    layer
        Layer key of the page; must be known.

    Returns
    -------
    state, notices
        A state in which every bad value is left out, and a notice for each of them.
    """
    lang = params.get("lang", "vi") if params.get("lang") in LANGUAGES else "vi"
    names = {PARAMETER.get(f.name, f.name): f.name for f in fields(ViewState) if f.name != "layer"}
    good: dict[str, object] = {"lang": lang}
    notices = []
    reader = _Reader(params, lang, layer)
    for name, raw in params.items():
        if name not in names:
            notices.append(Notice(name, raw, translate("không có tham số này.", lang)))
            continue
        try:
            good[names[name]] = getattr(reader, "language" if name == "lang" else names[name])(raw)
        except NtmError as error:
            notices.append(Notice(name, raw, error.text(lang)))
        except ValueError as error:
            notices.append(Notice(name, raw, str(error)))
    if "criterion" in good and (group := good.pop("criterion_group", None)):
        reason = translate("đã chọn một tiêu chí; hãy bỏ tiêu chí đó để xem cả nhóm.", lang)
        notices.append(Notice("criterion_group", str(group), reason))
    return ViewState(layer=layer).but(**good), notices


class _Reader:
    """Reads single parameters of one address; each method returns the value or raises with the reason."""

    def __init__(self, params: Mapping[str, str], lang: str, layer: str) -> None:
        self.params = params
        self.lang = lang
        self.layer = layer
        self.province_key = params["province"] if params.get("province") in provinces() else FIRST_PROVINCE
        self.facts = facts_of(self.province_key)

    @cached_property
    def units(self) -> Mapping[str, Unit]:
        """Units of the map that will be shown."""
        view = ViewState(layer=self.layer, province=self.province_key, period=self.shown_month(), lang=self.lang)
        with suppress(KeyError, ValueError, NtmError):  # told where the parameter itself is read
            view = view.but(boundary=self.boundary(self.params["boundary"]))
        try:
            return context_of(view).units
        except NtmError:  # the map itself says what is wrong
            return self.facts.units

    def one_of(self, raw: str, *allowed: str) -> str:
        if raw not in allowed:
            raise ValueError(translate("chọn một trong: {allowed}.", self.lang, allowed=", ".join(allowed)))
        return raw

    def province(self, raw: str) -> str:
        return self.one_of(raw, *provinces())

    def period(self, raw: str) -> Month:
        month = self.month(raw)
        in_force(self.province_key, month, self.facts)
        return month

    def month(self, raw: str) -> Month:
        try:
            return Month.parse(raw)
        except ValueError:
            raise ValueError(translate("tháng phải có dạng NĂM-THÁNG, ví dụ 2025-06.", self.lang)) from None

    def shown_month(self) -> Month:
        """Return the month that will be shown: the one asked for if it can be, else the layer's."""
        try:
            return self.period(self.params["period"])
        except (KeyError, ValueError, NtmError):
            return default_month(self.layer, self.facts)

    def set_of(self, month: Month) -> CriteriaSet | None:
        return set_in_force(self.facts.criteria_sets.values(), month.last_day, province=self.province_key)

    def criterion(self, raw: str) -> str:
        found = self.set_of(self.shown_month())
        known = choices(found) if found else ()
        if found and raw not in known:
            # All indicators would be too many to read: those of the criterion that was meant.
            near = [code for code in known if "." not in code or code.startswith(raw.split(".", maxsplit=1)[0] + ".")]
            words = "{set} không có; chọn một trong: {allowed}."
            raise ValueError(translate(words, self.lang, set=found.name(self.lang), allowed=", ".join(near)))
        return raw

    def criterion_group(self, raw: str) -> str:
        found = self.set_of(self.shown_month())
        return self.one_of(raw, *(found.groups() if found and found.items else GROUPS))

    def under_15(self, raw: str) -> str:
        return self.one_of(raw, "1")

    def since(self, raw: str) -> Month:
        month, shown = self.month(raw), self.shown_month()
        if month > shown:
            words = "phải là tháng đang xem ({month}) hoặc sớm hơn."
            raise ValueError(translate(words, self.lang, month=shown.label))
        now, then = self.set_of(shown), self.set_of(month)
        if now and (then is None or then.id != now.id):
            words = "tháng này dùng bộ tiêu chí khác, không so sánh được; chọn từ {first} trở đi."
            raise ValueError(translate(words, self.lang, first=Month.of(now.valid_from)))
        first = begins(in_force(self.province_key, shown, self.facts))
        if month < first:
            words = "đơn vị hành chính sắp xếp lại từ {first}, không so sánh với trước đó; chọn từ {first} trở đi."
            raise ValueError(translate(words, self.lang, first=first))
        return month

    def boundary(self, raw: str) -> str:
        known = {entry.id: entry for entry in versions_shown(self.province_key)}
        self.one_of(raw, *known)
        asked = self.params.get("period", "")
        month = Month.parse(asked) if _MONTH.fullmatch(asked) else None
        # A month outside every version is the period's fault, and is told there; an earlier month may be asked for
        # on later boundaries ("ranh giới hiện nay"), a later one never on earlier ones.
        ended = known[raw].last_month
        if month and ended and ended < month and any(entry.covers(month) for entry in known.values()):
            words = "phiên bản này không có hiệu lực trong tháng {month}."
            raise ValueError(translate(words, self.lang, month=asked))
        return raw

    def known_at(self, raw: str) -> str:
        facts_of(self.province_key, raw)
        return raw

    def district(self, raw: str) -> str:
        if raw not in districts_of(self.units.values()):
            raise ValueError(translate("không có huyện mang mã này.", self.lang))
        return raw

    def commune(self, raw: str) -> str:
        if raw not in self.units:
            raise ValueError(translate("không có xã mang mã này.", self.lang))
        return raw

    def ntm_level(self, raw: str) -> str:
        return self.one_of(raw, *NTM_LEVELS)

    def target_kind(self, raw: str) -> str:
        return self.one_of(raw, *TARGET_KINDS)

    def border(self, raw: str) -> str:
        return self.one_of(raw, *BORDERS)

    def step(self, raw: str) -> str:
        return self.one_of(raw, *STEPS)

    def arrangement(self, raw: str) -> str:
        return self.one_of(raw, *ARRANGEMENTS)

    def expiring(self, raw: str) -> str:
        return self.one_of(raw, "1")

    def language(self, raw: str) -> str:
        return self.one_of(raw, *LANGUAGES)

    def view(self, raw: str) -> str:
        return self.one_of(raw, *VIEWS)


def months_of(province: str) -> list[Month]:
    """Return every month that some boundary version covers, up to the present one, newest first."""
    months: set[Month] = set()
    present = Month.of(today())
    for entry in versions_shown(province):
        month = entry.first_month
        while month <= (entry.last_month or present):
            months.add(month)
            month = month.plus(1)
    return sorted(months, reverse=True)


def month_of(state: ViewState) -> Month:
    """Return the month a state shows: its own, or the layer's default."""
    return context_of(state.drawn()).month
