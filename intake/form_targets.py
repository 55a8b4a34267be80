"""Targets of a year: which commune or district must reach which level, and which department is in charge."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from base.clock import Month, day_label
from base.i18n import translate
from geo.spelling import folded
from intake.checked import Change
from intake.form_cells import FormReader, FormRow, Found
from intake.form_kinds import LEVEL_WORDS, TARGET_KIND_WORDS, TARGET_LEVEL_WORDS
from programme.levels import held_levels
from programme.records import LEVELS, Document, Target, TargetKind
from programme.units import District, Unit, districts_of

#: Targets are set for a few years ahead at most; a later year is a slip of the hand.
_YEARS_AHEAD: Final = 10
_NUMBER: Final = re.compile(r"(\d+\w*)/([^\W\d_]+)\b.*")
#: What a document is, by the letters of its number: ``05/CT-UBND`` is a directive.
_DOCUMENTS: Final = {
    "CT": "Chỉ thị",
    "KH": "Kế hoạch",
    "QD": "Quyết định",
    "CV": "Công văn",
    "TB": "Thông báo",
    "NQ": "Nghị quyết",
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row without faults; ``known`` is the target that it replaces or takes back."""

    row: FormRow
    year: int
    level: str
    unit: Unit | None
    district: District
    kind: TargetKind
    expected: bool
    department: str
    document: Document
    quote: str
    known: Target | None
    voided: bool


def check_targets(reader: FormReader) -> Found:
    """Read a table of targets; faults gather in ``reader``."""
    documents = dict(reader.facts.documents)
    entries = [entry for row in reader.rows if (entry := _entry(row, reader, documents))]
    new = [documents[key] for key in documents.keys() - reader.facts.documents.keys()]
    place = reader.rows[0].place if reader.rows else {}
    return Found(
        rows={
            "documents": [_document_row(document, place) for document in sorted(new, key=lambda item: item.id)],
            "targets": [_row(entry, reader) for entry in entries],
        },
        changes=tuple(change for entry in entries if (change := _change(entry, reader))),
        warnings=tuple(warning for entry in entries for warning in _warnings(entry, reader)),
    )


def _entry(row: FormRow, reader: FormReader, documents: dict[str, Document]) -> _Entry | None:
    year, level = row.year("year", reader.day.year + _YEARS_AHEAD), row.word("level")
    unit, district = _whom(row, level)
    kind, department, quote = row.word("kind"), row.text("department"), row.text("note")
    voided = bool(row.word("void"))
    if not row.sound or year is None or district is None:
        return None
    if not reader.once(row, (year, level, unit.code if unit else district.code)):
        return None
    stored_kind: TargetKind = "new" if kind == "expected" else kind  # type: ignore[assignment]
    known = _known(reader, year, level, unit, district, stored_kind)
    if voided and known is None:
        row.fault("void", "Không có mục tiêu này để hủy. Hãy kiểm tra năm, xã hoặc huyện, và mức.")
    document = _document(row, known, documents)
    if not quote and known is None:
        row.missing("note")
    if document is None or not row.sound:
        return None
    return _Entry(
        row=row,
        year=year,
        level=level,
        unit=unit,
        district=district,
        kind=stored_kind,
        expected=kind == "expected",
        department=" ".join(department.split()),
        document=document,
        quote=quote or (known.quote if known else ""),
        known=known,
        voided=voided,
    )


def _whom(row: FormRow, level: str) -> tuple[Unit | None, District | None]:
    """Return the commune with its district, or the district alone where the target is the district's."""
    if level == "district":
        if row.has("code") or row.has("name"):
            row.fault("code", "Mục tiêu “Huyện nông thôn mới” là của cả huyện. Hãy để trống xã, chỉ ghi huyện.")
        if not row.has("district"):
            row.missing("district")
        return None, row.district("district")
    unit = row.commune()
    return unit, districts_of(row.reader.facts.units.values())[unit.district_code] if unit else None


def _known(  # noqa: PLR0913, PLR0917 - the key of a target
    reader: FormReader, year: int, level: str, unit: Unit | None, district: District, kind: TargetKind
) -> Target | None:
    """Return the target that a row of this key replaces."""
    for target in reader.facts.targets:
        if (target.year, target.level) != (year, level):
            continue
        if unit is not None and target.unit == unit.code:
            return target
        if unit is None and target.unit is None and (target.district, target.kind) == (district.code, kind):
            return target
    return None


def _document(row: FormRow, known: Target | None, documents: dict[str, Document]) -> Document | None:
    """Return the document that a row names, a new one where nothing like it is known; note what is missing."""
    number, issued = " ".join(row.text("document").split()), row.day("issued")
    if not row.sound:
        return None
    if not number:
        if known is None:
            row.missing("document")
        elif issued is not None:
            row.fault("document", "Có ngày văn bản nhưng thiếu số văn bản. Hãy điền số, hoặc để trống cả hai.")
        return known.document if known else None
    named = [document for document in documents.values() if _is_named(document, number)]
    dated = [document for document in named if issued in {None, document.issued}]
    if len(dated) == 1:
        return dated[0]
    if issued is None:
        row.fault("issued", "Thiếu ngày của văn bản {number}. Hãy điền ngày ký.", number=number)
        return None
    document = new_document(number, issued)
    return documents.setdefault(document.id, document)


def _is_named(document: Document, number: str) -> bool:
    """Whether a number, a short name or an id means this document."""
    wanted = folded(number)
    return wanted in {folded(document.id), folded(document.short_vi)} or wanted in folded(document.title_vi).split()


def new_document(number: str, issued: date) -> Document:
    """Return a document of which only number and date are known; numbers begin anew each year, so both are its id."""
    day = day_label(issued)
    found = _NUMBER.fullmatch(number)
    what = _DOCUMENTS.get(folded(found[2]).upper()) if found else None
    full = "{what} {number} ngày {day}"

    def title(lang: str) -> str:
        return translate(full, lang, what=translate(what or "Văn bản", lang), number=number, day=day)

    return Document(
        id=f"{number}, {day}",
        short_vi=f"{found[2]} {found[1]}, {day}" if found and what else f"{number}, {day}",
        short_en=f"{translate(what, 'en')} {found[1]}, {day}" if found and what else f"{number}, {day}",
        title_vi=title("vi"),
        title_en=title("en"),
        issued=issued,
    )


def _document_row(document: Document, place: Mapping[str, object]) -> dict[str, object]:
    return {
        **place,
        "document_id": document.id,
        "short_vi": document.short_vi,
        "short_en": document.short_en,
        "title_vi": document.title_vi,
        "title_en": document.title_en,
        "issued": document.issued.isoformat(),
        "file": "",
    }


def _row(entry: _Entry, reader: FormReader) -> dict[str, object]:
    whose = entry.unit.code if entry.unit else entry.district.code
    return {
        **entry.row.place,
        "row_id": f"N{entry.year}-{whose}-{entry.level}",
        "province": reader.facts.province,
        "year": entry.year,
        "level": entry.level,
        "kind": entry.kind,
        "expected": int(entry.expected),
        "district_code": entry.district.code,
        "code": entry.unit.code if entry.unit else None,
        "value": 1.0,
        "unit": "xã" if entry.unit else _what(entry.district),
        "department": entry.department,
        "document": entry.document.id,
        "quote": entry.quote,
        "voided": int(entry.voided),
    }


def _what(district: District) -> str:
    """Return what a district is: the city completes its task instead of becoming a district of the programme."""
    return "huyện" if district.within.startswith("huyện") else "thành phố"


def _change(entry: _Entry, reader: FormReader) -> Change | None:
    t, known = reader.t, entry.known
    before = _said(reader, known.kind, known.department, known.document, expected=known.expected) if known else ""
    after = _said(reader, entry.kind, entry.department, entry.document, expected=entry.expected)
    if entry.voided:
        after = t("đã hủy")
    elif known and before == after and known.quote == entry.quote:
        return None
    place = reader.finder.place(entry.unit) if entry.unit else entry.district.name
    level = t(TARGET_LEVEL_WORDS[entry.level])
    return Change(
        unit=entry.unit.code if entry.unit else "",
        place=place,
        what=t("Mục tiêu {year}: {level}", year=entry.year, level=level),
        before=before or t("chưa có mục tiêu"),
        after=after,
        kind="voided" if entry.voided else "changed" if known else "new",
    )


def _said(reader: FormReader, kind: str, department: str, document: Document, *, expected: bool) -> str:
    """Return ``chuyển tiếp, phụ trách: Sở Xây dựng, CT 05, 22/01/2024``."""
    t = reader.t
    words = [t(TARGET_KIND_WORDS[kind]) if kind in TARGET_KIND_WORDS else kind]
    if expected:
        words.append(t("dự kiến"))
    words.append(t("phụ trách: {department}", department=department or t("chưa nhập")))
    return ", ".join([*words, document.short(reader.lang)])


def _warnings(entry: _Entry, reader: FormReader) -> Iterable[str]:
    """Yield a warning when the commune held the level before the year began."""
    if entry.unit is None or entry.voided or entry.level not in LEVELS:
        return
    own = [one for one in reader.facts.recognitions if one.unit == entry.unit.code]
    if entry.level in held_levels(own, Month(entry.year - 1, 12)):
        yield reader.t(
            "{place} đã được công nhận mức “{level}” trước năm {year}.",
            place=reader.finder.place(entry.unit),
            level=reader.t(LEVEL_WORDS[entry.level]),
            year=entry.year,
        )
