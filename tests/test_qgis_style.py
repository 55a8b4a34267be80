"""The style for QGIS: its categories are the legend, whatever stands in it."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from layers.registry import BUILDERS, compute
from layers.view import SAMPLE_NOTE, LayerView, LegendClass, ViewState
from render import qgis_style, sheet_map, sheet_signs
from render.qgis_style import as_qml

LAYERS = sorted(BUILDERS)
#: Layers of symbols above the fill, by pattern.
OVER = {
    "solid": [],
    "hatch": ["LinePatternFill"],
    "cross": ["LinePatternFill", "LinePatternFill"],
    "dots": ["PointPatternFill"],
    "star": ["CentroidFill"],
}


def style(view: LayerView) -> ET.Element:
    return ET.fromstring(as_qml(view))  # noqa: S314 - made a line above


def options(layer: ET.Element) -> dict[str, str]:
    return {option.get("name", ""): option.get("value", "") for option in layer.findall("Option/Option")}


def legend_of(root: ET.Element) -> list[tuple[str, str, str, list[str]]]:
    """Return value, label, colour and the kinds of layers over the fill of every category."""
    renderer = root.find("renderer-v2")
    assert renderer is not None
    assert (renderer.get("type"), renderer.get("attr")) == ("categorizedSymbol", "class")
    symbols = {symbol.get("name"): symbol for symbol in renderer.findall("symbols/symbol")}
    found = []
    for category in renderer.findall("categories/category"):
        fill, *over = symbols.pop(category.get("symbol")).findall("layer")
        assert fill.get("class") == "SimpleFill"
        parts = [int(part) for part in options(fill)["color"].split(",")]
        assert parts[3] == 255
        color = "#" + "".join(f"{part:02X}" for part in parts[:3])
        kinds = [layer.get("class", "") for layer in over]
        found.append((category.get("value", ""), category.get("label", ""), color, kinds))
    assert not symbols, "no symbol without a category"
    return found


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("layer", LAYERS)
def test_the_categories_are_the_legend(layer: str, lang: str) -> None:
    view = compute(ViewState(layer=layer, lang=lang))
    expected = [(item.id, item.label, item.color, OVER[item.pattern]) for item in view.legend.classes]
    assert legend_of(style(view)) == expected
    assert set(view.frame["class_id"]) <= {value for value, *_ in expected}
    assert as_qml(view) == as_qml(view)


def test_patterns_are_those_of_the_sheet() -> None:
    assert qgis_style.OUTLINE == sheet_map.UNIT_LINE
    assert qgis_style.PATTERN_INK == sheet_map.PATTERN_INK
    assert sheet_signs._SPACING.items() >= qgis_style.SPACING.items()
    assert sheet_signs.SIGN == qgis_style._STAR


def test_every_part_of_a_pattern_has_its_colour_and_size() -> None:
    view = compute(ViewState())
    classes = tuple(LegendClass(kind, kind, "#0A64FF", kind, 1) for kind in OVER)
    root = style(replace(view, legend=replace(view.legend, classes=classes)))
    symbols = {s.get("name"): s for s in root.findall("renderer-v2/symbols/symbol")}
    lines = [options(layer) for layer in symbols["2"].findall("layer/symbol/layer")]
    angles = [options(layer)["angle"] for layer in symbols["2"].findall("layer")[1:]]
    assert angles == ["45", "135"]
    assert {line["line_color"] for line in lines} == {"166,166,166,255"}
    dot = symbols["3"].find("layer/symbol/layer")
    star = symbols["4"].find("layer/symbol/layer")
    assert dot is not None
    assert star is not None
    assert (options(dot)["name"], options(dot)["color"]) == ("circle", "95,127,58,255")
    assert (options(star)["name"], options(star)["color"]) == ("star", "255,255,255,255")
    names = [symbol.get("name") for symbol in root.iter("symbol")]
    assert len(names) == len(set(names))


def test_what_xml_cannot_hold_is_left_out_and_the_rest_is_escaped() -> None:
    view = compute(ViewState())
    wild = LegendClass("a<b>&\"'", "Đạt <chuẩn> & “mới”\x0b\x00\ud800", "#000000", "solid", 0)
    odd = replace(view, title="<script>\x01", legend=replace(view.legend, classes=(wild,)))
    root = style(odd)
    assert [item[:2] for item in legend_of(root)] == [(wild.id, "Đạt <chuẩn> & “mới”")]
    notes = options(root.find("customproperties") or root)["userNotes"]
    assert "<b>&lt;script&gt;</b>" in notes


def test_only_layers_that_print_labels_are_labelled() -> None:
    for layer in LAYERS:
        view = compute(ViewState(layer=layer))
        root = style(view)
        labelled = any(view.frame["label"].fillna("").astype(str))
        assert root.get("labelsEnabled") == str(int(labelled))
        fields = [text.get("fieldName") for text in root.iter("text-style")]
        assert fields == ["label"] * labelled


def test_made_up_data_say_so_beside_the_layer() -> None:
    view = compute(ViewState())
    assert SAMPLE_NOTE.encode() not in as_qml(view)
    assert SAMPLE_NOTE.encode() in as_qml(replace(view, is_sample=True))
    assert view.title.encode() in as_qml(view)
