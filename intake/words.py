"""The words and numbers that officers write into a report, and what they mean.

A cell says *Đạt*, *Chưa đạt*, *Không áp dụng*, or nothing: nothing is "not reported", never "not met".
Short forms that are common in the province's tables are taken, too; anything else is a fault, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from base.errors import NtmError
from base.i18n import LANGUAGES, translate
from base.numbers import number
from geo.spelling import folded
from intake.sheets import Value
from programme.criteria import Criterion, Result

#: The word of every result, as the drop-downs offer it.
WORDS: Final[Mapping[Result, str]] = {"met": "Đạt", "not-met": "Chưa đạt", "not-applicable": "Không áp dụng"}
#: Other ways to write it, without case and diacritics; the instruction sheet names them.
ALSO: Final[Mapping[Result, tuple[str, ...]]] = {
    "met": ("đ", "x", "1", "có", "✓", "✔"),
    "not-met": ("cđ", "kđ", "0", "không đạt", "chưa"),
    "not-applicable": ("kad", "–", "-", "n/a", "không xét"),
}
#: How the store writes a result.
NUMBERS: Final[Mapping[Result | None, int | None]] = {"met": 1, "not-met": 0, "not-applicable": 2, None: None}
#: Longest text that is taken as a measured value.
_LONGEST: Final = 500
#: Largest measured value; what is larger is a slip, and beyond what is stored exactly.
_LARGEST: Final = 10**12
_FULL: Final = 100

_WHOLE: Final = re.compile(r"\d+")
_THOUSANDS: Final = re.compile(r"\d{1,3}((\.\d{3})+,\d+|(\.\d{3}){2,})")
_ENGLISH: Final = re.compile(r"\d{1,3}((,\d{3})+\.\d+|(,\d{3}){2,})")
_DECIMAL: Final = re.compile(r"\d+[.,]\d+")
#: ``1.234`` is 1234 in Viet Nam and 1,234 elsewhere.
_UNCLEAR: Final = re.compile(r"[1-9]\d{0,2}\.\d{3}")


@cache
def _meanings() -> dict[str, Result]:
    return {
        folded(translate(text, lang)): result
        for result, word in WORDS.items()
        for text in (word, *ALSO[result])
        for lang in LANGUAGES
    }


@lru_cache(maxsize=1_000)
def _meaning(text: str) -> Result | None:
    return _meanings().get(folded(text).strip(" .,;*"))


def read_result(value: Value) -> Result | None:
    """Return the result that a cell means; ``None`` for an empty cell.

    Raises
    ------
    NtmError
        The cell says something else; the sentence names the words that are taken.
    """
    if value is None:
        return None
    found = _meaning(str(int(value)) if isinstance(value, bool) else str(value))
    if found:
        return found
    raise NtmError(
        "“{value}” không phải là kết quả. Hãy chọn một trong: {allowed}; để trống nếu chưa báo cáo.",
        value=value,
        allowed=", ".join(WORDS.values()),
    )


def means_result(value: Value) -> bool:
    """Tell whether a cell names a result by a word, which no measured value can be taken for."""
    return isinstance(value, str) and not any(map(str.isdigit, value)) and _meaning(value) is not None


def read_measure(item: Criterion, value: Value) -> float | str | None:
    """Return the measured value of an indicator in its unit, or its text; ``None`` for an empty cell.

    Raises
    ------
    NtmError
        The indicator has no measured value, or the cell is no number, one that can be read in two ways, a share
        outside 0 to 100 %, or too long a text.
    """
    if value is None:
        return None
    if item.value_type in {"boolean", ""}:
        raise NtmError(
            "Chỉ tiêu {code} chỉ xét đạt hay chưa đạt, không có giá trị đo. "
            "Hãy xóa “{value}” ở ô này và ghi kết quả vào cột kết quả.",
            code=item.code,
            value=value,
        )
    if item.value_type == "text":
        if len(str(value)) > _LONGEST:
            raise NtmError("Nội dung dài quá {limit} ký tự. Hãy viết ngắn lại.", limit=_LONGEST)
        return str(value)
    found = _number(value, item.value_type == "percent")
    if not abs(found) <= _LARGEST:
        raise NtmError("Số “{value}” quá lớn. Hãy kiểm tra lại và ghi theo đơn vị tính của chỉ tiêu.", value=value)
    if item.value_type == "percent" and not 0 <= found <= _FULL:
        raise NtmError("Tỷ lệ {value} % nằm ngoài khoảng 0–100. Hãy kiểm tra lại.", value=number(found))
    return found


def _number(value: Value, percent: bool) -> float:  # noqa: FBT001 - the one thing that differs
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = re.sub(r"(?<=\d)\s(?=\d{3}(?!\d))", "", str(value)).strip()
    if percent:
        text = text.removesuffix("%").rstrip()
    sign = -1 if text[:1] in {"-", "−"} else 1
    text = text.lstrip("-−+")
    if not percent and _UNCLEAR.fullmatch(text):
        raise NtmError(
            "Không rõ “{value}” là {thousands} hay {decimal}. "
            "Hãy dùng dấu phẩy cho phần thập phân và không ngăn cách hàng nghìn.",
            value=value,
            thousands=text.replace(".", ""),
            decimal=text.replace(".", ","),
        )
    if _THOUSANDS.fullmatch(text):
        return sign * float(text.replace(".", "").replace(",", "."))
    if _ENGLISH.fullmatch(text):
        return sign * float(text.replace(",", ""))
    if _WHOLE.fullmatch(text) or _DECIMAL.fullmatch(text):
        return sign * float(text.replace(",", "."))
    raise NtmError("“{value}” không phải là số. Hãy ghi số, dấu phẩy cho phần thập phân, ví dụ 95,5.", value=value)
