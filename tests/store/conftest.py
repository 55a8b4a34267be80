"""Stores to test with: every test of a store runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cluster import FAST, NoServerError, Server, cluster

from intake.collection import load_collection
from store.ledger import Ledger, Purpose

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return the PostgreSQL server of this test process."""
    try:
        with cluster(FAST) as running:
            yield running
    except NoServerError as error:
        pytest.fail(str(error))


@pytest.fixture(params=ENGINES)
def new_address(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Return what makes the address of a store that is not there yet."""
    return addresses(request, tmp_path)


def addresses(request: pytest.FixtureRequest, folder: Path) -> Callable[[], str]:
    if request.param == "postgresql":
        return request.getfixturevalue("server").database
    names = (f"sqlite:///{folder / f'store-{number}.sqlite3'}" for number in range(1, 10**6))
    return lambda: next(names)


@pytest.fixture
def opened() -> Iterator[Callable[..., Ledger]]:
    """Return what opens stores; they are closed after the test."""
    ledgers: list[Ledger] = []

    def opening(address: str, purpose: Purpose = "office") -> Ledger:
        ledgers.append(Ledger(address, purpose))
        return ledgers[-1]

    yield opening
    for ledger in ledgers:
        ledger.engine.dispose()


@pytest.fixture
def ledger(new_address: Callable[[], str], opened: Callable[..., Ledger]) -> Ledger:
    """Return an empty store."""
    return opened(new_address())


@pytest.fixture
def loaded(ledger: Ledger) -> Ledger:
    """Return a store with the published collection."""
    load_collection(ledger)
    return ledger
