"""Units drawn for a test in kilometres, with an origin near the middle of Kon Tum."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

ZONE = "EPSG:9216"
ORIGIN = np.array([550_000, 1_600_000])


def rect(x0: float, y0: float, x1: float, y1: float, *holes: shapely.Polygon) -> shapely.Polygon:
    """Return a rectangle with corners in kilometres."""
    return shapely.Polygon(shapely.box(x0, y0, x1, y1).exterior, [hole.exterior for hole in holes])


def units(**shapes: shapely.Geometry | None) -> gpd.GeoDataFrame:
    """Return units drawn in kilometres as a frame in EPSG:4326, indexed by their names.

    Edges get a vertex every 10 m, so that a corner in the middle of a neighbour's edge is a vertex of both;
    not those of invalid shapes, which shapely would mend.
    """

    def metres(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(points * 1000, 3) + ORIGIN

    dense = [shapely.segmentize(shape, 0.01) if shape and shape.is_valid else shape for shape in shapes.values()]
    drawn = [shape and shapely.transform(shape, metres) for shape in dense]
    return gpd.GeoDataFrame(geometry=gpd.GeoSeries(drawn, index=list(shapes), crs=ZONE).to_crs("EPSG:4326"))


def place(x: float, y: float) -> tuple[float, float]:
    """Return a point in kilometres as longitude and latitude."""
    point = units(p=shapely.Point(x, y)).geometry.iloc[0]
    return point.x, point.y


def km2(frame: gpd.GeoDataFrame) -> dict[str, float]:
    """Return the areas of units."""
    return dict(frame.geometry.to_crs(ZONE).area / 1e6)
