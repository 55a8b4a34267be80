"""Whether the process lives and whether it is ready: what a proxy and an operator ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asking import Ask, asking, layered

from base.errors import BoundaryError, StoreError
from service import health, live
from service.metrics import Metrics
from store import current


@pytest.fixture
def ask() -> Iterator[Ask]:
    live.look()
    with asking(layered(health.ROUTES, Metrics())) as found:
        yield found


@pytest.mark.parametrize("path", ["/healthz", "/healthz/ready"])
def test_a_process_that_can_answer_is_ready(ask: Ask, path: str) -> None:
    answer = ask(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json() == {
        "status": "ok",
        "live": "ok",
        "ready": {"store": "ok", "boundaries": "ok", "facts": "ok"},
        "sample": False,
    }


@pytest.mark.parametrize("path", ["/healthz", "/healthz/live", "/healthz/ready"])
def test_a_probe_may_ask_for_the_head_alone(ask: Ask, path: str) -> None:
    assert ask(path, "HEAD").status_code == 200


def test_a_store_that_was_not_read_for_long_is_not_ready(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "age", lambda: live.STALE)
    for path in ("/healthz", "/healthz/ready"):
        answer = ask(path)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        document = answer.json()
        assert (document["live"], set(document["ready"])) == ("ok", {"store"})
        assert "10 giây" in document["ready"]["store"]
    assert ask("/healthz/live").json() == {"status": "ok"}


def test_a_store_that_was_just_read_is_ready_again(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "age", lambda: live.STALE - 0.1)
    assert ask("/healthz/ready").status_code == 200


def test_a_damaged_boundary_is_named(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(version: str) -> None:
        raise BoundaryError("Tệp {file} bị hỏng.", file=version)

    monkeypatch.setattr(health, "load", damaged)
    document = ask("/healthz/ready?lang=en").json()
    assert set(document["ready"]) == {"boundaries"}
    assert "kontum-2015" in document["ready"]["boundaries"]
    assert document["detail"] == "Not ready: boundaries."


def test_facts_that_could_not_be_loaded_are_told(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "startup_faults", [StoreError("Kho số liệu đầy.")])
    document = ask("/healthz").json()
    assert document["ready"] == {"facts": "Kho số liệu đầy."}


def test_liveness_asks_nothing_of_the_store(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> float:
        raise AssertionError

    monkeypatch.setattr(live, "age", fails)
    monkeypatch.setattr(health, "load", fails)
    assert ask("/healthz/live").status_code == 200
