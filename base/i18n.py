"""The two screen languages. Vietnamese text is the key; English comes from a gettext catalogue.

A text without an English entry is shown in Vietnamese rather than lost;
``tests/test_i18n.py`` fails when a text of the program has no entry.
"""

from __future__ import annotations

from dataclasses import dataclass
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

    An unknown language or a missing entry gives the Vietnamese text. A value that is a :class:`Phrase` is put in
    the same language.
    """
    found = catalogue(lang).get(text, text)
    if not params:
        return found
    values = {name: value.text(lang) if isinstance(value, Phrase) else value for name, value in params.items()}
    return found.format(**values)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A part of a sentence that has its own translation: a value for the placeholder of another text.

    Attributes
    ----------
    message, params
        Vietnamese template and its values, as of the sentence itself.
    """

    message: str
    params: tuple[tuple[str, object], ...] = ()

    def text(self, lang: str) -> str:
        """Return the part in ``lang``."""
        return translate(self.message, lang, **dict(self.params))

    def __str__(self) -> str:
        """Return the part in Vietnamese."""
        return self.text("vi")


def translator(lang: str) -> Translate:
    """Return :func:`translate` with the language fixed."""

    def into(text: str, **params: object) -> str:
        return translate(text, lang, **params)

    return into
