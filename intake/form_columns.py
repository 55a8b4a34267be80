"""The small forms as plain data: the columns of each, what may stand in them, and how they are explained.

A workbook, a CSV file of one row and a page's form are all made from this, and all are checked against
it (:mod:`intake.forms`). Headings, help and choices are Vietnamese and keys of their translations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from base.i18n import translate
from intake.communes import choice
from intake.table import Column
from intake.unit_lists import communes_offered
from programme.records import LEVELS
from programme.units import districts_of
from store.ledger import Kind
from store.queries import LedgerFacts

FormKind = Literal["decisions", "targets", "figures", "dossiers", "clusters", "villages", "village-recognitions"]
_TextKind = Literal["text", "choice", "commune", "former-commune", "district", "area", "set", "department"]
_NumberKind = Literal["number", "count", "coordinate", "year", "date", "time"]
CellKind = _TextKind | _NumberKind
CommuneChoice = Literal["province", "lists", "border"]

PROVINCE_WORD: Final = "Toàn tỉnh"


@dataclass(frozen=True, slots=True)
class FormColumn:
    """One column of a form.

    Attributes
    ----------
    key
        Name of the column in values and rows.
    heading, help
        What stands above it, and what to write into it.
    kind
        What a cell holds; ``time`` is a day, month or year, ``area`` the province or a district, ``count`` a whole
        number, ``former-commune`` a unit of the list before today's.
    words
        For ``choice``: what may be chosen, by meaning.
    required
        Whether a row is refused without it.
    example
        For the instruction sheet: a number, a date, or one of the words.
    also
        Other headings that officers write above it, without case and diacritics.
    width
        Width in a workbook, in characters; 0: as usual for the kind.
    file_only
        Of use only where rows are pasted into a file: a page's form can do without it.
    group
        Heading of the part of a page's form that it stands in; empty: none.
    communes
        For communes: which ones a drop-down offers: those that the province reports of, those of today's list and
        of the list before, or of these only the ones at the national boundary.
    """

    key: str
    heading: str
    help: str
    kind: CellKind = "text"
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    required: bool = False
    example: str = ""
    also: tuple[str, ...] = ()
    width: int = 0
    file_only: bool = False
    group: str = ""
    communes: CommuneChoice = "province"

    @property
    def closed(self) -> bool:
        """Whether nothing but the choices may be written; otherwise they are suggestions."""
        return self.kind in {"choice", "area", "set"}

    def choices(self, facts: LedgerFacts, lang: str = "vi") -> tuple[str, ...]:
        """Return what a drop-down offers, empty when anything may be written."""
        districts = districts_of(facts.units.values()).values()
        offered: Iterable[str] = ()
        match self.kind:
            case "choice":
                offered = (translate(word, lang) for word in self.words.values())
            case "commune" | "former-commune" if self.communes != "province":
                former, border = self.kind == "former-commune", self.communes == "border"
                offered = dict.fromkeys(communes_offered(facts, former=former, border=border))
            case "commune":
                offered = (choice(unit, district) for district in districts for unit in district.programme_units)
            case "district":
                offered = (district.name for district in districts)
            case "area":
                offered = (translate(PROVINCE_WORD, lang), *(district.name for district in districts))
            case "set":
                offered = (item.name(lang) for item in facts.criteria_sets.values() if item.level in LEVELS)
            case "department":
                offered = departments(facts)
        return tuple(offered)


#: Of a form whose rows can be taken back.
VOID: Final = FormColumn(
    "void",
    "Hủy dòng đã nhập",
    "Chọn “Hủy” để rút lại một dòng đã nhập trước đây; các cột khác ghi như dòng đó.",
    "choice",
    {"void": "Hủy"},
    also=("huy", "huy dong"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """A table to be filled: a small workbook, one row of it on a page, or a sheet of the criteria set file.

    Attributes
    ----------
    kind
        What it is handed in as.
    title, about
        Its name, and what a row of it says.
    sheet
        Name of its sheet in a workbook.
    columns
        In the order of the sheet.
    """

    kind: Kind
    title: str
    sheet: str
    about: str
    columns: tuple[FormColumn, ...]

    def column(self, key: str) -> FormColumn:
        """Return a column; raise :class:`KeyError` when the form has none of this key."""
        return {column.key: column for column in self.columns}[key]

    def choices(self, facts: LedgerFacts, lang: str = "vi") -> dict[str, tuple[str, ...]]:
        """Return what the drop-downs offer, by column key."""
        return {column.key: offered for column in self.columns if (offered := column.choices(facts, lang))}

    def headings(self) -> list[Column]:
        """Return the columns as they are looked for in a file: in Vietnamese, in English, or as officers write them."""
        return [
            Column(column.key, (column.heading, translate(column.heading, "en"), *column.also), column.required)
            for column in self.columns
        ]


def departments(facts: LedgerFacts) -> tuple[str, ...]:
    """Return the departments that plans and criteria name, in the order of the alphabet."""
    named = [mandate.lead for mandate in facts.mandates.values()]
    named += [item.department for found in facts.criteria_sets.values() for item in found.items]
    return tuple(sorted({part.strip() for text in named for part in text.split(";")} - {""}))
