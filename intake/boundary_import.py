"""Importing a boundary file: checked, repaired, drawn in several details, then recorded as a version for ever.

The heavy part (:func:`build_version`) writes nothing and can be a job; recording what it made (:func:`record`) is
quick: one submission to the ledger, then the folder. A crash before the submission leaves nothing; after it, the
folder is written at the next start (:func:`intake.boundary_folders.materialise`).
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PureWindowsPath
from typing import Any, Final

import geopandas as gpd
import numpy as np

from base.clock import now
from base.errors import BoundaryError, DataError, Fault
from geo.asset import build, save
from geo.border import border_lengths
from geo.boundaries import CATALOGUE_FILE, BoundaryVersion, CatalogueEntry, catalogue, check_units
from geo.coverage import km2
from geo.detail import simplified
from geo.repair import Progress, Repaired, repair
from intake.boundary_asked import Asked, untold
from intake.boundary_check import check
from intake.boundary_defaults import alias_rows, require_office_store
from intake.boundary_entry import Order, as_toml, check_order, entry_of, note_of, validity
from intake.boundary_folders import folder_exists, forget, packed, recorded, write_folder
from intake.boundary_reference import PUBLISHED, Reference, references
from intake.boundary_report import BoundaryReport
from programme.units import Unit
from store.ledger import Ledger, Submission

_DRAWN: Final = "units.fgb"
_FULL: Final = "units-full.fgb"
_BORDER: Final = "border.geojson"
_REPORT: Final = "report.json"
_NO_LINES: Final = gpd.GeoDataFrame({"neighbour": []}, geometry=[], crs="EPSG:4326")
_COUNTRIES: Final = {"LAO": "border_lao_km", "KHM": "border_khm_km"}


@dataclass(frozen=True, eq=False)
class Built:
    """A version ready to be recorded; can be pickled.

    Attributes
    ----------
    report
        What the check found.
    entry
        Its catalogue entry.
    repaired
        What the repair changed: every unit by more than 1 %.
    submission
        What goes into the ledger; its content is the folder as one ZIP.
    """

    report: BoundaryReport
    entry: CatalogueEntry
    repaired: Repaired
    submission: Submission

    def document(self, lang: str) -> dict[str, Any]:
        """Return the check's document with ``version``, ``changes[…]`` and ``faults_left``, as :func:`changes_of`."""
        return self.report.document(lang) | changes_of(self.report, self.repaired) | {"version": self.entry.id}


def changes_of(report: BoundaryReport, repaired: Repaired) -> dict[str, Any]:
    """Return ``changes[{code, name, before_km2, after_km2, percent}]`` and the number of ``faults_left``."""
    return {
        "changes": [
            {
                "code": change.unit,
                "name": report.units[change.unit].name,
                "before_km2": round(change.before_km2, 4),
                "after_km2": round(change.after_km2, 4),
                "percent": round(change.share * 100, 2),
            }
            for change in repaired.changes
        ],
        "faults_left": len(repaired.faults_left),
    }


def import_version(  # noqa: PLR0913 - a file, what is asked and ordered of it, and where it goes
    content: bytes, name: str, asked: Asked, order: Order, ledger: Ledger, *, progress: Progress = untold
) -> CatalogueEntry:
    """Check, build and record a version; errors as :func:`build_version` and :func:`record`."""
    require_office_store(ledger, order.actor)
    built = build_version(content, name, asked, order, references(asked, ledger), progress=progress)
    return record(built, ledger)


def build_version(  # noqa: PLR0913 - a file, what is asked of it, and all that it is held against
    content: bytes,
    name: str,
    asked: Asked,
    order: Order,
    known: Sequence[Reference],
    *,
    progress: Progress = untold,
) -> Built:
    """Make a version of a boundary file; nothing is written.

    Parameters
    ----------
    content, name, asked, known
        As :func:`intake.boundary_check.check`. Rows that a person has confirmed become aliases.
    order
        What the version is called and rests on.
    progress
        Is told how far the work is.

    Raises
    ------
    StateError
        As :func:`intake.boundary_entry.check_order` and :func:`intake.boundary_entry.validity`.
    BoundaryError
        There is a version of this id.
    DataError
        As :func:`intake.boundary_check.check`, or the file is not fit to be imported: with every reason.
    """
    check_order(order, known[0].versions)
    if len(known) == 1:
        validity(order, known[0])
    report = check(content, name, asked, known, progress=lambda share, text: progress(share * 0.4, text))
    if report.reasons:
        raise DataError(list(report.reasons))
    reference = _reference(report, known)
    validity(order, reference)
    outlines = report.frame.set_index("code").sort_index()
    repaired = repair(outlines, reference.metric_crs, lambda share, text: progress(0.4 + share * 0.35, text))
    _refuse_lost(report, repaired)
    progress(0.76, "Đo đường biên giới")
    full = _with_columns(repaired.frame, report, reference)
    progress(0.8, "Vẽ các mức chi tiết")
    drawn = simplified(full, reference.metric_crs)
    progress(0.88, "Chuẩn bị bản đồ cho trình duyệt")
    built = _built(content, name, order, reference, report, repaired, full, drawn)
    progress(1.0, "Hoàn tất")
    return built


def _built(  # noqa: PLR0913, PLR0917 - everything that a version is made of
    content: bytes,
    name: str,
    order: Order,
    reference: Reference,
    report: BoundaryReport,
    repaired: Repaired,
    full: gpd.GeoDataFrame,
    drawn: gpd.GeoDataFrame,
) -> Built:
    original = PureWindowsPath(name).name
    files = {
        _DRAWN: _flatgeobuf(drawn),
        _REPORT: _report(report, repaired),
        f"original/{original}": content,
    }
    if full.get_coordinates().shape != drawn.get_coordinates().shape:
        files[_FULL] = _flatgeobuf(full)
    lines = reference.drawn.border if reference.drawn else _NO_LINES
    if len(lines):
        files[_BORDER] = lines.to_json(drop_id=True, ensure_ascii=False).encode()
    moment = now()
    entry = entry_of(
        report,
        reference,
        order,
        repaired,
        geometry=(_DRAWN, _digest(files[_DRAWN])),
        border_file=_BORDER if len(lines) else None,
        original=(original, _digest(content)),
        recorded=moment,
    )
    check_units(drawn, entry)
    files[CATALOGUE_FILE] = as_toml(entry).encode()
    files |= _asset(BoundaryVersion(entry, drawn, lines))
    return Built(report, entry, repaired, _submission(report, entry, packed(files), moment))


def record(built: Built, ledger: Ledger) -> CatalogueEntry:
    """Record a version: the submission first, then its folder; afterwards this process sees it.

    Raises
    ------
    AccessError
        No office is named, or the store is the sample.
    BoundaryError
        There is a version, or a folder, of this id by now.
    ConflictError
        Somebody else imported for the province meanwhile.
    StoreError
        Nothing was written to the ledger; or the folder could not be written, and will be at the next start.
    """
    require_office_store(ledger, built.submission.actor)
    forget()
    seen = ledger.revision("boundary", built.entry.province, "", None)
    if built.entry.id in {*catalogue(), *recorded(ledger)} or folder_exists(built.entry.id):
        raise BoundaryError(
            "Đã có phiên bản ranh giới “{version}”; không ghi đè. Hãy đặt tên khác.", version=built.entry.id
        )
    ledger.submit(replace(built.submission, seen=seen))
    write_folder(built.entry.id, built.submission.content)
    forget()
    return built.entry


def _reference(report: BoundaryReport, known: Sequence[Reference]) -> Reference:
    """Return the list that the check chose."""
    return next(one for one in known if (one.first.id if one.first else "") == report.unit_list)


def _refuse_lost(report: BoundaryReport, repaired: Repaired) -> None:
    """Refuse a file of which a unit has no area left of its own: it was drawn wholly upon others."""
    lost = [unit for fault in repaired.faults_left if fault.kind == "empty" for unit in fault.units]
    if lost:
        units = ", ".join(f"{code} {report.units[code].full_name}" for code in lost)
        message = "Sau khi sửa hình, {count} đơn vị không còn diện tích riêng: {units}. Hãy sửa hình rồi nạp lại."
        raise DataError([Fault(report.file, None, None, message, (("count", len(lost)), ("units", units)))])


def _with_columns(frame: gpd.GeoDataFrame, report: BoundaryReport, reference: Reference) -> gpd.GeoDataFrame:
    """Return the units with the columns of a version (:data:`geo.boundaries.UNIT_COLUMNS`), in order of their codes.

    Without a national boundary of the territory its lengths are not known: they are not numbers then.
    """
    units = [report.units[code] for code in frame.index]
    notes = {area.code: note_of(area, report.compared_with) for area in report.areas}
    lines = reference.drawn.border if reference.drawn else _NO_LINES
    lengths = border_lengths(frame, lines, reference.metric_crs).set_index(["neighbour", "code"])["km"]
    columns = {
        "name": frame["name"],
        "kind": [unit.kind[:1].upper() + unit.kind[1:] for unit in units],
        "district_code": [unit.district_code for unit in units],
        "area_km2": km2(frame.geometry.to_numpy(), reference.metric_crs).round(4),
        "note": [notes[code] for code in frame.index],
        "former_province": [unit.former_province for unit in units],
    }
    published = {area.code: area.published_km2 for area in report.areas}
    columns[PUBLISHED] = np.array([published[code] or np.nan for code in frame.index], dtype=float)
    for neighbour, column in _COUNTRIES.items():
        found = [lengths.get((neighbour, code), 0.0 if len(lines) else np.nan) for code in frame.index]
        columns[column] = np.round(found, 3)
    return gpd.GeoDataFrame(columns, geometry=frame.geometry.to_numpy(), crs="EPSG:4326", index=frame.index)


def _report(report: BoundaryReport, repaired: Repaired) -> bytes:
    document = report.document("vi") | changes_of(report, repaired)
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _flatgeobuf(frame: gpd.GeoDataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.rename_axis("code").reset_index().to_file(buffer, driver="FlatGeobuf", engine="pyogrio")
    return buffer.getvalue()


def _asset(version: BoundaryVersion) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="ntm-asset-") as place:
        folder = Path(place)
        save(build(version), folder, version.entry.geometry_sha256)
        return {path.name: path.read_bytes() for path in folder.iterdir()}


def _submission(report: BoundaryReport, entry: CatalogueEntry, content: bytes, moment: datetime) -> Submission:
    place = {"sheet": "", "cell": ""}
    version = {name: getattr(entry, name) for name in ("province", "valid_from", "decree", "geometry_sha256")}
    rows: dict[str, Sequence[dict[str, object]]] = {
        "boundary_versions": [
            {**version, "unit_list": entry.units_of, "version": entry.id, "source": entry.source_vi, **place}
        ],
        "aliases": alias_rows(report.confirmed, entry.province, entry.units_of),
    }
    if not report.unit_list:
        rows["units"] = [_unit_row(unit, entry) | place for unit in report.units.values()]
    return Submission(
        kind="boundary",
        province=entry.province,
        file_name=f"{entry.id}.zip",
        content=content,
        actor=entry.author,
        rows=rows,
        received=moment.date(),
    )


def _unit_row(unit: Unit, entry: CatalogueEntry) -> dict[str, object]:
    names = ("code", "name", "kind", "district_code", "district_name", "former_province")
    return {name: getattr(unit, name) for name in names} | {
        "province": entry.province,
        "unit_list": entry.id,
        "in_programme": int(unit.in_programme),
        "variants": "",
        "border": "",
        "source": entry.source_vi,
    }


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
