"""Repair of boundary geometry: from outlines as they come from the field to a coverage that can be stored.

What is done, in this order: coordinates are rounded to the digits that are stored; crossing outlines become
the parts they enclose; vertices within a metre are made one; all units are cut along each other's edges, so
that neighbours share them. Then every piece is given to one unit:

- an overlap goes to the smallest of the units that claim it. The smallest would lose the largest share of
  itself, and a town drawn upon a commune that has no hole for it stays;
- a narrow gap and a sliver go to the neighbour with which they share the longest edge;
- a wide gap stays open (a lake, an enclave of another province, a missing unit), an islet stays where it is.

The cutting is GEOS' coverage cleaner (``shapely.coverage_clean``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from base.errors import BoundaryError
from geo.coverage import (
    SPECK_KM2,
    WIDE_GAP,
    GeometryFault,
    Indices,
    Shapes,
    find_faults,
    find_gaps,
    find_slivers,
    km2,
    sound,
)

#: Digits behind the point of stored degrees: 0.1 m, as in the versions that ship.
DIGITS: Final = 6
#: A change of a unit's area above this is told.
TOLD_SHARE: Final = 0.01
#: Vertices nearer than this are made one, in degrees (1 m, 0.1 m, 0.01 m): the finer one where the coarser
#: one would lose or mislay a unit.
SNAPS: Final = (1e-5, 1e-6, 1e-7)
#: Rounding may tear a coverage anew; it is then repaired once more, at most so often.
ROUNDS: Final = 5
#: So many units are named when the repair fails.
TOLD_UNITS: Final = 10
#: Takes how much is done (0 to 1) and what is being done, a key of the translations.
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class AreaChange:
    """A unit whose area the repair changed by more than :data:`TOLD_SHARE`.

    Attributes
    ----------
    unit
        Key of the unit.
    before_km2, after_km2
        Area of the outline as drawn (what a crossing outline encloses) and as repaired.
    share
        Change as a share of the area before: -0.02 is a loss of 2 %.
    """

    unit: str
    before_km2: float
    after_km2: float
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """What :func:`repair` made.

    Attributes
    ----------
    frame
        The units with valid MultiPolygons that are a coverage, rounded to :data:`DIGITS`. EPSG:4326.
    changes
        Every unit whose area changed by more than 1 %, the largest share first.
    faults_left
        What is still to be looked at: wide gaps, and units of which nothing is left (empty, or drawn wholly
        upon others). A list with an empty unit must not be taken.
    """

    frame: gpd.GeoDataFrame
    changes: list[AreaChange]
    faults_left: list[GeometryFault]


def repair(frame: gpd.GeoDataFrame, metric_crs: str, progress: Progress | None = None) -> Repaired:
    """Return the units as a coverage that can be stored.

    Parameters
    ----------
    frame
        Units indexed by their key, EPSG:4326; other columns are kept.
    metric_crs
        System in which areas and widths are measured, for example ``EPSG:9216``.
    progress
        Told how far the work is.

    Raises
    ------
    BoundaryError
        The outlines are so entangled that no coverage could be made of them; the message names the units.
    """
    tell = progress or _silent
    tell(0.0, "Sửa hình không hợp lệ")
    drawn = sound(frame.geometry.to_numpy())
    shapes = _rounded(drawn)
    for turn in range(ROUNDS):
        if _settled(shapes, metric_crs):
            break
        tell(0.1 + 0.8 * turn / ROUNDS, "Ghép các đơn vị thành một lớp phủ kín")
        shapes = _cut(sound(shapes), frame.index)
        tell(0.1 + 0.8 * (turn + 0.7) / ROUNDS, "Lấp khe hở, bỏ mảnh vụn")
        shapes = _rounded(_given_away(shapes, metric_crs))
    else:
        _refuse(frame.index[~shapely.is_valid(shapes) | ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))])
    tell(0.9, "Kiểm tra kết quả")
    whole = _united(len(frame), *shapely.get_parts(shapes, return_index=True))
    made = frame.set_geometry(gpd.GeoSeries(whole, index=frame.index, crs="EPSG:4326"))
    changes = _changes(frame, km2(drawn, metric_crs), km2(whole, metric_crs))
    left = find_faults(made, metric_crs)
    tell(1.0, "Kiểm tra kết quả")
    return Repaired(made, changes, left)


def _silent(_fraction: float, _text: str) -> None:
    """Tell nobody."""


def _rounded(shapes: Shapes) -> Shapes:
    rounded: Shapes = shapely.transform(shapes, lambda points: np.round(points, DIGITS))
    return rounded


def _settled(shapes: Shapes, metric_crs: str) -> bool:
    """Tell whether nothing is left to do."""
    if not shapely.is_valid(shapes).all() or not shapely.coverage_is_valid(shapes):
        return False
    gaps = find_gaps(shapes, metric_crs, np.zeros(len(shapes), dtype=bool))
    return set(gaps.reasons) <= {WIDE_GAP} and not find_slivers(shapes, metric_crs)[2].any()


def _cut(shapes: Shapes, keys: pd.Index[str]) -> Shapes:
    """Return the units cut along each other's edges, every overlap in one of them."""
    drawn = ~shapely.is_empty(shapes)
    cut, gained = shapes.copy(), np.zeros(len(shapes), dtype=bool)
    for snap in SNAPS:
        with np.errstate(invalid="ignore"):  # GEOS compares with a width that is not set
            cut[drawn] = shapely.coverage_clean(  # type: ignore[attr-defined] # the stubs are older than shapely 2.2
                shapes[drawn], snapping_distance=snap, merge_strategy="min_area"
            )
        # Cutting gives no unit more than was drawn of it: else an edge was lost, and what it bounded was mislaid.
        moved = snap * shapely.length(shapes)
        changed = np.abs(shapely.area(cut) - shapely.area(shapes)) > moved
        gained[:] = False
        gained[changed] = shapely.area(shapely.difference(cut[changed], shapes[changed])) > moved[changed]
        if not gained.any() and not shapely.is_empty(cut[drawn]).any():
            break
    _refuse(keys[gained])
    return cut


def _refuse(keys: pd.Index[str]) -> None:
    if len(keys):
        raise BoundaryError(
            "Không ghép được thành lớp phủ kín: đường ranh giới quá rối ở {units}. Hãy sửa hình của các đơn vị ấy "
            "trong tệp rồi nạp lại.",
            units=", ".join(keys[:TOLD_UNITS].astype(str)),
        )


def _given_away(shapes: Shapes, metric_crs: str) -> Shapes:
    """Return a coverage whose narrow gaps and slivers belong to the neighbour with the longest shared edge."""
    gaps = find_gaps(shapes, metric_crs, np.zeros(len(shapes), dtype=bool))
    narrow = np.array([reason != WIDE_GAP for reason in gaps.reasons], dtype=bool)
    parts, owner, sliver = find_slivers(shapes, metric_crs)
    if not narrow.any() and not sliver.any():
        return shapes
    bodies = _united(len(shapes), parts[~sliver], owner[~sliver])
    faces = np.concatenate([gaps.shapes[narrow], parts[sliver]])
    owners = np.concatenate([np.full(narrow.sum(), -1), owner[sliver]])
    while len(faces):
        taker = _takers(bodies, faces)
        taken = taker >= 0
        if not taken.any():
            break
        # A face among other faces only finds its neighbour once these have been given away.
        bodies = _with(bodies, faces[taken], taker[taken])
        faces, owners = faces[~taken], owners[~taken]
    kept = (owners >= 0) & (km2(faces, metric_crs) >= SPECK_KM2)
    return _with(bodies, faces[kept], owners[kept])


def _united(count: int, parts: Shapes, owner: Indices) -> Shapes:
    """Return ``count`` units made of parts that touch in points at most."""
    units = np.full(count, shapely.MultiPolygon(), dtype=object)
    shapely.multipolygons(parts, indices=owner, out=units)
    return units


def _takers(bodies: Shapes, faces: Shapes) -> Indices:
    """Return the unit with the longest edge shared with each face; -1 where none shares any."""
    face, unit = shapely.STRtree(bodies).query(faces, predicate="intersects")
    shared = shapely.length(shapely.intersection(shapely.boundary(faces[face]), shapely.boundary(bodies[unit])))
    face, unit, shared = face[shared > 0], unit[shared > 0], shared[shared > 0]
    order = np.lexsort((-shared, face))
    given, first = np.unique(face[order], return_index=True)
    takers = np.full(len(faces), -1)
    takers[given] = unit[order][first]
    return takers


def _with(bodies: Shapes, faces: Shapes, taker: Indices) -> Shapes:
    grown = bodies.copy()
    for unit in np.unique(taker):
        grown[unit] = shapely.coverage_union_all([bodies[unit], *faces[taker == unit]])
    return grown


def _changes(frame: gpd.GeoDataFrame, before: NDArray[np.float64], after: NDArray[np.float64]) -> list[AreaChange]:
    share = np.divide(after - before, before, out=np.zeros(len(frame)), where=before > 0)
    told = np.flatnonzero(np.abs(share) > TOLD_SHARE)
    told = told[np.argsort(-np.abs(share[told]), kind="stable")]
    return [AreaChange(str(frame.index[i]), float(before[i]), float(after[i]), float(share[i])) for i in told]
