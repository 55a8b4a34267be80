"""The stamp of the data: the same in every process, another one after every change, and never waited for."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from cluster import FAST, PROGRAMS, Server, cluster
from examples import UNITS, decision, entry, figure
from http_client import Client
from sqlalchemy import text
from starlette.applications import Starlette

from base.errors import StoreError
from geo.boundaries import SHIPPED_DATA, catalogue, forget
from intake.boundary_defaults import choose_default
from intake.boundary_folders import packed
from layers import freshness
from layers.registry import facts_of
from service import live, live_route
from store import current
from store.archive import backup, restore
from store.ledger import Ledger

ROOT = Path(__file__).parent.parent.parent
T = TypeVar("T")
OFFICE = "Văn phòng Điều phối"
ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    with cluster(FAST) as running:
        yield running


@pytest.fixture(params=ENGINES)
def ledger(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """Let this process work on an empty store of its own that nobody watches."""
    monkeypatch.setenv("NTM_DATA", str(tmp_path / "users"))
    if request.param == "postgresql":
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("postgresql").database())
    monkeypatch.setattr(live, "_watch", live._Watch())
    opened = current.ledger()
    yield opened
    live.unwatch()
    forget()
    for one in {opened, current.ledger()}:
        one.engine.dispose()


@pytest.fixture
def other(ledger: Ledger) -> Iterator[Ledger]:
    """Return the same store as another process has it open."""
    opened = Ledger(ledger.address)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look a hundred times as often."""
    monkeypatch.setattr(live, "EVERY", 0.01)


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until something is true, or fail."""
    latest = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < latest
        time.sleep(0.01)


# What a stamp is


def test_another_process_has_the_same_stamp(ledger: Ledger) -> None:
    ledger.submit(entry("decisions", decision(UNITS[0])))
    command = [sys.executable, "-c", "from service import live; print(live.stamp().digest)"]
    said = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, check=True, text=True).stdout
    assert said.strip() == live.stamp().digest
    assert len(live.stamp().digest) == 16


def test_what_another_process_stores_changes_it(other: Ledger) -> None:
    seen = [live.stamp()]
    for submission in (entry("decisions", decision(UNITS[0])), entry("figures", figure("recognised", 52))):
        other.submit(submission)
        seen.append(live.stamp())
    assert [one.facts for one in seen] == [0, 1, 2]
    assert len({one.digest for one in seen}) == 3
    assert live.stamp() == seen[-1]


@pytest.mark.usefixtures("ledger")
def test_the_next_day_is_another_state(monkeypatch: pytest.MonkeyPatch) -> None:
    before = live.stamp()
    monkeypatch.setattr(freshness, "today", lambda: before.day.replace(year=before.day.year + 1))
    assert live.stamp().digest != before.digest


@pytest.mark.usefixtures("ledger")
def test_a_new_boundary_version_and_its_choice_change_it(tmp_path: Path) -> None:
    before = live.stamp()
    new_version(tmp_path / "users" / "boundaries")
    with_version = live.stamp()
    assert (with_version.facts, with_version.boundaries != before.boundaries) == (0, True)
    choose_default("kontum-x", current.ledger(), OFFICE)
    assert len({before.digest, with_version.digest, live.stamp().digest}) == 3


def new_version(root: Path) -> None:
    """Lay a version of another id beside the shipped ones, as an import does: under another name until it is whole."""
    part = root.with_name("part")
    shutil.copytree(SHIPPED_DATA / "boundaries" / "kontum-2015", part)
    file = part / "catalogue.toml"
    own = 'id = "kontum-x"\nunit_list = "kontum-2015"'
    file.write_text(file.read_text("utf-8").replace('id = "kontum-2015"', own), "utf-8")
    root.mkdir(parents=True, exist_ok=True)
    part.rename(root / "kontum-x")


def test_another_store_of_the_same_length_is_another_state_and_nothing_of_the_old_one_is_shown(
    ledger: Ledger, other: Ledger, tmp_path: Path
) -> None:
    archive = tmp_path / "kho.zip"
    foreign = Ledger(f"sqlite:///{tmp_path / 'foreign.sqlite3'}")
    foreign.submit(entry("figures", figure("recognised", 7)))
    backup(foreign, archive)
    ledger.submit(entry("figures", figure("recognised", 52)))
    before = live.stamp()
    assert [one.value for one in facts_of("kontum").figures] == [52]
    restore(other, archive, replace_ok=True)
    after = live.stamp()
    assert (before.facts, after.facts) == (1, 1)
    assert before.digest != after.digest
    assert [one.value for one in facts_of("kontum").figures] == [7]


def test_growth_keeps_what_was_computed(ledger: Ledger, other: Ledger) -> None:
    ledger.submit(entry("figures", figure("recognised", 52)))
    live.stamp()
    facts = facts_of("kontum")
    version = facts.version
    other.submit(entry("decisions", decision(UNITS[0])))
    live.stamp()
    assert current.ledger() is ledger
    assert facts_of("kontum").version == version + 1


# The watcher


@pytest.mark.usefixtures("quick")
def test_a_watcher_sees_what_another_process_stores(other: Ledger) -> None:
    live.watch()
    before = live.stamp()
    other.submit(entry("decisions", decision(UNITS[0])))
    until(lambda: live.stamp() != before)
    assert live.stamp().facts == 1
    assert live.age() < live.STALE


@pytest.mark.usefixtures("quick")
def test_a_version_that_was_imported_on_another_machine_gets_its_folder(
    other: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_IMPORTING", 0.05)
    live.watch()
    before = live.stamp()
    new_version(tmp_path / "elsewhere")
    folder = tmp_path / "elsewhere" / "kontum-x"
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    row = {"province": "kontum", "unit_list": "kontum-2015", "version": "kontum-x", "valid_from": "2015-03"}
    row |= {"decree": "", "geometry_sha256": catalogue()["kontum-2015"].geometry_sha256, "source": ""}
    stored = entry("boundary", content=packed(files))
    other.submit(replace(stored, rows={"boundary_versions": [row | {"sheet": "", "cell": ""}]}))
    until(lambda: live.stamp().boundaries != before.boundaries)
    assert catalogue()["kontum-x"].units_of == "kontum-2015"


def test_this_process_sees_what_it_stores_at_once(ledger: Ledger) -> None:
    live.watch()
    ledger.submit(entry("decisions", decision(UNITS[0])))
    live.noticed()
    assert live.stamp().facts == 1


def test_a_slow_look_does_not_undo_a_quick_one(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    live.look()
    gate, real = threading.Event(), live.newest

    def slow() -> freshness.Stamp:
        found = real()
        gate.wait(20)
        return found

    monkeypatch.setattr(live, "newest", slow)
    thread = threading.Thread(target=live.look)
    thread.start()
    until(thread.is_alive)
    monkeypatch.setattr(live, "newest", real)
    ledger.submit(entry("decisions", decision(UNITS[0])))
    live.look()
    gate.set()
    thread.join(20)
    assert live._watch.stamp == real()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("ledger", ["postgresql"], indirect=True)
def test_nobody_waits_for_a_store_that_hangs(other: Ledger) -> None:
    live.watch()
    before = live.stamp()
    with other.engine.connect() as holder, holder.begin():
        holder.execute(text("LOCK TABLE submissions IN ACCESS EXCLUSIVE MODE"))
        until(lambda: live.age() > 0.3)
        began = time.monotonic()
        assert live.stamp() is live.stamp()
        assert live.stamp() == before
        assert time.monotonic() - began < 0.1
    until(lambda: live.age() < 0.3)


@pytest.mark.usefixtures("quick")
def test_a_store_that_is_gone_for_a_while_is_told_once_and_seen_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with cluster(FAST) as mine:
        monkeypatch.setenv("NTM_DATA", str(tmp_path))
        monkeypatch.setenv("DATABASE_URL", mine.database())
        monkeypatch.setattr(live, "_watch", live._Watch())
        current.ledger()
        with ExitStack() as stack:
            stack.callback(live.unwatch)
            live.watch()
            before = live.stamp()
            command(mine, "-m immediate stop")
            until(lambda: live.age() > 0.5)
            assert live.stamp() == before
            command(mine, "-l server.log -w start")
            until(lambda: live.age() < 0.2)
            other = Ledger(os.environ["DATABASE_URL"])
            other.submit(entry("decisions", decision(UNITS[0])))
            until(lambda: live.stamp().facts == 1)
            other.engine.dispose()
        told = [record.getMessage() for record in caplog.records if record.name == "service.live"]
        assert 1 <= len(told) <= 4, "not once for each look"
        current.ledger().engine.dispose()


def command(server: Server, words: str) -> None:
    """Stop or start a server as its administrator does, with the options that it had."""
    data = server.folder / "data"
    if words.endswith("start"):
        had = (data / "postmaster.opts").read_text().split('"')[1::2]
        words += " -o " + shlex.quote(" ".join(shlex.quote(one) for one in had))
    program = max(PROGRAMS.glob("*/bin/pg_ctl"), key=lambda path: float(path.parts[-3]))
    user = "postgres" if os.geteuid() == 0 else None
    line = ["/bin/sh", "-c", f"{program} -D data {words} >>log 2>&1"]
    subprocess.run(line, cwd=server.folder, user=user, check=True, timeout=60, start_new_session=True)


@pytest.mark.parametrize("ledger", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("ledger")
def test_a_store_that_could_never_be_read_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> freshness.Stamp:
        raise StoreError("Không dùng được kho số liệu: {why}", why="x")

    monkeypatch.setattr(live, "newest", broken)
    live.watch()
    with pytest.raises(StoreError, match="x"):
        live.stamp()
    assert live.age() == float("inf")
    assert asking(lambda client: client.get("/live")).status_code == 503


# What pages ask


def asking(question: Callable[[Client], T]) -> T:
    with asyncio.Runner() as runner:
        return question(Client(Starlette(routes=live_route.ROUTES), runner))


def test_the_answer_is_small_and_unchanged_data_give_304(other: Ledger) -> None:
    def question(client: Client) -> None:
        first = client.get("/live")
        assert first.json() == {"stamp": live.stamp().digest, "sample": False}
        assert len(first.content) <= 100
        assert first.headers["cache-control"] == "no-cache"
        again = client.get("/live", {"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        other.submit(entry("decisions", decision(UNITS[0])))
        after = client.get("/live", {"if-none-match": first.headers["etag"]})
        assert after.status_code == 200
        assert json.loads(after.content)["stamp"] != first.json()["stamp"]

    asking(question)
