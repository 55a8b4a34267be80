"""Criteria sets as dated data: what a commune is measured by, and the bands that officials count in.

A set comes with a decision and holds from one day to another. Scores on two sets are never averaged
or compared without saying so. How many criteria a set has is data: no code knows a number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final, Literal, cast, get_args

from base.clock import Month

SetLevel = Literal["standard", "advanced", "model", "district"]
ValueType = Literal["boolean", "percent", "number", "text", ""]
Result = Literal["met", "not-met", "not-applicable"]

#: Groups of criteria by id, in the order of the programme: planning, then the four of the letter of 2019
#: on notice 980-TB/TU. Sources draw them differently, so the group of a criterion is data.
GROUPS: Final[Mapping[str, str]] = {
    "planning": "Quy hoạch",
    "infrastructure": "Hạ tầng kinh tế - xã hội",
    "economy": "Kinh tế và tổ chức sản xuất",
    "culture-environment": "Văn hóa - xã hội - môi trường",
    "political-system": "Hệ thống chính trị",
}

#: Lower ends of the bands in official reports: 19 · 15–18 · 10–14 · 5–9 · under 5 (FACTS §5); for the set
#: of 10 criteria a third party writes 10 · 5–9 · under 5.
BANDS: Final = (15, 10, 5)


@dataclass(frozen=True, slots=True)
class Band:
    """Numbers of criteria met that are reported together, from ``low`` to ``high``, both included.

    ``id`` is ``all`` (every criterion of the set), the lower end, or ``under-5``.
    """

    id: str
    low: int
    high: int


@cache
def bands(size: int) -> tuple[Band, ...]:
    """Return the bands of a set of ``size`` criteria, best first; together they are 0 to ``size``.

    Official bands are known for 19 and 10 criteria. A set of another size gets those lower ends that
    lie below its size: 9 criteria give 9 · 5–8 · under 5, and 4 give 4 · under 4 (id ``under-5``).

    Raises
    ------
    ValueError
        ``size`` is not positive.
    """
    if size < 1:
        message = f"a set has at least one criterion, not {size}"
        raise ValueError(message)
    found = [Band("all", size, size)]
    for low in (*BANDS, 0):
        high = found[-1].low - 1
        if low <= high:
            found.append(Band(str(low) if low else f"under-{BANDS[-1]}", low, high))
    return tuple(found)


def band_of(met: int, size: int) -> str:
    """Return the id of the band that ``met`` criteria of a set of ``size`` fall in.

    Raises
    ------
    ValueError
        ``met`` is not between 0 and ``size``.
    """
    if not 0 <= met <= size:
        message = f"{met} criteria met of {size}"
        raise ValueError(message)
    return next(band.id for band in bands(size) if band.low <= met)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of a set, or one of the indicators of a criterion.

    Attributes
    ----------
    code
        ``17`` for a criterion, ``17.1`` for an indicator; a key only together with the set.
    parent
        Code of the criterion that an indicator belongs to; empty for a criterion.
    name_vi, name_en
        The wording. ``name_en`` is a translation for the reader, not an official text.
    group
        A key of :data:`GROUPS`; empty where the set has no groups.
    value_type
        What is measured: ``boolean`` (met or not), ``percent``, ``number``, ``text``; empty for a criterion.
    unit
        Unit of the value: ``%``, ``triệu đồng/người/năm``; empty without one.
    thresholds
        What must be reached, as text, by region (``national``, ``tay_nguyen``, ``northern_midlands``) or
        commune group (``group1`` to ``group3``). A region without a key has no known threshold.
    department
        Who judges it; several are joined by ``;``. Empty when unknown.
    text_verified, threshold_verified
        False where the wording or the thresholds come from memory or a third party: the reader is
        told "chưa kiểm chứng".
    source
        Decision and where the wording was read.
    """

    code: str
    parent: str
    name_vi: str
    name_en: str
    group: str
    value_type: ValueType
    unit: str
    thresholds: Mapping[str, str] = field(hash=False)
    department: str
    text_verified: bool
    threshold_verified: bool
    source: str

    @property
    def is_indicator(self) -> bool:
        """Whether this is an indicator of a criterion."""
        return bool(self.parent)

    def name(self, lang: str) -> str:
        """Return the wording in ``lang``; Vietnamese where there is no English."""
        return self.name_en if lang == "en" and self.name_en else self.name_vi


@dataclass(frozen=True, slots=True)
class CriteriaSet:
    """A set of criteria with the decision that issued it.

    Attributes
    ----------
    valid_from, valid_to
        First and last day it is in force; ``valid_to`` is ``None`` while no end is known.
    size, indicator_count
        Number of criteria and of indicators as published; ``indicator_count`` is ``None`` when unknown.
        ``items`` may hold fewer indicators: not every official text was found.
    province
        Key of the province that issued it; empty for a national set.
    withdrawal_criteria
        Codes of the criteria that decision 18/2022/QĐ-TTg lists; empty where it is not known to apply.
    verified
        Whether a source confirms decision, date and both numbers.
    items
        Criteria in number order, each followed by its indicators; empty for a set known by name only.
    """

    id: str
    level: SetLevel
    issuer: str
    name_vi: str
    name_en: str
    decision: str
    valid_from: date
    valid_to: date | None
    size: int
    indicator_count: int | None
    province: str
    withdrawal_criteria: tuple[str, ...]
    verified: bool
    note_vi: str
    note_en: str
    source: str
    items: tuple[Criterion, ...]

    def name(self, lang: str) -> str:
        """Return the name in ``lang``."""
        return self.name_en if lang == "en" else self.name_vi

    def note(self, lang: str) -> str:
        """Return the note in ``lang``; may be empty."""
        return self.note_en if lang == "en" else self.note_vi

    def in_force(self, day: date) -> bool:
        """Whether the set holds on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria without their indicators, in number order."""
        return tuple(item for item in self.items if not item.is_indicator)

    def indicators_of(self, code: str) -> tuple[Criterion, ...]:
        """Return the indicators of a criterion in order; empty when none is known."""
        return tuple(item for item in self.items if item.parent == code)

    def item(self, code: str) -> Criterion:
        """Return the criterion or indicator ``code``; raise :class:`KeyError` when the set has none."""
        for item in self.items:
            if item.code == code:
                return item
        raise KeyError(code)

    def groups(self) -> dict[str, tuple[str, ...]]:
        """Return the codes of the criteria by group, in the order of :data:`GROUPS`.

        Criteria without a group are left out; a set without groups gives an empty mapping.
        """
        found = {group: tuple(c.code for c in self.criteria if c.group == group) for group in GROUPS}
        return {group: codes for group, codes in found.items() if codes}


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was reported on one criterion or indicator of one commune for one month.

    ``result`` is ``None`` where the officer left it open ("chưa báo cáo"); ``value`` is the measured value
    in the indicator's unit, or text, ``None`` without one. ``submission`` and ``cell`` (``Tiêu chí!D12``)
    tell where it stands.
    """

    unit: str
    set_id: str
    code: str
    period: Month
    result: Result | None
    value: float | str | None
    submission: int
    cell: str


def set_in_force(
    sets: Iterable[CriteriaSet], day: date, level: SetLevel = "standard", province: str = ""
) -> CriteriaSet | None:
    """Return the set that is in force on ``day``, ``None`` if there is none.

    The report of a month is on the set of the month's last day. Of several sets the newest holds; of
    those that begin on one day, one with items before one known by name only, then the province's own
    before the national one. Without ``province`` only national sets are looked at.
    """
    fitting = [s for s in sets if s.level == level and s.province in {"", province} and s.in_force(day)]
    return max(fitting, key=lambda s: (s.valid_from, bool(s.items), bool(s.province)), default=None)


def sets_from_rows(sets: Iterable[Mapping[str, str]], items: Iterable[Mapping[str, str]]) -> dict[str, CriteriaSet]:
    """Return the sets by id, built from rows of text as ``criteria_sets.csv`` and ``criteria.csv`` hold them.

    Parameters
    ----------
    sets, items
        Rows by column name; flags are ``0`` and ``1``, dates ``YYYY-MM-DD``, unknown cells empty.

    Raises
    ------
    ValueError
        A cell cannot be read; a set or a code stands twice; something refers to a set or criterion that
        is not there; or the criteria of a set with items are not numbered from 1 to its size.
    """
    grouped: dict[str, list[Criterion]] = {}
    rows = list(sets)
    for row in rows:
        if row["set_id"] in grouped:
            _refuse("set given twice", row["set_id"])
        grouped[row["set_id"]] = []
    for row in items:
        if row["set_id"] not in grouped:
            _refuse("item of no set", row["set_id"], row["code"])
        grouped[row["set_id"]].append(_criterion(row))
    return {row["set_id"]: _criteria_set(row, grouped[row["set_id"]]) for row in rows}


def _criteria_set(row: Mapping[str, str], items: list[Criterion]) -> CriteriaSet:
    level, size = row["level"], int(row["criteria"])
    if level not in get_args(SetLevel):
        _refuse("unknown level", row["set_id"], level)
    codes = [item.code for item in items]
    if len(set(codes)) < len(codes):
        _refuse("code given twice", row["set_id"])
    own = {item.code for item in items if not item.is_indicator}
    if items and own != {str(number + 1) for number in range(size)}:
        _refuse("criteria are not numbered from 1 to the size", row["set_id"])
    if any(item.parent not in own for item in items if item.is_indicator):
        _refuse("indicator of no criterion", row["set_id"])
    listed = tuple(code for code in row["withdrawal_criteria"].split(";") if code)
    if not set(listed) <= own:
        _refuse("withdrawal lists a criterion that the set does not have", row["set_id"])
    return CriteriaSet(
        id=row["set_id"],
        level=cast("SetLevel", level),
        issuer=row["issuer"],
        name_vi=row["name_vi"],
        name_en=row["name_en"],
        decision=row["decision"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        size=size,
        indicator_count=int(row["indicators"]) if row["indicators"] else None,
        province=row["province"],
        withdrawal_criteria=listed,
        verified=_flag(row["verified"]),
        note_vi=row["note_vi"],
        note_en=row["note_en"],
        source=row["source"],
        items=tuple(sorted(items, key=_order)),
    )


def _criterion(row: Mapping[str, str]) -> Criterion:
    value_type, group = row["value_type"], row["group"]
    if value_type not in get_args(ValueType):
        _refuse("unknown type of value", row["code"], value_type)
    if group and group not in GROUPS:
        _refuse("unknown group", row["code"], group)
    pairs = [part.split("=", 1) for part in row["thresholds"].split("|") if part]
    return Criterion(
        code=row["code"],
        parent=row["parent"],
        name_vi=row["name_vi"],
        name_en=row["name_en"],
        group=group,
        value_type=cast("ValueType", value_type),
        unit=row["unit"],
        thresholds=dict(pairs),
        department=row["department"],
        text_verified=_flag(row["text_verified"]),
        threshold_verified=_flag(row["threshold_verified"]),
        source=row["source"],
    )


def _order(item: Criterion) -> list[tuple[int, str]]:
    # Numbers by value, so that 17.10 comes after 17.9; letters (codes of ours, 1.a) after numbers.
    return [(int(part), "") if part.isdecimal() else (10**6, part) for part in item.code.split(".")]


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        _refuse("flag that is neither 0 nor 1", text)
    return text == "1"


def _refuse(what: str, *where: str) -> None:
    message = f"{what}: {' '.join(where)}"
    raise ValueError(message)
