"""Filters as they are sent, ECQL text and CQL2-JSON, read into trees of :mod:`pygeofilter.ast`.

pygeofilter's own ECQL grammar binds AND and OR equally, takes neither ``NOT (…)`` nor a doubled quotation mark nor
small keywords. Filters are written by people and a district is called Ia H'Drai: so the grammar is ours, for the
operations that :mod:`service.ogc_filter` knows; its tree is the library's.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import pygeofilter
from lark import Lark, Token, v_args
from lark.exceptions import LarkError
from pygeofilter import ast, values
from pygeofilter.parsers.cql2_json import parse as read_json
from pygeofilter.parsers.ecql.parser import SPATIAL_PREDICATES_MAP, ECQLTransformer

from service.ogc_filter import bad

#: Characters that a filter in an address may have, and levels that one in JSON may be nested.
LONGEST: Final = 4000
DEEPEST: Final = 100
_DIGITS: Final = 15
_NO_FILTER: Final = "bộ lọc không đọc được; ví dụ: {example}."
_LANG: Final = "cql2-json"
#: Keywords that say nothing once they are read.
_KEYWORDS: Final = ("and", "or", "in", "is", "null", "between", "before", "after", "during", "bbox", "envelope")
_GRAMMAR: Final = r"""
?start: or_
?or_: and_ | or_ _OR and_                                         -> or_
?and_: not_ | and_ _AND not_                                      -> and_
?not_: NOT not_                                                   -> negated
     | "(" or_ ")"
     | value "=" value                                            -> eq
     | value ("<>" | "!=") value                                  -> ne
     | value "<" value                                            -> lt
     | value "<=" value                                           -> lte
     | value ">" value                                            -> gt
     | value ">=" value                                           -> gte
     | value [NOT] _BETWEEN value _AND value                      -> between
     | value [NOT] LIKE SINGLE_QUOTED                             -> like
     | value [NOT] _IN "(" value ("," value)* ")"                 -> in_
     | value _IS [NOT] _NULL                                      -> null
     | value _BEFORE moment                                       -> before
     | value _AFTER moment                                        -> after
     | value _DURING moment "/" moment                            -> during
     | SPATIAL "(" value "," value ")"                            -> placed
     | _BBOX "(" value "," number "," number "," number "," number ["," SINGLE_QUOTED] ")" -> bbox_spatial_predicate
?value: NAME                                                      -> attribute
      | DOUBLE_QUOTED                                             -> attribute
      | number
      | SINGLE_QUOTED
      | day
      | wkt__geometry                                             -> geometry
      | _ENVELOPE "(" number number number number ")"             -> envelope
?moment: DATETIME | day
day: DAY "(" SINGLE_QUOTED ")"
number: NUMBER
NOT.3: /not\b/i
LIKE.3: /i?like\b/i
DAY.3: /(date|timestamp)\b/i
SPATIAL.3: /(intersects|disjoint|contains|within|touches|crosses|overlaps|equals)\b/i
NAME: /[^\W\d]\w*/
NUMBER: /[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?/i
DOUBLE_QUOTED: /"[^"]*"/
SINGLE_QUOTED: /'(''|[^'])*'/
%import wkt.geometry -> wkt__geometry
%import iso8601.DATETIME
%ignore /\s+/
""" + "\n".join(rf"_{word.upper()}.3: /{word}\b/i" for word in _KEYWORDS)
#: What the parsers raise for what is no filter.
_UNREADABLE: Final = (LarkError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError)


@v_args(inline=True)
class _Tree(ECQLTransformer):  # type: ignore[misc]  # the library has no annotations
    """Makes the library's tree of our grammar."""

    def negated(self, _: Token, node: object) -> object:
        return ast.Not(node)

    def between(self, node: object, no: Token | None, low: object, high: object) -> object:
        return ast.Between(node, low, high, no is not None)

    def like(self, node: object, no: Token | None, word: Token, pattern: str) -> object:
        return ast.Like(node, pattern, len(word) > len("like"), "%", "_", "\\", no is not None)

    def in_(self, node: object, no: Token | None, *options: object) -> object:
        return ast.In(node, list(options), no is not None)

    def null(self, node: object, no: Token | None) -> object:
        return ast.IsNull(node, no is not None)

    def placed(self, word: Token, left: object, right: object) -> object:
        return SPATIAL_PREDICATES_MAP[word.upper()](left, right)

    def day(self, _: Token, text: str) -> date:
        return date.fromisoformat(text[:10])

    def number(self, token: Token) -> float:
        return _number(token) if token.lstrip("+-").isdecimal() else float(token)

    def during(self, node: object, begin: date, end: date) -> object:
        return ast.TimeDuring(node, values.Interval(begin, end))

    def wkt__coordinate(self, *numbers: float | None) -> tuple[float, ...]:
        return tuple(number for number in numbers if number is not None)

    def SINGLE_QUOTED(self, token: Token) -> str:  # noqa: N802 - the name of the terminal
        return token[1:-1].replace("''", "'")


_parser: Final = Lark(
    _GRAMMAR,
    parser="lalr",
    maybe_placeholders=True,
    transformer=_Tree(),
    import_paths=[str(Path(pygeofilter.__file__).parent / "parsers")],
)


def from_text(text: str) -> Any:  # noqa: ANN401 - the library has no types
    """Return the tree of a filter in ECQL.

    Raises
    ------
    ParameterError
        It is empty, too long or no filter.
    """
    if not text.strip() or len(text) > LONGEST:
        raise bad("phải có từ 1 đến {most} ký tự.", most=LONGEST)
    try:
        return _parser.parse(text)
    except _UNREADABLE:
        raise bad(_NO_FILTER, example="class = 'standard' AND name LIKE '%Ia%'") from None


def from_json(body: bytes) -> Any:  # noqa: ANN401 - as above
    """Return the tree of a filter in CQL2-JSON, as :func:`from_text`.

    Raises
    ------
    ParameterError
        It is no JSON, nested too deeply or no filter.
    """
    try:
        document = json.loads(body.decode(), object_hook=_plain, parse_int=_number, parse_constant=_refused)
        if not isinstance(document, dict) or _is_deeper(document, DEEPEST):
            raise ValueError
        return read_json(document)
    except _UNREADABLE:
        example = '{"op": "=", "args": [{"property": "class"}, "standard"]}'
        raise bad(_NO_FILTER, example=example) from None


def _number(digits: str) -> float:
    """Return a whole number; one with more digits than a float has would not fit where coordinates go."""
    return int(digits) if len(digits) <= _DIGITS else float(digits)


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """Return a box as a polygon: the library takes its four numbers in another order than the standard gives them."""
    if found.get("filter-lang", _LANG) != _LANG:
        raise ValueError(found["filter-lang"])
    if "bbox" not in found:
        return found
    half = len(found["bbox"]) // 2
    (west, south), (east, north) = found["bbox"][:2], found["bbox"][half : half + 2]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _refused(word: str) -> None:
    """Refuse ``NaN`` and ``Infinity``, which Python reads and JSON does not have."""
    raise ValueError(word)


def _is_deeper(document: object, levels: int) -> bool:
    """Tell whether a document is nested deeper than this; level by level, so that it may be nested anyhow."""
    level: list[Any] = [document]
    for _ in range(levels):
        inner = [one for node in level for one in (node.values() if isinstance(node, dict) else node)]
        level = [one for one in inner if isinstance(one, dict | list)]
        if not level:
            return False
    return True
