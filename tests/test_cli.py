"""The terminal: the same numbers as the page, and a sentence for everything that cannot be done."""

from __future__ import annotations

import csv
import io
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.registry import BUILDERS, compute
from layers.view import ViewState

ROOT = Path(__file__).parent.parent
LAYERS = sorted(BUILDERS)


def run(*words: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``cli.py`` as a user does."""
    command = [sys.executable, "-W", "error", str(ROOT / "cli.py"), *words]
    return subprocess.run(command, capture_output=True, check=False, timeout=120)


def told(result: subprocess.CompletedProcess[bytes]) -> str:
    """Return what a refused command said; nothing on standard output, no traceback."""
    assert result.stdout == b""
    words = result.stderr.decode()
    assert "Traceback" not in words
    return words


@pytest.mark.parametrize("layer", LAYERS)
def test_json_is_one_document(layer: str) -> None:
    result = run("layer", layer, "--period", "2024-12", "--format", "json")
    assert (result.returncode, result.stderr) == (0, b"")
    document = json.loads(result.stdout)
    view = compute(ViewState(layer=layer)).frame
    assert document["key"] == layer
    assert document["as_of"] == "2024-12-31"
    assert len(document["rows"]) == int(view["selected"].sum())


@pytest.mark.parametrize("layer", LAYERS)
def test_csv_and_table_have_the_same_units(layer: str) -> None:
    options = ["layer", layer, "--period", "2024-12", "--district", "610", "--format"]
    as_csv, as_table = run(*options, "csv"), run(*options, "table")
    assert (as_csv.returncode, as_table.returncode) == (0, 0)
    rows = list(csv.reader(io.StringIO(as_csv.stdout.decode("utf-8-sig"), newline="")))
    codes = [row[0] for row in rows[1:]]
    by_district = layer in {"district-progress", "reporting"}
    assert codes == (["610"] if by_district else [code for code in codes if len(code) == 5])
    assert len(codes) == (1 if by_district else 12)
    lines = as_table.stdout.decode().splitlines()
    assert [code for code in codes if not any(line.startswith(code) for line in lines)] == []


def test_english_is_an_option() -> None:
    result = run("layer", "ntm-levels", "--lang", "en")
    assert "Reference boundaries, without legal force" in result.stdout.decode()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["layer", "no-such-layer"], "no-such-layer"),
        (["layer", "ntm-levels", "--period", "12/2024"], "12/2024"),
        (["layer", "ntm-levels", "--period", "2101-01"], "2101-01"),
        (["layer", "ntm-levels", "--district", "999"], "999"),
        (["layer", "ntm-levels", "--boundary", "kontum-1999"], "kontum-1999"),
        (["layer", "ntm-levels", "--province", "nowhere"], "nowhere"),
        (["layer", "ntm-levels", "--lang", "fr"], "fr"),
        (["layer", "ntm-levels", "--known-at", "2001-01-01"], "2001-01-01"),
        (["layer", "ntm-levels", "--format", "xml"], "xml"),
        (["sheet", "no-such-layer", "--out", "x.png"], "no-such-layer"),
        (["no-such-job"], "no-such-job"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_what_cannot_be_asked_for_is_named_with_status_2(words: list[str], named: str) -> None:
    result = run(*words)
    assert named in told(result)
    assert result.returncode == 2


def test_a_refusal_can_be_read_in_english() -> None:
    words = told(run("layer", "ntm-levels", "--district", "999", "--lang", "en"))
    assert "district" in words
    assert "không" not in words


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_a_port_in_use_is_told_with_what_to_do(busy_port: int) -> None:
    result = run("serve", "--port", str(busy_port))
    words = told(result)
    assert result.returncode == 1
    assert f"Cổng {busy_port}" in words
    assert f"Port {busy_port}" in words
    assert f"--port {busy_port + 1}" in words


def test_the_last_port_has_a_sentence_without_a_port_that_does_not_exist() -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 65535))
            taken.listen()
        except OSError:
            pytest.skip("port 65535 is in use by somebody else")
        words = told(run("serve", "--port", "65535"))
    assert "65536" not in words


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF-"), ("svg", b"<?xml")])
def test_a_sheet_is_written_in_the_format_of_its_ending(tmp_path: Path, ending: str, start: bytes) -> None:
    out = tmp_path / f"map.{ending}"
    result = run("sheet", "border-replanning", "--period", "2024-12", "--out", str(out))
    assert result.returncode == 0, result.stderr.decode()
    assert result.stdout.decode().strip() == str(out)
    assert out.read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["map.gif", "map", "map.png.exe"])
def test_another_ending_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    result = run("sheet", "ntm-levels", "--out", str(tmp_path / name))
    assert result.returncode == 2
    words = told(result)
    assert "png" in words
    assert list(tmp_path.iterdir()) == []


def test_a_paper_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    result = run("sheet", "ntm-levels", "--out", str(tmp_path / "map.png"), "--paper", "B5")
    assert result.returncode == 2
    assert "A4" in told(result)


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    out = tmp_path / "missing" / "map.png"
    result = run("sheet", "ntm-levels", "--out", str(out))
    assert str(out) in told(result)
    assert result.returncode == 2
