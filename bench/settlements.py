"""How fast are 500 clusters and 900 villages? Checking, layers, sheets, and the pages beside the map of the province.

    .venv/bin/python bench/settlements.py [--changes 15] [--without-browser]

Everything is made up (:mod:`samples`), filled into our own forms, checked and stored like officers' files. Pages are
measured in a real browser, turn by turn beside the map of the province, so that their ratio is of one run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).parent.parent))

from map import CHROMIUM, FLAGS, change, open_page, wait_for
from playwright.sync_api import Browser, Page, sync_playwright

from base.clock import Month
from intake import unit_lists
from intake.checked import Checked, Sender
from intake.collection import load_collection
from intake.form_columns import FormKind
from intake.scope import facts_in
from intake.submit import check
from layers.registry import FEATURES, compute, features_of
from layers.view import ViewState
from programme.clusters import ARRANGEMENTS, STEPS
from render.sheet import sheet
from samples.clusters import cluster_rows
from samples.places import Row
from samples.settlements import filled
from samples.villages import recognition_rows, register, village_rows
from store.ledger import Ledger
from store.queries import LedgerFacts

CLUSTERS, VILLAGES = 500, 900
#: Villages of a commune, for so many and a few that are left out.
EACH = (10, 12)
PERIOD = Month(2025, 6)
PORT = 8721
ADDRESS = f"http://127.0.0.1:{PORT}"
DISTRICTS = ("610", "611", "612", "613", "614", "615", "616", "617", "618", "")
#: What is chosen on which page: the filter, and its values in their turns.
CHOICES: dict[str, tuple[str, str, Sequence[str]]] = {
    "province map, district": ("ban-do", "district", DISTRICTS),
    "clusters, step": ("xa-bien-gioi", "step", ("", *STEPS)),
    "clusters, form": ("xa-bien-gioi", "arrangement", ("", *ARRANGEMENTS)),
    "villages, district": ("thon-lang", "district", DISTRICTS),
    "province map, month": ("ban-do", "month", ("2", "3", "4", "5")),
    "clusters, month": ("xa-bien-gioi", "month", ("2", "3", "4", "5")),
    "villages, month": ("thon-lang", "month", ("2", "3", "4", "5")),
}


def main() -> None:
    """Make the store, measure, print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=15)
    parser.add_argument("--without-browser", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"NTM_DATA": folder, "NTM_EXACT_POINTS": "1"}
        for name in ("DATABASE_URL", "NTM_SAMPLE", "NTM_OFFICE"):
            os.environ.pop(name, None)
        make_store(Path(folder))
        layers()
        sheets()
        if not options.without_browser:
            with server(), sync_playwright() as play:
                browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                pages(browser, options.changes)
                browser.close()


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def make_store(folder: Path) -> None:
    """Hand in the three files, each checked with nothing loaded yet, and as a running service does (best of 3)."""
    ledger = Ledger(f"sqlite:///{folder / 'store.sqlite3'}")
    load_collection(ledger)
    facts = LedgerFacts(ledger, "kontum", ledger.version())
    era, then = unit_lists.unit_lists(facts).on(PERIOD.last_day), facts_in(facts, PERIOD)
    villages = register(era, then, EACH, VILLAGES)[:VILLAGES]
    files: list[tuple[FormKind, list[Row]]] = [
        ("villages", village_rows(era, villages)),
        ("village-recognitions", recognition_rows(era, villages)),
        ("clusters", cluster_rows(era, CLUSTERS)),
    ]
    print("| file | rows | kB | checked first, s | checked again, s | of it processor, s | stored, s |")
    print("|---|---|---|---|---|---|---|")
    for kind, rows in files:
        facts = LedgerFacts(ledger, "kontum", ledger.version())
        content = filled(kind, rows, facts)
        first, _, checked = checking(kind, content, facts, ledger)
        again, busy = min(checking(kind, content, facts, ledger)[:2] for _ in range(3))
        stored = seconds(lambda checked=checked: ledger.submit(checked.submission))
        size = len(content) / 1000
        print(f"| {kind} | {len(rows)} | {size:.0f} | {first:.2f} | {again:.2f} | {busy:.2f} | {stored:.2f} |")
    ledger.engine.dispose()


def checking(kind: FormKind, content: bytes, facts: LedgerFacts, ledger: Ledger) -> tuple[float, float, Checked]:
    """Return how long a file takes to be opened and checked, the processor's time of it, and what came of it.

    The unit lists are read anew, as they are after every submission.
    """
    unit_lists._unit_lists.cache_clear()
    start, busy = time.perf_counter(), time.process_time()
    checked = check(content, f"{kind}.xlsx", facts, ledger, Sender("bench"))
    return time.perf_counter() - start, time.process_time() - busy, checked


def layers() -> None:
    """Print how long the layers take: facts just read, another month, another filter."""
    states = {
        "border-replanning": [{"step": step} for step in STEPS] + [{"arrangement": form} for form in ARRANGEMENTS],
        "villages": [{"district": code} for code in DISTRICTS if code],
    }
    print("\n| layer | features | first, ms | another month, ms | another filter, ms |")
    print("|---|---|---|---|---|")
    compute(ViewState(period=PERIOD))  # boundaries and the published collection are read
    for layer, filters in states.items():
        state = ViewState(layer=layer, period=PERIOD)
        first = seconds(lambda state=state: compute(state))
        months = [seconds(lambda s=state, n=n: compute(s.but(period=PERIOD.plus(-n)))) for n in range(1, 6)]
        filtered = [seconds(lambda s=state, one=one: compute(s.but(**one))) for one in filters]
        cells = [first, statistics.median(months), statistics.median(filtered)]
        count = len(features_of(state, exact=True))
        print(f"| {layer} | {count} |", " | ".join(f"{1000 * cell:.0f}" for cell in cells), "|")


def sheets() -> None:
    """Print how long a sheet takes with what lies at places and without, in turns."""
    print("\n| sheet, A4 PNG 300 dpi | with features, s | without, s | ratio |\n|---|---|---|---|")
    for layer in FEATURES:
        view = compute(ViewState(layer=layer, period=PERIOD))
        bare = replace(view, features=())
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(4):
            for one, found in zip((view, bare), times, strict=True):
                found.append(seconds(lambda one=one: sheet(one, fmt="png", inset=one.inset, margins=one.margins)))
        full, empty = (statistics.median(found[1:]) for found in times)  # the first one reads fonts
        print(f"| {layer} | {full:.2f} | {empty:.2f} | {full / empty:.2f} |")


@contextmanager
def server() -> Iterator[None]:
    """Run the service on the store."""
    command = [sys.executable, str(Path(__file__).parent.parent / "cli.py"), "serve", "--port", str(PORT)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"{ADDRESS}/_stcore/health")
        yield
    finally:
        process.terminate()
        process.wait()


def pages(browser: Browser, changes: int) -> None:
    """Print filter to painted map of every page: all are open, and take turns."""
    opened = {name: open_page(browser, f"{ADDRESS}/{page}?period={PERIOD}") for name, (page, _, _) in CHOICES.items()}
    times: dict[str, list[float]] = {name: [] for name in CHOICES}
    sizes: dict[str, list[int]] = {name: [] for name in CHOICES}
    once_round = max(len(values) for _, _, values in CHOICES.values()) + 1
    for turn in range(once_round + changes):
        for name, (page, sent) in opened.items():
            sent[0] = 0
            took = change(page, choose(name), turn)
            if turn >= once_round:  # what a cache can hold is held, on every page
                times[name].append(took)
                sizes[name].append(sent[0])
    print(f"\n| page, filter | to painted map, ms (median of {changes}) | 95 % | bytes | ratio to the province map |")
    print("|---|---|---|---|---|")
    for name, found in times.items():
        beside = times["province map, month" if CHOICES[name][1] == "month" else "province map, district"]
        median, ratio = statistics.median(found), statistics.median(found) / statistics.median(beside)
        high = sorted(found)[int(0.95 * (len(found) - 1))]
        print(f"| {name} | {median:.0f} | {high:.0f} | {statistics.median(sizes[name]):,.0f} | {ratio:.2f} |")

    for layer in FEATURES:
        with urlopen(f"{ADDRESS}/points/{layer}.json?period={PERIOD}") as answer:  # noqa: S310 - our own server
            size = len(answer.read()) / 1000
        print(f"\nPlaces of {layer}, once a month: {size:.0f} kB before compression.", end="")
    print()


def choose(name: str) -> Callable[[Page, int], None]:
    """Return what chooses the next value of a filter."""
    _, label, values = CHOICES[name]

    def act(page: Page, turn: int) -> None:
        # An empty value is the first turn's last: the page opens with it.
        page.locator(f"select[data-filter='{label}']").select_option(values[(turn + 1) % len(values)])

    return act


if __name__ == "__main__":
    main()
