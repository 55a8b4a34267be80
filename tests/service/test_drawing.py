"""Drawing outside the web process: shared, kept, bounded, and told when it cannot be had."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import io
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
from http_client import Answer, Client
from PIL import Image
from starlette.applications import Starlette

from service import asked, drawing, live
from service import maps as route
from service.drawing import AGAIN, MOST, BusyError, Queue
from service.kept import Kept, Shelf

LAYER = "/maps/ntm-levels"


class Worker:
    """Takes drawings and ends none of them by itself."""

    def __init__(self) -> None:
        self.jobs: list[Future[bytes]] = []
        self._more = asyncio.Event()

    def send(self, *_: object) -> Future[bytes]:
        self.jobs.append(Future())
        self._more.set()
        self.jobs[-1].set_running_or_notify_cancel()
        return self.jobs[-1]

    async def has(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.jobs) < count:
                self._more.clear()
                await self._more.wait()


class Asking(Client):
    """Asks several things at once."""

    def one(self, address: str, method: str = "GET", headers: dict[str, str] | None = None) -> Awaitable[Answer]:
        return self._ask(method, address, headers or {}, None, [b""])

    async def all(self, addresses: Sequence[str]) -> list[Answer]:
        return await asyncio.gather(*(self.one(address) for address in addresses))

    def run(self, what: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the coroutine returns
        return self._runner.run(what())


@pytest.fixture
def asking(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    """Return a client of the route, with nothing kept and nothing under way."""
    monkeypatch.setattr(route, "_shelf", Shelf())
    monkeypatch.setattr(route, "_queue", Queue())
    monkeypatch.setattr(route, "_known", {})
    with asyncio.Runner() as runner:
        yield Asking(Starlette(routes=route.ROUTES), runner)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    made = Worker()
    monkeypatch.setattr(drawing, "send", made.send)
    return made


def told(answer: Answer) -> str:
    """Return the sentence of an answer that asks to come again."""
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == str(AGAIN)
    detail: str = answer.json()["detail"]
    assert f"thử lại sau {AGAIN} giây" in detail
    return detail


def test_equal_requests_share_one_drawing(asking: Asking, worker: Worker) -> None:
    async def story() -> tuple[list[Answer], Answer]:
        # The last two say the same in other words: the month and the dots are the usual ones.
        same = [f"{LAYER}.png?period=2024-12"] * 6 + [f"{LAYER}.png?dpi=300&lang=vi&period=2024-12"] * 2
        waiting = asyncio.ensure_future(asking.all(same))
        await worker.has(1)
        worker.jobs[0].set_result(b"a picture")
        first = await waiting
        return first, await asking.one(same[0])

    answers, later = asking.run(story)
    assert len(worker.jobs) == 1
    assert {answer.content for answer in [*answers, later]} == {b"a picture"}
    assert len({answer.headers["etag"] for answer in [*answers, later]}) == 1


def test_another_state_of_the_data_that_says_the_same_is_not_drawn_again(
    asking: Asking, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> tuple[Answer, Answer]:
        first = asyncio.ensure_future(asking.one(f"{LAYER}.svg"))
        await worker.has(1)
        worker.jobs[0].set_result(b"<svg/>")
        drawn = await first
        now = live.stamp()
        monkeypatch.setattr(live, "stamp", lambda: replace(now, facts=now.facts + 1))
        return drawn, await asking.one(f"{LAYER}.svg")

    first, again = asking.run(story)
    assert (again.status_code, again.content) == (200, first.content)
    assert len(worker.jobs) == 1
    assert len(route._known) == 2


def test_a_full_queue_says_when_to_come_again_and_recovers(asking: Asking, worker: Worker) -> None:
    addresses = [f"{LAYER}.png?width={640 + number}" for number in range(MOST + 1)]

    async def story() -> tuple[Answer, list[Answer], Answer]:
        waiting = asyncio.ensure_future(asking.all(addresses[:MOST]))
        await worker.has(MOST)
        twins = asyncio.ensure_future(asking.all(addresses[:MOST]))
        refused = await asking.one(addresses[-1])
        for job in worker.jobs:
            job.set_result(b"a picture")
        answers = await waiting + await twins
        last = asyncio.ensure_future(asking.one(addresses[-1]))
        await worker.has(MOST + 1)
        worker.jobs[-1].set_result(b"the last one")
        return refused, answers, await last

    refused, answers, last = asking.run(story)
    assert f"đang vẽ {MOST} bản đồ" in told(refused)
    assert [answer.status_code for answer in answers] == [200] * 2 * MOST
    assert last.content == b"the last one"
    assert len(worker.jobs) == MOST + 1, "equal requests take no further places"


def test_data_do_not_wait_for_drawings(asking: Asking, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "_queue", Queue(most=1))

    async def story() -> list[Answer]:
        waiting = asyncio.ensure_future(asking.one(f"{LAYER}.png"))
        await worker.has(1)
        answers = await asking.all([f"{LAYER}.{extension}" for extension in ("json", "csv", "xlsx", "qml")])
        worker.jobs[0].set_result(b"")
        await waiting
        return answers

    assert [answer.status_code for answer in asking.run(story)] == [200] * 4


def test_nobody_waits_for_ever_and_a_place_is_free_when_the_drawing_ends(
    asking: Asking, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "_queue", Queue(most=1))

    async def story() -> tuple[Answer, Answer, Answer]:
        with monkeypatch.context() as hurry:
            hurry.setattr(drawing, "LONGEST_WAIT", 0.2)
            late = asyncio.ensure_future(asking.one(f"{LAYER}.pdf"))
            await worker.has(1)
            late_answer = await late
            other = await asking.one(f"{LAYER}.pdf?paper=A3")
        again = asyncio.ensure_future(asking.one(f"{LAYER}.pdf"))
        worker.jobs[0].set_result(b"%PDF")
        return late_answer, other, await again

    late, other, again = asking.run(story)
    assert "vẫn chưa vẽ xong" in told(late)
    assert "đang vẽ 1 bản đồ" in told(other), "what nobody waits for still has the worker"
    assert (again.status_code, again.content) == (200, b"%PDF")
    assert len(worker.jobs) == 1, "the late drawing was not thrown away"


def dying(*_: object) -> bytes:
    os._exit(9)


def test_a_worker_that_died_is_told_and_replaced(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"{LAYER}.png?width=400"
    with monkeypatch.context() as broken:
        broken.setattr(route, "draw", dying)
        refused = asking.get(address)
    assert "dừng giữa chừng" in told(refused)
    answer = asking.get(address)
    assert answer.status_code == 200
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.width == 400


def test_a_queue_forgets_what_has_ended() -> None:
    async def story() -> list[bytes]:
        queue = Queue(most=1)
        found = [await queue.run(bytes, size) for size in (1, 2)]
        with pytest.raises(ValueError, match="negative"):
            await queue.run(bytes, -1)
        return [*found, await queue.run(bytes, 3)]

    with asyncio.Runner() as runner:
        assert runner.run(story()) == [b"\0", b"\0\0", b"\0\0\0"]


def test_a_fault_of_the_drawing_is_told_to_all_who_wait_and_not_kept(asking: Asking, worker: Worker) -> None:
    async def story() -> tuple[list[Answer], Answer]:
        waiting = asyncio.ensure_future(asking.all([f"{LAYER}.png", f"{LAYER}.png"]))
        await worker.has(1)
        worker.jobs[0].set_exception(BusyError("Hãy thử lại sau {seconds} giây.", seconds=AGAIN))
        refused = await waiting
        again = asyncio.ensure_future(asking.one(f"{LAYER}.png"))
        await worker.has(2)
        worker.jobs[1].set_result(b"a picture")
        return refused, await again

    refused, again = asking.run(story)
    assert [answer.status_code for answer in refused] == [503, 503]
    assert again.content == b"a picture"


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("dpi=72", (595, 842)),  # 210 mm × 297 mm at 72 dots per 25.4 mm
        ("dpi=72&paper=A3", (842, 1191)),
        ("width=500&paper=A3", (500, 707)),
    ],
)
def test_a_sheet_has_the_dots_asked_for(asking: Asking, query: str, size: tuple[int, int]) -> None:
    first, second = (asking.get(f"{LAYER}.png?{query}") for _ in range(2))
    assert first.status_code == 200, first.content
    with Image.open(io.BytesIO(first.content)) as image:
        assert image.size == size
        if "dpi" in query:
            assert image.info["dpi"] == pytest.approx((72, 72), abs=0.1)
    assert second.content == first.content


def test_what_was_asked_before_is_neither_read_nor_computed_again(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{LAYER}.json?district=610&period=2024-12"
    first = asking.get(address)

    def never(*_: object) -> None:
        raise AssertionError

    for module, name in ((route, "compute"), (asked, "parse"), (route, "_made")):
        monkeypatch.setattr(module, name, never)
    again = asking.get(address)
    assert (again.status_code, again.content) == (200, first.content)
    assert asking.get(address, {"If-None-Match": first.headers["etag"]}).status_code == 304


def test_what_is_remembered_of_addresses_is_bounded(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(route, "_MOST_KNOWN", 3)
    for number in range(6):
        assert asking.get(f"{LAYER}.csv?v={number}").status_code == 200
    assert len(route._known) == 3
    assert asking.get(f"{LAYER}.csv?v={'x' * 600}").status_code == 200
    assert len(route._known) == 3
    assert not any(b"xxx" in address[-1] for address in route._known)


def test_the_shelf_is_bounded_in_bytes() -> None:
    def made(key: int) -> Kept:
        content = hashlib.shake_256(bytes([key])).digest(2000)
        return Kept(content.hex().encode(), "text/csv") if key % 2 else Kept(content * 2, "image/png")

    async def story() -> tuple[int, list[int]]:
        shelf = Shelf(limit=20_000)

        async def put(key: int) -> Kept:
            async def make() -> Kept:
                return made(key)

            return await shelf.get(key, make)

        for key in range(40):
            await put(key)
            await put(0)  # used again and again: it stays
            assert sum(kept.size for kept in shelf._kept.values()) == shelf._bytes <= 20_000
        return shelf._bytes, [key for key in range(40) if shelf.find(key)]

    with asyncio.Runner() as runner:
        size, left = runner.run(story())
    assert size > 10_000
    assert left[0] == 0
    assert left[1:] == list(range(41 - len(left), 40)), "the longest unused went first"


def test_a_picture_is_asked_about_without_being_sent(asking: Asking) -> None:
    for address, headers in ((f"{LAYER}.png?width=400", {}), (f"{LAYER}.csv", {"Accept-Encoding": "gzip"})):
        head = asking.run(lambda: asking.one(address, "HEAD", headers))  # noqa: B023 - called at once
        answer = asking.get(address, headers)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-length", "etag", "content-type", "content-disposition"):
            assert head.headers[name] == answer.headers[name]


def test_texts_are_compressed_for_who_takes_it(asking: Asking) -> None:
    for extension in ("json", "csv"):
        plain = asking.get(f"{LAYER}.{extension}")
        packed = asking.get(f"{LAYER}.{extension}", {"Accept-Encoding": "br, gzip"})
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(packed.content) == plain.content
        assert packed.headers["etag"] != plain.headers["etag"]
        assert "content-encoding" not in plain.headers
