"""Made-up data say so on every screen, sheet, file and answer; published data never do."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from http_client import Answer, Client
from openpyxl import load_workbook
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Route
from typer.testing import CliRunner

import cli
from base.clock import Month
from intake.start import prepare
from layers.registry import BUILDERS, compute
from layers.view import LayerView, ViewState
from render import table
from render.screen.menu import PAGES, layer_of
from render.screen.scene import build_scene
from render.sheet import compose, sheet
from service.maps import maps
from service.problems import problem
from service.sample import HEADER, SampleHeader
from store import current
from store.ledger import Submission

MARKS = {"vi": "SỐ LIỆU MINH HỌA", "en": "SAMPLE DATA"}
RED = (0xB3, 0x26, 0x1E)
ROUTES = [Route("/maps/{layer}.{extension}", maps), Route("/office", lambda _: problem(403, "x"))]
layers = pytest.mark.parametrize("layer", sorted(BUILDERS))
languages = pytest.mark.parametrize("lang", ["vi", "en"])
pages = pytest.mark.parametrize("page", [page for page, _, _ in PAGES])


@pytest.fixture(scope="module")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample")


@pytest.fixture
def _sample(sample_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open a sample store with the published collection and one report."""
    monkeypatch.setenv("NTM_SAMPLE", "1")
    monkeypatch.setenv("NTM_DATA", str(sample_folder))
    monkeypatch.setattr("samples.generator.make_sample", lambda *_: None)  # one report is enough here
    prepare()
    if not current.ledger().receipts(kind="monthly"):
        report = Submission(
            kind="monthly",
            province="kontum",
            district="610",
            period=Month(2025, 5),
            file_name="minh-hoa.xlsx",
            content=b"sample",
            actor="Bộ sinh số liệu minh họa",
            rows={},
            received=date(2025, 5, 20),
        )
        current.ledger().submit(report)


sample = pytest.mark.usefixtures("_sample")


def view_of(layer: str, lang: str = "vi") -> LayerView:
    return compute(ViewState(layer=layer, lang=lang))


def csv_rows(view: LayerView) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.as_csv(view).decode("utf-8-sig"), newline="")))


def marked(texts: object) -> bool:
    return any(mark in str(texts) for mark in MARKS.values())


def red_head(content: bytes) -> int:
    """Return how many pixels above the map have the red of the mark."""
    with Image.open(io.BytesIO(content)) as image:
        head = image.convert("RGB").crop((0, 0, image.width, image.height // 10))
    return sum(count for count, color in head.getcolors(2**24) or [] if color == RED)


@sample
@layers
@languages
def test_the_document_says_so_first(layer: str, lang: str) -> None:
    document = json.loads(table.as_json(view_of(layer, lang)))
    assert document["is_sample"] is True
    assert document["notes"][0].startswith(MARKS[lang])


@sample
@layers
@languages
def test_every_row_of_a_csv_says_so_in_its_last_cell(layer: str, lang: str) -> None:
    head, *rows = csv_rows(view_of(layer, lang))
    assert len(rows) >= 10
    assert {row[-1] for row in [head, *rows]} == {MARKS[lang]}
    assert {len(row) for row in rows} == {len(head)}


@sample
@layers
@languages
def test_a_workbook_says_so_in_red_above_and_in_every_row(layer: str, lang: str) -> None:
    view = view_of(layer, lang)
    book = load_workbook(io.BytesIO(table.as_xlsx(view)))
    first = book.worksheets[0]
    assert first["A1"].value.startswith(MARKS[lang])
    assert first["A1"].font.color.rgb.endswith("B3261E")
    assert first["A2"].value == view.title
    rows = list(first.iter_rows(min_row=first[first.freeze_panes].row - 1, values_only=True))
    assert {row[-1] for row in rows} == {MARKS[lang]}
    assert any(marked(row[0]) for row in book.worksheets[-1].iter_rows(values_only=True))


@sample
@layers
@languages
def test_the_terminal_says_so_first(layer: str, lang: str) -> None:
    assert table.as_text(view_of(layer, lang)).startswith(MARKS[lang])
    done = CliRunner().invoke(cli.app, ["layer", layer, "--lang", lang])
    assert done.exit_code == 0
    assert done.stdout.startswith(MARKS[lang])


@sample
@layers
@languages
def test_a_sheet_says_so_above_its_title_and_across_the_map(layer: str, lang: str) -> None:
    view = view_of(layer, lang)
    texts = compose(view, inset=view.inset, margins=view.margins).figure.axes[0].texts
    head, stamp = sorted((t for t in texts if t.get_text().startswith(MARKS[lang])), key=lambda t: t.get_rotation())
    title = next(text for text in texts if text.get_text() == view.title.upper() or text.get_fontsize() == 15.5)
    assert head.get_rotation() == 0
    assert head.get_position()[1] > title.get_position()[1]
    assert head.get_fontsize() >= 12
    assert stamp.get_rotation() > 30
    assert stamp.get_fontsize() > 30
    assert stamp.get_zorder() > 9, "a panel must not hide a part of it"


@sample
def test_every_format_of_a_sheet_says_so(tmp_path: Path) -> None:
    view = view_of("reporting")
    assert sheet(view, fmt="svg").decode().count(MARKS["vi"]) >= 3  # title of the file, head, stamp
    assert red_head(sheet(view, fmt="png", width=1080)) > 500
    content = sheet(view, fmt="pdf")
    assert b"/Title" in content
    if shutil.which("pdftotext"):
        file = tmp_path / "sheet.pdf"
        file.write_bytes(content)
        run = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True)  # noqa: S607
        assert MARKS["vi"] in run.stdout.decode()


@sample
@pages
@languages
def test_every_scene_says_so_also_one_that_failed(page: str, lang: str) -> None:
    state = ViewState(layer=layer_of(page), lang=lang)
    assert build_scene(state, page)["sample"] is True
    failed = build_scene(state.but(period=Month(2030, 1)), page)
    assert failed["error"]
    assert failed["sample"] is True


@pytest.fixture
def answers() -> Iterator[Any]:
    with asyncio.Runner() as runner:
        yield Client(SampleHeader(Starlette(routes=ROUTES)), runner).get  # type: ignore[arg-type]


@sample
@pytest.mark.parametrize("extension", ["json", "csv", "xlsx"])
def test_every_answer_says_so_and_its_file_is_called_so(answers: Any, extension: str) -> None:  # noqa: ANN401
    answer: Answer = answers(f"/maps/reporting.{extension}")
    assert answer.status_code == 200
    assert answer.headers[HEADER] == "1"
    assert f'filename="minh-hoa-reporting-2025-05.{extension}"' in answer.headers["content-disposition"]


@sample
@pytest.mark.parametrize("address", ["/maps/reporting.gif", "/maps/reporting.csv?period=x", "/office", "/nowhere"])
def test_a_refusal_says_so_too(answers: Any, address: str) -> None:  # noqa: ANN401
    answer: Answer = answers(address)
    assert answer.status_code >= 400
    assert answer.headers[HEADER] == "1"


# The other way round


@layers
@languages
def test_published_data_are_never_marked(layer: str, lang: str) -> None:
    view = view_of(layer, lang)
    assert view.is_sample is False
    assert not marked(table.as_json(view))
    assert not marked(csv_rows(view))
    assert not marked(table.as_text(view))
    book = load_workbook(io.BytesIO(table.as_xlsx(view)))
    assert not marked([list(page.iter_rows(values_only=True)) for page in book.worksheets])
    assert not marked([text.get_text() for text in compose(view, inset=view.inset).figure.axes[0].texts])


def test_no_file_or_answer_of_published_data_is_marked(answers: Any) -> None:  # noqa: ANN401
    view = view_of("reporting")
    assert not marked(sheet(view, fmt="svg").decode())
    assert red_head(sheet(view, fmt="png", width=1080)) == 0
    answer: Answer = answers("/maps/reporting.csv")
    assert HEADER not in answer.headers
    assert "minh-hoa" not in answer.headers["content-disposition"]
    assert HEADER not in answers("/nowhere").headers


@pages
def test_no_scene_of_published_data_is_marked(page: str) -> None:
    state = ViewState(layer=layer_of(page))
    assert build_scene(state, page)["sample"] is False
    assert build_scene(state.but(period=Month(2030, 1)), page)["sample"] is False
