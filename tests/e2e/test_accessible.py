"""No serious fault for readers who see, hear or point differently; no English but what Streamlit forces."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from render.screen.menu import PAGES

from .dashboard import Dashboard

SERIOUS = {"serious", "critical"}
#: Faults of Streamlit's own chrome around our component, by rule of axe. None is ours to mend.
STREAMLIT_FAULTS: set[str] = set()
#: English that Streamlit puts into the document outside our component, hidden or not.
STREAMLIT_WORDS: set[str] = set()
#: What the server has put in the place of such words.
TRANSLATED = {"Đến nội dung chính"}
OUTSIDE_TEXTS = """() => {
  const root = document.querySelector('[data-testid="root"]');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const out = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const silent = node.parentElement.closest('script, style, noscript');
    if (!root.contains(node) && !silent && node.textContent.trim()) out.push(node.textContent.trim());
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
    if (root.contains(element)) continue;
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) out.push(element.getAttribute(name) ?? '');
  }
  return [...new Set(out.filter(Boolean))];
}"""
pages = pytest.mark.parametrize("page", [page for page, _, _ in PAGES])


def faults(dashboard: Dashboard) -> tuple[list[str], set[str]]:
    """Return the serious faults inside our root with their places, and the rules broken outside."""
    # Colours are judged when nothing moves or fades.
    dashboard.page.wait_for_function("() => !document.getAnimations().some((a) => a.playState === 'running')")
    violations: list[dict[str, Any]] = Axe().run(dashboard.page).response["violations"]
    ours, theirs = [], set()
    for violation in violations:
        if violation["impact"] not in SERIOUS:
            continue
        for node in violation["nodes"]:
            selector = node["target"][0]
            inside = dashboard.page.evaluate(
                "(selector) => Boolean(document.querySelector(selector)?.closest('[data-testid=\"root\"]'))", selector
            )
            if inside:
                ours.append(f"{violation['id']}: {selector}: {node['failureSummary']}")
            else:
                theirs.add(violation["id"])
    return ours, theirs


def check(dashboard: Dashboard) -> None:
    ours, theirs = faults(dashboard)
    assert ours == []
    assert theirs <= STREAMLIT_FAULTS


@pages
def test_every_tab_with_and_without_a_card(dashboard: Dashboard, page: str) -> None:
    dashboard.open(page, commune="23353")
    expect(dashboard.at("card")).to_be_visible()
    check(dashboard)
    for tab in ("list", "table", "notes"):
        dashboard.tab(tab)
        if tab != "list":
            expect(dashboard.page.locator("#ntm-page-table tbody tr, .ntm-notes").first).to_be_attached()
        check(dashboard)


@pages
def test_phone(phone: Dashboard, page: str) -> None:
    phone.open(page, district="610")
    check(phone)
    phone.at("filters").get_by_role("button", name="Bộ lọc").tap()
    phone.at("drawer-handle").tap()
    expect(phone.at("panel")).to_have_attribute("data-drawer", "half")
    check(phone)


def test_what_opens(dashboard: Dashboard) -> None:
    """The download menu, the search list, a notice and an isolated class."""
    dashboard.open("ban-do", period="2023-13", district="610")
    dashboard.at("legend").locator("[data-class=standard]").click()
    dashboard.page.keyboard.press("Control+k")
    dashboard.page.keyboard.type("dak")
    expect(dashboard.at("search").get_by_role("option").first).to_be_visible()
    check(dashboard)
    dashboard.page.keyboard.press("Escape")
    dashboard.at("download").click()
    check(dashboard)


@pages
def test_the_only_english_is_what_streamlit_forces(dashboard: Dashboard, page: str) -> None:
    dashboard.open(page)
    assert set(dashboard.page.evaluate(OUTSIDE_TEXTS)) <= STREAMLIT_WORDS | TRANSLATED


@pages
def test_landmarks_and_headings(dashboard: Dashboard, page: str) -> None:
    dashboard.open(page)
    expect(dashboard.page.get_by_role("heading", level=1)).to_have_count(1)
    expect(dashboard.page.get_by_role("navigation", name="Các trang bản đồ")).to_have_count(1)
    expect(dashboard.page.get_by_role("region", name="Bản đồ", exact=True)).to_have_count(1)
    expect(dashboard.page.get_by_role("application")).to_have_accessible_description(
        "Dùng phím mũi tên để di chuyển, phím + và − để phóng to, thu nhỏ."
        " Thẻ Bảng có đủ số liệu của bản đồ dưới dạng bảng."
    )


def test_calm_motion_is_respected(dashboard: Dashboard) -> None:
    """Reduced motion: a zoom is over when it begins."""
    dashboard.open("ban-do")
    dashboard.select("district", "610")
    assert dashboard.page.evaluate("() => !window.testMap._animatingZoom")
