"""Faults of geometry in words, the same in a terminal, on a picture and on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from base.numbers import number
from geo.coverage import SLIVER_KM2, FaultKind, GeometryFault

#: What each kind of fault is called; keys of the translations.
KINDS: Final[Mapping[FaultKind, str]] = {
    "invalid": "hình không hợp lệ",
    "empty": "không có hình",
    "overlap": "chồng lấn",
    "gap": "khe hở",
    "sliver": "mảnh vụn",
}


def area_text(km2: float, lang: str) -> str:
    """Return an area as it is read best: ``0,698 km²``, and below one hectare ``399 m²``."""
    if km2 < SLIVER_KM2:
        return f"{number(round(km2 * 1e6), lang)} m²"
    return f"{number(km2, lang, 3)} km²"


def worst(faults: Sequence[GeometryFault], most: int) -> list[int]:
    """Return the places of the worst faults: those that have no area first, then the largest."""
    order = sorted(range(len(faults)), key=lambda at: (faults[at].area_km2 > 0, -faults[at].area_km2))
    return order[:most]
