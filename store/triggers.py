"""Append-only, enforced by the database: triggers that refuse to change or remove a row.

SQLite does not fire delete triggers for ``INSERT OR REPLACE``; a third trigger refuses an insert under a
key that is taken. PostgreSQL also needs one against TRUNCATE.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Table, UniqueConstraint

MESSAGE = "append-only: a correction is a new submission"
_FUNCTION = "ntm_append_only"


def statements(table: Table, dialect: str) -> Iterator[str]:
    """Return the statements that make a table append-only on ``sqlite`` or ``postgresql``."""
    name = table.name
    if dialect == "postgresql":
        yield (
            f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
        )
        yield (
            f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
        )
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    yield f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} {refuse}"
    yield f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} {refuse}"
    yield f"CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name} WHEN {_taken(table)} {refuse}"


def _taken(table: Table) -> str:
    """Return the condition that some key of the new row is there already."""
    keys = [[column.name for column in table.primary_key]]
    keys += [[column.name for column in c.columns] for c in table.constraints if isinstance(c, UniqueConstraint)]
    keys += [[column.name] for column in table.columns if column.unique]
    matches = (" AND ".join(f'"{name}" = NEW."{name}"' for name in key) for key in sorted(keys))
    return " OR ".join(f"EXISTS (SELECT 1 FROM {table.name} WHERE {match})" for match in matches)  # noqa: S608


def names(table: Table, dialect: str) -> set[str]:
    """Return the names of the triggers that :func:`statements` makes."""
    ends = ("append_only",) if dialect == "postgresql" else ("no_update", "no_delete", "no_replace")
    return {f"{table.name}_{end}" for end in ends}
