"""The menu: pages in order, each with its address, its layer and its Vietnamese title."""

from __future__ import annotations

from typing import Final

PAGES: Final = (
    ("ban-do", "ntm-levels", "Bản đồ tỉnh"),
    ("xa-muc-tieu", "target-communes", "Xã mục tiêu"),
    ("xa-bien-gioi", "border-replanning", "Xã biên giới"),
    ("tien-do-huyen", "district-progress", "Tiến độ huyện"),
)


def layer_of(page: str) -> str:
    """Return the layer a page shows."""
    return next(layer for key, layer, _ in PAGES if key == page)
