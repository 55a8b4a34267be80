"""Builds the files that the tests of ``intake`` hand in."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from openpyxl import Workbook

SHEET = "xl/worksheets/sheet1.xml"
_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx(*rows: tuple[object, ...], title: str = "Dữ liệu") -> bytes:
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return saved(book)


def converted(content: bytes, before: str, after: str, folder: Path) -> bytes:
    """Return a file as LibreOffice saves it in another format; formulas are calculated on the way."""
    source = folder / f"file.{before}"
    source.write_bytes(content)
    command = [shutil.which("soffice"), f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    target = folder / "out"
    filters = ["--infilter=CSV:44,34,76"] if before == "csv" else []
    subprocess.run(
        [*command, *filters, "--convert-to", after, "--outdir", str(target), str(source)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (target / f"file.{after}").read_bytes()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    parts = parts_of(content)
    after = change(parts[part])
    assert after != parts[part], "the change changes nothing"
    return packed({**parts, part: after})


def with_sheet(rows: str, *, before: str = "", behind: str = "") -> bytes:
    """Return a workbook whose only sheet has these ``<row>`` elements."""
    xml = f'<worksheet xmlns="{_NAMESPACE}">{before}<sheetData>{rows}</sheetData>{behind}</worksheet>'
    return changed(xlsx(("x",)), SHEET, lambda _: xml.encode())
