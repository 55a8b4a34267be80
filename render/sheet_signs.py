"""Shapes of signs and patterns, the same on the map and in its legend.

They are drawn as shapes, not as characters: no font has all of them, and an emoji glyph would look
different on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from shapely.geometry.base import BaseGeometry

from layers.view import LegendClass
from render.sheet_text import Pen, font

HATCHED: Final = frozenset({"carried", "at-least"})
"""Marks that hatch the fill of their unit instead of standing on it as a sign."""
SIGN: Final = 2.7
"""Size of a sign on an A4 sheet, mm."""
_DARK: Final = "#222222"
_GREEN: Final = "#1B7A3A"
_RED: Final = "#B3261E"
_AMBER: Final = "#F5A800"
_SPACING: Final = {"hatch": 1.5, "dots": 1.7, "cross": 2.0, "carried": 2.4}
_Z: Final = 12


def star(pen: Pen, x: float, y: float, size: float) -> None:
    """Draw the white star of the highest class."""
    turns = np.pi / 2 + np.arange(10) * np.pi / 5
    radius = np.where(np.arange(10) % 2 == 0, size / 2, size / 5)
    points = np.column_stack([x + radius * np.cos(turns), y + radius * np.sin(turns)])
    pen.add(Polygon(points, facecolor="white", edgecolor=_DARK, linewidth=0.4 * pen.k, zorder=_Z))


def _triangle(pen: Pen, x: float, y: float, size: float) -> None:
    half = size * 0.54
    corners = [(x - half, y - half * 0.85), (x + half, y - half * 0.85), (x, y + half)]
    pen.add(Polygon(corners, facecolor=_AMBER, edgecolor=_DARK, linewidth=0.6 * pen.k, joinstyle="round", zorder=_Z))
    _stroke(pen, [(x, y + half * 0.42), (x, y - half * 0.22)], _DARK, 0.9)
    pen.add(Circle((x, y - half * 0.55), size * 0.055, facecolor=_DARK, edgecolor="none", zorder=_Z))


def _square(pen: Pen, x: float, y: float, size: float) -> None:
    half = size * 0.3
    corners = [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
    pen.add(Polygon(corners, facecolor="#08306B", edgecolor="white", linewidth=0.7 * pen.k, zorder=_Z))


def _ring(pen: Pen, x: float, y: float, size: float) -> None:
    for radius, color, width in ((0.38, "white", 2.2), (0.38, _RED, 1.1)):
        circle = Circle((x, y), size * radius, facecolor="none", edgecolor=color, linewidth=width * pen.k, zorder=_Z)
        pen.add(circle)
    pen.add(Circle((x, y), size * 0.13, facecolor=_RED, edgecolor="white", linewidth=0.4 * pen.k, zorder=_Z))


def _disc(pen: Pen, x: float, y: float, size: float, edge: str = _DARK) -> None:
    disc = Circle((x, y), size * 0.46, facecolor="white", edgecolor=edge, linewidth=0.6 * pen.k, zorder=_Z)
    pen.add(disc)


def _tick(pen: Pen, x: float, y: float, size: float) -> None:
    _disc(pen, x, y, size, _GREEN)
    u = size * 0.46
    _stroke(pen, [(x - 0.5 * u, y), (x - 0.12 * u, y - 0.42 * u), (x + 0.52 * u, y + 0.42 * u)], _GREEN, 1.1)


def _cross(pen: Pen, x: float, y: float, size: float) -> None:
    _disc(pen, x, y, size, _RED)
    u = size * 0.46 * 0.42
    _stroke(pen, [(x - u, y - u), (x + u, y + u)], _RED, 1.1)
    _stroke(pen, [(x - u, y + u), (x + u, y - u)], _RED, 1.1)


def _stroke(pen: Pen, points: Sequence[tuple[float, float]], color: str, width: float) -> None:
    xs, ys = zip(*points, strict=True)
    pen.add(
        Line2D(
            xs,
            ys,
            color=color,
            linewidth=width * pen.k,
            solid_capstyle="round",
            solid_joinstyle="round",
            zorder=_Z,
        )
    )


_SIGNS: Final[dict[str, Callable[[Pen, float, float, float], None]]] = {
    "star": star,
    "at-risk": _triangle,
    "second": _square,
    "target": _ring,
    "attained": _tick,
    "not-attained": _cross,
}


def sign(pen: Pen, mark: str, symbol: str, x: float, y: float) -> None:
    """Draw the sign of a mark centred on ``(x, y)``; an unknown mark is its symbol in a white disc."""
    size = SIGN * pen.k
    if mark in _SIGNS:
        _SIGNS[mark](pen, x, y, size)
        return
    _disc(pen, x, y, size)
    letter = TextPath((0, 0), symbol, size=1, prop=font(pen.family, bold=True))
    box = letter.get_extents()
    scale = size * 0.52 / max(box.height, box.width)
    middle = np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])
    shape = Path((np.asarray(letter.vertices) - middle) * scale + [x, y], letter.codes)
    pen.add(PathPatch(shape, facecolor=_DARK, edgecolor="none", zorder=_Z))


@dataclass(frozen=True, slots=True)
class Symbol:
    """What is drawn at a place: a filled circle, or a ring where something is only planned.

    Attributes
    ----------
    x, y
        Its centre on the sheet, mm.
    size
        Its diameter, mm.
    item
        Its class: the colour, and the pattern that is drawn into the circle so that colour is not the only sign.
    hollow
        Whether it is a ring.
    """

    x: float
    y: float
    size: float
    item: LegendClass
    hollow: bool = False


def symbols(pen: Pen, found: Sequence[Symbol], z: float) -> None:
    """Draw symbols, large ones first so that they do not hide small ones.

    Equal parts of symbols that do not touch are one path: a thousand paths would take longer than the whole map.
    """
    parts: dict[tuple[int, int, str, str, float], list[Path]] = {}
    ordered = sorted(found, key=lambda symbol: -symbol.size)
    for layer, symbol in zip(_layers(ordered), ordered, strict=True):
        for number, (path, face, edge, width) in enumerate(_strokes(symbol)):
            parts.setdefault((layer, number, face, edge, width * pen.k), []).append(path)
    styles = sorted(parts)
    paths = [Path.make_compound_path(*parts[style]) for style in styles]
    _, _, faces, edges, widths = zip(*styles, strict=True)
    pen.add(PathCollection(paths, facecolors=faces, edgecolors=edges, linewidths=widths, zorder=z))


def _layers(found: Sequence[Symbol]) -> list[int]:
    """Return a layer for each symbol, above those of all earlier ones that it touches."""
    places = np.array([(symbol.x, symbol.y, symbol.size / 2) for symbol in found])
    layers = np.zeros(len(found), dtype=int)
    for index, (x, y, radius) in enumerate(places.tolist()):
        before = places[:index]
        # The outline adds to the radius.
        near = np.hypot(before[:, 0] - x, before[:, 1] - y) < before[:, 2] + radius + 0.3
        layers[index] = layers[:index][near].max(initial=-1) + 1
    return [int(layer) for layer in layers]


def _strokes(symbol: Symbol) -> list[tuple[Path, str, str, float]]:
    """Return path, fill, outline and its width for each part of a symbol."""
    color, radius = symbol.item.color, symbol.size / 2
    parts = [(_at(_CIRCLE, symbol, radius), color, _DARK, 0.45)]
    inside, ink = radius, _DARK if _pale(color) else "white"
    if symbol.hollow:
        # Two dark lines around the colour: a ring of a pale class is seen on pale ground.
        inside, ink = radius * 0.62, _DARK
        parts.append((_at(_CIRCLE, symbol, inside), "white", _DARK, 0.3))
    glyph = _GLYPHS.get(symbol.item.pattern)
    if glyph is not None:
        filled = symbol.item.pattern in {"dots", "star"}
        parts.append((_at(glyph, symbol, inside), ink if filled else "none", "none" if filled else ink, 0.5))
    return parts


def _at(shape: Path, symbol: Symbol, radius: float) -> Path:
    return Path(np.asarray(shape.vertices) * radius + [symbol.x, symbol.y], shape.codes)


def _pale(color: str) -> bool:
    red, green, blue = to_rgb(color)
    return 0.299 * red + 0.587 * green + 0.114 * blue > 0.55  # noqa: PLR2004 - the middle, for eyes


def _star_path() -> Path:
    turns = np.pi / 2 + np.arange(10) * np.pi / 5
    radius = np.where(np.arange(10) % 2 == 0, 0.85, 0.36)
    return Path(np.column_stack([radius * np.cos(turns), radius * np.sin(turns)]), closed=False)


_CIRCLE: Final = Path.unit_circle()
#: Inside of a circle of radius 1, by pattern; ``solid`` has none.
_GLYPHS: Final = {
    "dots": Path(np.asarray(_CIRCLE.vertices) * 0.36, _CIRCLE.codes),
    "star": _star_path(),
    "hatch": Path([(-0.6, -0.6), (0.6, 0.6)]),
    "cross": Path(
        [(-0.55, -0.55), (0.55, 0.55), (-0.55, 0.55), (0.55, -0.55)],
        [Path.MOVETO, Path.LINETO, Path.MOVETO, Path.LINETO],
    ),
}


def path_of(shape: BaseGeometry) -> Path:
    """Return a polygon or multipolygon as a path with its holes."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    parts = [np.asarray(shapely.get_coordinates(ring)) for ring in rings]
    codes = [Path.MOVETO, Path.LINETO, Path.CLOSEPOLY]
    kinds = [np.repeat(np.array(codes, dtype=np.uint8), [1, len(part) - 2, 1]) for part in parts]
    return Path(np.concatenate(parts), np.concatenate(kinds))


def pattern(pen: Pen, kind: str, shape: BaseGeometry, color: str, z: float = 3) -> None:
    """Fill an area (mm) with ``hatch``, ``dots``, ``cross`` or the marks' ``carried`` hatch; other kinds draw nothing.

    Lines are cut to the area instead of using Matplotlib's hatches, which are pixel tiles in PNG and
    are printed badly by some PDF readers.
    """
    if kind not in _SPACING or shape.is_empty:
        return
    step = _SPACING[kind] * pen.k
    if kind == "dots":
        _dots(pen, shape, step, color, z)
        return
    if kind != "carried":
        _lines(pen, shape, step, color, z, rising=True)
    if kind != "hatch":
        _lines(pen, shape, step, color, z, rising=False, edge=kind == "carried")


def _lines(  # noqa: PLR0913 - one family of parallel lines, by name
    pen: Pen, shape: BaseGeometry, step: float, color: str, z: float, *, rising: bool, edge: bool = False
) -> None:
    x0, y0, x1, y1 = shape.bounds
    height = y1 - y0
    # Lines of one phase on the whole sheet, so that neighbours of one class are hatched through.
    low, high = (x0 - y1, x1 - y0) if rising else (x0 + y0, x1 + y1)
    starts = np.arange(np.floor(low / step), np.ceil(high / step) + 1) * step
    ends = [
        ((c + y0, y0), (c + y0 + height, y1)) if rising else ((c - y0, y0), (c - y0 - height, y1))
        for c in starts.tolist()
    ]
    cut = shapely.intersection(shapely.multilinestrings([shapely.linestrings(pair) for pair in ends]), shape)
    lines = [shapely.get_coordinates(part) for part in shapely.get_parts(cut) if part.length > 0]
    if edge:
        # Marks hatch fills of any darkness, so their lines carry a pale edge.
        pen.add(LineCollection(lines, colors="#FFFFFFB0", linewidths=1.8 * pen.k, zorder=z))
    pen.add(LineCollection(lines, colors=color, linewidths=(0.75 if edge else 0.5) * pen.k, zorder=z))


def _dots(pen: Pen, shape: BaseGeometry, step: float, color: str, z: float) -> None:
    x0, y0, x1, y1 = shape.bounds
    columns = np.arange(np.floor(x0 / step), np.ceil(x1 / step) + 1)
    rows = np.arange(np.floor(y0 / step * 2), np.ceil(y1 / step * 2) + 1)
    i, j = np.meshgrid(columns, rows)
    xs, ys = (i + (j % 2) / 2) * step, j * step / 2
    # A dot's radius from the edge: no dot is cut by an outline.
    keep = shapely.contains_xy(shapely.buffer(shape, -0.3), xs, ys)
    pen.add(
        Line2D(
            xs[keep],
            ys[keep],
            linestyle="",
            marker="o",
            markersize=1.35 * pen.k,
            color=color,
            markeredgewidth=0,
            zorder=z,
        )
    )
