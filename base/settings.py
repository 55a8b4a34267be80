"""Settings, all read from the environment; each is documented in ``docs/operator.md``.

``NTM_DATA``
    Folder for what users bring in. Default: a folder of the user, outside the checkout.
``NTM_FONT``
    Font family of sheets. Default: DejaVu Sans, which ships with Matplotlib and has all Vietnamese letters.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
SHIPPED_DATA: Final = ROOT / "data"


def user_data() -> Path:
    """Return the folder for imported boundary versions and the store; it need not exist yet."""
    default = Path.home() / ".local" / "share" / "ntm-map"
    return Path(os.environ.get("NTM_DATA") or default)


def sheet_font() -> str:
    """Return the font family that sheets are drawn with."""
    return os.environ.get("NTM_FONT") or "DejaVu Sans"
