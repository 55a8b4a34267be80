"""One browser and one server for every browser test; every page is watched.

The browser can reach 127.0.0.1 and nothing else, and what it tries to reach is written down. Contexts
are shared by the tests that want the same kind of window, so that Streamlit's own two megabytes of
script are fetched once. The browser is closed when pytest leaves this folder: Playwright keeps an event
loop running in the thread, and other tests want to run their own.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from .dashboard import Dashboard, Watch
from .process import ROOT, server

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    # Not by context.route: that switches the browser's cache off, which doubles the time of every page.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
PICTURES = ROOT / "test-output"
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}

Visitor = Callable[..., Dashboard]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail(f"No browser: install Chromium (apt install chromium); looked for {', '.join(NAMES)}.")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server of this checkout."""
    with server(ROOT, tmp_path_factory.mktemp("server") / "log.txt") as found:
        yield found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Leave the outcome of the test where its fixtures find it."""
    report = yield
    item.stash.setdefault(OUTCOME, {})[report.when] = report.failed
    return report


OUTCOME: pytest.StashKey[dict[str, bool]] = pytest.StashKey()


@pytest.fixture(scope="package")
def watches(browser: Browser) -> Iterator[Callable[..., Watch]]:
    """Return a maker of watched contexts; the same options give the same context."""
    made: dict[str, Watch] = {}

    def find(**options: Any) -> Watch:  # noqa: ANN401 - Playwright's options
        options = {"locale": "vi-VN", "reduced_motion": "reduce"} | DESKTOP | options
        key = repr(sorted(options.items()))
        if key not in made:
            made[key] = Watch(browser.new_context(**options))
        return made[key]

    yield find
    for watch in made.values():
        watch.context.close()


@pytest.fixture
def visitor(address: str, watches: Callable[..., Watch], request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Return a maker of visitors. At the end none has left the machine, and no page has failed."""
    made: list[Dashboard] = []

    def new(*, at: str = address, **options: Any) -> Dashboard:  # noqa: ANN401 - Playwright's options
        made.append(Dashboard(watches(**options), at))
        return made[-1]

    yield new
    if request.node.stash.get(OUTCOME, {}).get("call"):
        _save_pictures(made, request.node.nodeid)
    for dashboard in made:
        dashboard.page.close()
    for dashboard in made:
        dashboard.watch.check()


def _save_pictures(made: list[Dashboard], nodeid: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    stem = re.sub(r"[^\w.-]+", "-", nodeid.rsplit("e2e/", maxsplit=1)[-1])
    for number, dashboard in enumerate(made):
        path: Path = PICTURES / f"{stem}-{number}.png"
        dashboard.page.screenshot(path=path)


@pytest.fixture
def dashboard(visitor: Visitor) -> Dashboard:
    """Return a visitor with a desktop window."""
    return visitor()


@pytest.fixture
def phone(visitor: Visitor) -> Dashboard:
    """Return a visitor with a phone."""
    return visitor(**PHONE)
