"""Settings, all read from the environment; each is documented in ``docs/operator.md``.

``NTM_DATA``
    Folder for what users bring in. Default: a folder of the user, outside the checkout.
``DATABASE_URL``
    ``postgresql+psycopg://…`` puts the store there. Default: one SQLite file under ``NTM_DATA``.
``NTM_SAMPLE``
    ``1`` opens the sample store, always its own SQLite file. Set by ``--sample``.
``NTM_OFFICE``
    Name under which this office records what it enters. Unset, nothing can be written.
``NTM_EXACT_POINTS``
    ``1`` lets everybody see where border settlements and villages are; unset, only who may write here sees it.
``NTM_BORDER_BUFFERS_KM``
    Distances from the national boundary at which the map draws a line, for example ``1;5``. Default: none.
``NTM_PUBLIC_URL``
    Address under which readers reach the program, for example ``https://ntm.example.vn``; links begin with it.
``NTM_CORS_ORIGINS``
    Web sites whose scripts may read ``/ogc``, ``/maps`` and ``/healthz``, with spaces or ``;`` between them, for
    example ``https://portal.example.vn``; ``*`` is every site. Default: none.
``NTM_LOG``
    ``json``: a line of JSON on standard error for every request, warning and fault, as servers want it. ``text``:
    warnings and faults alone, for people. ``off``: nothing. Default: ``text``.
``NTM_FONT``
    Font family of sheets. Default: DejaVu Sans, which ships with Matplotlib and has all Vietnamese letters.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
SHIPPED_DATA: Final = ROOT / "data"
#: Key of the province that opens when nobody asks for one; the only one that code names.
FIRST_PROVINCE: Final = "kontum"
#: A line further from the boundary than this would not be a buffer of it.
WIDEST_BUFFER_KM: Final = 50
#: What ``NTM_LOG`` may be; the first one is meant where it is anything else.
LOG_FORMATS: Final = ("text", "json", "off")


def user_data() -> Path:
    """Return the folder for imported boundary versions and the store; it need not exist yet."""
    default = Path.home() / ".local" / "share" / "ntm-map"
    return Path(os.environ.get("NTM_DATA") or default)


def is_sample() -> bool:
    """Tell whether the sample store is asked for."""
    return os.environ.get("NTM_SAMPLE") == "1"


def database_url() -> str:
    """Return the store's address as SQLAlchemy writes it; the sample store never shares the real one's database."""
    if is_sample():
        return f"sqlite:///{user_data() / 'sample.sqlite3'}"
    return os.environ.get("DATABASE_URL") or f"sqlite:///{user_data() / 'store.sqlite3'}"


def office() -> str:
    """Return the name that writes are recorded under; empty when writing is not allowed here."""
    return (os.environ.get("NTM_OFFICE") or "").strip()


def exact_points() -> bool:
    """Tell whether the exact places of settlements may leave this machine: in the service, exports and shared links."""
    return os.environ.get("NTM_EXACT_POINTS") == "1"


def border_buffers() -> tuple[float, ...]:
    """Return the distances from the national boundary that maps draw, in km; what is no number is passed over."""
    found = set()
    for part in (os.environ.get("NTM_BORDER_BUFFERS_KM") or "").split(";"):
        with suppress(ValueError):
            found.add(float(part.strip().replace(",", ".")))
    return tuple(sorted(km for km in found if 0 < km <= WIDEST_BUFFER_KM))


def public_url() -> str:
    """Return the address that readers use, without a slash at its end; empty where none is set."""
    return (os.environ.get("NTM_PUBLIC_URL") or "").strip().rstrip("/")


def cors_origins() -> tuple[str, ...]:
    """Return the web sites whose scripts may read the service, as browsers write them; empty where none is set."""
    parts = (os.environ.get("NTM_CORS_ORIGINS") or "").replace(";", " ").split()
    return tuple(dict.fromkeys(part.rstrip("/").lower() for part in parts))


def log_format() -> str:
    """Return how the program logs, one of :data:`LOG_FORMATS`."""
    asked = (os.environ.get("NTM_LOG") or "").strip().lower()
    return asked if asked in LOG_FORMATS else LOG_FORMATS[0]


def sheet_font() -> str:
    """Return the font family that sheets are drawn with."""
    return os.environ.get("NTM_FONT") or "DejaVu Sans"
