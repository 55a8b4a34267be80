"""The garbage collector has little to do between two pages, and nothing leaks for ever."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from render.screen import settle as module


class Knot:
    """An object that only the collector can free."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(module, "_collected", [float("-inf")])
    yield now
    gc.unfreeze()


def test_what_is_alive_is_out_of_the_collectors_sight(clock: list[float]) -> None:
    before = len(gc.get_objects())
    module.settle()
    assert clock
    assert len(gc.get_objects()) < before / 10


def test_a_knot_is_freed_by_the_next_collection_over_everything(clock: list[float]) -> None:
    module.settle()
    knot = Knot()
    gone = weakref.ref(knot)
    clock[0] += module.PERIOD / 2
    module.settle()
    del knot
    gc.collect()
    assert gone() is not None  # frozen: this is the price of a quick click
    clock[0] += module.PERIOD
    module.settle()
    assert gone() is None
