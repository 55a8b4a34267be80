"""Villages (*thôn, làng*): the register, and which of them are recognised.

Two titles: *thôn NTM kiểu mẫu / khu dân cư kiểu mẫu* (``model``) and *thôn NTM vùng đồng bào dân tộc thiểu số*
(``minority``, 10 criteria of decision 147/QĐ-UBND of 2022 in Kon Tum). Both are recognised by the district, since
2025-07 by the commune or the province. Villages have no official outlines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from base.clock import Month

Title = Literal["model", "minority"]
TITLES: Final[tuple[Title, ...]] = ("model", "minority")
VillageKind = Literal["thon", "lang", "residential-area", "street-group"]
PilotLevel = Literal["province", "district", "commune"]
#: Commune (of one time) and name: what tells two villages apart.
VillageKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Village:
    """A village of the register.

    Attributes
    ----------
    name, kind
        ``Thôn 1``, ``Đăk Book``; what it is called: *thôn*, *làng*, *khu dân cư*, *tổ dân phố*.
    unit
        Code of its commune in the unit list that was asked for.
    old_list, old_code, new_list, new_code
        Its commune before the reorganisation of units and after it; empty where there is none.
    minority
        Whether it lies in the minority area (*vùng đồng bào dân tộc thiểu số*); ``None`` where nobody said.
    pilot_year, pilot_level
        Year and level in which it was chosen as a pilot (*làm điểm*); ``None`` and empty when it was not.
    valid_from, valid_to
        From which and to which day it exists; ``None``: ever since, and still.
    place
        Longitude and latitude, EPSG:4326; ``None`` where nobody said.
    source
        File, sheet and cell, and who handed it in.
    """

    name: str
    kind: VillageKind
    unit: str
    old_list: str
    old_code: str
    new_list: str
    new_code: str
    minority: bool | None
    pilot_year: int | None
    pilot_level: PilotLevel | Literal[""]
    valid_from: date | None
    valid_to: date | None
    place: tuple[float, float] | None
    note: str
    source: str

    @property
    def key(self) -> VillageKey:
        """What tells it from others."""
        return village_key(self.old_list, self.old_code, self.new_list, self.new_code, self.name)

    def exists_in(self, month: Month) -> bool:
        """Tell whether it exists at the end of a month."""
        day = month.last_day
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class VillageRecognition:
    """A village recognised with a title, or that lost it.

    ``year`` is *năm đạt chuẩn*; ``day`` is the date of the decision, ``None`` where the source gives the year alone.
    """

    village: str
    unit: str
    old_list: str
    old_code: str
    new_list: str
    new_code: str
    title: Title
    action: Literal["recognise", "withdraw"]
    year: int
    decision_no: str
    day: date | None
    note: str
    source: str

    @property
    def key(self) -> VillageKey:
        """The village that it speaks of."""
        return village_key(self.old_list, self.old_code, self.new_list, self.new_code, self.village)

    @property
    def since(self) -> date:
        """Day from which it counts: the decision's, else the last of its year."""
        return self.day or date(self.year, 12, 31)


def village_key(old_list: str, old_code: str, new_list: str, new_code: str, name: str) -> VillageKey:
    """Return what tells a village from others: its commune, the old one where it is known, and its name."""
    where = (old_list, old_code) if old_code else (new_list, new_code)
    return (*where, name.casefold())


def villages_in(register: Iterable[Village], month: Month) -> list[Village]:
    """Return the villages that exist at the end of a month, in order of commune and name."""
    return sorted((v for v in register if v.exists_in(month)), key=lambda village: (village.unit, village.name))


def titles_in(
    recognitions: Iterable[VillageRecognition], month: Month
) -> Mapping[VillageKey, Mapping[Title, VillageRecognition]]:
    """Return the titles that villages hold at the end of a month, each with the recognition that it rests on."""
    held: dict[VillageKey, dict[Title, VillageRecognition]] = {}
    for one in sorted(recognitions, key=lambda recognition: recognition.since):
        if one.since > month.last_day:
            continue
        titles = held.setdefault(one.key, {})
        if one.action == "recognise":
            titles[one.title] = one
        else:
            titles.pop(one.title, None)
    return {key: titles for key, titles in held.items() if titles}
