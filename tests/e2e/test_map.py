"""The map: pointing, choosing, moving, finding; it draws what was asked for last."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from render.screen.menu import PAGES

from .conftest import Visitor
from .dashboard import Dashboard, place, setup
from .process import expected

DAK_PEK, DAK_PLO, DOAN_KET, QUANG_TRUNG = "23353", "23344", "23323", "23281"
PERIODS = ("2018-12", "2021-12", "2023-12", "2024-12", "2022-06", "2019-12")
FOCUSED = """() => {
  const { dataset, tagName } = document.activeElement;
  const box = document.activeElement.closest('[data-testid]');
  return dataset.testid ?? dataset.filter ?? dataset.page ?? box?.dataset.testid ?? tagName;
}"""
#: Which of some points of the window are covered by something that is not the map, or outside its frame.
COVERED = """(points) => points.filter(([, x, y]) => {
  const top = document.elementFromPoint(x, y);
  return !top?.closest('[data-testid="map"]');
}).map(([name]) => name)"""
#: Degrees and zoom steps that nobody can see: about seven pixels.
SAME = 0.02
COLORS = {"standard": (0x74, 0xB5, 0x66), "outside": (0xE6, 0xE6, 0xE6), "advanced": (0x2A, 0x81, 0x52)}


def distance(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def share(dashboard: Dashboard, code: str, color: tuple[int, int, int]) -> float:
    """Return how much of the picture around a unit's label point has a colour."""
    seen = dashboard.colors(code, 12)
    return sum(count for one, count in seen.items() if distance(one, color) < 8) / seen.total()


def rows(layer: str, **query: str) -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in expected(layer, **query)["rows"]}


# Pointing


def test_the_tooltip_says_the_name_at_once_and_the_rest_when_it_is_here(dashboard: Dashboard) -> None:
    dashboard.open("ban-do")
    with dashboard.page.expect_request("**/maps/ntm-levels.json*"):
        dashboard.hover(DAK_PEK)
    tooltip = dashboard.at("tooltip")
    expect(tooltip.locator("strong")).to_have_text("Xã Đăk Pék – Huyện Đăk Glei")
    expect(tooltip).to_contain_text("Đạt chuẩn NTM (≤ 2023, chưa rõ số quyết định)")
    # The example of the issue, each part of it.
    for part in rows("ntm-levels")[DAK_PEK]["tooltip"].split(" · ")[1:]:
        expect(tooltip).to_contain_text(part)
    expect(tooltip).to_contain_text("⚠ trên 30 % tiêu chí không duy trì (CT 05, 22/01/2024)")
    dashboard.page.mouse.move(5, 5)
    expect(tooltip).to_be_hidden()


def test_the_name_does_not_wait_for_the_server(dashboard: Dashboard) -> None:
    dashboard.open("ban-do")
    held: list[Route] = []
    dashboard.page.route("**/maps/*.json*", lambda route: held.append(route))  # noqa: PLW0108 - needs a function
    with dashboard.page.expect_request("**/maps/*.json*"):
        dashboard.hover(DAK_PEK)
    tooltip = dashboard.at("tooltip")
    expect(tooltip.locator("strong")).to_have_text("Xã Đăk Pék – Huyện Đăk Glei")
    expect(tooltip.locator(".ntm-tooltip-class")).to_have_text("Đạt chuẩn NTM")
    expect(tooltip.locator(".ntm-tooltip-line")).to_have_count(0)
    held[0].continue_()
    expect(tooltip).to_contain_text("chưa rõ số quyết định")


@pytest.mark.parametrize(("page", "layer"), [(page, layer) for page, layer, _ in PAGES])
def test_the_tooltip_is_there_without_data_too(dashboard: Dashboard, page: str, layer: str) -> None:
    """In 2016 next to nothing was published: every unit still tells its name and its class."""
    known = rows(layer, period="2016-06")
    dashboard.open(page, period="2016-06")
    dashboard.hover(DAK_PLO)
    by_district = layer in {"district-progress", "reporting"}
    row = known["610" if by_district else DAK_PLO]
    tooltip = dashboard.at("tooltip")
    wanted = row["name"] if by_district else f"{row['name']} – {row['district']}"
    expect(tooltip.locator("strong")).to_have_text(wanted)
    expect(tooltip.locator(".ntm-tooltip-class")).to_have_text(row["class_label"])


def test_a_unit_outside_the_filter_says_so(dashboard: Dashboard) -> None:
    dashboard.open("ban-do", border="laos")
    dashboard.hover(DOAN_KET)
    expect(dashboard.at("tooltip")).to_contain_text("Ngoài điều kiện lọc")


# Choosing


def test_a_click_opens_the_card_and_a_second_click_closes_it(dashboard: Dashboard) -> None:
    dashboard.open("ban-do")
    dashboard.click(DAK_PEK)
    card = dashboard.at("card")
    expect(card.get_by_role("heading", level=2)).to_have_text("Xã Đăk Pék")
    dashboard.expect_query(commune=DAK_PEK)
    facts = card.locator("dl > div")
    assert facts.count() >= 6
    for text in ("Chỉ thị 05/CT-UBND ngày 22/01/2024", "9/19 tiêu chí nâng cao", "87,8 km²", "Đơn vị từ 01/07/2025"):
        expect(card).to_contain_text(text)
    without = [fact for fact in facts.all() if not fact.locator("small").count()]
    assert [fact.inner_text() for fact in without] == [], "every fact has its source"
    dashboard.click(DAK_PEK)
    expect(card).to_have_count(0)
    dashboard.expect_query()


def test_the_card_closes_by_its_button_and_opens_from_the_list_and_the_table(dashboard: Dashboard) -> None:
    dashboard.open("ban-do", district="610")
    dashboard.tab("list")
    dashboard.change(dashboard.at("unit-list").locator(f"[data-code='{DAK_PEK}']").click)
    expect(dashboard.at("card")).to_contain_text("Xã Đăk Pék")
    dashboard.expect_query(commune=DAK_PEK, district="610")
    dashboard.change(dashboard.at("card-close").click)
    expect(dashboard.at("card")).to_have_count(0)
    dashboard.tab("table")
    dashboard.change(dashboard.at("table").locator(f"[data-code='{DAK_PLO}'] button").click)
    expect(dashboard.at("card")).to_contain_text("Xã Đăk Plô")
    dashboard.expect_query(commune=DAK_PLO, district="610")


def test_the_inset_is_the_same_map(dashboard: Dashboard) -> None:
    dashboard.open("ban-do")
    plot = dashboard.at("inset").locator(".ntm-inset-plot")
    size = plot.bounding_box()
    assert size
    units = [unit for unit in setup()["units"] if unit["district"] == "608"]
    box = [min(u["box"][0] for u in units), min(u["box"][1] for u in units), max(u["box"][2] for u in units)]
    scale = (size["width"] - 10) / (box[2] - box[0])
    x, y, _ = place(QUANG_TRUNG)["label"]
    at = {"x": (x - box[0]) * scale + 5, "y": (y - box[1]) * scale + 5}
    plot.hover(position=at)
    expect(dashboard.at("tooltip").locator("strong")).to_have_text("Phường Quang Trung – Thành phố Kon Tum")
    dashboard.change(lambda: plot.click(position=at))
    expect(dashboard.at("card")).to_contain_text("Phường Quang Trung")
    dashboard.expect_query(commune=QUANG_TRUNG)


# The legend


@pytest.mark.parametrize("how", ["hover", "focus"])
def test_the_legend_isolates_a_class(dashboard: Dashboard, how: str) -> None:
    dashboard.open("ban-do")
    standard, outside = DAK_PEK, "23341"
    assert share(dashboard, standard, COLORS["standard"]) > 0.3
    assert share(dashboard, outside, COLORS["outside"]) > 0.3
    row = dashboard.at("legend").locator("[data-class=standard]")
    if how == "hover":
        row.hover()
    else:
        dashboard.at("legend").locator(".ntm-legend-head").focus()
        while row.evaluate("(row) => row !== document.activeElement"):
            dashboard.page.keyboard.press("Tab")
    assert share(dashboard, standard, COLORS["standard"]) > 0.3, "the class stays as it is"
    assert share(dashboard, outside, COLORS["outside"]) < 0.05, "everything else fades"
    if how == "hover":
        dashboard.page.mouse.move(5, 5)
    else:
        dashboard.page.keyboard.press("Shift+Tab")
        dashboard.at("tab-overview").focus()
    assert share(dashboard, outside, COLORS["outside"]) > 0.3


def test_a_click_keeps_a_class_isolated_until_the_next(dashboard: Dashboard) -> None:
    dashboard.open("ban-do")
    row = dashboard.at("legend").locator("[data-class=standard]")
    row.click()
    dashboard.page.mouse.move(5, 5)
    expect(row).to_have_attribute("aria-pressed", "true")
    assert share(dashboard, "23341", COLORS["outside"]) < 0.05
    dashboard.select("border", "yes")
    assert share(dashboard, DOAN_KET, COLORS["standard"]) < 0.05
    row.click()
    expect(row).to_have_attribute("aria-pressed", "false")


# Districts


def test_a_district_is_zoomed_to_and_the_province_comes_back(dashboard: Dashboard) -> None:
    dashboard.open("ban-do")
    home = dashboard.view()
    dashboard.select("district", "610").still()
    assert dashboard.view()[2] > home[2] + 0.5
    expect(dashboard.at("chips")).to_contain_text("Huyện Đăk Glei")
    dashboard.change(dashboard.at("map-home").click).still()
    assert dashboard.view() == pytest.approx(home, abs=SAME)
    dashboard.expect_query()
    expect(dashboard.at("chip")).to_have_count(0)


def test_a_click_on_a_district_zooms_to_it(dashboard: Dashboard) -> None:
    dashboard.open("tien-do-huyen")
    home = dashboard.view()
    dashboard.click(DAK_PEK).still()
    dashboard.expect_query(district="610")
    assert dashboard.view()[2] > home[2] + 0.5
    dashboard.click(DAK_PEK).still()
    dashboard.expect_query()
    assert dashboard.view() == pytest.approx(home, abs=SAME)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
@pytest.mark.parametrize("district", ["610", "613", "608"])
def test_a_chosen_district_is_wholly_in_sight(visitor: Visitor, district: str, motion: str) -> None:
    """Beside the legend, not under it, however the reader got there."""
    dashboard = visitor(reduced_motion=motion)
    dashboard.open("ban-do", district=district).still()
    codes = [unit["code"] for unit in setup()["units"] if unit["district"] == district]
    points = [[place(code)["name"], *dashboard.point(code)] for code in codes]
    assert dashboard.page.evaluate(COVERED, points) == [], "by its address"
    dashboard.change(dashboard.at("map-home").click).still()
    dashboard.select("district", district).still()
    points = [[place(code)["name"], *dashboard.point(code)] for code in codes]
    assert dashboard.page.evaluate(COVERED, points) == [], "by the filter"


# Drawing what was asked for


def test_rapid_changes_end_in_the_last_one(dashboard: Dashboard) -> None:
    dashboard.open("ban-do", period="2020-12")
    for period in PERIODS:
        dashboard.page.locator("[data-filter=year]").select_option(period[:4], no_wait_after=True)
    dashboard.expect_query(period="2019-12")
    document = expected("ntm-levels", period="2019-12")
    expect(dashboard.at("headline")).to_have_text(document["headline"])
    expect(dashboard.page.locator("[data-filter=year]")).to_have_value("2019")
    dashboard.settled()
    drawn = dashboard.page.evaluate("window.testPainted.at(-1)")
    assert drawn == dashboard.painted
    dashboard.open("ban-do", period="2019-12")
    assert dashboard.painted == drawn


def test_filters_chosen_before_the_answer_are_all_in_the_view(dashboard: Dashboard) -> None:
    dashboard.open("ban-do")
    dashboard.page.evaluate(
        """async () => {
          const choices = [['district', '610'], ['district', '611'], ['border', 'laos'], ['year', '2023']];
          for (const [name, value] of choices) {
            const select = document.querySelector(`[data-filter=${name}]`);
            select.value = value;
            select.dispatchEvent(new Event('change', { bubbles: true }));
            await new Promise((done) => setTimeout(done, 25)); // faster than any hand, slower than one event
          }
        }"""
    )
    dashboard.expect_query(district="611", border="laos", period="2023-06")
    document = expected("ntm-levels", district="611", border="laos", period="2023-06")
    expect(dashboard.at("headline")).to_have_text(document["headline"])
    expect(dashboard.at("caption")).to_have_text(document["caption"])


#: Open a tab, choose a year after a pause, and tell every year the filter showed until the view was there.
YEARS_SEEN = """async ([tab, pause]) => {
  const root = document.querySelector('[data-testid="root"]');
  const year = document.querySelector('[data-filter=year]');
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  document.querySelector(`[data-testid="tab-${tab}"]`).click();
  await new Promise((done) => setTimeout(done, pause));
  year.value = '2023';
  year.dispatchEvent(new Event('change', { bubbles: true }));
  const seen = [];
  while (root.hasAttribute('aria-busy')) { seen.push(year.value); await frame(); }
  for (let more = 0; more < 5; more += 1) { await frame(); seen.push(year.value); }
  return [...new Set(seen)];
}"""


@pytest.mark.parametrize("pause", [0, 10, 20, 30, 40, 60])
def test_an_answer_to_an_earlier_change_does_not_turn_a_choice_back(dashboard: Dashboard, pause: int) -> None:
    dashboard.open("ban-do")
    assert dashboard.page.evaluate(YEARS_SEEN, ["table", pause]) == ["2023"]
    dashboard.expect_query(period="2023-06", view="table")


# The keyboard


def test_arrows_pan_and_plus_and_minus_zoom(dashboard: Dashboard) -> None:
    dashboard.open("ban-do", district="610").still()
    dashboard.at("map").focus()
    start = dashboard.view()
    press = dashboard.page.keyboard.press
    press("ArrowRight")
    east = dashboard.still().view()
    assert east[1] > start[1]
    assert east[0] == pytest.approx(start[0], abs=1e-3)
    press("ArrowDown")
    south = dashboard.still().view()
    assert south[0] < east[0]
    press("+")
    near = dashboard.still().view()
    assert near[2] > south[2]
    press("-")
    assert dashboard.still().view()[2] == pytest.approx(south[2])


def test_the_tab_key_reaches_the_table_and_opens_a_card(dashboard: Dashboard) -> None:
    dashboard.open("ban-do", view="table")
    expect(dashboard.at("table")).to_be_visible()
    seen = []
    for _ in range(60):
        dashboard.page.keyboard.press("Tab")
        seen.append(dashboard.page.evaluate(FOCUSED))
        if seen[-1] == "table":
            break
    order = [name for name in ("menu", "year", "map", "legend", "tab-table", "table") if name in [*seen, "menu"]]
    assert order == ["menu", "year", "map", "legend", "tab-table", "table"]
    places = [seen.index(name) for name in order[1:]]
    assert places == sorted(places), seen
    dashboard.page.locator(f"tr[data-code='{DAK_PEK}'] button").focus()
    dashboard.change(lambda: dashboard.page.keyboard.press("Enter"))
    dashboard.expect_query(commune=DAK_PEK)
    expect(dashboard.at("card")).to_contain_text("Xã Đăk Pék")


def test_the_table_is_sorted_by_a_column(dashboard: Dashboard) -> None:
    dashboard.open("ban-do", view="table")
    head = dashboard.at("table").locator("th[data-key=name]")
    names = (
        "() => [...document.querySelectorAll('[data-testid=table] tbody td:nth-child(2)')].map((e) => e.textContent)"
    )
    expect(head).to_have_attribute("aria-sort", "none")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    up = dashboard.page.evaluate(names)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    assert len(up) == 102
    assert dashboard.page.evaluate(names)[0] == up[-1]


# Finding


@pytest.mark.parametrize("text", ["Đăk Pék", "dak pek", "DAK PEK", "pek dak glei"])
def test_a_commune_is_found_with_and_without_diacritics(dashboard: Dashboard, text: str) -> None:
    dashboard.open("ban-do")
    dashboard.page.keyboard.press("Control+k")
    field = dashboard.at("search").get_by_role("combobox")
    expect(field).to_be_focused()
    dashboard.page.keyboard.type(text)
    expect(dashboard.at("search").get_by_role("option").first).to_contain_text("Xã Đăk Pék – huyện Đăk Glei")
    dashboard.change(lambda: dashboard.page.keyboard.press("Enter"))
    dashboard.expect_query(commune=DAK_PEK)
    expect(dashboard.at("card")).to_contain_text("Xã Đăk Pék")
    expect(field).to_have_value("")


def test_two_communes_of_one_name_are_told_apart(dashboard: Dashboard) -> None:
    dashboard.open("ban-do")
    dashboard.page.keyboard.press("Control+k")
    dashboard.page.keyboard.type("dak long")
    found = dashboard.at("search").get_by_role("option")
    expect(found).to_have_text([re.compile("Xã Đăk Long – huyện"), re.compile("Xã Đăk Long – huyện")])
    dashboard.page.keyboard.press("ArrowDown")
    expect(found.nth(1)).to_have_attribute("aria-selected", "true")
    code = found.nth(1).get_attribute("data-code")
    dashboard.change(lambda: dashboard.page.keyboard.press("Enter"))
    dashboard.expect_query(commune=str(code))


def test_a_district_is_found_and_a_wrong_name_is_told(dashboard: Dashboard) -> None:
    dashboard.open("ban-do")
    dashboard.page.keyboard.press("Control+k")
    dashboard.page.keyboard.type("atlantis")
    expect(dashboard.at("search")).to_contain_text("Không tìm thấy xã, huyện nào có tên “atlantis”.")
    dashboard.page.keyboard.press("Escape")
    dashboard.page.keyboard.press("Control+k")
    dashboard.page.keyboard.type("tu mo rong")
    expect(dashboard.at("search").get_by_role("option").first).to_contain_text("Huyện Tu Mơ Rông")
    dashboard.change(lambda: dashboard.page.keyboard.press("Enter"))
    dashboard.expect_query(district=next(d["code"] for d in setup()["districts"] if d["name"] == "Huyện Tu Mơ Rông"))
