"""Which of the rows on record hold: a later submission repeats, corrects or takes back what an earlier one said."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def in_force(rows: Sequence[dict[str, Any]], key: Callable[[Row], Hashable]) -> list[dict[str, Any]]:
    """Drop rows that a newer submission repeats or takes back.

    Parameters
    ----------
    rows
        Rows of one table, newest submission first, with ``submission_id`` and ``voided``.
    key
        What makes two rows speak of the same thing.
    """
    said_by: dict[Hashable, int] = {}
    for row in rows:
        said_by.setdefault(key(row), row["submission_id"])
    return [row for row in rows if said_by[key(row)] == row["submission_id"] and not row["voided"]]
