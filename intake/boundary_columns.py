"""Which columns of a file hold unit code, name and district: told by their content, or said by a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from base.errors import DataError, Fault
from geo.name_index import NameIndex
from geo.names import NameRow
from geo.spelling import ABBREVIATION, PREFIX, folded, readings
from intake.boundary_asked import Asked

Columns = Mapping[str, Sequence[str]]

#: A column is taken for codes, names or districts from this share of fitting values on.
_CODES: Final = 0.8
_NAMES: Final = 0.3
_DISTRICTS: Final = 0.5
#: A heading that says what its column is makes up for so much of the share.
_HEADING: Final = 0.2
_CODE_HEADING: Final = re.compile(r"\b(ma|code|id)|(code|id|ma)\b")
_NAME_HEADING: Final = re.compile(r"(^|\b)(ten|name|xa|commune|ward)")
_DISTRICT_HEADING: Final = re.compile(r"huyen|district|quan\b")
_UPPER_HEADING: Final = re.compile(r"huyen|district|quan\b|tinh|province|prov")
_AREA_HEADING: Final = re.compile(r"area|dien ?tich|dtich|km2|\bdt\b")
_UNIT_CODE: Final = re.compile(r"\d{1,5}")
_UPPER_CODE: Final = re.compile(r"\d{1,3}")

_NO_SUCH: Final = "Tệp không có cột “{column}”. Các cột của tệp: {columns}."
_NEITHER: Final = (
    "Không tìm thấy cột nào chứa mã hoặc tên xã của danh mục. Các cột của tệp: {columns}. Hãy chỉ ra cột mã hoặc cột "
    "tên (dòng lệnh: --code-column, --name-column), hoặc kiểm tra xem đây có đúng là tệp của địa bàn này. "
    "Tệp mang danh mục riêng, như của cả nước, thì thêm --own-list và --province."
)
_NO_CODES: Final = (
    "Tệp mang danh mục riêng phải có cột mã xã (5 chữ số, mỗi xã một mã). Các cột của tệp: {columns}. "
    "Hãy chỉ ra cột mã (dòng lệnh: --code-column)."
)
_NO_NAMES: Final = (
    "Tệp mang danh mục riêng phải có cột tên xã, ghi cả loại (Xã, Phường, Thị trấn, Đặc khu). "
    "Các cột của tệp: {columns}. Hãy chỉ ra cột tên (dòng lệnh: --name-column)."
)


@dataclass(frozen=True, slots=True)
class Roles:
    """The headings of the columns that count; ``None`` where a file has no such column.

    Attributes
    ----------
    code, name
        Of the unit.
    district
        Name or code of the district; in a file with its own list the code of the level above.
    district_name
        Only of a file with its own list: the name of the level above.
    area
        Only of a file with its own list: the published area.
    """

    code: str | None = None
    name: str | None = None
    district: str | None = None
    district_name: str | None = None
    area: str | None = None

    def role_of(self, column: str) -> str | None:
        """Return what a column is: the name of the field above, or ``None``."""
        return next((role for role in self.__slots__ if getattr(self, role) == column), None)


def rows_of(columns: Columns, roles: Roles, numbers: Sequence[int] | None = None) -> list[NameRow]:
    """Return the rows of a file as they are matched; ``numbers`` are their numbers, by default from 0."""
    size = len(next(iter(columns.values()), ()))
    empty = [""] * size
    names = columns[roles.name] if roles.name else empty
    districts = columns[roles.district] if roles.district else empty
    codes = columns[roles.code] if roles.code else empty
    return [
        NameRow(number, name, district or None, code or None)
        for number, name, district, code in zip(numbers or range(size), names, districts, codes, strict=True)
    ]


def matched_roles(columns: Columns, index: NameIndex, asked: Asked, file: str) -> Roles:
    """Return the columns that fit an official list best.

    Parameters
    ----------
    columns
        The file's texts.
    index
        The official list.
    asked
        Columns that a person has named; they are taken as they are.
    file
        Name of the file, for the faults.

    Raises
    ------
    DataError
        A column that was named is not there, or neither codes nor names of the list are in the file.
    """
    _check_asked(columns, asked, file)
    codes = {name: _code_share(values, index) for name, values in columns.items()}
    names = {name: _name_share(values, index) for name, values in columns.items()}
    places = {name: _district_share(name, values, index) for name, values in columns.items()}
    roles = Roles(
        asked.code_column or _best(codes, _CODES),
        asked.name_column or _best(names, _NAMES),
        asked.district_column or _best(places, _DISTRICTS),
    )
    if roles.code is None and roles.name is None:
        raise _refusal(file, _NEITHER, columns)
    return roles


def own_roles(columns: Columns, asked: Asked, file: str) -> Roles:
    """Return the columns of a file that brings its own list, told by headings and by what values look like.

    Raises
    ------
    DataError
        A column that was named is not there, or there is no column of codes or of names.
    """
    _check_asked(columns, asked, file)
    code = asked.code_column or _best({name: _unit_codes(name, values) for name, values in columns.items()}, _DISTRICTS)
    name = asked.name_column or _best({name: _kinds(name, values) for name, values in columns.items()}, _DISTRICTS)
    if code is None or name is None:
        raise _refusal(file, _NO_CODES if code is None else _NO_NAMES, columns)
    upper = asked.district_column or _best(
        {head: _upper_codes(head, values) for head, values in columns.items() if head not in {code, name}}, _DISTRICTS
    )
    others = {head: values for head, values in columns.items() if head not in {code, name, upper}}
    above = {head: _upper_names(head, values, columns[upper]) for head, values in others.items()} if upper else {}
    areas = {head: _areas(head, values) for head, values in others.items()}
    return Roles(code, name, upper, _best(above, _DISTRICTS), _best(areas, _DISTRICTS))


def kind_and_name(text: str) -> tuple[str, str]:
    """Return ``xã`` and ``Đăk Pék`` of ``Xã Đăk Pék``; the kind is empty when the name says none."""
    written = (reading for reading in readings(text) if reading.kind and reading.floor == PREFIX)
    return next(((reading.kind, reading.text) for reading in written), ("", text))


def _check_asked(columns: Columns, asked: Asked, file: str) -> None:
    wanted = (asked.code_column, asked.name_column, asked.district_column)
    faults = [_fault(file, _NO_SUCH, columns, column=column) for column in wanted if column and column not in columns]
    if faults:
        raise DataError(faults)


def _refusal(file: str, message: str, columns: Columns) -> DataError:
    return DataError([_fault(file, message, columns)])


def _fault(file: str, message: str, columns: Columns, **params: object) -> Fault:
    return Fault(file, None, None, message, (*params.items(), ("columns", ", ".join(columns))))


def _best(shares: Mapping[str, float], least: float) -> str | None:
    """Return the column with the largest share, the first of several; ``None`` when all are too small."""
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best is not None and shares[best] >= least else None


def _code_share(values: Sequence[str], index: NameIndex) -> float:
    """Return the share of rows with a code of the list that no other row has."""
    known = {code for value in values if (code := index.code(value)) in index.units}
    return len(known) / len(values) if values else 0.0


def _name_share(values: Sequence[str], index: NameIndex) -> float:
    """Return the share of rows that name a unit of their own; names as the list writes them count a little more."""
    loose: set[str] = set()
    close: set[str] = set()
    for value in dict.fromkeys(filter(None, values)):
        if index.code(value) in index.units:
            continue
        found = index.find(value)
        loose.update(found.units)
        close.update(one.unit.code for one in found.own if one.rank <= ABBREVIATION)
    return (0.9 * min(len(loose), len(values)) + 0.1 * min(len(close), len(values))) / len(values) if values else 0.0


def _district_share(heading: str, values: Sequence[str], index: NameIndex) -> float:
    """Return the share of rows with a district of the list; columns with more districts and diacritics count more."""
    present = [value for value in values if value]
    if not present or len(index.districts.districts) < 2:  # noqa: PLR2004 - one district tells nothing apart
        return 0.0
    known = {value for value in set(present) if (place := index.place(value)) and place.codes}
    if len(known) < 2 or len(set(present)) > 3 * len(index.districts.districts):  # noqa: PLR2004 - as above
        return 0.0
    share = sum(value in known for value in present) / len(values)
    hint = _HEADING if _DISTRICT_HEADING.search(_plain(heading)) else 0.0
    codes = {code for value in known if (place := index.place(value)) for code in place.codes}
    finer = 0.05 * len(codes) / len(index.districts.districts)
    return share + hint + finer + (0.01 if any(not value.isascii() for value in known) else 0.0)


def _unit_codes(heading: str, values: Sequence[str]) -> float:
    filled = [value for value in values if value]
    fitting = {value for value in filled if _UNIT_CODE.fullmatch(value)}
    if not fitting or len(fitting) * 2 < len(values):
        return 0.0
    wide = sum(len(value) in {4, 5} for value in fitting) / len(fitting)
    return len(fitting) / len(values) * wide + (_HEADING if _CODE_HEADING.search(_plain(heading)) else 0.0)


def _kinds(heading: str, values: Sequence[str]) -> float:
    share = sum(bool(kind_and_name(value)[0]) for value in values) / len(values) if values else 0.0
    return share + (_HEADING if share and _NAME_HEADING.search(_plain(heading)) else 0.0)


def _upper_codes(heading: str, values: Sequence[str]) -> float:
    fitting = [value for value in values if _UPPER_CODE.fullmatch(value)]
    if not _UPPER_HEADING.search(_plain(heading)) or len(set(fitting)) == len(values) > 1:
        return 0.0
    return len(fitting) / len(values) if values else 0.0


def _upper_names(heading: str, values: Sequence[str], upper: Sequence[str]) -> float:
    """Return 1 for a column with one name for every unit of the level above, and 0 for any other."""
    pairs = {(code, value) for code, value in zip(upper, values, strict=True) if value and not value.isdigit()}
    one_each = len(pairs) == len({code for code, _ in pairs}) == len({value for _, value in pairs}) == len(set(upper))
    return float(one_each and bool(_UPPER_HEADING.search(_plain(heading))))


def _areas(heading: str, values: Sequence[str]) -> float:
    if not _AREA_HEADING.search(_plain(heading)):
        return 0.0
    return sum(number > 0 for number in numbers(values)) / len(values) if values else 0.0


def numbers(values: Sequence[str]) -> Iterator[float]:
    """Yield the numbers of a column; 0 for what is none."""
    for value in values:
        try:
            yield float(value.replace(",", "."))
        except ValueError:
            yield 0.0


def _plain(heading: str) -> str:
    """Return a heading folded, its words apart: ``province_code`` and ``MaTinh`` alike."""
    return folded(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))
