"""Foundations that import nothing of ours: settings, errors, language, numbers and time."""

import os

# Where lxml is installed, by whatever other program, openpyxl would read workbooks with it and leave defusedxml out:
# a hostile file could then name other files of this machine. Processes that this one starts inherit the setting.
os.environ["OPENPYXL_LXML"] = "False"
