"""Clusters and villages on the map: symbols, legend, tooltip, filters, the second table, exact places for few."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from examples import cluster, entry, village
from playwright.sync_api import Request, expect
from reports import opened

from geo.asset import grid_point

from .conftest import PHONE, Visitor
from .dashboard import PIXELS, POINT, Dashboard
from .process import ROOT, server
from .test_accessible import check as check_accessible

IA_TOI, IA_DOM, DAK_PLO = "23538", "23537", "23344"
EXISTING, PLANNED = (107.47, 13.98), (107.53, 14.02)
#: Colours of data/legends.toml for the classes of clusters.
APPROVED, EXPIRED = (0x2F, 0x74, 0xC0), (0xD5, 0x5E, 0x00)
FEATURES = """() => {
  const { painted, features } = document.querySelector('[data-testid="root"]').dataset;
  return painted === features;
}"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a store of three clusters and two villages."""
    folder = tmp_path_factory.mktemp("settlements")
    places = dict(zip(("existing_lon", "existing_lat", "planned_lon", "planned_lat"), EXISTING + PLANNED, strict=True))
    with opened(folder) as ledger:
        ledger.submit(
            entry(
                "clusters",
                cluster(
                    IA_TOI, "IT-64", "2025-05-31", step="approved", households_now=22, households_planned=100, **places
                ),
                cluster(IA_TOI, "IT-65", "2025-05-31", step="expired", households_now=9, arrangement="infill"),
                cluster(DAK_PLO, "DP-01", "2025-05-31", step="approved", households_now=30),
            )
        )
        ledger.submit(entry("villages", village(IA_DOM, "Thôn 1", lon=107.5, lat=14.1), village(IA_DOM, "Thôn 2")))
    return folder


@pytest.fixture(scope="module")
def public(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server that tells nobody where settlements are."""
    with server(ROOT, tmp_path_factory.mktemp("public") / "log.txt", NTM_DATA=str(data)) as address:
        yield address


@pytest.fixture(scope="module")
def inside(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server where the visitor may write, and so may know."""
    log = tmp_path_factory.mktemp("inside") / "log.txt"
    with server(ROOT, log, NTM_DATA=str(data), NTM_OFFICE="Văn phòng", NTM_BORDER_BUFFERS_KM="5") as address:
        yield address


@pytest.fixture
def border(visitor: Visitor, inside: str) -> Callable[..., Dashboard]:
    """Return a maker of visitors of the page *Xã biên giới* who may know."""

    def new(*, at: str = inside, options: dict[str, Any] | None = None, **query: str) -> Dashboard:
        page = visitor(at=at, **(options or {})).open("xa-bien-gioi", period="2025-06", **query)
        return drawn(page)

    return new


def drawn(page: Dashboard) -> Dashboard:
    """Wait until what stands at places is drawn, too."""
    page.page.wait_for_function(FEATURES)
    page.still()
    return page


def spot(page: Dashboard, place: tuple[float, float]) -> tuple[float, float]:
    x, y = page.page.evaluate(POINT, list(grid_point(*place)))
    return x, y


def colors(page: Dashboard, place: tuple[float, float], reach: float = 9) -> Counter[tuple[int, int, int]]:
    return Counter(tuple(one) for one in page.page.evaluate(PIXELS, [*spot(page, place), reach]))


def counts(page: Dashboard) -> dict[str, str]:
    rows = page.at("legend-places").locator("li:not([hidden]) [data-feature]")
    return {
        row.get_attribute("data-feature") or "": row.locator(".ntm-legend-count").inner_text() for row in rows.all()
    }


def test_a_cluster_is_filled_where_it_is_and_hollow_where_it_is_to_be(border: Callable[..., Dashboard]) -> None:
    page = border(district="618")
    now, later = colors(page, EXISTING), colors(page, PLANNED)
    assert now[APPROVED] > later[APPROVED] > 20
    middle = colors(page, PLANNED, reach=2)
    assert middle[255, 255, 255] > sum(middle.values()) * 0.7
    assert colors(page, EXISTING, reach=2)[255, 255, 255] == 0


def test_the_legend_tells_what_is_drawn_and_filters_choose_among_it(border: Callable[..., Dashboard]) -> None:
    asked: list[str] = []
    page = border()
    page.page.on("request", lambda request: "/points/" in request.url and asked.append(request.url))
    assert counts(page) == {"approved": "2", "expired": "1"}
    expect(page.at("legend-schematic")).to_be_hidden()
    page.select("step", "expired")
    drawn(page)
    assert counts(page) == {"expired": "1"}
    expect(page.at("chip").filter(has_text="Hết thời hạn")).to_have_count(1)
    assert colors(page, EXISTING)[APPROVED] == 0
    page.select("arrangement", "concentrated")
    drawn(page)
    expect(page.at("legend-places")).to_be_hidden()
    page.change(page.at("reset").click)
    drawn(page)
    assert counts(page) == {"approved": "2", "expired": "1"}
    assert asked == [], "filters ask for no document of places"


def test_a_class_of_the_legend_dims_the_others(border: Callable[..., Dashboard]) -> None:
    page = border(district="618")
    assert colors(page, EXISTING)[APPROVED] > 20
    page.at("legend-places").locator("[data-feature=expired]").click()
    assert colors(page, EXISTING)[APPROVED] == 0
    page.at("legend-places").locator("[data-feature=approved]").click()
    assert colors(page, EXISTING)[APPROVED] > 20


def test_the_pointer_reads_a_cluster_and_a_click_chooses_its_commune(border: Callable[..., Dashboard]) -> None:
    page = border(district="618")
    tooltip = page.at("tooltip")
    page.page.mouse.move(*spot(page, EXISTING))
    expect(tooltip).to_contain_text("Điểm dân cư IT-64 (22/100 hộ)")
    expect(tooltip).to_contain_text("Đã phê duyệt")
    expect(tooltip).to_contain_text("Cách biên giới")
    page.change(lambda: page.page.mouse.click(*spot(page, EXISTING)))
    assert page.query["commune"] == IA_TOI
    expect(page.page.locator("[data-filter=commune]")).to_have_value(IA_TOI)
    expect(tooltip).to_contain_text("IT-64")
    painted = page.painted
    page.page.mouse.click(*spot(page, PLANNED))  # the same commune stays chosen
    expect(page.at("card")).to_be_visible()
    assert (page.painted, page.query["commune"]) == (painted, IA_TOI)


def test_a_finger_reads_a_cluster(border: Callable[..., Dashboard]) -> None:
    page = border(options=PHONE, district="618")
    before = page.painted
    page.page.touchscreen.tap(*spot(page, EXISTING))
    page.settled(before)
    tooltip = page.at("tooltip")
    expect(tooltip).to_contain_text("IT-64 (22/100 hộ)")
    panel, box = page.at("panel"), tooltip.bounding_box()
    expect(panel).to_have_attribute("data-drawer", "half")
    top = page.page.viewport_size["height"] * 0.48 if page.page.viewport_size else 0
    assert box
    assert box["y"] + box["height"] <= top
    page.at("headline").tap()
    expect(tooltip).to_be_hidden()


def test_nobody_else_learns_where_they_are(border: Callable[..., Dashboard], public: str) -> None:
    page = border(at=public, district="618")
    expect(page.at("legend-schematic")).to_be_visible()
    assert counts(page) == {"approved": "1", "expired": "1"}
    assert colors(page, EXISTING)[APPROVED] == colors(page, PLANNED)[APPROVED] == 0
    page.page.mouse.move(*spot(page, EXISTING))
    expect(page.at("tooltip")).to_contain_text("Xã Ia Tơi")
    expect(page.at("tooltip")).not_to_contain_text("IT-64")


def test_the_table_of_clusters_stands_under_that_of_communes(border: Callable[..., Dashboard]) -> None:
    page = border(district="618").tab("table")
    second = page.at("feature-table")
    expect(second.locator("tbody tr")).to_have_count(2)
    expect(second.locator("thead th").first).to_contain_text("Mã cụm")
    codes = second.locator("tbody tr > :first-child")
    expect(codes).to_have_text(["IT-64", "IT-65"])
    head = second.locator("thead button").first
    head.click()
    head.click()
    expect(codes).to_have_text(["IT-65", "IT-64"])
    page.change(codes.first.get_by_role("button").click)
    assert page.query["commune"] == IA_TOI


def test_villages_are_dots_for_those_who_may_know(visitor: Visitor, inside: str, public: str) -> None:
    page = drawn(visitor(at=inside).open("thon-lang", period="2025-06", district="618"))
    expect(page.at("legend-places")).to_be_visible()
    page.page.mouse.move(*spot(page, (107.5, 14.1)))
    expect(page.at("tooltip")).to_contain_text("Thôn 1")
    other = drawn(visitor(at=public).open("thon-lang", period="2025-06", district="618"))
    expect(other.at("legend-places")).to_be_hidden()
    other.page.mouse.move(*spot(other, (107.5, 14.1)))
    expect(other.at("tooltip")).not_to_contain_text("Thôn 1")


def test_the_map_stands_although_the_places_cannot_be_had(visitor: Visitor, inside: str) -> None:
    page = visitor(at=inside)
    refuse: list[Request] = []
    page.page.route("**/points/**", lambda route: (refuse.append(route.request), route.abort()))
    page.open("xa-bien-gioi", period="2025-06")
    expect(page.at("headline")).to_contain_text("3 cụm dân cư")
    assert page.at("root").get_attribute("data-features") is None
    assert len(refuse) == 1
    page.page.unroute("**/points/**")
    page.select("step", "approved")
    drawn(page)
    page.watch.faults = [said for said in page.watch.faults if "/points/" not in said]


@pytest.mark.parametrize("page", ["xa-bien-gioi", "thon-lang"])
def test_the_pages_are_accessible(visitor: Visitor, inside: str, page: str) -> None:
    shown = drawn(visitor(at=inside).open(page, period="2025-06"))
    check_accessible(shown)
    phone = drawn(visitor(at=inside, **PHONE).open(page, period="2025-06", lang="en"))
    check_accessible(phone)


def test_the_document_of_places_is_json_for_the_reader_alone(border: Callable[..., Dashboard]) -> None:
    page = border()
    with page.page.expect_response("**/points/**") as waiting:
        page.month("2025-05")
    drawn(page)
    assert waiting.value.headers["cache-control"].startswith("private")
    assert json.loads(waiting.value.text())["exact"] is True
