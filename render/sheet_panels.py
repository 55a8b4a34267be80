"""The boxes beside the map: legend, headline figures, scale bar with north arrow.

A panel is laid out for a width first (its height follows), and drawn when the layout has found its place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, Literal

import shapely
from matplotlib.collections import LineCollection
from matplotlib.patches import Polygon, Rectangle

from geo.boundaries import catalogue
from layers.view import Figure, LayerView, LegendClass, LegendMark
from render.sheet_features import distance_lines, drawn_features
from render.sheet_labels import Box
from render.sheet_map import CARRIED_INK, PATTERN_INK, UNIT_LINE, draw_border
from render.sheet_signs import HATCHED, Symbol, pattern, sign, symbols
from render.sheet_text import GREY, INK, MM, RISE, Pen

BODY: Final = 7.3
HEAD: Final = 9.0
PAD: Final = 2.2
_SWATCH: Final = (6.4, 3.6)
_CLUSTER, _VILLAGE = 2.7, 1.6
_NOTE: Final = 6.6
_STATUS: Final = {"expected": "dự kiến", "target": "mục tiêu"}
_KILOMETRES: Final = (50, 20, 10, 5, 2, 1)


class Flow:
    """Lines under each other in a column; drawing is put off until the place is known."""

    def __init__(self, pen: Pen, width: float) -> None:
        self.pen = pen
        self.width = width
        self.height = PAD
        self._jobs: list[Callable[[float, float], None]] = []

    @property
    def inner(self) -> float:
        """Width between the paddings, mm."""
        return self.width - 2 * PAD

    def space(self, height: float) -> None:
        """Leave room."""
        self.height += height

    def job(self, draw: Callable[[float, float], None]) -> None:
        """Draw something at the present height; it is given the left edge and the top in mm."""
        depth = self.height
        self._jobs.append(lambda x, top: draw(x + PAD, top - depth))

    def text(  # noqa: PLR0913 - the properties of a line of text, most by name
        self,
        text: str,
        size: float,
        *,
        bold: bool = False,
        color: str = INK,
        indent: float = 0,
        right: str = "",
    ) -> None:
        """Write wrapped text; ``right`` stands in bold at the right end of its first line."""
        pen = self.pen
        room = self.inner - indent - (pen.extent(right, size, bold=True).width + 1.5 if right else 0)
        for number, line in enumerate(pen.wrap(text, size, room, bold=bold)):
            self._write(line, indent, size, bold=bold, color=color)
            if number == 0 and right:
                self._write(right, self.inner, size, bold=True, color=INK, align="right")
            self.height += pen.line(size)

    def _write(  # noqa: PLR0913 - as above
        self,
        line: str,
        indent: float,
        size: float,
        *,
        bold: bool,
        color: str,
        align: Literal["left", "right"] = "left",
    ) -> None:
        base = size * self.pen.k * MM * RISE
        self.job(lambda x, top: self.pen.write(x + indent, top - base, line, size, bold=bold, color=color, align=align))

    def draw(self, box: Box, *, frame: bool = True) -> None:
        """Draw the column into its box."""
        if frame:
            self.pen.add(
                Rectangle(
                    (box.x0, box.y0),
                    box.width,
                    box.height,
                    facecolor="white",
                    edgecolor="#9A9A9A",
                    linewidth=0.6,
                    zorder=9,
                )
            )
        for job in self._jobs:
            job(box.x0, box.y1)


def legend(pen: Pen, view: LayerView, width: float, *, districts: bool) -> Flow:
    """Lay out the legend: classes and marks that occur, with their counts, then the lines of the map."""
    flow = Flow(pen, width)
    flow.text(pen.say("CHÚ GIẢI"), HEAD, bold=True, right="")
    flow.text(
        view.legend.title,
        BODY,
        color=GREY,
        right=pen.say("Số huyện") if view.area_level == "district" else pen.say("Số đơn vị"),
    )
    flow.space(0.8)
    some = any(item.count for item in view.legend.classes)
    for item in view.legend.classes:
        if item.count or not some:
            _entry(flow, item.label, str(item.count), partial(_swatch, pen, item))
    for mark in view.legend.marks:
        if mark.count:
            _entry(flow, mark.label, str(mark.count), partial(_mark, pen, mark))
    _features(flow, view)
    flow.space(1.2)
    for kind, words in _line_words(pen, view, districts=districts):
        _entry(flow, words, "", partial(_line, pen, kind))
    flow.space(PAD - 0.6)
    return flow


def _features(flow: Flow, view: LayerView) -> None:
    """Lay out what the symbols on the map mean, if there are any."""
    pen, drawn = flow.pen, drawn_features(view)
    if not drawn:
        return
    flow.space(1.2)
    # What the title says in brackets of the symbols is said below.
    flow.text(view.legend.features_title.partition(" (")[0], BODY, color=GREY, right=pen.say("Số lượng"))
    flow.space(0.8)
    hollow = any(feature.hollow for feature in drawn)
    clusters = any(feature.kind == "cluster" for feature in drawn)
    for item in view.legend.features:
        if item.count:
            _entry(flow, item.label, str(item.count), partial(_symbol, pen, item, clusters, hollow))
    notes = []
    if clusters:
        notes.append(pen.say("Vòng rỗng: theo quy hoạch; đặc: hiện có; cỡ: số hộ"))
    if missing := sum(item.count for item in view.legend.features) - len(drawn):
        notes.append(pen.say("Không vẽ vì chưa có vị trí: {count}", count=missing))
    symbolic = sum(not feature.exact for feature in drawn)
    if symbolic == len(drawn):
        notes.append(pen.say("Vị trí tượng trưng trong xã"))
    elif symbolic:
        notes.append(pen.say("Vị trí tượng trưng trong xã: {count}", count=symbolic))
    for note in notes:
        flow.text(note, _NOTE, color=GREY)


def _entry(flow: Flow, label: str, count: str, draw: Callable[[float, float], None]) -> None:
    flow.job(draw)
    width, height = (value * flow.pen.k for value in _SWATCH)
    top = flow.height
    flow.text(label, BODY, indent=width + 2, right=count)
    flow.height = max(flow.height, top + height) + 0.75 * flow.pen.k


def _swatch(pen: Pen, item: LegendClass, x: float, top: float) -> None:
    width, height = (value * pen.k for value in _SWATCH)
    y = top - height
    pen.add(Rectangle((x, y), width, height, facecolor=item.color, edgecolor="#6A6A6A", linewidth=0.5, zorder=10))
    if item.pattern == "star":
        sign(pen, "star", "★", x + width / 2, y + height / 2)
    elif item.pattern in PATTERN_INK:
        pattern(pen, item.pattern, shapely.box(x, y, x + width, y + height), PATTERN_INK[item.pattern], z=11)


def _symbol(pen: Pen, item: LegendClass, clusters: bool, hollow: bool, x: float, top: float) -> None:  # noqa: FBT001, PLR0913, PLR0917 - bound by partial
    width, height = (value * pen.k for value in _SWATCH)
    size, y = (_CLUSTER if clusters else _VILLAGE) * pen.k, top - height / 2
    spots = [(x + width * share, ring) for share, ring in ((0.25, False), (0.78, True))]
    if not hollow:
        spots = [(x + width / 2, False)]
    symbols(pen, [Symbol(at, y, size, item, hollow=ring) for at, ring in spots], z=11)


def _mark(pen: Pen, mark: LegendMark, x: float, top: float) -> None:
    width, height = (value * pen.k for value in _SWATCH)
    y = top - height
    if mark.id not in HATCHED:
        sign(pen, mark.id, mark.symbol, x + width / 2, y + height / 2)
        return
    pen.add(Rectangle((x, y), width, height, facecolor="white", edgecolor="#6A6A6A", linewidth=0.5, zorder=10))
    pattern(pen, "carried", shapely.box(x, y, x + width, y + height), CARRIED_INK, z=11)


def _line_words(pen: Pen, view: LayerView, *, districts: bool) -> list[tuple[str, str]]:
    entry = catalogue()[view.boundary_version]
    province = pen.say("Địa bàn tỉnh cũ") if view.part else pen.say("Ranh giới tỉnh")
    rows = [("border", pen.say("Biên giới quốc gia")), ("province", province)]
    if districts:
        rows.append(("district", pen.say("Địa bàn huyện cũ") if entry.reorganised else pen.say("Ranh giới huyện")))
    rows.append(("unit", pen.say("Ranh giới xã")))
    distances = ", ".join(item.text for item in view.features if item.kind == "buffer" and item.selected)
    if distances:
        rows.append(("distance", distances[0].upper() + distances[1:]))
    return rows


def _line(pen: Pen, kind: str, x: float, top: float) -> None:
    width, height = (value * pen.k for value in _SWATCH)
    line = shapely.linestrings([(x, top - height / 2), (x + width, top - height / 2)])
    if kind == "border":
        # Above the panel's white ground, in the order in which the map draws it.
        draw_border(pen, line, z=10)
        return
    if kind == "distance":
        distance_lines(pen, [shapely.get_coordinates(line)], z=10)
        return
    color, size = {"province": (INK, 1.5), "district": ("#4B4B4B", 0.95), "unit": (UNIT_LINE, 0.5)}[kind]
    points = [shapely.get_coordinates(line)]
    pen.add(LineCollection(points, colors=color, linewidths=size * pen.k, zorder=10))


def figures(pen: Pen, view: LayerView, width: float) -> Flow | None:
    """Lay out the headline and the figures; ``None`` when the layer has neither."""
    if not view.headline and not view.figures:
        return None
    flow = Flow(pen, width)
    if view.headline:
        flow.text(view.headline, HEAD - 0.8, bold=True)
        flow.space(0.8)
    for figure in view.figures:
        _figure(flow, figure)
    flow.space(PAD - 0.6)
    return flow


def _figure(flow: Flow, figure: Figure) -> None:
    pen = flow.pen
    label = f"{figure.label} ({pen.say(_STATUS[figure.status])})" if figure.status in _STATUS else figure.label
    room = flow.inner - pen.extent(label, BODY).width - 2
    beside = pen.extent(figure.text, BODY, bold=True).width <= room
    flow.text(label, BODY, color=GREY, right=figure.text if beside else "")
    if not beside:
        # The number keeps its column at the right end, on lines of its own.
        for line in pen.wrap(figure.text, BODY, flow.inner, bold=True):
            flow.text("", BODY, right=line)
    if figure.change:
        flow.text(figure.change, 7.0, color=GREY)
    flow.space(0.9 * pen.k)


def scale_size(pen: Pen) -> tuple[float, float]:
    """Return the size of the panel with scale bar and north arrow, mm."""
    return 52 * pen.k, 15 * pen.k


def scale(pen: Pen, box: Box, denominator: int, text: str) -> None:
    """Draw the scale bar, the scale in figures and the north arrow.

    Parameters
    ----------
    pen
        Where to write.
    box
        The panel.
    denominator
        Of the map's scale on this paper; a kilometre is ``1e6 / denominator`` mm.
    text
        The scale in words.
    """
    k = pen.k
    kilometre = 1e6 / denominator
    part = next((km for km in _KILOMETRES if 2 * km * kilometre <= 36 * k), 1)
    x, y, height = box.x0 + 2 * k, box.y0 + 6 * k, 1.5 * k
    for index, color in enumerate((INK, "white")):
        left = x + index * part * kilometre
        bar = Rectangle(
            (left, y), part * kilometre, height, facecolor=color, edgecolor=INK, linewidth=0.6 * k, zorder=10
        )
        pen.add(bar)
    for index, label in enumerate(("0", str(part), f"{2 * part} km")):
        at = x + index * part * kilometre
        pen.write(at, y + height + 1.2 * k, label, 7, align="center")
    pen.write(box.x0 + 1.2 * k, box.y0 + 1.6 * k, text, 7, color=GREY)
    _north(pen, box.x1 - 5 * k, box.y0 + 1 * k)


def _north(pen: Pen, x: float, y: float) -> None:
    k = pen.k
    foot, tip = y, y + 9.2 * k
    for side, color in ((-1, INK), (1, "white")):
        half = [(x, tip), (x + side * 2.4 * k, foot), (x, foot + 2.2 * k)]
        pen.add(Polygon(half, facecolor=color, edgecolor=INK, linewidth=0.6 * k, zorder=10))
    pen.write(x, tip + 0.9 * k, pen.say("B"), 8.5, bold=True, align="center")
