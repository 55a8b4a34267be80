"""The boundary versions that ship: complete, closed, and in step with the unit lists."""

from __future__ import annotations

import pytest

from base.clock import Month
from base.settings import SHIPPED_DATA
from geo.boundaries import load, version_for
from intake.collection import read_collection

UNITS = read_collection()["units"]
VERSIONS = {
    "kontum-2015": (102, "EPSG:9216", "2015-03", "2025-06"),
    "quangnam-2020": (241, "EPSG:5899", "2020-03", "2025-06"),
    "quangngai-2025": (96, "EPSG:5898", "2025-07", None),
    "danang-2025": (94, "EPSG:5899", "2025-07", None),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_holds_its_units_its_zone_and_its_months(version: str) -> None:
    entry = load(version).entry
    assert (entry.units, entry.metric_crs, entry.valid_from, entry.valid_to) == VERSIONS[version]
    assert entry.units_of == version
    assert (SHIPPED_DATA / "boundaries" / version / "NOTICE.md").read_text("utf-8").startswith(f"# {version}")


@pytest.mark.parametrize("version", VERSIONS)
def test_drawn_units_are_the_listed_ones(version: str) -> None:
    listed = {row["code"]: row for row in UNITS if row["unit_list"] == version}
    drawn = load(version).units
    assert set(drawn.index) == set(listed)
    for code, unit in drawn.iterrows():
        row = listed[str(code)]
        assert unit["district_code"] == row["district_code"]
        assert unit["former_province"] == row["former_province"]
        if version != "kontum-2015":  # its file has the spelling of the statistics office
            assert unit["name"].lower() == f"{row['kind']} {row['name']}".lower()


@pytest.mark.parametrize("version", VERSIONS)
def test_communes_with_a_border_in_the_list_have_one_on_the_map(version: str) -> None:
    drawn = load(version).units
    for row in (row for row in UNITS if row["unit_list"] == version):
        unit = drawn.loc[row["code"]]
        assert ("Lào" in row["border"]) == (unit["border_lao_km"] > 0), row["name"]
        assert ("Campuchia" in row["border"]) == (unit["border_khm_km"] > 0), row["name"]


@pytest.mark.parametrize(
    ("version", "lao", "khm"),
    [("quangnam-2020", 142.6, 0), ("quangngai-2025", 149.3, 139.6), ("danang-2025", 154.7, 0)],
)
def test_border_lengths_add_up(version: str, lao: float, khm: float) -> None:
    units = load(version).units
    assert units["border_lao_km"].sum() == pytest.approx(lao, abs=0.05)
    assert units["border_khm_km"].sum() == pytest.approx(khm, abs=0.05)
    assert set(load(version).border["neighbour"]) == ({"LAO", "KHM"} if khm else {"LAO"})


@pytest.mark.parametrize("version", ["quangngai-2025", "danang-2025"])
def test_units_off_their_published_area_say_so(version: str) -> None:
    notes = load(version).units["note"]
    assert len(notes[notes != "ok"]) == {"quangngai-2025": 11, "danang-2025": 5}[version]
    assert notes[notes != "ok"].str.startswith("low: ").all()
    if version == "quangngai-2025":
        assert notes["23535"] == "low: 300.8 km2 drawn against 218.1 km2 published"  # Ia Đal


def test_hoang_sa_is_drawn_and_named() -> None:
    zone = load("danang-2025").units.loc["20333"]
    assert zone["name"] == "Đặc khu Hoàng Sa"
    assert zone.geometry.bounds[0] > 111


@pytest.mark.parametrize(
    ("version", "drawn", "official"),
    [
        ("quangnam-2020", 10575.5, 10574.74),
        ("quangngai-2025", 14824.6, 14832.55),
        ("danang-2025", 12188.5 - 633.6, 11859.59 - 305),  # the sea of Hoàng Sa's reefs apart
    ],
)
def test_area_agrees_with_the_published_one(version: str, drawn: float, official: float) -> None:
    units = load(version).units
    total = units["area_km2"].drop("20333", errors="ignore").sum()
    assert total == pytest.approx(drawn, abs=0.15)
    assert abs(total / official - 1) < 0.001


def test_the_month_picks_the_version() -> None:
    assert version_for("quangnam", Month(2021, 11)).id == "quangnam-2020"
    assert version_for("quangngai", Month(2025, 7)).id == "quangngai-2025"
    assert version_for("danang", Month(2026, 11)).id == "danang-2025"


@pytest.mark.parametrize("version", VERSIONS)
def test_files_stay_small(version: str) -> None:
    folder = SHIPPED_DATA / "boundaries" / version
    assert all(path.stat().st_size <= 1_000_000 for path in folder.iterdir())
