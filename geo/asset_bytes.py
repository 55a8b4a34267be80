"""The bytes of a geometry asset: counts and coordinate steps as numbers of one to ten bytes (:mod:`geo.asset`)."""

from __future__ import annotations

import json
import struct
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

#: The bit that tells that another byte of a number follows.
MORE: Final = 0x80


def encode(header: dict[str, object], units: NDArray[np.object_], lines: NDArray[np.object_]) -> bytes:
    """Write the file described in :mod:`geo.asset`; geometries are in whole grid cells."""
    head = json.dumps(header, separators=(",", ":")).encode()
    start = np.array(header["bounds"], dtype=np.int64)[:2]
    return struct.pack("<I", len(head)) + head + _varints(_numbers(start, units, lines))


def _numbers(start: NDArray[np.int64], units: NDArray[np.object_], lines: NDArray[np.object_]) -> NDArray[np.uint64]:
    """Return the numbers of the body: the deltas of all points with the counts put in between."""
    areas, unit = shapely.get_parts(units, return_index=True)
    rings, area = shapely.get_rings(areas, return_index=True)
    paths, line = shapely.get_parts(shapely.line_merge(lines), return_index=True)
    points, owner = shapely.get_coordinates(np.concatenate([rings, paths]), return_index=True)
    # The closing point of a ring repeats the first one; canvas closes the path itself.
    kept = np.append(owner[:-1] == owner[1:], [False]) | (owner >= len(rings))
    whole, owner = points[kept].astype(np.int64), owner[kept]
    steps = np.diff(whole, axis=0, prepend=start[None, :])
    deltas = ((steps << 1) ^ (steps >> 63)).ravel().astype(np.uint64)

    path_at = 2 * np.searchsorted(owner, np.arange(len(rings) + len(paths) + 1))
    area_at = path_at[np.searchsorted(area, np.arange(len(areas)))]
    unit_at = path_at[np.searchsorted(area, np.searchsorted(unit, np.arange(len(units))))]
    line_at = path_at[len(rings) + np.searchsorted(line, np.arange(len(lines)))]
    # Of counts that come before the same point, the outermost is named first: insert keeps their order.
    places = [unit_at, line_at, area_at, path_at[:-1]]
    counts = [
        np.bincount(unit, minlength=len(units)),
        np.bincount(line, minlength=len(lines)),
        np.bincount(area, minlength=len(areas)),
        np.diff(path_at) // 2,
    ]
    numbers: NDArray[np.uint64] = np.insert(deltas, np.concatenate(places), np.concatenate(counts).astype(np.uint64))
    return numbers


def _varints(values: NDArray[np.uint64]) -> bytes:
    """Seven bits a byte, low bits first, the high bit set on all but the last byte."""
    sizes = np.ones(len(values), dtype=np.int64)
    rest = values >> np.uint64(7)
    while rest.any():
        sizes += rest > 0
        rest >>= np.uint64(7)
    starts = np.cumsum(sizes) - sizes
    out = np.zeros(sizes.sum(), dtype=np.uint8)
    for place in range(int(sizes.max(initial=0))):
        longer = sizes > place
        bits = (values[longer] >> np.uint64(7 * place)).astype(np.uint8) & np.uint8(MORE - 1)
        out[starts[longer] + place] = bits | np.where(sizes[longer] > place + 1, np.uint8(MORE), np.uint8(0))
    return out.tobytes()
