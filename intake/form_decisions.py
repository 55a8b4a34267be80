"""Decisions that recognise a level or withdraw it: what a row must say, and what it changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, cast

from base.clock import Month, day_label
from geo.spelling import folded
from intake.checked import Change, ChangeKind
from intake.form_cells import FormReader, FormRow, Found
from intake.form_kinds import LEVEL_WORDS
from programme.calendar import Interval
from programme.levels import held_levels
from programme.records import LEVELS, Action, Level, Recognition
from programme.units import Unit

#: What a level builds on (FACTS §2).
_BELOW: Final[dict[Level, Level]] = {"advanced": "standard", "model": "advanced"}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row without faults. ``known`` is the decision it repeats or takes back; ``day`` is ``None`` only there."""

    row: FormRow
    unit: Unit
    action: Action
    level: Level
    number: str
    day: date | None
    year: int | None
    set_id: str
    note: str
    known: Recognition | None
    voided: bool

    @property
    def recognition(self) -> Recognition:
        """The decision as a fact."""
        day = Interval(Month.of(self.day), Month.of(self.day), self.day) if self.day else None
        year = Interval(Month(self.year, 1), Month(self.year, 12)) if self.year else None
        return Recognition(
            unit=self.unit.code,
            level=self.level,
            evidence="recognised",
            standard_year=year,
            decision_no=self.number,
            decision_date=day,
            source="",
            quote="",
            note_vi=self.note,
            note_en=self.note,
            action=self.action,
            criteria_set=self.set_id,
        )


def check_decisions(reader: FormReader, scan_hash: str | None) -> Found:
    """Read a table of decisions; faults gather in ``reader``.

    Parameters
    ----------
    reader
        The table.
    scan_hash
        Hash of the scanned decision that comes with the file; ``None`` without one.
    """
    entries = [entry for row in reader.rows for entry in _entries(row, reader)]
    before = list(reader.facts.recognitions)
    settled = {id(entry.known) for entry in entries if entry.known}
    kept = [known for known in before if id(known) not in settled]
    given = [entry.recognition for entry in entries if not entry.voided]
    warnings = []
    for entry in entries:
        if not entry.voided:
            others = [*kept, *(one for one in given if one.action == "recognise" and not _same(one, entry))]
            warnings += _judged(entry, others, reader)
    if scan_hash is None:
        warnings.append(reader.t("Chưa kèm bản chụp quyết định."))
    return Found(
        rows={"recognitions": [_row(entry, reader, scan_hash) for entry in entries]},
        changes=tuple(change for entry in entries if (change := _change(entry, reader))),
        warnings=tuple(dict.fromkeys(warnings)),
        figures=_figures(before, [*kept, *given], reader),
    )


def _entries(row: FormRow, reader: FormReader) -> Iterable[_Entry]:
    """Yield what a row says: one decision, or those that it takes back."""
    unit, action, level = row.commune(), row.word("action"), row.word("level")
    number = " ".join(row.text("number").split())
    day, year = row.day("date"), row.year("year", reader.day.year)
    if action == "recognise" and not row.has("year"):
        row.missing("year")
    if action in {"recognise", "withdraw"} and not row.has("date"):
        row.missing("date")
    if day and year and year > day.year:
        message = "Năm đạt chuẩn {year} sau năm của quyết định ({day}). Hãy sửa một trong hai."
        row.fault("year", message, year=year, day=day_label(day))
    criteria_set = row.criteria_set("set", cast("Level", level) if level else None)
    note = row.text("note")
    if unit is None or not row.sound or not reader.once(row, (unit.code, level, _plain(number))):
        return
    known = [r for r in reader.facts.recognitions if (r.unit, r.level) == (unit.code, level) and _is(r, number)]
    if action == "void" and not known:
        message = "Không có quyết định {number} về mức này của {place} để hủy. Hãy kiểm tra xã, mức và số quyết định."
        row.fault("number", message, number=number, place=reader.finder.place(unit))
    for repeated in known if action == "void" else [next((r for r in known if r.action == action), None)]:
        yield _Entry(
            row=row,
            unit=unit,
            action=repeated.action if repeated else cast("Action", action),
            level=cast("Level", level),
            # Spelt as before, so that the store sees the same decision.
            number=repeated.decision_no if repeated else number,
            day=day,
            year=year,
            set_id=criteria_set.id if criteria_set else "",
            note=note,
            known=repeated,
            voided=action == "void",
        )


def _plain(number: str) -> str:
    return folded(number).replace(" ", "")


def _is(recognition: Recognition, number: str) -> bool:
    return bool(recognition.decision_no) and _plain(recognition.decision_no) == _plain(number)


def _same(one: Recognition, entry: _Entry) -> bool:
    return (one.unit, one.level, one.action) == (entry.unit.code, entry.level, entry.action) and _is(one, entry.number)


def _held(unit: Unit, day: date, recognitions: Iterable[Recognition]) -> dict[Level, Recognition]:
    return held_levels([one for one in recognitions if one.unit == unit.code], Month.of(day))


def _judged(entry: _Entry, others: Sequence[Recognition], reader: FormReader) -> list[str]:
    """Hold a decision against what was held on its day; return warnings, note a fault."""
    day, t = cast("date", entry.day), reader.t
    held = _held(entry.unit, day, others)
    place, level = reader.finder.place(entry.unit), LEVEL_WORDS[entry.level]
    # With other rows faulty, the row that it builds on may be among them.
    if entry.action == "withdraw" and entry.level not in held and reader.sound:
        message = "{place} không có mức “{level}” vào ngày {day} nên không thể thu hồi. Hãy kiểm tra xã, mức và ngày."
        entry.row.fault("level", message, place=place, level=level, day=day_label(day))
    warnings = []
    below = _BELOW.get(entry.level)
    if entry.action == "recognise" and below and below not in held:
        words = "{place}: công nhận mức “{level}” khi chưa có quyết định công nhận mức “{below}” đến ngày {day}."
        warnings.append(t(words, place=place, level=t(level), below=t(LEVEL_WORDS[below]), day=day_label(day)))
    succession = reader.facts.successions.get(entry.unit.code)
    if succession and not succession.unchanged and day >= succession.effective:
        words = (
            "{place}: quyết định ngày {day}, sau khi xã đã sáp nhập ({since}). Hãy kiểm tra xem có đúng xã này không."
        )
        warnings.append(t(words, place=place, day=day_label(day), since=day_label(succession.effective)))
    return warnings


def _row(entry: _Entry, reader: FormReader, scan_hash: str | None) -> dict[str, object]:
    return {
        **entry.row.place,
        "province": reader.facts.province,
        "code": entry.unit.code,
        "action": entry.action,
        "level": entry.level,
        "evidence": "recognised",
        "criteria_set": entry.set_id,
        "year_of_standard": str(entry.year or ""),
        "decision_no": entry.number,
        "decision_date": entry.day.isoformat() if entry.day else "",
        "source": "",
        "quote": "",
        "note_vi": entry.note,
        "note_en": entry.note,
        "scan_hash": scan_hash,
        "voided": int(entry.voided),
    }


def _change(entry: _Entry, reader: FormReader) -> Change | None:
    t, known = reader.t, entry.known
    kind: ChangeKind
    if entry.voided:
        before, after, kind = _said(known, reader), t("đã hủy"), "voided"
    elif known is not None:
        before, after, kind = _said(known, reader), _said(entry.recognition, reader), "changed"
        if before == after and known.note_vi == entry.note:
            return None
    else:
        held = _held(entry.unit, entry.day or reader.day, reader.facts.recognitions)
        before = _said(held[entry.level], reader) if entry.level in held else t("chưa có quyết định")
        after, kind = _said(entry.recognition, reader), "new"
        if entry.action == "withdraw" and entry.level == "standard" and len(held) > 1:
            after += t(" (mất cả mức nâng cao, kiểu mẫu)")
    return Change(entry.unit.code, reader.finder.place(entry.unit), t(LEVEL_WORDS[entry.level]), before, after, kind)


def _said(recognition: Recognition | None, reader: FormReader) -> str:
    """Return ``công nhận: 365/QĐ-UBND, 13/05/2019, năm đạt chuẩn 2018, Bộ tiêu chí 2016–2020``."""
    t = reader.t
    if recognition is None:
        return t("chưa có quyết định")
    action = t("công nhận") if recognition.action == "recognise" else t("thu hồi")
    parts = [f"{action}: {recognition.decision_no or t('chưa rõ số quyết định')}"]
    if recognition.decision_date:
        parts.append(recognition.decision_date.label)
    if recognition.standard_year:
        parts.append(t("năm đạt chuẩn {year}", year=recognition.standard_year.label))
    if found := reader.facts.criteria_sets.get(recognition.criteria_set):
        parts.append(found.name(reader.lang))
    return ", ".join(parts)


def _figures(
    before: Sequence[Recognition], after: Sequence[Recognition], reader: FormReader
) -> tuple[tuple[str, str], ...]:
    """Count the communes that are known by name to hold a level or a higher one, today."""
    labels = {
        "standard": "Xã đạt chuẩn trở lên (có tên)",
        "advanced": "Xã nâng cao trở lên (có tên)",
        "model": "Xã kiểu mẫu (có tên)",
    }
    figures = []
    for rank, level in enumerate(LEVELS):
        counts = [_count(some, frozenset(LEVELS[rank:]), reader) for some in (before, after)]
        figures.append((reader.t(labels[level]), " → ".join(map(str, counts))))
    return tuple(figures)


def _count(recognitions: Iterable[Recognition], levels: frozenset[Level], reader: FormReader) -> int:
    by_unit: dict[str, list[Recognition]] = {}
    for one in recognitions:
        by_unit.setdefault(one.unit, []).append(one)
    month = Month.of(reader.day)
    return sum(not levels.isdisjoint(held_levels(found, month)) for found in by_unit.values())
