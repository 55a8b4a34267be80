"""A layer's legend as a style that QGIS 3.22 or later loads: its map has the classes, colours and patterns of ours.

The style is for the features of the service: it chooses the symbol by their property ``class``. Marks are no part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Final
from xml.etree import ElementTree as ET

from base.i18n import translate
from layers.view import SAMPLE_NOTE, LayerView, LegendClass

#: What draws as the sheet does; all lengths are millimetres of the paper or the screen.
OUTLINE: Final = "#636363"
OUTLINE_WIDTH: Final = 0.18
PATTERN_INK: Final = {"hatch": "#A6A6A6", "cross": "#A6A6A6", "dots": "#5F7F3A"}
#: Distance between lines and between dots, measured along a parallel of the map's lower edge.
SPACING: Final = {"hatch": 1.5, "dots": 1.7, "cross": 2.0}
_LINE_WIDTH: Final = 0.18
_DOT: Final = 0.48
_STAR: Final = 2.7
_DARK: Final = "#222222"
#: Shows a feature's description when the pointer rests on it; line ends become those of HTML.
_TIP: Final = "[% replace(\"tooltip\", '\\n', '<br>') %]"
_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_qml(view: LayerView) -> bytes:
    """Return the style of a layer as a QML document; equal views give equal bytes.

    Its categories are the classes of the legend, in order. Areas are labelled by their property ``label`` where the
    layer prints one. Title, date, sources and the note on sample data are in the layer's notes, which QGIS shows
    beside its name.
    """
    labelled = bool(view.frame["label"].fillna("").astype(str).str.strip().any())
    root = ET.Element("qgis", version="3.22.0", labelsEnabled=str(int(labelled)))
    # Of a few categories only: what else somebody set in his layer stays.
    root.set("styleCategories", "Symbology|Labeling|MapTips|CustomProperties|AttributeTable")
    root.append(_renderer(view.legend.classes))
    if labelled:
        root.append(_labels())
    _options(ET.SubElement(root, "customproperties"), {"userNotes": _notes(view)})
    ET.SubElement(root, "previewExpression").text = '"name"'
    ET.SubElement(root, "mapTip").text = _TIP
    ET.SubElement(root, "layerGeometryType").text = "2"
    ET.indent(root)
    document: bytes = ET.tostring(root, "utf-8", xml_declaration=True)
    return document + b"\n"


def _renderer(classes: tuple[LegendClass, ...]) -> ET.Element:
    renderer = ET.Element("renderer-v2", type="categorizedSymbol", attr="class", symbollevels="0")
    categories, symbols = ET.SubElement(renderer, "categories"), ET.SubElement(renderer, "symbols")
    for number, item in enumerate(classes):
        found = {"value": item.id, "label": _clean(item.label), "symbol": str(number), "render": "true"}
        ET.SubElement(categories, "category", found)
        symbol = _symbol(symbols, "fill", str(number))
        edge = {"outline_color": _color(OUTLINE), "outline_width": str(OUTLINE_WIDTH), "outline_width_unit": "MM"}
        fill = {"color": _color(item.color), "style": "solid", "outline_style": "solid", "joinstyle": "round"}
        _layer(symbol, "SimpleFill", fill | edge)
        _add_pattern(symbol, item.pattern, f"@{number}@")
    return renderer


def _add_pattern(symbol: ET.Element, pattern: str, name: str) -> None:
    """Put the layers of a pattern on a fill; ``solid`` has none. Parts are called after their place in the symbol."""
    if pattern in {"hatch", "cross"}:
        for number, angle in enumerate((45, 135) if pattern == "cross" else (45,), start=1):
            # QGIS measures across the lines, not along the edge.
            distance = f"{SPACING[pattern] / 2**0.5:.3f}"
            layer = _layer(
                symbol, "LinePatternFill", {"angle": str(angle), "distance": distance, "distance_unit": "MM"}
            )
            ink = {"line_color": _color(PATTERN_INK[pattern]), "line_width": str(_LINE_WIDTH), "line_width_unit": "MM"}
            _layer(_symbol(layer, "line", f"{name}{number}"), "SimpleLine", ink | {"line_style": "solid"})
    elif pattern == "dots":
        step = SPACING[pattern]
        rows = {"distance_x": str(step), "distance_y": str(step / 2), "displacement_x": str(step / 2)}
        units = {f"{key}_unit": "MM" for key in rows}
        layer = _layer(symbol, "PointPatternFill", rows | units)
        dot = {"name": "circle", "color": _color(PATTERN_INK[pattern]), "outline_style": "no", "size": str(_DOT)}
        _layer(_symbol(layer, "marker", f"{name}1"), "SimpleMarker", dot | {"size_unit": "MM"})
    elif pattern == "star":
        layer = _layer(symbol, "CentroidFill", {"point_on_surface": "1", "point_on_all_parts": "0"})
        star = {"name": "star", "color": _color("#FFFFFF"), "outline_color": _color(_DARK), "outline_style": "solid"}
        size = {"outline_width": "0.14", "outline_width_unit": "MM", "size": str(_STAR), "size_unit": "MM"}
        _layer(_symbol(layer, "marker", f"{name}1"), "SimpleMarker", star | size)


def _symbol(parent: ET.Element, kind: str, name: str) -> ET.Element:
    return ET.SubElement(parent, "symbol", type=kind, name=name, alpha="1", clip_to_extent="1", force_rhr="0")


def _layer(symbol: ET.Element, kind: str, properties: Mapping[str, str]) -> ET.Element:
    layer = ET.SubElement(symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    _options(layer, properties)
    return layer


def _options(parent: ET.Element, values: Mapping[str, str]) -> None:
    """Write texts by name in QGIS's own form."""
    options = ET.SubElement(parent, "Option", type="Map")
    for name, value in values.items():
        ET.SubElement(options, "Option", name=name, type="QString", value=value)


def _labels() -> ET.Element:
    """Return labels from the property ``label``, with a white edge; an area without one has none."""
    labels = ET.Element("labeling", type="simple")
    settings = ET.SubElement(labels, "settings")
    text = {"fieldName": "label", "isExpression": "0", "fontSize": "8", "fontSizeUnit": "Point"}
    style = ET.SubElement(settings, "text-style", text | {"textColor": _color(_DARK), "textOpacity": "1"})
    edge = {"bufferDraw": "1", "bufferSize": "0.7", "bufferSizeUnits": "MM", "bufferOpacity": "1"}
    ET.SubElement(style, "text-buffer", edge | {"bufferColor": _color("#FFFFFF")})
    ET.SubElement(settings, "placement", placement="1", centroidInside="1", fitInPolygonOnly="0")
    ET.SubElement(settings, "rendering", drawLabels="1", obstacle="1")
    return labels


def _notes(view: LayerView) -> str:
    """Return what must stand beside the map, as the HTML that QGIS takes for notes."""
    sample = [f"<b>{escape(translate(SAMPLE_NOTE, view.state.lang))}</b>"] if view.is_sample else []
    head = [f"<b>{escape(view.title)}</b>", escape(view.subtitle), escape(view.legend.title)]
    said = [escape(text) for text in (view.banner, view.caption, *view.notes, *view.sources) if text]
    return _clean("".join(f"<p>{text}</p>" for text in (*sample, *head, *said)))


def _color(color: str) -> str:
    """Return ``#RRGGBB`` as QGIS writes colours, fully opaque."""
    return ",".join([*(str(int(color[i : i + 2], 16)) for i in (1, 3, 5)), "255"])


def _clean(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return _NOT_IN_XML.sub("", text)
