"""Empty forms as workbooks: drop-downs from what is known of the province, and instructions with an example.

Cells of days, months and codes are text, so that no spreadsheet turns 05/06/2024 into the 6th of May. The
example stands on the instruction sheet, one line for each column: rows above the data would be handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from base.i18n import Translate, translator
from intake import writing
from intake.form_columns import Form, FormColumn, FormKind
from intake.form_kinds import FORMS
from intake.template import GUIDE_SHEET, LIST_SHEET
from intake.workbook import Value
from programme.province import province_of
from store.queries import LedgerFacts

_HEADER_ROW: Final = 3
#: Rows that are ready to be filled; more can be added below.
EMPTY_ROWS: Final = 300
_WIDTHS: Final = {
    "commune": 36,
    "former-commune": 36,
    "district": 20,
    "area": 20,
    "set": 30,
    "department": 34,
    "choice": 24,
    "text": 30,
}
_NARROW: Final = 15
_GUIDE_WIDTHS: Final = (28, 100)


def form_template(kind: FormKind, facts: LedgerFacts, lang: str = "vi") -> bytes:
    """Return an empty form as an ``.xlsx``.

    Parameters
    ----------
    kind
        Which form.
    facts
        Where the drop-downs come from: communes, districts, criteria sets, departments.
    lang
        Language of headings, choices and instructions; a form in either language is taken back.
    """
    form = FORMS[kind]
    return workbook_of({form: [()] * EMPTY_ROWS}, facts, lang)


def workbook_of(
    tables: Mapping[Form, Sequence[Sequence[Value]]], facts: LedgerFacts, lang: str, **properties: str
) -> bytes:
    """Return a workbook with a sheet for each table, its rows filled as far as they are given, and instructions.

    ``properties`` are document properties beside kind and province.
    """
    t = translator(lang)
    first = next(iter(tables))
    sample = {"ntm_sample": "1"} if facts.is_sample else {}
    book = writing.new_workbook({"ntm_kind": first.kind, "ntm_province": facts.province, **properties, **sample})
    sheets = [book.create_sheet(t(form.sheet)) for form in tables]
    guide, lists = book.create_sheet(GUIDE_SHEET), book.create_sheet(LIST_SHEET)
    mark = f"{t('SỐ LIỆU MINH HỌA – không phải số liệu thật, không dùng để báo cáo')}. " if facts.is_sample else ""
    title = f"{mark}{t(first.title)} – {province_of(facts.province).name(lang)}"
    for sheet, (form, rows) in zip(sheets, tables.items(), strict=True):
        _table(sheet, form, title, rows, t)
        for key, choices in form.choices(facts, lang).items():
            _offer(sheet, form, form.column(key), _list(lists, t(form.column(key).heading), choices), t)
    lists.sheet_state = "hidden"
    _guide(guide, title, _guide_lines(tables, t))
    return writing.saved(book)


def _table(sheet: Worksheet, form: Form, title: str, rows: Sequence[Sequence[Value]], t: Translate) -> None:
    for number, (line, style) in enumerate(((title, writing.TITLE), (t(form.about), writing.NOTE)), 1):
        sheet.cell(number, 1).style = style
        writing.put(sheet.cell(number, 1), line)
    headings = [t(column.heading) + (" *" if column.required else "") for column in form.columns]
    writing.put_row(sheet, _HEADER_ROW, headings, writing.HEAD)
    widths = [column.width or _WIDTHS.get(column.kind, _NARROW) for column in form.columns]
    for number, (column, width) in enumerate(zip(form.columns, widths, strict=True), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
        style = writing.INPUT if column.kind in {"number", "count"} else writing.TEXT_INPUT
        for row, values in enumerate(rows, _HEADER_ROW + 1):
            sheet.cell(row, number).style = style
            writing.put(sheet.cell(row, number), values[number - 1] if values else None)
    for row, values in enumerate((headings, *rows), _HEADER_ROW):
        if values:
            writing.fit_height(sheet, row, zip(map(str, values), widths, strict=True))
    sheet.freeze_panes = sheet.cell(_HEADER_ROW + 1, 1)
    writing.print_on_a4(sheet, _HEADER_ROW)


def _list(lists: Worksheet, heading: str, choices: tuple[str, ...]) -> str:
    """Write a list into the next column of the hidden sheet; return its range."""
    number = lists.max_column + 1 if lists["A1"].value else 1
    for row, text in enumerate((heading, *choices), 1):
        writing.put(lists.cell(row, number), text)
    letter = get_column_letter(number)
    return f"'{LIST_SHEET}'!${letter}$2:${letter}${len(choices) + 1}"


def _offer(sheet: Worksheet, form: Form, column: FormColumn, source: str, t: Translate) -> None:
    letter = get_column_letter([one.key for one in form.columns].index(column.key) + 1)
    words = {
        "title": t(column.heading),
        "prompt": t(column.help),
        "error": t("Hãy chọn một mục trong danh sách xổ xuống."),
    }
    writing.offer(sheet, f"{letter}{_HEADER_ROW + 1}:{letter}{_HEADER_ROW + EMPTY_ROWS}", source, words)
    # A code, a name or a department may be typed, too: its list only suggests.
    sheet.data_validations.dataValidation[-1].showErrorMessage = column.closed


def _guide_lines(forms: Iterable[Form], t: Translate) -> Iterator[tuple[str, str]]:
    yield (
        t("Cách điền"),
        t(
            "Mỗi dòng một việc, từ dòng ngay dưới tiêu đề. Cột có dấu * là bắt buộc. Không gộp ô, không ẩn dòng hoặc "
            "cột; có thể đổi thứ tự cột hoặc thêm cột riêng."
        ),
    )
    for form in forms:
        yield t(form.sheet), t(form.about)
        for column in form.columns:
            parts = [t(column.help)]
            if column.words:
                parts.append(t("Chọn: {words}.", words="; ".join(t(word) for word in column.words.values())))
            if column.example:
                parts.append(t("Ví dụ: {example}", example=t(column.example)))
            yield t(column.heading) + (" *" if column.required else ""), " ".join(parts)
    yield (
        t("Cách nộp"),
        t(
            "Lưu dạng .xlsx rồi nộp. Phần mềm báo ngay mọi lỗi (trang, ô, cách sửa) và những gì sẽ thay đổi, "
            "trước khi ghi."
        ),
    )


def _guide(sheet: Worksheet, title: str, lines: Iterable[tuple[str, str]]) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = _GUIDE_WIDTHS
    sheet["A1"].style = writing.TITLE
    writing.put(sheet["A1"], title)
    for number, (what, text) in enumerate(lines, 2):
        writing.put_row(sheet, number, (what, text), writing.KEY)
        writing.fit_height(sheet, number, [(what, _GUIDE_WIDTHS[0]), (text, _GUIDE_WIDTHS[1])])
    writing.protect(sheet)
    writing.print_on_a4(sheet, 1)
