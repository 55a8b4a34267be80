"""Damaged copies of real boundary files: a file is read, or refused with sentences of ours, and nothing is written."""

from __future__ import annotations

import os
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shapely
from field_files import DRIVERS, communes, communes_as, written, zipped

from base.errors import DataError
from base.i18n import catalogue
from geo.boundaries import load
from geo.crs import resolve
from geo.crs_declared import declared
from intake.boundary_file import FieldFile, read_field_file

#: Damaged copies of each format; ``run.py test --long`` makes fifty times as many.
COPIES = 50 * (50 if os.environ.get("NTM_LONG") == "1" else 1)
NUMBERS = (b"\xff" * 4, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0" * 4, b"\0\0\0\x80", b"\0\0\xf8\x7f")


def cut(content: bytearray, at: int, _chance: random.Random) -> None:
    del content[at:]


def flip(content: bytearray, at: int, chance: random.Random) -> None:
    content[at] ^= 1 << chance.randrange(8)


def blank(content: bytearray, at: int, chance: random.Random) -> None:
    size = chance.choice([4, 8, 16, 100, 4096])
    content[at : at + size] = bytes(min(size, len(content) - at))


def lose(content: bytearray, at: int, chance: random.Random) -> None:
    del content[at : at + chance.choice([1, 7, 512])]


def number(content: bytearray, at: int, chance: random.Random) -> None:
    content[at : at + 4] = chance.choice(NUMBERS)


def repeat(content: bytearray, at: int, chance: random.Random) -> None:
    start = chance.randrange(len(content))
    content[at : at + 64] = content[start : start + 64]


DAMAGE: tuple[Callable[[bytearray, int, random.Random], None], ...] = (cut, flip, blank, lose, number, repeat)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return ``content`` with one or several damages; its head, where the structure is, is hit more often."""
    spoiled = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 5])):
        if spoiled:
            at = int(len(spoiled) * chance.random() ** chance.choice([1, 1, 4, 8]))
            chance.choice(DAMAGE)(spoiled, at, chance)
    return bytes(spoiled)


def damaged_shapefile(chance: random.Random) -> bytes:
    """Return a zipped shapefile of which some parts, or the archive, are damaged, mixed up or of another file."""
    parts = dict(communes_as(".shp"))
    match chance.randrange(6):
        case 0:
            one, other = chance.sample(sorted(parts), 2)
            parts[one], parts[other] = parts[other], parts[one]
        case 1:
            part = chance.choice(sorted(parts))
            parts[part] = written(communes().iloc[: chance.randrange(1, 102)], ".shp")[part]
        case 2:
            return damaged(zipped({f"xa{part}": content for part, content in parts.items()}), chance)
        case _:
            for part in chance.sample(sorted(parts), chance.choice([1, 1, 2])):
                parts[part] = damaged(parts[part], chance)
    return zipped({f"xa{part}": content for part, content in parts.items()})


@pytest.fixture(scope="module")
def place() -> shapely.Geometry:
    return shapely.union_all(load("kontum-2015").units.geometry.values)


@pytest.fixture
def private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Send temporary files into a folder that can be looked into, and the working directory beside it."""
    folder, here = tmp_path / "private", tmp_path / "here"
    folder.mkdir()
    here.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.chdir(here)
    yield folder
    assert list(here.iterdir()) == []


def outcome(name: str, content: bytes, place: shapely.Geometry) -> str:
    """Return how a file ends; anything but a file that is read or sentences of ours is a failure."""
    try:
        found = read_field_file(name, content)
        assert isinstance(found, FieldFile)
        assert len(found.frame) > 0
        placed, _ = resolve(found.frame, declared(found.crs_wkt, found.crs_from), place, None, name)
    except DataError as error:
        for fault in error.faults:
            assert fault.message in catalogue("en")
            assert fault.text("vi")
        return "refused"
    assert set(placed.geom_type) <= {"Polygon", "MultiPolygon"}
    return "read"


@pytest.mark.parametrize("ending", DRIVERS)
def test_a_damaged_file_is_read_or_refused(ending: str, place: shapely.Geometry, private: Path) -> None:
    ends: Counter[str] = Counter()
    for seed in range(COPIES):
        chance = random.Random(seed)  # noqa: S311 - the same damage every time
        if ending == ".shp":
            name, content = "a.zip", damaged_shapefile(chance)
        else:
            name, content = f"a{ending}", damaged(communes_as(ending)[ending], chance)
        try:
            ends[outcome(name, content, place)] += 1
        except Exception as error:
            error.add_note(f"{name}, seed {seed}")
            raise
        assert list(private.iterdir()) == [], f"{name}, seed {seed}"
    assert ends["read"] > COPIES / 25  # the damage is not always fatal,
    assert ends["refused"] > COPIES / 5  # and not always harmless
