"""The heavy part of the desk for boundaries: checking a file and importing it; runs as a job in a worker process.

Only what a page shows comes back: the features of a whole country are too many to be kept for every visitor. The
worker opens the store that the settings of its environment name, as every process of ours does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base.i18n import LANGUAGES
from geo.boundaries import CatalogueEntry, load
from intake.boundary_asked import Asked, Progress
from intake.boundary_check import check
from intake.boundary_defaults import choose_default
from intake.boundary_folders import forget
from intake.boundary_import import build_version, record
from intake.boundary_reference import references
from service.boundary_asked import Wanted
from store import current


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the report's document by language (:meth:`intake.boundary_report.BoundaryReport.as_json`).

    ``picture`` is a PNG of the file over the version that draws its units now.
    """

    documents: Mapping[str, dict[str, Any]]
    picture: bytes


@dataclass(frozen=True, slots=True)
class Imported:
    """A version that was recorded: its entry, the number of its receipt, and what was repaired, by language.

    ``is_default`` tells whether it draws its list of units from now on.
    """

    entry: CatalogueEntry
    number: int
    documents: Mapping[str, dict[str, Any]]
    is_default: bool


def check_upload(path: Path, name: str, asked: Asked, lang: str, *, progress: Progress) -> Checked:
    """Check a file and draw it, with words in ``lang``; errors as :func:`intake.boundary_check.check`."""
    from render.boundary_picture import picture  # noqa: PLC0415 - Matplotlib stays out of the web process

    forget()  # another process may have imported a version since this worker looked
    known = references(asked, current.ledger())
    report = check(path.read_bytes(), name, asked, known, progress=lambda share, text: progress(share * 0.8, text))
    progress(0.82, "Vẽ hình đối chiếu")
    drawn = load(report.compared_with).units if report.compared_with else None
    drawing = picture(report.frame, drawn, report.faults, title=name, national=report.national, lang=lang)
    return Checked({lang: report.document(lang) for lang in LANGUAGES}, drawing)


def import_upload(path: Path, name: str, asked: Asked, wanted: Wanted, *, progress: Progress) -> Imported:
    """Check, repair and record a file as a version; errors as :func:`intake.boundary_import.import_version`."""
    forget()
    ledger = current.ledger()
    known = references(asked, ledger)
    content = path.read_bytes()
    built = build_version(
        content, name, asked, wanted.order, known, progress=lambda share, text: progress(share * 0.95, text)
    )
    progress(0.96, "Ghi vào kho")
    entry = record(built, ledger)
    receipt = next(one for one in ledger.receipts(kind="boundary") if one.file_hash == built.submission.digest)
    is_first = entry.units_of == entry.id  # the version that brings a list draws it
    if wanted.make_default and not is_first:
        choose_default(entry.id, ledger, wanted.order.actor)
    documents = {lang: built.document(lang) for lang in LANGUAGES}
    return Imported(entry, receipt.id, documents, wanted.make_default or is_first)
