"""What the desk shows, as plain data: forms, who reports in which month, and the history.

A province that was merged goes on as a part of another one: its desk shows the files of both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

from sqlalchemy import func, select, union

from base import settings
from base.clock import Month, day_label, today
from base.i18n import Translate, translate, translator
from geo.crs_declared import WGS84
from geo.spelling import folded
from intake.form_columns import Form, FormColumn
from intake.form_kinds import FORMS, WITH_SCAN
from intake.form_settlement_kinds import CRS_WORDS
from intake.point_file import ENDINGS
from intake.scope import area
from intake.submit import TITLES, WITH_PLACES
from layers.lists import codes_within, receipts_of, reporter_lists, reporters_in
from layers.registry import facts_of
from store import current
from store.ledger import WHOLE, Ledger, Receipt, Submission
from store.queries import LedgerFacts
from store.schema import blobs, clusters, recognitions, village_recognitions

_PROGRAMME: Final = "Bộ số liệu công bố kèm phần mềm"
#: Names of the empty forms; the monthly one also says its month and district.
_FILES: Final[Mapping[str, str]] = {
    "monthly": "bao-cao",
    "decisions": "mau-quyet-dinh",
    "targets": "mau-muc-tieu",
    "figures": "mau-so-lieu-cong-bo",
    "dossiers": "mau-ho-so",
    "clusters": "mau-cum-dan-cu",
    "villages": "mau-thon-lang",
    "village-recognitions": "mau-cong-nhan-thon",
    "criteria-set": "bo-tieu-chi",
}
_MEDIA: Final[Mapping[str, str]] = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xls": "application/vnd.ms-excel",
    ".csv": "text/csv",
    ".zip": "application/zip",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}
#: A page needs no name and no district to find a commune; its help says so.
_COMMUNE_HELP: Final = "Gõ mã hoặc tên để tìm, rồi chọn xã trong danh sách."
_COMMUNES_HELP: Final = (
    "Gõ mã hoặc tên để tìm, rồi chọn xã trong danh sách. Xã có “(cũ)” sau tên huyện là xã sau sắp xếp."
)
#: A target may be a whole district's.
_DISTRICT_HELP: Final = "Chỉ chọn khi mức là “Huyện nông thôn mới”; khi đó để trống xã."
#: Receipts on a page of the history.
PAGE: Final = 100


def overview(province: str, lang: str, why_not: str) -> dict[str, Any]:
    """Return what the page needs to offer forms and uploads; how late who is, the layer ``reporting`` says.

    Parameters
    ----------
    why_not
        Why this visitor may not write; empty when he may.
    """
    facts = facts_of(province)
    return {
        "office": settings.office(),
        "may_write": not why_not,
        "why_not": why_not,
        "today": today().isoformat(),
        "kinds": {kind: translate(words, lang) for kind, words in TITLES.items()},
        "forms": {kind: _form(form, facts, lang) for kind, form in FORMS.items()},
        "sets": [[found.id, found.name(lang)] for found in facts.criteria_sets.values()],
        "reporters": [
            {
                "first": str(first),
                "communes": any(one.is_commune for one in known.values()),
                "places": [[code, one.name] for code, one in known.items()],
            }
            for first, known in reporter_lists(province)
        ],
    }


def _form(form: Form, facts: LedgerFacts, lang: str) -> dict[str, Any]:
    """Return a one-row form: its fields in order, without those that only a file needs."""
    t = translator(lang)
    return {
        "title": t(form.title),
        "about": t(form.about),
        "points": _points(form, t),
        "files": sorted(ENDINGS) if form.kind in WITH_PLACES else [],
        "scan": form.kind in WITH_SCAN,
        "columns": [
            {
                "key": column.key,
                "heading": t(column.heading),
                "help": t(_help(column)),
                "type": column.kind,
                "choices": column.choices(facts, lang),
                "closed": column.closed,
                "required": column.required or (column.kind == "commune" and not _of_districts(form)),
                "example": column.example,
                "group": t(column.group) if column.group else "",
            }
            for column in _fields(form)
        ],
    }


def _help(column: FormColumn) -> str:
    """Return what to write into a field, which is not always what to write into a cell."""
    match column.kind:
        case "commune":
            return _COMMUNE_HELP if column.communes == "province" else _COMMUNES_HELP
        case "district":
            return _DISTRICT_HELP
    return column.help


def _points(form: Form, t: Translate) -> dict[str, Any] | None:
    """Return which fields are points and which one names their system; ``None`` for a form without points.

    ``degrees`` is the choice for what a map gives.
    """
    axes = [column.key for column in form.columns if column.kind == "coordinate"]
    pairs = list(zip(axes[::2], axes[1::2], strict=True))
    return {"pairs": pairs, "system": "crs", "degrees": t(CRS_WORDS[str(WGS84)])} if pairs else None


def _fields(form: Form) -> list[FormColumn]:
    return [c for c in form.columns if not c.file_only or (c.kind == "district" and _of_districts(form))]


def _of_districts(form: Form) -> bool:
    """Tell whether a row may speak of a district instead of a commune."""
    return form.kind == "targets"


def columns_of(kind: str) -> frozenset[str]:
    """Return the columns of a small form."""
    return frozenset(column.key for column in _fields(FORMS[kind]))


def history(province: str, lang: str, *, district: str, kinds: Collection[str], before: int | None) -> dict[str, Any]:
    """Return receipts, newest first, older than ``before``.

    Only those of a district, also a former one, and of some kinds, when they are given.
    """
    ledger = current.ledger()
    every = receipts_of(province)
    replaced = {receipt.supersedes: receipt.id for receipt in every if receipt.supersedes}
    places = codes_within(province, district)
    wanted = [
        receipt
        for receipt in every
        if (before is None or receipt.id < before)
        and (not district or receipt.district in places)
        and (not kinds or receipt.kind in kinds)
    ]
    rows = wanted[:PAGE]
    sizes, scans = _sizes(ledger, rows), _scans(ledger, rows)
    return {
        "rows": [
            receipt_document(receipt, lang)
            | {
                "size": sizes.get(receipt.file_hash, 0),
                "replaced_by": replaced.get(receipt.id),
                "file": f"/office/file/{receipt.id}",
                "scan": f"/office/file/{receipt.id}/scan" if receipt.id in scans else None,
            }
            for receipt in rows
        ],
        "more": len(wanted) > len(rows),
    }


def receipt_document(receipt: Receipt, lang: str) -> dict[str, Any]:
    """Return a receipt with its words."""
    return {
        "number": receipt.id,
        "kind": receipt.kind,
        "words": translate(_words(receipt.kind), lang),
        "district": receipt.district,
        "place": _place(receipt, lang),
        "period": str(receipt.period or ""),
        "month": receipt.period.label if receipt.period else "",
        "revision": receipt.revision,
        "supersedes": receipt.supersedes,
        "whole": receipt.kind in WHOLE,
        "file_name": receipt.file_name,
        "hash": receipt.file_hash,
        "recorded": receipt.recorded,
        "actor": translate(receipt.actor, lang) if receipt.kind == "programme" else receipt.actor,
        "sent_by": receipt.sent_by,
        "received": day_label(receipt.received),
    }


def shown_from(submission: Submission) -> str:
    """Return the first month whose map shows all that a file says of clusters; empty for other kinds."""
    days = [str(row["as_of"]) for row in submission.rows.get("clusters", ())]
    return max(days, default="")[:7]


def _place(receipt: Receipt, lang: str) -> str:
    """Return whose report it is: a district, a commune, or the area of a former province; empty for the whole."""
    if not receipt.district or receipt.period is None:
        return ""
    if found := reporters_in(receipt.province, receipt.period).get(receipt.district):
        return found.name
    name = area(receipt.district, translator(lang), lang)
    return name[:1].upper() + name[1:]


#: Receipts of the page *Ranh giới*.
_BOUNDARIES: Final = {
    "boundary": "Phiên bản ranh giới",
    "boundary-default": "Chọn ranh giới mặc định",
    "aliases": "Tên đã xác nhận",
}


def _words(kind: str) -> str:
    """Return what a submission is; the collection that ships is nothing that anybody hands in."""
    titles: dict[str, str] = {str(known): words for known, words in TITLES.items()}
    return (titles | _BOUNDARIES).get(kind, _PROGRAMME)


def _sizes(ledger: Ledger, receipts: Sequence[Receipt]) -> dict[str, int]:
    query = select(blobs.c.hash, func.length(blobs.c.content)).where(blobs.c.hash.in_([r.file_hash for r in receipts]))
    with ledger.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def _scans(ledger: Ledger, receipts: Sequence[Receipt]) -> dict[int, str]:
    """Return the hash of the scan that came with a submission, by its number."""
    numbers = [r.id for r in receipts]
    query = union(
        *(
            select(table.c.submission_id, table.c.scan_hash).where(
                table.c.submission_id.in_(numbers), table.c.scan_hash.is_not(None)
            )
            for table in (recognitions, clusters, village_recognitions)
        )
    )
    with ledger.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def original(number: int, *, scan: bool) -> tuple[bytes, str] | None:
    """Return a handed-in file, or the scan that came with it, with its name; ``None`` when there is none."""
    ledger = current.ledger()
    receipt = next((r for r in ledger.receipts() if r.id == number), None)
    if receipt is None:
        return None
    wanted = _scans(ledger, [receipt]).get(number) if scan else receipt.file_hash
    content = ledger.blob(wanted) if wanted else None
    if content is None:
        return None
    ending = ".pdf" if content.startswith(b"%PDF-") else ".png" if content.startswith(b"\x89PNG") else ".jpg"
    return content, f"ban-quet-{number}{ending}" if scan else receipt.file_name


def template_name(kind: str, province: str, part: str, period: Month | None) -> str:
    """Return ``bao-cao-2025-05-dak-ha.xlsx``: plain letters, so that every system keeps the name."""
    name = reporters_in(province, period)[part].short_name if period and part else part
    words = [_FILES[kind], str(period) if period else "", folded(name)]
    return "-".join(word.replace(" ", "-") for word in words if word) + ".xlsx"


def media_type(name: str) -> str:
    """Return what a file is by its name; unknown files are plain bytes."""
    return _MEDIA.get(PurePath(name).suffix.lower(), "application/octet-stream")
