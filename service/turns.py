"""Requests of other programs take turns, so that the pages of people are not held up by them.

One thread answers everything. Where fifty programs ask without a pause, one round of the event loop answers fifty of
them, and a click on a page, which takes several rounds, waits for hundreds of answers. Here only a few of them begin in
each round; the others wait in line, and nobody is answered less often for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from service.guard import first_part

#: First parts of the addresses that other programs read.
_OF_PROGRAMS: Final = frozenset({"ogc", "maps"})
#: So many of them begin in one round of the event loop.
EACH_ROUND: Final = 2


class Turns:
    """Let few requests of programs begin in each round of the event loop; everything else passes at once."""

    def __init__(self, app: ASGIApp, each_round: int = EACH_ROUND) -> None:
        self.app = app
        self._each_round = each_round
        self._left = each_round
        self._line: deque[asyncio.Future[None]] = deque()
        self._is_called = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for a turn where there is a line, then pass on."""
        if scope["type"] == "http" and first_part(scope["path"]) in _OF_PROGRAMS:
            await self._turn()
        await self.app(scope, receive, send)

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        if not self._is_called:
            self._is_called = True
            loop.call_soon(self._next_round, loop)
        if self._left and not self._line:
            self._left -= 1
            return
        turn = loop.create_future()
        self._line.append(turn)
        await turn

    def _next_round(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let the next ones in line begin; called once in every round as long as there is a line."""
        self._left = self._each_round
        while self._left and self._line:
            turn = self._line.popleft()
            if not turn.done():  # whoever has gone has no turn
                turn.set_result(None)
                self._left -= 1
        self._is_called = bool(self._line)
        if self._line:
            loop.call_soon(self._next_round, loop)
