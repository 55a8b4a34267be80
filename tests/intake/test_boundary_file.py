"""Boundary files of every format: what is read, and the sentence for each way a file can be bad."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import stat
import struct
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from field_files import (
    CENSUS,
    DRIVERS,
    PARTS,
    circle,
    communes,
    communes_as,
    geojson,
    one,
    shapefile,
    stated,
    with_number,
    written,
    written_wkb,
    zipped,
)
from pyogrio import write_dataframe

from base.errors import DataError
from base.i18n import catalogue, translate
from geo.boundaries import load
from geo.crs import resolve
from geo.crs_declared import declared
from geo.text import decode, encode, fits, surest
from intake import boundary_archive, boundary_formats, boundary_shapes
from intake.boundary_file import FieldFile, read_field_file, read_field_path

SQUARE = shapely.box(107.8, 14.3, 107.9, 14.4)
FORMATS = {".shp": "shapefile", ".gpkg": "geopackage", ".geojson": "geojson", ".fgb": "flatgeobuf"}


@pytest.fixture(autouse=True)
def nothing_is_left_behind(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):  # noqa: ANN201
    """Every file of a reader is in a folder of its own that is gone afterwards, whatever happened."""
    folder = tmp_path_factory.mktemp("private")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


def refused(name: str, content: bytes, layer: str | None = None) -> list[str]:
    """Return the sentences that a file is refused with."""
    with pytest.raises(DataError) as raised:
        read_field_file(name, content, layer)
    return sentences(raised.value, name)


def sentences(error: DataError, name: str) -> list[str]:
    for fault in error.faults:
        assert fault.file == name
        assert fault.message in catalogue("en")
        assert translate(fault.message, "en", **dict(fault.params))
    return [fault.says("vi") for fault in error.faults]


def notes(found: FieldFile) -> list[str]:
    assert all(note.message in catalogue("en") for note in found.notes)
    return [note.says("vi") for note in found.notes]


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_gives_the_same_communes(ending: str) -> None:
    name = "Xã 2025.zip" if ending == ".shp" else f"Xã 2025{ending}"
    found = read_field_file(name, one(communes() if ending != ".geojson" else communes().to_crs(4326), ending))
    assert (found.name, found.format) == (name, FORMATS[ending])
    assert len(found.frame) == 102
    assert found.frame.index.tolist() == list(range(102))
    assert found.frame.crs is None
    assert found.notes == ()
    assert set(found.frame.geom_type) <= {"Polygon", "MultiPolygon"}
    rows = found.frame.set_index("ward_code").loc[communes()["ward_code"]]  # FlatGeobuf sorts them by place
    assert [kind for _, kind in found.fields] == ["text", "text", "text", "real"]
    placed = declared(found.crs_wkt, found.crs_from)
    assert placed.epsg == (4326 if ending == ".geojson" else 9216)
    drawn = communes().to_crs(placed.epsg).geometry.to_numpy()
    assert shapely.hausdorff_distance(rows.geometry.to_numpy(), drawn).max() < 1e-6
    if ending == ".shp":
        assert found.layer == "xa"
        assert [decode(raw, "utf-8") for raw in found.raw_texts["commune_vn"]] == communes()["commune_vn"].tolist()
    else:
        assert found.raw_texts is None
        assert rows["commune_vn"].tolist() == communes()["commune_vn"].tolist()


def test_the_census_file_falls_into_its_province() -> None:
    found = read_field_path(CENSUS)
    place = shapely.union_all(load("kontum-2015").units.geometry.values)
    placed, finding = resolve(found.frame, declared(found.crs_wkt, found.crs_from), place, None, found.name)
    assert (finding.epsg, finding.how) == (4326, "file")
    inside = shapely.contains(place, shapely.point_on_surface(placed.geometry.values))
    assert inside.mean() > 0.99


# Archives


def test_parts_of_a_shapefile_are_found_beside_it_and_in_archives(tmp_path: Path) -> None:
    parts = communes_as(".shp")
    for ending in PARTS:
        (tmp_path / f"RanhGioi{ending.upper()}").write_bytes(parts[ending])
    (tmp_path / "RanhGioi_cu.dbf").write_bytes(b"another file")
    beside = read_field_path(tmp_path / "RanhGioi.SHP")
    packed = zipped(
        {f"Kon Tum/RanhGioi{ending.upper()}": parts[ending] for ending in PARTS}
        | {"Kon Tum/RanhGioi.shp.xml": b"<x/>", "Kon Tum/RanhGioi.sbn": b"x", "Kon Tum/doc.pdf": b"%PDF"}
        | {"__MACOSX/Kon Tum/._RanhGioi.SHP": b"\0\5\x16\7", "Kon Tum/readme.json": b"{}"}
    )
    for found in (beside, read_field_file("a.zip", packed)):
        assert (found.layer, len(found.frame), found.cpg) == ("RanhGioi", 102, "UTF-8")
        assert declared(found.crs_wkt, found.crs_from).epsg == 9216


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".fgb"])
def test_other_formats_may_be_zipped_too(ending: str) -> None:
    found = read_field_file("a.zip", zipped({f"thu muc/xa{ending}": communes_as(ending)[ending]}))
    assert (found.name, found.layer, len(found.frame)) == ("a.zip", "xa", 102)


@pytest.mark.parametrize("missing", [".shp", ".shx", ".dbf"])
def test_a_shapefile_lacks_a_part(missing: str, tmp_path: Path) -> None:
    archive = shapefile(lambda parts: parts.pop(missing))
    expected = f"Shapefile “xa” thiếu tệp {missing}."
    [sentence] = refused("a.zip", archive)
    assert sentence.startswith(expected)
    if missing != ".shp":
        with zipfile.ZipFile(io.BytesIO(archive)) as members:
            members.extractall(tmp_path)
        with pytest.raises(DataError) as raised:
            read_field_path(tmp_path / "xa.shp")
        assert sentences(raised.value, "xa.shp")[0].startswith(expected)


def test_a_part_of_a_shapefile_alone() -> None:
    [sentence] = refused("xa.shp", communes_as(".shp")[".shp"])
    assert sentence.startswith("Shapefile “xa” thiếu tệp .shx, .dbf. Hãy nén đủ")


def test_without_prj_and_cpg_nothing_is_assumed() -> None:
    found = read_field_file("a.zip", shapefile(lambda parts: [parts.pop(".prj"), parts.pop(".cpg")]))
    assert (found.crs_wkt, found.crs_from, found.cpg) == (None, "none", None)
    assert "ward_code" in found.raw_texts


def test_several_layers_are_listed_and_asked_for() -> None:
    parts = communes_as(".shp")
    several = zipped({f"{stem}{ending}": parts[ending] for stem in ("xa", "huyen") for ending in PARTS})
    [sentence] = refused("a.zip", several)
    assert sentence.startswith("Tệp có 2 lớp: xa, huyen. Hãy nạp tệp chỉ có một lớp")
    assert read_field_file("a.zip", several, layer="huyen").layer == "huyen"
    assert refused("a.zip", several, layer="tinh") == [sentence]
    assert refused("a.zip", shapefile(), layer="tinh") == ["Tệp không có lớp “tinh”; tệp có: xa."]


def bomb(**members: int) -> bytes:
    return zipped({name: b"\0" * size for name, size in members.items()})


def linked() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        entry = zipfile.ZipInfo("xa.shp")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return target.getvalue()


def with_central(content: bytes, offset: int, layout: str, value: int) -> bytes:
    """Return an archive with a number changed in the first entry of its table of contents."""
    return stated(content, layout, content.index(b"PK\1\2") + offset, value)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (bomb(x=2_000_000), "một thành phần bung ra gấp hơn 500 lần"),
        (with_central(shapefile(), 24, "<I", 4_000_000_000), "bung ra lớn hơn 300 MB"),
        (with_central(shapefile(), 24, "<I", 100), "bị hỏng hoặc tải lên chưa trọn"),
        (with_central(shapefile(), 8, "<H", 1), "có mật khẩu"),
        (with_central(shapefile(), 10, "<H", 99), "bị hỏng"),
        (zipped({f"{number}.txt": b"" for number in range(2_001)}), "quá nhiều tệp"),
        (zipped({"../xa.shp": b"x"}), "đường dẫn nguy hiểm"),
        (zipped({"a/../../xa.shp": b"x"}), "đường dẫn nguy hiểm"),
        (zipped({"/etc/xa.shp": b"x"}), "đường dẫn nguy hiểm"),
        (zipped({"C:\\xa.shp": b"x"}), "đường dẫn nguy hiểm"),
        (linked(), "đường dẫn nguy hiểm"),
        (zipped({"xa.zip": shapefile()}), "lại có tệp nén khác"),
        (zipped({"doc.pdf": b"%PDF"}), "Không nhận ra đây là tệp bản đồ"),
        (zipped({}), "Không nhận ra đây là tệp bản đồ"),
        (shapefile()[:-40], "bị hỏng hoặc tải lên chưa trọn"),
        (shapefile()[:2000], "bị hỏng hoặc tải lên chưa trọn"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_archive_that_must_not_be_unpacked(content: bytes, why: str) -> None:
    [sentence] = refused("a.zip", content)
    assert why in sentence


# What is no boundary file


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.zip", b"", "Tệp trống"),
        ("a.gpkg", b"", "Tệp trống"),
        ("a.rar", b"Rar!\x1a\7\0", "Tệp nén này không đọc được"),
        ("a.zip", b"7z\xbc\xaf\x27\x1c", "Tệp nén này không đọc được"),
        ("a.shp.gz", b"\x1f\x8b\x08", "Tệp nén này không đọc được"),
        ("a.xlsx", zipped({"xl/workbook.xml": b"x"}), "Nội dung tệp là ZIP nhưng tên tệp có đuôi “.xlsx”"),
        ("a.kml", b"<?xml version='1.0'?><kml/>", "Không nhận ra đây là tệp bản đồ"),
        ("a.dwg", b"AC1032", "Không nhận ra đây là tệp bản đồ"),
        # GDAL would take this for a virtual file and open what it names.
        ("a.geojson", b"<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "Không nhận ra"),
        ("a.json", b'{"type": "gdal_streamed_alg", "command_line": "gdal vector read x"}', "không phải là GeoJSON"),
        ("a.json", b'{"type": "Topology", "objects": {}, "arcs": []}', "không phải là GeoJSON"),
        ("a.json", b'{"geometryType": "esriGeometryPolygon", "features": []}', "không phải là GeoJSON"),
        ("a.json", b'{"type": "FeatureCollection", "features": 1}', "không phải là GeoJSON"),
        ("a.json", b'{"type": "FeatureCollection", "features": [1]}', "bị hỏng"),
        ("a.json", b'{"type": "FeatureCollection", "features": [{}]} {}', "bị hỏng"),
        ("a.json", b'{"a":' * 100_000, "bị hỏng"),
        ("a.geojson", communes_as(".gpkg")[".gpkg"], "là GeoPackage nhưng tên tệp có đuôi “.geojson”"),
        ("a.gpkg", communes_as(".geojson")[".geojson"], "là GeoJSON nhưng tên tệp có đuôi “.gpkg”"),
        ("a.fgb", communes_as(".gpkg")[".gpkg"], "là GeoPackage nhưng tên tệp có đuôi “.fgb”"),
        ("a.zip", communes_as(".fgb")[".fgb"], "Tệp nén này không đọc được"),
        ("a.zip", zipped({"xa.gpkg": communes_as(".fgb")[".fgb"]}), "là FlatGeobuf nhưng tên tệp có đuôi “.gpkg”"),
        ("a.zip", shapefile(lambda parts: parts.update({".shp": parts[".dbf"]})), "Không nhận ra"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind(name: str, content: bytes, why: str) -> None:
    [sentence] = refused(name, content)
    assert why in sentence


def test_a_database_that_is_no_geopackage(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("CREATE TABLE xa (ten TEXT)")
    [sentence] = refused("a.gpkg", (tmp_path / "a.db").read_bytes())
    assert "không phải GeoPackage" in sentence


def test_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(boundary_archive, "MAX_BYTES", 1024 * 1024)
    assert refused("a.gpkg", b"x" * 1_100_000)[0].startswith("Tệp lớn hơn 1 MB")
    (tmp_path / "a.gpkg").write_bytes(b"x" * 1_100_000)
    with pytest.raises(DataError, match="Tệp lớn hơn 1 MB"):
        read_field_path(tmp_path / "a.gpkg")


@pytest.mark.parametrize("name", ["khong_co.gpkg", "khong_co.shp", "thu_muc/xa.shp", "."])
def test_a_path_that_cannot_be_opened(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        read_field_path(tmp_path / name)
    assert "Không mở được tệp" in raised.value.faults[0].says("vi")


def test_a_geopackage_that_another_program_is_writing(tmp_path: Path) -> None:
    (tmp_path / "xa.gpkg").write_bytes(communes_as(".gpkg")[".gpkg"])
    (tmp_path / "xa.gpkg-wal").write_bytes(b"")
    assert len(read_field_path(tmp_path / "xa.gpkg").frame) == 102
    (tmp_path / "xa.gpkg-wal").write_bytes(b"x")
    with pytest.raises(DataError, match="đang được phần mềm khác mở"):
        read_field_path(tmp_path / "xa.gpkg")


# Cut off, or in contradiction with itself


@pytest.mark.parametrize("ending", [".shp", ".shx", ".dbf"])
def test_a_part_of_a_shapefile_is_cut_off(ending: str) -> None:
    [sentence] = refused("a.zip", shapefile(lambda parts: parts.update({ending: parts[ending][:-30]})))
    assert sentence.startswith(f"Tệp {ending} ngắn hơn độ dài tự khai báo")
    assert refused("a.zip", shapefile(lambda parts: parts.update({ending: parts[ending][:20]})))


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".fgb"])
@pytest.mark.parametrize("share", [0.0005, 0.3, 0.9, 0.999])
def test_other_formats_are_cut_off(ending: str, share: float) -> None:
    content = communes_as(ending)[ending]
    [sentence] = refused(f"a{ending}", content[: int(len(content) * share)])
    assert "bị hỏng hoặc tải lên chưa trọn" in sentence


def test_the_table_of_another_shapefile() -> None:
    fewer = written(communes().iloc[:90], ".shp")
    [sentence] = refused("a.zip", shapefile(lambda parts: parts.update({".dbf": fewer[".dbf"]})))
    assert "(.dbf) có 90 dòng nhưng tệp hình (.shp) có 102 đối tượng" in sentence


def test_rows_that_were_deleted_in_the_table_are_left_out() -> None:
    def delete(parts: dict[str, bytes]) -> None:
        header, width = struct.unpack_from("<HH", parts[".dbf"], 8)
        parts[".dbf"] = stated(parts[".dbf"], "<B", header + 5 * width, ord("*"))

    found = read_field_file("a.zip", shapefile(delete))
    assert found.frame["ward_code"].tolist() == communes()["ward_code"].drop(index=5).tolist()


@pytest.mark.parametrize("count", [2, 500_000])
def test_a_stale_count_in_a_geopackage_hides_nothing(count: int, tmp_path: Path) -> None:
    arcs = [circle(500_000 + 5000 * step, 1_600_000, 1000) for step in range(9)]
    written_wkb(arcs, ".gpkg", tmp_path)
    with sqlite3.connect(tmp_path / "xa.gpkg") as database:
        database.execute("UPDATE gpkg_ogr_contents SET feature_count = ?", (count,))
    found = read_field_path(tmp_path / "xa.gpkg")
    assert len(found.frame) == 9
    assert notes(found)[0].startswith("9 đối tượng có cung tròn: số 1, 2, 3, 4, 5, 6, 7, 8, 9.")


def test_a_geopackage_with_a_write_ahead_log_is_read(tmp_path: Path) -> None:
    path = tmp_path / "xa.gpkg"
    path.write_bytes(communes_as(".gpkg")[".gpkg"])
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    database.close()
    before = path.read_bytes()
    assert len(read_field_path(path).frame) == 102
    assert [(one.name, one.read_bytes() == before) for one in tmp_path.iterdir()] == [("xa.gpkg", True)]


@pytest.mark.parametrize("features", [1, 2, 16, 17, 102])
@pytest.mark.parametrize("index", ["YES", "NO"])
def test_flatgeobuf_of_any_size_is_counted(features: int, index: str) -> None:
    content = one(communes().iloc[:features], ".fgb", SPATIAL_INDEX=index)
    assert len(read_field_file("a.fgb", content).frame) == features
    assert refused("a.fgb", content + b"\1\0\0\0x")
    assert refused("a.fgb", content + b"x")


# Shapes


def test_heights_are_left_out_with_a_note() -> None:
    flat = shapely.box(107.8, 14.2, 107.9, 14.3)
    found = read_field_file("a.geojson", geojson(shapely.force_3d(SQUARE, 600.0), flat, shapely.force_3d(flat, 0.0)))
    assert not found.frame.geometry.has_z.any()
    assert notes(found) == [
        "2 đối tượng có cao độ (Z) hoặc số đo (M): số 1, 3. Chúng không dùng cho địa giới nên đã bỏ."
    ]
    high = communes().set_geometry(shapely.force_3d(communes().geometry.values, 600.0))
    for ending in (".shp", ".gpkg", ".fgb"):
        found = read_field_file("a.zip" if ending == ".shp" else f"a{ending}", one(high, ending))
        assert not found.frame.geometry.has_z.any()
        assert notes(found)[0].startswith(
            "102 đối tượng có cao độ (Z) hoặc số đo (M): số 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …."
        )


@pytest.mark.parametrize("ending", [".gpkg", ".fgb"])
def test_curves_become_straight_lines_with_a_note(ending: str, tmp_path: Path) -> None:
    shapes = [shapely.to_wkb(shapely.box(0, 0, 10, 10)), circle(500_000, 1_600_000, 1000)]
    found = read_field_file(f"a{ending}", written_wkb(shapes, ending, tmp_path))
    curved = found.frame.index[found.frame["ten"] == "Xã 1"][0]
    assert notes(found) == [f"1 đối tượng có cung tròn: số {curved + 1}. Cung đã được thay bằng các đoạn thẳng ngắn."]
    assert found.frame.geometry.area[curved] == pytest.approx(np.pi * 1000**2, rel=1e-3)


def test_rings_that_are_not_closed_are_closed_with_a_note() -> None:
    unclosed = {"type": "Polygon", "coordinates": [[[107.8, 14.3], [107.9, 14.3], [107.9, 14.4]]]}
    found = read_field_file("a.geojson", geojson(SQUARE, unclosed))
    assert notes(found) == [
        "1 đối tượng có vòng chưa khép kín hoặc thiếu đỉnh: số 2. Đã khép lại; hãy xem kỹ các hình này."
    ]
    assert found.frame.geometry.area[1] == pytest.approx(0.005)


def test_rings_that_cross_themselves_are_read_as_they_are() -> None:
    crossing = shapely.Polygon([(107.8, 14.3), (107.9, 14.4), (107.9, 14.3), (107.8, 14.4)])
    found = read_field_file("a.geojson", geojson(crossing, SQUARE))
    assert found.frame.is_valid.tolist() == [False, True]
    assert found.notes == ()


LINE = shapely.LineString([(107.8, 14.3), (107.9, 14.4)])
POINT = shapely.Point(107.8, 14.3)
FAR = {"type": "Polygon", "coordinates": [[[1e300, 0], [1e300, 1], [0, 1], [1e300, 0]]]}


@pytest.mark.parametrize(
    ("geometries", "why"),
    [
        ((POINT, shapely.MultiPoint([POINT])), ["Tệp chứa điểm, không phải vùng"]),
        ((LINE, shapely.MultiLineString([LINE])), ["Tệp chứa đường, không phải vùng"]),
        ((SQUARE, LINE, POINT), ["2 đối tượng không phải là vùng mà là điểm, đường hoặc hình hỗn hợp: số 2, 3."]),
        ((shapely.GeometryCollection([SQUARE, LINE]),), ["1 đối tượng không phải là vùng"]),
        ((SQUARE, None), ["1 đối tượng không có hình (rỗng): số 2."]),
        ((shapely.Polygon(), SQUARE, None, shapely.MultiPolygon()), ["3 đối tượng không có hình (rỗng): số 1, 3, 4."]),
        ((None, LINE, SQUARE, FAR), ["1 đối tượng không có hình (rỗng): số 1.", "1 đối tượng không phải là vùng",
          "1 đối tượng có tọa độ vô lý (vô cực, không phải số hoặc quá lớn): số 4."]),
    ],
)  # fmt: skip
def test_shapes_that_are_no_areas(geometries: tuple[object, ...], why: list[str]) -> None:
    found = refused("a.geojson", geojson(*geometries))
    assert len(found) == len(why)
    for sentence, start in zip(found, why, strict=True):
        assert sentence.startswith(start)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_coordinates_in_json_that_are_no_numbers(number: str) -> None:
    [sentence] = refused("a.geojson", geojson(SQUARE).replace(b"107.8", number.encode(), 1))
    assert "tọa độ vô lý" in sentence


@pytest.mark.parametrize("ending", [".shp", ".gpkg", ".fgb"])
@pytest.mark.parametrize("number", [np.nan, np.inf, 1e12])
def test_absurd_coordinates_in_other_formats(ending: str, number: float) -> None:
    corners = [(500_000, 1_600_000), (512_345.678, 1_610_000), (500_000, 1_610_000)]
    marked = gpd.GeoDataFrame({"ten": ["x"]}, geometry=[shapely.Polygon(corners)], crs=9216)
    parts = written(marked, ending, **({} if ending == ".shp" else {"SPATIAL_INDEX": "NO"}))
    parts[ending] = with_number(parts[ending], 512_345.678, number)
    content = zipped({f"xa{part}": parts[part] for part in PARTS}) if ending == ".shp" else parts[ending]
    [sentence] = refused("a.zip" if ending == ".shp" else f"a{ending}", content)
    assert sentence.startswith("1 đối tượng có tọa độ vô lý (vô cực, không phải số hoặc quá lớn): số 1.")


def test_points_in_a_shapefile_and_in_a_geopackage() -> None:
    points = communes().set_geometry(communes().geometry.centroid)
    assert refused("a.zip", one(points, ".shp"))[0].startswith("Tệp chứa điểm")
    assert refused("a.fgb", one(points, ".fgb"))[0].startswith("Tệp chứa điểm")
    [sentence] = refused("a.gpkg", one(points, ".gpkg"))
    assert sentence.startswith("GeoPackage không có lớp vùng nào (các lớp: xa)")
    assert refused("a.gpkg", one(points, ".gpkg"), layer="xa")[0].startswith("Tệp chứa điểm")


@pytest.mark.parametrize("ending", [".shp", ".geojson"])
def test_a_million_vertices_are_read(ending: str) -> None:
    angles = np.linspace(0, 2 * np.pi, 250_000, endpoint=False)
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    shapes = [shapely.Polygon(ring * 4000 + (500_000 + 9000 * step, 1_600_000)) for step in range(4)]
    if ending == ".shp":
        found = read_field_file(
            "a.zip", one(gpd.GeoDataFrame({"ten": list("abcd")}, geometry=shapes, crs=9216), ending)
        )
    else:
        found = read_field_file("a.geojson", geojson(*shapely.transform(shapes, np.rint)))
    assert shapely.get_num_coordinates(found.frame.geometry.values).sum() == 1_000_004


def test_too_many_vertices_or_features(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_shapes, "MAX_VERTICES", 1_000)
    [sentence] = refused("a.gpkg", communes_as(".gpkg")[".gpkg"])
    vertices = int(shapely.get_num_coordinates(communes().geometry.values).sum())
    assert sentence.startswith(f"Tệp có {vertices} đỉnh, quá giới hạn 1000.")
    monkeypatch.setattr(boundary_formats, "MAX_FEATURES", 101)
    for ending in DRIVERS:
        name = "a.zip" if ending == ".shp" else f"a{ending}"
        content = shapefile() if ending == ".shp" else communes_as(ending)[ending]
        assert refused(name, content)[0].startswith("Tệp có hơn 101 đối tượng.")


@pytest.mark.parametrize("ending", DRIVERS)
def test_a_file_without_features(ending: str) -> None:
    empty = communes().iloc[:0]
    name = "a.zip" if ending == ".shp" else f"a{ending}"
    assert refused(name, one(empty, ending, geometry_type="Polygon"))[0].startswith("Tệp không có đối tượng nào.")


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".fgb"])
def test_a_file_without_attributes(ending: str) -> None:
    bare = communes().to_crs(4326)[["geometry"]]
    [sentence] = refused(f"a{ending}", one(bare, ending))
    assert sentence.startswith("Tệp không có cột thuộc tính nào")


# Layers


def package(tmp_path: Path, **layers: gpd.GeoDataFrame | pd.DataFrame) -> Path:
    path = tmp_path / "a.gpkg"
    for layer, frame in layers.items():
        write_dataframe(frame, path, layer=layer, driver="GPKG", append=path.exists())
    return path


def test_the_only_polygon_layer_of_a_geopackage_is_read(tmp_path: Path) -> None:
    centres = communes().set_geometry(communes().geometry.centroid)
    path = package(tmp_path, tam=centres, ghi_chu=pd.DataFrame({"a": [1]}), **{'x"ã 1': communes()})
    found = read_field_path(path)
    assert (found.layer, len(found.frame)) == ('x"ã 1', 102)


def test_several_polygon_layers_are_asked_for(tmp_path: Path) -> None:
    path = package(tmp_path, xa=communes(), huyen=communes().iloc[:9])
    with pytest.raises(DataError, match="Tệp có 2 lớp: xa, huyen"):
        read_field_path(path)
    assert len(read_field_path(path, layer="huyen").frame) == 9
    with pytest.raises(DataError, match="Tệp không có lớp “tinh”; tệp có: xa, huyen"):
        read_field_path(path, layer="tinh")


def test_a_layer_that_runs_code_is_not_read(tmp_path: Path) -> None:
    path = package(tmp_path, xa=communes())
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE xa RENAME TO goc")
        database.execute(
            "CREATE VIEW xa AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT n.i AS fid, goc.geom, goc.ward_code FROM goc, n"
        )
    with pytest.raises(DataError, match="không có lớp vùng nào"):
        read_field_path(path)


# Declared coordinates


@pytest.mark.parametrize(
    ("crs", "text", "how", "epsg"),
    [
        (..., "EPSG:4326", "rfc7946", 4326),
        (None, None, "none", None),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::9216"}}, None, "file", 9216),
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, None, "file", 4326),
        ({"type": "EPSG", "properties": {"code": 5899}}, "EPSG:5899", "file", 5899),
        ({"type": "link", "properties": {"href": "http://127.0.0.1:9/crs.wkt", "type": "ogcwkt"}}, "?", "file", None),
        ({"type": "name", "properties": {"name": "http://127.0.0.1:9/crs.wkt"}}, None, "file", None),
        ({"type": "name"}, "?", "file", None),
        ("EPSG:9216", "?", "file", None),
    ],
)  # fmt: skip
def test_what_geojson_declares(crs: object, text: str | None, how: str, epsg: int | None) -> None:
    found = read_field_file("a.geojson", geojson(SQUARE, crs=crs))
    assert found.crs_from == how
    assert text in {None, found.crs_wkt}
    assert declared(found.crs_wkt, found.crs_from).epsg == epsg


def test_an_address_in_geojson_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[str] = []
    original = Path.write_text
    monkeypatch.setattr(
        Path, "write_text", lambda self, text, *rest: handed.append(text) or original(self, text, *rest)
    )
    twice = geojson(SQUARE).replace(
        b'{"type": "FeatureCollection"',
        b'{"crs": {"type": "link", "properties": {"href": "http://127.0.0.1:9/x"}}, "crs": null,'
        b' "type": "FeatureCollection"',
        1,
    )
    assert read_field_file("a.geojson", twice).crs_wkt is None
    assert [json.loads(text).keys() for text in handed] == [{"type", "features"}]


@pytest.mark.parametrize("ending", [".gpkg", ".fgb"])
def test_a_format_that_declares_nothing(ending: str) -> None:
    unknown = communes().set_crs(None, allow_override=True)
    found = read_field_file(f"a{ending}", one(unknown, ending))
    finding = declared(found.crs_wkt, found.crs_from)
    assert (finding.epsg, finding.how) == (None, "none")


def test_the_prj_is_handed_on_as_it_is() -> None:
    text = 'PROJCS["x",GEOGCS["y",DATUM["nobody_knows"'
    found = read_field_file("a.zip", shapefile(lambda parts: parts.update({".prj": b"\xef\xbb\xbf" + text.encode()})))
    assert (found.crs_wkt, found.crs_from) == (text, "prj")


# Texts


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "cp1258", "utf-8"])
def test_bytes_of_an_old_table_come_through(encoding: str) -> None:
    names = communes()["commune_vn"].tolist()
    letters = communes().assign(commune_vn=[encode(name, encoding).decode("latin-1") for name in names])
    parts = written(letters, ".shp", encoding="ISO-8859-1")
    parts[".cpg"] = b"UTF-8"  # it lies
    found = read_field_file("a.zip", zipped({f"xa{ending}": content for ending, content in parts.items()}))
    assert found.raw_texts["commune_vn"] == [encode(name, encoding) for name in names]
    assert found.frame["commune_vn"].tolist() == letters["commune_vn"].tolist()
    assert surest(fits(found.raw_texts["commune_vn"], names)).encoding == encoding


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".fgb"])
def test_old_bytes_taken_for_latin_1_are_told_from_unicode(ending: str) -> None:
    names = communes()["commune_vn"].tolist()
    letters = communes().to_crs(4326).assign(cu=[encode(name, "tcvn3").decode("latin-1") for name in names])
    found = read_field_file(f"a{ending}", one(letters, ending))
    order = found.frame["ward_code"].map(dict(zip(communes()["ward_code"], names, strict=True)))
    assert found.raw_texts == {"cu": [encode(name, "tcvn3") for name in order]}
    assert found.frame["commune_vn"].tolist() == order.tolist()


def test_a_geopackage_and_geojson_that_hold_old_bytes(tmp_path: Path) -> None:
    path = package(tmp_path, xa=communes())
    names = communes()["commune_vn"].tolist()
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        for fid, name in enumerate(names, 1):
            database.execute("UPDATE xa SET commune_vn = CAST(? AS TEXT) WHERE fid = ?", (encode(name, "tcvn3"), fid))
    found = read_field_path(path)
    assert found.raw_texts == {"commune_vn": [encode(name, "tcvn3") for name in names]}
    assert found.frame["district_vn"].tolist() == communes()["district_vn"].tolist()
    plain = geojson(SQUARE, SQUARE, ten="@@").replace(b"@@", encode("Đắk Glei", "tcvn3"))
    assert read_field_file("a.geojson", plain).raw_texts == {"ten": [encode("Đắk Glei", "tcvn3")] * 2}


def test_names_of_fields_are_unicode_and_each_once() -> None:
    frame = communes().rename(columns={"ward_code": "Mã xã", "commune_vn": "Tên xã"})
    found = read_field_file("a.zip", one(frame, ".shp"))
    assert [name for name, _ in found.fields] == ["Mã xã", "Tên xã", "district_v", "area"]

    def same(parts: dict[str, bytes]) -> None:
        header = bytearray(parts[".dbf"])
        for column in range(3):
            header[32 + 32 * column : 43 + 32 * column] = (b"geometry" if column == 2 else b"TEN").ljust(11, b"\0")
        parts[".dbf"] = bytes(header)

    found = read_field_file("a.zip", shapefile(same))
    assert [name for name, _ in found.fields][:3] == ["TEN", "TEN_2", "geometry_2"]
    assert found.frame["TEN"].tolist() == communes()["ward_code"].tolist()
    assert found.frame.geometry.notna().all()


def test_dates_are_named_and_not_read() -> None:
    """A table's dates are often nonsense; a file must not fail by them."""
    dated = communes().assign(ngay=pd.Timestamp("2025-07-01"))
    parts = written(dated, ".shp")
    parts[".dbf"] = re.sub(rb"20250701|2025/07/01", lambda found: b"9" * len(found[0]), parts[".dbf"])
    found = read_field_file("a.zip", zipped({f"xa{ending}": content for ending, content in parts.items()}))
    assert dict(found.fields)["ngay"] in {"date", "text"}
    fine = read_field_file("a.gpkg", one(dated, ".gpkg"))
    assert dict(fine.fields)["ngay"] == "datetime"
    assert "ngay" not in fine.frame
    assert fine.frame["area"].notna().any()


def test_lists_and_missing_values_do_no_harm() -> None:
    content = geojson(SQUARE, SQUARE, so=1, trong=None, danh_sach=["a", "b"], cau_truc={"x": 1}, dung=True)
    found = read_field_file("a.geojson", content.replace(json.dumps("Xã 1").encode(), b"null", 1))
    assert found.frame["ten"].isna().tolist() == [False, True]
    assert found.raw_texts["ten"] == ["Xã 0".encode("latin-1"), b""]  # ã alone may be an old byte
    assert found.frame["so"].tolist() == [1, 1]
