"""Whose row is this? Rows of a file from the field are given the units of an official list, by code or by name.

Order: the code first; then the name within its district, by stages of growing tolerance, each named in the result;
then nothing. A likeness is offered to a person and never taken, and nothing is concluded from what is left over.
Every row ends up in ``matches`` or in ``unmatched``, never in both, and no unit is given to two rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from geo.aliases import curated_aliases
from geo.name_index import Alias, Candidate, Found, NameIndex, Place, code_in, of_kind, strongest
from geo.row_places import places_of
from geo.spelling import ABBREVIATION, ALIAS, CODE, FOLD, STAGES, could_be
from geo.suggestions import Suggester, have_in_common
from programme.units import Unit

__all__ = ["REASONS", "Alias", "MatchResult", "NameMatch", "NameRow", "Reason", "Unmatched", "curated_aliases", "match"]

Reason = Literal[
    "empty",
    "unknown-code",
    "code-contradicts-name",
    "unknown-district",
    "other-district",
    "name-alone",
    "unknown-name",
    "several",
    "twice",
]
#: What to tell a reader of each reason.
REASONS: Final[Mapping[Reason, str]] = {
    "empty": "Dòng không có mã và tên. Hãy ghi tên xã hoặc bỏ dòng này.",
    "unknown-code": "Mã không có trong danh mục. Hãy sửa mã, hoặc ghi đúng tên xã và tên huyện.",
    "code-contradicts-name": "Mã và tên chỉ hai nơi khác nhau. Hãy sửa mã hoặc tên cho khớp.",
    "unknown-district": "Danh mục không có huyện này. Hãy sửa tên huyện.",
    "other-district": "Huyện này không có xã mang tên đó, huyện khác thì có. Hãy kiểm tra tên huyện.",
    "name-alone": "Phần lớn các dòng nằm ngoài danh mục, nên chỉ có tên thì chưa đủ. Hãy ghi mã xã hoặc tên huyện.",
    "unknown-name": "Danh mục không có tên này. Hãy chọn trong các gợi ý hoặc sửa tên.",
    "several": "Tên này có thể là nhiều nơi. Hãy ghi mã xã hoặc ghi rõ tên huyện.",
    "twice": "Nhiều dòng chỉ cùng một nơi. Hãy gộp các dòng hoặc sửa tên.",
}
#: A column of codes is judged by its rows only when so many have a code of the list.
_JUDGED_BY: Final = 3
#: A row is offered no more units than a person can look through.
_OFFERED: Final = 10


@dataclass(frozen=True, slots=True)
class NameRow:
    """One row of a file.

    Attributes
    ----------
    row
        Number of the data row, from 0, or what the file's own column ``row`` says.
    name
        Name as written; may be empty when there is a code.
    district, code
        District (name or code) and unit code as written; ``None`` or empty when the file gives none.
    """

    row: int
    name: str
    district: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A unit found for a row, or offered for it.

    Attributes
    ----------
    row, name, district
        Of the row, as written.
    code, official_name
        Of the unit.
    stage
        How it was found, one of ``geo.spelling.STAGES``; ``suggestion`` when a person must decide.
    score
        Likeness of the names, 0 to 1; 1 for what was found.
    """

    row: int
    name: str
    district: str | None
    code: str
    official_name: str
    stage: str
    score: float


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A row that no unit was found for, and why; ``REASONS`` has the sentence."""

    row: int
    name: str
    district: str | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class MatchResult:
    """What became of every row. ``suggestions`` are for rows in ``unmatched``, the most alike first."""

    matches: tuple[NameMatch, ...]
    suggestions: tuple[NameMatch, ...]
    unmatched: tuple[Unmatched, ...]

    def as_json(self) -> dict[str, list[dict[str, Any]]]:
        """Return the three lists as plain values."""
        return {
            "matches": [asdict(match) for match in self.matches],
            "suggestions": [asdict(match) for match in self.suggestions],
            "unmatched": [asdict(row) for row in self.unmatched],
        }


@dataclass(frozen=True, slots=True)
class _Claim:
    """A row's claim to a unit.

    Attributes
    ----------
    unit, rank
        The unit, and the stage it was found at.
    rivals
        Codes of units that the row may mean as well.
    said
        An alias says the same: it needs no other evidence.
    """

    unit: Unit
    rank: int
    rivals: frozenset[str] = frozenset()
    said: bool = False

    @property
    def strength(self) -> int:
        """The rank among claims to one unit; what was said is as good as a name to the letter."""
        return min(self.rank, ABBREVIATION) if self.said else self.rank


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a row has no unit; ``offered`` are codes of units that it may mean."""

    reason: Reason
    offered: tuple[str, ...] = ()


def match(rows: Sequence[NameRow], units: Mapping[str, Unit], aliases: Sequence[Alias] = ()) -> MatchResult:
    """Find the units of ``rows``.

    Parameters
    ----------
    rows
        The file's rows; they are judged together, so hand them in at once.
    units
        The official list, by code.
    aliases
        Spellings that persons confirmed, and those of :func:`curated_aliases`. Spellings in ``Unit.variants`` count
        without being given here.
    """
    matching = _Matching(rows, NameIndex(units, aliases))
    decided = matching.settled([matching.decide(row, place) for row, place in zip(rows, matching.places, strict=True)])
    found = tuple(
        _as_match(row, made.unit, STAGES[made.rank], 1.0)
        for row, made in zip(rows, decided, strict=True)
        if isinstance(made, _Claim)
    )
    refused = [
        (row, place, made)
        for row, place, made in zip(rows, matching.places, decided, strict=True)
        if isinstance(made, _Refusal)
    ]
    return MatchResult(
        found,
        tuple(_suggested(refused, units, {made.code for made in found})),
        tuple(Unmatched(row.row, row.name, row.district, made.reason) for row, _, made in refused),
    )


class _Matching:
    """The rows of one file, and what they say about each other."""

    def __init__(self, rows: Sequence[NameRow], index: NameIndex) -> None:
        self.index = index
        self.places = places_of([(row.name, row.district) for row in rows], index)
        known = [row for row in rows if row.name.strip() and self._code(row) in index.units]
        agreeing = sum(self._agrees(row.name, index.units[str(self._code(row))]) for row in known)
        #: Codes are of the list's own system: a row with another code is another place.
        self._same_codes = len(known) >= _JUDGED_BY and agreeing * 2 >= len(known)
        alone = [row.name for row, place in zip(rows, self.places, strict=True) if place is None and row.name.strip()]
        #: Most names that stand alone are of the list, so the file is of its area: a name is enough then.
        self._same_area = sum(bool(index.find(name).units) for name in alone) * 2 >= len(alone)

    def _code(self, row: NameRow) -> str | None:
        return self.index.code(row.code) if row.code else code_in(row.name)

    def _agrees(self, name: str, unit: Unit) -> bool:
        """Tell whether a name can be the name of the unit that the code says."""
        found = self.index.find(name)
        if unit.code in found.units or not name.strip():
            return True
        return not strongest(found.own) and have_in_common(name, (unit.name, *unit.variants))

    def decide(self, row: NameRow, place: Place | None) -> _Claim | _Refusal:
        """Return what one row means, without regard to the other rows."""
        code, name = self._code(row), row.name.strip()
        unit = self.index.units.get(code or "")
        if unit is not None:
            if not name or code == code_in(name) or self._agrees(name, unit):
                return _Claim(unit, CODE)
            return _Refusal("code-contradicts-name", (unit.code, *self.index.find(name, place).units))
        if not name:
            return _Refusal("unknown-code" if row.code else "empty")
        if place and not place.codes and not self.index.find(name, place).units:
            return _Refusal("unknown-district")
        made = self._by_name(name, place)
        doubt = self._doubt(made, place, code) if isinstance(made, _Claim) else None
        return _Refusal(doubt, (made.unit.code,)) if doubt and isinstance(made, _Claim) else made

    def _doubt(self, made: _Claim, place: Place | None, code: str | None) -> Reason | None:
        """Return why a match by name is not to be trusted in this file; ``None`` when it is."""
        if made.said:
            return None
        if code is not None and self._same_codes and (made.rank > ABBREVIATION or place is None):
            return "unknown-code"
        return "name-alone" if place is None and not self._same_area else None

    def _by_name(self, name: str, place: Place | None) -> _Claim | _Refusal:
        found = self.index.find(name, place)
        own = strongest(found.own)
        if place:  # in a whole province, namesakes need their district
            own = of_kind(own)
        said = {alias.unit.code: alias.unit for alias in found.aliases if alias.rank <= ABBREVIATION}
        if len(own) == 1 and set(said) != {own[0].unit.code}:
            return _Claim(own[0].unit, own[0].rank, _rivals(found, own[0], within=place is not None))
        if len(said) == 1:
            (unit,) = said.values()
            return _Claim(unit, own[0].rank if len(own) == 1 else ALIAS, said=True)
        if len(found.units) > 1:
            return _Refusal("several", tuple(found.units))
        if not found.units:
            elsewhere = self.index.find(name).units if place else {}
            return _Refusal("other-district", tuple(elsewhere)) if elsewhere else _Refusal("unknown-name")
        (best, *_) = (*found.own, *found.variants, *found.aliases)
        if place is None and not (could_be(best.way.text, best.name) or could_be(best.name, best.way.text)):
            # In a whole province, names that differ in a tone are two places more often than one misspelled.
            return _Refusal("unknown-name", tuple(found.units))
        return _Claim(best.unit, FOLD if found.own else ALIAS)

    @staticmethod
    def settled(decided: Sequence[_Claim | _Refusal]) -> list[_Claim | _Refusal]:
        """Return the decisions after the rows are held against each other.

        Of several claims to a unit only the strongest stands, and none when two are as strong or all are weak. A claim
        with rivals stands only when the file names those too: then it tells them apart.
        """
        claims: dict[str, list[_Claim]] = {}
        for made in decided:
            if isinstance(made, _Claim):
                claims.setdefault(made.unit.code, []).append(made)
        standing = {code: _standing(made) for code, made in claims.items()}
        strong = {code for code, made in standing.items() if made and made.strength <= ABBREVIATION}
        found: list[_Claim | _Refusal] = []
        for made in decided:
            if isinstance(made, _Refusal):
                found.append(made)
            elif standing[made.unit.code] is not made:
                found.append(_Refusal("twice", (made.unit.code,)))
            elif made.rivals <= strong:
                found.append(replace(made, rivals=frozenset()))
            else:
                found.append(_Refusal("several", (made.unit.code, *sorted(made.rivals))))
        return found


def _standing(claims: Sequence[_Claim]) -> _Claim | None:
    best, *others = sorted(claims, key=lambda made: made.strength)
    if others and (best.strength > ABBREVIATION or others[0].strength == best.strength):
        return None
    return best


def _rivals(found: Found, best: Candidate, *, within: bool) -> frozenset[str]:
    """Return the units that a name may mean as well if it lost diacritics or is spelled another way.

    Within a district, a unit of another kind than the name says is none when the best is of that kind.
    """
    return frozenset(
        other.unit.code
        for other in (*found.own, *found.variants, *found.aliases)
        if other.unit.code != best.unit.code
        and not (within and best.way.kind == best.unit.kind != other.unit.kind)
        and could_be(best.name, other.name)
    )


def _as_match(row: NameRow, unit: Unit, stage: str, score: float) -> NameMatch:
    return NameMatch(row.row, row.name, row.district, unit.code, unit.name, stage, score)


def _suggested(
    refused: Sequence[tuple[NameRow, Place | None, _Refusal]], units: Mapping[str, Unit], taken: set[str]
) -> Iterable[NameMatch]:
    """Yield what a person may choose from: the units in question, then those with like names still free."""
    if not refused:
        return
    suggester = Suggester(units)
    for row, place, made in refused:
        scores = {code: suggester.likeness(row.name, code) for code in made.offered}
        if made.reason not in {"several", "twice", "empty"}:
            for code, score in suggester.near(row.name, place.codes if place else (), taken):
                scores.setdefault(code, score)
        for code in sorted(scores, key=lambda code: (-scores[code], code))[:_OFFERED]:
            yield _as_match(row, units[code], "suggestion", scores[code])
