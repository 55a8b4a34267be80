"""Fifty people changing filters at once: raw websocket sessions against one running dashboard."""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

QUERIES = [f"period=2024-{month:02d}" for month in range(1, 13)] + [
    f"period=2023-12&district={code}" for code in range(610, 619)
]


def measure(port: int, sessions: int, changes: int) -> float:
    """Return the 95th percentile in ms from asking for a view to the end of its script run."""
    return asyncio.run(_measure(port, sessions, changes))


async def _measure(port: int, sessions: int, changes: int) -> float:
    # Everybody has the page open before anybody changes a filter.
    opened = asyncio.Barrier(sessions)
    times = await asyncio.gather(*(_session(port, changes, number, opened) for number in range(sessions)))
    flat = sorted(value for each in times for value in each)
    print(f"{len(flat)} runs, median {statistics.median(flat):.0f} ms", file=sys.stderr)
    return flat[int(0.95 * (len(flat) - 1))]


async def _session(port: int, changes: int, number: int, opened: asyncio.Barrier) -> list[float]:
    dice = random.Random(number)
    await asyncio.sleep(number * 0.1)
    async with connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as socket:
        fragment = await _run(socket, "", "")
        await opened.wait()
        times = []
        for _ in range(changes):
            await asyncio.sleep(dice.uniform(0.5, 1.5))
            start = time.perf_counter()
            await _run(socket, dice.choice(QUERIES), fragment)
            times.append(1000 * (time.perf_counter() - start))
        return times


async def _run(socket: ClientConnection, query: str, fragment: str) -> str:
    """Ask for a run of the page (of its fragment, as a filter does) and wait for its end; return the fragment's id."""
    ask = BackMsg()
    ask.rerun_script.query_string = query
    ask.rerun_script.page_name = "ban-do"
    ask.rerun_script.fragment_id = fragment
    await socket.send(ask.SerializeToString())
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(await socket.recv())
        kind = answer.WhichOneof("type")
        if kind == "delta" and answer.delta.fragment_id:
            fragment = answer.delta.fragment_id
        if kind == "script_finished":
            return fragment


if __name__ == "__main__":
    print(measure(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 50, 20))
