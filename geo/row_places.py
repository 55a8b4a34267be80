"""Which districts of the list the rows of a file lie in, also when the file knows older or newer districts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from geo.name_index import NameIndex, Place, strongest

#: A district is judged by the names in it only when there are so many.
_JUDGED_BY: Final = 3


def places_of(written: Sequence[tuple[str, str | None]], index: NameIndex) -> list[Place | None]:
    """Return the place of every row; ``None``: anywhere in the list.

    Where most names of a district lie in another one, the district was renamed or dissolved, or it is no district but
    the province. Where the names of a district that the file does not know stand under another, it was split off later:
    files from before 2015 have Ia H'Drai in Sa Thầy. A single row is never judged so, and one name in three may be
    a stranger.

    Parameters
    ----------
    written
        Name and district of every row, as written. A name may carry its district: ``Đăk Long (Đăk Hà)``.
    index
        The unit list.
    """
    places = [index.place(district) or index.parted(name)[1] for name, district in written]
    names: dict[Place, list[str]] = {}
    for (name, _), place in zip(written, places, strict=True):
        if place:
            names.setdefault(place, []).append(name)
    meant = {place: _meant(place, members, index) for place, members in names.items()}
    joined = _joined({place: names[place] for place in names if meant[place] == place}, index)
    return [joined.get(place, meant[place]) if place else None for place in places]


def _meant(place: Place, names: Sequence[str], index: NameIndex) -> Place | None:
    inside = sum(bool(index.find(name, place).units) for name in names) if place.codes else 0
    if len(names) < _JUDGED_BY or inside * 3 >= len(names):
        return place
    districts = Counter(_districts(names, index))
    if districts.total() * 3 < len(names) * 2:
        return place
    ((code, most),) = districts.most_common(1)
    return Place(frozenset({code}), place.text) if most * 3 >= districts.total() * 2 else None


def _joined(names: Mapping[Place, Sequence[str]], index: NameIndex) -> dict[Place, Place]:
    """Return the places that hold another district as well, with it."""
    named = {code for place in names for code in place.codes}
    found: dict[Place, Place] = {}
    for place, members in names.items():
        strangers = [name for name in members if not index.find(name, place).units] if place.codes else []
        for code, count in Counter(_districts(strangers, index)).items():
            units = len(index.districts.districts[code].units)
            if code not in named and count >= _JUDGED_BY and count * 3 >= units * 2:
                found[place] = Place(found.get(place, place).codes | {code}, place.text)
    return found


def _districts(names: Iterable[str], index: NameIndex) -> Iterable[str]:
    """Yield the district of every name that is the name of just one unit of the list, diacritics and all."""
    for name in names:
        best = strongest(index.find(name).own)
        if len(best) == 1:
            yield best[0].unit.district_code
