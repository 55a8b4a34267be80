"""Where a row of the forms of clusters and villages lies: its commune before and after the reorganisation, its points.

A row names a commune of the unit list of its day. The commune of the other list follows from the decrees; where several
come into question, from the row's own column, else from its point, else it stays unknown.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from base.clock import day_label
from base.errors import NtmError, StateError
from base.i18n import Phrase
from geo.points import PointCheck
from geo.spelling import folded
from intake.form_cells import FormReader, FormRow
from intake.form_settlement_kinds import PROVINCE_ZONE
from intake.unit_lists import Era, unit_lists
from programme.clusters import Point
from programme.units import FORMER, Unit

#: Degrees are never more.
_LARGEST_DEGREE: Final = 180.0
#: Decimals of degrees that are kept: a centimetre.
_DECIMALS: Final = 7


@dataclass(frozen=True, slots=True)
class Place:
    """The commune that a row names.

    Attributes
    ----------
    era, unit
        The unit, and the units of its time.
    old
        What the row says that it was before; ``None`` when it says nothing.
    """

    era: Era
    unit: Unit
    old: Unit | None = None

    @property
    def words(self) -> str:
        """Return ``Xã Đăk Plô – huyện Đăk Glei (cũ)``."""
        return self.era.place(self.unit)


class Places:
    """Reads communes and points of a form's rows; made once for a file.

    Attributes
    ----------
    lists
        The units of today and before.
    warnings
        What to look at in points and communes that were taken, in the sender's language.

    Raises
    ------
    StateError
        No unit list is known of the province today.
    """

    def __init__(self, reader: FormReader) -> None:
        """Find the unit lists; outlines are only loaded for rows that have points."""
        self.reader = reader
        self.lists = unit_lists(reader.facts)
        self.warnings: list[str] = []
        self._systems: dict[int, str] = {}
        self._checks: dict[str, PointCheck] = {}

    def commune(self, row: FormRow, day: date | None, day_key: str) -> Place | None:
        """Return the commune of a row; a fault where there is none, or where it is outside the programme.

        Parameters
        ----------
        row
            The row.
        day
            Day whose unit list holds; ``None``: either list will do.
        day_key
            Column of the day.
        """
        old, sound = self._old(row)
        try:
            era = self.lists.on(day) if day else None
        except StateError as error:
            row.fault(day_key, error.message, **error.params)
            return None
        place = self._on(row, era, day) if era and day else self._either(row, told=row.has("old_code"))
        if place is None or not sound:
            return None
        if not place.unit.in_programme:
            message = "{place} không phải là xã nên ngoài chương trình nông thôn mới. Hãy bỏ dòng này hoặc sửa mã xã."
            row.fault(_commune_key(row), message, place=place.words)
            return None
        return self._with_old(row, place, old)

    def _old(self, row: FormRow) -> tuple[Unit | None, bool]:
        """Return the unit that a row says its commune was before, and whether that cell is sound."""
        value = row.row.values.get("old_code")
        if value is None:
            return None, True
        if self.lists.before is None:
            row.fault("old_code", "Không có danh mục xã trước sắp xếp của địa bàn này. Hãy xóa ô này.")
            return None, False
        try:
            return self.lists.before.find(value, None, None), True
        except NtmError as error:
            row.fault("old_code", error.message, **error.params)
            return None, False

    def _with_old(self, row: FormRow, place: Place, old: Unit | None) -> Place | None:
        if old is None:
            return place
        if place.era is not self.lists.now:
            if old.code == place.unit.code:
                return place
            message = "{place} đã là xã trước sắp xếp. Hãy xóa ô này, hoặc chọn xã sau sắp xếp ở cột “Mã xã”."
            row.fault("old_code", message, place=place.words)
            return None
        made_of = self.lists.predecessors(place.unit)
        if old.code in {one.code for one in made_of}:
            return Place(place.era, place.unit, old)
        message = "{old} không nhập vào {place}: xã này gồm {made_of}. Hãy sửa một trong hai ô."
        names = ", ".join(one.full_name for one in made_of)
        row.fault("old_code", message, old=old.full_name, place=place.words, made_of=names)
        return None

    def _find(self, row: FormRow, era: Era) -> Place | NtmError:
        values = row.row.values
        try:
            return Place(era, era.find(values.get("code"), values.get("name"), values.get("district")))
        except NtmError as error:
            return error

    def _on(self, row: FormRow, era: Era, day: date) -> Place | None:
        """Return the commune in the list of a day; one of another time is told apart from none at all."""
        found = self._find(row, era)
        others = [self._find(row, other) for other in self.lists.eras if other is not era]
        other = next((one for one in others if isinstance(one, Place)), None)
        if isinstance(found, Place) and (other is None or not _chosen(row, other) or self._same(found, other)):
            return found
        if other:
            self._other_time(row, other, day)
        elif isinstance(found, NtmError):
            row.fault(_commune_key(row), found.message, **found.params)
        return None

    def _same(self, one: Place, other: Place) -> bool:
        old, new = (other, one) if one.era is self.lists.now else (one, other)
        return self.lists.same(old.unit, new.unit)

    def _other_time(self, row: FormRow, place: Place, day: date) -> None:
        since = day_label(self.lists.since)
        if place.era is self.lists.now:
            names = ", ".join(one.full_name for one in self.lists.predecessors(place.unit))
            message = (
                "{place} có từ {since}, sau ngày {day}. Vào ngày ấy địa bàn này là {units}. Hãy chọn xã của ngày ấy, "
                "hoặc sửa ngày."
            )
        else:
            names = ", ".join(self.lists.now.place(one) for one in self.lists.successors(place.unit))
            message = (
                "{place} không còn từ {since}, trước ngày {day}; nay là {units}. Hãy chọn xã sau sắp xếp và ghi xã cũ "
                "vào cột “Xã trước sắp xếp”, hoặc sửa ngày."
            )
        row.fault(_commune_key(row), message, place=place.words, since=since, day=day_label(day), units=names)

    def _either(self, row: FormRow, *, told: bool) -> Place | None:
        """Return the commune in either list: the one of before, unless the row says what its commune was before."""
        found = [self._find(row, era) for era in self.lists.eras]
        places = [one for one in found if isinstance(one, Place)]
        if not places:
            (error, *_) = (one for one in found if isinstance(one, NtmError))
            row.fault(_commune_key(row), error.message, **error.params)
            return None
        if len(places) == 1 or told:
            return places[0]
        new, old = places
        if self._same(new, old) or _chosen(row, new):
            return new
        if _chosen(row, old):
            return old
        if folded(new.unit.name) != folded(old.unit.name):
            message = (
                "Mã {code} trước {since} là {old}, nay là {new}. Hãy chọn xã trong danh sách xổ xuống, hoặc ghi thêm "
                "tên xã."
            )
            params = {"code": old.unit.code, "since": day_label(self.lists.since), "old": old.words, "new": new.words}
            row.fault(_commune_key(row), message, **params)
            return None
        words = "“{name}” là tên xã cả trước và sau {since}; ở đây hiểu là {place}, trước sắp xếp."
        self.warn(self.reader.t(words, name=old.unit.name, since=day_label(self.lists.since), place=old.words))
        return old

    def warn(self, text: str) -> None:
        """Keep a warning, once."""
        if text not in self.warnings:
            self.warnings.append(text)

    def point(self, row: FormRow, place: Place | None, x_key: str, y_key: str) -> Point | None:
        """Return a point of a row as longitude and latitude; ``None`` where there is none or it has a fault.

        Parameters
        ----------
        row
            The row; its column ``crs`` says in which system the numbers are.
        place
            The commune that the point must lie in; ``None`` when it is not known: then only the numbers are read.
        x_key, y_key
            Columns of longitude or easting, and of latitude or northing.
        """
        x, y, system = row.coordinate(x_key), row.coordinate(y_key), self._system(row)
        for given, lacking in ((x_key, y_key), (y_key, x_key)):
            if row.has(given) and not row.has(lacking):
                message = "Một điểm cần cả hai số: có “{given}” mà thiếu ô này. Hãy điền thêm, hoặc xóa ô kia."
                row.fault(lacking, message, given=self.reader.form.column(given).heading)
        if x is None or y is None or place is None or (row.has("crs") and not system):
            return None
        if system == PROVINCE_ZONE and max(abs(x), abs(y)) <= _LARGEST_DEGREE:
            self._systems[row.number] = ""
            row.fault("crs", "Tọa độ của dòng này là độ, không phải mét. Hãy chọn hệ có kinh độ, vĩ độ, hoặc để trống.")
            return None
        found = self._check(place).read(
            x, y, int(system) if system not in {"", PROVINCE_ZONE} else None, place.unit.code
        )
        if found.problem:
            row.fault(x_key, found.problem, **dict(found.params))
        if found.warning:
            warning = Phrase(found.warning, found.warning_params)
            self.warn(self.reader.t("Dòng {row}: {warning}", row=row.number, warning=warning))
        return (round(found.point[0], _DECIMALS), round(found.point[1], _DECIMALS)) if found.point else None

    def _system(self, row: FormRow) -> str:
        """Return the system of a row's points; a fault of it is told once, however many points there are."""
        if row.number not in self._systems:
            self._systems[row.number] = row.word("crs")
        return self._systems[row.number]

    def _check(self, place: Place) -> PointCheck:
        boundary = place.era.boundary(place.unit)
        if boundary.id not in self._checks:
            names = {code: unit.full_name for code, unit in place.era.units.items()}
            self._checks[boundary.id] = PointCheck(boundary, names)
        return self._checks[boundary.id]

    def columns(self, place: Place, point: Point | None) -> dict[str, str]:
        """Return the commune before and after, as the tables of the store keep it; empty what is not known.

        Parameters
        ----------
        place
            The commune that the row names.
        point
            Decides where a unit was divided or made of several.
        """
        if place.era is not self.lists.now:
            old: Unit | None = place.unit
            new = self._at(point, self.lists.now, [*self.lists.successors(place.unit)])
        elif self.lists.reorganised:
            old, new = place.old, place.unit
            if old is None and self.lists.before:
                old = self._at(point, self.lists.before, [*self.lists.predecessors(place.unit)])
        else:
            old, new = place.unit, None
        was = self.lists.before or self.lists.now
        return {
            "old_list": was.lists[old.code] if old else "",
            "old_code": old.code if old else "",
            "new_list": self.lists.now.lists[new.code] if new else "",
            "new_code": new.code if new else "",
        }

    def old_unit(self, code: str) -> Unit | None:
        """Return a unit of before by its code."""
        return self.lists.before.units.get(code) if self.lists.before else None

    def _at(self, point: Point | None, era: Era, candidates: list[Unit]) -> Unit | None:
        """Return the only candidate, or the one that a point lies in."""
        if len(candidates) == 1:
            return candidates[0]
        for unit in candidates if point else ():
            if point and self._check(Place(era, unit)).unit_at(*point) == unit.code:
                return unit
        return None


def plain(text: str) -> str:
    """Return a name as it is kept: in NFC, with single blanks."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _commune_key(row: FormRow) -> str:
    return "name" if row.has("name") and not row.has("code") else "code"


def _chosen(row: FormRow, place: Place) -> bool:
    """Tell whether a row has exactly what a drop-down offers for a commune, or says that its district is a former one.

    By that only communes of today and of before with the same code and name differ.
    """
    code, own = row.peek("code"), place.era.choice(place.unit)
    return code == own or (own.endswith(FORMER) and FORMER.strip() in row.peek("district"))
