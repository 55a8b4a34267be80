"""What several tests share: facts, boundary, an HTTP client, and how hard hypothesis tries."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from http_client import Client
from hypothesis import settings
from starlette.applications import Starlette

from geo.boundaries import BoundaryVersion, load
from intake.start import prepare
from layers.registry import facts_of
from store.queries import LedgerFacts

settings.register_profile("ntm", deadline=None, max_examples=60, derandomize="CI" in os.environ)
settings.load_profile("ntm")


def pytest_configure(config: pytest.Config) -> None:
    """Give every test process a store of its own, also while tests are collected; nobody's data is touched."""
    folder = tempfile.TemporaryDirectory(prefix="ntm-tests-")
    config.add_cleanup(folder.cleanup)
    os.environ["NTM_DATA"] = folder.name
    for name in ("DATABASE_URL", "NTM_SAMPLE", "NTM_OFFICE"):
        os.environ.pop(name, None)
    prepare()


@pytest.fixture(scope="session")
def facts() -> LedgerFacts:
    return facts_of("kontum")


@pytest.fixture(scope="session")
def boundary() -> BoundaryVersion:
    return load("kontum-2015")


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    """Return a client of the routes of ``server.py``, without Streamlit's own."""
    import server  # noqa: PLC0415 - imports Streamlit, which most tests need not wait for

    with asyncio.Runner() as runner:
        yield Client(Starlette(routes=server.ROUTES), runner)


@pytest.fixture
def programme_copy(tmp_path: Path) -> Path:
    """Return a copy of the shipped programme files that a test may break."""
    source = Path(__file__).parent.parent / "data" / "programme"
    target = tmp_path / "programme"
    target.mkdir()
    for file in source.glob("*.csv"):
        (target / file.name).write_bytes(file.read_bytes())
    return target
