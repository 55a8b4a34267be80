"""The picture of a boundary file over the version in use."""

from __future__ import annotations

import io
import re
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from PIL import Image

from base.errors import RenderError
from geo.boundaries import archipelagos, load
from geo.coverage import GeometryFault, find_faults
from geo.fault_words import area_text, worst
from render.boundary_picture import NUMBERED, picture

CENSUS = Path(__file__).parent / "data" / "kon_tum_communes_censusVN2009.geojson"


@pytest.fixture(scope="module")
def drawn() -> gpd.GeoDataFrame:
    frame = gpd.read_file(CENSUS)
    codes = frame["ward_code"].where(frame.index > 1, "")
    return gpd.GeoDataFrame({"code": codes, "name": frame["commune_vn"]}, geometry=frame.geometry)


@pytest.fixture(scope="module")
def faults(drawn: gpd.GeoDataFrame) -> list[GeometryFault]:
    keys = [code or f"#{number}" for number, code in enumerate(drawn["code"], 1)]
    return find_faults(drawn.set_axis(keys), "EPSG:9216")


def texts(svg: bytes) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg.decode())


def test_a_png_has_the_page_s_size_and_is_the_same_every_time(
    drawn: gpd.GeoDataFrame, faults: list[GeometryFault]
) -> None:
    current = load("kontum-2015").units
    made = [picture(drawn, current, faults, title="xã.geojson", dpi=50) for _ in range(2)]
    assert made[0] == made[1]
    with Image.open(io.BytesIO(made[0])) as image:
        assert image.size == pytest.approx((297 / 25.4 * 50, 210 / 25.4 * 50), abs=1)
        colors = {color for _, color in image.convert("RGB").getcolors(image.width * image.height)}
    assert len(colors) > 50


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_worst_faults_are_numbered_and_listed(
    drawn: gpd.GeoDataFrame, faults: list[GeometryFault], lang: str
) -> None:
    said = texts(picture(drawn, load("kontum-2015").units, faults, title="xa.geojson", fmt="svg", lang=lang))
    assert "xa.geojson" in said
    numbers = {str(at + 1) for at in worst(faults, NUMBERED)}
    assert numbers <= set(said)
    listed = [text for text in said if re.match(r"\d+\. ", text)]
    assert {text.split(".")[0] for text in listed} == numbers
    biggest = max(faults, key=lambda fault: fault.area_km2)
    assert any(area_text(biggest.area_km2, lang) in text for text in listed)
    overlaps = sum(fault.kind == "overlap" for fault in faults)
    assert f"{'chồng lấn' if lang == 'vi' else 'overlap'}: {overlaps}" in said
    # The two features without a unit are named on the map.
    assert {"Phường Quang Trung", "Phường Duy Tân"} <= set(said)
    words = "Chưa khớp danh mục: 2" if lang == "vi" else "Not matched with the list: 2"
    assert words in said


def test_a_picture_needs_neither_faults_nor_a_version(drawn: gpd.GeoDataFrame) -> None:
    said = texts(picture(drawn, None, [], title="xa.gpkg", fmt="svg"))
    assert "Ranh giới trong tệp" in said
    assert "Ranh giới hiện dùng" not in said


def test_the_archipelagos_are_named_where_the_nation_is_drawn(drawn: gpd.GeoDataFrame) -> None:
    for lang in ("vi", "en"):
        names = set(archipelagos()[lang])
        assert names <= set(texts(picture(drawn, None, [], title="x", national=True, fmt="svg", lang=lang)))
    assert not names & set(texts(picture(drawn, None, [], title="x", fmt="svg", lang="en")))


def test_shapes_that_are_missing_or_broken_are_drawn_as_far_as_they_go() -> None:
    crossed = shapely.Polygon([(107, 14), (108, 15), (108, 14), (107, 15)])
    frame = gpd.GeoDataFrame(
        {"code": ["", "", "23281"], "name": ["a", "", "c"]}, geometry=[crossed, None, shapely.Polygon()], crs=4326
    )
    empty = GeometryFault("empty", ("23281",), None, None, 0.0, "Đơn vị không có hình.")
    said = texts(picture(frame, None, [empty], title="x", fmt="svg"))
    assert "a" in said
    assert any("không có hình" in text for text in said)


def test_another_format_is_refused(drawn: gpd.GeoDataFrame) -> None:
    with pytest.raises(RenderError, match="pdf"):
        picture(drawn, None, [], title="x", fmt="pdf")


@pytest.mark.parametrize(
    ("km2", "text"), [(0.6982, "0,698 km²"), (0.0099, "9.900 m²"), (0.0000004, "0 m²"), (12, "12,000 km²")]
)
def test_small_areas_are_told_in_square_metres(km2: float, text: str) -> None:
    assert area_text(km2, "vi") == text
