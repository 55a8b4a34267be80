"""What a monthly report speaks of: the communes of a district or of the province, and the set they are judged by.

Who reports depends on the month. Where districts no longer exist each commune hands in a report of its own, by the
unit list of that month: most of its codes belonged to communes of other names before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeVar

from base.clock import Month
from base.errors import BoundaryError, StateError
from base.i18n import Translate
from geo.boundaries import version_for
from programme.criteria import CriteriaSet, set_in_force
from programme.province import province_of
from programme.territory import territory_of
from programme.units import District, Unit, reporters_of, without_districts
from store.facts import Facts
from store.queries import LedgerFacts

F = TypeVar("F", bound=LedgerFacts)
#: What a workbook's property ``ntm_district`` says when it is of the whole province.
WHOLE_PROVINCE: Final = "all"


@dataclass(frozen=True, slots=True)
class Scope:
    """A report's place, month and yardstick.

    Attributes
    ----------
    district
        The district, or the commune that reports for itself; ``None`` for a workbook of the whole.
    part
        Key of the former province that the whole is; empty: the whole province.
    period
        Month of the report.
    criteria_set
        The set in force on the last day of the month; it has criteria.
    units
        The communes of the programme, in order of district and code.
    by_commune
        Whether every commune hands in a report of its own: there are no districts.
    since
        First month of the unit list: an earlier result under one of its codes is another unit's.
    """

    district: District | None
    part: str
    period: Month
    criteria_set: CriteriaSet
    units: tuple[Unit, ...]
    by_commune: bool
    since: Month

    @property
    def district_code(self) -> str:
        """Return ``Submission.district``: the reporter's code; for a whole, the key of a former province or nothing."""
        return self.district.code if self.district else self.part

    @property
    def listed(self) -> bool:
        """Whether a row needs its district: districts exist, and the report is of several."""
        return self.district is None and not self.by_commune

    def place(self, t: Translate, lang: str) -> str:
        """Return ``huyện Đăk Hà``, ``xã Đăk Long``, ``toàn tỉnh`` or ``địa bàn tỉnh Kon Tum cũ`` inside a sentence."""
        if self.district:
            return self.district.within
        return area(self.part, t, lang) if self.part else t("toàn tỉnh")


def area(part: str, t: Translate, lang: str) -> str:
    """Return what the area of a former province is called inside a sentence: ``địa bàn tỉnh Kon Tum cũ``."""
    name = province_of(part).name(lang)
    return t("địa bàn {province} cũ", province=name[:1].lower() + name[1:] if lang == "vi" else name)


def facts_in(facts: F, month: Month) -> F:
    """Return the same knowledge for the units of a month: of the province, or of its part of what it went into.

    Raises
    ------
    StateError
        No unit list is known of the month.
    """
    place = territory_of(facts.part or facts.province, month)
    try:
        units = version_for(place.province, month).units_of
    except BoundaryError as error:
        raise StateError(error.message, **error.params) from error
    if (facts.province, facts.unit_list, facts.part) == (place.province, units, place.part):
        return facts
    return replace(facts, province=place.province, unit_list=units, part=place.part)


def scope_of(facts: Facts, district: str, period: Month) -> Scope:
    """Return what the report of a district, or of a commune that reports for itself, is about.

    Parameters
    ----------
    facts
        Units and criteria sets of the province, for the units of the month (:func:`facts_in`).
    district
        Code of the district or commune; empty for the whole.
    period
        Month of the report.

    Raises
    ------
    StateError
        No such district or commune, or no criteria set with criteria is in force in the month.
    """
    reporters, by_commune = reporters_of(facts.units.values()), without_districts(facts.units.values())
    if district and district not in reporters:
        raise _unknown(district, reporters, period, by_commune=by_commune)
    chosen = [reporters[district]] if district else reporters.values()
    return Scope(
        district=reporters.get(district),
        part=facts.part,
        period=period,
        criteria_set=_set_of_month(facts, period),
        units=tuple(unit for found in chosen for unit in found.programme_units),
        by_commune=by_commune,
        since=version_for(facts.province, period).first_month,
    )


def _unknown(code: str, reporters: dict[str, District], period: Month, *, by_commune: bool) -> StateError:
    if not by_commune:
        known = ", ".join(f"{found.code} {found.name}" for found in reporters.values())
        return StateError(
            "Không có huyện mang mã “{district}”. Hãy chọn một trong: {known}.", district=code, known=known
        )
    example = next(iter(reporters.values()))
    return StateError(
        "Tháng {month} không có xã nào của chương trình mang mã “{code}”. Không còn cấp huyện, mỗi xã một báo cáo: "
        "hãy ghi mã xã gồm 5 chữ số, ví dụ {example}.",
        month=period.label,
        code=code,
        example=f"{example.code} ({example.name})",
    )


def _set_of_month(facts: Facts, period: Month) -> CriteriaSet:
    found = set_in_force(facts.criteria_sets.values(), period.last_day, province=facts.province)
    if found is None:
        raise StateError("Chưa có bộ tiêu chí xã nào có hiệu lực trong tháng {month}.", month=period.label)
    if not found.criteria:
        raise StateError(
            "Chưa có nội dung của {name}, nên không lập được báo cáo tháng {month}. Hãy nạp bộ tiêu chí này trước.",
            name=found.name_vi,
            month=period.label,
        )
    return found
