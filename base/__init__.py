"""Foundations that import nothing of ours: settings, errors, language, numbers and time."""
