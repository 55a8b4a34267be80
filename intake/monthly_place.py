"""Which reporter and month a workbook is of: by its own properties, by what the sender chose, by its titles.

The month comes first: it decides the unit list, and with it whether districts or communes report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from base.clock import Month, today
from base.errors import Fault, StateError
from base.i18n import LANGUAGES, translator
from geo.spelling import folded
from intake.checked import Sender
from intake.marked import LIST_SHEETS
from intake.scope import WHOLE_PROVINCE, area, facts_in
from intake.sheets import Workbook, cell_fault
from intake.template import GUIDE_SHEET
from programme.province import province_of
from programme.units import District, reporters_of, without_districts
from store.queries import LedgerFacts

#: Titles stand in so many rows at the top, above the first heading of a commune.
_TITLE_ROWS: Final = 15
_HEADINGS: Final = {"ma xa", "ten xa", "xa", "commune code", "commune"}
_MONTH: Final = re.compile(r"(?:thang|month)\s*(0?[1-9]|1[0-2])\s*(?:[/.-]|nam)\s*(20[0-9]{2})(?![0-9])")
#: "Đăk Hà, ngày 12 tháng 5 năm 2025" tells when it was written, not the month it is of.
_DATELINE: Final = re.compile(r"(?:ngay|day)\s*[0-9]{1,2}\s*$")


#: How a title says that a workbook is of the whole province.
_WHOLES: Final = ("toan tinh", "whole province")
_T = TypeVar("_T", Month, str)


@dataclass
class Place:
    """What a workbook is of.

    Attributes
    ----------
    facts
        What is known for the units of the month; while no month is told, what was given.
    district
        Code of the district, or of the commune that reports for itself; empty for the whole; ``None`` when nothing
        tells.
    period
        ``None`` when nothing tells.
    faults
        Contradictions, and what cannot be taken at all.
    """

    facts: LedgerFacts
    district: str | None = None
    period: Month | None = None
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class _Title(Generic[_T]):
    """A month or the code of a reporter that a title says, and where."""

    said: _T
    sheet: str
    row: int
    column: int


def place_of(workbook: Workbook, facts: LedgerFacts, sender: Sender, *, sample: bool) -> Place:
    """Return reporter and month of a workbook with every contradiction.

    Parameters
    ----------
    workbook, facts, sender
        The file, what is known of the province it is handed in for, and what the sender chose.
    sample
        Whether it is handed in to a sample store.
    """
    place = Place(facts)
    _period(place, workbook, sender)
    if place.period:
        try:
            place.facts = facts_in(facts, place.period)
        except StateError as error:
            _refuse(place, workbook, error.message, **error.params)
            place.period = None
    place.faults = [*_foreign(workbook, place.facts, sample=sample), *place.faults]
    _reporter(place, workbook, sender)
    return place


def _foreign(workbook: Workbook, facts: LedgerFacts, *, sample: bool) -> Iterator[Fault]:
    own = workbook.properties
    if own.get("ntm_province", facts.province) != facts.province:
        message = "Tệp là biểu mẫu của tỉnh khác, không phải của {province}. Hãy chọn đúng tệp."
        yield _of_file(workbook, message, province=province_of(facts.province).name_vi)
    if own.get("ntm_sample") and not sample:
        message = "Tệp là số liệu minh họa, không được ghi vào kho số liệu thật. Hãy tải biểu mẫu từ kho số liệu thật."
        yield _of_file(workbook, message)


def _refuse(place: Place, workbook: Workbook, message: str, **params: object) -> None:
    place.faults.append(_of_file(workbook, message, **params))


def _of_file(workbook: Workbook, message: str, **params: object) -> Fault:
    return Fault(workbook.name, None, None, message, tuple(params.items()))


def _period(place: Place, workbook: Workbook, sender: Sender) -> None:
    try:
        own = Month.parse(workbook.properties.get("ntm_period", ""))
    except ValueError:
        own = None
    titles = [
        _Title(Month(int(found[2]), int(found[1])), sheet, row, column)
        for sheet, row, column, text in _lines(workbook)
        for found in _MONTH.finditer(text)
        if not _DATELINE.search(text[: found.start()])
    ]
    place.period = own or sender.period or (titles[0].said if titles else None)
    if place.period is None:
        _refuse(
            place,
            workbook,
            "Không rõ tệp là báo cáo của tháng nào. "
            "Hãy chọn tháng khi nộp, hoặc ghi ở dòng tiêu đề, ví dụ “tháng 05/2025”.",
        )
        return
    if own and sender.period and own != sender.period:
        message = "Tệp là báo cáo tháng {own}, nhưng đang nộp cho tháng {chosen}. Hãy chọn đúng tháng hoặc đúng tệp."
        _refuse(place, workbook, message, own=own.label, chosen=sender.period.label)
    for title in _contradicting(titles, place.period):
        message = (
            "Tiêu đề ghi tháng {said}, nhưng tệp được nộp là của tháng {period}. "
            "Hãy tải biểu mẫu đúng tháng, chép số liệu sang rồi nộp."
        )
        place.faults.append(_at(workbook, title, message, said=title.said.label, period=place.period.label))
    if place.period > Month.of(today()):
        _refuse(
            place,
            workbook,
            "Tháng {period} chưa đến, chưa thể báo cáo. Hãy kiểm tra lại tháng.",
            period=place.period.label,
        )


def _reporter(place: Place, workbook: Workbook, sender: Sender) -> None:
    facts = place.facts
    reporters = reporters_of(facts.units.values())
    names = {"": whole_of(facts), **{code: reporter.name for code, reporter in reporters.items()}}
    own = _own(place, workbook, reporters)
    titles = [
        _Title(code, sheet, row, column)
        for sheet, row, column, text in _lines(workbook)
        if (code := _named(text, reporters, facts.part)) is not None
    ]
    chosen = sender.district or None
    told = titles[0].said if titles else None
    place.district = next((found for found in (own, chosen, told) if found is not None), None)
    if place.district is None:
        return
    communes = without_districts(facts.units.values())
    if own is not None and chosen is not None and own != chosen:
        _contradicts(place, workbook, names[own], names.get(chosen, chosen))
    for title in _contradicting(titles, place.district):
        message = (
            "Tiêu đề ghi {said}, nhưng tệp được nộp là của {district}. Hãy kiểm tra lại tệp và xã."
            if communes
            else "Tiêu đề ghi {said}, nhưng tệp được nộp là của {district}. Hãy kiểm tra lại tệp và huyện."
        )
        known = names.get(place.district, place.district)
        place.faults.append(_at(workbook, title, message, said=names[title.said], district=known))


def whole_of(facts: LedgerFacts) -> str:
    """Return the name of the whole that one workbook may be of: the province, or the area of a former one."""
    return area(facts.part, translator("vi"), "vi") if facts.part else province_of(facts.province).name_vi


def _own(place: Place, workbook: Workbook, reporters: Mapping[str, District]) -> str | None:
    """Return the reporter that the workbook's property names; one that is not of the place is refused."""
    own, facts = workbook.properties.get("ntm_district", ""), place.facts
    wholes = {unit.former_province for unit in facts.units.values()} - {""}
    if not own or own in reporters:
        return own or None
    if own == (facts.part or WHOLE_PROVINCE):
        return ""
    if own == WHOLE_PROVINCE or own in wholes:
        name = area(own, translator("vi"), "vi") if own in wholes else province_of(facts.province).name_vi
        _contradicts(place, workbook, name, whole_of(facts))
    elif without_districts(facts.units.values()):
        message = "Tệp ghi mã xã “{own}”, tháng này không có trong {whole}. Hãy dùng biểu mẫu của tháng tải về."
        _refuse(place, workbook, message, own=own, whole=whole_of(facts))
    else:
        _refuse(place, workbook, "Tệp ghi mã huyện “{own}” không có trong tỉnh. Hãy dùng biểu mẫu tải về.", own=own)
    return None


def _contradicts(place: Place, workbook: Workbook, own: str, chosen: str) -> None:
    message = (
        "Tệp là của {own}, nhưng đang nộp cho {chosen}. Hãy chọn đúng xã hoặc đúng tệp."
        if without_districts(place.facts.units.values())
        else "Tệp là của {own}, nhưng đang nộp cho {chosen}. Hãy chọn đúng huyện hoặc đúng tệp."
    )
    _refuse(place, workbook, message, own=own, chosen=chosen)


def _contradicting(titles: list[_Title[_T]], known: _T) -> Iterator[_Title[_T]]:
    """Yield the first title of every sheet none of whose titles says what is known.

    A second month in a title is common: "so với tháng 04/2025".
    """
    for sheet in dict.fromkeys(title.sheet for title in titles):
        own = [title for title in titles if title.sheet == sheet]
        if all(title.said != known for title in own):
            yield own[0]


def _at(workbook: Workbook, title: _Title[_T], message: str, **params: object) -> Fault:
    return cell_fault(workbook.name, title.sheet, title.row, title.column, message, **params)


def _named(text: str, reporters: Mapping[str, District], part: str) -> str | None:
    """Return the reporter that a title names, empty for the whole.

    Names that differ by diacritics alone, as Ba Tơ and Ba Tô do, name nobody: then the rows tell.
    """
    found = {}
    for code, reporter in reporters.items():
        name = folded(reporter.name)
        short = name.replace("thanh pho", "tp")
        if any(re.search(rf"\b{re.escape(said)}\b", text) for said in (name, short, short.replace("tp", "tp."))):
            found[code] = name
    names = list(found.values())
    for code, name in found.items():
        if not any(name != other and name in other for other in names):  # Xã Kon Đào is not Xã Kon
            return code if names.count(name) == 1 else None
    wholes = [folded(area(part, translator(lang), lang)) for lang in LANGUAGES] if part else _WHOLES
    return "" if any(whole in text for whole in wholes) else None


def _lines(workbook: Workbook) -> Iterator[tuple[str, int, int, str]]:
    """Yield sheet, row, column and folded text of the titles above the tables."""
    for sheet in workbook.sheets:
        if sheet.name == GUIDE_SHEET or sheet.name in LIST_SHEETS:
            continue
        for number, row in enumerate(sheet.rows[:_TITLE_ROWS], 1):
            texts = [(column, folded(value)) for column, value in enumerate(row) if isinstance(value, str)]
            if any(text in _HEADINGS for _, text in texts):
                break
            yield from ((sheet.name, number, column, text) for column, text in texts)
