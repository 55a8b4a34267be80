"""Finding the commune that a cell of a handed-in file means: by code, then by name within its district."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from base.errors import NtmError
from intake.sheets import Value
from programme.units import District, Unit, districts_of

_CODE: Final = re.compile(r"\d{5}(?!\d)")
_DISTRICT_CODE: Final = re.compile(r"\d{3}(?!\d)")
#: Between the parts of what the drop-downs offer: ``23353 – Đăk Pék – huyện Đăk Glei``.
SEPARATOR: Final = " – "
#: Đ and đ, and the Icelandic letters that old files have in their place: they have no diacritic to take off.
_LETTER_D: Final = dict.fromkeys((0x110, 0x111, 0xD0, 0xF0), "d")
#: Dashes of every length.
_DASH: Final = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")
_KINDS: Final = re.compile(r"^(xa|phuong|thi tran|huyen|thanh pho|tp|thi xa)\b[\s.]*")


def folded(text: str) -> str:
    """Return a text without case, diacritics, apostrophes and extra blanks, to compare what people type.

    Đ in all its forms becomes d, every dash a hyphen: ``Hoà Bình``, ``Hòa Bình`` and ``HOA BINH`` are the same.
    """
    plain = unicodedata.normalize("NFD", text.translate(_LETTER_D | _DASH).lower())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(re.sub(r"['’ʼ`´]", "", letters).replace("_", " ").split())


def choice(unit: Unit, district: District) -> str:
    """Return what a drop-down offers for a commune: ``23353 – Đăk Pék – huyện Đăk Glei``."""
    return SEPARATOR.join((unit.code, unit.name, district.within))


class CommuneFinder:
    """Finds units of one province. Wards and townships are found too: the caller says what it takes.

    Parameters
    ----------
    units
        The province's units by code.
    """

    def __init__(self, units: Mapping[str, Unit]) -> None:
        """Arrange the units by the names that sources use for them."""
        self._units = dict(units)
        self._districts = districts_of(units.values())
        self._own: dict[str, list[Unit]] = {}
        self._other: dict[str, list[Unit]] = {}
        for unit in units.values():
            self._own.setdefault(_name_key(unit.name), []).append(unit)
            for key in _names_of(unit) - {_name_key(unit.name)}:
                self._other.setdefault(key, []).append(unit)

    def find(self, code: Value, name: Value, district: str | None = None) -> Unit:
        """Return the unit that a code, or else a name, means.

        Parameters
        ----------
        code
            A code, also as a number, or a drop-down's whole text; ``None`` when the cell is empty.
        name
            A name in any spelling known of the unit, with or without "xã"; ``None`` when empty.
        district
            Code of the district that the unit must be in; ``None``: any.

        Raises
        ------
        NtmError
            Nothing is given, no unit has the code or the name, the two contradict each other, the unit
            lies in another district, or several units have the name. ``message`` and ``params`` can be
            put into a :class:`base.errors.Fault`.
        """
        code_text, name_text = _text(code), _text(name)
        for text in (code_text, name_text):
            if found := _CODE.match(text):
                return self._by_code(found[0], name_text, district)
        if any(letter.isdigit() for letter in code_text):
            raise NtmError(
                "Mã xã “{code}” không đúng: mã gồm 5 chữ số, ví dụ 23353. "
                "Hãy chọn xã trong danh sách xổ xuống của biểu mẫu.",
                code=code_text,
            )
        if wanted := name_text or code_text:  # a name is often typed where the code belongs
            return self._by_name(wanted, district)
        raise NtmError("Thiếu mã và tên xã. Hãy chọn xã trong danh sách xổ xuống.")

    def district(self, value: Value) -> District:
        """Return the district that a code or a name means, ``610`` or ``huyện Đăk Glei``.

        Raises
        ------
        NtmError
            No district of the province has the code or the name; the sentence lists them.
        """
        text = _text(value)
        found = _DISTRICT_CODE.match(text)
        for district in self._districts.values():
            if found and found[0] == district.code:
                return district
            if not found and text and _name_key(text) == _name_key(district.name):
                return district
        raise NtmError(
            "Không có huyện “{name}” trong tỉnh. Hãy ghi một trong: {known}.", name=text, known=_names(self._districts)
        )

    def _by_code(self, code: str, name: str, district: str | None) -> Unit:
        unit = self._units.get(code)
        if unit is None:
            raise NtmError(
                "Mã xã “{code}” không có trong danh mục của tỉnh. Hãy chọn xã trong danh sách xổ xuống của biểu mẫu.",
                code=code,
            )
        if name and not _CODE.match(name) and _name_key(name) not in _names_of(unit):
            raise NtmError(
                "Mã {code} là {place}, nhưng tên ghi là “{name}”. Hãy sửa mã hoặc tên cho khớp.",
                code=code,
                place=self.place(unit),
                name=name,
            )
        return self._within(unit, district)

    def _by_name(self, name: str, district: str | None) -> Unit:
        key = _name_key(name)
        own, other = self._own.get(key, []), self._other.get(key, [])
        # A unit's own name goes before another's old one.
        for candidates in (own, other):
            inside = [unit for unit in candidates if district in {None, unit.district_code}]
            if found := _of_kind(inside, name):
                if len(found) == 1:
                    return found[0]
                raise NtmError(
                    "Tên “{name}” có ở nhiều nơi: {places}. Hãy ghi mã xã hoặc ghi thêm tên huyện.",
                    name=name,
                    places="; ".join(f"{unit.code}{SEPARATOR}{self.place(unit)}" for unit in found),
                )
        if elsewhere := own or other:
            return self._within(elsewhere[0], district)
        raise NtmError(
            "Không có xã nào tên “{name}” trong danh mục của tỉnh. Hãy chọn xã trong danh sách xổ xuống của biểu mẫu.",
            name=name,
        )

    def _within(self, unit: Unit, district: str | None) -> Unit:
        if district in {None, unit.district_code}:
            return unit
        known = self._districts.get(str(district))
        raise NtmError(
            "{place} không thuộc {district}. Hãy bỏ dòng này hoặc sửa mã xã.",
            place=self.place(unit),
            district=known.within if known else district,
        )

    def place(self, unit: Unit) -> str:
        """Return ``Xã Đăk Pék – huyện Đăk Glei``."""
        return f"{unit.full_name}{SEPARATOR}{self._districts[unit.district_code].within}"


def _text(value: Value) -> str:
    return "" if value is None else str(value).strip()


def _name_key(name: str) -> str:
    """Return a name as it is compared: folded, without what kind of unit it is and what stands behind a dash."""
    return _KINDS.sub("", folded(name.split(SEPARATOR, maxsplit=1)[0]))


def _names_of(unit: Unit) -> set[str]:
    return {_name_key(name) for name in (unit.name, *unit.variants)}


def _names(districts: Mapping[str, District]) -> str:
    return ", ".join(f"{district.code} {district.name}" for district in districts.values())


def _of_kind(units: Iterable[Unit], name: str) -> list[Unit]:
    """Keep the units of the kind that the name says, as "thị trấn Đăk Hà" does; all when it says none."""
    found = list(units)
    return [unit for unit in found if folded(name).startswith(f"{folded(unit.kind)} ")] or found
