"""Units that a written name resembles, for a person to choose from; nothing here decides anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from difflib import SequenceMatcher
from typing import Final

from geo.spelling import folded, readings, spelling, tidy
from programme.units import Unit

#: Names less alike than this are not worth showing.
WORTH_SHOWING: Final = 0.6
#: How many units one row is offered.
OFFERED: Final = 3
#: A name is compared letter by letter only with so many that share its rarest pairs of letters.
_COMPARED, _RAREST = 8, 3


class Suggester:
    """Finds the units with the names most like a written one.

    Parameters
    ----------
    units
        The unit list, by code.
    """

    def __init__(self, units: Mapping[str, Unit]) -> None:
        """Arrange the names by their pairs of letters."""
        self._names: list[tuple[str, str]] = []
        self._by_pair: dict[str, dict[str, list[int]]] = {"": {}}
        self._units = units
        for unit in units.values():
            for name in dict.fromkeys((unit.name, *unit.variants)):
                number = len(self._names)
                self._names.append((spelling(name).skeleton, unit.code))
                for pair in _pairs(self._names[number][0]):
                    for place in {"", unit.district_code}:
                        self._by_pair.setdefault(place, {}).setdefault(pair, []).append(number)

    def near(self, name: str, districts: Collection[str], taken: Collection[str]) -> list[tuple[str, float]]:
        """Return codes and likeness (0 to 1) of the units most like ``name``, the most like first.

        Those of the districts go before all others; those in ``taken`` are left out.
        """
        found = [near for code in sorted(districts) for near in self._near(name, code, taken)]
        return sorted(found or self._near(name, "", taken), key=lambda near: (-near[1], near[0]))[:OFFERED]

    def _near(self, name: str, place: str, taken: Collection[str]) -> list[tuple[str, float]]:
        by_pair = self._by_pair.get(place, {})
        best: dict[str, float] = {}
        for written in {spelling(way.text).skeleton for way in readings(name)}:
            rare = sorted((pair for pair in _pairs(written) if pair in by_pair), key=lambda pair: len(by_pair[pair]))
            shared = Counter(number for pair in rare[:_RAREST] for number in by_pair[pair])
            for number, _ in shared.most_common(_COMPARED):
                official, code = self._names[number]
                if code not in taken:
                    best[code] = max(best.get(code, 0.0), _ratio(written, official))
        return [(code, score) for code, score in best.items() if score >= WORTH_SHOWING]

    def likeness(self, name: str, code: str) -> float:
        """Return how alike a written name and any name of a unit are, 0 to 1."""
        return likeness(name, (self._units[code].name, *self._units[code].variants))


def likeness(name: str, official: Iterable[str]) -> float:
    """Return how alike a written name and the most alike of some official names are, 0 to 1."""
    ways = {spelling(way.text).skeleton for way in readings(name)}
    return max((_ratio(way, spelling(other).skeleton) for way in ways for other in official), default=0.0)


def have_in_common(name: str, official: Iterable[str]) -> bool:
    """Tell whether a name can be a misspelling of one of some official names.

    A first word that both have, such as Đăk, does not count: half the names of a district begin with it.
    """
    for way in readings(name):
        for other in official:
            left, right = (folded(tidy(text)).split() for text in (way.text, other))
            if len(left) > 1 and len(right) > 1 and left[0] == right[0]:
                left, right = left[1:], right[1:]
            if _ratio("".join(left), "".join(right)) >= WORTH_SHOWING:
                return True
    return False


def _ratio(left: str, right: str) -> float:
    return round(SequenceMatcher(None, left, right, autojunk=False).ratio(), 3)


def _pairs(name: str) -> set[str]:
    padded = f" {name} "
    return {padded[at : at + 2] for at in range(len(padded) - 1)}
