"""The same component on all communes of the country with generated classes; run by map.py, not by hand.

python bench/nation.py FILE.gpkg PORT
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parent.parent))

import geopandas as gpd
import shapely
import streamlit as st
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.asset import build
from geo.boundaries import BoundaryVersion, catalogue
from layers.view import ViewState
from render.screen.assets import _setup
from render.screen.packing import Dictionary
from render.screen.scene import ALPHABET, build_scene
from server import IMMUTABLE, assets

#: Small corners of the coast and the border are drawn from further away: 300 m is a hair's breadth.
TOLERANCE_DEGREES = 0.003


def boundary(path: Path) -> BoundaryVersion:
    """Read the wards and give them the columns a boundary version has."""
    wards = gpd.read_file(path).rename(columns={"ward_code": "code", "ward_name": "name"})[
        ["code", "name", "province_code", "geometry"]
    ]
    simple = shapely.coverage_simplify(wards.geometry.values, TOLERANCE_DEGREES)
    wards["geometry"] = [polygons(shape) for shape in shapely.make_valid(simple)]
    wards = wards[~wards.geometry.is_empty].drop_duplicates("code").set_index("code").sort_index()
    wards["district_code"] = wards["province_code"]
    line = gpd.GeoDataFrame({"neighbour": []}, geometry=[], crs=wards.crs)
    entry = catalogue()["kontum-2015"].model_copy(update={"id": "nation", "units": len(wards)})
    return BoundaryVersion(entry, wards, line)


def polygons(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """Keep what can be seen on a map of the country: islets and holes under a few metres collapse on the grid."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    largest = max(parts, key=lambda part: part.area)
    return shapely.MultiPolygon([shapely.Polygon(p.exterior) for p in parts if p is largest or p.area > 1e-5])


VERSION = boundary(Path(sys.argv[1]))
# The source was simplified province by province: its provinces' edges differ, a strict union would refuse them.
with patch.object(shapely, "coverage_union_all", lambda shapes: shapely.union_all(shapely.buffer(shapes, 0))):
    GEOMETRY = build(VERSION)


def scene(month: int) -> dict:
    """Return the province's own scene with a class for every ward of the country."""
    dice = random.Random(month)
    found = build_scene(ViewState(), "ban-do")
    classes = "".join(ALPHABET[dice.randrange(5)] for _ in GEOMETRY.codes)
    state = found["state"] | {"period": f"2024-{month:02d}"}
    return found | {"classes": classes, "marks": ALPHABET[0] * len(classes), "state": state, "id": f"n{month}"}


def setup() -> bytes:
    """Return the province's setup with the country's places."""
    known = _setup("kontum", None, "vi")
    label = lambda code: [GEOMETRY.labels[code].x, GEOMETRY.labels[code].y, GEOMETRY.labels[code].radius]  # noqa: E731
    units = [
        {"code": code, "name": row["name"], "short": row["name"], "district": row["district_code"],
         "label": label(code), "box": GEOMETRY.boxes[code]}
        for code, row in VERSION.units.to_dict("index").items()
    ]  # fmt: skip
    districts = [
        {"code": code, "name": code, "short": code, "label": label(code), "box": GEOMETRY.boxes[code]}
        for code in sorted(set(VERSION.units["district_code"]))
    ]
    places = {"units": units, "districts": districts, "inset": None, "margins": []}
    words = {"dictionary": DICTIONARY.for_setup(), "geometry": f"/geometry/{GEOMETRY.name}"}
    return json.dumps(known | places | words, ensure_ascii=False).encode()


DICTIONARY = Dictionary.of([build_scene(ViewState(), "ban-do")])
SETUP = setup()
SETUP_URL = f"/country/{hashlib.sha256(SETUP).hexdigest()[:12]}.json"
MESSAGES = {month: DICTIONARY.pack(SETUP_URL, scene(month)) for month in range(1, 13)}


async def country(_: Request) -> Response:
    return Response(SETUP, media_type="application/json", headers=IMMUTABLE)


async def geometry(_: Request) -> Response:
    return Response(GEOMETRY.content, media_type="application/octet-stream", headers=IMMUTABLE)


if __name__ == "__main__":
    sys.modules["nation"] = sys.modules["__main__"]  # the page below asks this very process for its messages
    page = Path(__file__).parent / "nation_page.py"
    routes = [
        Route("/assets/{digest}/{name}", assets),
        Route("/country/{name}", country),
        Route("/geometry/{name}", geometry),
    ]
    uvicorn.run(st.App(page, routes=routes), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
