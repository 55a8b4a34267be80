"""The database itself refuses to change or remove a row, whoever asks."""
# ruff: noqa: S608 - the statements are made of our own tables' names

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from conftest import ENGINES, addresses
from examples import fill
from sqlalchemy import insert, select
from sqlalchemy.engine import make_url

from base.errors import StoreError
from intake.collection import load_collection
from store import engine as engines
from store.ledger import Ledger
from store.migrate import counts, missing_triggers
from store.schema import APPEND_ONLY, metadata
from store.triggers import MESSAGE

each_table = pytest.mark.parametrize("table", APPEND_ONLY)


@pytest.fixture(scope="module", params=ENGINES)
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """Return a store with rows in every table; nothing in this module can change it."""
    ledger = Ledger(addresses(request, tmp_path_factory.mktemp("filled"))())
    load_collection(ledger)
    fill(ledger)
    yield ledger
    ledger.engine.dispose()


def raw(ledger: Ledger) -> sqlite3.Connection | psycopg.Connection:
    """Return a connection that knows nothing of our program."""
    url = make_url(ledger.address)
    if url.get_backend_name() == "sqlite":
        return sqlite3.connect(str(url.database))
    return psycopg.connect(host=str(url.query["host"]), dbname=url.database, user=url.username)


def content(ledger: Ledger, table: str) -> list[tuple[object, ...]]:
    chosen = metadata.tables[table]
    with ledger.reading() as connection:
        return [tuple(row) for row in connection.execute(select(chosen).order_by(*chosen.primary_key.columns))]


def attempts(ledger: Ledger, table: str) -> list[str]:
    columns = [f'"{column.name}"' for column in metadata.tables[table].columns]
    listed = ", ".join(columns)
    found = [
        f"UPDATE {table} SET {columns[-1]} = {columns[-1]}",
        f"DELETE FROM {table}",
        f"DELETE FROM {table} WHERE {columns[0]} = (SELECT min({columns[0]}) FROM {table})",
    ]
    if ledger.engine.dialect.name == "postgresql":
        return [*found, f"TRUNCATE {table} CASCADE", f"UPDATE ONLY {table} SET {columns[0]} = {columns[0]}"]
    same = f"INTO {table} ({listed}) SELECT {listed} FROM {table} LIMIT 1"
    return [
        *found,
        f"UPDATE OR REPLACE {table} SET {columns[-1]} = {columns[-1]}",
        f"INSERT OR REPLACE {same}",
        f"REPLACE {same}",
        f"INSERT {same.replace('LIMIT', 'WHERE true LIMIT')} ON CONFLICT DO UPDATE SET {columns[-1]} = NULL",
    ]


@each_table
def test_no_statement_changes_or_removes_a_row(filled: Ledger, table: str) -> None:
    before = content(filled, table)
    assert before
    for statement in attempts(filled, table):
        with closing(raw(filled)) as connection, pytest.raises((sqlite3.Error, psycopg.Error), match=MESSAGE):
            connection.execute(statement)
        assert content(filled, table) == before, statement


def test_a_taken_key_is_refused_also_under_a_new_id(filled: Ledger) -> None:
    """The time and the revision of a submission, the item, unit and month of an assessment."""
    submission = "SELECT 99, {when}, actor, sent_by, kind, province, district, period, {revision}, supersedes, "
    submission += "file_name, file_hash, sheets, received FROM submissions WHERE id = 1"
    sources = [
        "submissions " + submission.format(when="'2099'", revision="revision"),
        "submissions " + submission.format(when="recorded_at", revision="7"),
        "assessments SELECT 999, submission_id, item_id, unit, period, 0, NULL, NULL, 0, 'A1' FROM assessments LIMIT 1",
        "assessment_items SELECT 999, submission_id, set_id, code FROM assessment_items LIMIT 1",
    ]
    for source in sources:
        with closing(raw(filled)) as connection:
            if filled.engine.dialect.name == "sqlite":
                with pytest.raises(sqlite3.IntegrityError, match=MESSAGE):
                    connection.execute(f"INSERT OR REPLACE INTO {source}")
            else:
                with pytest.raises(psycopg.errors.UniqueViolation):
                    connection.execute(f"INSERT INTO {source}")


def test_every_table_and_every_trigger_is_there(filled: Ledger) -> None:
    with filled.reading() as connection:
        assert counts(connection).keys() == set(APPEND_ONLY)
        assert missing_triggers(connection) == set()


def test_a_row_without_its_submission_or_file_is_refused(filled: Ledger) -> None:
    items = metadata.tables["assessment_items"]
    orphan = insert(items).values(id=999, submission_id=999, set_id="x", code="1")
    with pytest.raises(StoreError), engines.writing(filled.engine) as connection:
        connection.execute(orphan)
    with filled.reading() as connection:
        assert connection.execute(select(items).where(items.c.id == 999)).all() == []


def test_a_result_is_one_of_three_or_open(filled: Ledger) -> None:
    with (
        closing(raw(filled)) as connection,
        pytest.raises((sqlite3.Error, psycopg.Error), match="ck_assessments_result"),
    ):
        connection.execute(
            "INSERT INTO assessments (submission_id, item_id, unit, period, result, sheet, cell) "
            "VALUES (2, 1, '23380', 209912, 3, 0, 'A1')"
        )
