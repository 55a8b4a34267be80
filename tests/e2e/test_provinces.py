"""Another province, another year: the switch, the reorganisation of 2025, today's boundaries of an earlier month."""

from __future__ import annotations

from playwright.sync_api import expect

from .dashboard import Dashboard
from .process import expected


def counts(dashboard: Dashboard) -> dict[str, str]:
    """Return the numbers of the legend by the name of the class."""
    rows = dashboard.page.locator('[data-testid="legend"] .ntm-legend-row')
    texts = [row.inner_text().split("\n") for row in rows.all()]
    return {text[0].strip(): text[-1].strip() for text in texts}


def test_the_switch_keeps_layer_and_month_and_drops_what_means_nothing_elsewhere(dashboard: Dashboard) -> None:
    dashboard.open("tien-do-huyen", period="2021-12", district="610")
    dashboard.change(lambda: dashboard.at("province").select_option("quangnam"))
    dashboard.expect_query(province="quangnam", period="2021-12")
    assert dashboard.path == "tien-do-huyen"
    expect(dashboard.at("headline")).to_contain_text("113/194")
    assert dashboard.at("notices").inner_text() == "", "a code of the other province is no fault of the reader"


def test_a_month_that_the_other_province_does_not_have_gives_way_to_its_own(dashboard: Dashboard) -> None:
    dashboard.open("ban-do", period="2018-12")
    dashboard.change(lambda: dashboard.at("province").select_option("danang"))
    dashboard.expect_query(province="danang")
    expect(dashboard.at("headline")).to_contain_text("chưa đánh giá")
    expect(dashboard.at("inset")).to_contain_text("Đặc khu Hoàng Sa")


def test_after_the_merger_a_leader_sees_new_units_and_what_they_were(dashboard: Dashboard) -> None:
    dashboard.open("ban-do", period="2025-12")
    banner = dashboard.page.locator(".ntm-banner")
    expect(banner).to_contain_text("Từ 07/2025 Tỉnh Kon Tum thuộc Tỉnh Quảng Ngãi")
    assert counts(dashboard)["Đơn vị mới, chưa đánh giá"] == "33"
    assert len(expected("ntm-levels", period="2025-12")["rows"]) == 40
    dashboard.open("ban-do", period="2025-12", commune="23500")
    card = dashboard.at("card")
    expect(card).to_contain_text("Xã Đăk Hà")
    expect(card).to_contain_text("Xã Hà Mòn – huyện Đăk Hà (23521)")


def test_today_s_boundaries_are_chosen_for_an_earlier_month(dashboard: Dashboard) -> None:
    dashboard.open("ban-do", period="2024-12")
    assert counts(dashboard)["Đơn vị mới, chưa đánh giá"] == "0"
    dashboard.select("boundary", "quangngai-2025")
    dashboard.expect_query(period="2024-12", boundary="quangngai-2025")
    assert counts(dashboard)["Đơn vị mới, chưa đánh giá"] == "33"
    dashboard.select("boundary", "")
    assert counts(dashboard)["Đơn vị mới, chưa đánh giá"] == "0"


def test_a_phone_shows_the_province_and_the_banner_without_sideways_scrolling(phone: Dashboard) -> None:
    phone.open("ban-do", period="2025-12")
    expect(phone.at("province")).to_be_visible()
    expect(phone.page.locator(".ntm-banner")).to_be_visible()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
