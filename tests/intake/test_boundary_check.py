"""Checking boundary files: what is found out, what is asked back, and what stands against an import."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from field_files import CENSUS, one
from survey_files import (
    KONTUM,
    as_typed,
    checked,
    own_list,
    own_store,
    refused,
    shapefile,
    survey,
)

from base.errors import StateError
from geo.boundaries import load
from geo.text import Encoding
from intake.boundary_asked import BoundaryRefusedError
from intake.boundary_folders import forget
from intake.boundary_report import BoundaryReport, refused_document
from intake.boundary_words import as_text
from store.ledger import Ledger


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with pytest.MonkeyPatch.context() as patch:
        yield own_store(tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("base"), patch)
    forget()


@pytest.fixture(scope="module")
def census(ledger: Ledger) -> BoundaryReport:
    return checked(CENSUS.read_bytes(), CENSUS.name, ledger)


def census_frame(*columns: str) -> gpd.GeoDataFrame:
    return gpd.read_file(CENSUS)[[*columns, "geometry"]]


def says(report: BoundaryReport) -> list[str]:
    return [reason.says("vi") for reason in report.reasons]


def test_the_messy_real_file_is_told_as_it_is(census: BoundaryReport) -> None:
    found = census.document("vi")
    assert (found["format"], found["features"], found["vertices"]) == ("geojson", 102, 4503)
    assert (found["province"], found["unit_list"], found["boundary"]) == ("kontum", KONTUM, KONTUM)
    roles = {field["role"]: field["name"] for field in found["fields"] if field["role"]}
    assert roles == {"code": "ward_code", "name": "ward_name", "district": "district_name"}
    assert found["crs"]["code"] == "EPSG:4326"
    assert found["crs"]["candidates"][0]["share_inside"] > 0.99
    assert found["units"]["matched"] == found["units"]["expected"] == 102
    assert not found["units"]["unmatched"] + found["units"]["missing"] + found["reasons"]
    assert found["importable"]
    counts = found["geometry"]["counts"]
    # SOURCES.md: 479 sliver gaps and 13 km² of overlaps, counted by another program.
    assert counts["gap"] == pytest.approx(479, abs=10)
    overlaps = [fault["area_km2"] for fault in found["geometry"]["faults"] if fault["kind"] == "overlap"]
    assert sum(overlaps) == pytest.approx(13, abs=0.7)
    assert all(107 < fault["lon"] < 109 and 13 < fault["lat"] < 16 for fault in found["geometry"]["faults"])
    assert found["total"]["official_km2"] == 9674


def test_areas_that_differ_are_flagged_against_what_is_drawn_now(census: BoundaryReport) -> None:
    areas = {area["code"]: area for area in census.document("vi")["areas"]}
    assert len(areas) == 102
    # Ia Đal: the census draws it at 353 km², the current version at 301 km².
    assert areas["23535"]["km2"] == pytest.approx(352.6, abs=0.5)
    assert areas["23535"]["current_km2"] == pytest.approx(300.8, abs=0.1)
    assert areas["23535"]["differs"]
    for area in areas.values():
        assert area["differs"] == (abs(area["difference_percent"]) > 5)


def test_published_areas_go_before_drawn_ones(ledger: Ledger) -> None:
    units = load("quangngai-2025").units
    file = gpd.GeoDataFrame({"ma": units.index, "ten": units["name"]}, geometry=units.geometry.to_numpy(), crs=4326)
    areas = {area.code: area for area in checked(one(file, ".gpkg"), "xa.gpkg", ledger).areas}
    # Ia Đal: 301 km² drawn, 218.08 km² published.
    assert areas["23535"].published_km2 == pytest.approx(218, abs=0.2)
    assert areas["23535"].difference == pytest.approx(0.38, abs=0.01)
    assert areas["23535"].differs


@pytest.mark.parametrize(
    "columns", [("commune_vn", "district_vn"), ("commune", "district"), ("ward_name", "district_code"), ("ward_code",)]
)
def test_the_messy_real_file_matches_by_any_of_its_columns(ledger: Ledger, columns: tuple[str, ...]) -> None:
    report = checked(one(census_frame(*columns), ".geojson"), "xa.geojson", ledger)
    truth = dict(enumerate(gpd.read_file(CENSUS)["ward_code"]))
    assert report.codes == truth
    assert ("code" in {match.stage for match in report.result.matches}) == (columns == ("ward_code",))


@pytest.mark.parametrize("version", ["danang-2025", KONTUM, "quangnam-2020", "quangngai-2025"])
def test_a_file_finds_its_list_among_all(ledger: Ledger, version: str) -> None:
    units = load(version).units
    file = gpd.GeoDataFrame({"ten": units["name"], "huyen": units["district_code"]}, geometry=units.geometry.to_numpy())
    report = checked(one(file.set_crs(4326), ".fgb"), "xa.fgb", ledger)
    assert (report.unit_list, report.compared_with) == (version, version)
    assert len(report.result.matches) == len(units)
    assert {fault.kind for fault in report.faults} <= {"gap", "sliver"}  # of some square metres
    assert report.importable


def test_a_survey_without_prj_is_asked_about_with_candidates(ledger: Ledger) -> None:
    error = refused(shapefile(survey()), "xa.zip", ledger)
    assert isinstance(error, BoundaryRefusedError)
    assert "không khai báo hệ tọa độ" in error.faults[0].says("vi")
    assert error.crs[0].code == "EPSG:9216"
    assert error.crs[0].share_inside > 0.99
    assert {"EPSG:5899", "EPSG:5898"} <= {one.code for one in error.crs}
    document = refused_document(error, "xa.zip", "en")
    assert document["importable"] is False
    assert [one["code"] for one in document["crs"]["candidates"]] == [one.code for one in error.crs]
    assert document["encoding"]["candidates"] == []  # the names prove the encoding
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    assert (again.crs, again.text("vi")) == (error.crs, error.text("vi"))


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "cp1258", "utf-8"])
def test_old_text_is_read_by_the_official_names(ledger: Ledger, encoding: Encoding) -> None:
    report = checked(shapefile(survey(encoding)), "xa.zip", ledger, crs="EPSG:9216")
    assert (report.encoding.encoding, report.encoding.how) == (encoding, "names")
    assert report.encoding.fit
    assert report.encoding.fit.share > 0.95
    assert report.importable
    assert sorted(report.codes.values()) == list(load(KONTUM).units.index)
    assert set(report.frame["name"]) == set(load(KONTUM).units["name"])  # capitals that TCVN3 lost are back


def test_geojson_of_an_old_table_is_read_the_same_way(ledger: Ledger) -> None:
    frame = survey("tcvn3").to_crs(4326)
    report = checked(one(frame, ".geojson"), "xa.geojson", ledger)
    assert report.encoding.encoding == "tcvn3"
    assert len(report.result.matches) == 102


def test_what_is_unicode_is_not_taken_for_old_text(ledger: Ledger) -> None:
    frame = own_list().assign(ward_name=[f"Xã {number}" for number in range(12)])
    report = checked(one(frame, ".gpkg"), "xa.gpkg", ledger, own_list=True, province="vietnam")
    assert report.encoding.how == "file"
    assert report.frame["name"][0] == "Xã 0"


def test_system_and_encoding_are_asked_about_at_once(ledger: Ledger) -> None:
    frame = survey("tcvn3")
    half = len(frame) // 2
    other = survey("vni")
    frame["TEN_XA"] = [*frame["TEN_XA"][:half], *other["TEN_XA"][half:]]
    frame["HUYEN"] = [*frame["HUYEN"][:half], *other["HUYEN"][half:]]
    error = refused(shapefile(frame), "xa.zip", ledger, province="kontum")
    assert isinstance(error, BoundaryRefusedError)
    assert error.crs
    assert {fit.encoding for fit in error.fits[:2]} == {"tcvn3", "vni"}
    told = error.text("vi")
    assert "Gợi ý 1: EPSG:9216" in told
    assert "Không chắc bảng mã" in told
    assert "tcvn3: " in told
    assert "vni: " in told


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"crs": "EPSG:3406"}, "EPSG:3406"),
        ({"crs": "EPSG:9216", "encoding": "utf-8"}, "utf-8"),
        ({"crs": "EPSG:9216", "name_column": "TEN"}, "“TEN”"),
        ({"crs": "9216m"}, "9216m"),
        ({"crs": "EPSG:9216", "boundary": "danang-2025"}, "EPSG:9216"),
    ],
    ids=str,
)
def test_a_wrong_answer_is_refused(ledger: Ledger, asked: dict[str, str], named: str) -> None:
    assert named in refused(shapefile(survey()), "xa.zip", ledger, **asked).text("vi")


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"encoding": "utf-7"}, "utf-7"),
        ({"province": "nowhere"}, "nowhere"),
        ({"boundary": "nowhere-2015"}, "nowhere-2015"),
        ({"boundary": KONTUM, "province": "danang"}, "danang"),
        ({"province": "vietnam"}, "vietnam"),
        ({"own_list": True}, "--province"),
    ],
    ids=str,
)
def test_what_does_not_exist_cannot_be_asked_for(ledger: Ledger, asked: dict[str, object], named: str) -> None:
    with pytest.raises(StateError, match=named):
        checked(shapefile(survey()), "xa.zip", ledger, **asked)


def test_every_obstacle_is_told_with_its_row(ledger: Ledger) -> None:
    frame = census_frame("ward_name", "district_name").drop(index=[5, 6]).reset_index(drop=True)
    frame.loc[0, "ward_name"] = "Phường Quang Trunh"
    frame.loc[1, "ward_name"] = "Xã Không Có Tên"
    report = checked(one(frame, ".gpkg"), "xa.gpkg", ledger)
    assert not report.importable
    assert len(report.missing) == 4
    told = says(report)
    assert "2 đối tượng chưa khớp" in told[0]
    assert told[1].startswith("Dòng 0 (đối tượng số 1) “Phường Quang Trunh”:")
    assert "23281 Phường Quang Trung" in told[1]  # a suggestion, not taken
    assert "Thiếu 4 đơn vị" in told[-1] or "thiếu 4 đơn vị" in told[-1]
    assert "23281 Phường Quang Trung" in told[-1]
    document = json.loads(report.as_json("en"))
    assert [row["reason"] for row in document["units"]["unmatched"]] == ["unknown-name", "unknown-name"]
    assert all(row["text"].isascii() for row in document["units"]["unmatched"])
    assert {row["code"] for row in document["units"]["missing"]} == set(report.missing)


def test_a_person_confirms_what_was_only_suggested(ledger: Ledger) -> None:
    frame = census_frame("ward_name", "district_name")
    frame.loc[0, "ward_name"] = "Phường Quang Trunh"
    content = one(frame, ".gpkg")
    assert not checked(content, "xa.gpkg", ledger).importable
    report = checked(content, "xa.gpkg", ledger, confirmed=((0, "23281"),))
    assert report.importable
    assert report.codes[0] == "23281"
    assert [(one.row, one.stage, one.name) for one in report.confirmed] == [(0, "alias", "Phường Quang Trunh")]


def test_every_wrong_confirmation_is_told(ledger: Ledger) -> None:
    frame = census_frame("ward_name", "district_name")
    frame.loc[0, "ward_name"] = "Phường Quang Trunh"
    wrong = ((102, "23281"), (0, "99999"), (1, "23281"), (0, "23284"))
    error = refused(one(frame, ".gpkg"), "xa.gpkg", ledger, confirmed=wrong)
    assert len(error.faults) == 4
    assert all(f"òng {row}" in fault.says("vi") for (row, _), fault in zip(wrong, error.faults, strict=True))


def test_a_unit_drawn_twice_is_ambiguous(ledger: Ledger) -> None:
    frame = census_frame("ward_name", "district_name")
    frame.loc[1, ["ward_name", "district_name"]] = frame.loc[0, ["ward_name", "district_name"]]
    report = checked(one(frame, ".gpkg"), "xa.gpkg", ledger)
    assert {row["row"] for row in report.document("vi")["units"]["ambiguous"]} == {0, 1}
    assert not report.importable


def test_a_file_of_another_place_has_no_column_that_fits(ledger: Ledger) -> None:
    frame = gpd.GeoDataFrame({"ten": ["A", "B"]}, geometry=[shapely.box(108, 14.5, 108.1, 14.6)] * 2, crs=4326)
    assert "ten" in refused(one(frame, ".gpkg"), "xa.gpkg", ledger, province="kontum").text("vi")


def test_a_unit_without_shape_and_crossing_outlines_are_found(ledger: Ledger) -> None:
    frame = census_frame("ward_code")
    ring = shapely.get_coordinates(max(frame.geometry[30].geoms, key=shapely.area).exterior)
    ring[[2, 9]] = ring[[9, 2]]
    frame.loc[30, "geometry"] = shapely.Polygon(ring)
    report = checked(one(frame, ".gpkg"), "xa.gpkg", ledger)
    [fault] = [fault for fault in report.faults if fault.kind == "invalid"]
    assert fault.units == (frame.loc[30, "ward_code"],)
    assert report.importable  # it can be repaired


def test_a_list_of_its_own_is_read_from_the_file(ledger: Ledger) -> None:
    report = checked(one(own_list(), ".gpkg"), "nuoc.gpkg", ledger, own_list=True, province="vietnam")
    assert report.importable
    assert report.national
    assert report.document("vi")["unit_list"] is None
    assert list(report.units) == [f"{number * 7 + 1:05}" for number in range(12)]
    first, second, third = list(report.units.values())[:3]
    assert (first.kind, first.name, first.district_code, first.in_programme) == ("xã", "Ấp 0", "001", True)
    assert (second.kind, second.in_programme, third.kind) == ("phường", False, "đặc khu")
    assert report.official_km2 == pytest.approx(own_list()["areaKm2"].sum())
    assert not [area for area in report.areas if area.differs]


def test_every_fault_of_a_list_of_its_own_is_told(ledger: Ledger) -> None:
    frame = own_list()
    frame.loc[1, "ward_code"] = ""
    frame.loc[3, "ward_code"] = frame.loc[2, "ward_code"]
    frame.loc[4, "ward_name"] = ""
    frame.loc[5, "ward_name"] = "Ấp 5"
    report = checked(one(frame, ".gpkg"), "nuoc.gpkg", ledger, own_list=True, province="vietnam")
    told = says(report)
    for part in ("không có mã xã 5 chữ số: số 2", "mã trùng", "số 3, 4", "không có tên: số 5", "loại đơn vị", "số 6"):
        assert any(part in text for text in told), part


@pytest.mark.parametrize("gone", ["ward_code", "ward_name"])
def test_a_list_of_its_own_needs_codes_and_names(ledger: Ledger, gone: str) -> None:
    content = one(own_list().drop(columns=gone), ".gpkg")
    assert "danh mục riêng" in refused(content, "nuoc.gpkg", ledger, own_list=True, province="vietnam").text("vi")


def test_a_report_can_be_handed_from_process_to_process(census: BoundaryReport) -> None:
    again = pickle.loads(pickle.dumps(census))  # noqa: S301 - our own
    assert again.as_json("vi") == census.as_json("vi")


def test_the_text_says_the_same_in_both_languages(census: BoundaryReport) -> None:
    vietnamese, english = (as_text(census, lang) for lang in ("vi", "en"))
    assert "khớp 102 trên 102" in vietnamese
    assert vietnamese.endswith("Có thể nạp.")
    assert "102 matched of 102" in english
    assert english.endswith("Can be imported.")
    assert len(vietnamese.splitlines()) == len(english.splitlines())


def test_old_text_is_shown_a_letter_for_each_byte() -> None:
    assert as_typed("Đăk Pék", "tcvn3") == "§¨k PÐk"
    assert Path(CENSUS).exists()
