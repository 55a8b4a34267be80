"""Errors over HTTP as ``application/problem+json`` (RFC 9457): what is wrong, with which parameter, what is allowed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from starlette.responses import JSONResponse, Response

from base.errors import AccessError, ConflictError, DataError, DuplicateError, NtmError, StateError, StoreError
from base.i18n import translate

MEDIA_TYPE: Final = "application/problem+json"


class ParameterError(StateError):
    """A parameter of a request cannot be used.

    Attributes
    ----------
    parameter, value
        Its name and what was asked for.
    allowed
        What may be asked for; empty where a sentence tells it.
    """

    def __init__(self, parameter: str, value: str, reason: str, allowed: Sequence[str] = (), **params: object) -> None:
        self.parameter, self.value, self.allowed = parameter, value, tuple(allowed)
        self.reason, self.reason_params = reason, params
        super().__init__("Giá trị “{value}” của tham số “{parameter}” không dùng được: {reason}", reason=reason)

    def text(self, lang: str) -> str:
        """Return the sentence in ``lang``; values longer than a line are cut."""
        known = {"allowed": ", ".join(self.allowed)} | self.reason_params
        reason = translate(self.reason, lang, **known)
        return translate(self.message, lang, value=self.value[:80], parameter=self.parameter, reason=reason)


class MissingError(StateError):
    """There is nothing at this address."""


#: A :class:`DataError` that comes this far means that the store has no facts: faults of a file are told elsewhere.
_STATUS: Final[Mapping[type[NtmError], int]] = {
    AccessError: 403,
    DuplicateError: 409,
    ConflictError: 409,
    MissingError: 404,
    StateError: 400,
    StoreError: 503,
    DataError: 503,
}


def one_of(parameter: str, value: str, allowed: Sequence[str]) -> ParameterError:
    """Return the error of a value that is none of those allowed."""
    return ParameterError(parameter, value, "chọn một trong: {allowed}.", allowed)


def problem(status: int, detail: str, **members: object) -> Response:
    """Return an ``application/problem+json`` answer; ``members`` are its further fields."""
    title = HTTPStatus(status).phrase
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return JSONResponse(document, status, media_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def problem_of(error: NtmError, lang: str, other: int = 422) -> Response:
    """Return the answer of one of our errors; ``other`` is the status of those that have none of their own."""
    if isinstance(error, ParameterError):
        return problem(400, error.text(lang), parameter=error.parameter, allowed=list(error.allowed))
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), other)
    return problem(status, error.text(lang))
