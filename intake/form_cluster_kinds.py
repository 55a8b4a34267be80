"""The small form of clusters: residential clusters of border communes, a row for each cluster and day."""

from __future__ import annotations

from typing import Final

from intake.form_columns import VOID, Form, FormColumn
from intake.form_settlement_kinds import SITE, TOLD_WORDS, crs_column, place_columns, point_columns
from programme.clusters import WORKS

CLUSTER_KIND_WORDS: Final = {
    "new-point": "điểm dân cư mới",
    "village": "thôn, làng hiện có",
    "cluster": "khu, cụm dân cư",
    "commune-centre": "trung tâm xã",
}
ARRANGEMENT_WORDS: Final = {
    "concentrated": "tập trung",
    "infill": "xen ghép",
    "on-the-spot": "ổn định tại chỗ",
    "dispersal": "giãn dân",
}
REASON_WORDS: Final = {
    "border": "xã biên giới",
    "disaster": "vùng thiên tai",
    "hardship": "vùng đặc biệt khó khăn",
    "free-migration": "dân di cư tự do",
    "special-use-forest": "rừng đặc dụng",
}
#: The steps in the order of the work, with the words of the map's legend.
CLUSTER_STEP_WORDS: Final = {
    "not-reviewed": "Chưa rà soát",
    "reviewing": "Đang rà soát",
    "drafting": "Đang lập quy hoạch",
    "appraised": "Đã thẩm định",
    "approved": "Đã phê duyệt",
    "implementing": "Đang thực hiện",
    "done": "Hoàn thành",
    "adjusting": "Đang điều chỉnh",
    "expired": "Hết thời hạn",
}
PLAN_TYPE_WORDS: Final = {
    "commune-plan": "quy hoạch chung xã",
    "detailed-plan": "quy hoạch chi tiết",
    "arrangement-scheme": "đề án bố trí dân cư",
}
WORK_WORDS: Final = {"have": "có", "missing": "chưa có", "building": "đang xây dựng"}
DATA_STATUS_WORDS: Final = {"draft": "dự thảo", "verified": "đã kiểm tra", "published": "đã công bố"}
_CLUSTER: Final = "Cụm và xã"
_PEOPLE: Final = "Hộ và người"
_PLAN: Final = "Quy hoạch"
_WORKS: Final = "Công trình hạ tầng"
_MEANS: Final = "Đất và vốn"
_REPORT: Final = "Báo cáo"


def _count(key: str, heading: str, text: str, *also: str) -> FormColumn:
    return FormColumn(key, heading, text, "count", example="100", also=also, group=_PEOPLE)


_WORK_HEADINGS: Final = dict(
    zip(
        WORKS,
        ("Đường", "Điện", "Nước sinh hoạt", "Trường học", "Trạm y tế", "Nhà văn hóa, nhà rông", "Viễn thông"),
        strict=True,
    )
)

CLUSTERS: Final = Form(
    "clusters",
    "Cụm dân cư biên giới",
    "Cụm dân cư",
    "Mỗi dòng là một cụm dân cư của xã biên giới như tại một ngày. Khi có thay đổi, nhập dòng mới với ngày số liệu "
    "mới; dòng cũ được giữ. Nhập lại cùng mã và ngày thì dòng mới thay dòng cũ.",
    (
        FormColumn(
            "cluster_id",
            "Mã cụm",
            "Mã do đơn vị đặt, giữ nguyên qua các lần báo cáo và không dùng cho cụm khác.",
            required=True,
            example="DCM-064",
            width=14,
            group=_CLUSTER,
        ),
        FormColumn(
            "cluster_name",
            "Tên cụm",
            "Tên thường gọi.",
            required=True,
            example="Điểm dân cư số 64",
            also=("ten cum dan cu",),
            group=_CLUSTER,
        ),
        FormColumn("number", "Số hiệu", "Số hiệu của điểm dân cư, nếu có.", example="64", width=12, group=_CLUSTER),
        FormColumn(
            "kind",
            "Loại cụm",
            "Điểm mới, thôn đã có, khu hoặc cụm dân cư, hay trung tâm xã.",
            "choice",
            CLUSTER_KIND_WORDS,
            required=True,
            example="điểm dân cư mới",
            also=("loai",),
            group=_CLUSTER,
        ),
        *place_columns("border", _CLUSTER),
        FormColumn(
            "villages", "Thôn, làng gồm có", "Tên các thôn, làng trong cụm, cách nhau bằng dấu phẩy.", group=_PEOPLE
        ),
        _count("village_count", "Số thôn, làng", "Số thôn, làng trong cụm."),
        FormColumn(
            "arrangement",
            "Hình thức bố trí",
            "Theo chương trình bố trí dân cư.",
            "choice",
            ARRANGEMENT_WORDS,
            example="tập trung",
            group=_PEOPLE,
        ),
        FormColumn(
            "reason",
            "Lý do bố trí",
            "Theo đối tượng của chương trình bố trí dân cư.",
            "choice",
            REASON_WORDS,
            example="xã biên giới",
            also=("ly do",),
            group=_PEOPLE,
        ),
        FormColumn("ethnic_groups", "Dân tộc", "Các dân tộc chính.", group=_PEOPLE),
        _count(
            "households_now", "Hộ hiện có", "Số hộ đang sống ở đó. Chưa rõ thì để trống; không có hộ nào thì ghi 0."
        ),
        _count("people_now", "Người hiện có", "Số người đang sống ở đó."),
        _count("households_planned", "Hộ theo quy hoạch", "Số hộ khi hoàn thành."),
        _count("people_planned", "Người theo quy hoạch", "Số người khi hoàn thành."),
        _count("households_moved", "Hộ đã di chuyển", "Số hộ đã chuyển đến, cộng dồn."),
        _count("people_moved", "Người đã di chuyển", "Số người đã chuyển đến, cộng dồn."),
        FormColumn(
            "moved",
            "Di chuyển tính đến ngày",
            "Ngày mà số hộ, số người đã di chuyển được tính đến.",
            "date",
            example="31/12/2025",
            group=_PEOPLE,
        ),
        FormColumn(
            "step",
            "Bước",
            "Việc quy hoạch đang ở bước nào vào ngày số liệu.",
            "choice",
            CLUSTER_STEP_WORDS,
            required=True,
            example="Đang lập quy hoạch",
            also=("trang thai quy hoach", "buoc thuc hien"),
            group=_PLAN,
        ),
        FormColumn(
            "plan_type",
            "Loại quy hoạch",
            "Quy hoạch hoặc đề án làm căn cứ.",
            "choice",
            PLAN_TYPE_WORDS,
            example="quy hoạch chi tiết",
            group=_PLAN,
        ),
        FormColumn(
            "plan_document",
            "Số văn bản",
            "Văn bản phê duyệt. Bắt buộc từ bước “Đã phê duyệt”.",
            also=("so quyet dinh phe duyet",),
            group=_PLAN,
        ),
        FormColumn(
            "plan_date",
            "Ngày văn bản",
            "Ngày ký. Bắt buộc từ bước “Đã phê duyệt”.",
            "date",
            example="23/03/2018",
            group=_PLAN,
        ),
        FormColumn("issuing_body", "Cơ quan ban hành", "Cơ quan phê duyệt.", example="UBND huyện", group=_PLAN),
        FormColumn(
            "plan_from",
            "Quy hoạch từ ngày",
            "Ngày đầu của thời hạn quy hoạch.",
            "date",
            example="01/01/2021",
            group=_PLAN,
        ),
        FormColumn(
            "plan_to",
            "Quy hoạch đến ngày",
            "Ngày cuối của thời hạn quy hoạch; sau ngày này cụm được tính là hết thời hạn.",
            "date",
            example="31/12/2025",
            group=_PLAN,
        ),
        FormColumn(
            "due", "Thời hạn hoàn thành", "Ngày mà cụm phải hoàn thành.", "date", example="31/12/2026", group=_PLAN
        ),
        *(
            FormColumn(
                key,
                heading,
                "Công trình của cụm. Chưa rõ thì để trống.",
                "choice",
                WORK_WORDS,
                example="có",
                width=14,
                group=_WORKS,
            )
            for key, heading in _WORK_HEADINGS.items()
        ),
        FormColumn("area_ha", "Diện tích (ha)", "Diện tích quy hoạch.", "number", example="25,5", group=_MEANS),
        FormColumn("residential_ha", "Đất ở (ha)", "Diện tích đất ở.", "number", example="4,2", group=_MEANS),
        FormColumn(
            "production_ha", "Đất sản xuất (ha)", "Diện tích đất sản xuất.", "number", example="100", group=_MEANS
        ),
        FormColumn("investor", "Chủ đầu tư", "Đơn vị được giao làm chủ đầu tư.", group=_MEANS),
        FormColumn(
            "budget_million",
            "Kinh phí (triệu đồng)",
            "Tổng kinh phí được duyệt.",
            "number",
            example="12500",
            group=_MEANS,
        ),
        FormColumn("funding", "Nguồn vốn", "Chương trình hoặc ngân sách cấp vốn.", group=_MEANS),
        FormColumn(
            "in_belt",
            "Trong vành đai biên giới",
            "Theo vành đai do tỉnh quy định. Chưa rõ thì để trống.",
            "choice",
            TOLD_WORDS,
            example="không",
            group=SITE,
        ),
        FormColumn(
            "hazard", "Vùng thiên tai", "Loại thiên tai đe dọa, ví dụ sạt lở, lũ quét.", example="sạt lở", group=SITE
        ),
        FormColumn(
            "road_m", "Đến đường (m)", "Khoảng cách đến đường ô tô gần nhất.", "number", example="500", group=SITE
        ),
        FormColumn(
            "border_post_m",
            "Đến đồn biên phòng (m)",
            "Khoảng cách đến đồn biên phòng gần nhất.",
            "number",
            example="3000",
            group=SITE,
        ),
        crs_column(),
        *point_columns(
            "existing_x",
            "existing_y",
            ("Hiện có: kinh độ / hướng Đông", "Hiện có: vĩ độ / hướng Bắc"),
            (
                "Nơi cụm đang ở. Trong bản đồ VN-2000, đây là số Y.",
                "Nơi cụm đang ở. Trong bản đồ VN-2000, đây là số X.",
            ),
            ("hien co x", "hien co y"),
        ),
        *point_columns(
            "planned_x",
            "planned_y",
            ("Quy hoạch: kinh độ / hướng Đông", "Quy hoạch: vĩ độ / hướng Bắc"),
            (
                "Nơi cụm sẽ ở. Trong bản đồ VN-2000, đây là số Y.",
                "Nơi cụm sẽ ở. Trong bản đồ VN-2000, đây là số X.",
            ),
            ("quy hoach x", "quy hoach y"),
        ),
        FormColumn(
            "lead_agency",
            "Cơ quan chủ trì",
            "Sở, ngành hoặc UBND xã chủ trì việc quy hoạch lại.",
            "department",
            example="Sở Xây dựng",
            group=_REPORT,
        ),
        FormColumn("officer", "Người báo cáo", "Họ tên, chức vụ người báo cáo.", group=_REPORT),
        FormColumn(
            "as_of",
            "Ngày số liệu",
            "Ngày mà dòng này đúng; danh sách xã lấy theo ngày này.",
            "date",
            required=True,
            example="31/12/2025",
            group=_REPORT,
        ),
        FormColumn(
            "data_status",
            "Tình trạng số liệu",
            "Để trống là dự thảo.",
            "choice",
            DATA_STATUS_WORDS,
            example="đã kiểm tra",
            group=_REPORT,
        ),
        FormColumn("note", "Ghi chú", "Điều cần nhớ.", group=_REPORT),
        VOID,
    ),
)
