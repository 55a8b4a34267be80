"""The documents of ``/ogc`` as pages to be read: no script, no outside address, one style sheet of our own.

pygeoapi's own pages fetch their looks and their map from other hosts; these are made from the same JSON documents
that programs get, so that both say the same.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from base.clock import Month
from base.errors import NtmError
from base.i18n import LANGUAGES, translate
from base.settings import is_sample
from layers.classify import legend_style
from layers.registry import BUILDERS
from layers.view import SAMPLE_NOTE
from render.screen.menu import PAGES
from service.collections import Collection, collections
from service.feature_table import LAST, table_of
from service.ogc_words import WORDS

if TYPE_CHECKING:
    from service.ogc import Asked

FOLDER: Final = Path(__file__).parent / "templates"
#: Properties that the table of features leaves out: they are the same in every row, or shown by the colour.
_NOT_SHOWN: Final = {
    "code",
    "name",
    "value",
    "class",
    "class_label",
    "color",
    "pattern",
    "tooltip",
    "area_level",
    *LAST,
}
#: Width of the drawing of one outline, in its own units.
_DRAWN: Final = 400
_KNOWN_CRS: Final = {"CRS84": "wgs84", "4326": "wgs84_latitude", "3857": "web_mercator"}


def page(found: Asked, document: Mapping[str, Any], one: Collection | None) -> bytes:
    """Return a finished document of an operation as a page; ``one`` is its collection, where it has one."""
    frame = Frame(found.base, found.lang, f"{_PATH[found.operation]}".format(found=found), found.query)
    template = {"schema": "properties", "queryables": "properties"}.get(found.operation, found.operation)
    more = _MORE[found.operation](document, one, frame) if found.operation in _MORE else {}
    return frame.render(template, document=document, one=one, operation=found.operation, **more)


@cache
def stylesheet() -> tuple[str, bytes]:
    """Return the name of the style sheet, with a hash of what it says, and its content."""
    content = (FOLDER / "ogc.css").read_bytes()
    return f"ogc.{hashlib.sha256(content).hexdigest()[:12]}.css", content


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page has around its content.

    Attributes
    ----------
    base
        Address of the service's first page.
    lang
        Language of the page.
    path
        The page's own address behind ``base``.
    query
        Parameters that the page was asked with.
    """

    base: str
    lang: str
    path: str
    query: tuple[tuple[str, str], ...] = ()

    def say(self, key: str, **params: object) -> str:
        """Return one of :data:`WORDS` in the page's language."""
        return translate(WORDS[key], self.lang, **params)

    def to(self, path: str, **query: str) -> str:
        """Return the address of another page of the service, in the same language; the host is left to the browser."""
        return f"{urlsplit(self.base).path}{path}?" + urlencode({**query, "f": "html", "lang": self.lang})

    def here(self, href: str) -> str:
        """Return the address of a document's link as a page in the same language."""
        parts = urlsplit(href)
        query = dict(parse_qsl(parts.query)) | {"f": "html", "lang": self.lang}
        return f"{parts.path}?{urlencode(query)}"

    def file(self, path: str, **query: str) -> str:
        """Return the address of a file of the service: its format is in ``query``."""
        return f"{urlsplit(self.base).path}{path}?" + urlencode({**query, "lang": self.lang})

    def map(self, one: Collection, extension: str, **query: str) -> str:
        """Return the address of a collection's map; empty where its province has no facts."""
        with suppress(NtmError):
            asked = one.state(lang=self.lang).query() | query
            return f"{urlsplit(self.base).path.rpartition('/')[0]}/maps/{one.layer}.{extension}?{urlencode(asked)}"
        return ""

    @property
    def others(self) -> list[dict[str, str]]:
        """The same page in each other language."""
        asked = dict(self.query)
        path = urlsplit(self.base).path + self.path
        return [
            {
                "lang": lang,
                "name": (Locale.parse(lang).get_display_name(lang) or lang).capitalize(),
                "href": f"{path}?{urlencode(asked | {'f': 'html', 'lang': lang})}",
            }
            for lang in LANGUAGES
            if lang != self.lang
        ]

    def render(self, template: str, **values: object) -> bytes:
        """Return a page."""
        root = urlsplit(self.base).path
        text = (
            _environment()
            .get_template(f"{template}.html")
            .render(
                frame=self,
                say=self.say,
                month=lambda month: Month.parse(str(month)).label,
                stylesheet=f"{root}/static/{stylesheet()[0]}",
                home=f"{root.rpartition('/')[0]}/{PAGES[0][0]}?lang={self.lang}",
                sample=translate(SAMPLE_NOTE, self.lang) if is_sample() else "",
                **values,
            )
        )
        return text.encode()


def layer_title(layer: str, lang: str) -> str:
    """Return the title of a layer's legend."""
    style = legend_style(layer)
    return style.title_en if lang == "en" else style.title_vi


def _of_all(_document: Mapping[str, Any], _one: Collection | None, _frame: Frame) -> dict[str, Any]:
    return {"count": len(collections())}


def _of_collections(document: Mapping[str, Any], _one: Collection | None, frame: Frame) -> dict[str, Any]:
    """Return the collections of each layer, each with what its title says of its area."""
    titles = {one["id"]: one["title"].partition(" – ")[2] for one in document["collections"]}
    layers: dict[str, list[tuple[Collection, str]]] = {layer: [] for layer in BUILDERS}
    for one in collections().values():
        layers[one.layer].append((one, titles[one.id]))
    return {"layers": [(layer_title(layer, frame.lang), rows) for layer, rows in layers.items()]}


def _of_collection(document: Mapping[str, Any], one: Collection | None, frame: Frame) -> dict[str, Any]:
    assert one is not None  # noqa: S101 - the operation has a collection
    entry, english = one.entry, frame.lang == "en"
    return {
        "source": entry.source_en if english else entry.source_vi,
        "label": entry.label_en if english else entry.label_vi,
        "area": dict(zip(("west", "south", "east", "north"), document["extent"]["spatial"]["bbox"][0], strict=True)),
        "systems": [(uri, _KNOWN_CRS.get(uri.rpartition("/")[2], "vn2000")) for uri in document["crs"]],
    }


def _of_properties(document: Mapping[str, Any], _one: Collection | None, _frame: Frame) -> dict[str, Any]:
    def kind(fragment: Mapping[str, str]) -> str:
        return "geometry" if "type" not in fragment else fragment.get("format", fragment["type"])

    return {"properties": [(name, part["title"], kind(part)) for name, part in document["properties"].items()]}


def _of_items(document: Mapping[str, Any], one: Collection | None, frame: Frame) -> dict[str, Any]:
    features = document["features"]
    names = list(features[0]["properties"]) if features else []
    shown = [name for name in names if name not in _NOT_SHOWN]
    filled = [name for name in shown if any(row["properties"][name] is not None for row in features)]
    links = {link["rel"]: frame.here(link["href"]) for link in document["links"] if link["rel"] in {"next", "prev"}}
    first = int(dict(frame.query).get("offset", 0)) + 1
    asked = {name: value for name, value in frame.query if name not in {"f", "lang"}}
    return {
        "titles": table_of(one, lang=frame.lang).titles if one else {},
        "columns": filled,
        "pages": links,
        "first": first,
        "asked": asked,
    }


def _of_item(document: Mapping[str, Any], one: Collection | None, frame: Frame) -> dict[str, Any]:
    titles = table_of(one, lang=frame.lang).titles if one else {}
    rows = [(name, titles.get(name, name), value) for name, value in document["properties"].items()]
    in_degrees = dict(frame.query).get("crs", "").rpartition("/")[2] in {"", "CRS84"}
    return {"rows": rows, "outline": outline(document["geometry"]) if in_degrees and document["geometry"] else ""}


def outline(geometry: Mapping[str, Any]) -> str:
    """Return the path of an outline for a drawing 400 wide, north up, with the box it needs: ``0 0 400 250|M…``."""
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    points = [point for part in parts for ring in part for point in ring]
    west, east = (choose(x for x, _ in points) for choose in (min, max))
    south, north = (choose(y for _, y in points) for choose in (min, max))
    narrow = math.cos(math.radians((south + north) / 2))
    scale = _DRAWN / max((east - west) * narrow, north - south, 1e-9)

    def ring_path(ring: Iterable[tuple[float, float]]) -> str:
        return "M" + " ".join(f"{(x - west) * narrow * scale:.1f},{(north - y) * scale:.1f}" for x, y in ring) + "Z"

    box = f"-4 -4 {(east - west) * narrow * scale + 8:.0f} {(north - south) * scale + 8:.0f}"
    return f"{box}|" + "".join(ring_path(ring) for part in parts for ring in part)


_PATH: Final[Mapping[str, str]] = {
    "landing": "",
    "conformance": "/conformance",
    "collections": "/collections",
    "collection": "/collections/{found.collection}",
    "queryables": "/collections/{found.collection}/queryables",
    "schema": "/collections/{found.collection}/schema",
    "items": "/collections/{found.collection}/items",
    "item": "/collections/{found.collection}/items/{found.item}",
}
#: What a page is given beside its document.
_MORE: Final[Mapping[str, Callable[[Mapping[str, Any], Collection | None, Frame], dict[str, Any]]]] = {
    "landing": _of_all,
    "collections": _of_collections,
    "collection": _of_collection,
    "queryables": _of_properties,
    "schema": _of_properties,
    "items": _of_items,
    "item": _of_item,
}
