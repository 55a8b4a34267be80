"""Print sheets: one page with map, legend, figures and sources of any layer, as PNG, PDF or SVG.

The sheet draws a LayerView and decides nothing about it: colours, counts and words are those of the
screen. It is laid out in millimetres of the paper, so every output of a view is the same sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from base.clock import day_label
from base.errors import RenderError
from base.i18n import translate
from base.numbers import number
from base.settings import sheet_font
from layers.view import SAMPLE, SAMPLE_NOTE, LayerView
from render import sheet_output as output
from render import sheet_panels as panels
from render.sheet_features import FeatureDrawing
from render.sheet_ground import Ground, ground
from render.sheet_labels import Box, Taken
from render.sheet_layout import EDGE, Layout, Panel, arrange, fit
from render.sheet_map import MapDrawing, Names, short_name
from render.sheet_margins import Margin, margin_names
from render.sheet_text import GREY, INK, MM, RISE, Pen, font

__all__ = ["PAPERS", "Composition", "Margin", "compose", "sheet"]

PAPERS: Final = {"A4": (210.0, 297.0), "A3": (297.0, 420.0)}
"""Portrait width and height, mm."""
_BORDER: Final = 10.0
_TITLE: Final = 15.5
_SUBTITLE: Final = 9.8
_DATE: Final = 8.6
_SAMPLE: Final = 12.0
_SMALL: Final = 7.0
_STAMP: Final = 0.56
_RED: Final = "#B3261E"
_WIDTHS: Final = (60.0, 68.0, 78.0, 90.0)
_ENLARGED: Final = {"A4": 1.0, "A3": 1.25}
_TIE: Final = "\N{NO-BREAK SPACE}"
_TIED: Final = (
    *("NÔNG THÔN MỚI", "CHƯƠNG TRÌNH", "BIÊN GIỚI", "KON TUM", "QUẢNG NGÃI", "QUẢNG NAM", "ĐÀ NẴNG"),
    *("MỤC TIÊU", "QUY HOẠCH", "KHU DÂN CƯ", "ĐẠT CHUẨN", "NÂNG CAO", "KIỂU MẪU"),
)
_MOST_CAPTION: Final = 4
_MOST_SOURCES: Final = 4


@dataclass(frozen=True)
class Composition:
    """A drawn sheet before it becomes bytes.

    Attributes
    ----------
    figure
        The Matplotlib figure, sized as the paper.
    frame
        Frame of the map, mm.
    panels
        Boxes of legend, figures, scale and inset, mm.
    labels
        Boxes of names and signs, mm: by unit or district code, margin names by ``margin:`` and their
        text, texts of features by ``feature:``, their kind and id, those of the inset by ``inset:`` and
        the same. No two of them overlap.
    left_out
        How many names found no room on the map.
    """

    figure: Figure
    frame: Box
    panels: dict[str, Box]
    labels: dict[str, Box]
    left_out: int


def sheet(  # noqa: PLR0913 - the choices of a print dialogue, all but the view by name
    view: LayerView,
    *,
    fmt: str,
    paper: str = "A4",
    dpi: int = 300,
    width: int | None = None,
    inset: str | None = None,
    margins: Sequence[Margin] = (),
) -> bytes:
    """Return a print sheet of a layer; equal input gives equal bytes.

    Parameters
    ----------
    view
        The layer, of area level ``commune`` or ``district``.
    fmt
        ``png``, ``pdf`` or ``svg``.
    paper
        ``A4`` or ``A3``, portrait.
    dpi
        Dots per inch of a PNG; 300 gives 2480 × 3508 pixels on A4.
    width
        Width of a PNG in pixels instead of ``dpi``; the sheet is the same.
    inset
        Code of a district to show enlarged.
    margins
        Names of neighbours, see :data:`Margin`; those outside the frame are moved to its edge.

    Raises
    ------
    RenderError
        Unknown format, paper, font or inset district, or texts too long for the paper.
    BoundaryError
        The view's boundary version cannot be loaded.
    """
    if fmt not in output.FORMATS:
        raise RenderError("Không có định dạng “{fmt}”. Hãy chọn png, pdf hoặc svg.", fmt=fmt)
    figure = compose(view, paper=paper, inset=inset, margins=margins).figure
    title = f"{view.title.upper()} – {view.subtitle}"
    if view.is_sample:
        title = f"{translate(SAMPLE, view.state.lang)} – {title}"
    if fmt == "pdf":
        return output.pdf(figure, title)
    if fmt == "svg":
        return output.svg(figure, title, sheet_font())
    paper_width, paper_height = PAPERS[paper]
    dots = width / paper_width * 25.4 if width else float(dpi)
    pixels = width or round(paper_width / 25.4 * dpi)
    # Half a pixel more than whole numbers, because the drawing area is cut down to whole pixels.
    figure.set_size_inches((pixels + 0.5) / dots, (round(paper_height / 25.4 * dots) + 0.5) / dots)
    figure.set_dpi(dots)
    return output.png(figure, dots)


def compose(
    view: LayerView, *, paper: str = "A4", inset: str | None = None, margins: Sequence[Margin] = ()
) -> Composition:
    """Draw a sheet; parameters and errors as in :func:`sheet`."""
    if paper not in PAPERS:
        raise RenderError("Không có khổ giấy “{paper}”. Hãy chọn A4 hoặc A3.", paper=paper)
    pen = _pen(view, paper)
    land = ground(view.boundary_version, view.part)
    if inset is not None and inset not in land.districts:
        raise RenderError("Không có huyện mang mã “{code}” trong ranh giới này để vẽ phóng to.", code=inset)
    page_width, page_height = PAPERS[paper]
    page = Box(_BORDER, _BORDER, page_width - _BORDER, page_height - _BORDER)
    top = _header(pen, view, page)
    foot = _Footer(pen, view, page)
    frame = Box(page.x0, page.y0 + foot.height, page.x1, top)
    flows = _flows(pen, view, districts=bool(land.districts))
    layout = arrange(frame, land.territory, _panels(pen, land, flows, inset))
    edge = Rectangle((frame.x0, frame.y0), frame.width, frame.height, facecolor="none", edgecolor=INK, linewidth=0.9)
    edge.set_zorder(30)
    pen.add(edge)
    drawing = MapDrawing(view, land, layout.projection)
    labels, left_out = _map(pen, drawing, layout, inset=inset, margins=margins)
    for key, options in flows.items():
        box = layout.boxes[key]
        next(flow for flow in options if (flow.width, flow.height) == _nearest(box, options)).draw(box)
    denominator = layout.projection.denominator
    words = pen.say("Tỷ lệ 1:{scale} (khổ {paper})", scale=number(denominator, view.state.lang), paper=paper)
    panels.scale(pen, layout.boxes["scale"], denominator, words)
    foot.draw(left_out)
    pen.flush_halos()
    if view.is_sample:
        _stamp(pen, frame)
    figure = pen.axes.get_figure(root=True)
    assert figure is not None  # noqa: S101 - the axes were made by this figure a few lines above
    return Composition(figure, frame, layout.boxes, labels, left_out)


def _pen(view: LayerView, paper: str) -> Pen:
    width, height = PAPERS[paper]
    family = sheet_font()
    font(family)
    figure = Figure(figsize=(width / 25.4, height / 25.4), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.set_axis_off()
    return Pen(axes, family, view.state.lang, _ENLARGED[paper])


def _header(pen: Pen, view: LayerView, page: Box) -> float:
    """Write title and subtitle, below what sample data say of themselves; return the height at which they end."""
    middle, y = page.center[0], page.y1
    rows = [
        (line, _TITLE, True, INK) for line in pen.balanced(_bound(view.title.upper()), _TITLE, page.width, bold=True)
    ]
    rows += [(line, _SUBTITLE, False, INK) for line in pen.balanced(view.subtitle, _SUBTITLE, page.width)]
    day = day_label(date.fromisoformat(view.as_of))
    rows.append((pen.say("Số liệu tính đến ngày {day}", day=day), _DATE, False, GREY))
    if view.is_sample:
        lines = pen.balanced(pen.say(SAMPLE_NOTE), _SAMPLE, page.width, bold=True)
        rows = [*((line, _SAMPLE, True, _RED) for line in lines), *rows]
    for text, size, bold, color in rows:
        pen.write(
            middle,
            y - size * pen.k * MM * RISE,
            text.replace(_TIE, " "),
            size,
            bold=bold,
            color=color,
            align="center",
        )
        y -= pen.line(size)
    return y - 2.0 * pen.k


def _bound(text: str) -> str:
    """Tie together the words of a title that must not be torn by a line break."""
    for words in _TIED:
        text = text.replace(words, words.replace(" ", _TIE))
    return text


class _Footer:
    """Caption, sources and small print; the height is known before anything is drawn."""

    def __init__(self, pen: Pen, view: LayerView, page: Box) -> None:
        self._pen, self._page = pen, page
        self._lines = pen.shortened(view.banner, _SMALL, page.width, 1) if view.banner else []
        self._lines += pen.shortened(view.caption, _SMALL, page.width, _MOST_CAPTION)
        if view.sources:
            words = pen.say("Nguồn") + ": " + "; ".join(view.sources)
            self._lines += pen.shortened(words, _SMALL, page.width, _MOST_SOURCES)
        self.height = (len(self._lines) + 1) * pen.line(_SMALL) + 1.5 * pen.k

    def draw(self, left_out: int) -> None:
        """Write the footer, with the number of names that found no room."""
        lines = list(self._lines)
        if left_out:
            lines.append(self._pen.say("Không in tên {count} đơn vị vì không đủ chỗ trên bản đồ.", count=left_out))
        y = self._page.y0 + self.height - 1.5 * self._pen.k
        for line in lines:
            self._pen.write(self._page.x0, y - _SMALL * self._pen.k * MM * RISE, line, _SMALL, color=GREY)
            y -= self._pen.line(_SMALL)


def _flows(pen: Pen, view: LayerView, *, districts: bool) -> dict[str, list[panels.Flow]]:
    """Lay out legend and figures in several widths, for the layout to choose from."""
    widths = [width * pen.k for width in _WIDTHS]
    flows = {"legend": [panels.legend(pen, view, width, districts=districts) for width in widths]}
    numbers = [flow for width in widths if (flow := panels.figures(pen, view, width))]
    return flows | ({"figures": numbers} if numbers else {})


def _nearest(box: Box, flows: list[panels.Flow]) -> tuple[float, float]:
    return min(
        ((f.width, f.height) for f in flows),
        key=lambda size: abs(size[0] - box.width) + abs(size[1] - box.height),
    )


def _panels(pen: Pen, land: Ground, flows: dict[str, list[panels.Flow]], inset: str | None) -> list[Panel]:
    found = [Panel("legend", tuple((f.width, f.height) for f in flows["legend"]), "bottom-right")]
    if "figures" in flows:
        found.append(Panel("figures", tuple((f.width, f.height) for f in flows["figures"]), "top-right"))
    if inset is not None:
        x0, y0, x1, y1 = land.districts[inset].bounds
        longest = 72 * pen.k / max(x1 - x0, y1 - y0)
        size = ((x1 - x0) * longest + 2 * EDGE, (y1 - y0) * longest + 2 * EDGE + pen.line(panels.HEAD))
        found.append(Panel("inset", (size,), "bottom-left"))
    return [*found, Panel("scale", (panels.scale_size(pen),), "bottom-left")]


def _map(
    pen: Pen, drawing: MapDrawing, layout: Layout, *, inset: str | None, margins: Sequence[Margin]
) -> tuple[dict[str, Box], int]:
    """Draw map, inset and margin names; return the boxes of all names and how many found no room."""
    taken = Taken([box.grown(0.5) for box in layout.boxes.values()])
    bounds = layout.frame.grown(-1)
    features = FeatureDrawing(drawing, pen.k)
    names = _areas(pen, drawing, features, taken, bounds)
    labels = dict(names.boxes)
    if inset is not None:
        labels |= _inset(pen, drawing, layout.boxes["inset"], inset)
    labels |= margin_names(pen, drawing, margins, taken, bounds)
    return labels | features.write(pen, taken, bounds), names.left_out


def _areas(pen: Pen, drawing: MapDrawing, features: FeatureDrawing, taken: Taken, bounds: Box) -> Names:
    """Draw a map without the words that are wishes; return its names and what must be said of its outlines."""
    drawing.draw_areas(pen)
    drawing.draw_lines(pen)
    features.draw(pen)
    said = features.write_sketches(pen, taken, bounds)
    names = drawing.draw_names(pen, taken, bounds, features.boxes)
    return Names(said | names.boxes, names.left_out)


def _inset(pen: Pen, drawing: MapDrawing, box: Box, code: str) -> dict[str, Box]:
    """Draw one district enlarged, with its name as heading."""
    ground_box = Rectangle(
        (box.x0, box.y0), box.width, box.height, facecolor="white", edgecolor=INK, linewidth=0.8, zorder=1
    )
    pen.add(ground_box)
    inside = [unit for unit, district in drawing.ground.district_of.items() if district == code]
    # A district of one unit is an island far out at sea: it stands here under its own name.
    name = str(drawing.view.frame.at[inside[0], "name"]) if len(inside) == 1 else short_name(_district(drawing, code))
    name = name.upper()
    base = box.y1 - panels.HEAD * pen.k * MM * 1.15
    pen.write(box.center[0], base, name, panels.HEAD, bold=True, align="center")
    room = Box(box.x0, box.y0, box.x1, box.y1 - pen.line(panels.HEAD))
    land = drawing.ground
    enlarged = MapDrawing(drawing.view, land, fit(room, land.districts[code].bounds), only=code)
    features, taken, bounds = FeatureDrawing(enlarged, pen.k), Taken(), room.grown(-0.5)
    names = _areas(pen, enlarged, features, taken, bounds)
    boxes = names.boxes | features.write(pen, taken, bounds)
    return {f"inset:{key}": label for key, label in boxes.items()}


def _district(drawing: MapDrawing, code: str) -> str:
    return drawing.district_names().get(code, code)


def _stamp(pen: Pen, frame: Box) -> None:
    """Write the sample stamp across map and panels, pale enough to read both through it."""
    text = pen.say(SAMPLE)
    turn = float(np.degrees(np.arctan2(frame.height, frame.width)))
    size = 50.0
    while pen.extent(text, size, bold=True).width > _STAMP * np.hypot(frame.width, frame.height):
        size -= 1
    x, y = frame.center
    pen.write(x, y, text, size, bold=True, color=_RED, align="center", turn=turn, alpha=0.2, z=14)
