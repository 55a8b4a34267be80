"""What a monthly report speaks of: the communes of a district or of the province, and the set they are judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from base.clock import Month
from base.errors import StateError
from base.i18n import Translate
from programme.criteria import CriteriaSet, set_in_force
from programme.units import District, Unit, districts_of
from store.facts import Facts

#: What a workbook's property ``ntm_district`` says when it is of the whole province.
WHOLE_PROVINCE: Final = "all"


@dataclass(frozen=True, slots=True)
class Scope:
    """A report's place, month and yardstick.

    Attributes
    ----------
    district
        ``None`` for a workbook of the whole province.
    period
        Month of the report.
    criteria_set
        The set in force on the last day of the month; it has criteria.
    units
        The communes of the programme, in order of district and code.
    """

    district: District | None
    period: Month
    criteria_set: CriteriaSet
    units: tuple[Unit, ...]

    @property
    def district_code(self) -> str:
        """Return the district's code, empty for the province: ``Submission.district``."""
        return self.district.code if self.district else ""

    def place(self, t: Translate) -> str:
        """Return ``huyện Đăk Hà`` or ``toàn tỉnh``, as it stands inside a sentence."""
        return self.district.within if self.district else t("toàn tỉnh")


def scope_of(facts: Facts, district: str, period: Month) -> Scope:
    """Return what the report of a district and month is about.

    Parameters
    ----------
    facts
        Units and criteria sets of the province.
    district
        Code of the district; empty for the whole province.
    period
        Month of the report.

    Raises
    ------
    StateError
        No such district, or no criteria set with criteria is in force in the month.
    """
    districts = districts_of(facts.units.values())
    if district and district not in districts:
        known = ", ".join(f"{found.code} {found.name}" for found in districts.values())
        raise StateError(
            "Không có huyện mang mã “{district}”. Hãy chọn một trong: {known}.", district=district, known=known
        )
    chosen = [districts[district]] if district else list(districts.values())
    units = tuple(unit for found in chosen for unit in found.programme_units)
    return Scope(districts.get(district), period, _set_of_month(facts, period), units)


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
