"""The message a page sends to the browser: small, complete, and never an exception."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from clusters import hand_in, row
from examples import entry, village
from hypothesis import given
from hypothesis import strategies as st
from reports import opened

from base.clock import Month
from base.errors import BoundaryError
from geo.asset import asset
from layers import registry
from layers.address import parse
from layers.registry import compute
from layers.view import ViewState
from render.screen.assets import dictionary, find, setup_file, setup_url
from render.screen.menu import PAGES, layer_of, layers_of
from render.screen.packing import Dictionary
from render.screen.page import message
from render.screen.scene import ALPHABET, FILTERED_OUT, build_scene

#: With 500 clusters and 900 villages on file: the mask of either is some 90 to 150 letters of it.
LIMIT_FULL = 1400
LIMIT = 900  # bytes; DESIGN §5: a filter change sends about one character per unit
page_keys = [page for page, _, _ in PAGES]
pages = pytest.mark.parametrize("page", page_keys)
changes = pytest.mark.parametrize(
    "changed",
    [{}, {"district": "610"}, {"period": "2023-12"}, {"period": "2018-06"}, {"period": "2022-05", "district": "608"}],
    ids=str,
)
languages = pytest.mark.parametrize("lang", ["vi", "en"])

jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
scenes = st.dictionaries(st.text(max_size=8), jsons, max_size=5)


def scene_of(page: str, **params: str) -> dict[str, Any]:
    state, notices = parse(params, layer_of(page))
    return build_scene(state, page, notices)


@given(st.lists(scenes, max_size=3), scenes, st.text("abc/.", max_size=40))
def test_a_scene_comes_back_from_its_message(known: list[dict[str, Any]], scene: dict[str, Any], address: str) -> None:
    words = Dictionary.of(known)
    assert words.unpack(words.pack(address, scene)) == (address, scene)


def test_a_dictionary_longer_than_the_window_is_cut_between_letters() -> None:
    words = Dictionary.of([{"name": "Đăk Pék " * 3000}, {"name": "Mường Hoong " * 2001}])
    assert len(words.text) <= 32_000
    assert words.text.decode()
    assert words.unpack(words.pack("/x", {"name": "Đăk Pék"})) == ("/x", {"name": "Đăk Pék"})


@pages
@changes
@languages
def test_a_change_sends_a_small_message(page: str, changed: dict[str, str], lang: str) -> None:
    state, notices = parse(changed | {"lang": lang}, layer_of(page))
    assert len(message(state, page, notices)) <= LIMIT


@pytest.mark.parametrize("layer", layers_of("tieu-chi"))
@changes
@languages
def test_a_change_on_a_page_of_several_layers_sends_a_small_message(
    layer: str, changed: dict[str, str], lang: str
) -> None:
    state, notices = parse(changed | {"lang": lang}, layer)
    assert len(message(state, "tieu-chi", notices)) <= LIMIT


@pytest.mark.parametrize("layer", layers_of("tieu-chi"))
def test_every_class_of_a_scene_is_in_the_legend_that_it_names(layer: str) -> None:
    setup = json.loads(setup_file("kontum", "kontum-2015", "vi").content)
    for page, params in (("tieu-chi", {}), ("tieu-chi", {"criterion_group": "economy"})):
        scene = build_scene(parse(params, layer)[0], page)
        legend = setup["legends"][scene["legend"]]
        assert len(scene["counts"]) == len(legend["classes"])
        assert len(scene["markCounts"]) == len(legend["marks"])
        assert set(scene["classes"]) <= {FILTERED_OUT, *ALPHABET[: len(legend["classes"])]}


def test_choices_that_depend_on_the_month_come_with_the_scene() -> None:
    offered = build_scene(parse({"criterion": "17.3"}, "criterion")[0], "tieu-chi")["options"]
    codes = [code for code, _ in offered["criterion"]]
    assert [code for code in codes if "." not in code] == [str(number) for number in range(1, 20)]
    assert {code.split(".")[0] for code in codes if "." in code} == {"17"}
    assert [group for group, _ in offered["criterion_group"]][:2] == ["planning", "infrastructure"]
    months = [month for month, _ in build_scene(parse({}, "at-risk")[0], "tieu-chi")["options"]["from"]]
    assert (months[0], months[-1]) == ("2025-06", "2022-03"), "within the set in force"
    later = ("quangngai-2025", "Hiện nay: Tỉnh Quảng Ngãi, địa giới từ 07/2025")
    assert build_scene(ViewState(), "ban-do")["options"] == {"boundary": [later]}


@pages
@changes
def test_a_message_holds_the_scene_and_the_address_of_its_setup(page: str, changed: dict[str, str]) -> None:
    state, notices = parse(changed, layer_of(page))
    words = dictionary("kontum", "kontum-2015", "vi")
    address, scene = words.unpack(message(state, page, notices))
    assert address == setup_url("kontum", "kontum-2015", "vi")
    _, _, digest, name = address.split("/")
    assert find(digest, name) is not None
    assert scene["error"] is None
    assert scene["page"] == page


@pages
@changes
def test_every_unit_has_the_character_of_its_class(page: str, changed: dict[str, str]) -> None:
    state, _ = parse(changed, layer_of(page))
    view, scene = compute(state), scene_of(page, **changed)
    order = [item.id for item in view.legend.classes]
    codes = asset("kontum-2015").codes
    assert len(scene["classes"]) == len(scene["marks"]) == len(codes) == 102
    rows = {code: code if view.area_level == "commune" else "" for code in codes}
    if view.area_level == "district":
        rows = registry.load("kontum-2015").units["district_code"].to_dict()
    carried = {(mark.unit, mark.id) for mark in view.marks}
    for code, letter, marks in zip(codes, scene["classes"], scene["marks"], strict=True):
        row = view.frame.loc[rows[code]]
        if not row["selected"]:
            assert (letter, marks) == (FILTERED_OUT, "A")
            continue
        assert order[ALPHABET.index(letter)] == row["class_id"]
        bits = ALPHABET.index(marks)
        shown = {item.id for place, item in enumerate(view.legend.marks) if bits >> place & 1}
        assert shown == {mark for unit, mark in carried if unit == rows[code]}


@pages
def test_counts_of_the_scene_are_those_of_the_letters(page: str) -> None:
    scene = scene_of(page, district="610")
    if scene["area"] == "commune":
        letters = Counter(scene["classes"].replace(FILTERED_OUT, ""))
        assert [letters[ALPHABET[i]] for i in range(len(scene["counts"]))] == scene["counts"]
    else:
        assert sum(scene["counts"]) == 1
    assert scene["zoom"] == "610"


@pages
def test_a_value_that_cannot_be_used_is_told_on_the_page(page: str) -> None:
    scene = scene_of(page, period="2024-99", district="610", disrict="611")
    assert len(scene["notices"]) == 2
    assert "“2024-99”" in scene["notices"][0]
    assert "“disrict”" in scene["notices"][1]
    assert scene["state"]["district"] == "610"
    assert scene["error"] is None


@pages
@pytest.mark.parametrize("commune", ["23353", "23281"])
def test_the_card_of_a_commune_has_words_in_every_section(page: str, commune: str) -> None:
    card = scene_of(page, commune=commune)["card"]
    assert card["title"] in {"Xã Đăk Pék", "Phường Quang Trung"}
    assert all(section["title"] and section["rows"] for section in card["sections"])
    assert all(row["value"] for section in card["sections"] for row in section["rows"])


def test_chips_name_what_is_chosen() -> None:
    scene = scene_of("ban-do", period="2023-12", district="610", border="laos")
    labels = {chip["name"]: chip["label"] for chip in scene["chips"]}
    assert labels == {"period": "Tháng 12/2023", "district": "Huyện Đăk Glei", "border": "Giáp Lào"}
    assert scene_of("ban-do")["chips"] == []


@pytest.fixture(scope="module")
def _full_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Work on a store with 500 clusters and 900 villages."""
    steps = ("approved", "drafting", "done", "not-reviewed")
    with opened(tmp_path_factory.mktemp("full")) as ledger:
        units = registry.facts_of("kontum").units.values()
        border = [unit.code for unit in units if unit.border]
        rows = [
            row(f"C-{i:03}", border[i % 13], step=steps[i % 4], households_planned=i % 90, lead_agency="Sở Xây dựng")
            for i in range(500)
        ]
        hand_in(ledger, *rows)
        communes = [unit.code for unit in units if unit.in_programme]
        villages = [village(communes[i % len(communes)], f"Thôn {i // len(communes) + 1}") for i in range(900)]
        ledger.submit(entry("villages", *villages))
        dictionary.cache_clear()
        yield
    dictionary.cache_clear()


@pytest.mark.usefixtures("_full_store")
@pytest.mark.parametrize(
    ("page", "changed"),
    [
        ("xa-bien-gioi", {"step": "approved"}),
        ("xa-bien-gioi", {"district": "618"}),
        ("thon-lang", {"district": "610"}),
        ("ban-do", {"district": "610"}),
    ],
    ids=str,
)
def test_a_change_stays_small_with_many_places(page: str, changed: dict[str, str]) -> None:
    state, notices = parse(changed | {"period": "2025-06"}, layer_of(page))
    assert not notices
    assert len(message(state, page, notices)) <= LIMIT_FULL


@pytest.mark.usefixtures("_full_store")
def test_labels_of_communes_and_the_mask_follow_the_filters() -> None:
    scene = scene_of("xa-bien-gioi", district="618", step="approved", period="2025-06")
    assert scene["labels"].keys() == {"23535", "23537", "23538"}
    view = compute(parse({"district": "618", "step": "approved", "period": "2025-06"}, "border-replanning")[0])
    chosen = [feature.selected for feature in view.features]
    bits = [bool(ALPHABET.index(scene["points"]["on"][i // 6]) >> i % 6 & 1) for i in range(len(chosen))]
    assert bits == chosen
    assert sum(chosen[:500]) == sum(scene["points"]["counts"]) > 0
    chips = {chip["name"]: chip["label"] for chip in scene["chips"]}
    assert chips == {"period": "Tháng 06/2025", "district": "Huyện Ia H'Drai", "step": "Đã phê duyệt"}


def test_a_layer_without_places_says_so() -> None:
    assert scene_of("ban-do")["points"] is None
    assert scene_of("ban-do")["labels"] is None
    setup = json.loads(setup_file("kontum", "kontum-2015", "en").content)
    legend = setup["legends"]["border-replanning"]
    assert [item["id"] for item in legend["features"]][-1] == "done"
    assert legend["featuresTitle"].startswith("Clusters")
    assert setup["legends"]["ntm-levels"]["features"] == []


def test_a_scene_s_data_address_names_its_view_completely() -> None:
    scene = scene_of("ban-do", district="610")
    assert scene["data"] == "/maps/ntm-levels"
    for part in ("period=2025-06", "district=610", "boundary=kontum-2015", "v="):
        assert part in scene["query"]


@pytest.fixture
def _damaged_boundary(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every boundary version be damaged, and forget what was computed before and after."""

    def refuse(version: str, _part: str = "") -> None:
        raise BoundaryError("Tệp ranh giới {file} hỏng.", file=version)

    def forget() -> None:
        registry._compute.cache_clear()
        registry._context.cache_clear()

    monkeypatch.setattr(registry, "load", refuse)
    forget()
    yield
    forget()


@pages
@pytest.mark.usefixtures("_damaged_boundary")
def test_a_damaged_boundary_gives_a_sentence_on_the_page(page: str) -> None:
    state, notices = parse({"district": "610", "period": "x"}, layer_of(page))
    packed = message(state, page, notices)
    address, scene = dictionary("kontum", None, "vi").unpack(packed)
    assert scene["error"] == "Tệp ranh giới kontum-2015 hỏng."
    assert len(scene["notices"]) == 1
    assert scene["title"]
    _, _, digest, name = address.split("/")
    assert find(digest, name) is not None, "the page still gets its words"


@pages
def test_an_error_has_every_key_of_a_scene(page: str) -> None:
    whole = scene_of(page)
    state = ViewState(layer=layer_of(page), period=Month(2010, 1))
    failed = build_scene(state, page)
    assert failed.keys() == whole.keys()
    assert "01/2010" in failed["error"]
