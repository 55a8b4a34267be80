"""The curated spellings that ship: names of units that no rule of spelling finds."""

from __future__ import annotations

import csv
from functools import cache

from base.settings import SHIPPED_DATA
from geo.name_index import Alias

FILE = SHIPPED_DATA / "programme" / "aliases.csv"


@cache
def curated_aliases(unit_list: str) -> tuple[Alias, ...]:
    """Return the curated aliases of a unit list such as ``kontum-2015``; none for a list that has none.

    The file's columns are described in ``data/programme/SOURCES.md``; every row names its source.
    """
    with FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Alias(row["written"], row["district_code"], row["code"])
            for row in csv.DictReader(file)
            if row["unit_list"] == unit_list
        )
