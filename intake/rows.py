"""One schema per programme file: what a row must look like before it may become a fact.

pydantic checks forms and types; :mod:`intake.collection` adds what needs the other files (is the code
known, is the document known). Every text must be in Unicode NFC.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from programme.calendar import Interval, parse_interval
from programme.records import Event, Evidence, FigureStatus, Level, Metric, Share, TargetKind

#: Faults said by our own checks; they are message keys, ``{value}`` is the cell.
NOT_NFC = "“{value}” không ở dạng Unicode NFC. Hãy lưu lại bằng bảng mã Unicode dựng sẵn."
EMPTY = "không được để trống."
NOT_NUMBERS = "“{value}” phải là các số cách nhau bằng dấu chấm phẩy."
NOT_A_TIME = "“{value}” không phải ngày, tháng, năm (2024-01-22, 2024-01, 2024) hay một khoảng thời gian."


def _nfc(text: str) -> str:
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError(NOT_NFC)
    return text


def _interval(text: object) -> Interval | None:
    try:
        return parse_interval(str(text))
    except ValueError:
        raise ValueError(NOT_A_TIME) from None


def _known_interval(text: object) -> Interval:
    found = _interval(text)
    if found is None:
        raise ValueError(EMPTY)
    return found


def _split(text: object) -> tuple[str, ...]:
    return tuple(part for part in str(text).split("|") if part)


def _numbers(text: object) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in str(text).split(";") if part)
    except ValueError:
        raise ValueError(NOT_NUMBERS) from None


def _blank_is_none(text: object) -> object:
    return None if text == "" else text


Text = Annotated[str, AfterValidator(_nfc)]
Required = Annotated[str, Field(min_length=1), AfterValidator(_nfc)]
Code = Annotated[str, Field(pattern=r"^\d{5}$")]
OptionalCode = Annotated[Code | None, BeforeValidator(_blank_is_none)]
DistrictCode = Annotated[str, Field(pattern=r"^\d{3}$")]
OptionalDistrict = Annotated[DistrictCode | None, BeforeValidator(_blank_is_none)]
Period = Annotated[Interval | None, BeforeValidator(_interval)]
KnownPeriod = Annotated[Interval, BeforeValidator(_known_interval)]
OptionalInt = Annotated[int | None, BeforeValidator(_blank_is_none)]
OptionalDate = Annotated[date | None, BeforeValidator(_blank_is_none)]
OptionalFloat = Annotated[float | None, BeforeValidator(_blank_is_none)]
Flag = Annotated[bool, BeforeValidator(lambda value: {"0": False, "1": True}.get(str(value), value))]


class Row(BaseModel):
    """Base of all rows: no column too many, none too few."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class UnitRow(Row):
    """``units.csv``: the official unit lists.

    ``unit_list`` is the id of the boundary version that drew the list first. ``former_province`` is empty, but for
    a province made by a merger: the key of the province whose area the unit lies in; its district is then the
    former one.
    """

    province: Required
    unit_list: Required
    district_code: DistrictCode
    district_name: Required
    code: Code
    name: Required
    kind: Literal["xã", "phường", "thị trấn", "đặc khu"]
    in_programme: Flag
    variants: Annotated[tuple[str, ...], BeforeValidator(_split)]
    border: Annotated[tuple[Literal["Lào", "Campuchia"], ...], BeforeValidator(_split)]
    former_province: Text
    source: Required


class RecognitionRow(Row):
    """``recognitions.csv``: communes said to hold or to be near a level."""

    province: Required
    code: Code
    name: Required
    level: Level
    evidence: Evidence
    year_of_standard: Period
    decision_no: Text
    decision_date: Period
    source: Required
    quote: Required
    note_vi: Text
    note_en: Text


class TargetRow(Row):
    """``targets.csv``: the lists of targets of each year."""

    row_id: Required
    province: Required
    year: Annotated[int, Field(ge=2010, le=2035)]
    level: Literal["standard", "advanced", "model", "district", "village-minority", "village-model", "criteria"]
    kind: TargetKind
    expected: Flag
    district_code: OptionalDistrict
    code: OptionalCode
    name: Text
    as_written: Text
    value: OptionalFloat
    unit: Text
    document: Required
    quote: Required


class WarningRow(Row):
    """``warnings.csv``: communes at risk of withdrawal."""

    province: Required
    code: Code
    name: Required
    kind: Literal["at-risk"]
    document: Required
    valid_from: date
    quote: Required


class FigureRow(Row):
    """``figures.csv``: published totals."""

    province: Required
    district_code: OptionalDistrict
    period: KnownPeriod
    metric: Metric
    value: float
    total: OptionalInt
    qualifier: Literal["", "about", "derived"]
    status: FigureStatus
    criteria_set: Text
    source: Required
    quote: Text


class CountRow(Row):
    """``criteria_counts.csv``: criteria met by single communes."""

    province: Required
    code: Code
    name: Required
    period: KnownPeriod
    met: OptionalInt
    total: int
    range: Annotated[str, Field(pattern=r"^(\d+-\d+)?$")]
    unmet: Annotated[tuple[int, ...], BeforeValidator(_numbers)]
    set_id: Required
    source: Required
    quote: Required
    note_vi: Text
    note_en: Text


class SuccessionRow(Row):
    """``successions.csv``: what each unit became on 2025-07-01."""

    code: Code
    boundary: Required
    successor_code: Code
    successor_name: Required
    successor_kind: Literal["xã", "phường", "đặc khu"]
    successor_boundary: Required
    share: Share
    event: Event
    unchanged: Flag
    clause: Required
    effective: date


class MandateRow(Row):
    """``mandates.csv``: tasks ordered by plans."""

    province: Required
    id: Required
    content: Required
    quote: Required
    lead: Required
    coordinating: Text
    document: Required


class DocumentRow(Row):
    """``documents.csv``: official documents that facts quote."""

    id: Required
    short_vi: Required
    short_en: Required
    title_vi: Required
    title_en: Required
    issued: date
    file: Required


class CriteriaSetRow(Row):
    """``criteria_sets.csv``: headers of the criteria sets."""

    set_id: Required
    level: Literal["standard", "advanced", "model", "district"]
    issuer: Required
    name_vi: Required
    name_en: Required
    decision: Required
    valid_from: date
    valid_to: OptionalDate
    criteria: Annotated[int, Field(ge=1, le=60)]
    indicators: OptionalInt
    province: Text
    withdrawal_criteria: Annotated[tuple[int, ...], BeforeValidator(_numbers)]
    verified: Flag
    note_vi: Text
    note_en: Text
    source: Required


class CriterionRow(Row):
    """``criteria.csv``: criteria and indicators of the sets."""

    set_id: Required
    code: Annotated[str, Field(pattern=r"^\d+(\.\w+)*$")]
    parent: Text
    name_vi: Required
    name_en: Text
    group: Text
    value_type: Literal["boolean", "percent", "number", "text", ""]
    unit: Text
    thresholds: Text
    department: Text
    text_verified: Flag
    threshold_verified: Flag
    source: Required


SCHEMAS: dict[str, type[Row]] = {
    "documents.csv": DocumentRow,
    "units.csv": UnitRow,
    "recognitions.csv": RecognitionRow,
    "targets.csv": TargetRow,
    "warnings.csv": WarningRow,
    "figures.csv": FigureRow,
    "criteria_counts.csv": CountRow,
    "successions.csv": SuccessionRow,
    "mandates.csv": MandateRow,
    "criteria_sets.csv": CriteriaSetRow,
    "criteria.csv": CriterionRow,
}
