"""How does the store grow? Reading after 1, 10 and 60 months, and one indicator of every commune of the country.

    .venv/bin/python bench/store.py growth [--engine sqlite|postgresql]
    .venv/bin/python bench/store.py nation [--explain]
    .venv/bin/python bench/store.py workbook

``growth`` hands in months of all districts through ``Ledger.submit`` and measures, for months that were not computed
before, what the criteria layers read and whole layers. ``nation`` needs 10 GB of disk and some minutes: it fills a
PostgreSQL server of its own with 10,600 communes × 57 indicators × 66 months less 3 %. ``workbook`` reads, checks and
stores a workbook of the whole province: 102 communes × 19 criteria and 57 indicators.
"""
# ruff: noqa: S608 - the statements hold this file's own numbers

from __future__ import annotations

import argparse
import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "store"))

import openpyxl
from cluster import Server, cluster
from examples import assessment, monthly
from sqlalchemy import Connection, text

from base.clock import Month
from intake.checked import Sender
from intake.collection import load_collection
from intake.monthly import check_monthly
from intake.scope import facts_in
from intake.template import HEADER_ROW, LIST_SHEET, monthly_template
from intake.workbook import read_workbook
from layers import registry
from layers.view import ViewState
from store import current, queries, results
from store import engine as engines
from store.ledger import Ledger

SET = "VN-NTM-XA-2021-2025"
#: A server as an office would set it up, but for the safety of the disk, which only concerns the loading here.
SERVER = {"fsync": "off", "shared_buffers": "2GB", "maintenance_work_mem": "1GB", "max_wal_size": "8GB"}
#: Months in the order in which they are handed in: after the first one, the nine that are read, and the rest.
FIRST, LAST = Month(2020, 7), Month(2025, 6)
READ = [Month(2024, 10).plus(n) for n in range(9)]
HISTORY = [READ[0], *READ[1:], *(FIRST.plus(n) for n in range(51))]
NATION = {"communes": 10_600, "items": 57, "months": 66}


def main() -> None:
    """Measure what is asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["growth", "nation", "workbook"])
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--explain", action="store_true")
    options = parser.parse_args()
    if options.what == "nation":
        with cluster(SERVER) as server:
            nation(server, explain=options.explain)
        return
    for engine in options.engine or ["sqlite", "postgresql"]:
        with store_of(engine) as address:
            measure_workbook(engine, address) if options.what == "workbook" else growth(engine, address)


@contextmanager
def store_of(engine: str) -> Iterator[str]:
    """Yield the address of an empty database."""
    if engine == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/store.sqlite3"
    else:
        with cluster(SERVER) as server:
            yield server.database()


def median_ms(action: Callable[[Month], object], months: Sequence[Month]) -> float:
    """Return the median time of an action over months."""
    times = []
    for month in months:
        start = time.perf_counter()
        action(month)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def growth(engine: str, address: str) -> None:
    """Print a table: months in the store, rows, and times of reading in ms."""
    os.environ["DATABASE_URL"] = address
    ledger = current.ledger()
    load_collection(ledger)
    layers = sorted(registry.BUILDERS)
    print(f"\n{engine}, median of {len(READ)} months, ms\n")
    print("| months | rows | results of 1 | of 19 | 19 with places | 76 with places |", " | ".join(layers), "|")
    print("|---" * (6 + len(layers)) + "|")
    handed_in = 0
    for months in (1, 10, 60):
        start = time.perf_counter()
        for month in HISTORY[handed_in:months]:
            hand_in(ledger, month)
        stored = (time.perf_counter() - start) / (months - handed_in)
        handed_in = months
        if engine == "postgresql":  # in life its own vacuum does so within a minute
            with ledger.engine.begin() as connection:
                connection.execute(text("ANALYZE"))
        cells = [*reading(ledger), *(whole_layer(layer) for layer in layers)]
        rows = f"{months * 102 * 76:,}"
        print(
            f"| {months} | {rows} |", " | ".join(f"{cell:.1f}" for cell in cells), f"| stored in {stored:.2f} s a month"
        )
    if engine == "sqlite":
        explain_sqlite(ledger)
    ledger.engine.dispose()
    current._open.cache_clear()


def measure_workbook(engine: str, address: str) -> None:
    """Print how long a workbook of the whole province takes, as one grid and with a sheet of indicators."""
    ledger = Ledger(address)
    load_collection(ledger)
    facts = facts_in(queries.LedgerFacts(ledger, "kontum", ledger.version()), READ[0])
    # Wards and townships count here, so that the workbook has 102 rows.
    facts.__dict__["units"] = {code: replace(unit, in_programme=True) for code, unit in facts.units.items()}
    for number, shape in enumerate((one_grid, two_sheets)):
        content = shape(facts, READ[number])
        start = time.perf_counter()
        workbook = read_workbook(content, "workbook.xlsx", ignore_hidden=(LIST_SHEET,))
        read = time.perf_counter()
        checked = check_monthly(workbook, content, facts, ledger, Sender("bench"))
        validated = time.perf_counter()
        ledger.submit(checked.submission)
        stored = time.perf_counter() - validated
        rows = len(checked.submission.rows["assessments"])
        print(
            f"{engine}, {shape.__name__}, {len(content) / 1000:.0f} kB, {rows:,} rows: validated in "
            f"{validated - start:.2f} s (of it {read - start:.2f} s reading), stored in {stored:.2f} s"
        )
    ledger.engine.dispose()


def one_grid(facts: queries.LedgerFacts, month: Month) -> bytes:
    """Return a workbook with a column for each criterion and each indicator."""
    book = openpyxl.load_workbook(io.BytesIO(monthly_template(facts, "", month)))
    sheet = book["Tiêu chí"]
    indicators = [item for item in facts.criteria_sets[SET].items if item.is_indicator]
    for column, item in enumerate(indicators, sheet.max_column + 1):
        sheet.cell(HEADER_ROW, column, f"{item.code} {item.name_vi[:200]}")
        for row in range(HEADER_ROW + 1, HEADER_ROW + 103):
            sheet.cell(row, column, "Đạt" if item.value_type == "boolean" else row % 97 + 0.5)
    return filled(book)


def two_sheets(facts: queries.LedgerFacts, month: Month) -> bytes:
    """Return a workbook with the sheet of indicators, a row for each commune and indicator."""
    book = openpyxl.load_workbook(io.BytesIO(monthly_template(facts, "", month, indicators=True)))
    sheet = book["Chỉ tiêu"]
    for row in range(HEADER_ROW + 1, sheet.max_row + 1):
        sheet.cell(row, 8, "Đạt")
        if not sheet.cell(row, 9).protection.locked:
            sheet.cell(row, 9, row % 97 + 0.5)
    return filled(book)


def filled(book: openpyxl.Workbook) -> bytes:
    """Return a workbook with every criterion filled, too."""
    for row in book["Tiêu chí"].iter_rows(min_row=HEADER_ROW + 1, min_col=4, max_col=22):
        for cell in row:
            cell.value = "Chưa đạt" if (cell.row + cell.column) % 5 == 0 else "Đạt"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def hand_in(ledger: Ledger, month: Month) -> None:
    """Submit a month of every district: every unit, every criterion and every indicator."""
    facts = registry.facts_of("kontum")
    codes = [item.code for item in facts.criteria_sets[SET].items]
    for district in sorted({unit.district_code for unit in facts.units.values()}):
        units = [unit.code for unit in facts.units.values() if unit.district_code == district]
        rows = [
            assessment(unit, code, month, (number + month.month) % 3, value=float(number % 101))
            for number, (unit, code) in enumerate((unit, code) for unit in units for code in codes)
        ]
        ledger.submit(monthly(rows, month, district))


def reading(ledger: Ledger) -> list[float]:
    """Return the times of reading results of one criterion and of all, and all of them with their places in files."""
    facts = queries.LedgerFacts(ledger, "kontum", ledger.version())
    criteria = [item.code for item in facts.criteria_sets[SET].criteria]
    asked: list[Callable[[Month], object]] = [
        lambda month: facts.results(SET, ["17"], month),
        lambda month: facts.results(SET, criteria, month),
        lambda month: facts.assessments(SET, month, codes=criteria),
        lambda month: facts.assessments(SET, month),
    ]
    for ask in asked:
        ask(FIRST.plus(-1))  # connection and statement are warm
    return [median_ms(ask, READ) for ask in asked]


def whole_layer(layer: str) -> float:
    """Return the time of a layer from facts that are warm, of months that were not computed before."""
    registry._compute.cache_clear()
    registry.compute(ViewState(layer=layer, period=READ[0].plus(-1)))
    return median_ms(lambda month: registry.compute(ViewState(layer=layer, period=month)), READ)


def statement(facts: queries.LedgerFacts, month: Month, code: str) -> str:
    """Return the question of :meth:`LedgerFacts.assessments` for one item, as the database gets it."""
    dialect = facts.ledger.engine.dialect
    asked = results._asked(facts.province, facts.version, SET, month, None) | {"codes": [code]}
    query = results.rows_query(dialect.name, some=True).params(asked)
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True, "render_postcompile": True}))


def explain_sqlite(ledger: Ledger) -> None:
    """Print how SQLite answers: every line must be a search."""
    facts = queries.LedgerFacts(ledger, "kontum", ledger.version())
    with ledger.reading() as connection:
        for row in connection.execute(text("EXPLAIN QUERY PLAN " + statement(facts, LAST, "17").replace(":", "\\:"))):
            print("   ", row.detail)


def nation(server: Server, *, explain: bool) -> None:
    """Fill a database with the whole country and measure it."""
    ledger = Ledger(server.database())
    start = time.perf_counter()
    with engines.writing(ledger.engine) as connection:
        load_nation(connection)
    with ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        size = connection.execute(text("SELECT pg_size_pretty(pg_database_size(current_database()))")).scalar()
        rows = connection.execute(text("SELECT count(*) FROM assessments")).scalar_one()
    print(f"{rows:,} rows, {size}, loaded in {time.perf_counter() - start:.0f} s")
    measure_nation(ledger)
    if explain:
        facts = queries.LedgerFacts(ledger, "nation", ledger.version())
        with ledger.reading() as connection:
            plan = connection.exec_driver_sql("EXPLAIN (ANALYZE, BUFFERS) " + statement(facts, LAST, "30.1"))
            print("\n".join(str(row[0]) for row in plan))
    ledger.engine.dispose()


def measure_nation(ledger: Ledger) -> None:
    """Print the times of one indicator of every commune of the country as of a month."""
    facts = queries.LedgerFacts(ledger, "nation", ledger.version())
    months = [LAST.plus(-n) for n in range(9)]
    print("| indicator | communes | query, ms | results | with places | (median of 9, warm)")
    for code in ("1.1", "30.1", "57.1"):

        def query(month: Month, code: str = code) -> None:
            with ledger.reading() as connection:
                connection.exec_driver_sql(statement(facts, month, code)).all()

        def unplaced(month: Month, code: str = code) -> object:
            return facts.results(SET, [code], month)

        def placed(month: Month, code: str = code) -> object:
            return facts.assessments(SET, month, codes=[code])

        found = len(facts.assessments(SET, LAST, codes=[code]))
        times = []
        for ask in (query, unplaced, placed):
            for month in months:  # warm
                ask(month)
            times.append(f"{median_ms(ask, months):.0f}")
        print(f"| {code} | {found:,} |", " | ".join(times), "|")


def load_nation(connection: Connection) -> None:
    """Fill the tables from the database itself: foreign keys and indexes rest meanwhile."""
    key = "item_id, unit, period, submission_id"
    uniques = {
        "pk_assessments": "PRIMARY KEY (id)",
        f"uq_assessments_{key.replace(', ', '_')}": f"UNIQUE ({key}) INCLUDE (result)",
    }
    drops = [f"ALTER TABLE assessments DROP CONSTRAINT {name}" for name in uniques]
    adds = [f"ALTER TABLE assessments ADD CONSTRAINT {name} {what}" for name, what in uniques.items()]
    digest = "'" + 64 * "0" + "'"
    months = "(SELECT n, 202001 + 100 * ((n - 1) / 12) + (n - 1) % 12 AS period FROM generate_series(1, {months}) n)"
    file = f"1, NULL, '', {digest}, '[\"Chỉ tiêu\"]', '2020-01-01'"
    instant = "'2020-01-01T00:00:00.' || lpad(n::text, 6, '0') || 'Z'"
    submissions = [
        f"1, '2019-01-01T00:00:00.000000Z', 'bench', '', 'programme', '', '', 0, {file}",
        f"n + 1, {instant}, 'bench', '', 'monthly', 'nation', '', period, {file} FROM {months} m",
    ]
    units = "submission_id, sheet, cell, province, district_code, district_name, code, name, kind, variants, border, "
    unit = "1, '', '', 'nation', '', '', (10000 + n)::text, '', 'xã', '', '', '', 1"
    rows = "submission_id, item_id, unit, period, result, value, value_text, sheet, cell"
    row = "m.n + 1, item, (10000 + unit)::text, period, (unit + item + m.n) % 3, unit % 101, NULL, 0, 'D12'"
    some = "(unit * 31 + item * 17 + m.n * 7) % 100 >= 3"
    every = f"{months} m, generate_series(1, {{communes}}) unit, generate_series(1, {{items}}) item"
    statements = [
        "SET LOCAL session_replication_role = replica",
        f"INSERT INTO blobs VALUES ({digest}, '')",
        *(f"INSERT INTO submissions SELECT {values}" for values in submissions),
        f"INSERT INTO units ({units} source, in_programme) SELECT {unit} FROM generate_series(1, {{communes}}) n",
        f"INSERT INTO assessment_items SELECT n, 1, '{SET}', n || '.1' FROM generate_series(1, {{items}}) n",
        *drops,
        f"INSERT INTO assessments ({rows}) SELECT {row} FROM {every} WHERE {some}",
        *adds,
    ]
    for line in statements:
        connection.execute(text(line.format(**NATION)))


if __name__ == "__main__":
    main()
