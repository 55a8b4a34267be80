"""What the program says on standard error: lines of JSON for servers, short lines for people, or nothing.

Every line about a request carries its id, also one that a library writes in a thread of its own. What people sent in
is never written: no body, no value of a desk's query, no token, no password of the store.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, TextIO

import structlog
from starlette.types import Scope
from structlog.typing import EventDict, Processor

#: Id of the request that is being answered; empty outside of one.
REQUEST_ID: Final[ContextVar[str]] = ContextVar("ntm_request_id", default="")
#: Where answers are told, a line each; it says nothing unless the format is ``json``.
ACCESS: Final = logging.getLogger("ntm.access")
#: First parts of addresses that hold nothing but public views: these are told with their queries.
_PUBLIC: Final = frozenset({"ogc", "maps", "points", "assets", "geometry", "healthz", "metrics"})
_LONGEST: Final = 400
_LONGEST_AGENT: Final = 120
_PASSWORD: Final = re.compile(r"(://[^\s:/@]+:)[^\s@]+@")


def set_up(form: str, stream: TextIO | None = None) -> logging.Handler:
    """Send everything that this process logs to one place, in one format; what was set up before is replaced.

    Parameters
    ----------
    form
        ``json``, ``text`` or ``off`` (:func:`base.settings.log_format`).
    stream
        Default: standard error.
    """
    handler: logging.Handler = logging.NullHandler() if form == "off" else logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Line("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    ACCESS.setLevel(logging.INFO if form == "json" else logging.WARNING)
    logging.captureWarnings(capture=True)
    return handler


def adopt(logger: logging.Logger) -> None:
    """Let a library's logger speak through ours alone, so that nothing is told twice."""
    for handler in logger.handlers[:]:
        logger.removeHandler(handler)
    logger.propagate = True


def tell(scope: Scope, event: str, request: str, **said: object) -> None:
    """Write the line of an answer, or of a page that was opened or closed."""
    client = scope.get("client")
    headers = dict(scope["headers"])
    agent = headers.get(b"user-agent", b"").decode("latin-1")[:_LONGEST_AGENT]
    line = {"path": _path(scope), "query": _query(scope), **said, "client": client[0] if client else "", "agent": agent}
    # Made here, as a logger first looks for the line of the program that speaks: that costs more than an answer.
    record = logging.LogRecord(ACCESS.name, logging.INFO, "", 0, event, (), None)
    record.said = {"request_id": request, **line}
    ACCESS.handle(record)


def _path(scope: Scope) -> str:
    """Return the address; of a desk's the template, as tokens in it open what they name."""
    path: str = scope["path"]
    if path.startswith("/office"):
        path = getattr(scope.get("route"), "path", "/office")
    return path[:_LONGEST]


def _query(scope: Scope) -> str:
    """Return the query; of all but public views only the names in it."""
    query: str = scope["query_string"].decode("latin-1")
    if scope["path"][1:].partition("/")[0] not in _PUBLIC:
        query = "&".join(part.partition("=")[0] for part in query.split("&"))
    return query[:_LONGEST]


class _Line(logging.Formatter):
    """Short lines for people, with the id of the request where there is one, and without passwords."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one record as a line, and its traceback below."""
        number = REQUEST_ID.get()
        return _PASSWORD.sub(r"\1***@", super().format(record)) + (f" [{number}]" if number else "")


class _Json(structlog.stdlib.ProcessorFormatter):
    """Lines of JSON. Those of answers may be thousands a second and hold nothing to look through: they go straight."""

    def __init__(self) -> None:
        shared: list[Processor] = [
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _of_the_request,
        ]
        super().__init__(
            foreign_pre_chain=shared,
            processors=[
                structlog.processors.format_exc_info,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_passwords,
                structlog.processors.JSONRenderer(serializer=_dumped),
            ],
        )

    def format(self, record: logging.LogRecord) -> str:
        """Return one record as a line."""
        if said := getattr(record, "said", None):
            at = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
            head = {"event": record.msg, "level": "info", "logger": record.name, "timestamp": at}
            return _dumped(head | said)
        return super().format(record)


def _of_the_request(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Add the id of the request."""
    if number := REQUEST_ID.get():
        event["request_id"] = number
    return event


def _without_passwords(_logger: object, _name: str, event: EventDict) -> EventDict:
    for key in ("event", "exception"):
        if "://" in str(event.get(key, "")):
            event[key] = _PASSWORD.sub(r"\1***@", str(event[key]))
    return event


_encoder: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)


def _dumped(event: Mapping[str, Any], **_: Any) -> str:  # noqa: ANN401 - options of structlog's own
    return _encoder.encode(event)
