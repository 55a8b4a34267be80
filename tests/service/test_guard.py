"""What no request may do to the service, and what every answer carries."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from asking import Ask, asking, layered
from http_client import Answer
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

import server
from geo.asset import asset
from render.screen.assets import bundle_url
from service.envelope import Envelope
from service.guard import LARGEST_BODY, LONGEST_ADDRESS, Guard, closing
from service.headers import dashboard_policy
from service.logs import REQUEST_ID
from service.metrics import Metrics

USUAL = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
COLLECTION = "/ogc/collections/ntm-levels-kontum-2015"
SECRET = "store-password-17"  # noqa: S105 - a word that must not leave the process
LATE = threading.Event()
#: Seconds until an answer must have begun in these tests.
LIMIT = 0.02


async def fine(_: Request) -> Response:
    return Response(REQUEST_ID.get(), media_type="text/plain")


async def broken(_: Request) -> Response:
    raise RuntimeError(SECRET)


async def endless(_: Request) -> Response:
    await asyncio.Event().wait()
    raise AssertionError


async def blocked(_: Request) -> Response:
    await run_in_threadpool(LATE.wait, 20)
    raise AssertionError


async def half(_: Request) -> Response:
    async def pieces() -> Any:  # noqa: ANN401 - an asynchronous generator
        yield b"first"
        raise RuntimeError(SECRET)

    return StreamingResponse(pieces())


class Slow(Response):
    """An answer in two pieces; the second one comes when the time is long over."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI wants it
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first ", "more_body": True})
        await asyncio.sleep(LIMIT * 3)
        await send({"type": "http.response.body", "body": b"second"})


async def slow(_: Request) -> Response:
    return Slow()


async def own_header(_: Request) -> Response:
    return Response("x", headers={"X-Frame-Options": "DENY", "Content-Security-Policy": "default-src 'self'"})


async def refused(_: Request) -> Response:
    raise HTTPException(404)


async def timed_out(_: Request) -> Response:
    raise TimeoutError(SECRET)


ODD = [
    Route("/ogc/fine", fine, methods=["GET", "POST"]),
    Route("/ogc/broken", broken),
    Route("/ogc/endless", endless),
    Route("/ogc/blocked", blocked),
    Route("/ogc/half", half),
    Route("/ogc/slow", slow),
    Route("/ogc/own", own_header),
    Route("/ogc/refused", refused),
    Route("/ogc/timed-out", timed_out),
    Route("/office/file", fine, methods=["POST"]),
    Route("/live", slow),
    Route("/pages/broken", broken),
]


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def ask(metrics: Metrics) -> Iterator[Ask]:
    with asking(layered([*ODD, *closing(ODD)], metrics, seconds=LIMIT)) as found:
        yield found


@pytest.fixture(scope="module")
def real() -> Iterator[Ask]:
    """Return what asks the routes of the server through all its layers, without Streamlit's own."""
    app = Starlette(routes=[*server.ROUTES, *closing(server.ROUTES)], middleware=server.MIDDLEWARE)
    with asking(app) as found:
        yield found


def problem(answer: Answer, status: int) -> dict[str, Any]:
    """Return the document of a refusal."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert len(document["detail"]) > 10
    return document


# Ids


@pytest.mark.parametrize("number", ["a", "7f3c-11.x_Y", "x" * 64])
def test_a_safe_id_is_kept_and_known_to_whoever_answers(ask: Ask, number: str) -> None:
    answer = ask("/ogc/fine", headers={"X-Request-ID": number})
    assert answer.headers["x-request-id"] == number
    assert answer.content.decode() == number


@pytest.mark.parametrize("number", ["", " ", "x" * 65, "a b", "a\tb", 'a"b', "ă", "a;b", "../x", "<script>"])
def test_an_unsafe_id_is_replaced(ask: Ask, number: str) -> None:
    answer = ask("/ogc/fine", headers={"X-Request-ID": number})
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])
    assert answer.headers["x-request-id"] == answer.content.decode()


def test_every_request_gets_an_id_of_its_own(ask: Ask) -> None:
    assert len({ask("/ogc/fine").headers["x-request-id"] for _ in range(50)}) == 50


@given(number=st.text(max_size=80))
def test_no_id_can_break_an_answer(number: str) -> None:
    scope = {"type": "http", "path": "/ogc", "query_string": b"", "method": "GET"}
    scope["headers"] = [(b"x-request-id", number.encode())]
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(Envelope(PlainTextResponse("x"), Metrics())(scope, receive, send))
    given_back = dict(sent[0]["headers"])[b"x-request-id"]
    assert re.fullmatch(rb"[A-Za-z0-9._-]{1,64}", given_back)


# Headers


@pytest.mark.parametrize(
    "path",
    ["/ogc", COLLECTION, "/maps/ntm-levels.csv", "/maps/none.json", "/healthz/live", "/metrics", "/live", "/nowhere"],
)
def test_every_answer_carries_the_security_headers_once(real: Ask, path: str) -> None:
    answer = real(path)
    names = [name.decode() for name, _ in answer.headers.raw]
    for name, value in USUAL.items():
        assert (answer.headers[name], names.count(name)) == (value, 1)
    assert "geolocation=()" in answer.headers["permissions-policy"]
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy


def test_a_header_that_a_route_sets_itself_stays_alone(ask: Ask) -> None:
    headers = ask("/ogc/own").headers
    assert headers.getlist("x-frame-options") == ["DENY"]
    assert headers.getlist("content-security-policy") == ["default-src 'self'"]


def test_the_policy_of_a_page_names_the_scripts_in_it_and_no_other() -> None:
    page = b'<script>one()</script><script src="./a.js"></script><script type="module"\n>two()</script>'
    policy = dashboard_policy(page)
    # printf 'one()' | openssl dgst -sha256 -binary | base64
    assert "'sha256-HR7iaask9daLMRRskMI++QeJtjWDOjyPA6lGzYGzKW4='" in policy
    assert policy.count("'sha256-") == 2
    assert "'unsafe-eval'" not in policy


def test_made_up_data_mark_refusals_and_faults_too(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "x-ntm-sample" not in ask("/ogc/broken").headers
    monkeypatch.setenv("NTM_SAMPLE", "1")
    for path in ("/ogc/fine", "/ogc/broken", "/ogc/nothing", "/ogc/endless", "/ogc/fine?" + "x" * 9000):
        assert ask(path).headers["x-ntm-sample"] == "1"


# Size and time


def test_an_address_may_have_its_full_length_and_no_more(ask: Ask) -> None:
    longest = "/ogc/fine?" + "x" * (LONGEST_ADDRESS - len("/ogc/fine"))
    assert ask(longest).status_code == 200
    assert "8192" in problem(ask(longest + "x"), 414)["detail"]
    assert problem(ask("/ban-do?" + "x" * LONGEST_ADDRESS), 414)


def test_a_declared_body_may_be_as_large_as_a_filter(ask: Ask) -> None:
    assert ask("/ogc/fine", "POST", {"Content-Length": str(LARGEST_BODY)}).status_code == 200
    for declared in (str(LARGEST_BODY + 1), "9" * 5000):
        assert "64" in problem(ask("/ogc/fine", "POST", {"Content-Length": declared}), 413)["detail"]
    assert problem(ask("/_stcore/upload", "POST", {"Content-Length": "70000"}), 413)
    assert ask("/office/file", "POST", {"Content-Length": str(20 * 1024**2)}).status_code == 200


@pytest.mark.parametrize("declared", ["", "-1", "1e9", "²", "abc"])
def test_an_odd_length_is_left_to_the_server(ask: Ask, declared: str) -> None:
    assert ask("/ogc/fine", "POST", {"Content-Length": declared}).status_code == 200


@pytest.mark.parametrize("path", ["/ogc/endless", "/ogc/blocked"])
def test_what_takes_too_long_is_ended(ask: Ask, path: str) -> None:
    LATE.clear()
    answer = ask(path)
    LATE.set()
    assert answer.headers["retry-after"] == "30"
    assert "giây" in problem(answer, 503)["detail"]


@pytest.mark.parametrize("path", ["/ogc/slow", "/live"])
def test_an_answer_that_has_begun_may_take_its_time(ask: Ask, path: str) -> None:
    assert ask(path).content == b"first second"


def test_a_websocket_is_passed_on_and_counted_while_it_is_open(metrics: Metrics) -> None:
    seen: list[Any] = []

    async def page(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - as ASGI wants it
        seen.append((scope["type"], metrics.dashboards, bool(REQUEST_ID.get())))

    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [], "query_string": b"x" * 9000}
    asyncio.run(Envelope(Guard(page), metrics)(scope, None, None))  # type: ignore[arg-type]
    assert seen == [("websocket", 1, True)]
    assert metrics.dashboards == 0


# Faults


@pytest.mark.parametrize("path", ["/ogc/broken", "/pages/broken", "/ogc/timed-out"])
def test_a_fault_is_a_document_with_the_id_and_its_traceback_is_logged(
    ask: Ask, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    answer = ask(path, headers={"X-Request-ID": "ticket-7"})
    document = problem(answer, 500)
    assert document["request_id"] == "ticket-7"
    assert "ticket-7" in document["detail"]
    assert SECRET not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.exc_info
    assert SECRET in str(record.exc_info[1])


def test_a_fault_is_told_in_the_language_of_the_request(ask: Ask) -> None:
    vietnamese, english = (ask(f"/ogc/broken?a=1&lang={lang}").json()["detail"] for lang in ("vi", "en"))
    assert "quản trị" in vietnamese
    assert "administrator" in english


def test_a_fault_in_the_middle_of_an_answer_leaves_it_unfinished(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    answer = ask("/ogc/half")
    assert (answer.status_code, answer.content) == (200, b"first")
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_plain_words_of_a_library_become_a_document(ask: Ask) -> None:
    assert problem(ask("/ogc/refused"), 404)["detail"] == "Máy chủ không nhận địa chỉ này."


# Addresses and methods


@pytest.mark.parametrize(
    "path", ["/ogc/nothing", "/maps", "/assets/a/b/c", "/office", "/geometry", "/live/x", "/metrics/x"]
)
def test_an_address_of_ours_that_does_not_exist_is_told(real: Ask, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert path in problem(real(path, method), 404)["detail"]


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/ogc/collections", "POST", "GET, HEAD, OPTIONS"),
        (f"{COLLECTION}/items", "DELETE", "GET, HEAD, OPTIONS, POST"),
        ("/maps/ntm-levels.json", "PUT", "GET, HEAD, OPTIONS"),
        ("/office/check", "GET", "OPTIONS, POST"),
        ("/healthz", "POST", "GET, HEAD, OPTIONS"),
    ],
)
def test_another_method_is_refused_with_those_that_there_are(real: Ask, path: str, method: str, allowed: str) -> None:
    answer = real(path, method)
    assert answer.headers["allow"] == allowed
    assert allowed in problem(answer, 405)["detail"]
    asked = real(path, "OPTIONS")
    assert (asked.status_code, asked.headers["allow"], asked.content) == (204, allowed, b"")


def test_a_slash_at_the_end_is_taken_away(real: Ask) -> None:
    answer = real("/ogc/?lang=en&f=json")
    assert (answer.status_code, answer.headers["location"]) == (308, "/ogc?lang=en&f=json")
    assert real("/ogc/collections/").headers["location"] == "/ogc/collections"
    assert real("/maps/").status_code == 404


@given(
    path=st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60),
    first=st.sampled_from(["ogc", "ogc/collections", "maps", "points", "assets", "geometry", "live", "office"]),
    query=st.text(max_size=40),
    method=st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "DELETE", "TRACE", "FOO"]),
)
def test_no_address_makes_the_service_fail(real: Ask, first: str, path: str, query: str, method: str) -> None:
    answer = real(f"/{first}/{path.replace('?', '').replace('#', '')}?{query.replace('#', '')}", method)
    assert answer.status_code < 500
    if answer.status_code >= 400 and method != "HEAD":
        assert answer.headers["content-type"] == "application/problem+json"


# Files that are kept for ever


@pytest.mark.parametrize("path", [bundle_url("main.js"), f"/geometry/{asset('kontum-2015').name}"])
def test_hashed_files_are_kept_for_ever_and_never_sent_twice(real: Ask, path: str) -> None:
    whole = real(path)
    assert whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = real(path, headers={"If-None-Match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == whole.headers["cache-control"]
    head = real(path, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


def test_a_script_is_sent_compressed_to_who_takes_it(real: Ask) -> None:
    plain, packed = (real(bundle_url("main.js"), headers={"Accept-Encoding": kind}) for kind in ("", "gzip"))
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.content) < len(plain.content)
    assert packed.headers["etag"] != plain.headers["etag"]


# Other web sites


PORTAL = "https://portal.example.vn"
READS = ["/ogc/collections", "/maps/ntm-levels.json", "/healthz/live"]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Return what asks a server that lets two web sites read."""
    monkeypatch.setenv("NTM_CORS_ORIGINS", f"{PORTAL}; https://other.example.vn/")
    app = Starlette(routes=[*server.ROUTES, *closing(server.ROUTES)], middleware=server.MIDDLEWARE)
    with asking(app) as found:
        yield found


def preflight(ask: Ask, path: str, origin: str, method: str = "GET") -> Answer:
    return ask(path, "OPTIONS", {"Origin": origin, "Access-Control-Request-Method": method})


@pytest.mark.parametrize("path", READS)
def test_no_other_site_may_read_unless_a_setting_says_so(real: Ask, path: str) -> None:
    for answer in (real(path, headers={"Origin": PORTAL}), preflight(real, path, PORTAL)):
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", READS)
def test_a_site_of_the_setting_may_read(opened: Ask, path: str) -> None:
    for origin in (PORTAL, "https://other.example.vn"):
        answer = opened(path, headers={"Origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin
        assert {"ETag", "Link", "Content-Crs"} <= set(answer.headers["access-control-expose-headers"].split(", "))
        assert "access-control-allow-credentials" not in answer.headers
        assert "Origin" in ", ".join(answer.headers.getlist("vary"))
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        before = preflight(opened, path, origin)
        assert (before.status_code, before.headers["access-control-allow-origin"]) == (200, origin)
        assert "x-request-id" in before.headers


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://portal.example.vn", f"{PORTAL}.evil.example"]
)
def test_a_site_that_is_not_in_the_setting_may_not(opened: Ask, path: str, origin: str) -> None:
    assert "access-control-allow-origin" not in opened(path, headers={"Origin": origin}).headers
    assert "access-control-allow-origin" not in preflight(opened, path, origin).headers


@pytest.mark.parametrize("path", ["/office/desk", "/points/border-villages.json", "/live", "/metrics"])
def test_the_desk_and_places_are_never_opened(opened: Ask, path: str) -> None:
    for answer in (opened(path, headers={"Origin": PORTAL}), preflight(opened, path, PORTAL, "POST")):
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_portal_can_read_why_it_was_refused(opened: Ask) -> None:
    answer = opened("/ogc/collections?" + "x" * LONGEST_ADDRESS, headers={"Origin": PORTAL})
    assert problem(answer, 414)
    assert answer.headers["access-control-allow-origin"] == PORTAL


def test_a_star_opens_the_reads_to_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_CORS_ORIGINS", "*")
    app = Starlette(routes=server.ROUTES, middleware=server.MIDDLEWARE)
    with asking(app) as ask:
        answer = ask("/healthz/live", headers={"Origin": "https://anybody.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
