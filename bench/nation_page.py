"""The page of nation.py: one component, the month chosen in its own filter row."""

import nation
import streamlit as st

from render.screen.assets import bundle_url
from render.screen.page import LOADER
from render.screen.settle import settle

st.set_page_config(layout="wide")


@st.fragment
def show() -> None:
    patch = (st.session_state.get("country") or {}).get("change") or {}
    month = int(str(patch.get("period", "2024-01"))[-2:])
    component = st.components.v2.component(
        "ntm_page", js=LOADER.format(url=bundle_url("main.js")), isolate_styles=False
    )
    component(key="country", data=nation.MESSAGES[month], on_change_change=lambda: None)


show()
settle()
