"""Take the pictures of the README and the user guide: ``.venv/bin/python docs/make_pictures.py``.

Starts the server on a free port, opens the pages in Chromium, and writes ``docs/pictures/*.png`` with a
palette of 256 colours.
"""
# ruff: noqa: INP001 - a script beside the texts, not a package

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
import time
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
    ("xa-bien-gioi", "/xa-bien-gioi", SCREEN),
    ("tien-do-huyen", "/tien-do-huyen", SCREEN),
    ("the-xa", "/ban-do?commune=23353", SCREEN),
    ("dien-thoai", "/ban-do", PHONE),
)
SHEET: Final = ("ban-in", "/maps/ntm-levels.png?width=1080")
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PATIENCE_S: Final = 60
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


def screen(browser: Browser, address: str, size: tuple[int, int]) -> bytes:
    """Return a picture of a page, taken when the map is drawn and nothing moves any more."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="vi-VN")
    page.goto(address)
    page.wait_for_selector("[data-painted]")
    page.wait_for_timeout(SETTLE_MS)
    content = page.screenshot()
    page.close()
    return content


def take(base: str) -> None:
    """Take every picture from the server at ``base``."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, address, size in SCREENS:
            save(name, screen(browser, base + address, size))
        browser.close()
    name, address = SHEET
    with urlopen(base + address) as answer:  # noqa: S310 - our own address
        save(name, answer.read())


def main() -> None:
    """Start the server, take the pictures, stop the server."""
    port = free_port()
    command = [sys.executable, "cli.py", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(base)
            take(base)
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
