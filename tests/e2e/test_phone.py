"""A phone: the map first, the rest in a drawer, filters behind a button, nothing wider than the glass."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from render.screen.menu import PAGES

from .dashboard import Dashboard

DAK_PEK = "23353"
HEIGHT, WIDTH = 844, 390
pages = pytest.mark.parametrize("page", [page for page, _, _ in PAGES])


@pages
def test_the_map_is_first_and_nothing_is_wider_than_the_screen(phone: Dashboard, page: str) -> None:
    phone.open(page)
    box = phone.at("map").bounding_box()
    assert box
    assert box["y"] < HEIGHT / 3
    assert box["height"] > HEIGHT * 0.45
    assert box["width"] > WIDTH * 0.9
    widths = "() => [document.documentElement.scrollWidth, document.body.scrollWidth, innerWidth]"
    assert phone.page.evaluate(widths) == [WIDTH, WIDTH, WIDTH]
    # Streamlit scrolls its own box, so the document's width alone says little.
    too_wide = phone.at("root").evaluate("(root) => root.scrollWidth - root.clientWidth")
    assert too_wide <= 0
    panel = phone.at("panel").bounding_box()
    assert panel
    assert panel["y"] > HEIGHT * 0.8
    expect(phone.at("headline")).to_be_in_viewport()


def test_filters_are_behind_a_button(phone: Dashboard) -> None:
    phone.open("ban-do")
    district = phone.page.locator("[data-filter=district]")
    expect(district).to_be_hidden()
    button = phone.at("filters").get_by_role("button", name="Bộ lọc")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.tap()
    expect(district).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    phone.select("district", "610")
    expect(button).to_contain_text("1")
    expect(phone.at("chip")).to_contain_text("Huyện Đăk Glei")
    button.tap()
    expect(district).to_be_hidden()
    expect(phone.at("chip")).to_be_visible()


def test_the_drawer_opens_and_closes(phone: Dashboard) -> None:
    phone.open("ban-do")
    handle, panel = phone.at("drawer-handle"), phone.at("panel")
    expect(handle).to_have_attribute("aria-expanded", "false")
    expect(phone.at("tab-list")).to_be_hidden()
    handle.tap()
    expect(panel).to_have_attribute("data-drawer", "half")
    expect(handle).to_have_attribute("aria-expanded", "true")
    phone.at("tab-list").tap()
    expect(phone.at("unit-list").locator("[data-code]").first).to_be_in_viewport()
    handle.tap()
    expect(panel).to_have_attribute("data-drawer", "peek")
    expect(phone.at("tab-list")).to_be_hidden()


def test_the_drawer_can_be_dragged(phone: Dashboard) -> None:
    phone.open("ban-do")
    for y, state in ((60, "full"), (HEIGHT // 2, "half"), (HEIGHT - 20, "peek")):
        box = phone.at("drawer-handle").bounding_box()
        assert box
        x, start = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        phone.page.mouse.move(x, start)
        phone.page.mouse.down()
        phone.page.mouse.move(x, (start + y) / 2)
        phone.page.mouse.move(x, y)
        phone.page.mouse.up()
        expect(phone.at("panel")).to_have_attribute("data-drawer", state)
        phone.page.wait_for_function("() => !document.querySelector('[data-testid=panel]').getAnimations().length")


def test_a_tap_on_a_commune_opens_its_card(phone: Dashboard) -> None:
    phone.open("ban-do")
    phone.change(lambda: phone.page.touchscreen.tap(*phone.point(DAK_PEK)))
    phone.expect_query(commune=DAK_PEK)
    expect(phone.at("panel")).to_have_attribute("data-drawer", "half")
    expect(phone.at("card").get_by_role("heading", level=2)).to_have_text("Xã Đăk Pék")
    expect(phone.at("card").get_by_role("heading", level=2)).to_be_in_viewport()
    expect(phone.at("tooltip")).to_be_hidden()
    phone.change(phone.at("card-close").tap)
    expect(phone.at("card")).to_have_count(0)
    phone.expect_query()


def test_a_tap_on_a_class_isolates_it_and_the_legend_folds(phone: Dashboard) -> None:
    phone.open("ban-do")
    legend = phone.at("legend")
    row = legend.locator("[data-class=standard]")
    expect(row).to_be_hidden()
    legend.get_by_role("button", name="Chú giải").tap()
    row.tap()
    expect(row).to_have_attribute("aria-pressed", "true")


def test_what_is_touched_is_large_enough(phone: Dashboard) -> None:
    """WCAG 2.2, 2.5.8: at least 24 by 24 pixels for everything a finger aims at."""
    phone.open("ban-do")
    phone.at("filters").get_by_role("button", name="Bộ lọc").tap()
    phone.at("drawer-handle").tap()
    expect(phone.at("panel")).to_have_attribute("data-drawer", "half")
    small = phone.at("root").evaluate(
        """(root) => [...root.querySelectorAll('button, a, select, input')]
          .filter((e) => e.checkVisibility({ visibilityProperty: true }) && e.offsetWidth)
          .filter((e) => e.offsetWidth < 24 || e.offsetHeight < 24)
          .map((e) => `${e.className} ${e.textContent}`)"""
    )
    assert small == []
