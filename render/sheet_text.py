"""Text on paper: fonts, measured widths, wrapping, and the pen that writes on a sheet.

All places on a sheet are millimetres from its lower left corner; text sizes are points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Final, Literal

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.textpath import TextPath, text_to_path
from matplotlib.transforms import Affine2D

from base.errors import RenderError
from base.i18n import translate

MM: Final = 25.4 / 72
"""Millimetres in a point."""
INK: Final = "#1C1C1C"
GREY: Final = "#5A5A5A"
LINE: Final = 1.36
"""Line height in units of the text size: room for Vietnamese letters with two marks, as in Ế."""
RISE: Final = 1.02
"""Baseline below the top of a line, in units of the text size."""


@cache
def font(family: str, *, bold: bool = False) -> FontProperties:
    """Return the properties of an installed font family.

    Raises
    ------
    RenderError
        The family is not installed; the sentence says what to do.
    """
    face = FontProperties(family=family, weight="bold" if bold else "normal")
    try:
        findfont(face, fallback_to_default=False)
    except ValueError as error:
        raise RenderError(
            "Không có phông chữ “{family}” trên máy này. Hãy cài phông đó, hoặc bỏ biến môi trường NTM_FONT "
            "để dùng phông mặc định DejaVu Sans.",
            family=family,
        ) from error
    return face


@dataclass(frozen=True, slots=True)
class Extent:
    """Measured size of one line of text: width, and ink above and below the baseline (mm)."""

    width: float
    above: float
    below: float


@lru_cache(maxsize=16384)
def measure(text: str, family: str, size: float, *, bold: bool = False) -> Extent:
    """Return the extent of ``text`` at ``size`` points, free of hinting and thus equal for every output."""
    face = font(family, bold=bold).copy()
    face.set_size(size)
    width, height, below = text_to_path.get_text_width_height_descent(text, face, ismath=False)
    return Extent(width * MM, (height - below) * MM, below * MM)


@dataclass
class Pen:
    """Writes on one sheet in one font and one language.

    Attributes
    ----------
    axes
        Axes over the whole sheet, in millimetres.
    family
        Font family; looked up by :func:`font`.
    lang
        Language of the sheet's own words.
    k
        Enlargement of text and signs against A4.
    """

    axes: Axes
    family: str
    lang: str
    k: float
    _halos: dict[str, list[Path]] = field(default_factory=dict)

    def say(self, text: str, **params: object) -> str:
        """Return one of the sheet's own words in its language."""
        return translate(text, self.lang, **params)

    def extent(self, text: str, size: float, *, bold: bool = False) -> Extent:
        """Return the extent of a line at ``size`` points of an A4 sheet."""
        return measure(text, self.family, size * self.k, bold=bold)

    def line(self, size: float) -> float:
        """Return the height of a line in mm."""
        return size * self.k * MM * LINE

    def wrap(self, text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
        """Break ``text`` at spaces into lines of at most ``width`` mm; a longer word is cut into pieces."""
        lines: list[str] = []
        for word in text.split(" "):
            joined = f"{lines[-1]} {word}" if lines else word
            if lines and self.extent(joined, size, bold=bold).width <= width:
                lines[-1] = joined
                continue
            rest = word
            while len(rest) > 1 and self.extent(rest, size, bold=bold).width > width:
                fits = max(
                    (n for n in range(1, len(rest)) if self.extent(rest[:n], size, bold=bold).width <= width),
                    default=1,
                )
                lines.append(rest[:fits])
                rest = rest[fits:]
            lines.append(rest)
        return lines

    def balanced(self, text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
        """Wrap into as few lines as :meth:`wrap`, but of nearly equal length: for centred headings."""
        lines = self.wrap(text, size, width, bold=bold)
        narrow = width
        while len(lines) > 1 and narrow > width / len(lines):
            narrow -= width / 40
            tried = self.wrap(text, size, narrow, bold=bold)
            if len(tried) > len(lines):
                break
            lines = tried
        return lines

    def shortened(self, text: str, size: float, width: float, most: int) -> list[str]:
        """Wrap into at most ``most`` lines; what does not fit is replaced by an ellipsis."""
        lines = self.wrap(text, size, width)
        if len(lines) <= most:
            return lines
        last = lines[most - 1]
        while last and self.extent(last + " …", size).width > width:
            last = last.rpartition(" ")[0]
        return [*lines[: most - 1], last.rstrip(" ,;·") + " …"]

    def write(  # noqa: PLR0913 - the properties of a line of text, most by name
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        color: str = INK,
        align: Literal["left", "center", "right"] = "left",
        halo: str | None = None,
        z: float = 20,
        turn: float = 0,
        alpha: float = 1,
    ) -> None:
        """Write one line with its baseline at ``y``; ``halo`` is the colour of an edge around the letters."""
        if not text:
            return
        face = font(self.family, bold=bold)
        # parse_math: a dollar sign in a name is a dollar sign.
        self.axes.text(
            x, y, text, fontproperties=face, fontsize=size * self.k, color=color, ha=align, va="baseline",
            zorder=z, rotation=turn, rotation_mode="anchor", alpha=alpha, parse_math=False,
        )  # fmt: skip
        if halo is not None:
            shift = {"left": 0.0, "center": 0.5, "right": 1.0}[align] * self.extent(text, size, bold=bold).width
            outline = TextPath((0, 0), text, size=size * self.k, prop=face)
            self._halos.setdefault(halo, []).append(outline.transformed(Affine2D().scale(MM).translate(x - shift, y)))

    def flush_halos(self) -> None:
        """Draw the halos of what was written, one path for each colour.

        They are shapes of their own: Matplotlib's path effects would turn the text itself into shapes,
        and then no reader could search a PDF for a commune.
        """
        for color, paths in sorted(self._halos.items()):
            shape = Path.make_compound_path(*paths)
            halo = PathPatch(shape, facecolor=color, edgecolor=color, linewidth=1.7 * self.k, zorder=15, alpha=0.88)
            halo.set_joinstyle("round")
            self.add(halo)
        self._halos.clear()

    def add(self, artist: Artist) -> None:
        """Put a shape on the sheet.

        Not by ``add_patch``: that works out axis limits from every curve, a third of the time of a sheet.
        """
        self.axes.add_artist(artist)
