"""Page objects: a visitor of the dashboard, and the map as the visitor sees it.

Nothing here waits for a time. A change is over when the component has said so: ``data-painted`` on its
root holds the scene that is drawn, and what surrounds the picture follows one frame later.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import BrowserContext, Locator, Page, Request, TimeoutError, expect  # noqa: A004

from render.screen.assets import setup_file

HERE = re.compile(r"^(?:https?|wss?)://127\.0\.0\.1[:/]|^(?:data|blob|about):")
#: Streamlit looks for itself below the page's own address first and complains to the console.
KNOWN_404 = re.compile(r"/[a-z-]+/_stcore/(health|host-config)$")

#: Leaflet's map is kept where a test can ask it for coordinates; the application itself never shows it.
INIT = """
Object.defineProperty(window, 'L', {
  configurable: true,
  get() { return undefined; },
  set(leaflet) {
    Object.defineProperty(window, 'L', { value: leaflet, writable: true, configurable: true });
    leaflet.Map.addInitHook(function () { window.testMap = this; });
  },
});
window.testPainted = [];
window.addEventListener('ntm-painted', (event) => window.testPainted.push(event.detail.id));
"""
#: Resolved after the part of an update that follows the picture (`afterPaint` in dom.js).
DESCRIBED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => setTimeout(done))))"
IDLE = """(before) => {
  const root = document.querySelector('[data-testid="root"]');
  return root && root.dataset.painted && root.dataset.painted !== before && !root.hasAttribute('aria-busy');
}"""
STILL = "() => window.testMap && !window.testMap._animatingZoom && !window.testMap._panAnim?._inProgress"
POINT = """([gx, gy]) => {
  const box = document.querySelector('[data-testid="map"]').getBoundingClientRect();
  const at = window.testMap.latLngToContainerPoint(window.testMap.unproject([gx / 65536, gy / 65536], 0));
  return [at.x + box.x, at.y + box.y];
}"""
#: Colours of a square of the picture around a point of the window, from the canvas that holds the map.
PIXELS = """([x, y, reach]) => {
  const canvas = document.querySelector('[data-testid="map"] .leaflet-pane canvas');
  const box = canvas.getBoundingClientRect();
  const k = canvas.width / box.width;
  const side = Math.round(reach * 2 * k);
  const at = [Math.round((x - box.x - reach) * k), Math.round((y - box.y - reach) * k)];
  const { data } = canvas.getContext('2d').getImageData(at[0], at[1], side, side);
  const out = [];
  for (let i = 0; i < data.length; i += 4) out.push([data[i], data[i + 1], data[i + 2]]);
  return out;
}"""


@cache
def setup(lang: str = "vi") -> dict[str, Any]:
    """Return the setup that the browser gets: names, boxes and label points of every unit."""
    content: dict[str, Any] = json.loads(setup_file("kontum", "kontum-2015", lang).content)
    return content


def place(code: str) -> dict[str, Any]:
    """Return a unit or a district of the setup."""
    known = setup()
    found: dict[str, Any] = next(one for one in [*known["units"], *known["districts"]] if one["code"] == code)
    return found


class Watch:
    """Everything a context did that it must not do."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.outside: list[str] = []
        self.faults: list[str] = []
        context.on("request", self._request)
        context.on("weberror", lambda fault: self.faults.append(str(fault.error)))
        context.on("page", lambda page: page.on("websocket", lambda socket: self._address(socket.url)))
        context.on("console", lambda said: said.type == "error" and self._said(said.text, said.location["url"]))

    def _request(self, request: Request) -> None:
        self._address(request.url)

    def _address(self, url: str) -> None:
        if not HERE.match(url):
            self.outside.append(url)

    def _said(self, text: str, where: str) -> None:
        if not KNOWN_404.search(where):
            self.faults.append(f"console: {text} ({where})")

    def check(self) -> None:
        """Fail when an address outside was tried, or when a script failed; then forget it."""
        outside, faults = self.outside, self.faults
        self.outside, self.faults = [], []
        assert outside == [], "addresses other than 127.0.0.1 were tried"
        assert faults == [], "faults in the page"


class Dashboard:
    """A visitor with one window."""

    def __init__(self, watch: Watch, address: str) -> None:
        self.watch = watch
        self.address = address
        self.page: Page = watch.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.add_init_script(INIT)

    # Going somewhere

    def open(self, page: str, **query: str) -> Dashboard:
        """Open a page of the dashboard at an address and wait until it is drawn."""
        self.page.goto(f"{self.address}/{page}" + (f"?{urlencode(query)}" if query else ""))
        return self.settled()

    def settled(self, before: str | None = None) -> Dashboard:
        """Wait until a scene other than ``before`` is drawn and described."""
        self.page.wait_for_function(IDLE, arg=before)
        self.page.evaluate(DESCRIBED)
        return self

    def change(self, action: Callable[[], object]) -> Dashboard:
        """Do something that changes the view, and wait until the new view is there."""
        before = self.painted
        action()
        return self.settled(before)

    def still(self) -> Dashboard:
        """Wait until the map has stopped moving and is redrawn."""
        self.page.wait_for_function(STILL)
        self.page.evaluate(DESCRIBED)
        return self

    def go(self, page: str) -> Dashboard:
        """Choose a page in the menu."""
        return self.change(self.at("menu").locator(f"[data-page={page}]").click)

    # What is there

    def at(self, testid: str) -> Locator:
        """Return the element with a ``data-testid``."""
        return self.page.get_by_test_id(testid)

    @property
    def painted(self) -> str | None:
        """The scene that is drawn."""
        return self.at("root").get_attribute("data-painted")

    @property
    def path(self) -> str:
        """Address key of the page."""
        return urlsplit(self.page.url).path.strip("/")

    @property
    def query(self) -> dict[str, str]:
        """Query parameters of the address."""
        return dict(parse_qsl(urlsplit(self.page.url).query))

    def expect_query(self, **query: str) -> None:
        """Wait until the address has exactly these parameters."""
        self.page.wait_for_function(
            "(wanted) => { const have = Object.fromEntries(new URLSearchParams(location.search));"
            " return JSON.stringify(Object.entries(have).sort()) === JSON.stringify(Object.entries(wanted).sort()); }",
            arg=query,
        )

    def texts(self, selector: str) -> list[str]:
        """Return the texts of every element that matches, without layout whitespace."""
        found: list[str] = self.at("root").evaluate(
            "(root, selector) => [...root.querySelectorAll(selector)].map((e) => e.textContent.trim())", selector
        )
        return found

    def until(self, script: str, wanted: object) -> object:
        """Return what a script finds as soon as it finds what is wanted, or after all what it found last."""
        same = f"(wanted) => JSON.stringify(({script})()) === JSON.stringify(wanted)"
        with suppress(TimeoutError):
            self.page.wait_for_function(same, arg=wanted, timeout=5000)
        return self.page.evaluate(script)

    # What is done

    def select(self, name: str, value: str) -> Dashboard:
        """Choose a value in the filter row."""
        return self.change(lambda: self.page.locator(f"[data-filter={name}]").select_option(value))

    def month(self, period: str) -> Dashboard:
        """Choose a month by year and month, each only when it is not chosen already."""
        for name, value in zip(("year", "month"), period.split("-"), strict=True):
            if self.page.locator(f"[data-filter={name}]").input_value() != str(int(value)):
                self.select(name, str(int(value)))
        return self

    def tab(self, name: str) -> Dashboard:
        """Open a tab of the panel."""
        self.at(f"tab-{name}").click()
        expect(self.at(f"tab-{name}")).to_have_attribute("aria-selected", "true")
        return self

    def point(self, code: str) -> tuple[float, float]:
        """Return the place of a unit's label point in the window."""
        x, y = self.page.evaluate(POINT, place(code)["label"][:2])
        return x, y

    def hover(self, code: str) -> Dashboard:
        """Move the pointer over a unit of the map."""
        self.page.mouse.move(*self.point(code))
        return self

    def click(self, code: str) -> Dashboard:
        """Click a unit of the map."""
        return self.change(lambda: self.page.mouse.click(*self.point(code)))

    def colors(self, code: str, reach: float = 4) -> Counter[tuple[int, int, int]]:
        """Return the colours around a unit's label point, from the picture itself."""
        found: list[list[int]] = self.page.evaluate(PIXELS, [*self.point(code), reach])
        return Counter((r, g, b) for r, g, b in found)

    def view(self) -> list[float]:
        """Return centre and zoom of the map."""
        seen: list[float] = self.page.evaluate(
            "() => { const { lat, lng } = window.testMap.getCenter(); return [lat, lng, window.testMap.getZoom()]; }"
        )
        return seen
