"""The menu: pages in order, each with its address, the layer it opens with and its Vietnamese title."""

from __future__ import annotations

from typing import Final

PAGES: Final = (
    ("ban-do", "ntm-levels", "Bản đồ tỉnh"),
    ("xa-muc-tieu", "target-communes", "Xã mục tiêu"),
    ("xa-bien-gioi", "border-replanning", "Xã biên giới"),
    ("thon-lang", "villages", "Thôn, làng"),
    ("tien-do-huyen", "district-progress", "Tiến độ huyện"),
    ("tieu-chi", "criteria-met", "Tiêu chí"),
    ("bao-cao-thang", "reporting", "Báo cáo tháng"),
    ("ranh-gioi", "boundaries", "Ranh giới"),
)


#: Pages that show several layers, by the parameter ``layer``: each layer with its name on the switch.
SWITCHES: Final = {
    "tieu-chi": (("criteria-met", "Số tiêu chí đạt"), ("criterion", "Từng tiêu chí"), ("at-risk", "Nguy cơ thu hồi")),
}


def layers_of(page: str) -> tuple[str, ...]:
    """Return the layers that a page shows, the one it opens with first."""
    return tuple(layer for layer, _ in SWITCHES.get(page, ())) or (layer_of(page),)


def layer_of(page: str) -> str:
    """Return the layer a page opens with."""
    return next(layer for key, layer, _ in PAGES if key == page)
