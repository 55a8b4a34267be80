"""QGIS itself, without windows: it loads a layer of the running service and draws it with our style.

Only with ``--long``: QGIS is large. Look at the pictures in ``test-output`` after a change of the style.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from e2e.process import ROOT, get, server

pytestmark = pytest.mark.skipif(os.environ.get("NTM_LONG") != "1", reason="QGIS is asked with --long")

COLLECTION = "ntm-levels-kontum-2015"
PICTURES = ROOT / "test-output"
#: Debian's QGIS belongs to Debian's Python, not to that of the environment.
PYTHON = "/usr/bin/python3"
PACKAGES = "python3-qgis qgis-providers"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what QGIS found, with our own document of the same layer as ``ours``."""
    if subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False).returncode:
        pytest.fail(f"No QGIS for {PYTHON}: apt install {PACKAGES}")
    folder = tmp_path_factory.mktemp("qgis")
    PICTURES.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    # A profile of its own: nobody's settings count, and nobody's are changed.
    places = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    with server(ROOT, folder / "log.txt", NTM_DATA=str(folder / "data")) as address:
        style = folder / "ntm-levels.qml"
        style.write_bytes(get(f"{address}/maps/ntm-levels.qml"))
        words = [address, COLLECTION, str(style), "EPSG:9216", str(PICTURES)]
        script = Path(__file__).with_name("qgis_map.py")
        command = [PYTHON, str(script), *words]
        done = subprocess.run(command, env=kept | places, capture_output=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr.decode()
        ours = json.loads(get(f"{address}/maps/ntm-levels.json"))
        then = json.loads(get(f"{address}/maps/ntm-levels.json?period=2023-12"))
    document: dict[str, Any] = json.loads(done.stdout)
    return document | {"ours": ours, "ours_then": then}


def test_qgis_reads_every_unit_with_its_name_and_a_valid_outline(seen: dict[str, Any]) -> None:
    rows = seen["rows"]
    assert (seen["valid"], seen["crs"], len(rows)) == (True, "EPSG:4326", 102)
    assert rows["23353"]["name"] == "Xã Đăk Pék"
    assert {code: row["name"] for code, row in rows.items()} == {r["code"]: r["name"] for r in seen["ours"]["rows"]}
    assert all(row["valid"] for row in rows.values())


def test_qgis_reads_the_classes_of_the_map(seen: dict[str, Any]) -> None:
    found = {code: row["class"] for code, row in seen["rows"].items()}
    assert found == {row["code"]: row["class"] for row in seen["ours"]["rows"]}


def test_a_filter_by_day_in_qgis_asks_the_service_for_that_month(seen: dict[str, Any]) -> None:
    rows = seen["then"]
    assert {row["as_of"] for row in rows.values()} == {"2023-12-31"}
    found = {code: row["class"] for code, row in rows.items()}
    assert found == {row["code"]: row["class"] for row in seen["ours_then"]["rows"]}
    assert found != {code: row["class"] for code, row in seen["rows"].items()}


def test_our_style_gives_qgis_the_legend(seen: dict[str, Any]) -> None:
    assert (seen["styled"], seen["attribute"]) == (True, "class"), seen["message"]
    labels = {key: label for key, (label, _) in seen["classes"].items()}
    assert labels == {item["id"]: item["label"] for item in seen["ours"]["legend"]["classes"]}


@pytest.mark.parametrize("picture", ["colors", "colors_metric"])
def test_communes_are_drawn_in_the_colour_of_their_class(seen: dict[str, Any], picture: str) -> None:
    wanted = {
        item["id"]: item["color"].upper() for item in seen["ours"]["legend"]["classes"] if item["pattern"] == "solid"
    }
    drawn = {code: color for code, color in seen[picture].items() if seen["rows"][code]["class"] in wanted}
    assert drawn == {code: wanted[seen["rows"][code]["class"]] for code in drawn}
    assert len(set(drawn.values())) == 3
    assert len(drawn) == 53


def test_vn2000_of_the_service_is_that_of_qgis(seen: dict[str, Any]) -> None:
    # One datum shift in both: a missing one is 225 m, the wrong meridian 27 km and more.
    assert seen["metres_apart"] < 0.01
