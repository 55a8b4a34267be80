"""Every number on every page equals the terminal."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import expect

from render.screen.menu import PAGES

from .dashboard import Dashboard
from .process import terminal

NARROWED: dict[str, str] = {"period": "2023-12", "district": "610"}
VIEWS: tuple[dict[str, str], ...] = ({}, {"period": "2023-12"}, NARROWED, {"district": "610"})
CELLS = """() => [...document.querySelector('[data-testid="table"]').tBodies[0].rows]
  .map((row) => [...row.cells].map((cell) => cell.textContent.trim()))"""
PAIRS = [(page, layer) for page, layer, _ in PAGES]


def shown(value: object) -> str:
    """Write a cell as the table does: Vietnamese numbers with at most two decimals, a dash for nothing."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).strip()
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


def options(view: dict[str, str]) -> list[str]:
    return [word for name, value in view.items() for word in (f"--{name}", value)]


@pytest.mark.parametrize(("page", "layer"), PAIRS)
def test_every_number_on_every_page_equals_the_terminal(dashboard: Dashboard, page: str, layer: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        documents = pool.map(lambda view: terminal(layer, *options(view)), VIEWS)
        dashboard.open(page)
        check(dashboard, next(documents))
        dashboard.month("2023-12")
        check(dashboard, next(documents))
        dashboard.select("district", "610")
        check(dashboard, next(documents))
        dashboard.change(dashboard.page.locator("[data-chip=period] button").click)
        check(dashboard, next(documents))


def check(dashboard: Dashboard, document: dict[str, Any]) -> None:
    """Compare everything on the page that is a number, or stands beside one."""
    dashboard.tab("overview")
    expect(dashboard.at("headline")).to_have_text(document["headline"])
    expect(dashboard.at("caption")).to_have_text(document["caption"])
    assert dashboard.texts(".ntm-map-title, .ntm-map-sub") == [document["title"], document["subtitle"]]
    assert figures(dashboard) == [
        {
            "id": figure["id"],
            "label": figure["label"],
            "text": figure["text"],
            "change": figure["change"],
            "note": f"{figure['as_of']} · {figure['source']}",
        }
        for figure in document["figures"]
    ]
    assert counts(dashboard) == [
        (item["id"], item["label"], shown(item["count"]))
        for kind in ("classes", "marks", "features")
        for item in document["legend"][kind]
    ]
    overview = dashboard.page.locator("#ntm-page-overview").text_content() or ""
    for block in document["blocks"]:
        for item in block["items"]:
            assert all(text in overview for text in (block["title"], item["text"], item["detail"]))
    check_table(dashboard, document)
    check_list(dashboard, document)


def figures(dashboard: Dashboard) -> list[dict[str, str]]:
    found: list[dict[str, str]] = dashboard.at("figures").evaluate(
        """(box) => [...box.children].map((figure) => {
          const text = (part) => figure.querySelector(part)?.textContent ?? '';
          return {
            id: figure.dataset.figure, label: text('dt'), text: text('.ntm-figure-number'),
            change: text('.ntm-figure-change'), note: text('.ntm-figure-note'),
          };
        })"""
    )
    return found


def counts(dashboard: Dashboard) -> list[tuple[str, ...]]:
    rows: list[list[str]] = dashboard.at("legend").evaluate(
        """(legend) => [...legend.querySelectorAll('.ntm-legend-row')].map((row) => [
          row.dataset.class ?? row.dataset.mark ?? row.dataset.feature,
          row.querySelector('.ntm-legend-label').textContent, row.querySelector('.ntm-legend-count').textContent,
        ])"""
    )
    return [tuple(row) for row in rows]


def check_table(dashboard: Dashboard, document: dict[str, Any]) -> None:
    dashboard.tab("table")
    keys = list(document["columns"])
    wanted = [[shown(row[key]) for key in keys] for row in document["rows"]]
    expect(dashboard.at("table").locator("tbody tr")).to_have_count(len(wanted))
    assert dashboard.texts("table thead th") == list(document["columns"].values())
    # The rows of the view before stay until the new ones have arrived.
    assert dashboard.until(CELLS, wanted) == wanted


def check_list(dashboard: Dashboard, document: dict[str, Any]) -> None:
    """Compare the list: it names every unit of a commune map with its class."""
    if document["key"] in {"district-progress", "reporting"}:
        return
    dashboard.tab("list")
    rows = dashboard.at("unit-list").locator("[data-code]")
    expect(rows).to_have_count(len(document["rows"]))
    shown_rows: list[list[str]] = rows.evaluate_all(
        "(rows) => rows.map((row) => [row.dataset.code, row.querySelector('.ntm-unit-class').textContent])"
    )
    wanted = sorted([row["code"], row["class_label"]] for row in document["rows"])
    assert sorted(shown_rows) == wanted
