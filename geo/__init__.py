"""Boundaries: versions, their geometry, and the compact form the browser draws."""
