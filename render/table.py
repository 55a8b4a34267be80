"""A layer as rows: one JSON document for terminal, service and screen; CSV; XLSX."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Sequence
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

_NOT_IN_A_NAME: Final = re.compile(r"[\[\]:*?/\\]")
"""What Excel allows in no name of a sheet."""
_LONGEST_NAME: Final = 31


def document(view: LayerView) -> dict[str, Any]:
    """Return the layer as plain data, the document of ``cli.py layer --format json``.

    ``rows`` are the selected rows; each has ``code``, ``name``, ``district``, ``class`` (id), ``label``,
    ``tooltip`` and the layer's own columns, whose headings are in ``columns``. ``features`` are the selected
    things that have a place of their own, such as clusters, each with its ``cells`` under ``feature_columns``;
    ``filled`` and ``hollow`` (longitude and latitude) are given only where the view may tell exact places.
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
            "features": [_fields(item) for item in view.legend.features],
            "features_title": view.legend.features_title,
        },
        "join_report": join_report(view.join_report, translator(view.state.lang)),
        "columns": columns(view),
        "rows": rows(view),
        "feature_columns": list(view.feature_columns),
        "features": features(view),
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


def features(view: LayerView) -> list[dict[str, Any]]:
    """Return the selected features that are rows of a table, in the view's order."""
    labels = {item.id: item.label for item in view.legend.features}
    return [
        {
            "id": feature.id,
            "kind": feature.kind,
            "unit": feature.unit,
            "class": feature.class_id,
            "class_label": labels.get(feature.class_id, ""),
            "text": feature.text,
            "cells": list(feature.cells),
            **({"filled": feature.filled, "hollow": feature.hollow} if feature.exact else {}),
        }
        for feature in view.features
        if feature.selected and feature.cells
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
    """Return a short hash of everything the view says: part of addresses that may be cached for ever.

    Features are drawn where they lie, which the document does not always tell.
    """
    return hashlib.sha256(f"{as_json(view)}{view.features!r}".encode()).hexdigest()[:12]


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


def _features_head(view: LayerView) -> list[str]:
    t = translator(view.state.lang)
    return [t("Phân loại"), *view.feature_columns, *_sample_cell(view)]


def _features_rows(view: LayerView) -> list[list[object]]:
    """Return the rows of the table of features, their class first."""
    return [
        [safe_cell(row["class_label"]), *(safe_cell(cell) for cell in row["cells"]), *_sample_cell(view)]
        for row in features(view)
    ]


def _sample_cell(view: LayerView) -> list[str]:
    """Return one more cell for every row of made-up data: a row that is copied out still says so."""
    return [translate(SAMPLE, view.state.lang)] if view.is_sample else []


def as_csv(view: LayerView) -> bytes:
    """Return the table as CSV: UTF-8 with byte order mark (spreadsheets then read diacritics right).

    A CSV file is one table, that of the units; the table of features is in XLSX and JSON. Sample data have a last
    column that says so in its heading and in every row.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_sheet_head(view))
    writer.writerows(_sheet_rows(view))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_text(view: LayerView) -> str:
    """Return headline, legend, rows and the table of features as plain text for a terminal."""
    lines = [*_sample_note(view), view.title, view.subtitle, view.headline, ""]
    counted: list[LegendClass | LegendMark] = [*view.legend.classes, *view.legend.marks]
    lines += [f"{item.count:>4}  {item.label}" for item in counted if item.count]
    lines += ["", *_aligned([_sheet_head(view), *_sheet_rows(view)])]
    if view.feature_columns:
        lines += ["", view.legend.features_title]
        lines += [f"{item.count:>4}  {item.label}" for item in view.legend.features if item.count]
        lines += ["", *_aligned([_features_head(view), *_features_rows(view)])]
    return "\n".join([*lines, "", view.caption])


def _aligned(table: Sequence[Sequence[object]]) -> list[str]:
    """Return rows as lines whose cells stand under each other."""
    body = [["" if cell is None else str(cell) for cell in row] for row in table]
    widths = [max(len(row[i]) for row in body) for i in range(len(body[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in body]


def _sample_note(view: LayerView) -> list[str]:
    return [translate(SAMPLE_NOTE, view.state.lang)] if view.is_sample else []


def as_xlsx(view: LayerView) -> bytes:
    """Return the table as XLSX: title, date and source on top, frozen header, class colours.

    The second sheet has the features of a layer that has such, their class in the first column. Sample data are said
    to be such in red above everything, and in a last column of both.
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
    table = rows(view)
    keys = list(columns(view))
    _add_table(sheet, [_sheet_head(view), *_sheet_rows(view)], "C")
    _paint(sheet, [row["class"] for row in table], view.legend.classes, keys.index("class_label") + 1)
    if view.feature_columns:
        _add_features(book, view, t)
    _add_sources(book, view, t)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _add_table(sheet: Any, lines: list[list[Any]], frozen: str) -> None:  # noqa: ANN401 - openpyxl has no types
    """Append a heading and its rows; the heading and the columns before ``frozen`` stay when a reader scrolls."""
    for line in lines:
        sheet.append(line)
    first = sheet.max_row - len(lines) + 2
    for cell in sheet[first - 1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE7E2")
    sheet.freeze_panes = f"{frozen}{first}"
    for index, column in enumerate(zip(*lines, strict=True), start=1):
        longest = max(len(str(cell)) for cell in column if cell is not None)
        sheet.column_dimensions[get_column_letter(index)].width = min(longest + 2, 48)
    if len(lines) == 1:
        return  # asking an empty sheet for its rows would make one
    for row in sheet.iter_rows(min_row=first):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _paint(sheet: Any, classes: list[str], styles: Sequence[LegendClass], column: int) -> None:  # noqa: ANN401 - as above
    """Fill the cells of a column, the last rows of the sheet, with the colours of their classes."""
    colors = {item.id: item.color.lstrip("#") for item in styles}
    for row, class_id in enumerate(classes, start=sheet.max_row - len(classes) + 1):
        color = colors.get(class_id, "FFFFFF")
        cell = sheet.cell(row=row, column=column)
        cell.fill = PatternFill("solid", fgColor=color)
        dark = sum(int(color[i : i + 2], 16) for i in (0, 2, 4)) < 3 * 128
        cell.font = Font(color="FFFFFF" if dark else "000000")


def _add_features(book: Workbook, view: LayerView, t: Translate) -> None:
    # What the title says in brackets is of the symbols of the map.
    what = view.legend.features_title.partition(" (")[0]
    name = t("Danh sách {what}", what=what[:1].lower() + what[1:])
    sheet = book.create_sheet(_NOT_IN_A_NAME.sub(" ", name)[:_LONGEST_NAME])
    _add_table(sheet, [_features_head(view), *_features_rows(view)], "C")
    _paint(sheet, [row["class"] for row in features(view)], view.legend.features, 1)


def _add_sources(book: Workbook, view: LayerView, t: Translate) -> None:
    sheet = book.create_sheet(t("Nguồn và ghi chú"))
    for text in (*view.sources, "", *view.notes, "", *join_report(view.join_report, t)["text"]):
        sheet.append([safe_cell(text)])
    sheet.column_dimensions["A"].width = 120
