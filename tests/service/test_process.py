"""A server of its own as it is run beside others: behind a proxy, with logs for machines."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from e2e.process import ROOT, server

PROXY = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "Host": "ntm.example.vn"}
OFFICE = "Văn phòng Điều phối tỉnh"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("process") / "log.txt"


@pytest.fixture(scope="module")
def address(log: Path) -> Iterator[str]:
    with server(ROOT, log, NTM_LOG="json", NTM_OFFICE=OFFICE, NTM_DATA=str(log.parent / "users")) as found:
        yield found


def ask(address: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and content of an answer; a header's ``_`` is ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urlopen(Request(address, body, named), timeout=60) as answer:  # noqa: S310 - always http://127.0.0.1
            return answer.status, _lower(answer.headers), answer.read()
    except HTTPError as error:
        return error.code, _lower(error.headers), error.read()


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def raw(address: str, sent: bytes) -> bytes:
    """Return what the server says to these bytes."""
    with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port), timeout=30) as connection:
        connection.sendall(sent)
        return connection.recv(65536)


def lines(log: Path) -> list[dict[str, Any]]:
    """Return what was logged after the line with the address."""
    first, *rest = log.read_text("utf-8").splitlines()
    assert first.startswith("Bản đồ nông thôn mới: http://127.0.0.1:")
    return [json.loads(line) for line in rest]


def test_links_are_those_of_the_proxy(address: str) -> None:
    links = json.loads(ask(f"{address}/ogc?f=json", **PROXY)[2])["links"]
    assert links
    assert {urlsplit(link["href"])[:2] for link in links} == {("https", "ntm.example.vn")}


@pytest.mark.parametrize(
    "headers",
    [
        PROXY,
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-For": ""},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 nginx"},
    ],
)
def test_nobody_behind_a_proxy_may_write_whatever_it_says(address: str, headers: dict[str, str]) -> None:
    status, _, content = ask(f"{address}/office/attachment", b"%PDF-", X_NTM_Desk="1", **headers)
    assert status == 403
    assert "127.0.0.1" in json.loads(content)["detail"]
    told = json.loads(ask(f"{address}/office/desk", **headers)[2])
    assert "127.0.0.1" in json.dumps(told, ensure_ascii=False)


def test_who_sits_at_the_machine_may_write(address: str) -> None:
    assert ask(f"{address}/office/attachment", b"%PDF-", X_NTM_Desk="1")[0] == 200


def test_requests_are_lines_with_the_client_that_the_proxy_names(address: str, log: Path) -> None:
    ask(f"{address}/maps/ntm-levels.csv?period=2023-12", X_Request_ID="proxy-1", **PROXY)
    [line] = [line for line in lines(log) if line.get("request_id") == "proxy-1"]
    assert (line["client"], line["path"], line["query"]) == ("203.0.113.7", "/maps/ntm-levels.csv", "period=2023-12")
    assert (line["status"], line["method"]) == (200, "GET")


def test_what_uvicorn_says_is_a_line_and_told_once(address: str, log: Path) -> None:
    assert b" 400 " in raw(address, b"GET /\x00 nonsense\r\n\r\n").splitlines()[0]
    said = [line for line in lines(log) if line["logger"].startswith("uvicorn")]
    assert [(line["level"], line["event"]) for line in said] == [("warning", "Invalid HTTP request received.")]


def test_an_address_that_is_too_long_is_told_by_us(address: str) -> None:
    status, headers, content = ask(f"{address}/ogc?{'x' * 9000}")
    assert (status, headers["content-type"]) == (414, "application/problem+json")
    assert json.loads(content)["status"] == 414
    assert b" 400 " in raw(address, b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n").splitlines()[0]


def test_the_server_does_not_tell_what_it_is_made_of(address: str) -> None:
    for path in ("/ogc", "/ban-do", "/healthz", "/khong-co", "/_stcore/health"):
        assert "server" not in ask(address + path)[1]


def test_it_becomes_ready_by_itself_and_counts(address: str) -> None:
    assert json.loads(ask(f"{address}/healthz/ready")[2])["status"] == "ok"
    text = ask(f"{address}/metrics")[2].decode()
    assert 'ntm_requests_total{method="GET",route="/healthz/ready",status="2xx"}' in text
    assert "process_resident_memory_bytes" in text
    assert "python_gc" not in text
