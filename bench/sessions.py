"""Fifty people changing filters at once: raw websocket sessions against one running dashboard."""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

QUERIES = [f"period=2024-{month:02d}" for month in range(1, 13)] + [
    f"period=2023-12&district={code}" for code in range(610, 619)
]


def measure(port: int, sessions: int, changes: int) -> float:
    """Return the 95th percentile in ms from asking for a view to the end of its script run."""
    return asyncio.run(_measure(port, sessions, changes))


async def _measure(port: int, sessions: int, changes: int) -> float:
    times = await asyncio.gather(*(_session(port, changes, number) for number in range(sessions)))
    flat = sorted(value for each in times for value in each)
    print(f"{len(flat)} runs, median {statistics.median(flat):.0f} ms", file=sys.stderr)
    return flat[int(0.95 * (len(flat) - 1))]


async def _session(port: int, changes: int, number: int) -> list[float]:
    dice = random.Random(number)
    await asyncio.sleep(number * 0.05)
    async with connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as socket:
        await _run(socket, "")
        times = []
        for _ in range(changes):
            await asyncio.sleep(dice.uniform(0.5, 1.5))
            start = time.perf_counter()
            await _run(socket, dice.choice(QUERIES))
            times.append(1000 * (time.perf_counter() - start))
        return times


async def _run(socket: object, query: str) -> None:
    """Ask for a run of the page with a query and wait until it is finished."""
    ask = BackMsg()
    ask.rerun_script.query_string = query
    ask.rerun_script.page_name = "ban-do"
    await socket.send(ask.SerializeToString())
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(await socket.recv())
        if answer.WhichOneof("type") == "script_finished":
            return


if __name__ == "__main__":
    print(measure(int(sys.argv[1]), 50, 20))
