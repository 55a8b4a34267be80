"""No network: every address but 127.0.0.1 is out of reach, and nothing asks for one."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Route, expect

from render.screen.assets import bundle, bundle_digest, setup_url
from render.screen.menu import PAGES

from .conftest import Visitor
from .dashboard import HERE
from .process import get

ADDRESS = re.compile(rb"""(?:https?:|wss?:)?//(?=[\w.-]+\.[a-z]{2,})[^\s"'<>)`\\]+""")
#: Names, never fetched: what Leaflet says of itself, and XML's name of SVG.
NAMES = re.compile(
    rb"^(?:https?:)?//(?:www\.w3\.org/|leafletjs\.com|www\.leafletjs\.com|en\.wikipedia\.org/|developer\.mozilla\.org/"
    rb"|github\.com/|crbug\.com|code\.google\.com/|bugzilla\.mozilla\.org|bugs\.webkit\.org|msdn\.microsoft\.com)"
)
LANGUAGES = ("vi", "en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_draws_with_the_network_cut(visitor: Visitor, lang: str) -> None:
    dashboard = visitor(service_workers="block")
    tried = []

    def refuse(route: Route) -> None:
        tried.append(route.request.url)
        route.abort()

    dashboard.watch.context.route(lambda url: not HERE.match(url), refuse)
    for page, _, _ in PAGES:
        dashboard.open(page, lang=lang)
        expect(dashboard.at("headline")).not_to_be_empty()
        expect(dashboard.at("legend").locator(".ntm-legend-count").first).not_to_be_empty()
        drawn = dashboard.colors("23353", 30)
        assert len(drawn) > 2, "the picture has more than a ground"
        dashboard.tab("table")
        expect(dashboard.at("table").locator("tbody tr")).not_to_have_count(0)
    assert tried == []


class Page(HTMLParser):
    """What a page says of itself and loads."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.lang: str | None = None
        self.loads: list[str] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "html":
            self.lang = known.get("lang")
        self.loads += [known[name] or "" for name in ("src", "href") if name in known]


@pytest.mark.parametrize("page", ["", *(page for page, _, _ in PAGES)])
def test_the_page_is_vietnamese_before_any_script_runs(address: str, page: str) -> None:
    content = get(f"{address}/{page}")
    found = Page(content)
    assert found.lang == "vi"
    assert "<title>Bản đồ nông thôn mới</title>" in content.decode()
    assert "You need to enable JavaScript" not in content.decode()
    assert found.loads
    assert [place for place in found.loads if place.startswith(("http:", "https:", "//"))] == []


def test_no_file_of_ours_names_an_address_outside(address: str) -> None:
    paths = [f"/assets/{bundle_digest()}/{name}" for name in bundle()]
    named: dict[str, list[bytes]] = {}
    for path in paths:
        content = get(address + path)
        outside = [found for found in ADDRESS.findall(content) if not NAMES.match(found)]
        if outside:
            named[path.rsplit("/", maxsplit=1)[-1]] = outside
    assert named == {}
    assert b"sourceMappingURL=http" not in b"".join(file.content for file in bundle().values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_setup_loads_nothing_from_outside(address: str, lang: str) -> None:
    content = get(address + setup_url("kontum", "kontum-2015", lang))
    assert ADDRESS.findall(content) == []
