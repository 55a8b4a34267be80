"""Every form that can be handed in, empty or prefilled, by its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from base.clock import Month
from base.errors import StateError
from intake.criteria_file import criteria_template
from intake.form_columns import FormKind
from intake.forms import form_template
from intake.template import monthly_template
from store.ledger import Kind
from store.queries import LedgerFacts


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which monthly report, or which criteria set; other kinds need nothing.

    Attributes
    ----------
    district
        Code of a district, or of a commune for a month without districts; empty for the whole province.
    period
        Month of the report.
    indicators
        Whether the report has the sheet of indicators.
    set_id
        Criteria set to be corrected, empty for an empty form.
    """

    district: str = ""
    period: Month | None = None
    indicators: bool = False
    set_id: str = ""


def template_of(kind: Kind, facts: LedgerFacts, wanted: Wanted, lang: str = "vi") -> bytes:
    """Return the form of a kind as an ``.xlsx``.

    Raises
    ------
    StateError
        Something is wanted that the kind does not have, or does not exist; a report without a month.
    """
    if wanted.set_id and kind != "criteria-set":
        raise StateError("Chỉ biểu “Bộ tiêu chí” mới chọn được bộ tiêu chí.")
    if kind == "monthly":
        if wanted.period is None:
            raise StateError("Hãy cho biết tháng của báo cáo, dạng NĂM-THÁNG, ví dụ 2025-06.")
        return monthly_template(facts, wanted.district, wanted.period, lang, indicators=wanted.indicators)
    if wanted.district or wanted.period or wanted.indicators:
        raise StateError("Huyện, tháng và chỉ tiêu chỉ chọn cho báo cáo tháng.")
    if kind == "criteria-set":
        return criteria_template(facts, wanted.set_id, lang)
    return form_template(cast("FormKind", kind), facts, lang)
