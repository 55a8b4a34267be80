"""What a boundary file is held against: an official list, the version that draws it now, and where it must lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pyogrio
import shapely

from base.errors import StateError
from geo.boundaries import BoundaryVersion, CatalogueEntry, catalogue, folder_of, load
from geo.names import Alias, curated_aliases
from intake.boundary_asked import Asked
from programme.province import Province, province_of, provinces
from programme.units import Unit
from store.ledger import Ledger
from store.queries import LedgerFacts

#: Longitudes and latitudes (EPSG:4326) of the national territory with Hoàng Sa and Trường Sa.
_TERRITORY: Final = (102.0, 6.4, 118.0, 23.5)
#: For an area wider than one zone of VN-2000, whose scale is off by 2 % at Trường Sa: every area is true, and lengths
#: are within 0.4 % on the mainland. No registered system is centred on Việt Nam.
_EQUAL_AREA: Final = "+proj=laea +lat_0=16 +lon_0=108 +datum=WGS84 +units=m +no_defs"

#: Column of a version's file with the published areas, km².
PUBLISHED: Final = "area_published_km2"


@dataclass(frozen=True, eq=False)
class Reference:
    """One list of units, as it is known and drawn now; can be pickled.

    Attributes
    ----------
    province
        Whose list it is.
    drawn
        The version that draws the list now; ``None`` when the file brings its own list.
    first
        Entry of the version that drew the list first; ``None`` as above.
    units
        The official list by code; empty as above.
    aliases
        Curated and confirmed spellings.
    names
        Official names by which a text encoding is told: those of the list, or of every list when there is none.
    published
        Published area by code, km²; units without one are absent.
    versions
        Entries of every version known, by id.
    """

    province: Province
    drawn: BoundaryVersion | None
    first: CatalogueEntry | None
    units: Mapping[str, Unit]
    aliases: tuple[Alias, ...]
    names: frozenset[str]
    published: Mapping[str, float]
    versions: Mapping[str, CatalogueEntry]

    @property
    def own_list(self) -> bool:
        """Whether the file brings its own list of units."""
        return self.drawn is None

    def outline(self) -> shapely.Geometry:
        """Return where the features must lie (EPSG:4326): the area now drawn, or the national territory."""
        if self.drawn is None:
            return shapely.box(*_TERRITORY)
        return shapely.coverage_union_all(self.drawn.units.geometry.to_numpy())

    @property
    def metric_crs(self) -> str:
        """The system in which areas are measured: the list's, or that of another version of the province."""
        own = [entry.metric_crs for entry in self.versions.values() if entry.province == self.province.key]
        return self.drawn.entry.metric_crs if self.drawn else next(iter(own), _EQUAL_AREA)


def references(asked: Asked, ledger: Ledger) -> list[Reference]:
    """Return the lists that a file may be of: one, or all of a province, or all there are.

    Raises
    ------
    StateError
        Province or version is unknown, they contradict each other, or a file with its own list names no province.
    BoundaryError
        The version that draws a list is damaged.
    """
    if asked.own_list:
        if not asked.province:
            known = ", ".join(provinces())
            raise StateError("Tệp mang danh mục riêng: hãy chọn tỉnh (--province): {known}.", known=known)
        return [_own(province_of(asked.province), ledger)]
    if asked.boundary:
        return [_of_list(_chosen(asked), ledger)]
    wanted = [province_of(asked.province)] if asked.province else list(provinces().values())
    lists = {entry.units_of for entry in catalogue().values() if entry.province in {one.key for one in wanted}}
    found = [_of_list(catalogue()[key], ledger) for key in sorted(lists) if key in catalogue()]
    if not found:
        raise StateError(
            "Tỉnh “{province}” chưa có danh mục đơn vị nào để đối chiếu. Hãy nạp tệp mang danh mục riêng (--own-list).",
            province=asked.province,
        )
    return found


def _chosen(asked: Asked) -> CatalogueEntry:
    entry = catalogue().get(asked.boundary)
    if entry is None:
        raise StateError("Không có phiên bản ranh giới “{version}”.", version=asked.boundary)
    if asked.province and asked.province != entry.province:
        raise StateError(
            "Phiên bản “{version}” là của tỉnh “{province}”, không phải của tỉnh “{asked}”.",
            version=entry.id,
            province=entry.province,
            asked=province_of(asked.province).key,
        )
    return entry


def facts_of_list(province: str, unit_list: str, ledger: Ledger) -> LedgerFacts:
    """Return everything known now of the units of one list."""
    return LedgerFacts(ledger, province, ledger.version(), unit_list)


def _of_list(entry: CatalogueEntry, ledger: Ledger) -> Reference:
    facts = facts_of_list(entry.province, entry.units_of, ledger)
    chosen = facts.boundary_defaults.get(entry.units_of, entry.units_of)
    first = catalogue().get(entry.units_of, entry)
    confirmed = [Alias(one.written, one.district, one.code) for one in facts.aliases]
    return Reference(
        province=province_of(entry.province),
        drawn=load(chosen if chosen in catalogue() else entry.id),
        first=first,
        units=facts.units,
        aliases=(*confirmed, *curated_aliases(entry.units_of)),
        names=frozenset(_names(facts.units.values())),
        published=_published(first),
        versions=catalogue(),
    )


def _own(province: Province, ledger: Ledger) -> Reference:
    everybody = [LedgerFacts(ledger, key, ledger.version()).units.values() for key in provinces()]
    names = frozenset(name for units in everybody for name in _names(units))
    return Reference(province, None, None, {}, (), names, {}, catalogue())


def _published(entry: CatalogueEntry) -> dict[str, float]:
    """Return the published areas that a version's file has beside its outlines."""
    table = pyogrio.read_dataframe(folder_of(entry.id) / entry.geometry_file, read_geometry=False)
    if PUBLISHED not in table.columns:
        return {}
    codes = table["code"] if "code" in table.columns else table["ward_code"]
    return {str(code): float(area) for code, area in zip(codes, table[PUBLISHED], strict=True) if area > 0}


def _names(units: Iterable[Unit]) -> Iterable[str]:
    for unit in units:
        yield from (unit.name, unit.district_name, *unit.variants)
