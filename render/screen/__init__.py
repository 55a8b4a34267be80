"""The dashboard's pages: one Streamlit component each, fed with a small scene."""
