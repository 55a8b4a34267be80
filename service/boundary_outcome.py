"""What became of a check or an import, as plain data for the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from base.clock import Month, today
from base.errors import DataError, Fault
from geo.boundaries import catalogue
from intake import boundary_report
from intake.boundary_asked import Asked
from service.boundary_desk import version_document
from service.boundary_work import Checked, Imported

#: Parameters of the sentences that only name a candidate; the page shows candidates in a table.
_CANDIDATES: Final = ({"rank"}, {"encoding", "share"})


def checked_document(found: Checked, asked: Asked, upload: str, lang: str) -> dict[str, Any]:
    """Return a report with what the page needs to go on: ``asked`` as it was, and a proposal for the version."""
    report = found.documents[lang]
    return {
        "state": "checked",
        "report": report,
        "crs": report["crs"]["candidates"],
        "encodings": [],
        "asked": _asked(asked, upload),
        "proposed": _proposed(report),
    }


def refused_document(error: DataError, file: str, asked: Asked, upload: str, lang: str) -> dict[str, Any]:
    """Return why a file could not be checked, and what a person may choose from, best first."""
    told = boundary_report.refused_document(error, file, lang)
    samples = {
        params["encoding"]: params["sample"]
        for fault in error.faults
        if (params := dict(fault.params)).keys() >= {"encoding", "sample"}
    }
    return {
        "state": "refused",
        "file": file,
        "reasons": [fault.says(lang) for fault in error.faults if not _is_candidate(fault)],
        "crs": told["crs"]["candidates"],
        "encodings": [one | {"sample": samples.get(one["encoding"])} for one in told["encoding"]["candidates"]],
        "asked": _asked(asked, upload),
    }


def receipt_document(made: Imported, lang: str) -> dict[str, Any]:
    """Return what was recorded: the version, every unit whose area changed, and how many faults there were."""
    document = made.documents[lang]
    return version_document(made.entry, lang) | {
        "version": made.entry.id,
        "number": made.number,
        "default": made.is_default,
        "defects": [defect.en if lang == "en" else defect.vi for defect in made.entry.known_defects],
        "changes": document["changes"],
        "faults": document["geometry"]["counts"],
        "faults_left": document["faults_left"],
        "confirmed": sum(match["stage"] == "alias" for match in document["units"]["matches"]),
    }


def _is_candidate(fault: Fault) -> bool:
    return any(keys <= dict(fault.params).keys() for keys in _CANDIDATES)


def _asked(asked: Asked, upload: str) -> dict[str, Any]:
    return asdict(asked) | {"upload": upload}


def _proposed(report: Mapping[str, Any]) -> dict[str, str]:
    """Return what a version may be called, and what its list of units says of it."""
    stem = f"{report['province']}-{str(Month.of(today())).replace('-', '')}"
    names = (stem, *(f"{stem}-{number}" for number in range(2, 100)))
    first = catalogue().get(report["unit_list"] or "")
    return {
        "version": next((name for name in names if name not in catalogue()), stem),
        "decree": first.decree if first else "",
        "valid_from": first.valid_from if first else "",
        "valid_to": (first.valid_to or "") if first else "",
    }
