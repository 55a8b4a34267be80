"""Boundary versions: what ships, and what a reader is told about a damaged one."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from base.clock import Month
from base.errors import BoundaryError, StateError
from base.settings import SHIPPED_DATA
from geo import boundaries
from geo.boundaries import BoundaryVersion, version_for
from layers.address import parse
from layers.registry import compute
from layers.view import ViewState
from store.queries import LedgerFacts

SHIPPED = SHIPPED_DATA / "boundaries" / "kontum-2015"
COPY = "copy-2015"
SENTENCE = re.compile(r"[A-ZĐ].*\s.*[.…]$", re.DOTALL)


@pytest.fixture
def version_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a copy of the shipped version among the user's data, under another id and province."""
    folder = tmp_path / "boundaries" / COPY
    shutil.copytree(SHIPPED, folder)
    edit_entry(folder, lambda text: text.replace("kontum-2015", COPY).replace('"kontum"', '"elsewhere"'))
    monkeypatch.setattr(boundaries, "user_data", lambda: tmp_path)
    boundaries.forget()
    yield folder
    boundaries.forget()
    boundaries.load.cache_clear()


def edit_entry(folder: Path, change: Callable[[str], str]) -> None:
    path = folder / "catalogue.toml"
    before = path.read_text("utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def edit_units(folder: Path, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Change the features and enter the new hash: what is wrong is then only what ``change`` did."""
    path = folder / "units.geojson"
    old = path.read_bytes()
    document = json.loads(old)
    change(document["features"])
    new = json.dumps(document).encode()
    path.write_bytes(new)
    hashes = [hashlib.sha256(content).hexdigest() for content in (old, new)]
    edit_entry(folder, lambda text: text.replace(*hashes))


def refusal(version: str = COPY) -> str:
    """Return the sentence that loading a version is refused with."""
    with pytest.raises(BoundaryError) as caught:
        boundaries.load(version)
    sentence = caught.value.text("vi")
    assert SENTENCE.match(sentence), sentence
    return sentence


def test_catalogue_says_all_that_the_design_asks_for() -> None:
    entry = tomllib.loads((SHIPPED / "catalogue.toml").read_text("utf-8"))
    wanted = "id province area_levels valid_from valid_to crs source_vi source_en licence decree geometry_sha256"
    assert {key for key in wanted.split() if not entry.get(key)} == set()
    assert entry["id"] == SHIPPED.name
    assert len(entry["known_defects"]) >= 1
    assert all(defect["vi"] and defect["en"] for defect in entry["known_defects"])
    assert "không có giá trị pháp lý" in entry["label_vi"]
    digest = hashlib.sha256((SHIPPED / entry["geometry_file"]).read_bytes()).hexdigest()
    assert digest == entry["geometry_sha256"]


def test_units_districts_and_area_are_those_of_kon_tum(boundary: BoundaryVersion) -> None:
    assert len(boundary.units) == 102
    assert boundary.units["district_code"].nunique() == 10
    assert boundary.units.index.str.fullmatch(r"\d{5}").all()
    assert boundary.units.crs == "EPSG:4326"
    measured = boundary.units.to_crs(boundary.entry.metric_crs).area / 1e6
    assert measured.sum() == pytest.approx(9674, rel=0.002)
    assert boundary.units["area_km2"].sum() == pytest.approx(9674, rel=0.002)
    assert (measured / boundary.units["area_km2"] - 1).abs().max() < 0.005


def test_outlines_and_unit_list_are_the_same_units(boundary: BoundaryVersion, facts: LedgerFacts) -> None:
    assert set(boundary.units.index) == set(facts.units)
    for code, row in boundary.units.iterrows():
        assert row["district_code"] == facts.units[str(code)].district_code
        assert row["kind"].lower() == facts.units[str(code)].kind


def test_the_13_border_communes_are_those_whose_outline_lies_on_the_border(
    boundary: BoundaryVersion, facts: LedgerFacts
) -> None:
    assert sum(bool(unit.border) for unit in facts.units.values()) == 13
    for column, country in (("border_lao_km", "Lào"), ("border_khm_km", "Campuchia")):
        by_outline = set(boundary.units.index[boundary.units[column] > 0])
        assert by_outline == {code for code, unit in facts.units.items() if country in unit.border}, country


def test_border_lines_have_the_length_the_communes_add_up_to(boundary: BoundaryVersion) -> None:
    km = boundary.border.to_crs(boundary.entry.metric_crs).length.groupby(boundary.border["neighbour"]).sum() / 1000
    units = boundary.units
    assert km["KHM"] == pytest.approx(units["border_khm_km"].sum(), rel=0.01)
    # The line is 8 km longer along the former Đăk Blô, Đăk Man and Đăk Nhoong (66.5 km) than its communes (58.2 km).
    assert km["LAO"] == pytest.approx(units["border_lao_km"].sum() + 8.3, rel=0.01)


def test_a_user_s_version_is_found_beside_the_shipped_one(version_copy: Path) -> None:
    assert version_copy.exists()
    assert {"kontum-2015", COPY} <= set(boundaries.catalogue())
    assert len(boundaries.load(COPY).units) == 102


def test_one_byte_changed_is_refused(version_copy: Path) -> None:
    path = version_copy / "units.geojson"
    content = bytearray(path.read_bytes())
    where = content.index(b"107.999824") + 5
    content[where] = ord("8")
    path.write_bytes(content)
    assert "mã băm" in refusal()


@pytest.mark.parametrize("name", ["units.geojson", "border.geojson"])
def test_a_missing_file_is_named(version_copy: Path, name: str) -> None:
    (version_copy / name).unlink()
    assert name in refusal()


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"features": 3}', b"\xff\xfe", b'{"type": "FeatureCollection"}'])
def test_a_border_file_that_is_no_geojson_is_named(version_copy: Path, content: bytes) -> None:
    (version_copy / "border.geojson").write_bytes(content)
    assert "border.geojson" in refusal()


def test_a_border_file_without_its_columns_is_refused(version_copy: Path) -> None:
    (version_copy / "border.geojson").write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    assert "border.geojson" in refusal()


def test_an_entry_that_is_no_toml_is_told_with_its_folder(version_copy: Path) -> None:
    edit_entry(version_copy, lambda text: text.replace('id = "', "id = "))
    sentence = refusal()
    assert "catalogue.toml" in sentence
    assert COPY in sentence, "every version has a catalogue.toml: the folder tells which"


@pytest.mark.parametrize("field", ["geometry_sha256", "licence", "decree", "source_vi", "valid_from", "known_defects"])
def test_a_missing_field_is_named(version_copy: Path, field: str) -> None:
    renamed = rf"\n(\[\[)?{field}\b"
    edit_entry(version_copy, lambda text: re.sub(renamed, lambda m: m[0].replace(field, "other_field"), text))
    assert field in refusal()


@pytest.mark.parametrize(("field", "value"), [("valid_from", "03/2015"), ("units", "-1"), ("licence", "")])
def test_a_field_of_wrong_form_is_named(version_copy: Path, field: str, value: str) -> None:
    edit_entry(version_copy, lambda text: re.sub(rf"(?m)^{field} = .*$", f'{field} = "{value}"', text))
    assert field in refusal()


def test_a_month_that_does_not_exist_is_refused(version_copy: Path) -> None:
    edit_entry(version_copy, lambda text: text.replace('valid_from = "2015-03"', 'valid_from = "2015-13"'))
    assert "valid_from" in refusal()


def repeat_code(features: list[dict[str, Any]]) -> None:
    features[1]["properties"]["ward_code"] = features[0]["properties"]["ward_code"]


def overlap(features: list[dict[str, Any]]) -> None:
    """Push one vertex of the first outline 1 km north, over its neighbour or away from it."""
    features[0]["geometry"]["coordinates"][0][0][2][1] += 0.01


def drop_unit(features: list[dict[str, Any]]) -> None:
    del features[5]


def drop_column(features: list[dict[str, Any]]) -> None:
    for feature in features:
        del feature["properties"]["district_code"]


def cross_itself(features: list[dict[str, Any]]) -> None:
    ring = features[3]["geometry"]["coordinates"][0][0]
    ring[1], ring[2] = ring[2], ring[1]
    features[3]["geometry"]["coordinates"][0][0] = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]


def lose_geometry(features: list[dict[str, Any]]) -> None:
    features[7]["geometry"] = None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (repeat_code, ["mã lặp lại", "23281"]),
        (overlap, ["chồng lên nhau"]),
        (drop_unit, ["101", "102"]),
        (drop_column, ["thiếu cột", "district_code"]),
        (cross_itself, ["không hợp lệ", "23290"]),
        (lose_geometry, ["không hợp lệ", "23302"]),
    ],
)
def test_units_that_cannot_be_drawn_are_refused(
    version_copy: Path, change: Callable[[list[dict[str, Any]]], None], words: list[str]
) -> None:
    edit_units(version_copy, change)
    sentence = refusal()
    assert [word for word in words if word not in sentence] == []


def test_an_unknown_version_is_named() -> None:
    assert "kontum-1999" in refusal("kontum-1999")


@pytest.mark.parametrize("month", [Month(2015, 2), Month(2025, 7), Month(1990, 1)])
def test_a_month_outside_all_versions_is_told_with_the_months_that_are_covered(month: Month) -> None:
    with pytest.raises(BoundaryError) as caught:
        version_for("kontum", month)
    sentence = caught.value.text("vi")
    assert month.label in sentence
    assert "03/2015 – 06/2025" in sentence


@pytest.mark.parametrize("month", [Month(2015, 3), Month(2025, 6)])
def test_the_first_and_the_last_month_are_covered(month: Month) -> None:
    assert version_for("kontum", month).id == "kontum-2015"


def test_a_province_without_boundaries_is_named() -> None:
    with pytest.raises(BoundaryError, match="gialai"):
        version_for("gialai", Month(2020, 1))


@pytest.mark.usefixtures("version_copy")
def test_a_boundary_of_another_province_is_told_and_left_out() -> None:
    state, notices = parse({"boundary": COPY}, "ntm-levels")
    assert [notice.parameter for notice in notices] == ["boundary"]
    assert state.boundary is None


def test_a_boundary_that_does_not_hold_in_the_month_is_told(version_copy: Path) -> None:
    def shorten(text: str) -> str:
        return text.replace('"elsewhere"', '"kontum"').replace('valid_to = "2025-06"', 'valid_to = "2017-12"')

    edit_entry(version_copy, shorten)
    _, notices = parse({"boundary": COPY, "period": "2018-06"}, "ntm-levels")
    assert [notice.parameter for notice in notices] == ["boundary"]


def test_a_version_whose_units_are_on_no_list_says_so_instead_of_an_empty_map(version_copy: Path) -> None:
    edit_entry(version_copy, lambda text: text.replace('"elsewhere"', '"kontum"'))
    with pytest.raises(StateError, match="không có danh mục đơn vị"):
        compute(ViewState(period=Month(2018, 6), boundary=COPY))


def test_codes_of_the_unit_list_are_written_once() -> None:
    with (SHIPPED_DATA / "programme" / "units.csv").open(encoding="utf-8", newline="") as file:
        keys = [(row["unit_list"], row["code"]) for row in csv.DictReader(file)]
    assert len(keys) == len(set(keys)) == 102 + 241 + 96 + 94
    assert len({code for _, code in keys}) < len(keys), "codes were used again in 2025"
