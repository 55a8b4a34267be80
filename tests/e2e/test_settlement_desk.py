"""Entry of clusters and villages: a form with a click on the map, a file with faults, what the map then shows."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, expect

from .conftest import PHONE, Visitor
from .dashboard import Dashboard, place
from .process import ROOT, server
from .test_accessible import check as check_accessible
from .test_desk import OFFICE, downloaded, forget_refusals, hand_in, stage, type_in
from .test_state import VIETNAMESE, VISIBLE, without_names

RO_KOI, MO_RAI = "23530", "23536"
COMMUNE = "23530 – Rờ Kơi – huyện Sa Thầy"
#: What a cluster cannot do without.
CLUSTER = {
    "cluster_id": "DC-01",
    "cluster_name": "Điểm dân cư số 1",
    "kind": "điểm dân cư mới",
    "code": COMMUNE,
    "step": "Đang rà soát",
    "as_of": "2025-05-31",
}
VILLAGE = {"code": COMMUNE, "village": "Thôn Đăk Đe", "kind": "Thôn"}
RECOGNITION = {
    "code": COMMUNE,
    "village": "Thôn Đăk Đe",
    "title": "Thôn NTM kiểu mẫu / khu dân cư kiểu mẫu",
    "action": "Công nhận",
    "year": "2024",
    "number": "12/QĐ-UBND",
    "date": "2024-12-20",
}
#: What the forms give for examples of names stays Vietnamese.
EXAMPLES = ("Điểm dân cư số 64", "UBND huyện")
#: Page, value of `view`, and what its tab is called.
TABS = [
    ("xa-bien-gioi", "clusters", "Nhập cụm dân cư"),
    ("thon-lang", "villages", "Nhập thôn, làng"),
    ("thon-lang", "village-recognitions", "Nhập thôn, làng"),
]
tabs = pytest.mark.parametrize(("page", "view", "name"), TABS)
POINTS = "async () => (await fetch('/points/border-replanning.json?province=kontum')).json()"
FEATURES = """async () => {
  const scene = document.querySelector('[data-testid="root"]').dataset.features;
  return scene === document.querySelector('[data-testid="root"]').dataset.painted;
}"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server with a store of its own, where the office may write."""
    folder = tmp_path_factory.mktemp("settlements")
    with server(ROOT, folder / "log.txt", NTM_DATA=str(folder / "users"), NTM_OFFICE=OFFICE) as address:
        yield address


@pytest.fixture
def office(visitor: Visitor, desk: str) -> Iterator[Dashboard]:
    dashboard = visitor(at=desk)
    yield dashboard
    forget_refusals(dashboard)


@pytest.fixture
def pocket(visitor: Visitor, desk: str) -> Iterator[Dashboard]:
    dashboard = visitor(at=desk, **PHONE)
    yield dashboard
    forget_refusals(dashboard)


def cell(dashboard: Dashboard, key: str, kind: str = "clusters") -> Locator:
    return dashboard.page.locator(f"#ntm-row-{kind}-{key}")


def pick(dashboard: Dashboard, code: str, first: str = "planned_x") -> None:
    """Choose the label point of a commune for a pair of coordinates."""
    dashboard.at(f"desk-pick-{first}").click()
    expect(dashboard.at("picking")).to_be_visible()
    dashboard.page.mouse.click(*dashboard.point(code))
    expect(dashboard.at("picking")).to_be_hidden()


def store(dashboard: Dashboard) -> Locator:
    """Confirm what is previewed."""
    stage(dashboard, "preview")
    dashboard.at("desk-confirm").click()
    return stage(dashboard, "receipt")


# A cluster


def test_a_cluster_with_a_place_from_the_map_is_drawn_there(office: Dashboard) -> None:
    office.open("xa-bien-gioi", view="clusters")
    colours = office.colors(RO_KOI, 20)
    headline = office.at("headline").inner_text()
    pick(office, RO_KOI)
    expect(office.at("desk-pick-planned_x")).to_be_focused()
    expect(cell(office, "planned_x")).to_have_value(re.compile(r"^107,\d{6}$"))
    expect(cell(office, "planned_y")).to_have_value(re.compile(r"^14,\d{6}$"))
    expect(cell(office, "crs")).to_have_value("WGS 84 (kinh độ, vĩ độ)")
    type_in(office, "clusters", households_planned="100", **CLUSTER)
    preview = stage(office, "preview")
    expect(preview).to_contain_text("DC-01")
    assert office.at("headline").inner_text() == headline, "a preview changes nothing"
    office.change(office.at("desk-confirm").click)
    expect(stage(office, "receipt")).to_contain_text(OFFICE)
    assert office.at("headline").inner_text() != headline
    office.page.wait_for_function(FEATURES)
    assert office.colors(RO_KOI, 20) != colours
    points = office.page.evaluate(POINTS)
    assert points["exact"]
    [drawn] = [one for one in points["features"] if one["id"] == CLUSTER["cluster_id"]]
    assert drawn["unit"] == RO_KOI
    assert drawn["filled"] is None
    assert drawn["hollow"] == pytest.approx(place(RO_KOI)["label"][:2], abs=400), (
        "where the map was clicked, within two pixels"
    )
    office.at("desk-map").click()
    expect(office.at("tab-overview")).to_have_attribute("aria-selected", "true")
    office.tab("history")
    rows = office.at("desk-history").get_by_role("listitem")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Cụm dân cư")


def test_what_is_known_of_a_cluster_fills_the_form(office: Dashboard) -> None:
    office.open("xa-bien-gioi", view="clusters", period="2025-06")
    type_in(office, "clusters", **CLUSTER | {"cluster_id": "DC-02", "cluster_name": "Điểm dân cư số 2"})
    store(office)
    office.at("desk-again").click()
    expect(cell(office, "cluster_id")).to_have_value("")
    known = office.at("desk-known-clusters")
    known.select_option("DC-02")
    office.at("desk-known-fill").click()
    expect(cell(office, "cluster_name")).to_have_value("Điểm dân cư số 2")
    expect(cell(office, "step")).to_have_value("Đang rà soát")
    # Today's commune, for the row will be of a day after the reorganisation.
    expect(cell(office, "code")).to_have_value(f"{COMMUNE} (cũ)")
    expect(cell(office, "as_of")).to_have_value("")
    expect(cell(office, "as_of")).to_be_focused()
    cell(office, "as_of").fill("2025-09-30")
    cell(office, "step").select_option("Đang lập quy hoạch")
    office.at("desk-row-clusters").click()
    expect(stage(office, "preview").locator("li.is-new")).to_contain_text("DC-02")
    office.change(office.at("desk-confirm").click)
    stage(office, "receipt")
    office.change(office.at("desk-map").click)
    office.expect_query(period="2025-09")  # the month that was chosen does not show it yet


def test_a_point_from_the_map_warns_of_another_one_in_metres(office: Dashboard) -> None:
    office.open("xa-bien-gioi", view="clusters")
    warning = office.page.locator(".ntm-desk-warn").first
    cell(office, "existing_x").fill("512345")
    cell(office, "existing_y").fill("1590000")
    pick(office, RO_KOI)
    expect(cell(office, "crs")).to_have_value("")
    expect(warning).to_be_empty()
    cell(office, "crs").select_option("VN-2000 (mét, múi chiếu của tỉnh)")
    pick(office, RO_KOI)
    expect(cell(office, "crs")).to_have_value("WGS 84 (kinh độ, vĩ độ)")
    expect(warning).to_contain_text("VN-2000 (mét, múi chiếu của tỉnh)")
    pick(office, RO_KOI, "existing_x")
    expect(warning).to_be_empty()


def test_escape_leaves_the_map_without_a_place(office: Dashboard) -> None:
    office.open("xa-bien-gioi", view="clusters")
    cell(office, "planned_x").fill("107,5")
    office.at("desk-pick-planned_x").focus()
    office.page.keyboard.press("Enter")
    expect(office.at("picking")).to_be_visible()
    office.page.keyboard.press("Escape")
    expect(office.at("picking")).to_be_hidden()
    expect(office.at("desk-pick-planned_x")).to_be_focused()
    expect(cell(office, "planned_x")).to_have_value("107,5")
    expect(cell(office, "crs")).to_have_value("")


def test_on_a_phone_the_drawer_makes_way_for_the_map(pocket: Dashboard) -> None:
    pocket.open("xa-bien-gioi", view="clusters")
    panel = pocket.at("panel")
    expect(panel).to_have_attribute("data-drawer", "half")
    part = pocket.page.locator("details").filter(has=cell(pocket, "planned_x"))
    assert not part.evaluate("(part) => part.open"), "parts without anything required are folded"
    assert pocket.page.locator("details").filter(has=cell(pocket, "step")).evaluate("(part) => part.open")
    part.locator("summary").click()
    pocket.at("desk-pick-planned_x").click()
    expect(panel).to_have_attribute("data-drawer", "peek")
    pocket.page.touchscreen.tap(*pocket.point(MO_RAI))
    expect(cell(pocket, "planned_x")).to_have_value(re.compile(r"^107,\d{6}$"))
    expect(panel).to_have_attribute("data-drawer", "half")
    expect(pocket.at("desk-pick-planned_x")).to_be_in_viewport()


def test_a_fault_in_a_folded_part_opens_it(pocket: Dashboard) -> None:
    pocket.open("xa-bien-gioi", view="clusters")
    type_in(pocket, "clusters", **CLUSTER)
    cancel = stage(pocket, "preview").page.get_by_test_id("desk-again")
    cancel.click()
    cell(pocket, "existing_x").evaluate("(input) => { input.value = '107,5'; }")
    pocket.at("desk-row-clusters").click()
    stage(pocket, "faults")
    pocket.at("desk-again").click()
    expect(cell(pocket, "existing_y")).to_be_focused()
    expect(cell(pocket, "existing_y")).to_have_attribute("aria-invalid", "true")


# Files


def test_the_faults_of_a_file_are_told_with_their_cells(office: Dashboard) -> None:
    office.open("xa-bien-gioi", view="clusters")
    name, form = downloaded(office, office.at("desk-small-template"))
    assert name.endswith(".xlsx")
    book = load_workbook(io.BytesIO(form))
    sheet = book.worksheets[0]
    [header] = [row for row in sheet.iter_rows() if row[0].value == "Mã cụm *"]
    columns = {str(one.value).removesuffix(" *"): one.column for one in header}
    row = header[0].row + 1
    words = {
        "Mã cụm": "DC-09",
        "Tên cụm": "Điểm 9",
        "Loại cụm": "điểm dân cư mới",
        "Mã xã": "23530",
        "Bước": "xong rồi",
    }
    for heading, value in (words | {"Hộ hiện có": "nhiều", "Ngày số liệu": "31/05/2025"}).items():
        sheet.cell(row, columns[heading], value)
    out = io.BytesIO()
    book.save(out)
    hand_in(office, out.getvalue(), name, "clusters")
    faults = stage(office, "faults").get_by_test_id("desk-faults").get_by_role("listitem")
    for heading in ("Bước", "Hộ hiện có"):
        place = f"{sheet.cell(row, columns[heading]).coordinate}"
        expect(faults.filter(has_text=re.compile(rf"ô {place}\b"))).to_have_count(1)
    _, marked = downloaded(office, office.at("desk-marked"))
    assert load_workbook(io.BytesIO(marked)).sheetnames[0] == "Lỗi cần sửa"


def test_points_of_a_map_file_are_handed_in_like_a_table(office: Dashboard) -> None:
    office.open("xa-bien-gioi", view="clusters")
    pick(office, MO_RAI)
    clicked = [float(cell(office, key).input_value().replace(",", ".")) for key in ("planned_x", "planned_y")]
    words = {
        "Mã cụm": "DC-20",
        "Tên cụm": "Điểm 20",
        "Loại cụm": "điểm dân cư mới",
        "Mã xã": MO_RAI,
        "Bước": "chưa rà soát",
    }
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": clicked},
        "properties": words | {"Ngày số liệu": "31/05/2025"},
    }
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    assert ".geojson" in (office.at("desk-file-clusters").get_attribute("accept") or "")
    hand_in(office, content, "diem.geojson", "clusters")
    expect(stage(office, "preview").locator("li.is-new")).to_contain_text("DC-20")


# Villages


def test_a_village_is_entered_and_then_recognised(office: Dashboard) -> None:
    office.open("thon-lang", view="villages")
    headline = office.at("headline").inner_text()
    type_in(office, "villages", **VILLAGE)
    store(office)
    office.page.locator("[data-kind=village-recognitions]").click()
    office.expect_query(view="village-recognitions")
    type_in(office, "village-recognitions", **RECOGNITION)
    stage(office, "preview")
    office.change(office.at("desk-confirm").click)
    stage(office, "receipt")
    office.page.wait_for_function(
        "(before) => document.querySelector('[data-testid=headline]').innerText !== before", arg=headline
    )
    office.tab("history")
    rows = office.at("desk-history").get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Công nhận thôn")


# Each page has a desk of its own


def test_what_was_typed_survives_other_pages_and_months(office: Dashboard) -> None:
    office.open("xa-bien-gioi", view="clusters")
    cell(office, "cluster_name").fill("Điểm dân cư số 77")
    office.month("2024-12")
    office.go("thon-lang")
    office.tab("entry")
    cell(office, "village", "villages").fill("Thôn 7")
    office.go("bao-cao-thang")
    office.tab("entry")
    expect(office.at("desk-form-decisions")).to_be_visible()
    expect(office.page.locator(".ntm-desk-templates")).to_be_hidden()
    office.go("xa-bien-gioi")
    office.tab("entry")
    expect(cell(office, "cluster_name")).to_have_value("Điểm dân cư số 77")
    office.go("thon-lang")
    office.tab("entry")
    expect(cell(office, "village", "villages")).to_have_value("Thôn 7")


@tabs
def test_every_tab_has_its_address_and_its_form(office: Dashboard, page: str, view: str, name: str) -> None:
    office.open(page, view=view)
    expect(office.at("tab-entry")).to_have_text(name)
    expect(office.at("tab-entry")).to_have_attribute("aria-selected", "true")
    expect(office.at("tab-submit")).to_be_hidden()
    expect(office.at(f"desk-form-{view}")).to_be_visible()
    content = downloaded(office, office.at("desk-small-template"))[1]
    assert load_workbook(io.BytesIO(content)).sheetnames


def test_the_keyboard_reaches_every_tab(office: Dashboard) -> None:
    office.open("xa-bien-gioi")
    office.at("tab-overview").focus()
    seen = []
    for _ in range(6):
        office.page.keyboard.press("ArrowRight")
        seen.append(office.page.evaluate("() => document.activeElement.dataset.testid"))
    assert seen == [f"tab-{name}" for name in ("entry", "history", "list", "table", "notes", "overview")]


def test_who_may_not_write_is_told_why_and_still_gets_the_form(visitor: Visitor, address: str) -> None:
    dashboard = visitor(at=address)
    for page, view in (("xa-bien-gioi", "clusters"), ("thon-lang", "villages")):
        dashboard.open(page, view=view)
        expect(dashboard.at("desk-why-not")).to_contain_text("NTM_OFFICE")
        expect(dashboard.at("desk-small-template")).to_have_count(1)
        expect(dashboard.at(f"desk-form-{view}")).to_have_count(0)
        expect(dashboard.at("desk-known-clusters")).to_have_count(0)


# How it looks to everybody


@tabs
def test_nothing_serious_stands_in_anybody_s_way(office: Dashboard, page: str, view: str, name: str) -> None:
    office.open(page, view=view)
    expect(office.at("tab-entry")).to_have_text(name)
    expect(office.at(f"desk-form-{view}")).to_be_visible()
    check_accessible(office)


@tabs
def test_english_leaves_no_vietnamese(office: Dashboard, page: str, view: str, name: str) -> None:
    office.open(page, view=view, lang="en")
    expect(office.at("tab-entry")).not_to_have_text(name)
    expect(office.at(f"desk-form-{view}")).to_be_visible()
    seen: list[str] = office.page.locator(".ntm-desk:visible").evaluate(VISIBLE)
    left = {text for text in seen if VIETNAMESE.search(without_names(text, [OFFICE, *EXAMPLES]))}
    assert sorted(left) == []


def test_a_phone_shows_it_all_within_its_width(pocket: Dashboard) -> None:
    for page, view, _ in TABS:
        pocket.open(page, view=view)
        expect(pocket.at(f"desk-form-{view}")).to_be_visible()
        pocket.page.evaluate("() => document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        wide = pocket.page.evaluate(
            """() => [...document.querySelectorAll('.ntm-desk *')]
              .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 0.5)
              .map((e) => `${e.tagName} ${e.className}`)"""
        )
        assert wide == []
