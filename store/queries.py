"""Reading: everything known of a province at one ledger version, as records of the programme.

Of the published collection the newest one counts. A row that somebody entered replaces earlier rows
with the same key, or takes them back (``voided``); within one file nothing is merged.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, TypeVar

from sqlalchemy import Table, select

from base.clock import Month
from programme.calendar import Interval, parse_interval
from programme.clusters import Cluster
from programme.criteria import Assessment, CriteriaSet, Result, sets_from_rows
from programme.records import (
    ConfirmedAlias,
    CriteriaCount,
    Document,
    Dossier,
    Mandate,
    PublishedFigure,
    Recognition,
    Succession,
    Target,
    WithdrawalWarning,
)
from programme.units import Unit
from programme.villages import Village, VillageRecognition
from store import schema, settlements
from store.ledger import BOUNDARY_KINDS, Ledger, Receipt
from store.results import RESULTS, history_query, newest_results, newest_rows, reported_month
from store.rows import Row, in_force

_T = TypeVar("_T")
_Readers = Mapping[str, Callable[[Any], object]]
#: Tables of facts about single units.
_OF_UNITS: Final = {
    *(schema.recognitions, schema.targets, schema.warnings, schema.criteria_counts, schema.dossiers),
}
#: What makes two rows speak of the same thing, by table.
_KEYS: Final[dict[str, Callable[[Row], Hashable]]] = {
    "recognitions": lambda r: (r["code"], r["level"], r["action"], r["decision_no"] or r["year_of_standard"]),
    "targets": lambda r: (r["year"], r["level"], r["code"], r["district_code"], "" if r["code"] else r["kind"]),
    "figures": lambda r: (r["district_code"], r["period"], r["metric"]),
    "dossiers": lambda r: (r["code"], r["level"], r["criteria_set"], r["step"]),
}


@dataclass(frozen=True)
class LedgerFacts:
    """:class:`store.facts.Facts` over a ledger; see there for the meaning of each property.

    A table is read at first use and kept: the facts of a version never change. ``unit_list`` is the list
    whose units are known (empty: all of the province); ``part`` is a former province: only the units of its
    area are known then, and no totals of the whole.
    """

    ledger: Ledger
    province: str
    version: int
    unit_list: str = ""
    part: str = ""

    @property
    def is_sample(self) -> bool:
        return self.ledger.is_sample

    @cached_property
    def receipts(self) -> list[Receipt]:
        """Every submission that speaks of this province or of all, or of places in it, newest first."""
        placed = {row["submission_id"] for rows in self._placed.values() for row in rows}
        return [r for r in self._every if r.province in {"", self.province} or r.id in placed]

    @cached_property
    def _every(self) -> list[Receipt]:
        return self.ledger.receipts(self.version)

    @cached_property
    def known_at(self) -> str:
        return self.receipts[0].recorded_at.isoformat() if self.receipts else ""

    @cached_property
    def reports(self) -> Sequence[Receipt]:
        return [r for r in self.receipts if r.kind == "monthly"]

    @cached_property
    def last_entry(self) -> Receipt | None:
        return next((r for r in self.receipts if r.kind not in {"programme", *BOUNDARY_KINDS}), None)

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        rows = reversed(self._rows(schema.documents))
        names, read = {"document_id": "id"}, {"issued": _day}
        return {r["document_id"]: _make(Document, r, names, read, drop=("file",)) for r in rows}

    @cached_property
    def units(self) -> Mapping[str, Unit]:
        read: _Readers = {"variants": _split, "border": _split, "in_programme": bool}
        rows = self._unit_rows
        return {r["code"]: _make(Unit, r, {}, read, drop=("source", "unit_list")) for r in reversed(rows)}

    @cached_property
    def _unit_rows(self) -> list[dict[str, Any]]:
        return [r for r in self._rows(schema.units) if self._drawn(r["unit_list"], r["former_province"])]

    @cached_property
    def _lists(self) -> frozenset[str]:
        """The lists that the known units are of."""
        return frozenset(row["unit_list"] for row in self._unit_rows)

    def _drawn(self, unit_list: str, former_province: str) -> bool:
        """Tell whether a unit is in the list and the part asked for; rows of an older store name no list."""
        return (not self.unit_list or unit_list in {"", self.unit_list}) and self.part in {"", former_province}

    @cached_property
    def recognitions(self) -> Sequence[Recognition]:
        names = {"code": "unit", "year_of_standard": "standard_year"}
        read = {"year_of_standard": _interval, "decision_date": _interval}
        rows = [_sourced(r, self._by_number) for r in self._rows(schema.recognitions)]
        return [_make(Recognition, r, names, read, drop=("scan_hash", "voided")) for r in rows]

    @cached_property
    def targets(self) -> Sequence[Target]:
        if self.part:
            return []
        names = {"unit": "measure", "code": "unit", "district_code": "district"}
        read: _Readers = {"document": self.documents.__getitem__, "expected": bool}
        return [_make(Target, r, names, read, drop=("voided",)) for r in self._rows(schema.targets)]

    @cached_property
    def warnings(self) -> Sequence[WithdrawalWarning]:
        read = {"document": self.documents.__getitem__, "valid_from": _day}
        return [_make(WithdrawalWarning, r, {"code": "unit"}, read) for r in self._rows(schema.warnings)]

    @cached_property
    def figures(self) -> Sequence[PublishedFigure]:
        if self.part:
            return []
        rows = [_sourced(r, self._by_number) for r in self._rows(schema.figures)]
        names, read = {"district_code": "district"}, {"period": _interval}
        return [_make(PublishedFigure, r, names, read, drop=("voided",)) for r in rows]

    @cached_property
    def criteria_counts(self) -> Sequence[CriteriaCount]:
        names, read = {"code": "unit", "set_id": "criteria_set"}, {"period": _interval, "unmet": _numbers}
        return [_make(CriteriaCount, r, names, read) for r in self._rows(schema.criteria_counts)]

    @cached_property
    def dossiers(self) -> Sequence[Dossier]:
        rows = [_sourced({**r, "source": ""}, self._by_number) for r in self._rows(schema.dossiers)]
        names, read = {"code": "unit", "step_date": "day"}, {"step_date": _day}
        made = [_make(Dossier, r, names, read, drop=("voided",)) for r in rows]
        return sorted(made, key=lambda dossier: dossier.day)

    @cached_property
    def successions(self) -> Mapping[str, Succession]:
        return {s.unit: s for s in self._successions if s.boundary == self.unit_list or not self.unit_list}

    @cached_property
    def predecessors(self) -> Mapping[str, Sequence[Succession]]:
        found: dict[str, list[Succession]] = {}
        for succession in self._successions:
            if succession.successor_boundary == self.unit_list:
                found.setdefault(succession.successor_code, []).append(succession)
        return found

    @cached_property
    def _successions(self) -> Sequence[Succession]:
        read: _Readers = {"effective": _day, "unchanged": bool}
        return [_make(Succession, r, {"code": "unit"}, read) for r in self._rows(schema.successions)]

    @cached_property
    def boundary_defaults(self) -> Mapping[str, str]:
        return {r["unit_list"]: r["version"] for r in reversed(self._rows(schema.boundary_defaults))}

    @cached_property
    def aliases(self) -> Sequence[ConfirmedAlias]:
        rows = [r for r in self._rows(schema.aliases) if r["unit_list"] == self.unit_list]
        return [
            ConfirmedAlias(
                r["written"],
                r["district"],
                r["code"],
                self._by_number[r["submission_id"]].by,
                self._by_number[r["submission_id"]].recorded,
            )
            for r in rows
        ]

    @cached_property
    def mandates(self) -> Mapping[str, Mandate]:
        read = {"document": self.documents.__getitem__}
        rows = self._rows(schema.mandates)
        return {r["mandate_id"]: _make(Mandate, r, {"mandate_id": "id"}, read) for r in rows}

    @cached_property
    def clusters(self) -> Sequence[Cluster]:
        found = [settlements.cluster(self._with_source(row)) for row in self._placed["clusters"]]
        return sorted(found, key=lambda cluster: (cluster.as_of, cluster.id))

    @cached_property
    def villages(self) -> Sequence[Village]:
        return [settlements.village(self._with_source(row)) for row in self._placed["villages"]]

    @cached_property
    def village_recognitions(self) -> Sequence[VillageRecognition]:
        found = [settlements.recognition(self._with_source(row)) for row in self._placed["village_recognitions"]]
        return sorted(found, key=lambda recognition: recognition.since)

    @cached_property
    def _placed(self) -> Mapping[str, list[dict[str, Any]]]:
        """Rows of clusters, villages and their recognitions that speak of units known here, by table."""
        tables = (schema.clusters, schema.villages, schema.village_recognitions)
        with self.ledger.reading() as connection:
            return {
                table.name: settlements.rows_in_force(connection, table, self.version, self._lists, self.units)
                for table in tables
            }

    def _with_source(self, row: Row) -> Row:
        return _sourced({**row, "source": ""}, self._by_number)

    @cached_property
    def criteria_sets(self) -> Mapping[str, CriteriaSet]:
        heads = self._rows(schema.criteria_sets)
        newest = {r["set_id"]: r["submission_id"] for r in reversed(heads)}  # the first of a set wins
        heads = [r for r in heads if newest[r["set_id"]] == r["submission_id"]]
        items = [r for r in self._rows(schema.criteria) if newest.get(r["set_id"]) == r["submission_id"]]
        return sets_from_rows([_as_text(r) for r in heads], [_as_text(r) for r in items])

    def assessments(
        self, set_id: str, month: Month, since: Month | None = None, codes: Collection[str] | None = None
    ) -> Mapping[str, Mapping[str, Assessment]]:
        found: dict[str, dict[str, Assessment]] = {}
        with self.ledger.reading() as connection:
            for row in newest_rows(connection, self.province, self.version, set_id, codes, month, since):
                made = self._assessment(set_id, row)
                found.setdefault(made.unit, {})[made.code] = made
        return found

    def results(
        self, set_id: str, codes: Collection[str], month: Month, since: Month | None = None
    ) -> Mapping[str, Mapping[str, tuple[Month, Result | None]]]:
        with self.ledger.reading() as connection:
            return newest_results(connection, self.province, self.version, set_id, codes, month, since)

    def history(self, set_id: str, unit: str, month: Month, since: Month | None = None) -> Sequence[Assessment]:
        with self.ledger.reading() as connection:
            rows = connection.execute(history_query(set_id, unit, month, since, self.version)).all()
        return [self._assessment(set_id, row) for row in rows]

    def _assessment(self, set_id: str, row: Iterable[Any]) -> Assessment:
        # A province has thousands of rows: they are taken apart by place, not by name.
        unit, code, number, period, result, value, text, sheet, cell = row
        sheets = self._by_number[number].sheets
        return Assessment(
            unit=unit,
            set_id=set_id,
            code=code,
            period=reported_month(period),
            result=RESULTS.get(result),
            value=value if text is None else text,
            submission=number,
            cell=f"{sheets[sheet]}!{cell}" if sheet < len(sheets) else cell,
        )

    def report_of(self, number: int) -> Receipt:
        return self._by_number[number]

    @cached_property
    def _by_number(self) -> dict[int, Receipt]:
        return {receipt.id: receipt for receipt in self.receipts}

    def _rows(self, table: Table) -> list[dict[str, Any]]:
        """Return the rows in force, those of the newest submission first, in the order of their file."""
        own = [r for r in self._every if r.province in {"", self.province}]
        collection = next((r.id for r in own if r.kind == "programme"), 0)
        entries = [r.id for r in own if r.kind not in {"programme", "monthly"}]
        query = select(table).where(table.c.submission_id.in_([*entries, collection]))
        if "province" in table.c:
            query = query.where(table.c.province.in_(["", self.province]))
        # What somebody entered speaks before the collection, also before one that came with newer software.
        query = query.order_by(table.c.submission_id == collection, table.c.submission_id.desc(), table.c.id)
        with self.ledger.reading() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        if table in _OF_UNITS:  # codes are used again: those of another list are other units
            rows = [row for row in rows if row["code"] is None or row["code"] in self.units]
        key = _KEYS.get(table.name)
        return in_force(rows, key) if key else rows


def _make(
    kind: Callable[..., _T],
    row: Row,
    names: Mapping[str, str],
    read: _Readers,
    drop: Collection[str] = (),
) -> _T:
    """Build a record from a row: some columns renamed, some read, those of the store left out."""
    left_out = {"id", "submission_id", "sheet", "cell", "province", *drop}
    values = {names.get(k, k): read[k](v) if k in read else v for k, v in row.items() if k not in left_out}
    return kind(**values)


def _sourced(row: Row, receipts: Mapping[int, Receipt]) -> Row:
    """Give a row that names no source the file and the cell that it came from."""
    if row["source"]:
        return row
    receipt = receipts[row["submission_id"]]
    place = ", ".join(part for part in (receipt.file_name, row["sheet"], row["cell"]) if part)
    return {**row, "source": f"{place} ({receipt.by}, {receipt.recorded})"}


def _as_text(row: Row) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}


def _day(value: str) -> date:
    return date.fromisoformat(value)


def _interval(value: str) -> Interval | None:
    return parse_interval(value)


def _split(value: str) -> tuple[str, ...]:
    return tuple(part for part in value.split("|") if part)


def _numbers(value: str) -> tuple[int, ...]:
    return tuple(int(part) for part in value.split(";") if part)
