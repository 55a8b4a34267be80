"""Take the pictures of the README and the user guide: ``.venv/bin/python docs/make_pictures.py``.

Starts the server on a free port with a new store, then with a sample store, opens the pages in Chromium,
and writes ``docs/pictures/*.png`` with a palette of 256 colours.
"""
# ruff: noqa: INP001 - a script beside the texts, not a package

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT: Final = Path(__file__).resolve().parent.parent
PICTURES: Final = ROOT / "docs" / "pictures"
SCREEN: Final = (1920, 1080)
PHONE: Final = (390, 844)
#: File name, address, size of the window.
SCREENS: Final = (
    ("ban-do", "/ban-do", SCREEN),
    ("xa-muc-tieu", "/xa-muc-tieu", SCREEN),
    ("tien-do-huyen", "/tien-do-huyen", SCREEN),
    ("the-xa", "/ban-do?commune=23353", SCREEN),
    ("quang-nam", "/ban-do?province=quangnam&period=2021-12", SCREEN),
    ("sap-xep-2025", "/ban-do?period=2025-12&commune=23500", SCREEN),
    ("ranh-gioi", "/ranh-gioi?period=2025-12", SCREEN),
    ("dien-thoai", "/ban-do", PHONE),
)
#: The same, of the sample store: what monthly reports, clusters and villages look like.
SAMPLE_SCREENS: Final = (
    ("tieu-chi", "/tieu-chi?period=2024-05", SCREEN),
    ("the-tieu-chi", "/tieu-chi?period=2024-05&commune=23353", SCREEN),
    ("nguy-co", "/tieu-chi?layer=at-risk&period=2024-05", SCREEN),
    ("bao-cao-thang", "/bao-cao-thang?period=2024-05", SCREEN),
    ("xa-bien-gioi", "/xa-bien-gioi?period=2025-06", SCREEN),
    ("xa-bien-gioi-dien-thoai", "/xa-bien-gioi?period=2025-06", PHONE),
    ("thon-lang", "/thon-lang?period=2025-06", SCREEN),
    ("nhap-cum-dan-cu", "/xa-bien-gioi?period=2025-06&view=clusters", SCREEN),
)
#: What is clicked before a picture is taken: here the map then waits for a point.
CLICKS: Final = {"nhap-cum-dan-cu": "[data-testid=desk-pick-planned_x]"}
SHEET: Final = ("ban-in", "/maps/ntm-levels.png?width=1080")
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
#: A sample store is made at its first start.
PATIENCE_S: Final = 400
LARGEST: Final = 400_000
SETTLE_MS: Final = 1500


def free_port() -> int:
    """Return a port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(base: str) -> None:
    """Return when the server answers."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urlopen(f"{base}/maps/ntm-levels.json"):  # noqa: S310 - our own address
                return
        except URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def save(name: str, content: bytes) -> None:
    """Write a picture with a palette; refuse one that is too large for the repository."""
    out = io.BytesIO()
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    # Maximum coverage keeps rare colours: a legend swatch must not change its colour.
    method, dither = Image.Quantize.MAXCOVERAGE, Image.Dither.NONE
    picture.quantize(256, method, kmeans=3, dither=dither).save(out, "PNG", optimize=True)
    if out.tell() >= LARGEST:
        message = f"{name}.png: {out.tell()} bytes, at most {LARGEST} are wanted"
        raise ValueError(message)
    (PICTURES / f"{name}.png").write_bytes(out.getvalue())
    sys.stdout.write(f"{name}.png  {picture.width} × {picture.height}  {out.tell() // 1000} kB\n")


def screen(browser: Browser, address: str, size: tuple[int, int], clicked: str = "") -> bytes:
    """Return a picture of a page, taken when the map and all on it is drawn and nothing moves any more."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="vi-VN")
    page.goto(address)
    page.wait_for_selector("[data-features]")
    if clicked:
        page.click(clicked)
    page.wait_for_timeout(SETTLE_MS)
    content = page.screenshot()
    page.close()
    return content


def take(base: str, screens: Iterable[tuple[str, str, tuple[int, int]]]) -> None:
    """Take pictures of pages from the server at ``base``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, address, size in screens:
            save(name, screen(browser, base + address, size, CLICKS.get(name, "")))
        browser.close()


@contextmanager
def server(folder: str, *options: str) -> Iterator[str]:
    """Run the server with a store in ``folder``; yield its address once it answers."""
    port = free_port()
    command = [sys.executable, "cli.py", "serve", "--port", str(port), *options]
    settings = {"NTM_OFFICE": "Văn phòng Điều phối NTM tỉnh", "NTM_BORDER_BUFFERS_KM": "5"}
    environment = os.environ | settings | {"NTM_DATA": folder}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet) as process:
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(base)
            yield base
        finally:
            process.terminate()


def main() -> None:
    """Take the pictures of the published data, then those of the sample."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        with server(folder) as base:
            take(base, SCREENS)
            name, address = SHEET
            with urlopen(base + address) as answer:  # noqa: S310 - our own address
                save(name, answer.read())
        with server(folder, "--sample") as base:
            take(base, SAMPLE_SCREENS)


if __name__ == "__main__":
    main()
