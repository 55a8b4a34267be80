"""What ``/ogc`` answers: pages of features by month, place and property, in every system and format."""

from __future__ import annotations

import csv
import gc
import io
import logging
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from unicodedata import normalize
from urllib.parse import urlsplit

import geopandas as gpd
import pytest
import shapely
from ogc_client import EPSG, HOST, LEVELS, Ogc, ogc_client
from pygeoapi import api as core
from shapely.geometry import shape

from base.clock import Month
from base.numbers import number
from geo.boundaries import load
from layers.registry import compute
from layers.view import ViewState
from render.table import document
from service import live, ogc, ogc_config
from service.collections import collections
from service.kept import Kept, Shelf

UNITS = 102


@pytest.fixture(scope="module")
def ask() -> Iterator[Ogc]:
    with ogc_client() as found:
        yield found


# Pages of features ---------------------------------------------------------------------------------------------------


def test_every_unit_comes_with_value_class_label_colour_and_outline(ask: Ogc) -> None:
    page = ask.items()
    assert (page["numberMatched"], page["numberReturned"], len(page["features"])) == (UNITS, UNITS, UNITS)
    one = {feature["id"]: feature for feature in page["features"]}["23293"]
    assert one["properties"]["name"] == "Phường Thắng Lợi"
    assert one["properties"]["boundary_version"] == "kontum-2015"
    assert set(one["properties"]) >= {"value", "class", "class_label", "label", "color", "pattern", "as_of", "sample"}
    assert shape(one["geometry"]).equals_exact(load("kontum-2015").units.geometry["23293"], 1e-7)
    assert sum(item["count"] for item in page["legend"]) == UNITS
    assert page["sources"]
    assert page["is_sample"] is False


@pytest.mark.parametrize(
    ("collection", "month"),
    [
        (LEVELS, "2024-12"),
        (LEVELS, "2023-06"),
        ("target-communes-kontum-2015", "2024-12"),
        ("district-progress-kontum-2015", "2025-06"),
        ("criteria-met-kontum-2015", "2022-03"),
        ("ntm-levels-quangngai-2025-kontum", "2025-09"),
        ("boundaries-danang-2025", "2025-12"),
    ],
)
def test_classes_are_those_of_the_terminal(ask: Ogc, collection: str, month: str) -> None:
    one = collections()[collection]
    view = compute(ViewState(one.layer, province=one.province, boundary=one.entry.id, period=Month.parse(month)))
    expected = {row["code"]: (row["class"], row["class_label"], row["label"]) for row in document(view)["rows"]}
    page = ask.items(collection, datetime=month)
    found = {
        row["code"]: (row["class"], row["class_label"], row["label"] or "")
        for row in (feature["properties"] for feature in page["features"] if feature["geometry"])
    }
    assert found == expected
    counts = {item["class"]: item["count"] for item in page["legend"] if item["count"]}
    assert counts == Counter(cls for cls, _, _ in found.values())


def test_a_page_leads_to_the_next_one_and_back_and_ends(ask: Ogc) -> None:
    seen: list[str] = []
    path: str | None = f"/collections/{LEVELS}/items?limit=34&lang=en&f=json&sortby=-name"
    previous = []
    while path:
        answer = ask.get(path)
        page = answer.json()
        seen += [feature["id"] for feature in page["features"]]
        links = {link["rel"]: link["href"] for link in page["links"]}
        assert "jsonld" not in answer.content.decode()
        previous.append(links.get("prev", ""))
        for rel in {"next", "prev"} & links.keys():
            assert all(part in links[rel] for part in ("limit=34", "lang=en", "f=json", "sortby=-name"))
        assert ask.get(links["self"].partition("/ogc")[2]).content == answer.content
        path = links["next"].partition("/ogc")[2] if "next" in links else None
    assert (len(seen), len(set(seen)), len(previous)) == (UNITS, UNITS, 3)
    assert "offset" not in previous[1]
    assert "offset=34" in previous[2]


@pytest.mark.parametrize("fmt", ["json", "html", "csv"])
@pytest.mark.parametrize("query", [{"offset": "500"}, {"class": "no-such"}, {"resulttype": "hits"}])
def test_no_features_are_an_empty_page_in_every_format(ask: Ogc, fmt: str, query: dict[str, str]) -> None:
    answer = ask.get(f"/collections/{LEVELS}/items", f=fmt, **query)
    assert answer.status_code == 200
    if fmt == "json":
        page = answer.json()
        assert (page["features"], page["numberReturned"]) == ([], 0)
        assert page["numberMatched"] == (0 if "class" in query else UNITS)
        assert {link["rel"] for link in page["links"]} == {"self", "alternate", "collection"}
    if fmt == "csv":
        assert answer.content.decode("utf-8-sig").count("\n") == 1


def test_features_are_sorted_chosen_and_drawn_as_asked(ask: Ogc) -> None:
    page = ask.items(sortby="class,-name", properties="name,class", skipGeometry="true")
    rows = [feature["properties"] for feature in page["features"]]
    assert rows == sorted(sorted(rows, key=lambda row: row["name"], reverse=True), key=lambda row: row["class"])
    assert {tuple(row) for row in rows} == {("name", "class")}
    assert {feature["geometry"] for feature in page["features"]} == {None}
    values = [f["properties"]["value"] for f in ask.items("district-progress-kontum-2015", sortby="-value")["features"]]
    known = [value for value in values if value is not None]
    assert all(before >= after for before, after in pairwise(known))
    assert values[len(known) :] == [None] * (len(values) - len(known))


def test_a_row_of_a_whole_province_has_no_outline_and_districts_have_theirs(ask: Ogc) -> None:
    features = ask.items("district-progress-kontum-2015")["features"]
    assert [f["id"] for f in features if f["geometry"] is None] == ["kontum"]
    areas = shapely.union_all([shape(f["geometry"]) for f in features if f["geometry"]])
    whole = load("kontum-2015").units.geometry.union_all()
    assert areas.symmetric_difference(whole).area < 1e-6


def test_the_area_of_a_unit_is_a_number_too(ask: Ogc) -> None:
    rows = [feature["properties"] for feature in ask.items("boundaries-kontum-2015")["features"]]
    assert [number(row["area_km2"], "vi", 1) for row in rows] == [row["area"] for row in rows]
    assert sum(row["area_km2"] for row in rows) == pytest.approx(9677, rel=0.01)


# When, of what, where ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("2024-12", "2024-12"),
        ("2024-12-31", "2024-12"),
        ("2024-12-31T", "2024-12"),
        ("2024-12-31T16:59:59Z", "2024-12"),
        ("2024-12-31T17:00:00Z", "2025-01"),
        ("2024-12-31T23:59:59+07:00", "2024-12"),
        ("2024-12-31T23:59:59.5", "2024-12"),
        ("2023-01/2024-10", "2024-10"),
        ("../2024-11", "2024-11"),
        ("/2024-11-02", "2024-11"),
        ("2024-01-01/..", "2025-06"),
        ("../..", "2025-06"),
        ("2024-01/2030-01", "2025-06"),
    ],
)
def test_a_time_is_a_month(ask: Ogc, asked: str, shown: str) -> None:
    page = ask.items(datetime=asked, limit="1")
    assert page["period"] == shown
    assert page["as_of"] == str(Month.parse(shown).last_day)
    assert page["features"][0]["properties"]["as_of"] == page["as_of"]


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "2024",
        "2024-13",
        "2024-02-30",
        "2024-12-31T25:00:00Z",
        "2025-07",
        "1999-01",
        "2025-01/2024-01",
        "a/b",
        "2030-01/..",
        "0000-01",
        "2024-12/2024-12/2024-12",
        "９０２４-12",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_a_time_that_cannot_be_used_is_told(ask: Ogc, asked: str) -> None:
    assert ask.refused(datetime=asked)["parameter"] == "datetime"


def test_properties_are_exact_and_numbers_are_numbers(ask: Ogc) -> None:
    standard = ask.codes(class_="standard")
    assert len(standard) == sum(f["properties"]["class"] == "standard" for f in ask.items()["features"]) > 0
    assert ask.codes(class_="Standard") == []
    composed, apart = ask.items(name="Xã Đăk Cấm"), ask.items(name=normalize("NFD", "Xã Đăk Cấm"))
    assert [f["id"] for f in composed["features"]] == [f["id"] for f in apart["features"]] == ["23311"]
    rows = [f["properties"] for f in ask.items("district-progress-kontum-2015", communes="11")["features"]]
    assert [row["communes"] for row in rows] == [11] * len(rows) != []
    assert ask.codes("district-progress-kontum-2015", communes="11.0") == [row["code"] for row in rows]
    assert ask.refused("district-progress-kontum-2015", communes="many")["parameter"] == "communes"
    assert ask.refused("district-progress-kontum-2015", communes="nan")["parameter"] == "communes"


def test_parameters_of_the_view_choose_another_view(ask: Ogc) -> None:
    title = ask.items("criterion-kontum-2015", criterion="2", limit="1")["title"]
    assert title != ask.items("criterion-kontum-2015", criterion="3", limit="1")["title"]
    assert ask.refused("criterion-kontum-2015", criterion="99")["parameter"] == "criterion"
    known = ask.items(known_at="2999-01-01", limit="1")
    assert known["known_at"] == ask.items(limit="1")["known_at"]
    assert "1999" in ask.refused(known_at="1999-01-01")["detail"]
    assert ask.items("at-risk-kontum-2015", from_="2025-01", limit="1")["numberMatched"] == UNITS
    assert ask.refused("at-risk-kontum-2015", from_="2025-13")["parameter"] == "from"


def boxes() -> gpd.GeoDataFrame:
    return load("kontum-2015").units


@pytest.mark.parametrize("code", ["4326", "9216", "3857"])
def test_a_box_meets_the_same_units_in_every_system(ask: Ogc, code: str) -> None:
    box = shapely.box(107.9, 14.3, 108.05, 14.4)
    expected = set(boxes().index[boxes().intersects(box)])
    assert 5 < len(expected) < UNITS
    assert set(ask.codes(bbox="107.9,14.3,108.05,14.4")) == expected
    assert set(ask.codes(bbox="107.9,14.3,0,108.05,14.4,9000")) == expected
    system = gpd.GeoSeries([box], crs="EPSG:4326").to_crs(f"EPSG:{code}")
    west, south, east, north = system.total_bounds
    given = f"{south},{west},{north},{east}" if code == "4326" else f"{west},{south},{east},{north}"
    bounds = gpd.GeoSeries([shapely.box(*system.total_bounds)], crs=f"EPSG:{code}").to_crs("EPSG:4326")[0]
    assert set(ask.codes(bbox=given, bbox_crs=EPSG + code)) == set(boxes().index[boxes().intersects(bounds)])


def test_a_box_may_be_a_point_or_go_around_the_earth(ask: Ogc) -> None:
    inside = boxes().geometry["23293"].representative_point()
    assert ask.codes(bbox=f"{inside.x},{inside.y},{inside.x},{inside.y}") == ["23293"]
    assert ask.codes(bbox="170,-10,-170,10") == []
    assert len(ask.codes(bbox="100,-10,-170,20")) == UNITS


@pytest.mark.parametrize(
    "query",
    [
        {"bbox": "1,2,3"},
        {"bbox": "1,2,3,nan"},
        {"bbox": "1,2,inf,4"},
        {"bbox": "a,b,c,d"},
        {"bbox": "1,9,3,4"},
        {"bbox": "1e300,1,1e301,2", "bbox_crs": EPSG + "9216"},
        {"bbox": "1,2,3,4", "bbox_crs": EPSG + "3405"},
        {"bbox_crs": EPSG + "4326"},
        {"crs": "EPSG:9216"},
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "１"},
        {"limit": "9" * 30},
        {"offset": "1.5"},
        {"sortby": "nothing"},
        {"sortby": "+-name"},
        {"sortby": ""},
        {"properties": "name,nothing"},
        {"skipGeometry": "maybe"},
        {"resulttype": "all"},
        {"filter_lang": "cql2-text", "filter": "class = 'x'"},
        {"filter_crs": EPSG + "4326"},
        {"nothing": "1"},
        {"f": "xml"},
        {"lang": "fr"},
        {"name": "a\x00b"},
        {"name": "\ufffd"},
    ],
)
def test_an_odd_value_is_refused_by_the_name_of_its_parameter(ask: Ogc, query: dict[str, str]) -> None:
    told = ask.refused(**query)
    name = next(iter(query)).replace("_crs", "-crs").replace("_lang", "-lang")
    assert told["parameter"] in ({name, "bbox-crs"} if name == "bbox" else {name, "filter-lang"})
    assert f"“{told['parameter']}”" in told["detail"]


def test_limits_above_the_most_are_the_most(ask: Ogc) -> None:
    assert ask.items(limit="99999")["numberReturned"] == UNITS


@pytest.mark.parametrize("code", ["4326", "9216", "3857"])
def test_coordinates_are_given_in_the_system_asked_for(ask: Ogc, code: str) -> None:
    answer = ask.get(f"/collections/{LEVELS}/items", crs=EPSG + code)
    assert answer.headers["content-crs"] == f"<{EPSG}{code}>"
    expected = boxes().geometry.to_crs(f"EPSG:{code}")
    tolerance = 1e-7 if code == "4326" else 0.002
    for feature in answer.json()["features"]:
        found, there = shape(feature["geometry"]), expected[feature["id"]]
        if code == "4326":  # the authority begins with the latitude
            found = shapely.transform(found, lambda points: points[:, ::-1])
        assert found.equals_exact(there, tolerance), feature["id"]
    one = ask.get(f"/collections/{LEVELS}/items/23293", crs=EPSG + code)
    assert one.headers["content-crs"] == f"<{EPSG}{code}>"
    assert one.json()["geometry"] == next(f for f in answer.json()["features"] if f["id"] == "23293")["geometry"]


def test_one_feature_by_its_code_of_a_month(ask: Ogc) -> None:
    path = f"/collections/{LEVELS}/items/23293"
    now, then = ask.get(path).json(), ask.get(path, datetime="2023-01").json()
    assert (now["properties"]["as_of"], then["properties"]["as_of"]) == ("2025-06-30", "2023-01-31")
    assert {link["rel"] for link in now["links"]} == {"self", "alternate", "collection"}
    for missing in ("99999", "%00", "..", "23293%20", "x" * 5000):
        assert ask.get(f"/collections/{LEVELS}/items/{missing}").status_code == 404, missing
    assert ask.get(path, limit="1").json()["parameter"] == "limit"


# Documents and headers -----------------------------------------------------------------------------------------------


def test_the_csv_has_a_point_inside_each_unit_and_safe_cells(ask: Ogc) -> None:
    answer = ask.get(f"/collections/{LEVELS}/items", f="csv")
    assert answer.content.startswith(b"\xef\xbb\xbfcode,name,district,")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == UNITS
    units = boxes().geometry
    assert all(units[row["code"]].covers(shapely.Point(float(row["lon"]), float(row["lat"]))) for row in rows)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_titles_are_in_the_language_asked_for(ask: Ogc, lang: str) -> None:
    listed = ask.get("/collections", lang=lang).json()["collections"]
    assert {one["id"] for one in listed} == set(collections())
    assert len({one["title"] for one in listed}) == len(listed) == 60
    by_header = ask.get("/collections", headers={"Accept-Language": f"{lang}-XX,fr;q=0.5"}).json()
    assert [one["title"] for one in by_header["collections"]] == [one["title"] for one in listed]
    texts = [
        ask.get(path, lang=lang).content.decode()
        for path in ("", f"/collections/{LEVELS}", f"/collections/{LEVELS}/schema")
    ]
    assert all(("Kon Tum" if "kontum" in text else "OGC") in text for text in texts)
    level = ask.items(lang=lang, class_="standard", limit="1")["features"][0]["properties"]["class_label"]
    assert level == {"vi": "Đạt chuẩn NTM", "en": "Standard"}[lang]
    english = ask.refused(lang=lang, limit="x")["detail"]
    assert bool(re.search("[ạ-ỹ]", english)) is (lang == "vi")


def test_a_collection_says_where_it_is_from_and_what_it_covers(ask: Ogc) -> None:
    one = ask.get(f"/collections/{LEVELS}").json()
    entry = collections()[LEVELS].entry
    assert all(text in one["description"] for text in (entry.licence, entry.decree, entry.source_vi))
    assert one["extent"]["temporal"]["interval"] == [["2015-01-01T00:00:00Z", "2025-06-30T00:00:00Z"]] or one["extent"]
    assert one["extent"]["spatial"]["bbox"][0] == pytest.approx(list(boxes().total_bounds), abs=1e-4)
    assert one["crs"] == list(collections()[LEVELS].crs)
    assert EPSG + "9216" in one["crs"]
    assert one["storageCrs"] == one["crs"][0]


@pytest.mark.parametrize(
    "path", ["/nothing", "/collections/nothing", "/collections/nothing/items", f"/collections/{LEVELS}/x"]
)
def test_what_is_not_there_is_told_as_a_problem(ask: Ogc, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = ask.get(path, method)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_another_method_is_not_allowed(ask: Ogc) -> None:
    answer = ask.ask("/ogc/collections", "POST", HOST, b"{}")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "path",
    ["", "/conformance", "/collections", f"/collections/{LEVELS}", f"/collections/{LEVELS}/items/23293"]
    + [f"/collections/{LEVELS}/{name}" for name in ("items", "schema", "queryables")],
)
def test_what_a_client_has_is_not_sent_again(ask: Ogc, path: str) -> None:
    whole = ask.get(path)
    tag = whole.headers["etag"]
    again = ask.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    head = ask.get(path, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.headers["etag"] == tag


# What is kept --------------------------------------------------------------------------------------------------------


def counted(monkeypatch: pytest.MonkeyPatch) -> list[ogc.Asked]:
    made: list[ogc.Asked] = []
    make = ogc._made

    def counting(found: ogc.Asked, stamp: live.Stamp) -> Kept:
        made.append(found)
        return make(found, stamp)

    monkeypatch.setattr(ogc, "_made", counting)
    monkeypatch.setattr(ogc, "_shelf", Shelf())
    return made


def test_equal_requests_share_one_answer_in_whatever_order_their_parameters_come(
    ask: Ogc, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = counted(monkeypatch)
    path = f"/ogc/collections/{LEVELS}/items"
    first = ask.ask(f"{path}?limit=3&class=standard", "GET", HOST)
    assert ask.ask(f"{path}?class=standard&limit=3", "GET", HOST).content == first.content
    assert len(made) == 1
    for other in ({"lang": "en"}, {"f": "csv"}, {"limit": "4"}):
        ask.items(class_="standard", **({"limit": "3"} | other)) if "f" not in other else ask.get(
            f"/collections/{LEVELS}/items", class_="standard", limit="3", f="csv"
        )
    assert len(made) == 4


def test_a_refusal_is_made_anew_each_time(ask: Ogc, monkeypatch: pytest.MonkeyPatch) -> None:
    made = counted(monkeypatch)
    for _ in range(2):
        ask.refused(limit="x")
        assert ask.get("/collections/nothing").status_code == 404
    assert len(made) == 4


def test_a_name_of_the_host_stays_with_who_sent_it(ask: Ogc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NTM_PUBLIC_URL", raising=False)
    evil = ask.get("", headers={"Host": "evil.example"})
    assert b"evil.example" in evil.content
    assert b"evil.example" not in ask.get("").content
    for odd in ('a"><script>', "a b", "a/b", "a@b", "", "x" * 300, "[::1", "a:99999999"):
        assert ask.get("", headers={"Host": odd}).status_code == 400, odd
    monkeypatch.setenv("NTM_PUBLIC_URL", "https://ntm.example.vn/")
    links = ask.get("", headers={"Host": "evil.example"}).json()["links"]
    assert {urlsplit(link["href"]).netloc for link in links if "/ogc" in link["href"]} == {"ntm.example.vn"}


def test_nothing_grows_with_the_number_of_requests(ask: Ogc, monkeypatch: pytest.MonkeyPatch) -> None:
    handlers, level = list(logging.getLogger().handlers), logging.getLogger().level
    counted(monkeypatch)
    for i in range(40):
        ask.get("/conformance", headers={"Host": f"host-{i}.example"})
    assert len(core.CONFORMANCE_CLASSES) < 1000
    assert ogc_config.api.cache_info().currsize <= 16
    gc.collect()
    assert sum(type(found) is core.API for found in gc.get_objects()) <= 16
    assert (list(logging.getLogger().handlers), logging.getLogger().level) == (handlers, level)
