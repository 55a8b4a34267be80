"""A page of the dashboard: read the address, compute the layer, mount the component.

The whole page is a fragment with one element in it, so that a click sends one small message
(docs/adr/0003-component.md). The address owns the state: a change from the browser is written to the
query parameters, and everything is computed from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from base.errors import NtmError
from base.i18n import translate
from layers.address import Notice, parse
from layers.view import ViewState
from render.screen.assets import bundle_url, dictionary, setup_url
from render.screen.menu import PAGES, layer_of, layers_of
from render.screen.scene import build_scene

KEY: Final = "ntm"
PAGE_FILES: Final = {key: f"pages/{key.replace('-', '_')}.py" for key, _, _ in PAGES}
#: Streamlit takes a one-line script that holds ".js" for a path, hence the line breaks.
LOADER: Final = """
const page = import(new URL("{url}", location.origin));
export default async function (component) {{
  return (await page).default(component);
}}
"""


@st.fragment
def show(page: str) -> None:
    """Show one page, by its address key."""
    params = st.query_params.to_dict()
    try:
        state, notices = read(params, page)
    except NtmError:
        # The facts themselves cannot be read; the scene says why.
        state, notices = ViewState(layer=layer_of(page), lang="en" if params.get("lang") == "en" else "vi"), []
    if target := st.session_state.pop("goto", None):
        st.switch_page(PAGE_FILES[target], query_params=state.query())
    component = st.components.v2.component(
        "ntm_page", js=LOADER.format(url=bundle_url("main.js")), isolate_styles=False
    )
    component(
        key=KEY,
        data=message(state, page, notices),
        on_change_change=lambda: receive(st.session_state[KEY]["change"], page),
    )


def read(params: Mapping[str, str], page: str) -> tuple[ViewState, list[Notice]]:
    """Read a page's query parameters; ``layer`` is one of them where the page shows several."""
    layers = layers_of(page)
    asked = params.get("layer") if len(layers) > 1 else None
    rest = {name: value for name, value in params.items() if asked is None or name != "layer"}
    state, notices = parse(rest, asked if asked in layers else layers[0])
    if asked not in {None, *layers}:
        reason = translate("chọn một trong: {allowed}.", state.lang, allowed=", ".join(layers))
        notices.append(Notice("layer", str(asked), reason))
    return state, notices


def message(state: ViewState, page: str, notices: Sequence[Notice]) -> bytes:
    """Return the packed scene of a state with the address of the setup it needs."""
    scene = build_scene(state, page, notices)
    setup = (state.province, scene["boundary"], state.lang)
    return dictionary(*setup).pack(setup_url(*setup), scene)


def receive(patch: dict[str, Any] | None, page: str) -> None:
    """Apply a change from the browser to the address.

    ``page`` asks for another page, ``reset`` clears every filter but the page's layer; other keys are
    parameters, ``None`` clears one. Values are checked when the address is read again, like any other address. An
    empty change only has everything computed again: the address stays as it is.
    """
    changes = dict(patch or {})
    if not changes:
        return
    if target := changes.pop("page", None):
        st.session_state["goto"] = target if target in PAGE_FILES else None
        return
    state = read(st.query_params.to_dict(), page)[0]
    query = state.query()
    if changes.pop("reset", False):
        query = {name: value for name, value in query.items() if name in {"lang", "province", "view"}}
    if state.layer != layer_of(page):
        query["layer"] = state.layer
    query |= {name: str(value) for name, value in changes.items() if value is not None}
    query = {name: value for name, value in query.items() if changes.get(name, "") is not None}
    if "province" in changes:
        # Codes and months of another province mean nothing here: what still makes sense stays.
        unusable = {notice.parameter for notice in read(query, page)[1]}
        query = {name: value for name, value in query.items() if name not in unusable}
    st.query_params.from_dict(query)
