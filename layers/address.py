"""The address of a view: query parameters to ViewState, telling about every value that cannot be used.

Parsing gives one of three outcomes per parameter: valid, missing, or invalid with a reason. Never a
silent default (ONS, OWID; Streamlit's own binding drops a bad value without a word).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Final

from base.clock import Month
from base.errors import NtmError
from base.i18n import LANGUAGES, translate
from geo.boundaries import catalogue, version_for, versions_of
from layers.registry import context_of, facts_of
from layers.view import ViewState
from programme.province import provinces
from programme.units import districts_of

NTM_LEVELS: Final = ("model", "advanced", "standard", "met", "below", "unknown")
TARGET_KINDS: Final = ("new", "continuing", "carried_over")
BORDERS: Final = ("yes", "laos", "cambodia")
VIEWS: Final = ("list", "table", "notes")
#: Which filters each layer offers, in the order of the filter row.
FILTERS: Final = {
    "ntm-levels": ("period", "district", "ntm_level", "border"),
    "target-communes": ("period", "district", "target_kind"),
    "border-replanning": ("period", "district", "border"),
    "district-progress": ("period", "district"),
}


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
    names = {f.name for f in fields(ViewState)} - {"layer"}
    good: dict[str, object] = {"lang": lang}
    notices = []
    checks = _checks(params, lang)
    for name, raw in params.items():
        if name not in names:
            notices.append(Notice(name, raw, translate("không có tham số này.", lang)))
            continue
        try:
            good[name] = checks[name](raw)
        except NtmError as error:
            notices.append(Notice(name, raw, error.text(lang)))
        except ValueError as error:
            notices.append(Notice(name, raw, str(error)))
    return ViewState(layer=layer).but(**good), notices


def _checks(params: Mapping[str, str], lang: str) -> dict[str, Callable[[str], object]]:
    """Return a reader per parameter; each returns the value or raises with the reason."""
    province = params.get("province", "kontum") if params.get("province") in provinces() else "kontum"
    units = facts_of(province).units

    def one_of(*allowed: str) -> Callable[[str], str]:
        def check(raw: str) -> str:
            if raw not in allowed:
                raise ValueError(translate("chọn một trong: {allowed}.", lang, allowed=", ".join(allowed)))
            return raw

        return check

    def period(raw: str) -> Month:
        try:
            month = Month.parse(raw)
        except ValueError:
            raise ValueError(translate("tháng phải có dạng NĂM-THÁNG, ví dụ 2025-06.", lang)) from None
        version_for(province, month)
        return month

    def known_at(raw: str) -> str:
        facts_of(province, raw)
        return raw

    def code(known: Mapping[str, object], words: str) -> Callable[[str], str]:
        def check(raw: str) -> str:
            if raw not in known:
                raise ValueError(translate(words, lang))
            return raw

        return check

    return {
        "province": one_of(*provinces()),
        "boundary": one_of(*catalogue()),
        "period": period,
        "known_at": known_at,
        "district": code(districts_of(units.values()), "không có huyện mang mã này."),
        "commune": code(units, "không có xã mang mã này."),
        "ntm_level": one_of(*NTM_LEVELS),
        "target_kind": one_of(*TARGET_KINDS),
        "border": one_of(*BORDERS),
        "lang": one_of(*LANGUAGES),
        "view": one_of(*VIEWS),
    }


def months_of(province: str) -> list[Month]:
    """Return every month that some boundary version covers and a fact may speak of, newest first."""
    months: list[Month] = []
    newest = max(f.period.latest for f in facts_of(province).figures)
    for entry in versions_of(province):
        month = entry.first_month
        while month <= (entry.last_month or newest):
            months.append(month)
            month = month.plus(1)
    return months[::-1]


def month_of(state: ViewState) -> Month:
    """Return the month a state shows: its own, or the layer's default."""
    return context_of(state.but(commune=None, view=None)).month
