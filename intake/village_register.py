"""The villages that are on record, found by commune and name; a commune may be named as it was before or as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from geo.spelling import folded
from intake.form_cells import FormRow
from intake.settlement_place import Place, Places
from programme.villages import Village

#: Names that are told when one is not found.
_SUGGESTED: Final = 3


class Register:
    """The register of villages as it stands in the store.

    Parameters
    ----------
    places
        The unit lists of a file's province.
    """

    def __init__(self, places: Places) -> None:
        """Arrange the villages by commune."""
        self._places = places
        self._by_commune: dict[tuple[str, str], list[Village]] = {}
        for village in places.lists.villages:
            for where in ((village.old_list, village.old_code), (village.new_list, village.new_code)):
                if where[1]:
                    self._by_commune.setdefault(where, []).append(village)

    def of(self, place: Place) -> Iterator[Village]:
        """Yield the villages of a commune; of a former one also those of which only today's commune is on record."""
        lists = self._places.lists
        own = self._by_commune.get((place.era.lists[place.unit.code], place.unit.code), [])
        if place.era is lists.now:
            yield from (one for one in own if place.old is None or one.old_code in {"", place.old.code})
            return
        yield from own
        for successor in lists.successors(place.unit):
            found = self._by_commune.get((lists.now.lists[successor.code], successor.code), [])
            yield from (one for one in found if not one.old_code)

    def named(self, place: Place, name: str) -> list[Village]:
        """Return the villages of a commune with that name; those of the very commune go before others."""
        found = [one for one in self.of(place) if one.name.casefold() == name.casefold()]
        old = place.old.code if place.old else "" if place.era is self._places.lists.now else place.unit.code
        return [one for one in found if old and one.old_code == old] or found

    def alike(self, place: Place, name: str) -> list[str]:
        """Return names of a commune that differ by case or diacritics alone, else the nearest ones; at most three."""
        names: Mapping[str, str] = {folded(one.name): one.name for one in self.of(place)}
        plain = folded(name)
        return [names[plain]] if plain in names else [names[one] for one in get_close_matches(plain, names, _SUGGESTED)]

    def one(self, row: FormRow, place: Place, name: str) -> Village | None:
        """Return the village that a row names; ``None`` where there is none, or several: that is a fault."""
        found = self.named(place, name)
        if len(found) > 1:
            units = (self._places.old_unit(one.old_code) for one in found)
            communes = ", ".join(sorted({unit.full_name for unit in units if unit}))
            message = "{place} có nhiều thôn tên “{name}”, của: {communes}. Hãy ghi xã trước sắp xếp."
            row.fault("old_code", message, place=place.words, name=name, communes=communes)
        return found[0] if len(found) == 1 else None
