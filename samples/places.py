"""Places of made-up clusters and villages: somewhere inside their commune, written as surveys and phones give them."""

from __future__ import annotations

import random
from typing import Final

import numpy as np
import shapely

from geo.crs import from_lon_lat
from geo.crs_declared import WGS84
from intake.form_settlement_kinds import CRS_WORDS, PROVINCE_ZONE
from intake.unit_lists import Era
from programme.units import Unit

Point = tuple[float, float]
#: What a row of a form says, by column key; the rest of the row stays empty.
Row = dict[str, str | int | float | None]

#: The systems in which places are given: metres of the provincial zone, degrees, and degrees without saying so.
_SYSTEMS: Final = (PROVINCE_ZONE, PROVINCE_ZONE, str(WGS84), "")
#: A place keeps so far from the outline of its commune, in degrees: about 200 m.
_EDGE: Final = 0.002
#: How far a planned place lies from the one that people leave, in degrees either way.
_MOVE: Final = 0.025


class Places:
    """Finds places in the communes of one time."""

    def __init__(self, era: Era) -> None:
        """Take the outlines that the forms are checked against."""
        self._era = era

    def inside(self, unit: Unit, chance: random.Random, near: Point | None = None) -> Point:
        """Return longitude and latitude of a place in a commune, by lot; not far from another one where it is given."""
        area = self._era.boundary(unit).units.geometry.loc[unit.code]
        shapely.prepare(area)
        west, south, east, north = area.bounds
        if near:
            west, south, east, north = near[0] - _MOVE, near[1] - _MOVE, near[0] + _MOVE, near[1] + _MOVE
        while True:
            found = shapely.Point(chance.uniform(west, east), chance.uniform(south, north))
            if area.contains(found) and area.boundary.distance(found) > _EDGE:
                return found.x, found.y

    def told(self, unit: Unit, number: int, **points: Point | None) -> Row:
        """Return the columns of a row's places: ``existing=…`` fills ``existing_x`` and ``existing_y``.

        Parameters
        ----------
        unit
            The commune, which says the zone.
        number
            Chooses the system of coordinates.
        points
            Places by the name of their columns, ``place`` for ``x`` and ``y``; without any the system is empty, too.
        """
        given = {name: point for name, point in points.items() if point}
        if not given:
            return {}
        zone = int(self._era.boundary(unit).entry.metric_crs.removeprefix("EPSG:"))
        system = _SYSTEMS[number % len(_SYSTEMS)]
        metres = system == PROVINCE_ZONE
        if metres and "place" in given:
            # A village has no day that says whose zone is meant, the former province's or today's: it is named.
            system = str(zone)
        row: Row = {"crs": CRS_WORDS[system] if system else ""}
        for name, point in given.items():
            place = from_lon_lat(np.array([point]), zone)[0] if metres else point
            keys = ("x", "y") if name == "place" else (f"{name}_x", f"{name}_y")
            decimals = 1 if metres else 6
            row |= {key: f"{at:.{decimals}f}".replace(".", ",") for key, at in zip(keys, place, strict=True)}
        return row
