"""A version that is being recorded when the machine dies: nothing of it, or all of it after the next start."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from field_files import CENSUS
from survey_files import KONTUM, OFFICE, own_store

from intake.boundary_asked import Asked
from intake.boundary_entry import Order
from intake.boundary_folders import forget
from intake.boundary_import import build_version
from intake.boundary_reference import references

ROOT = Path(__file__).parents[2]
VERSION = "kontum-2015-survey1"


def test_a_crash_leaves_nothing_or_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, base = tmp_path / "store", tmp_path / "base"
    store.mkdir()
    base.mkdir()
    ledger = own_store(store, base, monkeypatch)
    asked = Asked(boundary=KONTUM)
    known = references(asked, ledger)
    built = build_version(CENSUS.read_bytes(), CENSUS.name, asked, Order(VERSION, OFFICE), known)
    ledger.engine.dispose()
    forget()
    (tmp_path / "built").write_bytes(pickle.dumps(built))
    command = [sys.executable, str(ROOT / "tests" / "intake" / "dying_import.py"), str(store), str(tmp_path / "built")]
    done = subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    states = [json.loads(line) for line in done.stdout.splitlines()]
    *killed, last = states
    assert last["killed"] == 0
    assert (last["ledger"], last["seen"], last["left"]) == ([VERSION], True, [])
    assert len(killed) > 25
    assert all(found["killed"] == signal.SIGKILL for found in killed)
    for found in killed:
        # What is seen is whole, at any moment.
        assert found["files"] in ({}, last["files"])
        assert found["seen"] == bool(found["files"])
        assert found["left"] == []
        if found["ledger"]:
            assert (found["after"], found["whole"]) == (last["files"], True)
        else:
            assert (found["after"], found["whole"]) == ({}, False)
    # Both outcomes were met, and a folder that the next start had to write.
    assert {bool(found["ledger"]) for found in killed} == {True, False}
    assert any(found["ledger"] and not found["files"] for found in killed)
