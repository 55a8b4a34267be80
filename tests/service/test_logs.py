"""What is logged: a line of JSON for every answer with its id, faults with their traceback, and no secret."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asking import Ask, asking, layered
from hypothesis import given
from hypothesis import strategies as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from base import settings
from service import logs
from service.envelope import Envelope
from service.logs import REQUEST_ID
from service.metrics import Metrics

ADDRESS = "postgresql+psycopg://ntm:mat-khau-17@db.example.vn/ntm"


async def fine(_: Request) -> Response:
    return Response(b"12345", media_type="text/csv")


async def warns(_: Request) -> Response:
    await run_in_threadpool(logging.getLogger("a.library").warning, "disk of %s is nearly full", "Kon Tum")
    return Response()


async def broken(request: Request) -> Response:
    content = await request.body()
    assert content
    raise RuntimeError(f"cannot open {ADDRESS}")


PLACES = [
    Route("/ogc/fine", fine),
    Route("/ogc/warns", warns),
    Route("/ogc/broken", broken, methods=["POST"]),
    Route("/office/check", fine, methods=["POST"]),
    Route("/office/submit/{token}", fine, methods=["POST"]),
    Route("/live", fine),
]
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Return what is logged to; afterwards everything logs as before."""
    root = logging.getLogger()
    handlers, level, access = root.handlers[:], root.level, logs.ACCESS.level
    yield io.StringIO()
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    logs.ACCESS.setLevel(access)


@pytest.fixture
def lines(stream: io.StringIO) -> Lines:
    logs.set_up("json", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def ask() -> Iterator[Ask]:
    with asking(layered(PLACES, Metrics())) as found:
        yield found


def test_an_answer_is_one_line(ask: Ask, lines: Lines) -> None:
    ask("/ogc/fine?f=csv&district=610", headers={"X-Request-ID": "n-1", "User-Agent": "QGIS/34000 " + "x" * 500})
    [line] = lines()
    took = line.pop("ms")
    assert 0 <= took < 10_000
    assert line.pop("timestamp").endswith("Z")
    assert line.pop("agent") == ("QGIS/34000 " + "x" * 500)[:120]
    assert line == {
        "event": "answer",
        "level": "info",
        "logger": "ntm.access",
        "request_id": "n-1",
        "method": "GET",
        "path": "/ogc/fine",
        "query": "f=csv&district=610",
        "status": 200,
        "bytes": 5,
        "client": "127.0.0.1",
    }


def test_what_a_library_says_carries_the_id_of_the_request(ask: Ask, lines: Lines) -> None:
    ask("/ogc/warns", headers={"X-Request-ID": "n-2"})
    said, answered = lines()
    assert (said["request_id"], said["level"], said["event"]) == ("n-2", "warning", "disk of Kon Tum is nearly full")
    assert (said["logger"], answered["request_id"]) == ("a.library", "n-2")
    logging.getLogger("a.library").warning("later")
    assert "request_id" not in lines()[-1]


def test_a_fault_has_its_traceback_in_the_same_line_and_no_password(
    ask: Ask, lines: Lines, stream: io.StringIO
) -> None:
    answer = ask("/ogc/broken", "POST", {"X-Request-ID": "n-3"}, body=b"uploaded-content")
    assert answer.status_code == 500
    fault, answered = lines()
    assert (fault["level"], fault["request_id"], answered["status"]) == ("error", "n-3", 500)
    assert "RuntimeError: cannot open postgresql+psycopg://ntm:***@db.example.vn/ntm" in fault["exception"]
    assert "in broken" in fault["exception"]
    for secret in ("mat-khau-17", "uploaded-content"):
        assert secret not in stream.getvalue()


def test_nothing_of_the_desk_but_names_is_told(ask: Ask, lines: Lines, stream: io.StringIO) -> None:
    ask("/office/check?name=bao-cao-mat.xlsx&sent_by=Nguyễn+Văn+A", "POST")
    ask("/office/submit/t0ken-t0ken", "POST")
    checked, submitted = lines()
    assert (checked["path"], checked["query"]) == ("/office/check", "name&sent_by")
    assert submitted["path"] == "/office/submit/{token}"
    for secret in ("bao-cao-mat", "Nguy", "t0ken"):
        assert secret not in stream.getvalue()


def test_what_machines_ask_all_the_time_is_told_only_when_it_goes_wrong(ask: Ask, lines: Lines) -> None:
    ask("/live")
    assert lines() == []
    ask("/live", "POST")
    assert [line["status"] for line in lines()] == [405]


def test_a_page_is_told_when_it_opens_and_when_it_closes(lines: Lines) -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as ASGI wants it
        assert [line["event"] for line in lines()] == ["page opened"]

    headers = [(b"x-request-id", b"n-6")]
    scope = {"type": "websocket", "path": "/_stcore/stream", "query_string": b"", "headers": headers}
    asyncio.run(Envelope(page, Metrics())(scope, None, None))  # type: ignore[arg-type]
    assert [(line["event"], line["request_id"]) for line in lines()] == [("page opened", "n-6"), ("page closed", "n-6")]
    assert lines()[1]["seconds"] == 0


@given(query=st.text(max_size=80), agent=st.text(max_size=80))
def test_a_line_stays_a_line_whatever_is_asked(query: str, agent: str) -> None:
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(logs._Json())
    logs.ACCESS.addHandler(handler)
    logs.ACCESS.setLevel(logging.INFO)
    try:
        headers = [(b"user-agent", agent.encode())]
        scope = {"type": "http", "path": "/ogc/\n" + query, "query_string": query.encode(), "headers": headers}
        logs.tell(scope, "answer", "n-4", status=200)
    finally:
        logs.ACCESS.removeHandler(handler)
        logs.ACCESS.setLevel(logging.NOTSET)
    [line] = said.getvalue().split("\n")[:-1]
    assert json.loads(line)["request_id"] == "n-4"


def test_people_see_short_lines_of_what_matters(ask: Ask, stream: io.StringIO) -> None:
    logs.set_up("text", stream)
    ask("/ogc/fine")
    assert stream.getvalue() == ""
    ask("/ogc/warns", headers={"X-Request-ID": "n-5"})
    assert stream.getvalue() == "WARNING a.library: disk of Kon Tum is nearly full [n-5]\n"
    ask("/ogc/broken", "POST", body=b"uploaded-content")
    assert "RuntimeError" in stream.getvalue()
    assert "mat-khau-17" not in stream.getvalue()


def test_off_is_silent(ask: Ask, stream: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    logs.set_up("off", stream)
    ask("/ogc/warns")
    ask("/ogc/broken", "POST", body=b"x")
    assert stream.getvalue() == ""
    assert capfd.readouterr() == ("", "")


def test_setting_up_twice_tells_nothing_twice(stream: io.StringIO) -> None:
    logs.set_up("json", stream)
    logs.set_up("json", stream)
    logging.getLogger("x").warning("once")
    assert stream.getvalue().count("once") == 1


def test_a_library_with_a_place_of_its_own_is_adopted(stream: io.StringIO) -> None:
    own = io.StringIO()
    library = logging.getLogger("a.loud.library")
    library.addHandler(logging.StreamHandler(own))
    library.propagate = False
    logs.set_up("json", stream)
    logs.adopt(library)
    library.warning("once")
    assert own.getvalue() == ""
    assert stream.getvalue().count("once") == 1


def test_warnings_of_python_are_lines_too(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old way", stacklevel=1)
        logging.captureWarnings(capture=False)
    assert "old way" in lines()[0]["event"]


def test_outside_of_a_request_there_is_no_id() -> None:
    assert REQUEST_ID.get() == ""


@pytest.mark.parametrize(
    ("asked", "form"), [("", "text"), ("json", "json"), (" JSON ", "json"), ("off", "off"), ("yaml", "text")]
)
def test_the_format_is_a_setting(monkeypatch: pytest.MonkeyPatch, asked: str, form: str) -> None:
    monkeypatch.setenv("NTM_LOG", asked)
    assert settings.log_format() == form


@pytest.mark.parametrize(
    ("asked", "origins"),
    [
        ("", ()),
        (" ; ", ()),
        ("*", ("*",)),
        ("https://a.vn https://B.vn/;https://a.vn", ("https://a.vn", "https://b.vn")),
    ],
)
def test_web_sites_are_a_setting(monkeypatch: pytest.MonkeyPatch, asked: str, origins: tuple[str, ...]) -> None:
    monkeypatch.setenv("NTM_CORS_ORIGINS", asked)
    assert settings.cors_origins() == origins
