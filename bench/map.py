"""How fast is the map? Ours against the two pages a Streamlit user would write, in one run.

    .venv/bin/python bench/map.py [--changes 15] [--visits 9] [--nation FILE.gpkg] [--out docs/performance.md]

Measures in a real browser: filter click to painted map, bytes sent for it, first visit; then the
same component on thousands of polygons (``--nation``), and 50 sessions against one process.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright
from xstatic.pkg import leaflet

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PORTS = {"ours": 8711, "usual": 8712, "tuned": 8713, "leaflet": 8714, "nation": 8715}
#: In the browser: remember when the reader acted; note when a new picture has been painted.
WATCH = """
window.__painted = 0;
for (const kind of ["click", "change"])
  document.addEventListener(kind, () => { window.__asked = performance.now(); }, true);
const after = () => requestAnimationFrame(() => setTimeout(() => { window.__painted = performance.now(); }, 0));
window.addEventListener("ntm-painted", after);
let last = "";
(function look() {
  for (const frame of document.querySelectorAll("iframe")) {
    const paths = [...(frame.contentDocument?.querySelectorAll("path[fill]") ?? [])];
    const drawn = paths.map((path) => path.getAttribute("fill")).join();
    if (paths.length >= 102 && drawn !== last) { last = drawn; after(); }
  }
  requestAnimationFrame(look);
})();
"""


def main() -> None:
    """Start the pages, measure, print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=15)
    parser.add_argument("--visits", type=int, default=9)
    parser.add_argument("--nation", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with servers(options.nation), sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        rows = {
            name: measure(browser, url(name), choose, options.changes, options.visits)
            for name, choose in (("usual", pill), ("tuned", pill), ("ours", month))
        }
        if options.nation:
            rows["nation"] = measure(browser, url("nation"), month, options.changes, 1)
        browser.close()
        # From a second process, as fifty browsers would be.
        asked = subprocess.run(
            [sys.executable, str(HERE / "sessions.py"), str(PORTS["ours"])], stdout=subprocess.PIPE, check=True
        )
        rows["sessions"] = {"p95": float(asked.stdout)}
    text = report(rows)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", "utf-8")


def url(name: str) -> str:
    return f"http://127.0.0.1:{PORTS[name]}" + ("/ban-do?period=2024-01" if name == "ours" else "/")


def month(page: Page, turn: int) -> None:
    """Choose another month in our filter row."""
    page.locator("select[data-filter='month']").select_option(str(turn % 11 + 2))


def pill(page: Page, turn: int) -> None:
    """Choose another month on a folium page."""
    label = str(turn % 9 + 1)
    page.locator("[data-testid='stButtonGroup'] button", has_text=label).first.click()


def measure(
    browser: Browser, address: str, choose: Callable[[Page, int], None], changes: int, visits: int
) -> dict[str, float]:
    """Return medians: first visit in seconds, change in ms, bytes sent for a change."""
    first = [first_visit(browser, address) for _ in range(visits)]
    page, sent = open_page(browser, address)
    for turn in range(13):  # once round every value: what a cache can hold is held, on every page
        change(page, choose, turn)
    times, sizes = [], []
    for turn in range(changes):
        sent[0] = 0
        times.append(change(page, choose, turn))
        sizes.append(sent[0])
    page.context.close()
    return {
        "visit": statistics.median(first),
        "change": statistics.median(times),
        "p95": sorted(times)[int(0.95 * (len(times) - 1))],
        "bytes": statistics.median(sizes),
        "most": max(sizes),
    }


def open_page(browser: Browser, address: str) -> tuple[Page, list[int]]:
    """Open a page in a fresh context and wait for its picture; count every byte it receives."""
    page = browser.new_context(viewport={"width": 1600, "height": 1000}).new_page()
    sent = [0]
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")

    def count(size: float) -> None:
        sent[0] += int(size)

    wire.on("Network.loadingFinished", lambda event: count(event["encodedDataLength"]))
    wire.on("Network.webSocketFrameReceived", lambda event: count(frame_size(event["response"])))
    page.add_init_script(WATCH)
    page.goto(address)
    page.wait_for_function("window.__painted > 0", timeout=60_000)
    page.wait_for_timeout(800)
    return page, sent


def frame_size(response: dict[str, object]) -> int:
    """Bytes of a websocket frame; binary payloads arrive in base 64."""
    payload = str(response["payloadData"])
    return len(payload) * 3 // 4 if response["opcode"] == 2 else len(payload.encode())


def first_visit(browser: Browser, address: str) -> float:
    """Seconds from asking for the address to the first picture, nothing in the browser's cache."""
    page, _ = open_page(browser, address)
    seconds = float(page.evaluate("window.__painted")) / 1000
    page.context.close()
    return seconds


def change(page: Page, choose: Callable[[Page, int], None], turn: int) -> float:
    """Milliseconds from the reader's click to the new picture."""
    before = page.evaluate("window.__painted")
    choose(page, turn)
    page.wait_for_function("before => window.__painted > before", arg=before, timeout=30_000, polling=20)
    page.wait_for_timeout(300)
    return float(page.evaluate("window.__painted - window.__asked"))


@contextmanager
def servers(nation: Path | None) -> Iterator[None]:
    """Run our server and the two folium pages, each in its own process."""
    files = partial(QuietFiles, directory=leaflet.BASE_DIR)
    web = ThreadingHTTPServer(("127.0.0.1", PORTS["leaflet"]), files)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    leaflet_url = {"LEAFLET_URL": f"http://127.0.0.1:{PORTS['leaflet']}"}
    streamlit = [sys.executable, "-m", "streamlit", "run", str(HERE / "folium_page.py"), "--server.headless=true"]
    streamlit += ["--browser.gatherUsageStats=false", "--server.fileWatcherType=none"]
    jobs = [
        ([sys.executable, str(HERE.parent / "cli.py"), "serve", "--port", str(PORTS["ours"])], {}),
        ([*streamlit, f"--server.port={PORTS['usual']}"], leaflet_url),
        ([*streamlit, f"--server.port={PORTS['tuned']}"], {**leaflet_url, "TUNED": "1"}),
    ]
    if nation:
        jobs.append(([sys.executable, str(HERE / "nation.py"), str(nation), str(PORTS["nation"])], {}))
    running = [
        subprocess.Popen(job, env={**os.environ, **more}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for job, more in jobs
    ]
    try:
        time.sleep(3)
        if any(process.poll() is not None for process in running):
            message = "a server did not start: is one of its ports in use?"
            raise SystemExit(message)
        for name in ("ours", "usual", "tuned", *(["nation"] if nation else [])):
            wait_for(f"http://127.0.0.1:{PORTS[name]}/_stcore/health")
        yield
    finally:
        for process in running:
            process.terminate()
        web.shutdown()


class QuietFiles(SimpleHTTPRequestHandler):
    """Leaflet for the folium pages."""

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def wait_for(address: str) -> None:
    for _ in range(240):
        try:
            urlopen(address)  # noqa: S310 - our own server
        except (URLError, ConnectionError):
            time.sleep(0.25)
        else:
            return
    message = f"no answer from {address}"
    raise SystemExit(message)


NAMES = {
    "usual": "(a) usual page: cached `st_folium` choropleth",
    "tuned": "(b) best-tuned page: `feature_group_to_add`, simplified, fragment, gc frozen",
    "ours": "this map",
    "nation": "this map's component, 3,321 polygons, generated classes",
}


def report(rows: dict[str, dict[str, float]]) -> str:
    """Return the results as Markdown."""
    lines = [
        "| page | first visit, s | filter click to painted map, ms (median) | 95 % | sent per change, bytes | most |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {NAMES[name]} | {row['visit']:.2f} | {row['change']:.0f} | {row['p95']:.0f} | {row['bytes']:,.0f} "
        f"| {row['most']:,.0f} |"
        for name, row in rows.items()
        if name in NAMES
    ]
    ours = rows["ours"]
    lines += [
        "",
        (
            f"Ratios of this run: {rows['usual']['change'] / ours['change']:.1f} times faster than (a), "
            f"{rows['tuned']['change'] / ours['change']:.1f} times faster than (b); "
            f"{rows['tuned']['bytes'] / ours['bytes']:,.0f} times fewer bytes than (b)."
        ),
    ]
    if "nation" in rows:
        lines.append(f"3,321 polygons take {rows['nation']['change'] / ours['change']:.2f} times the province's time.")
    lines.append(f"50 sessions changing filters, one process: p95 {rows['sessions']['p95']:.0f} ms from ask to done.")
    lines.append(f"Machine: {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, headless.")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
