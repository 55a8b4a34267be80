"""The layer of border communes with clusters on file; every number is counted by hand from the rows below."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from clusters import hand_in, row
from hypothesis import given
from hypothesis import strategies as st
from reports import opened

from base.clock import Month
from geo.boundaries import load
from geo.spots import spots
from layers import registry
from layers.address import parse
from layers.card import commune_card
from layers.offers import offers
from layers.registry import compute, context_of, default_month, facts_of, features_of
from layers.view import Feature, LayerView, ViewState
from render.screen.scene import build_scene
from render.table import document
from store.ledger import Ledger

KEY = "border-replanning"
MAY = Month(2025, 5)
#: Ia Tơi, Đăk Plô and Ia Dom; Ia Tơi and Ia Dom are Ia Tơi (23538) since 2025-07, Đăk Plô is with Đăk Man 23344.
IA_TOI, DAK_PLO, IA_DOM = "23538", "23344", "23537"
PLACE_64, PLANNED_64 = (107.501234, 14.054321), (107.521234, 14.074321)
ROWS = [
    # Approved, overdue (due 31/03/2025), plan until 2030; the only one with both places.
    row(
        "IT-64", IA_TOI, IA_TOI, name="Điểm dân cư số 64", number="64", step="implementing", arrangement="concentrated",
        reason="border", households_now=22, people_now=81, households_planned=100, households_moved=8, people_moved=35,
        moved="2025-01-10", plan_type="detailed-plan", plan_document="285/QĐ-UBND", plan_date="2018-03-23",
        plan_from="2018-03-23", plan_to="2030-12-31", due="2025-03-31", existing_lon=PLACE_64[0],
        existing_lat=PLACE_64[1], planned_lon=PLANNED_64[0], planned_lat=PLANNED_64[1], lead_agency="Sở Xây dựng",
    ),
    # Its plan ended on 30/04/2025.
    row("IT-65", IA_TOI, IA_TOI, step="approved", arrangement="infill", plan_document="12/QĐ-UBND",
        plan_to="2025-04-30", households_planned=40, planned_lon=107.534567, planned_lat=14.06),
    # Its plan ends on 31/12/2025: within a year of May.
    row("IT-66", IA_TOI, IA_TOI, step="approved", plan_to="2025-12-31", households_moved=0),
    row("DP-1", DAK_PLO, DAK_PLO, kind="village", step="reviewing", arrangement="on-the-spot", households_now=60),
    row("DP-2", DAK_PLO, DAK_PLO, kind="village", step="not-reviewed"),
    row("ID-1", IA_DOM, IA_TOI, kind="village", step="not-reviewed", as_of="2025-05-20"),
]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with opened(tmp_path_factory.mktemp("border")) as ledger:
        hand_in(ledger, *ROWS)
        yield ledger


def view(period: Month | None = MAY, **chosen: str) -> LayerView:
    return compute(ViewState(layer=KEY, period=period, **chosen))


def points(found: LayerView, kind: str = "cluster") -> dict[str, Feature]:
    return {one.id: one for one in found.features if one.kind == kind}


pytestmark = pytest.mark.usefixtures("store")


def test_a_commune_has_the_class_of_its_cluster_that_has_come_furthest() -> None:
    frame = view().frame
    assert frame.at[IA_TOI, "class_id"] == "approved"
    assert frame.at[DAK_PLO, "class_id"] == "reviewing"
    assert frame.at[IA_DOM, "class_id"] == "filed"
    counts = {item.id: item.count for item in view().legend.classes}
    assert (counts["none-filed"], counts["inland"]) == (10, 89)


def test_shares_sums_and_what_nobody_said() -> None:
    frame = view().frame
    toi, plo, dom, none = (frame.loc[code] for code in (IA_TOI, DAK_PLO, IA_DOM, "23350"))
    assert (toi["label"], toi["share"], round(toi["value"], 1)) == ("2/3", "66,7\N{NO-BREAK SPACE}%", 66.7)
    assert (toi["households_now"], toi["households_planned"], toi["households_moved"]) == (22, 140, 8)
    assert (toi["overdue"], toi["expiring"], toi["furthest"]) == (1, 1, "Đang thực hiện")
    assert (plo["label"], plo["value"], plo["households_now"], plo["households_planned"]) == ("0/2", 0, 60, "")
    assert (dom["label"], dom["households_now"], dom["overdue"]) == ("0/1", "", "")
    assert (none["label"], none["value"], none["clusters"], none["file"]) == ("", None, "", "chưa có hồ sơ quy hoạch")
    assert frame.at["23311", "value"] is None


def test_headline_and_figures_are_counted() -> None:
    found = view()
    share = "33,3\N{NO-BREAK SPACE}%"
    counted = f"13 xã biên giới · 6 cụm dân cư · 2 có quy hoạch được duyệt ({share})"
    assert found.headline == f"{counted} · 1 quá hạn, 1 hết thời hạn"
    figures = {figure.id: (figure.value, figure.text) for figure in found.figures}
    assert figures["files"] == (6, "6 cụm ở 3 xã")
    assert figures["approved"] == (2, f"2/6 cụm ({share})")
    assert figures["households-planned"] == (140, "140 hộ (2/6 cụm có số liệu)")
    assert figures["households-moved"] == (8, "8 hộ (2/6 cụm có số liệu)")
    assert figures["overdue"] == (1, "1 cụm (1/6 cụm có số liệu)")
    assert figures["expired"][0] == figures["expiring"][0] == 1


def test_earlier_months_know_less() -> None:
    # In April ID-1 was not told of, and the plan of IT-65 held until the last day.
    found = view(Month(2025, 4))
    assert "5 cụm dân cư · 3 có quy hoạch được duyệt (60,0" in found.headline
    assert found.frame.at[IA_DOM, "class_id"] == "none-filed"
    assert "chưa nhận được hồ sơ quy hoạch nào" in view(Month(2024, 12)).headline


def test_what_is_late_is_listed_the_longest_first() -> None:
    blocks = {block.title: block for block in view().blocks}
    late = blocks["Quá hạn hoặc hết thời hạn quy hoạch"]
    assert late.kind == "alert"
    assert [item.text for item in late.items] == ["Điểm dân cư số 64 (22/100 hộ)", "Điểm IT-65 (–/40 hộ)"]
    assert late.items[0].detail == "Xã Ia Tơi · Quá hạn 61 ngày (hạn 31/03/2025) · 285/QĐ-UBND, 23/03/2018"
    assert late.items[1].detail == "Xã Ia Tơi · Quy hoạch hết thời hạn 31 ngày (đến 30/04/2025) · 12/QĐ-UBND"
    soon = blocks["Quy hoạch hết thời hạn trong 12 tháng tới"]
    assert [item.detail for item in soon.items] == ["Xã Ia Tơi · Quy hoạch còn thời hạn 214 ngày (đến 31/12/2025)"]
    assert len(blocks["Cụm dân cư"].items) == 6
    assert len(blocks["Danh sách xã biên giới"].items) == 13


@pytest.mark.parametrize(
    ("chosen", "clusters", "communes"),
    [
        ({}, "IT-64 IT-65 IT-66 DP-1 DP-2 ID-1", None),
        ({"commune": IA_TOI}, "IT-64 IT-65 IT-66", None),
        ({"commune": "23311"}, "IT-64 IT-65 IT-66 DP-1 DP-2 ID-1", None),
        ({"step": "not-reviewed"}, "DP-2 ID-1", {DAK_PLO, IA_DOM}),
        ({"step": "expired"}, "IT-65", {IA_TOI}),
        ({"step": "not-reviewed", "commune": IA_DOM}, "ID-1", {DAK_PLO, IA_DOM}),
        ({"arrangement": "on-the-spot"}, "DP-1", {DAK_PLO}),
        ({"expiring": "1"}, "IT-66", {IA_TOI}),
        ({"expiring": "1", "arrangement": "infill"}, "", set()),
        ({"district": "610"}, "DP-1 DP-2", None),
        ({"border": "laos"}, "DP-1 DP-2", None),
    ],
)
def test_filters_choose_clusters_and_fade_communes(
    chosen: dict[str, str], clusters: str, communes: set[str] | None
) -> None:
    found = view(**chosen)
    drawn = points(found)
    assert {one.id for one in drawn.values() if one.selected} == set(clusters.split())
    assert list(drawn) == list(points(view())), "filters change no order"
    assert sum(item.count for item in found.legend.features) == len(clusters.split())
    selected = set(found.frame.index[found.frame["selected"]])
    if communes is not None:
        assert selected == communes
    elif not {"district", "border"} & set(chosen):
        assert len(selected) == 102
    assert found.frame["class_id"].equals(view().frame["class_id"])


def test_the_filters_of_the_address_name_themselves() -> None:
    state, notices = parse({"step": "expired", "arrangement": "infill", "expiring": "1", "commune": IA_TOI}, KEY)
    assert not notices
    chips = {chip["name"]: chip["label"] for chip in build_scene(state, "xa-bien-gioi")["chips"]}
    assert chips["commune"] == "Xã Ia Tơi"
    assert (chips["step"], chips["arrangement"]) == ("Hết thời hạn", "Xen ghép")
    assert chips["expiring"] == "Hết thời hạn trong 12 tháng tới"
    assert len(offers(context_of(state.but(period=MAY)))["commune"]) == 13


def test_without_leave_nothing_tells_where_a_cluster_is() -> None:
    found = view()
    area = found_area(IA_TOI)
    for one in points(found).values():
        place = one.filled or one.hollow
        assert place
        assert not one.exact
        assert {one.filled, one.hollow} & {PLACE_64, PLANNED_64} == set()
    toi = [one for one in points(found).values() if one.unit == IA_TOI]
    assert all(area.contains(shapely.Point(one.filled or one.hollow)) for one in toi)
    said = json.dumps(document(found), ensure_ascii=False) + repr(found.features)
    for digits in ("107.501", "107.521", "14.0543", "14.0743", "107.5345", " m (", "kinh độ"):
        assert digits not in said
    assert found.feature_columns.index("Cách biên giới")
    cells = dict(zip(found.feature_columns, points(found)["IT-64"].cells, strict=True))
    assert str(cells["Cách biên giới"]).startswith("≈ ")
    assert any("tượng trưng trong xã: chỉ cho biết số cụm" in note for note in found.notes)


def found_area(code: str) -> shapely.Geometry:
    return load("kontum-2015").units.geometry[code]


def test_spots_do_not_follow_the_true_places(tmp_path: Path) -> None:
    here = {one.id: (one.filled, one.hollow) for one in points(view()).values()}
    moved = [one | {"existing_lon": 107.6, "existing_lat": 14.2} if one["existing_lon"] else one for one in ROWS]
    with opened(tmp_path) as ledger:
        hand_in(ledger, *moved)
        assert {one.id: (one.filled, one.hollow) for one in points(view()).values()} == here


def test_with_leave_places_are_exact_and_those_without_one_are_spots() -> None:
    drawn = {one.id: one for one in features_of(ViewState(layer=KEY, period=MAY), exact=True) if one.kind == "cluster"}
    assert (drawn["IT-64"].filled, drawn["IT-64"].hollow, drawn["IT-64"].exact) == (PLACE_64, PLANNED_64, True)
    assert (drawn["IT-65"].filled, drawn["IT-65"].hollow) == (None, (107.534567, 14.06))
    assert not drawn["DP-1"].exact
    assert drawn["DP-1"].filled
    assert not drawn["IT-66"].exact
    assert drawn["IT-66"].hollow, "a new point of which no household was told"
    assert [one.id for one in drawn.values()] == list(points(view()))


def test_exact_points_and_buffers_are_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_EXACT_POINTS", "1")
    monkeypatch.setenv("NTM_BORDER_BUFFERS_KM", "1;5")
    registry._compute.cache_clear()
    try:
        found = view()
        cells = dict(zip(found.feature_columns, points(found)["IT-64"].cells, strict=True))
        assert (cells["Hiện có: kinh độ"], cells["Hiện có: vĩ độ"]) == PLACE_64
        assert isinstance(cells["Cách biên giới (m)"], int)
        assert list(points(found, "buffer")) == ["1", "5"]
        assert points(found, "buffer")["5"].text == "cách biên giới 5 km"
    finally:
        registry._compute.cache_clear()


def test_a_pointer_is_told_what_is_known() -> None:
    lines = points(view())["IT-64"].detail.split("\n")
    assert lines[0] == "Xã Ia Tơi – huyện Ia H'Drai"
    assert lines[1] == "Đang thực hiện, tập trung, xã biên giới"
    assert lines[2] == "Hiện có: 22 hộ, 81 người; quy hoạch: 100 hộ; đã chuyển: 8 hộ, 35 người (đến 10/01/2025)"
    assert lines[3] == "Quy hoạch chi tiết: 285/QĐ-UBND, 23/03/2018; thời hạn 23/03/2018 – 31/12/2030"
    assert lines[4] == "Quá hạn 61 ngày (hạn 31/03/2025)"
    assert lines[5].startswith("Cách biên giới ≈ ")
    assert lines[6].startswith("Số liệu ngày 15/01/2025 (đã kiểm tra) · ")
    bare = points(view())["DP-2"].detail.split("\n")
    assert "Hiện có: chưa nhập; quy hoạch: chưa nhập; đã chuyển: chưa nhập" in bare
    assert "Văn bản quy hoạch: chưa nhập" in bare


def test_kilometres_and_the_sketched_line_stand_on_the_border() -> None:
    found = view(lang="vi")
    lengths = points(found, "border-km")
    assert len(lengths) >= 13
    assert all(one.text.endswith(" km") and one.filled for one in lengths.values())
    [sketch] = points(found, "sketch").values()
    assert "sơ đồ" in sketch.text
    [english] = points(view(lang="en"), "sketch").values()
    assert english.text != sketch.text
    assert english.filled == sketch.filled


def test_after_the_reorganisation_clusters_are_in_the_new_commune_and_name_the_old_one() -> None:
    found = view(Month(2025, 8))
    assert found.boundary_version == "quangngai-2025"
    drawn = points(found)
    assert len(drawn) == 6
    at = found.feature_columns.index("Xã trước sắp xếp")
    assert drawn["ID-1"].cells[at] == "Xã Ia Dom"
    assert "Xã trước sắp xếp: Xã Ia Dom" in drawn["ID-1"].detail
    assert found.frame.at[drawn["ID-1"].unit, "label"] == "2/4"
    assert found.headline.startswith("9 xã biên giới · 6 cụm dân cư")
    today = view(boundary="quangngai-2025")
    assert points(today)["ID-1"].cells[at] == "Xã Ia Dom"
    assert "Xã trước sắp xếp" not in view().feature_columns


def test_the_card_of_a_commune_begins_with_its_clusters() -> None:
    card = commune_card(context_of(ViewState(layer=KEY, period=MAY)), IA_TOI, "approved")
    assert card.sections[0].title == "Cụm dân cư"
    assert [line.label for line in card.sections[0].rows] == ["Điểm dân cư số 64", "Điểm IT-65", "Điểm IT-66"]
    assert "Quá hạn 61 ngày" in card.sections[0].rows[0].value
    other = commune_card(context_of(ViewState(period=MAY)), DAK_PLO, "below")
    assert "Cụm dân cư" in [section.title for section in other.sections]
    without = commune_card(context_of(ViewState(layer=KEY, period=MAY)), "23350", "none-filed")
    assert "Cụm dân cư" not in [section.title for section in without.sections]


def test_english_has_the_same_numbers() -> None:
    vietnamese, english = view(), view(lang="en")
    assert english.frame["label"].equals(vietnamese.frame["label"])
    assert english.headline.endswith("1 overdue, 1 with the plan over")
    assert [f.value for f in english.figures] == [f.value for f in vietnamese.figures]
    assert [(one.id, one.class_id, one.size) for one in english.features] == [
        (one.id, one.class_id, one.size) for one in vietnamese.features
    ]


def test_the_layer_opens_with_the_newest_cluster_that_can_be_drawn(tmp_path: Path) -> None:
    assert default_month(KEY, facts_of("kontum")) == Month(2025, 6), "no cluster is newer than the published totals"
    with opened(tmp_path) as ledger:
        hand_in(ledger, row("N-1", "", IA_TOI, as_of="2025-11-20"), row("N-2", "", IA_TOI, as_of="2200-01-01"))
        assert default_month(KEY, facts_of("kontum")) == Month(2025, 11)
        assert default_month("ntm-levels", facts_of("kontum")) == Month(2025, 6)
        found = view(None)
        assert found.headline.startswith("9 xã biên giới · 1 cụm dân cư")
        assert view(Month(2025, 6)).headline.endswith("chưa nhận được hồ sơ quy hoạch nào")


def test_500_clusters_are_all_drawn_and_listed_short(tmp_path: Path) -> None:
    codes = [unit.code for unit in facts_of("kontum").units.values() if unit.border]
    steps = ["not-reviewed", "reviewing", "approved", "implementing"]
    many = [
        row(
            f"C-{i:03}", codes[i % 13], step=steps[i % 4], households_planned=i, plan_to="2025-12-31", due="2025-01-31",
            existing_lon=107.4 + i / 2000, existing_lat=14.1 + i / 2000,
        )
        for i in range(500)
    ]  # fmt: skip
    with opened(tmp_path) as ledger:
        hand_in(ledger, *many)
        found = view()
        assert Counter(one.kind for one in found.features)["cluster"] == 500
        assert all(len(block.items) <= 13 for block in found.blocks)
        assert [block.note for block in found.blocks if block.kind == "alert"] == ["và 488 cụm khác"]
        assert sum(one.selected for step in steps for one in points(view(step=step)).values()) == 500
        assert len(json.dumps(build_scene(ViewState(layer=KEY, period=MAY, commune=codes[0]), "xa-bien-gioi"))) < 40_000


@given(st.sampled_from(["23344", "23538", "23281"]), st.integers(0, 300))
def test_spots_lie_inside_their_unit_and_apart(code: str, count: int) -> None:
    boundary = load("kontum-2015")
    found = spots(boundary, code, count)
    assert len(found) == len(set(found)) == count
    area = boundary.units.geometry[code]
    assert shapely.contains_xy(area, *zip(*found, strict=True)).all() if found else count == 0
    assert found == spots(boundary, code, count)
