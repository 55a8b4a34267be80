"""Programs that no one here wrote read ``/ogc`` and ``/maps``: GDAL (old and new), OWSLib, LibreOffice."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from e2e.process import ROOT, get, server
from openpyxl import load_workbook
from owslib.ogcapi.features import Features
from workbook_files import converted

from geo.boundaries import load
from service.ogc_documents import as_csv

LEVELS = "ntm-levels-kontum-2015"
UNITS = 102
ZONE = "EPSG:9216"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("clients")
    with server(ROOT, folder / "log.txt", NTM_DATA=str(folder)) as found:
        yield found


@pytest.fixture(scope="module")
def served(address: str) -> dict[str, Any]:
    page: dict[str, Any] = json.loads(get(f"{address}/ogc/collections/{LEVELS}/items?f=json"))
    return {feature["id"]: feature["properties"] for feature in page["features"]}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def gdal(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one of Debian's GDAL programs, which must be there and succeed."""
    assert shutil.which(command[0]), f"{command[0]} is missing: apt install gdal-bin"
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env=os.environ | environment
    )
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return done


def same_places(found: gpd.GeoSeries, system: str, tolerance: float) -> None:
    expected = load("kontum-2015").units.geometry.to_crs(system)
    assert set(found.index) == set(expected.index)
    for code, outline in found.items():
        assert shapely.normalize(outline).equals_exact(shapely.normalize(expected[code]), tolerance), code


# GDAL ----------------------------------------------------------------------------------------------------------------


def test_ogrinfo_lists_every_collection_and_counts_the_units(address: str) -> None:
    listed = gdal("ogrinfo", "-ro", f"OAPIF:{address}/ogc")
    assert sum("-kontum-2015" in line for line in listed.stdout.splitlines()) == 10
    summary = gdal("ogrinfo", "-ro", "-so", f"OAPIF:{address}/ogc", LEVELS).stdout
    assert f"Feature Count: {UNITS}" in summary
    assert "as_of: Date" in summary
    assert "class_label: String" in summary


def test_ogr2ogr_copies_units_with_outlines_and_diacritics(
    address: str, served: dict[str, Any], tmp_path: Path
) -> None:
    target = tmp_path / "out.gpkg"
    gdal("ogr2ogr", "-f", "GPKG", str(target), f"OAPIF:{address}/ogc", LEVELS)
    frame = gpd.read_file(target).set_index("code")
    assert len(frame) == UNITS
    same_places(frame.geometry, "EPSG:4326", 1e-7)
    for name in ("name", "district", "class", "class_label", "color", "tooltip"):
        assert frame[name].to_dict() == {code: row[name] for code, row in served.items()}
    assert str(pd.Timestamp(frame["as_of"].iloc[0]).date()) == served["23293"]["as_of"]


def test_ogr2ogr_of_debian_turns_degrees_into_the_zone_of_the_province(address: str, tmp_path: Path) -> None:
    target = tmp_path / "zone.gpkg"
    gdal("ogr2ogr", "-f", "GPKG", "-t_srs", ZONE, str(target), f"OAPIF:{address}/ogc", LEVELS)
    same_places(gpd.read_file(target).set_index("code").geometry, ZONE, 0.02)


def test_gdal_of_debian_finds_what_a_condition_says(address: str, served: dict[str, Any]) -> None:
    expected = sum(row["class"] == "standard" for row in served.values())
    for where in ("class = 'standard'", "class IN ('standard') AND as_of >= '2024-01-01'"):
        found = gdal("ogrinfo", "-ro", "-so", "-where", where, f"OAPIF:{address}/ogc", LEVELS).stdout
        assert f"Feature Count: {expected}" in found


def test_a_window_and_a_time_are_left_to_the_service(address: str) -> None:
    # Whether conditions on other properties are, GDAL decides by the OpenAPI document.
    program = (
        "import pyogrio, sys; frame = pyogrio.read_dataframe(sys.argv[1], layer=sys.argv[2], "
        "bbox=(107.9, 14.3, 108.05, 14.4), where=\"as_of >= '2024-01-01'\"); "
        "print(len(frame), set(frame.as_of.astype(str)))"
    )
    done = gdal(sys.executable, "-c", program, f"OAPIF:{address}/ogc", LEVELS, CPL_DEBUG="ON")
    asked = [line for line in done.stderr.splitlines() if "Fetch" in line and "/items?" in line]
    assert any("&bbox=" in line and "datetime=2024-01-01" in line for line in asked), asked
    units = load("kontum-2015").units
    assert done.stdout.split() == [
        str(units.intersects(shapely.box(107.9, 14.3, 108.05, 14.4)).sum()),
        "{'2025-06-30'}",
    ]


@pytest.mark.parametrize(("system", "tolerance"), [("", 1e-7), (ZONE, 0.01), ("EPSG:3857", 0.01)])
def test_new_gdal_reads_units_in_every_system(
    address: str, served: dict[str, Any], system: str, tolerance: float
) -> None:
    options = {"CRS": system} if system else {}
    frame = pyogrio.read_dataframe(f"OAPIF:{address}/ogc", layer=LEVELS, **options).set_index("code")
    assert frame.crs.equals(system or "OGC:CRS84")
    same_places(frame.geometry, system or "EPSG:4326", tolerance)
    assert frame["name"].to_dict() == {code: row["name"] for code, row in served.items()}
    assert pd.api.types.is_datetime64_any_dtype(frame["as_of"])


def test_new_gdal_reads_units_page_by_page_and_through_a_window(address: str) -> None:
    pages = pyogrio.read_dataframe(f"OAPIF:{address}/ogc", layer=LEVELS, PAGE_SIZE=25)
    assert (len(pages), pages["code"].nunique()) == (UNITS, UNITS)
    box = (107.9, 14.3, 108.05, 14.4)
    within = pyogrio.read_dataframe(f"OAPIF:{address}/ogc", layer=LEVELS, bbox=box)
    units = load("kontum-2015").units
    assert set(within["code"]) == set(units.index[units.intersects(shapely.box(*box))])
    some = pyogrio.read_dataframe(
        f"OAPIF:{address}/ogc", layer=LEVELS, where="class = 'standard' AND name LIKE 'Xã Đăk%'"
    )
    assert 0 < len(some) < UNITS
    assert set(some["class"]) == {"standard"}
    assert some["name"].str.startswith("Xã Đăk").all()


def test_new_gdal_knows_numbers(address: str) -> None:
    frame = pyogrio.read_dataframe(f"OAPIF:{address}/ogc", layer="district-progress-kontum-2015")
    assert [str(frame[name].dtype) for name in ("value", "communes")] == ["float64", "int32"]
    assert frame.geometry.isna().sum() == 1


# OWSLib --------------------------------------------------------------------------------------------------------------


def test_owslib_finds_collections_and_their_items(address: str, served: dict[str, Any]) -> None:
    service = Features(f"{address}/ogc")
    assert len(service.feature_collections()) == 60
    assert any(one.endswith("ogcapi-features-2/1.0/conf/crs") for one in service.conformance()["conformsTo"])
    assert service.collection(LEVELS)["id"] == LEVELS
    assert "class_label" in service.collection_queryables(LEVELS)["properties"]
    found = service.collection_items(LEVELS, limit=5, datetime_="2024-12", filter="class = 'standard'")
    assert len(found["features"]) == 5
    assert {feature["properties"]["as_of"] for feature in found["features"]} == {"2024-12-31"}
    one = service.collection_item(LEVELS, "23311")
    assert one["properties"] == served["23311"]
    posted = service.collection_items(LEVELS, cql={"op": "=", "args": [{"property": "code"}, "23311"]})
    assert [feature["id"] for feature in posted["features"]] == ["23311"]


# A spreadsheet -------------------------------------------------------------------------------------------------------


def opened(content: bytes, folder: Path) -> list[tuple[Any, ...]]:
    """Return the rows of a CSV file as LibreOffice has them."""
    assert shutil.which("soffice"), "LibreOffice is missing: apt install libreoffice-calc"
    book = load_workbook(io.BytesIO(converted(content, "csv", "xlsx", folder)))
    return list(book.worksheets[0].iter_rows(values_only=True))


@pytest.mark.parametrize(
    "path", [f"/ogc/collections/{LEVELS}/items?f=csv", "/maps/ntm-levels.csv?period=2025-06&boundary=kontum-2015"]
)
def test_libreoffice_opens_a_csv_with_every_row_column_and_diacritic(address: str, tmp_path: Path, path: str) -> None:
    content = get(address + path)
    told = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    rows = opened(content, tmp_path)
    assert (len(rows), {len(row) for row in rows}) == (UNITS + 1, {len(told[0])})
    assert list(rows[0]) == told[0]
    name = next(i for i, cell in enumerate(told[0]) if cell in {"name", "Đơn vị"})
    assert [row[name] for row in rows] == [row[name] for row in told]
    assert "Xã Đăk Cấm" in {row[name] for row in rows}


def test_a_cell_that_looks_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    texts = ["=1+1", "+1+1", "-1+1", "@SUM(1,1)", "Xã Đăk Cấm"]
    document = {"features": [{"properties": {"name": text}, "geometry": None} for text in texts]}
    rows = opened(as_csv(document), tmp_path)
    assert [row[0] for row in rows] == ["name", *(f"'{text}" for text in texts[:-1]), texts[-1]]
