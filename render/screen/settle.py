"""Keep the garbage collector's work small: Streamlit runs a full collection after every script run.

Over all modules and all open sessions one collection costs tens of milliseconds, on every click of
everybody (docs/performance.md). What is alive when a page has been opened is therefore taken out of
the collector's sight; now and then everything is brought back and collected, so that nothing leaks.
"""

from __future__ import annotations

import gc
import time
from typing import Final

#: Seconds between two collections over everything; one takes about a tenth of a second.
PERIOD: Final = 300.0
_collected = [float("-inf")]


def settle() -> None:
    """Call at the end of a full run of the app (a page opened or reloaded), not after every click."""
    now = time.monotonic()
    if now - _collected[0] > PERIOD:
        _collected[0] = now
        gc.unfreeze()
        gc.collect()
    gc.freeze()
