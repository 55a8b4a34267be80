"""Provinces beside the first one: their screens carry their own documents, and no code knows them by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from base.clock import Month
from geo.boundaries import load
from geo.extent import far_units
from layers.address import parse
from layers.registry import BUILDERS, compute, context_of
from layers.view import LayerView, ViewState
from programme.province import provinces
from render.screen.scene import build_scene

ROOT = Path(__file__).parent.parent


def quang_nam(month: Month, layer: str = "ntm-levels", **more: str) -> LayerView:
    return compute(ViewState(layer=layer, province="quangnam", period=month, **more))


def figures(view: LayerView) -> dict[str, tuple[str, str]]:
    return {figure.id: (figure.text.replace("\xa0", " "), figure.status) for figure in view.figures}


def test_the_report_of_november_2021_stands_on_the_map_of_its_month() -> None:
    """Seed 004: 118 expected, five more than there are; 15,92; 6 + 4 advanced; 1 model; 162 → 172 villages."""
    shown = figures(quang_nam(Month(2021, 12)))
    assert shown["recognised"] == ("113/194 xã (58,2 %)", "actual")
    assert shown["expected-recognised"] == ("118/194 xã (60,8 %)", "expected")
    assert shown["average-criteria"] == ("15,92", "actual")
    assert (shown["advanced"][0], shown["expected-advanced"]) == ("6", ("10", "expected"))
    assert shown["model"][0] == "1"
    assert (shown["villages-model"][0], shown["expected-villages-model"]) == ("162", ("172", "expected"))
    headline = quang_nam(Month(2021, 12)).headline.replace("\xa0", " ")
    assert headline.startswith("113/194 xã (58,2 %) · 6 nâng cao · 1 kiểu mẫu")


def test_what_was_expected_is_not_told_once_the_number_is_there() -> None:
    assert not [key for key in figures(quang_nam(Month(2022, 12))) if key.startswith("expected")]
    assert not [key for key in figures(quang_nam(Month(2020, 12))) if key.startswith("expected")]


def test_the_goals_of_2022_stand_in_the_words_of_the_report() -> None:
    view = quang_nam(Month(2021, 12))
    [goals] = [block for block in view.blocks if block.title == "Chỉ tiêu của tỉnh năm 2022"]
    told = " ".join(f"{item.text} {item.detail}" for item in goals.items)
    for words in ("5 xã", "123 xã/194 xã, đạt tỷ lệ 63,4%", "16,5", "15", "40"):
        assert words in told, words
    assert not [b for b in quang_nam(Month(2021, 9)).blocks if "2022" in b.title], "the report was not written yet"


def test_no_commune_under_15_by_2025_is_a_goal() -> None:
    view = quang_nam(Month(2025, 6))
    told = " ".join(f"{i.text} {i.detail}" for b in view.blocks for i in b.items if "Chỉ tiêu" in b.title)
    assert "không còn xã dưới 15 tiêu chí" in told


def test_the_three_groups_of_communes_are_told_with_their_source() -> None:
    [block] = [b for b in quang_nam(Month(2022, 12)).blocks if b.title == "Nhóm xã theo chỉ đạo của tỉnh"]
    assert [item.text[:6] for item in block.items] == ["Nhóm 1", "Nhóm 2", "Nhóm 3"]
    assert all("báo cáo 11/2021" in item.detail for item in block.items)


def test_the_list_has_203_communes_beside_the_published_194() -> None:
    context = context_of(ViewState(province="quangnam", period=Month(2021, 12)))
    assert len(context.units) == 241
    assert sum(unit.in_programme for unit in context.units.values()) == 203
    denominator = context.province.communes_in(Month(2021, 12))
    assert denominator is not None
    assert denominator.value == 194


@pytest.mark.parametrize(
    ("code", "month", "level"),
    [
        ("20524", Month(2021, 12), "model"),  # Đại Hiệp, 2020
        ("20617", Month(2021, 12), "advanced"),  # Duy Trinh, by 11/2021
        ("20584", Month(2020, 12), "standard"),  # Điện Quang, decision 4244 of 30/12/2014
        ("20584", Month(2023, 8), "advanced"),  # and advanced in 2021
    ],
)
def test_named_communes_are_drawn_with_their_level(code: str, month: Month, level: str) -> None:
    assert quang_nam(month).frame.at[code, "class_id"] == level


@pytest.mark.parametrize("province", ["kontum", "quangnam", "quangngai", "danang"])
@pytest.mark.parametrize("layer", BUILDERS)
def test_every_layer_opens_for_every_province(province: str, layer: str) -> None:
    state, notices = parse({"province": province}, layer)
    scene = build_scene(state, "ban-do", notices)
    assert scene["error"] is None
    assert notices == []
    assert scene["headline"]


def test_hoang_sa_is_drawn_apart_so_that_the_mainland_fills_the_frame() -> None:
    boundary = load("danang-2025")
    assert far_units(boundary.units) == {"20333"}
    view = compute(ViewState(province="danang"))
    assert view.frame.at["20333", "name"] == "Đặc khu Hoàng Sa"
    assert view.inset == "498"


def test_no_code_knows_a_province_by_name() -> None:
    named = re.compile(rf"[\"'](?:{'|'.join(provinces())})[\"']")
    folders = ("base", "programme", "geo", "store", "intake", "layers", "render", "service", "pages")
    found = {
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if named.search(line)
    }
    # The province that opens without an address is the only one that is named, and once.
    assert {entry.split(":")[0] for entry in found} == {"base/settings.py"}, found
