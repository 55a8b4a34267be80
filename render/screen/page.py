"""A page of the dashboard: read the address, compute the layer, mount the component.

The whole page is a fragment with one element in it, so that a click sends one small message
(docs/adr/0003-component.md). The address owns the state: a change from the browser is written to the
query parameters, and everything is computed from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from base.errors import NtmError
from layers.address import Notice, parse
from layers.view import ViewState
from render.screen.assets import bundle_url, dictionary, setup_url
from render.screen.menu import PAGES, layer_of
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
    layer, params = layer_of(page), st.query_params.to_dict()
    try:
        state, notices = parse(params, layer)
    except NtmError:
        # The facts themselves cannot be read; the scene says why.
        state, notices = ViewState(layer=layer, lang="en" if params.get("lang") == "en" else "vi"), []
    if target := st.session_state.pop("goto", None):
        st.switch_page(PAGE_FILES[target], query_params=state.query())
    component = st.components.v2.component(
        "ntm_page", js=LOADER.format(url=bundle_url("main.js")), isolate_styles=False
    )
    component(
        key=KEY,
        data=message(state, page, notices),
        on_change_change=lambda: receive(st.session_state[KEY]["change"], layer),
    )


def message(state: ViewState, page: str, notices: Sequence[Notice]) -> bytes:
    """Return the packed scene of a state with the address of the setup it needs."""
    scene = build_scene(state, page, notices)
    setup = (state.province, scene["boundary"], state.lang)
    return dictionary(*setup).pack(setup_url(*setup), scene)


def receive(patch: dict[str, Any] | None, layer: str) -> None:
    """Apply a change from the browser to the address.

    ``page`` asks for another page, ``reset`` clears every filter; other keys are parameters, ``None``
    clears one. Values are checked when the address is read again, like any other address.
    """
    changes = dict(patch or {})
    if page := changes.pop("page", None):
        st.session_state["goto"] = page if page in PAGE_FILES else None
        return
    query = parse(st.query_params.to_dict(), layer)[0].query()
    if changes.pop("reset", False):
        query = {name: value for name, value in query.items() if name in {"lang", "province", "view"}}
    query |= {name: str(value) for name, value in changes.items() if value is not None}
    st.query_params.from_dict({name: value for name, value in query.items() if changes.get(name, "") is not None})
