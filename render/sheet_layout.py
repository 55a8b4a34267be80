"""How a map and its panels share a frame: the largest scale at which every panel finds free ground.

A province leaves empty corners in its frame; the legend, the figures and the inset stand there. Pure
geometry, no drawing. Sheet in millimetres, ground in metres of the boundary version's metric CRS.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from base.errors import RenderError
from render.sheet_labels import Box

EDGE: Final = 3.0
"""Distance of panels from the frame, from each other and from the territory, mm."""
_CELL: Final = 500.0
_STEP: Final = 2.0
_STEPS: Final = 70
_TRIES: Final = 4
_SMALLER: Final = 15.0
_COARSE: Final = 200_000


@dataclass(frozen=True)
class Territory:
    """What a province covers, as a summed table of 500 m cells.

    Attributes
    ----------
    bounds
        Its extent, metres.
    table
        ``table[j, i]`` counts the covered cells below row ``j`` and left of column ``i``.
    """

    bounds: tuple[float, float, float, float]
    table: NDArray[np.int64]

    @classmethod
    def of(cls, shape: BaseGeometry) -> Territory:
        """Make the table of an outline in metres."""
        x0, y0, x1, y1 = shape.bounds
        xs, ys = np.meshgrid(np.arange(x0 + _CELL / 2, x1 + _CELL, _CELL), np.arange(y0 + _CELL / 2, y1 + _CELL, _CELL))
        shapely.prepare(shape)
        covered = shapely.contains_xy(shape, xs, ys)
        table = np.zeros((len(ys) + 1, len(xs[0]) + 1), dtype=np.int64)
        table[1:, 1:] = covered.cumsum(axis=0).cumsum(axis=1)
        return cls((x0, y0, x1, y1), table)

    def clear(self, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell for each row ``x0, y0, x1, y1`` in metres whether no covered cell lies in it."""
        rows, columns = len(self.table), len(self.table[0])
        i0 = np.clip(np.floor((boxes[:, 0] - self.bounds[0]) / _CELL), 0, columns - 1).astype(int)
        j0 = np.clip(np.floor((boxes[:, 1] - self.bounds[1]) / _CELL), 0, rows - 1).astype(int)
        i1 = np.clip(np.ceil((boxes[:, 2] - self.bounds[0]) / _CELL), 0, columns - 1).astype(int)
        j1 = np.clip(np.ceil((boxes[:, 3] - self.bounds[1]) / _CELL), 0, rows - 1).astype(int)
        table = self.table
        clear: NDArray[np.bool_] = (table[j1, i1] - table[j0, i1] - table[j1, i0] + table[j0, i0]) == 0
        return clear


@dataclass(frozen=True, slots=True)
class Projection:
    """From metres of the ground to millimetres of the sheet, at a round scale.

    Attributes
    ----------
    denominator
        1 : denominator on paper.
    x, y
        Where the ground's origin ``(0, 0)`` would lie, mm.
    """

    denominator: int
    x: float
    y: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return a ground point on the sheet."""
        return self.x + x * 1000 / self.denominator, self.y + y * 1000 / self.denominator

    def shapes(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return geometries on the sheet."""
        offset = np.array([self.x, self.y])
        moved: NDArray[np.object_] = np.asarray(
            shapely.transform(shapes, lambda xy: xy * (1000 / self.denominator) + offset)
        )
        return moved

    def ground(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return sheet boxes (rows ``x0, y0, x1, y1``) in metres."""
        metres: NDArray[np.float64] = (boxes - np.array([self.x, self.y, self.x, self.y])) * (self.denominator / 1000)
        return metres


@dataclass(frozen=True, slots=True)
class Panel:
    """Something that needs a rectangle in the frame: its possible sizes (mm), and the corner it likes."""

    key: str
    sizes: tuple[tuple[float, float], ...]
    corner: Literal["top-right", "bottom-right", "bottom-left", "top-left"]


@dataclass(frozen=True, slots=True)
class Layout:
    """The answer: the frame, where the map lies in it and where each panel stands (mm)."""

    frame: Box
    projection: Projection
    boxes: dict[str, Box]


def arrange(frame: Box, territory: Territory, panels: Sequence[Panel]) -> Layout:
    """Return the layout with a large map and the panels near their corners.

    From the largest scale that has room for all panels on, a few smaller ones are tried as well: a map
    a little smaller with tidy corners is the better sheet.

    Raises
    ------
    RenderError
        The panels leave no room for a map.
    """
    found: list[tuple[float, Layout]] = []
    feasible = 0
    for denominator in _denominators(frame, territory.bounds):
        for projection in _positions(frame, territory.bounds, denominator):
            stood = _stand(frame, territory, projection, panels)
            if stood is not None:
                cost = stood[0] + feasible * _SMALLER
                found.append((cost, Layout(frame, projection, stood[1])))
        feasible += bool(found)
        if feasible > _TRIES:
            break
    if not found:
        raise RenderError("Chú giải và số liệu quá dài cho khổ giấy này. Hãy chọn khổ A3.")
    return min(found, key=lambda pair: pair[0])[1]


def fit(frame: Box, bounds: tuple[float, float, float, float]) -> Projection:
    """Return the projection that fills ``frame`` with ``bounds``, centred: for insets."""
    denominator = next(_denominators(frame, bounds))
    scale = 1000 / denominator
    x, y = frame.center
    return Projection(denominator, x - (bounds[0] + bounds[2]) / 2 * scale, y - (bounds[1] + bounds[3]) / 2 * scale)


def _denominators(frame: Box, bounds: tuple[float, float, float, float]) -> Iterator[int]:
    """Yield round scales from the largest that fits downwards, so that the sheet can name its scale."""
    least = (
        max(
            (bounds[2] - bounds[0]) / (frame.width - 2 * EDGE),
            (bounds[3] - bounds[1]) / (frame.height - 2 * EDGE),
        )
        * 1000
    )
    unit = 10_000 if least > _COARSE else 1_000
    first = int(-(-least // unit)) * unit
    for step in range(_STEPS):
        yield round(first * 1.02**step / unit) * unit


def _positions(frame: Box, bounds: tuple[float, float, float, float], denominator: int) -> Iterator[Projection]:
    scale = 1000 / denominator
    slack_x = frame.width - 2 * EDGE - (bounds[2] - bounds[0]) * scale
    slack_y = frame.height - 2 * EDGE - (bounds[3] - bounds[1]) * scale
    for right, up in product((0.0, 0.5, 1.0), (1.0, 0.5, 0.0)):
        x = frame.x0 + EDGE + right * slack_x - bounds[0] * scale
        y = frame.y0 + EDGE + up * slack_y - bounds[1] * scale
        yield Projection(denominator, x, y)


def _stand(
    frame: Box, territory: Territory, projection: Projection, panels: Sequence[Panel]
) -> tuple[float, dict[str, Box]] | None:
    """Place the panels one after the other; return their distance from their corners and their boxes."""
    boxes: dict[str, Box] = {}
    total = 0.0
    for panel in panels:
        best = _best(frame, territory, projection, panel, list(boxes.values()))
        if best is None:
            return None
        total += best[0]
        boxes[panel.key] = best[1]
    return total, boxes


def _best(
    frame: Box, territory: Territory, projection: Projection, panel: Panel, placed: list[Box]
) -> tuple[float, Box] | None:
    """Return distance and box of the free place nearest to a panel's corner, flush with frame or panel."""
    found: list[tuple[float, Box]] = []
    for width, height in panel.sizes:
        boxes = _candidates(frame, width, height, placed)
        free = territory.clear(projection.ground(boxes + np.array([-EDGE, -EDGE, EDGE, EDGE])))
        for other in placed:
            x0, y0, x1, y1 = other.grown(EDGE - 0.01)
            free &= ~((boxes[:, 0] < x1) & (boxes[:, 2] > x0) & (boxes[:, 1] < y1) & (boxes[:, 3] > y0))
        if free.any():
            left = boxes[free]
            dx = frame.x1 - left[:, 2] if "right" in panel.corner else left[:, 0] - frame.x0
            dy = frame.y1 - left[:, 3] if "top" in panel.corner else left[:, 1] - frame.y0
            far = dx + dy
            nearest = int(np.argmin(far))
            found.append((float(far[nearest]), Box(*left[nearest].tolist())))
    return min(found, default=None, key=lambda pair: pair[0])


def _candidates(frame: Box, width: float, height: float, placed: list[Box]) -> NDArray[np.float64]:
    left, right = frame.x0 + EDGE, frame.x1 - EDGE - width
    low, high = frame.y0 + EDGE, frame.y1 - EDGE - height
    if right < left or high < low:
        return np.empty((0, 4))
    flush_x = [
        left,
        right,
        *(x for b in placed for x in (b.x0, b.x1 - width, b.x1 + EDGE, b.x0 - EDGE - width)),
    ]
    flush_y = [
        low,
        high,
        *(y for b in placed for y in (b.y0, b.y1 - height, b.y1 + EDGE, b.y0 - EDGE - height)),
    ]
    xs = np.array([x for x in flush_x if left <= x <= right])
    ys = np.array([y for y in flush_y if low <= y <= high])
    scan_x, scan_y = np.arange(left, right, _STEP), np.arange(low, high, _STEP)
    grids = [np.meshgrid(a, b) for a, b in ((xs, ys), (xs, scan_y), (scan_x, ys))]
    x = np.concatenate([grid[0].ravel() for grid in grids])
    y = np.concatenate([grid[1].ravel() for grid in grids])
    return np.column_stack([x, y, x + width, y + height])
