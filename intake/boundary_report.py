"""What is found in a boundary file: one report for the terminal, the page, the picture and the import."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import geopandas as gpd

from base.errors import DataError, Fault, NtmError
from base.i18n import Translate, translator
from geo.coverage import GeometryFault
from geo.crs import CrsCandidate
from geo.crs_declared import CrsFinding
from geo.names import REASONS, MatchResult, NameMatch
from geo.text import EncodingFit
from intake.boundary_asked import BoundaryRefusedError
from intake.boundary_columns import Roles
from intake.boundary_text import EncodingFinding
from programme.units import Unit

#: A unit whose area differs by more is shown as differing.
DIFFERING: Final = 0.05


@dataclass(frozen=True, slots=True)
class UnitArea:
    """The area of a unit, km²: as the file draws it, as published, and as it is drawn now.

    ``None`` where nothing is published, and where nothing is drawn now.
    """

    code: str
    name: str
    km2: float
    published_km2: float | None
    current_km2: float | None

    @property
    def reference_km2(self) -> float | None:
        """The area that it is compared with: the published one, else the one drawn now."""
        return self.published_km2 or self.current_km2

    @property
    def difference(self) -> float | None:
        """Difference as a share of the area it is compared with."""
        return self.km2 / self.reference_km2 - 1 if self.reference_km2 else None

    @property
    def differs(self) -> bool:
        """Whether the difference is more than 5 %."""
        return abs(self.difference or 0.0) > DIFFERING


@dataclass(frozen=True, eq=False)
class BoundaryReport:
    """What is known of a boundary file before anybody imports it; can be pickled.

    Attributes
    ----------
    file, format, layer
        Name, ``shapefile`` … ``flatgeobuf``, and the layer read.
    fields
        Name and type of every attribute.
    roles
        Which columns count.
    crs, candidates
        How the file was placed, and where it would fall by other systems, best first.
    encoding
        How its text was read.
    province, unit_list, compared_with
        Keys of the province and of the list matched, and the version that areas are compared with; of a file with
        its own list the last two are empty.
    area_levels
        Levels of area of the list, the largest first.
    frame
        The features in EPSG:4326, numbered from 0 in the order of the file: ``code``, ``name`` (as the file has them),
        ``geometry`` (not repaired).
    units
        Units by code: the official list, or the one that the file brings.
    result
        Which row is which unit.
    confirmed
        Rows that a person has confirmed; also in ``result`` with stage ``alias``.
    missing
        Codes of the list that no row has.
    faults
        Faults of the geometry; ``units`` are codes, or ``#12`` for the 12th feature where it has none.
    areas
        Area of every unit found, compared with the published one or the one drawn now.
    total_km2, official_km2
        Area of all features together, and the official one of the territory (``None`` when none is published).
    vertices
        Number of points.
    notes
        What the reader should know although it is no obstacle.
    reasons
        Why the file cannot be imported; empty when it can.
    """

    file: str
    format: str
    layer: str
    fields: tuple[tuple[str, str], ...]
    roles: Roles
    crs: CrsFinding
    candidates: tuple[CrsCandidate, ...]
    encoding: EncodingFinding
    province: str
    unit_list: str
    compared_with: str
    area_levels: tuple[str, ...]
    frame: gpd.GeoDataFrame
    units: dict[str, Unit]
    result: MatchResult
    confirmed: tuple[NameMatch, ...]
    missing: tuple[str, ...]
    faults: tuple[GeometryFault, ...]
    areas: tuple[UnitArea, ...]
    total_km2: float
    official_km2: float | None
    vertices: int
    notes: tuple[Fault, ...]
    reasons: tuple[Fault, ...]

    @property
    def importable(self) -> bool:
        """Whether nothing stands against the import."""
        return not self.reasons

    @property
    def national(self) -> bool:
        """Whether the file draws the national territory: Hoàng Sa and Trường Sa then show, too."""
        return self.area_levels[0] == "nation"

    @cached_property
    def codes(self) -> dict[int, str]:
        """Unit code by number of the feature."""
        return {match.row: match.code for match in self.result.matches}

    def as_json(self, lang: str) -> str:
        """Return one document; its keys are English, its sentences in ``lang``.

        ``file format layer features vertices province unit_list boundary importable reasons[text] notes[text]``,
        ``fields[{name, type, role}]`` (role: ``code name district district_name area`` or ``null``),
        ``crs{epsg, name, how, code, swapped, candidates[{code, epsg, name, swapped, share_inside, distance_km}]}``,
        ``encoding{encoding, how, share, names, undecodable, runner_up{encoding, share}}`` (``share`` and ``runner_up``
        are ``null`` where nothing had to be told apart),
        ``geometry{counts{kind: n}, faults[{number, kind, units, lon, lat, area_km2, repairable, text}]}``,
        ``units{expected, matched, matches, suggestions, unmatched, ambiguous, missing}``: the first three lists as
        :meth:`geo.names.MatchResult.as_json`, with ``text`` for every unmatched row; ``ambiguous`` are those of them
        that may be several units or whose unit is named twice; ``missing[{code, name, district}]``,
        ``areas[{code, name, km2, published_km2, current_km2, compared_with, difference_percent, differs}]`` and
        ``total{km2, official_km2, difference_percent}``. Areas in km².
        """
        return json.dumps(self.document(lang), ensure_ascii=False)

    def document(self, lang: str) -> dict[str, Any]:
        """Return what :meth:`as_json` writes."""
        t = translator(lang)
        total, official = self.total_km2, self.official_km2
        return {
            "file": self.file,
            "format": self.format,
            "layer": self.layer,
            "features": len(self.frame),
            "vertices": self.vertices,
            "province": self.province,
            "unit_list": self.unit_list or None,
            "boundary": self.compared_with or None,
            "importable": self.importable,
            "reasons": [reason.says(lang) for reason in self.reasons],
            "notes": [note.says(lang) for note in self.notes],
            "fields": [{"name": n, "type": kind, "role": self.roles.role_of(n)} for n, kind in self.fields],
            "crs": {
                **{name: getattr(self.crs, name) for name in ("epsg", "name", "how", "swapped")},
                "code": f"EPSG:{self.crs.epsg}" + (",yx" if self.crs.swapped else ""),
                "candidates": [candidate_json(one) for one in self.candidates],
            },
            "encoding": _encoding_json(self.encoding),
            "geometry": {
                "counts": dict(Counter(fault.kind for fault in self.faults)),
                "faults": [_fault_json(number, fault, t) for number, fault in enumerate(self.faults, 1)],
            },
            "units": self._units_json(t),
            "areas": [_area_json(area) for area in self.areas],
            "total": {
                "km2": round(total, 3),
                "official_km2": official,
                "difference_percent": round((total / official - 1) * 100, 2) if official else None,
            },
        }

    def _units_json(self, t: Translate) -> dict[str, Any]:
        told = self.result.as_json()
        for row in told["unmatched"]:
            row["text"] = t(REASONS[row["reason"]])
        return {
            "expected": len(self.units),
            "matched": len(self.result.matches),
            **told,
            "ambiguous": [row for row in told["unmatched"] if row["reason"] in {"several", "twice"}],
            "missing": [
                {"code": code, "name": self.units[code].name, "district": self.units[code].district_name}
                for code in self.missing
            ],
        }


def refused_document(error: NtmError, file: str, lang: str) -> dict[str, Any]:
    """Return the document of a file that was refused before there is a report.

    ``file importable reasons[text] crs{candidates} encoding{candidates[{encoding, share, names, undecodable}]}``.
    """
    faults = error.faults if isinstance(error, DataError) else ()
    crs = error.crs if isinstance(error, BoundaryRefusedError) else ()
    fits = error.fits if isinstance(error, BoundaryRefusedError) else ()
    return {
        "file": file,
        "importable": False,
        "reasons": [fault.says(lang) for fault in faults] or [error.text(lang)],
        "crs": {"candidates": [candidate_json(one) for one in crs]},
        "encoding": {"candidates": [fit_json(fit) for fit in fits]},
    }


def candidate_json(one: CrsCandidate) -> dict[str, Any]:
    """Return a coordinate reference system to choose, as plain values."""
    distance = round(one.distance_km, 1) if one.distance_km < float("inf") else None
    return {
        "code": one.code,
        "epsg": one.epsg,
        "name": one.name,
        "swapped": one.swapped,
        "share_inside": round(one.share_inside, 4),
        "distance_km": distance,
    }


def fit_json(fit: EncodingFit) -> dict[str, Any]:
    """Return an encoding to choose, as plain values."""
    return {
        "encoding": fit.encoding,
        "share": round(fit.share, 4),
        "names": fit.names,
        "undecodable": fit.undecodable,
    }


def _encoding_json(finding: EncodingFinding) -> dict[str, Any]:
    nothing = {"share": None, "names": None, "undecodable": None}
    runner_up = finding.runner_up
    return {
        **(fit_json(finding.fit) if finding.fit else nothing),
        "encoding": finding.encoding,
        "how": finding.how,
        "runner_up": {"encoding": runner_up.encoding, "share": round(runner_up.share, 4)} if runner_up else None,
    }


def _fault_json(number: int, fault: GeometryFault, t: Translate) -> dict[str, Any]:
    return {
        "number": number,
        "kind": fault.kind,
        "units": list(fault.units),
        "lon": fault.lon,
        "lat": fault.lat,
        "area_km2": round(fault.area_km2, 6),
        "repairable": fault.repairable,
        "text": t(fault.reason),
    }


def _area_json(area: UnitArea) -> dict[str, Any]:
    return {
        "code": area.code,
        "name": area.name,
        "km2": round(area.km2, 4),
        "published_km2": area.published_km2,
        "current_km2": area.current_km2,
        "compared_with": "published" if area.published_km2 else "current" if area.current_km2 else None,
        "difference_percent": None if area.difference is None else round(area.difference * 100, 2),
        "differs": area.differs,
    }
