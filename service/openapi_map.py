"""Parameters of a map in the OpenAPI document: those of the page's address, and how large a picture is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from base.i18n import Translate, translator
from base.settings import FIRST_PROVINCE
from geo.boundaries import catalogue
from layers.address import NTM_LEVELS, TARGET_KINDS, VIEWS
from layers.cluster_words import arrangement_names, step_names
from layers.places import drawable, province_name
from layers.registry import BUILDERS
from layers.words import CRITERION_GROUPS, LEVEL_NAMES
from layers.words import TARGET_KINDS as KIND_NAMES
from service.maps import DATA, DOTS, PAPERS, SHEETS, WIDTHS
from service.ogc_pages import layer_title
from service.openapi_parameters import MONTH, Parameter, one_of, path, query, used

#: Parameters of a map in the order in which they are told, as components are named: those of /ogc have other values.
MAP: Final = (
    *("map-province", "map-boundary", "map-period", "known_at", "map-district", "map-commune", "map-ntm_level"),
    *("map-target_kind", "map-border", "criterion", "map-criterion_group", "map-under_15", "from", "map-step"),
    *("map-arrangement", "map-expiring", "map-view", "map-paper", "map-width", "map-dpi", "map-v", "lang"),
)


def map_parameters(lang: str) -> dict[str, Parameter]:
    """Return every parameter of a map by the name of its component."""
    t = translator(lang)
    found = (*_places(t, lang), *_choices(t, lang), *_sheet(t))
    return _paths(t, lang) | {f"map-{one['name']}": one for one in found}


def _places(t: Translate, lang: str) -> Iterable[Parameter]:
    code = {"type": "string", "pattern": "^[0-9A-Za-z_-]{1,40}$"}
    names = {key: province_name(key, lang) for key in drawable()}
    yield query(
        "province",
        t("Tỉnh. {names}.", names=_named(names)),
        one_of(names, default=FIRST_PROVINCE),
        FIRST_PROVINCE,
    )
    yield query("boundary", t("Phiên bản ranh giới. Không ghi thì theo tháng đang xem."), one_of(catalogue()))
    yield query("period", t("Tháng cần xem. Không ghi thì tháng mới nhất có số liệu."), MONTH, "2025-06")
    yield query("district", t("Mã huyện (trước 07/2025)."), code, "610")
    yield query("commune", t("Mã xã."), code)


def _choices(t: Translate, lang: str) -> Iterable[Parameter]:
    """Yield the filters with fixed values; each tells which layers it changes."""
    levels = {key: t(LEVEL_NAMES[key], total=19) for key in NTM_LEVELS}
    kinds = {key: t(KIND_NAMES[key]) for key in TARGET_KINDS}
    borders = {"yes": t("Xã biên giới"), "laos": t("Giáp Lào"), "cambodia": t("Giáp Campuchia")}
    groups = {key: t(name) for key, name in CRITERION_GROUPS.items()}
    for name, words in (
        ("ntm_level", levels),
        ("target_kind", kinds),
        ("border", borders),
        ("criterion_group", groups),
        ("under_15", {"1": t("Dưới 15 tiêu chí")}),
        ("step", step_names(lang)),
        ("arrangement", arrangement_names(t)),
        ("expiring", {"1": t("Trong 12 tháng tới")}),
    ):
        meaning = t("Bộ lọc. {names}. Lớp: {layers}.", names=_named(words), layers=used(name))
        yield query(name, meaning, one_of(words))
    yield query("view", t("Ngăn đang mở trên trang web; không đổi gì ở đây."), one_of(VIEWS))


def _sheet(t: Translate) -> Iterable[Parameter]:
    yield query(
        "paper",
        t("Khổ giấy của hình; chỉ dùng với: {formats}.", formats=", ".join(SHEETS)),
        one_of(PAPERS, default="A4"),
        "A4",
    )
    yield query(
        "width",
        t(
            "Bề rộng của hình, tính bằng điểm ảnh; chỉ dùng với {format}, không cùng với {other}.",
            format="png",
            other="dpi",
        ),
        {"type": "integer", "minimum": WIDTHS.start, "maximum": WIDTHS.stop - 1},
        800,
    )
    yield query(
        "dpi",
        t("Độ phân giải (DPI) của hình; chỉ dùng với {format}, không cùng với {other}.", format="png", other="width"),
        {"type": "integer", "minimum": DOTS.start, "maximum": DOTS.stop - 1, "default": 300},
        150,
    )
    yield query(
        "v",
        t("Dấu phiên bản của bản đồ, như trang web ghi; đúng dấu thì câu trả lời được giữ mãi."),
        {"type": "string", "maxLength": 64},
    )


def _paths(t: Translate, lang: str) -> dict[str, Parameter]:
    titles = {layer: layer_title(layer, lang) for layer in BUILDERS}
    return {
        "layer": path("layer", t("Lớp bản đồ. {layers}.", layers=_named(titles)), one_of(BUILDERS), "ntm-levels"),
        "extension": path(
            "extension",
            t(
                "Định dạng: hình ({pictures}), hoặc số liệu và kiểu vẽ cho QGIS ({data}).",
                pictures=", ".join(SHEETS),
                data=", ".join(DATA),
            ),
            one_of((*SHEETS, *DATA)),
            "png",
        ),
    }


def _named(words: Mapping[str, str]) -> str:
    return "; ".join(f"{key}: {name}" for key, name in words.items())
