"""Applications for recognition: the steps of a commune's dossier, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, cast

from base.clock import day_label
from intake.checked import Change
from intake.form_cells import FormReader, FormRow, Found
from intake.form_kinds import LEVEL_WORDS, STEP_WORDS
from programme.criteria import CriteriaSet
from programme.records import STEPS, Dossier, Level, Step
from programme.units import Unit

#: What may come directly before a step (FACTS §3); ``None`` is the beginning.
_AFTER: Final[Mapping[Step, frozenset[Step | None]]] = {
    "submitted": frozenset({None, "returned", "decided"}),
    "verified": frozenset({"submitted"}),
    "appraised": frozenset({"verified"}),
    "decided": frozenset({"appraised"}),
    "returned": frozenset({"submitted", "verified", "appraised"}),
}

_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row without faults; ``known`` is the step that it replaces or takes back."""

    row: FormRow
    unit: Unit
    level: Level
    criteria_set: CriteriaSet
    step: Step
    day: date
    note: str
    known: Dossier | None
    voided: bool

    @property
    def key(self) -> _Key:
        """The dossier that the step is of."""
        return self.unit.code, self.level, self.criteria_set.id


@dataclass(frozen=True, slots=True)
class _Taken:
    """A step that was taken, by an earlier file (``entry`` is ``None``) or by this one."""

    step: Step
    day: date
    entry: _Entry | None


def check_dossiers(reader: FormReader) -> Found:
    """Read a table of steps; faults gather in ``reader``."""
    entries = [entry for row in reader.rows if (entry := _entry(row, reader))]
    # With other rows faulty, the step that is missing may be among them.
    if reader.sound:
        for key in dict.fromkeys(entry.key for entry in entries):
            _check_order([entry for entry in entries if entry.key == key], reader)
    return Found(
        rows={"dossiers": [_row(entry, reader) for entry in entries]},
        changes=tuple(change for entry in entries if (change := _change(entry, reader))),
    )


def _entry(row: FormRow, reader: FormReader) -> _Entry | None:
    unit, level, step = row.commune(), cast("Level", row.word("level")), cast("Step", row.word("step"))
    criteria_set = row.criteria_set("set", level or None)
    day, note, voided = row.day("day"), row.text("note"), bool(row.word("void"))
    if unit is None or criteria_set is None or day is None or not row.sound:
        return None
    if not reader.once(row, (unit.code, level, criteria_set.id, step)):
        return None
    wanted = (unit.code, level, criteria_set.id, step)
    known = next((d for d in reader.facts.dossiers if (d.unit, d.level, d.criteria_set, d.step) == wanted), None)
    if voided and known is None:
        row.fault("void", "Không có bước này của hồ sơ để hủy. Hãy kiểm tra xã, mức, bộ tiêu chí và bước.")
        return None
    return _Entry(row, unit, level, criteria_set, step, day, note, known, voided)


def _check_order(entries: list[_Entry], reader: FormReader) -> None:
    """Note a fault at every step of this file that cannot follow the one before it, or be followed by the next.

    A step replaces the earlier one of its name, so "submitted" after "returned" begins a new round; what
    the store still has of the round before is only looked at as something that happened.
    """
    replaced = {entry.step for entry in entries}
    taken = [_Taken(entry.step, entry.day, entry) for entry in entries if not entry.voided]
    taken += [
        _Taken(dossier.step, dossier.day, None)
        for dossier in reader.facts.dossiers
        if (dossier.unit, dossier.level, dossier.criteria_set) == entries[0].key and dossier.step not in replaced
    ]
    taken.sort(key=lambda one: (one.day, STEPS.index(one.step)))
    first: _Taken | None = None
    for second in taken:
        fits = (first.step if first else None) in _allowed(second, reader, entries[0].unit)
        at = second.entry or (first.entry if first else None)
        if not fits and at:
            _refuse(at, first, second)
        if fits or second.entry is None:
            first = second  # what is refused is passed over, so that one slip is told once


def _allowed(taken: _Taken, reader: FormReader, unit: Unit) -> frozenset[Step | None]:
    """Return what may come before a step; since the districts ended there is no verification by them."""
    succession = reader.facts.successions.get(unit.code)
    no_district = taken.step == "appraised" and succession is not None and taken.day >= succession.effective
    return _AFTER[taken.step] | ({"submitted"} if no_district else set())


def _refuse(at: _Entry, first: _Taken | None, second: _Taken) -> None:
    step, day = STEP_WORDS[second.step], day_label(second.day)
    if first is None:
        message = "Bước “{step}” ({day}) chưa thể có vì hồ sơ này chưa nộp. Hãy nhập bước “đã nộp” với ngày của nó."
        at.row.fault("step", message, step=step, day=day)
        return
    at.row.fault(
        "step",
        "Bước “{step}” ({day}) không thể theo sau “{before}” ({before_day}). Thứ tự: đã nộp, thẩm tra, thẩm định, "
        "rồi quyết định hoặc trả lại. Hãy nhập bước còn thiếu hoặc sửa ngày.",
        step=step,
        day=day,
        before=STEP_WORDS[first.step],
        before_day=day_label(first.day),
    )


def _row(entry: _Entry, reader: FormReader) -> dict[str, object]:
    return {
        **entry.row.place,
        "province": reader.facts.province,
        "code": entry.unit.code,
        "level": entry.level,
        "criteria_set": entry.criteria_set.id,
        "step": entry.step,
        "step_date": entry.day.isoformat(),
        "note": entry.note,
        "voided": int(entry.voided),
    }


def _change(entry: _Entry, reader: FormReader) -> Change | None:
    t, known = reader.t, entry.known
    if known and not entry.voided and (known.day, known.note) == (entry.day, entry.note):
        return None
    level, name = t(LEVEL_WORDS[entry.level]), entry.criteria_set.name(reader.lang)
    return Change(
        unit=entry.unit.code,
        place=reader.finder.place(entry.unit),
        what=t("Hồ sơ {level} ({set}): {step}", level=level, set=name, step=t(STEP_WORDS[entry.step])),
        before=_said(known.day, known.note) if known else t("chưa có"),
        after=t("đã hủy") if entry.voided else _said(entry.day, entry.note),
        kind="voided" if entry.voided else "changed" if known else "new",
    )


def _said(day: date, note: str) -> str:
    return f"{day_label(day)} ({note})" if note else day_label(day)
