"""A province is configuration: ``data/provinces/<key>.toml``. No code knows a province by name."""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from base.clock import Month
from base.errors import DataError, Fault, StateError
from base.settings import SHIPPED_DATA

FOLDER = SHIPPED_DATA / "provinces"


class Denominator(BaseModel):
    """How many communes the programme counts from one month to another, with its source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: str = Field(alias="from", pattern=r"^\d{4}-\d{2}$")
    last: str | None = Field(default=None, alias="to", pattern=r"^\d{4}-\d{2}$")
    value: int = Field(gt=0)
    source: str


class Margin(BaseModel):
    """A name outside the province, placed by longitude and latitude (EPSG:4326)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vi: str
    en: str
    lon: float
    lat: float
    kind: Literal["country", "province", "archipelago"]

    def text(self, lang: str) -> str:
        """Return the name in ``lang``."""
        return self.en if lang == "en" else self.vi


class OfficialBorder(BaseModel):
    """Published length of the national boundary, with its source; the note says how sure the list of communes is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    km: float
    source: str
    note_vi: str = ""
    note_en: str = ""


class Successor(BaseModel):
    """The province that a province went into: from which month, and by which decree.

    From ``first`` (``YYYY-MM``) on, the maps of the merged province show its former area within ``province`` (a key).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    province: str = Field(min_length=1)
    first: str = Field(alias="from", pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    decree: str = Field(min_length=1)


class CommuneGroup(BaseModel):
    """A group of communes that a province steers by, in the words of its source. Not a group of decision 51/2025."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1)
    name_vi: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    description_vi: str = Field(min_length=1)
    description_en: str = Field(min_length=1)
    source: str = Field(min_length=1)

    def name(self, lang: str) -> str:
        """Return the group's name in ``lang``."""
        return self.name_en if lang == "en" else self.name_vi

    def description(self, lang: str) -> str:
        """Return who is in the group and what it is to do, in ``lang``."""
        return self.description_en if lang == "en" else self.description_vi


class Reporting(BaseModel):
    """When reports are due in a province, with the directives that say so.

    A report must be in *before* the day of the month (1 to 28, so that every month has it).
    ``half_yearly_from`` is the first month of half-yearly instead of monthly reports (``YYYY-MM``); empty
    while reports are monthly.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    district_before_day: int = Field(ge=1, le=28)
    office_before_day: int = Field(ge=1, le=28)
    half_yearly_from: str = Field(default="", pattern=r"^([0-9]{4}-(0[1-9]|1[0-2]))?$")
    source: str = Field(min_length=1)


class Province(BaseModel):
    """What a province's maps need beyond facts and boundaries.

    ``inset_district`` is the district drawn enlarged, ``None`` for no inset. ``successors`` is empty while the
    province stands; ``groups`` and ``reporting`` are empty where no source of that province was found.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    name_vi: str
    name_en: str
    inset_district: str | None = None
    denominators: list[Denominator] = []
    official_border: OfficialBorder | None = None
    reporting: Reporting | None = None
    successors: list[Successor] = []
    groups: list[CommuneGroup] = []
    margins: list[Margin]

    def name(self, lang: str) -> str:
        """Return the province's name in ``lang``."""
        return self.name_en if lang == "en" else self.name_vi

    def communes_in(self, month: Month) -> Denominator | None:
        """Return the denominator of ``month``; the last one for months after all of them, ``None`` without any."""
        text = str(month)
        for row in self.denominators:
            if row.first <= text and (row.last is None or text <= row.last):
                return row
        return self.denominators[-1] if self.denominators else None


@cache
def province_names() -> dict[str, str]:
    """Return the official names of the 34 provinces since 2025-07 by their two-digit code.

    Source: 19/2025/QĐ-TTg by way of thanglequoc/vietnamese-provinces-database (quangngai-2025/NOTICE.md).
    """
    with (FOLDER / "names-2025.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


@cache
def provinces() -> dict[str, Province]:
    """Return every province that ships, by key.

    Raises
    ------
    DataError
        A file cannot be read or breaks the schema; carries every fault.
    """
    found, faults = {}, []
    for path in sorted(FOLDER.glob("*.toml")):
        try:
            province = Province.model_validate(tomllib.loads(path.read_text("utf-8")))
            found[province.key] = province
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
            faults.append(Fault(path.name, None, None, "cấu hình tỉnh hỏng: {why}", (("why", str(error)),)))
    if faults:
        raise DataError(faults)
    return found


def province_of(key: str) -> Province:
    """Return one province.

    Raises
    ------
    StateError
        The key is unknown; the message names those that are known.
    """
    if key not in provinces():
        raise StateError("Không có tỉnh “{province}”. Chọn: {known}.", province=key, known=", ".join(provinces()))
    return provinces()[key]
