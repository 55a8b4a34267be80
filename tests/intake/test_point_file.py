"""Points of map files as rows of the forms of clusters and villages, and the sentence for each way they can be bad."""

from __future__ import annotations

import datetime as dt
import json
import tempfile

import geopandas as gpd
import numpy as np
import pytest
import shapely
from field_files import one, written, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from base.errors import DataError
from base.i18n import catalogue, translate
from geo.crs import from_lon_lat
from geo.text import encode
from intake.form_kinds import FORMS
from intake.form_settlement_kinds import CRS_WORDS
from intake.point_file import ENDINGS, is_point_file, read_points
from intake.table import find_table
from intake.workbook import Value

CLUSTERS, VILLAGES = FORMS["clusters"], FORMS["villages"]
ENDING = [".shp", ".gpkg", ".geojson", ".fgb"]
#: Two places in Ia Tơi.
PLACES = [(107.47, 14.05), (107.48, 14.06)]
NAMES = ("Ia Tơi", "Ia Dom", "Đăk Plô")


@pytest.fixture(autouse=True)
def nothing_is_left_behind(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch):  # noqa: ANN201
    folder = tmp_path_factory.mktemp("private")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


def villages(**columns: list[object]) -> gpd.GeoDataFrame:
    """Return two villages of Ia Tơi in EPSG:4326; a table cuts the heading of their kind to “Loại thô”."""
    given_columns = {"Mã xã": ["23538"] * 2, "Tên thôn": ["Thôn 1", "Làng Kà Bầy"], "Loại thôn": ["Thôn", "Làng"]}
    points = [shapely.Point(place) for place in PLACES]
    return gpd.GeoDataFrame(given_columns | columns, geometry=points, crs="EPSG:4326")


def clusters(**columns: list[object]) -> gpd.GeoDataFrame:
    values = {
        "cluster_id": ["DCM-1", "DCM-2"],
        "cluster_name": ["Điểm 64", "Điểm 65"],
        "kind": ["điểm dân cư mới"] * 2,
        "code": ["23538"] * 2,
        "step": ["Đang rà soát"] * 2,
        "as_of": ["2025-12-31"] * 2,
        "households_now": [12, 0],
        "area_ha": [1.234, None],
    }
    points = [shapely.Point(place) for place in PLACES]
    return gpd.GeoDataFrame(values | columns, geometry=points, crs="EPSG:4326")


def file_name(ending: str) -> str:
    return "điểm.zip" if ending == ".shp" else f"điểm{ending}"


def read(frame: gpd.GeoDataFrame, ending: str, form: object = VILLAGES) -> list[dict[str, Value]]:
    return rows(one(frame, ending), file_name(ending), form)


def rows(content: bytes, name: str, form: object = VILLAGES, names: tuple[str, ...] = NAMES) -> list[dict[str, Value]]:
    book = read_points(content, name, form, names)
    table = find_table(book, form.headings())
    assert (table.header_row, book.format) == (1, "points")
    return [dict(row.values) for row in table.rows]


def refused(content: bytes, name: str, form: object = VILLAGES) -> list[str]:
    with pytest.raises(DataError) as raised:
        rows(content, name, form, ())
    for fault in raised.value.faults:
        assert fault.message in catalogue("en")
        assert translate(fault.message, "en", **dict(fault.params))
    return [fault.says("vi") for fault in raised.value.faults]


@pytest.mark.parametrize("ending", ENDING)
def test_every_format_gives_the_same_rows(ending: str) -> None:
    found = {row["village"]: row for row in read(villages(), ending)}  # FlatGeobuf sorts them by place
    assert set(found) == {"Thôn 1", "Làng Kà Bầy"}
    assert found["Thôn 1"]["code"] == "23538"
    assert [found[name]["kind"] for name in ("Thôn 1", "Làng Kà Bầy")] == ["Thôn", "Làng"]
    for name, place in zip(("Thôn 1", "Làng Kà Bầy"), PLACES, strict=True):
        assert (found[name]["x"], found[name]["y"]) == pytest.approx(place, abs=1e-7)
        assert found[name]["crs"] == CRS_WORDS["4326"]


@pytest.mark.parametrize("ending", [".shp", ".gpkg", ".fgb"])
def test_vn_2000_stays_as_the_file_has_it(ending: str) -> None:
    [first, _] = sorted(read(villages().to_crs(9216), ending), key=lambda row: str(row["x"]))
    assert first["crs"] == CRS_WORDS["9216"]
    assert (first["x"], first["y"]) == pytest.approx(from_lon_lat(np.array(PLACES[:1]), 9216)[0], abs=2e-3)


def test_a_system_that_the_form_does_not_know_becomes_wgs_84() -> None:
    [first, _] = read(villages().to_crs(32648), ".gpkg")
    assert first["crs"] == CRS_WORDS["4326"]
    assert (first["x"], first["y"]) == pytest.approx(PLACES[0], abs=1e-7)


def test_without_a_declaration_the_system_stays_open() -> None:
    parts = written(villages().to_crs(9216), ".shp")
    content = zipped({f"a{ending}": part for ending, part in parts.items() if ending != ".prj"})
    [first, _] = rows(content, "a.zip")
    assert first["crs"] is None
    assert first["x"] == pytest.approx(496564.9, abs=0.1)


def test_a_system_that_cannot_be_believed_is_refused() -> None:
    [sentence] = refused(one(villages().to_crs(3148), ".gpkg"), "a.gpkg")  # Indian 1960 / UTM zone 48N
    assert sentence.startswith("Không dùng được hệ tọa độ mà tệp khai báo (“Indian 1960")


def test_numbers_and_dates_are_no_texts() -> None:
    [first, second] = read(clusters(), ".geojson", CLUSTERS)
    assert (first["as_of"], first["households_now"], first["area_ha"]) == (dt.date(2025, 12, 31), 12, 1.234)
    assert (second["households_now"], second["area_ha"]) == (0, None)


def test_a_point_is_the_existing_place_or_the_planned_one() -> None:
    [first, second] = read(clusters(), ".gpkg", CLUSTERS)
    assert all(row["planned_x"] is None and row["existing_x"] is not None for row in (first, second))
    for word in ("Quy hoạch", "quy hoach", "planned"):
        [first, second] = read(clusters(**{"Vị trí": [word, None]}), ".gpkg", CLUSTERS)
        assert (first["existing_x"], first["existing_y"]) == (None, None)
        assert (first["planned_x"], first["planned_y"]) == pytest.approx(PLACES[0])
        assert (second["existing_x"], second["planned_x"]) == (pytest.approx(PLACES[1][0]), None)
    [sentence] = refused(one(clusters(place=["hiện có", "gần suối"]), ".gpkg"), "a.gpkg", CLUSTERS)
    assert sentence == "“gần suối” ở cột “Vị trí” không dùng được; chọn một trong: hiện có, quy hoạch."


def test_the_point_goes_before_coordinates_among_the_attributes() -> None:
    [first, _] = read(villages(x=[1.0, 2.0], Y=[1.0, 2.0], crs=["?", "?"]), ".gpkg")
    assert (first["x"], first["y"], first["crs"]) == (pytest.approx(PLACES[0][0]), PLACES[0][1], CRS_WORDS["4326"])


def test_headings_are_matched_without_marks_and_others_are_passed_over() -> None:
    plain = villages(GHICHU=["a", "b"], fid_old=[7, 8]).rename(columns={"Mã xã": "MA_XA", "Tên thôn": "ten thon"})
    [first, _] = read(plain, ".gpkg")
    assert (first["code"], first["village"]) == ("23538", "Thôn 1")


def test_keys_that_a_table_cuts() -> None:
    columns = {"cluster_na": ["Điểm 64", "Điểm 65"], "arrangemen": ["tập trung"] * 2}
    frame = clusters(**columns).drop(columns=["cluster_name", "households_now"])
    [first, _] = read(frame, ".shp", CLUSTERS)
    assert (first["cluster_name"], first["arrangement"]) == ("Điểm 64", "tập trung")
    [sentence] = refused(one(clusters(), ".shp"), "a.zip", CLUSTERS)
    assert "“households” bị shapefile cắt" in sentence
    assert "“Hộ hiện có”, “Hộ theo quy hoạch”, “Hộ đã di chuyển”" in sentence


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "cp1258"])
def test_texts_of_an_old_encoding_are_told_by_the_names(encoding: str) -> None:
    texts = ["Ia Tơi", "Đăk Plô"]
    letters = [encode(text, encoding).decode("latin-1") for text in texts]
    frame = villages(ten_xa=letters).drop(columns=["Mã xã", "Tên thôn", "Loại thôn"]).assign(village=["Thon 1"] * 2)
    parts = written(frame.assign(kind="x"), ".shp", encoding="ISO-8859-1")
    content = zipped({f"a{ending}": part for ending, part in parts.items() if ending != ".cpg"})
    assert [row["name"] for row in rows(content, "a.zip")] == texts
    assert "Không nhận ra bảng mã chữ của tệp" in refused(content, "a.zip")[0]


def test_names_in_no_list_are_read_when_they_are_unicode() -> None:
    assert [row["village"] for row in rows(one(villages(), ".shp"), "a.zip", names=())] == ["Thôn 1", "Làng Kà Bầy"]


def test_a_multipoint_of_one_point_is_a_point() -> None:
    frame = villages()
    frame.geometry = [shapely.MultiPoint([place]) for place in PLACES]
    assert len(read(frame, ".gpkg")) == 2
    frame.geometry = [shapely.MultiPoint(PLACES), shapely.MultiPoint(PLACES[:1])]
    [sentence] = refused(one(frame, ".gpkg"), "a.gpkg")
    assert sentence.startswith("1 đối tượng không phải là một điểm mà là vùng, đường hoặc nhiều điểm: số 1.")


def test_heights_are_passed_over() -> None:
    frame = villages()
    frame.geometry = [shapely.Point(*place, 700) for place in PLACES]
    assert [row["x"] for row in read(frame, ".gpkg")] == pytest.approx([107.47, 107.48])


@pytest.mark.parametrize("ending", [".shp", ".geojson", ".fgb"])
@pytest.mark.parametrize("shape", [shapely.box(107.4, 14, 107.5, 14.1), shapely.LineString(PLACES)])
def test_other_shapes_are_a_sentence(ending: str, shape: shapely.Geometry) -> None:
    frame = villages()
    frame.geometry = [shape, shape]
    [sentence] = refused(one(frame, ending), file_name(ending))
    assert sentence.startswith("2 đối tượng không phải là một điểm")


def test_a_geopackage_of_polygons_has_no_layer_of_points() -> None:
    frame = villages()
    frame.geometry = [shapely.box(107.4, 14, 107.5, 14.1)] * 2
    [sentence] = refused(one(frame, ".gpkg"), "a.gpkg")
    assert sentence.startswith("GeoPackage không có lớp điểm nào (các lớp: xa)")


def test_a_feature_without_a_point_is_named() -> None:
    document = json.loads(one(villages(), ".geojson"))
    document["features"][1]["geometry"] = None
    assert refused(json.dumps(document).encode(), "a.geojson")[0].startswith("1 đối tượng không có hình (rỗng): số 2.")


@pytest.mark.parametrize("ending", ENDING)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.98])
def test_a_file_that_is_cut_off_is_refused(ending: str, share: float) -> None:
    content = one(villages(), ending)
    assert len(refused(content[: int(len(content) * share)], file_name(ending))) == 1


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.geojson", b'{"type": "Point", "coordinates": [107, 14]}', "không phải là GeoJSON (FeatureCollection)"),
        ("a.json", b'{"type": "FeatureCollection", "features": []}', "không có đối tượng nào"),
        ("a.zip", zipped({"../x.shp": b"\0\0\x27\x0a"}), "đường dẫn nguy hiểm"),
        ("a.zip", zipped({"a.gpx": b"<gpx/>"}), "Không nhận ra đây là tệp bản đồ"),
        ("a.zip", zipped({"a.shp": bytes(30_000_000)}), "bung ra gấp hơn 500 lần"),
        ("a.gpkg", b"PK\3\4", "có đuôi “.gpkg”"),
        ("a.fgb", b"rubbish", "Không nhận ra đây là tệp bản đồ"),
    ],
)
def test_what_is_no_file_of_points(name: str, content: bytes, sentence: str) -> None:
    [found] = refused(content, name)
    assert sentence in found


def test_a_missing_column_is_told_as_of_any_table() -> None:
    [sentence] = refused(one(villages().drop(columns="Tên thôn"), ".gpkg"), "a.gpkg")
    assert sentence.startswith("Bảng thiếu cột: “Tên thôn”")


def test_files_are_known_by_their_endings() -> None:
    assert all(is_point_file(f"thư mục/A{ending.upper()}") for ending in ENDINGS)
    assert not any(is_point_file(f"a{ending}") for ending in (".xlsx", ".csv", ".gpx", ".kml", ""))


@settings(max_examples=40, deadline=None)
@given(data=st.data(), ending=st.sampled_from(ENDING))
def test_a_damaged_file_is_read_or_refused(data: st.DataObject, ending: str) -> None:
    content = bytearray(one(villages(), ending))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    faults = []
    try:
        read_points(bytes(content), file_name(ending), VILLAGES, NAMES)
    except DataError as error:
        faults = [fault.message for fault in error.faults]
    assert set(faults) <= catalogue("en").keys()
