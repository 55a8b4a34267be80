"""The page that Streamlit loads itself into: ours, with a policy that fits it, also when it is unchanged."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Iterator

import pytest
from asking import Ask, asking
from http_client import Answer
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from layers.view import SAMPLE
from render.screen.menu import PAGES
from service.index import VietnameseIndex

STREAMLIT = """<html lang="en"><head><title>Streamlit</title><script>
  window.prerenderReady = false
</script><script type="module" src="./static/js/index.js"></script></head><body></body></html>"""


async def streamlit(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as Streamlit does: its one page at every address, "unchanged" to who has it, data elsewhere."""
    request = Request(scope)
    answer: Response
    if scope["path"].startswith("/_stcore"):
        answer = JSONResponse({"method": request.method})
    elif request.method == "POST":
        answer = JSONResponse({"method": "POST"}, 405)
    elif request.headers.get("if-none-match") or request.headers.get("if-modified-since"):
        answer = Response(status_code=304, headers={"ETag": '"streamlit"'})
    else:
        content = "" if request.method == "HEAD" else STREAMLIT
        answer = HTMLResponse(
            content, headers={"ETag": '"streamlit"', "Last-Modified": "Sun, 22 Nov 2026 07:23:59 GMT"}
        )
    await answer(scope, receive, send)


@pytest.fixture
def ask() -> Iterator[Ask]:
    with asking(VietnameseIndex(streamlit)) as found:
        yield found


def hashes(answer: Answer) -> set[str]:
    """Return what the policy of an answer allows to run inline."""
    return set(re.findall(r"'sha256-([^']+)'", answer.headers["content-security-policy"]))


def test_the_page_is_vietnamese_and_its_scripts_are_allowed_one_by_one(ask: Ask) -> None:
    answer = ask("/ban-do")
    page = answer.content.decode()
    assert '<html lang="vi">' in page
    assert "<title>Bản đồ nông thôn mới</title>" in page
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(inline) == 2
    assert hashes(answer) == {base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in inline}
    assert answer.headers["content-length"] == str(len(answer.content))


def test_an_unchanged_page_is_known_by_our_own_bytes_and_keeps_its_policy(ask: Ask) -> None:
    whole = ask("/ban-do")
    assert "streamlit" not in whole.headers["etag"]
    assert "last-modified" not in whole.headers
    again = ask("/ban-do", headers={"If-None-Match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert hashes(again) == hashes(whole)
    old = ask("/ban-do", headers={"If-None-Match": '"streamlit"', "If-Modified-Since": "Sun, 22 Nov 2026 07:23:59 GMT"})
    assert (old.status_code, old.content) == (200, whole.content)


def test_each_language_is_a_page_of_its_own(ask: Ask) -> None:
    vietnamese, english = ask("/ban-do?lang=vi"), ask("/ban-do?a=b&lang=en")
    assert b".vi.json" in vietnamese.content
    assert b".en.json" in english.content
    assert vietnamese.headers["etag"] != english.headers["etag"]


def test_a_sample_says_so_before_any_script_runs(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ask("/ban-do")
    monkeypatch.setenv("NTM_SAMPLE", "1")
    monkeypatch.setattr("service.index.preloads", lambda _: b"")
    answer = ask("/ban-do")
    assert f"<title>{SAMPLE} – Bản đồ" in answer.content.decode()
    assert answer.headers["etag"] != whole.headers["etag"]


def test_the_page_is_compressed_for_who_takes_it_and_its_head_is_told(ask: Ask) -> None:
    whole = ask("/ban-do")
    packed = ask("/ban-do", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.content) == whole.content
    head = ask("/ban-do", "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


def test_what_is_no_page_is_passed_on_as_it_is(ask: Ask) -> None:
    assert ask("/_stcore/x", "POST").json() == {"method": "POST"}
    assert ask("/ban-do", "POST").json() == {"method": "POST"}
    assert ask("/khong-co").content.decode() == STREAMLIT


def test_the_root_leads_to_the_first_page_with_its_query(ask: Ask) -> None:
    answer = ask("/?lang=en&x=%C4%91")
    assert (answer.status_code, answer.headers["location"]) == (307, f"/{PAGES[0][0]}?lang=en&x=%C4%91")


@pytest.mark.parametrize("path", ["/khong-co", "/ban-do/them", "/<script>alert(1)</script>", "*"])
def test_an_address_that_is_no_page_is_told_to_a_browser(ask: Ask, path: str) -> None:
    answer = ask(path, headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 404
    assert b"<script" not in answer.content
    assert len(hashes(answer)) == 1
    assert "script-src" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/ogc", "/maps/x.svg", "/healthz", "/metrics", "/live", "/assets/1/x.js"])
def test_addresses_of_the_service_are_passed_on_to_a_browser_too(ask: Ask, path: str) -> None:
    assert ask(path, headers={"Accept": "text/html"}).status_code == 200
