"""The monthly workbook that a district or commune gets: a row per commune, a column per criterion, filled so far.

An officer reads along a commune and changes what changed since last month, so the sheet is communes × criteria.
Indicators are many and rarely known all at once: they come on a sheet of their own, on demand, a row for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from base.clock import Month, day_label
from base.i18n import Translate, translator
from intake import writing
from intake.guide import guide_lines
from intake.scope import WHOLE_PROVINCE, Scope, facts_in, scope_of
from intake.sheets import Value
from intake.words import WORDS
from programme.criteria import Assessment, CriteriaSet, Criterion
from programme.deadlines import deadline
from programme.province import province_of
from programme.units import Unit
from store.queries import LedgerFacts

CRITERIA_SHEET: Final = "Tiêu chí"
INDICATOR_SHEET: Final = "Chỉ tiêu"
GUIDE_SHEET: Final = "Hướng dẫn"
LIST_SHEET: Final = "Danh mục"
#: Headings of the columns that name a commune.
CODE, NAME, DISTRICT = "Mã xã", "Tên xã", "Huyện"
#: Headings of the columns of an indicator, and how wide they are.
ITEM, RESULT, MEASURE = "Mã chỉ tiêu", "Kết quả", "Giá trị đo"
_INDICATOR_WIDTHS: Final = {
    ITEM: 9,
    "Chỉ tiêu": 60,
    "Đơn vị tính": 12,
    "Ngưỡng": 30,
    RESULT: 15,
    MEASURE: 13,
    "Ghi chú": 30,
}
#: Regions and groups of communes that have thresholds of their own.
REGIONS: Final = {
    "national": "cả nước",
    "tay_nguyen": "Tây Nguyên",
    "northern_midlands": "Trung du và miền núi phía Bắc",
    "group1": "xã nhóm 1",
    "group2": "xã nhóm 2",
    "group3": "xã nhóm 3",
}
_COLOURS: Final = {"met": "FFC6E5C3", "not-met": "FFFFE699", "not-applicable": "FFD9D9D9"}
HEADER_ROW: Final = 5
_KEY_WIDTHS: Final = (9, 18, 18)
_CRITERION_WIDTH: Final = 11.5
_GUIDE_WIDTHS: Final = (22, 100)
_HEAD_HEIGHT, _ROW_HEIGHT = 96, 20


def monthly_template(
    facts: LedgerFacts, district: str, period: Month, lang: str = "vi", *, indicators: bool = False
) -> bytes:
    """Return the workbook of a district, or of a commune that reports for itself, for a month, with the last results.

    Parameters
    ----------
    facts
        What is known of the province, whatever its units; also of the same month, so that a report can be corrected.
    district
        Code of the district or commune; empty for one workbook of the whole.
    period
        Month that is reported.
    lang
        Language of headings, prompts and instructions; a workbook in either is taken back.
    indicators
        Whether the sheet of indicators is added.

    Raises
    ------
    StateError
        No such district or commune, or no unit list or criteria set is known for the month.
    """
    own = facts_in(facts, period)
    return _Form(own, scope_of(own, district, period), lang).workbook(indicators=indicators)


def heading(item: Criterion, lang: str) -> str:
    """Return what stands above the column of a criterion: ``7. Cơ sở hạ tầng thương mại nông thôn``."""
    return f"{item.code}. {item.name(lang)}"


def threshold_text(item: Criterion, t: Translate) -> str:
    """Return what an indicator must reach, by region where they differ, marked where it is not verified."""
    by_value: dict[str, list[str]] = {}
    for region, value in item.thresholds.items():
        by_value.setdefault(value, []).append(t(REGIONS[region]) if region in REGIONS else region)
    parts = [f"{', '.join(regions)}: {value}" for value, regions in by_value.items()]
    text = next(iter(by_value)) if len(by_value) == 1 and len(item.thresholds) > 1 else "; ".join(parts)
    if not text:
        return t("chưa rõ")
    return text if item.threshold_verified else f"{text} ({t('chưa kiểm chứng')})"


@dataclass(frozen=True)
class _Form:
    """A workbook in the making."""

    facts: LedgerFacts
    scope: Scope
    lang: str

    @cached_property
    def t(self) -> Translate:
        return translator(self.lang)

    @property
    def criteria_set(self) -> CriteriaSet:
        return self.scope.criteria_set

    @cached_property
    def known(self) -> Mapping[str, Mapping[str, Assessment]]:
        return self.facts.assessments(self.criteria_set.id, self.scope.period, self.scope.since)

    @property
    def key_headings(self) -> tuple[str, ...]:
        names = (CODE, NAME, DISTRICT) if self.scope.listed else (CODE, NAME)
        return tuple(self.t(name) for name in names)

    def keys(self, unit: Unit) -> tuple[str, ...]:
        return (unit.code, unit.name, unit.district_name) if self.scope.listed else (unit.code, unit.name)

    def workbook(self, *, indicators: bool) -> bytes:
        properties = {
            "ntm_kind": "monthly",
            "ntm_province": self.facts.province,
            "ntm_district": self.scope.district_code or WHOLE_PROVINCE,
            "ntm_period": str(self.scope.period),
            "ntm_set": self.criteria_set.id,
        }
        book = writing.new_workbook(properties | ({"ntm_sample": "1"} if self.facts.is_sample else {}))
        self._criteria(book.create_sheet(CRITERIA_SHEET))
        if indicators:
            self._indicators(book.create_sheet(INDICATOR_SHEET))
        self._guide(book.create_sheet(GUIDE_SHEET), indicators=indicators)
        self._lists(book)
        return writing.saved(book)

    def titles(self) -> list[str]:
        """Return the lines above the table."""
        t, period = self.t, self.scope.period
        province = province_of(self.facts.province)
        place = self.scope.place(t, self.lang)
        sample = (
            (t("SỐ LIỆU MINH HỌA – không phải số liệu thật, không dùng để báo cáo") + ". ")
            if self.facts.is_sample
            else ""
        )
        return [
            sample + t("KẾT QUẢ THỰC HIỆN TIÊU CHÍ NÔNG THÔN MỚI – THÁNG {month}", month=period.label),
            f"{place[:1].upper()}{place[1:]}, {province.name(self.lang)}",
            f"{self.criteria_set.name(self.lang)} ({self.criteria_set.decision})",
            self._due(),
        ]

    def _due(self) -> str:
        rule = province_of(self.facts.province).reporting
        due = deadline(rule, self.scope.period) if rule else None
        if due is None:
            return ""
        text = self.t("Gửi Văn phòng Điều phối nông thôn mới tỉnh trước ngày {day}.", day=day_label(due.before))
        return f"{text} {self.t('Báo cáo này đồng thời là báo cáo quý.')}" if due.kind == "quarter" else text

    def _start(self, sheet: Worksheet, headings: Sequence[str]) -> None:
        for number, line in enumerate(self.titles(), 1):
            cell = sheet.cell(number, 1)
            cell.style = writing.TITLE if number == 1 else writing.NOTE
            writing.put(cell, line)
        writing.put_row(sheet, HEADER_ROW, headings, writing.HEAD)
        for column, width in enumerate(_KEY_WIDTHS[: len(self.key_headings)], 1):
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, len(self.key_headings) + 1)
        writing.protect(sheet)
        writing.print_on_a4(sheet, HEADER_ROW)

    def _criteria(self, sheet: Worksheet) -> None:
        criteria = self.criteria_set.criteria
        self._start(sheet, (*self.key_headings, *(heading(item, self.lang) for item in criteria)))
        sheet.row_dimensions[HEADER_ROW].height = _HEAD_HEIGHT
        first = len(self.key_headings) + 1
        for column, item in enumerate(criteria, first):
            sheet.column_dimensions[get_column_letter(column)].width = _CRITERION_WIDTH
            sheet.cell(HEADER_ROW, column).comment = self._comment(item)
        for number, unit in enumerate(self.scope.units, HEADER_ROW + 1):
            writing.put_row(sheet, number, self.keys(unit), writing.KEY)
            sheet.row_dimensions[number].height = _ROW_HEIGHT
            for column, item in enumerate(criteria, first):
                cell = sheet.cell(number, column, self._result(unit, item))
                cell.style = writing.INPUT
        self._offer(sheet, first, first + len(criteria) - 1, len(self.scope.units))

    def _comment(self, item: Criterion) -> Comment:
        department = item.department.replace(";", ",") or self.t("chưa rõ")
        lines = [heading(item, self.lang), self.t("Cơ quan phụ trách: {department}", department=department)]
        if not item.text_verified:
            lines.append(self.t("Tên tiêu chí chưa kiểm chứng"))
        return Comment("\n".join(lines), "NTM", height=90, width=260)

    def _result(self, unit: Unit, item: Criterion) -> str | None:
        found = self.known.get(unit.code, {}).get(item.code)
        return self.t(WORDS[found.result]) if found and found.result else None

    def _offer(self, sheet: Worksheet, first: int, last: int, rows: int) -> None:
        """Put drop-downs and colours on the cells of results."""
        cells = f"{get_column_letter(first)}{HEADER_ROW + 1}:{get_column_letter(last)}{HEADER_ROW + rows}"
        words = {
            "title": self.t("Kết quả"),
            "prompt": self.t("Chọn Đạt, Chưa đạt hoặc Không áp dụng. Để trống nếu chưa báo cáo."),
            "error": self.t("Chỉ ghi Đạt, Chưa đạt hoặc Không áp dụng, hoặc để trống. Hãy chọn trong danh sách."),
        }
        writing.offer(sheet, cells, f"'{LIST_SHEET}'!$A$2:$A${len(WORDS) + 1}", words)
        for result, word in WORDS.items():
            fill = PatternFill(bgColor=_COLOURS[result], fill_type="solid")
            sheet.conditional_formatting.add(cells, CellIsRule("equal", formula=[f'"{self.t(word)}"'], fill=fill))

    def _indicators(self, sheet: Worksheet) -> None:
        items = [item for item in self.criteria_set.items if item.is_indicator]
        self._start(sheet, (*self.key_headings, *map(self.t, _INDICATOR_WIDTHS)))
        first = len(self.key_headings) + 1
        for column, width in enumerate(_INDICATOR_WIDTHS.values(), first):
            sheet.column_dimensions[get_column_letter(column)].width = width
        fixed = {item.code: self._fixed(item) for item in items}
        rows = [(unit, item) for unit in self.scope.units for item in items]
        for number, (unit, item) in enumerate(rows, HEADER_ROW + 1):
            writing.put_row(sheet, number, (*self.keys(unit), *fixed[item.code]), writing.KEY)
            column = first + len(fixed[item.code])
            sheet.cell(number, column, self._result(unit, item)).style = writing.INPUT
            measure = sheet.cell(number, column + 1)
            measure.style = writing.CLOSED if item.value_type in {"boolean", ""} else writing.INPUT
            writing.put(measure, self._measure(unit, item))
            sheet.cell(number, column + 2).style = writing.TEXT_INPUT
            writing.fit_height(sheet, number, zip(fixed[item.code], _INDICATOR_WIDTHS.values(), strict=False))
        if rows:
            column = first + list(_INDICATOR_WIDTHS).index(RESULT)
            self._offer(sheet, column, column, len(rows))

    def _fixed(self, item: Criterion) -> tuple[str, str, str, str]:
        name = item.name(self.lang)
        unverified = "" if item.text_verified else f" ({self.t('chưa kiểm chứng')})"
        return item.code, name + unverified, item.unit, threshold_text(item, self.t)

    def _measure(self, unit: Unit, item: Criterion) -> Value:
        found = self.known.get(unit.code, {}).get(item.code)
        return found.value if found else None

    def _guide(self, sheet: Worksheet, *, indicators: bool) -> None:
        sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = _GUIDE_WIDTHS
        for number, (what, text) in enumerate(
            guide_lines(self.scope, self.titles()[3], self.lang, indicators=indicators), 1
        ):
            for column, words in enumerate((what, text), 1):
                cell = sheet.cell(number, column)
                cell.style = writing.TITLE if number == 1 else writing.KEY
                writing.put(cell, words)
            writing.fit_height(sheet, number, [(text, _GUIDE_WIDTHS[1])])
        writing.protect(sheet)
        writing.print_on_a4(sheet, 1)

    def _lists(self, book: Workbook) -> None:
        sheet = book.create_sheet(LIST_SHEET)
        for number, text in enumerate((RESULT, *WORDS.values()), 1):
            sheet.cell(number, 1, self.t(text))
        sheet.sheet_state = "hidden"
