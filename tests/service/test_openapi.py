"""The OpenAPI document says what the service does: by its own standard, by every value it names, and by chance."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.definitions import OPENAPI_30
from starlette.applications import Starlette

import server
from service.guard import closing
from service.openapi import document
from service.openapi_page import Reading

LONG = os.environ.get("NTM_LONG") == "1"
#: Requests that are made up for each operation: some that fit the document, some that do not.
EXAMPLES = 300 if LONG else 10
#: The same for maps, each of which may have to be drawn.
DRAWN = 60 if LONG else 5
BASE = "http://127.0.0.1:8501"
DOCUMENT = document(BASE, "vi")
OPERATIONS = [f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods]
KON_TUM = "ntm-levels-kontum-2015"
PROBLEM = "application/problem+json"
#: What the process answers while it only lives in a test: nobody watches the store.
MACHINE = {"/healthz", "/healthz/ready"}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the routes of ``server.py`` without Streamlit's, in a thread."""
    app = Starlette(routes=[*server.ROUTES, *closing(server.ROUTES)], middleware=server.MIDDLEWARE)
    running = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
    running.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        yield opened


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    return dict(Reading(DOCUMENT, str).resolved(part))


def parameters(path: str, method: str = "get") -> list[dict[str, Any]]:
    return [resolved(part) for part in DOCUMENT["paths"][path][method]["parameters"]]


def written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def example_path(path: str) -> str:
    for part in parameters(path):
        if part["in"] == "path":
            path = path.replace(f"{{{part['name']}}}", part["example"])
    return path


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_document_is_sound(lang: str) -> None:
    faults = [error.message for error in Draft4Validator(OPENAPI_30).iter_errors(document(BASE, lang))]
    assert faults == []


def test_the_document_stands_alone() -> None:
    text = json.dumps(DOCUMENT)
    references = set(re.findall(r'"\$ref": "([^"]+)"', text))
    assert references
    assert all(one.startswith("#/components/") for one in references)
    assert all(resolved({"$ref": one}) for one in references)
    named = {f"#/components/{kind}/{name}" for kind, parts in DOCUMENT["components"].items() for name in parts}
    assert named == references


def test_every_operation_has_a_name_of_its_own_and_says_what_it_is_for() -> None:
    operations = [one for methods in DOCUMENT["paths"].values() for one in methods.values()]
    assert len({one["operationId"] for one in operations}) == len(operations) == 16
    assert all(one["summary"] for one in operations)


def test_the_english_document_is_english() -> None:
    text = json.dumps(document(BASE, "en"), ensure_ascii=False)
    text = text.replace("Đăk", "")
    sources = [line for line in document(BASE, "en")["info"]["description"].split("\n") if line.startswith("- ")]
    for line in sources:
        text = text.replace(json.dumps(line, ensure_ascii=False)[1:-1], "")
    places = {"Kon", "Tum", "Quảng", "Nam", "Ngãi", "Đà", "Nẵng", "Việt"}
    words = {word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()}
    assert words <= places


def test_every_route_is_in_the_document() -> None:
    ours = re.compile(r"/(ogc|maps|healthz|metrics|live)\b")
    served = {re.sub(r"\{(\w+)(:\w+)?\}", "{}", route.path) for route in server.ROUTES if ours.match(route.path)}
    told = {re.sub(r"\{\w+\}", "{}", path) for path in DOCUMENT["paths"]}
    assert served - told <= {"/ogc/static/{}", "/ogc/{}"}  # the style sheet of the pages, and what answers 404
    assert told <= served


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_every_path_answers(address: str, session: requests.Session, path: str) -> None:
    answer = session.get(address + example_path(path))
    assert answer.status_code in ({200, 503} if path in MACHINE else {200})
    answers = DOCUMENT["paths"][path]["get"]["responses"]
    kinds = resolved(answers[str(answer.status_code)])["content"]
    assert answer.headers["content-type"].partition(";")[0] in {kind.partition(";")[0] for kind in kinds}


@pytest.mark.parametrize("name", [part["name"] for part in parameters("/ogc/collections/{collectionId}/items")])
def test_every_value_of_a_parameter_of_features_is_taken(address: str, session: requests.Session, name: str) -> None:
    path = "/ogc/collections/{collectionId}/items"
    part = next(part for part in parameters(path) if part["name"] == name)
    schema = part["schema"]
    values = schema.get("enum") or schema.get("items", {}).get("enum") or [part.get("example", "2024-12-31")]
    if part["in"] == "path":
        for value in values:
            answer = session.get(f"{address}/ogc/collections/{value}/items?resulttype=hits")
            assert answer.status_code == 200, answer.text
        return
    # Each collection has coordinate systems of its own.
    values = [one for one in values if not one.endswith(("5898", "5899"))] if name.endswith("crs") else values
    layer = "criterion-kontum-2015" if name == "criterion" else KON_TUM
    with_it = {"bbox-crs": {"bbox": "-10,-10,10,10"}, "filter-crs": {"filter": "class = 'standard'"}}.get(name, {})
    with_it = {"filter": "class = 'standard'"} if name == "filter-lang" else with_it
    usual = {"known_at": "2100-01-01", "criterion": "1", "from": "2025-06"}
    for value in values:
        query = value if isinstance(value, dict) else {name: usual.get(name, written(value))}
        answer = session.get(f"{address}/ogc/collections/{layer}/items", params={"limit": "1"} | query | with_it)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("part", parameters("/maps/{layer}.{extension}"), ids=lambda part: part["name"])
def test_every_value_of_a_parameter_of_maps_is_taken(
    address: str, session: requests.Session, part: dict[str, Any]
) -> None:
    name, values = part["name"], part["schema"].get("enum") or [part.get("example")]
    assert values
    for value in values:
        layer, extension = "ntm-levels", "json"
        query: dict[str, str] = {}
        if name == "layer":
            layer = value
        elif name == "extension":
            extension, query = value, {"dpi": "72"} if value == "png" else {}
        elif name in {"paper", "width", "dpi"}:
            extension, query = "png", {name: str(value)} | ({"width": "320"} if name == "paper" else {})
        elif value is not None:
            query = {name: written(value)}
        if name == "boundary":  # a version draws the province that its name begins with
            query["province"] = value.partition("-")[0]
        answer = session.get(f"{address}/maps/{layer}.{extension}", params=query)
        assert answer.status_code == 200, (query, answer.text)


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        (f"/ogc/collections/{KON_TUM}/items?limit=0", "limit"),
        (f"/ogc/collections/{KON_TUM}/items?offset=-1", "offset"),
        (f"/ogc/collections/{KON_TUM}/items?f=xml", "f"),
        (f"/ogc/collections/{KON_TUM}/items?nothing=1", "nothing"),
        ("/ogc/openapi?f=csv", "f"),
        ("/ogc/openapi?lang=fr", "lang"),
        ("/ogc/openapi?x=1", "x"),
        ("/ogc/openapi?f=json&f=html", "f"),
        ("/maps/ntm-levels.json?border=ocean", "border"),
    ],
)
def test_what_the_document_does_not_allow_is_refused_by_name(
    address: str, session: requests.Session, asked: str, parameter: str
) -> None:
    answer = session.get(address + asked)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["parameter"] == parameter


def test_the_document_is_served_in_both_languages_and_as_a_page(address: str, session: requests.Session) -> None:
    answer = session.get(f"{address}/ogc/openapi")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert answer.json() == document(address, "vi")
    assert session.get(f"{address}/ogc/openapi?lang=en").json() == document(address, "en")
    known = session.get(f"{address}/ogc/openapi", headers={"If-None-Match": answer.headers["etag"]})
    assert known.status_code == 304
    for page in (f"{address}/ogc/openapi?f=html", f"{address}/ogc/openapi"):
        found = session.get(page, headers={"Accept": "text/html,application/xhtml+xml"})
        assert found.headers["content-type"] == "text/html; charset=utf-8"
        assert all(path in found.text for path in DOCUMENT["paths"])


def test_the_reference_is_what_the_document_says() -> None:
    path = Path(__file__).parents[2] / "docs" / "make_api.py"
    found = importlib.util.spec_from_file_location("make_api", path)
    assert found
    assert found.loader
    make_api = importlib.util.module_from_spec(found)
    found.loader.exec_module(make_api)
    assert make_api.FILE.read_text("utf-8") == make_api.text(), "chạy lại docs/make_api.py"


def made_up(label: str, mode: GenerationMode) -> st.SearchStrategy[Case]:
    """Return requests for an operation; names of properties are those that all layers have, lest all be refused."""
    changed = json.loads(json.dumps(DOCUMENT))
    changed["components"]["parameters"]["property"]["schema"]["additionalProperties"] = False
    schema = schemathesis.openapi.from_dict(changed)
    method, path = label.split()
    return schema[path][method].as_strategy(generation_mode=mode)


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_nothing_that_is_asked_breaks_the_service_or_its_word(address: str, label: str, mode: GenerationMode) -> None:
    if mode is GenerationMode.NEGATIVE and not parameters(label.split()[1], label.split(maxsplit=1)[0].lower()):
        pytest.skip("nothing can be asked wrongly where nothing can be asked")
    checks = [check for check in CHECKS if check is not not_a_server_error] if label.split()[1] in MACHINE else CHECKS

    @given(case=made_up(label, mode))
    @settings(
        max_examples=DRAWN if "/maps" in label else EXAMPLES,
        deadline=None,
        derandomize=not LONG,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    def ask(case: Case) -> None:
        answer = case.call(base_url=address)
        case.validate_response(answer, checks=checks)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == [PROBLEM]
            assert answer.json()["status"] == answer.status_code

    ask()
