"""What is stored through one process is seen on the pages and in the answers of another within five seconds."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from urllib.parse import urlencode

import pytest
from cluster import FAST, cluster
from playwright.sync_api import expect

from base.clock import TIME_ZONE

from .conftest import Visitor
from .dashboard import Dashboard
from .process import ROOT, get, server

SECONDS = 5
SA_THAY, NGOC_HOI, RO_KOI = "616", "611", "23530"
#: Communes of the province, none of them recognised, as the form of decisions writes them.
COMMUNES = {
    "map": "23530 – Rờ Kơi – huyện Sa Thầy",
    "answers": "23380 – Đăk Ang – huyện Ngọc Hồi",
    "form": "23347 – Đăk Man – huyện Đăk Glei",
    "history": "23350 – Đăk Nhoong – huyện Đăk Glei",
    "past": "23344 – Đăk Plô – huyện Đăk Glei",
}
ANSWERS = (
    "/ogc/collections/ntm-levels-kontum-2015/items?limit=200",
    "/maps/ntm-levels.json",
    "/live",
)


@dataclass(frozen=True)
class Pair:
    """Two server processes on one store."""

    first: str
    second: str


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Return two servers: on one SQLite file, and on one PostgreSQL with folders of their own."""
    folder = tmp_path_factory.mktemp("live")
    with ExitStack() as stack:
        settings = {"NTM_OFFICE": "Văn phòng Điều phối tỉnh"}
        users = [folder / "users", folder / "users"]
        if request.param == "postgresql":
            settings["DATABASE_URL"] = stack.enter_context(cluster(FAST)).database()
            users = [folder / "first", folder / "second"]
        found = [
            stack.enter_context(server(ROOT, folder / f"log-{i}.txt", NTM_DATA=str(place), **settings))
            for i, place in enumerate(users)
        ]
        yield Pair(*found)


def post(address: str, path: str, body: bytes = b"", **query: str) -> dict[str, str]:
    """Post as the page of the desk does."""
    request = urllib.request.Request(  # noqa: S310 - always http://127.0.0.1
        f"{address}{path}?{urlencode(query)}", body, {"X-NTM-Desk": "1", "Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return dict(json.load(answer))


def recognise(address: str, commune: str, day: str = "2025-01-20") -> float:
    """Store the recognition of a commune through a server; return the time at which it was stored."""
    values = {
        "code": commune,
        "action": "Công nhận",
        "level": "Đạt chuẩn",
        "year": "2024",
        "number": f"{commune[:5]}/QĐ-UBND",
        "date": day,
    }
    checked = post(address, "/office/form/decisions", json.dumps(values).encode(), province="kontum")
    post(address, f"/office/submit/{checked['token']}")
    return time.monotonic()


def left(since: float) -> float:
    """Return the milliseconds that are left of the five seconds."""
    return max(1.0, (SECONDS - (time.monotonic() - since)) * 1000)


def tags(address: str) -> dict[str, str | None]:
    found = {}
    for path in ANSWERS:
        with urllib.request.urlopen(address + path, timeout=60) as answer:  # noqa: S310
            found[path] = answer.headers["ETag"]
    return found


def repainted(dashboard: Dashboard, before: str | None, since: float) -> None:
    """Wait until another scene is drawn and described, for what is left of the five seconds."""
    dashboard.page.wait_for_function(
        "(before) => document.querySelector('[data-testid=root]').dataset.painted !== before",
        arg=before,
        timeout=left(since),
    )
    dashboard.settled(before)


def test_an_open_map_follows_and_nothing_of_the_reader_s_is_lost(visitor: Visitor, pair: Pair) -> None:
    reader = visitor(at=pair.first).open("ban-do", district=SA_THAY, commune=RO_KOI)
    reader.at("map-plus").click()
    reader.still()
    search = reader.at("search").get_by_role("combobox")
    search.fill("Mô R")
    reader.at("card-close").focus()
    panel = reader.page.locator(".ntm-panel-body")
    panel.evaluate("(body) => { body.scrollTop = 60; }")
    view, scrolled, painted, colours = reader.view(), panel.evaluate("(body) => body.scrollTop"), reader.painted, None
    colours = reader.colors(RO_KOI, 2)
    caption = reader.at("caption").inner_text()
    stored = recognise(pair.second, COMMUNES["map"])
    repainted(reader, painted, stored)
    assert reader.colors(RO_KOI, 2) != colours
    expect(reader.at("card")).to_contain_text("23530/QĐ-UBND")
    expect(reader.at("caption")).not_to_have_text(caption)
    expect(reader.at("caption")).to_contain_text("Cập nhật gần nhất: ")
    expect(reader.at("toast")).to_have_text(re.compile(r"^Số liệu vừa được cập nhật lúc \d\d:\d\d\.$"))
    assert reader.view() == view
    assert panel.evaluate("(body) => body.scrollTop") == scrolled
    reader.expect_query(district=SA_THAY, commune=RO_KOI)
    expect(reader.page.locator("[data-filter=district]")).to_have_value(SA_THAY)
    expect(reader.at("card-close")).to_be_focused()
    expect(search).to_have_value("Mô R")


def test_answers_of_both_processes_change(pair: Pair) -> None:
    before = {address: tags(address) for address in (pair.first, pair.second)}
    stored = recognise(pair.first, COMMUNES["answers"])
    now = tags(pair.first)
    assert all(now[path] != before[pair.first][path] for path in ANSWERS), "the process that stores it looks at once"
    while any(tag == before[pair.second][path] for path, tag in tags(pair.second).items()):
        assert time.monotonic() - stored < SECONDS
    assert get(f"{pair.first}/live") == get(f"{pair.second}/live")
    assert get(f"{pair.first}/maps/ntm-levels.json") == get(f"{pair.second}/maps/ntm-levels.json")


def test_what_is_half_typed_stays(visitor: Visitor, pair: Pair) -> None:
    writer = visitor(at=pair.first).open("bao-cao-thang", view="decisions", district=NGOC_HOI)
    field = writer.page.locator("#ntm-row-decisions-number")
    field.press_sequentially("12/QĐ")
    field.evaluate("(field) => { field.setSelectionRange(2, 2); }")
    painted = writer.painted
    stored = recognise(pair.second, COMMUNES["form"])
    repainted(writer, painted, stored)
    expect(field).to_be_focused()
    writer.page.keyboard.type("3")
    expect(field).to_have_value("123/QĐ")
    writer.expect_query(view="decisions", district=NGOC_HOI)


def test_an_open_history_tells_of_it(visitor: Visitor, pair: Pair) -> None:
    reader = visitor(at=pair.first).open("bao-cao-thang", view="history")
    rows = reader.at("desk-history").get_by_role("listitem")
    expect(rows.first).to_be_visible()
    count = rows.count()
    link = rows.last.get_by_role("link").first
    link.focus()
    stored = recognise(pair.second, COMMUNES["history"])
    expect(rows).to_have_count(count + 1, timeout=left(stored))
    expect(rows.first).to_contain_text("Quyết định")
    expect(link).to_be_focused()


def test_a_map_of_what_was_known_then_stays(visitor: Visitor, pair: Pair) -> None:
    then = datetime.now(TIME_ZONE).isoformat(timespec="seconds")
    reader = visitor(at=pair.first).open("ban-do", district="610", known_at=then)
    expect(reader.page.locator(".ntm-map-error")).to_be_hidden()
    painted = reader.painted
    recognise(pair.second, COMMUNES["past"])
    follow(reader)
    assert reader.painted == painted
    expect(reader.at("toast")).to_be_hidden()


def follow(reader: Dashboard) -> None:
    """Wait until a page has heard of new data, has been computed again, and has asked once more."""
    for _ in range(3):
        with reader.page.expect_response("**/live"):
            pass


#: Questions are written down with the page's own time, and get no answer.
UNANSWERED = """() => {
  const { fetch } = window;
  window.asked = [];
  window.fetch = (address, ...rest) => {
    if (address !== '/live') return fetch(address, ...rest);
    window.asked.push(Date.now());
    return Promise.reject(new TypeError('away'));
  };
}"""
HIDDEN = """(hidden) => {
  Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_a_server_that_is_away_is_asked_less_and_less_and_a_hidden_page_asks_nothing(
    visitor: Visitor, address: str
) -> None:
    reader = visitor(at=address)
    reader.page.clock.install()
    reader.open("ban-do")
    page = reader.page
    with page.expect_response("**/live"):
        pass
    page.evaluate(UNANSWERED)
    for _ in range(125):
        page.clock.fast_forward(1_000)
    asked = page.evaluate("() => window.asked")
    waited = [round((after - before) / 1000) for before, after in pairwise(asked)]
    assert waited[:7] == [2, 4, 8, 16, 30, 30, 30][: len(waited)]
    assert len(waited) >= 6
    page.evaluate(HIDDEN, arg=True)
    page.clock.fast_forward(600_000)
    assert len(page.evaluate("() => window.asked")) == len(asked)
    page.evaluate(HIDDEN, arg=False)
    assert len(page.evaluate("() => window.asked")) == len(asked) + 1, "at once"
