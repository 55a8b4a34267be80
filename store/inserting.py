"""How rows and files of a submission get into their tables, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from store.schema import assessment_items, assessments, blobs, metadata

_ROWS_AT_ONCE: Final = 2000


def keep_file(connection: Connection, key: str, content: bytes) -> None:
    """Keep a file under its hash, unless it is there."""
    if connection.execute(select(blobs.c.hash).where(blobs.c.hash == key)).first() is None:
        connection.execute(insert(blobs).values(hash=key, content=content))


def add_rows(connection: Connection, name: str, submission: int, rows: Sequence[Mapping[str, object]]) -> None:
    """Add rows to a table by name; those of ``assessments`` name their item by ``set_id`` and ``code``."""
    table = metadata.tables[name]
    ready: list[dict[str, Any]] = [dict(row) | {"submission_id": submission} for row in rows]
    if table is assessments:
        items = _items(connection, submission, {(str(row["set_id"]), str(row["code"])) for row in ready})
        for row in ready:
            row["item_id"] = items[row.pop("set_id"), row.pop("code")]
    for start in range(0, len(ready), _ROWS_AT_ONCE):
        connection.execute(insert(table), ready[start : start + _ROWS_AT_ONCE])


def _items(connection: Connection, submission: int, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the numbers of criteria and indicators, giving one to those that have none yet."""
    query = select(assessment_items.c.set_id, assessment_items.c.code, assessment_items.c.id)
    known = {(row.set_id, row.code): row.id for row in connection.execute(query)}
    for set_id, code in sorted(wanted - known.keys()):
        known[set_id, code] = len(known) + 1
        row = {"id": known[set_id, code], "submission_id": submission, "set_id": set_id, "code": code}
        connection.execute(insert(assessment_items).values(row))
    return known
