"""The facts of the programme, each with its source. Immutable; made by the store, read by everyone.

Levels are written ``standard`` (đạt chuẩn NTM), ``advanced`` (nâng cao) and ``model`` (kiểu mẫu).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from programme.calendar import Interval

Level = Literal["standard", "advanced", "model"]
LEVELS: Final[tuple[Level, ...]] = ("standard", "advanced", "model")
TargetKind = Literal["new", "continuing", "carried_over", "carry_clause", "minimum", "minimum_rate", "exempt"]
Action = Literal["recognise", "withdraw"]
Step = Literal["submitted", "verified", "appraised", "decided", "returned"]
STEPS: Final[tuple[Step, ...]] = ("submitted", "verified", "appraised", "decided", "returned")
Evidence = Literal["recognised", "inferred_recognised", "appraised", "file_in_appraisal", "inferred_met_19_of_19"]
#: ``whole``: all of a unit went into the successor; ``part``: it was divided.
Share = Literal["whole", "part"]
#: What happened to a unit on a day; a correction of the boundary leaves name and code as they were.
Event = Literal["unchanged", "merge", "split", "rename", "recode", "boundary-correction"]
#: Empty: actual (*thực tế*); ``expected``: what the source itself calls *dự kiến*.
FigureStatus = Literal["", "expected"]
Metric = Literal[
    "recognised",
    "advanced",
    "model",
    "met",
    "average-criteria",
    "villages-model",
    "villages-minority",
    "at-risk",
]


@dataclass(frozen=True, slots=True)
class Document:
    """An official document that facts quote. ``issued`` is its date of signature."""

    id: str
    short_vi: str
    short_en: str
    title_vi: str
    title_en: str
    issued: date

    def short(self, lang: str) -> str:
        """Return the short name, for example ``CT 05, 22/01/2024``."""
        return self.short_en if lang == "en" else self.short_vi

    def title(self, lang: str) -> str:
        """Return the full name with number, date and issuer."""
        return self.title_en if lang == "en" else self.title_vi


@dataclass(frozen=True, slots=True)
class Recognition:
    """A commune said to hold, or to be near, a level; or, by ``action``, to have lost it.

    ``criteria_set`` is the set it was judged by, empty where the source does not say.
    ``standard_year`` is *năm đạt chuẩn*, ``decision_date`` the date of the decision: the map of a
    month uses the decision, a target of a year the year. ``evidence`` grades the source; only
    ``recognised`` and ``inferred_recognised`` count as recognised.
    """

    unit: str
    level: Level
    evidence: Evidence
    standard_year: Interval | None
    decision_no: str
    decision_date: Interval | None
    source: str
    quote: str
    note_vi: str = ""
    note_en: str = ""
    action: Action = "recognise"
    criteria_set: str = ""

    @property
    def counts(self) -> bool:
        """Whether the source states the recognition or it follows from published counts; never for a withdrawal."""
        return self.action == "recognise" and self.evidence in {"recognised", "inferred_recognised"}

    @property
    def held_from(self) -> Interval | None:
        """When the level is held from: the decision date, else the stated year."""
        return self.decision_date or self.standard_year

    def note(self, lang: str) -> str:
        """Return the note in ``lang``; may be empty."""
        return self.note_en if lang == "en" else self.note_vi


@dataclass(frozen=True, slots=True)
class Target:
    """One row of a list of targets of a year.

    ``unit`` is a commune code, ``district`` a district code; both ``None`` for a total of the
    province. ``expected`` tells a list that the directive itself calls *dự kiến*. ``department`` is the
    one in charge of the commune (*phân công phụ trách xã*), empty where nobody entered it.
    """

    row_id: str
    year: int
    level: str
    kind: TargetKind
    expected: bool
    district: str | None
    unit: str | None
    value: float | None
    measure: str
    document: Document
    quote: str
    department: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """One step of a commune's application for a level, on the day it was taken.

    The path (FACTS §3): ``submitted`` đã nộp, ``verified`` thẩm tra, ``appraised`` thẩm định, then
    ``decided`` quyết định or ``returned`` trả lại.
    """

    unit: str
    level: Level
    criteria_set: str
    step: Step
    day: date
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class WithdrawalWarning:
    """A commune at risk of losing its recognition, from a day on."""

    unit: str
    kind: str
    document: Document
    valid_from: date
    quote: str


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A number that a source publishes for the province (``district`` is ``None``) or a district.

    ``total`` is the denominator when the source gives one. ``qualifier`` is ``about``, ``derived``
    or empty. ``status`` is ``expected`` for a result the source foresees (*dự kiến*), else empty.
    """

    district: str | None
    period: Interval
    metric: Metric
    value: float
    total: int | None
    qualifier: str
    criteria_set: str
    source: str
    quote: str
    status: FigureStatus = ""


@dataclass(frozen=True, slots=True)
class CriteriaCount:
    """Number of criteria one commune met at one time, as a source gives it.

    ``met`` is ``None`` where the source gives only ``range`` ("12-14"). ``criteria_set`` tells
    which yardstick; counts of different sets are not compared.
    """

    unit: str
    period: Interval
    met: int | None
    total: int
    range: str
    unmet: tuple[int, ...]
    criteria_set: str
    source: str
    quote: str
    note_vi: str = ""
    note_en: str = ""

    @property
    def of_standard(self) -> bool:
        """Whether the count is on a set of the standard level (not advanced, not model)."""
        return "NANGCAO" not in self.criteria_set and "KIEUMAU" not in self.criteria_set


@dataclass(frozen=True, slots=True)
class Succession:
    """What a unit became: code, name and kind of the successor, with the clause of the decree.

    Attributes
    ----------
    unit, boundary
        Code of the unit, and the unit list it belongs to.
    successor_code, successor_name, successor_kind
        Of the unit of ``successor_boundary`` that it went into.
    unchanged
        Whether name, kind, code and territory stayed as they were.
    share
        ``whole``, or ``part`` of a unit that was divided: it then has a record for each part.
    event
        ``unchanged``; ``rename`` (one predecessor, another name or kind); ``recode`` (one predecessor, same name,
        another code); ``merge`` (several predecessors); ``split`` (only a part); ``boundary-correction``.
    """

    unit: str
    boundary: str
    successor_code: str
    successor_name: str
    successor_kind: str
    successor_boundary: str
    share: Share
    event: Event
    unchanged: bool
    clause: str
    effective: date


@dataclass(frozen=True, slots=True)
class Mandate:
    """A task a plan orders: its text, lead and coordinating agencies."""

    id: str
    content: str
    quote: str
    lead: str
    coordinating: str
    document: Document


@dataclass(frozen=True, slots=True)
class ConfirmedAlias:
    """A spelling that a person has confirmed for a unit: who, and when (Viet Nam time, as it is shown).

    ``district`` is the district as the file wrote it, empty where the file had none.
    """

    written: str
    district: str
    code: str
    author: str
    recorded: str
