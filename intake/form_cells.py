"""Reading the rows of a form: every cell becomes what it means, or a fault at its place."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from base.clock import day_label, today
from base.errors import Fault, NtmError
from base.i18n import Translate, translate, translator
from base.numbers import number
from geo.spelling import folded
from intake.cell_values import cell_text, coordinate_of, interval_of, number_of, time_text
from intake.checked import Change
from intake.communes import CommuneFinder
from intake.form_columns import PROVINCE_WORD, Form
from intake.table import TableRow, find_table
from intake.workbook import Value, Workbook
from programme.calendar import PROGRAMME_START, Interval
from programme.criteria import CriteriaSet
from programme.records import Level
from programme.units import District, Unit
from store.ledger import Kind, Ledger
from store.queries import LedgerFacts

_YEAR: Final = re.compile(r"(?:nam )?(\d{4})")
#: No cluster has more people; no column of the store holds much more.
_MOST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """What a form's rows say: rows by table of the store, what would change, and what to look at."""

    rows: Mapping[str, Sequence[Mapping[str, object]]]
    changes: tuple[Change, ...]
    warnings: tuple[str, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()


class FormReader:
    """Finds a form's table in a workbook and reads its rows; faults gather in ``faults``.

    Attributes
    ----------
    rows
        The rows in their order.
    day
        Today: nothing that happened can be dated later.
    t, lang
        Words of the preview.

    Raises
    ------
    DataError
        The table is not there, or has no rows that can be read.
    """

    def __init__(self, form: Form, workbook: Workbook, facts: LedgerFacts, lang: str) -> None:
        """Find the table; its rows are read by those who check them."""
        self.form, self.facts, self.lang = form, facts, lang
        self.file = workbook.name
        self.table = find_table(workbook, form.headings())
        self.finder = CommuneFinder(facts.units)
        self.day = today()
        self.t: Translate = translator(lang)
        self.faults: list[Fault] = []
        self.rows = [FormRow(self, row) for row in self.table.rows]
        self._first: dict[Hashable, int] = {}
        self._meanings: dict[str, Mapping[str, str]] = {}

    @property
    def sound(self) -> bool:
        """Whether every row that was read so far is without fault."""
        return all(row.sound for row in self.rows)

    def meanings(self, key: str) -> Mapping[str, str]:
        """Return what the words of a column mean, by how they may be written: folded, in either language."""
        if key not in self._meanings:
            words = self.form.column(key).words
            self._meanings[key] = {
                written: meaning
                for meaning, word in reversed(list(words.items()))
                for written in (meaning, folded(translate(word, "en")), folded(word))
            }
        return self._meanings[key]

    def once(self, row: FormRow, key: Hashable) -> bool:
        """Tell whether no row before says the same; a fault of the row when one does."""
        first = self._first.setdefault(key, row.number)
        if first != row.number:
            row.fault(None, "Dòng này trùng với dòng {first}. Hãy chỉ giữ một dòng.", first=first)
        return first == row.number


@dataclass
class FormRow:
    """One row. Every method reads a cell, and gives nothing when it is empty or has a fault.

    ``sound`` is false once a fault of the row was found.
    """

    reader: FormReader
    row: TableRow
    sound: bool = field(default=True)

    @property
    def number(self) -> int:
        """The spreadsheet row."""
        return self.row.number

    @property
    def place(self) -> dict[str, object]:
        """Where the row stands, as the tables of the store say it."""
        return {"sheet": self.reader.table.sheet.name, "cell": f"A{self.number}"}

    def fault(self, key: str | None, message: str, **params: object) -> None:
        """Note a fault at a cell, or of the whole row."""
        self.sound = False
        self.reader.faults.append(self.reader.table.fault(self.reader.file, self.number, key, message, **params))

    def has(self, key: str) -> bool:
        """Tell whether the cell is filled."""
        return self.row.values.get(key) is not None

    def peek(self, key: str) -> str:
        """Return a cell as text, without noting a fault."""
        return cell_text(self.row.values.get(key))

    def missing(self, key: str) -> None:
        """Note that the cell must be filled."""
        self.fault(key, "Thiếu “{heading}”. Hãy điền vào ô này.", heading=self.reader.form.column(key).heading)

    def _value(self, key: str) -> Value:
        value = self.row.values.get(key)
        if value is None and self.reader.form.column(key).required:
            self.missing(key)
        return value

    def text(self, key: str) -> str:
        """Return a text; numbers and dates as they are written here."""
        return cell_text(self._value(key))

    def word(self, key: str) -> str:
        """Return the meaning of the word that was chosen."""
        value = self.text(key)
        if value and (meaning := self.reader.meanings(key).get(folded(value))) is not None:
            return meaning
        if value:
            allowed = ", ".join(self.reader.form.column(key).words.values())
            self.fault(key, "“{value}” không dùng được; chọn một trong: {allowed}.", value=value, allowed=allowed)
        return ""

    def count(self, key: str) -> float | None:
        """Return a number that is not negative."""
        value = self._value(key)
        if value is None:
            return None
        found = number_of(value)
        if found is None:
            self.fault(key, "“{value}” phải là số, không âm, ví dụ 51 hoặc 16,15.", value=cell_text(value))
        return found

    def whole(self, key: str) -> int | None:
        """Return a whole number that is not negative."""
        value = self._value(key)
        if value is None:
            return None
        found = number_of(value)
        if found is None or not found.is_integer() or found > _MOST:
            message = "“{value}” phải là số nguyên từ 0 đến {most}."
            self.fault(key, message, value=cell_text(value), most=number(_MOST))
            return None
        return int(found)

    def coordinate(self, key: str) -> float | None:
        """Return a number of any sign; the one comma or point in it is the decimal one, several part thousands."""
        value = self._value(key)
        if value is None:
            return None
        found = coordinate_of(value)
        if found is None:
            message = "“{value}” không phải là tọa độ. Hãy ghi một số, ví dụ 107,512345 hoặc 552345,6."
            self.fault(key, message, value=cell_text(value))
        return found

    def year(self, key: str, last: int) -> int | None:
        """Return a year of the programme, not later than ``last``."""
        value = self._value(key)
        if value is None:
            return None
        found = _YEAR.fullmatch(folded(cell_text(value)))
        first = PROGRAMME_START.year
        if found and first <= int(found[1]) <= last:
            return int(found[1])
        message = "“{value}” không phải là năm từ {first} đến {last}. Hãy ghi năm bằng 4 chữ số."
        self.fault(key, message, value=cell_text(value), first=first, last=last)
        return None

    def day(self, key: str, *, happened: bool = True) -> date | None:
        """Return a day; what ``happened`` lies between the programme's start and today."""
        value = self._value(key)
        if value is None:
            return None
        interval = interval_of(time_text(value))
        if interval is None or interval.day is None:
            self.fault(key, "“{value}” không phải là ngày. Hãy ghi dạng 31/12/2024.", value=cell_text(value))
            return None
        return interval.day if not happened or self._possible(key, interval.day, interval.day) else None

    def time(self, key: str) -> tuple[str, Interval] | None:
        """Return a day, month or year: as the store writes it, and what it means."""
        value = self._value(key)
        if value is None:
            return None
        interval = interval_of(time_text(value))
        if interval is None:
            message = "“{value}” không phải là ngày, tháng hoặc năm. Hãy ghi dạng 31/12/2024, 12/2024 hoặc 2024."
            self.fault(key, message, value=cell_text(value))
            return None
        first = date(interval.earliest.year, interval.earliest.month, 1)
        return (time_text(value), interval) if self._possible(key, first, interval.day or first) else None

    def _possible(self, key: str, first: date, last: date) -> bool:
        today_, start = self.reader.day, date(PROGRAMME_START.year, PROGRAMME_START.month, 1)
        if last > today_:
            self.fault(
                key, "{day} ở sau hôm nay ({today}). Hãy sửa ngày.", day=day_label(last), today=day_label(today_)
            )
        elif first < start:
            message = "{day} ở trước khi chương trình bắt đầu ({start}). Hãy sửa ngày."
            self.fault(key, message, day=day_label(first), start=start.year)
        else:
            return True
        return False

    def district(self, key: str) -> District | None:
        """Return the district that a code or name means."""
        value = self._value(key)
        try:
            return self.reader.finder.district(value) if value is not None else None
        except NtmError as error:
            self.fault(key, error.message, **error.params)
            return None

    def area(self, key: str) -> tuple[str | None, str]:
        """Return code (``None`` for the province) and name of a district or the province."""
        value = self.peek(key)
        if folded(value) in {folded(PROVINCE_WORD), folded(translate(PROVINCE_WORD, "en"))}:
            return None, self.reader.t(PROVINCE_WORD)
        district = self.district(key)
        return (district.code, district.name) if district else (None, "")

    def commune(self) -> Unit | None:
        """Return the commune of the programme that code, name and district mean."""
        values = self.row.values
        district = self.district("district")
        key = "name" if self.has("name") and not self.has("code") else "code"
        try:
            unit = self.reader.finder.find(values.get("code"), values.get("name"), district.code if district else None)
        except NtmError as error:
            self.fault(key, error.message, **error.params)
            return None
        if not unit.in_programme:
            message = "{place} không phải là xã nên ngoài chương trình nông thôn mới. Hãy bỏ dòng này hoặc sửa mã xã."
            self.fault(key, message, place=self.reader.finder.place(unit))
            return None
        return unit

    def criteria_set(self, key: str, level: Level | None = None) -> CriteriaSet | None:
        """Return the criteria set of that name or id; of another level it is a fault."""
        value = self.text(key)
        if not value:
            return None
        known = [found for found in self.reader.facts.criteria_sets.values() if level in {None, found.level}]
        for found in known:
            if folded(value) in {folded(found.id), folded(found.name_vi), folded(found.name_en)}:
                return found
        message = "“{value}” không phải là bộ tiêu chí dùng ở đây; chọn một trong: {allowed}."
        self.fault(key, message, value=value, allowed=", ".join(found.name_vi for found in known))
        return None


def repeated(ledger: Ledger, kind: Kind, province: str, file_hash: str, t: Translate) -> list[str]:
    """Return the warning that a file is in the store already; none when it is new."""
    found = ledger.receipts(kind=kind, province=province, file_hash=file_hash)
    words = "Tệp này đang có hiệu lực rồi (biên nhận số {number}); nộp lại sẽ không ghi thêm."
    return [t(words, number=receipt.id) for receipt in found[:1]]
