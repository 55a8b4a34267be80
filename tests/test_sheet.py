"""Sheets: what a reader of the paper must find on it, in every format."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from base.clock import Month
from base.errors import RenderError
from geo.boundaries import load
from layers.classify import legend_style
from layers.registry import compute
from layers.view import Figure, JoinReport, LayerView, Mark, ViewState
from render.sheet import Margin, compose, sheet
from render.sheet_labels import Box, Option, Request, Taken, place
from render.sheet_map import short_name
from render.sheet_text import measure

VERSION = "kontum-2015"
MARGINS: tuple[Margin, ...] = (("LÀO", 107.3, 15.0, "country"), ("CAMPUCHIA", 100.0, 10.0, "country"))
FIGURE = Figure(
    "recognised",
    "Xã được công nhận",
    51,
    "xã",
    "51/85 xã (60,0 %)",
    "06/2025",
    "x",
    change="+9 so với 12/2023",
)
pdf_tools = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")


def make_view(layer: str = "ntm-levels", *, lang: str = "vi", sample: bool = False) -> LayerView:
    """Return a view with real geometry: every class and mark of the legend occurs."""
    style = legend_style(layer)
    units = load(VERSION).units
    classes = [item.id for item in style.classes]
    by_district = layer == "district-progress"
    keys = [*sorted(set(units["district_code"])), "kontum"] if by_district else list(units.index)
    names = [f"Huyện {key}" for key in keys] if by_district else [name.replace("Đắk", "Đăk") for name in units["name"]]
    class_ids = [classes[i % len(classes)] for i in range(len(keys))]
    frame = pd.DataFrame({"value": class_ids, "class_id": class_ids, "label": "5/10", "name": names}, index=keys)
    frame["district"] = [f"Huyện {key}" for key in (keys if by_district else units["district_code"])]
    frame["selected"], frame["tooltip"] = True, ""
    marks = tuple(Mark(keys[(7 * i) % (len(keys) - 1)], mark.id) for i, mark in enumerate(style.marks * 3))
    return LayerView(
        key=layer,
        title="Bản đồ mức đạt chuẩn nông thôn mới",
        subtitle="Tỉnh Kon Tum, tháng 06/2025",
        state=ViewState(layer=layer, lang=lang),
        area_level="district" if by_district else "commune",
        frame=frame,
        columns={},
        marks=marks,
        figures=(FIGURE,),
        blocks=(),
        legend=style.counted(class_ids, [mark.id for mark in marks], lang),
        notes=(),
        sources=tuple(f"Quyết định số {n}/QĐ-UBND của UBND tỉnh Kon Tum" for n in range(60)),
        caption="Số liệu tính đến ngày 30/06/2025 · Ranh giới tham khảo, không có giá trị pháp lý",
        headline="51/85 xã (60,0 %)",
        join_report=JoinReport(len(units), len(units)),
        boundary_version=VERSION,
        as_of="2025-06-30",
        known_at="2026-01-10",
        is_sample=sample,
    )


def pdf_text(content: bytes, tmp_path: Path) -> str:
    """Return what a reader's search finds in a PDF."""
    file = tmp_path / "sheet.pdf"
    file.write_bytes(content)
    run = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True)  # noqa: S607
    return " ".join(run.stdout.decode("utf-8").split())


@pdf_tools
def test_pdf_says_what_an_official_looks_for(tmp_path: Path) -> None:
    view = make_view()
    text = pdf_text(sheet(view, fmt="pdf", inset="610", margins=MARGINS), tmp_path)
    for words in (
        "BẢN ĐỒ MỨC ĐẠT CHUẨN NÔNG THÔN MỚI",
        "Tỉnh Kon Tum, tháng 06/2025",
        "CHÚ GIẢI",
        "Đăk Pék",
        "LÀO",
    ):
        assert words in text
    for words in (
        view.caption,
        "Số liệu tính đến ngày 30/06/2025",
        "51/85 xã (60,0 %)",
        "+9 so với 12/2023",
        "20 km",
    ):
        assert words in text
    for item in view.legend.classes:
        assert item.label in text
        assert str(item.count) in text
    assert "SỐ LIỆU MINH HỌA" not in text


@pdf_tools
@pytest.mark.parametrize("layer", ["ntm-levels", "target-communes", "border-replanning", "district-progress"])
def test_every_layer_has_a_sheet_with_its_marks(layer: str, tmp_path: Path) -> None:
    view = make_view(layer)
    text = pdf_text(sheet(view, fmt="pdf"), tmp_path)
    assert all(mark.label in text for mark in view.legend.marks)
    assert "5/10" in text


def test_sample_data_are_stamped_across_the_map_and_said_in_the_head() -> None:
    texts = compose(make_view(sample=True)).figure.axes[0].texts
    words = [text for text in texts if "SỐ LIỆU MINH HỌA" in text.get_text()]
    assert sorted(text.get_rotation() > 0 for text in words) == [False, True]


@pdf_tools
def test_pdf_embeds_truetype_fonts_and_no_date(tmp_path: Path) -> None:
    content = sheet(make_view(), fmt="pdf")
    file = tmp_path / "sheet.pdf"
    file.write_bytes(content)
    run = subprocess.run(["pdffonts", str(file)], capture_output=True, check=True)  # noqa: S607
    rows = run.stdout.decode("utf-8").splitlines()[2:]
    assert rows
    assert all("TrueType" in row and re.search(r"yes +yes +yes", row) for row in rows)
    assert b"CreationDate" not in content


@pytest.mark.parametrize("fmt", ["png", "pdf", "svg"])
def test_equal_input_gives_equal_bytes(fmt: str) -> None:
    assert sheet(make_view(), fmt=fmt) == sheet(make_view(), fmt=fmt)  # type: ignore[arg-type]


@pytest.mark.parametrize("fmt", ["pdf", "svg"])
def test_bytes_do_not_depend_on_the_process(fmt: str) -> None:
    """Hash seeds differ between processes; the file must not."""
    code = (
        "import hashlib, sys; sys.path.insert(0, 'tests'); "
        "from test_sheet import make_view; from render.sheet import sheet; "
        f"print(hashlib.sha256(sheet(make_view(), fmt={fmt!r})).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parent.parent,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin"},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("paper", "width", "size"),
    [("A4", None, (2480, 3508)), ("A3", None, (3508, 4961)), ("A4", 1080, (1080, 1527)), ("A4", 1, (1, 1))],
)
def test_png_has_the_size_asked_for(paper: str, width: int | None, size: tuple[int, int]) -> None:
    content = sheet(make_view(), fmt="png", paper=paper, width=width)  # type: ignore[arg-type]
    assert Image.open(io.BytesIO(content)).size == size


@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("layer", ["ntm-levels", "target-communes", "border-replanning", "district-progress"])
def test_no_name_or_sign_covers_another_or_leaves_the_frame(layer: str, paper: str) -> None:
    drawn = compose(make_view(layer), paper=paper, inset="608", margins=MARGINS)
    on_map = [
        *drawn.panels.values(),
        *(box for key, box in drawn.labels.items() if not key.startswith("inset:")),
    ]
    in_inset = [box for key, box in drawn.labels.items() if key.startswith("inset:")]
    for boxes in (on_map, in_inset):
        assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
    assert all(box.within(drawn.frame) for box in on_map)
    assert all(box.within(drawn.panels["inset"]) for box in in_inset)
    assert {"margin:LÀO", "margin:CAMPUCHIA"} <= set(drawn.labels)


@pytest.mark.parametrize("month", [Month(2023, 12), Month(2025, 5), None], ids=str)
@pytest.mark.parametrize("layer", ["ntm-levels", "reporting"])
def test_neighbours_are_named_on_their_own_side(layer: str, month: Month | None) -> None:
    """A panel in the way must not push CAMPUCHIA across the province; then it is written smaller."""
    view = compute(ViewState(layer=layer, period=month))
    labels = compose(view, inset=view.inset, margins=view.margins).labels
    assert {f"margin:{text}" for text, *_ in view.margins} <= set(labels)
    assert labels["margin:CAMPUCHIA"].center[0] < labels["618"].center[0], "west of Ia H'Drai"
    assert labels["margin:LÀO"].center[0] < labels["610"].center[0], "west of Đăk Glei"


def test_every_sign_is_drawn_and_names_left_out_are_counted() -> None:
    view = make_view("target-communes")
    drawn = compose(view)
    signed = {mark.unit for mark in view.marks if mark.id != "carried"}
    assert signed <= set(drawn.labels)
    areas = len(view.frame) + 10
    assert 0 < drawn.left_out < areas / 2


def test_svg_is_searchable_and_needs_nothing_from_outside() -> None:
    text = sheet(make_view(), fmt="svg").decode("utf-8")
    assert ">Đăk Long</text>" in text
    assert "CHÚ GIẢI" in text
    addresses = set(re.findall(r"https?://[^\"'\s<]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "<!DOCTYPE" not in text
    assert text.count("@font-face") == 2
    assert set(re.findall(r"url\(([a-z]+):", text)) == {"data"}


def test_rows_that_the_filters_leave_out_are_faded_and_without_signs() -> None:
    view = make_view()
    none = replace(view, frame=view.frame.assign(selected=False))
    assert sheet(none, fmt="svg").count(b"#083d2e") < sheet(view, fmt="svg").count(b"#083d2e")


def test_classes_without_rows_are_left_out_of_the_legend_unless_all_are() -> None:
    view = make_view()
    empty = replace(view.legend, classes=tuple(replace(item, count=0) for item in view.legend.classes))
    one = replace(empty, classes=(replace(empty.classes[0], count=3), *empty.classes[1:]))
    label = view.legend.classes[1].label.encode()
    assert label in sheet(replace(view, legend=empty), fmt="svg")
    assert label not in sheet(replace(view, legend=one), fmt="svg")


def test_long_texts_are_wrapped_not_cut() -> None:
    title = "Bản đồ " + "kết quả thực hiện chương trình mục tiêu quốc gia " * 3
    drawn = compose(replace(make_view(), title=title.strip(), headline="số liệu rất dài " * 12))
    renderer_width = 210.0
    for text in drawn.figure.axes[0].texts:
        if text.get_rotation():
            continue
        size = measure(
            text.get_text(), "DejaVu Sans", float(text.get_fontsize()), bold=text.get_fontweight() == "bold"
        ).width
        start = (
            text.get_position()[0] - {"left": 0.0, "center": 0.5, "right": 1.0}[text.get_horizontalalignment()] * size
        )
        assert start >= 9.9
        assert start + size <= renderer_width - 9.9


def test_small_print_stays_readable() -> None:
    sizes = {round(float(text.get_fontsize()), 1) for text in compose(make_view(), inset="610").figure.axes[0].texts}
    assert min(sizes) >= 6.0
    assert max(sizes) in {15.5, 16.0}


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"fmt": "gif"}, "png, pdf"), ({"paper": "A5"}, "A4"), ({"inset": "999"}, "999")],
)
def test_what_cannot_be_drawn_is_said(changes: dict[str, str], words: str) -> None:
    with pytest.raises(RenderError, match=words):
        sheet(make_view(), **{"fmt": "png", **changes})  # type: ignore[arg-type]


def test_an_unknown_font_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_FONT", "No Such Font")
    with pytest.raises(RenderError, match="NTM_FONT"):
        sheet(make_view(), fmt="png")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("xã Đăk Pék", "Đăk Pék"),
        ("Thị trấn Plei Kần", "TT. Plei Kần"),
        ("Phường Lê Lợi", "P. Lê Lợi"),
        ("Thành phố Kon Tum", "TP. Kon Tum"),
        ("Huyện Ia H'Drai", "Ia H'Drai"),
        ("Đăk Pék commune", "Đăk Pék"),
    ],
)
def test_names_are_shortened_as_maps_do(name: str, short: str) -> None:
    assert short_name(name) == short


boxes = st.builds(Box.around, st.floats(0, 100), st.floats(0, 100), st.floats(0.5, 30), st.floats(0.5, 30))


@given(st.lists(st.lists(boxes, max_size=4), max_size=30), st.lists(boxes, max_size=5))
def test_placed_boxes_never_overlap(wanted: list[list[Box]], obstacles: list[Box]) -> None:
    bounds = Box(0, 0, 100, 100)
    requests = [Request(str(i), [Option(box, 0) for box in options]) for i, options in enumerate(wanted)]
    placed = [option.box for option in place(requests, Taken(obstacles), bounds).values()]
    assert not any(a.overlaps(b) for a, b in combinations(placed, 2))
    assert not any(a.overlaps(b) for a in placed for b in obstacles)
    assert all(box.within(bounds) for box in placed)


@given(st.lists(boxes, min_size=1, max_size=20))
def test_the_first_request_gets_its_first_option(wanted: list[Box]) -> None:
    bounds = Box(-50, -50, 150, 150)
    chosen = place([Request(str(i), [Option(box, 0)]) for i, box in enumerate(wanted)], Taken(), bounds)
    assert chosen["0"].box == wanted[0]
