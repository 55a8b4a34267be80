"""The dashboard's entry: pages and their addresses; no logic."""

from __future__ import annotations

import streamlit as st

from base.settings import is_sample
from layers.view import SAMPLE
from render.screen.menu import PAGES
from render.screen.page import PAGE_FILES
from render.screen.settle import settle


def home() -> None:
    """Open the first page at its own address, keeping the query."""
    st.switch_page(PAGE_FILES[PAGES[0][0]], query_params=st.query_params.to_dict())


def main() -> None:
    """Set the pages up and run the one that is asked for."""
    mark = f"{SAMPLE} – " if is_sample() else ""
    st.set_page_config(page_title=mark + "Bản đồ nông thôn mới", page_icon="🗺️", layout="wide")
    st.navigation(
        [
            st.Page(home, title=mark + "Bản đồ nông thôn mới", default=True),
            *(st.Page(PAGE_FILES[key], title=mark + title, url_path=key) for key, _, title in PAGES),
        ],
        position="hidden",
    ).run()
    settle()


# A worker process that is spawned by the server reads this file again, under another name.
if __name__ == "__main__":
    main()
