"""What a person may choose when a boundary file does not say it: territory and coordinate system."""

from __future__ import annotations

from typing import Final

from base.i18n import translator
from base.numbers import number
from geo.crs_declared import VN2000_GEOGRAPHIC, VN2000_ZONES, WGS84
from programme.province import province_of, provinces

#: Scale factor on the central meridian of a 6° zone; that of a 3° zone is larger.
_SCALE_OF_6: Final = 0.9996


def territories(lang: str) -> dict[str, str]:
    """Return the names of every territory that a file may be of, by key; the whole country is one of them."""
    return {key: province.name(lang) for key, province in provinces().items()}


def known_territory(key: str) -> str:
    """Return the key of a territory; raise :class:`base.errors.StateError` when there is none of this key."""
    return province_of(key).key


def systems(lang: str) -> dict[str, str]:
    """Return every coordinate system that surveys of Viet Nam come in: its name by what chooses it (``EPSG:9216``)."""
    t = translator(lang)
    words = "VN-2000, kinh tuyến trục {meridian}°, múi {width}°"
    zones = {
        f"EPSG:{zone.epsg}": t(words, meridian=number(zone.meridian, lang), width=3 if zone.scale > _SCALE_OF_6 else 6)
        for zone in VN2000_ZONES.values()
    }
    return zones | {
        f"EPSG:{VN2000_GEOGRAPHIC}": t("VN-2000, kinh độ vĩ độ"),
        f"EPSG:{WGS84}": t("WGS 84, kinh độ vĩ độ"),
    }
