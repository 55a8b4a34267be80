"""Names outside the units of a map: neighbours by configuration, and the archipelagos wherever the nation is drawn."""

from __future__ import annotations

from geo.boundaries import CatalogueEntry, archipelagos
from programme.province import Margin, Province


def margins_of(province: Province, entry: CatalogueEntry) -> tuple[Margin, ...]:
    """Return the names that stand around a province as a boundary version draws it.

    On a map of the national territory Hoàng Sa and Trường Sa are always among them (law 27/2018/QH14 on surveying
    and mapping), in the middle of their outlines.
    """
    if not entry.national:
        return tuple(province.margins)
    frame = archipelagos()
    islands = [
        Margin(vi=vi, en=en, lon=(x0 + x1) / 2, lat=(y0 + y1) / 2, kind="archipelago")
        for vi, en, (x0, y0, x1, y1) in zip(frame["vi"], frame["en"], frame.bounds.to_numpy(), strict=True)
    ]
    return (*islands, *province.margins)
