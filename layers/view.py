"""What a layer is asked for (ViewState) and what it answers (LayerView).

A LayerView is plain data with everything a drawing needs: classes, colours, marks, counts,
figures, captions, sources. Pages, sheets, tables and services draw it; none of them colours,
counts or captions anything itself, so screen and paper cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final, Literal

import pandas as pd

from base.clock import Month
from base.settings import FIRST_PROVINCE

FigureStatus = Literal["actual", "expected", "target"]
FRAME_COLUMNS: Final = ("value", "class_id", "label", "name", "district", "selected", "tooltip")
#: What made-up data say of themselves on every screen, sheet, file and answer; keys of their translations.
SAMPLE: Final = "SỐ LIỆU MINH HỌA"
SAMPLE_NOTE: Final = "SỐ LIỆU MINH HỌA – không phải số liệu thật, không dùng để báo cáo"

#: Which filters each layer offers, in the order of the filter row.
FILTERS: Final[dict[str, tuple[str, ...]]] = {
    "ntm-levels": ("period", "district", "ntm_level", "border", "boundary"),
    "target-communes": ("period", "district", "target_kind"),
    "border-replanning": (*("period", "district", "commune", "step", "arrangement", "expiring", "border", "boundary"),),
    "villages": ("period", "district", "ntm_level", "border"),
    "district-progress": ("period", "district"),
    "criteria-met": ("period", "district", "under_15", "border"),
    "criterion": ("period", "district", "criterion", "criterion_group"),
    "at-risk": ("period", "district", "since"),
    "reporting": ("period", "district"),
    "boundaries": ("period", "district", "border", "boundary"),
}
_ALL_FILTERS: Final = (
    *("district", "ntm_level", "target_kind", "border"),
    *("criterion", "criterion_group", "under_15", "since"),
    *("commune", "step", "arrangement", "expiring"),
)
#: Parameters of the address whose name is another one here: ``from`` is a word of Python.
PARAMETER: Final = {"since": "from"}


@dataclass(frozen=True, slots=True)
class ViewState:
    """One view, equal to the query parameters of its address.

    ``None`` everywhere means "not chosen": the layer's default for ``period``, ``since`` (``from`` in the
    address: the month that losses are counted from) and ``criterion``, everything else unfiltered.
    ``district`` and ``commune`` are codes of the boundary version, ``criterion`` of the set in force;
    ``under_15`` and ``expiring`` are ``1`` or nothing; ``step`` and ``arrangement`` are of clusters
    (:mod:`programme.clusters`).
    """

    layer: str = "ntm-levels"
    province: str = FIRST_PROVINCE
    boundary: str | None = None
    period: Month | None = None
    known_at: str | None = None
    district: str | None = None
    commune: str | None = None
    ntm_level: str | None = None
    target_kind: str | None = None
    border: str | None = None
    criterion: str | None = None
    criterion_group: str | None = None
    under_15: str | None = None
    since: Month | None = None
    step: str | None = None
    arrangement: str | None = None
    expiring: str | None = None
    lang: str = "vi"
    view: str | None = None

    def but(self, **changes: object) -> ViewState:
        """Return the state with some values changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def drawn(self) -> ViewState:
        """Return the part of the state that the layer's drawing depends on.

        A filter that the layer does not offer stays in the address, for the page that does, but must
        not empty a map whose reader cannot see it. A chosen commune opens its card; only a layer that offers
        it as a filter is drawn otherwise by it.
        """
        unused = {name: None for name in _ALL_FILTERS if name not in FILTERS.get(self.layer, ())}
        return self.but(view=None, **unused)

    def query(self) -> dict[str, str]:
        """Return the query parameters of this state: only what differs from the defaults, and no layer."""
        default = ViewState()
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "layer"}
        return {PARAMETER.get(k, k): str(v) for k, v in values.items() if v is not None and v != getattr(default, k)}


@dataclass(frozen=True, slots=True)
class LegendClass:
    """A class of the legend with the number of selected rows in it.

    ``pattern`` is one of ``solid``, ``hatch``, ``dots``, ``cross``, ``star``: colour is never the only sign.
    """

    id: str
    label: str
    color: str
    pattern: str
    count: int


@dataclass(frozen=True, slots=True)
class LegendMark:
    """A mark of the legend with the number of selected rows that carry it."""

    id: str
    symbol: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Legend:
    """Legend of a layer, classes in drawing order; ``key`` names it among the legends that ship.

    ``features`` are the classes of what is drawn as points, under ``features_title``.
    """

    title: str
    classes: tuple[LegendClass, ...]
    marks: tuple[LegendMark, ...] = ()
    key: str = ""
    features: tuple[LegendClass, ...] = ()
    features_title: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign drawn over the fill of one unit; a unit may carry several."""

    unit: str
    id: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline number.

    Attributes
    ----------
    id, label
        Stable identifier and words in the reader's language.
    value, unit
        The number and what it counts; ``value`` is ``None`` when no source gives it.
    text
        The number as it is to be read, for example ``51/85 xã (60,0 %)``.
    as_of
        Month that the number speaks of.
    source
        Where it comes from.
    status
        ``actual`` (thực tế), ``expected`` (dự kiến) or ``target`` (mục tiêu).
    change
        Difference to a year before with the month compared to, in words; empty when unknown.
    """

    id: str
    label: str
    value: float | None
    unit: str
    text: str
    as_of: str
    source: str
    status: FigureStatus = "actual"
    change: str = ""


#: Longitude and latitude, degrees of EPSG:4326.
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Feature:
    """Something drawn at a place instead of over an area.

    Attributes
    ----------
    kind
        ``cluster`` and ``village``: a symbol; ``buffer``: lines at a distance from the national boundary;
        ``border-km``: a text at the middle of a commune's stretch of it; ``sketch``: a text where a line of the
        outlines is schematic.
    id
        Stable within the kind.
    text
        What is printed beside it; may be empty.
    detail
        What a pointer is told, one line to a paragraph.
    unit
        Code of its unit; empty where it has none.
    class_id
        An id of ``legend.features``; empty where it has no class.
    size
        Households, for the size of its symbol; 0 where nobody said.
    filled, hollow
        Where it is and where it is to be, EPSG:4326; a line joins the two.
    lines
        Of a buffer, EPSG:4326.
    selected
        Whether it passes the filters.
    exact
        Whether ``filled`` and ``hollow`` are where it really is. Where that may not be told they are spots inside
        the commune that only show how many there are.
    cells
        Its row of the table of features, under ``LayerView.feature_columns``.
    """

    kind: Literal["cluster", "village", "buffer", "border-km", "sketch"]
    id: str
    text: str = ""
    detail: str = ""
    unit: str = ""
    class_id: str = ""
    size: int = 0
    filled: Point | None = None
    hollow: Point | None = None
    lines: tuple[tuple[Point, ...], ...] = ()
    selected: bool = True
    exact: bool = False
    cells: tuple[str | float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class JoinReport:
    """How facts and boundaries met.

    Attributes
    ----------
    units, matched
        Units of the boundary version, and those with a row in the official unit list.
    without_facts
        Programme units that no fact speaks of (codes).
    unknown_codes
        Codes of facts that no unit of this boundary version carries.
    duplicates
        Codes that the unit list gives more than once.
    outside
        Units outside the programme (wards, townships).
    """

    units: int
    matched: int
    without_facts: tuple[str, ...] = ()
    unknown_codes: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    outside: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a panel block: a text, what it refers to, and a class or mark to show with it."""

    text: str
    detail: str = ""
    unit: str | None = None
    district: str | None = None
    class_id: str | None = None
    mark: str | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A titled list beside the map: ``list``, ``bars`` (with shares 0–1), ``alert`` or ``quote``."""

    kind: Literal["list", "bars", "alert", "quote"]
    title: str
    items: tuple[Item, ...]
    note: str = ""


@dataclass(frozen=True, eq=False)
class LayerView:
    """A computed layer (docs/adr/0002-layerview.md). Equal only to itself, so that it can be a cache key.

    ``frame`` is indexed by unit code (str, unique within ``boundary_version``; district codes and
    the province key for area level ``district``). Columns: ``value`` (object), ``class_id`` (str,
    an id of ``legend.classes``), ``label`` (str, printed on the area where the layer has one),
    ``name`` (str, "xã X"), ``district`` (str), ``selected`` (bool, passes the filters),
    ``tooltip`` (str), then the layer's own columns, whose Vietnamese or English headings are in ``columns``.
    ``margins`` are names outside the province (text, longitude, latitude in EPSG:4326, kind), ``inset`` is
    the code of the district that is drawn enlarged. ``part`` is the former province whose units alone are
    drawn (empty: all of the version's), ``banner`` a sentence that must stand over the map, mostly empty.
    ``features`` are drawn over the areas; those with ``cells`` are the rows of a second table.
    """

    key: str
    title: str
    subtitle: str
    state: ViewState
    area_level: Literal["commune", "district"]
    frame: pd.DataFrame
    columns: dict[str, str]
    marks: tuple[Mark, ...]
    figures: tuple[Figure, ...]
    blocks: tuple[Block, ...]
    legend: Legend
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    caption: str
    headline: str
    join_report: JoinReport
    boundary_version: str
    as_of: str
    known_at: str
    margins: tuple[tuple[str, float, float, Literal["country", "province", "archipelago"]], ...] = ()
    inset: str | None = None
    is_sample: bool = False
    features: tuple[Feature, ...] = ()
    feature_columns: tuple[str, ...] = ()
    part: str = ""
    banner: str = ""

    def rows(self) -> pd.DataFrame:
        """Return the selected rows with the table's columns only."""
        return self.frame.loc[self.frame["selected"], ["name", "district", *self.columns]]
