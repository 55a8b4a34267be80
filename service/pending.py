"""Things kept for a short while under a secret name, between a check and its confirmation."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

#: Seconds that something is kept.
KEPT_SECONDS: Final = 30 * 60.0
#: How many are kept at most; the oldest go first.
KEPT: Final = 16


class Pending(Generic[T]):
    """A bounded shelf. Used by the event loop's one thread only.

    Parameters
    ----------
    kept
        How many things are kept at most.
    clock
        Seconds that only grow; a test may bring its own.
    """

    def __init__(self, kept: int = KEPT, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept = kept
        self._clock = clock
        self._things: dict[str, tuple[float, T]] = {}

    def put(self, thing: T) -> str:
        """Keep a thing and return its name, which nobody can guess."""
        token = secrets.token_urlsafe(18)
        self.put_back(token, thing)
        return token

    def put_back(self, token: str, thing: T) -> None:
        """Keep a thing under a name it had before."""
        self._clean()
        self._things[token] = (self._clock() + KEPT_SECONDS, thing)
        while len(self._things) > self._kept:
            del self._things[next(iter(self._things))]

    def get(self, token: str) -> T | None:
        """Return a thing and keep it; ``None`` when there is none or its time is over."""
        self._clean()
        found = self._things.get(token)
        return found[1] if found else None

    def take(self, token: str) -> T | None:
        """Return a thing and forget it, so that nobody else can take it."""
        found = self.get(token)
        self._things.pop(token, None)
        return found

    def _clean(self) -> None:
        now = self._clock()
        for token in [token for token, (end, _) in self._things.items() if end <= now]:
            del self._things[token]
