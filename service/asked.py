"""Reading what a request asks: its query, its body; odd input becomes a sentence that names it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from base import settings
from base.clock import Month, today
from base.errors import NtmError, StateError
from base.i18n import LANGUAGES, translate
from intake.checked import Sender
from layers.address import Notice, parse
from layers.lists import reporters_in
from layers.view import PARAMETER, ViewState
from service.problems import ParameterError, problem, problem_of

#: Characters that a name may have.
LONGEST_NAME: Final = 200
#: Characters that a field of a one-row form may have; a quotation is the longest.
LONGEST_VALUE: Final = 4000
#: Characters of an odd value that are repeated to whoever sent it.
_LONGEST_TOLD: Final = 80


class RefusedError(StateError):
    """Parameters of an address cannot be used; its text is a sentence for each, in the language of the notices."""

    def __init__(self, notices: Sequence[Notice], lang: str) -> None:
        self.notices = tuple(
            Notice(one.parameter[:_LONGEST_TOLD], one.value[:_LONGEST_TOLD], one.reason) for one in notices
        )
        self._said = "\n".join(notice.text(lang) for notice in self.notices)
        super().__init__(self._said)

    def text(self, _lang: str) -> str:
        """Return the sentences."""
        return self._said


def language(request: Request) -> str:
    """Return the language that an address asks for, Vietnamese where it asks for none or for one that there is not."""
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else "vi"


def single(request: Request) -> dict[str, str]:
    """Return the parameters of a request.

    Raises
    ------
    ParameterError
        One of them is given twice.
    """
    params: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in params:
            raise ParameterError(name, value, "mỗi tham số chỉ được ghi một lần.")
        params[name] = value
    return params


def view_state(params: Mapping[str, str], layer: str, beside: Collection[str]) -> tuple[ViewState, list[Notice]]:
    """Read a view as :func:`layers.address.parse` does; parameters ``beside`` it are somebody else's to read.

    A parameter that there is not is told with those that there are.
    """
    state, notices = parse({name: value for name, value in params.items() if name not in beside}, layer)
    known = [PARAMETER.get(field.name, field.name) for field in fields(ViewState) if field.name != "layer"]
    words = "không có tham số này; các tham số: {allowed}."
    reason = translate(words, state.lang, allowed=", ".join([*known, *beside]))
    return state, [one if one.parameter in known else replace(one, reason=reason) for one in notices]


def refusal(error: NtmError, lang: str) -> Response:
    """Return the answer of an error of a route that gives layers; what has no other status is ours to mend: 503."""
    if isinstance(error, RefusedError):
        named = [asdict(notice) for notice in error.notices]
        return problem(400, error.text(lang), parameter=error.notices[0].parameter, parameters=named)
    return problem_of(error, lang, 503)


async def body(request: Request, limit: int) -> bytes | None:
    """Read a request to its end; ``None`` when it is larger than ``limit`` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > len(str(limit)) or int(declared) > limit):
        return None
    content = bytearray()
    async for chunk in request.stream():
        content.extend(chunk)
        if len(content) > limit:
            return None
    return bytes(content)


def sender(query: Mapping[str, str], province: str, lang: str, attachment: bytes) -> Sender:
    """Return who hands in and what he says of the file.

    Raises
    ------
    StateError
        A value cannot be used; the sentence names it.
    """
    period = month(query.get("period", ""))
    return Sender(
        actor=settings.office(),
        sent_by=printable(query.get("sent_by", "")),
        received=_received(query.get("received", "")),
        lang=lang,
        district=reporter(province, query.get("district", ""), period),
        period=period,
        attachment=attachment,
    )


def month(text: str) -> Month | None:
    """Read ``YYYY-MM``; ``None`` for an empty text; raise :class:`StateError` for anything else."""
    try:
        return Month.parse(text) if text else None
    except ValueError:
        raise StateError("Tháng “{month}” phải có dạng NĂM-THÁNG, ví dụ 2025-06.", month=text) from None


def reporter(province: str, code: str, period: Month | None) -> str:
    """Return the code of a district, or of a commune where there are none, or an empty text.

    Raises
    ------
    StateError
        Nobody of this code hands in the report of the month, or no unit list is known of the month.
    """
    if not code:
        return code
    known = reporters_in(province, period)
    if code in known:
        return code
    if any(one.is_commune for one in known.values()):
        raise StateError("Không có xã nào của chương trình mang mã “{code}”. Hãy chọn xã trong danh sách.", code=code)
    raise StateError("Không có huyện mang mã “{code}”.", code=code)


def values(content: bytes, keys: Collection[str]) -> dict[str, str]:
    """Read the values of a one-row form, a JSON object of texts by column key.

    Raises
    ------
    StateError
        It is something else, or names a column that the form does not have.
    """
    fault = StateError("Biểu nhập không đọc được. Hãy tải lại trang rồi nhập lại.")
    try:
        found: Any = json.loads(content)
    except (ValueError, RecursionError):
        raise fault from None
    if not isinstance(found, dict) or not set(keys) >= found.keys():
        raise fault
    if not all(isinstance(value, str) for value in found.values()):
        raise fault
    return {name: printable(value, LONGEST_VALUE) for name, value in found.items()}


def printable(text: str, limit: int = LONGEST_NAME) -> str:
    """Return a text without control characters and halves of characters, which no file can hold."""
    return "".join(c if c.isprintable() else " " for c in text).strip()[:limit]


def day(text: str) -> date | None:
    """Read ``YYYY-MM-DD``; ``None`` for an empty text; raise :class:`StateError` for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise StateError("Ngày “{day}” phải có dạng 2025-06-12.", day=text) from None


def _received(text: str) -> date | None:
    found = day(text)
    if found and found > today():
        raise StateError("Ngày nhận không thể sau hôm nay.")
    return found
