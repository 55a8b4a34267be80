"""The register of villages: what a row must say, and what it changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from base.clock import day_label
from base.i18n import Phrase
from base.numbers import number
from geo.spelling import folded
from intake.checked import Change
from intake.form_cells import FormReader, FormRow, Found
from intake.form_settlement_kinds import TOLD_WORDS
from intake.form_village_kinds import PILOT_LEVEL_WORDS, VILLAGE_KIND_WORDS
from intake.settlement_place import Place, Places, plain
from intake.village_register import Register
from programme.villages import Village, VillageRecognition, village_key
from store.settlements import village

_PLACED: Final = ("old_list", "old_code", "new_list", "new_code")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row without faults; ``known`` is the village of the register that it replaces or takes back."""

    row: FormRow
    stored: Mapping[str, object]
    record: Village
    place: Place
    known: Village | None
    voided: bool

    @property
    def moved(self) -> bool:
        """Whether the register has the village under less of its commune than is known now."""
        return self.known is not None and self.known.key != self.record.key


def check_villages(reader: FormReader) -> Found:
    """Read a table of villages; faults gather in ``reader``.

    Raises
    ------
    StateError
        No unit list of the province is known.
    """
    places = Places(reader)
    register = Register(places)
    entries = [entry for row in reader.rows if (entry := _entry(row, places, register))]
    _told_apart(entries)
    moved = [entry for entry in entries if entry.moved]
    return Found(
        rows={
            "villages": [*(entry.stored for entry in entries), *(_left(entry, reader) for entry in moved)],
            "village_recognitions": [row for entry in moved for row in _carried(entry, places)],
        },
        changes=tuple(change for entry in entries if (change := _change(entry, reader))),
        warnings=(*places.warnings, *dict.fromkeys(_alike(entries, register, reader))),
    )


def _entry(row: FormRow, places: Places, register: Register) -> _Entry | None:
    reader, voided = places.reader, bool(row.word("void"))
    first, last = row.day("valid_from", happened=False), row.day("valid_to", happened=False)
    if first and last and last < first:
        message = "Ngày cuối {end} sớm hơn ngày đầu {start}. Hãy sửa một trong hai."
        row.fault("valid_to", message, end=day_label(last), start=day_label(first))
    place = places.commune(row, first if first and first >= places.lists.since else None, "valid_from")
    point = places.point(row, place, "x", "y")
    name, kind, minority = plain(row.text("village")), row.word("kind"), row.word("minority")
    year, level, note = row.year("pilot_year", reader.day.year), row.word("pilot_level"), plain(row.text("note"))
    if level and not row.has("pilot_year"):
        row.missing("pilot_year")
    if place is None or not row.sound:
        return None
    known = register.one(row, place, name)
    if voided and known and (titles := [one for one in places.lists.recognitions if one.key == known.key]):
        message = "Thôn “{name}” có {count} dòng công nhận hoặc thu hồi. Hãy hủy các dòng ấy trước."
        row.fault("void", message, name=known.name, count=len(titles))
    if voided and known is None and row.sound:
        row.fault(
            "void", "{place} không có thôn “{name}” để hủy. Hãy kiểm tra xã và tên.", place=place.words, name=name
        )
        return None
    where = _where(places.columns(place, point), known, voided=voided)
    if not reader.once(row, village_key(**where, name=name)):
        return None
    stored = {
        **row.place,
        "province": reader.facts.province,
        **where,
        "name": name,
        "kind": kind,
        "minority": minority,
        "pilot_year": year,
        "pilot_level": level,
        "valid_from": first.isoformat() if first else "",
        "valid_to": last.isoformat() if last else "",
        "lon": point[0] if point else None,
        "lat": point[1] if point else None,
        "note": note,
        "voided": int(voided),
    }
    return _Entry(row, stored, village({**stored, "unit": "", "source": ""}), place, known, voided)


def _where(told: Mapping[str, str], known: Village | None, *, voided: bool) -> dict[str, str]:
    """Return the commune of a row with what the register knows of it beyond; what is taken back stays as it was."""
    if known is None:
        return dict(told)
    was = {key: str(getattr(known, key)) for key in _PLACED}
    return was if voided else {key: value or was[key] for key, value in told.items()}


def _told_apart(entries: Sequence[_Entry]) -> None:
    """Note a fault where a file has a name twice in one commune of today, and only one row says of which before."""
    named: dict[tuple[str, str, str], list[_Entry]] = {}
    for entry in entries:
        if entry.record.new_code:
            where = (entry.record.new_list, entry.record.new_code, entry.record.name.casefold())
            named.setdefault(where, []).append(entry)
    for same in named.values():
        for entry in same:
            other = next((one for one in same if one.record.old_code), None)
            if other and not entry.record.old_code:
                message = "Dòng {first} cũng có thôn “{name}” của xã này. Hãy ghi xã trước sắp xếp."
                entry.row.fault("old_code", message, first=other.row.number, name=entry.record.name)


def _alike(entries: Sequence[_Entry], register: Register, reader: FormReader) -> Iterator[str]:
    """Yield names that differ from others of their commune by case and diacritics alone."""
    names: dict[tuple[str, str, str], str] = {}
    words = "Dòng {row}: “{name}” gần giống “{other}” của {place}. Hãy kiểm tra có phải một thôn không."
    for entry in entries:
        record, spelled = entry.record, folded(entry.record.name)
        known = {folded(one.name): one.name for one in register.of(entry.place)}
        other = names.setdefault((*record.key[:2], spelled), record.name)
        for name in (other, known.get(spelled, "")):
            if name and name.casefold() != record.name.casefold() and not entry.known:
                yield reader.t(words, row=entry.row.number, name=record.name, other=name, place=entry.place.words)


def _left(entry: _Entry, reader: FormReader) -> dict[str, object]:
    """Return the row that takes a village away from where the register had it."""
    known = {key: getattr(entry.known, key) for key in _PLACED} | {"name": entry.known.name if entry.known else ""}
    return {**entry.stored, "province": reader.facts.province, **known, "voided": 1}


def _carried(entry: _Entry, places: Places) -> Iterator[dict[str, object]]:
    """Yield the rows that take recognitions along with a village whose commune is known better now."""
    for one in places.lists.recognitions:
        if entry.known and one.key == entry.known.key:
            place = {**entry.row.place, "province": places.reader.facts.province}
            yield {**place, **recognition_row(one), "voided": 1}
            yield {
                **place,
                **recognition_row(one),
                **{key: entry.stored[key] for key in _PLACED},
                "village": entry.record.name,
                "voided": 0,
            }


def recognition_row(record: VillageRecognition) -> dict[str, object]:
    """Return a recognition as the store keeps it, without province and place in a file."""
    return {
        **{key: getattr(record, key) for key in _PLACED},
        "village": record.village,
        "title": record.title,
        "action": record.action,
        "year": record.year,
        "decision_no": record.decision_no,
        "day": record.day.isoformat() if record.day else "",
        "note": record.note,
    }


def _change(entry: _Entry, reader: FormReader) -> Change | None:
    t, known = reader.t, entry.known
    before = _said(known, reader) if known else t("chưa có")
    after = t("đã hủy") if entry.voided else _said(entry.record, reader)
    if before == after and not entry.moved and known and known.name == entry.record.name:
        return None
    if entry.moved:
        after = t("{what}; ghi thêm xã trước sắp xếp", what=after)
    return Change(
        unit=entry.place.unit.code,
        place=entry.place.words,
        what=entry.record.name,
        before=before,
        after=after,
        kind="voided" if entry.voided else "changed" if known else "new",
    )


def _said(record: Village, reader: FormReader) -> str:
    """Return ``Làng, vùng đồng bào DTTS: có, làm điểm 2023 (cấp huyện), từ 01/01/2020``."""
    t = reader.t
    parts = [t(VILLAGE_KIND_WORDS[record.kind])]
    if record.minority is not None:
        parts.append(t("vùng đồng bào DTTS: {told}", told=Phrase(TOLD_WORDS["yes" if record.minority else "no"])))
    if record.pilot_year:
        level = t(PILOT_LEVEL_WORDS[record.pilot_level]) if record.pilot_level else t("chưa rõ cấp")
        parts.append(t("làm điểm {year} ({level})", year=record.pilot_year, level=level))
    for words, day in (("từ {day}", record.valid_from), ("đến {day}", record.valid_to)):
        parts += [t(words, day=day_label(day))] if isinstance(day, date) else []
    if record.place:
        parts.append("; ".join(number(value, reader.lang) for value in record.place))
    parts += [record.note] if record.note else []
    return ", ".join(parts)
