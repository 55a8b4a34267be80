"""The binary geometry, read back by a reader written from the description in ``geo/asset.py``."""

from __future__ import annotations

import hashlib
import json
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Transformer

from geo import asset as asset_module
from geo.asset import SLIVER, GeometryAsset, _merged, asset, build, grid_point, save
from geo.asset_bytes import encode
from geo.boundaries import BoundaryVersion, catalogue

Ring = list[tuple[int, int]]
TO_MERCATOR = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
TO_METRES = Transformer.from_crs("EPSG:3857", "EPSG:9216", always_xy=True)
WORLD = 40075016.68557849  # metres around the equator of Web Mercator


@dataclass
class Decoded:
    header: dict[str, Any]
    units: list[list[list[Ring]]]
    lines: list[list[Ring]]


class Reader:
    """Reads varints and points that run on from one another."""

    def __init__(self, body: bytes, start: list[int]) -> None:
        self.body, self.at = body, 0
        self.x, self.y = start

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.body[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def step(self) -> int:
        value = self.number()
        return -(value + 1) // 2 if value % 2 else value // 2

    def points(self) -> Ring:
        found = []
        for _ in range(self.number()):
            self.x += self.step()
            self.y += self.step()
            found.append((self.x, self.y))
        return found


def decode(content: bytes) -> Decoded:
    (length,) = struct.unpack("<I", content[:4])
    header = json.loads(content[4 : 4 + length])
    reader = Reader(content[4 + length :], header["bounds"][:2])
    units = [
        [[reader.points() for _ in range(reader.number())] for _ in range(reader.number())]
        for _ in range(header["units"])
    ]
    lines = [[reader.points() for _ in range(reader.number())] for _ in header["lines"]]
    assert reader.at == len(reader.body), "the file ends where the reader does"
    return Decoded(header, units, lines)


@pytest.fixture(scope="module")
def made() -> GeometryAsset:
    return asset("kontum-2015")


@pytest.fixture(scope="module")
def decoded(made: GeometryAsset) -> Decoded:
    return decode(made.content)


def polygon(unit: list[list[Ring]]) -> shapely.Geometry:
    return shapely.MultiPolygon([(rings[0], rings[1:]) for rings in unit])


def cells_of(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return longitudes and latitudes in grid cells, not rounded."""
    x, y = TO_MERCATOR.transform(points[:, 0], points[:, 1])
    return np.column_stack([(x / WORLD + 0.5) * 2**24, (0.5 - y / WORLD) * 2**24])


def test_header_and_counts(decoded: Decoded, made: GeometryAsset) -> None:
    assert decoded.header["version"] == "kontum-2015"
    assert decoded.header["bits"] == 24
    assert decoded.header["units"] == len(decoded.units) == len(made.codes) == 102
    kinds = Counter(line["kind"] for line in decoded.header["lines"])
    assert kinds == {"district": 10, "province": 1, "border": 2}


def test_units_stand_in_code_order_and_keep_their_shape(
    decoded: Decoded, made: GeometryAsset, boundary: BoundaryVersion
) -> None:
    assert list(made.codes) == sorted(boundary.units.index)
    for code, unit in zip(made.codes, decoded.units, strict=True):
        original = shapely.transform(boundary.units.loc[code, "geometry"], cells_of)
        drawn = polygon(unit)
        assert drawn.is_valid, code
        assert drawn.area == pytest.approx(original.area, rel=0.01), code


def test_no_vertex_moves_more_than_three_metres(
    decoded: Decoded, made: GeometryAsset, boundary: BoundaryVersion
) -> None:
    for code, unit in zip(made.codes, decoded.units, strict=True):
        original = shapely.MultiPoint(metres(cells_of(vertices(boundary.units.loc[code, "geometry"]))))
        drawn = shapely.MultiPoint(metres(np.array(list(chain.from_iterable(chain.from_iterable(unit))), dtype=float)))
        assert shapely.hausdorff_distance(original, drawn) < 3, code


def vertices(shape: shapely.Geometry) -> NDArray[np.float64]:
    return shapely.get_coordinates(shape)


def metres(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    x = (cells[:, 0] / 2**24 - 0.5) * WORLD
    y = (0.5 - cells[:, 1] / 2**24) * WORLD
    return np.column_stack(TO_METRES.transform(x, y))


def edges(unit: list[list[Ring]]) -> set[frozenset[tuple[int, int]]]:
    rings = chain.from_iterable(unit)
    return {frozenset(pair) for ring in rings for pair in zip(ring, [*ring[1:], ring[0]], strict=True)}


def test_neighbours_share_every_edge_but_those_of_the_province(decoded: Decoded) -> None:
    """An edge belongs to two units, or it is part of the province's outline; nothing is torn."""
    seen = Counter(chain.from_iterable(edges(unit) for unit in decoded.units))
    assert max(seen.values()) == 2
    (outline,) = [
        line for head, line in zip(decoded.header["lines"], decoded.lines, strict=True) if head["kind"] == "province"
    ]
    rim = {frozenset(pair) for part in outline for pair in pairwise(part)}
    single = {edge for edge, count in seen.items() if count == 1}
    assert rim <= single
    # What is left are slivers between the source's polygons, too small to be drawn as an outline.
    slivers = shapely.get_parts(shapely.polygonize([shapely.LineString(sorted(edge)) for edge in single - rim]))
    assert all(part.area < SLIVER for part in slivers)
    assert len(single - rim) < 0.002 * len(seen)


def test_every_inner_vertex_of_a_district_line_is_a_vertex_of_units(decoded: Decoded) -> None:
    known = {point for unit in decoded.units for ring in chain.from_iterable(unit) for point in ring}
    for head, line in zip(decoded.header["lines"], decoded.lines, strict=True):
        if head["kind"] != "border":
            assert set(chain.from_iterable(line)) <= known, head


def test_names_stand_inside_their_area(decoded: Decoded, made: GeometryAsset, boundary: BoundaryVersion) -> None:
    shapes = dict(zip(made.codes, map(polygon, decoded.units), strict=True))
    for code, district in boundary.units["district_code"].items():
        shapes[district] = shapely.union_all(
            [shapes[c] for c in made.codes if boundary.units["district_code"][c] == district]
        )
        assert code in shapes
    assert made.labels.keys() == made.boxes.keys() == shapes.keys()
    for key, shape in shapes.items():
        label = made.labels[key]
        assert shape.contains(shapely.Point(label.x, label.y)), key
        circle = shapely.Point(label.x, label.y).buffer(label.radius)
        assert circle.difference(shape).area < 0.02 * circle.area, key
        assert made.boxes[key] == list(shape.bounds)


def test_the_border_lies_on_the_rim(decoded: Decoded) -> None:
    lines = zip(decoded.header["lines"], decoded.lines, strict=True)
    by_kind = {head["key"]: line for head, line in lines if head["kind"] in {"border", "province"}}
    rim = shapely.MultiLineString(by_kind.pop("kontum"))
    assert by_kind.keys() == {"LAO", "KHM"}
    for key, line in by_kind.items():
        off = max(rim.distance(shapely.Point(point)) for part in line for point in part)
        assert off < 60, f"{key}: {off} cells off"


def test_the_name_carries_the_hash_and_building_again_gives_the_same_bytes(
    made: GeometryAsset, boundary: BoundaryVersion
) -> None:
    assert made.name == f"kontum-2015.{hashlib.sha256(made.content).hexdigest()[:16]}.bin"
    again = build(boundary)
    assert again is not made
    assert again.content == made.content


@given(st.floats(100, 120), st.floats(5, 25))
def test_a_point_is_in_the_cell_that_pyproj_says(lon: float, lat: float) -> None:
    [[x, y]] = cells_of(np.array([[lon, lat]]))
    found = grid_point(lon, lat)
    assert abs(found[0] - x) <= 0.5 + 1e-6
    assert abs(found[1] - y) <= 0.5 + 1e-6


def test_north_is_up_and_east_is_right() -> None:
    x, y = grid_point(108, 14)
    assert grid_point(108.1, 14)[0] > x
    assert grid_point(108, 14.1)[1] < y


def test_the_bytes_of_the_shipped_version_have_not_changed(made: GeometryAsset) -> None:
    assert made.digest == "1e989edb18ba1775"


def slow_numbers(start: list[int], units: list[shapely.Geometry], lines: list[shapely.Geometry]) -> list[int]:
    """Write the body as the description says it, one number after the other."""
    found: list[int] = []
    x, y = start

    def write(points: list[tuple[float, float]]) -> None:
        nonlocal x, y
        found.append(len(points))
        for to_x, to_y in points:
            found.extend(2 * step if step >= 0 else -2 * step - 1 for step in (int(to_x) - x, int(to_y) - y))
            x, y = int(to_x), int(to_y)

    for unit in units:
        found.append(shapely.get_num_geometries(unit))
        for part in shapely.get_parts(unit):
            rings = [part.exterior, *part.interiors]
            found.append(len(rings))
            for ring in rings:
                write(list(ring.coords)[:-1])
    for shape in lines:
        parts = shapely.get_parts(shapely.line_merge(shape))
        found.append(len(parts))
        for part in parts:
            write(list(part.coords))
    return found


cells = st.integers(0, 2**24)
boxes = st.builds(
    lambda x, y, width, height: shapely.box(x, y, x + width, y + height),
    cells,
    cells,
    st.integers(6, 99),
    st.integers(6, 99),
)
holed = boxes.map(lambda box: shapely.Polygon(box.exterior, [box.centroid.buffer(1, quad_segs=1).exterior]))
areas = st.one_of(boxes, holed, st.lists(st.one_of(boxes, holed), min_size=1, max_size=3).map(shapely.MultiPolygon))
paths = st.lists(st.tuples(cells, cells), min_size=2, max_size=5, unique=True).map(shapely.LineString)
lines = st.one_of(paths, st.lists(paths, max_size=3).map(shapely.MultiLineString), boxes.map(lambda box: box.boundary))


@given(st.lists(areas, min_size=1, max_size=5), st.lists(lines, max_size=5), cells, cells)
def test_any_shapes_are_written_as_described(
    units: list[shapely.Geometry], lines: list[shapely.Geometry], x: int, y: int
) -> None:
    whole = [shapely.transform(unit, np.rint) for unit in units]
    header = {"bounds": [x, y, x, y]}
    content = encode(header, np.array(whole, dtype=object), np.array([*lines, None], dtype=object)[:-1])
    (length,) = struct.unpack("<I", content[:4])
    reader = Reader(content[4 + length :], [x, y])
    expected = slow_numbers([x, y], whole, lines)
    assert [reader.number() for _ in expected] == expected
    assert reader.at == len(reader.body)


def test_a_list_without_districts_has_no_district_lines(boundary: BoundaryVersion, made: GeometryAsset) -> None:
    bare = build(replace(boundary, units=boundary.units.assign(district_code=None)))
    assert Counter(line["kind"] for line in decode(bare.content).header["lines"]) == {"province": 1, "border": 2}
    assert bare.labels.keys() == bare.boxes.keys() == set(bare.codes)
    assert {code: bare.labels[code] for code in bare.codes} == {code: made.labels[code] for code in made.codes}


@pytest.fixture
def carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: GeometryAsset) -> Iterator[Path]:
    """Return the folder of a version that carries its asset and whose geometry may not be read."""

    def refuse(*_: object) -> BoundaryVersion:
        raise AssertionError("built although the version carries its asset")

    entry = catalogue()["kontum-2015"]
    save(made, tmp_path, entry.geometry_sha256)
    monkeypatch.setattr(asset_module, "folder_of", lambda _: tmp_path)
    monkeypatch.setattr(asset_module, "load", refuse)
    asset.cache_clear()
    yield tmp_path
    asset.cache_clear()


def test_an_asset_that_a_version_carries_is_read_as_it_was_built(carried: Path, made: GeometryAsset) -> None:
    assert asset("kontum-2015") == made
    assert {path.name for path in carried.iterdir()} == {"asset.bin", "asset.json"}


def damage(folder: Path, kind: str) -> None:
    content, notes = folder / "asset.bin", folder / "asset.json"
    told = json.loads(notes.read_bytes())
    match kind:
        case "a byte is another":
            content.write_bytes(content.read_bytes()[:-1] + b"\0")
        case "the file is gone":
            content.unlink()
        case "the notes are cut off":
            notes.write_bytes(notes.read_bytes()[:-9])
        case "the notes are no object":
            notes.write_text("[]")
        case "the labels are something else":
            notes.write_text(json.dumps(told | {"labels": [1]}))
        case _:
            field, value = kind.split(" = ")
            notes.write_text(json.dumps(told | {field: value}))


@pytest.mark.parametrize(
    "kind",
    [
        "a byte is another",
        "the file is gone",
        "the notes are cut off",
        "the notes are no object",
        "the labels are something else",
        "version = quangnam-2020",
        "geometry_sha256 = 0",
        "format = 0",
    ],
)
def test_an_asset_that_is_damaged_or_of_another_geometry_is_built_anew(carried: Path, kind: str) -> None:
    damage(carried, kind)
    with pytest.raises(AssertionError, match="built although"):
        asset("kontum-2015")


def test_units_that_rounding_pushes_over_each_other_still_have_an_outline() -> None:
    whole, left = shapely.box(0, 0, 1000, 1000), shapely.box(0, 0, 500, 1000)
    crossing = shapely.box(499, 0, 1000, 1000)
    dented = shapely.Polygon([(500, 0), (1000, 0), (1000, 1000), (500, 1000), (499, 500)])
    for right in (crossing, dented):
        assert _merged(np.array([left, right])).equals(whole)
