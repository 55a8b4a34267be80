"""Columns that the forms of clusters and of villages have in common: the commune, and points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from geo.crs_declared import VN2000_GEOGRAPHIC, VN2000_ZONES, WGS84
from intake.form_columns import CommuneChoice, FormColumn

TOLD_WORDS: Final = {"yes": "có", "no": "không"}
#: What stands for the zone of the province among the systems of coordinates.
PROVINCE_ZONE: Final = "vn2000"
#: Systems of coordinates, by EPSG code.
CRS_WORDS: Final[Mapping[str, str]] = {
    str(WGS84): "WGS 84 (kinh độ, vĩ độ)",
    PROVINCE_ZONE: "VN-2000 (mét, múi chiếu của tỉnh)",
    str(VN2000_GEOGRAPHIC): "VN-2000 (kinh độ, vĩ độ)",
    **{str(zone.epsg): zone.name for zone in VN2000_ZONES.values()},
}

SITE: Final = "Vị trí"


def place_columns(communes: CommuneChoice, group: str = "") -> tuple[FormColumn, ...]:
    """Return the columns of a commune of today or of before, and of the one that it was before."""
    return (
        FormColumn(
            "code",
            "Mã xã",
            "Chọn xã trong danh sách, hoặc ghi mã 5 chữ số. Nếu để trống thì phải ghi tên xã. "
            "Xã có “(cũ)” sau tên huyện là xã sau sắp xếp.",
            "commune",
            example="23344",
            also=("xa", "ma don vi"),
            communes=communes,
            group=group,
        ),
        FormColumn("name", "Tên xã", "Chỉ cần khi không có mã xã.", also=("ten don vi",), file_only=True),
        FormColumn(
            "district",
            "Huyện",
            "Huyện của xã, nay là huyện cũ. Chỉ cần khi ghi tên xã và tên đó có ở nhiều huyện.",
            "district",
            also=("huyen, thanh pho", "ten huyen"),
            file_only=True,
        ),
        FormColumn(
            "old_code",
            "Xã trước sắp xếp",
            "Xã cũ, khi cột xã là xã sau sắp xếp. Cần khi xã mới gộp từ nhiều xã; để trống nếu chưa rõ.",
            "former-commune",
            also=("xa cu", "ma xa cu", "ma xa truoc sap xep"),
            communes=communes,
            group=group,
        ),
    )


def crs_column() -> FormColumn:
    """Return the column that says what the coordinates of a row are."""
    return FormColumn(
        "crs",
        "Hệ tọa độ",
        "Hệ của các tọa độ bên cạnh. Để trống: số nhỏ là độ (WGS 84), số lớn là mét (VN-2000, múi chiếu của tỉnh).",
        "choice",
        CRS_WORDS,
        example="VN-2000 (mét, múi chiếu của tỉnh)",
        group=SITE,
    )


def point_columns(
    x: str, y: str, words: tuple[str, str], what: tuple[str, str], also: tuple[str, str]
) -> tuple[FormColumn, ...]:
    """Return the two columns of a point; headings name directions, because X points north in Vietnamese surveys."""
    return (
        FormColumn(x, words[0], what[0], "coordinate", example="107,512345", also=(also[0],), group=SITE),
        FormColumn(y, words[1], what[1], "coordinate", example="14,612345", also=(also[1],), group=SITE),
    )
