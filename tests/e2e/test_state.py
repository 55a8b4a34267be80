"""The address holds the view: filters, pages, language, back, reload, and values nobody can use."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from base.clock import Month
from layers.view import FILTERS
from render.screen.assets import texts
from render.screen.menu import PAGES

from .dashboard import Dashboard, setup
from .process import expected

PAGE_KEYS = [page for page, _, _ in PAGES]
VALUES = {
    "boundary": "quangngai-2025",
    "district": "610",
    "ntm_level": "standard",
    "border": "laos",
    "target_kind": "continuing",
    "under_15": "1",
    "commune": "23538",
    "step": "approved",
    "arrangement": "infill",
    "expiring": "1",
}
#: Everything a reader sees or a screen reader says inside our root.
VISIBLE = """(root) => {
  const out = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    if (text && walker.currentNode.parentElement.checkVisibility({ visibilityProperty: true })) out.push(text);
  }
  for (const element of root.querySelectorAll('[aria-label], [title], [placeholder]')) {
    for (const name of ['aria-label', 'title', 'placeholder']) out.push(element.getAttribute(name) ?? '');
  }
  return out.filter(Boolean);
}"""
#: Proper names, kept as they are in English.
DEPARTMENTS = ("Sở Xây dựng", "Sở Nông nghiệp và Phát triển nông thôn")
#: Words that Vietnamese sentences of ours cannot do without; no proper name holds them.
VIETNAMESE = re.compile(
    r"\b(?:của|các|được|không|chưa|trong|những|số|và|với|đến|từ|theo|mục tiêu|nguồn|đạt|chuẩn|nông thôn|"
    r"huyện|xã|phường|thị trấn|thành phố|tỉnh|tháng|năm|bản đồ|danh sách|bảng|ghi chú|tổng quan)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(("page", "layer"), [(page, layer) for page, layer, _ in PAGES])
def test_every_filter_writes_the_address_and_its_chip_clears_it(dashboard: Dashboard, page: str, layer: str) -> None:
    dashboard.open(page)
    untouched = dashboard.painted
    for name in FILTERS[layer]:
        if name == "period":
            dashboard.month("2023-12")
            dashboard.expect_query(period="2023-12")
        else:
            dashboard.select(name, VALUES[name])
            dashboard.expect_query(**{name: VALUES[name]})
        chip = dashboard.page.locator(f"[data-chip={name}]")
        expect(dashboard.at("chip")).to_have_count(1)
        dashboard.change(chip.get_by_role("button").click)
        dashboard.expect_query()
        expect(dashboard.at("chip")).to_have_count(0)
        assert dashboard.painted == untouched


def test_all_filters_are_cleared_at_once_but_not_the_language(dashboard: Dashboard) -> None:
    dashboard.open("ban-do", period="2023-12", district="610", border="laos", lang="en")
    expect(dashboard.at("chip")).to_have_count(3)
    dashboard.change(dashboard.at("reset").click)
    dashboard.expect_query(lang="en")
    expect(dashboard.at("chip")).to_have_count(0)


def test_the_state_is_kept_across_all_pages(dashboard: Dashboard) -> None:
    state = {"period": "2023-12", "district": "610", "lang": "en"}
    dashboard.open(PAGE_KEYS[0], **state)
    for page in [*PAGE_KEYS[1:], PAGE_KEYS[0]]:
        dashboard.go(page)
        assert dashboard.path == page
        dashboard.expect_query(**state)
        expect(dashboard.at("menu").locator("[aria-current=page]")).to_have_attribute("data-page", page)
        expect(dashboard.page.locator("[data-filter=year]")).to_have_value("2023")
        expect(dashboard.page.locator("[data-filter=district]")).to_have_value("610")
        expect(dashboard.page.locator("html")).to_have_attribute("lang", "en")
        layer = {key: layer for key, layer, _ in PAGES}[page]
        document = expected(layer, period="2023-12", district="610", lang="en")
        expect(dashboard.at("headline")).to_have_text(document["headline"])


def test_a_filter_that_another_page_lacks_stays_in_the_address(dashboard: Dashboard) -> None:
    dashboard.open("ban-do", border="laos", commune="23353")
    for page in (*PAGE_KEYS[1:], PAGE_KEYS[0]):
        dashboard.go(page)
        dashboard.expect_query(border="laos", commune="23353")
    expect(dashboard.page.locator("[data-filter=border]")).to_have_value("laos")
    expect(dashboard.at("card")).to_contain_text("Xã Đăk Pék")


def test_links_of_the_menu_are_addresses(dashboard: Dashboard) -> None:
    """A new tab by the middle button opens the same view."""
    dashboard.open("ban-do", period="2023-12", district="610")
    link = dashboard.at("menu").locator("[data-page=xa-muc-tieu]").get_attribute("href") or ""
    path, _, query = link.partition("?")
    assert path == "/xa-muc-tieu"
    assert "v=" not in query.split("&")
    assert {"period=2023-12", "district=610"} <= set(query.split("&"))
    dashboard.page.goto(dashboard.address + link)
    dashboard.settled()
    expect(dashboard.page.locator("[data-filter=year]")).to_have_value("2023")
    expect(dashboard.page.locator("[data-filter=district]")).to_have_value("610")
    expect(dashboard.at("notices").locator("*")).to_have_count(0)


def test_back_and_forward_give_the_views_again(dashboard: Dashboard) -> None:
    dashboard.open("ban-do")
    first = dashboard.painted
    dashboard.select("district", "610")
    second = dashboard.painted
    dashboard.go("xa-bien-gioi")
    dashboard.change(dashboard.page.go_back)
    assert dashboard.path == "ban-do"
    dashboard.expect_query(district="610")
    assert dashboard.painted == second
    expect(dashboard.page.locator("[data-filter=district]")).to_have_value("610")
    dashboard.change(dashboard.page.go_back)
    dashboard.expect_query()
    assert dashboard.painted == first
    dashboard.change(dashboard.page.go_forward)
    dashboard.expect_query(district="610")
    assert dashboard.painted == second


@pytest.mark.parametrize("page", PAGE_KEYS)
def test_a_bad_value_is_told_and_the_rest_is_alive(dashboard: Dashboard, page: str) -> None:
    dashboard.open(page, period="2023-13", district="610", commune="99999", colour="red")
    notices = dashboard.at("notices")
    for text in ("“2023-13”", "“99999”", "“colour”"):
        expect(notices).to_contain_text(text)
    expect(dashboard.page.locator("[data-filter=district]")).to_have_value("610")
    assert dashboard.texts(".ntm-legend-count") != []
    dashboard.select("district", "611")
    assert dashboard.query["district"] == "611"


def test_a_notice_can_be_closed(dashboard: Dashboard) -> None:
    dashboard.open("ban-do", district="999")
    notice = dashboard.at("notices").locator(".ntm-notice")
    expect(notice).to_have_count(1)
    notice.get_by_role("button").click()
    expect(notice).to_have_count(0)


def test_a_month_outside_every_boundary_version_is_told(dashboard: Dashboard) -> None:
    dashboard.open("ban-do", period="2031-01")
    expect(dashboard.at("notices")).to_contain_text("“2031-01”")
    expect(dashboard.page.locator("[data-filter=year]")).to_have_value("2025")


@pytest.mark.parametrize(("page", "layer"), [(page, layer) for page, layer, _ in PAGES])
def test_reload_gives_the_same_view(dashboard: Dashboard, page: str, layer: str) -> None:
    dashboard.open(page).month("2023-12").select("district", "610")
    dashboard.tab("table")
    dashboard.expect_query(period="2023-12", district="610", view="table")
    rows = expected(layer, period="2023-12", district="610")["rows"]
    expect(dashboard.at("table").locator("tbody tr")).to_have_count(len(rows))
    before = dashboard.at("root").evaluate(VISIBLE)
    dashboard.page.reload()
    dashboard.settled()
    expect(dashboard.at("tab-table")).to_have_attribute("aria-selected", "true")
    expect(dashboard.at("table").locator("tbody tr")).to_have_count(len(rows))
    assert dashboard.at("root").evaluate(VISIBLE) == before
    dashboard.expect_query(period="2023-12", district="610", view="table")


@pytest.mark.parametrize("page", PAGE_KEYS)
def test_the_month_shown_first_is_never_today_s(dashboard: Dashboard, page: str) -> None:
    dashboard.open(page)
    year, month = (int(dashboard.page.locator(f"[data-filter={name}]").input_value()) for name in ("year", "month"))
    assert Month(year, month) == (Month(2024, 12) if page == "xa-muc-tieu" else Month(2025, 6))
    dashboard.expect_query()


# Language


def test_vietnamese_is_the_language_of_the_document(dashboard: Dashboard) -> None:
    dashboard.open("ban-do")
    expect(dashboard.page.locator("html")).to_have_attribute("lang", "vi")
    expect(dashboard.page).to_have_title("Bản đồ mức đạt chuẩn nông thôn mới – Bản đồ nông thôn mới")


@pytest.mark.parametrize(("page", "layer"), [(page, layer) for page, layer, _ in PAGES])
def test_english_leaves_no_vietnamese_but_names_and_sources(dashboard: Dashboard, page: str, layer: str) -> None:
    dashboard.open(page, commune="23353")
    dashboard.change(dashboard.at("topbar").get_by_role("button", name=re.compile("EN")).click)
    dashboard.expect_query(commune="23353", lang="en")
    expect(dashboard.page.locator("html")).to_have_attribute("lang", "en")
    document = expected(layer, lang="en")
    seen = []
    for tab in ("overview", "list", "table", "notes"):
        dashboard.tab(tab)
        if tab == "table":
            expect(dashboard.at("table").locator("tbody tr")).not_to_have_count(0)
        elif tab == "notes":
            expect(dashboard.page.locator(".ntm-notes")).not_to_have_count(0)
        seen += dashboard.at("root").evaluate(VISIBLE)
    left = {text for text in seen if VIETNAMESE.search(without_names(text, document["sources"]))}
    assert sorted(left) == []


def without_names(text: str, sources: list[str]) -> str:
    """Take out what stays Vietnamese in English: sources, quotations, and the names of places."""
    for source in sorted([*sources, *DEPARTMENTS], key=len, reverse=True):
        text = text.replace(source, "")
    text = re.sub(r"“[^”]*”|\"[^\"]*\"", "", text)
    known = setup("en")
    for name in sorted({one["name"] for one in [*known["units"], *known["districts"]]}, key=len, reverse=True):
        text = re.sub(re.escape(name), "", text, flags=re.IGNORECASE)
    return text


def test_every_word_of_the_interface_is_in_both_languages() -> None:
    same = {key for key, words in texts().items() if words["vi"] == words["en"]}
    assert same == {"in_place"}
    assert [key for key, words in texts().items() if VIETNAMESE.search(words["en"])] == []
