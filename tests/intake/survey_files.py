"""Boundary files as the survey department hands them in, made from what ships; and files with their own list."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from field_files import written, zipped
from monthly_files import new_ledger

from base.errors import DataError
from geo.boundaries import load
from geo.text import Encoding, encode
from intake.boundary_asked import Asked
from intake.boundary_check import check
from intake.boundary_folders import forget
from intake.boundary_reference import references
from intake.boundary_report import BoundaryReport
from store.ledger import Ledger
from store.queries import LedgerFacts

OFFICE = "Văn phòng Điều phối"
KONTUM = "kontum-2015"


def as_typed(text: str, encoding: Encoding) -> str:
    """Return a text as a table shows it whose bytes are of an old encoding: a letter for each byte."""
    return encode(text, encoding).decode("latin-1")


def survey(encoding: Encoding = "tcvn3", version: str = KONTUM, epsg: int = 9216) -> gpd.GeoDataFrame:
    """Return a version's units in a zone of VN-2000, names and districts in an old encoding, without codes."""
    boundary = load(version)
    units = boundary.units
    districts = {unit.code: unit.district_name for unit in listed(version).values()}
    columns = {
        "TEN_XA": [as_typed(name, encoding) for name in units["name"]],
        "HUYEN": [as_typed(districts[code], encoding) for code in units.index],
    }
    return gpd.GeoDataFrame(columns, geometry=units.geometry.to_numpy(), crs="EPSG:4326").to_crs(epsg)


def listed(version: str = KONTUM) -> dict[str, object]:
    """Return the official units that a version draws."""
    from layers.registry import facts_drawn  # noqa: PLC0415 - the store is opened by the test that asks

    return dict(facts_drawn(load(version).entry.province, version).units)


def shapefile(frame: gpd.GeoDataFrame, *, prj: bool = False) -> bytes:
    """Return a frame as a zipped shapefile with bytes for letters, without what says how to read it."""
    parts = written(frame, ".shp", encoding="ISO-8859-1")
    kept = {".shp", ".shx", ".dbf"} | ({".prj"} if prj else set())
    return zipped({f"xa{ending}": part for ending, part in parts.items() if ending in kept})


def own_list(rows: int = 3, columns: int = 4) -> gpd.GeoDataFrame:
    """Return a small country of squares, three provinces, with its own list of units."""
    boxes = [
        shapely.box(106 + x / 10, 15 + y / 10, 106.1 + x / 10, 15.1 + y / 10)
        for x in range(columns)
        for y in range(rows)
    ]
    count = len(boxes)
    values = {
        "ward_code": [f"{number * 7 + 1:05}" for number in range(count)],
        "ward_name": [f"{('Xã', 'Phường', 'Đặc khu')[number % 3]} Ấp {number}" for number in range(count)],
        "areaKm2": [round(square.area * 11900, 2) for square in boxes],
        "province_code": [f"{number % 3 + 1:02}" for number in range(count)],
    }
    return gpd.GeoDataFrame(values, geometry=boxes, crs="EPSG:4326")


def checked(content: bytes, name: str, ledger: Ledger, **asked: object) -> BoundaryReport:
    """Check a file against the lists of a store."""
    wanted = Asked(**asked)  # type: ignore[arg-type]
    return check(content, name, wanted, references(wanted, ledger))


def refused(content: bytes, name: str, ledger: Ledger, **asked: object) -> DataError:
    """Return the refusal of a file."""
    with pytest.raises(DataError) as error:
        checked(content, name, ledger, **asked)
    return error.value


def facts(ledger: Ledger, province: str = "kontum", unit_list: str = KONTUM) -> LedgerFacts:
    return LedgerFacts(ledger, province, ledger.version(), unit_list)


def own_store(folder: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Return a store of its own, with the folder of imported versions beside it; this process sees no other."""
    monkeypatch.setenv("NTM_DATA", str(folder))
    monkeypatch.setenv("NTM_OFFICE", OFFICE)
    forget()
    return new_ledger(folder, base)


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, but not the store's."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".sqlite3" not in path.name
    }
