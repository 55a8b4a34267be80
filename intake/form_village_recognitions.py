"""Recognitions of villages: decisions that give a title or take it, of villages that are in the register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from base.clock import day_label
from base.i18n import Phrase
from geo.spelling import folded
from intake.checked import Change
from intake.form_cells import FormReader, FormRow, Found
from intake.form_village_kinds import TITLE_WORDS
from intake.form_villages import recognition_row
from intake.settlement_place import Place, Places, plain
from intake.village_register import Register
from programme.villages import Village, VillageRecognition
from store.settlements import recognition

_PLACED: Final = ("old_list", "old_code", "new_list", "new_code")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row without faults; ``known`` is the decision that it repeats or takes back."""

    row: FormRow
    stored: Mapping[str, object]
    record: VillageRecognition
    village: Village
    place: Place
    known: VillageRecognition | None
    voided: bool


def check_village_recognitions(reader: FormReader) -> Found:
    """Read a table of recognitions; faults gather in ``reader``.

    Raises
    ------
    StateError
        No unit list of the province is known.
    """
    places = Places(reader)
    register, known = Register(places), places.lists.recognitions
    entries = [entry for row in reader.rows for entry in _entries(row, places, register, known)]
    replaced = {id(entry.known) for entry in entries}
    kept = [one for one in known if id(one) not in replaced]
    given = [entry.record for entry in entries if not entry.voided]
    # With other rows faulty, the recognition that a withdrawal needs may be among them.
    for entry in entries if reader.sound else ():
        if entry.record.action == "withdraw" and not entry.voided:
            _check_held(entry, [*kept, *given])
    return Found(
        rows={"village_recognitions": [entry.stored for entry in entries]},
        changes=tuple(change for entry in entries if (change := _change(entry, reader))),
        warnings=tuple(places.warnings),
    )


def _entries(
    row: FormRow, places: Places, register: Register, recognitions: Sequence[VillageRecognition]
) -> Iterator[_Entry]:
    """Yield what a row says: one decision, or those that it takes back."""
    reader, day = places.reader, row.day("date")
    year, number, note = row.year("year", reader.day.year), plain(row.text("number")), plain(row.text("note"))
    title, action = row.word("title"), row.word("action")
    if day and year and year > day.year:
        message = "Năm đạt chuẩn {year} sau năm của quyết định ({day}). Hãy sửa một trong hai."
        row.fault("year", message, year=year, day=day_label(day))
    place = places.commune(row, day or _end_of(year, places), "date" if day else "year")
    found = _village(row, place, register)
    if found and title == "minority" and found.minority is False and action == "recognise":
        message = "Thôn “{name}” không thuộc vùng đồng bào DTTS theo danh mục. Hãy sửa danh hiệu, hoặc sửa danh mục."
        row.fault("title", message, name=found.name)
    if found is None or place is None or not row.sound:
        return
    if not reader.once(row, (found.key, title, _plain(number))):
        return
    same = [
        r for r in recognitions if (r.key, r.title) == (found.key, title) and _plain(r.decision_no) == _plain(number)
    ]
    if action == "void" and not same:
        message = "Không có quyết định {number} về danh hiệu này của thôn “{name}” để hủy. Hãy kiểm tra thôn và số."
        row.fault("number", message, number=number, name=found.name)
    for known in same if action == "void" else [next((one for one in same if one.action == action), None)]:
        stored = {
            **row.place,
            "province": reader.facts.province,
            **{key: getattr(found, key) for key in _PLACED},
            "village": found.name,
            "title": title,
            "action": known.action if known else action,
            "year": year,
            # Spelt as before, so that the store sees the same decision.
            "decision_no": known.decision_no if known else number,
            "day": day.isoformat() if day else "",
            "note": note,
            "voided": int(action == "void"),
        }
        record = recognition({**stored, "unit": "", "source": ""})
        yield _Entry(row, stored, record, found, place, known, action == "void")


def _end_of(year: int | None, places: Places) -> date | None:
    """Return the day that a year's unit list is looked up by; ``None`` for the year in which the list changed."""
    return date(year, 12, 31) if year and year != places.lists.since.year else None


def _plain(number: str) -> str:
    return folded(number).replace(" ", "")


def _village(row: FormRow, place: Place | None, register: Register) -> Village | None:
    """Return the village of the register that a row names; a fault with near names where there is none."""
    name = plain(row.text("village"))
    if place is None or not name:
        return None
    found = register.one(row, place, name)
    if found or register.named(place, name):
        return found
    near = register.alike(place, name)
    if near:
        message = "{place} không có thôn “{name}” trong danh mục. Có phải là: {near}? Hãy ghi đúng tên trong danh mục."
        row.fault("village", message, place=place.words, name=name, near=", ".join(near))
    else:
        message = "{place} không có thôn “{name}” trong danh mục. Hãy nhập danh mục thôn, làng trước, hoặc sửa tên, xã."
        row.fault("village", message, place=place.words, name=name)
    return None


def _check_held(entry: _Entry, others: Sequence[VillageRecognition]) -> None:
    """Note a fault when a title is taken that was not held."""
    record = entry.record
    earlier = [
        one
        for one in others
        if one is not record and (one.key, one.title) == (record.key, record.title) and one.since <= record.since
    ]
    last = max(earlier, key=lambda one: one.since, default=None)
    if last is None or last.action != "recognise":
        message = (
            "Thôn “{name}” không có danh hiệu này vào ngày {day} nên không thể thu hồi. Hãy kiểm tra thôn và ngày."
        )
        entry.row.fault("title", message, name=entry.village.name, day=day_label(record.since))


def _change(entry: _Entry, reader: FormReader) -> Change | None:
    t, known = reader.t, entry.known
    if known and not entry.voided and recognition_row(known) == recognition_row(entry.record):
        return None
    return Change(
        unit=entry.place.unit.code,
        place=entry.place.words,
        what=t("{village}: {title}", village=entry.village.name, title=Phrase(TITLE_WORDS[entry.record.title])),
        before=_said(known, reader) if known else t("chưa có quyết định"),
        after=t("đã hủy") if entry.voided else _said(entry.record, reader),
        kind="voided" if entry.voided else "changed" if known else "new",
    )


def _said(record: VillageRecognition, reader: FormReader) -> str:
    """Return ``công nhận: 120/QĐ-UBND, 20/12/2024, năm đạt chuẩn 2024``."""
    t = reader.t
    action = t("công nhận") if record.action == "recognise" else t("thu hồi")
    parts = [f"{action}: {record.decision_no or t('chưa rõ số quyết định')}"]
    parts += [day_label(record.day)] if record.day else []
    parts += [t("năm đạt chuẩn {year}", year=record.year)]
    return ", ".join([*parts, record.note] if record.note else parts)
