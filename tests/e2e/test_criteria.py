"""The page *Tiêu chí* on the small made-up store: its three maps, the choice of a criterion, the grid on the card."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect
from reports import fill, opened

from .conftest import PHONE, Visitor
from .dashboard import Dashboard
from .process import ROOT, server
from .test_accessible import check as check_accessible

PEK, PLO, LINH = "23353", "23344", "23365"
WIDTHS = "() => [document.documentElement.scrollWidth, innerWidth]"


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server on the store of ``tests/reports.py``."""
    folder = tmp_path_factory.mktemp("reported")
    with opened(folder) as ledger:
        fill(ledger)
    with server(ROOT, folder / "log.txt", NTM_DATA=str(folder)) as address:
        yield address


@pytest.fixture
def criteria(visitor: Visitor, reported: str) -> Callable[..., Dashboard]:
    """Return a maker of visitors of that server."""

    def new(**options: object) -> Dashboard:
        return visitor(at=reported, **options)

    return new


def switch(dashboard: Dashboard, layer: str) -> None:
    dashboard.change(dashboard.at("switch").locator(f"[data-layer={layer}]").click)


def test_the_page_shows_its_three_maps_and_keeps_the_filters(criteria: Callable[..., Dashboard]) -> None:
    page = criteria().open("tieu-chi", district="610")
    expect(page.at("menu").locator("[aria-current=page]")).to_have_text("Tiêu chí")
    expect(page.at("switch").locator("a")).to_have_text(["Số tiêu chí đạt", "Từng tiêu chí", "Nguy cơ thu hồi"])
    expect(page.at("headline")).to_contain_text("Bình quân 13,69 tiêu chí/xã")
    expect(page.at("legend").locator("[data-class=all] .ntm-legend-count")).to_have_text("1")
    for layer, word in (("criterion", "Tiêu chí 1 – Quy hoạch"), ("at-risk", "2 xã thuộc diện thu hồi")):
        switch(page, layer)
        page.expect_query(district="610", layer=layer)
        expect(page.at("headline")).to_contain_text(word)
        expect(page.at("switch").locator("[aria-current=true]")).to_have_attribute("data-layer", layer)
        expect(page.page.locator("[data-filter=district]")).to_have_value("610")
    switch(page, "criteria-met")
    page.expect_query(district="610")
    link = page.at("switch").locator("[data-layer=at-risk]").get_attribute("href") or ""
    page.page.goto(page.address + link)
    page.settled()
    expect(page.at("headline")).to_contain_text("2 xã thuộc diện thu hồi")
    page.go("ban-do")
    page.expect_query(district="610", period="2025-05", boundary="kontum-2015")


def test_a_criterion_or_a_group_is_chosen_and_one_lets_go_of_the_other(criteria: Callable[..., Dashboard]) -> None:
    page = criteria().open("tieu-chi", layer="criterion")
    expect(page.page.locator("[data-filter=criterion]")).to_have_value("1")
    expect(page.at("chip")).to_have_count(0)
    page.select("criterion", "10")
    page.expect_query(layer="criterion", criterion="10")
    expect(page.at("headline")).to_have_text("Tiêu chí 10 – Thu nhập: 11/17 xã đạt (64,7\xa0%) · 6 xã chưa đạt")
    expect(page.page.locator("[data-filter=criterion] option", has_text="10.1")).to_have_count(1)
    page.select("criterion", "10.1")
    expect(page.at("legend").locator("[data-class=met] .ntm-legend-count")).to_have_text("2")
    page.select("criterion_group", "economy")
    page.expect_query(layer="criterion", criterion_group="economy")
    expect(page.at("legend").locator("[data-class=not-met-3] .ntm-legend-count")).to_have_text("2")
    expect(page.page.locator("[data-filter=criterion]")).to_have_value("")
    page.change(page.page.locator("[data-chip=criterion_group] button").click)
    page.expect_query(layer="criterion")
    expect(page.at("legend").locator("[data-class=not-met]")).to_be_visible()


def test_losses_are_counted_from_a_chosen_month(criteria: Callable[..., Dashboard]) -> None:
    page = criteria().open("tieu-chi", layer="at-risk")
    expect(page.page.locator("[data-filter=from]")).to_have_value("2024-05")
    page.select("from", "2024-12")
    page.expect_query(layer="at-risk", **{"from": "2024-12"})
    expect(page.at("legend").locator("[data-mark=lost] .ntm-legend-count")).to_have_text("3")
    expect(page.at("chip")).to_have_text("Mất từ 12/2024")


def test_the_card_shows_every_criterion_with_a_sign_and_its_source(criteria: Callable[..., Dashboard]) -> None:
    page = criteria().open("tieu-chi", commune=PEK)
    grid = page.at("criteria-grid")
    expect(grid).to_be_visible()
    expect(grid.locator(".ntm-grid > li")).to_have_count(19)
    signs = grid.locator(".ntm-grid > li > details > summary .ntm-result")
    assert "".join(signs.all_text_contents()) == "✓✓✓✓✗✗✓✓✓✗✓✓✗✓✗✗✗✓✓"
    row = grid.locator("[data-code='17']")
    expect(row).to_contain_text("từ 05/2025")
    expect(row.locator(".ntm-grid-more")).to_be_hidden()
    row.locator("summary").press("Enter")
    expect(row.locator(".ntm-grid-more")).to_contain_text("Ô Tiêu chí!T14")
    check_accessible(page)
    page.change(lambda: page.page.mouse.click(*page.point(LINH)))
    assert "".join(signs.all_text_contents()).startswith("???✓")
    page.change(lambda: page.page.mouse.click(*page.point(PLO)))
    grid.locator("[data-code='10'] summary").click()
    expect(grid.locator("[data-code='10'] .ntm-grid-more")).to_contain_text("48,5 triệu đồng/người/năm")


def test_what_cannot_be_used_is_told(criteria: Callable[..., Dashboard]) -> None:
    page = criteria().open("tieu-chi", layer="criterion", criterion="23")
    expect(page.at("notices")).to_contain_text("“23”")
    expect(page.at("notices")).to_contain_text("1, 2, 3")
    other = criteria().open("tieu-chi", layer="villages")
    expect(other.at("notices")).to_contain_text("criteria-met, criterion, at-risk")


def test_english(criteria: Callable[..., Dashboard]) -> None:
    page = criteria().open("tieu-chi", layer="at-risk", commune=PEK)
    page.change(page.at("topbar").get_by_role("button", name=re.compile("EN")).click)
    expect(page.at("headline")).to_contain_text("Withdrawal cases: 2; more at the warning level: 1;")
    expect(page.at("switch").locator("a")).to_have_text(["Criteria met", "One criterion", "Risk of withdrawal"])
    expect(page.at("criteria-grid")).to_contain_text("Environment and food safety")
    expect(page.at("criteria-grid")).to_contain_text("since 05/2025")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("width", [1280, 1440])
def test_the_menu_has_room_for_every_page(criteria: Callable[..., Dashboard], width: int, lang: str) -> None:
    page = criteria(viewport={"width": width, "height": 720}).open("tieu-chi", lang=lang)
    assert page.at("menu").locator("ul").evaluate("(list) => list.scrollWidth - list.clientWidth") <= 0
    assert page.page.evaluate(WIDTHS) == [width, width]


@pytest.mark.parametrize("layer", ["criteria-met", "criterion", "at-risk"])
def test_a_phone(criteria: Callable[..., Dashboard], layer: str) -> None:
    page = criteria(**PHONE).open("tieu-chi", layer=layer, commune=PEK)
    assert page.page.evaluate(WIDTHS) == [390, 390]
    assert page.at("root").evaluate("(root) => root.scrollWidth - root.clientWidth") <= 0
    expect(page.at("switch")).to_be_visible()
    heights = page.at("switch").locator("a").evaluate_all("(links) => links.map((link) => link.offsetHeight)")
    assert min(heights) >= 40
    expect(page.at("panel")).to_have_attribute("data-drawer", "half")
    grid = page.at("criteria-grid")
    grid.locator("[data-code='17']").scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    grid.locator("[data-code='17'] summary").tap()
    expect(grid.locator("[data-code='17'] .ntm-grid-more")).to_be_visible()
    check_accessible(page)
