"""Taking the map away: files, the clipboard, paper."""

from __future__ import annotations

import base64
import io
import re
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from render.screen.menu import PAGES

from .conftest import Visitor
from .dashboard import Dashboard

MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-", "svg": b"<?xml", "csv": b"\xef\xbb\xbf", "xlsx": b"PK\x03\x04"}
READ_CLIPBOARD = """async () => {
  const [item] = await navigator.clipboard.read();
  const blob = await item.getType('image/png');
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return [item.types, btoa(text)];
}"""


def test_the_download_menu_gives_files(dashboard: Dashboard, tmp_path: Path) -> None:
    dashboard.open("xa-muc-tieu", period="2023-12", district="610")
    for ending, magic in MAGIC.items():
        dashboard.at("download").click()
        with dashboard.page.expect_download() as waited:
            dashboard.page.get_by_role("menuitem", name=ending.upper()).click()
        download = waited.value
        assert download.suggested_filename == f"target-communes-2023-12.{ending}"
        download.save_as(tmp_path / download.suggested_filename)
        content = (tmp_path / download.suggested_filename).read_bytes()
        assert content.startswith(magic), ending
        assert len(content) > 500
    table = (tmp_path / "target-communes-2023-12.csv").read_text("utf-8-sig").splitlines()
    assert len(table) == 1 + 12
    assert all("Huyện Đăk Glei" in line for line in table[1:])


def test_the_download_menu_works_by_keyboard(dashboard: Dashboard) -> None:
    dashboard.open("ban-do")
    button = dashboard.at("download")
    button.focus()
    dashboard.page.keyboard.press("ArrowDown")
    items = dashboard.page.get_by_role("menuitem")
    expect(items.nth(0)).to_be_focused()
    dashboard.page.keyboard.press("ArrowDown")
    expect(items.nth(1)).to_be_focused()
    dashboard.page.keyboard.press("End")
    expect(items.nth(5)).to_be_focused()
    expect(items.nth(5)).to_have_attribute("href", "/ogc?lang=vi")
    dashboard.page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(items).to_have_count(0)


def test_copy_puts_an_image_1080_pixels_wide_on_the_clipboard(visitor: Visitor) -> None:
    dashboard = visitor(permissions=["clipboard-read", "clipboard-write"])
    dashboard.open("ban-do")
    dashboard.at("copy").click()
    expect(dashboard.at("toast")).to_have_text("Đã sao chép ảnh bản đồ. Dán vào tài liệu bằng Ctrl+V.", timeout=30_000)
    kinds, content = dashboard.page.evaluate(READ_CLIPBOARD)
    image = Image.open(io.BytesIO(base64.b64decode(content)))
    assert kinds == ["image/png"]
    assert (image.format, image.width) == ("PNG", 1080)
    assert image.height > image.width


def test_a_copy_that_fails_is_told(visitor: Visitor) -> None:
    dashboard = visitor(permissions=["clipboard-read", "clipboard-write"])
    dashboard.open("ban-do", period="2019-12")
    dashboard.page.route("**/maps/*.png*", lambda route: route.fulfill(status=503, body=""))
    dashboard.at("copy").click()
    expect(dashboard.at("toast")).to_contain_text("Hãy dùng Tải về → PNG.")
    dashboard.watch.faults = [fault for fault in dashboard.watch.faults if "503" not in fault]


@pytest.mark.parametrize("how", ["key", "button"])
def test_print_gives_one_page_with_the_sheet(dashboard: Dashboard, tmp_path: Path, how: str) -> None:
    dashboard.page.add_init_script("window.print = () => { window.testPrinted = (window.testPrinted ?? 0) + 1; };")
    dashboard.open("ban-do", district="610")
    with dashboard.page.expect_response("**/maps/ntm-levels.svg*", timeout=60_000) as waited:
        if how == "key":
            dashboard.page.keyboard.press("Control+p")
        else:
            dashboard.at("print").click()
    assert waited.value.ok
    dashboard.page.wait_for_function("() => window.testPrinted === 1")
    image = dashboard.page.locator("img.print-sheet")
    assert image.evaluate("(image) => image.complete && image.naturalWidth > 0")
    assert len(dashboard.watch.context.pages) >= 1
    dashboard.page.emulate_media(media="print")
    expect(dashboard.at("topbar")).to_be_hidden()
    expect(dashboard.at("map")).to_be_hidden()
    path = tmp_path / "print.pdf"
    dashboard.page.pdf(path=path, format="A4", prefer_css_page_size=True)
    told = subprocess.run(["pdfinfo", path], capture_output=True, check=True, text=True).stdout  # noqa: S607
    assert re.search(r"^Pages:\s+1$", told, re.MULTILINE), told
    picture = printed(path)
    assert len(picture.getcolors(1 << 24) or []) > 20, "the sheet is on the page"
    box = picture.convert("L").point(lambda value: 255 if value < 250 else 0).getbbox()
    assert box
    assert (box[2] - box[0]) > picture.width * 0.7
    assert (box[3] - box[1]) > picture.height * 0.7


def printed(path: Path) -> Image.Image:
    """Return the first page of a PDF as a picture."""
    subprocess.run(["pdftoppm", "-r", "60", "-png", path, path.with_suffix("")], check=True)  # noqa: S607
    return Image.open(next(path.parent.glob("print*.png"))).convert("RGB")


@pytest.mark.parametrize(("page", "layer"), [(page, layer) for page, layer, _ in PAGES])
def test_a_changed_view_is_what_is_downloaded(dashboard: Dashboard, page: str, layer: str) -> None:
    dashboard.open(page).month("2023-12").select("district", "610")
    links = dashboard.page.locator("[role=menuitem][download]").evaluate_all(
        "(links) => links.map((link) => link.href)"
    )
    assert len(links) == len(MAGIC)
    for link in links:
        assert f"/maps/{layer}." in link
        assert "period=2023-12" in link
        assert "district=610" in link
