"""Reading clusters, villages and their recognitions: records that keep a commune's unit before and after 2025-07.

They belong to a place, not to the province that handed them in: the map of a former province goes on showing what
was filed before it was merged, and an earlier month on today's boundaries what was filed since.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from programme.clusters import WORKS, Cluster
from programme.villages import Village, VillageRecognition, village_key
from store import schema
from store.rows import Row, in_force

_DAYS: Final = ("moved", "plan_date", "plan_from", "plan_to", "due", "as_of", "valid_from", "valid_to", "day")
_LEFT_OUT: Final = frozenset({"id", "submission_id", "sheet", "cell", "province", "scan_hash", "voided"})


def _village(row: Row, name: str) -> tuple[str, str, str]:
    return village_key(row["old_list"], row["old_code"], row["new_list"], row["new_code"], row[name])


#: What makes two rows speak of the same thing, by table.
_KEYS: Final[dict[Table, Callable[[Row], Hashable]]] = {
    schema.clusters: lambda r: (r["new_list"] or r["old_list"], r["cluster_id"], r["as_of"]),
    schema.villages: lambda r: _village(r, "name"),
    schema.village_recognitions: lambda r: (
        *(_village(r, "village"), r["title"], r["action"]),
        r["decision_no"] or r["year"],
    ),
}


def rows_in_force(
    connection: Connection, table: Table, version: int, lists: Collection[str], codes: Collection[str]
) -> list[dict[str, Any]]:
    """Return the rows of a table that hold at a ledger version for units of some lists, in the order of their entry.

    Each has ``unit``: its commune's code in those lists. A row of an earlier submission that a later one repeats or
    takes back is left out.
    """
    query = select(table).where(table.c.submission_id <= version)
    rows = [
        dict(row) for row in connection.execute(query.order_by(table.c.submission_id.desc(), table.c.id)).mappings()
    ]
    held = in_force(rows, _KEYS[table])
    placed = [row | {"unit": unit} for row in reversed(held) if (unit := _unit(row, lists)) and unit in codes]
    return sorted(placed, key=lambda row: (row["submission_id"], row["id"]))


def _unit(row: Row, lists: Collection[str]) -> str:
    """Return the code of a row's commune in one of the lists; empty where it is in none."""
    if row["new_list"] in lists and row["new_code"]:
        return str(row["new_code"])
    return str(row["old_code"]) if row["old_list"] in lists else ""


def cluster(row: Row) -> Cluster:
    """Return the record of a row that has ``unit`` and ``source``."""
    values = _values(row)
    return Cluster(
        id=values.pop("cluster_id"),
        in_belt=_told(values.pop("in_belt")),
        works=tuple(values.pop(name) for name in WORKS),
        existing=_point(values, "existing_lon", "existing_lat"),
        planned=_point(values, "planned_lon", "planned_lat"),
        **values,
    )


def village(row: Row) -> Village:
    """Return the record of a row that has ``unit`` and ``source``."""
    values = _values(row)
    return Village(minority=_told(values.pop("minority")), place=_point(values, "lon", "lat"), **values)


def recognition(row: Row) -> VillageRecognition:
    """Return the record of a row that has ``unit`` and ``source``."""
    return VillageRecognition(**_values(row))


def _values(row: Row) -> dict[str, Any]:
    values = {name: value for name, value in row.items() if name not in _LEFT_OUT}
    for name in _DAYS:
        if name in values:
            values[name] = date.fromisoformat(values[name]) if values[name] else None
    return values


def _told(value: str) -> bool | None:
    return {"yes": True, "no": False}.get(value)


def _point(values: dict[str, Any], lon: str, lat: str) -> tuple[float, float] | None:
    x, y = values.pop(lon), values.pop(lat)
    return None if x is None or y is None else (x, y)
