"""The page a Streamlit user would write for the same 102 communes; run by map.py, not by hand.

Environment variable ``TUNED``: without it the usual cached choropleth with ``st_folium``; with it the
best-tuned form known (simplified, changing layer only, fragment, garbage collector frozen).
"""

import gc
import json
import os
import sys
from pathlib import Path

import folium
import geopandas as gpd
import shapely
import streamlit as st
from streamlit_folium import st_folium

TUNED = bool(os.environ.get("TUNED"))
UNITS = Path(__file__).parent.parent / "data" / "boundaries" / "kontum-2015" / "units.geojson"
COLORS = ("#FFF1BF", "#C7DE8F", "#74B566", "#2A8152", "#083D2E")

# Leaflet from the installed package, as map.py serves it beside this page: nothing is fetched from outside.
folium.Map.default_js = [("leaflet", os.environ.get("LEAFLET_URL", "") + "/leaflet.js")]
folium.Map.default_css = [("leaflet_css", os.environ.get("LEAFLET_URL", "") + "/leaflet.css")]
st.set_page_config(layout="wide")


@st.cache_data
def units() -> gpd.GeoDataFrame:
    return gpd.read_file(UNITS)[["ward_code", "ward_name", "geometry"]]


@st.cache_resource
def simplified(month: int) -> dict:
    frame = gpd.read_file(UNITS)[["ward_code", "ward_name", "geometry"]]
    frame["geometry"] = shapely.coverage_simplify(frame.geometry.values, 0.001)
    frame["color"] = [COLORS[value] for value in values(month, len(frame))]
    return json.loads(frame.to_json())


def values(month: int, count: int) -> list[int]:
    return [(index * (month + 3) + month) % len(COLORS) for index in range(count)]


def usual() -> None:
    month = int(st.pills("Tháng", list("0123456789"), default="0") or 0)
    frame = units()
    frame["level"] = values(month, len(frame))
    chart = folium.Map([14.65, 107.9], zoom_start=9, tiles=None)
    choropleth = folium.Choropleth(
        geo_data=frame,
        data=frame,
        columns=["ward_code", "level"],
        key_on="feature.properties.ward_code",
        fill_color="YlGn",
        fill_opacity=1,
    )
    # Its colour bar would fetch d3 from outside; without it the page is a little faster than in life.
    del choropleth._children[choropleth.color_scale.get_name()]
    choropleth.add_to(chart)
    st_folium(chart, key="map", height=800, use_container_width=True)


@st.fragment
def tuned() -> None:
    month = int(st.pills("Tháng", list("0123456789"), default="0") or 0)
    chart = folium.Map([14.65, 107.9], zoom_start=9, tiles=None)
    layer = folium.FeatureGroup("level")
    folium.GeoJson(
        simplified(month),
        style_function=lambda feature: {
            "fillColor": feature["properties"]["color"], "fillOpacity": 1, "weight": 1, "color": "#555",
        },
    ).add_to(layer)  # fmt: skip
    st_folium(chart, key="map", height=800, use_container_width=True, returned_objects=[], feature_group_to_add=layer)


if TUNED:
    tuned()
    if not hasattr(sys, "_frozen_once"):
        sys._frozen_once = True
        gc.collect()
        gc.freeze()
else:
    usual()
