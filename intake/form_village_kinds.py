"""The small forms of villages: the register, and recognitions of villages that are in it."""

from __future__ import annotations

from typing import Final

from intake.form_columns import VOID, Form, FormColumn
from intake.form_settlement_kinds import TOLD_WORDS, crs_column, place_columns, point_columns

VILLAGE_KIND_WORDS: Final = {
    "thon": "Thôn",
    "lang": "Làng",
    "residential-area": "Khu dân cư",
    "street-group": "Tổ dân phố",
}
PILOT_LEVEL_WORDS: Final = {"province": "cấp tỉnh", "district": "cấp huyện", "commune": "cấp xã"}
TITLE_WORDS: Final = {
    "model": "Thôn NTM kiểu mẫu / khu dân cư kiểu mẫu",
    "minority": "Thôn NTM vùng đồng bào DTTS",
}
VILLAGE_ACTION_WORDS: Final = {"recognise": "Công nhận", "withdraw": "Thu hồi", "void": "Hủy dòng đã nhập"}

VILLAGES: Final = Form(
    "villages",
    "Danh mục thôn, làng",
    "Thôn, làng",
    "Mỗi dòng là một thôn, làng của một xã. Nhập lại cùng xã và tên thì dòng mới thay dòng cũ.",
    (
        *place_columns("lists"),
        FormColumn(
            "village",
            "Tên thôn",
            "Tên đầy đủ, như trong quyết định.",
            required=True,
            also=("ten thon, lang",),
        ),
        FormColumn(
            "kind",
            "Loại thôn",
            "Tên gọi của địa phương.",
            "choice",
            VILLAGE_KIND_WORDS,
            required=True,
            example="Thôn",
            also=("loai",),
        ),
        FormColumn(
            "minority",
            "Vùng đồng bào DTTS",
            "Thôn có thuộc vùng đồng bào dân tộc thiểu số không. Chưa rõ thì để trống.",
            "choice",
            TOLD_WORDS,
            example="có",
            also=("vung dong bao dan toc thieu so",),
        ),
        FormColumn(
            "pilot_year", "Năm làm điểm", "Năm thôn được chọn làm điểm; không thì để trống.", "year", example="2023"
        ),
        FormColumn(
            "pilot_level", "Cấp làm điểm", "Cấp chọn thôn làm điểm.", "choice", PILOT_LEVEL_WORDS, example="cấp huyện"
        ),
        FormColumn(
            "valid_from",
            "Có từ ngày",
            "Ngày thành lập, nếu mới lập hoặc mới sáp nhập; không thì để trống.",
            "date",
            example="01/01/2020",
        ),
        FormColumn(
            "valid_to", "Đến ngày", "Ngày cuối, nếu thôn không còn; không thì để trống.", "date", example="30/06/2025"
        ),
        crs_column(),
        *point_columns(
            "x",
            "y",
            ("Kinh độ / hướng Đông", "Vĩ độ / hướng Bắc"),
            (
                "Điểm giữa thôn, nếu có. Trong bản đồ VN-2000, đây là số Y.",
                "Điểm giữa thôn, nếu có. Trong bản đồ VN-2000, đây là số X.",
            ),
            ("kinh do", "vi do"),
        ),
        FormColumn("note", "Ghi chú", "Điều cần nhớ."),
        VOID,
    ),
)
VILLAGE_RECOGNITIONS: Final = Form(
    "village-recognitions",
    "Công nhận thôn nông thôn mới",
    "Công nhận thôn",
    "Mỗi dòng là một thôn trong một quyết định công nhận hoặc thu hồi. Thôn phải có trong danh mục thôn, làng.",
    (
        *place_columns("lists"),
        FormColumn(
            "village",
            "Thôn",
            "Tên thôn như trong danh mục thôn, làng.",
            required=True,
            also=("ten thon", "thon, lang"),
        ),
        FormColumn(
            "title",
            "Danh hiệu",
            "Danh hiệu của thôn.",
            "choice",
            TITLE_WORDS,
            required=True,
            example=TITLE_WORDS["model"],
        ),
        FormColumn(
            "action",
            "Hình thức",
            "Công nhận, thu hồi, hoặc rút lại dòng đã nhập nhầm (ghi lại thôn, danh hiệu và số quyết định của "
            "dòng đó).",
            "choice",
            VILLAGE_ACTION_WORDS,
            required=True,
            example="Công nhận",
        ),
        FormColumn(
            "year",
            "Năm đạt chuẩn",
            "Năm mà thôn đạt chuẩn; không sau năm của ngày quyết định.",
            "year",
            required=True,
            example="2024",
        ),
        FormColumn("number", "Số quyết định", "Số và ký hiệu, như ghi trong quyết định.", required=True),
        FormColumn(
            "date",
            "Ngày quyết định",
            "Ngày ký, dạng ngày/tháng/năm. Để trống nếu chỉ biết năm.",
            "date",
            example="20/12/2024",
        ),
        FormColumn("note", "Ghi chú", "Điều cần nhớ."),
    ),
)
