"""Finding the commune that a cell of a handed-in file means: by code, then by name within its district."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from base.errors import NtmError
from geo.name_index import NameIndex, Place, code_in, of_kind, strongest
from intake.sheets import Value
from programme.units import District, Unit

#: Between the parts of what the drop-downs offer: ``23353 – Đăk Pék – huyện Đăk Glei``.
SEPARATOR: Final = " – "


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
        self._index = NameIndex(units)
        self._districts = self._index.districts.districts

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
            if found := code_in(text):
                return self._by_code(found, name_text, district)
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
        if found := self._index.districts.find(text):
            return found
        raise NtmError(
            "Không có huyện “{name}” trong tỉnh. Hãy ghi một trong: {known}.", name=text, known=_names(self._districts)
        )

    def _by_code(self, code: str, name: str, district: str | None) -> Unit:
        unit = self._index.units.get(code)
        if unit is None:
            raise NtmError(
                "Mã xã “{code}” không có trong danh mục của tỉnh. Hãy chọn xã trong danh sách xổ xuống của biểu mẫu.",
                code=code,
            )
        if name and not code_in(name) and code not in self._index.find(name).units:
            raise NtmError(
                "Mã {code} là {place}, nhưng tên ghi là “{name}”. Hãy sửa mã hoặc tên cho khớp.",
                code=code,
                place=self.place(unit),
                name=name,
            )
        return self._within(unit, district)

    def _by_name(self, name: str, district: str | None) -> Unit:
        inside = self._index.find(name, Place(frozenset({district}), "") if district else self._index.parted(name)[1])
        # A unit's own name goes before another's old one.
        if found := of_kind(strongest(inside.own) or inside.own or inside.variants):
            if len(found) == 1:
                return found[0].unit
            raise NtmError(
                "Tên “{name}” có ở nhiều nơi: {places}. Hãy ghi mã xã hoặc ghi thêm tên huyện.",
                name=name,
                places="; ".join(
                    f"{unit.code}{SEPARATOR}{self.place(unit)}"
                    for unit in sorted((one.unit for one in found), key=lambda unit: (unit.district_code, unit.code))
                ),
            )
        for elsewhere in self._index.find(name).units.values():
            return self._within(elsewhere, district)
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


def _names(districts: Mapping[str, District]) -> str:
    return ", ".join(f"{district.code} {district.name}" for district in districts.values())
