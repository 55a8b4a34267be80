"""What is known of a cluster as the values of its form: fifty fields are not typed anew because one has changed.

The values are written as a reader of the page would write them, so that handing them in for the day of the record
changes nothing. They tell exact places: only who may write may ask for them.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from base.clock import day_label, today
from base.errors import StateError
from base.i18n import translate
from geo.crs_declared import WGS84
from intake.form_columns import FormColumn
from intake.form_kinds import FORMS
from intake.form_settlement_kinds import CRS_WORDS
from intake.unit_lists import Era, UnitLists, unit_lists
from programme.clusters import WORKS, Cluster
from store.queries import LedgerFacts

#: Columns that are called otherwise than the fields of a record.
_FIELDS: Final = {"cluster_id": "id", "cluster_name": "name"}
#: Columns that are left to the reader: when the new record holds, and whether it is taken back.
_OPEN: Final = frozenset({"as_of", "void"})
#: Columns of a point: the field of the record and which of its two numbers.
_POINTS: Final = {
    "existing_x": ("existing", 0),
    "existing_y": ("existing", 1),
    "planned_x": ("planned", 0),
    "planned_y": ("planned", 1),
}


def known_clusters(facts: LedgerFacts) -> dict[str, Any]:
    """Return every cluster on record with its code, name and commune, as its newest record says."""
    lists = unit_lists(facts)
    newest = sorted(_newest(lists).values(), key=lambda record: (record.name, record.id))
    return {"records": [{"id": one.id, "text": " – ".join((one.id, one.name, _commune(one, lists)))} for one in newest]}


def cluster_values(facts: LedgerFacts, cluster: str, lang: str, day: date | None) -> dict[str, Any]:
    """Return the newest record of a cluster as form values, and the day that it speaks of.

    Parameters
    ----------
    facts
        What is known of the province whose desk asks.
    cluster
        Code of the cluster.
    lang
        Language of the words that are chosen from lists.
    day
        Day of the row that is to be filled: it says by which unit list the commune is named; ``None``: today.

    Raises
    ------
    StateError
        There is no such cluster, or no unit list is on record of the day.
    """
    lists = unit_lists(facts)
    record = _newest(lists).get(cluster)
    if record is None:
        raise StateError("Không có cụm dân cư mang mã “{cluster}”. Hãy tải lại trang rồi chọn lại.", cluster=cluster)
    values = {
        column.key: _value(column, record, lang)
        for column in FORMS["clusters"].columns
        if column.key not in _OPEN and not column.file_only
    }
    return {"as_of": day_label(record.as_of), "values": values | _place(record, lists, day or today())}


def _newest(lists: UnitLists) -> dict[str, Cluster]:
    """Return the newest record of every cluster by its code; of one day the one that was entered last."""
    return {record.id: record for record in sorted(lists.clusters, key=lambda one: one.as_of)}


def _value(column: FormColumn, record: Cluster, lang: str) -> str:
    key = column.key
    if key in _POINTS:
        name, axis = _POINTS[key]
        point = getattr(record, name)
        # As many decimals as the preview of a change compares: a tenth of a metre.
        return "" if point is None else f"{Decimal(str(point[axis])):.6f}".replace(".", ",")
    if key == "crs":
        return translate(CRS_WORDS[str(WGS84)], lang) if record.existing or record.planned else ""
    value = record.works[WORKS.index(key)] if key in WORKS else getattr(record, _FIELDS.get(key, key), "")
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if column.words:
        return translate(column.words[str(value)], lang)
    if isinstance(value, date):
        return value.isoformat()
    return _number(value) if isinstance(value, int | float) else str(value)


def _number(value: float) -> str:
    """Write a number with a decimal comma and nothing between thousands: so it is read back the same."""
    return format(Decimal(str(value)).normalize(), "f").replace(".", ",")


def _place(record: Cluster, lists: UnitLists, day: date) -> dict[str, str]:
    """Return the commune columns of a row of a day: the commune in force then, and what it was before."""
    era = lists.on(day)
    if era is lists.before or not lists.reorganised:
        return {"code": _named(era, record.old_code), "old_code": ""}
    old = _named(lists.before, record.old_code) if lists.before else ""
    return {"code": _named(era, record.new_code), "old_code": old}


def _commune(record: Cluster, lists: UnitLists) -> str:
    for era, code in ((lists.now, record.new_code), (lists.before, record.old_code)):
        if era and code in era.units:
            return era.units[code].name
    return ""


def _named(era: Era, code: str) -> str:
    """Return what the drop-down offers for a commune; empty where it offers none of the code."""
    unit = era.units.get(code)
    return era.choice(unit) if unit and unit.border else ""
