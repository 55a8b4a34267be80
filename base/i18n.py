"""The two screen languages. Vietnamese text is the key; English comes from a gettext catalogue.

A text without an English entry is shown in Vietnamese rather than lost;
``tests/test_i18n.py`` fails when a text of the program has no entry.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, Protocol

from babel.messages.pofile import read_po

LANGUAGES: Final = ("vi", "en")
TRANSLATIONS: Final = Path(__file__).parent.parent / "translations"


class Translate(Protocol):
    """A function that puts a Vietnamese text into one chosen language."""

    def __call__(self, text: str, **params: object) -> str:
        """Return ``text`` in the language with ``{name}`` placeholders filled."""
        ...


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Return the texts of ``lang`` by their Vietnamese key; empty for Vietnamese itself."""
    path = TRANSLATIONS / lang / "ntm.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        entries = read_po(file, locale=lang)
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}


def translate(text: str, lang: str, **params: object) -> str:
    """Return ``text`` in ``lang`` with its placeholders filled.

    An unknown language or a missing entry gives the Vietnamese text.
    """
    found = catalogue(lang).get(text, text)
    return found.format(**params) if params else found


def translator(lang: str) -> Translate:
    """Return :func:`translate` with the language fixed."""

    def into(text: str, **params: object) -> str:
        return translate(text, lang, **params)

    return into
