"""The table of a view: one document, and the same rows as CSV and XLSX."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.cell import coordinate_from_string

from base.clock import Month, today
from layers import registry
from layers.registry import BUILDERS, compute, facts_of
from layers.view import Feature, LayerView, LegendClass, ViewState
from render import table

STATES = [
    *(ViewState(layer=layer) for layer in sorted(BUILDERS)),
    ViewState(layer="ntm-levels", district="610", period=Month(2023, 12)),
    ViewState(layer="target-communes", target_kind="carried_over", lang="en"),
    ViewState(layer="district-progress", district="615", lang="en"),
    ViewState(layer="border-replanning", ntm_level="model", border="laos"),
]
views = pytest.mark.parametrize(
    "view", [compute(state) for state in STATES], ids=lambda view: f"{view.key}-{view.state.query()}"
)


def csv_rows(view: LayerView) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.as_csv(view).decode("utf-8-sig"), newline="")))


def xlsx_rows(view: LayerView) -> list[dict[str, Any]]:
    """Return the rows under the frozen header."""
    sheet = load_workbook(io.BytesIO(table.as_xlsx(view))).worksheets[0]
    _, frozen = coordinate_from_string(sheet.freeze_panes)
    head, *body = sheet.iter_rows(min_row=frozen - 1, values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in body]


@views
def test_the_document_has_what_other_programs_rely_on(view: LayerView) -> None:
    document = json.loads(table.as_json(view))
    wanted = "key title state boundary_version as_of is_sample figures legend join_report rows notes sources"
    assert set(wanted.split()) <= document.keys()
    assert document["key"] == document["state"]["layer"] == view.key
    assert document["boundary_version"] == document["state"]["boundary"] == "kontum-2015"
    assert document["is_sample"] is False
    assert sum(item["count"] for item in document["legend"]["classes"]) == len(document["rows"])
    assert {row["class"] for row in document["rows"]} <= {item["id"] for item in document["legend"]["classes"]}
    assert all(set(document["columns"]) <= row.keys() for row in document["rows"])
    assert document["join_report"]["text"]


@views
def test_csv_opens_in_a_spreadsheet_with_the_rows_that_are_selected(view: LayerView) -> None:
    content = table.as_csv(view)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\xef\xbb\xbf") == 1
    rows = csv_rows(view)
    assert len(rows) == int(view.frame["selected"].sum())
    assert all(None not in row and None not in row.values() for row in rows)


@views
def test_numbers_and_words_are_equal_in_json_csv_and_xlsx(view: LayerView) -> None:
    document = json.loads(table.as_json(view))
    headings = list(document["columns"].values())
    assert len(set(headings)) == len(headings), "two columns of one name cannot be told apart"
    expected = [{head: row[key] for key, head in document["columns"].items()} for row in document["rows"]]
    assert csv_rows(view) == [{head: str(value) for head, value in row.items()} for row in expected]
    assert [{h: "" if v is None else v for h, v in row.items()} for row in xlsx_rows(view)] == expected


@views
def test_a_class_is_painted_in_its_own_colour(view: LayerView) -> None:
    sheet = load_workbook(io.BytesIO(table.as_xlsx(view))).worksheets[0]
    colors = {item.label: item.color.lstrip("#") for item in view.legend.classes}
    head = sheet[sheet[sheet.freeze_panes].row - 1]
    (column,) = [cell.column for cell in head if cell.value == table.columns(view)["class_label"]]
    painted = [
        (cell.value, cell.fill.fgColor.rgb[2:])
        for (cell,) in sheet.iter_rows(min_row=head[0].row + 1, min_col=column, max_col=column)
        if cell.value or cell.fill.fill_type
    ]
    assert painted == [(row["class_label"], colors[row["class_label"]]) for row in table.rows(view)]


@views
def test_the_workbook_says_title_date_and_sources(view: LayerView) -> None:
    book = load_workbook(io.BytesIO(table.as_xlsx(view)))
    top = [row[0] for row in book.worksheets[0].iter_rows(max_row=4, values_only=True)]
    assert top == [view.title, view.subtitle, view.headline, view.caption]
    last = [row[0] for row in book.worksheets[-1].iter_rows(values_only=True)]
    assert set(view.sources) | set(view.notes) <= set(last)


@views
def test_the_terminal_shows_every_row_and_the_caption(view: LayerView) -> None:
    lines = table.as_text(view).splitlines()
    codes = [row["code"] for row in table.rows(view)]
    assert [line.split()[0] for line in lines if line.split() and line.split()[0] in set(codes)] == codes
    assert lines[-1] == view.caption


def test_values_keep_their_place_when_a_filter_is_set() -> None:
    whole = {row["code"]: row for row in table.rows(compute(ViewState()))}
    for row in table.rows(compute(ViewState(district="610"))):
        assert row == whole[row["code"]]


texts = st.text(max_size=20) | st.tuples(st.sampled_from("=+-@\t\r\n ｜＝＋－＠"), st.text(max_size=10)).map("".join)


@given(texts)
def test_no_text_becomes_a_formula(text: str) -> None:
    cell = table.safe_cell(text)
    assert isinstance(cell, str)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell in {text, "'" + text} or any(ord(letter) < 32 for letter in text)


@given(texts)
def test_a_workbook_with_any_text_opens_and_holds_no_formula(text: str) -> None:
    book = Workbook()
    book.active.append([table.safe_cell(text)])
    out = io.BytesIO()
    book.save(out)
    cell = load_workbook(io.BytesIO(out.getvalue())).active["A1"]
    assert cell.data_type != "f"


@given(st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none())
def test_numbers_are_left_alone(value: object) -> None:
    assert table.safe_cell(value) is value


def test_equal_views_have_equal_bytes() -> None:
    """Equal input gives equal bytes: CSV and JSON may be compared and cached by hash."""
    facts = facts_of("kontum")
    first, second = compute(ViewState()), registry._compute.__wrapped__(ViewState().drawn(), facts, today())
    assert table.as_csv(first) == table.as_csv(second)
    assert table.as_json(first) == table.as_json(second)
    assert table.digest(first) == table.digest(second)


def test_another_month_has_another_digest() -> None:
    digests = {table.digest(compute(ViewState(period=Month(2024, month)))) for month in range(1, 13)}
    assert len(digests) == 12


def with_features(
    *, exact: bool = False, sample: bool = False, title: str = "Cụm dân cư (tô đầy: hiện có)"
) -> LayerView:
    """Return a view with three clusters, the last of them filtered out, and a text on the map."""
    view = compute(ViewState(layer="border-replanning"))
    at = {"unit": "23530", "exact": exact, "filled": (107.5, 14.4)}
    features = (
        Feature("cluster", "a", text="A (2/9 hộ)", class_id="done", cells=("A", 2, None, "=1+1"), **at),
        Feature("cluster", "b", text="B", class_id="drafting", cells=("B", 0, 1.5, "x"), hollow=(107.6, 14.4), **at),
        Feature("cluster", "c", class_id="done", cells=("C", 1, 1.0, ""), selected=False, **at),
        Feature("border-km", "23530", text="7,9 km", unit="23530", filled=(107.5, 14.4)),
    )
    styles = (
        LegendClass("done", "Hoàn thành", "#0B1F4F", "star", 1),
        LegendClass("drafting", "Đang lập", "#A9CDEE", "solid", 1),
    )
    legend = replace(view.legend, features=styles, features_title=title)
    columns = ("Tên", "Hộ", "Đất (ha)", "Ghi chú")
    return replace(view, features=features, feature_columns=columns, legend=legend, is_sample=sample)


def test_the_document_has_the_selected_features_and_no_places() -> None:
    document = json.loads(table.as_json(with_features()))
    assert document["feature_columns"] == ["Tên", "Hộ", "Đất (ha)", "Ghi chú"]
    assert [row["id"] for row in document["features"]] == ["a", "b"]
    assert document["features"][0] == {
        "id": "a",
        "kind": "cluster",
        "unit": "23530",
        "class": "done",
        "class_label": "Hoàn thành",
        "text": "A (2/9 hộ)",
        "cells": ["A", 2, None, "=1+1"],
    }
    assert [item["count"] for item in document["legend"]["features"]] == [1, 1]
    assert document["legend"]["features_title"].startswith("Cụm dân cư")
    assert "107.5" not in table.as_json(with_features())


def test_the_document_has_places_only_where_they_are_exact() -> None:
    a, b = json.loads(table.as_json(with_features(exact=True)))["features"]
    assert (a["filled"], a["hollow"]) == ([107.5, 14.4], None)
    assert (b["filled"], b["hollow"]) == ([107.5, 14.4], [107.6, 14.4])
    assert "107." not in table.as_text(with_features(exact=True))
    assert b"107." not in table.as_csv(with_features(exact=True))


def test_a_digest_is_of_all_that_is_drawn() -> None:
    view = with_features()
    moved = replace(view, features=(*view.features[:3], replace(view.features[3], filled=(107.7, 14.4))))
    assert table.as_json(moved) == table.as_json(view)
    assert len({table.digest(v) for v in (view, moved, with_features(exact=True))}) == 3


@pytest.mark.parametrize("sample", [False, True])
def test_the_workbook_has_a_sheet_of_features_with_their_class_first(sample: bool) -> None:  # noqa: FBT001
    book = load_workbook(io.BytesIO(table.as_xlsx(with_features(sample=sample))))
    assert book.sheetnames == ["Số liệu", "Danh sách cụm dân cư", "Nguồn và ghi chú"]
    sheet = book.worksheets[1]
    mark = ("SỐ LIỆU MINH HỌA",) if sample else ()
    assert list(sheet.iter_rows(values_only=True)) == [
        ("Phân loại", "Tên", "Hộ", "Đất (ha)", "Ghi chú", *mark),
        ("Hoàn thành", "A", 2, None, "'=1+1", *mark),
        ("Đang lập", "B", 0, 1.5, "x", *mark),
    ]
    assert [sheet.cell(row, 1).fill.fgColor.rgb[2:] for row in (2, 3)] == ["0B1F4F", "A9CDEE"]
    assert sheet.freeze_panes == "C2"


@pytest.mark.parametrize("title", ["Cụm: a/b [c] *?\\", "Một tên dài hơn ba mươi mốt chữ cái thì bảng tính không nhận"])
def test_any_title_makes_a_name_of_a_sheet(title: str) -> None:
    name = load_workbook(io.BytesIO(table.as_xlsx(with_features(title=title)))).sheetnames[1]
    assert name.startswith("Danh sách ")
    assert len(name) <= 31


def test_a_filter_that_leaves_no_feature_leaves_the_headings() -> None:
    view = with_features()
    none = replace(view, features=tuple(replace(feature, selected=False) for feature in view.features))
    sheet = load_workbook(io.BytesIO(table.as_xlsx(none))).worksheets[1]
    assert list(sheet.iter_rows(values_only=True)) == [("Phân loại", "Tên", "Hộ", "Đất (ha)", "Ghi chú")]


def test_the_terminal_shows_the_features_after_the_rows() -> None:
    lines = table.as_text(with_features()).splitlines()
    head = next(i for i, line in enumerate(lines) if line.split()[:3] == ["Phân", "loại", "Tên"])
    assert [line.split() for line in lines[head + 1 : head + 3]] == [
        ["Hoàn", "thành", "A", "2", "'=1+1"],
        ["Đang", "lập", "B", "0", "1.5", "x"],
    ]


def test_csv_stays_one_table() -> None:
    view = with_features()
    assert table.as_csv(view) == table.as_csv(replace(view, features=(), feature_columns=()))
