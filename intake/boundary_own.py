"""The list of units that a boundary file brings itself, such as the communes of the whole country."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from base.errors import Fault
from geo.names import MatchResult, NameMatch, NameRow
from intake.boundary_columns import Roles, kind_and_name, rows_of
from programme.province import province_names
from programme.units import Unit

_DIGITS: Final = 5
_UPPER_DIGITS: Final = 3
#: Codes of provinces have two digits, those of districts three.
_PROVINCE_DIGITS: Final = 2
#: Most features that one sentence names.
_NAMED: Final = 10
#: Communes are counted by the programme; wards, townships and special zones are not.
_COUNTED: Final = "xã"

_NO_CODE: Final = "{count} đối tượng không có mã xã 5 chữ số: số {features}. Hãy bổ sung mã rồi nạp lại."
_NO_NAME: Final = "{count} đối tượng không có tên: số {features}. Hãy bổ sung tên rồi nạp lại."
_NO_KIND: Final = (
    "{count} đối tượng có tên không ghi loại đơn vị (Xã, Phường, Thị trấn, Đặc khu): số {features}. "
    "Hãy ghi đủ loại trong cột tên rồi nạp lại."
)
_REPEATED: Final = (
    "{count} đối tượng có mã trùng với đối tượng khác: số {features}. Mỗi xã chỉ được một mã và một đối tượng."
)


def own_units(
    columns: Mapping[str, Sequence[str]], roles: Roles, file: str
) -> tuple[dict[str, Unit], MatchResult, tuple[Fault, ...]]:
    """Return the units of a file by code, which feature is which, and what is wrong with codes and names.

    Kinds come from the names ("Xã …"). The level above has its code padded to three digits, and its code for a name
    where no column has the name; both are empty where a file has no such column.
    """
    rows = rows_of(columns, roles)
    codes = [_code(row.code) for row in rows]
    parts = [kind_and_name(row.name) for row in rows]
    repeated = {code for code, count in Counter(codes).items() if code and count > 1}
    faults = (
        _fault(_NO_CODE, [not code for code in codes], file),
        _fault(_REPEATED, [code in repeated for code in codes], file),
        _fault(_NO_NAME, [not row.name for row in rows], file),
        _fault(_NO_KIND, [bool(row.name) and not kind for row, (kind, _) in zip(rows, parts, strict=True)], file),
    )
    uppers = columns[roles.district_name] if roles.district_name else [""] * len(rows)
    found = {
        code: _unit(code, *part, row, upper)
        for code, part, row, upper in zip(codes, parts, rows, uppers, strict=True)
        if code and code not in repeated
    }
    result = MatchResult(tuple(_matches(rows, codes, found)), (), ())
    return found, result, tuple(fault for fault in faults if fault)


def own_levels(columns: Mapping[str, Sequence[str]], roles: Roles) -> tuple[str, ...]:
    """Return the area levels of a file with its own list, told by the codes of the level above the communes."""
    if roles.district is None:
        return "province", "commune"
    if all(len(code) <= _PROVINCE_DIGITS for code in columns[roles.district]):
        return "nation", "province", "commune"
    return "province", "district", "commune"


def _code(text: str | None) -> str:
    return text.zfill(_DIGITS) if text and text.isdecimal() and len(text) <= _DIGITS else ""


def _unit(code: str, kind: str, name: str, row: NameRow, upper: str) -> Unit:
    above = (row.district or "").zfill(_UPPER_DIGITS) if row.district else ""
    return Unit(
        code=code,
        name=name,
        kind=kind,
        district_code=above,
        district_name=upper or province_names().get(row.district or "", row.district or ""),
        in_programme=kind == _COUNTED,
        variants=(),
        border=(),
    )


def _matches(rows: Sequence[NameRow], codes: Sequence[str], units: Mapping[str, Unit]) -> Iterator[NameMatch]:
    for row, code in zip(rows, codes, strict=True):
        if code in units:
            yield NameMatch(row.row, row.name, row.district, code, units[code].name, "code", 1.0)


def _fault(message: str, which: Sequence[bool], file: str) -> Fault | None:
    numbers = [number for number, wrong in enumerate(which, 1) if wrong]
    if not numbers:
        return None
    named = ", ".join(map(str, numbers[:_NAMED])) + (", …" if len(numbers) > _NAMED else "")
    return Fault(file, None, None, message, (("count", len(numbers)), ("features", named)))
