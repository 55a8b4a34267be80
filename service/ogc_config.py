"""What pygeoapi is told of this service: its collections with their metadata, in one language."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

from pygeoapi.api import API

from base.i18n import translator
from geo.boundaries import load
from layers.classify import legend_style
from layers.places import province_name
from service.collections import Collection, collections

#: Features of one answer when nothing is asked, and at most.
USUAL_LIMIT: Final = 1000
MOST_LIMIT: Final = 10_000
_PROVIDER: Final = "service.ogc_provider.LayerProvider"


@lru_cache(maxsize=16)
def api(base: str, lang: str, _boundaries: str) -> API:
    """Return pygeoapi for an address and a language; other boundary versions make another one."""
    with _own_logging():
        return API(config(base, lang), {})


@contextmanager
def _own_logging() -> Iterator[None]:
    """Keep pygeoapi from setting the whole program's logging, as it does where nobody did before."""
    none = logging.NullHandler()
    root = logging.getLogger()
    root.addHandler(none)
    try:
        yield
    finally:
        root.removeHandler(none)


def config(base: str, lang: str) -> dict[str, Any]:
    """Return pygeoapi's configuration.

    Parameters
    ----------
    base
        Address of the service's first page, without a slash behind it.
    lang
        ``vi`` or ``en``: language of every title.
    """
    t = translator(lang)
    return {
        "server": {
            "url": base,
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "languages": [lang],
            "limits": {"default_items": USUAL_LIMIT, "max_items": MOST_LIMIT, "on_exceed": "throttle"},
        },
        "logging": {"level": "CRITICAL"},
        "metadata": {
            "identification": {
                "title": t("Bản đồ nông thôn mới"),
                "description": t("Các lớp bản đồ chương trình nông thôn mới, theo chuẩn OGC API – Features."),
                "keywords": [t("nông thôn mới"), "NTM", "OGC API – Features"],
                "keywords_type": "theme",
                "terms_of_service": "",
                "url": base,
            },
            "license": {"name": t("Xem từng lớp"), "url": f"{base}/collections"},
            "provider": {"name": t("Văn phòng Điều phối nông thôn mới"), "url": base},
            "contact": {"name": t("Văn phòng Điều phối nông thôn mới"), "url": base},
        },
        "resources": {key: _resource(one, lang, base) for key, one in collections().items()},
    }


def title(collection: Collection, lang: str) -> str:
    """Return what a collection is called: its subject, and the units it is drawn on."""
    style, entry = legend_style(collection.layer), collection.entry
    subject, units = (style.title_en, entry.name_en) if lang == "en" else (style.title_vi, entry.name_vi)
    if collection.part:
        former = translator(lang)("{province} cũ", province=province_name(collection.part, lang))
        return f"{subject} – {former}, {units}"
    return f"{subject} – {units}"


def description(collection: Collection, lang: str) -> str:
    """Return where a collection's outlines come from, under which licence and decree, and what they are worth."""
    t, entry = translator(lang), collection.entry
    source, label = (entry.source_en, entry.label_en) if lang == "en" else (entry.source_vi, entry.label_vi)
    return t(
        "{label}. Nguồn ranh giới: {source}. Giấy phép: {licence}. Căn cứ: {decree}. "
        "Mỗi đơn vị có giá trị, loại, nhãn và màu của chú giải; tháng chọn bằng tham số {parameter}.",
        label=label,
        source=source,
        licence=entry.licence,
        decree=entry.decree,
        parameter="datetime",
    )


def _resource(one: Collection, lang: str, base: str) -> dict[str, Any]:
    t = translator(lang)
    west, south, east, north = (round(float(value), 5) for value in _bounds(one.entry.id, one.part))
    last = one.entry.last_month.last_day if one.entry.last_month else None
    return {
        "type": "collection",
        "title": title(one, lang),
        "description": description(one, lang),
        "keywords": [t("nông thôn mới"), one.layer, one.entry.id],
        "extents": {
            "spatial": {"bbox": [west, south, east, north], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
            "temporal": {
                "begin": _moment(date(one.first.year, one.first.month, 1)),
                "end": _moment(last) if last else None,
            },
        },
        "links": [
            _link("license", f"{base}/collections/{one.id}", t("Giấy phép: {licence}", licence=one.entry.licence)),
        ],
        "providers": [_provider(one, lang)],
    }


def _provider(one: Collection, lang: str) -> Mapping[str, Any]:
    return {
        "type": "feature",
        "name": _PROVIDER,
        "data": one.id,
        "id_field": "code",
        "title_field": "name",
        "time_field": "as_of",
        "lang": lang,
        "crs": list(one.crs),
        "storage_crs": one.crs[0],
    }


@lru_cache(maxsize=64)
def _bounds(version: str, part: str) -> tuple[float, float, float, float]:
    return tuple(load(version, part).units.total_bounds)


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _link(rel: str, href: str, text: str) -> dict[str, str]:
    return {"type": "text/html", "rel": rel, "title": text, "href": href}
