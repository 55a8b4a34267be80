"""The address of a view: query parameters to ViewState, telling about every value that cannot be used.

Parsing gives one of three outcomes per parameter: valid, missing, or invalid with a reason. Never a
silent default (ONS, OWID; Streamlit's own binding drops a bad value without a word).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from base.clock import Month
from base.errors import NtmError
from base.i18n import LANGUAGES, translate
from geo.boundaries import MONTH, version_for, versions_of
from layers.registry import context_of, facts_of
from layers.view import ViewState
from programme.province import provinces
from programme.units import districts_of

NTM_LEVELS: Final = ("model", "advanced", "standard", "met", "below", "unknown")
TARGET_KINDS: Final = ("new", "continuing", "carried_over")
BORDERS: Final = ("yes", "laos", "cambodia")
_MONTH = re.compile(MONTH)
VIEWS: Final = ("list", "table", "notes")


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
    reader = _Reader(params, lang)
    for name, raw in params.items():
        if name not in names:
            notices.append(Notice(name, raw, translate("không có tham số này.", lang)))
            continue
        try:
            good[name] = getattr(reader, "language" if name == "lang" else name)(raw)
        except NtmError as error:
            notices.append(Notice(name, raw, error.text(lang)))
        except ValueError as error:
            notices.append(Notice(name, raw, str(error)))
    return ViewState(layer=layer).but(**good), notices


class _Reader:
    """Reads single parameters of one address; each method returns the value or raises with the reason."""

    def __init__(self, params: Mapping[str, str], lang: str) -> None:
        self.params = params
        self.lang = lang
        self.province_key = params["province"] if params.get("province") in provinces() else "kontum"
        self.units = facts_of(self.province_key).units

    def one_of(self, raw: str, *allowed: str) -> str:
        if raw not in allowed:
            raise ValueError(translate("chọn một trong: {allowed}.", self.lang, allowed=", ".join(allowed)))
        return raw

    def province(self, raw: str) -> str:
        return self.one_of(raw, *provinces())

    def period(self, raw: str) -> Month:
        try:
            month = Month.parse(raw)
        except ValueError:
            raise ValueError(translate("tháng phải có dạng NĂM-THÁNG, ví dụ 2025-06.", self.lang)) from None
        version_for(self.province_key, month)
        return month

    def boundary(self, raw: str) -> str:
        known = {entry.id: entry for entry in versions_of(self.province_key)}
        self.one_of(raw, *known)
        asked = self.params.get("period", "")
        month = Month.parse(asked) if _MONTH.fullmatch(asked) else None
        # A month outside every version is the period's fault, and is told there.
        if month and not known[raw].covers(month) and any(entry.covers(month) for entry in known.values()):
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

    def language(self, raw: str) -> str:
        return self.one_of(raw, *LANGUAGES)

    def view(self, raw: str) -> str:
        return self.one_of(raw, *VIEWS)


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
    return context_of(state.drawn()).month
