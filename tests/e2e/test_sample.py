"""A sample store in the browser: the mark is on every screen, whatever is open or scrolled, and hides nothing."""

from __future__ import annotations

import io
import urllib.request
from collections.abc import Iterator
from email.message import Message

import pytest
from PIL import Image
from playwright.sync_api import expect

from render.screen.menu import PAGES

from .conftest import PHONE, Visitor
from .dashboard import Dashboard
from .process import ROOT, server
from .test_accessible import check

MARKS = {"vi": "SỐ LIỆU MINH HỌA", "en": "SAMPLE DATA"}
ACROSS = "() => getComputedStyle(document.querySelector('.ntm-frame'), '::after').content"
#: Whether the middle of an element is hit by nothing but it, so that nothing lies over it.
REACHED = """(element) => {
  const box = element.getBoundingClientRect();
  const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return element === hit || element.contains(hit);
}"""
pages = pytest.mark.parametrize("page", [page for page, _, _ in PAGES])


@pytest.fixture(scope="module")
def sample_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("sample")
    with server(ROOT, folder / "log.txt", NTM_SAMPLE="1", NTM_DATA=str(folder)) as found:
        yield found


def marked(dashboard: Dashboard, lang: str = "vi") -> None:
    """Check the bar, the letters across the map and the name of the window."""
    bar = dashboard.at("sample")
    expect(bar).to_be_in_viewport(ratio=1)
    expect(bar).to_contain_text(MARKS[lang])
    assert bar.evaluate(REACHED), "something lies over the bar"
    assert dashboard.page.evaluate(ACROSS) == f'"{MARKS[lang]}"'
    assert dashboard.page.title().startswith(MARKS[lang])


@pages
def test_every_page_is_marked_and_its_controls_can_be_reached(visitor: Visitor, sample_address: str, page: str) -> None:
    dashboard = visitor(at=sample_address).open(page)
    marked(dashboard)
    controls = [dashboard.at(f"map-{name}") for name in ("plus", "minus", "home")]
    controls += [dashboard.at("download"), dashboard.page.locator(".ntm-legend-head")]
    assert [control.evaluate(REACHED) for control in controls] == [True] * len(controls)
    check(dashboard)


def test_the_mark_lies_under_the_pointer_s_way_to_a_commune(visitor: Visitor, sample_address: str) -> None:
    dashboard = visitor(at=sample_address).open("ban-do")
    dashboard.click("23353")
    expect(dashboard.at("card")).to_be_visible()
    marked(dashboard)


def test_english_and_notices_are_marked_too(visitor: Visitor, sample_address: str) -> None:
    dashboard = visitor(at=sample_address).open("ban-do", lang="en", period="2024-99")
    expect(dashboard.at("notices")).to_contain_text("2024-99")
    marked(dashboard, "en")


@pages
def test_a_phone_is_marked_also_scrolled_and_with_the_drawer_open(
    visitor: Visitor, sample_address: str, page: str
) -> None:
    phone = visitor(at=sample_address, **PHONE).open(page)
    marked(phone)
    phone.page.locator(".ntm-caption").scroll_into_view_if_needed()
    phone.page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollTo(0, 1e6)")
    marked(phone)
    phone.page.evaluate("() => { document.querySelector('.ntm-panel').dataset.drawer = 'full'; }")
    phone.page.wait_for_function("() => !document.getAnimations().some((a) => a.playState === 'running')")
    marked(phone)


def head(address: str) -> Message:
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - always http://127.0.0.1
        return Message() if answer.status != 200 else answer.headers


@pytest.mark.parametrize("extension", ["png", "pdf", "svg", "json", "csv", "xlsx"])
def test_every_file_is_named_and_answered_as_sample(sample_address: str, extension: str) -> None:
    headers = head(f"{sample_address}/maps/ntm-levels.{extension}")
    assert headers["X-NTM-Sample"] == "1"
    assert f'filename="minh-hoa-ntm-levels-2025-06.{extension}"' in headers["Content-Disposition"]


def test_the_image_that_is_copied_is_stamped(sample_address: str, address: str) -> None:
    path = "/maps/ntm-levels.png?width=1080"
    reds = []
    for base in (sample_address, address):
        with urllib.request.urlopen(base + path, timeout=60) as answer:  # noqa: S310 - always http://127.0.0.1
            image = Image.open(io.BytesIO(answer.read())).convert("RGB")
        top = image.crop((0, 0, image.width, image.height // 10))
        reds.append(sum(count for count, color in top.getcolors(2**24) or [] if color == (0xB3, 0x26, 0x1E)))
    assert reds[0] > 500
    assert reds[1] == 0


def test_published_data_are_not_marked(dashboard: Dashboard) -> None:
    dashboard.open("ban-do")
    expect(dashboard.at("sample")).to_be_hidden()
    assert dashboard.page.evaluate(ACROSS) == "none"
    assert "MINH HỌA" not in dashboard.page.title()
    assert "X-NTM-Sample" not in head(f"{dashboard.address}/maps/ntm-levels.csv")
