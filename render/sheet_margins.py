"""Names of neighbours around the territory: LÀO, CAMPUCHIA and the provinces next to it.

Only names: outlines of neighbours in the sources are up to 10 km off.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Final

import numpy as np
import shapely

from render.sheet_ground import to_metric
from render.sheet_labels import Box, Taken
from render.sheet_map import MapDrawing
from render.sheet_text import Pen

Margin = tuple[str, float, float, str]
"""A name outside the territory: text, longitude, latitude (WGS 84), ``country``, ``province`` or ``archipelago``."""
_COLOR: Final = "#6F6F6F"
#: Sizes to try, the largest first, and whether the name is bold.
_SIZES: Final = {"country": ((11.0, 9.0, 7.5), True), "province": ((8.0,), False), "archipelago": ((8.5, 7.0), True)}
#: A small name near its place goes before a large one far from it: CAMPUCHIA north of LÀO would be a false statement.
_REACHES: Final = (30.0, 75.0, math.inf)
_STEP: Final = 2.0
_CLEAR: Final = np.array([-2.0, -2.0, 2.0, 2.0])


def margin_names(pen: Pen, drawing: MapDrawing, margins: Sequence[Margin], taken: Taken, bounds: Box) -> dict[str, Box]:
    """Write the names on free ground as near to their place as the frame allows.

    Parameters
    ----------
    pen, drawing
        Where to write, and the map that is on the sheet.
    margins
        The names; those outside the frame are moved into it.
    taken
        Panels, names and signs to keep clear of; what is written is added.
    bounds
        The frame, mm.

    Returns
    -------
    dict
        Box of each name by ``margin:`` and its text; a name without free ground is not in it.

    """
    placed: dict[str, Box] = {}
    if not margins:
        return placed
    points = to_metric(drawing.view.boundary_version, [(lon, lat) for _, lon, lat, _ in margins])
    for (text, _, _, kind), point in zip(margins, points.tolist(), strict=True):
        sizes, bold = _SIZES.get(kind, _SIZES["province"])
        for reach, size in product(_REACHES, sizes):
            width, height = pen.extent(text, size, bold=bold).width + 2, pen.line(size)
            wanted = Box.around(*drawing.projection.point(*point), width, height)
            box = _free_place(drawing, wanted, taken, bounds, reach * pen.k)
            if box is not None:
                base = box.y0 + height * 0.27
                pen.write(box.center[0], base, text, size, bold=bold, color=_COLOR, align="center", z=8)
                taken.add(box)
                placed[f"margin:{text}"] = box
                break
        else:
            if kind == "archipelago":  # named wherever national territory is drawn, also on a crowded sheet
                pen.write(*wanted.center, text, sizes[-1], bold=bold, color=_COLOR, align="center", z=8)
                placed[f"margin:{text}"] = wanted
    return placed


def _free_place(drawing: MapDrawing, wanted: Box, taken: Taken, bounds: Box, reach: float) -> Box | None:
    """Return the place nearest to the wanted one, within reach, that covers neither territory nor panels nor names.

    Never across the territory: CAMPUCHIA on the far side of the province would be a false statement.
    """
    half = np.array([wanted.width, wanted.height]) / 2
    xs = np.arange(bounds.x0 + half[0] + 1, bounds.x1 - half[0] - 1, _STEP)
    ys = np.arange(bounds.y0 + half[1] + 1, bounds.y1 - half[1] - 1, _STEP)
    centers = np.column_stack([axis.ravel() for axis in np.meshgrid(xs, ys)])
    boxes = np.column_stack([centers - half, centers + half])
    boxes = boxes[drawing.ground.territory.clear(drawing.projection.ground(boxes + _CLEAR))]
    far = np.hypot(*(boxes[:, :2] + half - np.array(wanted.center)).T)
    near = np.argsort(far, kind="stable")[: int(np.count_nonzero(far <= reach))]
    for row in boxes[near].tolist():
        box = Box(*row)
        if taken.free(box, gap=1.0) and not _across(drawing, wanted, box):
            return box
    return None


def _across(drawing: MapDrawing, wanted: Box, box: Box) -> bool:
    """Tell whether the territory lies between two places."""
    ends = drawing.projection.ground(np.array([[*wanted.center, *box.center]])).reshape(2, 2)
    return bool(shapely.intersects(drawing.ground.outline, shapely.linestrings(ends)))
