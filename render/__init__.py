"""Drawings of LayerViews: sheets, slides, pages, files."""
