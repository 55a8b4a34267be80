"""Backup and restore: the whole store as one archive that no database engine owns.

The archive is a ZIP with ``manifest.json``, a file of JSON lines for every table (a line with the names of the
columns, then a line for every row) and every kept file under ``blobs/`` by its hash. It holds nothing that
depends on engine or day: equal stores give equal archives, and the same way leads from SQLite to PostgreSQL
and back. It is made from one reading transaction, while people work.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection, Table, func, insert, select, text

from base.clock import now
from base.errors import DataError, Fault, StoreError
from store import engine as engines
from store.ledger import Ledger, digest
from store.migrate import HEAD, counts, revision, upgrade
from store.schema import APPEND_ONLY, blobs, metadata, store_info, submissions

FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_ROWS_AT_ONCE: Final = 2000
_PART: Final = 1 << 20
_DAMAGED: Final = "phần {member} bị hỏng: nội dung khác lúc sao lưu. Hãy dùng bản sao lưu khác."
#: All that reading a damaged ZIP may raise.
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)


class _Manifest(BaseModel):
    """What an archive says of itself: rows by table, SHA-256 by member."""

    model_config = ConfigDict(frozen=True)

    format: int
    migration: str
    purpose: str
    version: int
    known_at: str
    tables: dict[str, int]
    members: dict[str, str]


@dataclass(frozen=True, slots=True)
class Summary:
    """What was saved or restored.

    Attributes
    ----------
    version, known_at
        Ledger version, and when its newest submission was recorded (UTC, ISO); 0 and empty for an empty store.
    tables
        Number of rows by table; ``blobs`` are the kept files.
    set_aside
        Where a restore left what was in the store: a SQLite file, or a schema of PostgreSQL; else empty.
    """

    version: int
    known_at: str
    tables: Mapping[str, int]
    set_aside: str = ""


def backup(ledger: Ledger, path: Path) -> Summary:
    """Write the whole store to ``path``; an older file there is replaced once the new one is complete.

    Raises
    ------
    StoreError
        The store cannot be read, a kept file no longer has its hash, or ``path`` cannot be written.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with ledger.reading() as connection, unfinished.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                manifest = _write(archive, connection, ledger.purpose)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise StoreError(
            "Không ghi được bản sao lưu {path}: {why}. Hãy chọn nơi khác hoặc giải phóng dung lượng.",
            path=path,
            why=error.strerror or error,
        ) from None
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return Summary(manifest.version, manifest.known_at, manifest.tables)


def restore(ledger: Ledger, path: Path, *, replace_ok: bool = False) -> Summary:
    """Put an archive into an empty store in one transaction, after the whole archive was checked.

    What a store holds already is never mixed with the archive and never deleted: with ``replace_ok`` it is set
    aside under a name with the date, on SQLite as a file beside the store, on PostgreSQL as a schema of the same
    database. Programs that have the store open should be started again: they remember what they have read.

    Raises
    ------
    DataError
        Every fault of the archive: damaged, incomplete, of another purpose or of newer software.
    StoreError
        The store holds something and ``replace_ok`` was not given, or it cannot be written; it is as it was.
    """
    with _opened(path) as archive:
        manifest = _checked(archive, path.name, ledger.purpose)
        with _emptied(ledger, replace_ok=replace_ok) as (connection, aside):
            for table in metadata.sorted_tables:
                if table.name in manifest.tables:
                    _load(connection, table, archive, path.name)
            _count_on(connection)
    return Summary(manifest.version, manifest.known_at, manifest.tables, aside)


def _write(archive: zipfile.ZipFile, connection: Connection, purpose: str) -> _Manifest:
    tables: dict[str, int] = {}
    members: dict[str, str] = {}
    for table in metadata.sorted_tables:
        if table is blobs:
            kept = dict(_write_blobs(archive, connection))
            tables[table.name] = len(kept)
            members |= kept
        else:
            name = _member(table)
            tables[table.name], members[name] = _write_rows(archive, name, connection, table)
    newest = connection.execute(select(func.max(submissions.c.id), func.max(submissions.c.recorded_at))).one()
    manifest = _Manifest(
        format=FORMAT,
        migration=revision(connection) or HEAD,
        purpose=purpose,
        version=newest[0] or 0,
        known_at=newest[1] or "",
        tables=tables,
        members=members,
    )
    archive.writestr(zipfile.ZipInfo(_MANIFEST), manifest.model_dump_json(indent=1))
    return manifest


def _write_rows(archive: zipfile.ZipFile, name: str, connection: Connection, table: Table) -> tuple[int, str]:
    """Write a table in the order of its key; return the number of rows and the hash."""
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS_AT_ONCE)
    seen, count = hashlib.sha256(), 0
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as member:

        def line(values: list[object]) -> None:
            written = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            seen.update(written)
            member.write(written)

        line([column.name for column in table.columns])
        with connection.execute(query) as rows:
            for row in rows:
                line(list(row))
                count += 1
    return count, seen.hexdigest()


def _write_blobs(archive: zipfile.ZipFile, connection: Connection) -> Iterator[tuple[str, str]]:
    """Write the kept files one by one; give name and hash of each."""
    with connection.execute(select(blobs).order_by(blobs.c.hash).execution_options(yield_per=1)) as kept:
        for key, content in kept:
            if digest(content) != key:
                raise StoreError("Tệp gốc {hash} trong kho đã hỏng; chưa sao lưu. Hãy dùng bản sao lưu cũ.", hash=key)
            archive.writestr(zipfile.ZipInfo(f"blobs/{key}"), content)
            yield f"blobs/{key}", key


def _member(table: Table) -> str:
    return f"tables/{table.name}.jsonl"


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise DataError([Fault(str(path), None, None, "không có tệp này.")]) from None
    except _BROKEN:
        whole = "không phải bản sao lưu của phần mềm này, hoặc bị cắt cụt. Hãy dùng bản sao lưu khác."
        raise DataError([Fault(path.name, None, None, whole)]) from None
    with archive:
        yield archive


def _checked(archive: zipfile.ZipFile, file: str, purpose: str) -> _Manifest:
    """Read the whole archive once and refuse it with every fault."""
    try:
        manifest = _Manifest.model_validate_json(archive.read(_MANIFEST))
    except (KeyError, ValidationError, *_BROKEN):
        raise DataError(
            [_fault(file, "thiếu hoặc hỏng phần {member}. Hãy dùng bản sao lưu khác.", member=_MANIFEST)]
        ) from None
    if manifest.format > FORMAT or manifest.migration > HEAD:
        newer = "do phiên bản phần mềm mới hơn tạo ra ({found}). Hãy cập nhật phần mềm."
        raise DataError([_fault(file, newer, found=f"{manifest.format}, {manifest.migration}")])
    faults = []
    if manifest.purpose != purpose:
        other = "là bản sao lưu của kho {found}, không nạp vào kho {purpose} được."
        faults.append(_fault(file, other, found=manifest.purpose, purpose=purpose))
    wanted = {*manifest.members, *(_member(metadata.tables[name]) for name in manifest.tables if _has_rows(name))}
    inside = set(archive.namelist()) - {_MANIFEST}
    faults += [_fault(file, "thiếu phần {member}.", member=name) for name in sorted(wanted - inside)]
    faults += [_fault(file, "thừa phần {member}.", member=name) for name in sorted(inside - wanted)]
    known = wanted & inside
    faults += [fault for name in sorted(known) for fault in _member_faults(archive, file, name, manifest)]
    if faults:
        raise DataError(faults)
    return manifest


def _has_rows(name: str) -> bool:
    return name in APPEND_ONLY and name != blobs.name


def _member_faults(archive: zipfile.ZipFile, file: str, name: str, manifest: _Manifest) -> Iterator[Fault]:
    """Read a member to its end: its hash, and for a table its columns and the number of its rows."""
    table = _tables().get(name)
    try:
        with archive.open(name) as member:
            columns = json.loads(first := member.readline()) if table is not None else []
            seen, lines = hashlib.sha256(first if table is not None else b""), 0
            while part := member.read(_PART):
                seen.update(part)
                lines += part.count(b"\n")
            strange = sorted(set(columns) - set(table.columns.keys())) if table is not None else []
    except (TypeError, *_BROKEN):
        yield _fault(file, _DAMAGED, member=name)
        return
    if seen.hexdigest() != manifest.members.get(name) or (table is None and name != f"blobs/{seen.hexdigest()}"):
        yield _fault(file, _DAMAGED, member=name)
    elif table is not None:
        expected = manifest.tables.get(table.name)
        if lines != expected:
            counted = "phần {member} có {found} dòng, mục lục ghi {expected}."
            yield _fault(file, counted, member=name, found=lines, expected=expected)
        for column in strange:
            yield _fault(file, "phần {member} có cột “{column}” mà kho không có.", member=name, column=column)


def _tables() -> dict[str, Table]:
    return {_member(table): table for table in metadata.sorted_tables if table is not blobs}


def _fault(file: str, message: str, **params: object) -> Fault:
    return Fault(file, None, None, message, tuple(params.items()))


@contextmanager
def _emptied(ledger: Ledger, *, replace_ok: bool) -> Iterator[tuple[Connection, str]]:
    """Yield a writer of empty tables, and where their former rows are."""
    with ExitStack() as undo:
        with engines.writing(ledger.engine) as connection:
            found = {name: count for name, count in counts(connection).items() if name != store_info.name and count}
            if found and not replace_ok:
                raise StoreError(
                    "Kho đã có {count} lần nộp; bản sao lưu chỉ nạp vào kho trống. Nếu chắc chắn muốn thay toàn bộ, "
                    "hãy chạy lại với --yes: số liệu đang có được cất riêng, không bị xóa.",
                    count=found.get(submissions.name, 0),
                )
            yield connection, _set_aside(connection, undo) if found else ""
        undo.pop_all()


def _set_aside(connection: Connection, undo: ExitStack) -> str:
    """Make the tables anew; return where the former ones are."""
    day, names = f"{now():%Y%m%d_%H%M%S_%f}", ("alembic_version", *reversed(APPEND_ONLY))
    if connection.dialect.name == "postgresql":
        place = f"ntm_{day}"
        connection.execute(text(f"CREATE SCHEMA {place}"))
        statements = [f"ALTER TABLE {name} SET SCHEMA {place}" for name in names]
    else:
        store = Path(str(connection.engine.url.database))
        aside = store.with_name(f"{store.stem}-{day}{store.suffix}")
        undo.callback(aside.unlink, missing_ok=True)
        # Copied, not renamed: a program that has the file open would go on writing where nobody reads.
        with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(aside)) as target:
            source.backup(target)
        place, statements = str(aside), [f"DROP TABLE {name}" for name in names]
    for statement in statements:
        connection.execute(text(statement))
    upgrade(connection, HEAD)
    return place


def _load(connection: Connection, table: Table, archive: zipfile.ZipFile, file: str) -> None:
    if table is blobs:
        for name in archive.namelist():
            if name.startswith("blobs/"):
                connection.execute(insert(blobs).values(hash=name.removeprefix("blobs/"), content=archive.read(name)))
        return
    try:
        with io.TextIOWrapper(archive.open(_member(table)), "utf-8", newline="\n") as lines:
            columns = json.loads(lines.readline())
            rows = (dict(zip(columns, json.loads(line), strict=True)) for line in lines)
            if table is store_info:  # a new store knows its purpose already
                there = set(connection.execute(select(store_info.c.key)).scalars())
                rows = (row for row in rows if row["key"] not in there)
            while batch := list(islice(rows, _ROWS_AT_ONCE)):
                connection.execute(insert(table), batch)
    except (ValueError, TypeError, LookupError):  # well packed, but not by this program
        raise DataError([_fault(file, _DAMAGED, member=_member(table))]) from None


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL number new rows after the restored ones; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        if "id" in table.c:
            last = select(func.max(table.c.id)).scalar_subquery()
            sequence: Any = func.pg_get_serial_sequence(table.name, "id")
            connection.execute(select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None))))
