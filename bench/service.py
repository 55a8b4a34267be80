"""How fast is the map service? Cached and new answers, beside plain pygeoapi in the same run; memory; the dashboard.

    .venv/bin/python bench/service.py [--quick]

One server process with a store of its own; the load comes from this process, over the loopback interface.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parent.parent))

import openpyxl
import sessions
from load import Background, Tally, load, request
from map import wait_for

from layers.registry import BUILDERS

ROOT = Path(__file__).parent.parent
PORTS = {"ours": 8731, "plain": 8732}
ITEMS = "/ogc/collections/ntm-levels-kontum-2015/items"
WHOLE = f"{ITEMS}?limit=1000"
PLAIN = "/collections/units/items?limit=1000&f=json"
IMAGE = "/maps/ntm-levels.png?width=1080"
CLIENTS = 8
#: Requests before the first look at the memory, and before the second.
FEW, MANY = 1_000, 100_000


class Verdict:
    """What was measured against what was asked for."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.passed = True

    def add(self, what: str, value: float, sign: str, wanted: float, unit: str = "") -> None:
        good = value >= wanted if sign == "≥" else value <= wanted
        self.passed &= good
        row = f"| {what} | {value:,.1f}{unit} | {sign} {wanted:,.0f}{unit} | {'PASS' if good else 'FAIL'} |"
        self.rows.append(row)
        print(row, flush=True)

    def note(self, what: str, value: str) -> None:
        self.rows.append(f"| {what} | {value} | | |")
        print(self.rows[-1], flush=True)


def main() -> None:
    """Measure, print a table, and fail where a budget is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="shorter loads, a tenth of the requests")
    options = parser.parse_args()
    seconds, changes, many = (3, 15, MANY // 10) if options.quick else (10, 60, MANY)
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print("| | measured | wanted | |\n|---|---|---|---|")
    verdict = Verdict()
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(1 if options.quick else 3):
            new_process(verdict, Path(folder))
        with ours(Path(folder)) as process:
            new_answers(verdict, process.pid)
            new_data(verdict, Path(folder), process.pid)
            rates(verdict, seconds, Path(folder), process.pid)
            dashboard(verdict, changes)
        with ours(Path(folder)) as process:
            memory(verdict, process.pid, many)
    print(f"load average {os.getloadavg()[0]:.1f} at the end")
    sys.exit(not verdict.passed)


@contextmanager
def ours(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run our server until it has answered, and to the end."""
    command = [sys.executable, "cli.py", "serve", "--port", str(PORTS["ours"])]
    settings = {"NTM_DATA": str(folder / "data"), "NTM_OFFICE": "Văn phòng Điều phối", "NTM_LOG_LEVEL": "WARNING"}
    with running(command, settings, "/_stcore/health", "ours") as process:
        yield process


@contextmanager
def running(command: list[str], settings: dict[str, str], ready: str, name: str) -> Iterator[subprocess.Popen[bytes]]:
    known = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "NTM_SAMPLE"}}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=known | settings, stdout=quiet, stderr=quiet) as process:
        try:
            wait_for(f"http://127.0.0.1:{PORTS[name]}{ready}")
            if process.poll() is not None:
                raise SystemExit(f"{name}: the server did not start; is port {PORTS[name]} in use?")
            yield process
        finally:
            process.terminate()


def get(address: str, **headers: str) -> tuple[float, bytes, str]:
    """Return the milliseconds, the content and the ETag of an answer."""
    asked = Request(f"http://127.0.0.1:{PORTS['ours']}{address}", headers=headers)
    start = time.perf_counter()
    with urlopen(asked, timeout=60) as answer:  # noqa: S310 - our own server
        content = answer.read()
        return 1000 * (time.perf_counter() - start), content, answer.headers["ETag"]


def new_process(verdict: Verdict, folder: Path) -> None:
    with ours(folder) as process:
        before = processor(process.pid)
        value = get(WHOLE)[0]
        used = processor(process.pid) - before
        what = f"first answer of a new process, GeoJSON of `ntm-levels` ({1000 * used:.0f} ms processor)"
        verdict.add(what, value, "≤", 100, " ms")


def new_answers(verdict: Verdict, process: int) -> None:
    """Every layer in months that nobody has asked for."""
    months = [f"2024-{month:02d}" for month in range(1, 10)]
    for layer in BUILDERS:
        address = f"/ogc/collections/{layer}-kontum-2015/items?limit=1000&datetime="
        get(f"{address}2023-12")
        before = processor(process)
        times = [get(address + month)[0] for month in months]
        used = 1000 * (processor(process) - before) / len(months)
        value = statistics.median(times)
        if layer == "ntm-levels":
            what = f"new answer (another month), GeoJSON of `ntm-levels`, median ({used:.0f} ms processor)"
            verdict.add(what, value, "≤", 100, " ms")
        else:
            verdict.note(f"the same of `{layer}`", f"{value:.1f} ms (most {max(times):.0f}; {used:.0f} processor)")


def new_data(verdict: Verdict, folder: Path, process: int) -> None:
    """Hand in a monthly report from another process; the answer after it is made anew."""
    form, times, used, of = folder / "form.xlsx", [], 0.0, ["--district", "615", "--period", "2025-05"]
    settings = os.environ | {"NTM_DATA": str(folder / "data"), "NTM_OFFICE": "Văn phòng Điều phối"}
    cli = [sys.executable, "cli.py"]
    report = "/ogc/collections/criteria-met-kontum-2015/items?datetime=2025-05"
    for turn in range(3):
        before = get(report)[2]
        subprocess.run(
            [*cli, "template", "monthly", "--out", str(form), *of],
            cwd=ROOT,
            env=settings,
            check=True,
            capture_output=True,
        )
        book = openpyxl.load_workbook(form)
        book["Tiêu chí"].cell(6, 3 + turn).value = "Đạt"
        book.save(form)
        subprocess.run([*cli, "submit", str(form), *of], cwd=ROOT, env=settings, check=True, capture_output=True)
        time.sleep(2.5)
        used -= processor(process)
        times.append(get(WHOLE)[0])
        used += processor(process)
        if get(report)[2] == before:
            raise SystemExit("a report was handed in, and the answer is the old one")
    what = f"first answer after new data, GeoJSON of `ntm-levels`, median ({1000 * used / 3:.0f} ms processor)"
    verdict.add(what, statistics.median(times), "≤", 100, " ms")


def rates(verdict: Verdict, seconds: float, folder: Path, process: int) -> None:
    port = PORTS["ours"]
    _, content, tag = get(WHOLE)
    get(WHOLE, **{"Accept-Encoding": "gzip"})
    get(IMAGE)
    asked = (
        (f"GeoJSON of 102 units, {len(content) // 1000} kB, compressed", {"Accept_Encoding": "gzip"}, WHOLE, 500, 200),
        ("the same, not compressed", {}, WHOLE, 500, 200),
        ("304", {"If_None_Match": tag}, WHOLE, 1000, 304),
        ("image", {}, IMAGE, 500, 200),
    )
    for what, headers, address, wanted, status in asked:
        content_asked = request(address, port, **headers)
        told(verdict, what, loaded(port, content_asked, seconds, process), wanted, status)
    with pygeoapi(content, folder) as theirs:
        wait_for(f"http://127.0.0.1:{PORTS['plain']}{PLAIN}")
        plain = loaded(PORTS["plain"], request(PLAIN, PORTS["plain"]), seconds, theirs.pid)
        told(verdict, "plain pygeoapi, the same polygons from a GeoJSON file, not compressed", plain)
        again = loaded(port, request(WHOLE, port), seconds, process)
    verdict.add("times the throughput of plain pygeoapi", again.rate / plain.rate, "≥", 10)
    verdict.note("the same by processor time", f"{again.worth / plain.worth:.0f}")


def loaded(port: int, content: bytes, seconds: float, process: int) -> Tally:
    """Ask the same again and again."""
    before = processor(process)
    tally = load(port, cycle([content]), CLIENTS, seconds)
    tally.processor = processor(process) - before
    return tally


def told(verdict: Verdict, what: str, tally: Tally, wanted: float = 0, status: int = 200) -> None:
    if set(tally.statuses) != {status}:
        raise SystemExit(f"{what}: answers of status {dict(tally.statuses)}")
    times = f"p50 {tally.part(0.5):.1f} ms, p95 {tally.part(0.95):.1f} ms"
    share = tally.processor / tally.seconds
    print(f"  {times}, {tally.bytes / tally.seconds / 1e6:.0f} MB/s, server used {share:.0%} of a core")
    each = f"{what} ({tally.worth:,.0f} a processor second)"
    if wanted:
        verdict.add(each, tally.rate, "≥", wanted, "/s")
    else:
        verdict.note(each, f"{tally.rate:.1f}/s")


@contextmanager
def pygeoapi(content: bytes, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run pygeoapi as its documentation has it: its Starlette application, its GeoJSON provider."""
    port, data = PORTS["plain"], folder / "units.geojson"
    data.write_bytes(content)
    link = {"type": "text/html", "rel": "canonical", "title": "units", "href": "http://127.0.0.1", "hreflang": "en"}
    resource = {
        "type": "collection",
        "title": "units",
        "description": "units",
        "keywords": ["units"],
        "links": [link],
        "extents": {"spatial": {"bbox": [107, 13, 109, 16], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
        "providers": [{"type": "feature", "name": "GeoJSON", "data": str(data), "id_field": "code"}],
    }
    config = {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": f"http://127.0.0.1:{port}",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "gzip": False,
            "languages": ["en-US"],
            "limits": {"default_items": 1000, "max_items": 10000, "on_exceed": "throttle"},
            "map": {"url": "http://127.0.0.1/{z}/{x}/{y}.png", "attribution": ""},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": "plain",
                "description": "plain",
                "keywords": ["plain"],
                "keywords_type": "theme",
                "terms_of_service": "http://127.0.0.1",
                "url": "http://127.0.0.1",
            },
            "license": {"name": "none", "url": "http://127.0.0.1"},
            "provider": {"name": "none", "url": "http://127.0.0.1"},
            "contact": {"name": "none", "email": "none@localhost", "url": "http://127.0.0.1"},
        },
        "resources": {"units": resource},
    }
    (folder / "pygeoapi.yml").write_text(json.dumps(config))  # JSON is YAML
    (folder / "openapi.json").write_text(json.dumps({"openapi": "3.0.2", "info": {}, "paths": {}}))
    files = {"PYGEOAPI_CONFIG": str(folder / "pygeoapi.yml"), "PYGEOAPI_OPENAPI": str(folder / "openapi.json")}
    command = [sys.executable, "-m", "uvicorn", "pygeoapi.starlette_app:APP", f"--port={port}", "--log-level=warning"]
    with running([*command, "--no-access-log"], files, "/", "plain") as process:
        yield process


def dashboard(verdict: Verdict, changes: int) -> None:
    port, address = PORTS["ours"], f"{ITEMS}?limit=1000&datetime=2024-"
    tag = get(WHOLE)[2]
    mixed = [request(f"{address}{month:02d}", port, Accept_Encoding="gzip") for month in range(1, 10)]
    mixed += [request(WHOLE, port, If_None_Match=tag), request(IMAGE, port), request("/ogc/collections", port)]
    alone = sessions.measure(port, 1, changes)
    with Background(port, mixed, 50) as background:
        beside = sessions.measure(port, 1, changes)
    verdict.note("filter change of the dashboard, nothing else, p95", f"{alone:.0f} ms")
    verdict.add("filter change while 50 clients ask without pause, p95", beside, "≤", 150, " ms")
    verdict.note(
        "answers to the 50 clients meanwhile", f"{background.tally.rate:.0f}/s {dict(background.tally.statuses)}"
    )


def memory(verdict: Verdict, process: int, many: int) -> None:
    """Ask for everything once, then mostly for the usual, now and then for what nobody has asked for."""
    port, dice = PORTS["ours"], random.Random(1)
    pool = list(varied(port))
    usual = pool[:40]
    statuses = load(port, pool + dice.choices(usual, k=FEW - len(pool)), CLIENTS).statuses
    first = resident(process)
    asked = dice.choices(usual, k=many - FEW)
    for place in range(0, len(asked), 30):
        asked[place] = dice.choice(pool)
    for place in range(0, len(asked), 300):
        box = f"107.{dice.randrange(10**6):06d},13,109,16"
        asked[place] = request(f"{ITEMS}?limit=2&bbox={box}", port, Accept_Encoding="gzip")
    begin = time.perf_counter()
    statuses += load(port, asked, CLIENTS).statuses
    last = resident(process)
    if set(statuses) - {200, 304, 400, 404}:
        raise SystemExit(f"answers of status {dict(statuses)}")
    verdict.note(f"memory after {FEW:,} requests", f"{first / 1024:.0f} MB")
    known = dict(sorted(statuses.items()))
    verdict.note(
        f"memory after {many:,} requests", f"{last / 1024:.0f} MB ({time.perf_counter() - begin:.0f} s, {known})"
    )
    verdict.add("more memory after all of them", 100 * (last / first - 1), "≤", 5, " %")


def varied(port: int) -> Iterator[bytes]:
    """Yield requests of every kind: the usual ones first."""
    _, _, tag = get(WHOLE)
    for number in range(10):
        yield request(f"{ITEMS}?limit=1000&datetime=2024-{number + 1:02d}", port, Accept_Encoding="gzip")
        yield request(WHOLE, port, If_None_Match=tag)
        yield request(f"{ITEMS}?limit={number + 1}&offset=5&f={('json', 'csv', 'html')[number % 3]}", port)
        wrong = (f"?nothing={number}", "?limit=x", "?datetime=1999-01", "?bbox=1,2", "/nobody")[number % 5]
        yield request(ITEMS + wrong, port)
    for layer in BUILDERS:
        for kind in ("json", "csv", "xlsx"):
            yield request(f"/maps/{layer}.{kind}?period=2024-06", port, Accept_Encoding="gzip")
        for month in (3, 6, 9):
            address = f"/ogc/collections/{layer}-kontum-2015/items?datetime=2023-{month:02d}"
            yield request(f"{address}&limit=1000", port)
            yield request(f"{address}&bbox=107.5,13.9,108.{month},15.0&lang=en", port, Accept_Encoding="gzip")


def processor(process: int) -> float:
    """Return the seconds of processor that a process has taken: they say more than the clock on a busy machine."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(process: int) -> int:
    """Return the memory of a process in kB."""
    lines: Sequence[str] = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


if __name__ == "__main__":
    main()
