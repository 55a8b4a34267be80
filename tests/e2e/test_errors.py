"""Damaged data: a sentence on every page, the rest of the dashboard alive."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from render.screen.menu import PAGES

from .conftest import Visitor
from .dashboard import Dashboard
from .process import ROOT, server

FOLDERS = (*(path.parent.name for path in ROOT.glob("*/__init__.py")), "pages", "data", "translations")
UNITS = Path("data/boundaries/kontum-2015/units.geojson")
TARGETS = Path("data/programme/targets.csv")
pages = pytest.mark.parametrize("page", [page for page, _, _ in PAGES])


def copied(target: Path) -> Path:
    """Copy what the server needs of this checkout."""
    silent = shutil.ignore_patterns("__pycache__")
    for folder in (*FOLDERS, ".streamlit"):
        shutil.copytree(ROOT / folder, target / folder, ignore=silent)
    for file in ROOT.glob("*.py"):
        shutil.copy(file, target)
    return target


@pytest.fixture(scope="module")
def damaged_boundary(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server whose boundary file has one byte flipped."""
    root = copied(tmp_path_factory.mktemp("boundary") / "ntm")
    content = bytearray((root / UNITS).read_bytes())
    content[len(content) // 2] ^= 1
    (root / UNITS).write_bytes(content)
    with server(root, root / "log.txt", NTM_DATA=str(root / "users")) as address:
        yield address


@pytest.fixture(scope="module")
def broken_programme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server with a code in a programme file that no unit has, and a bad year."""
    root = copied(tmp_path_factory.mktemp("programme") / "ntm")
    head, first, *rest = (root / TARGETS).read_text("utf-8").splitlines()
    (root / TARGETS).write_text("\n".join([head, first.replace(",20", ",x20", 1), *rest]) + "\n", "utf-8")
    with server(root, root / "log.txt", NTM_DATA=str(root / "users")) as address:
        yield address


def check(dashboard: Dashboard, named: str) -> None:
    """Check that the page says what is wrong and can still be used."""
    error = dashboard.page.locator(".ntm-map-error")
    expect(error).to_be_visible()
    expect(error).to_contain_text(named)
    said = dashboard.at("root").inner_text()
    for word in ("Traceback", "Error", "Exception", "None", "undefined", "NaN"):
        assert word not in said
    assert dashboard.page.get_by_test_id("stException").count() == 0
    expect(dashboard.at("menu").get_by_role("link")).to_have_count(len(PAGES))
    expect(dashboard.page.locator("[data-filter=year]")).to_be_visible()


@pages
def test_a_damaged_boundary_is_told(visitor: Visitor, damaged_boundary: str, page: str) -> None:
    dashboard = visitor(at=damaged_boundary)
    dashboard.open(page, period="2023-12")
    check(dashboard, "units.geojson")
    expect(dashboard.page.locator("[data-filter=year]")).to_have_value("2023")


def test_the_menu_the_filters_and_the_language_live_without_a_boundary(visitor: Visitor, damaged_boundary: str) -> None:
    dashboard = visitor(at=damaged_boundary)
    dashboard.open("ban-do", district="610")
    for page in ("xa-muc-tieu", "xa-bien-gioi", "tien-do-huyen", "ban-do"):
        dashboard.go(page)
        check(dashboard, "units.geojson")
        assert dashboard.path == page
    dashboard.select("year", "2023")
    assert dashboard.query["period"].startswith("2023-")
    dashboard.change(dashboard.at("topbar").get_by_role("button", name="EN").click)
    expect(dashboard.page.locator("html")).to_have_attribute("lang", "en")
    expect(dashboard.page.locator(".ntm-map-error")).to_contain_text("units.geojson")


@pages
def test_a_broken_programme_file_is_told(visitor: Visitor, broken_programme: str, page: str) -> None:
    dashboard = visitor(at=broken_programme)
    dashboard.open(page)
    check(dashboard, "targets.csv")
