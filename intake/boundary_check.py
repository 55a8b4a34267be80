"""Checking a boundary file: placed, read, matched with the official list, measured, its faults found.

Nothing is decided that a person must decide: a doubtful system, encoding or name is told with its candidates.
Everything given and returned can be pickled, so that a check can be a job.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from base.errors import DataError, Fault
from geo.coverage import GeometryFault, find_faults, km2, sound
from geo.crs import CrsCandidate, candidates, points_of, resolve
from geo.crs_declared import CrsFinding, declared
from geo.name_index import NameIndex
from geo.names import MatchResult, NameMatch, NameRow, match
from geo.text import EncodingFit
from intake.boundary_asked import Asked, BoundaryRefusedError, Progress, untold
from intake.boundary_columns import Roles, matched_roles, numbers, own_roles, rows_of
from intake.boundary_file import FieldFile, read_field_file
from intake.boundary_findings import notes_of, reasons_of
from intake.boundary_own import own_levels, own_units
from intake.boundary_reference import Reference
from intake.boundary_report import BoundaryReport, UnitArea
from intake.boundary_text import Texts, texts_of
from programme.units import Unit

#: The file's own column of areas is taken for published areas when half of them agree with the outlines so far.
_AGREEING: Final = 0.2

_NO_FEATURE: Final = "Dòng {row} trong xác nhận không có trong tệp (tệp có {count} đối tượng, đánh số từ 0)."
_NO_UNIT: Final = "Mã {code} trong xác nhận của dòng {row} không có trong danh mục."
_MATCHED: Final = "Dòng {row} đã khớp với mã {code}; chỉ xác nhận dòng chưa khớp."
_TAKEN: Final = "Mã {code} trong xác nhận của dòng {row} đã là của dòng {other}."


@dataclass(frozen=True, eq=False)
class _Read:
    """A file read by one list: its texts, its columns, and how many units of the list they name."""

    reference: Reference
    texts: Texts
    roles: Roles
    named: float


@dataclass(frozen=True, eq=False)
class _Matched:
    """The rows of a file and the units they are; ``obstacles`` are faults of a list that the file brings."""

    rows: Sequence[NameRow]
    units: dict[str, Unit]
    result: MatchResult
    confirmed: tuple[NameMatch, ...]
    obstacles: tuple[Fault, ...]


def check(
    content: bytes, name: str, asked: Asked, known: Sequence[Reference], *, progress: Progress = untold
) -> BoundaryReport:
    """Check a boundary file; nothing is written.

    Parameters
    ----------
    content, name
        The file and its name; a shapefile comes as ``.zip``.
    asked
        What a person said of it.
    known
        The lists that it may be of (:func:`intake.boundary_reference.references`); the one that fits best is taken.
    progress
        Is told how far the check is.

    Raises
    ------
    DataError
        The file cannot be read, or a column or row that a person named is not there; with every fault.
    BoundaryRefusedError
        It cannot be placed or its text not be read for sure; with the candidates.
    StateError
        An encoding was asked for that does not exist.
    """
    progress(0.02, "Đọc tệp")
    field = read_field_file(name, content, asked.layer or None)
    progress(0.2, "Xác định bảng mã và hệ tọa độ")
    read, frame, crs = _settled(field, asked, known)
    progress(0.45, "Đối chiếu tên và mã")
    matched = _matched(read, asked, field.name)
    placed = _placed(frame, matched)
    progress(0.6, "Tìm lỗi hình học")
    faults = find_faults(placed.set_axis(_keys(placed)), read.reference.metric_crs)
    progress(0.9, "Đo diện tích")
    report = _report(field, read, crs, matched, placed, faults)
    progress(1.0, "Hoàn tất")
    return replace(report, notes=(*report.notes, *notes_of(report)), reasons=(*report.reasons, *reasons_of(report)))


def _report(  # noqa: PLR0913, PLR0917 - everything that a report tells of
    field: FieldFile,
    read: _Read,
    crs: CrsFinding,
    matched: _Matched,
    placed: gpd.GeoDataFrame,
    faults: Sequence[GeometryFault],
) -> BoundaryReport:
    reference, units = read.reference, matched.units
    areas = km2(sound(placed.geometry.to_numpy()), reference.metric_crs)
    published = _published(read, placed, areas.tolist())
    return BoundaryReport(
        file=field.name,
        format=field.format,
        layer=field.layer,
        fields=field.fields,
        roles=read.roles,
        crs=crs,
        candidates=tuple(_systems(field, reference)),
        encoding=read.texts.encoding,
        province=reference.province.key,
        unit_list=reference.first.id if reference.first else "",
        compared_with=reference.drawn.id if reference.drawn else "",
        area_levels=_levels(read),
        frame=placed,
        units=units,
        result=matched.result,
        confirmed=matched.confirmed,
        missing=tuple(sorted(units.keys() - {found.code for found in matched.result.matches})),
        faults=tuple(faults),
        areas=tuple(_areas(placed, areas.tolist(), units, reference, published)),
        total_km2=float(areas.sum()),
        official_km2=_official(reference, published, units),
        vertices=int(shapely.get_num_coordinates(field.frame.geometry.to_numpy()).sum()),
        notes=(*field.notes, *read.texts.notes),
        reasons=matched.obstacles,
    )


def _matched(read: _Read, asked: Asked, file: str) -> _Matched:
    rows = rows_of(read.texts.columns, read.roles)
    if read.reference.own_list:
        units, result, obstacles = own_units(read.texts.columns, read.roles, file)
        return _Matched(rows, units, result, (), obstacles)
    units = dict(read.reference.units)
    result, confirmed = _confirmed(match(rows, units, read.reference.aliases), rows, asked, units, file)
    return _Matched(rows, units, result, confirmed, ())


def _settled(field: FieldFile, asked: Asked, known: Sequence[Reference]) -> tuple[_Read, gpd.GeoDataFrame, CrsFinding]:
    """Read the text and place the features; what cannot be settled is told at once, with all its candidates."""
    reads: list[_Read] = []
    refusals: list[tuple[Reference, DataError]] = []
    for reference in known:
        try:
            reads.append(_read(field, asked, reference))
        except DataError as error:
            refusals.append((reference, error))
    if reads:
        best = max(reads, key=lambda one: one.named)
        return best, *_placed_in(field, asked, best.reference, [], ())
    reference, refusal = max(refusals, key=lambda one: (_nearest(one[1]), _inside(field, one[0])))
    fits = refusal.fits if isinstance(refusal, BoundaryRefusedError) else ()
    _placed_in(field, asked, reference, refusal.faults, fits)
    raise BoundaryRefusedError(list(refusal.faults), (), fits)


def _placed_in(
    field: FieldFile, asked: Asked, reference: Reference, faults: Sequence[Fault], fits: Sequence[EncodingFit]
) -> tuple[gpd.GeoDataFrame, CrsFinding]:
    """Return the features in EPSG:4326; a refusal also tells the faults found before."""
    declaration = declared(field.crs_wkt, field.crs_from)
    try:
        return resolve(field.frame, declaration, reference.outline(), asked.crs or None, field.name)
    except DataError as error:
        raise BoundaryRefusedError([*error.faults, *faults], _systems(field, reference), fits) from None


def _inside(field: FieldFile, reference: Reference) -> float:
    """Return the share of a file's points that its best system puts into the place of a list."""
    return next((one.share_inside for one in _systems(field, reference)), 0.0)


def _systems(field: FieldFile, reference: Reference) -> list[CrsCandidate]:
    """Return the systems by which some of the features fall into the place, best first."""
    return [one for one in candidates(points_of(field.frame), reference.outline()) if one.share_inside > 0]


def _nearest(refusal: DataError) -> float:
    """Return how well the official names fit a text whose encoding is not sure; 0 where that is not the trouble."""
    fits = refusal.fits if isinstance(refusal, BoundaryRefusedError) else ()
    return round(fits[0].share, 1) if fits else 0.0


def _read(field: FieldFile, asked: Asked, reference: Reference) -> _Read:
    texts = texts_of(field, reference.names, asked.encoding)
    if reference.own_list:
        return _Read(reference, texts, own_roles(texts.columns, asked, field.name), 0.0)
    index = NameIndex(reference.units, reference.aliases)
    roles = matched_roles(texts.columns, index, asked, field.name)
    rows = rows_of(texts.columns, roles)
    named = {code for row in rows for code in index.find(row.name).units}
    coded = {code for row in rows if (code := index.code(row.code)) in index.units}
    return _Read(reference, texts, roles, max(len(named), len(coded)) / max(len(rows), len(reference.units)))


def _confirmed(
    result: MatchResult, rows: Sequence[NameRow], asked: Asked, units: dict[str, Unit], file: str
) -> tuple[MatchResult, tuple[NameMatch, ...]]:
    """Return the result with what a person has confirmed in it, and those rows by themselves."""
    taken = {found.code: found.row for found in result.matches}
    matched = {found.row: found.code for found in result.matches}
    faults, made = [], []
    for row, code in asked.confirmed:
        message = (
            _NO_FEATURE
            if not 0 <= row < len(rows)
            else _NO_UNIT
            if code not in units
            else _MATCHED
            if matched.get(row, code) != code
            else _TAKEN
            if taken.get(code, row) != row
            else ""
        )
        if message:
            params = {"row": row, "code": matched.get(row, code), "count": len(rows), "other": taken.get(code)}
            faults.append(Fault(file, None, None, message, tuple(params.items())))
        elif row not in matched:
            made.append(NameMatch(row, rows[row].name, rows[row].district, code, units[code].name, "alias", 1.0))
            taken[code], matched[row] = row, code
    if faults:
        raise DataError(faults)
    settled = {one.row for one in made}
    return MatchResult(
        tuple(sorted((*result.matches, *made), key=lambda one: one.row)),
        tuple(one for one in result.suggestions if one.row not in settled),
        tuple(one for one in result.unmatched if one.row not in settled),
    ), tuple(made)


def _placed(frame: gpd.GeoDataFrame, matched: _Matched) -> gpd.GeoDataFrame:
    codes = {found.row: found.code for found in matched.result.matches}
    official = {row: matched.units[code].full_name for row, code in codes.items()}
    names = [row.name or official.get(row.row, "") for row in matched.rows]
    columns = {"code": [codes.get(row.row, "") for row in matched.rows], "name": names}
    return gpd.GeoDataFrame(columns, geometry=frame.geometry.to_numpy(), crs="EPSG:4326")


def _keys(placed: gpd.GeoDataFrame) -> list[str]:
    """Return what faults call the features: their code, or ``#12`` for the 12th one without."""
    return [code or f"#{number}" for number, code in enumerate(placed["code"], 1)]


def _areas(
    placed: gpd.GeoDataFrame,
    areas: Sequence[float],
    units: Mapping[str, Unit],
    reference: Reference,
    published: Mapping[str, float],
) -> Iterator[UnitArea]:
    now = reference.drawn.units["area_km2"].to_dict() if reference.drawn else {}
    for code, area in sorted(zip(placed["code"], areas, strict=True)):
        if code:
            yield UnitArea(code, units[code].name, area, published.get(code), now.get(code))


def _published(read: _Read, placed: gpd.GeoDataFrame, areas: Sequence[float]) -> Mapping[str, float]:
    """Return the published areas by code: the list's, or those of the file's own column when they are km²."""
    if read.reference.first or not read.roles.area:
        return read.reference.published
    own = np.array(list(numbers(read.texts.columns[read.roles.area])))
    near = np.abs(np.divide(areas, own, out=np.zeros(len(own)), where=own > 0) - 1) < _AGREEING
    if near.mean() <= 1 / 2:
        return {}
    return {code: float(area) for code, area in zip(placed["code"], own, strict=True) if code and area > 0}


def _levels(read: _Read) -> tuple[str, ...]:
    first = read.reference.first
    return tuple(first.area_levels) if first else own_levels(read.texts.columns, read.roles)


def _official(reference: Reference, published: Mapping[str, float], units: Mapping[str, Unit]) -> float | None:
    """Return the published area of the territory: of the list, or the sum of its units when each has one."""
    if reference.first:
        return reference.first.official_area_km2
    return sum(published.values()) if published and published.keys() == units.keys() else None
