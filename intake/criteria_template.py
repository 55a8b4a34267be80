"""A criteria set as a workbook to be corrected, and what stands in its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from base.clock import day_label
from base.errors import StateError
from base.i18n import Translate, translator
from intake.criteria_columns import ITEM_FORM, SET_FORM, THRESHOLDS
from intake.form_columns import Form, FormColumn
from intake.form_template import EMPTY_ROWS, workbook_of
from intake.workbook import Value
from programme.criteria import CriteriaSet, Criterion
from store.queries import LedgerFacts


def criteria_template(facts: LedgerFacts, set_id: str = "", lang: str = "vi") -> bytes:
    """Return a criteria set as a workbook to be corrected, or an empty one for a new set.

    Parameters
    ----------
    facts
        The sets that are known.
    set_id
        Which one; empty for an empty form.
    lang
        Language of headings and choices.

    Raises
    ------
    StateError
        No set has this id.
    """
    known = facts.criteria_sets.get(set_id)
    if known is None and set_id:
        raise StateError(
            "Không có bộ tiêu chí “{set}”. Chọn: {known}.", set=set_id, known=", ".join(facts.criteria_sets)
        )
    t = translator(lang)
    rows: dict[Form, Sequence[Sequence[Value]]] = {SET_FORM: [[]], ITEM_FORM: [[]] * EMPTY_ROWS}
    if known is not None:
        rows[SET_FORM] = [_cells(SET_FORM, set_values(known), t)]
        rows[ITEM_FORM] = [_cells(ITEM_FORM, item_values(item), t) for item in known.items] or rows[ITEM_FORM]
    return workbook_of(rows, facts, lang, ntm_set=set_id)


def _cells(form: Form, values: Mapping[str, str], t: Translate) -> list[Value]:
    return [_cell(column, values.get(column.key, ""), t) for column in form.columns]


def _cell(column: FormColumn, value: str, t: Translate) -> Value:
    if column.kind == "number":
        return int(value) if value else None
    return t(column.words[value]) if value in column.words else value


def set_values(criteria_set: CriteriaSet) -> dict[str, str]:
    """Return what stands in the columns of a set; for choices their meaning."""
    texts = ("level", "issuer", "name_vi", "name_en", "decision", "note_vi", "note_en", "source")
    end, count = criteria_set.valid_to, criteria_set.indicator_count
    return {
        **{key: getattr(criteria_set, key) for key in texts},
        "set_id": criteria_set.id,
        "scope": "province" if criteria_set.province else "national",
        "valid_from": day_label(criteria_set.valid_from),
        "valid_to": day_label(end) if end else "",
        "criteria": str(criteria_set.size),
        "indicators": "" if count is None else str(count),
        "withdrawal_criteria": ";".join(criteria_set.withdrawal_criteria),
        "verified": str(int(criteria_set.verified)),
    }


def item_values(item: Criterion) -> dict[str, str]:
    """Return what stands in the columns of a criterion or indicator; for choices their meaning."""
    texts = ("code", "parent", "name_vi", "name_en", "group", "value_type", "unit", "department", "source")
    return {
        **{key: getattr(item, key) for key in texts},
        **{THRESHOLDS[region]: text for region, text in item.thresholds.items()},
        "text_verified": str(int(item.text_verified)),
        "threshold_verified": str(int(item.threshold_verified)),
    }
