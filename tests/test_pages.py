"""Every page as Streamlit runs it: no exception, one component, and the view that its address asks for."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from layers.address import parse
from layers.registry import compute
from layers.view import ViewState
from render.screen import page as page_module
from render.screen.assets import dictionary, setup_url
from render.screen.menu import PAGES, layer_of, layers_of
from render.screen.page import PAGE_FILES, receive

PAGE_KEYS = [key for key, _, _ in PAGES]
pages = pytest.mark.parametrize("page", PAGE_KEYS)
COMPONENT = "bidi_component"


def run(page: str, **query: str) -> AppTest:
    """Run ``app.py`` and go to a page with a query."""
    test = AppTest.from_file("../app.py", default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    test.switch_page(PAGE_FILES[page])
    return test.run()


def elements(test: AppTest) -> list[Any]:
    """Return every element of the run's tree but the blocks that hold them, sidebar included."""
    return [node for node in test._tree if not hasattr(node, "children")]


def scene_of(test: AppTest, lang: str = "vi") -> dict[str, Any]:
    """Return the scene of the one component, unpacked as the browser does."""
    assert not test.exception
    found = elements(test)
    assert [element.type for element in found] == [COMPONENT]
    words = dictionary("kontum", "kontum-2015", lang)
    address, scene = words.unpack(found[0].proto.bytes)
    assert address == setup_url("kontum", "kontum-2015", lang)
    return scene


@pages
def test_a_page_is_one_component_with_the_default_view(page: str) -> None:
    scene = scene_of(run(page))
    view = compute(ViewState(layer=layer_of(page)))
    assert (scene["page"], scene["layer"], scene["headline"]) == (page, layer_of(page), view.headline)
    assert scene["state"]["period"] == ("2024-12" if page == "xa-muc-tieu" else "2025-06")
    assert scene["state"]["lang"] == "vi"
    assert (scene["error"], scene["notices"], scene["chips"], scene["card"]) == (None, [], [], None)


@pages
def test_query_parameters_are_applied(page: str) -> None:
    query = {"period": "2023-12", "district": "610", "commune": "23353", "view": "table"}
    scene = scene_of(run(page, **query))
    state, notices = parse(query, layer_of(page))
    assert not notices
    assert {name: scene["state"][name] for name in query} == query
    assert scene["headline"] == compute(state.but(commune=None, view=None)).headline
    assert scene["zoom"] == "610"
    assert scene["card"]["title"] == "Xã Đăk Pék"
    assert scene["notices"] == []


@pages
def test_english_is_a_parameter(page: str) -> None:
    scene = scene_of(run(page, lang="en"), "en")
    assert scene["headline"] == compute(ViewState(layer=layer_of(page), lang="en")).headline
    assert scene["headline"] != compute(ViewState(layer=layer_of(page))).headline


@pages
def test_a_bad_value_gives_a_notice_and_the_rest_is_applied(page: str) -> None:
    scene = scene_of(run(page, period="2023-13", district="610", commune="1", color="red"))
    assert len(scene["notices"]) == 3
    assert [said for said in ("“2023-13”", "“1”", "“color”") if said not in "\n".join(scene["notices"])] == []
    assert scene["state"]["district"] == "610"
    assert scene["state"]["commune"] is None
    assert scene["error"] is None


@pytest.mark.parametrize("layer", layers_of("tieu-chi"))
def test_a_page_of_several_layers_shows_the_one_of_its_address(layer: str) -> None:
    scene = scene_of(run("tieu-chi", layer=layer, district="610"))
    assert (scene["page"], scene["layer"], scene["notices"]) == ("tieu-chi", layer, [])
    assert scene["headline"] == compute(ViewState(layer=layer, district="610")).headline
    assert scene["state"]["district"] == "610"


def test_a_layer_that_the_page_does_not_show_gives_a_notice_and_the_first_one() -> None:
    scene = scene_of(run("tieu-chi", layer="villages", district="610"))
    assert scene["layer"] == "criteria-met"
    assert ["“villages”" in said and "criteria-met, criterion, at-risk" in said for said in scene["notices"]] == [True]
    assert scene["state"]["district"] == "610"


def test_a_criterion_that_the_set_does_not_have_gives_a_notice_that_names_them() -> None:
    scene = scene_of(run("tieu-chi", layer="criterion", criterion="23"))
    (said,) = scene["notices"]
    assert "“23”" in said
    assert "1, 2, 3, 4" in said
    assert scene["state"]["criterion"] == "1"


def test_the_entry_opens_the_first_page_and_keeps_the_query() -> None:
    test = AppTest.from_file("../app.py", default_timeout=60)
    test.query_params["district"] = "610"
    scene = scene_of(test.run())
    assert (scene["page"], scene["state"]["district"]) == (PAGE_KEYS[0], "610")


@pages
def test_a_page_that_was_asked_for_opens_with_the_same_query(page: str) -> None:
    test = AppTest.from_file("../app.py", default_timeout=60)
    test.query_params["period"] = "2023-12"
    test.query_params["lang"] = "en"
    test.session_state["goto"] = page
    scene = scene_of(test.run(), "en")
    assert (scene["page"], scene["state"]["period"]) == (page, "2023-12")
    assert "goto" not in test.session_state


class FakeStreamlit:
    """The two things of Streamlit that ``receive`` reads and writes."""

    def __init__(self) -> None:
        self.session_state: dict[str, Any] = {}
        self.query: dict[str, str] | None = None
        self.query_params = self
        self.before: dict[str, str] = {}

    def to_dict(self) -> dict[str, str]:
        return self.before

    def from_dict(self, query: dict[str, str]) -> None:
        self.query = dict(query)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeStreamlit:
    streamlit = FakeStreamlit()
    monkeypatch.setattr(page_module, "st", streamlit)
    return streamlit


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        ({}, {"district": "610"}, {"district": "610"}),
        ({"district": "610"}, {"district": "611"}, {"district": "611"}),
        ({"district": "610", "lang": "en"}, {"district": None}, {"lang": "en"}),
        ({"period": "2023-12"}, {"commune": "23353", "view": None}, {"period": "2023-12", "commune": "23353"}),
        ({"period": "2023-12", "district": "610", "lang": "en", "view": "list"}, {"reset": True},
         {"lang": "en", "view": "list"}),
        # Nothing is judged here: the address is, when it is read again.
        ({}, {"period": "2023-13"}, {"period": "2023-13"}),
        ({"lang": "en"}, {"lang": "vi"}, {"lang": "vi"}),
    ],
    ids=str,
)  # fmt: skip
def test_a_change_from_the_browser_is_written_to_the_address(
    fake: FakeStreamlit, before: dict[str, str], patch: dict[str, Any] | None, after: dict[str, str]
) -> None:
    fake.before = before
    receive(patch, "ban-do")
    assert fake.query == after


@pytest.mark.parametrize("patch", [{}, None], ids=str)
def test_an_empty_change_leaves_the_address_alone(fake: FakeStreamlit, patch: dict[str, Any] | None) -> None:
    fake.before = {"district": "610"}
    receive(patch, "ban-do")
    assert fake.query is None
    assert "goto" not in fake.session_state


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        ({"district": "610"}, {"layer": "at-risk"}, {"district": "610", "layer": "at-risk"}),
        ({"layer": "at-risk", "from": "2024-12"}, {"district": "610"},
         {"layer": "at-risk", "from": "2024-12", "district": "610"}),
        ({"layer": "criterion", "criterion": "7"}, {"layer": None}, {"criterion": "7"}),
        ({"layer": "criterion", "criterion": "7"}, {"criterion_group": "economy", "criterion": None},
         {"layer": "criterion", "criterion_group": "economy"}),
        ({"layer": "criterion", "criterion": "7", "under_15": "1"}, {"reset": True}, {"layer": "criterion"}),
    ],
    ids=str,
)  # fmt: skip
def test_the_layer_is_kept_while_the_page_is(
    fake: FakeStreamlit, before: dict[str, str], patch: dict[str, Any], after: dict[str, str]
) -> None:
    fake.before = before
    receive(patch, "tieu-chi")
    assert fake.query == after


@pages
def test_a_change_of_page_is_left_to_the_next_run(fake: FakeStreamlit, page: str) -> None:
    receive({"page": page}, "ban-do")
    assert (fake.session_state, fake.query) == ({"goto": page}, None)


def test_an_unknown_page_is_not_opened(fake: FakeStreamlit) -> None:
    receive({"page": "../secrets"}, "ban-do")
    assert fake.session_state == {"goto": None}
    assert fake.query is None


def test_receive_leaves_the_browser_s_patch_alone(fake: FakeStreamlit) -> None:
    patch = {"page": "ban-do", "reset": True}
    receive(patch, "ban-do")
    assert patch == {"page": "ban-do", "reset": True}
    assert fake.query is None
