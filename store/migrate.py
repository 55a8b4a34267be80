"""Bring a store to the tables of this software: additive migrations only, in one transaction or not at all.

SQLite rolls back changes of tables as PostgreSQL does, as long as we say BEGIN ourselves
(:mod:`store.engine`). So triggers and row counts are compared before the transaction ends, and a migration
that lost one is taken back. A copy that takes the original's place would lose the rows of every other
process that has the original open (docs/adr/0006-store.md).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, inspect, text

from base.errors import StoreError
from store import engine as engines
from store.schema import APPEND_ONLY, metadata
from store.triggers import names

FOLDER: Final = Path(__file__).parent / "migrations"
#: The newest migration; a test compares it with Alembic's own answer.
HEAD: Final = "0003"


def revision(connection: Connection) -> str | None:
    """Return the store's migration; ``None`` for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(engine: Engine, head: str = HEAD, versions: tuple[Path, ...] = ()) -> None:
    """Bring the store to ``head``; does nothing when it is there.

    Parameters
    ----------
    engine
        Of :func:`store.engine.open_engine`.
    head, versions
        For tests: a migration to go to, and further folders of migrations.

    Raises
    ------
    StoreError
        The store was made by newer software, or the migration lost a trigger or a row: the store
        is as it was.
    """
    with engines.reading(engine) as connection:
        if not _is_behind(connection, head):
            return
    with engines.writing(engine) as connection:
        if not _is_behind(connection, head):  # another process may have been first
            return
        before = counts(connection)
        upgrade(connection, head, versions)
        after = counts(connection)
        if missing_triggers(connection) or {name: after.get(name) for name in before} != before:
            raise StoreError("Nâng cấp kho không giữ được mọi bản ghi: kho vẫn như cũ. Hãy báo cho đơn vị phát triển.")


def _is_behind(connection: Connection, head: str) -> bool:
    found = revision(connection)
    if found is not None and found > head:
        raise StoreError(
            "Kho số liệu do phiên bản phần mềm mới hơn tạo ra ({found}). Hãy cập nhật phần mềm.", found=found
        )
    return found != head


def upgrade(connection: Connection, head: str, versions: tuple[Path, ...] = ()) -> None:
    """Run Alembic's migrations up to ``head`` inside the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    folders = os.pathsep.join(map(str, (FOLDER / "versions", *versions)))
    config.set_main_option("version_locations", folders)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, head)


def counts(connection: Connection) -> dict[str, int]:
    """Return the number of rows of every table of facts that is there."""
    there = set(inspect(connection).get_table_names()) & set(APPEND_ONLY)
    return {
        name: int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())  # noqa: S608
        for name in sorted(there)
    }


def missing_triggers(connection: Connection) -> set[str]:
    """Return the append-only triggers that should be there and are not."""
    dialect = connection.dialect.name
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE relnamespace = current_schema()::regnamespace",
    }[dialect]
    found = {str(name) for (name,) in connection.execute(text(query))}
    there = set(inspect(connection).get_table_names())
    wanted = {trigger for t in metadata.sorted_tables if t.name in there for trigger in names(t, dialect)}
    return wanted - found
