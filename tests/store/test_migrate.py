"""A store is brought to the tables of this software without losing a row or a trigger, or stays as it was."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.synchronize import Barrier
from pathlib import Path
from textwrap import dedent, indent

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from examples import MAY, entry, fill, target, whole_month
from sqlalchemy import inspect, text

from base.errors import StoreError
from intake.collection import load_collection
from store import engine as engines
from store.ledger import Ledger
from store.migrate import FOLDER, HEAD, counts, migrate, missing_triggers, revision
from store.queries import LedgerFacts
from store.schema import metadata

#: A migration after the newest one.
NEXT = f"{int(HEAD) + 1:04}"


def next_version(folder: Path, *statements: str) -> tuple[Path, ...]:
    """Write the next migration and return its folder as :func:`migrate` takes it."""
    head = f"""
        import sqlalchemy as sa
        from alembic import op

        revision = "{NEXT}"
        down_revision = "{HEAD}"
        branch_labels = None
        depends_on = None


        def upgrade():
    """
    folder.mkdir()
    (folder / f"{NEXT}_next.py").write_text(dedent(head) + indent("\n".join(statements), "    ") + "\n")
    return (folder,)


ADD_COLUMN = 'op.add_column("warnings", sa.Column("extra", sa.String()))'


def all_of(ledger: Ledger) -> dict[str, object]:
    with ledger.reading() as connection:
        return {
            "revision": revision(connection),
            "counts": counts(connection),
            "missing": missing_triggers(connection),
            "columns": {
                name: [str(column["name"]) for column in inspect(connection).get_columns(name)]
                for name in counts(connection)
            },
        }


def test_the_newest_migration_is_the_one_that_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_the_migrations_make_the_tables_of_the_schema(ledger: Ledger) -> None:
    with ledger.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_store_is_opened_again_as_it_was(loaded: Ledger, opened: Callable[..., Ledger]) -> None:
    before = all_of(loaded)
    assert all_of(opened(loaded.address)) == before
    assert before["revision"] == HEAD


def open_stores(addresses: list[str], together: Barrier) -> None:
    """Open new stores in a process of its own, each at the same moment as the other processes."""
    for address in addresses:
        together.wait(60)
        ledger = Ledger(address)
        load_collection(ledger)
        assert ledger.version() == 1
        ledger.engine.dispose()


def test_three_processes_open_new_stores_at_once(new_address: Callable[[], str], opened: Callable[..., Ledger]) -> None:
    addresses = [new_address() for _ in range(6)]
    context = multiprocessing.get_context("forkserver")
    together = context.Barrier(3)
    processes = [context.Process(target=open_stores, args=(addresses, together)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    for address in addresses:
        ledger = opened(address)
        assert [receipt.kind for receipt in ledger.receipts()] == ["programme"]
        assert all_of(ledger)["missing"] == set()


def test_a_store_of_newer_software_is_refused(loaded: Ledger, opened: Callable[..., Ledger]) -> None:
    with engines.writing(loaded.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"phiên bản phần mềm mới hơn tạo ra \(9999\)"):
        opened(loaded.address)


@pytest.mark.parametrize(("first", "second"), [("office", "sample"), ("sample", "office")])
def test_a_store_is_for_one_purpose(
    new_address: Callable[[], str], opened: Callable[..., Ledger], first: str, second: str
) -> None:
    address = new_address()
    assert opened(address, first).is_sample == (first == "sample")
    with pytest.raises(StoreError, match=f"kho {first}, không mở làm kho {second}"):
        opened(address, second)
    assert opened(address, first).purpose == first


def test_a_new_column_leaves_rows_and_triggers(loaded: Ledger, tmp_path: Path) -> None:
    fill(loaded)
    before = all_of(loaded)
    migrate(loaded.engine, NEXT, next_version(tmp_path / "next", ADD_COLUMN))
    after = all_of(loaded)
    assert after["revision"] == NEXT
    assert after["counts"] == before["counts"]
    assert after["missing"] == set()
    assert after["columns"]["warnings"] == [*before["columns"]["warnings"], "extra"]


def test_what_another_process_writes_meanwhile_is_not_lost(
    loaded: Ledger, opened: Callable[..., Ledger], tmp_path: Path
) -> None:
    other = opened(loaded.address)
    other.submit(whole_month(MAY, {"1": 1}))
    migrate(loaded.engine, NEXT, next_version(tmp_path / "next", ADD_COLUMN))
    receipt = other.submit(entry("targets", target("23380")))  # it still runs the older software
    assert loaded.version() == receipt.id == 3
    facts = LedgerFacts(loaded, "kontum", 3)
    assert [t.row_id for t in facts.targets].count("") == 1
    assert other.version() == 3


def test_a_store_of_the_first_tables_keeps_its_rows_and_gets_the_new_columns_empty(
    new_address: Callable[[], str], opened: Callable[..., Ledger]
) -> None:
    """Stores of the release before know no unit lists: their units are of the one list that there was."""
    address = new_address()
    engine = engines.open_engine(address)
    migrate(engine, "0001")
    submission = {"id": 1, "recorded_at": "2026-11-22T00:00:00.000000Z", "actor": "VP", "sent_by": "", "district": ""}
    submission |= {
        "kind": "programme",
        "province": "",
        "period": 0,
        "revision": 1,
        "file_name": "x.zip",
        "sheets": "[]",
    }
    submission |= {"file_hash": "0" * 64, "received": "2026-11-22"}
    unit = {"submission_id": 1, "sheet": "units.csv", "cell": "A2", "province": "kontum", "district_code": "610"}
    unit |= {"district_name": "Huyện Đăk Glei", "code": "23353", "name": "Đăk Pék", "kind": "xã", "variants": ""}
    unit |= {"border": "", "source": "GSO", "in_programme": 1}
    with engines.writing(engine) as connection:
        for table, row in (("blobs", {"hash": "0" * 64, "content": b""}), ("submissions", submission), ("units", unit)):
            columns, values = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), row)  # noqa: S608
    engine.dispose()
    ledger = opened(address)
    assert all_of(ledger)["revision"] == HEAD
    assert all_of(ledger)["missing"] == set()
    facts = LedgerFacts(ledger, "kontum", 1, "kontum-2015")
    assert [unit.name for unit in facts.units.values()] == ["Đăk Pék"]
    assert facts.predecessors == {}


#: What a careless migration may do, on SQLite and on PostgreSQL.
CARELESS = {
    # Alembic's batch mode makes the table anew, without its triggers.
    "batch": (
        'with op.batch_alter_table("warnings", recreate="always") as batch:',
        '    batch.add_column(sa.Column("extra", sa.String()))',
        'op.execute("DROP TRIGGER IF EXISTS warnings_append_only{on}")',
    ),
    "trigger": ('op.execute("DROP TRIGGER warnings_{first}{on}")',),
    "rows": ('op.execute("DROP TABLE warnings")', f"op.{ADD_COLUMN[3:]}".replace("warnings", "figures")),
    "fails half-way": (ADD_COLUMN, 'op.execute("SELECT nonsense")'),
}


@pytest.mark.parametrize("name", CARELESS)
def test_a_migration_that_loses_something_is_taken_back(loaded: Ledger, tmp_path: Path, name: str) -> None:
    before = all_of(loaded)
    sqlite = loaded.engine.dialect.name == "sqlite"
    words = {"on": "" if sqlite else " ON warnings", "first": "no_update" if sqlite else "append_only"}
    statements = [statement.format(**words) for statement in CARELESS[name]]
    with pytest.raises(StoreError):
        migrate(loaded.engine, NEXT, next_version(tmp_path / "next", *statements))
    assert all_of(loaded) == before
    loaded.submit(whole_month(MAY, {"1": 1}))
