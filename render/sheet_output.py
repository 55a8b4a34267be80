"""From a drawn figure to bytes: PNG, PDF and SVG that are equal for equal input."""

from __future__ import annotations

import base64
import io
import re
from functools import lru_cache
from typing import Final

import matplotlib as mpl
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont

from base.errors import RenderError
from render.sheet_text import font

AUTHOR: Final = "Bản đồ nông thôn mới"
PRODUCER: Final = "NTM map"
FORMATS: Final = ("png", "pdf", "svg")
# Set once for the process and never changed: the writers read these when they save, and a context
# manager around each save would not be safe with several threads. 42 embeds TrueType, which can be
# searched and copied; a fixed salt makes the names inside an SVG repeatable.
mpl.rcParams.update({"pdf.fonttype": 42, "svg.fonttype": "none", "svg.hashsalt": "ntm-map"})
_DOCTYPE: Final = re.compile(r"<!DOCTYPE.*?>\s*", re.DOTALL)
_METADATA: Final = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_TEXT: Final = re.compile(r"<text[^>]*?>([^<]*)</text>")


def png(figure: Figure, dpi: float) -> bytes:
    """Return the figure as PNG; its size in pixels is that of the figure times ``dpi``."""
    out = io.BytesIO()
    figure.savefig(
        out,
        format="png",
        dpi=dpi,
        metadata={"Software": None, "Author": AUTHOR},
        pil_kwargs={"dpi": (dpi, dpi), "compress_level": 3},
    )
    return out.getvalue()


def pdf(figure: Figure, title: str) -> bytes:
    """Return the figure as one PDF page without any date."""
    out = io.BytesIO()
    metadata = {
        "Title": title,
        "Author": AUTHOR,
        "Creator": PRODUCER,
        "Producer": PRODUCER,
        "CreationDate": None,
    }
    figure.savefig(out, format="pdf", metadata=metadata)
    return out.getvalue()


def svg(figure: Figure, title: str, family: str) -> bytes:
    """Return the figure as SVG whose text stays text and looks the same everywhere.

    Text as shapes could not be searched, and text alone would be drawn with whatever font the reader
    has, with other widths than those measured here. So the text stays text and the letters in use are
    embedded as a subset of the font. Nothing in the file points outside it.
    """
    out = io.BytesIO()
    figure.savefig(
        out,
        format="svg",
        metadata={"Title": title, "Creator": None, "Date": None, "Format": None, "Type": None},
    )
    text = _METADATA.sub("", _DOCTYPE.sub("", out.getvalue().decode("utf-8")))
    letters = "".join(sorted({c for found in _TEXT.findall(text) for c in _unescaped(found)}))
    faces = "".join(_face(family, letters, bold=bold) for bold in (False, True))
    head, defs, rest = text.partition("<defs>")
    if not defs:
        raise RenderError("Không tạo được SVG: Matplotlib đổi cách ghi.")
    return f'{head}{defs}\n  <style type="text/css">{faces}</style>{rest}'.encode()


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")


def _face(family: str, letters: str, *, bold: bool) -> str:
    data = base64.b64encode(_subset(findfont(font(family, bold=bold)), letters)).decode("ascii")
    weight = "bold" if bold else "normal"
    source = f"url(data:font/woff;base64,{data}) format('woff')"
    return f"@font-face{{font-family:'{family}';font-weight:{weight};src:{source};}}"


@lru_cache(maxsize=32)
def _subset(path: str, letters: str) -> bytes:
    options = subset.Options(flavor="woff", notdef_outline=True, name_IDs=[1, 2], hinting=False)
    # FontForge's time stamp: of no use to a reader.
    options.drop_tables = [*options.drop_tables, "FFTM"]
    with TTFont(path, recalcTimestamp=False, lazy=True) as face:
        cutter = subset.Subsetter(options)
        cutter.populate(text=letters)
        cutter.subset(face)
        face.flavor = "woff"
        out = io.BytesIO()
        face.save(out)
    return out.getvalue()
