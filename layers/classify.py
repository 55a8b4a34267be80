"""The one classifier: left-closed classes ("at least x"), and the legends that ship as data.

75 with breaks 50/75/100 is in the upper class, everywhere. NTM rules read "at least x %", so
exact hits are common and libraries disagree about them (PRODUCTS §5.1).
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from base.errors import DataError, Fault
from base.settings import SHIPPED_DATA
from layers.view import Legend, LegendClass, LegendMark

LEGENDS_FILE = SHIPPED_DATA / "legends.toml"


class ClassStyle(BaseModel):
    """A class as it ships: identifier, colour, pattern, words, and its lower bound if it has one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    color: str = Field(pattern=r"^#[0-9A-F]{6}$")
    pattern: Literal["solid", "hatch", "dots", "cross", "star"]
    vi: str
    en: str
    lower: float | None = Field(default=None, alias="from")


class MarkStyle(BaseModel):
    """A mark as it ships: identifier, symbol, words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    symbol: str = Field(min_length=1, max_length=1)
    vi: str
    en: str


class LegendStyle(BaseModel):
    """A legend of one layer as it ships; at most 6 marks, so that a mark set is one base-64 character.

    ``size`` is the number of criteria of the sets that it is for, where a layer has a legend for each. ``features`` are
    the classes of points over the map, under a title of their own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title_vi: str
    title_en: str
    size: int | None = None
    classes: list[ClassStyle] = Field(min_length=1, max_length=60)
    marks: list[MarkStyle] = Field(default_factory=list, max_length=6)
    features_title_vi: str = ""
    features_title_en: str = ""
    features: list[ClassStyle] = Field(default_factory=list, max_length=60)

    def words(self, style: ClassStyle | MarkStyle, lang: str) -> str:
        """Return the label of a class or mark in ``lang``."""
        return style.en if lang == "en" else style.vi

    def class_of(self, value: float) -> str:
        """Return the id of the class that ``value`` falls in, by the lower bounds (left-closed)."""
        bounded = sorted((c.lower, c.id) for c in self.classes if c.lower is not None)
        return bounded[left_closed(value, [lower for lower, _ in bounded][1:])][1]

    def counted(
        self,
        class_ids: Iterable[str],
        mark_ids: Iterable[str],
        lang: str,
        key: str = "",
        feature_ids: Iterable[str] = (),
    ) -> Legend:
        """Return the legend with the number of rows per class and mark, and of features; under the key it ships by."""
        classes, marks, features = Counter(class_ids), Counter(mark_ids), Counter(feature_ids)
        return Legend(
            title=self.title_en if lang == "en" else self.title_vi,
            classes=tuple(
                LegendClass(c.id, self.words(c, lang), c.color, c.pattern, classes[c.id]) for c in self.classes
            ),
            marks=tuple(LegendMark(m.id, m.symbol, self.words(m, lang), marks[m.id]) for m in self.marks),
            key=key,
            features=tuple(
                LegendClass(c.id, self.words(c, lang), c.color, c.pattern, features[c.id]) for c in self.features
            ),
            features_title=self.features_title_en if lang == "en" else self.features_title_vi,
        )


def left_closed(value: float, breaks: Sequence[float]) -> int:
    """Return the index of the class of ``value``: the number of breaks that are at most ``value``.

    Parameters
    ----------
    value
        Any number; not NaN.
    breaks
        Inner class boundaries, ascending. Class ``i`` is ``breaks[i-1] <= value < breaks[i]``.

    Examples
    --------
    >>> [left_closed(v, [50, 75, 100]) for v in (49.9, 50, 75, 100)]
    [0, 1, 2, 3]
    """
    if value != value:  # noqa: PLR0124 - the only test for NaN that needs no import
        message = "NaN has no class"
        raise ValueError(message)
    return bisect_right(breaks, value)


def _legends() -> dict[str, object]:
    try:
        return tomllib.loads(LEGENDS_FILE.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise _damaged(None, error) from error


def _damaged(key: str | None, error: Exception) -> DataError:
    return DataError([Fault(LEGENDS_FILE.name, None, key, "Chú giải hỏng: {why}.", (("why", str(error)),))])


@cache
def legend_keys() -> tuple[str, ...]:
    """Return the keys of all legends that ship; a layer may have several, its own key is one of them."""
    return tuple(_legends())


@cache
def legend_style(key: str) -> LegendStyle:
    """Return the legend that ships under ``key``.

    Raises
    ------
    DataError
        ``legends.toml`` is missing, damaged, or the entry breaks the schema.
    """
    try:
        return LegendStyle.model_validate(_legends()[key])
    except (KeyError, ValidationError) as error:
        raise _damaged(key, error) from error
