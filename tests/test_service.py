"""The service: maps as data and as sheets, assets and geometry that may be kept for ever."""

from __future__ import annotations

import hashlib
import io
import re

import pytest
from http_client import Client
from openpyxl import load_workbook
from PIL import Image
from typer.testing import CliRunner

import cli
from base.clock import Month
from geo.asset import asset
from layers.classify import legend_keys
from layers.registry import BUILDERS, compute
from layers.view import ViewState
from render import table
from render.qgis_style import as_qml
from render.screen.assets import bundle, bundle_url, setup_url

LAYERS = sorted(BUILDERS)
IMMUTABLE = "public, max-age=31536000, immutable"
PERIOD = "2024-07"


def terminal(layer: str, *options: str) -> bytes:
    result = CliRunner().invoke(cli.app, ["layer", layer, "--period", PERIOD, *options])
    assert result.exit_code == 0, result.output
    return result.stdout_bytes


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("extension", ["json", "csv"])
def test_a_map_as_data_is_what_the_terminal_prints(client: Client, layer: str, extension: str) -> None:
    answer = client.get(f"/maps/{layer}.{extension}?period={PERIOD}&district=610")
    assert answer.status_code == 200
    assert answer.content.strip() == terminal(layer, "--district", "610", "--format", extension).strip()


@pytest.mark.parametrize("layer", LAYERS)
def test_a_workbook_has_the_rows_of_the_document(client: Client, layer: str) -> None:
    answer = client.get(f"/maps/{layer}.xlsx?period={PERIOD}&district=610")
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    cells = {row[0] for row in load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)}
    document = client.get(f"/maps/{layer}.json?period={PERIOD}&district=610").json()
    assert {row["code"] for row in document["rows"]} <= cells
    assert sum(bool(re.fullmatch(r"\d{3}|\d{5}", str(cell))) for cell in cells) == len(document["rows"])


def test_the_language_is_in_the_query(client: Client) -> None:
    vietnamese, english = (client.get(f"/maps/ntm-levels.json?lang={lang}").json() for lang in ("vi", "en"))
    assert vietnamese["title"] != english["title"]
    assert vietnamese["figures"][0]["value"] == english["figures"][0]["value"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("period=2024-99", "period"),
        ("period=2100-01", "period"),
        ("district=999", "district"),
        ("border=ocean", "border"),
        ("lang=fr", "lang"),
        ("disrict=610", "disrict"),
        ("width=abc", "width"),
        ("width=10", "width"),
        ("width=²²²²", "width"),
        ("width=99999", "width"),
        ("paper=B5", "paper"),
        ("dpi=71", "dpi"),
        ("dpi=301", "dpi"),
        ("dpi=abc", "dpi"),
        ("dpi=", "dpi"),
        ("dpi=%D9%A1%D9%A0%D9%A0", "dpi"),  # 100 in Arabic digits
        ("dpi=0000000000000000100", "dpi"),
        ("width=700&dpi=100", "dpi"),
        ("lang=vi&lang=en", "lang"),
        ("known_at=2001-01-01", "known_at"),
    ],
)
@pytest.mark.parametrize("extension", ["json", "png"])
def test_a_bad_parameter_is_named(client: Client, query: str, parameter: str, extension: str) -> None:
    answer = client.get(f"/maps/ntm-levels.{extension}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 400
    assert f"“{parameter}”" in problem["detail"]
    assert parameter in {problem["parameter"], *(one["parameter"] for one in problem.get("parameters", []))}


def test_every_bad_parameter_is_named_at_once(client: Client) -> None:
    problem = client.get("/maps/ntm-levels.png?disrict=610&border=ocean&paper=B5&lang=en").json()
    assert problem["parameter"] == "disrict"
    assert [(one["parameter"], one["value"]) for one in problem["parameters"]] == [
        ("disrict", "610"),
        ("border", "ocean"),
        ("paper", "B5"),
    ]
    unknown, border, paper = (one["reason"] for one in problem["parameters"])
    assert "period" in unknown
    assert "dpi" in unknown
    assert "laos" in border
    assert "A4, A3" in paper
    assert problem["detail"].count("cannot be used") == len(problem["detail"].splitlines()) == 3


def test_width_and_dots_exclude_each_other(client: Client) -> None:
    detail = client.get("/maps/ntm-levels.png?width=700&dpi=100").json()["detail"]
    assert "“width”" in detail
    assert "“dpi”" in detail


@pytest.mark.parametrize(
    ("extension", "query", "allowed"),
    [
        ("json", "paper=A4", "png, pdf, svg"),
        ("csv", "width=700", "png"),
        ("xlsx", "dpi=100", "png"),
        ("qml", "paper=A3", "png, pdf, svg"),
        ("svg", "width=700", "png"),
        ("pdf", "dpi=100", "png"),
    ],
)
def test_a_size_is_asked_only_of_what_has_one(client: Client, extension: str, query: str, allowed: str) -> None:
    answer = client.get(f"/maps/ntm-levels.{extension}?{query}")
    assert answer.status_code == 400
    (told,) = answer.json()["parameters"]
    assert told["parameter"] == query.partition("=")[0]
    assert told["reason"].endswith(f": {allowed}.")


def test_a_long_value_is_not_sent_back_whole(client: Client) -> None:
    answer = client.get(f"/maps/ntm-levels.json?border={'x' * 3000}&{'y' * 3000}=1")
    assert answer.status_code == 400
    assert len(answer.content) < 2500


@pytest.mark.parametrize("path", ["/maps/nothing.json", "/maps/ntm-levels.exe", "/assets/0/x.js", "/geometry/x.bin"])
def test_what_does_not_exist_is_told(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_what_there_is_instead_is_told(client: Client) -> None:
    detail = client.get("/maps/nothing.tif").json()["detail"]
    assert all(word in detail for word in [*LAYERS, "png", "pdf", "svg", "json", "csv", "xlsx", "qml"])


def test_the_style_is_a_file_of_the_layer(client: Client) -> None:
    answer = client.get(f"/maps/criteria-met.qml?period={PERIOD}")
    assert answer.headers["content-type"] == "application/xml"
    assert f'filename="criteria-met-{PERIOD}.qml"' in answer.headers["content-disposition"]
    assert answer.content == as_qml(compute(ViewState(layer="criteria-met", period=Month.parse(PERIOD))))


def test_an_unchanged_map_is_not_sent_again(client: Client) -> None:
    first = client.get("/maps/ntm-levels.json")
    again = client.get("/maps/ntm-levels.json", {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = client.get("/maps/ntm-levels.json?district=610", {"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200
    assert other.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("sent", ["W/{tag}", '"other", {tag}', "*"])
def test_a_proxy_s_way_of_asking_for_changes_is_understood(client: Client, sent: str) -> None:
    """A proxy that compresses weakens the tag; a browser may hold several (RFC 9110, 13.1.2)."""
    tag = client.get("/maps/ntm-levels.csv").headers["etag"]
    assert client.get("/maps/ntm-levels.csv", {"If-None-Match": sent.format(tag=tag)}).status_code == 304


def test_only_an_address_with_its_version_is_kept_for_ever(client: Client) -> None:
    version = table.digest(compute(ViewState()))
    assert client.get("/maps/ntm-levels.json").headers["cache-control"] == "no-cache"
    assert client.get(f"/maps/ntm-levels.json?v={version}").headers["cache-control"] == IMMUTABLE


def test_an_address_with_an_older_version_is_not_kept_for_ever(client: Client) -> None:
    """Else a browser that asks late keeps new content under the old address, or old under new."""
    assert client.get("/maps/ntm-levels.json?v=000000000000").headers.get("cache-control") != IMMUTABLE


def test_every_file_of_the_page_is_served_and_kept(client: Client) -> None:
    assert {"main.js", "leaflet.js", "leaflet.css"} <= bundle().keys()
    for name, file in bundle().items():
        answer = client.get(bundle_url(name))
        assert (answer.status_code, answer.content) == (200, file.content)
        assert answer.headers["cache-control"] == IMMUTABLE
        assert answer.headers["content-type"].split(";")[0] == (
            "text/css" if name.endswith("css") else "text/javascript"
        )


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_setup_names_every_unit_and_the_geometry(client: Client, lang: str) -> None:
    answer = client.get(setup_url("kontum", "kontum-2015", lang))
    assert answer.headers["cache-control"] == IMMUTABLE
    setup = answer.json()
    assert [unit["code"] for unit in setup["units"]] == list(asset("kontum-2015").codes)
    assert len(setup["districts"]) == 10
    assert set(setup["legends"]) == set(legend_keys()) > set(LAYERS)
    geometry = client.get(setup["geometry"])
    assert geometry.headers["cache-control"] == IMMUTABLE
    assert hashlib.sha256(geometry.content).hexdigest()[:16] in setup["geometry"]


@pytest.mark.parametrize(
    "path",
    [
        bundle_url("main.js").replace("/assets/", "/assets/0"),
        "/assets/000000000000/setup.kontum.kontum-2015.vi.json",
        "/assets/000000000000/setup.nowhere.none.vi.json",
        "/assets/000000000000/setup.kontum.kontum-1999.vi.json",
        "/assets/000000000000/setup.json",
        "/geometry/kontum-2015.0000000000000000.bin",
        "/geometry/kontum-2015.bin",
    ],
)
def test_a_wrong_digest_is_not_answered(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_sheet_is_drawn_in_the_worker_with_the_width_asked_for(client: Client) -> None:
    address = "/maps/border-replanning.png?width=640&paper=A4&period=2024-12"
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.width == 640
        assert len(image.convert("RGB").getcolors(2**24) or []) > 20, "an empty sheet has few colours"
    assert client.get(address).content == answer.content
