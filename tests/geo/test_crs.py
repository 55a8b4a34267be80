"""Coordinate systems of field files: the official shift proved, doubtful declarations refused, candidates ranked."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.database import query_crs_info

from base.errors import DataError
from base.i18n import catalogue, translate
from geo.boundaries import load
from geo.crs import CrsCandidate, candidates, lon_lat, points_of, resolve
from geo.crs_declared import VN2000_ZONES, CrsFinding, declared

CENSUS = Path(__file__).parent.parent / "data" / "kon_tum_communes_censusVN2009.geojson"
EARTH = Geod(ellps="WGS84")
#: Vùng nước cảng biển in the annex of circular 37/2019/TT-BGTVT (Lý Sơn) and of 20/2019/TT-BGTVT (Khánh Hòa): every
#: point in both systems, degrees, minutes and seconds north and east. Source: lawnet.vn and an official Q&A page.
PUBLISHED = [
    ("LS1", (15, 22, 29), (109, 6, 7), (15, 22, 32.7), (109, 6, 0.5)),
    ("LS2", (15, 20, 32), (109, 5, 35), (15, 20, 35.7), (109, 5, 28.5)),
    ("LS3", (15, 20, 10), (109, 7, 6), (15, 20, 13.7), (109, 6, 59.5)),
    ("LS4", (15, 22, 24), (109, 7, 43), (15, 22, 27.7), (109, 7, 36.5)),
    ("VP1", (12, 33, 36.0), (109, 26, 0.0), (12, 33, 39.7), (109, 25, 53.6)),
    ("NT2", (12, 16, 0.0), (109, 13, 42.0), (12, 16, 3.7), (109, 13, 35.6)),
    ("C1", (11, 58, 8.8), (109, 12, 24.9), (11, 58, 12.5), (109, 12, 18.4)),
]
#: The seven parameters as published, coordinate frame convention.
HELMERT = (
    "+proj=helmert +x=-191.90441429 +y=-39.30318279 +z=-111.45032835 +rx=-0.00928836 +ry=0.01975479 +rz=-0.00427372 "
    "+s=0.252906278 +convention=coordinate_frame"
)
TOWGS84 = "-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"
#: What GDAL used to write into files: the older operation, 0.75 m off.
OLDER_TOWGS84 = "-192.873,-39.382,-111.202,-0.00205,-0.0005,0.00335,0.0188"
#: What GDAL says of a GeoPackage with the system "unknown, plane".
UNDEFINED = (
    'ENGCRS["Undefined Cartesian SRS",EDATUM["Unknown engineering datum"],CS[Cartesian,2],AXIS["x",unspecified],'
    'AXIS["y",unspecified],LENGTHUNIT["m",1]]'
)


def esri(
    datum: str, *, meridian: float = 107.5, scale: float = 0.9999, ellipsoid: str = "6378137.0,298.257223563"
) -> str:
    return (
        f'PROJCS["VN_2000_TM3",GEOGCS["GCS_{datum}",DATUM["{datum}",SPHEROID["WGS_1984",{ellipsoid}]],'
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
        f'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],'
        f'PARAMETER["Scale_Factor",{scale}],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )


def proj(text: str) -> str:
    return str(CRS.from_string(text).to_wkt())


def degrees(parts: Sequence[float]) -> float:
    return parts[0] + parts[1] / 60 + parts[2] / 3600


def metres(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.array(EARTH.inv(one[:, 0], one[:, 1], other[:, 0], other[:, 1])[2])


@pytest.fixture(scope="session")
def place() -> shapely.Geometry:
    return shapely.union_all(load("kontum-2015").units.geometry.values)


@functools.cache
def census() -> gpd.GeoDataFrame:
    """Return the communes of Kon Tum as another source draws them, EPSG:4326."""
    return gpd.read_file(CENSUS)


def field(epsg: int, *, swapped: bool = False, rows: slice = slice(None)) -> gpd.GeoDataFrame:
    """Return the communes as a file has them: in some system, which it does not say."""
    moved = census().iloc[rows].to_crs(epsg).set_crs(None, allow_override=True)
    if swapped:
        moved = moved.set_geometry(shapely.transform(moved.geometry.values, lambda points: points[:, ::-1]))
    return moved


def faults(
    frame: gpd.GeoDataFrame, finding: CrsFinding, place: shapely.Geometry, chosen: str | None = None
) -> list[str]:
    with pytest.raises(DataError) as raised:
        resolve(frame, finding, place, chosen, "ranh_gioi.shp")
    for fault in raised.value.faults:
        assert fault.message in catalogue("en")
        assert translate(fault.message, "en", **dict(fault.params))
    return [fault.says("vi") for fault in raised.value.faults]


def test_the_zones_are_all_that_the_registry_has() -> None:
    registered = {
        int(info.code): CRS.from_epsg(info.code)
        for info in query_crs_info("EPSG", allow_deprecated=False)
        if info.name.startswith("VN-2000 /")
    }
    assert VN2000_ZONES.keys() == registered.keys()
    assert {9205, 9216, 9218, 5896, 5899, 3405, 3406} < registered.keys()
    for epsg, crs in registered.items():
        values = {param.name: param.value for param in crs.coordinate_operation.params}
        assert values["Longitude of natural origin"] == VN2000_ZONES[epsg].meridian
        assert values["Scale factor at natural origin"] == VN2000_ZONES[epsg].scale
        if "TM-3 zone" not in crs.name:  # three zones the registry only numbers
            assert VN2000_ZONES[epsg].name == crs.name
    assert [VN2000_ZONES[epsg].name for epsg in (5898, 5899)] == ["VN-2000 / TM-3 108-00", "VN-2000 / TM-3 107-45"]


@pytest.mark.parametrize(("north", "east", "north_vn", "east_vn"), [pair[1:] for pair in PUBLISHED])
def test_published_points_come_out_within_a_tenth_of_a_second(
    north: Sequence[float], east: Sequence[float], north_vn: Sequence[float], east_vn: Sequence[float]
) -> None:
    [found] = lon_lat(np.array([[degrees(east_vn), degrees(north_vn)]]), 4756)
    assert np.abs(found - (degrees(east), degrees(north))).max() * 3600 < 0.1


@pytest.mark.parametrize("epsg", [9216, 5899, 5898, 3405, 9205, 9218])
def test_the_official_parameters_are_applied_and_a_null_shift_is_225_m_off(epsg: int) -> None:
    points = points_of(field(epsg))
    zone = Transformer.from_crs(epsg, CRS.from_epsg(epsg).geodetic_crs, always_xy=True)
    unshifted = np.column_stack(zone.transform(points[:, 0], points[:, 1]))
    shift = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
        f"+step {HELMERT} +step +inv +proj=cart +ellps=WGS84 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    official = np.column_stack(shift.transform(unshifted[:, 0], unshifted[:, 1]))
    found = lon_lat(points, epsg)
    assert metres(found, official).max() < 0.001
    assert metres(found, unshifted) == pytest.approx(225, abs=5)


def test_the_shift_is_the_same_at_sea() -> None:
    at_sea = np.array([[112.3, 16.5], [114.3, 10.4]])  # Hoàng Sa, Trường Sa
    assert metres(lon_lat(at_sea, 4756), at_sea) == pytest.approx(225, abs=10)


def test_geopandas_would_place_the_file_alike(place: shapely.Geometry) -> None:
    placed, finding = resolve(field(9216), declared(esri("D_VN_2000"), "prj"), place, None, "a.shp")
    assert finding == CrsFinding(9216, "prj", "VN-2000 / TM-3 107-30", known_datum=True)
    assert placed.crs == "EPSG:4326"
    assert placed.drop(columns="geometry").equals(census().drop(columns="geometry"))
    assert shapely.hausdorff_distance(placed.geometry.values, census().geometry.values).max() < 1e-8


@pytest.mark.parametrize(
    ("text", "epsg"),
    [
        *((esri(datum), 9216) for datum in ("D_VN_2000", "D_VN2000", "D_Vietnam_2000", "VN-2000", "Vietnam_2000")),
        (esri("D_VN_2000", meridian=108), 5898),
        (esri("D_VN_2000", meridian=105, scale=0.9996), 3405),
        (proj(f"+proj=tmerc +lon_0=107.75 +k=0.9999 +x_0=500000 +ellps=WGS84 +towgs84={TOWGS84}"), 5899),
        (proj(f"+proj=tmerc +lon_0=107.75 +k=0.9999 +x_0=500000 +ellps=WGS84 +towgs84={OLDER_TOWGS84}"), 5899),
        (proj(f"+proj=longlat +ellps=WGS84 +towgs84={TOWGS84}"), 4756),
        (proj("+proj=utm +zone=48 +datum=WGS84"), 32648),
        (proj("+proj=longlat +datum=WGS84"), 4326),
        *((CRS.from_epsg(epsg).to_wkt(kind), epsg) for epsg in (9217, 3406, 4756, 4326, 32649) for kind in (
            "WKT1_ESRI", "WKT1_GDAL", "WKT2_2019")),
        (f'COMPOUNDCRS["x",{CRS.from_epsg(9216).to_wkt()},{CRS.from_epsg(5773).to_wkt()}]', 9216),
        ("EPSG:9216", 9216),
        ("urn:ogc:def:crs:EPSG::5899", 5899),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326),
        ("http://www.opengis.net/def/crs/EPSG/0/3405", 3405),
        (CRS.from_user_input("OGC:CRS84").to_wkt(), 4326),
    ],
)  # fmt: skip
def test_a_known_system_is_recognised_however_it_is_written(text: str, epsg: int) -> None:
    finding = declared(text, "file")
    assert (finding.epsg, finding.how, finding.known_datum, finding.problem) == (epsg, "file", True, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "không khai báo hệ tọa độ"),
        (" \n", "không khai báo hệ tọa độ"),
        (UNDEFINED, "không khai báo hệ tọa độ"),
        # PROJ takes this for EPSG:9216 by its numbers, and transforms it without any shift.
        (esri("Unknown"), "gốc tọa độ “Unknown”"),
        (proj("+proj=tmerc +lon_0=107.5 +k=0.9999 +x_0=500000 +ellps=WGS84"), "không phải là VN-2000 hay WGS 84"),
        (proj("+proj=utm +zone=48 +ellps=WGS84"), "không phải là VN-2000 hay WGS 84"),
        (esri("D_HaNoi_1972"), "gốc tọa độ “Hanoi 1972”"),
        (esri("D_VN_2000", ellipsoid="6378245.0,298.3"), "không phải là VN-2000 hay WGS 84"),
        ("EPSG:3148", "Indian 1960"),
        # The common recipe: no shift, and the scale of the 6° zones in a 3° zone.
        (proj("+proj=tmerc +lon_0=107.5 +k=0.9996 +x_0=500000 +ellps=WGS84 +towgs84=0,0,0"), "lệch 225 m"),
        (esri("D_VN_2000").replace("]],PRIMEM", "],TOWGS84[0,0,0,0,0,0,0]],PRIMEM"), "lệch 225 m"),
        (esri("D_VN_2000", scale=0.9996), "không thuộc múi chiếu nào"),
        (esri("D_VN_2000", meridian=107.6), "không thuộc múi chiếu nào"),
        # A zone of VN-2000 with the datum of WGS 84: one of the two is wrong.
        (esri("D_WGS_1984"), "không thuộc múi chiếu nào"),
        ("PROJCS[abc", "Không hiểu được"),
        ("EPSG:99999", "Không hiểu được"),
        ("+init=/etc/passwd:x", "Không hiểu được"),
        ("https://example.org/crs.wkt", "Không hiểu được"),
    ],
)  # fmt: skip
def test_a_doubtful_declaration_is_not_believed(text: str | None, why: str, place: shapely.Geometry) -> None:
    finding = declared(text, "prj")
    assert finding.epsg is None
    assert finding.problem in catalogue("en")
    reason, first, *_ = faults(field(9216), finding, place)
    assert why in reason
    assert first.startswith("Gợi ý 1: EPSG:9216 (VN-2000 / TM-3 107-30): 99 % số điểm nằm trong địa bàn")


@pytest.mark.parametrize("epsg", [9216, 5899, 5898, 9217, 9214, 3405, 3406])
def test_the_true_zone_is_the_first_candidate(epsg: int, place: shapely.Geometry) -> None:
    found = candidates(points_of(field(epsg)), place)
    assert (found[0].epsg, found[0].swapped) == (epsg, False)
    assert found[0].share_inside > 0.99
    assert found[0].distance_km < 10
    # Systems of the same meridian, 225 to 500 m beside it, cannot be told by where they fall.
    same = {3405: {32648, 5897}, 3406: {32649}}.get(epsg, set())
    assert {one.epsg for one in found[1:] if one.share_inside > 0.8} == same


def test_degrees_are_either_of_two_systems(place: shapely.Geometry) -> None:
    found = candidates(points_of(field(4326)), place)
    assert [(one.epsg, one.share_inside > 0.99) for one in found[:2]] == [(4756, True), (4326, True)]
    assert {one.epsg for one in found} == {4756, 4326}


@pytest.mark.parametrize("epsg", [9216, 5899, 4326, 3405])
def test_swapped_axes_are_found_and_can_be_chosen(epsg: int, place: shapely.Geometry) -> None:
    swapped = field(epsg, swapped=True)
    first = candidates(points_of(swapped), place)[0]
    assert first.swapped
    told = faults(swapped, declared(f"EPSG:{epsg}", "file"), place)
    assert "đảo trục: tệp ghi X theo hướng bắc" in told[1]
    placed, finding = resolve(swapped, declared(None, "none"), place, f"EPSG:{epsg},yx", "a.shp")
    assert (finding.epsg, finding.how, finding.swapped) == (epsg, "chosen", True)
    assert shapely.hausdorff_distance(placed.geometry.values, census().geometry.values).max() < 1e-8


@pytest.mark.parametrize("wrong", ["EPSG:5899", "EPSG:9215", "EPSG:5898", "EPSG:3405", "EPSG:4326", "EPSG:9216,yx"])
@pytest.mark.parametrize("chosen", [True, False])
def test_a_zone_that_contradicts_the_place_is_refused(wrong: str, chosen: bool, place: shapely.Geometry) -> None:  # noqa: FBT001
    if chosen:
        told = faults(field(9216), declared("EPSG:9216", "prj"), place, wrong)
    elif wrong.endswith("yx"):
        told = faults(field(9216, swapped=True), declared("EPSG:9216", "prj"), place)
        wrong = "EPSG:9216"
    else:
        told = faults(field(9216), declared(wrong, "prj"), place)
    assert told[0].startswith(f"Theo hệ tọa độ {wrong} (")
    assert told[1].startswith("Gợi ý 1: EPSG:9216")


@pytest.mark.parametrize(
    ("version", "epsg", "neighbours"),
    [("kontum-2015", 9216, (5899, 9215, 9214)), ("quangngai-2025", 5898, (5899, 9217))],
)
def test_no_neighbouring_zone_passes_for_the_right_one(version: str, epsg: int, neighbours: Sequence[int]) -> None:
    units = load(version).units
    place = shapely.union_all(units.geometry.values)
    points = points_of(units.to_crs(epsg))
    by_code = {one.epsg: one for one in candidates(points, place) if not one.swapped}
    assert by_code[epsg].share_inside > 0.999
    assert max(by_code[other].share_inside for other in neighbours) < 0.86


def test_a_person_decides_what_the_file_does_not_say(place: shapely.Geometry) -> None:
    nothing = declared(None, "none")
    for choice in ("EPSG:9216", " epsg:9216 ", "9216"):
        placed, finding = resolve(field(9216), nothing, place, choice, "a.shp")
        assert (finding.epsg, finding.how) == (9216, "chosen")
        assert shapely.hausdorff_distance(placed.geometry.values, census().geometry.values).max() < 1e-8


@pytest.mark.parametrize(
    ("chosen", "why"),
    [("VN-2000", "không phải là mã"), ("EPSG:9216;x", "không phải là mã"), ("EPSG:3148", "Indian 1960"),
     ("EPSG:99999", "Không hiểu được")],
)  # fmt: skip
def test_a_choice_must_be_a_known_system(chosen: str, why: str, place: shapely.Geometry) -> None:
    reason, first, *_ = faults(field(9216), declared("EPSG:9216", "prj"), place, chosen)
    assert why in reason
    assert "EPSG:9216" in first


def test_geojson_in_metres_has_no_system(place: shapely.Geometry) -> None:
    told = faults(field(9216), declared("EPSG:4326", "rfc7946"), place)
    assert "GeoJSON không khai báo hệ tọa độ" in told[0]
    assert told[1].startswith("Gợi ý 1: EPSG:9216")
    placed, finding = resolve(field(4326), declared("EPSG:4326", "rfc7946"), place, None, "a.geojson")
    assert (finding.epsg, finding.how) == (4326, "rfc7946")
    assert shapely.equals_exact(placed.geometry.values, census().geometry.values, tolerance=1e-12).all()


def test_one_district_fits_several_zones_and_is_asked_for(place: shapely.Geometry) -> None:
    district = field(9216)[(census()["district_name"] == "Huyện Đắk Hà").to_numpy()]
    assert len(district) > 5
    told = faults(district, declared(None, "none"), place)
    inside = [line for line in told if " 100 % số điểm" in line]
    assert len(inside) > 1
    assert any("EPSG:9216" in line for line in inside)
    assert resolve(district, declared(None, "none"), place, "EPSG:9216", "a.shp")[1].epsg == 9216


def test_a_file_of_another_part_of_the_world_has_no_candidate(place: shapely.Geometry) -> None:
    there = gpd.GeoDataFrame(geometry=[shapely.box(2.2, 48.8, 2.4, 48.9)])
    told = faults(there, declared("EPSG:4326", "rfc7946"), place)
    assert "chỉ 0 %" in told[0]
    assert told[1:] == [
        "Không hệ tọa độ thường dùng nào đặt được tệp vào địa bàn. Hãy kiểm tra xem đây có đúng là tệp của địa bàn này."
    ]


def test_a_vertex_that_falls_nowhere_is_named(place: shapely.Geometry) -> None:
    broken = field(4326)
    shapes = broken.geometry.values.copy()
    shapes[3] = shapely.box(107.9, 14.5, 999.0, 14.6)
    told = faults(broken.set_geometry(gpd.GeoSeries(shapes)), declared("EPSG:4326", "rfc7946"), place)
    assert [line.split(". ")[0] for line in told] == [
        "1 đối tượng có đỉnh nằm ngoài phạm vi của hệ tọa độ (đầu tiên là đối tượng số 4)"
    ]


def test_many_features_are_sampled() -> None:
    boxes = gpd.GeoDataFrame(geometry=[shapely.box(x, 0, x + 1, 1) for x in range(30_000)])
    points = points_of(boxes)
    assert 15_000 < len(points) <= 20_000
    assert points[:, 0].max() > 29_990


def test_what_a_candidate_is_chosen_by() -> None:
    assert CrsCandidate(9216, "x", 1.0, 0.0).code == "EPSG:9216"
    assert CrsCandidate(9216, "x", 1.0, 0.0, swapped=True).code == "EPSG:9216,yx"
    assert candidates(np.empty((0, 2)), shapely.box(0, 0, 1, 1)) == []
