"""The map of a sheet: areas, patterns, outlines, signs and names, all from a LayerView.

Nothing is classified or counted here; colours, patterns and words come from the view's legend.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import chain
from typing import Final

import numpy as np
import shapely
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex, to_rgb
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.boundaries import load
from layers.view import LayerView, LegendClass
from render.sheet_ground import Ground
from render.sheet_labels import Box, Option, Request, Taken, around, inside, place
from render.sheet_layout import Projection
from render.sheet_signs import HATCHED, SIGN, path_of, pattern, sign
from render.sheet_text import INK, Pen

UNIT_SIZE: Final = 6.2
DISTRICT_SIZE: Final = 7.6
PATTERN_INK: Final = {"hatch": "#A6A6A6", "cross": "#A6A6A6", "dots": "#5F7F3A"}
UNIT_LINE: Final = "#636363"
CARRIED_INK: Final = "#3D3D3D"
FADED_INK: Final = "#9A9A9A"
DISTRICT_INK: Final = "#5B1A4A"
_FADE: Final = 0.75
_DARK: Final = 0.42
#: How many better places a name gives up for covering one symbol less.
_COVERED: Final = 30
_NOTHING: Final[NDArray[np.float64]] = np.empty((0, 4))
_UNKNOWN: Final = LegendClass("", "", "#FFFFFF", "hatch", 0)
_SHORT: Final = (
    (re.compile(r"^(xã|huyện|quận) ", re.IGNORECASE), ""),
    (re.compile(r" \(cũ\)$"), ""),
    (re.compile(r"^phường ", re.IGNORECASE), "P. "),
    (re.compile(r"^thị trấn ", re.IGNORECASE), "TT. "),
    (re.compile(r"^thành phố ", re.IGNORECASE), "TP. "),
    (re.compile(r"^thị xã ", re.IGNORECASE), "TX. "),
    (re.compile(r" (commune|ward|township|district|city|town)$"), ""),
)


@dataclass(frozen=True, eq=False)
class Spot:
    """What stands on one area: signs, and a name in several forms (lines of text), preferred form first.

    The last ``short`` forms do without the label that the area has: they are a last resort.
    """

    key: str
    shape: BaseGeometry
    point: tuple[float, float]
    signs: tuple[tuple[str, str], ...]
    forms: tuple[tuple[str, ...], ...]
    size: float
    bold: bool
    color: str
    halo: str
    short: int = 0


@dataclass(frozen=True)
class Names:
    """Where names and signs were put (mm), by unit or district code, and how many names found no room."""

    boxes: dict[str, Box]
    left_out: int


def short_name(name: str) -> str:
    """Return a name as maps print it: ``Đăk Pék``, ``TT. Plei Kần``, ``P. Lê Lợi``, ``TP. Kon Tum``."""
    for prefix, short in _SHORT:
        name = prefix.sub(short, name)
    return name


def faded(color: str) -> str:
    """Return a colour as it is drawn for rows that the filters leave out."""
    red, green, blue = (channel + (1 - channel) * _FADE for channel in to_rgb(color))
    return to_hex((red, green, blue))


class MapDrawing:
    """One map on a sheet: the whole province, or one district enlarged.

    Parameters
    ----------
    view
        The layer.
    ground
        Geometry of the view's boundary version, metres.
    projection
        From metres to the sheet.
    only
        District code of an inset; ``None`` draws everything.
    """

    def __init__(self, view: LayerView, ground: Ground, projection: Projection, only: str | None = None) -> None:
        self.view = view
        self.ground = ground
        self.projection = projection
        self.only = only
        self.codes = [code for code in ground.units if only in {None, ground.district_of.get(code)}]
        self.shapes = dict(
            zip(self.codes, projection.shapes(np.array([ground.units[c] for c in self.codes])), strict=True)
        )
        self._classes = {item.id: item for item in view.legend.classes}
        columns = [view.frame[name].tolist() for name in ("class_id", "selected", "name", "label")]
        self._rows = dict(zip(map(str, view.frame.index), zip(*columns, strict=True), strict=True))
        self._symbols = {mark.id: mark.symbol for mark in view.legend.marks}
        self._marks: dict[str, list[str]] = {}
        for mark in view.marks:
            self._marks.setdefault(mark.unit, []).append(mark.id)

    def _row(self, code: str) -> tuple[LegendClass, bool]:
        key = self.ground.district_of.get(code, "") if self.view.area_level == "district" else code
        row = self._rows.get(key)
        return (self._classes.get(str(row[0]), _UNKNOWN), bool(row[1])) if row else (_UNKNOWN, False)

    def _marks_of(self, code: str) -> list[str]:
        key = self.ground.district_of.get(code, "") if self.view.area_level == "district" else code
        return self._marks.get(key, [])

    def draw_areas(self, pen: Pen) -> None:
        """Fill the areas with the colours and patterns of their classes."""
        groups: dict[tuple[str, str, bool], list[BaseGeometry]] = {}
        hatched: list[BaseGeometry] = []
        colors = []
        for code, shape in self.shapes.items():
            item, selected = self._row(code)
            colors.append(item.color if selected else faded(item.color))
            groups.setdefault((item.id, item.pattern, selected), []).append(shape)
            if selected and HATCHED & set(self._marks_of(code)):
                hatched.append(shape)
        paths = [path_of(shape) for shape in self.shapes.values()]
        pen.add(PathCollection(paths, facecolors=colors, edgecolors="none", zorder=2))
        for (_, kind, selected), shapes in groups.items():
            if kind in PATTERN_INK:
                color = PATTERN_INK[kind]
                pattern(pen, kind, shapely.union_all(np.array(shapes)), color if selected else faded(color))
        for shape in hatched:
            pattern(pen, "carried", shape, CARRIED_INK)

    def draw_lines(self, pen: Pen) -> None:
        """Draw outlines, the stronger the higher the level, and the national boundary with its casing."""
        units = shapely.unary_union(shapely.boundary(np.array(list(self.shapes.values()))))
        self._line(pen, units, UNIT_LINE, 0.5, 4)
        if self.only is not None:
            self._line(pen, shapely.boundary(shapely.union_all(np.array(list(self.shapes.values())))), INK, 1.0, 5)
            near = shapely.buffer(self.ground.districts[self.only], 400)
            draw_border(pen, self.projection.shapes(np.array([shapely.intersection(self.ground.border, near)]))[0])
            return
        districts = self.projection.shapes(np.array(list(self.ground.districts.values()), dtype=object))
        if len(districts):
            self._line(pen, shapely.union_all(shapely.boundary(districts)), "#4B4B4B", 0.95, 5)
        lines = self.projection.shapes(np.array([shapely.boundary(self.ground.outline), self.ground.border]))
        self._line(pen, lines[0], INK, 1.5, 6)
        draw_border(pen, lines[1])

    @staticmethod
    def _line(pen: Pen, shape: BaseGeometry, color: str, width: float, z: float) -> None:
        parts = [shapely.get_coordinates(part) for part in shapely.get_parts(shapely.line_merge(shape))]
        lines = LineCollection(
            parts, colors=color, linewidths=width * pen.k, zorder=z, capstyle="round", joinstyle="round"
        )
        pen.add(lines)

    def draw_names(self, pen: Pen, taken: Taken, bounds: Box, avoid: NDArray[np.float64] = _NOTHING) -> Names:
        """Put signs and names where none covers another or a panel, and draw them.

        ``avoid`` are boxes (rows of corners, mm) that a name keeps clear of where it can.
        """
        spots = {spot.key: spot for spot in self._spots(pen)}
        chosen = place((Request(key, _ranked(pen, spot, avoid)) for key, spot in spots.items()), taken, bounds)
        for key, option in chosen.items():
            _draw_spot(pen, spots[key], option)
        named = [key for key, option in chosen.items() if spots[key].forms and option.variant < len(spots[key].forms)]
        return Names(
            {key: option.box for key, option in chosen.items()},
            sum(bool(s.forms) for s in spots.values()) - len(named),
        )

    def _spots(self, pen: Pen) -> Iterator[Spot]:
        """Yield what stands on the map by priority: signs, district names, names from the largest area."""
        districts = list(self._district_spots()) if self.only is None else []
        units = [self._unit_spot(pen, code) for code in self.codes]
        if self.view.area_level == "district" and self.only is None:
            units = []
        units.sort(key=lambda spot: (spot.color == FADED_INK, -shapely.area(spot.shape)))
        yield from (spot for spot in chain(units, districts) if spot.signs)
        yield from (spot for spot in chain(districts, units) if not spot.signs)

    def _signs(self, key: str, item: LegendClass, *, selected: bool) -> tuple[tuple[str, str], ...]:
        if not selected:
            return ()
        marks = [mark for mark in self._marks.get(key, []) if mark not in HATCHED]
        signs = [("star", "★")] if item.pattern == "star" else []
        return tuple(signs + [(mark, self._symbols.get(mark, "•")) for mark in marks])

    def _unit_spot(self, pen: Pen, code: str) -> Spot:
        item, selected = self._row(code)
        by_unit = self.view.area_level == "commune"
        row = self._rows.get(code) if by_unit else None
        name = short_name(str(row[2]) if row else str(load(self.view.boundary_version).units.at[code, "name"]))
        signs = self._signs(code, item, selected=selected) if by_unit else ()
        point = self.projection.point(*self.ground.points[code])
        plain = _forms(pen, name)
        label = str(row[3]) if row and selected and isinstance(row[3], str) else ""
        forms = tuple((*form, label) for form in plain) + plain if label else plain
        color, halo = _inks(item, INK, selected=selected)
        short = len(plain) if label else 0
        return Spot(
            code, self.shapes[code], point, signs, forms, UNIT_SIZE, bold=False, color=color, halo=halo, short=short
        )

    def _district_spots(self) -> Iterator[Spot]:
        names = self.district_names()
        for key, outline in self.ground.districts.items():
            name = short_name(names.get(key, key)).upper()
            row = self._rows.get(key) if self.view.area_level == "district" else None
            item = self._classes.get(str(row[0]), _UNKNOWN) if row else _UNKNOWN
            selected = (
                bool(row[1]) if row else any(self._row(c)[1] for c, of in self.ground.district_of.items() if of == key)
            )
            signs = self._signs(key, item, selected=selected) if row else ()
            label = (str(row[3]),) if row and isinstance(row[3], str) and row[3] else ()
            first, _, rest = name.rpartition(" ")
            forms = tuple((*lines, *label) for lines in ([(name,), (first, rest)] if first else [(name,)]))
            shape = self.projection.shapes(np.array([outline]))[0]
            color, halo = _inks(item, DISTRICT_INK, selected=selected)
            point = self.projection.point(*self.ground.points[key])
            yield Spot(key, shape, point, signs, forms, DISTRICT_SIZE, bold=True, color=color, halo=halo)

    def district_names(self) -> dict[str, str]:
        """Return district names by code, from the view's frame."""
        if self.view.area_level == "district":
            return {key: str(row[2]) for key, row in self._rows.items()}
        names = zip(map(str, self.view.frame.index), self.view.frame["district"], strict=True)
        return {self.ground.district_of[code]: str(name) for code, name in names if code in self.ground.district_of}


def draw_border(pen: Pen, line: BaseGeometry, z: float = 5.5) -> None:
    """Draw the national boundary: a wide pale casing and a dash-dotted line."""
    parts = [shapely.get_coordinates(part) for part in shapely.get_parts(shapely.line_merge(line))]
    strokes = (("#F2A7C3", 4.6, "solid"), ("white", 1.9, "solid"), (INK, 1.7, (0, (6, 1.6, 1, 1.6))))
    for index, (color, width, style) in enumerate(strokes):
        stroke = LineCollection(
            parts, colors=color, linewidths=width * pen.k, linestyles=[style], zorder=z + index * 0.6
        )
        pen.add(stroke)


def _inks(item: LegendClass, ink: str, *, selected: bool) -> tuple[str, str]:
    """Return the colours of a name and of its halo on the fill of a class."""
    if not selected:
        return FADED_INK, "white"
    red, green, blue = to_rgb(item.color)
    dark = 0.299 * red + 0.587 * green + 0.114 * blue < _DARK
    return ("white", item.color) if dark else (ink, "white")


def _forms(pen: Pen, name: str) -> tuple[tuple[str, ...], ...]:
    """Return a name on one line and broken into two lines of similar width."""
    words = name.split(" ")
    breaks = [
        (" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words)) if words[n - 1] not in {"P.", "TT."}
    ]
    if not breaks:
        return ((name,),)
    return (name,), min(breaks, key=lambda pair: max(pen.extent(line, UNIT_SIZE).width for line in pair))


def _size(pen: Pen, spot: Spot, form: tuple[str, ...]) -> tuple[float, float]:
    widths = [pen.extent(line, spot.size, bold=spot.bold).width for line in form]
    step = SIGN * pen.k * 1.1
    height = len(form) * _step(pen, spot) + (step if spot.signs else 0)
    return max([*widths, len(spot.signs) * step]), height


def _step(pen: Pen, spot: Spot) -> float:
    return pen.line(spot.size) * 0.86


def _options(pen: Pen, spot: Spot) -> Iterator[Option]:
    sizes = [_size(pen, spot, form) for form in spot.forms]
    yield from inside(spot.shape, spot.point, sizes, least=0.72 if spot.signs else 0.6)
    if spot.signs:
        alone = _size(pen, spot, ())
        last = len(spot.forms)
        for option in chain(inside(spot.shape, spot.point, [alone], least=0.6), around(spot.point, *alone)):
            yield Option(option.box, last)


def _ranked(pen: Pen, spot: Spot, avoid: NDArray[np.float64]) -> Iterator[Option]:
    """Yield the options in their order, but those without the whole label, or that cover ``avoid``, later."""
    whole = len(spot.forms) - spot.short
    waiting: list[tuple[int, int, int, Option]] = []
    for index, option in enumerate(_options(pen, spot)):
        lacks = int(option.variant >= whole) + int(option.variant >= len(spot.forms))
        heappush(waiting, (lacks, index + _COVERED * covered(avoid, option.box), index, option))
        # Later ones cannot come before it: most spots need none of them.
        while waiting and waiting[0][:2] <= (0, index):
            yield heappop(waiting)[-1]
    yield from (option for *_, option in sorted(waiting))


def covered(boxes: NDArray[np.float64], box: Box) -> int:
    """Return how many of ``boxes`` (rows of corners) a box would cover."""
    b = boxes
    return int(np.count_nonzero((b[:, 0] < box.x1) & (b[:, 2] > box.x0) & (b[:, 1] < box.y1) & (b[:, 3] > box.y0)))


def _draw_spot(pen: Pen, spot: Spot, option: Option) -> None:
    box = option.box
    x, y = box.center
    form = spot.forms[option.variant] if option.variant < len(spot.forms) else ()
    top = box.y1
    if spot.signs:
        step = SIGN * pen.k * 1.1
        if not form and not shapely.contains_xy(spot.shape, x, y):
            leader = LineCollection([[spot.point, (x, y)]], colors=INK, linewidths=0.5 * pen.k, zorder=11)
            pen.add(leader)
        for index, (mark, symbol) in enumerate(spot.signs):
            sign(pen, mark, symbol, x + (index - (len(spot.signs) - 1) / 2) * step, top - step / 2)
        top -= step
    for line in form:
        top -= _step(pen, spot)
        # The baseline stands above the foot of the line by what letters such as ạ and g need.
        pen.write(
            x,
            top + _step(pen, spot) * 0.24,
            line,
            spot.size,
            bold=spot.bold,
            color=spot.color,
            align="center",
            halo=spot.halo,
        )
