"""A backup holds the whole store, leads from one engine to the other, and a damaged one changes nothing."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from conftest import ENGINES
from examples import JUNE, MAY, PROVINCE, SET, UNITS, assessment, decision, entry, fill, monthly, target, whole_month
from program import layers, office
from sqlalchemy import text
from sqlalchemy.engine import make_url

from base.errors import DataError, StoreError
from intake.collection import load_collection
from store import archive as module
from store import engine as engines
from store.archive import backup, restore
from store.ledger import Ledger
from store.migrate import HEAD, missing_triggers, revision
from store.queries import LedgerFacts
from store.schema import APPEND_ONLY


def fill_all(ledger: Ledger) -> None:
    """Put into a store all that a row can hold: numbers, no numbers, every kind of text, files of any bytes."""
    load_collection(ledger)
    fill(ledger)
    rows = [
        assessment(UNITS[0], "17.1", JUNE, None, value=0.1 + 0.2, sheet=1),
        assessment(UNITS[0], "17.2", JUNE, 2, value=-1e300, value_text="“khoảng” 60;\n\u2028=1+1\\ 😀"),
        assessment(UNITS[0], "17.3", JUNE, 0, value=0.0, value_text=""),
    ]
    ledger.submit(monthly(rows, JUNE, content=bytes(range(256)) * 999, attachments=(b"",)))


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    fill_all(ledger)
    return ledger


def content(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    with ledger.reading() as connection:
        found = {
            name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))]  # noqa: S608
            for name in APPEND_ONLY
        }
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def drawn(ledger: Ledger) -> dict[str, str]:
    with office(ledger.address):
        return layers(JUNE)


@pytest.mark.parametrize("to", ENGINES)
def test_a_restored_store_is_the_same_on_either_engine(
    filled: Ledger, opened: Callable[..., Ledger], request: pytest.FixtureRequest, tmp_path: Path, to: str
) -> None:
    saved = backup(filled, tmp_path / "store.zip")
    sqlite = f"sqlite:///{tmp_path / 'restored.sqlite3'}"
    other = opened(sqlite if to == "sqlite" else request.getfixturevalue("server").database())
    told = restore(other, tmp_path / "store.zip")
    assert told == saved
    assert told.set_aside == ""
    assert content(other) == content(filled)
    assert {name: len(rows) for name, rows in content(other).items()} == told.tables
    assert other.receipts() == filled.receipts()
    newest = max(str(row[1]) for row in content(filled)["submissions"])
    assert (told.version, told.known_at) == (13, newest)
    assert drawn(other) == drawn(filled)
    backup(other, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "store.zip").read_bytes()


def test_a_restored_store_is_written_on(
    filled: Ledger, new_address: Callable[[], str], opened: Callable[..., Ledger], tmp_path: Path
) -> None:
    backup(filled, tmp_path / "store.zip")
    other = opened(new_address())
    restore(other, tmp_path / "store.zip")
    for ledger in (filled, other):
        assert ledger.submit(whole_month(MAY, {"1": 1, "18": 0}, content=b"the same")).id == 14
        ledger.submit(entry("decisions", decision("23386"), content=b"a decision"))
        ledger.submit(entry("targets", target("23386"), content=b"a target"))
    facts, others = (LedgerFacts(ledger, PROVINCE, 13) for ledger in (filled, other))
    assert others.assessments(SET, JUNE) == facts.assessments(SET, JUNE)
    assert {name: [row[0] for row in rows] for name, rows in content(other).items()} == {
        name: [row[0] for row in rows] for name, rows in content(filled).items()
    }
    with other.reading() as connection:
        assert (revision(connection), missing_triggers(connection)) == (HEAD, set())


def test_an_empty_store_is_saved_and_restored(
    ledger: Ledger, new_address: Callable[[], str], opened: Callable[..., Ledger], tmp_path: Path
) -> None:
    saved = backup(ledger, tmp_path / "store.zip")
    assert (saved.version, saved.known_at, sum(saved.tables.values())) == (0, "", 1)
    other = opened(new_address())
    assert restore(other, tmp_path / "store.zip") == saved
    assert content(other) == content(ledger)


def test_people_work_while_it_is_made(filled: Ledger, opened: Callable[..., Ledger], tmp_path: Path) -> None:
    """A submission between two tables is in none of them."""
    before = content(filled)
    writer, written = opened(filled.address), []
    whole = module._write_rows

    def meanwhile(*arguments: Any) -> Any:  # noqa: ANN401 - whatever the function takes and gives
        if not written:
            thread = threading.Thread(target=lambda: written.append(writer.submit(whole_month(MAY, {"1": 0}))))
            thread.start()
            thread.join()
        return whole(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_write_rows", meanwhile)
        saved = backup(filled, tmp_path / "store.zip")
    assert [receipt.id for receipt in written] == [saved.version + 1]
    assert saved.tables == {name: len(rows) for name, rows in before.items()}
    assert filled.version() == saved.version + 1


def test_an_older_backup_is_replaced_only_by_a_whole_one(filled: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "store.zip"
    path.write_bytes(b"older")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(StoreError, match=r"Không ghi được bản sao lưu .*: No space left on device"):
            backup(filled, path)
    assert [file.name for file in tmp_path.glob("store.zip*")] == ["store.zip"]
    assert path.read_bytes() == b"older"
    backup(filled, path)
    assert zipfile.is_zipfile(path)
    with pytest.raises(StoreError, match="Không ghi được bản sao lưu"):
        backup(filled, tmp_path / "nowhere" / "store.zip")


def spoil_blob(ledger: Ledger) -> str:
    """Change a kept file as a failing disk would; return its hash."""
    key, url = ledger.receipts()[0].file_hash, make_url(ledger.address)
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as connection:
            connection.execute("DROP TRIGGER blobs_no_update")
            connection.execute("UPDATE blobs SET content = x'00' WHERE hash = ?", (key,))
            connection.commit()
    else:
        with psycopg.connect(host=str(url.query["host"]), dbname=url.database, user=url.username) as connection:
            connection.execute("ALTER TABLE blobs DISABLE TRIGGER ALL")
            connection.execute("UPDATE blobs SET content = '\\x00' WHERE hash = %s", (key,))
    return key


def test_a_file_that_changed_in_the_store_is_told(filled: Ledger, tmp_path: Path) -> None:
    key = spoil_blob(filled)
    with pytest.raises(StoreError, match=f"Tệp gốc {key} trong kho đã hỏng"):
        backup(filled, tmp_path / "store.zip")
    assert not list(tmp_path.glob("store.zip*"))


def test_a_store_with_facts_is_not_restored_into_without_a_plain_yes(filled: Ledger, tmp_path: Path) -> None:
    backup(filled, tmp_path / "store.zip")
    before = content(filled)
    with pytest.raises(StoreError, match="Kho đã có 13 lần nộp; bản sao lưu chỉ nạp vào kho trống"):
        restore(filled, tmp_path / "store.zip")
    assert content(filled) == before


def test_with_a_yes_the_former_rows_are_set_aside(
    filled: Ledger, opened: Callable[..., Ledger], tmp_path: Path
) -> None:
    backup(filled, tmp_path / "store.zip")
    then = content(filled)
    filled.submit(whole_month(MAY, {"1": 0}))
    later = content(filled)
    reader = opened(filled.address)
    assert reader.version() == 14
    told = restore(filled, tmp_path / "store.zip", replace_ok=True)
    assert content(filled) == then
    assert reader.version() == 13  # a program that had the store open reads the restored one
    assert reader.submit(whole_month(JUNE, {"1": 1})).id == 14
    with filled.reading() as connection:
        assert (revision(connection), missing_triggers(connection)) == (HEAD, set())
    if filled.address.startswith("sqlite"):
        aside = opened(f"sqlite:///{told.set_aside}")
        assert content(aside) == later
        assert Path(told.set_aside).parent == Path(str(make_url(filled.address).database)).parent
    else:
        with filled.reading() as connection:
            for name, rows in later.items():
                found = connection.execute(text(f"SELECT * FROM {told.set_aside}.{name}"))  # noqa: S608
                assert sorted((tuple(row) for row in found), key=repr) == rows
        with pytest.raises(StoreError, match="append-only"), engines.writing(filled.engine) as connection:
            connection.execute(text(f"UPDATE {told.set_aside}.units SET name = ''"))  # noqa: S608
    assert restore(filled, tmp_path / "store.zip", replace_ok=True).set_aside != told.set_aside


def test_a_restore_that_fails_half_way_leaves_the_store(filled: Ledger, tmp_path: Path) -> None:
    backup(filled, tmp_path / "store.zip")
    filled.submit(whole_month(MAY, {"1": 0}))
    before, files = content(filled), sorted(path.name for path in tmp_path.glob("*.sqlite3"))
    with pytest.MonkeyPatch.context() as patch:
        failure = StoreError(
            "Đĩa đã đầy hoặc hỏng: chưa lưu gì, kho vẫn nguyên. Hãy giải phóng dung lượng rồi làm lại."
        )
        patch.setattr(module, "_count_on", lambda _: (_ for _ in ()).throw(failure))
        with pytest.raises(StoreError, match="Đĩa đã đầy"):
            restore(filled, tmp_path / "store.zip", replace_ok=True)
    assert content(filled) == before
    assert sorted(path.name for path in tmp_path.glob("*.sqlite3")) == files
    with filled.reading() as connection:
        assert missing_triggers(connection) == set()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sound backup; tests damage copies of it."""
    folder = tmp_path_factory.mktemp("saved")
    ledger = Ledger(f"sqlite:///{folder / 'store.sqlite3'}")
    fill_all(ledger)
    backup(ledger, folder / "store.zip")
    ledger.engine.dispose()
    return folder / "store.zip"


def told(ledger: Ledger, path: Path) -> list[str]:
    """Restore a faulty archive; return what is said of it, the store being as it was."""
    before = content(ledger)
    with pytest.raises(DataError) as refused:
        restore(ledger, path)
    assert content(ledger) == before
    return [fault.text("vi").removeprefix(f"{path.name}: ") for fault in refused.value.faults]


def packed_anew(saved: Path, path: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> Path:
    """Write a sound ZIP with changed members and a changed manifest."""
    with zipfile.ZipFile(saved) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(members, manifest)
    with zipfile.ZipFile(path, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
        archive.writestr("manifest.json", json.dumps(manifest))
    return path


def test_a_truncated_archive_is_refused(saved: Path, ledger: Ledger, tmp_path: Path) -> None:
    whole, path = saved.read_bytes(), tmp_path / "short.zip"
    for size in [0, 1, 30, 1000, len(whole) // 2, len(whole) - 23, len(whole) - 1]:
        path.write_bytes(whole[:size])
        # What is left may end like a ZIP: some of the kept files are ZIPs themselves.
        assert told(ledger, path)[0] in {
            "không phải bản sao lưu của phần mềm này, hoặc bị cắt cụt. Hãy dùng bản sao lưu khác.",
            "thiếu hoặc hỏng phần manifest.json. Hãy dùng bản sao lưu khác.",
        }
    assert told(ledger, tmp_path / "none.zip")[0].endswith("không có tệp này.")


def test_a_flipped_byte_is_found_or_changes_nothing(saved: Path, opened: Callable[..., Ledger], tmp_path: Path) -> None:
    """Some bytes of a ZIP say nothing of its content, such as the date of a member."""
    ledger = opened(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    whole, path, again = bytearray(saved.read_bytes()), tmp_path / "flipped.zip", tmp_path / "again.zip"
    directory = whole.find(b"PK\x01\x02", whole.find(b"manifest.json"))
    places = [*range(0, 60, 4), *range(60, directory, directory // 40), *range(directory, len(whole), 31)]
    harmless = []
    for place in places:
        whole[place] ^= 0x10
        path.write_bytes(whole)
        whole[place] ^= 0x10
        try:
            restore(ledger, path, replace_ok=True)
        except DataError:
            continue
        harmless.append(place)
        backup(ledger, again)
        assert again.read_bytes() == saved.read_bytes(), place
    assert 0 < len(harmless) < len(places) / 2
    assert all(place < 60 or place >= directory for place in harmless)


def test_every_fault_of_an_archive_is_told_at_once(saved: Path, ledger: Ledger, tmp_path: Path) -> None:
    def change(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        del members["tables/units.jsonl"]
        members["tables/extra.jsonl"] = b"[]\n"
        members["tables/warnings.jsonl"] += b"[]\n"
        manifest["tables"]["targets"] += 1
        manifest["purpose"] = "sample"
        blob = next(name for name in members if name.startswith("blobs/"))
        members[blob] += b" "

    damaged = packed_anew(saved, tmp_path / "faulty.zip", change)
    with zipfile.ZipFile(saved) as archive:
        blob = next(name for name in archive.namelist() if name.startswith("blobs/"))
        rows = archive.read("tables/targets.jsonl").count(b"\n") - 1
    bad = "bị hỏng: nội dung khác lúc sao lưu. Hãy dùng bản sao lưu khác."
    assert told(ledger, damaged) == [
        "là bản sao lưu của kho sample, không nạp vào kho office được.",
        "thiếu phần tables/units.jsonl.",
        "thừa phần tables/extra.jsonl.",
        f"phần {blob} {bad}",
        f"phần tables/targets.jsonl có {rows} dòng, mục lục ghi {rows + 1}.",
        f"phần tables/warnings.jsonl {bad}",
    ]


def test_a_file_under_another_hash_is_refused_although_its_sum_is_right(
    saved: Path, ledger: Ledger, tmp_path: Path
) -> None:
    def change(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        blob = next(name for name in members if name.startswith("blobs/"))
        members[blob] = b"forged"
        manifest["members"][blob] = hashlib.sha256(b"forged").hexdigest()

    assert "bị hỏng" in told(ledger, packed_anew(saved, tmp_path / "forged.zip", change))[0]


@pytest.mark.parametrize(
    "line", [b"[1]\n", b"{}\n", b"nonsense\n", b"7\n", b"[[],[],[],[]]\n"], ids=lambda line: line.decode().strip()
)
def test_rows_that_no_backup_writes_are_refused_although_their_sum_is_right(
    saved: Path, ledger: Ledger, tmp_path: Path, line: bytes
) -> None:
    def change(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        name = "tables/assessment_items.jsonl"
        members[name] += line
        manifest["members"][name] = hashlib.sha256(members[name]).hexdigest()
        manifest["tables"]["assessment_items"] += 1

    path = packed_anew(saved, tmp_path / "odd.zip", change)
    before = content(ledger)
    with pytest.raises((DataError, StoreError)):
        restore(ledger, path)
    assert content(ledger) == before


def test_unknown_columns_and_newer_archives_are_refused(saved: Path, ledger: Ledger, tmp_path: Path) -> None:
    def column(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        name = "tables/warnings.jsonl"
        members[name] = members[name].replace(b'"quote"', b'"words"', 1)
        manifest["members"][name] = hashlib.sha256(members[name]).hexdigest()

    def newer(_: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest["migration"] = "9999"

    def other_form(_: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest["format"] = 2

    def no_purpose(_: dict[str, bytes], manifest: dict[str, Any]) -> None:
        del manifest["purpose"]

    path = tmp_path / "other.zip"
    assert told(ledger, packed_anew(saved, path, column)) == [
        "phần tables/warnings.jsonl có cột “words” mà kho không có."
    ]
    for change in (newer, other_form):
        assert "phiên bản phần mềm mới hơn" in told(ledger, packed_anew(saved, path, change))[0]
    assert told(ledger, packed_anew(saved, path, no_purpose)) == [
        "thiếu hoặc hỏng phần manifest.json. Hãy dùng bản sao lưu khác."
    ]


def test_any_other_zip_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert told(ledger, tmp_path / "other.zip") == ["thiếu hoặc hỏng phần manifest.json. Hãy dùng bản sao lưu khác."]


def test_a_sample_is_not_restored_into_the_office_and_goes_back_into_a_sample(
    new_address: Callable[[], str], opened: Callable[..., Ledger], tmp_path: Path
) -> None:
    sample = opened(new_address(), "sample")
    sample.submit(whole_month(MAY, {"1": 1}))
    backup(sample, tmp_path / "sample.zip")
    office = opened(new_address())
    assert told(office, tmp_path / "sample.zip") == ["là bản sao lưu của kho sample, không nạp vào kho office được."]
    other = opened(new_address(), "sample")
    restore(other, tmp_path / "sample.zip")
    assert content(other) == content(sample)
