"""Sheets drawn outside the web process: one worker, and a queue before it that never grows long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass
from typing import Final, TypeVar

from base.errors import NtmError
from jobs import send
from layers.view import LayerView

T = TypeVar("T")
#: Drawings at work or waiting: about ten seconds of work for one worker.
MOST: Final = 8
#: Seconds that anybody waits for a drawing: less than the guard gives every answer, which cannot say so much of it.
LONGEST_WAIT: Final = 50.0
#: Seconds after which to ask again.
AGAIN: Final = 10


@dataclass(frozen=True, slots=True)
class Size:
    """How large a sheet is drawn: ``paper`` ``A4`` or ``A3``; a PNG ``width`` pixels wide, else with ``dpi`` dots."""

    paper: str = "A4"
    width: int | None = None
    dpi: int = 300


class BusyError(NtmError):
    """A drawing cannot be had now, but likely in ``seconds``."""

    seconds = AGAIN


def warm() -> None:
    """Import what drawing needs, so that the first sheet does not wait for it; runs in the worker."""
    import render.sheet  # noqa: F401, PLC0415 - the import is the work


def draw(view: LayerView, fmt: str, size: Size) -> bytes:
    """Draw a sheet; runs in the worker, so everything it takes and gives can be pickled.

    It takes the view, not what the view is computed from: the sheet shows what was asked for, also when the store has
    changed meanwhile.
    """
    from render.sheet import sheet  # noqa: PLC0415 - Matplotlib stays out of the web process

    look = {"inset": view.inset, "margins": view.margins}
    return sheet(view, fmt=fmt, paper=size.paper, width=size.width, dpi=size.dpi, **look)  # type: ignore[arg-type]


class Queue:
    """Sends drawings to the worker, at most ``most`` at a time. For the event loop alone."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._under_way: set[Future[bytes]] = set()

    @property
    def length(self) -> int:
        """Drawings at work or waiting."""
        return sum(not job.done() for job in self._under_way)

    async def run(self, function: Callable[..., bytes], *args: object) -> bytes:
        """Return what ``function`` returns in the worker; it holds its place until it really ends.

        Raises
        ------
        BusyError
            The queue is full, or the worker died.
        """
        self._under_way = {job for job in self._under_way if not job.done()}
        if len(self._under_way) >= self._most:
            raise BusyError(
                "Máy chủ đang vẽ {count} bản đồ khác. Hãy thử lại sau {seconds} giây.", count=self._most, seconds=AGAIN
            )
        try:
            job = send(warm, function, *args)
            self._under_way.add(job)
            return await asyncio.wrap_future(job)
        except BrokenExecutor:
            raise BusyError(
                "Bộ vẽ bản đồ dừng giữa chừng, thường vì máy hết bộ nhớ, và đang được khởi động lại. "
                "Hãy thử lại sau {seconds} giây.",
                seconds=AGAIN,
            ) from None


async def in_time(waited: Awaitable[T]) -> T:
    """Return what is waited for; it is not waited for longer than a reader would.

    Raises
    ------
    BusyError
        It took longer.
    """
    try:
        return await asyncio.wait_for(waited, LONGEST_WAIT)
    except TimeoutError:
        raise BusyError(
            "Sau {waited} giây bản đồ vẫn chưa vẽ xong. Hãy thử lại sau {seconds} giây.",
            waited=round(LONGEST_WAIT),
            seconds=AGAIN,
        ) from None
