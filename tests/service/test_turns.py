"""Programs take turns in the rounds of the event loop; pages never wait for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.types import Receive, Scope, Send

from service.turns import Turns

ROUNDS = 12


async def nothing(*_: object) -> None:
    return


def asked(turns: Turns, path: str, kind: str = "http") -> asyncio.Task[None]:
    return asyncio.ensure_future(turns({"type": kind, "path": path}, nothing, nothing))  # type: ignore[arg-type]


def begun() -> tuple[list[str], Callable[[Scope, Receive, Send], Awaitable[None]]]:
    """Return a list of what has begun, and an application that writes into it."""
    found: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        found.append(scope["path"])

    return found, app


@pytest.mark.parametrize("each", [1, 2, 5])
def test_so_many_begin_in_a_round_in_the_order_they_came(each: int) -> None:
    async def ask() -> None:
        found, app = begun()
        turns = Turns(app, each)
        paths = [f"/ogc/{number}" for number in range(10)]
        tasks = [asked(turns, path) for path in paths]
        counts = []
        for _ in range(ROUNDS):
            before = len(found)
            await asyncio.sleep(0)
            counts.append(len(found) - before)
        assert max(counts) == each
        assert found == paths
        await asyncio.gather(*tasks)

    asyncio.run(ask())


@pytest.mark.parametrize(("path", "kind"), [("/_stcore/stream", "websocket"), ("/ban-do", "http"), ("/live", "http")])
def test_pages_pass_a_long_line(path: str, kind: str) -> None:
    async def ask() -> None:
        found, app = begun()
        turns = Turns(app, 1)
        tasks = [asked(turns, f"/maps/{number}.png") for number in range(50)]
        tasks.append(asked(turns, path, kind))
        await asyncio.sleep(0)
        assert path in found
        assert len(found) == 2
        await asyncio.gather(*tasks)

    asyncio.run(ask())


def test_whoever_leaves_the_line_takes_nobodys_turn() -> None:
    async def ask() -> None:
        found, app = begun()
        turns = Turns(app, 1)
        tasks = [asked(turns, f"/ogc/{number}") for number in range(4)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        tasks[2].cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
        assert found == ["/ogc/0", "/ogc/3"]
        again = asked(turns, "/ogc/again")
        await asyncio.wait_for(again, 5)
        assert found[-1] == "/ogc/again"

    asyncio.run(ask())
