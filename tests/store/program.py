"""The program on a store of the test's choice, so that its layers can be drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import pytest

from base.clock import Month
from layers import registry
from layers.view import ViewState
from render.table import as_json
from store import current


@contextmanager
def office(address: str) -> Iterator[None]:
    """Let the program use the store at this address."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", address)
        patch.setattr(current, "_open", cache(current._open.__wrapped__))
        yield
        forget()


def forget() -> None:
    """Close the store and forget what was read and computed."""
    current.ledger().engine.dispose()
    for function in (current._open, registry._facts, registry._context, registry._compute):
        function.cache_clear()


def layers(period: Month, known_at: str | None = None) -> dict[str, str]:
    """Return every layer as it is computed now, not as it is remembered."""
    forget()
    states = [ViewState(layer=key, period=period, known_at=known_at) for key in registry.BUILDERS]
    return {state.layer: as_json(registry.compute(state)) for state in states}
