"""The small forms: decisions, targets of a year, published figures, applications; and all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from intake.form_cluster_kinds import CLUSTERS
from intake.form_columns import VOID, Form, FormColumn
from intake.form_village_kinds import VILLAGE_RECOGNITIONS, VILLAGES

#: Levels as the forms write them.
LEVEL_WORDS: Final = {"standard": "Đạt chuẩn", "advanced": "Nâng cao", "model": "Kiểu mẫu"}
ACTION_WORDS: Final = {"recognise": "Công nhận", "withdraw": "Thu hồi", "void": "Hủy dòng đã nhập"}
TARGET_LEVEL_WORDS: Final = {**LEVEL_WORDS, "district": "Huyện nông thôn mới"}
TARGET_KIND_WORDS: Final = {
    "new": "mới",
    "carried_over": "chuyển tiếp",
    "continuing": "tiếp tục",
    "expected": "dự kiến",
}
METRIC_WORDS: Final = {
    "recognised": "Số xã được công nhận đạt chuẩn",
    "advanced": "Số xã nâng cao",
    "model": "Số xã kiểu mẫu",
    "met": "Số xã đạt đủ tiêu chí",
    "average-criteria": "Số tiêu chí bình quân mỗi xã",
    "villages-model": "Số thôn kiểu mẫu",
    "villages-minority": "Số thôn, làng dân tộc thiểu số đạt chuẩn",
    "at-risk": "Số xã có nguy cơ bị thu hồi",
}
QUALIFIER_WORDS: Final = {"": "chính xác", "about": "khoảng"}
STEP_WORDS: Final = {
    "submitted": "đã nộp",
    "verified": "thẩm tra",
    "appraised": "thẩm định",
    "decided": "quyết định",
    "returned": "trả lại",
}

_COMMUNE: Final = (
    FormColumn(
        "code",
        "Mã xã",
        "Chọn xã trong danh sách, hoặc ghi mã 5 chữ số. Nếu để trống thì phải ghi tên xã.",
        "commune",
        example="23353",
        also=("xa", "ma don vi"),
    ),
    FormColumn("name", "Tên xã", "Chỉ cần khi không có mã xã.", also=("ten don vi",), file_only=True),
    FormColumn(
        "district",
        "Huyện",
        "Chỉ cần khi ghi tên xã và tên đó có ở nhiều huyện (Đăk Long, Đăk Hà).",
        "district",
        also=("huyen, thanh pho", "ten huyen"),
        file_only=True,
    ),
)
_SET: Final = FormColumn(
    "set",
    "Bộ tiêu chí",
    "Bộ tiêu chí dùng để xét. Để trống nếu văn bản không nói rõ.",
    "set",
    example="Bộ tiêu chí 2021–2025",
)

_DECISIONS: Final = Form(
    "decisions",
    "Quyết định công nhận / thu hồi",
    "Quyết định",
    "Mỗi dòng là một xã trong một quyết định công nhận hoặc thu hồi. Bản chụp quyết định nộp kèm theo tệp này.",
    (
        *_COMMUNE,
        FormColumn(
            "action",
            "Hình thức",
            "Công nhận, thu hồi, hoặc rút lại dòng đã nhập nhầm (ghi lại xã, mức và số quyết định của dòng đó).",
            "choice",
            ACTION_WORDS,
            required=True,
            example="Công nhận",
        ),
        FormColumn(
            "level",
            "Mức",
            "Mức được công nhận hoặc thu hồi.",
            "choice",
            LEVEL_WORDS,
            required=True,
            example="Đạt chuẩn",
            also=("muc dat", "muc cong nhan"),
        ),
        _SET,
        FormColumn(
            "year",
            "Năm đạt chuẩn",
            "Năm mà xã đạt chuẩn, ghi trong quyết định; không sau năm của ngày quyết định. Bắt buộc khi công nhận.",
            "year",
            example="2024",
        ),
        FormColumn(
            "number",
            "Số quyết định",
            "Số và ký hiệu, như ghi trong quyết định.",
            required=True,
        ),
        FormColumn(
            "date",
            "Ngày quyết định",
            "Ngày ký, dạng ngày/tháng/năm. Không cần khi rút lại dòng đã nhập.",
            "date",
            example="13/05/2019",
        ),
        FormColumn(
            "note", "Trích yếu, ghi chú", "Trích yếu của quyết định hoặc điều cần nhớ.", also=("ghi chu", "trich yeu")
        ),
    ),
)
_TARGETS: Final = Form(
    "targets",
    "Danh sách mục tiêu năm",
    "Mục tiêu năm",
    "Mỗi dòng là một xã (hoặc một huyện) phải đạt một mức trong năm, kèm sở, ngành phụ trách. "
    "Nếu xã đã có trong danh sách của năm đó ở cùng mức, dòng mới thay dòng cũ.",
    (
        FormColumn("year", "Năm", "Năm của mục tiêu.", "year", required=True, example="2024", also=("nam muc tieu",)),
        *_COMMUNE,
        FormColumn(
            "level",
            "Mức",
            "Mức phải đạt. Với “Huyện nông thôn mới”: để trống xã, chỉ ghi huyện.",
            "choice",
            TARGET_LEVEL_WORDS,
            required=True,
            example="Nâng cao",
            also=("muc muc tieu",),
        ),
        FormColumn(
            "kind",
            "Loại mục tiêu",
            "Mới, chuyển tiếp từ năm trước, tiếp tục, hoặc dự kiến.",
            "choice",
            TARGET_KIND_WORDS,
            required=True,
            example="chuyển tiếp",
            also=("loai",),
        ),
        FormColumn(
            "department",
            "Sở, ngành phụ trách",
            "Theo phụ lục phân công phụ trách xã. Để trống nếu chưa phân công.",
            "department",
            also=("so nganh phu trach", "don vi phu trach", "co quan phu trach"),
        ),
        FormColumn(
            "document",
            "Số văn bản",
            "Văn bản giao mục tiêu. Để trống thì giữ văn bản của dòng được thay.",
            example="05/CT-UBND",
        ),
        FormColumn("issued", "Ngày văn bản", "Ngày ký văn bản, dạng ngày/tháng/năm.", "date", example="22/01/2024"),
        FormColumn(
            "note",
            "Trích dẫn, ghi chú",
            "Câu của văn bản. Để trống thì giữ câu của dòng được thay.",
            also=("ghi chu", "trich dan"),
        ),
        VOID,
    ),
)
_FIGURES: Final = Form(
    "figures",
    "Số liệu công bố",
    "Số liệu công bố",
    "Mỗi dòng là một con số mà một nguồn công bố cho toàn tỉnh hoặc một huyện, ở một thời điểm.",
    (
        FormColumn("area", "Địa bàn", "Toàn tỉnh, hoặc tên huyện.", "area", required=True, example="Toàn tỉnh"),
        FormColumn(
            "metric",
            "Chỉ tiêu",
            "Con số nói về điều gì.",
            "choice",
            METRIC_WORDS,
            required=True,
            example="Số xã được công nhận đạt chuẩn",
        ),
        FormColumn(
            "period",
            "Kỳ",
            "Ngày, tháng hoặc năm mà con số nói đến: 30/06/2025, 06/2025 hoặc 2025.",
            "time",
            required=True,
            example="06/2025",
            also=("thoi diem",),
        ),
        FormColumn("value", "Giá trị", "Số thập phân dùng dấu phẩy.", "number", required=True, example="51"),
        FormColumn(
            "total",
            "Trên tổng số",
            "Tổng số mà nguồn nêu (51 trên 85 thì ghi 85); không có thì để trống.",
            "number",
            example="85",
            also=("tong so",),
        ),
        FormColumn(
            "qualifier",
            "Tính chất",
            "Nguồn nêu chính xác hay khoảng; để trống là chính xác.",
            "choice",
            QUALIFIER_WORDS,
            example="chính xác",
        ),
        FormColumn(
            "set",
            "Bộ tiêu chí",
            "Chỉ cho số tiêu chí bình quân; để trống là bộ đang áp dụng vào kỳ đó.",
            "set",
            example="Bộ tiêu chí 2021–2025",
        ),
        FormColumn(
            "source",
            "Nguồn",
            "Văn bản, báo cáo hoặc trang tin, kèm ngày.",
            required=True,
            example="05/CT-UBND, 22/01/2024",
        ),
        FormColumn("quote", "Trích dẫn", "Câu của nguồn có con số này.", also=("cau trich",)),
        VOID,
    ),
)
_DOSSIERS: Final = Form(
    "dossiers",
    "Hồ sơ xét công nhận",
    "Hồ sơ",
    "Mỗi dòng là một bước của hồ sơ một xã: đã nộp, thẩm tra, thẩm định, rồi quyết định hoặc trả lại. "
    "Sau khi trả lại, nộp lần nữa thì bắt đầu từ “đã nộp”.",
    (
        *_COMMUNE,
        FormColumn(
            "level",
            "Mức",
            "Mức đề nghị công nhận.",
            "choice",
            LEVEL_WORDS,
            required=True,
            example="Đạt chuẩn",
            also=("muc de nghi",),
        ),
        FormColumn(
            "set",
            "Bộ tiêu chí",
            "Bộ tiêu chí dùng để xét hồ sơ.",
            "set",
            required=True,
            example="Bộ tiêu chí 2021–2025",
        ),
        FormColumn("step", "Bước", "Bước của hồ sơ.", "choice", STEP_WORDS, required=True, example="thẩm tra"),
        FormColumn(
            "day", "Ngày", "Ngày của bước này, dạng ngày/tháng/năm.", "date", required=True, example="20/11/2024"
        ),
        FormColumn("note", "Ghi chú", "Vì sao trả lại, số văn bản, điều cần nhớ."),
        VOID,
    ),
)

#: Kinds that a document may come with, scanned: the decision, or the plan of a cluster.
WITH_SCAN: Final = frozenset({"decisions", "clusters", "village-recognitions"})
FORMS: Final[Mapping[str, Form]] = {
    form.kind: form for form in (_DECISIONS, _TARGETS, _FIGURES, _DOSSIERS, CLUSTERS, VILLAGES, VILLAGE_RECOGNITIONS)
}
