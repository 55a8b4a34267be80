"""What stands at places, as the browser gets it: exact for few, spots for all others, one document for every filter."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from clusters import hand_in, row
from http_client import Answer, Client
from reports import enter, opened
from starlette.applications import Starlette
from starlette.routing import Route

from geo.asset import grid_point
from layers.address import parse
from layers.registry import FEATURES, facts_of
from render.screen.menu import PAGES
from render.screen.scene import ALPHABET, build_scene
from service.points import points

LAYER = "border-replanning"
IA_TOI, DAK_PLO = "23538", "23344"
EXISTING, PLANNED = (107.501234, 14.054321), (107.521234, 14.074321)
AT_HOME = {"host": "127.0.0.1:8601"}
VILLAGE = {
    "province": "kontum",
    "old_list": "kontum-2015",
    "old_code": IA_TOI,
    "new_list": "",
    "new_code": "",
    "name": "Thôn 1",
    "kind": "thon",
    "minority": "yes",
    "pilot_level": "",
    "pilot_year": None,
    "note": "",
    "valid_from": "",
    "valid_to": "",
    "lon": PLANNED[0],
    "lat": PLANNED[1],
    "voided": 0,
    "sheet": "a",
    "cell": "A6",
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Return a client of the route on a store with three clusters and a village."""
    places = dict(zip(("existing_lon", "existing_lat", "planned_lon", "planned_lat"), EXISTING + PLANNED, strict=True))
    with opened(tmp_path_factory.mktemp("points")) as ledger:
        hand_in(
            ledger,
            row("IT-64", IA_TOI, step="implementing", households_planned=100, **places),
            row("IT-65", IA_TOI, step="approved", households_now=9),
            row("DP-01", DAK_PLO, step="approved", planned_lon=107.68, planned_lat=15.24),
        )
        enter(ledger, "villages", "villages", VILLAGE)
        with asyncio.Runner() as runner:
            yield Client(Starlette(routes=[Route("/points/{layer}.json", points)]), runner)


def address(layer: str = LAYER, **query: str) -> str:
    return f"/points/{layer}.json?{urlencode({'period': '2025-05'} | query)}"


def features(answer: Answer, kind: str = "cluster") -> dict[str, Any]:
    assert answer.status_code == 200, answer.content
    return {one["id"]: one for one in answer.json()["features"] if one and one["kind"] == kind}


def near(point: list[int] | None, place: tuple[float, float]) -> bool:
    x, y = grid_point(*place)
    return point is not None and abs(point[0] - x) < 40 and abs(point[1] - y) < 40


def test_nobody_gets_an_exact_place_by_default(asked: Client) -> None:
    for headers in ({}, AT_HOME):
        answer = asked.get(address(), headers)
        assert answer.json()["exact"] is False
        found = features(answer)
        assert found.keys() == {"IT-64", "IT-65", "DP-01"}
        for one in found.values():
            assert (one["filled"] is None) != (one["hollow"] is None)
            assert not any(near(one[key], place) for key in ("filled", "hollow") for place in (EXISTING, PLANNED))
        for told in ("107.50", "14.05", "107,50"):
            assert told not in answer.content.decode()
    village = asked.get(address("villages"), AT_HOME)
    assert village.json() == {"exact": False, "features": [None]}


def test_whoever_may_write_here_gets_exact_places(asked: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_OFFICE", "Văn phòng")
    answer = asked.get(address(), AT_HOME)
    assert answer.json()["exact"] is True
    one = features(answer)["IT-64"]
    assert (one["filled"], one["hollow"]) == (list(grid_point(*EXISTING)), list(grid_point(*PLANNED)))
    assert (one["unit"], one["cls"], one["size"], one["lines"]) == (IA_TOI, "implementing", 100, [])
    assert features(asked.get(address("villages"), AT_HOME), "village").popitem()[1]["filled"] == one["hollow"]


@pytest.mark.parametrize(
    ("headers", "peer"),
    [
        (AT_HOME, "192.0.2.7"),
        (AT_HOME | {"x-forwarded-for": "127.0.0.1"}, "127.0.0.1"),
        ({"host": "ban-do.example"}, "127.0.0.1"),
        (AT_HOME | {"origin": "http://other.example"}, "127.0.0.1"),
        (AT_HOME | {"origin": "null"}, "127.0.0.1"),
        (AT_HOME, None),
    ],
)
def test_everybody_else_gets_spots(
    asked: Client, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], peer: str | None
) -> None:
    monkeypatch.setenv("NTM_OFFICE", "Văn phòng")
    assert asked.get(address(), headers, peer).json()["exact"] is False


def test_a_setting_opens_exact_places_to_everybody(asked: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_EXACT_POINTS", "1")
    answer = asked.get(address(), {"host": "ban-do.example"}, "192.0.2.7")
    assert features(answer)["IT-64"]["filled"] == list(grid_point(*EXISTING))


def test_a_filter_changes_the_mask_and_never_the_document(asked: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    scenes = {}
    for step in ("", "approved", "done"):
        query = {"period": "2025-05"} | ({"step": step} if step else {})
        state, notices = parse(query, LAYER)
        assert not notices
        scenes[step] = build_scene(state, "xa-bien-gioi")["points"]
    assert len({scene["query"] for scene in scenes.values()}) == 1
    query = scenes[""]["query"]
    assert asked.get(address(step="approved")).content == asked.get(f"/points/{LAYER}.json?{query}").content
    monkeypatch.setenv("NTM_OFFICE", "Văn phòng")
    for headers in ({}, AT_HOME):  # schematic and exact
        rows = asked.get(f"/points/{LAYER}.json?{query}", headers).json()["features"]
        chosen = {}
        for step, scene in scenes.items():
            assert len(scene["on"]) == -(-len(rows) // 6)
            on = [bool(ALPHABET.index(scene["on"][i // 6]) >> i % 6 & 1) for i in range(len(rows))]
            chosen[step] = {one["id"] for one, yes in zip(rows, on, strict=True) if yes and one["kind"] == "cluster"}
            others = [yes for one, yes in zip(rows, on, strict=True) if one["kind"] != "cluster"]
            assert others, "the border has its kilometres"
            assert all(others)
        assert chosen == {"": {"IT-64", "IT-65", "DP-01"}, "approved": {"IT-65", "DP-01"}, "done": set()}
    assert [sum(scene["counts"]) for scene in scenes.values()] == [3, 2, 0]
    assert [scene["placed"] for scene in scenes.values()] == [True, True, True]


def test_another_place_makes_another_address_although_its_spot_stays(tmp_path: Path) -> None:
    def query(**more: str) -> str:
        found: str = build_scene(parse({"period": "2025-05"} | more, LAYER)[0], "xa-bien-gioi")["points"]["query"]
        return found

    with opened(tmp_path) as ledger:
        hand_in(ledger, row("IT-64", IA_TOI, existing_lon=EXISTING[0], existing_lat=EXISTING[1]))
        before = query()
        assert query(step="approved", district="618", commune=IA_TOI) == before
        assert len({before, query(lang="en"), query(period="2025-04")}) == 3
        hand_in(ledger, row("IT-64", IA_TOI, existing_lon=PLANNED[0], existing_lat=PLANNED[1]))
        assert query() != before


def test_lines_and_texts_come_in_grid_cells(asked: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_BORDER_BUFFERS_KM", "5")
    answer = asked.get(address(period="2025-03"))
    buffer = features(answer, "buffer")["5"]
    assert buffer["text"] == "cách biên giới 5 km"
    low, high = grid_point(107.0, 15.6), grid_point(108.7, 13.7)
    cells = [cell for line in buffer["lines"] for cell in line]
    assert len(cells) > 50
    assert all(low[0] < x < high[0] and low[1] < y < high[1] for x, y in cells)
    kilometres = features(answer, "border-km")
    border = {code for code, unit in facts_of("kontum").units.items() if unit.border}
    assert {one["unit"] for one in kilometres.values()} <= border
    assert "đường ranh Ia Dom – Ia Tơi là sơ đồ" in {one["text"] for one in features(answer, "sketch").values()}


def test_an_answer_is_kept_by_its_reader_alone(asked: Client) -> None:
    answer = asked.get(address())
    assert answer.headers["cache-control"].startswith("private, max-age=")
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = asked.get(address(), {"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]


@pytest.mark.parametrize(
    ("query", "parameter"), [("perid=2025-05", "perid"), ("period=2025-99", "period"), ("district=999", "district")]
)
def test_a_bad_parameter_is_named(asked: Client, query: str, parameter: str) -> None:
    answer = asked.get(f"/points/{LAYER}.json?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert f"“{parameter}”" in answer.json()["detail"]
    assert [one["parameter"] for one in answer.json()["parameters"]] == [answer.json()["parameter"]] == [parameter]


def test_a_parameter_is_said_once(asked: Client) -> None:
    answer = asked.get(f"/points/{LAYER}.json?period=2025-05&period=2025-04")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "period")


def test_a_document_is_compressed_for_who_takes_it(asked: Client) -> None:
    plain, packed = (asked.get(address(), {"accept-encoding": kind}) for kind in ("identity", "gzip"))
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content)
    assert asked.get(address(), {"if-none-match": packed.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("layer", ["ntm-levels", "no-such-layer"])
def test_a_layer_without_places_has_no_document(asked: Client, layer: str) -> None:
    answer = asked.get(f"/points/{layer}.json")
    assert answer.status_code == 404
    assert json.loads(answer.content)["status"] == 404
    assert all(known in json.loads(answer.content)["detail"] for known in FEATURES)


def test_the_layers_of_the_menu_that_draw_places_are_served() -> None:
    assert set(FEATURES) <= {layer for _, layer, _ in PAGES}
