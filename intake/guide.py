"""The instructions that go with the monthly workbook, on a sheet of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from base.i18n import translator
from intake.scope import Scope
from intake.words import ALSO, WORDS

_WHERE: Final = (
    "Trang “Tiêu chí”: mỗi xã một dòng, mỗi tiêu chí một cột. "
    "Bảng đã ghi sẵn kết quả gần nhất; chỉ cần sửa những ô có thay đổi."
)
_INDICATORS: Final = (
    "Không bắt buộc: có số liệu nào điền số liệu đó. “Giá trị đo” ghi số theo đơn vị tính, dấu phẩy cho phần thập phân "
    "(95,5), không ngăn cách hàng nghìn. Ô xám: chỉ tiêu chỉ xét đạt hay chưa đạt, không có giá trị đo. "
    "“Ghi chú” chỉ để người đọc tệp xem."
)
_LOCKED: Final = (
    "Mã xã, tên xã và dòng tiêu đề đã khóa (không có mật khẩu). Không gộp ô, không ẩn hoặc lọc dòng, cột. "
    "Ô có công thức phải được tính và lưu bằng phần mềm bảng tính."
)
_UNVERIFIED: Final = (
    "Tên, nội dung hoặc ngưỡng có ghi “chưa kiểm chứng” chưa được đối chiếu với văn bản gốc; "
    "khi khác nhau, theo văn bản gốc."
)
_HAND_IN: Final = (
    "Lưu dạng .xlsx và gửi Văn phòng Điều phối nông thôn mới tỉnh. Khi nộp ở trang “Báo cáo tháng”, phần mềm báo ngay "
    "mọi lỗi (trang, ô, cách sửa) và những gì sẽ thay đổi; chỉ ghi khi người nộp đồng ý."
)


def guide_lines(scope: Scope, due: str, lang: str, *, indicators: bool) -> Iterator[tuple[str, str]]:
    """Yield what the sheet says, as heading and text; the first is the title.

    Parameters
    ----------
    scope
        Place, month and criteria set.
    due
        The sentence on the day by which it must be in; empty when no report is due.
    lang
        The workbook's language.
    indicators
        Whether the workbook has the sheet of indicators.
    """
    t = translator(lang)
    yield t("HƯỚNG DẪN ĐIỀN BÁO CÁO THÁNG {month}", month=scope.period.label), ""
    who = (
        "Ủy ban nhân dân xã điền cho xã mình; không còn cấp huyện nên mỗi xã một báo cáo ({place}). "
        "Phường không thuộc chương trình nên không có báo cáo."
        if scope.by_commune
        else "Ủy ban nhân dân cấp huyện điền cho mọi xã trong bảng ({place}). "
        "Phường và thị trấn không thuộc chương trình nên không có trong bảng."
    )
    yield t("Ai điền"), t(who, place=scope.place(t, lang))
    if due:
        yield t("Khi nào"), due
    yield t("Điền ở đâu"), t(_WHERE)
    words = (f"{t(word)}: {', '.join(map(t, ALSO[result]))}." for result, word in WORDS.items())
    yield t("Từ được dùng"), " ".join(words)
    yield t("Để trống"), t("Ô trống nghĩa là “chưa báo cáo”, không phải là “chưa đạt”.")
    if indicators:
        yield t("Trang “Chỉ tiêu”"), t(_INDICATORS)
    yield t("Không sửa"), t(_LOCKED)
    yield t("Chưa kiểm chứng"), t(_UNVERIFIED)
    yield t("Cách nộp"), t(_HAND_IN)
    yield (
        t("Sửa sau khi nộp"),
        t("Sửa tệp rồi nộp lại cho cùng tháng: tệp mới thay tệp cũ, tệp cũ vẫn được giữ."),
    )
    yield t("Hỏi ai"), t("Văn phòng Điều phối nông thôn mới tỉnh.")
