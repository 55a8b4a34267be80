"""Records an imported version in processes that are killed at every step; run by test_boundary_crash.py, not by hand.

python dying_import.py FOLDER BUILT

FOLDER holds a prepared store, BUILT a pickled version. For each step in turn a fork of this process records the version
in a copy of FOLDER and is killed there. A line of JSON tells what it left behind, and what the next start makes of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import event

from geo.boundaries import catalogue, load
from intake import boundary_folders
from intake.boundary_folders import forget, materialise, recorded
from intake.boundary_import import Built, record
from store.ledger import Ledger


class Countdown:
    """Kills the process when so many steps were taken."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def step(self, *_: object) -> None:
        """Take one step."""
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, function: Callable[..., object]) -> Callable[..., object]:
        """Return a function with a step before it and one after it."""

        def stepping(*args: object) -> object:
            self.step()
            found = function(*args)
            self.step()
            return found

        return stepping


def die_recording(folder: Path, built: Built, steps: int) -> int:
    """Return the signal that ended the recording; 0 when it came to its end."""
    child = os.fork()
    if child == 0:
        os.environ["NTM_DATA"] = str(folder)
        countdown = Countdown(steps)
        ledger = Ledger(f"sqlite:///{folder / 'store.sqlite3'}")
        for name in ("before_cursor_execute", "commit"):
            event.listen(ledger.engine, name, countdown.step)
        boundary_folders._write = countdown.before(boundary_folders._write)
        boundary_folders._sync = countdown.before(boundary_folders._sync)
        record(built, ledger)
        os._exit(0)
    return -os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def tree(folder: Path) -> dict[str, str]:
    """Return the hash of every file below the imported versions."""
    root = folder / "boundaries"
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def state(folder: Path, version: str) -> dict[str, object]:
    """Tell what a folder holds, before and after the next start."""
    os.environ["NTM_DATA"] = str(folder)
    forget()
    ledger = Ledger(f"sqlite:///{folder / 'store.sqlite3'}")
    before = {"ledger": list(recorded(ledger)), "files": tree(folder), "seen": version in catalogue()}
    materialise(ledger)
    whole = version in catalogue() and load(version).id == version
    unfinished = folder / "boundaries.part"
    left = [path.name for path in unfinished.iterdir()] if unfinished.exists() else []
    ledger.engine.dispose()
    return before | {"after": tree(folder), "whole": whole, "left": left}


def main() -> None:
    """Kill at every step in turn, until one recording comes to its end."""
    folder, version = Path(sys.argv[1]), pickle.loads(Path(sys.argv[2]).read_bytes())  # noqa: S301 - made by the test
    for steps in range(1, 1000):
        copy = folder.with_name(f"{folder.name}-{steps}")
        shutil.copytree(folder, copy)
        killed = die_recording(copy, version, steps)
        print(json.dumps(state(copy, version.entry.id) | {"killed": killed}), flush=True)  # noqa: T201 - read by the test
        shutil.rmtree(copy)
        if not killed:
            return


if __name__ == "__main__":
    main()
