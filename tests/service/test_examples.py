"""The examples of docs/examples run as they stand against a real server; R's is run by hand."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.process import ROOT, server

EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("examples")
    with server(ROOT, folder / "log.txt", NTM_DATA=str(folder / "data")) as found:
        yield found


def run(*command: str | Path) -> str:
    env = os.environ | {"PYTHONUTF8": "1"}
    done = subprocess.run([str(word) for word in command], env=env, capture_output=True, check=False, timeout=120)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout.decode()


def names(path: Path) -> set[str]:
    return {feature["properties"]["name"] for feature in json.loads(path.read_bytes())["features"]}


def test_curl(address: str, tmp_path: Path) -> None:
    assert shutil.which("curl"), "apt install curl"
    assert run("sh", EXAMPLES / "curl.sh", address, tmp_path) == "Số liệu chưa đổi\n"
    assert len(json.loads((tmp_path / "thang-12.geojson").read_bytes())["features"]) == 102
    assert {"Xã Đăk La", "Xã Đăk Ui"} < names(tmp_path / "dak-ha.geojson")
    ring = json.loads((tmp_path / "vn2000.geojson").read_bytes())["features"][0]["geometry"]["coordinates"][0][0]
    # Metres of the zone: half a million eastwards at the meridian, 14° northwards.
    assert all(450_000 < east < 650_000 and 1_530_000 < north < 1_720_000 for east, north in ring)
    rows = list(csv.reader((tmp_path / "bang.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0][1] == "Đơn vị"
    assert len(rows) == 103
    assert (tmp_path / "ban-do.png").read_bytes().startswith(b"\x89PNG")


def test_python(address: str, tmp_path: Path) -> None:
    told = run(sys.executable, EXAMPLES / "ntm_python.py", address, tmp_path)
    assert told.startswith("102 đơn vị")
    assert told.endswith("Số liệu chưa đổi\n")
    # Kon Tum measures 9,690 km² (General Statistics Office); the outlines are simplified.
    assert "Tổng diện tích các hình: 9,67" in told
    assert {path.suffix for path in tmp_path.iterdir()} == {".geojson", ".gpkg", ".csv", ".png"}
