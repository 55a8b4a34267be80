"""The collections of the map service: one for each layer and boundary version, and for each former province in it.

A collection has one list of units and one set of outlines, so that an identifier always means the same unit
(docs/adr/0001-unit-key.md); its month is a parameter.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache

from base.clock import Month, today
from base.errors import NtmError
from base.settings import FIRST_PROVINCE
from geo.boundaries import CatalogueEntry, catalogue, parts_of
from layers.registry import BUILDERS, default_month, facts_of
from layers.view import ViewState
from service.ogc_places import CRS84, EPSG


@dataclass(frozen=True, slots=True)
class Collection:
    """One layer on one boundary version.

    Attributes
    ----------
    id
        ``<layer>-<version>``, with ``-<province>`` behind it for the area of a former province.
    layer
        A key of the layers.
    entry
        Catalogue entry of the version.
    province
        Key of the province whose units are drawn.
    part
        The former province; empty where the whole version is drawn.
    """

    id: str
    layer: str
    entry: CatalogueEntry
    province: str
    part: str

    @property
    def first(self) -> Month:
        """The first month that may be asked for."""
        return self.entry.first_month

    @property
    def last(self) -> Month:
        """The last month that may be asked for: the version's last one, or this one."""
        return min(self.entry.last_month or Month.of(today()), Month.of(today()))

    @property
    def crs(self) -> tuple[str, ...]:
        """Coordinate systems that features are given in, as OGC addresses; the first is that of the store."""
        zone = self.entry.metric_crs.removeprefix("EPSG:")
        return (CRS84, *(f"{EPSG}{code}" for code in ("4326", zone, "3857")))

    def month(self) -> Month:
        """Return the month shown when none is asked for: the layer's usual one, within the version's."""
        return max(self.first, min(default_month(self.layer, facts_of(self.province)), self.last))

    def state(self, month: Month | None = None, lang: str = "vi") -> ViewState:
        """Return the view of a month."""
        return ViewState(
            layer=self.layer, province=self.province, boundary=self.entry.id, period=month or self.month(), lang=lang
        )


def collections() -> dict[str, Collection]:
    """Return every collection by id, in the order of the layers; a version that cannot be read has none."""
    return _collections(tuple((entry.id, entry.geometry_sha256) for entry in catalogue().values()))


@lru_cache(maxsize=2)
def _collections(_known: tuple[tuple[str, str], ...]) -> dict[str, Collection]:
    found = {}
    own_first = sorted(catalogue().items(), key=lambda item: item[1].province != FIRST_PROVINCE)
    areas = [(version, entry, part) for version, entry in own_first for part in _areas(entry)]
    for layer in BUILDERS:
        for version, entry, part in areas:
            key = "-".join(filter(None, (layer, version, part)))
            found[key] = Collection(key, layer, entry, part or entry.province, part)
    return found


def _areas(entry: CatalogueEntry) -> list[str]:
    """Return what is drawn of a version: all of it (empty), and the former provinces but the one that kept its name.

    Nothing of a version that cannot be read.
    """
    try:
        return ["", *(part for part in parts_of(entry.id) if part != entry.province)]
    except NtmError as error:
        logging.getLogger(__name__).warning("%s", error)
        return []
