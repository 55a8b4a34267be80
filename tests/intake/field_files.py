"""Boundary files as they come from the field, made from the real communes of Kon Tum, and ways to spoil them."""

from __future__ import annotations

import functools
import io
import json
import struct
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from pyogrio import raw, write_dataframe

CENSUS = Path(__file__).parent.parent / "data" / "kon_tum_communes_censusVN2009.geojson"
DRIVERS = {".shp": "ESRI Shapefile", ".gpkg": "GPKG", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf"}
PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@functools.cache
def communes() -> gpd.GeoDataFrame:
    """Return the 102 communes in EPSG:9216, with the few columns that a survey file has."""
    found = gpd.read_file(CENSUS).to_crs(9216)
    return found[["ward_code", "commune_vn", "district_vn", "area", "geometry"]]


def written(frame: gpd.GeoDataFrame, ending: str, **options: str) -> dict[str, bytes]:
    """Return the files of ``frame`` by ending, as GDAL writes them."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a table cuts the names of fields
        write_dataframe(frame, Path(folder) / f"xa{ending}", driver=DRIVERS[ending], **options)
        return {path.suffix: path.read_bytes() for path in Path(folder).iterdir()}


def one(frame: gpd.GeoDataFrame, ending: str, **options: str) -> bytes:
    """Return the only file of ``frame``; a shapefile as a zip archive."""
    parts = written(frame, ending, **options)
    return zipped({f"xa{part}": content for part, content in parts.items()}) if ending == ".shp" else parts[ending]


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of ``members`` by name."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def shapefile(change: Callable[[dict[str, bytes]], object] = lambda _parts: None) -> bytes:
    """Return the communes as a zipped shapefile whose parts were changed."""
    parts = dict(communes_as(".shp"))
    change(parts)
    return zipped({f"xa{ending}": content for ending, content in parts.items()})


@functools.cache
def communes_as(ending: str) -> dict[str, bytes]:
    """Return the files of the communes by ending."""
    return written(communes() if ending != ".geojson" else communes().to_crs(4326), ending)


def written_wkb(shapes: list[bytes | None], ending: str, folder: Path, kind: str = "Unknown") -> bytes:
    """Return a file of shapes that no library of ours makes, such as curves."""
    path = folder / f"xa{ending}"
    names = np.array([f"Xã {number}" for number in range(len(shapes))], dtype=object)
    geometry = np.array(shapes, dtype=object)
    raw.write(path, geometry, [names], ["ten"], geometry_type=kind, crs="EPSG:9216", driver=DRIVERS[ending])
    return path.read_bytes()


def circle(x: float, y: float, radius: float) -> bytes:
    """Return the WKB of a curve polygon: a circle."""
    points = [(x - radius, y), (x, y + radius), (x + radius, y), (x, y - radius), (x - radius, y)]
    arc = struct.pack("<BII", 1, 8, len(points)) + b"".join(struct.pack("<dd", *point) for point in points)
    return struct.pack("<BII", 1, 10, 1) + arc


def geojson(*geometries: object, crs: object = ..., **properties: object) -> bytes:
    """Return GeoJSON of ``geometries``, each a shape or an object as JSON has it."""
    features = [
        {
            "type": "Feature",
            "properties": {"ten": f"Xã {number}", **properties},
            "geometry": shapely.geometry.mapping(shape) if isinstance(shape, shapely.Geometry) else shape,
        }
        for number, shape in enumerate(geometries)
    ]
    document: dict[str, object] = {"type": "FeatureCollection", "features": features}
    if crs is not ...:
        document["crs"] = crs
    return json.dumps(document).encode()


def with_number(content: bytes, number: float, other: float) -> bytes:
    """Return ``content`` with a coordinate replaced wherever it stands."""
    assert struct.pack("<d", number) in content
    return content.replace(struct.pack("<d", number), struct.pack("<d", other))


def stated(content: bytes, layout: str, offset: int, value: int) -> bytes:
    """Return ``content`` with a number in it replaced."""
    changed = bytearray(content)
    struct.pack_into(layout, changed, offset, value)
    return bytes(changed)
