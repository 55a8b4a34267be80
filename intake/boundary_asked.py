"""What a person says of a boundary file before it is read, and what he is asked when that is not enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from base.errors import DataError, Fault
from geo.crs import CrsCandidate
from geo.text import EncodingFit

#: Takes how much is done (0 to 1) and what is being done, a key of the translations.
Progress = Callable[[float, str], None]


def untold(_fraction: float, _text: str) -> None:
    """Tell nobody: the :data:`Progress` of work that is not watched."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person says of a file before it is read; everything may be left open.

    Attributes
    ----------
    province
        Key of the province; empty: that of ``boundary``, else whichever list the file fits.
    boundary
        Boundary version whose unit list is matched; empty: a list of the province.
    layer
        Name of the layer, when the file has several.
    crs
        ``EPSG:9216``, or ``EPSG:9216,yx`` for swapped axes; empty: what the file says.
    encoding
        One of ``geo.text.ENCODINGS``; empty: what the official names show.
    code_column, name_column, district_column
        Headings; empty: found by their content.
    own_list
        The file brings its own list of units: nothing is matched. ``province`` must be given then.
    confirmed
        Row (0-based number of the feature) and unit code that a person has confirmed, for rows that were not matched.
    """

    province: str = ""
    boundary: str = ""
    layer: str = ""
    crs: str = ""
    encoding: str = ""
    code_column: str = ""
    name_column: str = ""
    district_column: str = ""
    own_list: bool = False
    confirmed: tuple[tuple[int, str], ...] = ()


class BoundaryRefusedError(DataError):
    """A file that cannot be placed or read; ``crs`` and ``fits`` are what a person may choose from, best first."""

    def __init__(self, faults: list[Fault], crs: Sequence[CrsCandidate] = (), fits: Sequence[EncodingFit] = ()) -> None:
        """Keep the candidates beside their sentences."""
        super().__init__(faults)
        self.crs = tuple(crs)
        self.fits = tuple(fits)

    def __reduce__(self) -> tuple[type[BoundaryRefusedError], tuple[Any, ...]]:
        """Be made again from faults and candidates."""
        return BoundaryRefusedError, (list(self.faults), self.crs, self.fits)
