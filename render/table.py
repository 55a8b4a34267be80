"""A layer as rows: one JSON document for terminal, service and screen; CSV; XLSX."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import asdict
from functools import lru_cache
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from base.i18n import Translate, translate, translator
from layers.view import SAMPLE, SAMPLE_NOTE, JoinReport, LayerView, LegendClass, LegendMark

#: A cell that begins with one of these would be run as a formula by a spreadsheet.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def document(view: LayerView) -> dict[str, Any]:
    """Return the layer as plain data, the document of ``cli.py layer --format json``.

    ``rows`` are the selected rows; each has ``code``, ``name``, ``district``, ``class`` (id), ``label``,
    ``tooltip`` and the layer's own columns, whose headings are in ``columns``.
    """
    return {
        "key": view.key,
        "title": view.title,
        "subtitle": view.subtitle,
        "headline": view.headline,
        "caption": view.caption,
        "state": {"layer": view.key, **view.state.query()},
        "boundary_version": view.boundary_version,
        "as_of": view.as_of,
        "known_at": view.known_at,
        "is_sample": view.is_sample,
        "figures": [_fields(figure) for figure in view.figures],
        "blocks": [asdict(block) for block in view.blocks],
        "legend": {
            "title": view.legend.title,
            "classes": [_fields(item) for item in view.legend.classes],
            "marks": [_fields(item) for item in view.legend.marks],
        },
        "join_report": join_report(view.join_report, translator(view.state.lang)),
        "columns": columns(view),
        "rows": rows(view),
        "notes": list(view.notes),
        "sources": list(view.sources),
    }


def _fields(record: object) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}  # type: ignore[attr-defined]


def columns(view: LayerView) -> dict[str, str]:
    """Return the headings of a layer's table by column key, in order."""
    t = translator(view.state.lang)
    head = {"code": t("Mã"), "name": t("Đơn vị"), "district": t("Huyện"), "class_label": t("Phân loại")}
    if view.area_level == "district":
        del head["district"]
    return head | view.columns


def rows(view: LayerView) -> list[dict[str, Any]]:
    """Return the selected rows in the frame's order: by district, communes before wards."""
    labels = {item.id: item.label for item in view.legend.classes}
    chosen = view.frame[view.frame["selected"]]
    own = [key for key in view.columns if key in chosen.columns]
    return [
        {
            "code": code,
            "name": row["name"],
            "district": row["district"],
            "class": row["class_id"],
            "class_label": labels[row["class_id"]],
            "label": row["label"],
            "tooltip": row["tooltip"],
            **{key: row[key] for key in own},
        }
        for code, row in chosen.to_dict("index").items()
    ]


def join_report(report: JoinReport, t: Translate) -> dict[str, Any]:
    """Return the join report with its sentences under ``text``."""
    text = [
        t(
            "{matched}/{units} đơn vị có cả ranh giới và trong danh mục.",
            matched=report.matched,
            units=report.units,
        ),
        t("{count} đơn vị ngoài chương trình (phường, thị trấn): vẽ, không đếm.", count=report.outside),
        t("{count} xã chưa có số liệu nào cho lớp này.", count=len(report.without_facts)),
    ]
    if report.unknown_codes:
        text.append(t("Mã không khớp đơn vị nào: {codes}.", codes=", ".join(report.unknown_codes)))
    if report.duplicates:
        text.append(t("Mã lặp lại: {codes}.", codes=", ".join(report.duplicates)))
    return _fields(report) | {"text": text}


@lru_cache(maxsize=256)
def as_json(view: LayerView) -> str:
    """Return :func:`document` as JSON text, UTF-8 letters kept."""
    return json.dumps(document(view), ensure_ascii=False, default=_plain)


@lru_cache(maxsize=256)
def digest(view: LayerView) -> str:
    """Return a short hash of everything the view says: part of addresses that may be cached for ever."""
    return hashlib.sha256(as_json(view).encode()).hexdigest()[:12]


def _plain(value: object) -> object:
    """Turn NumPy scalars into numbers."""
    return value.item() if hasattr(value, "item") else str(value)


def safe_cell(value: object) -> object:
    """Return a value that a spreadsheet shows and never runs: texts that look like formulas get a quote."""
    if not isinstance(value, str):
        return value
    clean = ILLEGAL_CHARACTERS_RE.sub("", value)
    return "'" + clean if clean.startswith(_FORMULA_STARTS) else clean


def _sheet_head(view: LayerView) -> list[str]:
    return [*columns(view).values(), *_sample_cell(view)]


def _sheet_rows(view: LayerView) -> list[list[object]]:
    keys = columns(view)
    return [[*(safe_cell(row[key]) for key in keys), *_sample_cell(view)] for row in rows(view)]


def _sample_cell(view: LayerView) -> list[str]:
    """Return one more cell for every row of made-up data: a row that is copied out still says so."""
    return [translate(SAMPLE, view.state.lang)] if view.is_sample else []


def as_csv(view: LayerView) -> bytes:
    """Return the table as CSV: UTF-8 with byte order mark (spreadsheets then read diacritics right).

    Sample data have a last column that says so in its heading and in every row.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_sheet_head(view))
    writer.writerows(_sheet_rows(view))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_text(view: LayerView) -> str:
    """Return headline, legend and rows as plain text for a terminal."""
    lines = [*_sample_note(view), view.title, view.subtitle, view.headline, ""]
    counted: list[LegendClass | LegendMark] = [*view.legend.classes, *view.legend.marks]
    lines += [f"{item.count:>4}  {item.label}" for item in counted if item.count]
    body = [_sheet_head(view), *([str(cell) for cell in row] for row in _sheet_rows(view))]
    widths = [max(len(row[i]) for row in body) for i in range(len(body[0]))]
    lines += [
        "",
        *("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in body),
    ]
    return "\n".join([*lines, "", view.caption])


def _sample_note(view: LayerView) -> list[str]:
    return [translate(SAMPLE_NOTE, view.state.lang)] if view.is_sample else []


def as_xlsx(view: LayerView) -> bytes:
    """Return the table as XLSX: title, date and source on top, frozen header, class colours.

    Sample data are said to be such in red above everything, and in a last column.
    """
    t = translator(view.state.lang)
    book = Workbook()
    sheet = book.active
    sheet.title = t("Số liệu")
    sample = _sample_note(view)
    for text in (*sample, view.title, view.subtitle, view.headline, view.caption):
        sheet.append([safe_cell(text)])
    sheet.cell(row=1 + len(sample), column=1).font = Font(bold=True, size=14)
    if sample:
        sheet["A1"].font = Font(bold=True, size=16, color="B3261E")
    sheet.append([])
    sheet.append(_sheet_head(view))
    header = sheet.max_row
    for cell in sheet[header]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE7E2")
    sheet.freeze_panes = f"C{header + 1}"
    for line in _sheet_rows(view):
        sheet.append(line)
    _paint_classes(sheet, view, header + 1)
    _add_sources(book, view, t)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _paint_classes(sheet: Any, view: LayerView, first: int) -> None:  # noqa: ANN401 - openpyxl has no types
    styles: dict[str, LegendClass] = {item.id: item for item in view.legend.classes}
    keys = list(columns(view))
    column = keys.index("class_label") + 1
    for offset, row in enumerate(rows(view)):
        color = styles[row["class"]].color.lstrip("#")
        cell = sheet.cell(row=first + offset, column=column)
        cell.fill = PatternFill("solid", fgColor=color)
        dark = sum(int(color[i : i + 2], 16) for i in (0, 2, 4)) < 3 * 128
        cell.font = Font(color="FFFFFF" if dark else "000000")
    for index, key in enumerate(keys, start=1):
        longest = max([len(str(columns(view)[key])), *(len(str(row[key])) for row in rows(view))])
        sheet.column_dimensions[get_column_letter(index)].width = min(longest + 2, 48)
    if view.is_sample:
        sheet.column_dimensions[get_column_letter(len(keys) + 1)].width = len(SAMPLE) + 6
    if not len(view.rows()):
        return  # asking an empty sheet for its rows would make one
    for line in sheet.iter_rows(min_row=first):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _add_sources(book: Workbook, view: LayerView, t: Translate) -> None:
    sheet = book.create_sheet(t("Nguồn và ghi chú"))
    for text in (*view.sources, "", *view.notes, "", *join_report(view.join_report, t)["text"]):
        sheet.append([safe_cell(text)])
    sheet.column_dimensions["A"].width = 120
