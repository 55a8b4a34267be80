"""The dashboard in a real browser, against a server of its own."""
