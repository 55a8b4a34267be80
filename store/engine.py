"""Connections to the store: SQLite by default, PostgreSQL by address; faults of both in the reader's words."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from base.errors import StoreError

#: Seconds a writer waits for another one.
WAIT: Final = 30
#: Key of PostgreSQL's lock that only one writer holds at a time; any number of our own.
_WRITER: Final = 0x4E544D
_FULL: Final = ("database or disk is full", "disk i/o error")
#: PostgreSQL's codes of faults.
_DISK_FULL: Final = "53100"
_LOCKED: Final = "55P03"


def open_engine(address: str) -> Engine:
    """Return an engine for ``sqlite:///…`` or ``postgresql+psycopg://…``; folders of a SQLite file are made.

    Raises
    ------
    StoreError
        The address is of another kind or cannot be read, or the folder cannot be made.
    """
    try:
        url = make_url(address)
        if url.get_backend_name() == "sqlite":
            return _sqlite(address, Path(url.database or ""))
        if url.get_backend_name() == "postgresql":
            return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError):
        pass
    raise StoreError("DATABASE_URL phải có dạng postgresql+psycopg://người-dùng:mật-khẩu@máy/cơ-sở-dữ-liệu.")


def _sqlite(address: str, path: Path) -> Engine:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            "Không tạo được thư mục {folder}: {why}. Hãy đặt NTM_DATA vào nơi ghi được.",
            folder=path.parent,
            why=error.strerror,
        ) from None
    engine = create_engine(address, connect_args={"timeout": WAIT})

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA cache_size=-65536")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("ntm_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn on the write-ahead log. Of programs that open a new file at once all but one are told "locked" at once."""
    latest = time.monotonic() + WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > latest:
                raise
            time.sleep(0.02)
        else:
            return


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees one state of the store from its first to its last read."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with _in_words(), engine.connect() as opened:
        connection = opened.execution_options(**options) if engine.dialect.name == "postgresql" else opened
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield the connection of the only writer; everything is stored when the block ends, or nothing."""
    with _in_words(), engine.connect().execution_options(ntm_writes=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER})
        yield connection


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn a fault of the database into a sentence."""
    try:
        yield
    except DBAPIError as error:
        why = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
        raise _sentence(why, getattr(error.orig, "sqlstate", None)) from error
    except SQLAlchemyError as error:
        raise _sentence(str(error).splitlines()[0]) from error


def _sentence(why: str, state: str | None = None) -> StoreError:
    """Put a fault into words. A server may speak any language: ``state`` is PostgreSQL's own code."""
    if state == _DISK_FULL or any(sign in why.lower() for sign in _FULL):
        return StoreError("Đĩa đã đầy hoặc hỏng: chưa lưu gì, kho vẫn nguyên. Hãy giải phóng dung lượng rồi làm lại.")
    if state == _LOCKED or "locked" in why:
        return StoreError("Kho đang bận vì có người khác ghi: chưa lưu gì. Hãy thử lại sau ít phút.")
    return StoreError("Không dùng được kho số liệu: {why}", why=why)
