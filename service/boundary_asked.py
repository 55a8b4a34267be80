"""Reading what the page for boundaries asks: choices of a check, what a version is to be; odd input is a sentence."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any, Final

from base import settings
from base.errors import StateError
from intake.boundary_asked import Asked
from intake.boundary_entry import Order
from service.asked import printable

#: Characters that a choice or a source may have.
_LONGEST: Final = 1000
#: Names that a person may confirm at once.
_MOST_CONFIRMED: Final = 20_000
_TEXTS: Final = tuple(field.name for field in fields(Asked) if field.name not in {"own_list", "confirmed"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a file is to become: the version, and whether it is to draw its list of units from then on."""

    order: Order
    make_default: bool


def check_of(content: bytes, province: str) -> tuple[str, Asked]:
    """Return the upload to be checked and what is said of it.

    Parameters
    ----------
    content
        A JSON object: ``upload``, and the fields of :class:`intake.boundary_asked.Asked`.
    province
        Province of the page; the file is held against its lists unless a list was named.

    Raises
    ------
    StateError
        It is something else.
    """
    found = _object(content)
    own_list, confirmed = found.pop("own_list", False), found.pop("confirmed", [])
    texts = {name: _text(value) for name, value in found.items()}
    if not texts.keys() <= {*_TEXTS, "upload"} or not isinstance(own_list, bool):
        raise _odd()
    upload = texts.pop("upload", "")
    if not texts.get("province") and not texts.get("boundary"):
        texts["province"] = province
    return upload, Asked(**texts, own_list=own_list, confirmed=_pairs(confirmed))


def import_of(content: bytes) -> Wanted:
    """Return what a version is to be; empty fields are as the list of units has them.

    Raises
    ------
    StateError
        The content is no JSON object of these fields.
    """
    found = _object(content)
    make_default = found.pop("make_default", False)
    texts = {name: _text(value) for name, value in found.items()}
    if not texts.keys() <= {field.name for field in fields(Order)} - {"actor"} or not isinstance(make_default, bool):
        raise _odd()
    version, source, licence = (texts.pop(name, "") for name in ("version", "source", "licence"))
    if not version:
        raise StateError("Hãy đặt mã cho phiên bản, ví dụ kontum-202506.")
    filled = {name: text for name, text in texts.items() if text}
    order = Order(version=version, actor=settings.office(), source=source, licence=licence, **filled)
    return Wanted(order, make_default)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise _odd() from None
    if not isinstance(found, dict):
        raise _odd()
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _odd()
    return printable(value, _LONGEST)


def _pairs(rows: object) -> tuple[tuple[int, str], ...]:
    if not isinstance(rows, list) or len(rows) > _MOST_CONFIRMED:
        raise _odd()
    pairs = []
    for row in rows:
        match row:
            case [int(number), str(code)] if not isinstance(number, bool):
                pairs.append((number, printable(code)))
            case _:
                raise _odd()
    return tuple(pairs)


def _odd() -> StateError:
    return StateError("Lựa chọn gửi lên không đọc được. Hãy tải lại trang rồi làm lại.")
