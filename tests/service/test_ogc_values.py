"""Every feature of every collection is as its schema says, with published and with made-up data; no place leaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from jsonschema import Draft201909Validator
from ogc_client import Ogc, ogc_client

from base.clock import Month
from layers.registry import BUILDERS, facts_of, features_of
from layers.view import SAMPLE, ViewState
from samples.generator import make_sample
from samples.story import LAST
from service.collections import Collection, collections
from service.feature_table import table_of
from service.ogc import ALWAYS
from service.ogc_query import RESERVED
from store import current

NONE = type(None)
ALLOWED = {"string": {str, NONE}, "date": {str}, "integer": {int, NONE}, "number": {float, NONE}}


@pytest.fixture
def ask() -> Iterator[Ogc]:
    with ogc_client() as found:
        yield found


@pytest.fixture(scope="module")
def _sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Open a sample store with one month of reports and all files about settlements."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_SAMPLE", "1")
        patch.setenv("NTM_DATA", str(tmp_path_factory.mktemp("sample")))
        make_sample(current.ledger(), None, LAST, LAST)
        yield


def broken(ask: Ogc, one: Collection, month: Month | None = None) -> list[str]:
    """Return what of a collection's features is not as its schema says."""
    schema = ask.get(f"/collections/{one.id}/schema").json()
    check = Draft201909Validator(schema, format_checker=Draft201909Validator.FORMAT_CHECKER)
    page = ask.items(one.id, skipGeometry="true", **({"datetime": str(month)} if month else {}))
    assert page["numberReturned"] == page["numberMatched"] > 5
    found = []
    for feature in page["features"]:
        properties = feature["properties"]
        assert list(properties) == list(schema["properties"])[1:]
        found += [f"{one.id} {month}: {error.json_path} {error.message}" for error in check.iter_errors(properties)]
    return found


def test_every_feature_is_as_its_schema_says(ask: Ogc) -> None:
    for layer in BUILDERS:
        assert broken(ask, collections()[f"{layer}-kontum-2015"]) == []
    for layer in ("ntm-levels", "criteria-met", "district-progress"):
        assert broken(ask, collections()[f"{layer}-kontum-2015"], Month(2022, 3)) == []
        assert broken(ask, collections()[f"{layer}-quangngai-2025-kontum"]) == []


def test_every_collection_has_values_of_its_types_alone() -> None:
    assert len(collections()) == 60
    for one in collections().values():
        table = table_of(one)
        assert not RESERVED & set(table.types), one.id
        for row in table.properties:
            assert list(row) == list(table.types)
            wrong = {name: cell for name, cell in row.items() if type(cell) not in ALLOWED[table.types[name]]}
            always = {name: cell for name, cell in row.items() if name in ALWAYS and cell is None}
            assert (one.id, wrong, always) == (one.id, {}, {})


@pytest.mark.usefixtures("_sample")
def test_every_feature_of_made_up_data_is_as_its_schema_says_and_says_so(ask: Ogc) -> None:
    for one in collections().values():
        if one.entry.id == "kontum-2015":
            assert broken(ask, one) == []
            page = ask.items(one.id, limit="20", skipGeometry="true")
            assert page["is_sample"] is True
            assert {feature["properties"]["sample"] for feature in page["features"]} == {SAMPLE}
            assert "SAMPLE" in ask.items(one.id, lang="en", limit="1")["features"][0]["properties"]["sample"]
    met = [feature["properties"]["met"] for feature in ask.items("criteria-met-kontum-2015")["features"]]
    assert {type(count) for count in met} == {int, type(None)}


@pytest.mark.usefixtures("_sample")
def test_nobody_learns_from_it_where_settlements_are(ask: Ogc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NTM_EXACT_POINTS", raising=False)
    facts = facts_of("kontum")
    places = [place for cluster in facts.clusters for place in (cluster.existing, cluster.planned) if place]
    state = ViewState("border-replanning", period=LAST)
    places += [place for one in features_of(state, exact=True) for place in (one.filled, one.hollow) if place]
    assert len(places) > 20
    # Three decimal places are 100 m: nobody writes them by chance in words, and outlines are looked at apart.
    secret = {f"{number:.3f}" for place in places for number in place}
    for layer in ("border-replanning", "villages", "ntm-levels"):
        for lang in ("vi", "en"):
            for fmt in ("json", "csv"):
                path = f"/collections/{layer}-kontum-2015/items"
                text = ask.get(path, f=fmt, lang=lang, skipGeometry="true").content.decode()
                assert not {number[:7] for number in re.findall(r"\d{2,3}\.\d{3,}", text)} & secret
        assert {feature["geometry"]["type"] for feature in ask.items(f"{layer}-kontum-2015")["features"]} == {
            "MultiPolygon"
        }
