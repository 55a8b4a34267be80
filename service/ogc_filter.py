"""Filters of OGC API – Features (ECQL text, CQL2-JSON), evaluated over whole columns.

pygeofilter's own evaluator for Python objects puts names from the request into Python source and runs it
(``filter=eval('…')=1`` runs anything); this one knows a few operations and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from unicodedata import normalize

import numpy as np
import shapely
from numpy.typing import NDArray
from pygeofilter import ast, values

from service.asked import printable
from service.feature_table import FeatureTable
from service.ogc_places import OutsideError, to_degrees
from service.problems import ParameterError

Mask = NDArray[np.bool_]
#: What the outline of a feature is called in a filter.
GEOMETRY: Final = "geometry"
#: A filter that is nested deeper than this is nobody's question.
DEEPEST: Final = 40
#: Characters that a pattern of ``LIKE`` may have.
LONGEST_PATTERN: Final = 200
#: Each comparison by its name and what it asks of two values.
_COMPARE: Final[Mapping[type[Any], Callable[[Any, Any], bool]]] = {
    ast.Equal: lambda a, b: a == b,
    ast.NotEqual: lambda a, b: a != b,
    ast.LessThan: lambda a, b: a < b,
    ast.LessEqual: lambda a, b: a <= b,
    ast.GreaterThan: lambda a, b: a > b,
    ast.GreaterEqual: lambda a, b: a >= b,
    ast.TimeBefore: lambda a, b: a < b,
    ast.TimeAfter: lambda a, b: a > b,
    ast.TimeEquals: lambda a, b: a == b,
}
_SPATIAL: Final[Mapping[type[Any], Callable[..., Any]]] = {
    ast.GeometryIntersects: shapely.intersects,
    ast.GeometryDisjoint: shapely.disjoint,
    ast.GeometryContains: shapely.contains,
    ast.GeometryWithin: shapely.within,
    ast.GeometryTouches: shapely.touches,
    ast.GeometryCrosses: shapely.crosses,
    ast.GeometryOverlaps: shapely.overlaps,
    ast.GeometryEquals: shapely.equals,
}
_SCALARS: Final = (str, int, float, date, values.Interval)
#: What shapely raises for coordinates that make no shape.
_NO_SHAPE: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError)


def passing(table: FeatureTable, tree: object, crs: str = "") -> Mask:
    """Tell which rows of a table pass a filter.

    A comparison with what is unknown is neither true nor false, as in SQL: ``NOT`` does not let it pass either.

    Parameters
    ----------
    table
        The features.
    tree
        Of :mod:`pygeofilter.ast`; ``None`` lets all rows pass.
    crs
        Address of the coordinate system of the filter's geometries; empty: longitude and latitude.

    Raises
    ------
    ParameterError
        The filter names a property that the collection does not have, or uses an operation not known here.
    """
    return _all(table) if tree is None else _Filter(table, crs).condition(tree, 1, wanted=True)


class _Filter:
    """Evaluates conditions over the rows of a table: which are known to be true, or known to be false."""

    def __init__(self, table: FeatureTable, crs: str) -> None:
        self.table = table
        self.crs = crs

    def condition(self, node: Any, depth: int, *, wanted: bool) -> Mask:  # noqa: ANN401 - the library has no types
        """Return for which rows a condition is ``wanted``, that is true or false."""
        if depth > DEEPEST:
            raise bad("lồng nhau quá {deepest} tầng; hãy viết gọn lại.", deepest=DEEPEST)
        if isinstance(node, bool):
            return _all(self.table) & (node is wanted)
        if isinstance(node, ast.Not):
            return self.condition(node.sub_node, depth + 1, wanted=not wanted)
        if isinstance(node, ast.Combination):
            parts = [self.condition(part, depth + 1, wanted=wanted) for part in _chain(node)]
            together = np.logical_and if isinstance(node, ast.And) is wanted else np.logical_or
            return np.asarray(together.reduce(parts), dtype=bool)
        if isinstance(node, ast.BBox | ast.SpatialComparisonPredicate):
            return self._spatial(node, wanted=wanted)
        return self._scalar(node, wanted=wanted is not getattr(node, "not_", False))

    def _scalar(self, node: Any, *, wanted: bool) -> Mask:  # noqa: ANN401 - as above
        """Return for which rows a condition about texts, numbers or dates is ``wanted``."""
        match node:
            case ast.Comparison() | ast.TemporalPredicate() if type(node) in _COMPARE:
                compare = _COMPARE[type(node)]
                return self._rows(lambda a, b: compare(*_comparable(a, b)), node.lhs, node.rhs, wanted=wanted)
            case ast.TimeDuring():
                return self._rows(_is_during, node.lhs, node.rhs, wanted=wanted)
            case ast.Between():
                return self._rows(_is_between, node.lhs, node.low, node.high, wanted=wanted)
            case ast.Like():
                fits = _fitting(_lowered(node.pattern, self._value), nocase=bool(node.nocase))
                return self._rows(lambda cell: fits(_text(cell)), node.lhs, wanted=wanted)
            case ast.In():
                numbers, texts = _options(node.sub_nodes)
                return self._rows(
                    lambda cell: _text(cell) in texts or (_is_number(cell) and cell in numbers),
                    node.lhs,
                    wanted=wanted,
                )
            case ast.IsNull():
                known = self._rows(lambda _: True, node.lhs, wanted=True)
                return ~known if wanted else known
        if isinstance(node, ast.Condition | ast.Predicate):
            raise bad("chưa có phép “{name}”.", name=type(node).__name__)
        raise bad("đây không phải là một điều kiện; ví dụ: {example}.", example="class = 'standard'")

    def _rows(self, holds: Callable[..., bool], *operands: Any, wanted: bool) -> Mask:  # noqa: ANN401 - as above
        """Ask row by row; a row with an unknown value is neither true nor false."""
        count = len(self.table.properties)
        found = [self._value(operand) for operand in operands]
        columns = [one if isinstance(one, list) else [one] * count for one in found]
        rows = zip(*columns, strict=True)
        return np.array([all(cell is not None for cell in row) and holds(*row) is wanted for row in rows], dtype=bool)

    def _value(self, node: Any) -> Any:  # noqa: ANN401 - a column or a literal
        """Return the cells of a column, or what a literal says."""
        if isinstance(node, ast.Attribute):
            return self._column(str(node.name))
        if isinstance(node, ast.Function) and node.name == "lower" and len(node.arguments) == 1:
            found = self._value(node.arguments[0])
            return [_folded(cell) for cell in found] if isinstance(found, list) else _folded(found)
        if not isinstance(node, _SCALARS):
            raise bad("chưa có phép “{name}”.", name=type(node).__name__)
        return _composed(node)

    def _column(self, name: str) -> list[Any]:
        if name not in self.table.types:
            allowed = (*self.table.types, GEOMETRY)
            reason = "lớp này không có cột đó; chọn một trong: {allowed}."
            raise ParameterError("filter", printable(name), reason, allowed)
        return [row[name] for row in self.table.properties]

    def _spatial(self, node: Any, *, wanted: bool) -> Mask:  # noqa: ANN401 - as above
        shapes = self.table.geometries
        if isinstance(node, ast.BBox):
            operation: Callable[..., Any] = shapely.intersects
            sides = [self._place(node.lhs), self._box(node)]
        elif type(node) in _SPATIAL:
            operation = _SPATIAL[type(node)]
            sides = [self._place(node.lhs), self._place(node.rhs)]
        else:
            raise bad("chưa có phép “{name}”.", name=type(node).__name__)
        try:
            found = np.asarray(operation(*sides), dtype=bool) & _all(self.table)
        except shapely.errors.ShapelyError:
            raise bad("hình trong bộ lọc không dùng được.") from None
        known = np.array([shape is not None for shape in shapes], dtype=bool)
        return known & (found if wanted else ~found)

    def _place(self, node: Any) -> Any:  # noqa: ANN401 - a column or a shape
        """Return the outlines of the features, or the shape of a literal."""
        if isinstance(node, ast.Attribute) and node.name == GEOMETRY:
            return self.table.geometries
        if not isinstance(node, values.Geometry | values.Envelope):
            example = f"INTERSECTS({GEOMETRY}, POINT(108 14.4))"
            raise bad("phép so sánh vị trí cần {name} và một hình, ví dụ {example}.", name=GEOMETRY, example=example)
        try:
            shape = shapely.geometry.shape(node.__geo_interface__)
        except _NO_SHAPE:
            raise bad("hình trong bộ lọc không dùng được.") from None
        return self._in_degrees(shape)

    def _box(self, node: Any) -> shapely.Geometry:  # noqa: ANN401 - as above
        if node.crs not in {None, "", "EPSG:4326", "CRS84"}:
            raise bad("hệ tọa độ của bộ lọc ghi ở tham số {other}.", other="filter-crs")
        try:
            return self._in_degrees(shapely.box(node.minx, node.miny, node.maxx, node.maxy))
        except TypeError:
            raise bad("hình trong bộ lọc không dùng được.") from None

    def _in_degrees(self, shape: shapely.Geometry) -> shapely.Geometry:
        try:
            return to_degrees(shape, self.crs)
        except OutsideError:
            raise bad("hình nằm ngoài vùng của hệ tọa độ.") from None


def bad(reason: str, **params: object) -> ParameterError:
    """Return the error of a filter that cannot be used."""
    return ParameterError("filter", "", reason, (), **params)


def _all(table: FeatureTable) -> Mask:
    return np.ones(len(table.properties), dtype=bool)


def _chain(node: Any) -> list[Any]:  # noqa: ANN401 - the library has no types
    """Return the parts of ``a AND b AND c``, which the parser nests to the left however long it is."""
    kind, parts = type(node), []
    while type(node) is kind:
        parts.append(node.rhs)
        node = node.lhs
    return [node, *reversed(parts)]


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float)


def _comparable(left: object, right: object) -> tuple[Any, Any]:
    """Return two values of one kind: numbers with numbers, dates and everything else by their text."""
    return (left, right) if _is_number(left) and _is_number(right) else (_text(left), _text(right))


def _is_between(cell: object, low: object, high: object) -> bool:
    (one, least), (other, most) = _comparable(cell, low), _comparable(cell, high)
    return bool(least <= one and other <= most)


def _is_during(cell: object, interval: object) -> bool:
    if not isinstance(interval, values.Interval):
        raise bad("cần một khoảng thời gian, ví dụ {example}.", example="2024-01-01T00:00:00Z/2024-12-31T00:00:00Z")
    if not all(moment is None or isinstance(moment, date) for moment in (interval.start, interval.end)):
        raise bad("khoảng thời gian phải ghi bằng hai ngày.")
    begin, end = (None if moment is None else _text(moment) for moment in (interval.start, interval.end))
    return (begin is None or begin <= _text(cell)) and (end is None or _text(cell) <= end)


def _options(nodes: Sequence[Any]) -> tuple[set[float], set[str]]:
    """Return the numbers and the texts that ``IN`` lists."""
    if not all(isinstance(node, str | int | float | date) for node in nodes):
        raise bad("danh sách của IN chỉ gồm chữ và số.")
    numbers = {node for node in nodes if _is_number(node)}
    return numbers, {_text(_composed(node)) for node in nodes if not _is_number(node)}


def _lowered(pattern: Any, value: Callable[[Any], Any]) -> str:  # noqa: ANN401 - a text or a node
    """Return the text of a pattern, which may be said to be in small letters."""
    found = value(pattern)
    if not isinstance(found, str) or len(found) > LONGEST_PATTERN:
        raise bad("mẫu của LIKE là một đoạn chữ đến {most} ký tự.", most=LONGEST_PATTERN)
    return found


def _fitting(pattern: str, *, nocase: bool) -> Callable[[str], bool]:
    r"""Return whether a text fits a pattern: ``%`` is any text, ``_`` one character, ``\`` takes the next as it is.

    Each part is taken at its first place and never again at another (an atomic group): with many ``%`` a plain
    expression would try every combination of places.
    """
    parts, part = [], ""
    for sign, char in re.findall(r"(\\?)(.)", pattern, re.DOTALL):
        if char == "%" and not sign:
            parts.append(part)
            part = ""
        else:
            part += "." if char == "_" and not sign else re.escape(char)
    if not parts:
        expression = part
    else:
        middle = "".join(f"(?>.*?{one})" for one in parts[1:] if one)
        expression = f"{parts[0]}{middle}.*{part}"
    found = re.compile(expression, re.DOTALL | (re.IGNORECASE if nocase else re.NOFLAG))
    return lambda text: found.fullmatch(text) is not None


def _composed(literal: object) -> object:
    """Return a literal, its letters composed as those of the data."""
    return normalize("NFC", literal) if isinstance(literal, str) else literal


def _folded(cell: object) -> object:
    return cell.lower() if isinstance(cell, str) else cell


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)
