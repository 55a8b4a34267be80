"""Files the browser fetches once and keeps: scripts, styles, Leaflet, geometry, and each version's setup.

Every address contains a hash of the content, so that it may be cached for ever.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from xstatic.pkg import leaflet

from base.errors import NtmError
from base.i18n import Translate, translator
from geo.asset import GeometryAsset, asset, grid_point
from geo.boundaries import catalogue
from layers.address import BORDERS, NTM_LEVELS, TARGET_KINDS, months_of
from layers.classify import legend_keys, legend_style
from layers.cluster_words import arrangement_names, step_names
from layers.places import drawable, places_of, province_name
from layers.registry import part_of
from layers.view import FILTERS, PARAMETER
from layers.words import LEVEL_NAMES, sentence
from layers.words import TARGET_KINDS as KIND_NAMES
from render.screen.menu import PAGES, SWITCHES
from render.screen.packing import Dictionary
from render.screen.scene import typical_scenes

FOLDER: Final = Path(__file__).parent / "assets"
TEXT_FILE: Final = Path(__file__).parent / "text.toml"
LEAFLET: Final = Path(leaflet.BASE_DIR)
_BORDER_NAMES: Final = {"yes": "Xã biên giới", "laos": "Giáp Lào", "cambodia": "Giáp Campuchia"}


#: Ending of the keys of words that take the place of others on a map of the nation.
_OF_NATION: Final = "_of_nation"
#: ``setup.<province>.<boundary>.<lang>.json``
SETUP_PARTS: Final = 5


@dataclass(frozen=True, slots=True)
class AssetFile:
    """A file to be served: content and media type."""

    content: bytes
    media_type: str


def _media_type(name: str) -> str:
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return "text/javascript" if name.endswith(".js") else guessed


@cache
def bundle() -> dict[str, AssetFile]:
    """Return our scripts and styles, and Leaflet's, by file name."""
    paths = [path for path in sorted(FOLDER.iterdir()) if path.suffix in {".js", ".css"}]
    paths += [LEAFLET / "leaflet.js", LEAFLET / "leaflet.css"]
    return {path.name: AssetFile(path.read_bytes(), _media_type(path.name)) for path in paths}


@cache
def bundle_digest() -> str:
    """Return the hash of the whole bundle: modules import one another by relative names."""
    parts = (name.encode() + file.content for name, file in sorted(bundle().items()))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def bundle_url(name: str) -> str:
    """Return the address of a file of the bundle."""
    return f"/assets/{bundle_digest()}/{name}"


def setup_file(province: str, boundary: str | None, lang: str) -> AssetFile:
    """Return the setup of a boundary version in a language: what a page needs, whatever it shows of it.

    ``boundary`` is ``None`` when no version can be drawn: units and geometry are then empty.
    """
    return _setup_file(province, boundary, lang, _spans())[0]


def setup_url(province: str, boundary: str | None, lang: str) -> str:
    """Return the address of :func:`setup_file`."""
    digest = _setup_file(province, boundary, lang, _spans())[1]
    return f"/assets/{digest}/setup.{province}.{boundary or 'none'}.{lang}.json"


def _spans() -> frozenset[tuple[str, str, str | None]]:
    """Return which months of which provinces can be drawn: an imported version may bring more to choose from."""
    return frozenset((entry.province, entry.valid_from, entry.valid_to) for entry in catalogue().values())


@lru_cache(maxsize=64)
def _setup_file(
    province: str, boundary: str | None, lang: str, _spans: frozenset[tuple[str, str, str | None]]
) -> tuple[AssetFile, str]:
    """Return the setup and its digest."""
    content = json.dumps(_setup(province, boundary, lang), ensure_ascii=False, separators=(",", ":")).encode()
    return AssetFile(content, "application/json"), hashlib.sha256(content).hexdigest()[:12]


def find(digest: str, name: str) -> AssetFile | None:
    """Return the file behind ``/assets/<digest>/<name>``; ``None`` when there is no such file."""
    if name.startswith("setup."):
        parts = name.split(".")
        if len(parts) != SETUP_PARTS:
            return None
        _, province, boundary, lang, _ = parts
        try:
            wanted = (province, None if boundary == "none" else boundary, lang)
            return setup_file(*wanted) if setup_url(*wanted) == f"/assets/{digest}/{name}" else None
        except NtmError:
            return None
    return bundle().get(name) if digest == bundle_digest() else None


@cache
def dictionary(province: str, boundary: str | None, lang: str) -> Dictionary:
    """Return what scenes of this setup are deflated against; empty when nothing can be drawn."""
    return Dictionary.of(typical_scenes(province, lang) if boundary else [])


@cache
def texts() -> dict[str, dict[str, str]]:
    """Return the interface words by key, each in Vietnamese and English."""
    return tomllib.loads(TEXT_FILE.read_text("utf-8"))


def _setup(province: str, boundary: str | None, lang: str) -> dict[str, Any]:
    t = translator(lang)
    geometry = asset(boundary, part_of(province, boundary)) if boundary else None
    return {
        "lang": lang,
        "geometry": f"/geometry/{geometry.name}" if geometry else None,
        **(_drawn(province, geometry, lang) if geometry else _NOTHING_DRAWN),
        "provinces": [{"key": key, "label": province_name(key, lang)} for key in drawable()],
        "group": t("Bản đồ"),
        "pages": [{"key": key, "label": t(title), "layers": _switch(key, t)} for key, _, title in PAGES],
        "product": t("Bản đồ nông thôn mới"),
        "key": province,
        "province": province_name(province, lang),
        "legends": {key: _legend(key, lang) for key in legend_keys()},
        "filters": {layer: [PARAMETER.get(name, name) for name in names] for layer, names in FILTERS.items()},
        "years": _years(province),
        "options": _options(t, lang),
        "text": _texts(boundary, lang),
        "dictionary": dictionary(province, boundary, lang).for_setup(),
    }


_NOTHING_DRAWN: Final[dict[str, Any]] = {"units": [], "districts": [], "margins": [], "inset": None}


def _drawn(province: str, geometry: GeometryAsset, lang: str) -> dict[str, Any]:
    places = places_of(province, geometry.version, geometry.codes)
    return {
        "units": [
            {
                "code": unit.code,
                "name": unit.full_name,
                "short": unit.name,
                "district": unit.district_code,
                "label": _label(geometry, unit.code),
                "box": geometry.boxes[unit.code],
            }
            for unit in places.units
        ],
        "districts": [
            {
                "code": code,
                "name": district.name,
                "short": district.short_name,
                "label": _label(geometry, code),
                "box": geometry.boxes[code],
            }
            for code, district in places.districts.items()
        ],
        "margins": [
            {"text": m.text(lang), "point": list(grid_point(m.lon, m.lat)), "kind": m.kind} for m in places.margins
        ],
        "inset": places.inset,
    }


def _label(geometry: GeometryAsset, code: str) -> list[int]:
    point = geometry.labels[code]
    return [point.x, point.y, point.radius]


def _switch(page: str, t: Translate) -> list[dict[str, str]]:
    return [{"key": layer, "label": t(name)} for layer, name in SWITCHES.get(page, ())]


def _legend(key: str, lang: str) -> dict[str, Any]:
    style = legend_style(key)
    return {
        "title": style.title_en if lang == "en" else style.title_vi,
        "classes": [
            {"id": c.id, "label": style.words(c, lang), "color": c.color, "pattern": c.pattern} for c in style.classes
        ],
        "marks": [{"id": m.id, "symbol": m.symbol, "label": style.words(m, lang)} for m in style.marks],
        "features": [
            {"id": c.id, "label": style.words(c, lang), "color": c.color, "pattern": c.pattern} for c in style.features
        ],
        "featuresTitle": style.features_title_en if lang == "en" else style.features_title_vi,
    }


def _texts(boundary: str | None, lang: str) -> dict[str, str]:
    """Return the interface words; on a map of the nation, those that speak of it instead of a province."""
    found = {key: words[lang] for key, words in texts().items()}
    national = catalogue()[boundary].national if boundary else False
    of_nation = {key.removesuffix(_OF_NATION): text for key, text in found.items() if key.endswith(_OF_NATION)}
    found = {key: text for key, text in found.items() if not key.endswith(_OF_NATION)}
    return found | of_nation if national else found


def _years(province: str) -> list[dict[str, Any]]:
    try:
        months = months_of(province)
    except NtmError:
        return []  # the scene says what is wrong with the facts
    years = sorted({month.year for month in months}, reverse=True)
    return [{"year": year, "months": sorted(m.month for m in months if m.year == year)} for year in years]


def _options(t: Translate, lang: str) -> dict[str, list[list[str]]]:
    return {
        "ntm_level": [[level, t(LEVEL_NAMES[level], total=19)] for level in NTM_LEVELS],
        "target_kind": [[kind, sentence(t(KIND_NAMES[kind]))] for kind in TARGET_KINDS],
        "border": [[key, t(_BORDER_NAMES[key])] for key in BORDERS],
        "under_15": [["1", t("Dưới 15 tiêu chí")]],
        "step": [[key, name] for key, name in step_names(lang).items()],
        "arrangement": [[key, sentence(name)] for key, name in arrangement_names(t).items()],
        "expiring": [["1", t("Trong 12 tháng tới")]],
    }
