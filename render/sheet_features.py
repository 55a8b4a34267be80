"""What a sheet draws at places instead of over areas: clusters, villages, distances from the border, and their words.

Symbols lie over areas and lines and under all names. The words are wishes: they are left out where another text
stands, but for the one that says that a line of the outlines is schematic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import cos, dist, pi, sin, sqrt
from typing import Final

import numpy as np
import shapely
from matplotlib.collections import LineCollection
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from layers.view import Feature, LayerView, LegendClass, Point
from render.sheet_ground import to_metric
from render.sheet_labels import Box, Option, Request, Taken, around, place
from render.sheet_map import MapDrawing, covered
from render.sheet_signs import Symbol, symbols
from render.sheet_text import INK, Pen

TEXT_SIZE: Final = 6.0
DISTANCE_INK: Final = "#8A1F5C"
_SMALLEST, _LARGEST, _VILLAGE = 1.2, 3.2, 1.3
_PER_HOUSEHOLD: Final = 0.2
_UNCLASSED: Final = LegendClass("", "", "#9A9A9A", "solid", 0)
_LINE_Z, _LINK_Z, _SYMBOL_Z = 6.9, 7.2, 7.6
_HEAD: Final = 0.9
#: Distance of a cluster's text from the symbols of others, mm.
_APART: Final = 1.0
_SKETCH_WIDTHS: Final = (60.0, 26.0, 18.0)
_ON_LINE: Final = (0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9)
_BESIDE_BORDER: Final = (1.3, 2.0, 3.0, 4.0, 5.5)
_TURNS: Final = 16
#: What standing inside the territory counts for, mm of distance.
_INSIDE: Final = 3.0


@dataclass(frozen=True, eq=False)
class _Placed:
    """A feature on the sheet, mm."""

    feature: Feature
    filled: tuple[float, float] | None
    hollow: tuple[float, float] | None
    lines: tuple[LineString, ...]
    size: float

    @property
    def key(self) -> str:
        """Name of its text among the boxes of a sheet."""
        return f"feature:{self.feature.kind}:{self.feature.id}"

    @property
    def spot(self) -> tuple[float, float] | None:
        """Where its text belongs."""
        return self.filled or self.hollow

    @property
    def boxes(self) -> list[Box]:
        """Boxes of its symbols."""
        return [Box.around(*point, self.size, self.size) for point in (self.filled, self.hollow) if point]


class FeatureDrawing:
    """The selected features of a map.

    Parameters
    ----------
    drawing
        The map that they lie on; an inset shows those of its own district.
    k
        Enlargement of symbols against A4.
    """

    def __init__(self, drawing: MapDrawing, k: float) -> None:
        self._drawing = drawing
        found = [feature for feature in drawing.view.features if feature.selected and self._shown(feature)]
        self._placed = [item for item in _on_sheet(drawing, found, k) if self._within(item)]
        self._classes = {item.id: item for item in drawing.view.legend.features}
        boxes = [box for item in self._symbols for box in item.boxes]
        self.boxes: NDArray[np.float64] = np.array(boxes, dtype=float).reshape(-1, 4)
        """Boxes of the symbols, for names to keep clear of if they can (mm)."""

    @property
    def _symbols(self) -> Iterator[_Placed]:
        return (item for item in self._placed if item.feature.kind in {"cluster", "village"})

    def _shown(self, feature: Feature) -> bool:
        """Tell whether a feature belongs on this map; those of no unit are cut or left out by their place."""
        drawing = self._drawing
        return drawing.only is None or not feature.unit or drawing.ground.district_of.get(feature.unit) == drawing.only

    def _within(self, item: _Placed) -> bool:
        drawing = self._drawing
        if drawing.only is None or item.feature.unit or item.spot is None:
            return True
        return any(shapely.intersects_xy(shape, *item.spot) for shape in drawing.shapes.values())

    def draw(self, pen: Pen) -> None:
        """Draw lines, links and symbols."""
        distance_lines(pen, [shapely.get_coordinates(line) for item in self._placed for line in item.lines], _LINE_Z)
        links(pen, [(item.filled, item.hollow, item.size) for item in self._symbols if item.filled and item.hollow])
        found = []
        for item in self._symbols:
            style = self._classes.get(item.feature.class_id, _UNCLASSED)
            found += [
                Symbol(*point, item.size, style, hollow=point is item.hollow)
                for point in (item.filled, item.hollow)
                if point
            ]
        if found:
            symbols(pen, found, _SYMBOL_Z)

    def write_sketches(self, pen: Pen, taken: Taken, bounds: Box) -> dict[str, Box]:
        """Write what must be said of the outlines, before all names; return the boxes (mm)."""
        written: dict[str, Box] = {}
        for item in self._placed:
            if item.feature.kind != "sketch" or item.spot is None or not item.feature.text:
                continue
            forms = [pen.balanced(item.feature.text, TEXT_SIZE, width * pen.k) for width in _SKETCH_WIDTHS]
            sizes = [_extent(pen, form) for form in forms]
            options = [
                Option(option.box, variant) for variant in (1, 2, 0) for option in around(item.spot, *sizes[variant])
            ]
            # Far from its line the text would speak of another line: a symbol covered counts like 1 mm.
            spot = item.spot
            options.sort(key=lambda option: covered(self.boxes, option.box) + dist(option.box.center, spot))
            chosen = place([Request(item.key, options)], taken, bounds).get(item.key, options[0])
            _write(pen, forms[chosen.variant], chosen.box, INK, italic=True)
            written[item.key] = chosen.box
        return written

    def write(self, pen: Pen, taken: Taken, bounds: Box) -> dict[str, Box]:
        """Write the other texts where there is room, after all names; return the boxes (mm)."""
        written: dict[str, Box] = {}
        # Villages are too many to be named.
        order = {"border-km": 0, "buffer": 1, "cluster": 2}
        wishes = [item for item in self._placed if item.feature.kind in order and item.feature.text]
        for item in sorted(wishes, key=lambda item: (order[item.feature.kind], -item.feature.size)):
            for box in self._places(pen, item):
                if box.within(bounds) and taken.free(box) and self._is_of(item, box):
                    line = item.feature.kind in {"border-km", "buffer"}
                    _write(pen, [item.feature.text], box, DISTANCE_INK if line else INK)
                    taken.add(box)
                    written[item.key] = box
                    break
        return written

    def _is_of(self, item: _Placed, box: Box) -> bool:
        """Tell whether a text covers no symbol and is not read with another one than its own."""
        near = box.grown(_APART)
        own = np.array(item.boxes, dtype=float).reshape(-1, 4) if item.feature.kind == "cluster" else self.boxes
        return covered(self.boxes, box) == 0 and covered(self.boxes, near) == covered(own, near)

    def _places(self, pen: Pen, item: _Placed) -> Iterator[Box]:
        width, height = _extent(pen, [item.feature.text])
        if item.feature.kind == "buffer":
            for part in item.lines:
                for share in _ON_LINE:
                    middle = shapely.line_interpolate_point(part, share, normalized=True)
                    yield Box.around(middle.x, middle.y, width, height)
        elif item.spot is not None and item.feature.kind == "border-km":
            yield from self._outside_first(item.spot, width, height)
        elif item.spot is not None:
            yield from beside(item.spot, item.size, width, height)

    def _outside_first(self, spot: tuple[float, float], width: float, height: float) -> Iterator[Box]:
        """Yield boxes near a place on the border, rather beyond the territory: there are no names."""
        x, y = spot
        turns = [(radius, 2 * pi * turn / _TURNS) for radius in _BESIDE_BORDER for turn in range(_TURNS)]
        boxes = [
            Box.around(x + (radius + width / 2) * cos(turn), y + (radius + height / 2) * sin(turn), width, height)
            for radius, turn in turns
        ]
        clear = self._drawing.ground.territory.clear(self._drawing.projection.ground(np.array(boxes)))
        far = np.repeat(_BESIDE_BORDER, _TURNS) + np.where(clear, 0.0, _INSIDE)
        return (boxes[index] for index in np.argsort(far, kind="stable").tolist())


def beside(spot: tuple[float, float], size: float, width: float, height: float) -> Iterator[Box]:
    """Yield the places of a text beside a symbol: right, left, above, below, then between these."""
    x, y = spot
    right, up = (size + width) / 2 + 0.4, (size + height) / 2 + 0.2
    for i, j in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 0.8), (1, -0.8), (-1, 0.8), (-1, -0.8)):
        yield Box.around(x + i * right, y + j * up, width, height)


def diameter(feature: Feature, k: float) -> float:
    """Return the diameter of a feature's symbol, mm: its area is in proportion to the households, within bounds."""
    if feature.kind == "village":
        return _VILLAGE * k
    return min(max(_PER_HOUSEHOLD * sqrt(feature.size), _SMALLEST), _LARGEST) * k


def drawn_features(view: LayerView) -> list[Feature]:
    """Return the selected features that have a symbol on the map."""
    return [
        feature
        for feature in view.features
        if feature.selected and feature.kind in {"cluster", "village"} and (feature.filled or feature.hollow)
    ]


def distance_lines(pen: Pen, lines: Sequence[NDArray[np.float64]], z: float) -> None:
    """Draw lines at a distance from the national boundary (mm)."""
    if lines:
        style = LineCollection(lines, colors=DISTANCE_INK, linewidths=0.6 * pen.k, linestyles=[(0, (4, 2.5))], zorder=z)
        pen.add(style)


def links(
    pen: Pen,
    ends: Sequence[tuple[tuple[float, float], tuple[float, float], float]],
    z: float = _LINK_Z,
) -> None:
    """Draw an arrow from each place to the one that is planned; the size is that of the symbols at both (mm)."""
    strokes = []
    for start, end, size in ends:
        a, b = np.array(start), np.array(end)
        length = float(np.hypot(*(b - a)))
        if length <= size + 0.2:
            continue  # the symbols touch
        along = (b - a) / length
        across = np.array([-along[1], along[0]])
        tip, foot = b - along * size / 2, a + along * size / 2
        head = min(_HEAD * pen.k, length - size)
        back = tip - along * head
        strokes += [np.array([foot, tip]), np.array([back + across * head * 0.5, tip, back - across * head * 0.5])]
    for color, width in (("white", 1.5), (INK, 0.55)):
        pen.add(LineCollection(strokes, colors=color, linewidths=width * pen.k, zorder=z, joinstyle="miter"))


def _on_sheet(drawing: MapDrawing, features: Sequence[Feature], k: float) -> list[_Placed]:
    """Bring features on the sheet, all coordinates in one go; lines are cut to the map's area."""
    points: list[Point] = []
    for feature in features:
        points += [point for point in (feature.filled, feature.hollow) if point]
        points += chain.from_iterable(feature.lines)
    if not points:
        return []
    metres = to_metric(drawing.view.boundary_version, points)
    projection = drawing.projection
    rows = iter((metres * (1000 / projection.denominator) + [projection.x, projection.y]).tolist())
    area = drawing.ground.districts[drawing.only] if drawing.only is not None else drawing.ground.outline
    (area,) = projection.shapes(np.array([area]))
    found = []
    for feature in features:
        filled, hollow = (_pair(next(rows)) if point else None for point in (feature.filled, feature.hollow))
        lines = [[next(rows) for _ in line] for line in feature.lines]
        found.append(_Placed(feature, filled, hollow, _cut(lines, area), diameter(feature, k)))
    return found


def _pair(row: list[float]) -> tuple[float, float]:
    return row[0], row[1]


def _cut(lines: list[list[list[float]]], area: BaseGeometry) -> tuple[LineString, ...]:
    """Return what of the lines lies in an area, the longest first."""
    strings = [shapely.linestrings(line) for line in lines if len(line) > 1]
    if not strings:
        return ()
    merged = shapely.line_merge(shapely.intersection(shapely.multilinestrings(strings), area))
    parts = [part for part in shapely.get_parts(merged) if isinstance(part, LineString)]
    return tuple(sorted(parts, key=shapely.length, reverse=True))


def _extent(pen: Pen, lines: Sequence[str]) -> tuple[float, float]:
    return max(pen.extent(line, TEXT_SIZE).width for line in lines), len(lines) * pen.line(TEXT_SIZE) * 0.86


def _write(pen: Pen, lines: Sequence[str], box: Box, color: str, *, italic: bool = False) -> None:
    step = box.height / len(lines)
    for number, line in enumerate(lines, start=1):
        base = box.y1 - number * step + step * 0.24
        pen.write(box.center[0], base, line, TEXT_SIZE, color=color, align="center", halo="white")
        if italic:
            pen.axes.texts[-1].set_fontstyle("italic")
