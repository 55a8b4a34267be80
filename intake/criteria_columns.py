"""The two sheets of a criteria set file: the set, and its criteria with their indicators."""

from __future__ import annotations

from typing import Final

from intake.form_columns import Form, FormColumn
from intake.form_kinds import LEVEL_WORDS
from intake.template import REGIONS
from programme.criteria import GROUPS

SET_LEVEL_WORDS: Final = {**LEVEL_WORDS, "district": "Huyện nông thôn mới"}
ISSUER_WORDS: Final = {"national": "Cả nước", "province": "Riêng tỉnh này"}
FLAG_WORDS: Final = {"1": "Đã kiểm chứng", "0": "Chưa kiểm chứng"}
VALUE_WORDS: Final = {
    "boolean": "Đạt hoặc chưa đạt",
    "percent": "Tỷ lệ %",
    "number": "Con số",
    "text": "Nội dung bằng chữ",
}
_THRESHOLD_HEADINGS: Final = {
    "national": "Ngưỡng cả nước",
    "tay_nguyen": "Ngưỡng Tây Nguyên",
    "northern_midlands": "Ngưỡng Trung du và miền núi phía Bắc",
    "group1": "Ngưỡng xã nhóm 1",
    "group2": "Ngưỡng xã nhóm 2",
    "group3": "Ngưỡng xã nhóm 3",
}
#: Key of the column of each region's threshold.
THRESHOLDS: Final = {region: f"threshold_{region}" for region in REGIONS}

SET_FORM: Final = Form(
    "criteria-set",
    "Bộ tiêu chí",
    "Bộ tiêu chí",
    "Một dòng: bộ tiêu chí, quyết định ban hành và thời gian áp dụng. Sửa một bộ đã có: giữ nguyên mã; "
    "bộ mới thay bộ cũ, bộ cũ vẫn được giữ.",
    (
        FormColumn(
            "set_id",
            "Mã bộ tiêu chí",
            "Mã riêng của bộ, chữ không dấu, số và dấu gạch.",
            required=True,
            example="VN-NTM-XA-2021-2025",
        ),
        FormColumn("level", "Mức áp dụng", "Mức mà bộ này dùng để xét.", "choice", SET_LEVEL_WORDS, required=True),
        FormColumn("scope", "Phạm vi", "Bộ của cả nước hay của riêng tỉnh.", "choice", ISSUER_WORDS, required=True),
        FormColumn("issuer", "Cơ quan ban hành", "Cơ quan ký quyết định.", required=True),
        FormColumn("name_vi", "Tên bộ tiêu chí", "Tên ngắn, hiện trên bản đồ và báo cáo.", required=True),
        FormColumn("name_en", "Tên bộ tiêu chí bằng tiếng Anh", "Bản dịch để người đọc xem.", required=True),
        FormColumn(
            "decision",
            "Quyết định ban hành",
            "Số và ngày quyết định, kèm phụ lục nếu có.",
            required=True,
        ),
        FormColumn(
            "valid_from", "Áp dụng từ ngày", "Ngày đầu tiên áp dụng.", "date", required=True, example="08/03/2022"
        ),
        FormColumn(
            "valid_to", "Áp dụng đến ngày", "Ngày cuối cùng; để trống nếu chưa biết.", "date", example="14/02/2026"
        ),
        FormColumn("criteria", "Số tiêu chí", "Số tiêu chí theo quyết định.", "number", required=True, example="10"),
        FormColumn(
            "indicators", "Số chỉ tiêu", "Số chỉ tiêu theo quyết định; để trống nếu chưa rõ.", "number", example="47"
        ),
        FormColumn(
            "withdrawal_criteria",
            "Tiêu chí xét thu hồi",
            "Các tiêu chí mà quyết định về thu hồi liệt kê, cách nhau bằng dấu chấm phẩy; để trống nếu không áp dụng.",
            example="2;5",
        ),
        FormColumn(
            "verified",
            "Kiểm chứng bộ",
            "Quyết định, ngày và số tiêu chí đã đối chiếu với văn bản gốc chưa.",
            "choice",
            FLAG_WORDS,
            required=True,
        ),
        FormColumn("note_vi", "Ghi chú", "Điều người đọc cần biết."),
        FormColumn("note_en", "Ghi chú bằng tiếng Anh", "Bản dịch của ghi chú."),
        FormColumn("source", "Nguồn", "Nơi đã đọc văn bản.", required=True),
    ),
)

ITEM_FORM: Final = Form(
    "criteria-set",
    "Bộ tiêu chí",
    "Tiêu chí và chỉ tiêu",
    "Mỗi dòng là một tiêu chí, hoặc một chỉ tiêu của tiêu chí. Ngưỡng để trống nghĩa là chưa rõ.",
    (
        FormColumn(
            "code",
            "Mã tiêu chí, chỉ tiêu",
            "Tiêu chí: 1, 2, 3…; chỉ tiêu: 1.1, 1.2… Ô phải ở dạng văn bản.",
            required=True,
            example="17.1",
            also=("ma",),
            width=10,
        ),
        FormColumn(
            "parent",
            "Thuộc tiêu chí",
            "Mã của tiêu chí mà chỉ tiêu này thuộc về; để trống nếu là tiêu chí.",
            example="17",
            width=10,
        ),
        FormColumn("name_vi", "Nội dung", "Lời văn của quyết định.", required=True, width=60),
        FormColumn("name_en", "Nội dung bằng tiếng Anh", "Bản dịch để người đọc xem.", width=60),
        FormColumn("group", "Nhóm", "Nhóm tiêu chí; để trống nếu bộ không chia nhóm.", "choice", dict(GROUPS)),
        FormColumn(
            "value_type", "Kiểu giá trị", "Chỉ tiêu đo bằng gì; để trống nếu là tiêu chí.", "choice", VALUE_WORDS
        ),
        FormColumn("unit", "Đơn vị tính", "Đơn vị của giá trị đo.", example="%", width=14),
        *(
            FormColumn(THRESHOLDS[region], heading, "Mức phải đạt, như ghi trong quyết định.", example="≥95", width=18)
            for region, heading in _THRESHOLD_HEADINGS.items()
        ),
        FormColumn(
            "department",
            "Cơ quan phụ trách",
            "Cơ quan xét tiêu chí này; nhiều cơ quan cách nhau bằng dấu chấm phẩy.",
            "department",
        ),
        FormColumn(
            "text_verified",
            "Kiểm chứng nội dung",
            "Lời văn đã đối chiếu với văn bản gốc chưa.",
            "choice",
            FLAG_WORDS,
            required=True,
        ),
        FormColumn(
            "threshold_verified",
            "Kiểm chứng ngưỡng",
            "Ngưỡng đã đối chiếu với văn bản gốc chưa.",
            "choice",
            FLAG_WORDS,
            required=True,
        ),
        FormColumn("source", "Nguồn", "Nơi đã đọc lời văn và ngưỡng.", required=True, width=60),
    ),
)
