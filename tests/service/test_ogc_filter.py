"""Filters: what ECQL and CQL2-JSON say is found, and nothing that anybody sends breaks the service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from time import perf_counter
from unicodedata import normalize

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ogc_client import EPSG, LEVELS, Ogc, ogc_client

from geo.boundaries import load
from service.collections import collections
from service.feature_table import table_of
from service.ogc import BODY_LIMIT
from service.ogc_query import RESERVED

NAMES = ("code", "name", "district", "value", "class", "label", "as_of", "criteria", "geometry", "nothing")
DISTRICTS = "district-progress-kontum-2015"


@pytest.fixture(scope="module")
def ask() -> Iterator[Ogc]:
    with ogc_client() as found:
        yield found


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    return [dict(row) for row in table_of(collections()[LEVELS]).properties]


def wanted(rows: list[dict[str, object]], holds: object) -> list[str]:
    return [str(row["code"]) for row in rows if holds(row)]  # type: ignore[operator]


# What is found -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("class = 'standard'", lambda row: row["class"] == "standard"),
        ("class <> 'standard'", lambda row: row["class"] != "standard"),
        ("class != 'standard'", lambda row: row["class"] != "standard"),
        ("NOT class = 'standard'", lambda row: row["class"] != "standard"),
        ("not (class = 'standard' or class = 'below')", lambda row: row["class"] not in {"standard", "below"}),
        ("name LIKE '%Đăk%'", lambda row: "Đăk" in row["name"]),
        ("name LIKE 'Xã Đăk%'", lambda row: row["name"].startswith("Xã Đăk")),
        ("name like '%a'", lambda row: row["name"].endswith("a")),
        ("name LIKE 'Xã ___'", lambda row: row["name"].startswith("Xã ") and len(row["name"]) == 6),
        (
            "name ILIKE '%ĐĂK%' AND class IN ('standard', 'below')",
            lambda row: "đăk" in row["name"].lower() and row["class"] in {"standard", "below"},
        ),
        ("name NOT LIKE '%Đăk%'", lambda row: "Đăk" not in row["name"]),
        ("code NOT IN ('23293', '23294')", lambda row: row["code"] not in {"23293", "23294"}),
        ("district = 'Huyện Ia H''Drai'", lambda row: row["district"] == "Huyện Ia H'Drai"),
        (
            "class = 'outside' OR class = 'standard' AND name LIKE '%Đăk%'",
            lambda row: row["class"] == "outside" or (row["class"] == "standard" and "Đăk" in row["name"]),
        ),
        (
            "(class = 'outside' OR class = 'standard') AND name LIKE '%Đăk%'",
            lambda row: row["class"] in {"outside", "standard"} and "Đăk" in row["name"],
        ),
        ("code BETWEEN '23293' AND '23320'", lambda row: "23293" <= row["code"] <= "23320"),
        ("code NOT BETWEEN '23293' AND '23320'", lambda row: not "23293" <= row["code"] <= "23320"),
        ("\"code\" >= '23400'", lambda row: row["code"] >= "23400"),
        ("targets IS NULL", lambda row: row["targets"] is None),
        ("targets IS NOT NULL", lambda row: row["targets"] is not None),
        ("NOT targets IS NULL", lambda row: row["targets"] is not None),
        (
            "((class = 'standard') AND (NOT((name LIKE '%Đăk%'))))",  # as GDAL writes it
            lambda row: row["class"] == "standard" and "Đăk" not in row["name"],
        ),
        ("as_of = '2025-06-30'", lambda _: True),
        ("as_of AFTER 2025-06-30T00:00:00Z", lambda _: False),
        ("as_of before DATE('2025-07-01')", lambda _: True),
        ("as_of DURING 2025-06-01T00:00:00Z/2025-06-30T00:00:00Z", lambda _: True),
        (
            " OR ".join(f"code = '{code}'" for code in range(23293, 23393)),
            lambda row: "23293" <= row["code"] <= "23392",
        ),
    ],
)
def test_a_filter_finds_what_it_says(ask: Ogc, rows: list[dict[str, object]], text: str, holds: object) -> None:
    expected = wanted(rows, holds)
    assert ask.codes(filter=text, filter_lang="cql-text") == expected
    assert expected or "AFTER" in text


def test_what_is_unknown_passes_neither_a_condition_nor_its_opposite(ask: Ogc, rows: list[dict[str, object]]) -> None:
    unknown = {str(row["code"]) for row in rows if row["targets"] is None}
    assert 0 < len(unknown) < len(rows)
    for condition in ("targets = 'x'", "targets LIKE '%2%'", "targets IN ('x')", "targets BETWEEN 'a' AND 'z'"):
        yes, no = set(ask.codes(filter=condition)), set(ask.codes(filter=f"NOT ({condition})"))
        assert yes | no == {str(row["code"]) for row in rows} - unknown
        assert not yes & no


def test_numbers_are_compared_as_numbers(ask: Ogc) -> None:
    features = ask.items(DISTRICTS)["features"]
    for text, least in (("communes >= 9", 9), ("communes > 8.5", 8.5), ("communes BETWEEN 9 AND 1e3", 9)):
        assert ask.codes(DISTRICTS, filter=text) == [f["id"] for f in features if f["properties"]["communes"] >= least]
    assert ask.codes(DISTRICTS, filter="communes IN (8, 9.0)") == [
        f["id"] for f in features if f["properties"]["communes"] in {8, 9}
    ]
    assert "kontum" in ask.codes(DISTRICTS, filter="communes > 80")


def test_letters_are_the_same_however_they_are_composed(ask: Ogc) -> None:
    for form in ("NFC", "NFD", "NFKD"):
        assert ask.codes(filter=normalize(form, "name = 'Xã Đăk Cấm'")) == ["23311"]
        body = {"op": "=", "args": [{"property": "name"}, normalize(form, "Xã Đăk Cấm")]}
        assert [f["id"] for f in ask.post(body).json()["features"]] == ["23311"]


@pytest.mark.parametrize("code", ["", "4326", "9216"])
def test_shapes_are_in_the_system_that_the_request_names(ask: Ogc, code: str) -> None:
    units = load("kontum-2015").units
    box = shapely.box(107.9, 14.3, 108.05, 14.4)
    there = gpd.GeoSeries([box], crs="EPSG:4326").to_crs(f"EPSG:{code or 4326}")[0]
    if code == "4326":  # the authority begins with the latitude
        there = shapely.transform(there, lambda points: points[:, ::-1])
    system = {"filter_crs": EPSG + code} if code else {}
    expected = list(units.index[units.intersects(box)])
    found = ask.codes(filter=f"INTERSECTS(geometry, {there.wkt})", **system)
    assert sorted(found) == expected
    geojson = json.loads(shapely.to_geojson(there))
    body = {"op": "s_intersects", "args": [{"property": "geometry"}, geojson]}
    answer = ask.post(body, **({"filter-crs": EPSG + code} if code else {}))
    assert sorted(f["id"] for f in answer.json()["features"]) == expected
    outside = ask.codes(filter=f"DISJOINT(geometry, {there.wkt})", **system)
    assert sorted(outside + found) == list(units.index)


def test_boxes_have_their_corners_in_the_order_of_each_language(ask: Ogc) -> None:
    units = load("kontum-2015").units
    expected = list(units.index[units.intersects(shapely.box(107.9, 14.3, 108.05, 14.4))])
    assert sorted(ask.codes(filter="BBOX(geometry, 107.9, 14.3, 108.05, 14.4)")) == expected
    assert sorted(ask.codes(filter="INTERSECTS(geometry, ENVELOPE(107.9 108.05 14.3 14.4))")) == expected
    body = {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [107.9, 14.3, 108.05, 14.4]}]}
    assert sorted(f["id"] for f in ask.post(body).json()["features"]) == expected


def test_a_row_without_an_outline_is_neither_inside_nor_outside(ask: Ogc) -> None:
    point = "POINT(108 14.4)"
    both = [ask.codes(DISTRICTS, filter=f"{no} INTERSECTS(geometry, {point})") for no in ("", "NOT")]
    assert "kontum" not in both[0] + both[1]
    assert len(both[0] + both[1]) == len(ask.codes(DISTRICTS)) - 1


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"op": "=", "args": [{"property": "class"}, "standard"]}, "class = 'standard'"),
        (
            {
                "op": "and",
                "args": [
                    {"op": "<>", "args": [{"property": "class"}, "standard"]},
                    {"op": "like", "args": [{"property": "name"}, "%Đăk%"]},
                ],
            },
            "class <> 'standard' AND name LIKE '%Đăk%'",
        ),
        ({"op": "not", "args": [{"op": "isNull", "args": [{"property": "targets"}]}]}, "targets IS NOT NULL"),
        ({"op": "in", "args": [{"property": "class"}, ["below", "standard"]]}, "class IN ('below', 'standard')"),
        ({"op": "between", "args": [{"property": "code"}, ["23293", "23320"]]}, "code BETWEEN '23293' AND '23320'"),
        (
            {
                "op": "like",
                "args": [{"op": "casei", "args": [{"property": "name"}]}, {"op": "casei", "args": ["%ĐĂK%"]}],
            },
            "name ILIKE '%đăk%'",
        ),
        ({"op": "t_before", "args": [{"property": "as_of"}, {"date": "2025-07-01"}]}, "as_of = '2025-06-30'"),
    ],
)
def test_json_and_text_say_the_same(ask: Ogc, body: object, text: str) -> None:
    expected = ask.codes(filter=text)
    assert expected
    for kind in ("application/query-cql-json", "application/json; charset=utf-8"):
        answer = ask.post(body, kind, limit="200")
        assert [f["id"] for f in answer.json()["features"]] == expected
    page = ask.post(body, limit="1").json()
    assert page["numberMatched"] == len(expected)
    assert {link["rel"] for link in page["links"]} == {"collection"}, "no link leads to an answer to a body"


# What is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "class =",
        "class",
        "'a'",
        "1",
        "class = 'a",
        "eval('1')=1",
        "__import__('os') = 1",
        "class.__class__ = 1",
        "nothing = 1",
        "geometry = 'x'",
        "name LIKE geometry",
        "INTERSECTS(name, POINT(1 2))",
        "class = 'a' b",
        "BBOX(name,1,2,3,4)",
        "INTERSECTS(geometry, POLYGON((0 0)))",
        "INTERSECTS(geometry, LINESTRING(1 2))",
        "INTERSECTS(geometry, POINT(1e999 2))",
        "BBOX(geometry,1,2,3,4,'EPSG:3405')",
        "as_of = DATE('2024-13-01')",
        "code IN (geometry)",
        "code IN (name)",
        "NOT " * 100 + "code = '1'",
        "(" * 500 + "code = '1'" + ")" * 499,
        "a" * 5000,
        f"name LIKE '{'%a' * 150}'",
        "code LIKE 5",
        "code IS 5",
        "class = 'a'; DROP TABLE x",
        "as_of DURING 1/2",
        "DWITHIN(geometry, POINT(1 2), 5, meters)",
    ],
)
def test_what_is_no_filter_is_told_at_the_filter(ask: Ogc, text: str) -> None:
    told = ask.refused(filter=text)
    assert told["parameter"] == "filter"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"5",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"op":"not","args":[' * 3000,
        b'{"a":NaN}',
        b"{}",
    ]
    + [
        json.dumps(found).encode()
        for found in (
            {"op": "and", "args": []},
            {"op": "and", "args": [5]},
            {"op": "=", "args": [{"property": "class"}]},
            {"op": "=", "args": [{"property": "nothing"}, 1]},
            {"op": "=", "args": [{"property": "\ud800"}, 1]},
            {"op": "=", "args": [{"property": ["class"]}, {"a": 1}]},
            {"op": "=", "args": [{"property": "class"}, [1]]},
            {"op": "like", "args": [{"property": "class"}, {"property": "name"}]},
            {"op": "in", "args": [{"property": "class"}, [["a"]]]},
            {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [1, 2]}]},
            {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": ["a", "b", "c", "d"]}]},
            {"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point", "coordinates": [[[1]]]}]},
            {"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "No", "coordinates": []}]},
            {"op": "s_crosses", "args": [{"property": "class"}, {"bbox": [1, 2, 3, 4]}]},
            {"op": "a_contains", "args": [{"property": "class"}, ["a"]]},
            {"op": "+", "args": [{"property": "class"}, 1]},
            {"op": "t_during", "args": [{"property": "as_of"}, {"interval": ["P1M", ".."]}]},
            {"op": "t_during", "args": [{"property": "as_of"}, "2024"]},
            {"op": {"a": 1}, "args": []},
            {"filter-lang": "cql-text", "filter": "x"},
            {"op": "=", "args": [{"function": {"name": "eval", "arguments": ["1"]}}, 1]},
        )
    ],
)
def test_what_is_no_json_filter_is_told_at_the_filter(ask: Ogc, body: bytes) -> None:
    answer = ask.post(body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), answer.content
    assert answer.json()["parameter"] == "filter"


def test_a_body_is_a_filter_of_a_kind_and_size(ask: Ogc) -> None:
    body = {"op": "=", "args": [{"property": "class"}, "standard"]}
    for kind in ("text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data", "application/geo+json"):
        assert ask.post(body, kind).status_code == 415
    assert ask.post(b" " * (BODY_LIMIT + 1)).status_code == 413
    assert ask.post(b" ").status_code == 400
    full = json.dumps(body).encode()
    assert ask.post(full + b" " * (BODY_LIMIT - len(full))).status_code == 200
    assert ask.post(body, filter="class = 'x'").json()["parameter"] == "filter"


def test_many_signs_for_anything_cost_no_more_than_few(ask: Ogc) -> None:
    pattern = "%a" * 99
    start = perf_counter()
    assert ask.codes(filter=f"tooltip LIKE '{pattern}b'") == []
    assert ask.post({"op": "in", "args": [{"property": "code"}, [str(i) for i in range(8000)]]}).status_code == 200
    assert perf_counter() - start < 20, "a plain expression would try 10^20 combinations"


# What anybody may send -----------------------------------------------------------------------------------------------

texts = st.text(st.characters(codec="utf-8"), max_size=30)
scalars = st.one_of(texts, st.integers(), st.floats(allow_nan=False), st.booleans(), st.none())
operands = st.one_of(
    scalars,
    st.fixed_dictionaries({"property": st.sampled_from(NAMES)}),
    st.fixed_dictionaries({"bbox": st.lists(st.floats(allow_nan=False), min_size=4, max_size=4)}),
    st.fixed_dictionaries({"type": st.sampled_from(["Point", "Polygon"]), "coordinates": st.lists(scalars)}),
    st.lists(scalars, max_size=3),
)
operations = st.sampled_from(
    [
        "and",
        "or",
        "not",
        "=",
        "<>",
        "<",
        ">=",
        "like",
        "in",
        "between",
        "isNull",
        "casei",
        "s_intersects",
        "s_within",
        "t_before",
        "t_during",
        "a_equals",
        "+",
        "nothing",
    ]
)


def node(args: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.fixed_dictionaries({"op": operations, "args": st.lists(args, max_size=3)})


documents = st.recursive(node(operands), lambda inner: node(st.one_of(inner, operands)), max_leaves=6)
values = st.sampled_from(
    ["name", "code", "communes", '"as_of"', "geometry", "'x'", "''", "-5", "1e400", "POINT(1 2)", "nothing"]
)
comparisons = st.builds(
    "{} {} {}".format, values, st.sampled_from(["=", "<", ">=", "LIKE", "IN", "IS NULL", "BETWEEN 1 AND"]), values
)
sentences = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds("({}) {} {}".format, inner, st.sampled_from(["AND", "OR", "and"]), inner),
        st.builds("NOT {}".format, inner),
    ),
    max_leaves=5,
)
wild = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@wild
@given(st.one_of(documents, st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner))))
def test_no_json_breaks_it(ask: Ogc, document: object) -> None:
    assert ask.post(document, limit="1").status_code in {200, 400}


@wild
@given(st.one_of(sentences, texts))
def test_no_text_breaks_it(ask: Ogc, text: str) -> None:
    answer = ask.get(f"/collections/{DISTRICTS}/items", filter=text, limit="1")
    assert answer.status_code in {200, 400}


@wild
@given(
    st.dictionaries(
        st.sampled_from([*sorted(RESERVED - {"filter"}), "class", "communes", "nothing"]),
        st.one_of(
            texts, st.integers().map(str), st.floats().map(str), st.lists(st.floats()).map(lambda n: str(n)[1:-1])
        ),
        max_size=3,
    )
)
def test_no_parameters_break_it(ask: Ogc, query: dict[str, str]) -> None:
    answer = ask.get(f"/collections/{DISTRICTS}/items", **query)
    assert answer.status_code in {200, 400}, answer.content
    if answer.status_code == 400:
        assert answer.headers["content-type"] == "application/problem+json"
