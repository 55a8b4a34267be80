"""A boundary file drawn over the version in use, its faults marked and numbered: for the check, before an import.

Not a map for a meeting: one landscape page in longitude and latitude, lines thin, faults loud. Every fault has a dot,
the largest have a number and a line in the list beside the map.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle
from numpy.typing import NDArray

from base.errors import RenderError
from base.numbers import number
from base.settings import sheet_font
from geo.boundaries import archipelagos
from geo.coverage import GeometryFault
from geo.extent import far_units
from geo.fault_words import KINDS, area_text, worst
from render import sheet_output as output
from render.sheet_labels import Box, Request, Taken, around, place
from render.sheet_signs import path_of
from render.sheet_text import GREY, INK, MM, RISE, Pen, font

#: Page, map and list, mm.
_PAGE: Final = (297.0, 210.0)
_MAP: Final = Box(8, 8, 205, 192)
_LIST: Final = Box(210, 8, 289, 192)
#: How many faults have a number and a line in the list, and how many unmatched units have their name on the map.
NUMBERED: Final = 24
_NAMED: Final = 40
#: Lines are drawn without the vertices that a page cannot show, mm.
_SIMPLER: Final = 0.05
_TITLE: Final = 13.0
_TEXT: Final = 7.4
_MARK: Final = 6.4
_CURRENT: Final = "#B9C4CC"
_DRAWN: Final = "#1F3B57"
_UNMATCHED: Final = "#F2A33A"
_FILL: Final = "#F4F7F9"
_COLORS: Final = {
    "invalid": "#7B1FA2",
    "empty": "#555555",
    "overlap": "#C62828",
    "gap": "#1565C0",
    "sliver": "#00796B",
}


@dataclass(frozen=True, slots=True)
class _View:
    """From longitude and latitude to millimetres: parallels are as long as they are in the middle of the map."""

    lon: float
    lat: float
    x: float
    y: float
    scale: float
    narrow: float

    def mm(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points (n, 2) on the page."""
        across = (points[:, 0] - self.lon) * self.scale * self.narrow + self.x
        return np.column_stack([across, (points[:, 1] - self.lat) * self.scale + self.y])


def picture(  # noqa: PLR0913 - what is drawn, and how it is said
    drawn: gpd.GeoDataFrame,
    current: gpd.GeoDataFrame | None,
    faults: Sequence[GeometryFault],
    *,
    title: str,
    national: bool = False,
    fmt: str = "png",
    lang: str = "vi",
    dpi: int = 150,
) -> bytes:
    """Return the picture of a boundary file; equal input gives equal bytes.

    Parameters
    ----------
    drawn
        The file's features, EPSG:4326: ``code`` (empty where no unit was found), ``name``, ``geometry`` (may be
        invalid).
    current
        Units of the version in use (EPSG:4326), ``None`` when there is none.
    faults
        Faults of the file; a number is the place in this list.
    title
        What stands above, the file's name.
    national
        Draw Hoàng Sa and Trường Sa with their names.
    fmt, dpi
        ``png`` or ``svg``; dots per inch of a PNG.

    Raises
    ------
    RenderError
        Unknown format, or the font is not installed.
    """
    if fmt not in {"png", "svg"}:
        raise RenderError("Không có định dạng “{fmt}”. Hãy chọn png hoặc svg.", fmt=fmt)
    pen = _pen(lang)
    view = _view(drawn, current, national=national)
    _ground(pen, drawn, current, view)
    pen.write(_MAP.x0, _PAGE[1] - 13, title, _TITLE, bold=True)
    taken = Taken([])
    if national:
        _archipelagos(pen, view, taken)
    listed = worst(faults, NUMBERED)
    _marks(pen, faults, listed, view, taken)
    _names(pen, drawn, view, taken)
    _list(pen, drawn, faults, listed, has_current=current is not None)
    pen.flush_halos()
    figure = pen.axes.get_figure(root=True)
    assert isinstance(figure, Figure)  # noqa: S101 - the axes were made by this figure
    if fmt == "svg":
        return output.svg(figure, title, sheet_font())
    return output.png(figure, float(dpi))


def _pen(lang: str) -> Pen:
    family = sheet_font()
    font(family)
    figure = Figure(figsize=(_PAGE[0] / 25.4, _PAGE[1] / 25.4), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, _PAGE[0])
    axes.set_ylim(0, _PAGE[1])
    axes.set_axis_off()
    return Pen(axes, family, lang, 1.0)


def _view(drawn: gpd.GeoDataFrame, current: gpd.GeoDataFrame | None, *, national: bool) -> _View:
    """Return a view of everything near; islands far out at sea are left out, but not of the nation."""
    frames = [frame for frame in (drawn, current) if frame is not None]
    boxes = [_near(frame, national=national).total_bounds for frame in frames]
    boxes += [archipelagos().total_bounds] if national else []
    x0, y0 = np.nanmin([box[:2] for box in boxes], axis=0)
    x1, y1 = np.nanmax([box[2:] for box in boxes], axis=0)
    narrow = float(np.cos(np.radians((y0 + y1) / 2)))
    room = _MAP.grown(-4)
    scale = min(room.width / max((x1 - x0) * narrow, 1e-9), room.height / max(y1 - y0, 1e-9))
    middle = room.center
    return _View((x0 + x1) / 2, (y0 + y1) / 2, middle[0], middle[1], float(scale), narrow)


def _near(frame: gpd.GeoDataFrame, *, national: bool) -> gpd.GeoDataFrame:
    present = frame[_has_shape(frame)]
    return present if national else present[~present.index.isin(far_units(present))]


def _has_shape(frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    shapes = frame.geometry.to_numpy()
    present: NDArray[np.bool_] = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    return present


def _ground(pen: Pen, drawn: gpd.GeoDataFrame, current: gpd.GeoDataFrame | None, view: _View) -> None:
    clip = Rectangle((_MAP.x0, _MAP.y0), _MAP.width, _MAP.height, facecolor="white", edgecolor=GREY, linewidth=0.6)
    pen.add(clip)
    shapes = _on_page(drawn.geometry.to_numpy(), view)
    unmatched = (drawn["code"] == "").to_numpy()
    layers: list[PathCollection | LineCollection] = [
        PathCollection([path_of(shape) for shape in shapes[which] if not shape.is_empty], facecolor=color, linewidth=0)
        for which, color in ((~unmatched, _FILL), (unmatched, _UNMATCHED))
    ]
    if current is not None:
        layers.append(_lines(_on_page(current.geometry.to_numpy(), view), _CURRENT, 2.2))
    layers.append(_lines(shapes, _DRAWN, 0.45))
    for z, layer in enumerate(layers, 2):
        layer.set_zorder(z)
        pen.add(layer)
        layer.set_clip_path(clip)


def _on_page(shapes: NDArray[np.object_], view: _View) -> NDArray[np.object_]:
    flat = shapely.force_2d(shapes)
    flat[shapely.is_missing(flat)] = shapely.Polygon()
    moved: NDArray[np.object_] = shapely.simplify(shapely.transform(flat, view.mm), _SIMPLER)
    return moved


def _lines(shapes: NDArray[np.object_], color: str, width: float) -> LineCollection:
    rings = shapely.get_rings(shapely.get_parts(shapes))
    return LineCollection(
        [shapely.get_coordinates(ring) for ring in rings], colors=color, linewidths=width, joinstyle="round"
    )


def _archipelagos(pen: Pen, view: _View, taken: Taken) -> None:
    """Draw Hoàng Sa and Trường Sa and write their names, whatever the file holds."""
    islands = archipelagos()
    lines = _lines(_on_page(islands.geometry.to_numpy(), view), _DRAWN, 0.5)
    lines.set_zorder(6)
    pen.add(lines)
    names = islands["en"] if pen.lang == "en" else islands["vi"]
    for shape, name in zip(islands.geometry, names, strict=True):
        [point] = view.mm(shapely.get_coordinates(shape.centroid))
        _label(pen, str(name), (float(point[0]), float(point[1])), taken, bold=True)


def _marks(pen: Pen, faults: Sequence[GeometryFault], listed: Sequence[int], view: _View, taken: Taken) -> None:
    """Draw a dot for every fault with a place, and the numbers of the listed ones beside theirs."""
    points = {
        at: view.mm(np.array([[fault.lon, fault.lat]], dtype=float))[0]
        for at, fault in enumerate(faults)
        if fault.lon is not None and fault.lat is not None
    }
    for at, (x, y) in points.items():
        radius = 0.9 if at in listed else 0.45
        color = _COLORS[faults[at].kind]
        pen.add(Circle((x, y), radius, facecolor=color, edgecolor="white", linewidth=0.3, zorder=8))
    wanted = []
    for at in listed:
        if at in points:
            size = pen.extent(str(at + 1), _MARK, bold=True)
            x, y = points[at]
            wanted.append(Request(str(at), around((float(x), float(y) + 2.4), size.width + 1.2, 3.2)))
    for key, option in place(wanted, taken, _MAP.grown(-0.5)).items():
        at = int(key)
        color = _COLORS[faults[at].kind]
        x, y = option.box.center
        start = points[at]
        pen.add(Line2D([start[0], x], [start[1], y], color=color, linewidth=0.5, zorder=7))
        pen.write(x, y - 0.85, str(at + 1), _MARK, bold=True, color=color, align="center", halo="white")


def _names(pen: Pen, drawn: gpd.GeoDataFrame, view: _View, taken: Taken) -> None:
    """Write the names of units that no unit of the list was found for."""
    unmatched = drawn[(drawn["code"] == "").to_numpy() & _has_shape(drawn)]
    for name, shape in list(zip(unmatched["name"], unmatched.geometry, strict=True))[:_NAMED]:
        [point] = view.mm(shapely.get_coordinates(shapely.point_on_surface(shape)))
        _label(pen, str(name) or "?", (float(point[0]), float(point[1])), taken)


def _label(pen: Pen, text: str, point: tuple[float, float], taken: Taken, *, bold: bool = False) -> None:
    size = pen.extent(text, _TEXT, bold=bold)
    found = place([Request("", around(point, size.width + 0.6, 3.4))], taken, _MAP.grown(-0.5))
    for option in found.values():
        x, y = option.box.center
        pen.write(x, y - 1.0, text, _TEXT, bold=bold, align="center", halo="white")


def _list(
    pen: Pen, drawn: gpd.GeoDataFrame, faults: Sequence[GeometryFault], listed: Sequence[int], *, has_current: bool
) -> None:
    """Write legend and list beside the map."""
    y = _LIST.y1
    for kind, color, width, words in _legend(pen, drawn, faults, has_current=has_current):
        y -= pen.line(_TEXT)
        middle = y + _TEXT * MM * 0.35
        if kind == "line":
            pen.add(Line2D([_LIST.x0, _LIST.x0 + 6], [middle, middle], color=color, linewidth=width))
        elif kind == "box":
            pen.add(Rectangle((_LIST.x0, middle - 1.2), 6, 2.4, facecolor=color, edgecolor=GREY, linewidth=0.3))
        else:
            pen.add(Circle((_LIST.x0 + 3, middle), width, facecolor=color, edgecolor="white", linewidth=0.3))
        pen.write(_LIST.x0 + 8, y, words, _TEXT)
    y -= pen.line(_TEXT) * 1.5
    names = dict(zip(drawn["code"], drawn["name"], strict=True))
    for at in listed:
        fault = faults[at]
        units = ", ".join(names.get(key, key) or key for key in fault.units)
        text = f"{at + 1}. {pen.say(KINDS[fault.kind])}, {area_text(fault.area_km2, pen.lang)}: {units}"
        lines = pen.shortened(text, _TEXT, _LIST.width, 2)
        if y - len(lines) * pen.line(_TEXT) < _LIST.y0 + pen.line(_TEXT):
            break
        for line in lines:
            pen.write(_LIST.x0, y - _TEXT * MM * (RISE - 1), line, _TEXT, color=INK)
            y -= pen.line(_TEXT)
    if len(faults) > len(listed):
        words = pen.say("Đánh số {count} lỗi lớn nhất trên {total}.", count=len(listed), total=len(faults))
        pen.write(_LIST.x0, _LIST.y0, words, _TEXT, color=GREY)


def _legend(
    pen: Pen, drawn: gpd.GeoDataFrame, faults: Sequence[GeometryFault], *, has_current: bool
) -> Iterator[tuple[Literal["line", "box", "dot"], str, float, str]]:
    yield "line", _DRAWN, 0.8, pen.say("Ranh giới trong tệp")
    if has_current:
        yield "line", _CURRENT, 2.2, pen.say("Ranh giới hiện dùng")
    unmatched = int((drawn["code"] == "").sum())
    if unmatched:
        yield "box", _UNMATCHED, 0.0, pen.say("Chưa khớp danh mục: {count}", count=unmatched)
    for kind, count in Counter(fault.kind for fault in faults).items():
        yield "dot", _COLORS[kind], 0.9, f"{pen.say(KINDS[kind])}: {number(count, pen.lang)}"
