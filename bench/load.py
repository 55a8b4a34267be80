"""Many clients of a web server in one process: sockets that stay open, answers counted and checked by their status.

    .venv/bin/python bench/load.py 8501 8 10 "/ogc/collections/ntm-levels-kontum-2015/items?limit=1000"

One loop over all sockets, without a library that would cost more time than the server itself.
"""

from __future__ import annotations

import multiprocessing
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing.synchronize import Event
from typing import Self

_CHUNK = 1 << 20


@dataclass
class Tally:
    """What came back.

    Attributes
    ----------
    seconds
        From the first request sent to the last answer read.
    statuses
        Number of answers by status.
    bytes
        Read, heads included.
    times
        Milliseconds from asking to the end of the answer.
    processor
        Seconds of processor that the server took meanwhile, where somebody has measured it.
    """

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    bytes: int = 0
    times: list[float] = field(default_factory=list)
    processor: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return sum(self.statuses.values()) / self.seconds

    @property
    def worth(self) -> float:
        """Answers for a second of the server's processor."""
        return sum(self.statuses.values()) / self.processor

    def part(self, share: float) -> float:
        """Return the milliseconds within which this share of the answers came."""
        return sorted(self.times)[int(share * (len(self.times) - 1))]


def request(address: str, port: int, method: str = "GET", **headers: str) -> bytes:
    """Return a request as it is sent; an underscore in a header's name is a hyphen."""
    lines = [f"{method} {address} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class _Connection:
    """One client: asks, reads the whole answer, asks again."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.start()

    def start(self) -> None:
        self.head = b""
        self.left = -1
        self.status = 0

    def ask(self, content: bytes) -> None:
        self.start()
        self.asked = time.perf_counter()
        self.socket.sendall(content)

    def read(self, into: memoryview) -> tuple[int, bool]:
        """Read what is there; return the number of bytes, and whether the answer has ended."""
        count = self.socket.recv_into(into)
        if not count:
            raise ConnectionError("the server closed the connection within an answer")
        if self.left >= 0:
            self.left -= count
        else:
            self.head += bytes(into[:count])
            end = self.head.find(b"\r\n\r\n")
            if end >= 0:
                self.status = int(self.head[9:12])
                self.left = self._length(self.head[:end].lower()) - (len(self.head) - end - 4)
        return count, self.left == 0

    def _length(self, head: bytes) -> int:
        if self.status in {204, 304}:
            return 0
        start = head.find(b"\r\ncontent-length:")
        if start < 0:
            raise ValueError(f"an answer without content-length: {head!r}")
        return int(head[start + 17 :].split(b"\r\n", 1)[0])


def load(port: int, asked: Iterable[bytes], clients: int, seconds: float = 0, stop: Event | None = None) -> Tally:
    """Ask as fast as answers come, each client one request at a time.

    Parameters
    ----------
    asked
        Requests, taken in turn by whichever client is free; the load ends with them.
    seconds
        The load ends after this time; 0: never.
    stop
        The load ends once this is set.
    """
    requests, tally = iter(asked), Tally()
    buffer = memoryview(bytearray(_CHUNK))
    chooser = selectors.DefaultSelector()
    begin = time.perf_counter()
    waiting = 0
    for first in _few(requests, clients):
        client = _Connection(port)
        chooser.register(client.socket, selectors.EVENT_READ, client)
        client.ask(first)
        waiting += 1
    while waiting:
        for key, _ in chooser.select():
            client = key.data
            count, ended = client.read(buffer)
            tally.bytes += count
            if not ended:
                continue
            now = time.perf_counter()
            tally.statuses[client.status] += 1
            tally.times.append(1000 * (now - client.asked))
            over = (seconds and now - begin > seconds) or (stop is not None and stop.is_set())
            content = None if over else next(requests, None)
            if content is None:
                chooser.unregister(client.socket)
                client.socket.close()
                waiting -= 1
            else:
                client.ask(content)
    tally.seconds = time.perf_counter() - begin
    return tally


def _few(requests: Iterator[bytes], number: int) -> Iterator[bytes]:
    for _, content in zip(range(number), requests, strict=False):
        yield content


class Background:
    """A load in a process of its own, from entering to leaving; ``tally`` is there afterwards."""

    def __init__(self, port: int, asked: list[bytes], clients: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._stop = context.Event()
        self._ours, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_endless, args=(port, asked, clients, self._stop, theirs))

    def __enter__(self) -> Self:
        """Start it."""
        self._process.start()
        time.sleep(1)
        return self

    def __exit__(self, *_: object) -> None:
        """End it and take its tally."""
        self._stop.set()
        self.tally: Tally = self._ours.recv()
        self._process.join()


def _endless(port, asked, clients, stop, pipe) -> None:  # noqa: ANN001 - handles that multiprocessing makes
    pipe.send(load(port, cycle(asked), clients, stop=stop))


if __name__ == "__main__":
    number, many, long = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    made = load(
        number, cycle([request(address, number, Accept_Encoding="gzip") for address in sys.argv[4:]]), many, long
    )
    print(f"{made.rate:.0f}/s, {made.bytes / made.seconds / 1e6:.0f} MB/s, {dict(made.statuses)}")
    print(f"median {made.part(0.5):.1f} ms, p95 {made.part(0.95):.1f} ms")
