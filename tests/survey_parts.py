"""Files of a survey as they are handed in by a page: the parts of a shapefile with TCVN3 text and without a .prj."""

from __future__ import annotations

import tempfile
from itertools import cycle
from pathlib import Path

import pyogrio

from geo.boundaries import load
from geo.text import Encoding, encode
from layers.registry import facts_drawn

CENSUS = Path(__file__).parent / "data" / "kon_tum_communes_censusVN2009.geojson"
VERSION = "kontum-2015"
#: Zone of Kon Tum.
EPSG = 9216


def survey_parts(*encodings: Encoding, **misspelled: str) -> dict[str, bytes]:
    """Return ``xa.shp``, ``xa.dbf`` and ``xa.shx`` of the 102 communes by name and district.

    ``encodings`` are those of the rows in turn, TCVN3 when none is given. ``misspelled`` gives other names to units,
    by ``c`` and their code: ``c23290="Trường Trinh"``.
    """
    turns = cycle(encodings or ("tcvn3",))
    official = facts_drawn("kontum", VERSION).units
    units = load(VERSION).units.to_crs(EPSG)[["geometry"]]
    columns = {
        "TENXA": [misspelled.get(f"c{code}", official[code].name) for code in units.index],
        "TENHUYEN": [official[code].district_name for code in units.index],
    }
    for head, texts in columns.items():
        units[head] = [encode(text, encoding).decode("latin-1") for text, encoding in zip(texts, turns, strict=False)]
    with tempfile.TemporaryDirectory() as folder:
        pyogrio.write_dataframe(units.reset_index(drop=True), Path(folder) / "xa.shp", encoding="ISO-8859-1")
        parts = sorted(path for path in Path(folder).iterdir() if path.suffix in {".shp", ".dbf", ".shx"})
        return {path.name: path.read_bytes() for path in parts}
