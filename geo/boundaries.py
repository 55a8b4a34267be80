"""Boundary versions: immutable folders with a catalogue entry and one geometry file.

A unit is known by (code, boundary version), never by a bare code: of the 40 units that replaced
Kon Tum's 102 on 2025-07-01, 21 carry a code that belonged to a unit of another name.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import geopandas as gpd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from base.clock import Month
from base.errors import BoundaryError
from base.settings import SHIPPED_DATA, user_data

UNIT_COLUMNS = (
    "name",
    "kind",
    "district_code",
    "area_km2",
    "border_lao_km",
    "border_khm_km",
    "note",
    "geometry",
)
_RENAMED = {"ward_code": "code", "ward_name": "name", "ward_type": "kind", "geom_note": "note"}

CATALOGUE_FILE = "catalogue.toml"
MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"


class KnownDefect(BaseModel):
    """A defect of the geometry, said in both languages; ``between``: the line of two units (codes) is a sketch."""

    vi: str
    en: str
    between: tuple[str, str] | None = None
    label_vi: str = ""
    label_en: str = ""


class CatalogueEntry(BaseModel):
    """What must be known of a boundary version before it may be drawn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    province: str
    name_vi: str
    name_en: str
    area_levels: list[str] = Field(min_length=1)
    valid_from: str = Field(pattern=MONTH)
    valid_to: str | None = Field(default=None, pattern=MONTH)
    crs: str
    metric_crs: str
    official_area_km2: float = Field(gt=0)
    units: int = Field(gt=0)
    geometry_file: str
    geometry_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    border_file: str | None = None
    #: Id of the version that drew these units first: several versions may draw one list of units.
    unit_list: str = ""
    #: The units were made when the list began, by a reorganisation: none had been assessed as such before.
    reorganised: bool = False
    #: Of an imported version: who recorded it and when (ISO), the file it came from, and that file's hash.
    author: str = ""
    recorded_at: str = ""
    original_file: str = ""
    original_sha256: str = ""
    source_vi: str = Field(min_length=1)
    source_en: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    decree: str = Field(min_length=1)
    label_vi: str
    label_en: str
    known_defects: list[KnownDefect]

    @property
    def units_of(self) -> str:
        """Id of the list of units that the version draws."""
        return self.unit_list or self.id

    @property
    def national(self) -> bool:
        """Whether the version draws the national territory: Hoàng Sa and Trường Sa then show, too."""
        return self.area_levels[0] == "nation"

    @property
    def first_month(self) -> Month:
        """First month the version holds."""
        return Month.parse(self.valid_from)

    @property
    def last_month(self) -> Month | None:
        """Last month the version holds; ``None`` while it is in force."""
        return Month.parse(self.valid_to) if self.valid_to else None

    def covers(self, month: Month) -> bool:
        """Tell whether ``month`` lies within the version's validity."""
        return self.first_month <= month and (self.last_month is None or month <= self.last_month)


@dataclass(frozen=True, eq=False)
class BoundaryVersion:
    """A loaded boundary version; treat the frames as read-only, they are shared.

    Attributes
    ----------
    entry
        The catalogue entry.
    units
        Indexed by unit ``code`` (str, 5 digits). Columns: ``name`` (str, spelling of the
        geometry's source), ``kind`` (str), ``district_code`` (str), ``area_km2`` (float, km²),
        ``border_lao_km`` and ``border_khm_km`` (float, km of national boundary), ``note`` (str, ``ok``
        or what is wrong with the outline), ``former_province`` (str, key; empty where provinces were not merged),
        ``geometry`` (MultiPolygon). CRS EPSG:4326.
    border
        National boundary lines: ``neighbour`` (``LAO`` or ``KHM``), ``geometry``; empty without such a boundary.
        CRS EPSG:4326.
    """

    entry: CatalogueEntry
    units: gpd.GeoDataFrame
    border: gpd.GeoDataFrame

    @property
    def id(self) -> str:
        """Identifier of the version, for example ``kontum-2015``."""
        return self.entry.id


def _roots() -> tuple[Path, ...]:
    return SHIPPED_DATA / "boundaries", user_data() / "boundaries"


def catalogue() -> dict[str, CatalogueEntry]:
    """Return every boundary version that can be read, by id, from both roots; a new one is seen at the next call.

    An entry that cannot be read is left out and logged, so that one bad import does not take every
    other map down; asking for it by name says what is wrong with it (:func:`load`).
    """
    return _catalogue(tuple(root.stat().st_mtime_ns if root.exists() else 0 for root in _roots()))


def forget() -> None:
    """Read everything anew at the next call; versions never change, so that only their folders' ends need this."""
    _catalogue.cache_clear()
    load.cache_clear()


@lru_cache(maxsize=2)
def _catalogue(_changed: tuple[int, ...]) -> dict[str, CatalogueEntry]:
    found = {}
    for folder in _folders():
        try:
            entry = _read_entry(folder / CATALOGUE_FILE)
        except BoundaryError as error:
            logging.getLogger(__name__).warning("%s", error)
        else:
            found[entry.id] = entry
    return found


def _folders() -> list[Path]:
    return [path.parent for root in _roots() for path in sorted(root.glob(f"*/{CATALOGUE_FILE}"))]


def _read_entry(path: Path) -> CatalogueEntry:
    try:
        return CatalogueEntry.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BoundaryError("Không đọc được {file}: {why}.", file=path, why=error) from error
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
        raise BoundaryError("Mục danh mục {file} thiếu hoặc sai trường: {fields}.", file=path, fields=fields) from error


def versions_of(province: str) -> list[CatalogueEntry]:
    """Return the versions of a province, oldest first."""
    return sorted((e for e in catalogue().values() if e.province == province), key=lambda e: e.valid_from)


def version_for(province: str, month: Month, defaults: Mapping[str, str] | None = None) -> CatalogueEntry:
    """Return the version in force in ``month``.

    Parameters
    ----------
    province, month
        Key of a province with versions of its own, and the month to be drawn.
    defaults
        Chosen version by unit list; without a choice the version that drew the list first holds.

    Raises
    ------
    BoundaryError
        No version of the province covers the month; the message says which months are covered.
    """
    known = versions_of(province)
    covering = {entry.id: entry for entry in known if entry.covers(month)}
    for entry in covering.values():
        chosen = (defaults or {}).get(entry.units_of, entry.units_of)
        return covering.get(chosen, entry)
    if not known:
        _explain_missing(province)
        raise BoundaryError("Chưa có ranh giới nào của tỉnh “{province}”.", province=province)
    spans = ", ".join(f"{e.first_month.label} – {e.last_month.label if e.last_month else '…'}" for e in known)
    raise BoundaryError(
        "Tháng {month} nằm ngoài mọi phiên bản ranh giới đang có ({spans}). Hãy chọn tháng trong khoảng đó.",
        month=month.label,
        spans=spans,
    )


def _explain_missing(name: str) -> None:
    """Raise what is wrong with the catalogue entry of a version, or of a province's version, if it is there."""
    for folder in _folders():
        if folder.name.startswith(name):
            _read_entry(folder / CATALOGUE_FILE)


def folder_of(version: str) -> Path:
    """Return the folder of a version, which need not be complete; errors as :func:`load`."""
    if version not in catalogue():
        _explain_missing(version)
        raise BoundaryError("Không có phiên bản ranh giới “{version}”.", version=version)
    return next(root / version for root in _roots() if (root / version / CATALOGUE_FILE).exists())


def parts_of(version: str) -> list[str]:
    """Return the keys of the provinces that were merged into the one of a version; empty where none were."""
    return sorted(set(load(version).units["former_province"]) - {""})


@cache
def load(version: str, part: str = "") -> BoundaryVersion:
    """Load a boundary version and check it against its catalogue entry.

    Parameters
    ----------
    version
        Id of the version.
    part
        Key of a former province: only the units of its area are kept. Empty: all.

    Raises
    ------
    BoundaryError
        The version is unknown, its file is missing, its hash differs from the entry's, a column
        is missing, a code is repeated, a geometry is invalid, units overlap or leave gaps, or no unit is
        in the part.
    """
    if part:
        whole = load(version)
        units = whole.units[whole.units["former_province"] == part]
        if units.empty:
            raise BoundaryError(
                "Ranh giới {version} không có đơn vị nào của địa bàn “{part}”.", version=version, part=part
            )
        return BoundaryVersion(whole.entry, units, whole.border)
    folder = folder_of(version)
    entry = catalogue()[version]
    border = _read_border(folder / entry.border_file) if entry.border_file else _NO_BORDER
    return BoundaryVersion(entry, _read_units(folder / entry.geometry_file, entry), border)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BoundaryError(
            "Thiếu tệp ranh giới {file}. Hãy lấy lại thư mục dữ liệu của phiên bản này.", file=path.name
        ) from error


def _read_features(path: Path, content: bytes) -> gpd.GeoDataFrame:
    try:
        if path.suffix == ".fgb":
            return gpd.read_file(io.BytesIO(content), engine="pyogrio")
        return gpd.GeoDataFrame.from_features(json.loads(content)["features"], crs="EPSG:4326")
    except (ValueError, KeyError, TypeError) as error:
        raise BoundaryError("Tệp ranh giới {file} hỏng: {why}.", file=path.name, why=error) from error


@cache
def archipelagos() -> gpd.GeoDataFrame:
    """Return Hoàng Sa and Trường Sa: ``code``, ``vi``, ``en``, ``geometry``; CRS EPSG:4326.

    Source: data/boundaries/archipelagos/NOTICE.md.
    """
    path = SHIPPED_DATA / "boundaries" / "archipelagos" / "outlines.geojson"
    return _read_features(path, _read_bytes(path))


_NO_BORDER: Final = gpd.GeoDataFrame({"neighbour": []}, geometry=[], crs="EPSG:4326")


def _read_border(path: Path) -> gpd.GeoDataFrame:
    frame = _read_features(path, _read_bytes(path))
    if "neighbour" not in frame.columns:
        raise BoundaryError("Tệp ranh giới {file} thiếu cột: {columns}.", file=path.name, columns="neighbour")
    return frame


def _read_units(path: Path, entry: CatalogueEntry) -> gpd.GeoDataFrame:
    content = _read_bytes(path)
    if hashlib.sha256(content).hexdigest() != entry.geometry_sha256:
        raise BoundaryError(
            "Tệp ranh giới {file} khác với mã băm trong danh mục: tệp hỏng hoặc đã bị sửa. Hãy lấy lại tệp gốc.",
            file=f"{entry.id}/{path.name}",
        )
    frame = _read_features(path, content).rename(columns=_RENAMED)
    missing = [column for column in ("code", *UNIT_COLUMNS) if column not in frame.columns]
    if missing:
        raise BoundaryError("Tệp ranh giới {file} thiếu cột: {columns}.", file=path.name, columns=", ".join(missing))
    if "former_province" not in frame.columns:
        frame["former_province"] = ""
    check_units(frame.set_index("code"), entry)
    return frame.set_index("code").sort_index()[[*UNIT_COLUMNS, "former_province"]]


def check_units(frame: gpd.GeoDataFrame, entry: CatalogueEntry) -> None:
    """Raise :class:`BoundaryError` when units are repeated, invalid, too few or not a coverage."""
    repeated = sorted(set(frame.index[frame.index.duplicated()]))
    if repeated:
        raise BoundaryError("Ranh giới {version}: mã lặp lại: {codes}.", version=entry.id, codes=", ".join(repeated))
    if len(frame) != entry.units:
        raise BoundaryError(
            "Ranh giới {version} có {found} đơn vị, danh mục ghi {expected}.",
            version=entry.id,
            found=len(frame),
            expected=entry.units,
        )
    invalid = sorted(frame.index[~frame.geometry.is_valid | frame.geometry.is_empty])
    if invalid:
        raise BoundaryError(
            "Ranh giới {version}: hình không hợp lệ: {codes}.", version=entry.id, codes=", ".join(invalid)
        )
    if not frame.is_valid_coverage():
        raise BoundaryError("Ranh giới {version}: các đơn vị chồng lên nhau hoặc hở.", version=entry.id)
