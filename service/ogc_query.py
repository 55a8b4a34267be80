"""Reading what a request to ``/ogc`` asks: every parameter is checked before pygeoapi sees it, and named when odd."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import shapely

from base.clock import TIME_ZONE, Month
from base.errors import NtmError
from base.i18n import LANGUAGES
from layers.address import parse
from service.asked import printable
from service.collections import Collection
from service.feature_table import FeatureTable, table_in
from service.ogc_config import MOST_LIMIT, USUAL_LIMIT
from service.ogc_cql import from_json, from_text
from service.ogc_places import CRS84, OutsideError, area
from service.ogc_provider import Address, Question
from service.problems import ParameterError, one_of

if TYPE_CHECKING:
    from service.ogc import Asked

#: Parameters of the view that a request may set beside the standard's own.
VIEW_PARAMETERS: Final = ("known_at", "criterion", "from")
#: No collection is that large.
MOST_OFFSET: Final = 1_000_000
_FORMATS: Final[Mapping[str, Sequence[str]]] = {"items": ("json", "html", "csv")}
#: Formats of every other operation.
_USUAL_FORMATS: Final = ("json", "html")
#: Digits that ``limit`` and ``offset`` may have.
_DIGITS: Final = 9
_HALF_TURN: Final = 180.0
#: A month, a day or a moment; GDAL writes a day as ``2024-01-01T``.
_MOMENT: Final = re.compile(
    r"(\d{4})-(\d{2})(?:-(\d{2})(?:T(?:(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}:\d{2})?)?)?)?", re.ASCII
)
_OPEN: Final = ("", "..")


def language(params: Mapping[str, str], accepted: str) -> str:
    """Return the language of an answer: the one asked for, else the first that the client takes, else Vietnamese.

    Raises
    ------
    ParameterError
        ``lang`` is a language that there is not.
    """
    asked = params.get("lang")
    if asked is not None:
        if asked not in LANGUAGES:
            raise one_of("lang", asked, tuple(LANGUAGES))
        return asked
    for part in accepted.split(","):
        name = part.partition(";")[0].strip().partition("-")[0].lower()
        if name in LANGUAGES:
            return name
    return "vi"


def output(params: Mapping[str, str], accepted: str, operation: str) -> str:
    """Return the format of an answer: the one asked for, HTML for a browser, else JSON; errors as above."""
    formats = _FORMATS.get(operation, _USUAL_FORMATS)
    asked = params.get("f")
    if asked is not None:
        if asked not in formats:
            raise one_of("f", asked, formats)
        return asked
    kinds = [part.partition(";")[0].strip() for part in accepted.split(",")]
    named = {"text/html": "html", "text/csv": "csv", "application/json": "json", "application/geo+json": "json"}
    return next((named[kind] for kind in kinds if named.get(kind) in formats), "json")


@dataclass(frozen=True, slots=True)
class Read:
    """A request that was read.

    Attributes
    ----------
    params
        Parameters that pygeoapi itself reads.
    question
        What is asked of the features; ``None`` for an operation without any.
    """

    params: Mapping[str, str]
    question: Question | None = None


def read(asked: Asked, collection: Collection | None) -> Read:
    """Read the parameters and the filter of a request.

    Raises
    ------
    ParameterError
        A parameter is unknown or its value cannot be used.
    """
    params = {name: value for name, value in asked.query if name not in _OF_ALL}
    for name, value in asked.query:
        if not _is_text(name + value):
            raise ParameterError(printable(name), printable(value), "có ký tự không phải là chữ.")
    if collection is None or asked.operation not in {"items", "item"}:
        check_plain(params)
        return Read({})
    return _Reader(asked, collection, params).read()


def check_plain(params: Mapping[str, str]) -> None:
    """Check the parameters of an address where there is nothing to choose; errors as :func:`read`.

    A month is taken all the same: a connection of QGIS carries it to every address.
    """
    for name, value in params.items():
        if name == "datetime":
            _interval(value)
        elif name not in _OF_ALL:
            raise _unknown(name, value, (*_OF_ALL, "datetime"))


class _Reader:
    """Reads the parameters of one request for features; each method returns what one of them says."""

    def __init__(self, asked: Asked, collection: Collection, params: Mapping[str, str]) -> None:
        self.asked = asked
        self.collection = collection
        self.params = params
        self.table = self._table()

    def read(self) -> Read:
        many = self.asked.operation == "items"
        readers = _ITEMS if many else _ITEM
        own = self.table.types if many else {}
        for name, value in self.params.items():
            if name not in {*readers, *VIEW_PARAMETERS, *own}:
                raise _unknown(name, value, (*_OF_ALL, *readers, *VIEW_PARAMETERS, *own))
        found = {name: readers[name](self, self.params[name]) for name in readers if name in self.params}
        equal = {name: self.of_a_property(name, self.params[name]) for name in own if name in self.params}
        tree = from_json(self.asked.body) if self.asked.body else found.get("filter")
        if self.asked.body and "filter" in found:
            raise ParameterError("filter", self.params["filter"], "bộ lọc đã có trong nội dung gửi lên.")
        crs = found.get("bbox-crs", CRS84)
        question = Question(
            table=self.table,
            address=self._address(),
            equal=equal,
            tree=tree,
            tree_crs=found.get("filter-crs", ""),
            area=self.area(found["bbox"], crs) if "bbox" in found else None,
            offset=found.get("offset", 0),
            limit=found.get("limit", USUAL_LIMIT),
        )
        return Read({name: found[name] for name in _PYGEOAPI if name in found}, question)

    def _address(self) -> Address:
        asked = self.asked
        return Address(
            collection=f"{asked.base}/collections/{self.collection.id}",
            path=f"/items/{quote(asked.item, safe='')}" if asked.item else "/items",
            query=tuple((name, value) for name, value in asked.query if name not in {"f", "offset"}),
            fmt=asked.fmt,
            asked_fmt=asked.fmt if asked.fmt_asked else "",
            posted=bool(asked.body),
        )

    def _table(self) -> FeatureTable:
        """Return the features of the view asked for, its parameters checked as those of a page's address are."""
        month = self.datetime(self.params["datetime"]) if "datetime" in self.params else self.collection.month()
        chosen = {name: self.params[name] for name in VIEW_PARAMETERS if name in self.params}
        state = self.collection.state(month, self.asked.lang)
        if chosen:
            state, notices = parse(state.query() | chosen, self.collection.layer)
            for notice in notices:
                raise ParameterError(notice.parameter, notice.value, "{why}", why=notice.reason)
            state = state.but(province=self.collection.province, lang=self.asked.lang)
        return table_in(self.collection, state)

    def bbox(self, value: str) -> list[float]:
        try:
            numbers = [float(part) for part in value.split(",")]
        except ValueError:
            numbers = []
        if len(numbers) not in {4, 6} or not all(math.isfinite(number) for number in numbers):
            raise ParameterError("bbox", value, "cần 4 số cách nhau bằng dấu phẩy: tây,nam,đông,bắc.")
        half = len(numbers) // 2
        first, second, third, fourth = (numbers[i] for i in (0, 1, half, half + 1))
        around = self.params.get("bbox-crs", CRS84) == CRS84 and -_HALF_TURN <= third < first <= _HALF_TURN
        if (first > third and not around) or second > fourth:
            raise ParameterError("bbox", value, "góc đầu phải ở phía tây nam của góc sau.")
        return [first, second, third, fourth]

    def area(self, corners: list[float], crs: str) -> shapely.Geometry:
        try:
            return area(corners, crs)
        except OutsideError:
            raise ParameterError("bbox", self.params["bbox"], "nằm ngoài vùng của hệ tọa độ.") from None

    def crs(self, value: str) -> str:
        return self._crs("crs", value)

    def bbox_crs(self, value: str) -> str:
        if "bbox" not in self.params:
            raise ParameterError("bbox-crs", value, "chỉ dùng cùng với {other}.", other="bbox")
        return self._crs("bbox-crs", value)

    def filter_crs(self, value: str) -> str:
        if "filter" not in self.params and not self.asked.body:
            raise ParameterError("filter-crs", value, "chỉ dùng cùng với bộ lọc.")
        return self._crs("filter-crs", value)

    def _crs(self, name: str, value: str) -> str:
        if value not in self.collection.crs:
            raise one_of(name, value, self.collection.crs)
        return value

    def datetime(self, value: str) -> Month:
        """Return the one month that is shown: that of an instant; of an interval its last, or the usual one."""
        begin, end = _interval(value)
        first = begin or self.collection.first
        # Nobody who leaves the end open asks for months that no source speaks of.
        last = end or max(first, self.collection.month())
        if first > last or first > self.collection.last or last < self.collection.first:
            raise self._outside(value)
        if "/" not in value and last > self.collection.last:
            raise self._outside(value)
        return min(last, self.collection.last)

    def _outside(self, value: str) -> ParameterError:
        first, last = self.collection.first, self.collection.last
        reason = "lớp này có từ tháng {first} đến tháng {last}."
        return ParameterError("datetime", value, reason, (f"{first}/{last}",), first=first, last=last)

    def limit(self, value: str) -> int:
        return self._number("limit", value, 1, MOST_LIMIT)

    def offset(self, value: str) -> int:
        return self._number("offset", value, 0, MOST_OFFSET)

    def _number(self, name: str, value: str, least: int, most: int) -> int:
        if not (value.isascii() and value.isdecimal() and len(value) <= _DIGITS and int(value) >= least):
            raise ParameterError(name, value, "phải là số nguyên từ {least} đến {most}.", least=least, most=most)
        return min(int(value), most)

    def sortby(self, value: str) -> str:
        # A plus sign of a query is a space by the time that it is read.
        parts = [part.replace(" ", "+") for part in value.split(",")]
        for part in parts:
            if part.removeprefix(part[:1] if part[:1] in {"+", "-"} else "") not in self.table.types:
                raise one_of("sortby", part, tuple(self.table.types))
        return ",".join(parts)

    def properties(self, value: str) -> str:
        for part in value.split(","):
            if part not in self.table.types:
                raise one_of("properties", part, tuple(self.table.types))
        return value

    def skip_geometry(self, value: str) -> str:
        return _choice("skipGeometry", value, ("true", "false"))

    def filter(self, value: str) -> object:
        return from_text(value)

    def filter_lang(self, value: str) -> str:
        return _choice("filter-lang", value, ("cql2-json",) if self.asked.body else ("cql-text",))

    def resulttype(self, value: str) -> str:
        return _choice("resulttype", value, ("results", "hits"))

    def of_a_property(self, name: str, value: str) -> str:
        if self.table.types[name] in {"integer", "number"}:
            try:
                finite = math.isfinite(float(value))
            except ValueError:
                finite = False
            if not finite:
                raise ParameterError(name, value, "phải là một số.")
        return value


#: Parameters of every operation, and of those about features with what reads them; the rest are properties.
_OF_ALL: Final = ("f", "lang")
_ITEM: Final[Mapping[str, Callable[[_Reader, str], Any]]] = {"crs": _Reader.crs, "datetime": _Reader.datetime}
_ITEMS: Final[Mapping[str, Callable[[_Reader, str], Any]]] = {
    "bbox": _Reader.bbox,
    "bbox-crs": _Reader.bbox_crs,
    **_ITEM,
    "limit": _Reader.limit,
    "offset": _Reader.offset,
    "sortby": _Reader.sortby,
    "properties": _Reader.properties,
    "skipGeometry": _Reader.skip_geometry,
    "filter": _Reader.filter,
    "filter-lang": _Reader.filter_lang,
    "filter-crs": _Reader.filter_crs,
    "resulttype": _Reader.resulttype,
}
#: Those that pygeoapi reads, once they are checked.
_PYGEOAPI: Final = ("crs", "sortby", "properties", "skipGeometry", "resulttype")
#: Every parameter that is no property: no property may be called so.
RESERVED: Final = frozenset({*_OF_ALL, *_ITEMS, *VIEW_PARAMETERS})


def _interval(value: str) -> tuple[Month | None, Month | None]:
    """Return the first and the last month of ``datetime``; ``None`` where it is open, which QGIS writes as year 0."""
    begin, slash, end = value.partition("/")
    months: list[Month | None] = []
    for text in (begin, end) if slash else (begin,):
        if slash and (text in _OPEN or text.startswith("0000-")):
            months.append(None)
            continue
        try:
            months.append(Month.of(_day(text.replace(" ", "+"))))  # a plus sign of a query has become a space
        except (ValueError, OverflowError):
            reason = "ghi tháng hoặc ngày, ví dụ 2024-12, 2024-12-31, ../2024-12."
            raise ParameterError("datetime", value, reason) from None
    return months[0], months[-1]


def _day(text: str) -> date:
    """Return the day of a month (its first), of a day, or of a moment; one with a zone is on Viet Nam's day."""
    found = _MOMENT.fullmatch(text)
    if not found:
        raise ValueError(text)
    year, month, day, clock, zone = found.groups()
    there = datetime.fromisoformat(f"{year}-{month}-{day or '01'}T{clock or '00:00'}{zone or ''}")
    return there.astimezone(TIME_ZONE).date() if zone else there.date()


def _choice(name: str, value: str, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise one_of(name, value, allowed)
    return value


def _is_text(text: str) -> bool:
    """Tell whether a text has neither control characters nor what stands for bytes that are no text."""
    return all(character.isprintable() or character in "\t\r\n" for character in text) and "\ufffd" not in text


def _unknown(name: str, value: str, allowed: Sequence[str]) -> NtmError:
    return ParameterError(name, value, "không có tham số này; chọn một trong: {allowed}.", allowed)
