"""Boundary files on the page: checked, imported, drawn, chosen; refused with candidates; told in words."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Route, expect
from survey_parts import CENSUS, survey_parts

from .conftest import PHONE, Visitor
from .dashboard import Dashboard
from .process import ROOT, server
from .test_accessible import check as check_accessible
from .test_desk import OFFICE, downloaded, forget_refusals, stage
from .test_state import VIETNAMESE, VISIBLE, without_names

#: Geometry files that the page has fetched.
FETCHED = """() => performance.getEntriesByType('resource').map((r) => r.name)
  .filter((name) => name.includes('/geometry/')).map((name) => name.split('/geometry/')[1].split('.')[0])"""
LONG = 60_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server with a store of its own, where the office may write."""
    folder = tmp_path_factory.mktemp("boundaries")
    with server(ROOT, folder / "log.txt", NTM_DATA=str(folder / "users"), NTM_OFFICE=OFFICE) as address:
        yield address


@pytest.fixture
def office(visitor: Visitor, desk: str) -> Iterator[Dashboard]:
    dashboard = visitor(at=desk)
    yield dashboard
    forget_refusals(dashboard)


def hand_in(dashboard: Dashboard, files: dict[str, bytes]) -> None:
    """Choose files and have them checked."""
    chosen = [{"name": name, "mimeType": "application/octet-stream", "buffer": part} for name, part in files.items()]
    dashboard.at("boundary-file").set_input_files(chosen)  # type: ignore[arg-type]
    dashboard.at("boundary-check").click()


def reached(dashboard: Dashboard, name: str) -> Locator:
    """Wait for what comes of a job."""
    expect(dashboard.page.locator(f"[data-testid=desk-result][data-stage={name}]")).to_have_count(1, timeout=LONG)
    return stage(dashboard, name)


def census() -> dict[str, bytes]:
    return {CENSUS.name: CENSUS.read_bytes()}


def figure(dashboard: Dashboard, key: str) -> Locator:
    return dashboard.at("boundary-figures").locator(f"[data-figure={key}]")


def opened(dashboard: Dashboard, testid: str) -> Locator:
    """Unfold the part of a report that a table is in."""
    found = dashboard.at(testid)
    part = dashboard.page.locator("details.ntm-desk-part").filter(has=found)
    if not part.evaluate("(part) => part.open"):
        part.locator("summary").click()
    expect(found).to_be_visible()
    return found


# From the file to the map


def imported(dashboard: Dashboard, version: str) -> None:
    """Name the version that a checked file is to become, and import it."""
    dashboard.page.locator("#ntm-boundary-version").fill(version)
    dashboard.at("boundary-import").click()


def test_a_real_file_is_reported_with_all_that_was_found(office: Dashboard) -> None:
    office.open("ranh-gioi", view="submit")
    hand_in(office, census())
    expect(reached(office, "report").get_by_role("heading", level=3)).to_be_focused()
    expect(office.at("boundary-verdict")).to_contain_text("Tệp nhập được")
    expect(figure(office, "boundary_matched")).to_contain_text("102/102")
    expect(figure(office, "boundary_crs")).to_contain_text("WGS 84")
    expect(figure(office, "boundary_faults")).to_contain_text("chồng lấn")
    areas = office.at("boundary-areas").locator("tbody tr")
    expect(areas.first).to_contain_text("Quyết Thắng")
    expect(areas.first.locator(".ntm-desk-differs")).to_have_text(re.compile(r"^-6\d"))
    faults = opened(office, "boundary-faults").locator("tbody tr")
    expect(faults.first).to_contain_text("tự sửa")
    count = faults.count()
    office.page.get_by_role("button", name=re.compile("Xem thêm")).last.click()
    assert faults.count() > count
    expect(opened(office, "boundary-matches").locator("tbody tr").first).to_contain_text("mã")
    image = office.at("boundary-picture").locator("img")
    office.page.wait_for_function("(img) => img.complete && img.naturalWidth > 1000", arg=image.element_handle())


def test_a_real_file_becomes_a_version_that_is_drawn_when_asked_for(office: Dashboard) -> None:
    office.open("ranh-gioi", view="submit")
    hand_in(office, census())
    reached(office, "report")
    office.page.locator("#ntm-boundary-source").fill("Tổng điều tra 2009")
    imported(office, "kontum-2015")
    expect(office.at("boundary-refusal")).to_contain_text("không ghi đè", timeout=LONG)
    expect(office.page.locator("#ntm-boundary-source")).to_have_value("Tổng điều tra 2009")
    imported(office, "kontum-dieutra")
    expect(reached(office, "receipt")).to_contain_text("Đã ghi phiên bản kontum-dieutra")
    expect(office.at("boundary-receipt")).to_contain_text(OFFICE)
    expect(office.at("boundary-receipt")).to_contain_text("Tổng điều tra 2009")
    expect(office.at("boundary-changes").locator("tbody tr").first).to_contain_text("Quyết Thắng")
    assert office.page.evaluate(FETCHED) == ["kontum-2015"], "nothing is drawn by it before somebody asks"
    office.at("boundary-map").click()
    office.expect_query(boundary="kontum-dieutra")
    assert office.until(FETCHED, fetched := ["kontum-2015", "kontum-dieutra"]) == fetched
    expect(office.at("tab-overview")).to_have_attribute("aria-selected", "true")
    office.open("ban-do", boundary="kontum-dieutra", period="2024-12")
    assert "kontum-dieutra" in office.page.evaluate(FETCHED)
    office.open("ranh-gioi", view="history")
    version = office.page.locator("[data-version=kontum-dieutra]")
    expect(version).to_contain_text(OFFICE)
    assert downloaded(office, version.get_by_test_id("boundary-original")) == (CENSUS.name, CENSUS.read_bytes())
    name, content = downloaded(office, version.get_by_test_id("boundary-report"))
    assert (name, b'"changes"' in content) == ("kontum-dieutra-bao-cao.json", True)


def test_the_default_is_chosen_and_taken_back(office: Dashboard) -> None:
    office.open("ranh-gioi", view="submit")
    hand_in(office, census())
    reached(office, "report")
    office.page.get_by_label("Đặt làm mặc định").check()
    imported(office, "kontum-ngay")
    reached(office, "receipt")
    # The page takes the setup of another version; the desk stays as it was.
    assert "kontum-ngay" in str(office.until(FETCHED, ["kontum-2015", "kontum-ngay"]))
    expect(stage(office, "receipt")).to_contain_text("kontum-ngay")
    expect(office.at("boundary-receipt")).to_contain_text("đang vẽ bản đồ")
    office.open("ban-do")
    assert office.page.evaluate(FETCHED) == ["kontum-ngay"]
    office.open("ranh-gioi", view="history")
    office.at("boundary-back").click()
    office.change(office.at("boundary-back-yes").click)
    expect(office.at("boundary-said")).to_contain_text("kontum-2015 là phiên bản mặc định")
    expect(office.page.locator("[data-version=kontum-2015] .is-in-force")).to_have_text("Mặc định")
    version = office.page.locator("[data-version=kontum-ngay]")
    version.get_by_test_id("boundary-default").click()
    expect(version).to_contain_text("Từ nay bản đồ vẽ theo kontum-ngay?")
    office.change(version.get_by_test_id("boundary-default-yes").click)
    expect(office.at("boundary-said")).to_contain_text("kontum-ngay là phiên bản mặc định")
    expect(version.locator(".is-in-force")).to_have_text("Mặc định")
    office.at("boundary-back").click()
    office.change(office.at("boundary-back-yes").click)
    office.open("ban-do")
    assert office.page.evaluate(FETCHED) == ["kontum-2015"]


# What a person must decide


def test_a_survey_without_prj_asks_for_its_zone_and_names_are_confirmed(office: Dashboard) -> None:
    office.open("ranh-gioi", view="submit")
    hand_in(office, survey_parts(c23290="Trường Trinh"))
    refused = reached(office, "refused")
    expect(refused).to_contain_text("Chưa đọc được xa.zip")
    expect(office.at("desk-faults")).to_contain_text(".prj")
    candidates = office.at("boundary-crs-candidates").locator("tbody tr")
    expect(candidates.first).to_contain_text("EPSG:9216")
    expect(candidates.first).to_contain_text("100 %")
    office.page.locator("#ntm-boundary-crs").select_option("EPSG:5899")
    office.at("boundary-again").click()
    expect(office.at("desk-faults")).to_contain_text("EPSG:5899", timeout=LONG)
    office.page.locator("#ntm-boundary-crs").select_option("EPSG:9216")
    office.at("boundary-again").click()
    reached(office, "report")
    expect(figure(office, "boundary_encoding")).to_contain_text("TCVN3")
    expect(figure(office, "boundary_encoding")).to_contain_text("99 % trong 103 tên")
    expect(office.at("boundary-verdict")).to_contain_text("Chưa nhập được")
    expect(office.at("boundary-form")).to_have_count(0)
    row = office.at("boundary-unmatched").locator("tbody tr")
    expect(row).to_have_count(1)
    row.get_by_role("button", name="Xác nhận là Trường Chinh").click()
    expect(row).to_contain_text("Là Trường Chinh")
    row.get_by_role("button", name="Bỏ xác nhận").click()
    expect(office.at("boundary-confirmed")).to_be_hidden()
    row.get_by_role("combobox").or_(row.get_by_role("button")).first.click()
    office.at("boundary-confirmed").click()
    expect(office.at("boundary-verdict")).to_contain_text("Tệp nhập được", timeout=LONG)
    expect(figure(office, "boundary_matched")).to_contain_text("102/102")


def test_a_report_stays_when_the_language_changes(office: Dashboard) -> None:
    office.open("ranh-gioi", view="submit")
    hand_in(office, census())
    reached(office, "report")
    office.change(office.page.locator(".ntm-lang").get_by_text("EN").click)
    expect(office.at("boundary-verdict")).to_contain_text("can be imported", timeout=LONG)


# What goes wrong


def _zip(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"xa.zip": b"%PDF-1.7"}, "nén"),
        ({"xa.zip": _zip({"xa.shp": bytes(40 * 1024 * 1024)})}, "bất thường"),
        ({"xa.zip": _zip({"../xa.shp": b"x", "../xa.dbf": b"x", "../xa.shx": b"x"})}, "nguy hiểm"),
        ({"xa.geojson": CENSUS.read_bytes()[:60_000]}, "Hãy"),
        ({"xa.shp": b"\0\0\x27\x0a" + bytes(96)}, ".dbf"),
    ],
    ids=["text", "bomb", "traversal", "truncated", "lone"],
)
def test_a_bad_file_is_a_sentence_and_one_may_go_on(office: Dashboard, files: dict[str, bytes], says: str) -> None:
    office.open("ranh-gioi", view="submit")
    hand_in(office, files)
    reached(office, "refused")
    expect(office.at("desk-faults")).to_contain_text(says)
    office.at("desk-again").click()
    expect(office.at("boundary-file")).to_be_focused()
    expect(office.at("boundary-check")).to_be_disabled()


def test_files_can_be_dropped_together_and_large_ones_are_told_before_they_are_sent(office: Dashboard) -> None:
    office.open("ranh-gioi", view="submit")
    zone = office.page.locator(".ntm-desk-zone:visible")
    drop = """(zone, [names, size]) => {
      const data = new DataTransfer();
      for (const name of names) data.items.add(new File([new Uint8Array(2048)], name));
      const files = [...data.files];
      for (const file of files) Object.defineProperty(file, 'size', { value: size });
      for (const type of ['dragenter', 'dragover', 'drop']) {
        const event = new DragEvent(type, { bubbles: true, cancelable: true });
        Object.defineProperty(event, 'dataTransfer', { value: { files } });
        zone.dispatchEvent(event);
      }
    }"""
    zone.evaluate(drop, [["xa.shp", "xa.dbf", "xa.shx"], 2048])
    expect(zone).to_contain_text("xa.shp, xa.dbf, xa.shx (6 kB)")
    expect(office.at("boundary-check")).to_be_enabled()
    zone.evaluate(drop, [["xa.gpkg"], 301 * 1024 * 1024])
    expect(zone).to_contain_text("tối đa 300 MB")
    expect(office.at("boundary-check")).to_be_disabled()


def test_progress_is_shown_and_may_be_left(office: Dashboard) -> None:
    office.open("ranh-gioi", view="submit")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    office.page.route(re.compile(r"/office/boundaries/[\w-]{20,}\?"), hold)
    hand_in(office, census())
    progress = reached(office, "progress")
    expect(progress.get_by_role("progressbar")).to_be_visible()
    expect(office.at("boundary-check")).to_be_hidden()
    office.at("desk-again").click()
    expect(office.at("boundary-check")).to_be_visible()
    office.page.unroute_all(behavior="ignoreErrors")


def test_a_server_that_does_not_answer_is_told(office: Dashboard) -> None:
    office.open("ranh-gioi", view="submit")
    office.page.route("**/office/boundaries/file?*", lambda route: route.abort())
    hand_in(office, {"xa.gpkg": b"x"})
    expect(stage(office, "refused")).to_contain_text("Máy chủ chưa trả lời")


# Everybody else


def test_who_may_not_write_is_told_why_and_sees_the_versions(visitor: Visitor, address: str) -> None:
    dashboard = visitor(at=address)
    dashboard.open("ranh-gioi", view="submit")
    expect(dashboard.at("desk-why-not")).to_contain_text("NTM_OFFICE")
    expect(dashboard.at("boundary-file")).to_have_count(0)
    dashboard.tab("history")
    version = dashboard.page.locator("[data-version=kontum-2015]")
    expect(version).to_contain_text("Kèm phần mềm")
    expect(version).to_contain_text("Mặc định")
    expect(dashboard.page.locator("[data-testid=boundary-default], [data-testid=boundary-original]")).to_have_count(0)


def test_the_two_desks_do_not_mix(office: Dashboard) -> None:
    office.open("ranh-gioi", view="submit")
    expect(office.at("tab-submit")).to_have_text("Nộp ranh giới")
    expect(office.at("tab-entry")).to_be_hidden()
    expect(office.at("boundary-file")).to_be_attached()
    office.go("bao-cao-thang")
    expect(office.at("tab-submit")).to_have_text("Nộp báo cáo")
    expect(office.at("desk-file-monthly")).to_be_attached()
    expect(office.at("boundary-file")).to_have_count(0)
    office.go("ranh-gioi")
    expect(office.at("tab-history")).to_have_text("Phiên bản")
    expect(office.at("boundary-file")).to_be_attached()


# How it looks to everybody


@pytest.mark.parametrize("view", ["submit", "history"])
def test_nothing_serious_stands_in_anybody_s_way(office: Dashboard, view: str) -> None:
    office.open("ranh-gioi", view=view)
    expect(office.page.locator(".ntm-desk:visible > *").first).to_be_visible()
    check_accessible(office)


def test_reports_and_refusals_are_accessible(office: Dashboard) -> None:
    office.open("ranh-gioi", view="submit")
    hand_in(office, survey_parts(c23290="Trường Trinh"))
    reached(office, "refused")
    check_accessible(office)
    office.page.locator("#ntm-boundary-crs").select_option("EPSG:9216")
    office.at("boundary-again").click()
    reached(office, "report")
    for part in office.page.locator("details.ntm-desk-part").all():
        part.evaluate("(part) => { part.open = true; }")
    check_accessible(office)


def test_a_phone_shows_it_all_within_its_width(visitor: Visitor, desk: str) -> None:
    phone = visitor(at=desk, **PHONE)

    def wide() -> object:
        return phone.page.evaluate(
            """() => [...document.querySelectorAll('.ntm-desk:not([hidden]) *')]
              .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 0.5
                && !e.closest('.ntm-hidden, thead'))
              .map((e) => `${e.tagName} ${e.className}`)"""
        )

    phone.open("ranh-gioi", view="history")
    expect(phone.page.locator("[data-version=kontum-2015]")).to_be_visible()
    assert wide() == []
    phone.open("ranh-gioi", view="submit")
    hand_in(phone, survey_parts(c23290="Trường Trinh"))
    reached(phone, "refused")
    assert wide() == []
    phone.page.locator("#ntm-boundary-crs").select_option("EPSG:9216")
    phone.at("boundary-again").click()
    reached(phone, "report")
    for part in phone.page.locator("details.ntm-desk-part").all():
        part.evaluate("(part) => { part.open = true; }")
    assert wide() == []


def test_english_leaves_no_vietnamese(office: Dashboard) -> None:
    for view in ("submit", "history"):
        office.open("ranh-gioi", view=view, lang="en")
        expect(office.page.locator(".ntm-desk:visible > *").first).to_be_visible()
        if view == "submit":
            hand_in(office, census())
            reached(office, "report")
        # What sources and decrees are called, in whatever language they are.
        own = ".ntm-desk-receipt dd, .ntm-desk-past-head span, [data-testid=boundary-fields], [id$=decree-help]"
        office.page.evaluate(f"() => document.querySelectorAll('{own}').forEach((e) => e.remove())")
        seen: list[str] = office.page.locator(".ntm-desk:visible").evaluate(VISIBLE)
        left = {text for text in seen if VIETNAMESE.search(without_names(text, [OFFICE]))}
        assert sorted(left) == []
