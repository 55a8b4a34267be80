"""Where names and signs may stand so that none covers another: pure geometry, no drawing.

Greedy in the order given: each request tries its options, best first, and takes the first that is
free. Boxes are millimetres on the sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

GAP: Final = 0.35
"""Least distance between two boxes, mm."""
_GRID: Final = 9
_RINGS: Final = (2.0, 3.5, 5.0, 7.0, 9.0, 12.0, 15.0, 19.0)


class Box(NamedTuple):
    """A rectangle along the axes, ``x0 <= x1`` and ``y0 <= y1``."""

    x0: float
    y0: float
    x1: float
    y1: float

    @classmethod
    def around(cls, x: float, y: float, width: float, height: float) -> Box:
        """Return the box of a size with its centre at ``(x, y)``."""
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    @property
    def width(self) -> float:
        """Extent along x."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Extent along y."""
        return self.y1 - self.y0

    @property
    def center(self) -> tuple[float, float]:
        """Middle of the box."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def grown(self, by: float) -> Box:
        """Return the box with ``by`` added on every side."""
        return Box(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)

    def overlaps(self, other: Box) -> bool:
        """Tell whether the insides of the two boxes meet; touching edges do not."""
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1

    def within(self, other: Box) -> bool:
        """Tell whether the box lies inside ``other``."""
        return other.x0 <= self.x0 and self.x1 <= other.x1 and other.y0 <= self.y0 and self.y1 <= other.y1


class Option(NamedTuple):
    """A place that a request may take, and which of its forms (``variant``) stands there."""

    box: Box
    variant: int


@dataclass(frozen=True)
class Request:
    """A label that wants a place; ``options`` is read lazily, best first."""

    key: str
    options: Iterable[Option]


class Taken:
    """The boxes already on the sheet."""

    def __init__(self, boxes: Sequence[Box] = ()) -> None:
        self._boxes: NDArray[np.float64] = np.array(boxes, dtype=float).reshape(-1, 4)

    def add(self, box: Box) -> None:
        """Remember a box."""
        self._boxes = np.vstack([self._boxes, box])

    def free(self, box: Box, gap: float = GAP) -> bool:
        """Tell whether ``box`` keeps ``gap`` from everything taken."""
        x0, y0, x1, y1 = box.grown(gap)
        b = self._boxes
        return not bool(np.any((b[:, 0] < x1) & (b[:, 2] > x0) & (b[:, 1] < y1) & (b[:, 3] > y0)))


def place(requests: Iterable[Request], taken: Taken, bounds: Box) -> dict[str, Option]:
    """Give every request the first of its options that is free and inside ``bounds``.

    Parameters
    ----------
    requests
        In order of priority.
    taken
        Boxes to keep clear of; the boxes chosen are added to it.
    bounds
        Nothing is placed beyond it.

    Returns
    -------
    dict
        Chosen option per key; a request without a free option is not in it.
    """
    chosen: dict[str, Option] = {}
    for request in requests:
        for option in request.options:
            if option.box.within(bounds) and taken.free(option.box):
                chosen[request.key] = option
                taken.add(option.box)
                break
    return chosen


def inside(
    shape: BaseGeometry, point: tuple[float, float], sizes: Sequence[tuple[float, float]], least: float
) -> Iterator[Option]:
    """Yield options for a box within an area: the label point first, then the rest of the area.

    Parameters
    ----------
    shape
        Area that the label belongs to (mm).
    point
        Its label point (mm).
    sizes
        Width and height of each form of the label, preferred form first.
    least
        Share of the box that must lie within the area, so that a name is read with its own area.
    """
    for variant, (width, height) in enumerate(sizes):
        middle = Box.around(*point, width, height)
        if _share(shape, [middle])[0] >= max(least, 0.97):
            yield Option(middle, variant)
    ranked: list[tuple[float, int, Box]] = []
    for variant, (width, height) in enumerate(sizes):
        boxes = [Box.around(x, y, width, height) for x, y in _points(shape)]
        for box, share in zip(boxes, _share(shape, boxes), strict=True):
            if share >= least:
                far = abs(box.center[0] - point[0]) + abs(box.center[1] - point[1])
                # A tenth of the box outside counts like 4 mm of distance, a second form like 2 mm.
                ranked.append((far + 40 * (1 - share) + 2 * variant, variant, box))
    for _, variant, box in sorted(ranked):
        yield Option(box, variant)


def around(point: tuple[float, float], width: float, height: float) -> Iterator[Option]:
    """Yield options on rings around a point: for signs that must be drawn, wherever there is room."""
    yield Option(Box.around(*point, width, height), 0)
    for radius in _RINGS:
        for step in range(16):
            angle = pi * step / 8
            yield Option(Box.around(point[0] + radius * cos(angle), point[1] + radius * sin(angle), width, height), 0)


def _points(shape: BaseGeometry) -> list[tuple[float, float]]:
    x0, y0, x1, y1 = shape.bounds
    cell = max((x1 - x0) / _GRID, (y1 - y0) / _GRID, 0.8)
    xs, ys = np.meshgrid(np.arange(x0 + cell / 2, x1, cell), np.arange(y0 + cell / 2, y1, cell))
    keep = shapely.contains_xy(shape, xs.ravel(), ys.ravel())
    return list(zip(xs.ravel()[keep].tolist(), ys.ravel()[keep].tolist(), strict=True))


def _share(shape: BaseGeometry, boxes: Sequence[Box]) -> list[float]:
    if not boxes:
        return []
    areas = shapely.box(*np.array(boxes).T)
    shares = shapely.area(shapely.intersection(areas, shape)) / shapely.area(areas)
    return [float(share) for share in shares]
