"""The communes of today's unit list and of the list before the reorganisation, and what became of one in the other.

Files about clusters and villages speak of communes of both: a code or a name alone does not always tell which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Final, TypeVar

from base.clock import Month, today
from base.errors import NtmError, StateError
from geo.boundaries import BoundaryVersion, catalogue, load, version_for
from geo.name_index import code_in
from intake.communes import SEPARATOR, CommuneFinder, choice
from intake.scope import facts_in
from intake.sheets import Value
from programme.clusters import Cluster
from programme.units import FORMER, District, Unit, districts_of
from programme.villages import Village, VillageRecognition
from store.queries import LedgerFacts

_T = TypeVar("_T", Cluster, Village, VillageRecognition)
_OLD_WORD: Final = FORMER.strip()


class Era:
    """The units between two reorganisations, of one list or of the lists of several provinces.

    Attributes
    ----------
    facts
        What is known for the units of each list.
    units
        The units by code.
    lists
        Id of the list that a unit is of, by its code.
    """

    def __init__(self, facts: Sequence[LedgerFacts]) -> None:
        """Arrange the units of the lists by code and name."""
        self.facts = tuple(facts)
        self.units = {code: unit for one in facts for code, unit in one.units.items()}
        self.lists = {code: one.unit_list for one in facts for code in one.units}
        self._districts = districts_of(self.units.values())
        self._finder = CommuneFinder(self.units)
        self._found: dict[tuple[Value, Value, Value], Unit | NtmError] = {}

    def find(self, code: Value, name: Value, district: Value) -> Unit:
        """Return the unit that the cells of a row mean: code, or a drop-down's whole text; name; district.

        Raises
        ------
        NtmError
            As :meth:`intake.communes.CommuneFinder.find`; a name within the drop-down's text counts like one beside it.
        """
        asked = (code, name, district)
        if asked not in self._found:
            try:
                self._found[asked] = self._find(*asked)
            except NtmError as error:
                self._found[asked] = error
        found = self._found[asked]
        if isinstance(found, NtmError):
            raise found
        return found

    def _find(self, code: Value, name: Value, district: Value) -> Unit:
        parts = str(code or "").split(SEPARATOR)
        if code_in(parts[0]) and len(parts) > 1:
            name = name or parts[1]
            district = district or (parts[2] if len(parts) > 2 else None)  # noqa: PLR2004 - code, name, district
        return self._finder.find(code, name, self._district(str(district)) if district else None)

    def _district(self, text: str) -> str:
        """Return the code of a district; its name may say that it is a former one, or not."""
        plain = text.replace(_OLD_WORD, "").strip()
        try:
            return self._finder.district(plain).code
        except NtmError:
            return self._finder.district(f"{plain}{FORMER}").code

    def facts_of(self, unit: Unit) -> LedgerFacts:
        """Return what is known for the list that a unit is of."""
        return next(one for one in self.facts if one.unit_list == self.lists[unit.code])

    def place(self, unit: Unit) -> str:
        """Return ``Xã Đăk Plô – huyện Đăk Glei (cũ)``."""
        return self._finder.place(unit)

    def boundary(self, unit: Unit) -> BoundaryVersion:
        """Return the boundary version that draws a unit: the one chosen in this office, else the first of its list."""
        facts = self.facts_of(unit)
        chosen = facts.boundary_defaults.get(facts.unit_list, facts.unit_list)
        return load(chosen if chosen in catalogue() else facts.unit_list, facts.part)

    def choice(self, unit: Unit) -> str:
        """Return what a drop-down offers for a unit."""
        return choice(unit, self._districts[unit.district_code])

    @property
    def border(self) -> Sequence[Unit]:
        """The units that touch the national boundary, in the order of their names."""
        return sorted((unit for unit in self.units.values() if unit.border), key=lambda unit: unit.name)

    @property
    def districts(self) -> Sequence[District]:
        """The districts of all units, in code order."""
        return tuple(self._districts.values())


class UnitLists:
    """Today's units and those before them, of one province or of its part of the province it went into.

    Attributes
    ----------
    now
        The units of today.
    before
        Those that they were made of; ``None`` where no earlier list is on record.
    since
        First day of today's list.
    reorganised
        Whether today's units were made by a reorganisation.
    """

    def __init__(self, facts: LedgerFacts, month: Month) -> None:
        """Find the lists; raise :class:`base.errors.StateError` when none is known of the month."""
        own = facts_in(facts, month)
        entry = version_for(own.province, month)
        self.now = Era([own])
        self.reorganised = entry.reorganised
        self.since = date(entry.first_month.year, entry.first_month.month, 1)
        rows = [row for code in own.units for row in own.predecessors.get(code, ())]
        former = [_of_list(own, boundary) for boundary in sorted({row.boundary for row in rows} & set(catalogue()))]
        earlier = [one for one in former if one.units]
        self.before = Era(earlier) if earlier else None
        self._after: dict[str, list[Unit]] = {}
        self._made_of: dict[str, list[Unit]] = {}
        for row in rows:
            if self.before and row.unit in self.before.units:
                self._after.setdefault(row.unit, []).append(own.units[row.successor_code])
                self._made_of.setdefault(row.successor_code, []).append(self.before.units[row.unit])

    @property
    def eras(self) -> tuple[Era, ...]:
        """Today's units, then those before."""
        return (self.now, self.before) if self.before else (self.now,)

    def on(self, day: date) -> Era:
        """Return the units of a day.

        Raises
        ------
        StateError
            No unit list is on record for the day.
        """
        if day >= self.since:
            return self.now
        lists = self.before.facts if self.before else ()
        if self.before and any(catalogue()[one.unit_list].covers(Month.of(day)) for one in lists):
            return self.before
        raise StateError(
            "Không có danh mục đơn vị hành chính nào của ngày này; danh mục sớm nhất từ {first}. Hãy sửa ngày.",
            first=min(catalogue()[one.unit_list].first_month for era in self.eras for one in era.facts).label,
        )

    def successors(self, unit: Unit) -> Sequence[Unit]:
        """Return what a unit of before became: several where it was divided."""
        return self._after.get(unit.code, ())

    def predecessors(self, unit: Unit) -> Sequence[Unit]:
        """Return what a unit of today was made of, in code order."""
        return sorted(self._made_of.get(unit.code, ()), key=lambda one: one.code)

    def same(self, old: Unit, new: Unit) -> bool:
        """Tell whether a unit of today is one of before and nothing else."""
        return list(self.successors(old)) == [new] and list(self.predecessors(new)) == [old]

    @cached_property
    def clusters(self) -> Sequence[Cluster]:
        """Every record of a cluster in these units, of both times."""
        return self._once([one for era in self.eras for facts in era.facts for one in facts.clusters])

    @cached_property
    def villages(self) -> Sequence[Village]:
        """The register of villages in these units, of both times."""
        return self._once([one for era in self.eras for facts in era.facts for one in facts.villages])

    @cached_property
    def recognitions(self) -> Sequence[VillageRecognition]:
        """The recognitions of villages in these units, of both times."""
        return self._once([one for era in self.eras for facts in era.facts for one in facts.village_recognitions])

    def _once(self, records: Sequence[_T]) -> Sequence[_T]:
        """Leave out records that both lists show: they differ only in the unit that they are shown for."""
        return list({replace(one, unit=""): one for one in records}.values())


def _of_list(facts: LedgerFacts, boundary: str) -> LedgerFacts:
    entry = catalogue()[boundary]
    return replace(facts, province=entry.province, unit_list=entry.units_of, part="")


def unit_lists(facts: LedgerFacts) -> UnitLists:
    """Return the lists of today and before for the province that facts are of.

    Raises
    ------
    StateError
        No unit list is known of the province today.
    """
    return _unit_lists(facts, Month.of(today()))


@lru_cache(maxsize=8)
def _unit_lists(facts: LedgerFacts, month: Month) -> UnitLists:
    return UnitLists(facts, month)


def communes_offered(facts: LedgerFacts, *, former: bool, border: bool) -> Iterator[str]:
    """Yield what a drop-down offers for communes of both lists: ``23344 – Đăk Plô – huyện Đăk Glei (cũ)``.

    Parameters
    ----------
    facts
        Of a province; where no unit list of it is known, nothing is offered.
    former
        Only the units of before, townships among them: what a commune of today was made of.
    border
        Only those that touch the national boundary.
    """
    try:
        lists = unit_lists(facts)
    except StateError:
        return
    for era in lists.eras[1:] if former else lists.eras:
        for district in era.districts:
            for unit in district.units if former else district.programme_units:
                if unit.border or not border:
                    yield choice(unit, district)
