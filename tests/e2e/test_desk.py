"""The desk: a form out, a filled file in, faults with cells, preview, confirmation, receipt; maps that follow."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Route, expect

from .conftest import PHONE, Visitor
from .dashboard import Dashboard
from .process import ROOT, server
from .test_accessible import check as check_accessible
from .test_state import VIETNAMESE, VISIBLE, without_names

OFFICE = "Văn phòng Điều phối tỉnh"
SA_THAY, DAK_HA, NGOC_HOI = "616", "615", "611"
RO_KOI, DAK_LONG = "23530", "23368"
HEADER_ROW = 5
#: The tabs of the page in their order, each with the value of `view` that opens it.
TABS = {"submit": "submit", "entry": "decisions", "history": "history"}
KINDS = ("decisions", "targets", "figures", "dossiers", "criteria-set")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server with a store of its own, where the office may write."""
    folder = tmp_path_factory.mktemp("desk")
    with server(ROOT, folder / "log.txt", NTM_DATA=str(folder / "users"), NTM_OFFICE=OFFICE) as address:
        yield address


@pytest.fixture
def office(visitor: Visitor, desk: str) -> Iterator[Dashboard]:
    dashboard = visitor(at=desk)
    yield dashboard
    forget_refusals(dashboard)


def forget_refusals(dashboard: Dashboard) -> None:
    """Drop what the browser's console says of answers that the tests want to be refusals."""
    watch = dashboard.watch
    watch.faults = [said for said in watch.faults if not re.search(r"(status of 4(09|22)|ERR_FAILED).*/office/", said)]


def downloaded(dashboard: Dashboard, link: Locator) -> tuple[str, bytes]:
    """Return name and content of the file behind a link."""
    with dashboard.page.expect_download() as waiting:
        link.click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def form_of(dashboard: Dashboard, district: str) -> tuple[str, bytes]:
    """Download the monthly form of a district from the list of who has reported."""
    return downloaded(dashboard, dashboard.page.locator(f"[data-template='{district}']"))


def filled(content: bytes, **cells: str) -> bytes:
    """Write "Đạt" into every open cell of the main sheet, then single cells."""
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=HEADER_ROW + 1, min_col=3):
        for cell in row:
            cell.value = cell.value or "Đạt"
    for name, value in cells.items():
        sheet[name] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def hand_in(dashboard: Dashboard, content: bytes, name: str = "bao-cao.xlsx", kind: str = "monthly") -> None:
    """Choose a file and have it checked."""
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    dashboard.at(f"desk-file-{kind}").set_input_files(file)  # type: ignore[arg-type]
    dashboard.at(f"desk-check-{kind}").click()


def stage(dashboard: Dashboard, name: str) -> Locator:
    """Wait until what is shown of a file is at a stage."""
    found = dashboard.page.locator(f"[data-testid=desk-result][data-stage={name}]:visible")
    expect(found).to_have_count(1, timeout=20_000)  # a worker process starts with the first check
    return found


def type_in(dashboard: Dashboard, kind: str, /, **values: str) -> None:
    """Fill a one-row form by column key and have it checked."""
    for key, value in values.items():
        field = dashboard.page.locator(f"#ntm-row-{kind}-{key}")
        if field.evaluate("(field) => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    dashboard.at(f"desk-row-{kind}").click()


# A month's report


def test_a_form_comes_back_filled_and_the_map_follows(office: Dashboard) -> None:
    office.open("bao-cao-thang", period="2025-05")
    name, form = form_of(office, SA_THAY)
    assert name == "bao-cao-2025-05-sa-thay.xlsx"
    headline = office.at("headline").inner_text()
    colours = office.colors("23545")
    office.tab("submit")
    office.expect_query(period="2025-05", view="submit")
    content = filled(form, C6="Chưa đạt")
    office.page.get_by_label("Người, đơn vị gửi").fill("UBND huyện Sa Thầy")
    office.page.get_by_label("Ngày nhận").fill("2025-05-13")
    hand_in(office, content, name)
    preview = stage(office, "preview")
    expect(preview.get_by_role("heading", level=3)).to_have_text("Báo cáo tháng 05/2025 – huyện Sa Thầy")
    expect(preview.get_by_role("heading", level=3)).to_be_focused()
    group = office.at("desk-changes").locator("details").filter(has_text="Xã Rờ Kơi")
    group.locator("summary").click()
    expect(group.locator("li")).to_have_count(19)
    expect(group.locator("li").first).to_contain_text("Chưa đạt")
    assert office.at("headline").inner_text() == headline, "a preview changes nothing"
    office.change(office.at("desk-confirm").click)
    receipt = stage(office, "receipt")
    expect(receipt).to_contain_text(hashlib.sha256(content).hexdigest())
    expect(receipt).to_contain_text("UBND huyện Sa Thầy")
    expect(receipt).to_contain_text(OFFICE)
    expect(receipt).to_contain_text("13/05/2025")
    expect(office.at("headline")).to_contain_text("1/10")
    assert office.at("headline").inner_text() != headline
    assert office.colors("23545") != colours
    office.at("desk-map").click()
    expect(office.at("tab-overview")).to_have_attribute("aria-selected", "true")
    office.expect_query(period="2025-05")


def test_from_july_2025_on_each_commune_has_its_form_and_is_chosen_by_name(office: Dashboard) -> None:
    office.open("bao-cao-thang", period="2025-08")
    expect(office.page.locator("[data-template]")).to_have_count(37 + 1)
    name, form = form_of(office, DAK_LONG)
    assert name == "bao-cao-2025-08-xa-dak-long.xlsx"
    expect(office.page.locator(f"[data-template='{DAK_LONG}']")).to_have_text("Tải biểu mẫu – Xã Đăk Long")
    office.tab("submit")
    reporter, month = office.page.locator("#ntm-up-monthly-district"), office.page.locator("#ntm-up-monthly-period")
    label = office.page.locator("label[for=ntm-up-monthly-district]")
    expect(label).to_have_text("Xã")
    expect(reporter.locator("option")).to_have_count(37 + 1)
    month.select_option("2025-05")
    expect(label).to_have_text("Huyện, thành phố")
    expect(reporter.locator("option")).to_have_count(10 + 1)
    month.select_option("2025-08")
    reporter.select_option(DAK_LONG)
    hand_in(office, filled(form), name)
    expect(stage(office, "preview").get_by_role("heading", level=3)).to_have_text("Báo cáo tháng 08/2025 – xã Đăk Long")
    office.change(office.at("desk-confirm").click)
    expect(stage(office, "receipt")).to_contain_text("Xã Đăk Long")
    expect(office.at("headline")).to_contain_text("1/37 xã đã nộp báo cáo tháng 08/2025")
    office.tab("history")
    expect(office.at("desk-history").locator("li").first).to_contain_text("Báo cáo tháng 08/2025 – Xã Đăk Long")


def test_the_same_file_again_is_recognised(office: Dashboard) -> None:
    office.open("bao-cao-thang", period="2025-04")
    _, form = form_of(office, NGOC_HOI)
    content = filled(form)
    for confirmed in ("receipt", "refused"):
        office.tab("submit")
        hand_in(office, content)
        stage(office, "preview")
        office.at("desk-confirm").click()
        found = stage(office, confirmed)
        if confirmed == "receipt":
            office.at("desk-again").click()
    expect(found).to_contain_text("Tệp này đã được ghi")
    expect(found).to_contain_text("biên nhận số")


def test_faults_are_told_with_cells_and_come_back_marked(office: Dashboard) -> None:
    office.open("bao-cao-thang", period="2025-05")
    _, form = form_of(office, DAK_HA)
    office.tab("submit")
    hand_in(office, filled(form, D7="có lẽ", E9="không rõ"), "sai.xlsx")
    stage(office, "faults")
    faults = office.at("desk-faults").get_by_role("listitem")
    expect(faults).to_have_count(2)
    expect(faults.first).to_contain_text("sai.xlsx, trang “Tiêu chí”, ô D7")
    expect(faults.first).to_contain_text("có lẽ")
    name, marked = downloaded(office, office.at("desk-marked"))
    assert name == "sai-danh-dau-loi.xlsx"
    sheet = load_workbook(io.BytesIO(marked))["Tiêu chí"]
    assert sheet["D7"].comment
    assert sheet["E9"].comment
    assert not sheet["D8"].comment
    office.at("desk-again").click()
    expect(office.at("desk-check-monthly")).to_be_disabled()


def test_a_form_of_another_district_is_refused(office: Dashboard) -> None:
    office.open("bao-cao-thang", period="2025-05")
    _, form = form_of(office, DAK_HA)
    office.tab("submit")
    office.page.locator("#ntm-up-monthly-district").select_option(SA_THAY)
    hand_in(office, filled(form))
    expect(stage(office, "faults")).to_contain_text("Đăk Hà")


def test_what_is_no_workbook_is_refused_and_one_may_go_on(office: Dashboard) -> None:
    office.open("bao-cao-thang", view="submit")
    hand_in(office, b"%PDF-1.7 renamed", "quyet-dinh.xlsx")
    expect(stage(office, "faults")).to_contain_text("PDF")
    expect(office.at("desk-marked")).to_have_count(0)
    office.at("desk-again").click()
    expect(office.at("desk-file-monthly")).to_be_focused()


def test_a_file_can_be_dropped_and_a_large_one_is_told_before_it_is_sent(office: Dashboard) -> None:
    office.open("bao-cao-thang", view="submit")
    zone = office.page.locator(".ntm-desk-zone")
    drop = """(zone, size) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(size)], 'bao-cao.xlsx'));
      for (const type of ['dragenter', 'dragover', 'drop']) {
        zone.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      }
    }"""
    zone.evaluate(drop, 2048)
    expect(zone).to_contain_text("bao-cao.xlsx (2 kB)")
    expect(office.at("desk-check-monthly")).to_be_enabled()
    zone.evaluate(drop, 21 * 1024 * 1024)
    expect(zone).to_contain_text("lớn hơn 20 MB")
    expect(office.at("desk-check-monthly")).to_be_disabled()


def test_progress_is_shown_until_the_answer_is_here(office: Dashboard) -> None:
    office.open("bao-cao-thang", view="submit")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    office.page.route("**/office/check?*", hold)
    hand_in(office, b"no workbook")
    expect(stage(office, "progress").get_by_role("progressbar")).to_be_visible()
    expect(office.at("desk-check-monthly")).to_be_hidden()
    held[0].continue_()
    stage(office, "faults")


def test_a_server_that_does_not_answer_is_told(office: Dashboard) -> None:
    office.open("bao-cao-thang", view="submit")
    office.page.route("**/office/check?*", lambda route: route.abort())
    hand_in(office, b"no workbook")
    expect(stage(office, "refused")).to_contain_text("Máy chủ chưa trả lời")
    office.at("desk-again").click()
    expect(office.at("desk-check-monthly")).to_be_enabled()


def test_history_keeps_every_file(office: Dashboard) -> None:
    office.open("bao-cao-thang", period="2025-03")
    _, form = form_of(office, SA_THAY)
    contents = [filled(form), filled(form, C6="Chưa đạt")]
    office.tab("submit")
    for content in contents:
        hand_in(office, content)
        stage(office, "preview")
        office.at("desk-confirm").click()
        stage(office, "receipt")
        office.at("desk-again").click()
    office.tab("history")
    rows = office.at("desk-history").get_by_role("listitem")
    second, first = rows.nth(0), rows.nth(1)
    expect(second).to_contain_text("Báo cáo tháng 03/2025 – Huyện Sa Thầy")
    expect(second).to_contain_text("Đang dùng")
    expect(first).to_contain_text(re.compile(r"Đã thay bằng số \d+"))
    assert downloaded(office, first.get_by_role("link"))[1] == contents[0]
    assert downloaded(office, second.get_by_role("link"))[1] == contents[1]
    total = rows.count()
    office.select("district", NGOC_HOI)
    expect(office.page.locator(".ntm-desk-past")).to_contain_text("Đang lọc theo Huyện Ngọc Hồi")
    expect(rows.first).not_to_contain_text("Sa Thầy")
    assert office.at("desk-history").get_by_role("listitem").count() < total


# One-row forms


def test_a_decision_that_was_typed_in_is_on_the_map(office: Dashboard) -> None:
    office.open("ban-do")
    colours = office.colors(RO_KOI, 2)
    office.open("bao-cao-thang", view="decisions")
    office.at("desk-scan").set_input_files(
        {"name": "qd.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 scan"}
    )
    type_in(
        office,
        "decisions",
        code="23530 – Rờ Kơi – huyện Sa Thầy",
        action="Công nhận",
        level="Đạt chuẩn",
        year="2024",
        number="77/QĐ-UBND",
        date="2025-01-20",
    )
    expect(stage(office, "preview")).to_contain_text("Xã Rờ Kơi")
    office.at("desk-confirm").click()
    stage(office, "receipt")
    office.at("desk-map").click()
    office.page.wait_for_url("**/ban-do*")
    office.page.reload()
    office.settled()
    assert office.colors(RO_KOI, 2) != colours
    office.open("bao-cao-thang", view="history")
    row = office.at("desk-history").get_by_role("listitem").first
    assert downloaded(office, row.get_by_role("link", name="Bản quét"))[1] == b"%PDF-1.7 scan"


def test_a_fault_stands_at_its_field(office: Dashboard) -> None:
    office.open("bao-cao-thang", view="decisions")
    type_in(office, "decisions", code="23353 – Đăk Pék – huyện Đăk Glei", action="Công nhận", year="1999")
    stage(office, "faults")
    year, number = (office.page.locator(f"#ntm-row-decisions-{key}") for key in ("year", "number"))
    expect(year).to_have_attribute("aria-invalid", "true")
    expect(year).to_have_accessible_description(re.compile("1999"))
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(office.page.locator("#ntm-row-decisions-code")).to_have_attribute("aria-invalid", "false")
    office.at("desk-again").click()
    expect(office.page.locator("#ntm-row-decisions-code")).to_have_value("23353 – Đăk Pék – huyện Đăk Glei")


def test_what_was_typed_stays_while_one_looks_elsewhere(office: Dashboard) -> None:
    office.open("bao-cao-thang", view="figures")
    office.page.locator("#ntm-row-figures-value").fill("41")
    office.tab("table")
    office.month("2024-12")
    office.tab("entry")
    office.expect_query(period="2024-12", view="figures")
    expect(office.page.locator("#ntm-row-figures-value")).to_have_value("41")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_form_and_its_address(office: Dashboard, kind: str) -> None:
    office.open("bao-cao-thang", view=kind)
    expect(office.at("tab-entry")).to_have_attribute("aria-selected", "true")
    expect(office.page.locator(f"[data-kind={kind}]")).to_have_attribute("aria-pressed", "true")
    name, content = downloaded(office, office.at("desk-small-template").first)
    assert name.endswith(".xlsx")
    assert load_workbook(io.BytesIO(content)).sheetnames
    expect(office.at(f"desk-form-{kind}")).to_have_count(0 if kind == "criteria-set" else 1)
    expect(office.at(f"desk-file-{kind}")).to_have_count(1)
    other = KINDS[KINDS.index(kind) - 1]
    office.page.locator(f"[data-kind={other}]").click()
    office.expect_query(view=other)


# Everybody else


def test_who_may_not_write_is_told_why_and_reads_everything(visitor: Visitor, address: str) -> None:
    dashboard = visitor(at=address)
    dashboard.open("bao-cao-thang", view="submit")
    expect(dashboard.at("desk-why-not")).to_contain_text("NTM_OFFICE")
    expect(dashboard.at("desk-file-monthly")).to_have_count(0)
    dashboard.tab("entry")
    expect(dashboard.at("desk-why-not").filter(visible=True)).to_contain_text("NTM_OFFICE")
    expect(dashboard.at("desk-small-template")).to_have_count(1)
    expect(dashboard.at("desk-form-decisions")).to_have_count(0)
    dashboard.tab("history")
    rows = dashboard.at("desk-history").get_by_role("listitem")
    expect(rows.first).to_contain_text("Bộ số liệu công bố kèm phần mềm")
    expect(dashboard.at("desk-history").get_by_role("link")).to_have_count(0)


def test_other_pages_have_no_desk(office: Dashboard) -> None:
    office.open("ban-do", view="submit")
    expect(office.at("tab-submit")).to_be_hidden()
    expect(office.at("tab-overview")).to_have_attribute("aria-selected", "true")
    assert office.page.evaluate("() => !performance.getEntriesByType('resource').some((r) => r.name.includes('desk'))")
    office.go("bao-cao-thang")
    expect(office.at("tab-submit")).to_have_attribute("aria-selected", "true")
    expect(office.at("desk-file-monthly")).to_be_attached()
    office.go("ban-do")
    expect(office.at("tab-overview")).to_have_attribute("aria-selected", "true")
    expect(office.page.locator(".ntm-desk-templates")).to_be_hidden()


def test_the_keyboard_reaches_every_tab(office: Dashboard) -> None:
    office.open("bao-cao-thang")
    office.at("tab-overview").focus()
    seen = []
    for _ in range(7):
        office.page.keyboard.press("ArrowRight")
        seen.append(office.page.evaluate("() => document.activeElement.dataset.testid"))
    assert seen == [f"tab-{name}" for name in ("submit", "entry", "history", "list", "table", "notes", "overview")]


# How it looks to everybody


def make_faults(dashboard: Dashboard) -> None:
    dashboard.open("bao-cao-thang", view="decisions")
    dashboard.at("desk-row-decisions").click()
    stage(dashboard, "faults")


@pytest.mark.parametrize("view", ["submit", *KINDS, "history"])
def test_nothing_serious_stands_in_anybody_s_way(office: Dashboard, view: str) -> None:
    office.open("bao-cao-thang", view=view)
    expect(office.page.locator(".ntm-desk:visible > *").first).to_be_visible()
    check_accessible(office)


def test_faults_and_previews_are_accessible(office: Dashboard) -> None:
    make_faults(office)
    check_accessible(office)
    type_in(
        office,
        "decisions",
        code="23356",
        action="Công nhận",
        level="Đạt chuẩn",
        year="2024",
        number="78/QĐ-UBND",
        date="2025-01-20",
    )
    stage(office, "preview")
    check_accessible(office)


def test_a_phone_shows_it_all_within_its_width(visitor: Visitor, desk: str) -> None:
    phone = visitor(at=desk, **PHONE)
    for view in ("submit", "decisions", "criteria-set", "history"):
        phone.open("bao-cao-thang", view=view)
        expect(phone.page.locator(".ntm-desk:visible > *").first).to_be_visible()
        wide = phone.page.evaluate(
            """() => [...document.querySelectorAll('.ntm-desk:not([hidden]) *')]
              .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 0.5)
              .map((e) => `${e.tagName} ${e.className}`)"""
        )
        assert wide == []
    small = phone.at("root").evaluate(
        """(root) => [...root.querySelectorAll('.ntm-desk button, .ntm-desk a.ntm-button, .ntm-desk select')]
          .filter((e) => e.checkVisibility() && (e.offsetWidth < 24 || e.offsetHeight < 24))
          .map((e) => e.textContent)"""
    )
    assert small == []


@pytest.mark.parametrize("view", ["submit", *KINDS, "history"])
def test_english_leaves_no_vietnamese(office: Dashboard, view: str) -> None:
    office.open("bao-cao-thang", view=view, lang="en")
    expect(office.page.locator(".ntm-desk:visible > *").first).to_be_visible()
    seen: list[str] = office.page.locator(".ntm-desk:visible").evaluate(VISIBLE)
    left = {text for text in seen if VIETNAMESE.search(without_names(text, [OFFICE]))}
    assert sorted(left) == []
